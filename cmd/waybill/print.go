package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	sums "waybill/processors/money"
	"waybill/schemas"
)

// printer writes what a command has to say: colour, fitting to the width, and progress only where a person looks.
type printer struct {
	out, err io.Writer
	colour   bool
	width    int  // of the terminal; 0: the output goes elsewhere
	watched  bool // standard error is a terminal
}

func newPrinter(command *cobra.Command) *printer {
	p := &printer{out: command.OutOrStdout(), err: command.ErrOrStderr()}
	if file, ok := p.out.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		p.colour = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
		if width, _, err := term.GetSize(int(file.Fd())); err == nil {
			p.width = width
		}
	}
	if file, ok := p.err.(*os.File); ok {
		p.watched = term.IsTerminal(int(file.Fd())) && os.Getenv("TERM") != "dumb"
	}
	return p
}

func (p *printer) line(format string, args ...any) { fmt.Fprintf(p.out, format+"\n", args...) }

// note goes to standard error: it is about the output, not part of it.
func (p *printer) note(format string, args ...any) { fmt.Fprintf(p.err, format+"\n", args...) }

// json prints a value; a list is never null.
func (p *printer) json(value any) error {
	encoder := json.NewEncoder(p.out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

func (p *printer) paint(colours text.Colors, words string) string {
	if !p.colour || words == "" {
		return words
	}
	text.EnableColors()
	return colours.Sprint(words)
}

func (p *printer) strong(words string) string { return p.paint(text.Colors{text.Bold}, words) }
func (p *printer) faint(words string) string  { return p.paint(text.Colors{text.Faint}, words) }
func (p *printer) good(words string) string   { return p.paint(text.Colors{text.FgGreen}, words) }
func (p *printer) bad(words string) string    { return p.paint(text.Colors{text.FgRed}, words) }
func (p *printer) uneasy(words string) string { return p.paint(text.Colors{text.FgYellow}, words) }

// severity paints a severity by how much it burns.
func (p *printer) severity(of schemas.Severity) string {
	switch of {
	case schemas.SeverityCritical, schemas.SeverityHigh:
		return p.bad(string(of))
	case schemas.SeverityMedium:
		return p.uneasy(string(of))
	}
	return string(of)
}

// cell is one cell of a table.
type cell = any

// tabular is a table without lines, one row a line, for eyes and for grep alike.
type tabular struct {
	printer *printer
	writer  table.Writer
	indent  string
}

// table begins a table. Columns that numbered names are set to the right.
func (p *printer) table(indent string, header []string, numbered ...string) *tabular {
	t := &tabular{printer: p, writer: table.NewWriter(), indent: indent}
	style := table.Style{Name: "waybill", Box: table.BoxStyle{PaddingRight: "  ", UnfinishedRow: "…"}, Options: table.OptionsNoBordersAndSeparators}
	t.writer.SetStyle(style)
	t.writer.SuppressTrailingSpaces()
	var columns []table.ColumnConfig
	row := table.Row{}
	for _, name := range header {
		row = append(row, p.faint(name))
		for _, number := range numbered {
			if name == number {
				columns = append(columns, table.ColumnConfig{Number: len(row), Align: text.AlignRight, AlignHeader: text.AlignRight, AlignFooter: text.AlignRight})
			}
		}
	}
	t.writer.SetColumnConfigs(columns)
	if len(header) > 0 {
		t.writer.AppendHeader(row)
	}
	return t
}

func (t *tabular) row(cells ...cell) { t.writer.AppendRow(table.Row(cells)) }

// printCut writes the table; on a terminal its rows end at the edge, so that each stays one line.
func (t *tabular) printCut() {
	if t.printer.width > 0 {
		t.writer.Style().Size.WidthMax = t.printer.width - len(t.indent)
	}
	t.print()
}

// print writes the whole table.
func (t *tabular) print() {
	for line := range strings.Lines(t.writer.Render()) {
		fmt.Fprint(t.printer.out, strings.TrimRight(t.indent+line, " \n")+"\n")
	}
}

// wrap breaks a text at words; the width is the terminal's, or what is easy to read.
func (p *printer) wrap(indent, words string) string {
	width := 100
	if p.width > 0 {
		width = min(width, p.width)
	}
	var lines []string
	for line := range strings.Lines(text.WrapSoft(words, max(width-len(indent), 20))) {
		lines = append(lines, strings.TrimRight(indent+line, " \n"))
	}
	return strings.Join(lines, "\n")
}

// cut shortens a text to so many characters, at a word.
func cut(words string, most int) string {
	runes := []rune(words)
	if len(runes) <= most {
		return words
	}
	kept := string(runes[:most-1])
	if space := strings.LastIndexByte(kept, ' '); space > len(kept)/2 {
		kept = kept[:space]
	}
	return kept + "…"
}

// progress shows on a terminal how far long reading has come, and nothing of it when it is done.
func (p *printer) progress(doing, what string) func(done, total int64) {
	if !p.watched {
		return nil
	}
	began, shown := time.Now(), time.Time{}
	return func(done, total int64) {
		now := time.Now()
		switch {
		case done >= total && !shown.IsZero():
			fmt.Fprint(p.err, "\r\x1b[K")
			shown = time.Time{}
		case done < total && now.Sub(began) > time.Second && now.Sub(shown) > 200*time.Millisecond:
			fmt.Fprintf(p.err, "\r\x1b[K%s: %d of %d %s", doing, done, total, what)
			shown = now
		}
	}
}

// shortID is as much of an exception's id as tells it from all others; commands take it in its place.
const shortID = 11

// id prints the id of an exception in a table: whole where programs read it, its beginning where room is short.
func (p *printer) id(id string) string {
	if p.width > 0 && len(id) > shortID {
		return id[:shortID]
	}
	return id
}

// instant prints a time as people compare them.
func instant(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05") }

// span prints a duration by its two largest units.
func span(d time.Duration) string {
	d = max(d, 0)
	days, hours, minutes := int(d.Hours())/24, int(d.Hours())%24, int(d.Minutes())%60
	switch {
	case days > 0:
		return fmt.Sprintf("%dd %dh", days, hours)
	case hours > 0:
		return fmt.Sprintf("%dh %dm", hours, minutes)
	case minutes > 0:
		return fmt.Sprintf("%dm", minutes)
	}
	return fmt.Sprintf("%ds", int(d.Seconds()))
}

// plural counts things.
func plural(n int, one, several string) string {
	if n == 1 {
		return fmt.Sprintf("%d %s", n, one)
	}
	return fmt.Sprintf("%d %s", n, several)
}

// value is what a pointer points to, or empty.
func value[V any](of *V) string {
	if of == nil {
		return ""
	}
	return fmt.Sprint(*of)
}

// money prints an amount with its currency; empty when there is none.
func money(amount *schemas.Amount, currency *string) string {
	if amount == nil {
		return ""
	}
	return sums.Text(*amount, value(currency))
}

// eachMoney writes the sum of each currency.
func eachMoney(sums []schemas.Money) (words []string) {
	for _, sum := range sums {
		words = append(words, money(&sum.Amount, &sum.Currency))
	}
	return words
}
