package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"
)

func TestSpansShowTheirTwoLargestUnits(t *testing.T) {
	for _, c := range []struct {
		of   time.Duration
		want string
	}{
		{0, "0s"}, {-time.Hour, "0s"}, {59 * time.Second, "59s"}, {time.Minute, "1m"}, {61 * time.Minute, "1h 1m"},
		{24 * time.Hour, "1d 0h"}, {49*time.Hour + 59*time.Minute, "2d 1h"},
	} {
		if got := span(c.of); got != c.want {
			t.Errorf("%s: got %s, want %s", c.of, got, c.want)
		}
	}
}

func TestLongTextsAreCutAtAWord(t *testing.T) {
	for _, c := range []struct {
		words string
		most  int
		want  string
	}{
		{"short enough", 12, "short enough"},
		{"cut at a word", 10, "cut at a…"},
		{"one•••••••••long", 8, "one••••…"},
	} {
		if got := cut(c.words, c.most); got != c.want {
			t.Errorf("%q to %d: got %q, want %q", c.words, c.most, got, c.want)
		}
	}
}

func TestTextsWrapToTheTerminalUnderTheirIndent(t *testing.T) {
	got := (&printer{width: 30}).wrap("  ", "a text that is longer than the terminal is wide")
	for line := range strings.Lines(got) {
		if !strings.HasPrefix(line, "  ") || len(strings.TrimRight(line, "\n")) > 30 {
			t.Errorf("%q", line)
		}
	}
	if strings.Count(got, "\n") != 1 {
		t.Errorf("%q", got)
	}
}

func TestOnlyATerminalGetsColourAndShortRows(t *testing.T) {
	show := func(p *printer) string {
		var out bytes.Buffer
		p.out = &out
		table := p.table("", []string{"id", "message"})
		table.row(p.id("ex-abcdefghijklmnop"), p.paint(text.Colors{text.FgRed}, "a message that goes on and on"))
		table.printCut()
		return out.String()
	}
	if got, want := show(&printer{}), "id                   message\nex-abcdefghijklmnop  a message that goes on and on\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	got := show(&printer{colour: true, width: 30})
	if !strings.Contains(got, "\x1b[31m") || !strings.Contains(got, "ex-abcdefgh ") || !strings.Contains(got, "…") {
		t.Errorf("%q", got)
	}
}

func TestProgressIsSilentForShortReadingAndWhereNobodyLooks(t *testing.T) {
	if (&printer{}).progress("reading", "records") != nil {
		t.Error("progress goes to a file")
	}
	var screen bytes.Buffer
	show := (&printer{err: &screen, watched: true}).progress("reading", "records")
	show(1, 2)
	show(2, 2)
	if screen.Len() > 0 {
		t.Errorf("%q after no time", screen.String())
	}
}

func TestArgumentsForAShellAreOneWordEach(t *testing.T) {
	for word, want := range map[string]string{
		"User:waybill-intake": "User:waybill-intake", "User:CN=waybill, O=acme": "'User:CN=waybill, O=acme'", "it's": `'it'\''s'`, "": "''",
	} {
		if got := quoted(word); got != want {
			t.Errorf("%q: got %s, want %s", word, got, want)
		}
	}
}

func TestWordsAreListedAsPeopleDo(t *testing.T) {
	for want, words := range map[string][]string{"": nil, "a": {"a"}, "a and b": {"a", "b"}, "a, b and c": {"a", "b", "c"}} {
		if got := listWords(words); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
