package figures

import (
	"fmt"
	"strings"

	"waybill/schemas"
	"waybill/state"
)

// series is one line of a figure's table: the figure as a whole, or for one value of a dimension, in one currency where it
// is about money.
type series struct {
	figure   string
	by, of   string // empty: the whole
	currency string
}

// sumKey names a sum: a series on one day.
type sumKey struct {
	series
	day schemas.Date // zero: of no day
}

// AppendKey appends the window first, so that all that ends with a window is one range.
func (k sumKey) AppendKey(dst []byte) []byte {
	d, _ := Of(k.figure)
	dst = state.AppendString(dst, windowOf(d, k.day))
	for _, text := range []string{k.figure, k.by, k.of, k.currency} {
		dst = state.AppendString(dst, text)
	}
	return state.AppendInt(dst, int64(k.day))
}

// standing is the window of sums that are kept until they are nothing.
const standing = "standing"

func windowOf(d Definition, day schemas.Date) string {
	if day == 0 || d.Stands() {
		return standing
	}
	return day.String()
}

// id is the key of the sum's record: with its partition, as every task adds up what it has itself.
func (k sumKey) id(partition int32) string {
	id := k.figure + "/"
	if k.day != 0 {
		id += k.day.String()
	}
	return fmt.Sprintf("%s/%s/%s/%s@%d", id, k.by, plain.Replace(k.of), k.currency, partition)
}

// plain writes what a record's key is made of otherwise than what parts it.
var plain = strings.NewReplacer("%", "%25", "/", "%2F", "@", "%40")

// Sum is what all counts of a place come to in one task.
type Sum struct {
	Figure   string       `avro:"figure"`
	By       string       `avro:"by"`
	Of       string       `avro:"of"`
	Currency string       `avro:"currency"`
	Day      schemas.Date `avro:"day"`
	Measures
}

func (s *Sum) key() sumKey {
	return sumKey{series{s.Figure, s.By, s.Of, s.Currency}, s.Day}
}

// change is what is to be added to a sum.
type change struct {
	sumKey
	Measures
}

// changes is what sums change by when an entity's counts, under a customer's segment, are replaced by others: in an order
// that follows from the counts.
func changes(before []Count, wasSegment string, now []Count, segment string) []change {
	var c gathering
	for _, count := range before {
		if wasSegment != segment || !has(now, count) {
			c.spread(count, wasSegment, -1)
		}
	}
	for _, count := range now {
		if wasSegment != segment || !has(before, count) {
			c.spread(count, segment, 1)
		}
	}
	return c.changes
}

func has(counts []Count, wanted Count) bool {
	for _, count := range counts {
		if count.Place == wanted.Place {
			return count.plus(wanted.Measures, -1).nothing()
		}
	}
	return false
}

type gathering struct {
	changes []change
	at      map[sumKey]int
}

// spread adds a count to its figure as a whole and to each dimension by which that can be asked.
func (g *gathering) spread(count Count, segment string, times int64) {
	d, _ := Of(count.Figure)
	key := sumKey{series{figure: count.Figure, currency: count.Currency}, count.Day}
	g.add(key, count.Measures, times)
	for _, by := range d.By {
		key.by, key.of = by, count.of(by, segment)
		g.add(key, count.Measures, times)
	}
}

func (g *gathering) add(key sumKey, m Measures, times int64) {
	at, known := g.at[key]
	if !known {
		if g.at == nil {
			g.at = map[sumKey]int{}
		}
		at = len(g.changes)
		g.at[key], g.changes = at, append(g.changes, change{sumKey: key})
	}
	g.changes[at].Measures = g.changes[at].plus(m, times)
}
