// Package stream is waybill's kernel: stages as data, the task that runs a stage's steps for one partition, and the
// epoch in which what the steps did becomes visible, all of it or nothing.
//
// A stage is a state machine. The kernel hands it records, due timers and arrived reference data, one at a time; what the
// step wants done (rows, records, timers) is collected in memory and handed to the binding (stream/kafka, stream/sim),
// which does the input and output. A step has no clock, no randomness and no I/O but reads of its own tables.
package stream

import (
	"context"
	"fmt"

	"waybill/schemas"
	"waybill/state"
	"waybill/topics"
)

// Stage is a topology as data: what a stage reads, keeps and writes, and the steps that do it.
type Stage struct {
	Name string

	inputs     []*input
	outputs    []*output
	tables     [256]*table
	references []*reference
	scratches  []func() any
	timers     [256]*timerKind
	windows    []*Window
	wake       func(*Step, string) error
	poison     func(*Step, Poison) error
	problems   []string
}

// Poison is a record of a typed input that can never be read.
type Poison struct {
	Record *Record
	Err    *schemas.DecodeError
}

// DeadLetters is the topic for records that cannot be read; every stage may write it.
const DeadLetters = topics.DeadLetters

type input struct {
	topic string
	bind  func(registry schemas.Registry) func(context.Context, *Step, *Record) error
}

type output struct {
	topic  string
	latest bool // of one epoch's records of a key only the newest is written
	bind   func(registry schemas.Registry) encoder
}

// encoder appends a value's bytes to dst.
type encoder func(ctx context.Context, dst []byte, value any) ([]byte, error)

type table struct {
	id       uint8
	name     string
	rows     rowCodec
	byEntity bool // see Layout
}

type timerKind struct {
	id    uint8
	name  string
	clock Clock
	step  func(*Step, string) error
}

// NewStage begins the declaration of a stage.
func NewStage(name string) *Stage {
	return &Stage{Name: name}
}

// On declares an input of values of type T, and the step that takes them. A record that cannot be read is dead-lettered
// and given to the step of OnPoison.
func On[T any](stage *Stage, topic topics.Topic[T], step func(*Step, *T) error) {
	on(stage, topic, step, nil)
}

// OnCompacted declares an input that is compacted: gone is the step that takes the tombstone of a key.
func OnCompacted[T any](stage *Stage, topic topics.Topic[T], step func(*Step, *T) error, gone func(s *Step, key string) error) {
	on(stage, topic, step, gone)
}

func on[T any](stage *Stage, topic topics.Topic[T], step func(*Step, *T) error, gone func(*Step, string) error) {
	stage.inputs = append(stage.inputs, &input{topic: topic.Name(), bind: func(registry schemas.Registry) func(context.Context, *Step, *Record) error {
		codec := schemas.NewCodec[T](registry, topic.Name())
		return func(ctx context.Context, s *Step, record *Record) error {
			if record.Value == nil && gone != nil {
				return gone(s, string(record.Key))
			}
			value, err := codec.Decode(ctx, record.Value)
			if err != nil {
				return s.task.unreadable(s, record, err)
			}
			return step(s, value)
		}
	}})
}

// OnRaw declares an input whose records the step reads itself. Bind makes the step once for a program, with the registry
// to decode with: the place to make codecs in, so that they keep the schemas that they have resolved.
func OnRaw(stage *Stage, topic string, bind func(registry schemas.Registry) func(context.Context, *Step, *Record) error) {
	stage.inputs = append(stage.inputs, &input{topic: topic, bind: bind})
}

// OnPoison declares what a stage does with a typed record that cannot be read, after the kernel has dead-lettered it.
func (stage *Stage) OnPoison(step func(*Step, Poison) error) { stage.poison = step }

// OnWake declares the step that runs for a waiter when reference data that it awaited has arrived or changed.
func (stage *Stage) OnWake(step func(s *Step, waiter string) error) { stage.wake = step }

// Output is a topic that a stage writes.
type Output[T any] struct{ slot int }

// Emit declares an output of values of type T.
func Emit[T any](stage *Stage, topic topics.Topic[T]) *Output[T] { return emit(stage, topic, false) }

