package reconcile

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// read describes the rows of an extract of a kind: line, key, figures that are said, labels and problem.
func read(kind *Kind, text string, format Format) (rows []string, ignored []string, err error) {
	ignored, err = kind.readExtract(strings.NewReader(text), format, func(row *entry) error {
		line := fmt.Sprintf("%d %s", row.line, strings.Join(kind.partsOf(row.key), "/"))
		for i, figure := range kind.Figures {
			if row.given&(1<<i) != 0 {
				line += " " + figure.text(row.figures[i])
			}
		}
		for _, label := range row.labels {
			if label != "" {
				line += " " + label
			}
		}
		if !row.at.IsZero() {
			line += " at " + clock(row.at)
		}
		if row.problem != "" {
			line += ": " + row.problem
		}
		rows = append(rows, line)
		return nil
	})
	return rows, ignored, err
}

func packed(text string) string {
	var to bytes.Buffer
	writer := gzip.NewWriter(&to)
	_, _ = writer.Write([]byte(text)) // to memory
	writer.Close()
	return to.String()
}

func TestExtractsAreReadAsSystemsWriteThem(t *testing.T) {
	plain := "order_id,line_no,quantity,amount,uom,currency\nO-1,1,4,10.50,each,EUR\n"
	want := []string{"2 O-1/1 4 10.50 each EUR"}
	for _, test := range []struct {
		name, text string
		format     Format
		want       []string
	}{
		{"CSV", plain, Format{}, want},
		{"columns in another order, capitals, blanks", " Amount ,LINE_NO,Order_ID,uom,currency,quantity\n 10.50 ,0001, O-1 ,each,EUR,+4.0\n", Format{}, want},
		{"semicolons", strings.ReplaceAll(plain, ",", ";"), Format{}, want},
		{"tabs", strings.ReplaceAll(plain, ",", "\t"), Format{}, want},
		{"a byte order mark and CRLF", "\uFEFF" + strings.ReplaceAll(plain, "\n", "\r\n"), Format{}, want},
		{"no newline at the end", strings.TrimSpace(plain), Format{}, want},
		{"gzip", packed(plain), Format{}, want},
		{"gzip with a byte order mark", packed("\uFEFF" + plain), Format{}, want},
		{"decimal commas", "order_id;line_no;quantity;amount;uom;currency\nO-1;1;4;10,50;each;EUR\n", Format{DecimalComma: true}, want},
		{"quoted fields", "order_id,line_no,quantity,amount,note\n\"O-\"\"1\",1,4,\"10.50\",\"two\nlines, and a comma\"\nO-2,1,4,10.50,\n", Format{},
			[]string{`2 O-"1/1 4 10.50`, "4 O-2/1 4 10.50"}},
		{"blank lines and a spreadsheet's empty rows", "\n\n" + plain + "\n,,,,,\nO-2,1,4,10.50,each,EUR\n", Format{}, []string{"4 O-1/1 4 10.50 each EUR", "7 O-2/1 4 10.50 each EUR"}},
		{"a header alone", "order_id,line_no,amount\n", Format{}, nil},
		{"NDJSON, numbers in quotes or not", `{"order_id":"O-1","line_no":1,"quantity":"4","amount":10.50,"uom":"each","currency":"EUR"}` + "\n\n" +
			`{"amount":"0.0001","order_id":"O-1","line_no":"2","quantity":null,"more":{"a":1}}`, Format{}, []string{"1 O-1/1 4 10.50 each EUR", "3 O-1/2 0.0001"}},
		{"gzip of NDJSON", packed(`{"order_id":"O-1","line_no":1,"quantity":"4","amount":10.50,"uom":"each","currency":"EUR"}`), Format{}, []string{"1 O-1/1 4 10.50 each EUR"}},
		{"NDJSON without rows", "", Format{NDJSON: true}, nil},
		{"a figure that is not compared may be empty", "order_id,line_no,quantity,amount,changed_at\nO-1,1,,10.50,2026-11-24T11:00:00+01:00\n", Format{},
			[]string{"2 O-1/1 10.50 at 2026-11-24 10:00:00 UTC"}},
		{"digits are kept as they are", "order_id,line_no,amount\nO-1,1,99999999999999.9999\nO-2,-1,-0.01\n", Format{},
			[]string{"2 O-1/1 99999999999999.9999", "3 O-2/-1 -0.01"}},
	} {
		rows, _, err := read(KindNamed("invoiced"), test.text, test.format)
		if err != nil || !slices.Equal(rows, test.want) {
			t.Errorf("%s: %q, %v, want %q", test.name, rows, err, test.want)
		}
	}
}

