package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// zombie is a process that was stopped in the middle of transactions, taken for dead, and continued.
type zombie struct {
	name   string
	caught map[string]transactionID // open when it was stopped, by stage
	said   string                   // by which its log shows that it was turned away; empty when it does not
}

// turnedAway are the answers by which the brokers turn away a producer or a member of a group that others have replaced.
var turnedAway = regexp.MustCompile(`PRODUCER_FENCED|INVALID_PRODUCER_EPOCH|FENCED_INSTANCE_ID|UNKNOWN_MEMBER_ID|ILLEGAL_GENERATION|INVALID_TXN_STATE|INVALID_PRODUCER_ID_MAPPING|UNKNOWN_PRODUCER_ID`)

// gaveUp tells that a line says of a transaction that was open when the process was stopped that it did not commit. It may
// have waited for an answer for so long, by the clock, that it does not ask again.
func gaveUp(line string, caught map[string]transactionID) bool {
	for stage := range caught {
		if strings.Contains(line, "stage="+stage+" ") && strings.Contains(line, "committing an epoch") {
			return true
		}
	}
	return false
}

// makeZombie stops a process while it has transactions open, until its session and its transactions have timed out, and
// continues it.
func (s *site) makeZombie(ctx context.Context, random *rand.Rand) error {
	one := s.draw(random)
	caught, tasks, err := s.stopInTransaction(ctx, one)
	if err != nil {
		return err
	}
	s.say("%s is stopped with %d transactions open", one.name, len(caught))
	s.waits.expect("taken over", tasks)
	stopped := time.Now()
	from := one.logEnd()
	// Every open one is ended by its coordinator, which may be one that has just taken over from a killed broker.
	err = await(ctx, 2*time.Minute, "the transactions of "+one.name+" are ended", func() (bool, error) {
		open, err := s.openTransactions(ctx, one)
		for stage, id := range caught {
			if open[stage] == id || s.audit.isOpen(id) {
				return false, nil
			}
		}
		return time.Since(stopped) > max(sessionTimeout, transactionTimeout)+2*time.Second, err
	})
	if err != nil {
		return err
	}
	if err := s.auditIsAtEnd(ctx); err != nil {
		return err
	}
	// The process has done nothing since it was stopped: what is committed by now was asked for before that, and reached the
	// coordinator late. What is not may never be.
	for stage, id := range caught {
		if commits := s.audit.commits(id); commits > 0 {
			delete(caught, stage)
		}
	}
	s.untilTakenOver(ctx)
	s.say("%s is continued after %s", one.name, time.Since(stopped).Round(100*time.Millisecond))
	if err := one.signal(syscall.SIGCONT, false); err != nil {
		return err
	}
	if len(caught) == 0 {
		s.say("%s had asked for all of its commits before it was stopped, and does not count", one.name)
		return one.awaitReady(ctx, 3*time.Minute)
	}
	s.counts.add(&s.counts.zombies)
	found := zombie{name: one.name, caught: caught}
	_ = await(ctx, 30*time.Second, "it is turned away", func() (bool, error) { // judge counts those that were not
		said := one.logged(from)
		for line := range strings.Lines(said) {
			if turnedAway.MatchString(line) || gaveUp(line, caught) {
				found.said = strings.TrimSpace(line)
				return true, nil
			}
		}
		return false, nil
	})
	s.counts.mu.Lock()
	s.counts.watched = append(s.counts.watched, found)
	s.counts.mu.Unlock()
	return one.awaitReady(ctx, 3*time.Minute)
}

// stopInTransaction stops a process at a moment when the brokers know open transactions of it, which stay open: what was
// on its way when it was stopped has arrived.
func (s *site) stopInTransaction(ctx context.Context, one *instance) (map[string]transactionID, map[string][]int32, error) {
	for range 200 {
		tasks := s.tasksOf(ctx, one)
		if err := one.signal(syscall.SIGSTOP, false); err != nil {
			return nil, nil, err
		}
		caught, err := s.openTransactions(ctx, one)
		if err == nil && len(caught) > 0 {
			pause(ctx, 300*time.Millisecond)
			var still map[string]transactionID
			still, err = s.openTransactions(ctx, one)
			for stage, id := range caught {
				if still[stage] != id {
					delete(caught, stage)
				}
			}
			if err == nil && len(caught) > 0 {
				return caught, tasks, nil
			}
		}
		if err := one.signal(syscall.SIGCONT, false); err != nil {
			return nil, nil, err
		}
		if pause(ctx, 50*time.Millisecond); ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
	}
	return nil, nil, fmt.Errorf("%s was never stopped in a transaction", one.name)
}

// openTransactions asks the coordinators what a process has open, by stage.
func (s *site) openTransactions(ctx context.Context, one *instance) (map[string]transactionID, error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	var names []string
	stages := map[string]string{}
	for _, stage := range s.stages {
		name := stage.Group() + "-" + one.name
		names, stages[name] = append(names, name), stage.Name
	}
	described, err := s.admin.DescribeTransactions(ctx, names...)
	open := map[string]transactionID{}
	for name, of := range described {
		if of.Err == nil && of.State == "Ongoing" {
			open[stages[name]] = transactionID{of.ProducerID, of.ProducerEpoch}
		}
	}
	return open, err
}
