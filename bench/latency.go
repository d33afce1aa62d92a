package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"waybill/bench/contestants"
	"waybill/bench/load"
	"waybill/bench/measure"
	"waybill/bench/report"
)

const (
	// warm is the share of a paced run, before what counts, in which programs and caches get warm.
	warm = 0.3
	// drain is how long a contestant may need for what is left when the writer is done; one that needs more than keptUp has
	// not kept up with the rate.
	drain  = 2 * time.Minute
	keptUp = 2 * time.Second
	// first is how many records are there when a contestant starts: when they are taken it is ready.
	first = 1000
)

// latencies measures all contestants at the same rates: half of waybill's peak, and half of the slowest one's that keeps
// state. The figures at the lower rate, which all can take, are the contestant's.
func (s *site) latencies(ctx context.Context) error {
	for _, rate := range s.rates() {
		l, err := load.Make(ctx, s.cluster.Schemas, s.pacedLoad(rate))
		if err != nil {
			return err
		}
		for _, one := range s.contestants {
			latency, err := s.latency(ctx, one, l, rate)
			if err != nil {
				return fmt.Errorf("%s at %.0f records/s: %w", one.Name, rate, err)
			}
			figures := *s.report.Of(one.Name)
			figures.Latencies = append(figures.Latencies, latency)
			figures.LatencyP50, figures.LatencyP99, figures.LatencyP999 = &latency.P50, &latency.P99, &latency.P999
			s.say("at %.0f records/s  %-13s %s", rate, one.Name, latency)
		}
	}
	return nil
}

// rates are in records a second, the lowest last.
func (s *site) rates() []float64 {
	var rates []float64
	for _, one := range s.contestants {
		if one.Stateful {
			rates = append(rates, math.Round(*(*s.report.Of(one.Name)).RecordsPerSecond/2))
		}
	}
	slices.Sort(rates)
	slices.Reverse(rates)
	if len(rates) > 1 && rates[0] < 1.1*rates[len(rates)-1] {
		return rates[len(rates)-1:]
	}
	return rates
}

// pacedLoad has no disorder: what arrived last is what a bill waited for.
func (s *site) pacedLoad(rate float64) load.Options {
	o := s.options.load
	o.Records, o.Disorder = first+int(rate*s.options.latency.Seconds()*(1+warm)), 0
	return o
}

// latency is one paced run of a contestant, from nothing.
func (s *site) latency(ctx context.Context, c contestants.Contestant, l *load.Load, rate float64) (report.Latency, error) {
	latency := report.Latency{Rate: rate}
	if err := errors.Join(s.empty(ctx), c.Wipe(s.place)); err != nil {
		return latency, err
	}
	if err := s.write(ctx, slices.Concat(l.Master, l.Records[:first])); err != nil {
		return latency, err
	}
	running, err := c.Start(s.place)
	if err != nil {
		return latency, err
	}
	defer running.Kill()
	if _, err := s.watch(ctx, c, running); err != nil {
		return latency, err
	}
	latency, err = s.paced(ctx, c, running, l.Records[first:], rate)
	if err == nil && latency.Bills == 0 {
		err = errors.New("no bill came")
	}
	return latency, errors.Join(err, running.Stop())
}

// paced writes records at a rate to a contestant that runs. Of few and large ones there may come no bill in the time.
func (s *site) paced(ctx context.Context, c contestants.Contestant, running *contestants.Running, records []load.Record, rate float64) (report.Latency, error) {
	latency := report.Latency{Rate: rate}
	arrivals := measure.NewArrivals()
	stop, err := arrivals.Follow(ctx, s.cluster)
	if err != nil {
		return latency, err
	}
	defer stop()
	producer, err := s.cluster.Producer()
	if err != nil {
		return latency, err
	}
	defer producer.Close()
	before, err := running.Usage()
	if err != nil {
		return latency, err
	}
	began := time.Now()
	late, err := load.WriteAt(ctx, producer, records, rate, arrivals.Written)
	if err != nil {
		return latency, err
	}
	done := time.Now()
	after, err := running.Usage()
	if err != nil {
		return latency, err
	}
	draining, cancel := context.WithTimeout(ctx, drain)
	defer cancel()
	run, err := s.watch(draining, c, running)
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return latency, err
	}
	latency.Behind = err != nil || run.Ended.Sub(done) > keptUp
	stop()
	latency.CPUPerCent = 100 * (after.CPU - before.CPU).Seconds() / done.Sub(began).Seconds()
	latency.PeakMemory, latency.WriterWaits = after.PeakMemory, late.Seconds()*1000
	counted := began.Add(time.Duration(s.options.latency.Seconds() * warm * float64(time.Second)))
	waits, err := arrivals.Waits(ctx, s.cluster, c.Stateful, counted)
	if err != nil || len(waits) == 0 {
		return latency, err
	}
	latency.Bills = len(waits)
	latency.P50, latency.P99, latency.P999 = report.Quantile(waits, 0.5), report.Quantile(waits, 0.99), report.Quantile(waits, 0.999)
	return latency, nil
}
