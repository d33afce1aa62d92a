package sim

import (
	"bytes"
	"container/heap"
	"fmt"
	"maps"
	"math/rand/v2"
	"time"

	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
)

// Cluster is stages in several processes on a simulated broker, with everything going wrong that can: one thread of control
// and one seed, so that a run can be repeated to the byte.
type Cluster struct {
	options   ClusterOptions
	now       time.Time
	random    *rand.Rand // of the order of things
	chaos     *chaos
	registry  *schemas.LocalRegistry
	broker    *broker
	agenda    agenda
	planned   int
	processes []*process
	ready     []*session
	stages    []*stream.Stage // to look things up in
	steady    map[int]bool    // the ids of the schemas of reference data
	err       error
	reached   map[string]int
}

// ClusterOptions of a cluster.
type ClusterOptions struct {
	Seed       uint64
	Partitions int32
	Processes  int
	Start      time.Time
	Registry   *schemas.LocalRegistry
	Stages     func(process int) []*stream.Stage // those of a process, counted from 0; it may be given the same ones by run after run
	Release    string
	Pebble     bool     // stores are Pebbles on a file system in memory; else Memories
	Only       []Strike // not nil: these faults strike and no others
	Calm       bool     // no fault strikes
	Story      func(at time.Time, text string)
}

// tombstoneRetention is how long the changelogs keep tombstones.
const tombstoneRetention = 24 * time.Hour

// NewCluster starts the processes.
func NewCluster(options ClusterOptions) *Cluster {
	c := &Cluster{options: options, now: options.Start, random: rand.New(rand.NewPCG(options.Seed, 2)), chaos: newChaos(options.Seed, options.Only),
		registry: options.Registry, broker: newBroker(options.Partitions), reached: map[string]int{}, steady: map[int]bool{}}
	c.chaos.calm = options.Calm
	c.stages = options.Stages(0)
	for _, stage := range c.stages {
		for _, topic := range stage.References() {
			contract, _ := schemas.Contract(topic)
			c.steady[c.registry.Register(schemas.Subject(topic), contract)] = true
			c.steady[c.registry.Register(schemas.Subject(topic), contract+" ")] = true
		}
	}
	for range options.Processes {
		c.addProcess()
	}
	return c
}

func (c *Cluster) addProcess() {
	p := &process{cluster: c, name: string(rune('a' + len(c.processes))), stages: c.options.Stages(len(c.processes)), disks: map[string]state.Disk{}, backups: map[string]state.Disk{}}
	c.processes = append(c.processes, p)
	p.start()
}

func (c *Cluster) newDisk() state.Disk {
	if c.options.Pebble {
		return state.NewPebbleDisk()
	}
	return state.NewMemoryDisk()
}

// diskOfAnother is a disk with a store that served another cluster: it is ahead of every changelog here.
func (c *Cluster) diskOfAnother() state.Disk {
	disk := c.newDisk()
	store, err := disk.Open()
	if err == nil {
		for task := range c.options.Partitions {
			foreign := []stream.Entry{{Key: []byte("\x01foreign"), Value: []byte("rows of another cluster")}}
			if err = stream.Restore(store, stream.Layout{}, task, foreign, 1<<40, 1<<40, c.now); err != nil {
				break
			}
		}
	}
	if err == nil {
		err = store.Close()
	}
	if err != nil {
		c.fail(err)
	}
	return disk
}

// Now is the clock.
func (c *Cluster) Now() time.Time { return c.now }

// Log is the broker's log.
func (c *Cluster) Log() *Log { return c.broker.log }

// Err is the first thing that may not happen at all: a bug that a step or the kernel met.
func (c *Cluster) Err() error { return c.err }

// Struck is how often each fault struck.
func (c *Cluster) Struck() map[Fault]int {
	struck := map[Fault]int{}
	for f, n := range c.chaos.struck {
		if n > 0 {
			struck[Fault(f)] = n
		}
	}
	return struck
}

// Strikes are the faults that struck, in their order.
func (c *Cluster) Strikes() []Strike { return c.chaos.strikes }

// Reached is how often each interesting state was reached.
func (c *Cluster) Reached() map[string]int { return c.reached }

// Counts is what committed epochs counted, by topic and what became of its records.
func (c *Cluster) Counts() map[stream.Outcome]int64 { return c.broker.counts }

// Epochs are the committed ones, in the order in which they were.
func (c *Cluster) Epochs() []*Epoch { return c.broker.epochs }

func (c *Cluster) fail(err error) {
	if c.err == nil {
		c.err = err
		c.note(nil, "", "failed: %v", err)
	}
}

func (c *Cluster) note(p *process, stage, format string, args ...any) {
	if c.options.Story == nil {
		return
	}
	who := "broker"
	if p != nil {
		who = p.name
	}
	if stage != "" {
		who += " " + stage
	}
	c.options.Story(c.now, who+": "+fmt.Sprintf(format, args...))
}

