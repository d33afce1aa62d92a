package reconcile

import (
	"encoding/json"
	"strconv"
	"time"
)

// Row is a row of either side and what becomes of it.
type Row struct {
	Outcome Outcome
	Key     []string // as the kind's keys; empty: the extract does not say
	Here    *Side    // as of the instant; nil: it is not there
	There   *Side
	Why     string

	kind  *Kind
	asked uint8
}

// Side is what one side says of a row.
type Side struct {
	Figures [mostFigures]int64
	Labels  [mostLabels]string
	At      time.Time // here: as of when; there: changed_at, zero when it is not said
	Line    int64     // of the extract, the first of several
}

// figureOf is a figure of a row; empty: the side says nothing of it.
func (r *Row) figureOf(side *Side, figure int) string {
	if !r.says(side, figure) {
		return ""
	}
	return r.kind.Figures[figure].text(side.Figures[figure])
}

func (r *Row) says(side *Side, figure int) bool {
	return side != nil && r.asked&(1<<figure) != 0 && (side != r.There || r.Outcome != Unreadable)
}

// difference is ours less theirs in a figure, where a side that has nothing says zero.
func (r *Row) difference(figure int) int64 {
	difference := int64(0)
	if r.Here != nil {
		difference += r.Here.Figures[figure]
	}
	if r.There != nil {
		difference -= r.There.Figures[figure]
	}
	return difference
}

// Comparison is one figure of a row as people read it; empty: the side says nothing of it.
type Comparison struct{ Figure, Unit, Here, There, Difference string }

// Comparisons are the figures of the row that differ, or all when none does.
func (r *Row) Comparisons() (differing []Comparison) {
	var all []Comparison
	for i, figure := range r.kind.Figures {
		if r.asked&(1<<i) == 0 || r.Outcome == Unreadable {
			continue
		}
		compared := Comparison{Figure: figure.Name}
		if figure.Unit >= 0 {
			compared.Unit = r.label(figure.Unit)
		}
		if r.says(r.Here, i) {
			compared.Here = figure.shown(r.Here.Figures[i], compared.Unit)
		}
		if r.says(r.There, i) {
			compared.There = figure.shown(r.There.Figures[i], compared.Unit)
		}
		compared.Difference = figure.shown(r.difference(i), compared.Unit)
		if all = append(all, compared); r.difference(i) != 0 {
			differing = append(differing, compared)
		}
	}
	if differing == nil {
		return all
	}
	return differing
}

// Cells are a row's columns as CSV has them: see Columns.
func (r *Row) Cells() []string {
	cells := []string{string(r.Outcome)}
	for i := range r.kind.Key {
		if len(r.Key) == 0 {
			cells = append(cells, "")
			continue
		}
		cells = append(cells, r.Key[i])
	}
	for i := range r.kind.Labels {
		cells = append(cells, r.label(i))
	}
	for i, figure := range r.kind.Figures {
		cells = append(cells, r.figureOf(r.Here, i), r.figureOf(r.There, i))
		if r.Outcome == Unreadable || r.asked&(1<<i) == 0 {
			cells = append(cells, "")
			continue
		}
		cells = append(cells, figure.text(r.difference(i)))
	}
	line := ""
	if r.There != nil {
		line = strconv.FormatInt(r.There.Line, 10)
	}
	return append(cells, timeText(r.Here), timeText(r.There), line, r.Why)
}

// Columns names what Cells gives.
func (k *Kind) Columns() []string {
	columns := []string{"outcome"}
	for _, key := range k.Key {
		columns = append(columns, key.Name)
	}
	for _, label := range k.Labels {
		columns = append(columns, label.Name)
	}
	for _, figure := range k.Figures {
		columns = append(columns, figure.Name+"_here", figure.Name+"_there", figure.Name+"_difference")
	}
	return append(columns, "as_of_here", "changed_at_there", "line_there", "why")
}

// label is what both sides say, or each of them where they differ.
func (r *Row) label(i int) string {
	switch here, there := labelOf(r.Here, i), labelOf(r.There, i); {
	case here == there || there == "":
		return here
	case here == "":
		return there
	default:
		return here + " / " + there
	}
}

func labelOf(side *Side, i int) string {
	if side == nil {
		return ""
	}
	return side.Labels[i]
}

func timeText(side *Side) string {
	if side == nil || side.At.IsZero() {
		return ""
	}
	return side.At.UTC().Format(time.RFC3339Nano)
}

// rowJSON is a row as JSON.
type rowJSON struct {
	Outcome Outcome           `json:"outcome"`
	Key     map[string]string `json:"key"`
	Here    *sideJSON         `json:"here"`
	There   *sideJSON         `json:"there"`
	By      map[string]string `json:"difference"` // here less there
	Why     string            `json:"why,omitempty"`
}

type sideJSON struct {
	Figures   map[string]string `json:"figures"`
	Labels    map[string]string `json:"labels"`
	AsOf      string            `json:"as_of,omitempty"`
	ChangedAt string            `json:"changed_at,omitempty"`
	Line      int64             `json:"line,omitempty"`
}

// MarshalJSON writes figures as texts.
func (r *Row) MarshalJSON() ([]byte, error) {
	row := rowJSON{Outcome: r.Outcome, Key: map[string]string{}, By: map[string]string{}, Here: r.side(r.Here), There: r.side(r.There), Why: r.Why}
	for i, part := range r.Key {
		row.Key[r.kind.Key[i].Name] = part
	}
	for i, figure := range r.kind.Figures {
		if r.Outcome != Unreadable && r.asked&(1<<i) != 0 {
			row.By[figure.Name] = figure.text(r.difference(i))
		}
	}
	if row.Here != nil {
		row.Here.AsOf = timeText(r.Here)
	}
	if row.There != nil {
		row.There.ChangedAt, row.There.Line = timeText(r.There), r.There.Line
	}
	return json.Marshal(row)
}

func (r *Row) side(of *Side) *sideJSON {
	if of == nil {
		return nil
	}
	side := &sideJSON{Figures: map[string]string{}, Labels: map[string]string{}}
	for i, figure := range r.kind.Figures {
		if text := r.figureOf(of, i); text != "" {
			side.Figures[figure.Name] = text
		}
	}
	for i, label := range r.kind.Labels {
		if of.Labels[i] != "" {
			side.Labels[label.Name] = of.Labels[i]
		}
	}
	return side
}
