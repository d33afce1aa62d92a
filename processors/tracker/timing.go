package tracker

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"waybill/processors/money"
	"waybill/schemas"
)

// move is a quantity of a line that left, arrived or was invoiced at a time. A credit memo's is negative.
type move struct {
	at       time.Time
	document string // the shipment or ERP document: tells moves of one time apart
	unit     unit
	quantity schemas.Quantity
}

// inUnit are the moves in one unit, in order of time. What does not convert into it exactly is left out.
func inUnit(moves []move, in unit, known items) []move {
	converted := make([]move, 0, len(moves))
	for _, m := range moves {
		if m.unit != in {
			quantity, exact := convert(m.quantity, m.unit, in, known)
			if !exact {
				continue
			}
			m.quantity, m.unit = quantity, in
		}
		converted = append(converted, m)
	}
	slices.SortStableFunc(converted, func(a, b move) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.document, b.document))
	})
	return converted
}

// reached is when moves came to a quantity, by their order of time; nil: they have not. Nothing is never reached.
func reached(moves []move, quantity schemas.Quantity) *time.Time {
	var sum schemas.Quantity
	for _, m := range moves {
		if sum = money.Sum(sum, m.quantity); quantity > 0 && sum >= quantity {
			return new(m.at)
		}
	}
	return nil
}

// coverage says when ERP had invoiced what left, first shipped first invoiced: when its invoices, net of credit memos, first
// came to all that had left up to and including the move. Of what was kept and is not invoiced, or is credited again, it
// says how much that is, and since when the first of it is gone.
type coverage struct {
	invoicedAt    []*time.Time // of each move; nil: not yet
	uninvoiced    schemas.Quantity
	uninvoicedFor *time.Time
}

func covered(left, kept, invoiced []move) coverage {
	var c coverage
	var gone, net schemas.Quantity
	next := 0
	for _, m := range left {
		gone = money.Sum(gone, m.quantity)
		var at *time.Time
		if next > 0 && net >= gone {
			at = new(invoiced[next-1].at)
		}
		for ; at == nil && next < len(invoiced); next++ {
			if net = money.Sum(net, invoiced[next].quantity); net >= gone {
				at = new(invoiced[next].at)
			}
		}
		c.invoicedAt = append(c.invoicedAt, at)
	}
	for ; next < len(invoiced); next++ {
		net = money.Sum(net, invoiced[next].quantity)
	}
	net = max(0, net) // what is credited beyond what was invoiced makes nothing unbilled
	if c.uninvoiced = max(0, money.Sum(total(kept), -net)); c.uninvoiced > 0 {
		c.uninvoicedFor = since(kept, net)
	}
	return c
}

func total(moves []move) (quantity schemas.Quantity) {
	for _, m := range moves {
		quantity = money.Sum(quantity, m.quantity)
	}
	return quantity
}

// since is when the first of what goes beyond a quantity left.
func since(left []move, quantity schemas.Quantity) *time.Time {
	var gone schemas.Quantity
	for _, m := range left {
		if gone = money.Sum(gone, m.quantity); gone > quantity {
			return new(m.at)
		}
	}
	return nil
}

// departures are the shipments of an order that have left, as its lines tell of them.
type departures map[string]*schemas.Departure

// take adds what a line says of the shipments that carried it: a shipment is invoiced when all its lines are.
func (d departures) take(left []move, c coverage) {
	for i, m := range left {
		departure := d[m.document]
		if departure == nil || m.quantity <= 0 {
			continue
		}
		switch at := c.invoicedAt[i]; {
		case at == nil:
			departure.InvoicedAt = new(time.Time)
		case departure.InvoicedAt == nil || !departure.InvoicedAt.IsZero() && at.After(*departure.InvoicedAt):
			departure.InvoicedAt = at
		}
	}
}

// list is what is told: sorted by shipment, and without a time where a line is not invoiced yet.
func (d departures) list() []schemas.Departure {
	list := make([]schemas.Departure, 0, len(d))
	for _, shipmentID := range slices.Sorted(maps.Keys(d)) {
		departure := d[shipmentID]
		if departure.InvoicedAt != nil && departure.InvoicedAt.IsZero() {
			departure.InvoicedAt = nil
		}
		list = append(list, *departure)
	}
	return list
}

// time fills in when the line was in full, and what of it is not invoiced. Quantities are counted in the unit of the state.
func (t *terms) time(line *schemas.OrderLineState, p *progress, known items, currency string, d departures) {
	in := unit{t.item.itemID, line.UOM}
	left := inUnit(p.left, in, known)
	wanted := line.Ordered
	if line.Accepted > 0 {
		wanted = line.Accepted
	}
	line.ShippedInFullAt = reached(left, wanted)
	line.DeliveredInFullAt = reached(inUnit(p.arrived, in, known), wanted)
	c := covered(left, inUnit(p.kept, in, known), inUnit(p.invoices, in, known))
	d.take(left, c)
	line.UnbilledSince = c.uninvoicedFor
	if priced, exact := convert(c.uninvoiced, in, t.item, known); exact && t.priced && c.uninvoiced > 0 {
		if amount, err := money.Extend(priced, t.price, t.priceUnit, currency); err == nil {
			line.Unbilled = amount
		}
	}
}
