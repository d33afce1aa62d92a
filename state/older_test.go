package state

import "testing"

type grown struct {
	Name  string   `avro:"name"`
	Count int64    `avro:"count"`
	Notes []string `avro:"notes"`
}

func TestAnOlderRowHasNotTheLastFieldAndReadsTheSame(t *testing.T) {
	codec := NewCodec[grown]()
	schemas := map[uint64]string{codec.Fingerprint(): codec.SchemaJSON()}
	schemaOf := func(fingerprint uint64) (string, bool) { text, ok := schemas[fingerprint]; return text, ok }
	row, err := codec.Append(nil, &grown{Name: "a", Count: 7, Notes: []string{}})
	if err != nil {
		t.Fatal(err)
	}
	older, fingerprint, schema, ok := Older(row, schemaOf)
	if !ok || fingerprint == codec.Fingerprint() || len(older) >= len(row) {
		t.Fatalf("%x %x %s %v", row, older, schema, ok)
	}
	schemas[fingerprint] = schema
	if got, err := codec.Decode(older, schemaOf); err != nil || got.Name != "a" || got.Count != 7 || len(got.Notes) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
	full, err := codec.Append(nil, &grown{Name: "a", Notes: []string{"said"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, _, ok := Older(full, schemaOf); ok {
		t.Error("a row that says something in its last field has no older form")
	}
}
