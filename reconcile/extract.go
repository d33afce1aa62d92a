package reconcile

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The most that one row of an extract may take. More is not a row: mostly a quote that is not closed.
const rowBytes = 1 << 20

// headBytes are enough to see how an extract is written.
const headBytes = 4 << 10

// ErrNotAnExtract says that what is given cannot be read as an extract of the kind at all, not only some rows of it.
var ErrNotAnExtract = errors.New("not an extract")

// Format says how an extract is written. Left out, all of it is seen from the extract itself: gzip from its first bytes,
// NDJSON from a { at its beginning, the separator of CSV (comma, semicolon or tab) from its header.
type Format struct {
	NDJSON       bool // though nothing is in it
	DecimalComma bool // 12,50 for 12.50
}

// readExtract reads the rows of an extract: CSV with a header, or NDJSON. What cannot be read of a row is its problem, with
// the column; it tells the columns that it does not know.
func (k *Kind) readExtract(from io.Reader, format Format, take func(*entry) error) (ignored []string, err error) {
	text, err := decoded(from)
	if err != nil {
		return nil, err
	}
	head, err := text.Peek(headBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	first := bytes.TrimLeft(head, " \t\r\n")
	r := rows{kind: k, format: format, take: take, known: k.columns()}
	switch {
	case bytes.HasPrefix(first, []byte("{")) || len(first) == 0 && format.NDJSON:
		err = r.ndjson(text)
	case len(first) == 0:
		return nil, fmt.Errorf("%w: it is empty: its first line names the columns: %s", ErrNotAnExtract, strings.Join(r.known, ","))
	case bytes.HasPrefix(first, []byte("[")):
		return nil, fmt.Errorf("%w: NDJSON is one object a line, not an array: `jq -c '.[]'` makes it of one", ErrNotAnExtract)
	default:
		err = r.csv(text, separator(first))
	}
	return r.ignored, err
}

// decoded is the text of what may be packed and may begin with a byte order mark.
func decoded(from io.Reader) (*bufio.Reader, error) {
	text := bufio.NewReaderSize(from, fileBuffer)
	if head, _ := text.Peek(2); string(head) == "\x1f\x8b" {
		unpacked, err := gzip.NewReader(text)
		if err != nil {
			return nil, fmt.Errorf("gzip: %w", err)
		}
		text = bufio.NewReaderSize(unpacked, fileBuffer)
	}
	head, err := text.Peek(3)
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return nil, err
	case string(head) == "\uFEFF":
		_, _ = text.Discard(len(head)) // it was peeked at
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return nil, fmt.Errorf("%w: it is in UTF-16: write it as UTF-8 (`iconv -f UTF-16 -t UTF-8`)", ErrNotAnExtract)
	}
	return text, nil
}

// rows reads the rows of one extract.
type rows struct {
	kind    *Kind
	format  Format
	take    func(*entry) error
	known   []string
	ignored []string
}

// ignore notes a column that means nothing to the kind.
func (r *rows) ignore(name string) {
	name = cut(strings.Map(func(letter rune) rune {
		if unicode.IsControl(letter) {
			return unicode.ReplacementChar
		}
		return letter
	}, name))
	if len(r.ignored) < 20 && !slices.Contains(r.ignored, name) {
		r.ignored = append(r.ignored, name)
	}
}

// metered ends reading when more than rowBytes come for one row.
type metered struct {
	from io.Reader
	read int
}

var errLongRow = fmt.Errorf("more than %d KiB in one row: is a quote not closed?", rowBytes>>10)

func (m *metered) Read(into []byte) (int, error) {
	if m.read > rowBytes {
		return 0, errLongRow
	}
	n, err := m.from.Read(into)
	m.read += n
	return n, err
}

func (r *rows) csv(text io.Reader, separator rune) error {
	meter := &metered{from: text}
	reader := csv.NewReader(meter)
	reader.Comma, reader.FieldsPerRecord, reader.ReuseRecord = separator, -1, true
	header, err := reader.Read()
	if err != nil {
		return fmt.Errorf("%w: its header: %w", ErrNotAnExtract, err)
	}
	columns := len(header) // the record is used again
	at, err := r.header(header)
	if err != nil {
		return err
	}
	values, line := make([]string, len(r.known)), 1
	for {
		meter.read = 0
		fields, err := reader.Read()
		var broken *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, errLongRow):
			return fmt.Errorf("%w: after the row on line %d: %w", ErrNotAnExtract, line, err)
		case errors.As(err, &broken):
			line = broken.Line
			err = r.take(&entry{line: int64(broken.StartLine), problem: brokenRow(broken)})
		case err != nil:
			return err
		case !slices.ContainsFunc(fields, func(field string) bool { return strings.TrimSpace(field) != "" }):
			continue // as spreadsheets write below their last row
		default:
			line, _ = reader.FieldPos(0)
			for i := range values {
				values[i] = ""
				if at[i] >= 0 && at[i] < len(fields) {
					values[i] = fields[at[i]]
				}
			}
			row := r.row(int64(line), values)
			if len(fields) != columns {
				row.problem = fmt.Sprintf("it has %d fields, the header has %d", len(fields), columns)
			}
			err = r.take(row)
		}
		if err != nil {
			return err
		}
	}
}

// brokenRow says what is wrong with the quotes of a row, and how far it reaches.
func brokenRow(broken *csv.ParseError) string {
	if broken.Line > broken.StartLine {
		return fmt.Sprintf("%v: the row is taken to reach to line %d", broken.Err, broken.Line)
	}
	return broken.Err.Error()
}

