package stream

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"

	"waybill/schemas"
	"waybill/state"
	"waybill/topics"
)

// Reference is reference data: the latest row per key of a compacted topic, of which every process keeps a full copy.
// Steps read it; it is no part of their epoch.
type Reference[V any] struct{ ref *reference }

type reference struct {
	id     uint8
	topic  string
	bind   func(schemas.Registry) decoder
	decode decoder
}

type decoder func(ctx context.Context, row []byte) (any, error)

// NewReference declares reference data. Its number names it in the store for ever: never reuse one.
func NewReference[V any](stage *Stage, id uint8, topic topics.Topic[V]) *Reference[V] {
	ref := &reference{id: id, topic: topic.Name(), bind: func(registry schemas.Registry) decoder {
		codec := schemas.NewCodec[V](registry, topic.Name())
		return func(ctx context.Context, row []byte) (any, error) {
			value, err := codec.Decode(ctx, row)
			if err != nil {
				return nil, err
			}
			return value, nil
		}
	}}
	for _, other := range stage.references {
		if other.id == id {
			stage.problem("reference data %s and %s share the number %d", other.topic, ref.topic, id)
		}
	}
	stage.references = append(stage.references, ref)
	return &Reference[V]{ref}
}

// Get returns the row, or nil when there is none (yet). It is shared: not to be changed.
func (r *Reference[V]) Get(s *Step, key string) *V {
	if value := s.task.references.get(r.ref, key); value != nil {
		return value.(*V)
	}
	return nil
}

// Scan walks the rows whose key begins with prefix, in key order.
func (r *Reference[V]) Scan(s *Step, prefix string) iter.Seq[*V] {
	return func(yield func(*V) bool) {
		s.task.references.scan(r.ref, prefix, func(value any) bool { return yield(value.(*V)) })
	}
}

// Await has the stage's OnWake called once with the waiter, when the row arrives or changes. A key that ends in a slash
// awaits any row whose key begins with it. Asking twice is asking once.
func (r *Reference[V]) Await(s *Step, key, waiter string) {
	s.task.putPlain(waiters, r.waiter(key, waiter), []byte(waiter))
}

// Forgo takes back that a waiter awaits a key: what arrives does not concern it any more. It may not have awaited it.
func (r *Reference[V]) Forgo(s *Step, key, waiter string) {
	if row := r.waiter(key, waiter); s.task.get(waiters, row) != nil {
		s.task.putPlain(waiters, row, nil)
	}
}

func (r *Reference[V]) waiter(key, waiter string) []byte {
	return append(waiterPrefix(arrival{r.ref.id, key}), waiter...)
}

// arrival is a reference row that came or changed, or that a waiter waits for.
type arrival struct {
	reference uint8
	key       string
}

func waiterPrefix(a arrival) []byte {
	return state.AppendString([]byte{waiters.id, a.reference}, a.key)
}

// arrivalOf reads what a waiter's row waits for.
func arrivalOf(row []byte) arrival {
	key, escaped := []byte{}, row[2:]
	for len(escaped) >= 2 && (escaped[0] != 0 || escaped[1] != 1) {
		key = append(key, escaped[0])
		if escaped[0] == 0 {
			escaped = escaped[1:]
		}
		escaped = escaped[1:]
	}
	return arrival{row[1], string(key)}
}

// Arrive tells the task that a reference row came or changed: its waiters are woken by the next Wake.
func (t *Task) Arrive(arrivals []Arrival) {
	for _, a := range arrivals {
		t.arrive(arrival(a))
		if slash := strings.IndexByte(a.key, '/'); slash >= 0 {
			t.arrive(arrival{a.reference, a.key[:slash+1]})
		}
	}
}

func (t *Task) arrive(a arrival) {
	if len(t.arrivals) == 0 || t.arrivals[len(t.arrivals)-1] != a {
		t.arrivals = append(t.arrivals, a)
	}
}

// References is a process's copy of a stage's reference data, in a section of its store, with the offsets that it
// reflects. Tasks read it beside each other; who applies to it runs no task meanwhile.
type References struct {
	program *Program
	store   state.Store

	mu     sync.Mutex // of what follows
	cache  *state.Cache
	buffer []byte // the key of a row that is being read
}

// NewReferences opens the copy in the store.
func NewReferences(program *Program, store state.Store, cacheBytes int) *References {
	return &References{program: program, store: store, cache: state.NewCache(cacheBytes)}
}

// Arrival is a row that Apply found new or changed.
type Arrival arrival

func referenceOffsetKey(topic string, partition int32) []byte {
	key := state.AppendString([]byte{positions, referencesRead}, topic)
	return binary.BigEndian.AppendUint32(key, uint32(partition))
}

