package schemas

import (
	"context"
	"encoding/json"
	"errors"
)

// DecodeMended reads a value with its writer's schema, mends it and reads the result into the contract.
func (c *Codec[T]) DecodeMended(ctx context.Context, value []byte, steps []RepairStep, set []SetField) (*T, error) {
	return nil, errors.ErrUnsupported
}

// GenericEvent is a value as its writer's schema describes it.
type GenericEvent struct {
	SchemaID    int
	Fingerprint string // hexadecimal CRC-64-AVRO of the schema's canonical form
	Fields      map[string]any
}

// Generic reads a value with its writer's schema alone.
func Generic(ctx context.Context, registry Registry, value []byte) (*GenericEvent, error) {
	return nil, errors.ErrUnsupported
}

// JSON shows a value of the wire format to people.
func JSON(ctx context.Context, registry Registry, value []byte) (json.RawMessage, error) {
	return nil, errors.ErrUnsupported
}

// EncodeJSON writes people's JSON with the schema, the topic's contract when schemaJSON is empty.
func EncodeJSON(ctx context.Context, registry Registry, topic, schemaJSON string, value json.RawMessage) ([]byte, error) {
	return nil, errors.ErrUnsupported
}
