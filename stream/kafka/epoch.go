package kafka

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"waybill/state"
	"waybill/stream"
)

// idleWait bounds how long a pass waits for records when no timer is due sooner.
const idleWait = 250 * time.Millisecond

// polledAtOnce bounds how many records are taken before the epoch looks at the clock again.
const polledAtOnce = 4000

// pass is one turn of the loop: wait for something to do, do it in an epoch, commit it.
func (s *session) pass(ctx, background context.Context) error {
	polled := time.Now()
	fetches := s.poll(ctx, s.wait(), min(s.options.EpochRecords, polledAtOnce))
	defer s.group.AllowRebalance()
	if err := fetchFailure(fetches); err != nil {
		return s.sorted("polling", err)
	}
	if ctx.Err() != nil {
		return nil // what was polled is not taken: the next owner polls it again
	}
	if s.tookAway() {
		// The group took partitions away between two epochs. The transaction session would abort the next one for that;
		// ending an empty one clears it, and rewinds to what is committed.
		if _, err := s.group.End(ctx, kgo.TryAbort); err != nil {
			return s.sorted("after a rebalance", err)
		}
		fetches = nil
	}
	if err := s.reassign(background); err != nil {
		return err
	}
	s.observe("poll", polled)
	now := s.options.Now()
	err := s.epoch(ctx, now, fetches)
	if err == nil {
		s.publish(now)
		return nil
	}
	if stream.KindOf(err) != stream.Retryable || !errors.As(err, new(*stepFailure)) || errors.Is(err, state.ErrFailed) {
		return err
	}
	// A step could not go on (the registry is away): nothing of the epoch counts, and it is tried again after a pause.
	s.runner.problem(err)
	s.log.Warn("epoch abandoned, pausing", "error", err, "for", s.backoff.next().String())
	s.options.Metrics.retries.WithLabelValues(s.program.Stage().Name, string(stream.Retryable)).Inc()
	s.group.AllowRebalance()
	pause(ctx, s.backoff.take())
	return nil
}

// stepFailure is a failure of a step, before anything was written for the epoch.
type stepFailure struct{ error }

func (f *stepFailure) Unwrap() error { return f.error }

func (s *session) tookAway() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	moved := s.moved
	s.moved = false
	return moved
}

// wait is how long a poll may wait: until the next timer is due.
func (s *session) wait() time.Duration {
	wait := idleWait
	for _, running := range s.tasks {
		if running.task == nil {
			continue
		}
		if due, ok := running.task.NextDue(); ok {
			wait = min(wait, due.Sub(s.options.Now()))
		}
	}
	return wait
}

func fetchFailure(fetches kgo.Fetches) error {
	for _, failed := range fetches.Errors() {
		if errors.Is(failed.Err, context.DeadlineExceeded) || errors.Is(failed.Err, context.Canceled) {
			continue
		}
		if errors.Is(failed.Err, kerr.OffsetOutOfRange) {
			return fmt.Errorf("%s partition %d: %w: what is to be taken next is not in the topic: its retention has removed it, or the topic was made anew. "+
				"See what is missing, then move the group's offset (`kafka-consumer-groups.sh --reset-offsets`)", failed.Topic, failed.Partition, failed.Err)
		}
		return fmt.Errorf("%s partition %d: %w", failed.Topic, failed.Partition, failed.Err)
	}
	return nil
}

// epoch runs the steps of what was polled, of arrived reference data and of due timers, and commits what they did.
func (s *session) epoch(ctx context.Context, now time.Time, fetches kgo.Fetches) error {
	began := time.Now()
	if err := s.takeReferences(ctx); err != nil {
		return s.abandon(s.sorted("reference data", err))
	}
	taken, err := s.steps(ctx, now, began, fetches)
	if err != nil {
		return s.abandon(err)
	}
	s.observe("steps", began)
	if taken == 0 && !s.dirty() {
		s.advance()
		return nil
	}
	if err := s.commit(now); err != nil {
		return err
	}
	s.backoff.succeeded()
	return nil
}

