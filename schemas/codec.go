package schemas

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/twmb/avro"
)

// Codec carries values of T in the Confluent wire format by the contract of one topic. It is safe for concurrent use.
//
// Go types hold decimals and dates as whole numbers, which the Avro library reads and writes fastest. So a value's bytes
// are rewritten between the two forms of decimals in one pass (walk), which also finds what is wrong with them.
type Codec[T any] struct {
	registry Registry
	contract *contract
	id       atomic.Int64 // to write with; 0 until the registry told

	mu      sync.Mutex
	readers atomic.Pointer[map[int]*reader] // by writer schema id; replaced whole, never changed
}

// reader reads what one writer's schema wrote into the contract, or says why it never can.
type reader struct {
	shape  *shape
	schema *avro.Schema // narrowed writer resolved against the narrowed contract
	err    *DecodeError
}

// narrowSlack is what a value's decimals may grow by as longs before the copy moves.
const narrowSlack = 16

// decode reads a value's bytes into the Go value that target points to. Its strings share one copy of the bytes.
func (r *reader) decode(body []byte, id int, target any) *DecodeError {
	if r.err != nil {
		failure := *r.err
		return &failure
	}
	narrow, failure := r.shape.narrow(make([]byte, 0, len(body)+narrowSlack), body)
	if failure != nil {
		failure.SchemaID = id
		return failure
	}
	if _, err := r.schema.Decode(narrow, target, aliasInput...); err != nil {
		return valueError(err, id)
	}
	return nil
}

var aliasInput = []avro.Opt{avro.AliasInput()}

// NewCodec makes the codec of a topic. It panics when the topic has no contract or T does not fit it: both are mistakes
// in code that any test of it finds.
func NewCodec[T any](registry Registry, topic string) *Codec[T] {
	contract, err := contractOf(topic)
	if err != nil {
		panic(err)
	}
	if _, fits := contract.conforming.Load(reflect.TypeFor[T]()); !fits {
		if problems := conform(topic, contract.schema.Root().ExpandReferences(), reflect.TypeFor[T]()); len(problems) > 0 {
			panic("contract and Go type differ: " + strings.Join(problems, "; "))
		}
		contract.conforming.Store(reflect.TypeFor[T](), true)
	}
	c := &Codec[T]{registry: registry, contract: contract}
	c.readers.Store(&map[int]*reader{})
	return c
}

// Decode reads a value. A *DecodeError says that it can never be read; ErrRegistryUnavailable to try again.
func (c *Codec[T]) Decode(ctx context.Context, value []byte) (*T, error) {
	id, body, failure := splitWire(value)
	if failure != nil {
		return nil, failure
	}
	reader := (*c.readers.Load())[id]
	if reader == nil {
		var err error
		if reader, err = c.reader(ctx, id); err != nil {
			return nil, err
		}
	}
	decoded := new(T)
	if failure := reader.decode(body, id, decoded); failure != nil {
		return nil, failure
	}
	return decoded, nil
}

// Append writes a value behind dst. It fails on a value that the contract cannot carry (a decimal out of range, a
// symbol that its enumeration does not have), on ErrNotRegistered and on ErrRegistryUnavailable; dst is then unchanged.
func (c *Codec[T]) Append(ctx context.Context, dst []byte, value *T) ([]byte, error) {
	id := int(c.id.Load())
	if id == 0 {
		var err error
		if id, err = c.registry.ID(ctx, Subject(c.contract.topic), c.contract.text); err != nil {
			return dst, fmt.Errorf("writing %s: %w", c.contract.topic, err)
		}
		c.id.Store(int64(id))
	}
	return c.contract.append(dst, id, value)
}

// reader makes the reader of a writer's schema and keeps it: what an id stands for never changes. What the registry
// does not know or cannot answer is asked again.
func (c *Codec[T]) reader(ctx context.Context, id int) (*reader, error) {
	text, err := c.registry.Schema(ctx, id)
	if err != nil {
		return nil, schemaError(err, id)
	}
	made := c.contract.readerOf(text, id)
	c.mu.Lock()
	defer c.mu.Unlock()
	readers := maps.Clone(*c.readers.Load())
	readers[id] = made
	c.readers.Store(&readers)
	return made, nil
}

