package stream

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"time"

	"waybill/state"
)

// Position is how far a store has read a task's changelog.
type Position struct {
	Next int64     // the offset to read next; 0: nothing is in the store
	At   time.Time // when the store got there
}

func changelogPositionKey(partition int32) []byte {
	return binary.BigEndian.AppendUint32([]byte{positions, changelogsRead}, uint32(partition))
}

// ChangelogPosition reads how far the store reflects the task's changelog.
func ChangelogPosition(store state.Store, partition int32) (Position, error) {
	row, err := store.Get(changelogPositionKey(partition))
	if err != nil || row == nil {
		return Position{}, err
	}
	if len(row) != 16 {
		return Position{}, fmt.Errorf("%w: the changelog position of task %d has %d bytes", state.ErrCorrupt, partition, len(row))
	}
	at := time.UnixMicro(int64(binary.BigEndian.Uint64(row[8:]))).UTC()
	return Position{Next: int64(binary.BigEndian.Uint64(row)), At: at}, nil
}

func appendChangelogPosition(batch *state.Batch, partition int32, next int64, at time.Time) {
	row := binary.BigEndian.AppendUint64(nil, uint64(next))
	batch.Set(changelogPositionKey(partition), binary.BigEndian.AppendUint64(row, uint64(at.UnixMicro())))
}

// ReadOn tells from which offset a restore of a task reads its changelog, which has the offsets from start to before end. It
// reads on from what the store reflects; a store that cannot be read on from is emptied of the task first, and why says so:
// it is ahead of a changelog that was made anew, or older than the changelog's tombstones, of which it may have missed some, or
// of a release that laid its rows out otherwise.
func ReadOn(store state.Store, partition int32, start, end int64, now time.Time, tombstones time.Duration) (next int64, why string, err error) {
	position, err := ChangelogPosition(store, partition)
	if err != nil {
		return 0, "", err
	}
	switch age := now.Sub(position.At); {
	case position.Next > end:
		why = fmt.Sprintf("the store is ahead of its changelog, which was made anew (%d, the changelog ends at %d)", position.Next, end)
	case position.Next > 0 && age > tombstones*9/10:
		why = fmt.Sprintf("the store is older than the changelog's tombstones (%s)", age.Round(time.Second))
	case position.Next == 0:
		if holds, err := Holds(store, partition); err != nil || !holds {
			return start, "", err
		}
		why = "the store has rows of a release that laid them out otherwise"
	default:
		return max(position.Next, start), "", nil
	}
	return start, why, Forget(store, partition)
}

// Restore applies records of a task's changelog to the store, in their order, together with the offset to read next. Now
// is when end was the changelog's end. A part of a restore does not make the store younger: what was deleted behind it may
// be older than the part, and its tombstone gone when the restore goes on.
func Restore(store state.Store, layout Layout, partition int32, entries []Entry, next, end int64, now time.Time) error {
	if next < end {
		before, err := ChangelogPosition(store, partition)
		if err != nil {
			return err
		}
		if before.Next > 0 {
			now = before.At
		}
	}
	var batch state.Batch
	var keys room
	for _, entry := range entries {
		key := keys.place(&layout, partition, entry.Key)
		if entry.Value == nil {
			batch.Delete(key)
			continue
		}
		batch.Set(key, entry.Value)
	}
	appendChangelogPosition(&batch, partition, next, now)
	return store.Apply(&batch)
}

// Holds tells whether the store has rows of a task.
func Holds(store state.Store, partition int32) (bool, error) {
	for _, prefix := range taskRows(partition) {
		rows, err := store.Scan(prefix, state.After(prefix))
		if err != nil {
			return false, err
		}
		holds := rows.Next()
		if err := rows.Close(); err != nil || holds {
			return holds, err
		}
	}
	return false, nil
}

// Forget drops a task's rows, so that a restore begins at the changelog's start.
func Forget(store state.Store, partition int32) error {
	var batch state.Batch
	for _, prefix := range taskRows(partition) {
		batch.DeleteRange(prefix, state.After(prefix))
	}
	batch.Delete(changelogPositionKey(partition))
	return store.Apply(&batch)
}

// Rows are a task's rows in a store, by key: for checks that a store is what its changelog says.
func Rows(store state.Store, partition int32) (map[string][]byte, error) {
	rows := map[string][]byte{}
	for _, prefix := range taskRows(partition) {
		iterator, err := store.Scan(prefix, state.After(prefix))
		if err != nil {
			return nil, err
		}
		for iterator.Next() {
			rows[string(appendTaskKey(nil, iterator.Key()))] = bytes.Clone(iterator.Value())
		}
		if err := iterator.Close(); err != nil {
			return nil, err
		}
	}
	return rows, nil
}
