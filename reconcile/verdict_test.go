package reconcile

import (
	"strings"
	"testing"
	"time"
)

// noon is the instant of all tests, with a window of two hours to either side.
var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

var window = Around(noon, 2*time.Hour)

// said reads "10h 4 each": a time from noon, figures and, where it is not a number, labels in turn. A time of "-" is none.
func said(t *testing.T, kind *Kind, text string) *entry {
	t.Helper()
	words := strings.Fields(text)
	e := &entry{}
	if words[0] != "-" {
		after, err := time.ParseDuration(words[0])
		if err != nil {
			t.Fatal(err)
		}
		e.at = noon.Add(after)
	}
	labels := 0
	for i, word := range words[1:] {
		if labels == 0 && i < len(kind.Figures) { // the last may be left out
			if units, err := kind.Figures[i].parse(word); err == nil {
				e.figures[i], e.given = units, e.given|1<<i
				continue
			}
			if word == "?" {
				continue
			}
		}
		e.labels[labels] = word
		labels++
	}
	return e
}

func TestWhatBecomesOfARow(t *testing.T) {
	shipped, invoiced, paid := KindNamed("shipped"), KindNamed("invoiced"), KindNamed("paid")
	for _, test := range []struct {
		name  string
		kind  *Kind
		there string   // of the extract; empty: it has no such row
		here  []string // values as they were told, in the order of time
		want  Outcome  // empty: there is no row
		why   string
	}{
		{"both say the same", shipped, "- 4 each", []string{"-10h 4 each"}, Matched, ""},
		{"the latest value counts", shipped, "- 4 each", []string{"-10h 2 each", "-9h 4 each"}, Matched, ""},
		{"quantities differ", shipped, "- 5 each", []string{"-10h 4 each"}, Different, "quantity"},
		{"what came back is not taken off", shipped, "- 4 each", []string{"-10h 4 1 3 each"}, Matched, ""},
		{"an extract that takes it off is told so", shipped, "- 3 each", []string{"-10h 4 1 3 each"}, Different, "quantity; it is what was kept: if returns are taken off in the extract, its column is named kept"},
		{"and so is one without what all came back of", shipped, "- 0 each", []string{"-10h 4 4 0 each"}, MissingThere, "here since 2026-11-24 02:00:00 UTC; it is what was kept"},
		{"what is kept is compared by its name", shipped, "- ? ? 3 each", []string{"-10h 4 1 3 each"}, Matched, ""},
		{"and so is what came back", shipped, "- 4 2 ? each", []string{"-10h 4 1 3 each"}, Different, "returned"},
		{"units differ", shipped, "- 4 case", []string{"-10h 4 each"}, Different, "uom"},
		{"the extract does not say the unit", shipped, "- 4", []string{"-10h 4 each"}, Matched, ""},
		{"an item is shown and not compared", shipped, "- 4 each DRILL", []string{"-10h 4 each SAW"}, Matched, ""},
		{"not known here", shipped, "- 4 each", nil, MissingHere, "not known here"},
		{"known here, and nothing of it shipped", shipped, "- 4 each", []string{"-10h 0 each"}, MissingHere, "with nothing of it"},
		{"not in the extract", shipped, "", []string{"-10h 4 each"}, MissingThere, "here since 2026-11-24 02:00:00 UTC"},
		{"zero in the extract is not in it", shipped, "- 0 each", []string{"-10h 4 each"}, MissingThere, ""},
		{"nothing on either side", shipped, "", []string{"-10h 0 each"}, "", ""},
		{"zero on either side", shipped, "- 0 each", []string{"-10h 0 each"}, Matched, ""},
		{"zero in the extract and not known here", shipped, "- 0 each", nil, Matched, ""},

		{"shipped within the window, not in the extract yet", shipped, "", []string{"-10h 0 each", "-1h 4 each"}, InFlight, "moved here at 2026-11-24 11:00:00 UTC"},
		{"shipped at the very start of the window", shipped, "", []string{"-10h 0 each", "-2h 4 each"}, MissingThere, ""},
		{"more was shipped within the window", shipped, "- 2 each", []string{"-10h 2 each", "-1h 4 each"}, InFlight, "moved here"},
		{"a part of what moved within the window", shipped, "- 3 each", []string{"-10h 2 each", "-1h 4 each"}, InFlight, "moved here"},
		{"more than what moved within the window", shipped, "- 5 each", []string{"-10h 2 each", "-1h 4 each"}, Different, "quantity"},
		{"less than what moved within the window", shipped, "- 1 each", []string{"-10h 2 each", "-1h 4 each"}, Different, "quantity"},
		{"something else of the order moved within the window", shipped, "- 5 each", []string{"-10h 4 each", "-1h 4 each"}, Different, "quantity"},
		{"a movement does not explain another unit", shipped, "- 2 case", []string{"-10h 2 each", "-1h 4 each"}, Different, "quantity, uom"},
		{"taken back within the window", shipped, "- 4 each", []string{"-10h 4 each", "-1h 0 each"}, InFlight, "moved here"},
		{"the extract was cut after the instant", shipped, "- 4 each", []string{"-10h 2 each", "1h 4 each"}, InFlight, "moved here at 2026-11-24 13:00:00 UTC"},
		{"what happened long after the instant is left out", shipped, "- 4 each", []string{"-10h 2 each", "3h 4 each"}, Different, "quantity"},
		{"known here only later, and the extract was cut after the instant", shipped, "- 4 each", []string{"1h 4 each"}, InFlight, "what stood before is not kept"},
		{"the extract says that it moved within the window", shipped, "-1h 9 each", []string{"-10h 4 each"}, InFlight, "moved there at 2026-11-24 11:00:00 UTC"},
		{"the extract says that it moved, and it is not known here", shipped, "-1h 9 each", nil, InFlight, "moved there"},
		{"the extract says that it moved long ago", shipped, "-3h 9 each", []string{"-10h 4 each"}, Different, "quantity"},
		{"both moved to the same", shipped, "-1h 4 each", []string{"-10h 0 each", "-1h 4 each"}, Matched, ""},

		{"what stood when the window opened is not kept", shipped, "- 7 each", []string{"-1h 4 each"}, InFlight, "what stood before is not kept"},
		{"only what happened long after is kept", shipped, "- 7 each", []string{"9h 8 each"}, InFlight, "moved since: here it is kept as of 2026-11-24 21:00:00 UTC only"},
		{"what happened only after is no row", shipped, "", []string{"1h 4 each", "9h 8 each"}, "", ""},

		{"changes are all kept: what was not billed before is nothing", invoiced, "- 7 7 each EUR", []string{"-1h 4 4 each EUR"}, Different, "quantity, amount"},
		{"billed only after", invoiced, "- 4 4 each EUR", []string{"9h 4 4 each EUR"}, MissingHere, "not known here"},
		{"amounts differ", invoiced, "- 4 10.01 each EUR", []string{"-10h 4 10 each EUR"}, Different, "amount"},
		{"currencies differ", invoiced, "- 4 10 each USD", []string{"-10h 4 10 each EUR"}, Different, "currency"},
		{"the extract has no quantity", invoiced, "- ? 10 each EUR", []string{"-10h 4 10 each EUR"}, Matched, ""},
		{"quantity is compared where it is said", invoiced, "- 3 10 each EUR", []string{"-10h 4 10 each EUR"}, Different, "quantity"},
		{"credited and billed again within the window", invoiced, "- 4 10 each EUR", []string{"-10h 4 10 each EUR", "-1h 0 0 each EUR", "-1h 4 9 each EUR"}, InFlight, "moved here"},

		{"what is compared is what the extract has", paid, "- 10 ? ? ? ? C-1 EUR", []string{"-10h 10 10 0 0 ? C-1 EUR"}, Matched, ""},
		{"another customer owes it", paid, "- 10 10 ? ? ? C-2 EUR", []string{"-10h 10 10 0 0 ? C-1 EUR"}, Different, "customer_id"},
		{"open differs and paid does not", paid, "- 5 10 ? 4 ? C-1 EUR", []string{"-10h 5 10 0 5 ? C-1 EUR"}, Different, "open"},
	} {
		t.Run(test.name, func(t *testing.T) {
			j := judgement{kind: test.kind, window: window, asked: 1<<len(test.kind.Figures) - 1}
			var there *entry
			if test.there != "" {
				there = said(t, test.kind, test.there)
			}
			h := history{}
			for _, text := range test.here {
				h.add(window, said(t, test.kind, text))
			}
			row, any := j.judge(there, &h)
			if !any {
				row = &Row{}
			}
			if row.Outcome != test.want || !strings.Contains(row.Why, test.why) {
				t.Errorf("%s because %q, want %s because %q", row.Outcome, row.Why, test.want, test.why)
			}
		})
	}
}

