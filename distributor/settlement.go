package distributor

import (
	"math/big"
	"slices"

	"waybill/schemas"
)

// settle states what must be billed of an order in the end, what its lines still ask of the stock, and what is overdue.
func (c *course) settle() {
	c.overdue()
	isComplete := true
	for _, l := range c.lines {
		isComplete = isComplete && (l.done || l.cancelled != never) && !l.hindered
	}
	for _, l := range c.lines {
		isAhead := l.isBilledAhead()
		if isAhead {
			c.billAhead(l)
		}
		for _, carried := range l.parts {
			if c.invoicePolicy() == schemas.Consolidated {
				c.account().leaves(carried.parcel, c.full.truth)
			}
			if isAhead || carried.parcel.unheard || carried.pays == 0 {
				continue
			}
			switch c.invoicePolicy() {
			case schemas.OnShipment, schemas.OnOrder, schemas.Consolidated:
				c.bill(carried, carried.parcel.reaches > 3)
			case schemas.PerDelivery:
				c.bill(carried, carried.parcel.reaches > 4)
			case schemas.ProofOfDelivery:
				if carried.signed != nil {
					carried.pays = min(carried.pays, *carried.signed)
					c.bill(carried, carried.parcel.reaches > 4 && carried.pays > 0)
				}
			case schemas.Manual:
				c.bill(carried, carried.parcel.reaches > 3 && c.isLetGo)
			case schemas.OrderComplete:
				c.bill(carried, carried.parcel.reaches > 3 && isComplete)
			}
		}
		c.demand(l)
	}
	c.takeCredit()
}

// isBilledAhead tells that the line is billed when it is ordered.
func (l *line) isBilledAhead() bool {
	return l.course.invoicePolicy() == schemas.OnOrder && !l.article.CatchWeight
}

// billAhead states what a line comes to that is billed when it is ordered: all that was not cancelled and did not come back.
func (c *course) billAhead(l *line) {
	owed := l.quantity
	for _, carried := range l.parts {
		owed -= carried.returned
	}
	if l.cancelled == never && owed > 0 {
		c.bill(&part{line: l, article: l.article, uom: l.uom, pays: owed, price: l.price}, true)
	}
}

// overdue states the lines that are wanted, and of which nobody has heard that anything left, when the day is over on which
// they were to leave: one exception, since an order leaves one warehouse.
func (c *course) overdue() {
	var late []*line
	for _, l := range c.lines {
		left := slices.ContainsFunc(l.parts, func(carried *part) bool { return carried.parcel.reaches > 3 && !carried.parcel.unheard })
		if !left && l.cancelled == never && !c.untold {
			late = append(late, l)
		}
	}
	switch len(late) {
	case 0:
	case 1:
		c.open("overdue_shipment", late[0])
	default:
		c.open("overdue_shipment", nil)
	}
}

// bill states what a part comes to: quantity × price, a catch-weight article by its weight.
func (c *course) bill(carried *part, isDue bool) {
	if !isDue {
		return
	}
	b := &bill{part: carried, quantity: carried.pays, uom: carried.uom}
	if carried.article.CatchWeight {
		b.quantity, b.uom = *carried.weight, carried.article.BaseUOM
	}
	b.unitPrice, b.priceUnit = carried.price.forOne(b.uom)
	b.amount = extended(b.quantity, b.unitPrice, b.priceUnit, c.order.Currency)
	c.bills = append(c.bills, b)
	c.full.truth.bill(BilledLine{c.order.OrderID, carried.article.ItemID, b.uom, c.order.Currency, carried.line.no}, b.quantity, b.amount)
	if c.invoicePolicy() == schemas.Consolidated {
		c.full.truth.Consolidated[c.account()] += b.amount
	}
}

// extended is quantity × price ÷ price unit.
func extended(quantity schemas.Quantity, price schemas.Price, priceUnit int64, currency string) schemas.Amount {
	amount := new(big.Rat).Mul(ratOf(int64(quantity)), ratOf(int64(price)))
	return rounded(amount.Quo(amount, new(big.Rat).SetInt64(priceUnit)), currency)
}

// demand states what a line asks of the stock: what waits in a parcel is allocated; what is agreed, not allocated and not
// shipped is committed.
func (c *course) demand(l *line) {
	left := l.quantity
	for _, carried := range l.parts {
		waits := carried.parcel.reaches <= 3 && !carried.parcel.cancels
		if waits || carried.parcel.unheard {
			if p := c.stockOf(carried.article, c.warehouse); p != nil {
				p.allocated += carried.article.convert(carried.quantity, carried.uom, carried.article.BaseUOM)
			}
		}
		if !carried.parcel.cancels {
			left -= carried.fills
		}
	}
	if l.done || l.cancelled != never || !c.isAgreed || c.untold || left <= 0 {
		return
	}
	if p := c.stockOf(l.article, c.warehouse); p != nil {
		p.committed += l.article.convert(left, l.uom, l.article.BaseUOM)
	}
}
