package stream

import (
	"time"

	"waybill/state"
)

// Window remembers ids for a while, in buckets of event time that are dropped whole. An event and its duplicate happened
// at the same time, so one look-up in one bucket is enough.
type Window struct {
	rows   *table
	bucket time.Duration
	keep   time.Duration
}

// NewWindow declares a window that remembers an id until the watermark is keep past the end of its bucket. Its number is
// a table's.
func NewWindow(stage *Stage, id uint8, name string, bucket, keep time.Duration) *Window {
	w := &Window{rows: &table{id: id, name: name, rows: plainRows{}}, bucket: bucket, keep: keep}
	if bucket <= 0 || keep < bucket {
		stage.problem("window %s: keeps %s in buckets of %s; the bucket must be positive and no longer than what is kept", name, keep, bucket)
	}
	stage.addTable(w.rows)
	stage.windows = append(stage.windows, w)
	return w
}

// Sighting is what a window knows of an id.
type Sighting uint8

// What Add found.
const (
	FirstSeen Sighting = iota
	SeenBefore
	TooLate // its bucket is dropped: whether it was seen cannot be told
)

// Add remembers the id of something that happened at a time, and tells whether it was there before.
func (w *Window) Add(s *Step, id string, occurredAt time.Time) Sighting {
	bucket := occurredAt.UnixMicro() / w.bucket.Microseconds()
	if w.expired(s.task, bucket) {
		return TooLate
	}
	key := append(w.prefix(bucket), id...)
	if s.task.getPlain(w.rows, key) != nil {
		return SeenBefore
	}
	s.task.putPlain(w.rows, key, []byte{1})
	return FirstSeen
}

func (w *Window) expired(t *Task, bucket int64) bool {
	end := time.UnixMicro((bucket + 1) * w.bucket.Microseconds())
	return !t.watermark.IsZero() && end.Add(w.keep).Before(t.watermark)
}

func (w *Window) prefix(bucket int64) []byte { return state.AppendInt([]byte{w.rows.id}, bucket) }

// dropExpired removes the buckets that the watermark has left behind.
func (w *Window) dropExpired(t *Task) {
	if t.watermark.IsZero() {
		return
	}
	last := t.watermark.Add(-w.keep).UnixMicro()/w.bucket.Microseconds() - 1
	if dropped, ok := t.windowDropped[w.rows.id]; ok && dropped >= last {
		return
	}
	t.windowDropped[w.rows.id] = last
	t.dropRange(w.rows, []byte{w.rows.id}, w.prefix(last))
}
