package main

import (
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"waybill/simulation"
)

// shrinkRuns is how often a failing seed is played at the most to find its shortest story, where nothing else is asked for.
const shrinkRuns = 400

func newSimulate() *cobra.Command {
	var options simulation.Options
	var seed uint64
	var shrink int
	var output string
	command := &cobra.Command{
		Use:   "simulate",
		Short: "Play a distributor's weeks on a simulated cluster in which everything goes wrong, and check what comes out",
		Long: `Plays the real stages on a simulated broker, registry, disk and clock, from one seed and in one thread of control. Each
seed is two weeks of a small distributor, told to one to four processes that are killed, stopped, moved and lied to. What
comes out is checked against the rules of the domain and against the same weeks undisturbed.

A failing seed is played again with ever less of it, and its shortest story is printed. Exit code 3: a promise was broken,
or with 1,000 seeds or more a fault or a state was never reached.`,
		Example: `  waybill simulate --seeds 1000
  waybill simulate --seed 4711                     # one seed again
  waybill simulate --for 2m --twice                # every seed twice: the bytes must be the same
  waybill simulate --hours 100000 --output json`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			if err := checkOutput(output); err != nil {
				return err
			}
			flags := command.Flags()
			switch {
			case flags.Changed("seed") && (flags.Changed("seeds") || flags.Changed("hours") || flags.Changed("for")):
				return usage{errors.New("--seed plays one seed: leave --seeds, --hours and --for out, or say where to begin with --first")}
			case flags.Changed("seed"):
				options.First, options.Seeds = seed, 1
			case options.Seeds < 0 || options.Hours < 0 || options.For < 0 || options.Workers < 0:
				return usage{errors.New("--seeds, --hours, --for and --workers are not negative")}
			case options.Seeds == 0 && options.Hours == 0 && options.For == 0:
				options.Seeds = 200
			}
			return simulate(command, options, shrink, output)
		},
	}
	flags := command.Flags()
	flags.IntVar(&options.Seeds, "seeds", 0, "how many seeds to play (default 200)")
	flags.Uint64Var(&options.First, "first", 1, "the first of them")
	flags.Uint64Var(&seed, "seed", 0, "play this one only")
	flags.Float64Var(&options.Hours, "hours", 0, "go on until so many hours of a distributor's life have been played")
	flags.DurationVar(&options.For, "for", 0, "go on for so long")
	flags.BoolVar(&options.Twice, "twice", false, "play each seed twice: the bytes must be the same")
	flags.IntVar(&shrink, "shrink", shrinkRuns, "how often a failing seed is played at the most to find its shortest story; 0: no story")
	flags.IntVar(&options.Workers, "workers", 0, "seeds played at once (default: one for each processor)")
	outputFlag(command, &output)
	return command
}

func simulate(command *cobra.Command, options simulation.Options, shrink int, output string) error {
	debug.SetGCPercent(800) // the worlds are small and many
	p := newPrinter(command)
	if p.watched {
		shown := time.Now()
		options.Progress = func(r *simulation.Report) {
			if time.Since(shown) > 200*time.Millisecond {
				shown = time.Now()
				fmt.Fprintf(p.err, "\r\x1b[K%d seeds, %.0f simulated hours, %d failed, %.0f s", r.Seeds, r.Hours, len(r.Failed), r.Seconds)
			}
		}
	}
	report := simulation.Sample(command.Context(), options)
	if p.watched {
		fmt.Fprint(p.err, "\r\x1b[K")
	}
	if output == "json" {
		if err := p.json(report); err != nil {
			return err
		}
	} else {
		printReport(p, report)
	}
	for _, failed := range report.Failed {
		tellStory(p, failed, shrink)
	}
	if len(report.Failed) > 0 || report.Short() {
		return findings{}
	}
	return command.Context().Err()
}

func printReport(p *printer, r *simulation.Report) {
	p.line("%s seeds (%d on Pebble, %d twice), %s events, %.0f simulated hours (%.1f years) in %.0f s", p.strong(fmt.Sprint(r.Seeds)), r.OnPebble, r.Twice,
		fmt.Sprint(r.Events), r.Hours, r.Hours/24/365, r.Seconds)
	counts := func(title string, of map[string]int) {
		p.line("\n%s", p.strong(title))
		var cells []string
		for _, name := range slices.Sorted(maps.Keys(of)) {
			cells = append(cells, fmt.Sprintf("%-34s %9d", name, of[name]))
		}
		columns := max(1, min(3, p.width/48))
		if p.width == 0 {
			columns = 1
		}
		rows := (len(cells) + columns - 1) / columns
		for row := range rows {
			line := "  "
			for column := range columns {
				if at := column*rows + row; at < len(cells) {
					line += cells[at] + "    "
				}
			}
			p.line("%s", strings.TrimRight(line, " "))
		}
	}
	counts(fmt.Sprintf("Faults: %d kinds", len(r.Faults)), r.Faults)
	counts("States reached", r.States)
	if len(r.Missing) > 0 {
		p.line("\n%s %s", p.uneasy("Never reached:"), strings.Join(r.Missing, ", "))
	}
	if len(r.Failed) == 0 {
		p.line("\n%s", p.good("Clean: no promise was broken."))
	}
}

// tellStory goes to standard error: it is long, and about a failure.
func tellStory(p *printer, failed simulation.FailedSeed, shrink int) {
	p.note("")
	told, left := map[string]bool{}, 0
	for i, failure := range failed.Failures {
		if i >= 5 && told[failure.Checker] { // of every checker one at least
			left++
			continue
		}
		told[failure.Checker] = true
		p.note("seed %d: checker %s: %s", failed.Seed, p.bad(failure.Checker), failure.What)
	}
	if left > 0 {
		p.note("seed %d: and %d more", failed.Seed, left)
	}
	p.note("Again: waybill simulate --seed %d", failed.Seed)
	if shrink <= 0 {
		return
	}
	player := simulation.NewPlayer()
	first := player.Play(simulation.Plan{Seed: failed.Seed})
	if len(first.Failures) == 0 {
		return
	}
	story := player.Shrink(simulation.Plan{Seed: failed.Seed}, first, shrink)
	p.note("The shortest story found in %d runs: %d events, %d faults", story.Tried, story.Result.Events, len(story.Plan.Strikes))
	last := player.Tell(story, func(at time.Time, text string) {
		p.note("  %s  %s", at.Format("Jan _2 15:04:05.000"), text)
	})
	for _, failure := range last.Failures {
		p.note("  checker %s: %s", p.bad(failure.Checker), failure.What)
	}
}
