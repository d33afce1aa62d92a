package dev

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"time"

	"waybill/examples"
	"waybill/processors"
	"waybill/schemas"
	"waybill/stream"
	"waybill/topics"
)

func embedded() EmbeddedOptions {
	catalogue := topics.Default()
	return EmbeddedOptions{Catalogue: catalogue, Stages: processors.Stages(catalogue), Release: "test", Log: slog.New(slog.DiscardHandler)}
}

func play(t *testing.T, scenarios ...Scenario) *Played {
	t.Helper()
	played, err := Once(t.Context(), embedded(), scenarios...)
	if err != nil {
		t.Fatal(err)
	}
	return played
}

// Several tests look at what came of the examples, each played once.
var (
	playedStory    = playedOnce(func() []Scenario { return []Scenario{ScenarioIn(examples.Files, examples.SplitSubstitute)} })
	playedBadInput = playedOnce(func() []Scenario {
		behind, _ := behindIt()
		return []Scenario{ScenarioIn(examples.Files, "bad-input.ndjson"), behind}
	})
)

func playedOnce(scenarios func() []Scenario) func(t *testing.T) *Played {
	play := sync.OnceValues(func() (*Played, error) { return Once(context.Background(), embedded(), scenarios()...) })
	return func(t *testing.T) *Played {
		t.Helper()
		played, err := play()
		if err != nil {
			t.Fatal(err)
		}
		return played
	}
}

// scenario is one of these lines, called s.ndjson.
func scenario(lines ...string) Scenario {
	return ScenarioFrom("s.ndjson", strings.NewReader(strings.Join(lines, "\n")))
}

// orderLine is a line of a scenario with an order that is as it should be.
func orderLine(id string) string {
	return fmt.Sprintf(`{"topic":"commerce.orders","value":{"meta":{"event_id":"%[1]s-1","source":"b2b-shop","sequence":1,"occurred_at":"2026-03-02T08:00:00Z","recorded_at":"2026-03-02T08:00:00Z"},"order_id":"%[1]s","customer_id":"C-ACME","channel":"web","order_type":"standard","currency":"USD","status":"placed","lines":[{"line_no":1,"item_id":"NAIL-3IN","quantity":"10","uom":"each","unit_price":"0.25","warehouse_id":"east","requested_date":"2026-03-06"}]}}`, id)
}