// EmitLatest declares an output that tells the newest state per key: what one epoch writes of a key before its last
// record is left out. A value that was sent is not to be changed.
func EmitLatest[T any](stage *Stage, topic topics.Topic[T]) *Output[T] {
	return emit(stage, topic, true)
}

func emit[T any](stage *Stage, topic topics.Topic[T], latest bool) *Output[T] {
	bind := func(registry schemas.Registry) encoder {
		codec := schemas.NewCodec[T](registry, topic.Name())
		return func(ctx context.Context, dst []byte, value any) ([]byte, error) {
			return codec.Append(ctx, dst, value.(*T))
		}
	}
	stage.outputs = append(stage.outputs, &output{topic: topic.Name(), latest: latest, bind: bind})
	return &Output[T]{slot: len(stage.outputs) - 1}
}

// Send writes a value under its key when the epoch commits.
func (o *Output[T]) Send(s *Step, key string, value *T) {
	s.task.send(s, o.slot, -1, key, value, false)
}

// SendTo writes a value to a partition of the caller's choice, for answers that must reach the task that asked.
func (o *Output[T]) SendTo(s *Step, partition int32, key string, value *T) {
	s.task.send(s, o.slot, partition, key, value, false)
}

// Delete writes a tombstone for the key: in a compacted topic the key is gone.
func (o *Output[T]) Delete(s *Step, key string) { s.task.send(s, o.slot, -1, key, nil, true) }

// Inputs names the topics that the stage's tasks read, in declaration order.
func (stage *Stage) Inputs() []string {
	names := make([]string, len(stage.inputs))
	for i, in := range stage.inputs {
		names[i] = in.topic
	}
	return names
}

// Outputs names the topics that the stage writes, in declaration order, dead letters left out.
func (stage *Stage) Outputs() []string {
	names := make([]string, len(stage.outputs))
	for i, out := range stage.outputs {
		names[i] = out.topic
	}
	return names
}

// References names the topics of which every process of the stage keeps a full copy.
func (stage *Stage) References() []string {
	names := make([]string, len(stage.references))
	for i, ref := range stage.references {
		names[i] = ref.topic
	}
	return names
}

// Tables names the stage's tables in the order of their numbers.
func (stage *Stage) Tables() []string {
	var names []string
	for _, t := range stage.tables {
		if t != nil && t.id < firstKernelTable && t.id != 0 {
			names = append(names, t.name)
		}
	}
	return names
}

// Timers names the stage's timers with their clocks, in the order of their numbers.
func (stage *Stage) Timers() []string {
	var names []string
	for _, kind := range stage.timers {
		if kind != nil {
			names = append(names, fmt.Sprintf("%s (%s)", kind.name, kind.clock))
		}
	}
	return names
}

// Changelog is the name of the topic that holds the stage's state.
func (stage *Stage) Changelog() string { return "waybill-" + stage.Name + "-changelog" }

// Changelogs are the catalogue entries of stages' changelogs: with the partitions of what a stage reads.
func Changelogs(catalogue topics.Catalogue, stages []*Stage) []topics.Entry {
	var entries []topics.Entry
	for _, stage := range stages {
		input, _ := catalogue.Topic(stage.Inputs()[0])
		entries = append(entries, topics.ChangelogOf(stage.Changelog(), input.Partitions))
	}
	return entries
}

// Group is the consumer group of the stage.
func (stage *Stage) Group() string { return "waybill-" + stage.Name }

func (stage *Stage) problem(format string, args ...any) {
	stage.problems = append(stage.problems, fmt.Sprintf(format, args...))
}

func (stage *Stage) layout() (l Layout) {
	for id, t := range stage.tables {
		l[id] = t != nil && t.byEntity
	}
	return l
}

func addTable[K state.Key, V any](stage *Stage, id uint8, name string) *table {
	t := &table{id: id, name: name, rows: rowsOf[V](), byEntity: true}
	stage.addTable(t)
	return t
}

func (stage *Stage) addTable(t *table) {
	if t.id == 0 || t.id >= firstKernelTable {
		stage.problem("table %s: number %d is not between 1 and %d", t.name, t.id, firstKernelTable-1)
		return
	}
	if other := stage.tables[t.id]; other != nil {
		stage.problem("tables %s and %s share the number %d", other.name, t.name, t.id)
	}
	stage.tables[t.id] = t
}
