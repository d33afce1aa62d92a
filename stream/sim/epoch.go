package sim

import (
	"context"
	"errors"
	"maps"
	"time"

	"waybill/stream"
)

// stepFailure is a failure of a step, before anything was written for the epoch.
type stepFailure struct{ error }

func (f *stepFailure) Unwrap() error { return f.error }

// written is what an epoch of a task wrote.
type written struct {
	running *runningTask
	ready   stream.Ready
	next    int64 // behind its last record in the changelog
}

// runEpoch takes what there is, and commits what the steps did; false: there was nothing to do.
func (s *session) runEpoch() (bool, error) {
	now := s.process.now()
	taken, err := s.steps(now)
	if err != nil {
		return true, s.abandon(err)
	}
	dirty := false
	for _, running := range s.tasks {
		dirty = dirty || running.task != nil && running.task.Dirty()
	}
	if taken == 0 && !dirty {
		s.advance()
		return false, nil
	}
	if err := s.commit(now); err != nil {
		return true, err
	}
	s.failures = 0
	return true, nil
}

// steps runs the steps of waiters, of some of the records that are there, and of due timers.
func (s *session) steps(now time.Time) (taken int, err error) {
	c, ctx := s.process.cluster, context.Background()
	for _, running := range s.tasks {
		if running.task == nil {
			continue
		}
		woken, err := running.task.Wake(ctx, now)
		if err != nil {
			return taken, err
		}
		if woken > 0 {
			c.reach("waiter-woken")
		}
	}
	for _, running := range s.tasks {
		if running.task == nil {
			continue
		}
		for _, record := range s.fetch(running.number) {
			s.at(KilledBetweenSteps)
			s.reached[Place{record.Topic, record.Partition}] = record.Offset + 1
			if err := running.task.Take(ctx, now, record); err != nil {
				return taken, err
			}
			taken++
		}
	}
	if taken > 0 {
		s.at(KilledBeforeTimers)
	}
	for _, running := range s.tasks {
		if running.task == nil {
			continue
		}
		ran, _, err := running.task.RunDue(ctx, now)
		if err != nil {
			return taken, err
		}
		switch {
		case ran > 1:
			c.reach("timers-together")
		case ran == 1:
			c.reach("timer")
		}
	}
	return taken, nil
}

// fetch draws what of a task's inputs comes with this poll: an interleaving of what is committed, each input in its order.
func (s *session) fetch(task int32) []*stream.Record {
	c := s.process.cluster
	var queues [][]*stream.Record
	total := 0
	for _, topic := range s.stage.Inputs() {
		at := Place{topic, task}
		partition := c.broker.log.partition(topic, task)
		if partition.next == s.position[at] {
			continue
		}
		records, next := partition.committed(s.position[at], 40)
		if len(records) == 0 {
			s.reached[at] = next // behind markers and what was aborted
			continue
		}
		queues = append(queues, records)
		total += len(records)
	}
	if total == 0 {
		return nil
	}
	most := 1 + c.random.IntN(30)
	if c.chaos.strike(FetchIsShort) {
		most = 1
	}
	drawn := make([]*stream.Record, 0, min(most, total))
	for record := range Interleave(c.random, queues) {
		if drawn = append(drawn, record); len(drawn) == most {
			break
		}
	}
	return drawn
}

// advance notes that everything taken so far is done with.
func (s *session) advance() {
	for at, offset := range s.reached {
		s.position[at] = offset
	}
	clear(s.reached)
}

// abandon drops what the epoch's steps did and goes back to what is committed.
func (s *session) abandon(cause error) error {
	s.process.cluster.reach("epoch-abandoned")
	for _, running := range s.tasks {
		if running.task != nil {
			if err := running.task.Abort(); err != nil {
				return err
			}
		}
	}
	clear(s.reached)
	return &stepFailure{cause}
}

// commit writes everything in one transaction with the offsets of the input, and only then applies it to the store.
func (s *session) commit(now time.Time) error {
	c := s.process.cluster
	var epoch []written
	for _, running := range s.tasks {
		if running.task == nil {
			continue
		}
		ready, err := running.task.Ready()
		if err != nil {
			return s.abandon(err)
		}
		epoch = append(epoch, written{running: running, ready: ready})
	}
	s.at(KilledBeforeTransaction, StoppedBeforeTransaction)
	if err := s.transact(epoch); err != nil {
		c.reach("epoch-aborted")
		return s.unavailable("committing an epoch", err)
	}
	s.at(KilledAfterCommit, StoppedAfterCommit)
	s.advance()
	for i := range epoch {
		w := &epoch[i]
		if i > 0 {
			s.at(KilledWhileApplying)
		}
		if err := w.running.task.Commit(w.ready.Changelog, w.next, now); err != nil {
			return err
		}
	}
	if s.at(KilledAfterApply, StoreFlushed) == StoreFlushed {
		if err := s.store.Sync(); err != nil {
			return err
		}
	}
	return nil
}

