package kafka

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/state"
	"waybill/stream"
)

// session is one membership of the stage's group: it ends with the process or with the first failure that makes the
// outcome of a transaction, or the store, uncertain. The next one restores from the changelog, which knows.
//
// One goroutine runs the epochs. Group callbacks and restores run in others; what they have to say they leave in the
// fields behind mu and poke the loop.
type session struct {
	runner     *Runner
	program    *stream.Program
	options    Options
	log        *slog.Logger
	backoff    *backoff
	store      state.Store
	references *stream.References
	reader     *referenceReader // nil: the stage reads no reference data
	client     *kgo.Client      // of group
	group      *kgo.GroupTransactSession
	admin      *kadm.Client
	tasks      map[int32]*runningTask
	restores   map[int32]chan struct{}  // by task: closed when its last restore has ended
	position   map[topicPartition]int64 // behind what is taken and committed
	reached    map[topicPartition]int64 // behind what the epoch at hand has taken
	joined     int                      // passes as a member of the group with nothing left to do
	background sync.WaitGroup
	stop       context.CancelFunc // ends what runs in the background

	mu       sync.Mutex
	changes  []assignment
	assigned map[int32]bool // the tasks of the last assignment; nil before the first
	restored []restoreResult
	moved    bool // the group took partitions away since the last epoch ended
	pokes    int
	wake     context.CancelFunc // of the poll under way
	toGo     map[int32]int64    // changelog offsets to restore, by task
	progress progress           // of restoring them
}

// runningTask is a partition number that the group has given to this member; task is nil while it is being restored.
type runningTask struct {
	task   *stream.Task
	topics map[string]bool
	cancel context.CancelFunc // of its restore
}

type assignment struct {
	given bool
	what  map[string][]int32
}

type restoreResult struct {
	partition int32
	of        *runningTask
	committed kadm.OffsetResponses // of the group
	err       error
}

func newSession(r *Runner, store state.Store, backoff *backoff) *session {
	return &session{
		runner: r, program: r.program, options: r.options, log: r.options.Log, backoff: backoff, store: store,
		references: stream.NewReferences(r.program, store, r.options.CacheBytes/4),
		tasks:      map[int32]*runningTask{}, restores: map[int32]chan struct{}{}, position: map[topicPartition]int64{},
		reached: map[topicPartition]int64{}, toGo: map[int32]int64{},
	}
}

func (s *session) run(ctx context.Context) (err error) {
	background, stop := context.WithCancel(ctx)
	s.stop = stop
	defer s.close()
	if err := s.open(background); err != nil {
		return s.sorted("connecting", err)
	}
	for ctx.Err() == nil {
		s.runner.turn()
		if err := s.pass(ctx, background); err != nil {
			return err
		}
	}
	return nil
}

// sorted gives a failure its kind: what the kernel and the store say stands, everything else is the broker's and may pass.
func (s *session) sorted(what string, err error) error {
	var failure *stream.Failure
	if err == nil || errors.As(err, &failure) || errors.Is(err, state.ErrCorrupt) {
		return err
	}
	return unavailable(s.program.Stage().Name, what, err)
}

