package reconcile

import (
	"strings"
	"time"
)

// Outcome is what becomes of a row.
type Outcome string

// Outcomes of rows; every row has one.
const (
	Matched      Outcome = "matched"       // both sides say the same as of the instant
	InFlight     Outcome = "in_flight"     // they differ, and what moved around the instant explains it
	Different    Outcome = "different"     // both sides have it and say different things
	MissingHere  Outcome = "missing_here"  // only the extract has it
	MissingThere Outcome = "missing_there" // only waybill has it
	Unreadable   Outcome = "unreadable"    // the extract's row cannot be read
)

// Outcomes lists them, as they are printed.
func Outcomes() []Outcome {
	return []Outcome{Matched, InFlight, Different, MissingHere, MissingThere, Unreadable}
}

// Findings are the outcomes that nothing explains.
func Findings() []Outcome { return []Outcome{Different, MissingHere, MissingThere, Unreadable} }

// Window is the time around the instant as of which the sides are compared. What happened up to its Start must be on both
// sides. What happened within it may be on either; an extract is not cut at one instant, and neither is what is on its way.
type Window struct {
	Start, Instant, End time.Time
	Since               time.Time // rows that have not moved since need not be in the extract; zero: all must be
}

// Around makes the window of so much before and after an instant.
func Around(instant time.Time, inFlight time.Duration) Window {
	return Window{Start: instant.Add(-inFlight), Instant: instant, End: instant.Add(inFlight)}
}

// figures are what a side says of a row.
type figures = [mostFigures]int64

// history is what is known here of one row, from its values in the order of time.
type history struct {
	then      *entry    // as of the instant; nil: nothing is known up to it
	settled   bool      // a value from before the window is known
	within    bool      // one from within it is
	behind    time.Time // of the first one behind it, when it is the first of all
	low, high figures   // within the window, with what stood when it opened
	moved     time.Time // when a figure moved last within the window; zero: none did
	opened    time.Time // when one moved last before it
	last      time.Time // when one moved last up to the instant
	latest    figures
}

// add takes the next value. Only a figure that changes is a movement: a record may be about something else.
func (h *history) add(w Window, value *entry) {
	at := value.at
	switch changed := value.figures != h.latest; {
	case !at.After(w.Start):
		h.settled, h.low, h.high = true, value.figures, value.figures
		if changed {
			h.opened, h.last = at, at
		}
	case at.After(w.End):
		if !h.settled && !h.within && h.behind.IsZero() {
			h.behind = at
		}
		return
	default:
		h.within = true
		for i, figure := range value.figures {
			h.low[i], h.high[i] = min(h.low[i], figure), max(h.high[i], figure)
		}
		if changed {
			h.moved = at
			if !at.After(w.Instant) {
				h.last = at
			}
		}
	}
	h.latest = value.figures
	if !at.After(w.Instant) {
		kept := *value
		h.then = &kept
	}
}

// judgement is how two sides are compared.
type judgement struct {
	kind      *Kind
	window    Window
	tolerance int64 // in units of the kind's amounts, or of its quantities when it has none
	asked     uint8 // figures that the extract has at all
}

// judge says what becomes of a row; false: neither side has it. An explanation by what moved wins over a finding, since
// the next run, with a later instant, finds what was no movement.
func (j *judgement) judge(there *entry, h *history) (*Row, bool) {
	asked := j.asked
	if there != nil && there.problem == "" {
		asked = there.given
	}
	row := &Row{kind: j.kind, asked: asked, There: sideOf(there), Here: sideOf(h.then)}
	if there != nil && there.problem != "" {
		row.Outcome, row.Why = Unreadable, there.problem
		return row, true
	}
	here := h.then
	if absent(here, asked) {
		here = nil
	}
	if there == nil && here == nil {
		return nil, false
	}
	differing, labels := j.differing(there, here, asked), j.unlike(there, here, asked)
	if len(differing)+len(labels) == 0 {
		row.Outcome = Matched
		return row, true
	}
	if there == nil && h.opened.Before(j.window.Since) && h.moved.IsZero() {
		return nil, false
	}
	if row.Why = j.explained(there, h, asked, len(labels) > 0); row.Why != "" {
		row.Outcome = InFlight
		return row, true
	}
	switch {
	case absent(there, asked):
		row.Outcome, row.Why = MissingThere, "here since "+clock(h.last)
	case h.then == nil:
		row.Outcome, row.Why = MissingHere, "not known here"
	case here == nil:
		row.Outcome, row.Why = MissingHere, "known here, with nothing of it"
	default:
		row.Outcome, row.Why = Different, strings.Join(append(differing, labels...), ", ")
	}
	if len(labels) == 0 && j.netOfReturns(there, here, asked) {
		row.Why += "; it is what was kept: if returns are taken off in the extract, its column is named kept"
	}
	return row, true
}

