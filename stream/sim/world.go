// Package sim runs stages on a log in memory: the real kernel and stores, one thread of control, a clock that is moved by
// hand. The same input and seed give the same bytes.
package sim

import (
	"context"
	"math/rand/v2"
	"time"

	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
	"waybill/topics"
)

// T is what a test gives: *testing.T, or anything that ends the run.
type T interface {
	Helper()
	Fatalf(format string, args ...any)
}

// Options of a world.
type Options struct {
	Partitions int32                  // of every topic; 4 when 0
	Start      time.Time              // of the clock; 2026-01-05 08:00 UTC when zero
	Registry   *schemas.LocalRegistry // a new one when nil
	Seed       uint64                 // 0: stages, tasks and inputs take their turns in order, whole queues at a time; else turns and lengths are drawn
}

// World is a log, a registry, a clock, and stages on them.
type World struct {
	t          T
	partitions int32
	now        time.Time
	random     *rand.Rand
	registry   *schemas.LocalRegistry
	codecs     map[string]any               // by topic
	log        map[string][][]stream.Record // topic → partition → records
	stages     []*runningStage
}

type runningStage struct {
	program    *stream.Program
	store      *state.Memory
	references *stream.References
	tasks      []*stream.Task
	taken      []map[string]int // by task: how many records of its partition of each input
}

// New makes a world in which the stages run. Their changelogs are on the log.
func New(t T, options Options, stages ...*stream.Stage) *World {
	t.Helper()
	w := &World{t: t, partitions: options.Partitions, now: options.Start, registry: schemas.NewLocalRegistry(), codecs: map[string]any{}, log: map[string][][]stream.Record{}}
	if options.Registry != nil {
		w.registry = options.Registry
	}
	if w.partitions == 0 {
		w.partitions = 4
	}
	if w.now.IsZero() {
		w.now = time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)
	}
	if options.Seed != 0 {
		w.random = rand.New(rand.NewPCG(options.Seed, 1))
	}
	for _, stage := range stages {
		program, err := stream.Bind(stage, w.registry, "test")
		if err != nil {
			t.Fatalf("%v", err)
		}
		running := &runningStage{program: program, store: state.OpenMemory()}
		for range w.partitions {
			running.taken = append(running.taken, map[string]int{})
		}
		w.stages = append(w.stages, running)
		w.open(running)
	}
	return w
}

// open makes a stage's tasks anew, over its store restored to the end of the changelog.
func (w *World) open(running *runningStage) {
	w.t.Helper()
	running.references = stream.NewReferences(running.program, running.store, stream.DefaultCacheBytes)
	running.tasks = nil
	for partition := range w.partitions {
		position, err := stream.ChangelogPosition(running.store, partition)
		w.check(err)
		changelog := w.partition(running.program.Stage().Changelog(), partition)
		var entries []stream.Entry
		for _, record := range (*changelog)[position.Next:] {
			entries = append(entries, stream.Entry{Key: record.Key, Value: record.Value})
		}
		if len(entries) > 0 {
			w.check(stream.Restore(running.store, running.program.Layout(), partition, entries, int64(len(*changelog)), int64(len(*changelog)), w.now))
		}
		task, err := running.program.NewTask(partition, running.store, running.references, stream.DefaultCacheBytes)
		w.check(err)
		running.tasks = append(running.tasks, task)
	}
}

func (w *World) check(err error) {
	if err != nil {
		w.t.Helper()
		w.t.Fatalf("%v", err)
	}
}

// Now is the world's clock.
func (w *World) Now() time.Time { return w.now }

// Registry is the world's schema registry.
func (w *World) Registry() *schemas.LocalRegistry { return w.registry }

func (w *World) partition(topic string, partition int32) *[]stream.Record {
	if w.log[topic] == nil {
		w.log[topic] = make([][]stream.Record, w.partitions)
	}
	return &w.log[topic][partition]
}

func (w *World) append(topic string, partition int32, key, value []byte, headers []stream.Header, at time.Time) {
	if partition < 0 {
		partition = stream.PartitionOf(key, w.partitions)
	}
	records := w.partition(topic, partition)
	*records = append(*records, stream.Record{
		Topic: topic, Partition: partition, Offset: int64(len(*records)), Key: key, Value: value, Headers: headers, Timestamp: at,
	})
}

// Send writes a value by its topic's contract.
func Send[V any](w *World, topic topics.Topic[V], key string, value *V) {
	w.t.Helper()
	encoded, err := codecOf(w, topic).Append(context.Background(), nil, value)
	w.check(err)
	w.SendRaw(topic.Name(), []byte(key), encoded)
}

// codecOf keeps one codec a topic, as it keeps how to read each schema.
func codecOf[V any](w *World, topic topics.Topic[V]) *schemas.Codec[V] {
	if codec, made := w.codecs[topic.Name()]; made {
		return codec.(*schemas.Codec[V])
	}
	codec := schemas.NewCodec[V](w.registry, topic.Name())
	w.codecs[topic.Name()] = codec
	return codec
}

// SendRaw writes a record as it is; a nil key goes to partition 0.
func (w *World) SendRaw(topic string, key, value []byte, headers ...stream.Header) {
	partition := int32(-1)
	if key == nil {
		partition = 0
	}
	w.append(topic, partition, key, value, headers, w.now)
}

