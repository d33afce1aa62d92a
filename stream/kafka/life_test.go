//go:build synctests

package kafka

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
	"waybill/topics"
)

// A life of a stage, from its first record to a wiped disk, under synctest: its clock moves when all wait, so time-outs of
// minutes cost nothing and a loaded machine changes nothing.

// moment is a part of a life; a fault strikes in one.
type moment string

const (
	atStart     moment = "at start"     // a first process, nothing is written yet
	inEpochs    moment = "in epochs"    // it has its tasks, and works
	inRebalance moment = "in rebalance" // a second one joins, and takes half of them
	atStop      moment = "at stop"      // the first leaves in the middle of its work
	inRestore   moment = "in restore"   // a third reads the changelog to an empty disk
)

var moments = []moment{atStart, inEpochs, inRebalance, atStop, inRestore}

const (
	lifeOrders  = 6 // keys
	lifeRounds  = 2 // demands of each key in a batch
	lifePatient = 10 * time.Minute
)

// reckoning is a stage that numbers the demands of an order, and by timers, in epochs of their own, numbers them again.
// Each number goes out exactly once if, and only if, state, input offsets and output move together.
func reckoning(name string) *stream.Stage {
	stage := stream.NewStage(name)

	type Count struct {
		Seen int64 `avro:"seen"`
	}
	counts := stream.NewTable[state.Text, Count](stage, 1, "counts")
	warehouses := stream.NewReference(stage, 2, topics.Warehouses)
	stage.OnWake(func(*stream.Step, string) error { return nil }) // nobody waits: the row is there before the first process
	out := stream.Emit(stage, topics.Availability)
	number := func(s *stream.Step, key string) int64 {
		var next Count
		if row := counts.Get(s, state.Text(key)); row != nil {
			next = *row
		}
		next.Seen++
		counts.Put(s, state.Text(key), &next)
		known := ""
		if row := warehouses.Get(s, "w1"); row != nil {
			known = row.WarehouseID
		}
		out.Send(s, key, &schemas.Availability{ItemID: key, WarehouseID: known, SourceLagSeconds: next.Seen})
		return next.Seen
	}
	again := stream.OnTimer(stage, 1, "again", stream.WallClock, func(s *stream.Step, key string) error {
		number(s, key[:strings.Index(key, "/")]+" by timer")
		return nil
	})
	stream.On(stage, topics.Demand, func(s *stream.Step, demand *schemas.Demand) error {
		again.Set(s, fmt.Sprintf("%s/%d", demand.OrderID, number(s, demand.OrderID)), s.Now().Add(time.Second))
		return nil
	})
	return stage
}

// life is a stage on a fake broker of its own.
type life struct {
	*cluster
	stage   *stream.Stage
	network kfake.VirtualNetwork
	names   map[[16]byte]string // of topics
	own     *kgo.Client         // the test's, over a network without faults
	admin   *kadm.Client
	ends    map[string]map[int32]int64 // of the topics that the stage reads
	rounds  int                        // demands of each order so far
	treated int                        // requests that the fault has met
}

