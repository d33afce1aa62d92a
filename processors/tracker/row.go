package tracker

import (
	"time"

	"waybill/processors/exposure"
	"waybill/schemas"
	"waybill/state"
)

// Row is one thing that is known of an order. All that is known of it is one range of one table, so that one walk reads it
// and an event touches only what it is about. Exactly one field is set.
type Row struct {
	Order      *OrderRow                `avro:"order"`
	Line       *LineRow                 `avro:"line"`
	Shipment   *ShipmentRow             `avro:"shipment"`
	Bill       *BillRow                 `avro:"bill"`
	Invoice    *InvoiceRow              `avro:"invoice"`
	Exception  *schemas.BlockingReason  `avro:"exception"` // open
	Receivable *schemas.OrderReceivable `avro:"receivable"`
}

// rowKey names a row: the order, the kind of the row, and which one.
type rowKey struct {
	orderID string
	kind    byte
	id      string
}

// The kinds, in the order in which a walk meets them. They are in the store for ever.
const (
	kindOrder byte = iota + 1
	kindLine
	kindShipment
	kindBill
	kindInvoice
	kindException
	kindReceivable
)

// AppendKey appends order, kind and id.
func (k rowKey) AppendKey(dst []byte) []byte {
	return state.AppendString(append(state.AppendString(dst, k.orderID), k.kind), k.id)
}

func orderKey(orderID string) rowKey { return rowKey{orderID: orderID, kind: kindOrder} }

func lineKey(orderID string, lineNo int32) rowKey {
	return rowKey{orderID, kindLine, string(state.AppendInt(nil, int64(lineNo)))}
}

// OrderRow is the order itself. Lines that its latest event, or the latest acceptance, left out are told by their revision,
// so that nobody has to look for them.
type OrderRow struct {
	Placed           *PlacedOrder   `avro:"placed"` // null: the order is not known yet
	PlacedRevision   int64          `avro:"placed_revision"`
	Accepted         *AcceptedOrder `avro:"accepted"`
	AcceptedRevision int64          `avro:"accepted_revision"`
	At               time.Time      `avro:"at"`
	ByHand           bool           `avro:"by_hand"` // somebody worked an exception of it by command
	Told             int64          `avro:"told"`    // fingerprint of the status that was told last; zero: none was

	Exposed exposure.Use `avro:"exposed"` // what was last told to be on ERP invoices

	WatchAt time.Time `avro:"watch_at"` // for which the timer is set that looks for what is overdue; zero: none was
	Overdue []string  `avro:"overdue"`  // warehouses that an exception stands for, sorted
}

// PlacedOrder is the order as placed, all but its lines.
type PlacedOrder struct {
	CustomerID string              `avro:"customer_id"`
	Channel    string              `avro:"channel"`
	Currency   string              `avro:"currency"`
	Status     schemas.OrderStatus `avro:"status"`
	At         *time.Time          `avro:"at"`     // of the first event that was heard of it
	Origin     *schemas.Evidence   `avro:"origin"` // of the latest
}

// AcceptedOrder is the order as ERP accepted it, all but its lines.
type AcceptedOrder struct {
	Currency string                   `avro:"currency"`
	Status   schemas.AcceptanceStatus `avro:"status"`
	Origin   *schemas.Evidence        `avro:"origin"`
}

// LineRow is a line as placed and as accepted.
type LineRow struct {
	LineNo           int32                 `avro:"line_no"`
	Placed           *schemas.OrderLine    `avro:"placed"` // as it last stood open; null: the order did not name it yet
	PlacedRevision   int64                 `avro:"placed_revision"`
	Cancelled        bool                  `avro:"cancelled"`
	Accepted         *schemas.AcceptedLine `avro:"accepted"`
	AcceptedRevision int64                 `avro:"accepted_revision"`
	FirstConfirmed   *schemas.Date         `avro:"first_confirmed"` // day that the first acceptance promised that was heard of
}

// BillRow is what an invoice-ready record bills, or takes back.
type BillRow struct {
	InvoiceReadyID string         `avro:"invoice_ready_id"`
	Revision       int32          `avro:"revision"`
	ReadyAt        time.Time      `avro:"ready_at"`
	Currency       string         `avro:"currency"` // empty: it was kept by a release that did not keep it, and counts as the order's
	Total          schemas.Amount `avro:"total"`
	Lines          []BilledLine   `avro:"lines"`
}

// InvoiceRow is the order's part of an ERP invoice, credit memo or cancellation.
type InvoiceRow struct {
	InvoiceID string              `avro:"invoice_id"`
	Kind      schemas.InvoiceKind `avro:"kind"`
	RefersTo  string              `avro:"refers_to"`
	At        time.Time           `avro:"at"`
	Stated    time.Time           `avro:"stated"`    // when ERP said what is kept here
	IssuedOn  schemas.Date        `avro:"issued_on"` // zero: an earlier release did not keep it
	Currency  string              `avro:"currency"`  // empty: an earlier release did not keep it
	Lines     []BilledLine        `avro:"lines"`
}

// invoicedAt is when the document was made: when ERP stated it, and at the latest when the day had ended, by UTC, of which
// it is. ERP states a document again when it is paid or printed; that does not make it a later one.
func (r *InvoiceRow) invoicedAt() time.Time {
	if r.IssuedOn == 0 {
		return r.At
	}
	if ends := r.IssuedOn.AddDays(1).Time(); ends.Before(r.Stated) {
		return ends
	}
	return r.Stated
}

// BilledLine is a quantity that was billed of a line.
type BilledLine struct {
	LineNo   int32            `avro:"line_no"`
	ItemID   string           `avro:"item_id"`
	Quantity schemas.Quantity `avro:"quantity"`
	UOM      string           `avro:"uom"`
	Amount   schemas.Amount   `avro:"amount"` // of ERP's invoices
}

// later is the later of two times. A row's time does not go back when a source's clock does.
func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
