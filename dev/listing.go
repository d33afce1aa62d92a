package dev

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/jedib0t/go-pretty/v6/text"
)

// listing is a table without lines that keeps within a width: cells in columns, and under a row what is too long for a
// column. Words are broken only where a column is too narrow for one, then behind a mark in it if there is one.
type listing struct {
	title   string
	header  []string
	numbers []int // columns that are set to the right
	rows    []listed
}

type listed struct {
	cells []string
	below []string
}

// Shown bounds how many rows a listing shows; the JSON output has them all.
const shown = 50

const (
	gap    = 2 // between columns
	indent = 4 // of what is under a row
)

// plainWidth is what is easy to read where there is no terminal.
const plainWidth = 120

func (l *listing) add(cells []string, below ...string) {
	row := listed{}
	for _, cell := range cells {
		row.cells = append(row.cells, printable(cell))
	}
	for _, line := range below {
		row.below = append(row.below, printable(line))
	}
	l.rows = append(l.rows, row)
}

// write prints the listing; without rows, only its title. A width of 0 is no terminal's.
func (l *listing) write(to io.Writer, width int) {
	if width <= 0 {
		width = plainWidth
	}
	fmt.Fprintln(to, l.title)
	if len(l.rows) == 0 {
		return
	}
	fmt.Fprintln(to)
	rows := l.rows[:min(len(l.rows), shown)]
	widths := l.widths(rows, width)
	l.writeRow(to, widths, l.header)
	for _, row := range rows {
		l.writeRow(to, widths, row.cells)
		for _, line := range row.below {
			for _, part := range wrap(line, max(width-indent, 20)) {
				fmt.Fprintln(to, strings.Repeat(" ", indent)+part)
			}
		}
	}
	if more := len(l.rows) - len(rows); more > 0 {
		fmt.Fprintf(to, "… and %d more: --output json prints all of them\n", more)
	}
}

// widths gives each column what it needs; where that is too much in all, the widest ones give way.
func (l *listing) widths(rows []listed, width int) []int {
	widths, total := make([]int, len(l.header)), -gap
	for column := range widths {
		widths[column] = text.StringWidthWithoutEscSequences(l.header[column])
		for _, row := range rows {
			widths[column] = max(widths[column], text.StringWidthWithoutEscSequences(row.cells[column]))
		}
		total += widths[column] + gap
	}
	for ; total > width; total-- {
		widest := slices.Index(widths, slices.Max(widths))
		if widths[widest] <= 6 {
			break
		}
		widths[widest]--
	}
	return widths
}

func (l *listing) writeRow(to io.Writer, widths []int, cells []string) {
	parts, height := make([][]string, len(cells)), 1
	for column, cell := range cells {
		parts[column] = wrap(cell, widths[column])
		height = max(height, len(parts[column]))
	}
	for line := range height {
		var out strings.Builder
		for column, width := range widths {
			cell := ""
			if line < len(parts[column]) {
				cell = parts[column][line]
			}
			align := text.AlignLeft
			if slices.Contains(l.numbers, column) {
				align = text.AlignRight
			}
			out.WriteString(align.Apply(cell, width) + strings.Repeat(" ", gap))
		}
		fmt.Fprintln(to, strings.TrimRight(out.String(), " "))
	}
}

// wrapped is a text for people in lines of a width.
func wrapped(words string, width int) string {
	if width <= 0 {
		width = plainWidth
	}
	return strings.Join(wrap(printable(words), width), "\n")
}

// wrap breaks a text into lines at blanks. A word that is longer than a line is broken behind one of its marks, or where
// the line ends.
func wrap(words string, width int) []string {
	var lines []string
	line, used := "", 0
	for word := range strings.FieldsSeq(words) {
		size := text.StringWidthWithoutEscSequences(word)
		if used > 0 && used+1+size <= width {
			line, used = line+" "+word, used+1+size
			continue
		}
		if used > 0 {
			lines = append(lines, line)
		}
		for size > width {
			head := head(word, width)
			lines, word = append(lines, head), word[len(head):]
			size = text.StringWidthWithoutEscSequences(word)
		}
		line, used = word, size
	}
	if used > 0 || len(lines) == 0 {
		lines = append(lines, line)
	}
	return lines
}

// head is as much of a word as fits, up to the last mark in its second half.
func head(word string, width int) string {
	end, used, mark := 0, 0, 0
	for at, r := range word {
		size := text.RuneWidth(r)
		if used+size > width && at > 0 {
			break
		}
		used, end = used+size, at+len(string(r))
		if strings.ContainsRune("-_./:@,;", r) && used > width/2 {
			mark = end
		}
	}
	if mark > 0 && end < len(word) {
		return word[:mark]
	}
	return word[:end]
}

// printable writes out what would steer a terminal: ids and texts come from records, and records from anywhere.
func printable(words string) string {
	if strings.IndexFunc(words, steers) < 0 {
		return words
	}
	var out strings.Builder
	for _, r := range words {
		if !steers(r) {
			out.WriteRune(r)
			continue
		}
		quoted := strconv.QuoteRuneToASCII(r)
		out.WriteString(quoted[1 : len(quoted)-1])
	}
	return out.String()
}

func steers(r rune) bool { return r != ' ' && !unicode.IsPrint(r) }
