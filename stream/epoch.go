package stream

import (
	"encoding/binary"
	"fmt"
	"time"

	"waybill/state"
)

// Out is a record that an epoch writes. Partition −1 means the one that its key belongs to.
type Out struct {
	Topic     string
	Partition int32
	Key       []byte
	Value     []byte // nil: tombstone
	Headers   []Header
	Time      time.Time
}

// Entry is one change of a task's state, as the changelog carries it: on the partition of the task's number.
type Entry struct {
	Key   []byte
	Value []byte // nil: deleted
}

// Ready is what an epoch of a task wants written. The binding writes all of it, with the offsets of what was taken, in
// one transaction, and then calls Commit; or it calls Abort.
type Ready struct {
	Records   []Out
	Changelog []Entry
	Counts    map[Outcome]int64
}

// Dirty tells whether the epoch has anything to write.
func (t *Task) Dirty() bool {
	return len(t.overlay.rows) > 0 || len(t.out) > 0 || t.watermarkChanged
}

// Ready encodes what the steps since the last Commit or Abort did: every row once, however often it changed. Its slices
// are valid until Commit or Abort.
func (t *Task) Ready() (ready Ready, err error) {
	err = t.guard(nil, func() error {
		for _, w := range t.program.stage.windows {
			w.dropExpired(t)
		}
		if t.watermarkChanged {
			t.putPlain(taskFacts, watermarkKey, binary.BigEndian.AppendUint64(nil, uint64(t.watermark.UnixMicro())))
		}
		ready.Records = t.records[:0]
		for i := range t.out {
			if pending := &t.out[i]; pending.value != nil {
				pending.Value, pending.value = t.encode(pending.slot, pending.value), nil
			}
			ready.Records = append(ready.Records, t.out[i].Out)
		}
		ready.Changelog, ready.Counts = t.entries[:0], t.counts
		err := t.changelog(&ready)
		t.records, t.entries = ready.Records, ready.Changelog
		return err
	})
	return ready, err
}

func (t *Task) changelog(ready *Ready) error {
	for _, c := range t.overlay.changes {
		entry := Entry{Key: t.room.copy(c.key)}
		if c.value != nil {
			row, err := t.room.write(func(dst []byte) ([]byte, error) { return c.table.rows.append(dst, c.value) })
			if err != nil {
				return fmt.Errorf("table %s: %w", c.table.name, err)
			}
			entry.Value = row
		}
		ready.Changelog = append(ready.Changelog, entry)
	}
	return nil
}

// Commit applies the epoch to the store, after its transaction committed, in one batch together with the offset behind
// its last record in the changelog (0: it wrote none). The entries are those of Ready, all of them, in their order.
func (t *Task) Commit(entries []Entry, changelogNext int64, now time.Time) error {
	if len(entries) > 0 {
		batch := &t.batch
		batch.Reset()
		for _, r := range t.dropped {
			batch.DeleteRange(t.place(r.from), t.place(r.to))
		}
		for i, entry := range entries {
			c := t.overlay.changes[i]
			switch {
			case entry.Value != nil:
				batch.Set(t.place(entry.Key), entry.Value)
			case !c.ranged:
				batch.Delete(t.place(entry.Key))
			}
			t.remember(c, len(entry.Key)+decodedBytes(len(entry.Value)))
		}
		appendChangelogPosition(batch, t.partition, changelogNext, now)
		if err := t.store.Apply(batch); err != nil {
			return t.failure(nil, KindOf(err), err)
		}
	}
	t.reset()
	return nil
}

// remember keeps a committed row decoded.
func (t *Task) remember(c *change, bytes int) {
	if c.value == nil {
		t.cache.Delete(c.key)
		return
	}
	t.cache.Put(c.key, c.value, bytes)
}

// Abort forgets what the steps since the last Commit did.
func (t *Task) Abort() error {
	t.reset()
	t.schemaKept = [256]bool{}
	clear(t.windowDropped)
	return t.guard(nil, func() error { t.load(); return nil })
}

// keptChanges bounds the memory that a task keeps from one epoch to the next, in rows or records: a fetch that brought one
// partition's records alone made an epoch that is many times the usual.
const keptChanges = 4000

func (t *Task) reset() {
	if len(t.overlay.changes) > keptChanges || len(t.out) > keptChanges {
		t.overlay, t.out, t.records, t.entries, t.batch, t.latest = newOverlay(), nil, nil, nil, state.Batch{}, map[latestKey]int{}
	}
	t.overlay.clear()
	t.dropped = t.dropped[:0]
	clear(t.out)
	t.out = t.out[:0]
	clear(t.latest)
	clear(t.counts)
	t.watermarkChanged = false
}
