package stream

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"runtime/debug"
	"strconv"
	"time"

	"waybill/schemas"
	"waybill/state"
)

// Task runs a stage's steps for one partition. What the steps did stays in memory until Commit; Abort forgets it. A task
// is used by one goroutine.
type Task struct {
	program    *Program
	partition  int32
	store      state.Store
	references *References

	overlay    *overlay
	cache      *state.Cache
	dropped    []keyRange
	schemaKept [256]bool
	keyBuffer  []byte
	readBuffer []byte // the key of a row in the store that is being read
	scratches  []any
	room       room
	records    []Out // of the latest epoch, as Ready gave them
	entries    []Entry
	batch      state.Batch

	out    []pending
	latest map[latestKey]int // where in out the newest record of an EmitLatest output's key stands
	counts map[Outcome]int64

	watermark        time.Time
	watermarkChanged bool
	windowDropped    map[uint8]int64
	earliest         [3]int64 // by clock: no timer is due before this (microseconds)

	arrivals []arrival // reference rows whose waiters are to be woken
	step     Step
}

type pending struct {
	slot  int
	value any // of an EmitLatest output, not yet encoded
	Out
}

type latestKey struct {
	slot int
	key  string
}

// The kernel's own tables. Their numbers follow those of the stages' tables.
const firstKernelTable = 240

var (
	timersByKey = &table{id: 240, name: "timers by key", rows: plainRows{}}
	timersByDue = &table{id: 241, name: "timers by due time", rows: plainRows{}}
	waiters     = &table{id: 242, name: "waiters for reference data", rows: plainRows{}}
	rowSchemas  = &table{id: 243, name: "schemas of rows", rows: plainRows{}}
	taskFacts   = &table{id: 244, name: "facts of the task", rows: plainRows{}}
)

var watermarkKey = []byte{taskFacts.id, 'w'}

// DefaultCacheBytes bounds the decoded rows that a task keeps in memory.
const DefaultCacheBytes = 8 << 20

// NewTask makes the task of a partition over a store that holds its state, restored to the end of the changelog.
func (p *Program) NewTask(partition int32, store state.Store, references *References, cacheBytes int) (*Task, error) {
	t := &Task{
		program: p, partition: partition, store: store, references: references,
		overlay: newOverlay(), cache: state.NewCache(cacheBytes),
		latest: map[latestKey]int{}, counts: map[Outcome]int64{}, windowDropped: map[uint8]int64{},
	}
	t.step.task = t
	return t, t.guard(nil, func() error { t.load(); return nil })
}

// load reads what the task keeps in memory of its state, at the start and after an abort.
func (t *Task) load() {
	t.watermark, t.watermarkChanged = time.Time{}, false
	if row := t.getPlain(taskFacts, watermarkKey); row != nil {
		t.watermark = time.UnixMicro(int64(binary.BigEndian.Uint64(row))).UTC()
	}
	t.earliest = [3]int64{math.MinInt64, math.MinInt64, math.MinInt64}
	t.arrivals = t.arrivals[:0]
	t.scan(waiters, []byte{waiters.id}, func(key []byte, _ any) bool {
		if awaited := arrivalOf(key); t.references.present(awaited) {
			t.arrive(awaited)
		}
		return true
	})
}

// Partition is the task's number.
func (t *Task) Partition() int32 { return t.partition }

// Watermark is the latest time that was observed; zero when none was.
func (t *Task) Watermark() time.Time { return t.watermark }

// Take runs the step of a record. An error leaves the epoch unusable: it has to be aborted.
func (t *Task) Take(ctx context.Context, now time.Time, record *Record) error {
	take := t.program.takers[record.Topic]
	if take == nil {
		return t.failure(record, Bug, fmt.Errorf("the stage has no input %s", record.Topic))
	}
	return t.guard(record, func() error { return take(ctx, t.begin(now, record), record) })
}

func (t *Task) begin(now time.Time, record *Record) *Step {
	t.step.now, t.step.record = now, record
	return &t.step
}

