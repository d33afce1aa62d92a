package fulfilment

import (
	"slices"

	"waybill/processors/conditions"
	"waybill/processors/money"
	"waybill/schemas"
)

// What comes back is not billed, or is credited: a line is billed by what was kept of what was shipped. The facts alone
// say how much that is, so that it makes no difference whether a return comes before the bill or after it.

// takeReturns sets how much came back of each part. A return is of the part that was shipped in its item and unit; what
// it says beyond that, as pieces that come back of a case, is of other parts of the item in the shipment, and what is left
// then cannot have been shipped: it is credited to nobody.
func (v *verdict) takeReturns() {
	for _, part := range v.parts {
		if !part.counts {
			continue
		}
		part.surplus = max(0, part.returned-part.shipped)
		part.returned -= part.surplus
	}
	for _, over := range v.parts {
		for _, part := range v.parts {
			if over.surplus == 0 {
				break
			}
			if part.counts && part.ShipmentID == over.ShipmentID && part.ItemID == over.ItemID {
				taken := min(over.surplus, part.kept())
				part.returned, over.surplus = part.returned+taken, over.surplus-taken
			}
		}
	}
}

// kept is what was shipped and has not come back, in the line's unit.
func (p *shippedPart) kept() schemas.Quantity { return max(0, p.shipped-p.returned) }

// cameBack says that nothing of the part is with the customer: there is nothing to bill of it, and nothing in the way.
func (p *shippedPart) cameBack() bool {
	if p.counts {
		return p.kept() == 0
	}
	return p.Shipped <= p.Returned
}

// tellOverReturned tells that more came back than was shipped.
func (v *verdict) tellOverReturned(part *shippedPart) {
	if part.surplus > 0 || !part.counts && part.Returned > part.Shipped {
		v.reasons.add(conditions.OverReturned, "item/"+part.ItemID, part, part.surplus).say("more came back than was shipped, and the surplus is credited to nobody")
	}
}

// returns tells that between two bills of a part nothing but a return lies, so that a credit for what came back is all
// that is to be done: no other terms, no more taken off than what came back since, and an amount that needs no rounding of
// its own. Where rounding does not allow that, the whole is credited and what was kept billed anew.
func (b *Bill) returns(before *Bill) bool {
	quantity, takenOff := before.Quantity-b.Quantity, before.Covers-b.Covers
	if quantity <= 0 || takenOff <= 0 || takenOff > b.Returned-before.Returned || before.CoversUOM != b.CoversUOM || !b.sameTerms(before) {
		return false
	}
	amount, err := money.Extend(quantity, b.UnitPrice, b.PriceUnit, b.Currency)
	return err == nil && amount == before.Amount-b.Amount
}

// markReturned finds among the changes those that credit a part of which everything came back.
func (v *verdict) markReturned(changes []change) {
	for i := range changes {
		old := changes[i].before
		switch {
		case old == nil || changes[i].after != nil:
		case old.ShipmentID == "":
			changes[i].returned = v.ahead && v.tally.Open && v.due == 0 && v.returnedInTurn() > 0
		default:
			changes[i].returned = slices.ContainsFunc(v.parts, func(part *shippedPart) bool {
				return part.ShipmentID == old.ShipmentID && part.ItemID == old.PartItemID && part.UOM == old.PartUOM && part.Returned > 0 && part.cameBack()
			})
		}
	}
}
