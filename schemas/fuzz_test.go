package schemas

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// everything is a schema of what contracts of ours do not use: a source may.
const everything = `{"type":"record","name":"Everything","namespace":"elsewhere","fields":[
	{"name":"next","type":["null","Everything"],"default":null},
	{"name":"names","type":{"type":"map","values":["null","string",{"type":"array","items":"long"}]}},
	{"name":"nothing","type":{"type":"array","items":"null"}},
	{"name":"float","type":"float"},{"name":"double","type":"double"},{"name":"bytes","type":"bytes"},
	{"name":"hash","type":{"type":"fixed","name":"Hash","size":4}},
	{"name":"id","type":{"type":"fixed","name":"Id","size":16,"logicalType":"uuid"}},
	{"name":"uuid","type":{"type":"string","logicalType":"uuid"}},
	{"name":"span","type":{"type":"fixed","name":"Span","size":12,"logicalType":"duration"}},
	{"name":"wide","type":{"type":"bytes","logicalType":"decimal","precision":38,"scale":9}},
	{"name":"fixed_decimal","type":{"type":"fixed","name":"Dec","size":8,"logicalType":"decimal","precision":18,"scale":2}},
	{"name":"clock","type":{"type":"int","logicalType":"time-millis"}},{"name":"micros","type":{"type":"long","logicalType":"time-micros"}},
	{"name":"millis","type":{"type":"long","logicalType":"timestamp-millis"}},{"name":"nanos","type":{"type":"long","logicalType":"timestamp-nanos"}},
	{"name":"local","type":{"type":"long","logicalType":"local-timestamp-micros"}},{"name":"day","type":["null",{"type":"int","logicalType":"date"}]},
	{"name":"either","type":["boolean",{"type":"record","name":"Pair","fields":[{"name":"a","type":"int"},{"name":"b","type":["Hash","null"]}]},{"type":"map","values":"int"},"string"]}]}`

const everythingJSON = `{"next":{"next":null,"names":{},"nothing":[],"float":0,"double":-1.5e+300,"bytes":"","hash":"AAECAw==","id":"AAECAwQFBgcICQoLDA0ODw==","uuid":"a","span":"AQAAAAIAAAADAAAA",
	"wide":"-12345678901234567890123456789.123456789","fixed_decimal":"0.01","clock":86399999,"micros":1,"millis":"1970-01-01T00:00:00.001Z","nanos":"2026-03-04T05:06:07.000000001Z","local":"2026-03-04T05:06:07.000001Z","day":null,"either":true},
	"names":{"a \"quoted\" name":null,"b":"text","c":[1,-9223372036854775808]},"nothing":[null,null],"float":"NaN","double":"-Inf","bytes":"/w==","hash":"AAECAw==","id":"AAECAwQFBgcICQoLDA0ODw==","uuid":"6ba7b810-9dad-11d1-80b4-00c04fd430c8","span":"AQAAAAIAAAADAAAA",
	"wide":"0","fixed_decimal":"-90000000000000.12","clock":0,"micros":86399999999,"millis":"2026-03-04T05:06:07.008Z","nanos":"1970-01-01T00:00:00Z","local":"1969-12-31T23:59:59.999999Z","day":"2024-02-29","either":{"a":1,"b":"AAECAw=="}}`

// fuzzSchemas are the contract of shipments, everything, and a schema whose values take no bytes; their ids are 1, 2 and 3.
func fuzzSchemas(t testing.TB) []struct{ topic, schema string } {
	return []struct{ topic, schema string }{
		{"wms.shipments", shipmentContract(t)},
		{"everything", everything},
		{"nothing", `{"type":"record","name":"Nothing","fields":[{"name":"list","type":{"type":"array","items":{"type":"record","name":"Empty","fields":[]}}}]}`},
	}
}

func fuzzRegistry(t testing.TB) *LocalRegistry {
	registry := NewLocalRegistry()
	for _, of := range fuzzSchemas(t) {
		registry.Register(Subject(of.topic), of.schema)
	}
	return registry
}

