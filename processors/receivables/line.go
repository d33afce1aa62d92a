package receivables

import (
	"slices"

	"waybill/schemas"
	"waybill/state"
)

// lineKey is the key of what an invoice or bill says of an order line: order, line, document, place in the document. It
// is bytes, so that its beginnings serve as prefixes.
type lineKey string

// AppendKey appends the key's bytes.
func (k lineKey) AppendKey(dst []byte) []byte { return append(dst, k...) }

func lineOf(orderID string, lineNo int32) lineKey {
	return lineKey(state.AppendInt(state.AppendString(nil, orderID), int64(lineNo)))
}

func (k lineKey) in(document string) lineKey { return lineKey(state.AppendString([]byte(k), document)) }

func (k lineKey) at(place int) lineKey { return lineKey(state.AppendInt([]byte(k), int64(place))) }

// share is one line of an invoice-ready record; a credit's is negative.
type share struct {
	Unit       string           `avro:"unit"` // the billing unit
	ShipmentID string           `avro:"shipment_id"`
	ItemID     string           `avro:"item_id"`
	UOM        string           `avro:"uom"`
	CustomerID string           `avro:"customer_id"`
	Currency   string           `avro:"currency"`
	UnitPrice  schemas.Price    `avro:"unit_price"`
	PriceUnit  int64            `avro:"price_unit"`
	Quantity   schemas.Quantity `avro:"quantity"`
	Amount     schemas.Amount   `avro:"amount"`
}

// sharesOf reads an invoice-ready record. What is to be billed is the item that was shipped.
func sharesOf(ready *schemas.InvoiceReady) []share {
	shares := make([]share, len(ready.Lines))
	for i, line := range ready.Lines {
		shares[i] = share{
			Unit: unitOf(ready), ShipmentID: line.ShipmentID, ItemID: line.ShippedItemID, UOM: line.UOM, CustomerID: ready.CustomerID, Currency: ready.Currency,
			UnitPrice: line.UnitPrice, PriceUnit: line.PriceUnit, Quantity: line.Quantity, Amount: line.Amount,
		}
	}
	return shares
}

// unitOf is the billing unit of an invoice-ready record: the shipment, where its trigger bills shipment by shipment, else
// the order. A unit's credits and rebills are of the same unit, so that its net does not depend on how often it was
// corrected.
func unitOf(ready *schemas.InvoiceReady) string {
	switch ready.Trigger {
	case schemas.OnShipment, schemas.PerDelivery, schemas.ProofOfDelivery, schemas.Manual:
		if len(ready.Lines) > 0 {
			return ready.Lines[0].ShipmentID
		}
	default:
	}
	return ""
}

// bill is what is kept of an invoice-ready record beside its lines.
type bill struct {
	Unit string `avro:"unit"`
}

// naming lists the ERP documents that name an invoice-ready record.
type naming struct {
	Documents []string `avro:"documents"` // sorted
}

// charge is one line of an ERP invoice for an order line; a credit memo's is negative.
type charge struct {
	InvoiceID string           `avro:"invoice_id"`
	Place     int              `avro:"place"` // in the document
	ItemID    string           `avro:"item_id"`
	UOM       string           `avro:"uom"`
	UnitPrice schemas.Price    `avro:"unit_price"`
	PriceUnit int64            `avro:"price_unit"`
	Quantity  schemas.Quantity `avro:"quantity"`
	Amount    schemas.Amount   `avro:"amount"`
}

// chargesOf reads the part of an ERP invoice that concerns an order. A credit memo takes off what it lists, whatever sign
// ERP gives it; a cancellation bills nothing.
func chargesOf(invoice *schemas.Invoice) []charge {
	if invoice.Kind == schemas.InvoiceKindCancellation {
		return nil
	}
	charges := make([]charge, len(invoice.Lines))
	for i, line := range invoice.Lines {
		charges[i] = charge{
			InvoiceID: invoice.InvoiceID, Place: i, ItemID: line.ItemID, UOM: line.UOM, UnitPrice: line.UnitPrice, PriceUnit: line.PriceUnit,
			Quantity: line.Quantity, Amount: line.Amount,
		}
		if invoice.Kind == schemas.InvoiceKindCreditMemo {
			charges[i].Quantity, charges[i].Amount = -magnitude(line.Quantity), -magnitude(line.Amount)
		}
	}
	return charges
}

// document is the latest state of an ERP invoice, credit memo or cancellation as far as it concerns an order, and which
// documents refer to it. It may be referred to before it is known.
type document struct {
	InvoiceID   string              `avro:"invoice_id"`
	Known       bool                `avro:"known"`
	Kind        schemas.InvoiceKind `avro:"kind"`
	RefersTo    string              `avro:"refers_to"` // empty: to none
	ReadyID     string              `avro:"ready_id"`  // the invoice-ready record that it names; empty: none
	CustomerID  string              `avro:"customer_id"`
	Currency    string              `avro:"currency"`
	LineNos     []int32             `avro:"line_nos"`     // sorted
	Memos       []string            `avro:"memos"`        // credit memos that refer to it, sorted
	CancelledBy []string            `avro:"cancelled_by"` // cancellations that refer to it, sorted
	Origin      schemas.Evidence    `avro:"origin"`
}

// with is the document in the state that an invoice gives it. One without lines is taken out of the order: it does nothing
// to what the order was billed.
func (d document) with(invoice *schemas.Invoice, origin schemas.Evidence) *document {
	d.InvoiceID, d.Known, d.Kind, d.RefersTo, d.ReadyID = invoice.InvoiceID, true, invoice.Kind, "", ""
	d.CustomerID, d.Currency, d.Origin, d.LineNos = invoice.CustomerID, invoice.Currency, origin, nil
	if to := about(invoice); to != invoice.InvoiceID && len(invoice.Lines) > 0 {
		d.RefersTo = to
	}
	if invoice.InvoiceReadyID != nil {
		d.ReadyID = *invoice.InvoiceReadyID
	}
	for _, line := range invoice.Lines {
		d.LineNos = insert(d.LineNos, line.LineNo)
	}
	return &d
}

// stands tells that the document bills or credits: it is known and nothing cancels it.
func (d *document) stands() bool {
	return d != nil && d.Known && d.Kind != schemas.InvoiceKindCancellation && len(d.CancelledBy) == 0
}

// insert returns the sorted list with a value in it, once; the list itself stays as it is.
func insert[T int32 | string](list []T, value T) []T {
	at, found := slices.BinarySearch(list, value)
	if found {
		return list
	}
	return slices.Insert(slices.Clone(list), at, value)
}

// remove returns the list without a value; the list itself stays as it is.
func remove[T int32 | string](list []T, value T) []T {
	return slices.DeleteFunc(slices.Clone(list), func(other T) bool { return other == value })
}
