package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"waybill/bench/compare"
	"waybill/bench/contestants"
	"waybill/bench/load"
	"waybill/bench/measure"
	"waybill/bench/passthrough"
	"waybill/bench/report"
)

// throughput runs every contestant over the whole load, in turn, round by round.
func (s *site) throughput(ctx context.Context) error {
	l, err := s.fill(ctx, s.options.load)
	if err != nil {
		return err
	}
	s.report.BytesEach = float64(l.Bytes) / float64(len(l.Records))
	s.say("loaded %d source records (%d events of %d orders), %.0f bytes each", len(l.Records), l.Events, l.Orders, s.report.BytesEach)
	loaded := len(l.Records)
	l.Records = nil

	// A run that does not count: the broker is warm then, and pass_through knows what to move.
	waybill, err := contestants.Named([]string{contestants.Waybill})
	if err != nil {
		return err
	}
	if _, err := s.round(ctx, waybill[0], loaded); err != nil {
		return err
	}
	if err := s.profile(ctx, loaded); err != nil {
		return err
	}
	rounds := map[string][]report.Round{}
	for number := range s.options.rounds {
		for _, one := range s.contestants {
			round, err := s.round(ctx, one, loaded)
			if err != nil {
				return fmt.Errorf("%s: %w", one.Name, err)
			}
			rounds[one.Name] = append(rounds[one.Name], round)
			s.say("round %d  %-13s %8.0f records/s  %8.0f per CPU-second  %s", number+1, one.Name,
				float64(round.Records)/round.Took.Seconds(), float64(round.Records)/round.CPU.Seconds(), report.Size(float64(round.Peak)))
		}
	}
	for name, of := range rounds {
		figures := &report.Contestant{}
		figures.Rounds(of)
		*s.report.Of(name) = figures
	}
	return nil
}

// round is one run of a contestant over what is loaded, from nothing.
func (s *site) round(ctx context.Context, c contestants.Contestant, loaded int) (round report.Round, err error) {
	if err := s.anew(ctx, c); err != nil {
		return round, err
	}
	before, err := s.cluster.Bytes(ctx)
	if err != nil {
		return round, err
	}
	running, err := c.Start(s.place)
	if err != nil {
		return round, err
	}
	defer running.Kill()
	run, err := s.watch(ctx, c, running)
	if err != nil {
		return round, err
	}
	if err := running.Stop(); err != nil {
		return round, err
	}
	after, err := s.cluster.Bytes(ctx)
	if err != nil {
		return round, err
	}
	if c.Stateful {
		if err := s.same(ctx, c.Name); err != nil {
			return round, err
		}
	}
	return report.Round{Run: run, Loaded: loaded, Kafka: after - before}, nil
}

// anew drops all that runs have written, and the contestant's state.
func (s *site) anew(ctx context.Context, c contestants.Contestant) error {
	if err := s.cluster.Clear(ctx, false); err != nil {
		return err
	}
	return errors.Join(s.cluster.Apply(ctx), c.Wipe(s.place))
}

// watch waits until a contestant has taken everything.
func (s *site) watch(ctx context.Context, c contestants.Contestant, running *contestants.Running) (measure.Run, error) {
	progress := measure.Progress{
		Admin: s.cluster.Admin, Groups: c.Groups, Sources: load.Topics(), Usage: running.Usage,
		Show: func(committed, of int64) { s.progress("%s: %d of %d source records", c.Name, committed, of) },
	}
	return progress.Watch(ctx)
}

// same compares what a contestant has written with what the first has.
func (s *site) same(ctx context.Context, name string) error {
	content, err := compare.Read(ctx, s.cluster)
	if err != nil {
		return fmt.Errorf("reading what it wrote: %w", err)
	}
	if s.reference == nil {
		s.reference, s.writer = content, name
		s.report.Compared = content.Size()
		return nil
	}
	if difference := compare.Difference(s.reference, content); difference != "" {
		return fmt.Errorf("it has written something else than %s before (−: %s, +: %s): there is no report\n%s", s.writer, s.writer, name, difference)
	}
	return nil
}

// profile keeps what the stages have just written for pass_through to move.
func (s *site) profile(ctx context.Context, loaded int) error {
	if !slices.ContainsFunc(s.contestants, func(c contestants.Contestant) bool { return c.Name == contestants.PassThrough }) {
		return nil
	}
	profile, err := passthrough.Measure(ctx, s.cluster, loaded, load.Topics())
	if err != nil {
		return err
	}
	return profile.Save(s.place.Profile)
}
