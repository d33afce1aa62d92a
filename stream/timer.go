package stream

import (
	"encoding/binary"
	"time"

	"waybill/state"
)

// Clock is what a timer goes by.
type Clock uint8

// The two clocks.
const (
	WallClock  Clock = 1 // the wall clock
	EventClock Clock = 2 // the task's watermark
)

// String names the clock.
func (c Clock) String() string {
	if c == WallClock {
		return "wall clock"
	}
	return "event time"
}

// Timers is one kind of timer of a stage: at most one timer stands for a key. Timers are state: they survive crashes and
// move with their task.
type Timers struct{ kind *timerKind }

// OnTimer declares a kind of timer and the step that runs when one is due. Its number names it in the store for ever.
func OnTimer(stage *Stage, id uint8, name string, clock Clock, step func(s *Step, key string) error) *Timers {
	kind := &timerKind{id: id, name: name, clock: clock, step: step}
	if other := stage.timers[id]; other != nil {
		stage.problem("timers %s and %s share the number %d", other.name, name, id)
	}
	stage.timers[id] = kind
	return &Timers{kind}
}

// Set sets the key's timer, in place of an earlier one. One that is due already fires when this step has ended.
func (t *Timers) Set(s *Step, key string, due time.Time) {
	byKey := timerByKey(t.kind, key)
	if old := s.task.getPlain(timersByKey, byKey); old != nil {
		before := int64(binary.BigEndian.Uint64(old))
		if before == due.UnixMicro() {
			return
		}
		s.task.putPlain(timersByDue, timerByDue(t.kind, before, key), nil)
	}
	t.put(s.task, byKey, key, due)
}

// SetIfNone sets the key's timer, unless one stands.
func (t *Timers) SetIfNone(s *Step, key string, due time.Time) {
	if byKey := timerByKey(t.kind, key); s.task.getPlain(timersByKey, byKey) == nil {
		t.put(s.task, byKey, key, due)
	}
}

func (t *Timers) put(task *Task, byKey []byte, key string, due time.Time) {
	var value [8]byte
	binary.BigEndian.PutUint64(value[:], uint64(due.UnixMicro()))
	task.putPlain(timersByKey, byKey, value[:])
	task.putPlain(timersByDue, timerByDue(t.kind, due.UnixMicro(), key), []byte(key))
	task.noteTimer(t.kind.clock, due.UnixMicro())
}

// Cancel removes the key's timer, if it stands.
func (t *Timers) Cancel(s *Step, key string) {
	byKey := timerByKey(t.kind, key)
	if old := s.task.getPlain(timersByKey, byKey); old != nil {
		s.task.putPlain(timersByDue, timerByDue(t.kind, int64(binary.BigEndian.Uint64(old)), key), nil)
		s.task.putPlain(timersByKey, byKey, nil)
	}
}

func timerByKey(kind *timerKind, key string) []byte {
	return append([]byte{timersByKey.id, kind.id}, key...)
}

// timerByDue sorts by clock, then due time, so that the timers that are due are the front of a range.
func timerByDue(kind *timerKind, dueMicros int64, key string) []byte {
	dst := append([]byte{timersByDue.id, byte(kind.clock)}, state.AppendInt(nil, dueMicros)...)
	return append(append(dst, kind.id), key...)
}

const timerKindAt = 2 + 8 // where the kind's number stands in a key of timerByDue
