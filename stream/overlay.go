package stream

import (
	"cmp"

	"github.com/RaduBerinde/btreemap"

	"waybill/state"
)

// overlay holds what the steps of an open epoch changed, in front of the store. Abort drops it; commit applies it.
type overlay struct {
	rows    map[string]*change
	changes []*change                           // in the order in which they were made
	order   *btreemap.BTreeMap[string, *change] // by key: the first sorted of the changes, as walks are rarer than changes
	sorted  int
	spare   []change // made many at a time
}

// change is the newest value of a row in the epoch; nil: deleted.
type change struct {
	table *table
	key   string
	value any
	// ranged rows were deleted with a whole range: the store deletes them as one.
	ranged bool
}

const changesMade = 256

func newOverlay() *overlay {
	return &overlay{rows: map[string]*change{}, order: btreemap.New[string, *change](16, cmp.Compare[string])}
}

func (o *overlay) set(t *table, key []byte, value any) *change {
	if existing := o.rows[string(key)]; existing != nil {
		existing.value, existing.ranged = value, false
		return existing
	}
	if len(o.spare) == 0 {
		o.spare = make([]change, changesMade)
	}
	c := &o.spare[0]
	o.spare = o.spare[1:]
	*c = change{table: t, key: string(key), value: value}
	o.rows[c.key] = c
	o.changes = append(o.changes, c)
	return c
}

func (o *overlay) clear() {
	clear(o.rows)
	clear(o.changes)
	o.changes, o.sorted = o.changes[:0], 0
	o.order.Clear(true)
}

// snapshot copies the changes with from ≤ key < to, so that rows may change while they are walked.
func (o *overlay) snapshot(from, to []byte) []change {
	if len(o.rows) == 0 {
		return nil
	}
	for _, c := range o.changes[o.sorted:] {
		o.order.ReplaceOrInsert(c.key, c)
	}
	o.sorted = len(o.changes)
	var found []change
	upper := btreemap.LT(string(to))
	if to == nil {
		upper = btreemap.Max[string]()
	}
	o.order.AscendFunc(btreemap.GE(string(from)), upper, func(_ string, c *change) bool {
		found = append(found, *c)
		return true
	})
	return found
}

// get reads a row: overlay, then the cache of decoded values, then the store.
func (t *Task) get(of *table, key []byte) any {
	if c := t.overlay.rows[string(key)]; c != nil {
		return c.value
	}
	if value, ok := t.cache.Get(key); ok {
		return value
	}
	t.readBuffer = t.program.layout.append(t.readBuffer[:0], t.partition, key)
	row, err := t.store.Get(t.readBuffer)
	if err != nil {
		panic(storeFailure{err})
	}
	if row == nil {
		return nil
	}
	value := t.decode(of, row)
	t.cache.Put(string(key), value, len(key)+decodedBytes(len(row)))
	return value
}

// decodedBytes is about what a row takes as a Go value: beside its bytes the headers of its texts and lists, its pointers,
// and what the allocator rounds up.
func decodedBytes(encoded int) int { return 4 * encoded }

func (t *Task) decode(of *table, row []byte) any {
	value, err := of.rows.decode(row, t.writerSchema)
	if err != nil {
		panic(storeFailure{err})
	}
	return value
}

// place is the key in the store of a row, or what the keys of some rows begin with.
func (t *Task) place(key []byte) []byte { return t.room.place(&t.program.layout, t.partition, key) }

// put sets a row, or deletes it where value is nil.
func (t *Task) put(of *table, key []byte, value any) {
	if value != nil && !t.schemaKept[of.id] {
		t.keepSchema(of)
	}
	t.overlay.set(of, key, value)
}

// keepSchema writes the schema of a table's rows beside them, once per task, so that a later release can read them.
func (t *Task) keepSchema(of *table) {
	t.schemaKept[of.id] = true
	fingerprint, json := of.rows.schema()
	if fingerprint == 0 {
		return
	}
	key := schemaKey(fingerprint)
	if t.getPlain(rowSchemas, key) == nil {
		t.putPlain(rowSchemas, key, []byte(json))
	}
}

