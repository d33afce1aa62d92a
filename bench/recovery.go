package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"

	"waybill/bench/contestants"
	"waybill/bench/load"
	"waybill/bench/measure"
	"waybill/bench/report"
)

const (
	// keysOfAnOrder are about as many keys of state as a placed order of eight lines makes.
	keysOfAnOrder = 10
	// probes come at this rate while a contestant is killed and comes back, orders a second: less than any of them takes.
	probes = 200
	// probing bounds how long a contestant may be away.
	probing = 15 * time.Minute
	// restarts with the disk are cheap; the median counts.
	restarts = 3
)

// recoveries fills each contestant that keeps state with it, kills it, and starts it with its disk and then without.
func (s *site) recoveries(ctx context.Context) error {
	filled := false
	for _, one := range s.contestants {
		if !one.Stateful {
			continue
		}
		if !filled {
			if _, err := s.fill(ctx, s.stateLoad()); err != nil {
				return err
			}
			filled = true
		}
		recovery, err := s.recovery(ctx, one)
		if err != nil {
			return fmt.Errorf("recovery of %s: %w", one.Name, err)
		}
		figures := *s.report.Of(one.Name)
		restart, rate := report.Median(recovery.Restarts), float64(recovery.State)/recovery.RestoreAll
		figures.Recovery, figures.RestartSeconds, figures.RestoreRecordsPerSecond = &recovery, &restart, &rate
		figures.Spread["restart_seconds"] = report.SpreadOf(recovery.Restarts)
	}
	return nil
}

// stateLoad is orders that are placed: state that grows fast.
func (s *site) stateLoad() load.Options {
	return load.Options{Seed: s.options.load.Seed, Records: max(s.options.stateKeys/keysOfAnOrder, 1), Placed: true, Items: s.options.load.Items, Customers: s.options.load.Customers}
}

func (s *site) recovery(ctx context.Context, c contestants.Contestant) (r report.Recovery, err error) {
	r.Orders = s.stateLoad().Records
	if err := s.anew(ctx, c); err != nil {
		return r, err
	}
	running, err := c.Start(s.place)
	if err != nil {
		return r, err
	}
	defer func() { running.Kill() }() // the last of its lives
	run, err := s.watch(ctx, c, running)
	if err != nil {
		return r, err
	}
	r.Built, r.PeakMemory = run.Took.Seconds(), run.Peak
	if r.StateBytes, err = folders(c, s.place); err != nil {
		return r, err
	}
	s.say("%s has taken %d orders in %.0f s and is killed", c.Name, r.Orders, r.Built)

	again := func(wipe bool) (first, all time.Duration, err error) {
		p, err := s.probe(ctx, r.Orders)
		if err != nil {
			return 0, 0, err
		}
		defer p.stop()
		if err := p.flowing(); err != nil {
			return 0, 0, err
		}
		running.Kill()
		p.killed()
		if wipe {
			if r.State, err = s.changelogRecords(ctx, c); err != nil {
				return 0, 0, err
			}
			if err := c.Wipe(s.place); err != nil {
				return 0, 0, err
			}
			p.killed()
		}
		next, err := c.Start(s.place)
		if err != nil {
			return 0, 0, err
		}
		running = next
		return p.back()
	}
	var everywhere []float64
	for range restarts {
		first, all, err := again(false)
		if err != nil {
			return r, err
		}
		s.say("%s with its disk: first output after %.2f s, of every partition after %.2f s", c.Name, first.Seconds(), all.Seconds())
		r.Restarts, everywhere = append(r.Restarts, first.Seconds()), append(everywhere, all.Seconds())
	}
	r.RestartAll = report.Median(everywhere)
	first, all, err := again(true)
	if err != nil {
		return r, err
	}
	r.Restore, r.RestoreAll = first.Seconds(), all.Seconds()
	s.say("%s without its disk: first output after %.1f s, of every partition after %.1f s: %.0f records/s", c.Name, r.Restore, r.RestoreAll, float64(r.State)/r.RestoreAll)
	return r, running.Stop()
}

// probe places orders at a steady rate from now on.
func (s *site) probe(ctx context.Context, after int) (*probe, error) {
	s.probed += int(probing.Seconds() * probes)
	o := s.stateLoad()
	o.After, o.Records, o.Seed = after+s.probed, int(probing.Seconds()*probes), o.Seed+1
	l, err := load.Make(ctx, s.cluster.Schemas, o)
	if err != nil {
		return nil, err
	}
	watch, err := measure.WatchDemand(ctx, s.cluster)
	if err != nil {
		return nil, err
	}
	producer, err := s.cluster.Producer()
	if err != nil {
		watch.Stop()
		return nil, err
	}
	writing, cancel := context.WithCancel(ctx)
	p := &probe{ctx: ctx, watch: watch, partitions: s.options.partitions}
	var running sync.WaitGroup
	running.Go(func() {
		defer producer.Close()
		if _, err := load.WriteAt(writing, producer, l.Records, probes, watch.Written); err != nil && writing.Err() == nil {
			s.say("the writer of probes ended: %v", err) // and with it what is waited for
		}
	})
	p.stop = func() {
		cancel()
		running.Wait()
		watch.Stop()
	}
	return p, nil
}

// probe is a steady flow of orders, and what comes out of it.
type probe struct {
	ctx        context.Context
	watch      *measure.Demand
	partitions int
	kill       time.Time
	stop       func()
}

// flowing waits until something of it has come out.
func (p *probe) flowing() error {
	_, _, err := p.watch.Await(p.ctx, time.Time{}, p.partitions, probing)
	return err
}

// killed is the moment from which is measured: what counts are orders that are placed later.
func (p *probe) killed() { p.kill = time.Now() }

func (p *probe) back() (first, all time.Duration, err error) {
	one, every, err := p.watch.Await(p.ctx, p.kill, p.partitions, probing)
	return one.Sub(p.kill), every.Sub(p.kill), err
}

// changelogRecords counts the offsets of a contestant's changelogs.
func (s *site) changelogRecords(ctx context.Context, c contestants.Contestant) (records int64, err error) {
	written, err := s.cluster.Written(ctx)
	if err != nil {
		return 0, err
	}
	var names []string
	for _, name := range written {
		if strings.HasPrefix(name, c.Internal) && strings.HasSuffix(name, "-changelog") {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return 0, fmt.Errorf("%s has no changelog", c.Name)
	}
	starts, err := s.cluster.Admin.ListStartOffsets(ctx, names...)
	if err = errors.Join(err, starts.Error()); err != nil {
		return 0, err
	}
	ends, err := s.cluster.Admin.ListEndOffsets(ctx, names...)
	if err = errors.Join(err, ends.Error()); err != nil {
		return 0, err
	}
	ends.Each(func(end kadm.ListedOffset) {
		start, _ := starts.Lookup(end.Topic, end.Partition)
		records += end.Offset - start.Offset
	})
	return records, nil
}

// folders is how much the state of all instances takes on disk. Files that go while it looks are gone.
func folders(c contestants.Contestant, p contestants.Place) (bytes int64, err error) {
	for _, folder := range c.States(p) {
		err = errors.Join(err, filepath.WalkDir(folder, func(_ string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return gone(err)
			}
			info, err := entry.Info()
			if err == nil {
				bytes += info.Size()
			}
			return gone(err)
		}))
	}
	return bytes, err
}

func gone(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}