func (s *session) open(ctx context.Context) error {
	stage := s.program.Stage()
	plain, err := kgo.NewClient(s.options.consumer()...)
	if err != nil {
		return err
	}
	s.admin = kadm.NewClient(plain)
	metadata, err := s.admin.ListTopics(ctx, append(stage.Inputs(), stage.Changelog())...)
	if err != nil {
		return err
	}
	partitions := map[string]int32{}
	for name, topic := range metadata {
		partitions[name] = int32(len(topic.Partitions))
	}
	if err := s.program.CheckPartitions(partitions); err != nil {
		return err
	}
	if n, want := partitions[stage.Changelog()], partitions[stage.Inputs()[0]]; n != want {
		return fmt.Errorf("changelog %s has %d partitions, the stage has %d tasks: run `waybill topics apply`", stage.Changelog(), n, want)
	}
	if err := s.openReferences(ctx); err != nil {
		return err
	}
	s.group, err = kgo.NewGroupTransactSession(s.options.consumer(
		kgo.TransactionalID(stage.Group()+"-"+s.options.Instance),
		kgo.TransactionTimeout(s.options.TransactionTimeout),
		kgo.ConsumerGroup(stage.Group()),
		// Static membership: a process that comes back after a crash takes its own place at once, without waiting until the
		// group has missed it; an instance that was taken for dead is fenced.
		kgo.InstanceID(s.options.Instance),
		kgo.ConsumeTopics(stage.Inputs()...),
		kgo.ConsumeStartOffset(kgo.NewOffset().AtStart()),
		kgo.ConsumeResetOffset(kgo.NoResetOffset()), // from the start it would all be taken again; from further on, some would be lost
		kgo.Balancers(&taskBalancer{stored: s.storedTasks(partitions[stage.Changelog()]), assigned: s.noteAssigned}),
		kgo.SessionTimeout(s.options.SessionTimeout),
		kgo.HeartbeatInterval(s.options.SessionTimeout/5),
		kgo.RebalanceTimeout(30*time.Second),
		kgo.BlockRebalanceOnPoll(),
		kgo.OnPartitionsAssigned(func(_ context.Context, client *kgo.Client, given map[string][]int32) {
			client.PauseFetchPartitions(given) // until their tasks are restored
			s.note(assignment{true, given})
		}),
		kgo.OnPartitionsRevoked(func(_ context.Context, _ *kgo.Client, taken map[string][]int32) { s.note(assignment{false, taken}) }),
		kgo.OnPartitionsLost(func(_ context.Context, _ *kgo.Client, taken map[string][]int32) { s.note(assignment{false, taken}) }),
		kgo.RecordPartitioner(partitioner()),
		kgo.ProducerBatchMaxBytes(RecordBytesMax),
		kgo.BrokerMaxWriteBytes(5*RecordBytesMax),
		kgo.ProducerLinger(0),
		kgo.MaxBufferedRecords(1<<20),
		kgo.ProducerBatchCompression(kgo.Lz4Compression(), kgo.NoCompression()),
	)...)
	if err != nil {
		return err
	}
	s.client = s.group.Client()
	s.background.Go(func() { s.measure(ctx) })
	// Taking the producer id ends a transaction that an earlier life of this instance left open. Until it is ended, its
	// offsets are unstable and nobody can take its tasks.
	if _, _, err := s.client.ProducerID(ctx); err != nil {
		return fmt.Errorf("producer id of %s-%s: %w", stage.Group(), s.options.Instance, err)
	}
	return nil
}

// storedTasks tells the balancer which tasks have their state here.
func (s *session) storedTasks(tasks int32) func() []int32 {
	return func() (stored []int32) {
		for task := range tasks {
			if position, err := stream.ChangelogPosition(s.store, task); err == nil && position.Next > 0 {
				stored = append(stored, task)
			}
		}
		return stored
	}
}

func (s *session) note(change assignment) {
	if len(change.what) == 0 {
		return
	}
	s.mu.Lock()
	s.changes = append(s.changes, change)
	s.moved = s.moved || !change.given
	s.mu.Unlock()
	s.poke()
}

// noteAssigned keeps what the group assigned last. The callbacks alone do not tell all of it: franz-go's transaction session
// keeps a second revocation from them until the transaction after the first has ended.
func (s *session) noteAssigned(what map[string][]int32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.assigned = map[int32]bool{}
	for _, partitions := range what {
		for _, partition := range partitions {
			s.assigned[partition] = true
		}
	}
}

// poke ends the poll under way, or the next one.
func (s *session) poke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pokes++
	if s.wake != nil {
		s.wake()
	}
}

// poll waits for records, a poke, or until. What is buffered comes at once.
func (s *session) poll(ctx context.Context, wait time.Duration, atMost int) kgo.Fetches {
	s.mu.Lock()
	if s.pokes > 0 || wait <= 0 {
		s.pokes = 0
		s.mu.Unlock()
		return s.group.PollRecords(nil, atMost) //nolint:staticcheck // nil: what is buffered, without waiting
	}
	waiting, cancel := context.WithTimeout(ctx, wait)
	s.wake = cancel
	s.mu.Unlock()
	fetches := s.group.PollRecords(waiting, atMost)
	cancel()
	s.mu.Lock()
	s.wake, s.pokes = nil, 0
	s.mu.Unlock()
	return fetches
}

