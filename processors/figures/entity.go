package figures

import (
	"strings"
	"time"

	"waybill/schemas"
	"waybill/state"
)

// The kinds of entity that count. They are in the store for ever.
const (
	anOrder     = "order"
	anInvoice   = "invoice"
	anException = "exception"
	anItem      = "item"
	aPayment    = "payment"
)

// Entity is what counts, and for what.
type Entity struct {
	ID         string       `avro:"id"`
	Kind       string       `avro:"kind"`
	CustomerID string       `avro:"customer_id"` // empty: it has none
	Segment    string       `avro:"segment"`     // of the customer, under which it is counted
	Until      schemas.Date `avro:"until"`       // the last day on which it counts; zero: it counts for something that stands
	Counts     []Count      `avro:"counts"`
}

// entityKey names an entity.
type entityKey struct{ id, kind string }

func (e *Entity) key() entityKey { return entityKey{e.ID, e.Kind} }

// AppendKey appends the id, then the kind.
func (k entityKey) AppendKey(dst []byte) []byte { return state.TextPair{k.id, k.kind}.AppendKey(dst) }

// waiter names the entity in one text.
func (k entityKey) waiter() string { return k.kind + " " + k.id }

func entityOf(waiter string) (key entityKey, ok bool) {
	key.kind, key.id, ok = strings.Cut(waiter, " ")
	return key, ok
}

// lastDay is the last day on which something counts; zero when something counts whatever the day, or nothing does.
func lastDay(counts []Count) (last schemas.Date) {
	for _, count := range counts {
		d, _ := Of(count.Figure)
		if windowOf(d, count.Day) == standing {
			return 0
		}
		last = max(last, count.Day)
	}
	return last
}

// Ending is an entity that counts for nothing when a window has ended.
type Ending struct {
	ID   string `avro:"id"`
	Kind string `avro:"kind"`
}

// Told is as of when a task has said that its figures are true.
type Told struct {
	AsOf time.Time `avro:"as_of"`
}
