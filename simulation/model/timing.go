package model

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"waybill/schemas"
)

// happened is a quantity that left, arrived or was invoiced at a time, as a parcel or document says it.
type happened struct {
	at       time.Time
	by       string // parcel or document: the order of what happened at one time
	of       unit
	quantity number
}

// before tells whether it happened before another or is the other.
func (h happened) before(other happened) bool {
	return cmp.Or(h.at.Compare(other.at), cmp.Compare(h.by, other.by)) <= 0
}

// in is what converts into a unit exactly.
func in(m *masterData, all []happened, to unit) (converted []happened) {
	for _, h := range all {
		ratio := whole(1)
		if h.of != to {
			ratio = m.ratio(h.of, to)
			if m.items[h.of.item] == nil || m.items[to.item] == nil {
				ratio = choose(h.of.uom == to.uom, whole(1), nil)
			}
		}
		if ratio != nil && storable(times(h.quantity, ratio)) {
			h.quantity = times(h.quantity, ratio)
			converted = append(converted, h)
		}
	}
	return converted
}

// until is what had happened when something had.
func until(all []happened, last happened) number {
	sum := zero
	for _, h := range all {
		if h.before(last) {
			sum = plus(sum, h.quantity)
		}
	}
	return sum
}

// firstWith is the earliest time at which what had happened came to enough; nil when it never did.
func firstWith(all []happened, enough func(number) bool) *time.Time {
	var first *time.Time
	for _, h := range all {
		if enough(until(all, h)) && (first == nil || h.at.Before(*first)) {
			first = &h.at
		}
	}
	return first
}

func clock(at *time.Time) string {
	if at == nil {
		return "–"
	}
	return at.UTC().Format(time.RFC3339Nano)
}

// happenings is what happened to a line, each in its own unit.
func (l *line) happenings(b *books) (left, kept, arrived, invoiced []happened) {
	for _, p := range l.parts {
		switch {
		case positive(p.shipped):
			kept = append(kept, happened{p.leftAt, p.parcel.id, unit{p.item, p.uom}, notNegative(minus(p.shipped, p.returned))})
		case positive(p.returned): // it went out otherwise: it counts before all else
			kept = append(kept, happened{time.Time{}, p.parcel.id, unit{p.item, p.uom}, negated(p.returned)})
		}
		if positive(p.shipped) {
			left = append(left, happened{p.leftAt, p.parcel.id, unit{p.item, p.uom}, p.shipped})
		}
		if positive(p.shipped) && positive(p.delivered) {
			arrived = append(arrived, happened{p.arrivedAt, p.parcel.id, unit{p.item, p.uom}, p.delivered})
		}
	}
	for _, id := range b.ofOrder[l.order.id] {
		d := b.documents[id]
		if b.cancelled(d) {
			continue
		}
		at := d.Meta.OccurredAt
		if ends := d.IssuedOn.AddDays(1).Time(); ends.Before(at) { // stated again later: it is of its day
			at = ends
		}
		for _, said := range d.Lines {
			if said.OrderID != l.order.id || said.LineNo != l.no {
				continue
			}
			quantity := quantityOf(said.Quantity)
			if d.Kind == schemas.InvoiceKindCreditMemo {
				quantity = negated(size(quantity))
			}
			invoiced = append(invoiced, happened{at, id, unit{said.ItemID, said.UOM}, quantity})
		}
	}
	return left, kept, arrived, invoiced
}

// times is when the line was in full, and since when how much of it is shipped and not invoiced.
func (p *progress) times(m *masterData, b *books, uom string, wanted number) string {
	to := unit{p.item.item, uom}
	left, kept, arrived, invoiced := p.happenings(b)
	left, kept, arrived, invoiced = in(m, left, to), in(m, kept, to), in(m, arrived, to), in(m, invoiced, to)
	inFull := func(sum number) bool { return positive(wanted) && !less(sum, wanted) }
	net, held := zero, zero
	for _, h := range invoiced {
		net = plus(net, h.quantity)
	}
	net = notNegative(net)
	for _, h := range kept {
		held = plus(held, h.quantity)
	}
	var since *time.Time
	amount := zero
	if open := minus(held, net); positive(open) {
		since = firstWith(kept, func(sum number) bool { return less(net, sum) })
		amount = p.worth(m, happened{of: to, quantity: open})
	}
	return fmt.Sprintf("shipped in full %s delivered %s, unbilled %s since %s",
		clock(firstWith(left, inFull)), clock(firstWith(arrived, inFull)), text(amount), clock(since))
}

// worth is a quantity at the line's price, where there is one.
func (p *progress) worth(m *masterData, quantity happened) number {
	priced := in(m, []happened{quantity}, p.item)
	switch {
	case len(priced) == 0:
		return zero
	case p.isAccepted():
		return payable(times(priced[0].quantity, over(priceOf(p.line.accepted.UnitPrice), whole(p.line.accepted.PriceUnit))), p.order.currency())
	case p.placed.UnitPrice != nil && p.order.placed.Currency == p.order.currency():
		return payable(times(priced[0].quantity, over(priceOf(*p.placed.UnitPrice), whole(p.placed.PriceUnit))), p.order.currency())
	}
	return zero
}

// departuresOf are the parcels that have left with something of an order's lines, and when all that they carried was
// invoiced, first shipped first invoiced.
func (o *order) departuresOf(m *masterData, b *books, uoms map[int32]string) (departures []string) {
	for _, p := range o.parcels {
		gone, all, last := false, true, time.Time{}
		for _, l := range o.sorted() {
			if l.placed == nil || !slices.ContainsFunc(l.parts, func(part *part) bool { return part.parcel == p && positive(part.shipped) }) {
				continue
			}
			gone = true
			to := unit{l.item, uoms[l.no]}
			left, _, _, invoiced := l.happenings(b)
			left, invoiced = in(m, left, to), in(m, invoiced, to)
			for _, h := range left {
				if h.by != p.id {
					continue
				}
				at := firstWith(invoiced, func(sum number) bool { return !less(sum, until(left, h)) })
				if at == nil {
					all = false
				} else if at.After(last) {
					last = *at
				}
			}
		}
		if gone {
			departures = append(departures, departure(p.id, p.warehouse, p.leftAt, choose(all && !last.IsZero(), &last, nil)))
		}
	}
	return departures
}

func departure(shipment, warehouse string, left time.Time, invoiced *time.Time) string {
	return fmt.Sprintf("%s left %s at %s, invoiced %s", shipment, warehouse, clock(&left), clock(invoiced))
}
