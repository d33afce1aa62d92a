package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// act is one kind of harm to processes. Every deck of acts is shuffled, a zombie first, and played to its end before the
// next one; brokers fall in a time of their own beside it.
type act struct {
	kind  string
	times int // in a deck
	do    func(*site, context.Context, *rand.Rand) error
}

var acts = []act{
	{"zombie", 2, (*site).makeZombie},
	{"restart", 6, (*site).killAndRestart},
	{"away", 2, (*site).killAndStayAway},
	{"two", 1, (*site).killTwo},
	{"scale", 1, (*site).scale},
}

// counts are what was done.
type counts struct {
	mu                                         sync.Mutex
	brokerKills, processKills, zombies, scales int
	wipes, ownEnds                             int
	slowStops                                  []string
	fenced                                     []string
	notFenced                                  []string
	watched                                    []zombie
	brokerOutages                              []time.Duration // from a broker's kill until all copies are whole again
}

func (c *counts) add(count *int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	*count++
}

func (c *counts) kills() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.brokerKills + c.processKills
}

// harm plays the schedule while the load is written, and ends with everything running.
func (s *site) harm(ctx context.Context) error {
	if err := s.load.prepare(ctx, s.client); err != nil {
		return err
	}
	writing := make(chan error, 1)
	harming, enough := context.WithCancel(ctx)
	defer enough()
	s.waits.measure(true)
	go func() {
		writing <- s.load.run(ctx, s.client)
		s.waits.measure(false)
		enough()
	}()
	var lanes sync.WaitGroup
	failures := make([]error, 2)
	lanes.Go(func() { failures[0] = s.harmProcesses(ctx, harming) })
	lanes.Go(func() { failures[1] = s.harmBrokers(ctx, harming) })
	lanes.Go(func() { s.progress(harming) })
	lanes.Wait()
	if err := errors.Join(failures[0], failures[1], <-writing); err != nil {
		return err
	}
	for _, one := range s.instances {
		if err := one.awaitReady(ctx, 2*time.Minute); err != nil {
			return err
		}
	}
	return nil
}

// harmProcesses plays decks until harming ends. The act at hand is finished.
func (s *site) harmProcesses(ctx, harming context.Context) error {
	random := rand.New(rand.NewPCG(s.options.seed, 2))
	wipeAt := time.Now().Add(time.Duration(s.options.minutes * 0.4 * float64(time.Minute)))
	for {
		var deck []act
		for _, one := range acts {
			for range one.times {
				deck = append(deck, one)
			}
		}
		random.Shuffle(len(deck)-1, func(i, j int) { deck[i+1], deck[j+1] = deck[j+1], deck[i+1] })
		for _, one := range deck {
			if pause(harming, between(random, 500*time.Millisecond, 2*time.Second)); harming.Err() != nil {
				return ctx.Err()
			}
			if s.counts.wipes == 0 && time.Now().After(wipeAt) {
				if err := s.wipe(ctx, random); err != nil {
					return err
				}
			}
			if err := one.do(s, ctx, random); err != nil {
				return fmt.Errorf("%s: %w", one.kind, err)
			}
		}
	}
}

func (s *site) draw(random *rand.Rand) *instance { return s.instances[random.IntN(len(s.instances))] }

// kill kills an instance, and has its tasks waited for.
func (s *site) kill(ctx context.Context, one *instance, kind string) error {
	tasks := s.tasksOf(ctx, one)
	if err := one.kill(); err != nil {
		return err
	}
	s.counts.add(&s.counts.processKills)
	s.waits.expect(kind, tasks)
	return nil
}

// back starts an instance, and lets it get ready.
func (s *site) back(ctx context.Context, one *instance) error {
	if err := one.start(); err != nil {
		return err
	}
	return one.awaitReady(ctx, 3*time.Minute)
}

// untilTakenOver waits until all tasks that are waited for have written something, or a while.
func (s *site) untilTakenOver(ctx context.Context) {
	_ = await(ctx, 40*time.Second, "taken over", func() (bool, error) { return s.waits.over(), nil }) // the report has what took longer
}

func (s *site) killAndRestart(ctx context.Context, random *rand.Rand) error {
	one := s.draw(random)
	s.say("%s is killed and started again", one.name)
	if err := s.kill(ctx, one, "restarted"); err != nil {
		return err
	}
	defer s.untilTakenOver(ctx)
	return s.back(ctx, one)
}

func (s *site) killAndStayAway(ctx context.Context, random *rand.Rand) error {
	one, more := s.draw(random), between(random, 0, 6*time.Second)
	s.say("%s is killed and stays away", one.name)
	if err := s.kill(ctx, one, "taken over"); err != nil {
		return err
	}
	s.untilTakenOver(ctx)
	pause(ctx, more)
	return s.back(ctx, one)
}