// TestTheSameScenarioTwiceGivesTheSame: bills and dead letters are the same, byte for byte. Of the topics that
// show how things stand, an epoch writes the last state of a key only: which states between are seen depends on
// timing, the last one of each key does not.
func TestTheSameScenarioTwiceGivesTheSame(t *testing.T) {
	var first string
	for n, played := range []*Played{playedStory(t), play(t, ScenarioIn(examples.Files, examples.SplitSubstitute))} {
		var text bytes.Buffer
		encoder := json.NewEncoder(&text)
		for _, record := range played.Records {
			if record.Topic == topics.InvoiceReady.Name() || record.Topic == topics.DeadLetters {
				if err := encoder.Encode(record); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, topic := range []string{topics.Exceptions.Name(), topics.OrderStatus.Name(), topics.Availability.Name(), topics.Receivables.Name()} {
			for _, record := range played.Latest(topic) {
				record.Offset = 0 // counts the states between
				if err := encoder.Encode(record); err != nil {
					t.Fatal(err)
				}
			}
		}
		if n == 0 {
			first = text.String()
		} else if text.String() != first {
			t.Fatalf("first\n%s\nthen\n%s", first, text.String())
		}
	}
	if strings.Count(first, "\n") < 10 {
		t.Errorf("too little came out to tell:\n%s", first)
	}
}

// tapped calls do once its reader has given so many bytes.
type tapped struct {
	from io.Reader
	left int
	do   func()
}

func (r *tapped) Read(into []byte) (int, error) {
	n, err := r.from.Read(into[:min(len(into), 512)])
	if r.left -= n; r.left <= 0 && r.do != nil {
		r.do()
		r.do = nil
	}
	return n, err
}

func TestAStopInTheMiddleLeavesNothingRunning(t *testing.T) {
	file, err := examples.Files.ReadFile(examples.SplitSubstitute)
	if err != nil {
		t.Fatal(err)
	}
	for _, after := range []int{1, len(file) / 2, len(file) - 1} {
		ctx, cancel := context.WithCancel(t.Context())
		from := &tapped{from: bytes.NewReader(file), left: after, do: cancel}
		_, err := Once(ctx, embedded(), Scenario{"s.ndjson", examples.Files, func() (io.ReadCloser, error) { return io.NopCloser(from), nil }})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("stopped after %d bytes: ended with %v", after, err)
		}
	}
	nothingRuns(t)
}

// patient is how long a test waits for what must come: only a failure takes so long, however busy the machine is.
const patient = time.Minute

// nothingRuns wants every goroutine of ours to end, this test's apart.
func nothingRuns(t *testing.T) {
	t.Helper()
	ticker, late := time.NewTicker(10*time.Millisecond), time.NewTimer(patient)
	defer ticker.Stop()
	defer late.Stop()
	for {
		var stacks bytes.Buffer
		if err := pprof.Lookup("goroutine").WriteTo(&stacks, 2); err != nil {
			t.Fatal(err)
		}
		var running []string
		for stack := range strings.SplitSeq(stacks.String(), "\n\n") {
			if !strings.Contains(stack, "testing.") && (strings.Contains(stack, "\nwaybill/") || strings.Contains(stack, "/kgo.") || strings.Contains(stack, "/kfake.")) {
				running = append(running, stack)
			}
		}
		if len(running) == 0 {
			return
		}
		select {
		case <-ticker.C:
		case <-late.C:
			t.Fatalf("%d goroutines are left:\n%s", len(running), strings.Join(running, "\n\n"))
		}
	}
}

// TestAStopEndsAPlayThatWaitsForItsInput: a person who looks for the way out of `waybill dev --once -`.
func TestAStopEndsAPlayThatWaitsForItsInput(t *testing.T) {
	read, write := io.Pipe()
	defer write.Close()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := Once(ctx, embedded(), ScenarioFrom("standard input", read))
		ended <- err
	}()
	for _, id := range []string{"O-1", "O-2", "O-3"} { // the third is read when the second is played
		if _, err := io.WriteString(write, orderLine(id)+"\n"); err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	select {
	case err := <-ended:
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	case <-time.After(patient):
		t.Error("it still waits")
	}
}

func TestABugInAStageEndsThePlayAndIsTold(t *testing.T) {
	options := embedded()
	broken := stream.NewStage("broken")
	stream.On(broken, topics.Orders, func(*stream.Step, *schemas.OrderEvent) error { return errors.New("two and two are five") })
	options.Stages = append(options.Stages, broken)
	_, err := Once(t.Context(), options, scenario(orderLine("O-1")))
	if err == nil || !strings.Contains(err.Error(), "stage broken") || !strings.Contains(err.Error(), "two and two are five") || errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestAStageThatIsKeptFromItsWorkEndsThePlayAndIsTold(t *testing.T) {
	e, err := StartEmbedded(t.Context(), embedded())
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	e.Player.patience = 300 * time.Millisecond
	if err := e.Player.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	e.Cluster.registry.Close()
	err = playOn(t, e, `{"topic":"commerce.orders","key":"O-1","raw":"AAAAAGM="}`)
	if err == nil {
		err = e.Player.Settle(t.Context())
	}
	if err == nil || !strings.Contains(err.Error(), "stage intake does not get on") || !strings.Contains(err.Error(), "schema registry unavailable") {
		t.Errorf("%v", err)
	}
}

// playOn plays lines on what runs.
func playOn(t *testing.T, e *Embedded, lines ...string) error {
	t.Helper()
	opened, err := scenario(lines...).lines()
	if err != nil {
		t.Fatal(err)
	}
	defer opened.close()
	return e.Player.play(t.Context(), opened)
}

func TestTimesThatGoBackArePlayedLateAndNoted(t *testing.T) {
	played := play(t, scenario(
		`{"at":"2026-03-02T08:00:00Z"}`,
		`{"at":"2026-03-02T07:00:00Z","advance":"30m"}`,
		`{"at":"2026-03-02T08:15:00Z"}`,
		strings.Replace(orderLine("O-1"), `{"topic"`, `{"at":"2026-03-02T08:30:00.5Z","topic"`, 1),
	))
	status := played.Latest(topics.OrderStatus.Name())
	if want := time.Date(2026, 3, 2, 8, 30, 0, 500e6, time.UTC); len(status) != 1 || !status[0].Time.Equal(want) {
		t.Errorf("%+v, want one order at %s", status, want)
	}
	if len(played.Notes) != 1 || !strings.HasPrefix(played.Notes[0], "2 of 4 lines say an earlier time than the clock showed (the first is s.ndjson line 2)") {
		t.Errorf("notes: %q", played.Notes)
	}
}

func TestWhatIsMissingIsSaidThoughTheFileMovesNoClock(t *testing.T) {
	played := play(t, scenario(`{"topic":"wms.inventory","value":{"meta":{"event_id":"e","source":"wms-east","sequence":1,"occurred_at":"2026-03-02T08:00:00Z","recorded_at":"2026-03-02T08:00:00Z"},"item_id":"NOBODY-KNOWS","warehouse_id":"east","kind":"receipt","quantity":"1","uom":"each"}}`))
	open, err := played.OpenExceptions()
	if err != nil || len(open) != 1 || open[0].Class != "unknown_reference" {
		t.Errorf("open %+v, %v; want the item that master data does not have", open, err)
	}
}