// takeReferences applies the reference data that has come, outside of the epoch. A batch that cannot be applied now is
// tried again with the next pass.
func (s *session) takeReferences(ctx context.Context) error {
	if s.reader == nil {
		return nil
	}
	for {
		if s.reader.pending == nil {
			select {
			case s.reader.pending = <-s.reader.batches:
			default:
				return nil
			}
		}
		if err := s.applyReferences(ctx, s.reader.pending); err != nil {
			return err
		}
		s.reader.pending = nil
	}
}

// steps runs the epoch's steps; it polls on until the commit interval is over or the epoch is full.
func (s *session) steps(ctx context.Context, now, began time.Time, fetches kgo.Fetches) (taken int, err error) {
	for _, task := range s.sortedTasks() {
		if _, err := task.Wake(ctx, now); err != nil {
			return 0, err
		}
	}
	for {
		n, err := s.take(ctx, now, fetches)
		if taken += n; err != nil {
			return taken, err
		}
		left := s.options.CommitInterval - time.Since(began)
		if taken == 0 || left <= 0 || taken >= s.options.EpochRecords || ctx.Err() != nil {
			break
		}
		fetches = s.poll(ctx, left, min(s.options.EpochRecords-taken, polledAtOnce))
		if err := fetchFailure(fetches); err != nil {
			return taken, s.sorted("polling", err)
		}
	}
	for _, task := range s.sortedTasks() {
		if _, _, err := task.RunDue(ctx, now); err != nil {
			return taken, err
		}
	}
	return taken, nil
}

// take runs the steps of what was polled. Tasks have nothing in common but reference data, so they run beside each other.
func (s *session) take(ctx context.Context, now time.Time, fetches kgo.Fetches) (taken int, err error) {
	polled := map[int32][]*kgo.Record{}
	fetches.EachPartition(func(partition kgo.FetchTopicPartition) {
		if len(partition.Records) == 0 || err != nil {
			return
		}
		if running := s.tasks[partition.Partition]; running == nil || running.task == nil {
			err = s.sorted("polling", fmt.Errorf("%s partition %d came before its task was restored", partition.Topic, partition.Partition))
			return
		}
		last := partition.Records[len(partition.Records)-1]
		s.reached[topicPartition{partition.Topic, partition.Partition}] = last.Offset + 1
		polled[partition.Partition] = append(polled[partition.Partition], partition.Records...)
	})
	if err != nil {
		return 0, err
	}
	counts := make([]int, len(polled))
	err = beside(slices.Sorted(maps.Keys(polled)), func(i int, task int32) error {
		for _, one := range polled[task] {
			if one.Attrs.IsControl() {
				continue
			}
			record := recordOf(one)
			if err := s.tasks[task].task.Take(ctx, now, &record); err != nil {
				return err
			}
			counts[i]++
		}
		return nil
	})
	for _, n := range counts {
		taken += n
	}
	return taken, err
}

// beside runs a function for each of some, on as many cores as there are, and returns the error of the first that has one.
func beside[E any](of []E, run func(i int, one E) error) error {
	errs := make([]error, len(of))
	var next atomic.Int32
	work := func() {
		for i := int(next.Add(1)) - 1; i < len(of); i = int(next.Add(1)) - 1 {
			errs[i] = run(i, of[i])
		}
	}
	var others sync.WaitGroup
	for range min(len(of), runtime.GOMAXPROCS(0)) - 1 {
		others.Go(work)
	}
	work()
	others.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *session) dirty() bool {
	for _, running := range s.tasks {
		if running.task != nil && running.task.Dirty() {
			return true
		}
	}
	return false
}

// abandon drops what the epoch's steps did and rewinds to what is committed.
func (s *session) abandon(cause error) error {
	s.options.Metrics.epochs.WithLabelValues(s.program.Stage().Name, "aborted").Inc()
	for _, task := range s.sortedTasks() {
		if err := task.Abort(); err != nil {
			return err
		}
	}
	clear(s.reached)
	if _, err := s.group.End(context.Background(), kgo.TryAbort); err != nil {
		return s.sorted("abandoning an epoch", err)
	}
	return &stepFailure{cause}
}