func TestToleranceIsOfAmountsOrOfQuantitiesWhereThereAreNone(t *testing.T) {
	for _, test := range []struct {
		kind, there, here string
		tolerance         int64
		want              Outcome
	}{
		{"invoiced", "- 4 10.01 each EUR", "-10h 4 10 each EUR", 100, Matched},
		{"invoiced", "- 4 10.02 each EUR", "-10h 4 10 each EUR", 100, Different},
		{"invoiced", "- 4 9.98 each EUR", "-10h 4 10 each EUR", 100, Different},
		{"invoiced", "- 4.001 10 each EUR", "-10h 4 10 each EUR", 100_000, Different},
		{"shipped", "- 4.01 kg", "-10h 4 kg", 10_000, Matched},
		{"shipped", "- 4.02 kg", "-10h 4 kg", 10_000, Different},
	} {
		kind := KindNamed(test.kind)
		h := history{}
		h.add(window, said(t, kind, test.here))
		row, _ := (&judgement{kind: kind, window: window, tolerance: test.tolerance, asked: 3}).judge(said(t, kind, test.there), &h)
		if row.Outcome != test.want {
			t.Errorf("%s: %q against %q: %s, want %s", test.kind, test.there, test.here, row.Outcome, test.want)
		}
	}
}

func TestRowsThatHaveNotMovedSinceNeedNotBeInTheExtract(t *testing.T) {
	since := window
	since.Since = noon.Add(-24 * time.Hour)
	kind := KindNamed("shipped")
	for _, test := range []struct {
		there string
		here  []string
		want  Outcome
	}{
		{"", []string{"-30h 4 each"}, ""},
		{"", []string{"-30h 4 each", "-23h 4 each"}, ""}, // something else of the order
		{"", []string{"-30h 2 each", "-23h 4 each"}, MissingThere},
		{"", []string{"-30h 2 each", "-1h 4 each"}, InFlight},
		{"", []string{"-20h 2 each", "-1h 4 each"}, MissingThere},
		{"- 5 each", []string{"-30h 4 each"}, Different},
	} {
		h := history{}
		for _, text := range test.here {
			h.add(since, said(t, kind, text))
		}
		var there *entry
		if test.there != "" {
			there = said(t, kind, test.there)
		}
		row, any := (&judgement{kind: kind, window: since, asked: 1}).judge(there, &h)
		if !any {
			row = &Row{}
		}
		if row.Outcome != test.want {
			t.Errorf("%q against %q: %s, want %s", test.there, test.here, row.Outcome, test.want)
		}
	}
}