// guard runs a step and turns what goes wrong in it into a Failure that says where.
func (t *Task) guard(record *Record, run func() error) (err error) {
	defer func() {
		switch panicked := recover().(type) {
		case nil:
		case storeFailure:
			kind := Retryable
			if errors.Is(panicked.err, state.ErrCorrupt) {
				kind = Corruption
			}
			err = t.failure(record, kind, panicked.err)
		case codecFailure:
			kind := KindOf(panicked.err)
			if kind == PoisonFailure {
				kind = Bug // nobody outside wrote it
			}
			err = t.failure(record, kind, panicked.err)
		default:
			err = t.failure(record, Bug, fmt.Errorf("panic: %v\n%s", panicked, debug.Stack()))
		}
	}()
	if err := run(); err != nil {
		return t.failure(record, KindOf(err), err)
	}
	return nil
}

func (t *Task) failure(record *Record, kind Kind, err error) error {
	var already *Failure
	if errors.As(err, &already) {
		return err
	}
	failure := &Failure{Kind: kind, Stage: t.program.stage.Name, Partition: t.partition, Err: err}
	if record != nil {
		failure.Topic, failure.Offset = record.Topic, record.Offset
	}
	var decode *schemas.DecodeError
	if errors.As(err, &decode) {
		failure.Field = decode.Field
	}
	return failure
}

// unreadable is the end of a typed record that cannot be read: dead-lettered, told to the stage, and not an error.
func (t *Task) unreadable(s *Step, record *Record, err error) error {
	var decode *schemas.DecodeError
	if !errors.As(err, &decode) {
		return err
	}
	t.deadLetter(s, record, decode.Class, decode.Error(), decode.Field, decode.SchemaID)
	s.Count("dead_lettered")
	if t.program.stage.poison != nil {
		return t.program.stage.poison(s, Poison{Record: record, Err: decode})
	}
	return nil
}

func (t *Task) deadLetter(s *Step, record *Record, class, message, field string, schemaID int) {
	headers := append(append([]Header(nil), record.Headers...),
		Header{"waybill.error.class", []byte(class)},
		Header{"waybill.error.message", []byte(message)},
		Header{"waybill.error.field", []byte(field)},
		Header{"waybill.original.topic", []byte(record.Topic)},
		Header{"waybill.original.partition", strconv.AppendInt(nil, int64(record.Partition), 10)},
		Header{"waybill.original.offset", strconv.AppendInt(nil, record.Offset, 10)},
		Header{"waybill.original.timestamp", record.Timestamp.UTC().AppendFormat(nil, time.RFC3339Nano)},
		Header{"waybill.schema.id", strconv.AppendInt(nil, int64(schemaID), 10)},
		Header{"waybill.stage", []byte(t.program.stage.Name)},
		Header{"waybill.version", []byte(t.program.release)},
	)
	t.out = append(t.out, pending{slot: -1, Out: Out{
		Topic: DeadLetters, Partition: -1, Key: record.Key, Value: record.Value, Headers: headers, Time: s.now,
	}})
}

// send queues a record. Records of EmitLatest outputs are encoded when the epoch ends, the others at once.
func (t *Task) send(s *Step, slot int, partition int32, key string, value any, tombstone bool) {
	output := t.program.stage.outputs[slot]
	record := pending{slot: slot, Out: Out{Topic: output.topic, Partition: partition, Key: t.room.copy(key), Time: s.now}}
	switch {
	case output.latest:
		if !tombstone {
			record.value = value
		}
		at, queued := t.latest[latestKey{slot, key}]
		if queued {
			t.out[at] = record
			return
		}
		t.latest[latestKey{slot, key}] = len(t.out)
	case !tombstone:
		record.Value = t.encode(slot, value)
	}
	t.out = append(t.out, record)
}

func (t *Task) encode(slot int, value any) []byte {
	encoded, err := t.room.write(func(dst []byte) ([]byte, error) {
		return t.program.encoders[slot](context.Background(), dst, value)
	})
	if err != nil {
		panic(codecFailure{fmt.Errorf("%s: %w", t.program.stage.outputs[slot].topic, err)})
	}
	return encoded
}

// observe moves the watermark.
func (t *Task) observe(occurredAt time.Time) {
	if occurredAt.After(t.watermark) {
		t.watermark, t.watermarkChanged = occurredAt.UTC(), true
	}
}
