package inventory

import (
	"iter"
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

// reservationKey orders a position's reservations by order, line and age. It is bytes, so that it serves as the key of the
// reservation's timer too.
type reservationKey string

// AppendKey appends the key's bytes.
func (k reservationKey) AppendKey(dst []byte) []byte { return append(dst, k...) }

func (r *Reservation) key() reservationKey {
	return reservationKey(state.AppendInt(state.AppendInt([]byte(reservationsOf(r.Position, r.OrderID)), int64(r.LineNo)), r.Sequence))
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

// forLine is the order line that a movement is for.
func (m movement) forLine() (orderID string, lineNo int32) {
	if m.OrderID != nil {
		orderID = *m.OrderID
		if m.LineNo != nil {
			lineNo = *m.LineNo
		}
	}
	return orderID, lineNo
}

// releasable is the prefix of the reservations that a release frees: those of its order line; without a line, those of
// its order; without an order, those for no order.
func (m movement) releasable(position string) reservationKey {
	orderID, lineNo := m.forLine()
	prefix := reservationsOf(position, orderID)
	if lineNo != 0 {
		prefix = reservationKey(state.AppendInt([]byte(prefix), int64(lineNo)))
	}
	return prefix
}

// expired tells whether a reservation is over at a time.
func (r *Reservation) expired(now time.Time) bool {
	return r.ExpiresAt != nil && !r.ExpiresAt.After(now)
}

// release frees a quantity of reservations, the oldest of a line first, and returns how each that it touches is left. What
// is released beyond them had expired: it was free already.
func release(standing iter.Seq[*Reservation], quantity schemas.Quantity) (left []Reservation, freed schemas.Quantity) {
	for r := range standing {
		if quantity <= freed {
			break
		}
		part := min(r.Quantity, quantity-freed)
		rest := *r
		rest.Quantity -= part
		left = append(left, rest)
		freed += part
	}
	return left, freed
}