func TestRowsThatCannotBeReadAreNamed(t *testing.T) {
	const header = "order_id,line_no,amount,changed_at,note\n"
	for _, test := range []struct {
		row    string
		format Format
		want   string
	}{
		{"O-1,1,ten,,", Format{}, `O-1/1: column amount: amount "ten": not a decimal number`},
		{"O-1,1,,,", Format{}, `O-1/1: column amount: is empty`},
		{"O-1,1,1.00001,,", Format{}, `O-1/1: column amount: amount "1.00001": out of range`},
		{`O-1,1,"1,50",,`, Format{}, `--decimal-comma reads 1234,50`},
		{`O-1,1,"1.234,50",,`, Format{DecimalComma: true}, `column amount: "1.234,50" has a point`},
		{"O-1,1.0,5,,", Format{}, `column line_no: "1.0" is not a whole number`},
		{"O-1,99999999999,5,,", Format{}, `column line_no: "99999999999" is not a whole number`},
		{",1,5,,", Format{}, `column order_id: is empty`},
		{"O-1,1,5,24.11.2026,", Format{}, `O-1/1 5.00: column changed_at: "24.11.2026" is no time such as`},
		{"O-1,1,5", Format{}, `it has 3 fields, the header has 5`},
		{"O-1,1,5,,a,b", Format{}, `it has 6 fields, the header has 5`},
		{"O-\xff,1,5,,", Format{}, `column order_id: is not UTF-8`},
		{"O\x1b[2J,1,5,,", Format{}, `column order_id: "O\x1b[2J" has a control character`},
		{"\"O\n1\",1,5,,\n", Format{}, `column order_id: "O\n1" has a control character`},
		{`O-1,1,5,,"a" b`, Format{}, `quote`},
		{`O-1,1,5,,a "b"`, Format{}, `quote`},
	} {
		rows, ignored, err := read(KindNamed("invoiced"), header+test.row+"\nO-2,1,5,,\n", test.format)
		if err != nil || len(rows) != 2 || !strings.HasPrefix(rows[0], "2 ") || !strings.Contains(rows[0], test.want) || !strings.HasSuffix(rows[1], " O-2/1 5.00") {
			t.Errorf("%s: %q, %v, want %s", test.row, rows, err, test.want)
		}
		if !slices.Equal(ignored, []string{"note"}) {
			t.Errorf("%s: ignored %q", test.row, ignored)
		}
	}
}

func TestObjectsThatCannotBeReadAreNamed(t *testing.T) {
	for line, want := range map[string]string{
		`{"order_id":"O-1"`:                           "it is not one JSON object",
		`{"order_id":"O-1","line_no":1,"amount":5}{}`: "it is not one JSON object",
		`5`: "it is not one JSON object",
		`{"order_id":"O-1","line_no":1,"amount":1e3}`:         `amount "1e3": not a decimal number`,
		`{"order_id":"O-1","line_no":1,"amount":true}`:        "column amount: is neither a text nor a number",
		`{"order_id":["O-1"],"line_no":1,"amount":5}`:         "column order_id: is neither a text nor a number",
		`{"order_id":"O-1","amount":5}`:                       "column line_no: is empty",
		`{"order_id":"O-1","line_no":1,"amount":0.123456789}`: "out of range",
	} {
		rows, _, err := read(KindNamed("invoiced"), `{"order_id":"O-2","line_no":1,"amount":5}`+"\n"+line+"\n"+`{"order_id":"O-3","line_no":1,"amount":5}`, Format{})
		if err != nil || len(rows) != 3 || !strings.Contains(rows[1], want) || !strings.HasPrefix(rows[1], "2 ") {
			t.Errorf("%s: %q, %v, want %s", line, rows, err, want)
		}
	}
}

