package state

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/twmb/avro"
)

// cents stands for the decimals of the schemas: a Go type of its own that is a long in a row.
type cents int64

func rowTypes() []avro.CustomType {
	long := func(goType reflect.Type, logicalType string) avro.CustomType {
		return avro.CustomType{
			GoType: goType, LogicalType: "row", AvroType: "long",
			Schema: &avro.SchemaNode{Type: "long", LogicalType: logicalType},
		}
	}
	return []avro.CustomType{long(reflect.TypeFor[cents](), ""), long(reflect.TypeFor[time.Time](), "timestamp-micros")}
}

type line struct {
	Number int32 `avro:"number"`
	Price  cents `avro:"price"`
}

type order struct {
	ID      string    `avro:"id"`
	Count   int32     `avro:"count"`
	Note    string    `avro:"note"`
	Lines   []line    `avro:"lines"`
	Seen    time.Time `avro:"seen"`
	Changed *string   `avro:"changed"`
}

func anOrder() *order {
	changed := "price"
	return &order{
		ID: "SO-1", Count: 7, Note: "left at the gate", Changed: &changed,
		Lines: []line{{1, 1250}, {2, -300}},
		Seen:  time.Date(2026, 3, 1, 8, 30, 0, 123456000, time.UTC),
	}
}

// written encodes a row with the schema of V, and tells that schema to readers.
func written[V any](t testing.TB, value *V) ([]byte, func(uint64) (string, bool)) {
	t.Helper()
	codec := NewCodec[V](rowTypes()...)
	row, err := codec.Append(nil, value)
	if err != nil {
		t.Fatal(err)
	}
	return row, func(fingerprint uint64) (string, bool) {
		return codec.SchemaJSON(), fingerprint == codec.Fingerprint()
	}
}

func decoded[V any](t *testing.T, row []byte, schemas func(uint64) (string, bool)) *V {
	t.Helper()
	codec := NewCodec[V](rowTypes()...)
	for range 2 { // the second time with the cached resolution
		if _, err := codec.Decode(row, schemas); err != nil {
			t.Fatal(err)
		}
	}
	value, err := codec.Decode(row, schemas)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func equal[V any](t *testing.T, got, want *V) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got  %+v\nwant %+v", *got, *want)
	}
}

func TestRowReadsBackAsItWasWritten(t *testing.T) {
	row, schemas := written(t, anOrder())
	equal(t, decoded[order](t, row, schemas), anOrder())
}

func TestRowReadBackSharesNoBytesWithItsSource(t *testing.T) {
	row, schemas := written(t, anOrder())
	value := decoded[order](t, row, schemas)
	clear(row)
	equal(t, value, anOrder())
}

func TestAppendKeepsWhatIsThere(t *testing.T) {
	codec := NewCodec[order](rowTypes()...)
	row, err := codec.Append([]byte("before"), anOrder())
	if err != nil {
		t.Fatal(err)
	}
	if string(row[:6]) != "before" {
		t.Fatalf("begins with %q", row[:6])
	}
	equal(t, decoded[order](t, row[6:], nil), anOrder())
}

type deepLine struct {
	Number   int32              `avro:"number"`
	Price    cents              `avro:"price"`
	Kind     string             `avro:"kind"`
	Discount cents              `avro:"discount"`
	Parts    []string           `avro:"parts"`
	Tags     map[string]string  `avro:"tags"`
	Shipped  time.Time          `avro:"shipped"`
	Reason   *string            `avro:"reason"`
	Hash     [4]byte            `avro:"hash"`
	Raw      []byte             `avro:"raw"`
	Weights  map[string]float64 `avro:"weights"`
}

func TestFieldsThatARowTypeGainsReadAsZeroFromOldRows(t *testing.T) {
	type gained struct {
		ID      string    `avro:"id"`
		Count   int32     `avro:"count"`
		Note    string    `avro:"note"`
		Lines   []line    `avro:"lines"`
		Seen    time.Time `avro:"seen"`
		Changed *string   `avro:"changed"`

		Total   cents     `avro:"total"`
		Open    bool      `avro:"open"`
		Ratio   float64   `avro:"ratio"`
		Share   float32   `avro:"share"`
		Due     time.Time `avro:"due"`
		Last    line      `avro:"last"`
		Other   *line     `avro:"other"`
		Version int64     `avro:"version,default=3"`
	}
	row, schemas := written(t, anOrder())
	old := anOrder()
	equal(t, decoded[gained](t, row, schemas), &gained{
		ID: old.ID, Count: old.Count, Note: old.Note, Lines: old.Lines, Seen: old.Seen, Changed: old.Changed, Version: 3,
	})
}

