package figures

import (
	"time"

	"waybill/schemas"
)

// Board adds up what the partitions of o2c.figures say.
type Board struct {
	days   int // that are kept behind the latest as-of; 0: all
	parts  map[string]*schemas.Figure
	totals map[series]map[schemas.Date]Measures
	heard  map[int32]time.Time
}

// NewBoard makes an empty board that keeps so many days of what counts by day; all with 0.
func NewBoard(days int) *Board {
	return &Board{days: days, parts: map[string]*schemas.Figure{}, totals: map[series]map[schemas.Date]Measures{}, heard: map[int32]time.Time{}}
}

// Take puts a record in place of the earlier one of its key; nil: it is deleted.
func (b *Board) Take(figureID string, record *schemas.Figure) {
	if old := b.parts[figureID]; old != nil {
		b.add(old, -1)
		delete(b.parts, figureID)
	}
	if record == nil {
		return
	}
	if record.AsOf.After(b.heard[record.Partition]) {
		b.heard[record.Partition] = record.AsOf
	}
	if record.Figure == string(asOf) || b.tooOld(record.Figure, dayIn(record)) {
		return
	}
	b.parts[figureID] = record
	b.add(record, 1)
}

func (b *Board) tooOld(figure string, day schemas.Date) bool {
	d, _ := Of(figure)
	return b.days > 0 && windowOf(d, day) != standing && day < dayOf(b.AsOf()).AddDays(-b.days)
}

func dayIn(record *schemas.Figure) schemas.Date {
	if record.Day == nil {
		return 0
	}
	return *record.Day
}

func (b *Board) add(record *schemas.Figure, times int64) {
	of := sumKey{series{record.Figure, record.Dimension, record.Value, record.Currency}, dayIn(record)}
	b.sum(of, Measures{record.Counted, record.Met, record.Amount, record.Quantity, record.Seconds}, times)
}

func (b *Board) sum(key sumKey, m Measures, times int64) {
	days := b.totals[key.series]
	if days == nil {
		days = map[schemas.Date]Measures{}
		b.totals[key.series] = days
	}
	sum := days[key.day].plus(m, times)
	if days[key.day] = sum; sum.nothing() {
		delete(days, key.day)
	}
	if len(days) == 0 {
		delete(b.totals, key.series)
	}
}

// Forget drops what is older than the days that the board keeps.
func (b *Board) Forget() {
	for id, record := range b.parts { // order does not matter: each is dropped or kept by itself
		if b.tooOld(record.Figure, dayIn(record)) {
			b.Take(id, nil)
		}
	}
}

// AsOf is as of when the figures are true: the latest that any partition has heard of. A partition of which nothing is heard
// has nothing to say; one that is behind is told by its lag.
func (b *Board) AsOf() (at time.Time) {
	for _, heard := range b.heard { // order does not matter: the latest is the same in any
		if heard.After(at) {
			at = heard
		}
	}
	return at
}
