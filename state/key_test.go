package state

import (
	"testing"

	"pgregory.net/rapid"
)

func TestWhatIsAppendedToAKeyIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, number := rapid.String().Draw(t, "text"), rapid.Int64().Draw(t, "number")
		zeros := string(rapid.SliceOf(rapid.SampledFrom([]byte{0, 1, 0xFF})).Draw(t, "zeros"))
		key := AppendString(AppendInt(AppendString(nil, text), number), zeros)
		first, rest := CutString(key)
		second, rest := CutInt(rest)
		third, rest := CutString(rest)
		if first != text || second != number || third != zeros || len(rest) != 0 {
			t.Fatalf("%q %d %q became %q %d %q, and %x is left", text, number, zeros, first, second, third, rest)
		}
	})
}