func fuzzSeeds(f *testing.F, registry *LocalRegistry) {
	codec := NewCodec[Shipment](registry, "wms.shipments")
	shipment, err := codec.Append(context.Background(), nil, shipmentOfThreeLines())
	if err != nil {
		f.Fatal(err)
	}
	all, err := EncodeJSON(context.Background(), registry, "everything", everything, json.RawMessage(everythingJSON))
	if err != nil {
		f.Fatal(err)
	}
	huge := []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}
	for _, seed := range [][]byte{
		nil, {0}, {0, 0, 0, 0, 1}, {0, 0, 0, 0, 9, 1}, []byte(`{"a":1}`), shipment, shipment[:40], append(bytes.Clone(shipment), 0), all, all[:60],
		append([]byte{0, 0, 0, 0, 1}, huge...),
		append([]byte{0, 0, 0, 0, 3}, huge...),
		append(append([]byte{0, 0, 0, 0, 3, 1}, huge...), 0),
		{0, 0, 0, 0, 3, 0x80, 0x80, 0x80, 0x80, 0x10, 0},
		append([]byte{0, 0, 0, 0, 2}, bytes.Repeat([]byte{2}, 4*maxDepth)...),
	} {
		f.Add(seed)
	}
}

// FuzzWireFormat takes the header of the wire format apart and puts it together.
func FuzzWireFormat(f *testing.F) {
	fuzzSeeds(f, fuzzRegistry(f))
	f.Fuzz(func(t *testing.T, value []byte) {
		id, body, failure := splitWire(value)
		if failure == nil {
			if whole := append(appendWireHeader(nil, id), body...); !bytes.Equal(whole, value) {
				t.Fatalf("%x was taken for %x", value, whole)
			}
			return
		}
		want := ClassTruncated
		switch {
		case len(value) == 0:
			want = ClassTombstone
		case value[0] != 0:
			want = ClassWrongMagic
		}
		if failure.Class != want || failure.SchemaID != 0 || len(value) >= wireHeader && value[0] == 0 {
			t.Fatalf("%x: %v, want class %s", value, failure, want)
		}
	})
}

func FuzzDecode(f *testing.F) {
	ctx := context.Background()
	registry := fuzzRegistry(f)
	codec := NewCodec[Shipment](registry, "wms.shipments")
	fuzzSeeds(f, registry)
	f.Fuzz(func(t *testing.T, value []byte) {
		decoded, err := codec.Decode(ctx, value)
		if err != nil {
			mustBePoison(t, err)
			return
		}
		again, err := codec.Append(ctx, nil, decoded)
		if err != nil {
			t.Fatalf("%+v was read and cannot be written: %v", decoded, err)
		}
		first, err := JSON(ctx, registry, value)
		if err != nil {
			t.Fatalf("read by type, but not for people: %v", err)
		}
		second, err := JSON(ctx, registry, again)
		if err != nil || !bytes.Equal(first, second) {
			t.Fatalf("changed by reading and writing (%v):\n%s\n%s", err, first, second)
		}
	})
}

func FuzzGeneric(f *testing.F) {
	ctx := context.Background()
	registry := fuzzRegistry(f)
	codec := NewCodec[Shipment](registry, "wms.shipments")
	fuzzSeeds(f, registry)
	f.Fuzz(func(t *testing.T, value []byte) {
		event, err := Generic(ctx, registry, value)
		text, jsonErr := JSON(ctx, registry, value)
		if (err == nil) != (jsonErr == nil) {
			t.Fatalf("one reads what the other does not: %v, %v", err, jsonErr)
		}
		if err != nil {
			mustBePoison(t, err)
			return
		}
		if !json.Valid(text) {
			t.Fatalf("not JSON: %s", text)
		}
		of := fuzzSchemas(t)[event.SchemaID-1]
		again, err := EncodeJSON(ctx, registry, of.topic, of.schema, text)
		if err != nil && strings.Contains(err.Error(), ErrDecimalRange.Error()) {
			return // what has more digits than its schema allows is shown as it is, and nobody may write it
		}
		if err != nil {
			t.Fatalf("what is shown to people cannot be given back: %v\n%s", err, text)
		}
		if second, err := JSON(ctx, registry, again); err != nil || !bytes.Equal(text, second) {
			t.Fatalf("changed by people's JSON (%v):\n%s\n%s", err, text, second)
		}
		event.Texts("lines[].order_id")
		event.Long("meta.sequence")
		set := []SetField{{Path: "lines[].quantity", Value: "1"}, {Path: "meta.source", Value: `"wms-east"`}}
		if _, err := codec.DecodeMended(ctx, value, nil, set); err != nil {
			mustBePoison(t, err)
		}
	})
}

func mustBePoison(t *testing.T, err error) {
	t.Helper()
	var failure *DecodeError
	if !errors.As(err, &failure) || failure.Class == "" {
		t.Fatalf("not said to be poison: %v", err)
	}
}
