package sim

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
)

// session runs a stage in a process: what stream/kafka does, request by request, on the simulated broker. It is a
// coroutine that gives the turn to others between any two requests, where it may be killed or stand still.
type session struct {
	process *process
	stage   *stream.Stage
	program *stream.Program
	next    func() (signal, bool)
	end     func()
	yield   func(signal) bool

	store      *unsteadyStore // nil while it is closed
	references *stream.References
	read       map[Place]int64 // of reference topics
	member     *member         // nil while it is in no group
	group      *group
	epoch      int             // of the producer
	tasks      []*runningTask  // by number
	position   map[Place]int64 // behind what is taken and committed
	reached    map[Place]int64 // behind what the epoch at hand has taken
	failures   int             // in a row

	killed bool
	state  turnState
	rested int       // the version of the log at which there was nothing to do
	wake   time.Time // of a pause, or of the next timer, in the cluster's clock; zero: none
}

type turnState int

const (
	working turnState = iota
	resting           // until something changes, or wake
	pausing           // until wake
	over
)

// ready tells whether the session has something to do.
func (s *session) ready() bool {
	c := s.process.cluster
	switch due := !s.wake.IsZero() && !s.wake.After(c.now); s.state {
	case resting:
		if due || s.process.leaving {
			return true
		}
		if s.rested == c.broker.log.version {
			return false
		}
		if s.concerned() {
			return true
		}
		s.rested = c.broker.log.version
		return false
	case pausing:
		return due
	}
	return s.state == working
}

type runningTask struct {
	number  int32
	task    *stream.Task // nil: it is being restored
	restore *restore
}

// concerned tells whether anything has changed that the session would do something about.
func (s *session) concerned() bool {
	g, log := s.group, s.process.cluster.broker.log
	if g.members[s.member.instance] != s.member || g.balancing && !s.member.joined || !g.balancing && s.member.generation != g.generation {
		return true
	}
	for task, target := range g.target {
		if owner := g.owners[task]; owner == s.member && target != owner || owner == nil && target == s.member {
			return true
		}
	}
	for _, running := range s.tasks {
		if running.task == nil {
			return true
		}
		for _, topic := range s.stage.Inputs() {
			if log.partition(topic, running.number).stable() > s.position[Place{topic, running.number}] {
				return true
			}
		}
	}
	for at, from := range s.read {
		if log.partition(at.Topic, at.Partition).stable() > from {
			return true
		}
	}
	return false
}

// signal is what a session tells when it gives the turn away.
type signal struct {
	fault Fault // kill or stop the process
	to    turnState
	wake  time.Time
	exits error // the process ends
	ended bool  // the session has ended as it should
}

// unwound ends a coroutine that is killed.
type unwound struct{}

func newSession(p *process, program *stream.Program) *session {
	s := &session{process: p, stage: program.Stage(), program: program, rested: -1}
	s.group = p.cluster.broker.group(s.stage.Group(), p.cluster.random)
	s.next, s.end = iter.Pull(func(yield func(signal) bool) {
		defer func() {
			if caught := recover(); caught != nil && caught != (unwound{}) {
				panic(caught)
			}
		}()
		s.yield = yield
		s.live()
	})
	return s
}

// give gives the turn away.
func (s *session) give(what signal) {
	if !s.yield(what) {
		panic(unwound{})
	}
}

// at is a place between two requests where a fault may strike: kills and stops do so here, others are the caller's.
func (s *session) at(of ...Fault) Fault {
	fault := s.process.cluster.chaos.any(of...)
	if fault >= KilledOpeningStore && fault <= StoppedInRestore {
		s.give(signal{fault: fault})
		return NoFault
	}
	if s.process.cluster.random.IntN(4) == 0 {
		s.give(signal{})
	}
	return fault
}

// unavailable is a failure that passes.
func (s *session) unavailable(what string, err error) error {
	var failure *stream.Failure
	if errors.As(err, &failure) || errors.Is(err, state.ErrCorrupt) || errors.Is(err, state.ErrFailed) {
		return err
	}
	return &stream.Failure{Kind: stream.Retryable, Stage: s.stage.Name, Err: fmt.Errorf("%s: %w", what, err)}
}

// live is the runner: sessions follow one another until the process is to end.
func (s *session) live() {
	c := s.process.cluster
	for {
		err := s.once()
		if err == nil { // the process is leaving
			if err := errors.Join(s.store.Sync(), s.store.Close()); err != nil {
				c.fail(err)
			}
			s.store = nil
			s.give(signal{ended: true})
			return
		}
		kind := stream.KindOf(err)
		c.note(s.process, s.stage.Name, "%s: %v", kind, err)
		if errors.Is(err, state.ErrFailed) && kind != stream.Corruption {
			s.give(signal{exits: err})
		}
		switch kind {
		case stream.Bug:
			c.fail(err)
			s.give(signal{exits: err})
		case stream.Corruption:
			if s.store != nil {
				_ = s.store.Close()
				s.store = nil
			}
			s.process.disks[s.stage.Name] = c.newDisk()
		}
		s.pause()
	}
}

