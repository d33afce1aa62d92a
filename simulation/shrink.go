package simulation

import (
	"slices"
	"time"

	"waybill/stream/sim"
)

// Story is a failing run with all left out that it does not need to fail.
type Story struct {
	Plan   Plan
	Result *Result
	Tried  int // runs
}

// Shrink finds the shortest run that it can in which the same checker fails: fewer faults, fewer events. It gives up after
// so many runs.
func (p *Player) Shrink(plan Plan, failing *Result, runs int) *Story {
	s := &shrinking{player: p, checker: failing.Failures[0].Checker, left: runs}
	plan.Strikes = failing.Strikes
	if plan.Strikes == nil {
		plan.Strikes = []sim.Strike{}
	}
	best := &Story{Plan: plan, Result: failing}
	if r := s.fails(plan); r == nil {
		return best // it fails only in ways that need two runs
	}
	try := func(change func(*Plan)) {
		shorter := best.Plan
		change(&shorter)
		if r := s.fails(shorter); r != nil {
			best.Plan, best.Result = shorter, r
		}
	}
	try(func(p *Plan) { p.Plain = true })
	try(func(p *Plan) { p.Strikes = []sim.Strike{} })
	for range 2 {
		best.Plan.Strikes = thin(best.Plan.Strikes, func(strikes []sim.Strike) bool {
			shorter := best.Plan
			shorter.Strikes = append([]sim.Strike{}, strikes...)
			return s.fails(shorter) != nil
		})
		for at, strike := range best.Plan.Strikes {
			// A fault that strikes sooner needs less of the history before it.
			for sooner := 0; sooner < strike.At; sooner = 2*sooner + 1 {
				moved := slices.Clone(best.Plan.Strikes)
				moved[at].At = sooner
				shorter := best.Plan
				shorter.Strikes = moved
				if r := s.fails(shorter); r != nil {
					best.Plan, best.Result = shorter, r
					break
				}
			}
		}
		var events []int
		for number := range p.events(plan.Seed) {
			if !slices.Contains(best.Plan.Without, number) {
				events = append(events, number)
			}
		}
		kept := thin(events, func(kept []int) bool {
			shorter := best.Plan
			shorter.Without = others(p.events(plan.Seed), kept)
			return s.fails(shorter) != nil
		})
		best.Plan.Without = others(p.events(plan.Seed), kept)
	}
	if r := s.player.Play(best.Plan); len(r.Failures) > 0 {
		best.Result = r
	}
	best.Tried = runs - s.left
	return best
}

type shrinking struct {
	player  *Player
	checker string
	left    int
}

// fails plays a plan and returns its result when the same checker fails; nil when not, and when there were runs enough.
func (s *shrinking) fails(plan Plan) *Result {
	if s.left <= 0 {
		return nil
	}
	s.left--
	plan.Story = nil
	result := s.player.Play(plan)
	for _, failure := range result.Failures {
		if failure.Checker == s.checker {
			return result
		}
	}
	return nil
}

// thin leaves out parts of a list, halves first, single ones last, as long as what is left still fails.
func thin[E any](list []E, fails func([]E) bool) []E {
	for size := (len(list) + 1) / 2; size >= 1; size /= 2 {
		for from := 0; from < len(list); {
			shorter := slices.Concat(list[:from], list[min(from+size, len(list)):])
			if fails(shorter) {
				list = shorter
			} else {
				from += size
			}
		}
	}
	return list
}

func others(count int, kept []int) (rest []int) {
	for number := range count {
		if !slices.Contains(kept, number) {
			rest = append(rest, number)
		}
	}
	return rest
}

// Tell plays a story again and tells it: what the sources sent, what went wrong, what was broken.
func (p *Player) Tell(story *Story, line func(at time.Time, text string)) *Result {
	plan := story.Plan
	plan.Story = line
	return p.Play(plan)
}
