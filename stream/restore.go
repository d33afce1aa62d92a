package stream

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"time"

	"waybill/state"
)

// What a store holds: tasks' rows, reference data, and how far each of them is.
const (
	taskRows       = 'T'
	referenceRows  = 'R'
	positions      = 'P'
	changelogsRead = 'c'
	referencesRead = 'r'
)

func taskPrefix(partition int32) []byte {
	return binary.BigEndian.AppendUint32([]byte{taskRows}, uint32(partition))
}

func (t *Task) storeKey(key []byte) []byte {
	return append(append(make([]byte, 0, len(t.prefix)+len(key)), t.prefix...), key...)
}

// storeEnd is where a scan of the task's rows ends; nil means behind the last of them.
func (t *Task) storeEnd(to []byte) []byte {
	if to == nil {
		return state.After(t.prefix)
	}
	return t.storeKey(to)
}

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
// it is ahead of a changelog that was made anew, or older than the changelog's tombstones, of which it may have missed some.
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
	default:
		return max(position.Next, start), "", nil
	}
	return start, why, Forget(store, partition)
}

// Restore applies records of a task's changelog to the store, in their order, together with the offset to read next. Now
// is when end was the changelog's end. A part of a restore does not make the store younger: what was deleted behind it may
// be older than the part, and its tombstone gone when the restore goes on.
func Restore(store state.Store, partition int32, entries []Entry, next, end int64, now time.Time) error {
	if next < end {
		before, err := ChangelogPosition(store, partition)
		if err != nil {
			return err
		}
		if before.Next > 0 {
			now = before.At
		}
	}
	prefix := taskPrefix(partition)
	var batch state.Batch
	for _, entry := range entries {
		key := append(append([]byte(nil), prefix...), entry.Key...)
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
	prefix := taskPrefix(partition)
	rows, err := store.Scan(prefix, state.After(prefix))
	if err != nil {
		return false, err
	}
	holds := rows.Next()
	return holds, rows.Close()
}

// Forget drops a task's rows, so that a restore begins at the changelog's start.
func Forget(store state.Store, partition int32) error {
	prefix := taskPrefix(partition)
	var batch state.Batch
	batch.DeleteRange(prefix, state.After(prefix))
	batch.Delete(changelogPositionKey(partition))
	return store.Apply(&batch)
}

// Rows are a task's rows in a store, by key: for checks that a store is what its changelog says.
func Rows(store state.Store, partition int32) (map[string][]byte, error) {
	prefix := taskPrefix(partition)
	iterator, err := store.Scan(prefix, state.After(prefix))
	if err != nil {
		return nil, err
	}
	rows := map[string][]byte{}
	for iterator.Next() {
		rows[string(iterator.Key()[len(prefix):])] = bytes.Clone(iterator.Value())
	}
	return rows, iterator.Close()
}