func TestFieldsThatAStructInsideARowGainsReadAsZeroFromOldRows(t *testing.T) {
	type before struct {
		Lines  []line          `avro:"lines"`
		ByName map[string]line `avro:"by_name"`
		Main   line            `avro:"main"`
		Other  *line           `avro:"other"`
	}
	type after struct {
		Lines  []deepLine          `avro:"lines,type-alias=line"`
		ByName map[string]deepLine `avro:"by_name"`
		Main   deepLine            `avro:"main"`
		Other  *deepLine           `avro:"other"`
	}
	row, schemas := written(t, &before{
		Lines: []line{{1, 2}}, ByName: map[string]line{"a": {3, 4}}, Main: line{5, 6}, Other: &line{7, 8},
	})
	got := decoded[after](t, row, schemas)
	zeroed := func(number int32, price cents) deepLine { return deepLine{Number: number, Price: price} }
	want := &after{
		Lines: []deepLine{zeroed(1, 2)}, ByName: map[string]deepLine{"a": zeroed(3, 4)}, Main: zeroed(5, 6),
	}
	other := zeroed(7, 8)
	want.Other = &other
	// An empty list of the contract is an empty slice or a nil one: both have no elements.
	for _, l := range []*deepLine{&got.Lines[0], &got.Main, got.Other} {
		emptied(l)
	}
	named := got.ByName["a"]
	emptied(&named)
	got.ByName["a"] = named
	equal(t, got, want)
}

func emptied(l *deepLine) {
	if len(l.Parts) == 0 && len(l.Tags) == 0 && len(l.Raw) == 0 && len(l.Weights) == 0 {
		l.Parts, l.Tags, l.Raw, l.Weights = nil, nil, nil, nil
	}
}

func TestFieldsThatARowTypeLosesAreSkippedInOldRows(t *testing.T) {
	type lost struct {
		Seen time.Time `avro:"seen"`
		ID   string    `avro:"id"`
	}
	row, schemas := written(t, anOrder())
	equal(t, decoded[lost](t, row, schemas), &lost{ID: "SO-1", Seen: anOrder().Seen})
}

func TestIntWidenedToLongReadsOldRows(t *testing.T) {
	type widened struct {
		ID    string  `avro:"id"`
		Count int64   `avro:"count"`
		Note  *string `avro:"note"`
	}
	row, schemas := written(t, anOrder())
	note := "left at the gate"
	equal(t, decoded[widened](t, row, schemas), &widened{ID: "SO-1", Count: 7, Note: &note})
}

func TestRenamedFieldReadsOldRowsByItsAlias(t *testing.T) {
	type renamed struct {
		OrderID string `avro:"order_id,alias=id"`
	}
	row, schemas := written(t, anOrder())
	equal(t, decoded[renamed](t, row, schemas), &renamed{OrderID: "SO-1"})
}

func TestTypeThatCannotHoldOldRowsIsAMistakeAndNotCorruption(t *testing.T) {
	type changed struct {
		ID int64 `avro:"id"`
	}
	row, schemas := written(t, anOrder())
	_, err := NewCodec[changed](rowTypes()...).Decode(row, schemas)
	if err == nil || errors.Is(err, ErrCorrupt) {
		t.Fatalf("got %v", err)
	}
}

func TestBytesThatAreNoRowAreCorrupt(t *testing.T) {
	row, schemas := written(t, anOrder())
	otherVersion := append([]byte{9}, row[1:]...)
	otherSchema := append([]byte{row[0], 1, 2, 3, 4, 5, 6, 7, 8}, row[rowHeader:]...)
	for name, bytes := range map[string][]byte{
		"nothing":        {},
		"header only":    row[:rowHeader-1],
		"torn":           row[:len(row)-1],
		"longer":         append(append([]byte(nil), row...), 0),
		"other version":  otherVersion,
		"unknown schema": otherSchema,
	} {
		if _, err := NewCodec[order](rowTypes()...).Decode(bytes, schemas); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestSchemaAndFingerprintAreTheSameEveryTime(t *testing.T) {
	one, other := NewCodec[deepLine](rowTypes()...), NewCodec[deepLine](rowTypes()...)
	if one.SchemaJSON() != other.SchemaJSON() || one.Fingerprint() != other.Fingerprint() {
		t.Fatalf("%s\n%s", one.SchemaJSON(), other.SchemaJSON())
	}
}

func TestAChangedLogicalTypeIsAnotherSchema(t *testing.T) {
	type milliseconds struct {
		At int64 `avro:"at,timestamp-millis"`
	}
	type microseconds struct {
		At int64 `avro:"at,timestamp-micros"`
	}
	if NewCodec[milliseconds]().Fingerprint() == NewCodec[microseconds]().Fingerprint() {
		t.Fatal("both have the same fingerprint")
	}
}

func TestCodecServesSeveralGoroutines(t *testing.T) {
	type grown struct {
		ID    string `avro:"id"`
		Total cents  `avro:"total"`
	}
	row, schemas := written(t, anOrder())
	codec := NewCodec[grown](rowTypes()...)
	results := make(chan error, 8)
	for range cap(results) {
		go func() {
			value, err := codec.Decode(row, schemas)
			if err == nil && value.ID != "SO-1" {
				err = errors.New(value.ID)
			}
			results <- err
		}()
	}
	for range cap(results) {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
}

func BenchmarkRowAppend(b *testing.B) {
	codec, value, row := NewCodec[order](rowTypes()...), anOrder(), []byte(nil)
	b.ReportAllocs()
	for b.Loop() {
		row, _ = codec.Append(row[:0], value)
	}
}

func BenchmarkRowDecode(b *testing.B) {
	codec := NewCodec[order](rowTypes()...)
	row, _ := written(b, anOrder())
	b.ReportAllocs()
	for b.Loop() {
		if _, err := codec.Decode(row, nil); err != nil {
			b.Fatal(err)
		}
	}
}
