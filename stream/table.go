package stream

import (
	"iter"
	"reflect"
	"sync"

	"waybill/schemas"
	"waybill/state"
)

// Table is a stage's state: rows of type V under keys of type K, kept per task.
//
// A row that Get or Scan returns is shared with the cache: it is not to be changed. To change it, copy it, change the
// copy (new slices, not the old ones' elements) and Put the copy, which then belongs to the table.
type Table[K state.Key, V any] struct{ *table }

// NewTable declares a table. Its keys begin with a text: what the row is about. Its number names it in the store and the changelog for ever: never reuse one.
func NewTable[K state.Key, V any](stage *Stage, id uint8, name string) *Table[K, V] {
	return &Table[K, V]{addTable[K, V](stage, id, name)}
}

// Get returns the row, or nil when there is none.
func (t *Table[K, V]) Get(s *Step, key K) *V {
	value := s.task.get(t.table, s.task.key(t.table, key))
	if value == nil {
		return nil
	}
	return value.(*V)
}

// Put sets the row.
func (t *Table[K, V]) Put(s *Step, key K, value *V) {
	s.task.put(t.table, s.task.key(t.table, key), value)
}

// Delete removes the row, if there is one.
func (t *Table[K, V]) Delete(s *Step, key K) {
	s.task.put(t.table, s.task.key(t.table, key), nil)
}

// Scan walks the rows whose key begins with prefix, the text that it begins with whole, in key order, as of the call: rows may be put and deleted meanwhile.
func (t *Table[K, V]) Scan(s *Step, prefix state.Key) iter.Seq[*V] {
	return func(yield func(*V) bool) {
		s.task.scan(t.table, prefix.AppendKey([]byte{t.id}), func(_ []byte, value any) bool { return yield(value.(*V)) })
	}
}

// rowCodec turns a table's rows into bytes and back.
type rowCodec interface {
	append(dst []byte, value any) ([]byte, error)
	decode(row []byte, writerSchema func(uint64) (string, bool)) (any, error)
	schema() (fingerprint uint64, json string) // zero for rows without one
}

// rowCodecs are the codecs of all row types of the process: to make one costs more than a stage's other declarations.
var rowCodecs sync.Map // reflect.Type → rowCodec

func rowsOf[V any]() rowCodec {
	made, known := rowCodecs.Load(reflect.TypeFor[V]())
	if !known {
		made, _ = rowCodecs.LoadOrStore(reflect.TypeFor[V](), typedRows[V]{state.NewCodec[V](schemas.CustomTypes()...)})
	}
	return made.(rowCodec)
}

type typedRows[V any] struct{ codec *state.Codec[V] }

func (r typedRows[V]) append(dst []byte, value any) ([]byte, error) {
	return r.codec.Append(dst, value.(*V))
}

func (r typedRows[V]) decode(row []byte, writerSchema func(uint64) (string, bool)) (any, error) {
	value, err := r.codec.Decode(row, writerSchema)
	if err != nil {
		return nil, err
	}
	return value, nil
}

func (r typedRows[V]) schema() (uint64, string) { return r.codec.Fingerprint(), r.codec.SchemaJSON() }

// plainRows are the kernel's own rows: their bytes are their value.
type plainRows struct{}

func (plainRows) append(dst []byte, value any) ([]byte, error) {
	return append(dst, *value.(*[]byte)...), nil
}

func (plainRows) decode(row []byte, _ func(uint64) (string, bool)) (any, error) {
	kept := append([]byte(nil), row...)
	return &kept, nil
}

func (plainRows) schema() (uint64, string) { return 0, "" }
