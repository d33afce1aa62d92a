package stream

import (
	"encoding/binary"

	"waybill/state"
)

// Older rewrites entries of a task's changelog, in place, as a release would have written them that did not know the last
// field of its tables yet; added are the schemas of those rows, which stand beside them. It is for tests of upgrades.
func Older(entries []*Entry) (rewritten int, added []Entry) {
	schemas := map[uint64]string{}
	for _, entry := range entries {
		if len(entry.Key) == 9 && entry.Key[0] == rowSchemas.id {
			schemas[fingerprintOf(entry.Key)] = string(entry.Value)
		}
	}
	schemaOf := func(fingerprint uint64) (string, bool) { text, ok := schemas[fingerprint]; return text, ok }
	for _, entry := range entries {
		if entry.Value == nil || entry.Key[0] >= firstKernelTable {
			continue
		}
		row, fingerprint, schema, ok := state.Older(entry.Value, schemaOf)
		if !ok {
			continue
		}
		entry.Value = row
		rewritten++
		if schemas[fingerprint] == "" {
			schemas[fingerprint] = schema
			added = append(added, Entry{Key: schemaKey(fingerprint), Value: []byte(schema)})
		}
	}
	return rewritten, added
}

// fingerprintOf reads the key of a schema's row.
func fingerprintOf(key []byte) uint64 { return binary.BigEndian.Uint64(key[1:]) ^ 1<<63 }

// IsRowSchema tells whether a key of a store is that of the schema of rows. A process reads each once.
func IsRowSchema(key []byte) bool {
	return len(key) > placeBytes && key[0] == rowsByTable && key[placeBytes] == rowSchemas.id
}
