// Package conditions holds what every stage needs to say that something stands in the way: the classes of exceptions, the
// one table of them, exception ids, and the records of o2c.conditions.
//
// Stages write conditions; the exceptions stage alone makes exceptions of them. A stage may raise the same condition again:
// its message, amount and references then take the place of the earlier ones, and the exception stays open as of the
// first. What is raised must follow from the facts alone, never from the order in which they arrived.
package conditions

import (
	"time"

	"waybill/schemas"
	"waybill/state"
)

// IDPrefix begins every exception id, and no order id.
const IDPrefix = "ex-"

// ID names an exception by its class and the business keys of its cause, so that whoever meets the cause again, in whatever
// order, names the same exception. For classes that a command closes, the parts name the event or document, since what a
// person has settled must not come back for another reason under the same id.
func ID(class string, parts ...string) string {
	key := state.AppendString(nil, class)
	for _, part := range parts {
		key = state.AppendString(key, part)
	}
	return schemas.ID(IDPrefix, key)
}

// Raise says that the cause of an exception stands. The caller adds what it knows of order, line, value and causes.
func Raise(now time.Time, stage, class, id, message string) *schemas.Condition {
	return &schemas.Condition{
		ExceptionID: id, Kind: schemas.ConditionRaised, Stage: stage, Class: class, At: now, Message: message, Causes: []schemas.Evidence{},
	}
}

// Clear says that the cause is gone, and how: filled, replayed, superseded, accepted …
func Clear(now time.Time, stage, class, id, resolution string) *schemas.Condition {
	return &schemas.Condition{
		ExceptionID: id, Kind: schemas.ConditionCleared, Stage: stage, Class: class, At: now, Resolution: new(resolution), Causes: []schemas.Evidence{},
	}
}

// Assess gives one order's share of an exception that another stage raised. The latest assessment of an order counts; the
// caller adds customer, channel, segment, amount and currency.
func Assess(now time.Time, stage, class, id, orderID string) *schemas.Condition {
	return &schemas.Condition{
		ExceptionID: id, Kind: schemas.ConditionAssessed, Stage: stage, Class: class, At: now, OrderID: new(orderID), Causes: []schemas.Evidence{},
	}
}
