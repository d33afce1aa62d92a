package exceptions

import (
	"slices"
	"strings"
	"time"

	"waybill/processors/conditions"
	"waybill/schemas"
	"waybill/state"
)

// Row is what is known of one exception: what its stage says of it, what the orders concerned have at stake, and what people
// asked for. All three come in any order; what the exception looks like follows from the row alone.
type Row struct {
	ExceptionID string             `avro:"exception_id"`
	Raised      *schemas.Condition `avro:"raised"` // the newest; null until there was one
	Standing    bool               `avro:"standing"`
	Shown       bool               `avro:"shown"`     // the cause stands, or stood, long enough to be an exception
	OpenedAt    time.Time          `avro:"opened_at"` // when the cause began to stand
	ClearedAt   *time.Time         `avro:"cleared_at"`
	Resolution  *string            `avro:"resolution"` // of the clearing
	Owner       string             `avro:"owner"`      // by the class's rule

	// HeedFrom is when the cause began to stand again. Commands given before were about an earlier time that it stood. It
	// is zero the first time: a command may overtake the condition that it is about.
	HeedFrom time.Time `avro:"heed_from"`
	// AcceptFrom is when the exception began to say what it says now. Who resolved it before accepted something else. It is
	// zero while it says what it said at first.
	AcceptFrom time.Time `avro:"accept_from"`

	// AgedTo is when it last escalated, by its target age; zero: never.
	AgedTo time.Time `avro:"aged_to"`
	// LastAt is the time of the latest that was said of it and changed something.
	LastAt time.Time `avro:"last_at"`

	Assessments []Assessment `avro:"assessments"` // sorted by order; the exception lists its orders, so they are one row with it
	Commands    []Command    `avro:"commands"`    // sorted by the time at which they were given
}

func (r Row) key() state.Text { return state.Text(r.ExceptionID) }

// Assessment is one order's share of an exception.
type Assessment struct {
	OrderID    string          `avro:"order_id"`
	CustomerID *string         `avro:"customer_id"`
	Channel    *string         `avro:"channel"`
	Segment    *string         `avro:"segment"`
	Amount     *schemas.Amount `avro:"amount"`
	Currency   *string         `avro:"currency"`
}

// raised says that the cause stands. Said again while it stands, it replaces message, value and references; the exception
// stays open as of the first time, and assigned.
func (r Row) raised(c *schemas.Condition) Row {
	switch {
	case !r.Standing:
		if r.Raised != nil {
			r.HeedFrom, r.AcceptFrom = c.At, c.At
		}
		r.Shown = showsAfter(c) == 0
		r.Standing, r.OpenedAt, r.ClearedAt, r.Resolution = true, c.At, nil, nil
	case !accepts(r.Raised, c):
		r.AcceptFrom = c.At
	}
	r.Raised = c
	return r
}

// awaits is the warehouse whose owner is the exception's while its cause stands; empty: none is.
func (r Row) awaits() string {
	if !r.Standing || r.Raised.WarehouseID == nil || r.class().OwnedBy != conditions.ByWarehouse {
		return ""
	}
	return *r.Raised.WarehouseID
}

func showsAfter(c *schemas.Condition) time.Duration {
	class, _ := conditions.Of(c.Class)
	return class.ShowsAfter()
}

// accepts tells whether a person who settled an exception as it was has settled what it says now. Where an override accepts
// what is at risk, it accepts less.
func accepts(was, now *schemas.Condition) bool {
	class, _ := conditions.Of(now.Class)
	if class.Overriding() == conditions.OverrideAccepts && was.AmountAtRisk != nil && now.AmountAtRisk != nil {
		return *now.AmountAtRisk <= *was.AmountAtRisk && same(was.Currency, now.Currency)
	}
	return was.Message == now.Message && same(was.AmountAtRisk, now.AmountAtRisk) && same(was.Currency, now.Currency)
}

func same[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }

// cleared says that the cause is gone. What was never raised, or is cleared already, stays as it is.
func (r Row) cleared(c *schemas.Condition) Row {
	if !r.Standing {
		return r
	}
	resolution := "cleared"
	if c.Resolution != nil && *c.Resolution != "" {
		resolution = *c.Resolution
	}
	r.Standing, r.ClearedAt, r.Resolution = false, new(c.At), new(resolution)
	return r
}

// assessed takes the newest assessment of an order, whether or not the exception is raised yet.
func (r Row) assessed(c *schemas.Condition) Row {
	if c.OrderID == nil {
		return r
	}
	assessment := Assessment{
		OrderID: *c.OrderID, CustomerID: c.CustomerID, Channel: c.Channel, Segment: c.Segment, Amount: c.AmountAtRisk, Currency: c.Currency,
	}
	at, known := r.assessment(*c.OrderID)
	r.Assessments = slices.Clone(r.Assessments)
	if known {
		r.Assessments[at] = assessment
	} else {
		r.Assessments = slices.Insert(r.Assessments, at, assessment)
	}
	return r
}

// assessment is where an order's assessment stands, or belongs.
func (r Row) assessment(orderID string) (at int, known bool) {
	return slices.BinarySearchFunc(r.Assessments, orderID, func(a Assessment, orderID string) int { return strings.Compare(a.OrderID, orderID) })
}

// orderIDs lists the orders concerned, sorted.
func (r Row) orderIDs() []string {
	ids := []string{}
	for _, assessment := range r.Assessments {
		ids = append(ids, assessment.OrderID)
	}
	if r.Raised != nil && r.Raised.OrderID != nil {
		if at, known := slices.BinarySearch(ids, *r.Raised.OrderID); !known {
			ids = slices.Insert(ids, at, *r.Raised.OrderID)
		}
	}
	return ids
}