func schemaKey(fingerprint uint64) []byte {
	return state.AppendInt([]byte{rowSchemas.id}, int64(fingerprint))
}

func (t *Task) writerSchema(fingerprint uint64) (string, bool) {
	json := t.getPlain(rowSchemas, schemaKey(fingerprint))
	return string(json), json != nil
}

// getPlain reads a row of the kernel's own tables; its key begins with the table's number.
func (t *Task) getPlain(of *table, key []byte) []byte {
	if value := t.get(of, key); value != nil {
		return *value.(*[]byte)
	}
	return nil
}

// putPlain sets a row of the kernel's own tables, or deletes it where value is nil.
func (t *Task) putPlain(of *table, key, value []byte) {
	if value == nil {
		t.put(of, key, nil)
		return
	}
	t.put(of, key, &value)
}

// key is the row's key within the task: the table's number, then the key. It is valid until the next call.
func (t *Task) key(of *table, key state.Key) []byte {
	t.keyBuffer = key.AppendKey(append(t.keyBuffer[:0], of.id))
	return t.keyBuffer
}

// scan walks the rows that begin with prefix in key order, as of the call: the store's rows, with the overlay's changes
// in their places. The key is valid during the call of yield.
func (t *Task) scan(of *table, prefix []byte, yield func(key []byte, value any) bool) {
	changes := t.overlay.snapshot(prefix, state.After(prefix))
	from := t.place(prefix)
	iterator, err := t.store.Scan(from, state.After(from))
	if err != nil {
		panic(storeFailure{err})
	}
	defer closing(iterator)
	walk(changes, iterator, func(key, row []byte, c *change) bool {
		switch {
		case c != nil && c.value == nil:
			return true
		case c != nil:
			return yield(key, c.value)
		}
		value, cached := t.cache.Get(key)
		if !cached {
			value = t.decode(of, row)
		}
		return yield(key, value)
	})
}

// closing ends a walk, also when a row in it cannot be decoded.
func closing(iterator state.Iterator) {
	if err := iterator.Close(); err != nil {
		panic(storeFailure{err})
	}
}

// walk merges changes with stored rows; where both have a key the change wins.
func walk(changes []change, stored state.Iterator, yield func(key, row []byte, c *change) bool) {
	var key []byte // of the stored row
	next := func() bool {
		has := stored.Next()
		if has {
			key = appendTaskKey(key[:0], stored.Key())
		}
		return has
	}
	has := next()
	for has || len(changes) > 0 {
		order := -1 // the change comes first
		if len(changes) == 0 {
			order = 1
		} else if has {
			order = cmp.Compare(changes[0].key, string(key))
		}
		if order > 0 {
			if !yield(key, stored.Value(), nil) {
				return
			}
			has = next()
			continue
		}
		if !yield([]byte(changes[0].key), nil, &changes[0]) {
			return
		}
		changes = changes[1:]
		if order == 0 {
			has = next()
		}
	}
}

// dropRange deletes every row with from ≤ key < to: a tombstone each in the changelog, one range deletion in the store.
func (t *Task) dropRange(of *table, from, to []byte) {
	var keys [][]byte
	iterator, err := t.store.Scan(t.place(from), t.place(to))
	if err != nil {
		panic(storeFailure{err})
	}
	walk(t.overlay.snapshot(from, to), iterator, func(key, _ []byte, c *change) bool {
		if c == nil || c.value != nil {
			keys = append(keys, append([]byte(nil), key...))
		}
		return true
	})
	closing(iterator)
	if len(keys) == 0 {
		return
	}
	for _, key := range keys {
		t.overlay.set(of, key, nil).ranged = true
	}
	t.dropped = append(t.dropped, keyRange{from, to})
}

type keyRange struct{ from, to []byte }
