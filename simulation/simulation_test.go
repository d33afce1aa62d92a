package simulation

import (
	"context"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"waybill/simulation/checks"
	"waybill/simulation/workload"
	"waybill/stream/sim"
)

// TestMain lets garbage wait: the worlds are small and many.
func TestMain(m *testing.M) {
	debug.SetGCPercent(800)
	m.Run()
}

func report(t *testing.T, seed uint64, failures []checks.Failure) {
	t.Helper()
	for _, failure := range failures {
		t.Errorf("seed %d: checker %s: %s (waybill simulate --seed %d)", seed, failure.Checker, failure.What, seed)
	}
}

func TestSeedsBreakNoPromiseAndAreTheSameBytesTwice(t *testing.T) {
	result := Sample(context.Background(), Options{First: 1, Seeds: 40, Twice: true})
	for _, failed := range result.Failed {
		report(t, failed.Seed, failed.Failures)
	}
	if result.OnPebble == 0 {
		t.Error("no seed was played on Pebble")
	}
}

// TestSeedsThatFoundABugAreClean plays the seeds of testdata/seeds.txt: each broke a promise once.
func TestSeedsThatFoundABugAreClean(t *testing.T) {
	text, err := os.ReadFile("testdata/seeds.txt")
	if err != nil {
		t.Fatal(err)
	}
	player := NewPlayer()
	for line := range strings.Lines(string(text)) {
		number, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		if number == "" || number == "#" {
			continue
		}
		seed, err := strconv.ParseUint(number, 10, 64)
		if err != nil {
			t.Fatalf("testdata/seeds.txt: %q: %v", line, err)
		}
		report(t, seed, player.Play(Plan{Seed: seed}).Failures)
	}
}

func TestMemoryAndPebbleGiveTheSameBytes(t *testing.T) {
	player := NewPlayer()
	for seed := uint64(100); seed < 106; seed++ {
		a, b := player.Play(Plan{Seed: seed}), player.Play(Plan{Seed: seed, Pebble: true})
		if a.Sum != b.Sum {
			t.Errorf("seed %d: %016x on Memory, %016x on Pebble", seed, a.Sum, b.Sum)
		}
	}
}

func TestARunLeavesNothingBehind(t *testing.T) {
	player := NewPlayer()
	player.Play(Plan{Seed: 300})
	before := runtime.NumGoroutine()
	for seed := uint64(301); seed < 310; seed++ {
		player.Play(Plan{Seed: seed})
	}
	if now := runtime.NumGoroutine(); now > before {
		t.Errorf("%d coroutines are left of nine runs", now-before)
	}
}

func TestAPlanWithTheStrikesOfARunIsThatRun(t *testing.T) {
	player := NewPlayer()
	for seed := uint64(200); seed < 205; seed++ {
		first := player.Play(Plan{Seed: seed})
		again := player.Play(Plan{Seed: seed, Strikes: append([]sim.Strike{}, first.Strikes...)})
		if first.Sum != again.Sum {
			t.Errorf("seed %d: %d strikes, other bytes", seed, len(first.Strikes))
		}
	}
}

// TestAFailingRunIsShrunkToWhatItNeeds has a checker that fails when a process was killed right after a commit and an
// invoice was sent: one fault and one event are enough.
func TestAFailingRunIsShrunkToWhatItNeeds(t *testing.T) {
	player := NewPlayer()
	player.check = func(run *checks.Run) []checks.Failure {
		invoices := slices.ContainsFunc(run.Sent, func(one checks.Sent) bool { return one.Event.Topic == "erp.invoices" })
		if invoices && run.Cluster.Struck()[sim.KilledAfterCommit] > 0 {
			return []checks.Failure{{Checker: "made-up", What: "both"}}
		}
		return nil
	}
	for seed := uint64(1); ; seed++ {
		failing := player.Play(Plan{Seed: seed})
		if len(failing.Failures) == 0 {
			continue
		}
		story := player.Shrink(Plan{Seed: seed}, failing, 400)
		t.Logf("seed %d: %d runs", seed, story.Tried)
		if n := len(story.Plan.Strikes); n != 1 || story.Plan.Strikes[0].Fault != sim.KilledAfterCommit || story.Result.Events != 1 || !story.Plan.Plain {
			t.Errorf("seed %d: %v and %d events are left", seed, story.Plan.Strikes, story.Result.Events)
		}
		var lines []string
		player.Tell(story, func(_ time.Time, text string) { lines = append(lines, text) })
		told := strings.Join(lines, "\n")
		if !strings.Contains(told, sim.KilledAfterCommit.What()) || !strings.Contains(told, "source: erp.invoices") {
			t.Errorf("the story is told as:\n%s", told)
		}
		return
	}
}

func TestLeavingOutAnEventChangesNothingOfTheOthersDelivery(t *testing.T) {
	player := NewPlayer()
	history := workload.Tell(7, player.registry, workload.Options{})
	arrivals := func(without ...int) map[string][]time.Time {
		var numbers []int
		for number := range history.Events {
			if !slices.Contains(without, number) {
				numbers = append(numbers, number)
			}
		}
		rest, at := history.Without(without...), map[string][]time.Time{}
		for _, one := range deliver(Plan{Seed: 7}, rest, 0, numbers, history.Start, map[string]int{}) {
			event := &rest.Events[one.event]
			at[event.Topic+event.ID()] = append(at[event.Topic+event.ID()], one.at)
		}
		return at
	}
	all, less := arrivals(), arrivals(3, 11)
	for event, at := range less {
		if !slices.EqualFunc(all[event], at, time.Time.Equal) {
			t.Errorf("%s arrives at %v with all events, and at %v without two others", event, all[event], at)
		}
	}
}