// netOfReturns tells that an extract's quantity is what is left here of what was shipped when returns are taken off.
func (j *judgement) netOfReturns(there, here *entry, asked uint8) bool {
	const quantity, returned, kept = 0, 1, 2
	return j.kind.returns && asked&(1<<quantity) != 0 && of(here, returned) != 0 && of(there, quantity) == of(here, kept)
}

// differing names the figures in which two sides differ by more than the tolerance. A side that has nothing says zero.
func (j *judgement) differing(there, here *entry, asked uint8) (names []string) {
	for i, figure := range j.kind.Figures {
		if asked&(1<<i) == 0 {
			continue
		}
		difference := of(here, i) - of(there, i)
		if tolerated := j.tolerated(figure); difference > tolerated || difference < -tolerated {
			names = append(names, figure.Name)
		}
	}
	return names
}

// unlike names the labels in which two sides differ that both say something.
func (j *judgement) unlike(there, here *entry, asked uint8) (names []string) {
	if absent(there, asked) || absent(here, asked) {
		return nil
	}
	for i, label := range j.kind.Labels {
		if a, b := here.labels[i], there.labels[i]; label.Compared && a != "" && b != "" && a != b {
			names = append(names, label.Name)
		}
	}
	return names
}

// tolerated is the largest difference of a figure that is none: of amounts, where the kind has some.
func (j *judgement) tolerated(figure Figure) int64 {
	if figure.Money == j.kind.HasAmounts() {
		return j.tolerance
	}
	return 0
}

// explained says which movement explains a difference; empty: none does. What moved here explains what lies between the
// lowest and the highest that stood here within the window, in the same unit and of the same customer.
func (j *judgement) explained(there *entry, h *history, asked uint8, unlike bool) string {
	if there != nil && there.at.After(j.window.Start) {
		return "moved there at " + clock(there.at)
	}
	if !h.behind.IsZero() && !j.kind.changes {
		return "moved since: here it is kept as of " + clock(h.behind) + " only"
	}
	if h.moved.IsZero() || unlike {
		return ""
	}
	switch {
	case !h.settled && !j.kind.changes:
		return "moved here at " + clock(h.moved) + ", and what stood before is not kept"
	case there == nil && h.opened.Before(j.window.Since):
		return "moved here at " + clock(h.moved) + ", for the first time since it need be in the extract"
	}
	for i := range j.kind.Figures {
		if asked&(1<<i) == 0 {
			continue
		}
		if said := of(there, i); said < h.low[i]-j.tolerated(j.kind.Figures[i]) || said > h.high[i]+j.tolerated(j.kind.Figures[i]) {
			return ""
		}
	}
	return "moved here at " + clock(h.moved)
}

func of(side *entry, figure int) int64 {
	if side == nil {
		return 0
	}
	return side.figures[figure]
}

// absent tells that a side has nothing: no row, or zeros.
func absent(side *entry, asked uint8) bool {
	if side == nil {
		return true
	}
	for i, figure := range side.figures {
		if asked&(1<<i) != 0 && figure != 0 {
			return false
		}
	}
	return true
}

func sideOf(e *entry) *Side {
	if e == nil {
		return nil
	}
	return &Side{Figures: e.figures, Labels: e.labels, At: e.at, Line: e.line}
}

func clock(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05") + " UTC" }