func newLife(t *testing.T) *life {
	l := &life{stage: reckoning("reckoning"), names: map[[16]byte]string{}, ends: map[string]map[int32]int64{}}
	l.cluster = virtualCluster(t, &l.network, l.stage)
	l.own = l.connect(kgo.DisableIdempotentWrite())
	l.admin = kadm.NewClient(l.own)
	listed, err := l.admin.ListTopics(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, topic := range listed {
		l.names[topic.ID] = name
	}
	put(l, topics.Warehouses, "w1", &schemas.Warehouse{WarehouseID: "w1"})
	return l
}

// virtualCluster is a fake broker with the stages' topics, on a network that the clock of synctest does not wait for.
func virtualCluster(t *testing.T, network *kfake.VirtualNetwork, stages ...*stream.Stage) *cluster {
	names := []string{topics.DeadLetters}
	for _, stage := range stages {
		names = slices.Concat(names, stage.Inputs(), stage.Outputs(), stage.References(), []string{stage.Changelog()})
	}
	fake, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.Ports(9092), kfake.ListenFn(network.Listen), kfake.SeedTopics(testPartitions, names...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	return &cluster{t: t, fake: fake, registry: schemas.NewLocalRegistry(),
		client: []kgo.Opt{kgo.SeedBrokers(fake.ListenAddrs()...), kgo.Dialer(network.DialContext)}}
}

// put writes a record and notes where its topic now ends.
func put[V any](l *life, topic topics.Topic[V], key string, value *V) {
	l.t.Helper()
	encoded, err := schemas.NewCodec[V](l.registry, topic.Name()).Append(l.t.Context(), nil, value)
	if err != nil {
		l.t.Fatal(err)
	}
	record := &kgo.Record{Topic: topic.Name(), Partition: -1, Key: []byte(key), Value: encoded}
	if err := l.own.ProduceSync(l.t.Context(), record).FirstErr(); err != nil {
		l.t.Fatal(err)
	}
	if l.ends[record.Topic] == nil {
		l.ends[record.Topic] = map[int32]int64{}
	}
	l.ends[record.Topic][record.Partition] = record.Offset + 1
}

// demand has each order demanded so many times more.
func (l *life) demand(rounds int) {
	for range rounds {
		for order := range lifeOrders {
			key := fmt.Sprintf("order-%d", order)
			put(l, topics.Demand, key, &schemas.Demand{OrderID: key})
		}
		l.rounds++
	}
}

// process is a runner with the network that it has to itself.
type process struct {
	*Runner
	wire *wire
	kill context.CancelFunc
	done sync.WaitGroup
	err  error // of Run
}

// start starts an instance on a disk.
func (l *life) start(instance string, disk state.Store, wire *wire, change func(*Options)) *process {
	l.t.Helper()
	program, err := stream.Bind(l.stage, l.registry, "test")
	if err != nil {
		l.t.Fatal(err)
	}
	options := Options{
		Client:   []kgo.Opt{kgo.SeedBrokers(l.fake.ListenAddrs()...), kgo.Dialer(wire.dial)},
		Registry: l.registry, Instance: instance, CommitInterval: 5 * time.Millisecond, EpochRecords: 4,
		OpenStore: func(string) (state.Store, error) { return unclosed{disk}, nil },
		DropStore: func(string) error { return nil },
	}
	if change != nil {
		change(&options)
	}
	runner, err := NewRunner(program, options)
	if err != nil {
		l.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	p := &process{Runner: runner, wire: wire, kill: cancel}
	p.done.Go(func() { p.err = runner.Run(ctx) })
	l.t.Cleanup(func() { p.stop() })
	return p
}

// stop ends a process as a signal would, and waits for its end.
func (p *process) stop() {
	p.kill()
	p.done.Wait()
}

func (l *life) wire() *wire {
	w := newWire(l.fake, &l.network, l.names)
	l.t.Cleanup(w.close)
	return w
}

// comes waits for something, as long as it takes.
func (l *life) comes(what string, ok func() bool) {
	l.t.Helper()
	for began := time.Now(); !ok(); pause(context.Background(), 50*time.Millisecond) {
		if time.Since(began) > lifePatient {
			l.t.Fatalf("%s: not within %s", what, lifePatient)
		}
	}
}

// settles waits until processes share the tasks evenly, are ready, and have done all work there is.
func (l *life) settles(what string, processes ...*process) {
	l.t.Helper()
	defer func() {
		if l.t.Failed() {
			for _, p := range processes {
				l.t.Logf("%s: %+v, has ended with %v; inputs end at %v", p.options.Instance, p.Status(), p.err, l.ends)
			}
		}
	}()
	since := time.Now()
	l.comes(what, func() bool {
		for _, p := range processes {
			if status := p.Status(); !status.Ready() || status.Tasks != testPartitions/len(processes) {
				return false
			}
		}
		for _, p := range processes {
			if !p.Settled(p.share(l.ends), since) {
				return false
			}
		}
		return true
	})
}

// share is the part of ends that belongs to a process: its tasks, and all reference data.
func (p *process) share(ends map[string]map[int32]int64) map[string]map[int32]int64 {
	positions := p.positions()
	share := map[string]map[int32]int64{}
	for topic, partitions := range ends {
		share[topic] = maps.Clone(partitions)
		maps.DeleteFunc(share[topic], func(partition int32, _ int64) bool {
			_, has := positions[topicPartition{topic, partition}]
			return !has && topic != topics.Warehouses.Name()
		})
	}
	return share
}

// check compares what went in with what a read_committed reader sees, when every process has ended.
func (l *life) check() {
	l.t.Helper()
	pause(context.Background(), time.Minute) // what was left open is aborted
	for _, topic := range append(l.stage.Outputs(), l.stage.Changelog()) {
		ends, err := l.admin.ListEndOffsets(l.t.Context(), topic)
		if err != nil {
			l.t.Fatal(err)
		}
		stable, err := l.admin.ListCommittedOffsets(l.t.Context(), topic)
		if err != nil {
			l.t.Fatal(err)
		}
		for partition, end := range ends[topic] {
			if at, _ := stable.Lookup(topic, partition); at.Offset != end.Offset {
				l.t.Errorf("%s partition %d ends at %d, and is stable up to %d: a transaction was never ended", topic, partition, end.Offset, at.Offset)
			}
		}
	}
	committed, err := l.admin.FetchOffsets(l.t.Context(), l.stage.Group())
	if err != nil {
		l.t.Fatal(err)
	}
	for partition, end := range l.ends[topics.Demand.Name()] {
		if at, _ := committed.Lookup(topics.Demand.Name(), partition); at.At != end {
			l.t.Errorf("the group's offset of partition %d is %d, its input ends at %d", partition, at.At, end)
		}
	}
	seen := l.read()
	var want []int64
	for n := range l.rounds {
		want = append(want, int64(n+1))
	}
	for order := range lifeOrders {
		for _, key := range []string{fmt.Sprintf("order-%d", order), fmt.Sprintf("order-%d by timer", order)} {
			if !slices.Equal(seen[key], want) {
				l.t.Errorf("%s: the numbers are %v, want 1 to %d once each", key, seen[key], l.rounds)
			}
		}
	}
}

// read reads all that is committed: by key, in order.
func (l *life) read() map[string][]int64 {
	topic := topics.Availability.Name()
	ends, err := l.admin.ListEndOffsets(l.t.Context(), topic)
	if err != nil {
		l.t.Fatal(err)
	}
	reader := l.connect(kgo.ConsumeTopics(topic), kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.KeepControlRecords())
	defer reader.Close()
	codec := schemas.NewCodec[schemas.Availability](l.registry, topic)
	seen, position := map[string][]int64{}, map[int32]int64{}
	behind := func() bool {
		for partition, end := range ends[topic] {
			if position[partition] < end.Offset {
				return true
			}
		}
		return false
	}
	for behind() {
		fetches := reader.PollFetches(l.t.Context())
		if err := fetches.Err(); err != nil {
			l.t.Fatal(err)
		}
		fetches.EachRecord(func(record *kgo.Record) {
			position[record.Partition] = record.Offset + 1
			if record.Attrs.IsControl() {
				return
			}
			value, err := codec.Decode(l.t.Context(), record.Value)
			if err != nil {
				l.t.Fatal(err)
			}
			if value.WarehouseID != "w1" {
				l.t.Errorf("%s %d was numbered without reference data", value.ItemID, value.SourceLagSeconds)
			}
			seen[value.ItemID] = append(seen[value.ItemID], value.SourceLagSeconds)
		})
	}
	return seen
}

// live lives a life in which the fault strikes at a moment; it returns the requests that were made by moment.
func (l *life) live(at moment, strikes fault) map[moment]map[kmsg.Key]int {
	wireA, wireB, wireC := l.wire(), l.wire(), l.wire()
	calls := map[moment]map[kmsg.Key]int{}
	during := func(m moment, do func(), wires ...*wire) {
		for _, w := range wires {
			if m == at {
				w.arm(strikes)
			} else {
				w.arm(fault{})
			}
		}
		do()
		calls[m] = map[kmsg.Key]int{}
		for _, w := range wires {
			for key, n := range w.disarm() {
				calls[m][key] += n
			}
		}
	}
	l.demand(lifeRounds)
	var a, b *process
	during(atStart, func() {
		a = l.start("a", state.OpenMemory(), wireA, nil)
		l.settles("the first process", a)
	}, wireA)
	during(inEpochs, func() {
		for range 3 {
			l.demand(lifeRounds)
		}
		l.settles("epochs", a)
	}, wireA)
	during(inRebalance, func() {
		b = l.start("b", state.OpenMemory(), wireB, nil)
		l.demand(lifeRounds)
		l.settles("the second process", a, b)
	}, wireA, wireB)
	during(atStop, func() {
		l.demand(lifeRounds)
		a.stop()
		l.settles("the second process alone", b)
	}, wireA, wireB)
	b.stop()
	l.demand(lifeRounds)
	var c *process
	during(inRestore, func() {
		c = l.start("c", state.OpenMemory(), wireC, nil)
		l.settles("the process with an empty disk", c)
	}, wireC)
	l.demand(lifeRounds)
	l.settles("what came last", c)
	pause(context.Background(), time.Second)
	l.settles("its timers", c)
	c.stop()
	l.check()
	for _, w := range []*wire{wireA, wireB, wireC} {
		l.treated += w.treated()
	}
	for _, p := range []*process{a, b, c} {
		if p.err != nil {
			l.t.Errorf("a process ended: %v", p.err)
		}
	}
	return calls
}
