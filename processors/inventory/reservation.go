package inventory

import (
	"iter"
	"math"
	"time"

	"waybill/schemas"
	"waybill/state"
)

// Reservation is stock set aside by one reserve movement, for an order line where the movement names one, until it is
// released or expires.
type Reservation struct {
	Position  string           `avro:"position"` // item_id@warehouse_id
	OrderID   string           `avro:"order_id"` // empty: for no order
	LineNo    int32            `avro:"line_no"`  // 0: for no line
	Sequence  int64            `avro:"sequence"`
	Quantity  schemas.Quantity `avro:"quantity"` // what is left of it, base unit
	ExpiresAt *time.Time       `avro:"expires_at"`
}

// reservationKey orders a position's reservations by order, then the one that holds longest first. It is bytes, so that it
// serves as the key of the reservation's timer too.
type reservationKey string

// AppendKey appends the key's bytes.
func (k reservationKey) AppendKey(dst []byte) []byte { return append(dst, k...) }

func (r *Reservation) key() reservationKey {
	holds := int64(math.MaxInt64)
	if r.ExpiresAt != nil {
		holds = r.ExpiresAt.UnixMicro()
	}
	return reservationKey(state.AppendInt(state.AppendInt([]byte(reservationsOf(r.Position, r.OrderID)), -holds), r.Sequence))
}

// reservationsOf is the prefix of the reservations for an order, or for none.
func reservationsOf(position, orderID string) reservationKey {
	return reservationKey(state.TextPair{position, orderID}.AppendKey(nil))
}

// reservation is what a reserve movement sets aside.
func (m movement) reservation(position string) *Reservation {
	r := &Reservation{Position: position, Sequence: m.sequence, Quantity: m.quantity, ExpiresAt: m.ExpiresAt}
	r.OrderID, r.LineNo = m.forLine()
	return r
}

// forLine is the order line that a movement is for; empty and 0 where it does not say.
func (m movement) forLine() (orderID string, lineNo int32) {
	if m.OrderID != nil {
		orderID = *m.OrderID
		if m.LineNo != nil {
			lineNo = *m.LineNo
		}
	}
	return orderID, lineNo
}

// expired tells whether a reservation is over at a time.
func (r *Reservation) expired(now time.Time) bool {
	return r.ExpiresAt != nil && !r.ExpiresAt.After(now)
}

// release frees a quantity of an order's reservations (of one line of it, unless lineNo is 0), and returns how each that
// it touches is left. What is released beyond them had expired: it was free already.
//
// The one that would hold longest goes first. So what has expired meanwhile is what a release would have come to last, and
// what is left of the others does not depend on whether the release or the expiry was seen first.
func release(standing iter.Seq[*Reservation], lineNo int32, quantity schemas.Quantity) (left []Reservation, freed schemas.Quantity) {
	for r := range standing {
		if quantity <= freed {
			break
		}
		if lineNo != 0 && lineNo != r.LineNo {
			continue
		}
		rest := *r
		rest.Quantity -= min(r.Quantity, quantity-freed)
		left = append(left, rest)
		freed += r.Quantity - rest.Quantity
	}
	return left, freed
}
