package state

import (
	"bytes"
	"errors"
	"iter"
	"sync"

	"github.com/RaduBerinde/btreemap"
)

// errClosed is what every call on a closed store returns.
var errClosed = errors.New("state store is closed")

// Memory is a Store in memory, for tests and simulation. It survives Crash and Close as a store on disk would: what was
// synced is there again, as long as the value itself is kept.
type Memory struct {
	mutex   sync.RWMutex
	rows    *rowMap
	synced  *rowMap  // the rows as of the last Sync
	pending []*Batch // what was applied since, in order
	closed  bool
}

type rowMap = btreemap.BTreeMap[[]byte, []byte]

// OpenMemory returns an empty store.
func OpenMemory() *Memory {
	rows := btreemap.New[[]byte, []byte](32, bytes.Compare)
	return &Memory{rows: rows, synced: rows.Clone()}
}

// Get returns a copy of the row's value, or nil when there is no such row.
func (m *Memory) Get(key []byte) ([]byte, error) {
	m.mutex.RLock()
	defer m.mutex.RUnlock()
	if m.closed {
		return nil, errClosed
	}
	_, value, ok := m.rows.Get(key)
	if !ok {
		return nil, nil
	}
	return append([]byte{}, value...), nil
}

// Scan reads the rows with from ≤ key < to in key order, as of the call; a nil to has no end.
func (m *Memory) Scan(from, to []byte) (Iterator, error) {
	m.mutex.Lock() // cloning marks the nodes of both as shared
	defer m.mutex.Unlock()
	if m.closed {
		return nil, errClosed
	}
	until := btreemap.Max[[]byte]()
	if to != nil {
		until = btreemap.LT(bytes.Clone(to))
	}
	next, stop := iter.Pull2(m.rows.Clone().Ascend(btreemap.GE(bytes.Clone(from)), until))
	return &memoryIterator{next: next, stop: stop}, nil
}

// Apply makes the batch visible, whole or not at all; it keeps copies of the batch's bytes.
func (m *Memory) Apply(batch *Batch) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.closed {
		return errClosed
	}
	kept := &Batch{Changes: make([]Change, len(batch.Changes))}
	for i, change := range batch.Changes {
		kept.Changes[i] = Change{Key: bytes.Clone(change.Key), Value: bytes.Clone(change.Value), To: bytes.Clone(change.To)}
	}
	m.pending = append(m.pending, kept)
	change(m.rows, kept)
	return nil
}

// Sync makes everything applied so far durable.
func (m *Memory) Sync() error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.closed {
		return errClosed
	}
	m.sync()
	return nil
}

func (m *Memory) sync() {
	m.synced, m.pending = m.rows.Clone(), nil
}

// Close makes everything durable and ends the use of the store until Reopen.
func (m *Memory) Close() error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if !m.closed {
		m.sync()
		m.closed = true
	}
	return nil
}

// Crash drops what was applied since the last Sync, but for the first survivors batches of it (all of them when there
// are no more), and opens the store again.
func (m *Memory) Crash(survivors int) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.rows = m.synced.Clone()
	for _, batch := range m.pending[:min(survivors, len(m.pending))] {
		change(m.rows, batch)
	}
	m.sync()
	m.closed = false
}

// Unsynced is the number of batches applied since the last Sync, of which Crash may keep any number.
func (m *Memory) Unsynced() int {
	m.mutex.RLock()
	defer m.mutex.RUnlock()
	return len(m.pending)
}

// Reopen opens a closed store again, with all its rows.
func (m *Memory) Reopen() {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.closed = false
}

// copy is another store with the same rows, closed.
func (m *Memory) copy() *Memory {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	rows := m.rows.Clone()
	return &Memory{rows: rows, synced: rows.Clone(), closed: true}
}

func change(rows *rowMap, batch *Batch) {
	for _, change := range batch.Changes {
		switch {
		case change.To != nil:
			var doomed [][]byte
			for key := range rows.Ascend(btreemap.GE(change.Key), btreemap.LT(change.To)) {
				doomed = append(doomed, key)
			}
			for _, key := range doomed {
				rows.Delete(key)
			}
		case change.Value != nil:
			rows.ReplaceOrInsert(change.Key, change.Value)
		default:
			rows.Delete(change.Key)
		}
	}
}

// memoryIterator walks a clone of the rows, which nobody writes.
type memoryIterator struct {
	next       func() ([]byte, []byte, bool)
	stop       func()
	key, value []byte
}

func (i *memoryIterator) Next() (ok bool) {
	i.key, i.value, ok = i.next()
	return ok
}

func (i *memoryIterator) Key() []byte   { return i.key }
func (i *memoryIterator) Value() []byte { return i.value }

func (i *memoryIterator) Close() error {
	i.stop()
	return nil
}