// separator is what stands most often in the first line, of comma, semicolon and tab.
func separator(head []byte) (found rune) {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	most := -1
	for _, mark := range []rune{',', ';', '\t'} {
		if n := bytes.Count(line, []byte(string(mark))); n > most {
			found, most = mark, n
		}
	}
	return found
}

// header finds the place of each known column; -1: it is not there. Capitals and blanks around a name make no difference.
func (r *rows) header(names []string) (at []int, err error) {
	at = make([]int, len(r.known))
	for i := range at {
		at[i] = -1
	}
	for place, name := range names {
		name = strings.ToLower(strings.TrimSpace(name))
		switch i := slices.Index(r.known, name); {
		case i < 0:
			r.ignore(name)
		case at[i] >= 0:
			return nil, fmt.Errorf("%w: its header names %s twice", ErrNotAnExtract, name)
		default:
			at[i] = place
		}
	}
	var missing []string
	for _, name := range r.kind.required() {
		if at[slices.Index(r.known, name)] < 0 {
			missing = append(missing, name)
		}
	}
	if figures := r.kind.figureNames(); len(missing) == 0 && !slices.ContainsFunc(figures, func(name string) bool { return at[slices.Index(r.known, name)] >= 0 }) {
		return nil, fmt.Errorf("%w: its header has none of the columns %s: it may have %s", ErrNotAnExtract, strings.Join(figures, ", "), strings.Join(r.known, ","))
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("%w: its header has no column %s: it may have %s", ErrNotAnExtract, strings.Join(missing, ", "), strings.Join(r.known, ","))
	}
	return at, nil
}

func (r *rows) ndjson(text *bufio.Reader) error {
	scanner := bufio.NewScanner(text)
	scanner.Buffer(make([]byte, 0, fileBuffer), rowBytes)
	values := make([]string, len(r.known))
	for number := int64(1); scanner.Scan(); number++ {
		line := bytes.TrimSpace(scanner.Bytes())
		if len(line) == 0 {
			continue
		}
		row := r.object(number, line, values)
		if err := r.take(row); err != nil {
			return err
		}
	}
	if errors.Is(scanner.Err(), bufio.ErrTooLong) {
		return fmt.Errorf("%w: a line of more than %d KiB", ErrNotAnExtract, rowBytes>>10)
	}
	return scanner.Err()
}

// object reads one line of NDJSON. A number is taken digit by digit, whether it stands in quotes or not.
func (r *rows) object(number int64, line []byte, values []string) *entry {
	clear(values)
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.UseNumber()
	var fields map[string]any
	if err := decoder.Decode(&fields); err != nil || decoder.More() {
		return &entry{line: number, problem: "it is not one JSON object"}
	}
	problem := ""
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		i := slices.Index(r.known, name)
		if i < 0 {
			r.ignore(name)
			continue
		}
		switch value := fields[name].(type) {
		case nil:
		case string:
			values[i] = value
		case json.Number:
			values[i] = value.String()
		default:
			problem = fmt.Sprintf("column %s: is neither a text nor a number", name)
		}
	}
	row := r.row(number, values)
	if problem != "" {
		row.problem = problem
	}
	return row
}

// row reads the values of the known columns. Of a row that has a problem its key is kept if that can be read.
func (r *rows) row(line int64, values []string) *entry {
	row := &entry{line: line}
	fail := func(column string, err error) {
		if row.problem == "" {
			row.problem = fmt.Sprintf("column %s: %v", column, err)
		}
	}
	for i, value := range values {
		switch values[i] = strings.TrimSpace(value); {
		case !utf8.ValidString(value):
			fail(r.known[i], errors.New("is not UTF-8"))
			values[i] = ""
		case strings.ContainsFunc(values[i], unicode.IsControl):
			fail(r.known[i], fmt.Errorf("%q has a control character", cut(value)))
			values[i] = ""
		}
	}
	k := r.kind
	key, err := k.keyOf(values[:len(k.Key)]...)
	if err != nil && row.problem == "" {
		row.problem = err.Error()
	}
	row.key = key
	values = values[len(k.Key):]
	for i, figure := range k.Figures {
		value := values[i]
		if value == "" {
			if figure.Required {
				fail(figure.Name, errors.New("is empty"))
			}
			continue
		}
		units, err := r.format.number(figure, value)
		if err != nil {
			fail(figure.Name, err)
			continue
		}
		row.figures[i] = units
		row.given |= 1 << i
	}
	if row.given == 0 && row.problem == "" {
		row.problem = "it says none of " + strings.Join(k.figureNames(), ", ")
	}
	values = values[len(k.Figures):]
	for i := range k.Labels {
		row.labels[i] = values[i]
	}
	if said := values[len(k.Labels)]; said != "" {
		at, err := time.Parse(time.RFC3339Nano, said)
		if err != nil {
			fail(ChangedAt, fmt.Errorf("%q is no time such as 2026-11-24T18:00:00Z", cut(said)))
		}
		row.at = at.UTC()
	}
	return row
}

// number reads a figure. A mark between thousands is refused: what it means depends on who wrote it.
func (f Format) number(of Figure, text string) (int64, error) {
	if !f.DecimalComma {
		units, err := of.parse(text)
		if err != nil && strings.Contains(text, ",") {
			err = fmt.Errorf("%w: numbers are written 1234.50; --decimal-comma reads 1234,50", err)
		}
		return units, err
	}
	if strings.Contains(text, ".") {
		return 0, fmt.Errorf("%q has a point: with --decimal-comma numbers are written 1234,50", cut(text))
	}
	return of.parse(strings.Replace(text, ",", ".", 1))
}