// transact is the transaction of an epoch. Any error leaves it to be ended by the next session of the producer.
func (s *session) transact(epoch []written) error {
	c := s.process.cluster
	t, err := s.begin()
	if err != nil {
		return err
	}
	t.epoch.Stage, t.epoch.From, t.epoch.To = s.stage.Name, map[Place]int64{}, maps.Clone(s.reached)
	for at := range s.reached {
		t.epoch.From[at] = s.position[at]
	}
	for _, w := range epoch {
		t.counts = append(t.counts, maps.Clone(w.ready.Counts))
	}
	if err := s.produce(t, epoch); err != nil {
		if t.producer.epoch == s.epoch && t.state == ongoing {
			s.abort(t)
		}
		return err
	}
	fault := s.at(KilledBeforeOffsets, StoppedBeforeOffsets, OffsetsFail)
	if fault == OffsetsFail {
		s.abort(t)
		return errNoAnswer
	}
	if err := s.alive(t); err != nil {
		return err
	}
	if err := c.broker.commitOffsets(t, s.group, s.member, s.reached); err != nil {
		c.reach("generation-refused")
		s.abort(t)
		return err
	}
	fault = s.at(KilledBeforeCommit, StoppedBeforeCommit, CommitLost, CommitAnswerLost, CommitMarkersLate)
	if err := s.alive(t); err != nil {
		return err
	}
	switch fault {
	case CommitLost:
		return errNoAnswer
	case CommitAnswerLost:
		c.broker.ending(t, committing, c.now)
		c.broker.turn(c.now)
		return errNoAnswer
	case CommitMarkersLate:
		c.broker.ending(t, committing, c.now.Add(time.Duration(1+c.random.IntN(4000))*time.Millisecond))
		return nil
	}
	c.broker.ending(t, committing, c.now)
	c.broker.turn(c.now)
	return nil
}

// alive is the broker's check of every request of a transaction: the producer is not fenced, the transaction still open.
func (s *session) alive(t *transaction) error {
	if t.producer.epoch != s.epoch || t.state != ongoing {
		s.process.cluster.reach("zombie-fenced")
		return errFenced
	}
	return nil
}

// begin opens the transaction, when the one before is ended.
func (s *session) begin() (*transaction, error) {
	c := s.process.cluster
	for {
		if c.chaos.strike(ProducerFenced) {
			_, _ = c.broker.initProducer(s.transactionalID(), c.now)
		}
		t, err := c.broker.transact(s.transactionalID(), s.epoch, c.now)
		if !errors.Is(err, errConcurrent) {
			return t, err
		}
		c.reach("transaction-waits-for-markers")
		s.sleep(50 * time.Millisecond)
	}
}

func (s *session) abort(t *transaction) {
	c := s.process.cluster
	at := c.now
	if c.chaos.strike(AbortMarkersLate) {
		at = at.Add(time.Duration(1+c.random.IntN(4000)) * time.Millisecond)
	}
	c.broker.ending(t, aborting, at)
	c.broker.turn(c.now)
}

// produce writes the records of an epoch, then what changed of the state.
func (s *session) produce(t *transaction, epoch []written) error {
	c := s.process.cluster
	var refused error
	write := func(topic string, partition int32, key, value []byte, headers []stream.Header, at time.Time) (int64, error) {
		fault := s.at(KilledWhileProducing, StoppedWhileProducing, ProduceFails, ProduceAnswerLost, RecordRefused)
		if err := s.alive(t); err != nil {
			return 0, err
		}
		switch fault {
		case ProduceFails:
			return 0, errNoAnswer
		case RecordRefused:
			refused = errRefused // the producer goes on with the next one
			return 0, nil
		}
		offset := c.broker.log.write(t, topic, partition, key, value, headers, at)
		if fault == ProduceAnswerLost {
			return 0, errNoAnswer
		}
		return offset, nil
	}
	for i := range epoch {
		w := &epoch[i]
		for _, out := range w.ready.Records {
			if _, err := write(out.Topic, out.Partition, out.Key, out.Value, out.Headers, out.Time); err != nil {
				return err
			}
		}
		for _, change := range w.ready.Changelog {
			offset, err := write(s.stage.Changelog(), w.running.number, change.Key, change.Value, nil, c.now)
			if err != nil {
				return err
			}
			w.next = offset + 1
		}
	}
	return refused
}