// Send writes a record to a topic, as a source system does, and tells where it is; a nil key goes to partition 0.
func (c *Cluster) Send(topic string, key, value []byte) (Place, int64) {
	partition := int32(0)
	if key != nil {
		partition = stream.PartitionOf(key, c.options.Partitions)
	}
	return Place{topic, partition}, c.broker.log.write(nil, topic, partition, key, value, nil, c.now)
}

// At plans something.
func (c *Cluster) At(at time.Time, what func()) {
	c.planned++
	heap.Push(&c.agenda, plan{at, c.planned, what})
}

type plan struct {
	at    time.Time
	order int
	what  func()
}

type agenda []plan

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	return a[i].at.Before(a[j].at) || a[i].at.Equal(a[j].at) && a[i].order < a[j].order
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)   { *a = append(*a, x.(plan)) }
func (a *agenda) Pop() any {
	last := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return last
}

// Calm ends all faults: every process that is to run comes back, its clock is right, and nothing goes wrong any more.
func (c *Cluster) Calm() {
	c.chaos.calm = true
	for _, p := range c.processes {
		p.skew = 0
		if !p.stopped.IsZero() {
			p.goOn()
		}
		p.start()
	}
}

// Storm lets faults strike again.
func (c *Cluster) Storm() { c.chaos.calm = c.options.Calm }

// Unsettled tells what is left to do, or to decide; empty: nothing.
func (c *Cluster) Unsettled() string {
	if len(c.broker.open) > 0 {
		return fmt.Sprintf("%d transactions are undecided", len(c.broker.open))
	}
	for _, stage := range c.stages {
		g := c.broker.groups[stage.Group()]
		for _, topic := range stage.Inputs() {
			for number := range c.options.Partitions {
				p := c.broker.log.partition(topic, number)
				if records, _ := p.committed(g.offsets[Place{topic, number}], 1); len(records) > 0 {
					return fmt.Sprintf("stage %s has not taken %s partition %d from offset %d on", stage.Name, topic, number, records[0].Offset)
				}
			}
		}
	}
	return ""
}

// Run goes on until a time, or until something failed.
func (c *Cluster) Run(until time.Time) {
	for turns := 0; c.err == nil; turns++ {
		if turns == 3_000_000 {
			c.fail(fmt.Errorf("the stages do not come to rest"))
			return
		}
		for len(c.agenda) > 0 && !c.agenda[0].at.After(c.now) {
			heap.Pop(&c.agenda).(plan).what()
			c.operate()
		}
		c.broker.turn(c.now)
		s := c.draw()
		if s == nil {
			next := c.nextTurn()
			if next.IsZero() || next.After(until) {
				if c.now.Before(until) {
					c.now = until
				}
				return
			}
			if c.chaos.strike(TimersDueTogether) {
				next = next.Add(3 * time.Hour)
			}
			if next.After(c.now) {
				c.now = next
			}
			continue
		}
		c.now = c.now.Add(time.Duration(c.random.IntN(400)) * time.Microsecond)
		c.turn(s)
	}
}

// draw picks whose turn it is among those that have something to do.
func (c *Cluster) draw() *session {
	c.ready = c.ready[:0]
	for _, p := range c.processes {
		if !p.running || p.stopped.After(c.now) {
			continue
		}
		if !p.stopped.IsZero() {
			p.goOn()
		}
		for _, s := range p.sessions {
			if s.ready() {
				c.ready = append(c.ready, s)
			}
		}
	}
	if len(c.ready) == 0 {
		return nil
	}
	return c.ready[c.random.IntN(len(c.ready))]
}

// turn lets a session go on until it gives the turn away.
func (c *Cluster) turn(s *session) {
	p := s.process
	s.state, s.wake = working, time.Time{}
	told, ok := s.next()
	switch {
	case !ok:
		s.state = over
	case told.exits != nil:
		c.note(p, s.stage.Name, "the process ends: %v", told.exits)
		p.crash(100)
	case told.fault >= KilledOpeningStore && told.fault <= KilledAfterApply:
		c.note(p, s.stage.Name, "%s", told.fault.What())
		p.kill()
	case told.fault >= StoppedBeforePoll && told.fault <= StoppedInRestore:
		p.stop(c.now.Add(sessionTimeout + time.Duration(c.random.IntN(30_000))*time.Millisecond))
		c.note(p, s.stage.Name, "%s, until %s", told.fault.What(), p.stopped.Format(time.TimeOnly))
	case told.ended:
		s.state = over
		p.left()
	case told.to != working:
		s.state, s.wake = told.to, told.wake
	}
}

