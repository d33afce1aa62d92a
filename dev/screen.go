package dev

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
)

// Screen draws texts on a terminal, each in the place of the one before. What stood above stays.
type Screen struct {
	To   io.Writer
	Size func() (width, height int)

	drawn int // lines of the text that is there
}

// Draw writes a text. What does not fit on the terminal is cut: lines at its edge, and those at the end.
func (s *Screen) Draw(what string) error {
	width, height := s.Size()
	lines := strings.Split(strings.TrimRight(what, "\n"), "\n")
	if most := max(height-1, 1); len(lines) > most { // the cursor stands on the line below
		lines = append(lines[:most-1], fmt.Sprintf("… %d more lines: they need a higher terminal", len(lines)-most+1))
	}
	var out strings.Builder
	if s.drawn > 0 {
		fmt.Fprintf(&out, "\r\x1b[%dA", min(s.drawn, max(height-1, 1))) // up, as far as the terminal goes
	}
	for _, line := range lines {
		out.WriteString(text.Trim(line, width) + "\x1b[K\n") // to the end of the line: nothing
	}
	out.WriteString("\x1b[J") // below: nothing
	s.drawn = len(lines)
	_, err := io.WriteString(s.To, out.String())
	return err
}
