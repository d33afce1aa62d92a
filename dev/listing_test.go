package dev

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/text"
)

func TestAListingKeepsWithinItsWidthAndBreaksAtWords(t *testing.T) {
	l := listing{title: "Things: 2", header: []string{"topic", "key", "bytes"}, numbers: []int{2}}
	l.add([]string{"wms.shipments", "S-1", "9"}, "A text that says what is wrong with the event, and what is to be done about it.")
	l.add([]string{"commerce.orders", "a-very-long-order-number-that-no-column-holds", "123456"})
	for width, want := range map[int]string{
		0: `Things: 2

topic            key                                             bytes
wms.shipments    S-1                                                 9
    A text that says what is wrong with the event, and what is to be done about it.
commerce.orders  a-very-long-order-number-that-no-column-holds  123456
`,
		50: `Things: 2

topic            key                         bytes
wms.shipments    S-1                             9
    A text that says what is wrong with the event,
    and what is to be done about it.
commerce.orders  a-very-long-order-number-  123456
                 that-no-column-holds
`,
	} {
		var out strings.Builder
		l.write(&out, width)
		if out.String() != want {
			t.Errorf("width %d: got\n%s\nwant\n%s", width, out.String(), want)
		}
	}
}

func TestALongListingSaysWhereTheRestIs(t *testing.T) {
	l := listing{title: "Many", header: []string{"n"}}
	for n := range shown + 3 {
		l.add([]string{fmt.Sprint(n)})
	}
	var out strings.Builder
	l.write(&out, 80)
	if !strings.HasSuffix(out.String(), "\n49\n… and 3 more: --output json prints all of them\n") {
		t.Errorf("%s", out.String())
	}
}

func TestWordsAreBrokenOnlyWhereTheyMustBe(t *testing.T) {
	for _, c := range []struct {
		words string
		width int
		want  string
	}{
		{"", 5, ""},
		{"one two  three", 7, "one two|three"},
		{"three", 5, "three"},
		{"O-2026-0001", 8, "O-2026-|0001"},
		{"a-bcdefghijk", 6, "a-bcde|fghijk"}, // the mark is too near to the beginning
		{"abcdefghij", 4, "abcd|efgh|ij"},
		{"x abcdefghij y", 4, "x|abcd|efgh|ij y"},
		{"日本語の", 5, "日本|語の"},
		{"日本", 1, "日|本"},
	} {
		if got := strings.Join(wrap(c.words, c.width), "|"); got != c.want {
			t.Errorf("%q in %d: %q, want %q", c.words, c.width, got, c.want)
		}
	}
}

func TestNothingThatCameInARecordSteersTheTerminal(t *testing.T) {
	l := listing{title: "Dead letters: 1", header: []string{"key"}}
	l.add([]string{"O-\x1b[31mRED\u009b2J"}, "first\nsecond\r\x07 done \u202e")
	var out strings.Builder
	l.write(&out, 80)
	if want := "Dead letters: 1\n\nkey\nO-\\x1b[31mRED\\u009b2J\n    first\\nsecond\\r\\a done \\u202e\n"; out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
}

// TestWhatWasPlayedFitsTheTerminal prints what came of the two examples at several widths.
func TestWhatWasPlayedFitsTheTerminal(t *testing.T) {
	played := &Played{Records: append(slices.Clone(playedStory(t).Records), playedBadInput(t).Records...), Lines: 2}
	for _, width := range []int{60, 80, 120, 160} {
		var out strings.Builder
		if err := played.WriteTables(&out, width); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(out.String()) {
			if got := text.StringWidthWithoutEscSequences(strings.TrimRight(line, "\n")); got > width {
				t.Errorf("%d of %d columns: %s", got, width, line)
			}
		}
		for _, want := range []string{"Invoice-ready: 43, net 2200.00 USD", "Open exceptions: 21; 3 resolved", "Receivables: 2", "Dead letters: 20"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("at %d columns there is no %q in\n%s", width, want, out.String())
			}
		}
	}
	var out strings.Builder
	if err := (&Played{Lines: 1}).WriteTables(&out, 80); err != nil {
		t.Fatal(err)
	}
	if want := "Invoice-ready: none\n\nOpen exceptions: none\n\nReceivables: none\n\nDead letters: none\n\n1 line played in 0.0 s\n"; out.String() != want {
		t.Errorf("of nothing: %q", out.String())
	}
}
