package fulfilment

import (
	"waybill/processors/conditions"
	"waybill/processors/money"
	"waybill/schemas"
)

// bill finds what is to be billed of each part, and the reasons that come up only then.
func (v *verdict) bill(c *lineCase, customer *CustomerTerms, ordered Price) {
	for _, part := range v.parts {
		covers := min(v.trigger.billable(part), part.allowed)
		if part.blocked || covers == 0 {
			continue
		}
		bill := Bill{
			Unit: orderUnit, ShipmentID: part.ShipmentID, PartItemID: part.ItemID, PartUOM: part.UOM,
			OrderedItemID: v.agreement.itemID, CustomerID: customer.CustomerID, Currency: v.currency, Trigger: v.trigger.policy,
			Rule: string(v.trigger.policy), Covers: covers, CoversUOM: v.unit.uom, Returned: part.returned,
		}
		switch v.trigger.unit {
		case byShipment:
			bill.Unit = shipmentUnit(part.ShipmentID)
		case byPeriod:
			bill.Unit = periodUnit(customer.Schedule, part.shipment.ShippedAt)
		case byOrder:
		}
		var in measure
		bill.Quantity, in = v.quantityToBill(part, covers)
		bill.UOM = in.uom
		price := v.priceOf(c, part, customer, ordered, in)
		if price == nil {
			v.block(part, conditions.UOMMismatch, "price").say("its price does not convert to one per %s", in.uom)
			continue
		}
		if v.agreement.isSubstitute(part.ItemID) {
			bill.Rule += ":substitution_" + string(customer.SubstitutionPrice)
		}
		if part.overridden {
			bill.Rule += overridden
		}
		if !bill.priceAt(price) {
			v.block(part, conditions.UnknownReference, "price/"+v.agreement.itemID).say(tooLarge, bill.Quantity, bill.UOM, money.PriceText(price.UnitPrice, price.PriceUnit, bill.Currency))
			continue
		}
		v.desired = append(v.desired, bill)
	}
}

// priceAt gives the bill its price and amount; false when the amount cannot be right.
func (b *Bill) priceAt(price *Price) bool {
	amount, err := money.Extend(b.Quantity, price.UnitPrice, price.PriceUnit, b.Currency)
	b.UnitPrice, b.PriceUnit, b.Amount = price.UnitPrice, price.PriceUnit, amount
	return err == nil && amount <= largestLine
}

const tooLarge = "%s %s at %s cannot be right: the amount is too large to be billed"

// largestLine is a hundredth of the largest amount, a trillion: what is above is a mistake in a price or quantity.
const largestLine = money.LargestAmount / 100

func (v *verdict) block(part *shippedPart, class, what string) *reason {
	part.blocked = true
	v.tally.Blocked = v.tally.Open
	return v.reasons.add(class, what, part, part.kept())
}

// quantityToBill is a part's quantity as it goes on the bill: in the unit in which it was shipped, or, where what may be
// billed of it is no decimal number there, in the line's; of a catch-weight item the weight, in its base unit.
func (v *verdict) quantityToBill(part *shippedPart, covers schemas.Quantity) (schemas.Quantity, measure) {
	if part.terms.CatchWeight {
		return money.Share(*part.Weight, covers, part.shipped), measure{part.ItemID, part.terms.BaseUOM, part.terms}
	}
	if factor, ok := ratio(v.unit, part.measure()); ok {
		if quantity, exact := money.Convert(covers, factor); exact {
			return quantity, part.measure()
		}
	}
	return covers, v.unit
}

// priceOf is the price per the unit that is billed: the ordered item's, or for a substitute what the customer's rule says.
func (v *verdict) priceOf(c *lineCase, part *shippedPart, customer *CustomerTerms, ordered Price, in measure) *Price {
	terms := c.master.item(v.agreement.itemID)
	forOrdered := func() *Price { return ordered.per(measure{v.agreement.itemID, ordered.UOM, terms}, in) }
	if !v.agreement.isSubstitute(part.ItemID) {
		return forOrdered()
	}
	rule, both := customer.SubstitutionPrice, [2]*Price{{}, {}}
	if needsOrderedPrice(rule) {
		both[0] = forOrdered()
	}
	if needsSubstitutePrice(rule) {
		listed := v.substitutePrice(c, part)
		both[1] = listed.per(measure{part.ItemID, listed.UOM, part.terms}, in)
	}
	if both[0] == nil || both[1] == nil {
		return nil
	}
	return new(substitutionPrice(rule, *both[0], *both[1]))
}

// covers is what a bill covers of the ordered quantity, in the line's unit.
func (v *verdict) covers(bill *Bill) schemas.Quantity {
	factor, ok := ratio(measure{v.unit.itemID, bill.CoversUOM, v.unit.terms}, v.unit)
	if !ok {
		return 0
	}
	quantity, _ := money.Convert(bill.Covers, factor)
	return quantity
}
