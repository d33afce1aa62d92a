package model

import (
	"slices"

	"waybill/schemas"
)

// tellOverdue tells of each warehouse what it was to send of an order by a day that is over, and of which nothing has left.
// Days of a history are long over when it ends, or come long after it: when exactly a day is over does not matter here.
func (e *Expectation) tellOverdue(o *order) {
	if o.placed == nil {
		return
	}
	byWarehouse := map[string]*Exception{}
	for _, l := range o.sorted() {
		if !l.isOverdue(e) {
			continue
		}
		x := byWarehouse[l.placed.WarehouseID]
		if x == nil {
			x = &Exception{Class: "overdue_shipment", Orders: o.id, LineNo: l.no, warehouse: l.placed.WarehouseID}
			byWarehouse[l.placed.WarehouseID] = x
		} else {
			x.LineNo = 0 // it is about several
		}
		if l.isAccepted() || l.placed.UnitPrice != nil && o.placed.Currency == o.currency() {
			x.Amount, x.Currency = plus(orZero(x.Amount), l.value()), o.currency()
		}
	}
	for _, warehouse := range sortedKeys(byWarehouse) {
		e.raise(*byWarehouse[warehouse])
	}
}

func (l *line) isOverdue(e *Expectation) bool {
	if l.placed == nil || !l.open || slices.ContainsFunc(l.parts, func(p *part) bool { return positive(p.shipped) }) {
		return false
	}
	day, wanted := l.placed.RequestedDate, quantityOf(l.placed.Quantity)
	if l.isAccepted() {
		day, wanted = l.accepted.ConfirmedDate, quantityOf(l.accepted.ConfirmedQuantity)
	}
	return positive(wanted) && day < schemas.DateOf(e.end)
}
