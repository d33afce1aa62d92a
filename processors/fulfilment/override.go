package fulfilment

import (
	"cmp"
	"slices"
	"strings"

	"waybill/processors/conditions"
	"waybill/processors/money"
	"waybill/schemas"
	"waybill/stream"
)

// A person may let a reason go that keeps something from being billed. Of one reason the override that was given last
// counts, by its time and then its id. It is heeded only where the reason would be told without it: an override that was
// passed on because a reason stood for a moment makes no difference to what follows from the facts.

// OverrideRow is the last override of one reason of a line, or that it was taken back.
type OverrideRow struct {
	ExceptionID string            `avro:"exception_id"`
	CommandID   string            `avro:"command_id"`
	Actor       string            `avro:"actor"`
	Reason      string            `avro:"reason"`
	Undone      bool              `avro:"undone"`
	Quantity    *schemas.Quantity `avro:"quantity"` // in UOM
	Price       *Price            `avro:"price"`
	UOM         string            `avro:"uom"`
	Currency    string            `avro:"currency"` // of the price
	Fact        Fact              `avro:"fact"`
}

// takeOverride takes a person's override of a reason.
func (f *fulfilment) takeOverride(s *stream.Step, e *schemas.Override) error {
	s.Observe(e.At)
	s.Count("applied")
	row := OverrideRow{
		ExceptionID: e.ExceptionID, CommandID: e.CommandID, Actor: e.Actor, Reason: e.Reason, Undone: e.Undo, Quantity: e.Quantity, UOM: e.UOM,
		Currency: e.Currency, Fact: Fact{e.At, e.Origin},
	}
	if e.UnitPrice != nil {
		row.Price = &Price{*e.UnitPrice, e.PriceUnit, e.UOM}
	}
	d := f.open(s, e.OrderID)
	if d.line(e.LineNo).row.takeOverride(row) {
		d.settle()
	}
	return nil
}

// takeOverride keeps an override, by exception, in the place of the one before it; false when that was given later.
func (row *LineRow) takeOverride(now OverrideRow) bool {
	at, found := slices.BinarySearchFunc(row.Overrides, now.ExceptionID, func(o OverrideRow, id string) int { return cmp.Compare(o.ExceptionID, id) })
	if !found {
		row.Overrides = slices.Insert(slices.Clone(row.Overrides), at, now)
		return true
	}
	before := &row.Overrides[at]
	if cmp.Or(now.Fact.At.Compare(before.Fact.At), cmp.Compare(now.CommandID, before.CommandID)) <= 0 {
		return false
	}
	row.Overrides = slices.Clone(row.Overrides)
	row.Overrides[at] = now
	return true
}

// overriddenBy is the override that lets a reason of the line go; nil when none does.
func (row *LineRow) overriddenBy(exceptionID string) *OverrideRow {
	for i := range row.Overrides {
		if o := &row.Overrides[i]; o.ExceptionID == exceptionID && !o.Undone {
			return o
		}
	}
	return nil
}

// override is the override of a reason of the line, by its class and what it is about.
func (c *lineCase) override(class, what string) *OverrideRow {
	if len(c.line.Overrides) == 0 {
		return nil
	}
	return c.line.overriddenBy(reasonID(class, c.line, what))
}

// letGo lifts from a part what people let go: that its item is refused, and that it left after a cancellation, if it had
// by the time at which that was let go.
func (c *lineCase) letGo(part *shippedPart) {
	if len(c.line.Overrides) == 0 || part.Shipped == 0 || part.cameBack() {
		return
	}
	if part.refused && c.override(conditions.SubstitutionRefused, "item/"+part.ItemID) != nil {
		part.refused, part.overridden = false, true
	}
	if o := c.override(conditions.ShippedAfterCancel, ""); o != nil && !part.shipment.ShippedAt.After(o.Fact.At) {
		part.overridden = part.overridden || part.late
		part.late, part.letGo = false, true
	}
}

// allocate gives the parts what may be billed of them, and of what is too much as much as a person lets go.
func (v *verdict) allocate(c *lineCase, most schemas.Quantity, known bool) (excess schemas.Quantity) {
	excess = allocate(v.inTurn, most)
	o := c.override(conditions.OverShipped, "")
	if excess == 0 || !known || o == nil || o.Quantity == nil {
		return excess
	}
	factor, ok := ratio(measure{v.agreement.itemID, o.UOM, v.unit.terms}, v.unit)
	more, exact := money.Convert(*o.Quantity, factor)
	if !ok || !exact {
		return excess
	}
	before := make([]schemas.Quantity, len(v.inTurn))
	for i, part := range v.inTurn {
		before[i] = part.allowed
	}
	left := allocate(v.inTurn, money.Sum(most, more))
	v.beyond = excess - left
	for i, part := range v.inTurn {
		part.overridden = part.overridden || part.allowed > before[i]
	}
	return left
}

// closedShort tells whether a person lets it go that a line is short: there the reason would be told.
func (v *verdict) closedShort(c *lineCase, customer *CustomerTerms, ordered *ItemTerms) bool {
	return v.trigger != nil && v.agreement.standing == agreed && customer != nil && ordered != nil && v.countsAllShipped() && c.override(conditions.ShortShipped, "") != nil
}

// substitutePrice is the price of an item that was shipped in place of the ordered one: a person's word where there is one,
// else the price list's.
func (v *verdict) substitutePrice(c *lineCase, part *shippedPart) *Price {
	if o := c.override(conditions.SubstitutionUnpriced, "item/"+part.ItemID); o != nil && o.Price != nil && o.Currency == v.currency {
		part.overridden = true
		return o.Price
	}
	return c.master.listed(part.ItemID, part.UOM)
}

// overridden is the last word of the rule of a bill that a person let be made.
const overridden = ":overridden"

// asked are what people let go of a line, as far as a bill rests on it.
func (row *LineRow) asked(bill *Bill, credit bool) (facts []Fact) {
	if !credit && !strings.HasSuffix(bill.Rule, overridden) {
		return nil
	}
	for i := range row.Overrides {
		facts = append(facts, row.Overrides[i].Fact)
	}
	return facts
}
