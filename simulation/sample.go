package simulation

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"
	"time"

	"waybill/simulation/checks"
	"waybill/simulation/workload"
	"waybill/stream/sim"
)

// Options of a sample.
type Options struct {
	First    uint64        // seed
	Seeds    int           // how many, from the first on; 0: until Hours or For is over
	Hours    float64       // go on until so many hours of a distributor's life have been played; 0: no matter
	For      time.Duration // go on for so long; 0: no matter
	Twice    bool          // play every seed twice, the second time with the other kind of store: the bytes must be the same
	Workers  int           // seeds that are played at once; as many as there are processors when 0
	Progress func(*Report) // told of every seed; nil: nobody is
}

// pebbleShare is which part of the seeds is played on Pebble: one of so many. The others are played on Memory, which does
// the same (state's metamorphic test) and is several times as fast.
const pebbleShare = 20

// Report is what a sample came to.
type Report struct {
	Seeds    int            `json:"seeds"`
	OnPebble int            `json:"on_pebble"`
	Twice    int            `json:"played_twice"`
	Events   int            `json:"events"`
	Hours    float64        `json:"simulated_hours"`
	Seconds  float64        `json:"seconds"`
	Faults   map[string]int `json:"faults"`      // how often each struck
	States   map[string]int `json:"states"`      // how often each was reached
	Missing  []string       `json:"not_reached"` // faults and states that were never reached
	Failed   []FailedSeed   `json:"failed"`      // by seed
}

// FailedSeed is a seed whose run broke a promise.
type FailedSeed struct {
	Seed     uint64           `json:"seed"`
	Failures []checks.Failure `json:"failures"`
}

// enough is how many seeds reach every fault and every state: a smaller sample is not expected to.
const enough = 1000

// Short tells that something was never reached, though there were seeds enough.
func (r *Report) Short() bool { return r.Seeds >= enough && len(r.Missing) > 0 }

// mostFailed is how many failed seeds end a sample.
const mostFailed = 5

// Sample plays seeds until it is told to stop, or too many have failed.
func Sample(ctx context.Context, options Options) *Report {
	s := &sample{options: options, began: time.Now(), next: options.First,
		report: Report{Faults: map[string]int{}, States: map[string]int{}, Missing: []string{}, Failed: []FailedSeed{}}}
	for _, name := range slices.Concat(faultNames(), workload.Kinds()) {
		s.report.Faults[name] = 0
	}
	for _, states := range []map[string]string{sim.States, checks.States} {
		for name := range states {
			s.report.States[name] = 0
		}
	}
	workers := options.Workers
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			player := NewPlayer()
			for seed, more := s.take(ctx); more; seed, more = s.take(ctx) {
				pebble := seed%pebbleShare == 0
				result := player.Play(Plan{Seed: seed, Pebble: pebble})
				if options.Twice {
					result.again(player.Play(Plan{Seed: seed, Pebble: !pebble && seed%pebbleShare == 1}))
				}
				s.add(seed, pebble, result)
			}
		})
	}
	group.Wait()
	slices.SortFunc(s.report.Failed, func(a, b FailedSeed) int { return int(a.Seed) - int(b.Seed) })
	for _, counts := range []map[string]int{s.report.Faults, s.report.States} {
		for _, name := range slices.Sorted(maps.Keys(counts)) {
			if counts[name] == 0 {
				s.report.Missing = append(s.report.Missing, name)
			}
		}
	}
	return &s.report
}

type sample struct {
	mu      sync.Mutex
	options Options
	began   time.Time
	next    uint64
	report  Report
}

// take gives out the next seed; false: it is enough.
func (s *sample) take(ctx context.Context) (uint64, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := &s.options
	switch {
	case ctx.Err() != nil, len(s.report.Failed) >= mostFailed,
		o.Seeds > 0 && s.next >= o.First+uint64(o.Seeds),
		o.Hours > 0 && s.report.Hours >= o.Hours,
		o.For > 0 && time.Since(s.began) >= o.For:
		return 0, false
	}
	seed := s.next
	s.next++
	return seed, true
}

func (s *sample) add(seed uint64, pebble bool, result *Result) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := &s.report
	r.Seeds++
	if pebble {
		r.OnPebble++
	}
	if s.options.Twice {
		r.Twice++
	}
	r.Events += result.Events
	r.Hours += result.Hours
	r.Seconds = time.Since(s.began).Seconds()
	for name, n := range result.Struck {
		r.Faults[name] += n
	}
	for name, n := range result.Reached {
		r.States[name] += n
	}
	if len(result.Failures) > 0 {
		r.Failed = append(r.Failed, FailedSeed{seed, result.Failures})
	}
	if s.options.Progress != nil {
		s.options.Progress(r)
	}
}

// again compares a run with the same run, played once more.
func (r *Result) again(other *Result) {
	if r.Sum != other.Sum {
		r.Failures = append(r.Failures, checks.Failure{Checker: Deterministic, What: fmt.Sprintf("played twice it wrote other bytes: %016x and %016x", r.Sum, other.Sum)})
	}
}

// Deterministic is the checker that needs two runs: the same input and seed give the same bytes.
const Deterministic = "deterministic"

func faultNames() (names []string) {
	for _, fault := range sim.Faults() {
		names = append(names, fault.String())
	}
	return append(names, slices.Sorted(maps.Keys(DeliveryFaults))...)
}