// written is what an epoch of a task wrote.
type written struct {
	task  *stream.Task
	ready stream.Ready
	next  int64 // behind its last record in the changelog
}

// commit writes everything in one transaction with the offsets of the input, and only then applies it to the store. When
// it is not certain that the transaction committed, the session ends; the next one restores what the changelog has.
func (s *session) commit(now time.Time) error {
	producing := time.Now()
	epoch, err := s.gather()
	if err != nil {
		return s.abandon(err)
	}
	if err := s.group.Begin(); err != nil {
		return s.sorted("beginning a transaction", err)
	}
	for i := range epoch.tasks {
		s.send(epoch, &epoch.tasks[i])
	}
	s.observe("produce", producing)
	ending := time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), s.options.TransactionTimeout+s.options.StopTimeout)
	defer cancel()
	if err := s.end(ctx, epoch); err != nil {
		s.options.Metrics.epochs.WithLabelValues(s.program.Stage().Name, "aborted").Inc()
		return s.sorted("committing an epoch", err)
	}
	s.observe("commit", ending)
	s.advance()
	return s.apply(epoch, now)
}

// end commits the transaction when every record of it was taken. The producer goes on after a record that the broker
// refuses (too large, invalid), and would commit the rest: a torn epoch.
func (s *session) end(ctx context.Context, epoch *producedEpoch) error {
	if err := s.client.Flush(ctx); err != nil {
		return err
	}
	epoch.mu.Lock()
	refused := epoch.failed
	epoch.mu.Unlock()
	moves := len(s.client.UncommittedOffsets()) > 0
	if refused == nil && !moves {
		refused = s.stillMember(ctx)
	}
	if refused != nil {
		_, err := s.group.End(ctx, kgo.TryAbort)
		return errors.Join(refused, err)
	}
	if !moves {
		// The transaction session takes an epoch without offsets for one of a broker from before KIP-447, and waits 500 ms.
		return s.client.EndTransaction(ctx, kgo.TryCommit)
	}
	committed, err := s.group.End(ctx, kgo.TryCommit)
	if err == nil && !committed {
		err = errors.New("the transaction was aborted")
	}
	return err
}

// stillMember asks the group for what a commit of offsets asks it too: whether this member's tasks are its own. An epoch of
// timers or wakes commits none. The answer is enough once the changelog has the epoch's records: whoever is given a task
// later finds them below its end, and waits until they are decided.
func (s *session) stillMember(ctx context.Context) error {
	heartbeat := kmsg.NewPtrHeartbeatRequest()
	heartbeat.Group, heartbeat.InstanceID = s.program.Stage().Group(), &s.options.Instance
	heartbeat.MemberID, heartbeat.Generation = s.client.GroupMetadata()
	answer, err := heartbeat.RequestWith(ctx, s.client)
	if err == nil {
		err = kerr.ErrorForCode(answer.ErrorCode)
	}
	if err != nil && !errors.Is(err, kerr.RebalanceInProgress) { // in a rebalance a member keeps its tasks until it joins again
		return fmt.Errorf("membership of the group: %w", err)
	}
	return nil
}

func (s *session) apply(epoch *producedEpoch, now time.Time) error {
	applying := time.Now()
	for i := range epoch.tasks {
		w := &epoch.tasks[i]
		s.count(w.ready)
		if err := w.task.Commit(w.ready.Changelog, w.next, now); err != nil {
			return err
		}
	}
	s.observe("apply", applying)
	s.options.Metrics.epochs.WithLabelValues(s.program.Stage().Name, "committed").Inc()
	return nil
}

// advance notes that everything polled so far is done with.
func (s *session) advance() {
	maps.Copy(s.position, s.reached)
	clear(s.reached)
}

func (s *session) observe(phase string, since time.Time) {
	s.options.Metrics.phase.WithLabelValues(s.program.Stage().Name, phase).Observe(time.Since(since).Seconds())
}