func schemaError(err error, id int) error {
	if errors.Is(err, ErrUnknownSchema) {
		return &DecodeError{Class: ClassUnknownSchema, SchemaID: id, Err: err}
	}
	return fmt.Errorf("schema %d: %w", id, err)
}

// valueError is for what the Avro library refuses after the walk has passed.
func valueError(err error, id int) *DecodeError {
	failure := &DecodeError{Class: ClassInvalidValue, SchemaID: id, Err: err}
	var semantic *avro.SemanticError
	var short *avro.ShortBufferError
	if errors.As(err, &semantic) {
		failure.Field = semantic.Field
	}
	if errors.As(err, &short) {
		failure.Class = ClassTruncated
	}
	return failure
}

// contract is what a topic's .avsc file says, parsed once a process.
type contract struct {
	topic  string
	text   string
	schema *avro.Schema
	narrow *avro.Schema // as the Go types have it
	shape  *shape

	conforming sync.Map // reflect.Type that was found to fit
	readers    sync.Map // writer schema's text → *reader that can read what it wrote
}

var contracts sync.Map // topic → func() (*contract, error)

func contractOf(topic string) (*contract, error) {
	once, _ := contracts.LoadOrStore(topic, sync.OnceValues(func() (*contract, error) {
		text, ok := Contract(topic)
		if !ok {
			return nil, fmt.Errorf("topic %s has no contract: add schemas/avsc/%s.avsc", topic, topic)
		}
		parsed, err := parseContract(topic, text)
		if err != nil {
			return nil, fmt.Errorf("contract of %s: %w", topic, err)
		}
		return parsed, nil
	}))
	return once.(func() (*contract, error))()
}

func parseContract(topic, text string) (*contract, error) {
	schema, err := avro.Parse(text)
	if err != nil {
		return nil, err
	}
	shape, err := shapeOf(schema)
	if err != nil {
		return nil, err
	}
	narrow, err := narrowed(schema, true)
	return &contract{topic: topic, text: text, schema: schema, narrow: narrow, shape: shape}, err
}

// readerOf resolves a writer's schema against the contract.
func (c *contract) readerOf(text string, id int) *reader {
	if made, ok := c.readers.Load(text); ok {
		return made.(*reader)
	}
	refuse := func(field string, err error) *reader {
		return &reader{err: &DecodeError{Class: ClassIncompatibleSchema, Field: field, SchemaID: id, Err: err}}
	}
	writer, err := avro.Parse(text)
	if err != nil {
		return refuse("", fmt.Errorf("not an Avro schema: %w", err))
	}
	if problems := compare(writer, c.schema); len(problems) > 0 {
		return refuse(problems[0].Field, problems[0])
	}
	shape, err := shapeOf(writer)
	if err != nil {
		return refuse("", err)
	}
	narrow, err := narrowed(writer, false)
	if err != nil {
		return refuse("", err)
	}
	resolved, err := avro.Resolve(narrow, c.narrow)
	if err != nil {
		return refuse("", err)
	}
	made := &reader{shape: shape, schema: resolved}
	c.readers.Store(text, made)
	return made
}

// append writes a Go value by the contract.
func (c *contract) append(dst []byte, id int, value any) ([]byte, error) {
	if v := reflect.ValueOf(value); v.Kind() == reflect.Pointer && v.IsNil() {
		return dst, fmt.Errorf("writing %s: no value; a deletion is a record without value", c.topic)
	}
	scratch := scratches.Get().(*[]byte)
	defer scratches.Put(scratch)
	narrow, err := c.narrow.AppendEncode((*scratch)[:0], value)
	*scratch = narrow[:0]
	if err != nil {
		return dst, fmt.Errorf("writing %s: %w", c.topic, err)
	}
	written, failure := c.shape.widenInto(appendWireHeader(dst, id), narrow)
	if failure != nil {
		return dst, fmt.Errorf("writing %s: %w", c.topic, failure)
	}
	return written, nil
}

var scratches = sync.Pool{New: func() any { return new([]byte) }}
