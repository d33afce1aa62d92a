package exceptions

import (
	"slices"

	"waybill/processors/conditions"
	"waybill/schemas"
)

// A person's override of an exception that keeps a line from being billed goes on to fulfilment, under its order. It does so
// once the exception was raised, whether or not it still stands: which override counts, and what it comes to, is for
// fulfilment to say from the facts.

// refusesOverride says why an override cannot be followed; empty when it can. The exception has been raised.
func (r Row) refusesOverride(c Command) string {
	class := r.class()
	switch needs := class.OverrideNeeds(); {
	case class.Overriding() == conditions.NoOverride:
		return "an exception of class " + class.Name + " cannot be overridden. " + class.NextAction
	case class.Overriding() == conditions.OverrideBills && (r.Raised.OrderID == nil || r.Raised.LineNo == nil):
		return "the exception names no order line"
	case c.Override.Undo:
		return ""
	case needs == "quantity" && c.Override.Quantity == nil:
		return `say how much is let go, in its unit: {"quantity":"4","uom":"each"}`
	case needs == "price" && c.Override.Price == nil:
		return `say the price, its unit and currency: {"price":"7.50","uom":"each","currency":"USD"}`
	case needs != "quantity" && c.Override.Quantity != nil:
		return "an override of class " + class.Name + " takes no quantity: it " + class.OverrideDoes()
	case needs != "price" && c.Override.Price != nil:
		return "an override of class " + class.Name + " takes no price: it " + class.OverrideDoes()
	}
	return ""
}

// overrides returns what fulfilment has to be told now, and the row in which that is noted. It is told of each override once.
func (r Row) overrides() (Row, []schemas.Override) {
	if r.Raised == nil || r.class().Overriding() != conditions.OverrideBills {
		return r, nil
	}
	var told []schemas.Override
	for i, c := range r.Commands {
		if c.Sent || c.Fault != "" || c.Kind != schemas.CommandOverride || r.refusesOverride(c) != "" {
			continue
		}
		if len(told) == 0 {
			r.Commands = slices.Clone(r.Commands)
		}
		r.Commands[i].Sent = true
		told = append(told, schemas.Override{
			OrderID: *r.Raised.OrderID, LineNo: *r.Raised.LineNo, ExceptionID: r.ExceptionID, Class: r.Raised.Class,
			CommandID: c.CommandID, Actor: c.Actor, Reason: c.Reason, Undo: c.Override.Undo, Quantity: c.Override.Quantity,
			UnitPrice: c.Override.Price, PriceUnit: max(c.Override.PriceUnit, 1), UOM: c.Override.UOM, Currency: c.Override.Currency, At: c.At, Origin: c.Origin,
		})
	}
	return r, told
}

// answerOverride says what became of an override that has no fault.
func (r Row) answerOverride(c Command) string {
	refusal, class := r.refusesOverride(c), r.class()
	by, _ := r.accepted()
	switch {
	case refusal != "":
		return "refused: " + refusal
	case c.Sent && c.Override.Undo:
		return "sent to fulfilment, which takes the override back and credits what was billed by it"
	case c.Sent:
		return "sent to fulfilment, which " + class.OverrideDoes()
	case c.Override.Undo && by == nil:
		return "taken back"
	case by != nil:
		return "overridden: it " + class.OverrideDoes()
	case !r.Standing:
		return "the cause has cleared"
	}
	return "refused: what the exception says has changed since; override it again if that is let go too"
}

// settles tells whether a command settles an exception for as long as it says what it says: a resolve or an override, by
// its class.
func (r Row) settles(c Command) bool {
	switch c.Kind {
	case schemas.CommandResolve:
		return r.class().Closing == conditions.ByCommand
	case schemas.CommandOverride:
		return r.class().Overriding() == conditions.OverrideAccepts && r.refusesOverride(c) == ""
	}
	return false
}
