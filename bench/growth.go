package main

import (
	"context"
	"errors"
	"fmt"

	"waybill/bench/contestants"
	"waybill/bench/load"
	"waybill/bench/report"
	"waybill/node"
)

// sweep is an axis along which waybill's figures are to grow, or not to fall.
type sweep struct {
	name, title, axis string
	points            []point
}

// point is a measurement to be made; a zero is what the options say.
type point struct {
	label      string
	load       func(*load.Options)
	partitions int
	instances  int
	state      float64 // times the memory: so much state is there before anything is measured
}

func over[V any](values []V, make func(V) point) (points []point) {
	for _, value := range values {
		points = append(points, make(value))
	}
	return points
}

func sweeps() []sweep {
	return []sweep{
		{"partitions", "Partitions", "partitions of every topic", over([]int{1, 2, 4, 8, 16}, func(n int) point {
			return point{label: fmt.Sprint(n), partitions: n}
		})},
		{"instances", "Instances on this machine", "processes", over([]int{1, 2, 4}, func(n int) point {
			return point{label: fmt.Sprint(n), instances: n}
		})},
		{"hot-keys", "Hot keys: how often an order is spoken of falls with its rank", "exponent of Zipf's law", over([]float64{0, 1.05, 1.2, 1.5}, func(s float64) point {
			label := fmt.Sprint(s)
			if s == 0 {
				label = "even"
			}
			return point{label: label, load: func(o *load.Options) { o.CallOffs, o.Zipf = true, s }}
		})},
		{"lines", "Lines of an order", "lines", over([]int{1, 10, 100, 1000, 5000}, func(n int) point {
			return point{label: fmt.Sprint(n), load: func(o *load.Options) { o.Lines, o.Records = n, min(o.Records, max(3*o.Records/n, 500)) }}
		})},
		{"duplicates", "Duplicates", "% of the events come twice", over([]float64{0, 2, 5, 10, 20}, func(share float64) point {
			return point{label: fmt.Sprint(share), load: func(o *load.Options) { o.Duplicates = share }}
		})},
		{"disorder", "Disorder", "% of the records come late", over([]float64{0, 5, 10, 20, 50}, func(share float64) point {
			return point{label: fmt.Sprint(share), load: func(o *load.Options) { o.Disorder = share }}
		})},
		{"state", "State beyond memory, each record of another order", "state on disk ÷ memory", over([]float64{0.25, 1, 2.5, 5, 10}, func(times float64) point {
			return point{label: fmt.Sprint(times), state: times}
		})},
	}
}

// bytesOfAnOrder is about what a placed order of eight lines takes on disk.
const bytesOfAnOrder = 1400

// growth measures every point of every sweep that is wanted, once.
func (s *site) growth(ctx context.Context) error {
	picked, err := contestants.Named([]string{contestants.Waybill})
	if err != nil {
		return err
	}
	var growths []report.Growth
	for _, sweep := range sweeps() {
		if len(s.options.sweeps) > 0 && !s.options.sweeps[sweep.name] {
			continue
		}
		growth := report.Growth{Name: sweep.name, Title: sweep.title, Axis: sweep.axis}
		for _, point := range sweep.points {
			found, err := s.point(ctx, picked[0], point)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", sweep.title, point.label, err)
			}
			growth.Points = append(growth.Points, found)
			s.say("%-12s %-5s %8.0f records/s  %8.0f per CPU-second  %s  %s", sweep.name, point.label, found.RecordsPerSecond, found.RecordsPerCPUSecond,
				report.Size(float64(found.PeakMemory)), found.Latency)
		}
		growths = append(growths, growth)
	}
	if len(growths) == 0 {
		return errors.New("there is no such sweep")
	}
	return report.SaveGrowth(s.report, growths, s.options.out, "docs/plots", documentation)
}

// point is one measurement: a load as fast as it goes, then one at half that rate.
func (s *site) point(ctx context.Context, c contestants.Contestant, p point) (found report.Point, err error) {
	found.Label = p.label
	place := s.place
	if p.instances > 0 {
		place.Instances = p.instances
	}
	partitions := s.options.partitions
	if p.partitions > 0 {
		partitions = p.partitions
	}
	if err := s.cluster.Partition(place.Folder, int32(partitions)); err != nil {
		return found, err
	}
	o := s.options.load
	if p.load != nil {
		p.load(&o)
	}
	if err := c.Wipe(place); err != nil {
		return found, err
	}
	if p.state > 0 {
		if o, err = s.prefill(ctx, c, place, p.state, o); err != nil {
			return found, err
		}
	} else if err := s.empty(ctx); err != nil {
		return found, err
	}
	l, err := s.add(ctx, o)
	if err != nil {
		return found, err
	}
	running, err := c.Start(place)
	if err != nil {
		return found, err
	}
	defer running.Kill()
	run, err := s.watch(ctx, c, running)
	if err != nil {
		return found, err
	}
	found.RecordsPerSecond = float64(run.Records) / run.Took.Seconds()
	found.RecordsPerCPUSecond = float64(run.Records) / run.CPU.Seconds()
	found.LinesPerSecond, found.PeakMemory = found.RecordsPerSecond*l.LinesEach, run.Peak
	if s.options.latency > 0 {
		if found.Latency, err = s.halfPaced(ctx, c, running, o, found.RecordsPerSecond/2); err != nil {
			return found, err
		}
	}
	if found.StateBytes, err = folders(c, place); err != nil {
		return found, err
	}
	usage, err := running.Usage()
	if err != nil {
		return found, err
	}
	found.PeakMemory = usage.PeakMemory
	return found, running.Stop()
}

// prefill has a contestant take so much state that it is so many times its memory, and tells of what load goes on with it.
func (s *site) prefill(ctx context.Context, c contestants.Contestant, place contestants.Place, times float64, o load.Options) (load.Options, error) {
	memory, err := node.ParseBytes(s.options.memory)
	if err != nil {
		return o, err
	}
	if err := s.empty(ctx); err != nil {
		return o, err
	}
	state := s.stateLoad()
	state.Records = int(times * float64(memory) / bytesOfAnOrder)
	if _, err := s.add(ctx, state); err != nil {
		return o, err
	}
	running, err := c.Start(place)
	if err != nil {
		return o, err
	}
	defer running.Kill()
	if _, err := s.watch(ctx, c, running); err != nil {
		return o, err
	}
	o.CallOffs, o.After = true, state.Records
	return o, running.Stop()
}

// halfPaced goes on with a load of the same kind, of other orders.
func (s *site) halfPaced(ctx context.Context, c contestants.Contestant, running *contestants.Running, o load.Options, rate float64) (report.Latency, error) {
	o.Seed, o.Batch, o.Records = o.Seed+1, "P", max(int(rate*s.options.latency.Seconds()*(1+warm)), 1)
	if o.After == 0 {
		o.Name = "P"
	}
	l, err := load.Make(ctx, s.cluster.Schemas, o)
	if err != nil {
		return report.Latency{}, err
	}
	if err := s.write(ctx, l.Master); err != nil {
		return report.Latency{}, err
	}
	return s.paced(ctx, c, running, l.Records, rate)
}