// nextTurn is when something is due next; zero: never.
func (c *Cluster) nextTurn() time.Time {
	next := c.broker.nextTurn()
	earlier := func(at time.Time) {
		if !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	if len(c.agenda) > 0 {
		earlier(c.agenda[0].at)
	}
	for _, p := range c.processes {
		switch {
		case !p.running:
		case p.stopped.After(c.now):
			earlier(p.stopped)
		default:
			for _, s := range p.sessions {
				earlier(s.wake)
			}
		}
	}
	return next
}

// operate does what happens to a cluster while it works.
func (c *Cluster) operate() {
	switch c.chaos.any(ProcessJoins, ProcessLeaves, ClockBehind, ClockAhead, StateOfOlderRelease, ChangelogCompacted, SourceTruncated) {
	case ProcessJoins:
		if len(c.processes) < 4 {
			c.addProcess()
		}
	case ProcessLeaves:
		if p := c.processes[c.random.IntN(len(c.processes))]; p.running && p.stopped.IsZero() {
			p.leaving = true
			c.note(p, "", "is to end as it should")
		}
	case ClockBehind:
		c.processes[c.random.IntN(len(c.processes))].skew = -time.Duration(c.random.IntN(1800)) * time.Second
	case ClockAhead:
		c.processes[c.random.IntN(len(c.processes))].skew = time.Duration(c.random.IntN(1800)) * time.Second
	case StateOfOlderRelease:
		stage := c.stages[c.random.IntN(len(c.stages))]
		c.makeOlder(c.broker.log.partition(stage.Changelog(), c.random.Int32N(c.options.Partitions)))
	case ChangelogCompacted:
		stage := c.stages[c.random.IntN(len(c.stages))]
		topics := append(stage.References(), stage.Changelog())
		removed := c.broker.log.partition(topics[c.random.IntN(len(topics))], c.random.Int32N(c.options.Partitions)).compact(c.now, tombstoneRetention)
		if removed > 0 {
			c.reach("compaction-removed-records")
		}
	case SourceTruncated:
		stage := c.stages[c.random.IntN(len(c.stages))]
		topic, number := stage.Inputs()[c.random.IntN(len(stage.Inputs()))], c.random.Int32N(c.options.Partitions)
		c.broker.log.partition(topic, number).truncate(c.broker.committedByAll(c.stages, topic, number))
	}
}

// makeOlder rewrites the committed records of a changelog as an older release would have written them. Stores that have
// read them keep what they have; whoever restores reads the older rows.
func (c *Cluster) makeOlder(changelog *partition) {
	if changelog.stable() < changelog.next || c.restoring(changelog) {
		return // an epoch is under way, or a restore that would read the rows and not their schemas, which come last
	}
	var entries []*stream.Entry
	var records []*stream.Record
	for _, e := range changelog.entries {
		if e.record != nil && (e.of == nil || e.of.state == committed) {
			entries = append(entries, &stream.Entry{Key: e.record.Key, Value: e.record.Value})
			records = append(records, e.record)
		}
	}
	rewritten, added := stream.Older(entries)
	if rewritten == 0 {
		return
	}
	c.reach("rows-of-an-older-release")
	c.note(nil, "", "%d rows of %s partition %d are as an older release wrote them", rewritten, changelog.topic, changelog.number)
	changelog.older = true
	for i, record := range records {
		record.Value = entries[i].Value
	}
	for _, entry := range added {
		c.broker.log.write(nil, changelog.topic, changelog.number, entry.Key, entry.Value, nil, c.now)
	}
}

func (c *Cluster) restoring(changelog *partition) bool {
	for _, p := range c.processes {
		for _, s := range p.sessions {
			for _, running := range s.tasks {
				if s.stage.Changelog() == changelog.topic && running.number == changelog.number && running.task == nil {
					return true
				}
			}
		}
	}
	return false
}

// Close ends the processes, whose coroutines and stores would else be kept for good. What is on the log can still be read.
func (c *Cluster) Close() {
	for _, p := range c.processes {
		for _, s := range p.sessions {
			s.killed = true
			s.end()
			if s.store != nil {
				_ = s.store.Close() // nobody reads it any more
			}
		}
		p.sessions = nil
	}
}

// StoreDifferences tells where the rows of a task that runs are not what its changelog says. Nothing is under way when it
// is asked.
func (c *Cluster) StoreDifferences() (differences []string) {
	for _, p := range c.processes {
		for _, s := range p.sessions {
			for _, running := range s.tasks {
				if running.task == nil {
					continue
				}
				want := map[string][]byte{}
				changelog := c.broker.log.partition(s.stage.Changelog(), running.number)
				if changelog.older {
					continue // the rows say the same, in other bytes
				}
				for _, e := range changelog.ever {
					switch {
					case e.record == nil || e.of.state != committed:
					case e.record.Value == nil:
						delete(want, string(e.record.Key))
					default:
						want[string(e.record.Key)] = e.record.Value
					}
				}
				got, err := stream.Rows(s.store.Store, running.number)
				if err != nil {
					differences = append(differences, err.Error())
				}
				if !maps.EqualFunc(got, want, bytes.Equal) {
					differences = append(differences, fmt.Sprintf("process %s, stage %s, task %d: %d rows in the store, %d by its changelog, or other ones",
						p.name, s.stage.Name, running.number, len(got), len(want)))
				}
			}
		}
	}
	return differences
}
