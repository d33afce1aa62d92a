package state

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/twmb/avro"
)

// Older rewrites a row as a release would have written it that did not know the last field of its table yet, for tests of
// upgrades. It returns the schema of the older row with its fingerprint; ok is false when the row says something in that
// field, or is of no table whose rows have a schema. SchemaOf tells the schema of a fingerprint.
func Older(row []byte, schemaOf func(fingerprint uint64) (string, bool)) (older []byte, fingerprint uint64, schema string, ok bool) {
	if len(row) < rowHeader || row[0] != rowVersion {
		return nil, 0, "", false
	}
	text, known := schemaOf(binary.BigEndian.Uint64(row[1:rowHeader]))
	if !known {
		return nil, 0, "", false
	}
	var declared struct {
		Type   string            `json:"type"`
		Name   string            `json:"name"`
		Fields []json.RawMessage `json:"fields"`
	}
	if err := json.Unmarshal([]byte(text), &declared); err != nil || len(declared.Fields) < 2 {
		return nil, 0, "", false
	}
	var last struct {
		Name string `json:"name"`
	}
	_ = json.Unmarshal(declared.Fields[len(declared.Fields)-1], &last) // it is part of what was read above
	declared.Fields = declared.Fields[:len(declared.Fields)-1]
	shorter, err := json.Marshal(declared)
	if err != nil {
		return nil, 0, "", false
	}
	wrote, err := avro.Parse(text)
	if err != nil {
		return nil, 0, "", false
	}
	writes, err := avro.Parse(string(shorter))
	if err != nil {
		return nil, 0, "", false // a later field used a type that the last one declares
	}
	var value map[string]any
	if _, err := wrote.Decode(row[rowHeader:], &value); err != nil {
		panic(fmt.Sprintf("state: a row that cannot be read by its own schema: %v", err))
	}
	if said := value[last.Name]; said != nil && !reflect.ValueOf(said).IsZero() && !emptyList(said) {
		return nil, 0, "", false
	}
	delete(value, last.Name)
	fingerprint = fingerprintOf(writes.String())
	older = binary.BigEndian.AppendUint64([]byte{rowVersion}, fingerprint)
	if older, err = writes.AppendEncode(older, value); err != nil {
		return nil, 0, "", false
	}
	return older, fingerprint, writes.String(), true
}

func emptyList(value any) bool {
	kind := reflect.ValueOf(value)
	return kind.Kind() == reflect.Slice && kind.Len() == 0
}