// Run has the stages work until nothing is left to do at the current time.
func (w *World) Run() {
	w.t.Helper()
	for round := 0; ; round++ {
		if round == 1_000_000 {
			w.t.Fatalf("the stages do not come to rest")
		}
		worked := false
		for _, running := range w.stages {
			worked = w.runReferences(running) || worked
			for _, task := range running.tasks {
				worked = w.runTask(running, task) || worked
			}
		}
		if !worked {
			return
		}
	}
}

// Advance moves the clock, and runs.
func (w *World) Advance(by time.Duration) {
	w.t.Helper()
	w.now = w.now.Add(by)
	w.Run()
}

func (w *World) runReferences(running *runningStage) bool {
	w.t.Helper()
	var records []stream.Record
	for _, topic := range running.program.Stage().References() {
		for partition := range w.partitions {
			next, err := running.references.Next(topic, partition)
			w.check(err)
			records = append(records, (*w.partition(topic, partition))[next:]...)
		}
	}
	if len(records) == 0 {
		return false
	}
	arrivals, skipped, err := running.references.Apply(context.Background(), records)
	w.check(err)
	for _, err := range skipped {
		w.check(err)
	}
	for _, task := range running.tasks {
		task.Arrive(arrivals)
	}
	return true
}

// runTask runs one epoch of a task; false when there was nothing to do.
func (w *World) runTask(running *runningStage, task *stream.Task) bool {
	w.t.Helper()
	ctx := context.Background()
	woken, err := task.Wake(ctx, w.now)
	w.check(err)
	worked := woken > 0
	taken := running.taken[task.Partition()]
	for _, record := range w.draw(running.program.Stage().Inputs(), task.Partition(), taken) {
		w.check(task.Take(ctx, w.now, &record))
		taken[record.Topic]++
		worked = true
	}
	ran, _, err := task.RunDue(ctx, w.now)
	w.check(err)
	worked = worked || ran > 0
	if task.Dirty() {
		w.commit(running, task)
	}
	return worked
}

// draw picks what the task takes next: of every input what is left, or with a seed a random interleaving of some of it.
func (w *World) draw(inputs []string, partition int32, taken map[string]int) []stream.Record {
	var queues [][]stream.Record
	most := 0
	for _, topic := range inputs {
		if queue := (*w.partition(topic, partition))[taken[topic]:]; len(queue) > 0 {
			queues = append(queues, queue)
			most += len(queue)
		}
	}
	if most == 0 {
		return nil
	}
	if w.random != nil {
		most = min(most, 1+w.random.IntN(20))
	}
	drawn := make([]stream.Record, 0, most)
	for record := range Interleave(w.random, queues) {
		if drawn = append(drawn, record); len(drawn) == most {
			break
		}
	}
	return drawn
}

func (w *World) commit(running *runningStage, task *stream.Task) {
	w.t.Helper()
	ready, err := task.Ready()
	w.check(err)
	for _, out := range ready.Records {
		w.append(out.Topic, out.Partition, out.Key, out.Value, out.Headers, out.Time)
	}
	changelog := running.program.Stage().Changelog()
	for _, entry := range ready.Changelog {
		w.append(changelog, task.Partition(), entry.Key, entry.Value, nil, w.now)
	}
	w.check(task.Commit(ready.Changelog, int64(len(*w.partition(changelog, task.Partition()))), w.now))
}

// Crash drops from every store what was not synced, and opens the stages anew.
func (w *World) Crash() {
	w.t.Helper()
	for _, running := range w.stages {
		running.store.Crash(0)
		w.open(running)
	}
}

// Waiting counts the waiters for reference data of all stages.
func (w *World) Waiting() int {
	w.t.Helper()
	total := 0
	for _, running := range w.stages {
		for _, task := range running.tasks {
			n, err := task.Waiting(1000)
			w.check(err)
			total += n
		}
	}
	return total
}

// Records returns a topic's records, partition by partition.
func (w *World) Records(topic string) []stream.Record {
	var all []stream.Record
	for partition := range w.partitions {
		all = append(all, *w.partition(topic, partition)...)
	}
	return all
}

// Sent is a decoded record; a nil Value is a tombstone.
type Sent[V any] struct {
	Key       string
	Value     *V
	Partition int32
	Offset    int64
}

// Read returns a topic's records decoded, partition by partition.
func Read[V any](w *World, topic topics.Topic[V]) []Sent[V] {
	w.t.Helper()
	codec := codecOf(w, topic)
	var all []Sent[V]
	for _, record := range w.Records(topic.Name()) {
		sent := Sent[V]{Key: string(record.Key), Partition: record.Partition, Offset: record.Offset}
		if record.Value != nil {
			value, err := codec.Decode(context.Background(), record.Value)
			if err != nil {
				w.t.Fatalf("%s partition %d offset %d: %v", topic.Name(), record.Partition, record.Offset, err)
			}
			sent.Value = value
		}
		all = append(all, sent)
	}
	return all
}

// Latest returns the newest value of every key of a topic; tombstones remove theirs.
func Latest[V any](w *World, topic topics.Topic[V]) map[string]*V {
	w.t.Helper()
	latest := map[string]*V{}
	for _, sent := range Read(w, topic) {
		if sent.Value == nil {
			delete(latest, sent.Key)
			continue
		}
		latest[sent.Key] = sent.Value
	}
	return latest
}