func TestWhatIsNoExtractIsRefusedWhole(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"empty", "", "it is empty: its first line names the columns: order_id,line_no,quantity,amount"},
		{"blank", " \n\n", "it is empty"},
		{"a column is missing", "order_id,quantity\nO-1,4\n", "no column line_no, amount"},
		{"a column twice", "order_id,line_no,amount,Amount\n", "names amount twice"},
		{"no header", "O-1,1,5\n", "no column order_id, line_no, amount"},
		{"an array", `[{"order_id":"O-1"}]`, "`jq -c '.[]'` makes it of one"},
		{"UTF-16", "\xff\xfeo\x00r\x00", "UTF-16"},
		{"a quote that is not closed", "order_id,line_no,amount,note\nO-1,1,5,\nO-2,1,5,\"" + strings.Repeat("x\n", rowBytes), "after the row on line 2: more than 1024 KiB in one row"},
		{"a long line", `{"order_id":"` + strings.Repeat("x", rowBytes) + `"}`, "a line of more than 1024 KiB"},
	} {
		_, _, err := read(KindNamed("invoiced"), test.text, Format{})
		if !errors.Is(err, ErrNotAnExtract) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
	if _, _, err := read(KindNamed("invoiced"), packed("order_id,line_no,amount\nO-1,1,5\n")[:40], Format{}); err == nil {
		t.Error("gzip that is cut: no error")
	}
}

func TestAQuoteThatIsNotClosedTakesRowsWithItAndSaysSo(t *testing.T) {
	rows, _, err := read(KindNamed("invoiced"), "order_id,line_no,amount,note\nO-1,1,5,\"a\nO-2,1,5,\"b\nO-3,1,5,\n", Format{})
	if want := []string{"2 : extraneous or missing \" in quoted-field: the row is taken to reach to line 3", "4 O-3/1 5.00"}; err != nil || !slices.Equal(rows, want) {
		t.Errorf("%q, %v", rows, err)
	}
}

func TestEveryKindsKeyIsReadBack(t *testing.T) {
	for _, kind := range Kinds() {
		parts := []string{"a\x00b\x00\x01", "-7"}[:len(kind.Key)]
		key, err := kind.keyOf(parts...)
		if got := kind.partsOf(key); err != nil || !slices.Equal(got, parts) {
			t.Errorf("%s: %q, %v", kind.Name, got, err)
		}
	}
}

func TestKindsFitIntoAnEntry(t *testing.T) {
	for _, kind := range Kinds() {
		if len(kind.Figures) > mostFigures || len(kind.Labels) > mostLabels {
			t.Errorf("%s has %d figures and %d labels", kind.Name, len(kind.Figures), len(kind.Labels))
		}
		for _, figure := range kind.Figures {
			if figure.Unit >= len(kind.Labels) {
				t.Errorf("%s: %s has no unit", kind.Name, figure.Name)
			}
		}
	}
}

// FuzzExtract feeds extracts of any bytes. Every row has its line, in order, and what becomes of it fits into an entry.
func FuzzExtract(f *testing.F) {
	for _, text := range []string{
		"", "\uFEFForder_id;line_no;amount\r\nO-1;1;5\r\n", "order_id,line_no,amount,changed_at\n\"O,1\",1,-5.0001,2026-11-24T18:00:00Z\n,,,\nO-1,1\n",
		"order_id,line_no,amount\nO-1,1,\"5\n6\nO-2,2,2\n", `{"order_id":"O-1","line_no":1,"amount":"5"}` + "\n\n{}\n[]\nnull\n", "\x1f\x8b", packed("order_id,line_no,amount\nO-1,1,5\n"),
		"order_id\tline_no\tamount\tuom\nO\x00\t1\t5\t\xff\n", "Order_ID,order_id,line_no,amount\n",
	} {
		f.Add([]byte(text), false)
	}
	kind := KindNamed("invoiced")
	f.Fuzz(func(t *testing.T, text []byte, comma bool) {
		last := int64(0)
		_, err := kind.readExtract(bytes.NewReader(text), Format{DecimalComma: comma}, func(row *entry) error {
			if row.line <= last {
				t.Fatalf("line %d after line %d", row.line, last)
			}
			last = row.line
			if strings.ContainsAny(row.problem, "\n\r\x1b") || row.problem == "" && (len(row.key) == 0 || row.given&2 == 0) {
				t.Fatalf("line %d: key %q, figures %b: %q", row.line, row.key, row.given, row.problem)
			}
			key, value := row.sortKey(nil, 1, false), row.appendValue(nil)
			if again := entryOf(key, value); !bytes.Equal(again.appendValue(nil), value) || !bytes.Equal(again.key, row.key) {
				t.Fatalf("%+v came back as %+v", row, again)
			}
			return nil
		})
		if err != nil && strings.ContainsAny(err.Error(), "\r\x1b") {
			t.Fatalf("%q", err)
		}
	})
}