// Next is the offset of a reference topic's partition to read next.
func (r *References) Next(topic string, partition int32) (int64, error) {
	row, err := r.store.Get(referenceOffsetKey(topic, partition))
	if err != nil || row == nil {
		return 0, err
	}
	return int64(binary.BigEndian.Uint64(row)), nil
}

// Apply takes records of the reference topics into the copy, in one batch with their offsets, and tells what changed.
// The error of a record that cannot be read now is retryable: nothing of the batch is applied. One that can never be
// read is passed over and told in skipped: intake wrote it, so that is a bug or a foreign writer, and the row before it stays.
func (r *References) Apply(ctx context.Context, records []Record) (arrivals []Arrival, skipped []error, err error) {
	var batch state.Batch
	inBatch := map[string][]byte{}
	for i := range records {
		record := &records[i]
		ref := r.of(record.Topic)
		if ref == nil {
			return nil, nil, fmt.Errorf("stage %s has no reference data %s", r.program.stage.Name, record.Topic)
		}
		batch.Set(referenceOffsetKey(record.Topic, record.Partition), binary.BigEndian.AppendUint64(nil, uint64(record.Offset+1)))
		if record.Value != nil {
			if _, err := ref.decode(ctx, record.Value); err != nil {
				var decode *schemas.DecodeError
				if !errors.As(err, &decode) {
					return nil, nil, err
				}
				skipped = append(skipped, &Failure{Kind: PoisonFailure, Stage: r.program.stage.Name, Topic: record.Topic,
					Partition: record.Partition, Offset: record.Offset, Field: decode.Field, Err: err})
				continue
			}
		}
		key := referenceKey(ref, string(record.Key))
		before, changed := inBatch[string(key)]
		if !changed {
			if before, err = r.store.Get(key); err != nil {
				return nil, nil, err
			}
		}
		if bytes.Equal(before, record.Value) && (before == nil) == (record.Value == nil) {
			continue
		}
		if record.Value == nil {
			batch.Delete(key)
		} else {
			batch.Set(key, record.Value)
		}
		inBatch[string(key)] = record.Value
		r.cache.Delete(string(key))
		arrivals = append(arrivals, Arrival{ref.id, string(record.Key)})
	}
	if err := r.store.Apply(&batch); err != nil {
		return nil, nil, err
	}
	return arrivals, skipped, nil
}

func (r *References) of(topic string) *reference {
	for _, ref := range r.program.stage.references {
		if ref.topic == topic {
			return ref
		}
	}
	return nil
}

func referenceKey(ref *reference, key string) []byte {
	return append([]byte{referenceRows, ref.id}, key...)
}

func (r *References) get(ref *reference, key string) any {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.buffer = append(append(r.buffer[:0], referenceRows, ref.id), key...)
	full := r.buffer
	if value, ok := r.cache.Get(full); ok {
		return value
	}
	row, err := r.store.Get(full)
	if err != nil {
		panic(storeFailure{err})
	}
	if row == nil {
		return nil
	}
	return r.keep(ref, full, row)
}

func (r *References) keep(ref *reference, key, row []byte) any {
	value, err := ref.decode(context.Background(), row)
	if err != nil {
		panic(codecFailure{fmt.Errorf("reference data %s: %w", ref.topic, err)})
	}
	r.cache.Put(string(key), value, len(key)+decodedBytes(len(row)))
	return value
}

func (r *References) scan(ref *reference, prefix string, yield func(any) bool) {
	from := referenceKey(ref, prefix)
	iterator, err := r.store.Scan(from, state.After(from))
	if err != nil {
		panic(storeFailure{err})
	}
	defer closing(iterator)
	for more := true; more && iterator.Next(); {
		more = yield(r.row(ref, iterator.Key(), iterator.Value()))
	}
}

// row is a row that a walk has come to, decoded.
func (r *References) row(ref *reference, key, row []byte) any {
	r.mu.Lock()
	defer r.mu.Unlock()
	if value, cached := r.cache.Get(key); cached {
		return value
	}
	return r.keep(ref, key, row)
}

// present tells whether a row that a waiter waits for is there.
func (r *References) present(a arrival) bool {
	if r == nil {
		return false
	}
	for _, ref := range r.program.stage.references {
		if ref.id != a.reference {
			continue
		}
		if !strings.HasSuffix(a.key, "/") {
			return r.get(ref, a.key) != nil
		}
		found := false
		r.scan(ref, a.key, func(any) bool { found = true; return false })
		return found
	}
	return false
}