func (s *session) pause() {
	s.failures++
	s.sleep(250 * time.Millisecond << min(s.failures-1, 6))
}

// sleep gives the turn away for some time.
func (s *session) sleep(d time.Duration) {
	s.give(signal{to: pausing, wake: s.process.cluster.now.Add(d)})
}

// once is one membership of the group. Nil: it has left because the process ends.
func (s *session) once() (err error) {
	c := s.process.cluster
	defer func() {
		switch {
		case s.member == nil || s.killed:
			return
		case err == nil:
			s.group.leave(s.member)
		default: // the next session takes its place, or the group misses it
			s.member.silent, s.member.seen, c.broker.silence = true, c.now, true
		}
		s.member = nil
	}()
	s.tasks, s.position, s.reached = nil, map[Place]int64{}, map[Place]int64{}
	if s.store == nil {
		s.at(KilledOpeningStore)
		store, err := s.process.disks[s.stage.Name].Open()
		if err != nil {
			return err
		}
		s.store = &unsteadyStore{Store: store, chaos: c.chaos}
	}
	s.references = stream.NewReferences(s.program, s.store, stream.DefaultCacheBytes)
	s.read = nil
	if _, err := s.followReferences(); err != nil {
		return s.unavailable("reading reference data", err)
	}
	s.at(KilledReadingReferences)
	s.member = s.group.join(s.process.name, s.process.cluster.now)
	for {
		s.epoch, err = c.broker.initProducer(s.transactionalID(), c.now)
		if err == nil {
			break
		}
		s.sleep(100 * time.Millisecond)
	}
	for !s.process.leaving {
		if err := s.pass(); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) transactionalID() string { return s.stage.Group() + "-" + s.process.name }

// pass is one turn of the loop.
func (s *session) pass() error {
	c := s.process.cluster
	fault := s.at(KilledBeforePoll, StoppedBeforePoll, FetchFails, RebalanceForced)
	version := c.broker.log.version
	switch fault {
	case FetchFails:
		return s.unavailable("polling", errNoAnswer)
	case RebalanceForced:
		s.group.rebalance()
	}
	if s.process.leaving {
		return nil
	}
	moved, err := s.reassign()
	if err != nil {
		return err
	}
	arrived, err := s.followReferences()
	if err != nil {
		return s.unavailable("reference data", err)
	}
	worked, err := s.runEpoch()
	if err != nil {
		var step *stepFailure
		if stream.KindOf(err) != stream.Retryable || !errors.As(err, &step) || errors.Is(err, state.ErrFailed) {
			return err
		}
		c.note(s.process, s.stage.Name, "epoch abandoned: %v", err)
		s.pause()
		return nil
	}
	if !worked && !moved && !arrived {
		s.rest(version)
	}
	return nil
}

// rest gives the turn away until the log changes or a timer is due.
func (s *session) rest(version int) {
	s.rested = version
	var wake time.Time
	for _, running := range s.tasks {
		if running.task == nil {
			continue
		}
		if due, ok := running.task.NextDue(); ok {
			if due = due.Add(-s.process.skew); wake.IsZero() || due.Before(wake) {
				wake = due
			}
		}
	}
	s.give(signal{to: resting, wake: wake})
}

// reassign takes and gives up tasks as the group wants it, and goes on with restores.
func (s *session) reassign() (moved bool, err error) {
	assigned, err := s.group.sync(s.member, s.process.cluster.now)
	if err != nil {
		return false, s.unavailable("membership of the group", err)
	}
	s.tasks = slices.DeleteFunc(s.tasks, func(running *runningTask) bool {
		if slices.Contains(assigned, running.number) {
			return false
		}
		state := "task-moved"
		if running.task == nil {
			state = "restore-taken-away"
		}
		s.process.cluster.reach(state)
		for _, topic := range s.stage.Inputs() {
			delete(s.position, Place{topic, running.number})
		}
		moved = true
		return true
	})
	for _, number := range assigned {
		at, runs := slices.BinarySearchFunc(s.tasks, number, func(running *runningTask, number int32) int { return int(running.number - number) })
		if !runs {
			s.tasks = slices.Insert(s.tasks, at, &runningTask{number: number, restore: newRestore(s, number)})
			moved = true
		}
	}
	for _, running := range s.tasks {
		if running.task != nil {
			continue
		}
		done, went, err := running.restore.goOn()
		moved = moved || went
		if err != nil {
			return moved, s.unavailable("restoring", err)
		}
		if !done {
			continue
		}
		task, err := s.program.NewTask(running.number, s.store, s.references, stream.DefaultCacheBytes)
		if err != nil {
			return moved, err
		}
		running.task = task
		for at, offset := range running.restore.offsets {
			s.position[at] = offset
		}
	}
	return moved, nil
}

// followReferences takes what is new of the reference topics; the first call reads to their ends.
func (s *session) followReferences() (bool, error) {
	c := s.process.cluster
	if s.read == nil {
		if len(s.stage.References()) > 0 && c.chaos.strike(RegistryAwayForReading) {
			return false, schemas.ErrRegistryUnavailable
		}
		s.read = map[Place]int64{}
		for _, topic := range s.stage.References() {
			for partition := range c.options.Partitions {
				next, err := s.references.Next(topic, partition)
				if err != nil {
					return false, err
				}
				s.read[Place{topic, partition}] = next
			}
		}
	}
	var batch []stream.Record
	reached := map[Place]int64{}
	for at, from := range s.read {
		if p := c.broker.log.partition(at.Topic, at.Partition); p.next > from {
			_, reached[at] = p.committed(from, 1<<30)
		}
	}
	for _, topic := range s.stage.References() { // in a fixed order
		for partition := range c.options.Partitions {
			at := Place{topic, partition}
			if reached[at] > s.read[at] {
				records, _ := c.broker.log.partition(topic, partition).committed(s.read[at], 1<<30)
				for _, record := range records {
					batch = append(batch, *record)
				}
			}
		}
	}
	if len(batch) > 0 {
		s.store.steady = true
		defer func() { s.store.steady = false }()
		arrivals, skipped, err := s.references.Apply(context.Background(), batch)
		if err != nil {
			return false, err
		}
		for _, err := range skipped {
			c.fail(err)
		}
		for _, running := range s.tasks {
			if running.task != nil {
				running.task.Arrive(arrivals)
			}
		}
	}
	for at, next := range reached {
		s.read[at] = next
	}
	return len(batch) > 0, nil
}

// restore brings a task's rows to the end of its changelog, in a drawn number of parts.
type restore struct {
	session *session
	task    int32
	begun   bool
	parts   int
	next    int64
	end     int64
	offsets map[Place]int64
}

func newRestore(s *session, task int32) *restore {
	return &restore{session: s, task: task, parts: 1 + s.process.cluster.random.IntN(3), offsets: map[Place]int64{}}
}

// goOn does a part, when it can.
func (r *restore) goOn() (done, went bool, err error) {
	s := r.session
	c := s.process.cluster
	s.at(KilledInRestore, StoppedInRestore)
	if err := storeFault(c.chaos); err != nil {
		return false, false, err
	}
	s.store.steady = true
	defer func() { s.store.steady = false }()
	changelog := c.broker.log.partition(s.stage.Changelog(), r.task)
	if !r.begun {
		if err := s.group.stable(r.task); err != nil {
			c.reach("restore-waits-for-offsets")
			return false, false, nil
		}
		for _, topic := range s.stage.Inputs() {
			r.offsets[Place{topic, r.task}] = s.group.offsets[Place{topic, r.task}]
		}
		r.end = changelog.next
		next, why, err := stream.ReadOn(s.store, r.task, changelog.start, r.end, s.process.now(), tombstoneRetention)
		if err != nil {
			return false, false, err
		}
		if why != "" {
			c.reach("store-rebuilt")
			c.note(s.process, s.stage.Name, "task %d: %s", r.task, why)
		}
		if next > 0 && next < r.end {
			c.reach("restore-reads-on")
		}
		r.next, r.begun = next, true
		return false, true, nil
	}
	if changelog.stable() < r.end {
		c.reach("restore-waits-for-a-transaction")
		return false, false, nil
	}
	upTo := r.end
	if r.parts--; r.parts > 0 {
		upTo = r.next + (r.end-r.next)/2
	}
	var entries []stream.Entry
	records, _ := changelog.committed(r.next, 1<<30)
	for _, record := range records {
		if record.Offset < upTo {
			entries = append(entries, stream.Entry{Key: record.Key, Value: record.Value})
		}
	}
	if upTo > r.next {
		if err := stream.Restore(s.store, s.program.Layout(), r.task, entries, upTo, r.end, s.process.now()); err != nil {
			return false, true, err
		}
		r.next = upTo
	}
	return r.parts <= 0, true, nil
}
