package reconcile

import (
	"context"
	"fmt"
	"io"
	"math/big"
	"runtime"
	"runtime/metrics"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// compared runs a comparison of an extract, as CSV, with values here.
func compared(t interface{ Fatal(...any) }, kind *Kind, options Options, extract string, here []entry) ([]*Row, *Summary) {
	r, err := New(kind, options)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := r.ReadExtract(strings.NewReader(extract), Format{}); err != nil {
		t.Fatal(err)
	}
	for i := range here {
		value := here[i]
		if err := r.take(&value); err != nil {
			t.Fatal(err)
		}
	}
	var rows []*Row
	summary, err := r.Compare(context.Background(), nil, func(row *Row) error {
		rows = append(rows, row)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows, summary
}

// lines describes rows: outcome, key, and both sides' first figure.
func lines(rows []*Row) (lines []string) {
	for _, row := range rows {
		lines = append(lines, fmt.Sprintf("%s %s %s|%s %s", row.Outcome, strings.Join(row.Key, "/"), row.figureOf(row.Here, 0), row.figureOf(row.There, 0), row.Why))
	}
	return lines
}

func value(t *testing.T, kind *Kind, text string, key ...string) entry {
	t.Helper()
	e := said(t, kind, text)
	var err error
	if e.key, err = kind.keyOf(key...); err != nil {
		t.Fatal(err)
	}
	return *e
}

func TestRowsComeByKeyAndThoseWithoutAKeyFirst(t *testing.T) {
	kind := KindNamed("shipped")
	rows, summary := compared(t, kind, Options{Window: window}, `Quantity,order_id,LINE_NO,colour
4,O-2,10,red
x,,1,red
7,,3,red
4,O-2,9,red
1,O-1,1,red
3,O-1,1,red
5,O-3,1
y,O-4,1,red
2,O-5,2,red
`, []entry{
		value(t, kind, "-10h 4 each", "O-2", "9"), value(t, kind, "-10h 4 each", "O-1", "1"), value(t, kind, "-10h 5 each", "O-2", "10"),
		value(t, kind, "-10h 7 each", "O-4", "1"), value(t, kind, "-10h 7 each", "O-1", "2"), value(t, kind, "-10h 0 each", "O-6", "2"),
	})
	want := []string{
		`unreadable  | column order_id: is empty`,
		`unreadable  | column order_id: is empty`,
		"matched O-1/1 4|4 ", // two rows of the extract
		"missing_there O-1/2 7| here since 2026-11-24 02:00:00 UTC",
		"matched O-2/9 4|4 ",
		"different O-2/10 5|4 quantity",
		`unreadable O-3/1 | it has 3 fields, the header has 4`,
		`unreadable O-4/1 7| column quantity: quantity "y": not a decimal number`,
		"missing_here O-5/2 |2 not known here",
	}
	if got := lines(rows); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	var sums []string
	for _, sum := range summary.Outcomes {
		sums = append(sums, fmt.Sprintf("%s %d", sum.Outcome, sum.Rows))
		for _, f := range sum.Figures {
			sums = append(sums, fmt.Sprintf("%s %s %s %s", f.Unit, f.HereText(), f.ThereText(), f.DifferenceText()))
		}
	}
	if got, want := strings.Join(sums, ", "), "matched 2, each 8 8 0, in_flight 0, different 1, each 5 4 1, missing_here 1,  0 2 -2, missing_there 1, each 7 0 7, unreadable 4, each 7 0 7"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestASecondRowOfAnInvoiceIsUnreadable(t *testing.T) {
	kind := KindNamed("paid")
	rows, _ := compared(t, kind, Options{Window: window}, "invoice_id;paid\nI-1;5\nI-2;5\nI-1;5\n", []entry{value(t, kind, "-10h 5 5 0 0 0 C EUR", "I-1")})
	want := []string{"unreadable I-1 5.00| it is on lines 2 and 4: one row is expected", "missing_here I-2 |5.00 not known here"}
	if got := lines(rows); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestChangesAreAddedInTheOrderOfTheirTime(t *testing.T) {
	kind := KindNamed("invoiced")
	bill := func(text string) entry { return value(t, kind, text, "O-1", "1") }
	here := []entry{bill("9h 5 50 each EUR"), bill("-9h -4 -40 each EUR"), bill("-10h 4 40 each EUR"), bill("-8h 2 20 case EUR")}
	rows, _ := compared(t, kind, Options{Window: window}, "order_id,line_no,amount,uom,quantity\nO-1,1,20.00,case,2\n", here)
	if got := lines(rows); !slices.Equal(got, []string{"matched O-1/1 2|2 "}) {
		t.Errorf("what was billed and taken back leaves its unit: %q", got)
	}
	rows, _ = compared(t, kind, Options{Window: window}, "order_id,line_no,amount,uom,quantity\nO-1,1,60.00,each,6\n", append(here[2:], bill("-7h 0 0 each EUR")))
	if got := lines(rows); !slices.Equal(got, []string{"different O-1/1 6|6 uom"}) || rows[0].Here.Labels[0] != several {
		t.Errorf("two units: %q", got)
	}
}

func TestShippedLinesOfOtherWarehousesAreLeftOutWhereTheExtractDoesNotHaveThem(t *testing.T) {
	kind := KindNamed("shipped")
	rows, summary := compared(t, kind, Options{Window: window, Warehouses: []string{"east"}},
		"order_id,line_no,quantity,warehouse_id\nO-1,1,4,east\nO-2,1,4,west\nO-3,1,4,\nO-4,1,x,east\nO-5,1,x,west\n", []entry{
			value(t, kind, "-10h 4 each SAW west", "O-1", "1"), // ordered there, shipped from here
			value(t, kind, "-10h 9 each SAW west", "O-2", "1"), value(t, kind, "-10h 5 each SAW west", "O-3", "1"), value(t, kind, "9h 5 each SAW west", "O-3", "2"),
			value(t, kind, "-10h 5 each SAW east", "O-6", "1"),
		})
	want := []string{"matched O-1/1 4|4 ", "different O-3/1 5|4 quantity", `unreadable O-4/1 | column quantity: quantity "x": not a decimal number`,
		"missing_there O-6/1 5| here since 2026-11-24 02:00:00 UTC"}
	if got := lines(rows); !slices.Equal(got, want) || summary.LeftOut != 0 {
		t.Errorf("got %q", got)
	}
}

func TestRowsOfOneKeyAddUp(t *testing.T) {
	kind := KindNamed("invoiced")
	here := []entry{value(t, kind, "-10h 4 40 each EUR", "O-1", "1")}
	const most = "99999999999999.9999"
	for _, test := range []struct{ rows, want string }{
		{"O-1,1,3,30,\nO-1,1,1,10,\n", "matched O-1/1 4|4 "},
		{"O-1,1,9,30,\nO-1,1,,10,\n", "matched O-1/1 | "}, // a quantity that one of them does not say is not compared
		{"O-1,1,4,39,2026-11-24T11:30:00Z\nO-1,1,0,0,2026-11-20T11:30:00Z\n", "in_flight O-1/1 4|4 moved there at 2026-11-24 11:30:00 UTC"},
		{"O-1,1,4,0,2026-11-20T11:30:00Z\nO-1,1,0,39,2026-11-24T11:30:00Z\n", "in_flight O-1/1 4|4 moved there at 2026-11-24 11:30:00 UTC"},
		{"O-1,1,4," + most + ",\nO-1,1,4," + most + ",\n", "unreadable O-1/1 4| its rows add up to more than a figure carries"},
		{"O-1,1,4,-" + most + ",\nO-1,1,4,-" + most + ",\n", "unreadable O-1/1 4| its rows add up to more than a figure carries"},
		{"O-1,1,4,40,\nO-1,1,0,x,\n", `unreadable O-1/1 4| column amount: amount "x": not a decimal number`},
		{"O-1,1,0,x,\nO-1,1,4,40,\nO-1,1,y,4,\n", `unreadable O-1/1 4| column amount: amount "x": not a decimal number`},
	} {
		rows, _ := compared(t, kind, Options{Window: window}, "order_id,line_no,quantity,amount,changed_at\n"+test.rows, here)
		if got := lines(rows); !slices.Equal(got, []string{test.want}) || rows[0].There.Line != 2 {
			t.Errorf("%q: line %d: %q, want %q", test.rows, rows[0].There.Line, got, test.want)
		}
	}
}

func TestAStateIncludesWhatWasKnownBefore(t *testing.T) {
	kind := KindNamed("shipped")
	rows, _ := compared(t, kind, Options{Window: window}, "order_id,line_no,quantity\nO-1,1,5\n",
		[]entry{value(t, kind, "-1h 4 each", "O-1", "1"), value(t, kind, "-3h 6 each", "O-1", "1")})
	if rows[0].Outcome != InFlight {
		t.Errorf("a state that is told later counted as an earlier one: %q", lines(rows))
	}
}

func TestWhatNeedNotBeInTheExtractIsCounted(t *testing.T) {
	since := window
	since.Since = noon.Add(-24 * time.Hour)
	kind := KindNamed("shipped")
	rows, summary := compared(t, kind, Options{Window: since}, "order_id,line_no,quantity\n", []entry{
		value(t, kind, "-30h 4 each", "O-1", "1"), value(t, kind, "-30h 0 each", "O-1", "2"), value(t, kind, "9h 4 each", "O-1", "3"),
	})
	if len(rows) != 0 || summary.LeftOut != 1 {
		t.Errorf("%q, %d left out", lines(rows), summary.LeftOut)
	}
}

func TestPeopleSeeAmountsWithTheMinorUnitsOfTheirCurrency(t *testing.T) {
	kind := KindNamed("paid")
	rows, summary := compared(t, kind, Options{Window: window}, "invoice_id,paid,currency\nI-1,302,JPY\nI-2,-0.5,KWD\n", []entry{value(t, kind, "-10h 300 0 0 0 0 C JPY", "I-1")})
	var texts []string
	for _, row := range rows {
		for _, c := range row.Comparisons() {
			texts = append(texts, fmt.Sprintf("%s %q %q %q", c.Unit, c.Here, c.There, c.Difference))
		}
	}
	for _, sum := range summary.Outcomes {
		for _, f := range sum.Figures {
			if f.Figure == "paid" {
				texts = append(texts, fmt.Sprintf("%s %q %q %q", f.Unit, f.HereText(), f.ThereText(), f.DifferenceText()))
			}
		}
	}
	want := []string{`JPY "300" "302" "-2"`, `KWD "" "-0.500" "0.500"`, `JPY "300" "302" "-2"`, `KWD "0.000" "-0.500" "0.500"`}
	if !slices.Equal(texts, want) {
		t.Errorf("got %q, want %q", texts, want)
	}
}

func TestASummaryStaysSmallAndExact(t *testing.T) {
	var extract strings.Builder
	extract.WriteString("invoice_id,paid,currency\n")
	for i := range 300 {
		fmt.Fprintf(&extract, "I-%d,-0.25,X%03d\n", i, i)
	}
	for i := range 200 {
		fmt.Fprintf(&extract, "J-%d,99999999999999.9999,X000\n", i)
	}
	_, summary := compared(t, KindNamed("paid"), Options{Window: window}, extract.String(), nil)
	var sums []string
	for _, sum := range summary.Outcomes {
		if len(sum.Figures) > mostUnits+1 {
			t.Errorf("%d units are told apart", len(sum.Figures))
		}
		for _, f := range sum.Figures {
			if f.Unit == "X000" || f.Unit == "X001" || f.Unit == otherUnits {
				sums = append(sums, fmt.Sprintf("%s %s %s", f.Unit, f.ThereText(), f.DifferenceText()))
			}
		}
	}
	slices.Sort(sums)
	want := []string{"(others) -50.00 50.00", "X000 19999999999999999.73 -19999999999999999.73", "X001 -0.25 0.25"}
	if !slices.Equal(sums, want) {
		t.Errorf("got %q, want %q", sums, want)
	}
}

func TestOnlyTheWarehousesThatAreAskedForAreCompared(t *testing.T) {
	kind := KindNamed("stock")
	rows, _ := compared(t, kind, Options{Window: window, Warehouses: []string{"east"}}, "item_id,warehouse_id,on_hand\nSAW,east,4\nSAW,west,4\nSAW,west,x\nSAW,,4\n",
		[]entry{value(t, kind, "-3h 5 0", "SAW", "east"), value(t, kind, "-3h 5 0", "NAIL", "north")})
	want := []string{"unreadable  | column warehouse_id: is empty", "different SAW/east 5|4 on_hand"}
	if got := lines(rows); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// TestOutcomesPartitionTheRows compares random sides: every row has one outcome, sides add up to what was put in, and it
// makes no difference how much of it fits into memory.
func TestOutcomesPartitionTheRows(t *testing.T) {
	kind := KindNamed("invoiced")
	rapid.Check(t, func(t *rapid.T) {
		orders := rapid.SampledFrom([]string{"A", "A\u00a0A", "AB", "B", "Ω", "A-1"})
		small := rapid.Int64Range(-2, 4)
		var extract strings.Builder
		extract.WriteString("order_id,line_no,quantity,amount,currency,changed_at\n")
		keys, there, here := map[string]bool{}, new(big.Int), new(big.Int)
		type stated struct {
			quantity int64
			bad      bool
		}
		theirs := map[string]*stated{}
		for range rapid.IntRange(0, 12).Draw(t, "rows") {
			order, line, quantity := orders.Draw(t, "order"), rapid.IntRange(1, 3).Draw(t, "line"), small.Draw(t, "quantity")
			changed := rapid.SampledFrom([]string{"", "", noon.Add(-time.Hour).Format(time.RFC3339), "yesterday"}).Draw(t, "changed")
			fmt.Fprintf(&extract, "%s,%d,%d,%d,EUR,%s\n", order, line, quantity, quantity*10, changed)
			key := fmt.Sprintf("%s/%d", order, line)
			if theirs[key] == nil {
				theirs[key] = &stated{}
			}
			theirs[key].quantity += quantity
			theirs[key].bad = theirs[key].bad || changed == "yesterday"
			keys[key] = true
		}
		ours, movedAround := map[string]int64{}, map[string]bool{}
		var values []entry
		for range rapid.IntRange(0, 12).Draw(t, "bills") {
			order, line, quantity := orders.Draw(t, "order"), rapid.IntRange(1, 3).Draw(t, "line"), small.Draw(t, "quantity")
			at := time.Duration(rapid.SampledFrom([]int{-30, -2, -1, 0, 1, 2, 30}).Draw(t, "hours")) * time.Hour
			e := entry{at: noon.Add(at), figures: figures{quantity * 1_000_000, quantity * 100_000}, labels: [mostLabels]string{"each", "EUR"}}
			e.key, _ = kind.keyOf(order, fmt.Sprint(line))
			values = append(values, e)
			key := fmt.Sprintf("%s/%d", order, line)
			if at <= 0 {
				ours[key] += quantity
			}
			movedAround[key] = movedAround[key] || at > -2*time.Hour && at <= 2*time.Hour
		}
		for key, quantity := range ours {
			if quantity != 0 {
				keys[key] = true
			}
		}
		rows, summary := compared(t, kind, Options{Window: window, Memory: rapid.SampledFrom([]int{1, 300, 1 << 20}).Draw(t, "memory")}, extract.String(), values)
		seen := map[string]bool{}
		for _, row := range rows {
			key := strings.Join(row.Key, "/")
			if seen[key] || !keys[key] {
				t.Fatalf("%s: twice, or nobody has it", key)
			}
			seen[key] = true
			said, stands := int64(0), ours[key]
			bad := false
			if theirs[key] != nil {
				said, bad = theirs[key].quantity, theirs[key].bad
			}
			switch {
			case bad != (row.Outcome == Unreadable):
				t.Fatalf("%s: %s", key, row.Outcome)
			case !bad && (said == stands) != (row.Outcome == Matched):
				t.Fatalf("%s: %d here, %d there: %s", key, stands, said, row.Outcome)
			case row.Outcome == InFlight && !movedAround[key] && row.There.At.IsZero():
				t.Fatalf("%s: in flight, and nothing moved", key)
			case row.Outcome == MissingHere && stands != 0, row.Outcome == MissingThere && said != 0, row.Outcome == Different && (said == 0 || stands == 0):
				t.Fatalf("%s: %d here, %d there: %s", key, stands, said, row.Outcome)
			}
			if !bad {
				there.Add(there, big.NewInt(said*100_000))
				here.Add(here, big.NewInt(stands*100_000))
			}
		}
		if len(seen) != len(keys) {
			t.Fatalf("%d rows of %d", len(seen), len(keys))
		}
		if got := summary.Rows(Outcomes()...); got != int64(len(keys)) {
			t.Fatalf("the summary has %d rows of %d", got, len(keys))
		}
		for _, sum := range summary.Outcomes {
			for i := range sum.Figures {
				if f := &sum.Figures[i]; f.Figure == "amount" && sum.Outcome != Unreadable {
					here.Sub(here, &f.Here)
					there.Sub(there, &f.There)
				}
			}
		}
		if here.Sign() != 0 || there.Sign() != 0 {
			t.Fatalf("the amounts do not add up: %s here, %s there are missing", here, there)
		}
	})
}

// generated is an extract of invoices that are paid, shuffled by a step that meets each once.
type generated struct {
	rows, next int
	rest       []byte
}

func (g *generated) Read(into []byte) (int, error) {
	for len(g.rest) < len(into) && g.next <= g.rows {
		if g.next == 0 {
			g.rest = append(g.rest, "invoice_id,customer_id,paid,currency\n"...)
		} else {
			g.rest = fmt.Appendf(g.rest, "INV-%09d,CUSTOMER-%06d,%d.25,EUR\n", shuffled(g.next, g.rows), g.next%1000, g.next%7)
		}
		g.next++
	}
	if len(g.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(into, g.rest)
	g.rest = g.rest[:copy(g.rest, g.rest[n:])]
	return n, nil
}

func shuffled(i, of int) int { return int(int64(i) * 999_983 % int64(of)) }

// TestMemoryDoesNotGrowWithTheRows measures what is alive during comparisons of few rows and of a hundred times as many.
func TestMemoryDoesNotGrowWithTheRows(t *testing.T) {
	const memory = 1 << 20
	alive := func(rows int) (most uint64) {
		sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		look := func() {
			runtime.GC()
			metrics.Read(sample)
			most = max(most, sample[0].Value.Uint64())
		}
		kind := KindNamed("paid")
		r, err := New(kind, Options{Window: window, Memory: memory, Folder: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if _, err := r.ReadExtract(&generated{rows: rows}, Format{}); err != nil {
			t.Fatal(err)
		}
		look()
		for i := range rows {
			key, _ := kind.keyOf(fmt.Sprintf("INV-%09d", i))
			if err := r.take(&entry{key: key, at: noon.Add(-24 * time.Hour), figures: figures{0, 1, 0, 1}, labels: [mostLabels]string{"C-1", "EUR"}}); err != nil {
				t.Fatal(err)
			}
		}
		look()
		largest, seen := Largest{Most: 50}, 0
		summary, err := r.Compare(context.Background(), nil, func(row *Row) error {
			if seen++; seen%(rows/5) == 0 {
				look()
			}
			largest.Add(row)
			return nil
		})
		if err != nil || seen != rows || len(largest.Rows()) != 50 || summary.Rows(MissingHere) != int64(rows) {
			t.Fatal(err, seen, summary.Rows(MissingHere))
		}
		return most
	}
	few := alive(3_000)
	many := alive(300_000)
	// Buffers of the sorter's files and of their merging; the rows themselves are 60 MB.
	if allowed := uint64(2*memory + mergeWidth*fileBuffer + 4<<20); many > few+allowed {
		t.Errorf("%d KiB are alive with 300,000 rows, %d KiB with 3,000", many>>10, few>>10)
	}
	t.Logf("%d KiB with 3,000 rows, %d KiB with 300,000", few>>10, many>>10)
}
