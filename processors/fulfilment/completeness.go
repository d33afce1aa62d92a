package fulfilment

import (
	"slices"

	"waybill/schemas"
)

// filled tells whether nothing more is to be shipped for an open line: all of it was, or the WMS ships no more for the
// order and what is missing is within tolerance or not kept on backorder. What came back was shipped: a return does not
// open the line again.
func (v *verdict) filled(c *lineCase, customer *CustomerTerms, ordered *ItemTerms) bool {
	shipped := v.shippedInTurn()
	switch {
	case shipped >= v.ordered:
		return true
	case !c.final:
		return false
	case shipPolicy(c.order, customer) == schemas.ShipPartialCancelBackorder:
		return true
	}
	return v.closedShort(c, customer, ordered) || customer != nil && ordered != nil && shipped >= leastToClose(v.ordered, underTolerance(customer, ordered, c.policy))
}

// shippedInTurn is what was shipped for the line and counts, whether it came back or not.
func (v *verdict) shippedInTurn() (shipped schemas.Quantity) {
	for _, part := range v.parts {
		if part.takesItsTurn() {
			shipped += part.shipped
		}
	}
	return shipped
}

// countsAllShipped says that it is known how much was shipped. Of a part that does not convert nobody can say that it is too
// little, and its own exception stands.
func (v *verdict) countsAllShipped() bool {
	return !slices.ContainsFunc(v.parts, func(part *shippedPart) bool {
		return !part.counts && !part.refused && !part.late && !part.cameBack()
	})
}

// shipsNoMore tells whether everything that the WMS ships for the order has left: the shipment that it called the last has,
// and no other is still in the warehouse.
func (o *OrderRow) shipsNoMore() bool { return o.Last > 0 && o.InProgress == 0 }

// complete tells whether every open line is filled and nothing that was shipped for one is kept from being billed.
func (c LineCount) complete() bool { return c.Open == c.Done && c.Blocked == 0 }

// exchange counts a line by what is so now instead of what was so before.
func (c *LineCount) exchange(before, now LineTally) {
	c.add(before, -1)
	c.add(now, 1)
}

func (c *LineCount) add(tally LineTally, sign int32) {
	for _, of := range []struct {
		is    bool
		count *int32
	}{{tally.Open, &c.Open}, {tally.Done, &c.Done}, {tally.Blocked, &c.Blocked}, {tally.Shipped, &c.Shipped}, {tally.Troubled, &c.Troubled}} {
		if of.is {
			*of.count += sign
		}
	}
	c.Unbilled += schemas.Amount(sign) * tally.Unbilled
	c.Waiting += schemas.Amount(sign) * tally.Waiting
	c.Due += schemas.Amount(sign) * tally.Due
}

// settleTally adds to a line's tally what depends on what is billed of it: what it comes to is what is billed, in the order's
// currency, and what is still to be.
func (v *verdict) settleTally(billed []Bill) {
	if !v.known {
		return
	}
	v.settleUnbilled(billed)
	v.tally.Due = v.tally.Unbilled
	for i := range billed {
		if billed[i].Currency == v.currency {
			v.tally.Due += billed[i].Amount
		}
	}
}

// settleUnbilled adds what is not billed.
func (v *verdict) settleUnbilled(billed []Bill) {
	var covered, allowed, waiting schemas.Quantity
	for i := range billed {
		covered += v.covers(&billed[i])
	}
	if v.ahead {
		v.settleAhead(covered)
		return
	}
	for _, part := range v.parts {
		allowed += part.allowed
		if part.late || part.cameBack() {
			continue
		}
		left := part.kept() - v.coveredOf(part, billed)
		v.tally.Shipped = v.tally.Shipped || !part.counts || left > 0
		if part.takesItsTurn() {
			waiting += max(0, left)
		}
	}
	target := allowed
	if v.tally.Open && !v.tally.Done { // the rest is still to be shipped; what came back is not
		target += v.ordered - v.shippedInTurn()
	}
	if amount := v.worth(max(0, target-covered)); amount != nil {
		v.tally.Unbilled = *amount
	}
	if amount := v.worth(waiting); amount != nil {
		v.tally.Waiting = *amount
	}
}

// coveredOf is how much of a part is billed, in the line's unit.
func (v *verdict) coveredOf(part *shippedPart, billed []Bill) (covered schemas.Quantity) {
	for i := range billed {
		bill := &billed[i]
		if bill.ShipmentID == part.ShipmentID && bill.PartItemID == part.ItemID && bill.PartUOM == part.UOM {
			covered += v.covers(bill)
		}
	}
	return covered
}
