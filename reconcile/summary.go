package reconcile

import (
	"cmp"
	"encoding/json"
	"math/big"
	"slices"
	"strings"
)

// Summary adds rows up by outcome.
type Summary struct {
	Outcomes []OutcomeSum // every outcome, also without rows
	LeftOut  int64        // rows here that need not be in the extract, as they have not moved for long

	kind *Kind
	of   map[Outcome]*OutcomeSum
}

// OutcomeSum is what the rows of one outcome come to.
type OutcomeSum struct {
	Outcome Outcome     `json:"outcome"`
	Rows    int64       `json:"rows"`
	Figures []FigureSum `json:"figures"` // by figure and unit
}

// FigureSum is what a figure comes to in one unit: exact, whatever its size.
type FigureSum struct {
	Figure string
	Unit   string // of measure or currency; empty: not said
	Here   big.Int
	There  big.Int

	place int // of the figure among its kind's
	of    Figure
}

// mostUnits bounds what a summary tells apart; an extract that has something else in that column has no end of units.
const (
	mostUnits  = 100
	otherUnits = "(others)"
)

func newSummary(kind *Kind) *Summary {
	s := &Summary{kind: kind, of: map[Outcome]*OutcomeSum{}, Outcomes: make([]OutcomeSum, len(Outcomes()))}
	for i, outcome := range Outcomes() {
		s.Outcomes[i] = OutcomeSum{Outcome: outcome, Figures: []FigureSum{}}
		s.of[outcome] = &s.Outcomes[i]
	}
	return s
}

// Rows is how many rows have one of the outcomes.
func (s *Summary) Rows(outcomes ...Outcome) (rows int64) {
	for _, outcome := range outcomes {
		rows += s.of[outcome].Rows
	}
	return rows
}

// add adds a row. What the extract says in a row that cannot be read is not added up, only what stands here.
func (s *Summary) add(row *Row) {
	sum := s.of[row.Outcome]
	sum.Rows++
	for i, figure := range s.kind.Figures {
		if row.asked&(1<<i) == 0 {
			continue
		}
		if row.Here != nil {
			to := sum.figure(s.kind, i, row.Here.unit(figure))
			to.Here.Add(&to.Here, big.NewInt(row.Here.Figures[i]))
		}
		if row.There != nil && row.Outcome != Unreadable {
			unit := row.There.unit(figure)
			if unit == "" && row.Here != nil {
				unit = row.Here.unit(figure) // an extract need not say it
			}
			to := sum.figure(s.kind, i, unit)
			to.There.Add(&to.There, big.NewInt(row.There.Figures[i]))
		}
	}
}

func (s *Side) unit(of Figure) string {
	if of.Unit < 0 {
		return ""
	}
	return s.Labels[of.Unit]
}

// figure finds a figure's sum in a unit, or begins it.
func (o *OutcomeSum) figure(kind *Kind, place int, unit string) *FigureSum {
	find := func() (at int, found bool) {
		return slices.BinarySearchFunc(o.Figures, unit, func(f FigureSum, unit string) int {
			return cmp.Or(cmp.Compare(f.place, place), strings.Compare(f.Unit, unit))
		})
	}
	at, found := find()
	if !found && len(o.Figures) >= mostUnits {
		unit = otherUnits
		at, found = find()
	}
	if !found {
		of := kind.Figures[place]
		o.Figures = slices.Insert(o.Figures, at, FigureSum{Figure: of.Name, Unit: unit, place: place, of: of})
	}
	return &o.Figures[at]
}

// HereText, ThereText and DifferenceText write the sums as people do.
func (f *FigureSum) HereText() string { return f.text(&f.Here, f.of.digits(f.Unit)) }

// ThereText is what the extract's side comes to.
func (f *FigureSum) ThereText() string { return f.text(&f.There, f.of.digits(f.Unit)) }

// DifferenceText is ours less theirs.
func (f *FigureSum) DifferenceText() string { return f.text(f.difference(), f.of.digits(f.Unit)) }

func (f *FigureSum) difference() *big.Int { return new(big.Int).Sub(&f.Here, &f.There) }

// text writes a sum exactly, with at least so many digits after the point, and longer where it is more than a figure carries.
func (f *FigureSum) text(units *big.Int, digits int) string {
	scale := 6
	if f.of.Money {
		scale = 4
	}
	text := new(big.Int).Abs(units).String()
	text = strings.Repeat("0", max(0, scale+1-len(text))) + text
	whole, fraction := text[:len(text)-scale], text[len(text)-scale:]
	fraction = fraction[:max(digits, len(strings.TrimRight(fraction, "0")))]
	if fraction != "" {
		fraction = "." + fraction
	}
	if units.Sign() < 0 {
		whole = "-" + whole
	}
	return whole + fraction
}

// MarshalJSON writes sums as texts, as figures of rows are written.
func (f *FigureSum) MarshalJSON() ([]byte, error) {
	digits := f.of.digits("")
	return json.Marshal(struct {
		Figure     string `json:"figure"`
		Unit       string `json:"unit"`
		Here       string `json:"here"`
		There      string `json:"there"`
		Difference string `json:"difference"`
	}{f.Figure, f.Unit, f.text(&f.Here, digits), f.text(&f.There, digits), f.text(f.difference(), digits)})
}
