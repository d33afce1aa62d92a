package fulfilment

import (
	"slices"

	"waybill/processors/conditions"
	"waybill/processors/money"
	"waybill/schemas"
)

// lineCase is everything that decides a line.
type lineCase struct {
	order     *OrderRow
	line      *LineRow
	shipments func(shipmentID string) *ShipmentRow
	master    masterData
	required  bool // acceptance, by the order's channel
	final     bool // nothing more is shipped for the order
	policy    Policy
}

// verdict is what follows for a line.
type verdict struct {
	agreement agreement
	unit      measure // in which the line's quantities are counted
	ordered   schemas.Quantity
	price     *Price // of the ordered item per unit; nil where it is not known or does not convert
	currency  string
	parts     []*shippedPart
	room      []shippedPart  // what parts points into
	inTurn    []*shippedPart // parts, in the order in which they share what may be billed
	trigger   *trigger       // nil: its policy does not bill here, or is not known
	reasons   reasons
	desired   []Bill // what its billing units should have billed of it; under order_complete: once the order is complete
	demand    []DemandRow
	ahead     bool             // the line is billed when it is ordered
	due       schemas.Quantity // of a line that is billed when it is ordered, as far as it is agreed
	beyond    schemas.Quantity // what people let go of what is too much
	tally     LineTally        // open, done and blocked; the rest depends on what is billed
	known     bool             // order and line are known
	unknown   bool             // the order is known, and does not have the line that a shipment carries
	untold    []string         // items whose demand cannot be told without more of their master data
}

// shippedPart is a part of a line with what the line's judgement finds out about it. Quantities of its own are in the
// line's unit, those of the Part in the part's.
type shippedPart struct {
	Part
	shipment *ShipmentRow
	terms    *ItemTerms // of what is in the box; nil: not known
	counts   bool       // its quantities are known in the line's unit

	allocated, shipped, delivered schemas.Quantity
	confirmed                     schemas.Quantity // by the customer, of what was delivered
	returned, surplus             schemas.Quantity // of what was shipped came back; came back beyond that
	allowed                       schemas.Quantity // of what was kept

	release    *Fact // under the policy manual, what lets it be billed; nil: nothing yet
	refused    bool
	late       bool // left after the line was cancelled, or ERP cancelled it
	blocked    bool // for whatever reason
	letGo      bool // a person lets it go that it is with the customer though the line is cancelled
	overridden bool // it is not billed as it is but for what a person lets go
}

func (p *shippedPart) takesItsTurn() bool { return p.counts && !p.refused && !p.late }

func (p *shippedPart) measure() measure { return measure{p.ItemID, p.UOM, p.terms} }

// judge decides a line from the facts. It depends on nothing else, so that the order in which they came leaves no trace.
func (v *verdict) judge(c *lineCase) {
	v.gather(c)
	if c.order.Placed == nil || c.line.Placed == nil {
		v.unknown = c.order.Placed != nil && len(v.parts) > 0
		v.allocatedDemand()
		v.demand = sumDemand(v.demand)
		return
	}
	v.known = true
	v.agreement = agree(c.order, c.line, c.required)
	v.currency = v.agreement.currency
	customer, ordered := c.master.customer(), c.master.item(v.agreement.itemID)
	policy := invoicePolicy(c.order, customer)
	v.trigger = triggerOf(policy)
	v.count(ordered)
	v.takeReturns()
	price, fault := v.agreement.orderedPrice(c.master)
	if fault == priced {
		v.price = price.per(measure{v.agreement.itemID, price.UOM, ordered}, v.unit)
	}
	v.markRefusedAndLate(c, ordered)
	v.tally.Open = v.agreement.expectsShipping()
	v.tally.Done = v.tally.Open && v.filled(c, customer, ordered)
	v.ahead = v.trigger != nil && v.trigger.when == whenOrdered && (ordered == nil || !ordered.CatchWeight)
	if policy == "" || v.trigger != nil {
		v.findReasons(c, customer, ordered, fault)
	}
	switch {
	case v.ahead:
		v.billAhead(c, customer, ordered, price, fault)
	case v.trigger != nil:
		v.bill(c, customer, price)
	}
	v.allocatedDemand()
	v.commitment(ordered)
	v.demand = sumDemand(v.demand)
}

// reset forgets the verdict, and keeps its memory for the next one. Nothing of a verdict is kept in a row but copies.
func (v *verdict) reset() {
	clear(v.room)
	clear(v.parts)
	clear(v.desired)
	*v = verdict{parts: v.parts[:0], room: v.room[:0], inTurn: v.inTurn[:0], desired: v.desired[:0], demand: v.demand[:0]}
}

// gather joins the line's parts with their shipments and items.
func (v *verdict) gather(c *lineCase) {
	v.room = slices.Grow(v.room[:0], len(c.line.Parts)) // grown once: parts points into it
	for i := range c.line.Parts {
		v.room = append(v.room, shippedPart{Part: c.line.Parts[i], shipment: c.shipments(c.line.Parts[i].ShipmentID)})
		part := &v.room[i]
		part.terms = c.master.item(part.ItemID)
		part.release = c.order.released(c.line.LineNo, part.shipment.ShippedAt)
		v.parts = append(v.parts, part)
	}
}

