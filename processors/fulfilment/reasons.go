package fulfilment

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"waybill/processors/conditions"
	"waybill/processors/money"
	"waybill/schemas"
)

// reason is one cause for which something of a line is not billed, or ought not to have been shipped.
type reason struct {
	class    string
	what     string // tells reasons of one class apart: the reference that is missing
	itemID   string
	parts    []*shippedPart
	opening  string           // of a message that names no parts
	quantity schemas.Quantity // in the line's unit, of the parts that count
	text     string
}

// reasons are all that stand for a line at once.
type reasons []*reason

// add notes that a reason concerns a part, and so much of it in the line's unit.
func (r *reasons) add(class, what string, part *shippedPart, quantity schemas.Quantity) *reason {
	at := slices.IndexFunc(*r, func(other *reason) bool { return other.class == class && other.what == what })
	if at < 0 {
		at = len(*r)
		*r = append(*r, &reason{class: class, what: what, itemID: part.ItemID})
	}
	found := (*r)[at]
	found.parts = append(found.parts, part)
	if part.counts {
		found.quantity += quantity
	}
	return found
}

// say gives the reason its words, once: the parts are in an order of their own, so that the first one's are always the same.
func (r *reason) say(format string, args ...any) {
	if r.text == "" {
		r.text = fmt.Sprintf(format, args...)
	}
}

// tellCancelled tells of a cancelled line what left the warehouse although it was cancelled and has not come back, and what
// the warehouse goes on with. What had left before is the customer's and stays billed: nobody has to see to it.
func (v *verdict) tellCancelled(c *lineCase, part *shippedPart) {
	a := &v.agreement
	if a.open && a.standing != withdrawn {
		return
	}
	if part.Shipped == 0 && part.Allocated > 0 {
		cancelledAt := a.endedAt
		if a.open {
			cancelledAt = c.order.Accepted.Fact.At
		}
		if part.shipment.Latest.At.After(cancelledAt) {
			v.reasons.add(conditions.ShippedAfterCancel, "", part, part.allocated).say("%s", v.cancellation())
		}
		return
	}
	if !part.late || part.cameBack() {
		return
	}
	v.reasons.add(conditions.ShippedAfterCancel, "", part, part.kept()).say("%s", v.cancellation())
}

func (v *verdict) cancellation() string {
	if v.agreement.standing == withdrawn {
		return "ERP has cancelled the line"
	}
	return "the line is cancelled, and only what had left before stays billed"
}

func (v *verdict) tellNotAccepted(part *shippedPart) {
	if v.agreement.standing == agreed || part.letGo && v.agreement.standing == withdrawn {
		return
	}
	part.blocked = true
	told := v.reasons.add(conditions.NotAccepted, "", part, part.kept())
	if v.agreement.standing == rejected {
		told.say("ERP has rejected the line")
	} else {
		told.say("ERP has not accepted the line yet")
	}
}

func (v *verdict) tellMissingMasterData(c *lineCase, part *shippedPart, ordered *ItemTerms) {
	if ordered == nil && !v.ahead {
		told := v.missing(part, "item", v.agreement.itemID)
		told.itemID = v.agreement.itemID
		told.say("item %s is not in master data", v.agreement.itemID)
	}
	if part.terms == nil && v.agreement.isSubstitute(part.ItemID) {
		v.missing(part, "item", part.ItemID).say("item %s is not in master data", part.ItemID)
	}
	if warehouseID := part.shipment.WarehouseID; !v.ahead && !c.master.warehouse(warehouseID) {
		v.missing(part, "warehouse", warehouseID).say("warehouse %s is not in master data", warehouseID)
	}
}

func (v *verdict) missing(part *shippedPart, kind, id string) *reason {
	part.blocked = true
	return v.reasons.add(conditions.UnknownReference, kind+"/"+id, part, part.kept())
}

func (v *verdict) tellPrice(c *lineCase, part *shippedPart, fault priceFault) {
	a := &v.agreement
	if fault == priced {
		return
	}
	part.blocked = true
	told := v.reasons.add(conditions.UnknownReference, "price/"+a.itemID, part, part.kept())
	told.itemID = a.itemID
	text, args := v.priceFault(c, fault)
	told.say(text, args...)
}

// priceFault puts into words why the ordered item's price cannot be billed.
func (v *verdict) priceFault(c *lineCase, fault priceFault) (format string, args []any) {
	if fault == zero {
		return "the price of item %s is zero, and the order line does not say so", []any{v.agreement.itemID}
	}
	return "item %s has no price in %s on %s", []any{v.agreement.itemID, v.currency, c.order.Placed.BusinessDate}
}

func (v *verdict) tellSubstitution(c *lineCase, part *shippedPart, customer *CustomerTerms) {
	a := &v.agreement
	switch {
	case !a.isSubstitute(part.ItemID):
	case part.refused:
		part.blocked = true
		told := v.reasons.add(conditions.SubstitutionRefused, "item/"+part.ItemID, part, part.kept())
		switch a.substitution {
		case schemas.SubstitutionAllowed:
			told.say("master data does not name item %s as a substitute of %s", part.ItemID, a.itemID)
		case schemas.SubstitutionAsk:
			told.say("item %s was shipped in place of %s, and the customer is to be asked first", part.ItemID, a.itemID)
		default:
			told.say("item %s was shipped in place of %s, and the order line takes no substitute", part.ItemID, a.itemID)
		}
	case !v.ahead && customer != nil && needsSubstitutePrice(customer.SubstitutionPrice):
		listed := v.substitutePrice(c, part)
		if listed != nil && listed.UnitPrice > 0 {
			return
		}
		part.blocked = true
		told := v.reasons.add(conditions.SubstitutionUnpriced, "item/"+part.ItemID, part, part.kept())
		if listed == nil {
			told.say("item %s was shipped in place of %s and has no price in %s on %s", part.ItemID, a.itemID, v.currency, c.order.Placed.BusinessDate)
		} else {
			told.say("item %s was shipped in place of %s and its price is zero", part.ItemID, a.itemID)
		}
	}
}

