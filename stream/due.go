package stream

import (
	"context"
	"encoding/binary"
	"math"
	"time"

	"waybill/state"
)

// dueAtOnce bounds how many timers or waiters one call runs, so that an epoch stays short.
const dueAtOnce = 10_000

// RunDue runs the steps of the timers that are due: by the wall clock at now, by event time at the watermark. More tells
// that there may be others left, for the next epoch.
func (t *Task) RunDue(_ context.Context, now time.Time) (ran int, more bool, err error) {
	err = t.guard(nil, func() error {
		for _, clock := range []Clock{EventClock, WallClock} {
			limit := now
			if clock == EventClock {
				limit = t.watermark
			}
			for ran < dueAtOnce && !limit.IsZero() && t.earliest[clock] <= limit.UnixMicro() {
				fired, err := t.fire(clock, now, limit, dueAtOnce-ran)
				if ran += fired; err != nil {
					return err
				}
			}
		}
		return nil
	})
	return ran, ran >= dueAtOnce, err
}

// fire runs the timers of one clock that are due now, and notes when the next one is.
func (t *Task) fire(clock Clock, now, limit time.Time, atMost int) (fired int, err error) {
	type dueTimer struct {
		kind uint8
		key  string
		due  int64
	}
	var timers []dueTimer
	t.earliest[clock] = math.MaxInt64
	t.scan(timersByDue, []byte{timersByDue.id, byte(clock)}, func(row []byte, value any) bool {
		due, _ := state.CutInt(row[2:])
		if due > limit.UnixMicro() || len(timers) == atMost {
			t.earliest[clock] = due
			return false
		}
		timers = append(timers, dueTimer{row[timerKindAt], string(*value.(*[]byte)), due})
		return true
	})
	for _, timer := range timers {
		kind := t.program.stage.timers[timer.kind]
		if kind == nil { // of a release that had this kind of timer; this one has nothing to do then
			kind = &timerKind{id: timer.kind, clock: clock, step: func(*Step, string) error { return nil }}
		}
		byKey := timerByKey(kind, timer.key)
		standing := t.getPlain(timersByKey, byKey)
		if standing == nil || int64(binary.BigEndian.Uint64(standing)) != timer.due {
			continue // a step before it cancelled or moved it
		}
		t.putPlain(timersByKey, byKey, nil)
		t.putPlain(timersByDue, timerByDue(kind, timer.due, timer.key), nil)
		if err := kind.step(t.begin(now, nil), timer.key); err != nil {
			return fired, err
		}
		fired++
	}
	return fired, nil
}

// noteTimer keeps in mind when the earliest timer of a clock is due.
func (t *Task) noteTimer(clock Clock, dueMicros int64) {
	t.earliest[clock] = min(t.earliest[clock], dueMicros)
}

// NextDue is when the earliest wall-clock timer may be due; false when there is none.
func (t *Task) NextDue() (time.Time, bool) {
	switch earliest := t.earliest[WallClock]; earliest {
	case math.MaxInt64:
		return time.Time{}, false
	default:
		return time.UnixMicro(max(earliest, 0)), true
	}
}

// Wake runs the stage's OnWake for the waiters of reference rows that came or changed.
func (t *Task) Wake(_ context.Context, now time.Time) (woken int, err error) {
	err = t.guard(nil, func() error {
		arrivals := t.arrivals
		t.arrivals = nil
		seen := map[arrival]bool{}
		for _, a := range arrivals {
			if seen[a] {
				continue
			}
			seen[a] = true
			var rows [][]byte
			var names []string
			t.scan(waiters, waiterPrefix(a), func(row []byte, value any) bool {
				rows, names = append(rows, append([]byte(nil), row...)), append(names, string(*value.(*[]byte)))
				return true
			})
			for i, row := range rows {
				if t.get(waiters, row) == nil { // it was forgone by one before it
					continue
				}
				t.putPlain(waiters, row, nil)
				if err := t.program.stage.wake(t.begin(now, nil), names[i]); err != nil {
					return err
				}
				woken++
			}
		}
		return nil
	})
	return woken, err
}

// Waiting counts the waiters for reference data, up to a bound, for tests and for doctor.
func (t *Task) Waiting(atMost int) (n int, err error) {
	err = t.guard(nil, func() error {
		t.scan(waiters, []byte{waiters.id}, func([]byte, any) bool { n++; return n < atMost })
		return nil
	})
	return n, err
}
