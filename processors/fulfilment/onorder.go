package fulfilment

import (
	"slices"

	"waybill/processors/conditions"
	"waybill/processors/money"
	"waybill/schemas"
)

// Under the policy on_order a line is billed when it is agreed: accepted by ERP where the channel waits for that, else as it
// is placed. Its bill is of what was ordered, whatever is shipped for it: a substitute or a short shipment changes nothing, a
// return, a cancellation or another agreement does. What is billed by its weight has none before it ships, and is billed
// as it ships. A customer who changes to the policy is billed by it from the next event of each order on: orders do not wait
// for what their customer may become.

// billAhead finds what is to be billed of a line that is billed when it is ordered, and why it is not: nothing else would
// tell, as nothing need have shipped.
func (v *verdict) billAhead(c *lineCase, customer *CustomerTerms, ordered *ItemTerms, price Price, fault priceFault) {
	a := &v.agreement
	v.due = v.toBillAhead()
	if !v.owesAhead() || v.due == 0 {
		return
	}
	missing := func(class, what, format string, args ...any) {
		reason := &reason{class: class, what: what, itemID: a.itemID, quantity: v.due, opening: "The line is billed when it is ordered"}
		reason.say(format, args...)
		v.reasons = append(v.reasons, reason)
	}
	if ordered == nil {
		missing(conditions.UnknownReference, "item/"+a.itemID, "item %s is not in master data", a.itemID)
	}
	if fault != priced {
		text, args := v.priceFault(c, fault)
		missing(conditions.UnknownReference, "price/"+a.itemID, text, args...)
	}
	if customer == nil || ordered == nil || fault != priced {
		return
	}
	bill := Bill{
		Unit: orderUnit, PartItemID: a.itemID, PartUOM: a.uom, OrderedItemID: a.itemID, CustomerID: customer.CustomerID, Currency: v.currency,
		Trigger: v.trigger.policy, Rule: string(v.trigger.policy), Covers: v.due, CoversUOM: v.unit.uom, Returned: v.returnedInTurn(),
	}
	if slices.ContainsFunc(v.parts, func(part *shippedPart) bool { return part.overridden }) {
		bill.Rule += overridden
	}
	in := measure{a.itemID, a.uom, ordered}
	if bill.Quantity, bill.UOM = v.due, v.unit.uom; v.unit.uom != a.uom {
		factor, _ := ratio(v.unit, in)
		if quantity, exact := money.Convert(v.due, factor); exact {
			bill.Quantity, bill.UOM = quantity, a.uom
		}
	}
	in.uom = bill.UOM
	perUnit := price.per(measure{a.itemID, price.UOM, ordered}, in)
	switch {
	case perUnit == nil:
		missing(conditions.UOMMismatch, "price", "its price does not convert to one per %s", in.uom)
	case !bill.priceAt(perUnit):
		missing(conditions.UnknownReference, "price/"+a.itemID, tooLarge, bill.Quantity, bill.UOM, money.PriceText(perUnit.UnitPrice, perUnit.PriceUnit, bill.Currency))
	default:
		v.desired = append(v.desired, bill)
	}
}

// owesAhead tells whether the customer owes what was kept of the line: of one that ERP has cancelled what people let go.
func (v *verdict) owesAhead() bool {
	return v.agreement.standing == agreed || v.agreement.standing == withdrawn
}

// toBillAhead is what was kept of what was shipped for the line, and, while it is open, what has not been shipped of it; of
// more than was ordered nothing but what people let go.
func (v *verdict) toBillAhead() schemas.Quantity {
	shipped := v.shippedInTurn()
	due := shipped - v.returnedInTurn()
	if v.tally.Open {
		due += max(0, v.ordered-shipped)
	}
	return min(due, v.ordered+v.beyond)
}

// returnedInTurn is what came back of what was shipped for the line and counts.
func (v *verdict) returnedInTurn() (returned schemas.Quantity) {
	for _, part := range v.parts {
		if part.takesItsTurn() {
			returned += part.returned
		}
	}
	return returned
}

// settleAhead adds to the line's tally what is not billed of what is due.
func (v *verdict) settleAhead(covered schemas.Quantity) {
	left := max(0, v.due-covered)
	value := v.worth(left)
	if value != nil {
		v.tally.Unbilled = *value
	}
	if v.owesAhead() && left > 0 {
		v.tally.Shipped = true
		if value != nil {
			v.tally.Waiting = *value
		}
	}
}

// groundsAhead adds to the facts that a bill of a line as it was ordered rests on, where it is credited, the shipments of
// which something came back.
func (d *dossier) groundsAhead(facts []Fact, lineNo int32, credit bool) []Fact {
	if credit {
		for _, part := range d.line(lineNo).verdict.parts {
			if part.Returned > 0 {
				facts = append(facts, part.shipment.Latest)
			}
		}
	}
	return facts
}
