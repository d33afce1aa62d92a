package exceptions

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"waybill/processors/conditions"
	"waybill/processors/money"
	"waybill/schemas"
)

// class is the row of the exception's class in the table. The exception has been raised.
func (r Row) class() conditions.Class {
	class, _ := conditions.Of(r.Raised.Class)
	return class
}

// exception is how the row looks to everyone; nil before it was raised, and while its cause has not stood long enough.
func (r Row) exception() *schemas.Exception {
	if r.Raised == nil || !r.Shown {
		return nil
	}
	class, raised, orderIDs := r.class(), r.Raised, r.orderIDs()
	e := &schemas.Exception{
		ExceptionID: r.ExceptionID, Class: raised.Class, Severity: class.Severity, Owner: r.Owner, Status: schemas.ExceptionOpen,
		OrderID: raised.OrderID, OrderIDs: orderIDs, LineNo: raised.LineNo, WarehouseID: raised.WarehouseID, ItemID: raised.ItemID,
		ShipmentID: raised.ShipmentID, InvoiceID: raised.InvoiceID,
		CustomerID: r.agreed(raised.CustomerID, func(a Assessment) *string { return a.CustomerID }),
		Channel:    r.agreed(raised.Channel, func(a Assessment) *string { return a.Channel }),
		Segment:    r.agreed(raised.Segment, func(a Assessment) *string { return a.Segment }),
		Source:     raised.Source,
		Message:    raised.Message, NextAction: nextAction(class), Causes: raised.Causes,
	}
	if e.OrderID == nil && len(orderIDs) == 1 {
		e.OrderID = new(orderIDs[0])
	}
	var remark string
	e.AmountAtRisk, e.Currency, remark = r.atRisk()
	e.Quantity, e.UOM = raised.Quantity, raised.UOM
	e.Message += remark
	r.work(e, class)
	return e
}

// work fills in how far the exception is worked: status, owner, times, and the last command.
func (r Row) work(e *schemas.Exception, class conditions.Class) {
	by, overtaken := r.accepted()
	e.OpenedAt = r.OpenedAt
	if overtaken {
		e.OpenedAt = r.AcceptFrom
	}
	e.DueAt = e.OpenedAt.Add(class.TargetAge)
	if owner := r.assignee(); owner != "" {
		e.Owner, e.Status = owner, schemas.ExceptionAssigned
	}
	switch {
	case by != nil:
		e.Status, e.ResolvedAt = schemas.ExceptionResolved, new(latest(by.At, e.OpenedAt))
		how := "resolved"
		if by.Kind == schemas.CommandOverride {
			how = "overridden"
		}
		e.Resolution = new(how + " by " + by.Actor + ": " + by.Reason)
	case !r.Standing:
		e.Status, e.ResolvedAt, e.Resolution = schemas.ExceptionResolved, r.ClearedAt, r.Resolution
	}
	steps := r.escalation(e.OpenedAt, e.ResolvedAt)
	e.Escalation, e.Severity = int32(steps), class.Escalated(steps)
	if n := len(r.Commands); n > 0 {
		last := r.Commands[n-1]
		e.Actor, e.Reason, e.Answer = new(last.Actor), new(last.Reason), new(r.answer(last))
	}
}

func latest(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// nextAction is the class's, with what an override does where it can be overridden, and where a resolve does not close it,
// that.
func nextAction(class conditions.Class) string {
	if class.Closing != conditions.ByCause {
		return class.NextAction
	}
	action := class.NextAction
	if does := class.OverrideDoes(); does != "" {
		action += " Or override it, which " + does + "."
	}
	return action + " The exception closes by itself (" + class.ClosesWhen + "); to resolve it by hand only leaves a note."
}

// agreed is what the condition says, else what all assessments that say something agree on.
func (r Row) agreed(said *string, of func(Assessment) *string) *string {
	if said != nil {
		return said
	}
	var all *string
	for _, assessment := range r.Assessments {
		switch value := of(assessment); {
		case value == nil:
		case all == nil:
			all = value
		case *all != *value:
			return nil
		}
	}
	return all
}

// atRisk is what the condition says, else the sum of what the orders have at stake. Amounts of several currencies
// have no sum: then the remark, which follows the message, names them one by one.
func (r Row) atRisk() (amount *schemas.Amount, currency *string, remark string) {
	if r.Raised.AmountAtRisk != nil {
		return r.Raised.AmountAtRisk, r.Raised.Currency, ""
	}
	type sum struct {
		currency string
		amount   schemas.Amount
	}
	var sums []sum
	for _, a := range r.Assessments {
		if a.Amount == nil || a.Currency == nil {
			continue
		}
		at, known := slices.BinarySearchFunc(sums, *a.Currency, func(s sum, currency string) int { return cmp.Compare(s.currency, currency) })
		if !known {
			sums = slices.Insert(sums, at, sum{currency: *a.Currency})
		}
		sums[at].amount = money.Sum(sums[at].amount, *a.Amount)
	}
	switch len(sums) {
	case 0:
		return nil, nil, ""
	case 1:
		return &sums[0].amount, &sums[0].currency, ""
	}
	var parts []string
	for _, s := range sums {
		parts = append(parts, money.Text(s.amount, s.currency))
	}
	return nil, nil, " Value at risk: " + strings.Join(parts, ", ") + "."
}
