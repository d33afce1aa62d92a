package state

import (
	"bytes"

	"github.com/cockroachdb/pebble/v2"
)

// Scan reads the rows with from ≤ key < to in key order, as of the call; a nil to has no end.
func (p *Pebble) Scan(from, to []byte) (Iterator, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	if to != nil && bytes.Compare(from, to) >= 0 {
		return noRows{}, nil
	}
	rows, err := p.db.NewIter(&pebble.IterOptions{LowerBound: from, UpperBound: to})
	if err != nil {
		return nil, p.failed("scan", err)
	}
	return &pebbleIterator{store: p, rows: rows}, nil
}

type pebbleIterator struct {
	store *Pebble
	rows  *pebble.Iterator
	begun bool
	err   error
}

func (i *pebbleIterator) Next() bool {
	if i.err != nil {
		return false
	}
	var ok bool
	if i.begun {
		ok = i.rows.Next()
	} else {
		ok, i.begun = i.rows.First(), true
	}
	if !ok {
		i.err = i.rows.Error()
		return false
	}
	return true
}

func (i *pebbleIterator) Key() []byte { return i.rows.Key() }

// Value reads the value; the error of one that cannot be read ends the walk and is Close's.
func (i *pebbleIterator) Value() []byte {
	value, err := i.rows.ValueAndErr()
	if err != nil {
		i.err = err
	}
	return value
}

func (i *pebbleIterator) Close() error {
	err := i.rows.Close()
	if i.err != nil {
		err = i.err
	}
	if err != nil {
		return i.store.failed("scan", err)
	}
	return nil
}

// noRows is the walk of an empty range.
type noRows struct{}

func (noRows) Next() bool    { return false }
func (noRows) Key() []byte   { return nil }
func (noRows) Value() []byte { return nil }
func (noRows) Close() error  { return nil }