func (s *site) killTwo(ctx context.Context, random *rand.Rand) error {
	first := s.draw(random)
	second := s.instances[(slices.Index(s.instances, first)+1+random.IntN(len(s.instances)-1))%len(s.instances)]
	s.say("%s and %s are killed and stay away", first.name, second.name)
	for _, one := range []*instance{first, second} {
		if err := s.kill(ctx, one, "taken over"); err != nil {
			return err
		}
	}
	s.untilTakenOver(ctx)
	for _, one := range []*instance{first, second} {
		if err := one.start(); err != nil {
			return err
		}
	}
	for _, one := range []*instance{first, second} {
		if err := one.awaitReady(ctx, 3*time.Minute); err != nil {
			return err
		}
	}
	return nil
}

func (s *site) scale(ctx context.Context, random *rand.Rand) error {
	one, away := s.draw(random), between(random, 2*time.Second, 8*time.Second)
	s.say("%s is asked to stop, and comes back later", one.name)
	took, err := one.stop(ctx)
	if err != nil {
		return err
	}
	if took > 10*time.Second {
		s.counts.slowStops = append(s.counts.slowStops, fmt.Sprintf("%s took %s to stop", one.name, took.Round(time.Second)))
	}
	s.counts.add(&s.counts.scales)
	pause(ctx, away)
	return s.back(ctx, one)
}

func (s *site) wipe(ctx context.Context, random *rand.Rand) error {
	one := s.draw(random)
	s.say("%s is killed and loses its disk", one.name)
	if err := s.kill(ctx, one, "restarted"); err != nil {
		return err
	}
	if err := one.wipe(); err != nil {
		return err
	}
	s.counts.add(&s.counts.wipes)
	defer s.untilTakenOver(ctx)
	return s.back(ctx, one)
}

// harmBrokers kills one broker after another, never a second one before all copies are whole again.
func (s *site) harmBrokers(ctx, harming context.Context) error {
	random := rand.New(rand.NewPCG(s.options.seed, 3))
	for {
		if pause(harming, between(random, 15*time.Second, 35*time.Second)); harming.Err() != nil {
			return ctx.Err()
		}
		number, away := 1+random.IntN(brokerCount), between(random, time.Second, 15*time.Second)
		s.say("broker %d is killed for %s", number, away.Round(100*time.Millisecond))
		s.waits.brokers(true)
		began := time.Now()
		if err := s.cluster.kill(number); err != nil {
			return err
		}
		s.counts.add(&s.counts.brokerKills)
		pause(ctx, away)
		if err := s.cluster.restart(ctx, number); err != nil {
			return err
		}
		err := await(ctx, 3*time.Minute, "all brokers have a copy of everything", func() (bool, error) {
			ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
			defer cancel()
			return s.cluster.whole(ctx, number)
		})
		if err != nil {
			return err
		}
		s.waits.brokers(false)
		s.counts.mu.Lock()
		s.counts.brokerOutages = append(s.counts.brokerOutages, time.Since(began))
		s.counts.mu.Unlock()
		s.say("broker %d is back and whole after %s", number, time.Since(began).Round(100*time.Millisecond))
	}
}

// tasksOf are the partitions that an instance has, by stage; what cannot be asked now is not measured.
func (s *site) tasksOf(ctx context.Context, one *instance) map[string][]int32 {
	tasks := map[string][]int32{}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	for _, stage := range s.stages {
		if !slices.Contains(onTheWay, stage.Name) {
			continue
		}
		groups, err := s.admin.DescribeGroups(ctx, stage.Group())
		if err != nil {
			return tasks
		}
		for _, member := range groups[stage.Group()].Members {
			assigned, ok := member.Assigned.AsConsumer()
			if !ok || member.InstanceID == nil || *member.InstanceID != one.name {
				continue
			}
			for _, topic := range assigned.Topics {
				if topic.Topic == stage.Inputs()[0] {
					tasks[stage.Name] = topic.Partitions
				}
			}
		}
	}
	return tasks
}

// progress shows how it goes: on a terminal in place, else a line now and then.
func (s *site) progress(harming context.Context) {
	every := time.Second
	if !s.terminal {
		every = 15 * time.Second
	}
	for pause(harming, every); harming.Err() == nil; pause(harming, every) {
		s.load.mu.Lock()
		acked, sent := s.load.acked, s.load.sent
		s.load.mu.Unlock()
		s.ledger.mu.Lock()
		seen := s.ledger.records
		s.ledger.mu.Unlock()
		line := fmt.Sprintf("%d of %d records taken in, %d seen come out, %d kills", acked, sent, seen, s.counts.kills())
		if s.terminal {
			fmt.Printf("\r\033[K%6.1f  %s", time.Since(s.began).Seconds(), line)
		} else {
			s.say("%s", line)
		}
	}
}
