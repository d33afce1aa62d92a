package schemas

import (
	"bytes"
	"errors"
	"testing"

	"github.com/twmb/avro"
)

func shapeFor(t *testing.T, schema string) *shape {
	t.Helper()
	parsed, err := avro.Parse(schema)
	if err != nil {
		t.Fatal(err)
	}
	shape, err := shapeOf(parsed)
	if err != nil {
		t.Fatal(err)
	}
	return shape
}

const decimals = `{"type":"record","name":"Doc","fields":[{"name":"id","type":"string"},{"name":"amounts","type":{"type":"array","items":{"type":"bytes","logicalType":"decimal","precision":18,"scale":4}}}]}`

func TestDecimalsBecomeLongsAndComeBack(t *testing.T) {
	shape := shapeFor(t, decimals)
	wire := []byte{2, 'a', 6, 2, 0x05, 4, 0xff, 0x00, 4, 0x7f, 0xff, 0}
	want := []byte{2, 'a', 6, 10, 0xff, 0x03, 0xfe, 0xff, 0x03, 0}
	narrow, failure := shape.narrow([]byte("-"), wire)
	if failure != nil || !bytes.Equal(narrow, append([]byte("-"), want...)) {
		t.Fatalf("got % x (%v), want % x", narrow, failure, want)
	}
	again, failure := shape.widenInto(nil, want)
	if failure != nil || !bytes.Equal(again, wire) {
		t.Errorf("and back: % x (%v), want % x", again, failure, wire)
	}
}

func TestBlocksWithTheirSizeAreReadLikeBlocksWithout(t *testing.T) {
	shape := shapeFor(t, decimals)
	plain := []byte{2, 'a', 2, 2, 5, 4, 2, 6, 2, 7, 0}
	sized := []byte{2, 'a', 1, 4, 2, 5, 3, 8, 2, 6, 2, 7, 0}
	want, failure := shape.narrow(nil, plain)
	if failure != nil {
		t.Fatal(failure)
	}
	if got, failure := shape.narrow(nil, sized); failure != nil || !bytes.Equal(got, want) {
		t.Errorf("got % x (%v), want % x", got, failure, want)
	}
}

func TestHostileBytesEndTheWalk(t *testing.T) {
	most := []byte{0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01} // the largest long
	least := []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}
	recursive := shapeFor(t, `{"type":"record","name":"R","fields":[{"name":"next","type":["null","R"]}]}`)
	empty := shapeFor(t, `{"type":"array","items":{"type":"array","items":"null"}}`)
	for name, c := range map[string]struct {
		shape *shape
		bytes []byte
		class string
		field string
	}{
		"a list of more items than bytes":   {shapeFor(t, decimals), append([]byte{0}, most...), ClassTruncated, "amounts"},
		"a list of less than nothing":       {shapeFor(t, decimals), append([]byte{0}, least...), ClassInvalidValue, "amounts"},
		"a decimal of more bytes than left": {shapeFor(t, decimals), []byte{0, 2, 100}, ClassTruncated, "amounts[0]"},
		"an endless integer":                {shapeFor(t, `"long"`), bytes.Repeat([]byte{0xff}, 11), ClassInvalidValue, ""},
		"an integer beyond its type":        {shapeFor(t, `"int"`), most, ClassInvalidValue, ""},
		"nesting without end":               {recursive, bytes.Repeat([]byte{2}, 10*maxDepth), ClassInvalidValue, ""},
		"items that take no bytes":          {empty, append([]byte{2}, most...), ClassInvalidValue, "[0]"},
		"a boolean that is neither":         {shapeFor(t, `"boolean"`), []byte{2}, ClassInvalidValue, ""},
		"a text that is none":               {shapeFor(t, `"string"`), []byte{2, 0xff}, ClassInvalidValue, ""},
		"a key that is none":                {shapeFor(t, `{"type":"map","values":"int"}`), []byte{2, 2, 0xff, 0, 0}, ClassInvalidValue, "[0]"},
	} {
		failure := c.shape.verify(c.bytes)
		if name == "nesting without end" && failure != nil {
			failure.Field = "" // next.next.next …
		}
		if failure == nil || failure.Class != c.class || failure.Field != c.field {
			t.Errorf("%s: got %v, want %s at %q", name, failure, c.class, c.field)
		}
	}
}

func TestALongThatIsNoDecimalOfItsSchemaIsNotWritten(t *testing.T) {
	beyond := appendLong([]byte{0, 2}, 1_000_000_000_000_000_000)
	if _, failure := shapeFor(t, decimals).widenInto(nil, append(beyond, 0)); failure == nil || failure.Field != "amounts[0]" || !errors.Is(failure, ErrDecimalRange) {
		t.Errorf("got %v", failure)
	}
}
