package schemas

import (
	"context"
	"encoding/hex"
	"fmt"
	"sync"

	"github.com/twmb/avro"
)

// GenericEvent is a value as its writer's schema describes it, where that schema is all that is known. Fields holds
// string, bool, int32, int64, float32, float64, []byte, *big.Rat (decimal), time.Time (date, timestamp), time.Duration
// (time of day), []any, map[string]any, and nil for null.
//
// The Avro library of the typed codec reads it, not goavro: goavro wraps what may be null into a map by type name, knows
// no date and drops the order of fields, so it would need a layer as large as this one; and one reading of the bytes in
// production is better than two. goavro is the second opinion in the tests.
type GenericEvent struct {
	SchemaID    int
	Fingerprint string // hexadecimal CRC-64-AVRO of the schema's canonical form
	Fields      map[string]any
}

// Generic reads a value with its writer's schema alone. Errors are those of Codec.Decode.
func Generic(ctx context.Context, registry Registry, value []byte) (*GenericEvent, error) {
	id, body, writer, err := writerOfValue(ctx, registry, value)
	if err != nil {
		return nil, err
	}
	decoded, failure := writer.decode(body, id)
	if failure != nil {
		return nil, failure
	}
	fields, isRecord := decoded.(map[string]any)
	if !isRecord || writer.root.Type != "record" {
		return nil, &DecodeError{Class: ClassIncompatibleSchema, SchemaID: id, Err: fmt.Errorf("the writer's schema is a %s, not a record", typeWords(writer.root))}
	}
	return &GenericEvent{SchemaID: id, Fingerprint: writer.fingerprint, Fields: fields}, nil
}

// Text returns the text at a path such as order_id, meta.source or lines[0].order_id; false when there is none.
func (e *GenericEvent) Text(path string) (string, bool) {
	for _, value := range e.at(path) {
		text, ok := value.(string)
		return text, ok
	}
	return "", false
}

// Texts returns all different texts at a path such as lines[].order_id, in their order.
func (e *GenericEvent) Texts(path string) []string {
	var texts []string
	seen := map[string]bool{}
	for _, value := range e.at(path) {
		if text, ok := value.(string); ok && !seen[text] {
			seen[text] = true
			texts = append(texts, text)
		}
	}
	return texts
}

// Long returns the whole number at a path such as meta.sequence; false when there is none.
func (e *GenericEvent) Long(path string) (int64, bool) {
	for _, value := range e.at(path) {
		switch number := value.(type) {
		case int64:
			return number, true
		case int32:
			return int64(number), true
		}
	}
	return 0, false
}

// at returns what is at a path; nothing when the path leads nowhere in this event.
func (e *GenericEvent) at(path string) []any {
	steps, err := parsePath(path)
	if err != nil {
		return nil
	}
	places, err := findPlaces(e.Fields, steps)
	if err != nil {
		return nil
	}
	var values []any
	for _, place := range places {
		if value, ok := place.get(); ok {
			values = append(values, value)
		}
	}
	return values
}

// Fingerprint is the hexadecimal CRC-64-AVRO of a schema's canonical form: repairs name their writer by it.
func Fingerprint(schemaJSON string) (string, error) {
	writer, err := writerOf(schemaJSON)
	if err != nil {
		return "", err
	}
	return writer.fingerprint, nil
}

// writer is a schema parsed for reading and writing without Go types.
type writer struct {
	schema      *avro.Schema
	root        *avro.SchemaNode
	names       map[string]*avro.SchemaNode
	shape       *shape
	fingerprint string
}

var writers sync.Map // schema text → *writer; a registry's schemas are few and never change

func writerOf(text string) (*writer, error) {
	if known, ok := writers.Load(text); ok {
		return known.(*writer), nil
	}
	schema, err := avro.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("not an Avro schema: %w", err)
	}
	shape, err := shapeOf(schema)
	if err != nil {
		return nil, err
	}
	root, names := definitions(schema)
	made := &writer{schema: schema, root: root, names: names, shape: shape}
	made.fingerprint = hex.EncodeToString(schema.Fingerprint(avro.NewRabin()))
	known, _ := writers.LoadOrStore(text, made)
	return known.(*writer), nil
}

// definition returns the node itself, or what it names.
func (w *writer) definition(node *avro.SchemaNode) *avro.SchemaNode {
	if named, ok := w.names[node.Type]; ok {
		return named
	}
	return node
}

func writerOfValue(ctx context.Context, registry Registry, value []byte) (id int, body []byte, w *writer, err error) {
	id, body, failure := splitWire(value)
	if failure != nil {
		return 0, nil, nil, failure
	}
	text, err := registry.Schema(ctx, id)
	if err != nil {
		return id, nil, nil, schemaError(err, id)
	}
	if w, err = writerOf(text); err != nil {
		return id, nil, nil, &DecodeError{Class: ClassIncompatibleSchema, SchemaID: id, Err: err}
	}
	return id, body, w, nil
}

// decode reads the bytes into plain Go values. They are walked first, so that what is wrong with them is named by its
// path, and nothing is allocated for lengths that they only claim.
func (w *writer) decode(body []byte, id int) (any, *DecodeError) {
	if failure := w.shape.verify(body); failure != nil {
		failure.SchemaID = id
		return nil, failure
	}
	var decoded any
	if _, err := w.schema.Decode(body, &decoded); err != nil {
		return nil, valueError(err, id)
	}
	return decoded, nil
}
