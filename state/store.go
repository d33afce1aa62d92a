// Package state holds the state beside a processor: an ordered key-value store (Pebble, or a map for tests and
// simulation), the keys and rows in it, and what restore needs to know.
//
// One store serves one stage of one process. Its keys begin with the task, so that a task's rows can be dropped or
// handed over as one range.
package state

import "io"

// Store is an ordered set of rows. One goroutine writes; reads may come from others.
type Store interface {
	// Get returns a copy of the row's value, or nil when there is no such row.
	Get(key []byte) ([]byte, error)
	// Scan reads the rows with from ≤ key < to in key order, as of the call; a nil to has no end.
	Scan(from, to []byte) (Iterator, error)
	// Apply makes the batch visible, whole or not at all. It is durable once a later Sync or Close returns; a crash
	// before that leaves a prefix of the applied batches.
	Apply(batch *Batch) error
	// Sync makes everything applied so far durable.
	Sync() error
	io.Closer
}

// Iterator walks rows. Key and Value are valid until the next call of Next.
type Iterator interface {
	Next() bool
	Key() []byte
	Value() []byte
	// Close ends the walk and returns the first error that it met.
	Close() error
}

// Batch collects changes that Apply makes at once, in the order in which they were added.
type Batch struct {
	Changes []Change
}

// Change sets a row (Value not nil), deletes it (Value nil), or deletes the range Key ≤ key < To (To not nil).
type Change struct {
	Key, Value, To []byte
}

// Set adds the setting of a row; an empty value is a row too.
func (b *Batch) Set(key, value []byte) {
	if value == nil {
		value = []byte{}
	}
	b.Changes = append(b.Changes, Change{Key: key, Value: value})
}

// Delete adds the deletion of a row.
func (b *Batch) Delete(key []byte) { b.Changes = append(b.Changes, Change{Key: key}) }

// DeleteRange adds the deletion of all rows with from ≤ key < to.
func (b *Batch) DeleteRange(from, to []byte) {
	b.Changes = append(b.Changes, Change{Key: from, To: to})
}

// size estimates the bytes of the batch as Pebble writes it: a change has a kind and two lengths beside its bytes.
func (b *Batch) size() int {
	size := 64
	for i := range b.Changes {
		size += len(b.Changes[i].Key) + len(b.Changes[i].Value) + len(b.Changes[i].To) + 9
	}
	return size
}

// Reset empties the batch and keeps its memory.
func (b *Batch) Reset() { b.Changes = b.Changes[:0] }