// count states every quantity in one unit: the line's own, or the ordered item's base unit where more parts convert into
// that exactly: of twelve pieces ordered as one case, seven are no decimal number of cases. A part that does not convert
// does not count.
func (v *verdict) count(ordered *ItemTerms) {
	a := &v.agreement
	own := measure{a.itemID, a.uom, ordered}
	counted := v.countIn(own)
	if counted == len(v.parts) || ordered == nil {
		return
	}
	base := measure{a.itemID, ordered.BaseUOM, ordered}
	if v.countIn(base) <= counted {
		v.countIn(own)
	}
}

// countIn tells how many parts count; none when the ordered quantity itself does not convert.
func (v *verdict) countIn(unit measure) (counted int) {
	factor, ok := ratio(measure{v.agreement.itemID, v.agreement.uom, unit.terms}, unit)
	ordered, exact := money.Convert(v.agreement.quantity, factor)
	if !ok || !exact {
		return 0
	}
	v.unit, v.ordered = unit, ordered
	for _, part := range v.parts {
		if part.counts = part.countIn(unit); part.counts {
			counted++
		}
	}
	return counted
}

func (p *shippedPart) countIn(unit measure) bool {
	factor, ok := ratio(p.measure(), unit)
	if !ok {
		return false
	}
	var exact [5]bool
	p.allocated, exact[0] = money.Convert(p.Allocated, factor)
	p.shipped, exact[1] = money.Convert(p.Shipped, factor)
	p.delivered, exact[2] = money.Convert(p.Delivered, factor)
	p.confirmed, exact[3] = money.Convert(p.Confirmed, factor)
	p.returned, exact[4] = money.Convert(p.Returned, factor)
	return exact == [5]bool{true, true, true, true, true}
}

func (v *verdict) markRefusedAndLate(c *lineCase, ordered *ItemTerms) {
	a := &v.agreement
	for _, part := range v.parts {
		part.refused = a.refuses(part.ItemID, ordered)
		part.late = a.standing == withdrawn || !a.open && !part.shipment.ShippedAt.Before(a.endedAt)
		c.letGo(part)
	}
}

// worth is the value of a quantity in the line's unit at the ordered item's price; nil where that is not known.
func (v *verdict) worth(quantity schemas.Quantity) *schemas.Amount {
	if v.price == nil {
		return nil
	}
	amount, err := money.Extend(quantity, v.price.UnitPrice, v.price.PriceUnit, v.currency)
	if err != nil {
		return nil
	}
	return &amount
}

// findReasons collects all reasons at once for which what was shipped is not billed, or not to be.
func (v *verdict) findReasons(c *lineCase, customer *CustomerTerms, ordered *ItemTerms, fault priceFault) {
	a := &v.agreement
	var over schemas.Percent
	if customer != nil && ordered != nil {
		over = overTolerance(customer, ordered, c.policy)
	}
	v.inTurn = append(v.inTurn[:0], v.parts...)
	excess := v.allocate(c, mostToBill(v.ordered, over), customer != nil && ordered != nil)
	for _, part := range v.parts {
		v.tellCancelled(c, part)
		v.tellOverReturned(part)
		if part.cameBack() {
			continue
		}
		if part.late {
			part.blocked = true
			continue
		}
		if customer == nil { // one exception for the order says so
			part.blocked = true
		}
		v.tellMissingMasterData(c, part, ordered)
		v.tellNotAccepted(part)
		v.tellSubstitution(c, part, customer)
		if ordered != nil && part.terms != nil && !part.counts {
			v.reasons.add(conditions.UOMMismatch, "", part, 0).say("%s does not convert into %s of item %s", part.UOM, a.uom, a.itemID)
			part.blocked = true
		}
		if v.ahead { // it is not what is billed
			continue
		}
		if part.terms != nil && part.terms.CatchWeight && part.Weight == nil {
			v.reasons.add(conditions.MissingWeight, "", part, part.kept()).say("its weight is missing, and item %s is billed by weight", part.ItemID)
			part.blocked = true
		}
		if v.looksAtOrderedPrice(part, customer) {
			v.tellPrice(c, part, fault)
		}
		v.tally.Blocked = v.tally.Blocked || part.blocked && !part.refused && v.tally.Open
	}
	if excess > 0 && customer != nil && ordered != nil {
		v.tellOverShipped(excess)
	}
	if v.tally.Open && !v.tally.Done && c.final && a.standing == agreed && customer != nil && ordered != nil && v.countsAllShipped() {
		v.tellShortShipped()
	}
}

func (v *verdict) looksAtOrderedPrice(part *shippedPart, customer *CustomerTerms) bool {
	return !v.agreement.isSubstitute(part.ItemID) || customer != nil && !part.refused && needsOrderedPrice(customer.SubstitutionPrice)
}
