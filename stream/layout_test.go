package stream

import (
	"bytes"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"waybill/state"
)

// TestRowsOfAnEntityLieTogetherAndKeepTheirNamesAndOrder draws keys of tables by entity and by table.
func TestRowsOfAnEntityLieTogetherAndKeepTheirNamesAndOrder(t *testing.T) {
	layout := Layout{1: true, 2: true}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.RuneFrom([]rune{'a', 'b', 0, 1, 0xFF}), 0, 3, -1)
		key := rapid.Custom(func(t *rapid.T) []byte {
			table := rapid.SampledFrom([]byte{1, 2, 3, 245}).Draw(t, "table")
			dst := state.TextPair{text.Draw(t, "one"), text.Draw(t, "other")}.AppendKey([]byte{table})
			if table > 2 {
				dst = append([]byte{table}, rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 2, 0xFF}), 0, 6).Draw(t, "bytes")...)
			}
			return dst
		})
		a, b := key.Draw(t, "a"), key.Draw(t, "b")
		x, y := layout.append(nil, 7, a), layout.append(nil, 7, b)
		if !bytes.Equal(appendTaskKey(nil, x), a) {
			t.Fatalf("%x lies at %x and is read as %x", a, x, appendTaskKey(nil, x))
		}
		if bytes.Equal(x, y) != bytes.Equal(a, b) {
			t.Fatalf("%x and %x lie at %x and %x", a, b, x, y)
		}
		of := func(key []byte) []byte { return key[:1+max(textEnd(key[1:]), 0)] } // table and entity
		if bytes.Equal(of(a), of(b)) && bytes.Compare(a, b) != bytes.Compare(x, y) {
			t.Fatalf("%x and %x have lost their order: %x and %x", a, b, x, y)
		}
		if entity := of(a); layout[a[0]] && bytes.HasPrefix(b, entity) != bytes.HasPrefix(y, layout.append(nil, 7, entity)) {
			t.Fatalf("a walk over %x and %x as %x does not agree about %x", entity, b, layout.append(nil, 7, entity), y)
		}
	})
}

func TestAnOrderIsOneRangeOfTheStore(t *testing.T) {
	layout := Layout{1: true, 2: true, 3: true}
	var places [][]byte
	for _, order := range []string{"O-1", "O-2"} {
		places = append(places,
			layout.append(nil, 0, state.Text(order).AppendKey([]byte{1})),
			layout.append(nil, 0, state.TextNumber{Text: order, Number: 1}.AppendKey([]byte{2})),
			layout.append(nil, 0, state.TextPair{order, "S-1"}.AppendKey([]byte{3})))
	}
	if !slices.IsSortedFunc(places, bytes.Compare) {
		t.Errorf("rows of two orders are mixed: %x", places)
	}
}
