package state

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync"

	"github.com/twmb/avro"
)

// ErrCorrupt says that bytes are not what was written. The store that they come from is to be destroyed and rebuilt from
// the changelog; nothing read from it can be believed.
var ErrCorrupt = errors.New("state is corrupt")

// A row is a version byte, its schema's fingerprint in eight bytes (big-endian), and the value in Avro. A row carries no
// checksum of its own: Pebble checks one for every block that it reads and every record of its log, Kafka one for every
// batch of the changelog, and the bytes are in no other place in between.
const (
	rowVersion = 1
	rowHeader  = 1 + 8
)

// rowName is the Avro name of every table's record, so that renaming a row's Go type does not make old rows unreadable.
// A struct inside a row keeps its Go name; to rename it, give its field the tag type-alias=OldName.
const rowName = "TableRow"

// Codec turns rows of type V into bytes and back. It is safe for concurrent use.
type Codec[V any] struct {
	writer      *avro.Schema
	reader      *avro.Schema // writer with a default for every field
	fingerprint uint64

	resolved sync.Map // fingerprint of an older schema → *avro.Schema that reads its rows as V
}

// NewCodec infers the schema from V, a struct with avro tags, and the custom types for its fields. It panics when V has
// no schema, as that is a mistake in the code that no input can cause.
func NewCodec[V any](custom ...avro.CustomType) *Codec[V] {
	options := []avro.SchemaOpt{avro.WithName(rowName)}
	for _, fieldType := range custom {
		options = append(options, fieldType)
	}
	writer, err := avro.SchemaFor[V](options...)
	if err != nil {
		panic(fmt.Sprintf("state: row type %T: %v", *new(V), err))
	}
	reader, err := withDefaults(writer, options)
	if err != nil {
		panic(fmt.Sprintf("state: row type %T: %v", *new(V), err))
	}
	return &Codec[V]{writer: writer, reader: reader, fingerprint: fingerprintOf(writer.String())}
}

// Fingerprint names the schema that Append writes with.
func (c *Codec[V]) Fingerprint() uint64 { return c.fingerprint }

// SchemaJSON is the schema that Append writes with. Whoever keeps rows keeps it under its fingerprint beside them.
func (c *Codec[V]) SchemaJSON() string { return c.writer.String() }

// Append appends the row's bytes to dst.
func (c *Codec[V]) Append(dst []byte, value *V) ([]byte, error) {
	dst = append(dst, rowVersion)
	dst = binary.BigEndian.AppendUint64(dst, c.fingerprint)
	dst, err := c.writer.AppendEncode(dst, value)
	if err != nil {
		return nil, fmt.Errorf("encode row %T: %w", *value, err)
	}
	return dst, nil
}

// Decode reads a row; it keeps nothing of its bytes. A row of another schema than V's is read by what writerSchema tells
// for its fingerprint: fields that V does not have are skipped, fields that the row does not have are zero, numbers are
// widened. It fails with ErrCorrupt when the bytes are no row or nobody knows their schema, and with another error when
// V cannot hold what the schema describes, which rebuilding the store would not cure.
func (c *Codec[V]) Decode(row []byte, writerSchema func(fingerprint uint64) (string, bool)) (*V, error) {
	value := new(V)
	if len(row) < rowHeader || row[0] != rowVersion {
		return nil, fmt.Errorf("row %T of %d bytes begins with no known version: %w", *value, len(row), ErrCorrupt)
	}
	schema := c.writer
	if written := binary.BigEndian.Uint64(row[1:rowHeader]); written != c.fingerprint {
		var err error
		if schema, err = c.readerOf(written, writerSchema); err != nil {
			return nil, fmt.Errorf("row %T: %w", *value, err)
		}
	}
	// One copy of the whole row, into which all of the value's texts point, instead of a copy of each text.
	kept := append([]byte(nil), row[rowHeader:]...)
	rest, err := schema.Decode(kept, value, avro.AliasInput())
	if err != nil {
		return nil, fmt.Errorf("row %T: %w: %w", *value, err, ErrCorrupt)
	}
	if len(rest) > 0 {
		return nil, fmt.Errorf("row %T: %d bytes behind its value: %w", *value, len(rest), ErrCorrupt)
	}
	return value, nil
}

// readerOf returns the schema that reads rows of an older one as V.
func (c *Codec[V]) readerOf(written uint64, writerSchema func(uint64) (string, bool)) (*avro.Schema, error) {
	if known, ok := c.resolved.Load(written); ok {
		return known.(*avro.Schema), nil
	}
	text, ok := writerSchema(written)
	if !ok {
		return nil, fmt.Errorf("schema %016x is not kept beside it: %w", written, ErrCorrupt)
	}
	writer, err := avro.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("schema %016x: %w: %w", written, err, ErrCorrupt)
	}
	resolved, err := avro.Resolve(writer, c.reader)
	if err != nil {
		return nil, fmt.Errorf("this release cannot read rows of schema %016x (%s): %w", written, text, err)
	}
	c.resolved.Store(written, resolved)
	return resolved, nil
}

// fingerprintOf is the CRC-64-AVRO of the schema as written, not of its canonical form: that leaves out logical types,
// and a decimal whose scale has changed must not pass for the same schema.
func fingerprintOf(schema string) uint64 {
	crc := avro.NewRabin()
	crc.Write([]byte(schema))
	return crc.Sum64()
}
