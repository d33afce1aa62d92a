package inventory

import (
	"fmt"

	"waybill/processors/money"
	"waybill/schemas"
)

// Count is what a count found, in the base unit.
type Count struct {
	Sequence int64            `avro:"sequence"`
	Cutoff   int64            `avro:"cutoff"`    // sequence of the last movement that the counters saw
	Counted  schemas.Quantity `avro:"counted"`   //
	Expected schemas.Quantity `avro:"expected"`  // what the book said was on hand at the cutoff
	InFlight schemas.Quantity `avro:"in_flight"` // net of the movements between the cutoff and the count
	Placed   bool             `avro:"placed"`    // false: the cutoff is further back than the movements are remembered
	Origin   schemas.Evidence `avro:"origin"`
	Ahead    int64            `avro:"ahead"` // the cutoff that it names, where that is not before the count; else zero
}

// asOf is the movement as of which it counts, in words, and why where it names another.
func (c *Count) asOf() string {
	if c.Ahead == 0 {
		return fmt.Sprintf("movement %d", c.Cutoff)
	}
	return fmt.Sprintf("movement %d, which is not before the count (movement %d) and so is taken for movement %d,", c.Ahead, c.Sequence, c.Cutoff)
}

// cutoff is the last movement that a count saw: the one that it names, else the one right before the count.
func (m movement) cutoff() int64 {
	if m.CutoffSequence == nil || *m.CutoffSequence >= m.sequence {
		return m.sequence - 1
	}
	return max(0, *m.CutoffSequence)
}

// count takes a count. What was moved at the cutoff (the position's Moved after that movement) places it in the book; it
// is nil when nobody remembers, and then the count changes nothing but says so.
//
// What is on hand becomes what was counted and what has moved since the cutoff: what is in flight explains itself. The
// rest of the difference to the book is unexplained, until an adjustment books it or another count takes it back. The
// first that is heard of an item's stock may be a count; it opens the book, and nothing was expected of it.
func (p *Position) count(m movement, movedAtCutoff *schemas.Quantity) {
	count := &Count{Sequence: m.sequence, Cutoff: m.cutoff(), Counted: m.quantity, Placed: movedAtCutoff != nil, Origin: m.origin}
	if m.CutoffSequence != nil && *m.CutoffSequence >= m.sequence {
		count.Ahead = *m.CutoffSequence
	}
	p.Count = count
	if movedAtCutoff == nil {
		return
	}
	count.InFlight = money.Sum(p.Moved, -*movedAtCutoff)
	count.Expected = money.Sum(p.OnHand, -count.InFlight)
	if !p.Stocked {
		count.Expected, p.Stocked = count.Counted, true
	}
	p.OnHand = money.Sum(count.Counted, count.InFlight)
	p.Unexplained = money.Sum(p.Unexplained, count.Counted, -count.Expected)
}

// explain tells how much of an adjustment moves goods. When a count has left a difference, an adjustment of the same sign
// is the warehouse booking that difference: what is on hand follows the count already, so up to the difference nothing
// moves. One of the other sign takes the difference back: the goods were found, and it moves them.
func (p *Position) explain(adjusted schemas.Quantity) (moves schemas.Quantity) {
	part := min(magnitude(adjusted), magnitude(p.Unexplained))
	if part == 0 {
		return adjusted
	}
	if adjusted < 0 {
		part = -part
	}
	if (adjusted < 0) == (p.Unexplained < 0) {
		p.Unexplained -= part
		return adjusted - part
	}
	p.Unexplained += part
	return adjusted
}

// unexplained says what a count leaves to be explained; empty when there is nothing.
func (p *Position) unexplained() string {
	switch count := p.Count; {
	case count == nil:
		return ""
	case !count.Placed:
		return fmt.Sprintf("item %s in warehouse %s: %s %s counted as of movement %d, which is further back than movements are remembered (the count is movement %d), so the count was not taken",
			p.ItemID, p.WarehouseID, count.Counted, p.UOM, count.Cutoff, count.Sequence)
	case p.Unexplained == 0:
		return ""
	default:
		return fmt.Sprintf("item %s in warehouse %s: %s %s counted as of %s where the book had %s; %s in flight since; %s still unexplained",
			p.ItemID, p.WarehouseID, count.Counted, p.UOM, count.asOf(), count.Expected, count.InFlight, p.Unexplained)
	}
}