// reassign starts and drops tasks as the group wants it, and takes in what was restored. Only the loop calls it, between
// epochs.
func (s *session) reassign(background context.Context) error {
	s.mu.Lock()
	changes, restored, assigned := s.changes, s.restored, s.assigned
	s.changes, s.restored = nil, nil
	s.mu.Unlock()
	for _, change := range changes {
		for topic, partitions := range change.what {
			for _, partition := range partitions {
				if change.given {
					s.give(background, topic, partition)
				} else {
					s.drop(topic, partition)
				}
			}
		}
	}
	for partition, running := range s.tasks {
		for topic := range running.topics {
			if !assigned[partition] {
				s.drop(topic, partition)
			}
		}
	}
	for _, result := range restored {
		running := s.tasks[result.partition]
		if running != result.of {
			continue // it was taken away meanwhile
		}
		if result.err != nil {
			return s.sorted("restoring", result.err)
		}
		task, err := s.program.NewTask(result.partition, s.store, s.references, s.options.CacheBytes/max(len(s.tasks), 1))
		if err != nil {
			return err
		}
		running.task = task
		resume := map[string][]int32{}
		for topic := range running.topics {
			resume[topic] = []int32{result.partition}
			committed, _ := result.committed.Lookup(topic, result.partition) // none yet: zero
			s.position[topicPartition{topic, result.partition}] = max(committed.At, 0)
		}
		s.client.ResumeFetchPartitions(resume)
	}
	s.options.Metrics.tasks.WithLabelValues(s.program.Stage().Name).Set(float64(len(s.tasks)))
	return nil
}

func (s *session) give(background context.Context, topic string, partition int32) {
	if had := s.tasks[partition]; had != nil && had.topics[topic] {
		// It was taken away meanwhile, which the transaction session kept to itself (noteAssigned): another may have run it.
		for topic := range had.topics {
			s.drop(topic, partition)
		}
	}
	running := s.tasks[partition]
	if running == nil {
		ctx, cancel := context.WithCancel(background)
		running = &runningTask{topics: map[string]bool{}, cancel: cancel}
		s.tasks[partition] = running
		s.restoring(partition, 1)
		before, done := s.restores[partition], make(chan struct{})
		s.restores[partition] = done
		s.background.Go(func() {
			defer close(done)
			if before != nil {
				<-before // of an earlier assignment, cancelled: it may be writing its last batch
			}
			committed, err := s.restore(ctx, partition)
			s.restoring(partition, 0)
			s.mu.Lock()
			s.restored = append(s.restored, restoreResult{partition, running, committed, err})
			s.mu.Unlock()
			s.poke()
		})
	}
	running.topics[topic] = true
	if running.task != nil {
		s.client.ResumeFetchPartitions(map[string][]int32{topic: {partition}})
	}
}

func (s *session) drop(topic string, partition int32) {
	delete(s.position, topicPartition{topic, partition})
	delete(s.reached, topicPartition{topic, partition})
	running := s.tasks[partition]
	if running == nil {
		return
	}
	if delete(running.topics, topic); len(running.topics) == 0 {
		running.cancel()
		delete(s.tasks, partition)
	}
}

// sortedTasks are the tasks that run, in the order of their numbers.
func (s *session) sortedTasks() []*stream.Task {
	var tasks []*stream.Task
	for _, partition := range slices.Sorted(maps.Keys(s.tasks)) {
		if task := s.tasks[partition].task; task != nil {
			tasks = append(tasks, task)
		}
	}
	return tasks
}

func (s *session) close() {
	s.stop()
	if s.group != nil {
		s.group.CloseAllowingRebalance()
		s.leave()
	}
	if s.reader != nil {
		s.reader.client.Close()
	}
	s.background.Wait()
	if s.admin != nil {
		s.admin.Close()
	}
	s.options.Metrics.tasks.WithLabelValues(s.program.Stage().Name).Set(0)
}

// leave gives the tasks to the others at once: closing the client alone keeps a static member's place until it is missed.
func (s *session) leave() {
	ctx, cancel := context.WithTimeout(context.Background(), s.options.StopTimeout)
	defer cancel()
	group := s.program.Stage().Group()
	if _, err := s.admin.LeaveGroup(ctx, kadm.LeaveGroup(group).InstanceIDs(s.options.Instance).Reason("stopping")); err != nil {
		s.log.Warn("leaving the group: others take over when it misses this process", "group", group, "error", err)
	}
}
