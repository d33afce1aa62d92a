package stream_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"waybill/stream"
)

// everyRow is the content of a store.
func (w *world) everyRow(s *side) map[string]string {
	w.t.Helper()
	walk, err := s.store.Scan(nil, nil)
	w.check(err)
	rows := map[string]string{}
	last := []byte(nil)
	for walk.Next() {
		if last != nil && bytes.Compare(last, walk.Key()) >= 0 {
			w.fatal("%s walks from %q to %q", s.name, last, walk.Key())
		}
		last = bytes.Clone(walk.Key())
		rows[string(last)] = string(walk.Value())
	}
	w.check(walk.Close())
	return rows
}

// sameRows compares the stores, row by row.
func (w *world) sameRows() {
	w.t.Helper()
	w.same("rows", w.sides[1], w.everyRow(w.sides[1]), w.everyRow(w.sides[0]))
}

// isPrefix compares a store's rows of the task with what its changelog says up to where the store is.
func (w *world) isPrefix(s *side) {
	w.t.Helper()
	position := w.held(s).position.Next
	if position < w.compactedTo {
		return
	}
	want := map[string][]byte{}
	for _, record := range w.changelog {
		switch {
		case record.offset >= position:
		case record.entry.Value == nil:
			delete(want, string(record.entry.Key))
		default:
			want[string(record.entry.Key)] = record.entry.Value
		}
	}
	rows, err := stream.Rows(s.store, ownTask)
	w.check(err)
	w.same(fmt.Sprintf("rows up to changelog offset %d", position), s, fmt.Sprintf("%q", rows), fmt.Sprintf("%q", want))
}

// isPast compares what a task over the store reads, not restored, with what was committed up to where the store is.
func (w *world) isPast(s *side) {
	w.t.Helper()
	position := w.held(s).position.Next
	w.isPrefix(s)
	for i := len(w.history) - 1; i >= 0 && position >= w.compactedTo; i-- {
		if past := w.history[i]; past.next == position || past.next > 0 && past.next+1 == position {
			w.reads(s, past.was)
			return
		}
	}
}

// reads compares everything that a new task over a store reads, and all that its windows and timers do, with a model.
func (w *world) reads(s *side, was *model) {
	w.t.Helper()
	task := w.newTask(&side{store: s.store, references: w.newReferences(s)})
	was = was.begin()
	compare := func(what string, now time.Time, do func(capabilities) string) {
		w.t.Helper()
		was.clock = now
		w.same(what, s, w.take(task, now, do), do(was))
	}
	compare("state", w.now, readState)
	compare("windows", w.now, seeAll)
	late := w.now.Add(1000 * time.Hour)
	compare("watermark", late, func(c capabilities) string { c.observe(late); return c.watermark().String() })
	ran, _, err := task.RunDue(context.Background(), late)
	w.check(err)
	w.same("timers that are due in the end", s, ran, was.runDue(late))
	compare("state in the end", late, readState)
}

// keepsWhatItNeeds looks into the changelog for what steps do not see: ids of buckets that are long past, timers of which
// one of the two rows is missing, rows whose schema is not kept.
func (w *world) keepsWhatItNeeds() {
	w.t.Helper()
	live := map[string]string{}
	for _, record := range w.changelog {
		if live[string(record.entry.Key)] = string(record.entry.Value); record.entry.Value == nil {
			delete(live, string(record.entry.Key))
		}
	}
	byKey, byDue := 0, 0
	for key, row := range live {
		switch table := int(key[0]); {
		case table < windowTable:
			if schema := string([]byte{243}) + flipped(row[1:9]); live[schema] == "" {
				w.fatal("the schema of row %q of table %d is not kept", key, table)
			}
		case table < windowTable+len(windowTimes):
			times := windowTimes[table-windowTable]
			bucket := int64(binary.BigEndian.Uint64([]byte(flipped(key[1:9]))))
			end := time.UnixMicro((bucket + 1) * times.bucket.Microseconds())
			if end.Add(times.keep + times.bucket).Before(w.committed.mark) {
				w.fatal("a window keeps %q of the bucket that ended %s; the watermark is %s", key[9:], end.UTC(), w.committed.mark)
			}
		case table == 240:
			byKey++
		case table == 241:
			byDue++
		}
	}
	if stand := len(w.committed.timers); byKey != stand || byDue != stand {
		w.fatal("%d timers stand; the changelog has %d by their keys and %d by their due times", stand, byKey, byDue)
	}
}

// flipped turns a number of a key into its bytes, and back.
func flipped(number string) string {
	return string([]byte{number[0] ^ 0x80}) + number[1:]
}
