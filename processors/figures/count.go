package figures

import (
	"time"

	"waybill/schemas"
)

// Count is what one order, invoice, exception or item in a warehouse adds to a figure.
type Count struct {
	Place
	Measures
}

// Place is where a count belongs.
type Place struct {
	Figure   string       `avro:"figure"`
	Day      schemas.Date `avro:"day"`      // zero: of no day
	Currency string       `avro:"currency"` // of its amount; empty: it has none

	Warehouse string `avro:"warehouse"`
	Channel   string `avro:"channel"`
	Stage     string `avro:"stage"`
	Cause     string `avro:"cause"`
	Owner     string `avro:"owner"`
}

// of is the place's value of a dimension.
func (p Place) of(dimension, segment string) string {
	value := ""
	switch dimension {
	case byWarehouse:
		value = p.Warehouse
	case bySegment:
		value = segment
	case byChannel:
		value = p.Channel
	case byStage:
		value = p.Stage
	case byCause:
		value = p.Cause
	case byOwner:
		value = p.Owner
	}
	if value == "" {
		return nobody
	}
	return value
}

// nobody stands for what a count does not say.
const nobody = "none"

// tally gathers an entity's counts, those of one place together.
type tally struct {
	counts []Count
	at     map[Place]int
}

func (t *tally) add(place Place, m Measures) {
	at, known := t.at[place]
	if !known {
		if t.at == nil {
			t.at = map[Place]int{}
		}
		at = len(t.counts)
		t.at[place] = at
		t.counts = append(t.counts, Count{Place: place})
	}
	t.counts[at].Measures = t.counts[at].plus(m, 1)
}

// met is one that did what the figure asks for, or did not.
func met(yes bool) Measures {
	if yes {
		return Measures{Counted: 1, Met: 1}
	}
	return Measures{Counted: 1}
}

func dayOf(at time.Time) schemas.Date { return schemas.DateOf(at.UTC()) }
