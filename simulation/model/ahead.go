package model

import "waybill/schemas"

// A customer may be billed when ordering: then a line is billed as it was agreed, once it is, and not as it ships. Only what
// is billed by its weight waits for that.

// billsAhead tells whether the line is one.
func (l *line) billsAhead(item *schemas.Item) bool {
	return l.order.policy() == schemas.OnOrder && (item == nil || !item.CatchWeight)
}

// noteAhead keeps that a state of the order had it billed when ordering, or to which customer it left that.
func (o *order) noteAhead(placed *schemas.Order) {
	if placed.InvoicePolicy == nil {
		o.leftTo = append(o.leftTo, placed.CustomerID)
		return
	}
	o.aheadOnce = o.aheadOnce || *placed.InvoicePolicy == schemas.OnOrder
}

// askCustomers keeps what the customers say to whom it was left.
func (o *order) askCustomers(m *masterData) {
	for _, id := range o.leftTo {
		customer := m.customers[id]
		o.aheadOnce = o.aheadOnce || customer != nil && customer.InvoicePolicy == schemas.OnOrder
	}
}

// owed is what the customer is to pay of what was ordered: all of it but what came back, of a line that was given up only
// what was out by then and stayed there.
func (l *line) owed() number {
	owed := zero
	toCome := l.ordered
	for _, p := range l.parts {
		if p.takesTurn() {
			owed, toCome = plus(owed, p.kept()), minus(toCome, p.countedShipped)
		}
	}
	if l.open {
		owed = plus(owed, notNegative(toCome))
	}
	return least(owed, plus(l.ordered, orZero(l.beyond)))
}

// owes tells whether the customer owes what stayed there: of what ERP has cancelled only what people let go counts.
func (l *line) owes() bool { return l.standing == agreed || l.standing == withdrawn }

// billAhead works out the bill of what was ordered, and why there is none.
func (l *line) billAhead(m *masterData, item *schemas.Item, ordered *price, isPriced bool) {
	l.due = l.owed()
	if !l.owes() || !positive(l.due) {
		return
	}
	missing := func(class, what string) {
		l.reasons = append(l.reasons, reason{class: class, what: what, item: l.item, quantity: l.due})
	}
	if item == nil {
		missing("unknown_reference", "item "+l.item)
	}
	if !isPriced {
		missing("unknown_reference", "price "+l.item)
	}
	if item == nil || !isPriced || l.order.customer == nil {
		return
	}
	b := bill{item: l.item, covers: l.due, quantity: l.due, in: l.in}
	if own := (unit{l.item, l.uom}); storable(times(l.due, m.ratio(l.in, own))) {
		b.quantity, b.in = times(l.due, m.ratio(l.in, own)), own
	}
	if b.price = m.per(ordered, b.in); b.price == nil {
		missing("uom_mismatch", "price")
		return
	}
	b.amount = payable(times(b.quantity, b.price), l.order.currency())
	l.bills = append(l.bills, b)
}

// left is what is owed of the line and not billed.
func (l *line) left() number {
	left := l.due
	for _, b := range l.billed {
		left = minus(left, b.covers)
	}
	return notNegative(left)
}