// tellOverShipped tells the excess that has not come back.
func (v *verdict) tellOverShipped(excess schemas.Quantity) {
	over := &reason{class: conditions.OverShipped, itemID: v.agreement.itemID, quantity: excess}
	for _, part := range v.parts {
		if part.takesItsTurn() && part.allowed < part.kept() {
			over.parts = append(over.parts, part)
		}
	}
	over.say("%s %s beyond the %s %s ordered and what is tolerated are not billed", excess, v.unit.uom, v.ordered, v.unit.uom)
	v.reasons = append(v.reasons, over)
}

func (v *verdict) tellShortShipped() {
	short := &reason{class: conditions.ShortShipped, itemID: v.agreement.itemID, quantity: v.ordered}
	for _, part := range v.parts {
		if part.takesItsTurn() && part.Shipped > 0 {
			short.parts = append(short.parts, part)
			short.quantity -= part.shipped
		}
	}
	short.say("%s %s of %s %s are missing, and the warehouse ships no more", short.quantity, v.unit.uom, v.ordered, v.unit.uom)
	v.reasons = append(v.reasons, short)
}

// id names the exception of a reason.
func (r *reason) id(line *LineRow) string { return reasonID(r.class, line, r.what) }

func reasonID(class string, line *LineRow, what string) string {
	return conditions.ID(class, line.OrderID, fmt.Sprint(line.LineNo), what)
}

// condition is the record of a reason.
func (r *reason) condition(now time.Time, stage string, line *LineRow, of about, uom string, worth func(schemas.Quantity) *schemas.Amount) *schemas.Condition {
	condition := conditions.Raise(now, stage, r.class, r.id(line), r.message())
	of.describe(condition)
	condition.LineNo = new(line.LineNo)
	condition.ItemID = new(r.itemID)
	condition.WarehouseID = r.warehouse(line)
	condition.ShipmentID = r.shipment()
	if amount := worth(r.quantity); amount != nil && *amount > 0 {
		condition.AmountAtRisk, condition.Currency = amount, new(of.currency)
	}
	if r.quantity > 0 {
		condition.Quantity, condition.UOM = new(r.quantity), new(uom)
	}
	condition.Causes = r.causes()
	return condition
}

// shownParts bounds how many parts a message names.
const shownParts = 5

// message says what was shipped and what is wrong with it.
func (r *reason) message() string {
	if len(r.parts) == 0 {
		return cmp.Or(r.opening, "Nothing was shipped") + "; " + r.text + "."
	}
	var parts []string
	for _, part := range r.parts[:min(len(r.parts), shownParts)] {
		quantity, how, returned := part.Shipped, "shipped", ""
		switch {
		case quantity == 0 && part.Returned > 0:
			quantity, how = part.Returned, "returned"
		case quantity == 0:
			quantity, how = part.Allocated, "allocated"
		case part.Returned > 0:
			returned = fmt.Sprintf(" and %s returned", part.Returned)
		}
		parts = append(parts, fmt.Sprintf("%s %s of %s %s in %s%s", quantity, part.UOM, part.ItemID, how, part.ShipmentID, returned))
	}
	if more := len(r.parts) - shownParts; more > 0 {
		parts = append(parts, fmt.Sprintf("%d more", more))
	}
	return strings.Join(parts, ", ") + "; " + r.text + "."
}

func (r *reason) shipment() *string {
	if len(r.parts) == 0 {
		return nil
	}
	for _, part := range r.parts[1:] {
		if part.ShipmentID != r.parts[0].ShipmentID {
			return nil
		}
	}
	return new(r.parts[0].ShipmentID)
}

// warehouse is where the parts come from when that is one place, else where the line was to come from.
func (r *reason) warehouse(line *LineRow) *string {
	if len(r.parts) > 0 {
		from := r.parts[0].shipment.WarehouseID
		if !slices.ContainsFunc(r.parts, func(part *shippedPart) bool { return part.shipment.WarehouseID != from }) {
			return new(from)
		}
	}
	if line.Placed == nil {
		return nil
	}
	return new(line.Placed.WarehouseID)
}

// causes are the records that told what was shipped, sorted, each once.
func (r *reason) causes() []schemas.Evidence {
	causes := []schemas.Evidence{}
	for _, part := range r.parts {
		fact := part.shipment.Latest
		if part.shipment.Shipped != nil {
			fact = *part.shipment.Shipped
		}
		causes = append(causes, fact.Origin)
	}
	return sortEvidence(causes)
}

// sortEvidence sorts records by where they are and drops those that are there twice.
func sortEvidence(records []schemas.Evidence) []schemas.Evidence {
	slices.SortFunc(records, func(a, b schemas.Evidence) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition), cmp.Compare(a.Offset, b.Offset))
	})
	return slices.Compact(records)
}

// about is what every condition of an order says of it.
type about struct {
	orderID    string
	customerID string // empty: not known
	channel    string
	segment    string // empty: not known
	currency   string
}

func (a about) describe(condition *schemas.Condition) {
	condition.OrderID = new(a.orderID)
	condition.CustomerID, condition.Channel, condition.Segment = known(a.customerID), known(a.channel), known(a.segment)
}

func known(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// saturated is the sum of amounts, or the largest amount where that is more.
func saturated(sum schemas.Amount) schemas.Amount {
	return min(max(sum, 0), money.LargestAmount)
}
