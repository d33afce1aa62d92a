// Package workload tells what the source systems of a small distributor say in two weeks: orders and what becomes of them,
// stock, invoices and money, and with them what goes wrong with events on their way. The same seed tells the same.
//
// A history is a set of facts, not a play: it says when a source wrote what, and leaves it to whoever plays it in which
// order, how often and through which failures it arrives. What must come out in the end is the model's to say (package
// model). Any part of a history is a history too: an event that is left out was never written, or never arrived.
package workload

import (
	"slices"
	"time"

	"waybill/schemas"
)

// History is what is told for a seed.
type History struct {
	Seed uint64
	// Steering is known before anything else: repairs, and master data of which there are several versions. It is sent
	// first, in its order, and taken before any event is sent.
	Steering []Event
	// Events are sorted by when they were written. Within a turn they may be sent in any order and any number of times.
	Events []Event
	// Start and End bound the times that events speak of. A clock that is read while the history is played is never more
	// than a few days before what is sent.
	Start, End time.Time
	// AtRest are the times to which a player moves its clock on behind the last turn, one after the other. At the first the
	// wall clock closes what is open of consolidated invoices, and at the last every deadline of that has passed too.
	AtRest []time.Time
}

// Settled is how long a player lets its clock run on behind a turn, in two steps or more, until every deadline has passed:
// what is missing is told, what is unknown is told, and what ERP does not invoice within a day.
const Settled = 25 * time.Hour

// Event is a record for a source topic, and what it stands for.
type Event struct {
	At time.Time // when its source wrote it
	// Turn: an event is sent when all of earlier turns are taken and Settled has passed, and none of them is sent again
	// after that. 0 are facts; 1 is what answers to what went wrong (a repair, a command), and what happened only after
	// that was seen; 2 are replays that need a repair.
	Turn int

	Topic  string
	Key    string // empty: the record has none
	Entity string // within which the topic's events are ordered
	Number int64  // sequence or position within the entity; 0 where there is none

	Value any    // pointer to the topic's type: what a reader of the contract reads, or would read once it is mended
	Bytes []byte // in the wire format

	Kind    string   // what it stands for in the count of what was reached; empty: nothing out of the ordinary
	Trouble *Trouble // nil: it can be taken
	Cures   bool     // a command to replay, with the values that were wrong
	Waives  *Waived  // a command to override: the reason that it is about
}

// Waived is a reason that keeps a line from being billed, and that people let go or take up again.
type Waived struct {
	Class   string
	OrderID string
	LineNo  int32
	Item    string // that was shipped, of a reason about a substitute
}

// Trouble is why an event cannot be taken, and what can be told of it nevertheless.
type Trouble struct {
	ExceptionID string
	Foreign     bool     // it comes from a system that does not own what it speaks of
	Numbered    bool     // its place within its entity can be told
	Loose       bool     // it is not in its entity's partition, so that it has no place in its sequence
	Source      string   // that it names; empty: that cannot be told
	Orders      []string // that it names itself
	Writer      string   // fingerprint of the schema that it was written with, if a repair for that can mend it
}

// Turns are the history's events by turn.
func (h *History) Turns() [][]Event {
	var turns [][]Event
	for _, event := range h.Events {
		for len(turns) <= event.Turn {
			turns = append(turns, nil)
		}
		turns[event.Turn] = append(turns[event.Turn], event)
	}
	return turns
}

// Without is the history without the events at the given places.
func (h *History) Without(places ...int) *History {
	rest := *h
	rest.Events = nil
	for place, event := range h.Events {
		if !slices.Contains(places, place) {
			rest.Events = append(rest.Events, event)
		}
	}
	return &rest
}

// Kinds counts the events that stand for something out of the ordinary.
func (h *History) Kinds() map[string]int {
	kinds := map[string]int{}
	for _, events := range [][]Event{h.Steering, h.Events} {
		for _, event := range events {
			if event.Kind != "" {
				kinds[event.Kind]++
			}
		}
	}
	return kinds
}

// ID is the event_id that a reader of the contract reads; empty where there is none to read.
func (e *Event) ID() string {
	if m := meta(e.Value); m != nil {
		return m.EventID
	}
	return ""
}

// meta is where a value keeps what every source record begins with; nil for values that begin otherwise.
func meta(value any) *schemas.Meta {
	switch v := value.(type) {
	case *schemas.Order:
		return &v.Meta
	case *schemas.OrderAcceptance:
		return &v.Meta
	case *schemas.Shipment:
		return &v.Meta
	case *schemas.StockMovement:
		return &v.Meta
	case *schemas.Invoice:
		return &v.Meta
	case *schemas.Payment:
		return &v.Meta
	case *schemas.Dispute:
		return &v.Meta
	case *schemas.Customer:
		return &v.Meta
	case *schemas.Item:
		return &v.Meta
	case *schemas.ItemPrice:
		return &v.Meta
	case *schemas.Warehouse:
		return &v.Meta
	case *schemas.Command:
		return &v.Meta
	}
	return nil
}
