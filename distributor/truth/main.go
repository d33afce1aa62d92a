// Truth plays what the generated distributor tells, with all kinds of dirt, to the real stages, and compares what comes out
// with what must: the truth that the distributor states as it decides what happens.
//
// Events are told in seasons, each by a distributor of its own with its own customers, articles and stock, so that memory
// does not grow with their number. Every season is played twice, as it happened and in a storm; a short one on a simulated
// cluster whose processes, disks and brokers fail. It ends with 3 when anything differs.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"
	"time"
)

func main() {
	o := options{workers: runtime.GOMAXPROCS(0)}
	flag.IntVar(&o.events, "events", 1_000_000, "about how many events are told")
	flag.Uint64Var(&o.seed, "seed", 1, "what they are drawn from")
	flag.IntVar(&o.season, "season", 40_000, "events of one distributor's season")
	flag.IntVar(&o.workers, "workers", o.workers, "seasons that are played at once")
	flag.Parse()
	if flag.NArg() > 0 || o.events < 1 || o.season < 1 || o.workers < 1 {
		flag.Usage()
		os.Exit(2)
	}
	began := time.Now()
	result, err := run(o)
	if err != nil {
		fmt.Fprintln(os.Stderr, "truth:", err)
		os.Exit(1)
	}
	if report(os.Stdout, result, time.Since(began)) > 0 {
		os.Exit(3)
	}
}

type options struct {
	events, season, workers int
	seed                    uint64
}

// result is what all seasons came to.
type result struct {
	events  int
	seasons int
	tallies []*Tally // by delivery and kind
}

// run plays all seasons.
func run(o options) (*result, error) {
	type job struct {
		seed   uint64
		events int
		in     []delivery
	}
	var jobs []job
	jobs = append(jobs, job{o.seed, min(o.events, onCluster), deliveries[2:]})
	for left, seed := o.events, o.seed; left > 0; left, seed = left-o.season, seed+1 {
		jobs = append(jobs, job{seed, min(left, o.season), deliveries[:2]})
	}
	todo, total := make(chan job), &result{}
	var workers sync.WaitGroup
	var mu sync.Mutex
	var failed error
	for range o.workers {
		workers.Go(func() {
			for one := range todo {
				events, tallies, err := play(one.seed, one.events, one.in)
				mu.Lock()
				failed = errors.Join(failed, err)
				total.add(events, tallies)
				mu.Unlock()
			}
		})
	}
	for _, one := range jobs {
		todo <- one
	}
	close(todo)
	workers.Wait()
	return total, failed
}

// onCluster is how many events are played on a cluster that fails: each costs several times what it costs elsewhere.
const onCluster = 20_000

// play plays one season in some deliveries.
func play(seed uint64, events int, in []delivery) (int, []*Tally, error) {
	season, err := NewSeason(seed, events)
	if err != nil {
		return 0, nil, err
	}
	var all []*Tally
	for _, way := range in {
		out, err := way.play(season)
		if err != nil {
			return 0, nil, fmt.Errorf("seed %d, %s: %w", seed, way.name, err)
		}
		for _, t := range compare(season.Truth, out) {
			t.Delivery = way.name
			all = append(all, t)
			for i := range t.Differences {
				t.Differences[i] = fmt.Sprintf("seed %d: %s", seed, t.Differences[i])
			}
		}
	}
	return len(season.Events), all, nil
}

// add sums up.
func (r *result) add(events int, tallies []*Tally) {
	r.events, r.seasons = r.events+events, r.seasons+1
	for _, t := range tallies {
		at := r.find(t)
		at.Compared += t.Compared
		at.Differences = append(at.Differences, t.Differences...)
	}
}

func (r *result) find(like *Tally) *Tally {
	for _, t := range r.tallies {
		if t.Delivery == like.Delivery && t.What == like.What {
			return t
		}
	}
	t := &Tally{Delivery: like.Delivery, What: like.What}
	r.tallies = append(r.tallies, t)
	return t
}

// shown is how many differences of a kind are told.
const shown = 5

// report tells what was compared, and the first differences of each kind; it returns how many there are.
func report(w io.Writer, r *result, took time.Duration) (differences int) {
	fmt.Fprintf(w, "%d events of %d seasons in %s\n\n%-30s  %-28s  %10s  %11s\n", r.events, r.seasons, took.Round(time.Second), "delivered", "compared with the truth", "compared", "differences")
	for _, way := range deliveries {
		for _, t := range r.tallies {
			if t.Delivery == way.name {
				fmt.Fprintf(w, "%-30s  %-28s  %10d  %11d\n", t.Delivery, t.What, t.Compared, len(t.Differences))
				differences += len(t.Differences)
			}
		}
	}
	for _, t := range r.tallies {
		for i, difference := range t.Differences {
			if i == shown {
				fmt.Fprintf(w, "  … and %d more\n", len(t.Differences)-shown)
				break
			}
			if i == 0 {
				fmt.Fprintf(w, "\n%s, %s:\n", t.Delivery, t.What)
			}
			fmt.Fprintf(w, "  %s\n", difference)
		}
	}
	return differences
}
