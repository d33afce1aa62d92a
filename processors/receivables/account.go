package receivables

import (
	"time"

	"waybill/processors/money"
	"waybill/schemas"
)

// Account is what is known of one ERP invoice: what it bills, and what settles it or takes from it. What settles it may be
// known before the invoice is.
type Account struct {
	InvoiceID     string          `avro:"invoice_id"`
	Invoice       *Billed         `avro:"invoice"`             // nil: not known yet
	Paid          []schemas.Money `avro:"paid,type-alias=Sum"` // applications and their discounts; money of another currency settles nothing
	Discounts     []schemas.Money `avro:"discounts"`           // of paid: taken as discounts by AR
	Granted       schemas.Amount  `avro:"granted"`             // discount that short payments are entitled to and AR has not taken
	Credited      []schemas.Money `avro:"credited"`            // credit memos that refer to it
	Cancellations int64           `avro:"cancellations"`       // documents that cancel it
	Disputes      int64           `avro:"disputes"`            // raised so far
	OpenDisputes  int64           `avro:"open_disputes"`
	Disputed      schemas.Amount  `avro:"disputed"` // by open disputes
	Conceded      schemas.Amount  `avro:"conceded"` // by accepted disputes
	AsOf          time.Time       `avro:"as_of"`
}

// Billed is the latest state of the invoice itself.
type Billed struct {
	Kind       schemas.InvoiceKind `avro:"kind"`
	CustomerID string              `avro:"customer_id"`
	Currency   string              `avro:"currency"`
	Total      schemas.Amount      `avro:"total"`
	Lines      schemas.Amount      `avro:"lines"` // sum of the lines' amounts
	IssuedOn   schemas.Date        `avro:"issued_on"`
	DueOn      schemas.Date        `avro:"due_on"`
	Orders     int64               `avro:"orders"` // that it bills
	Origin     schemas.Evidence    `avro:"origin"`
}

// billed is the state of an invoice that an account keeps.
func billed(invoice *schemas.Invoice, orders int, origin schemas.Evidence) *Billed {
	b := &Billed{
		Kind: invoice.Kind, CustomerID: invoice.CustomerID, Currency: invoice.Currency, Total: invoice.Total,
		IssuedOn: invoice.IssuedOn, DueOn: invoice.DueOn,
		Orders: int64(orders), Origin: origin,
	}
	for _, line := range invoice.Lines {
		b.Lines = money.Sum(b.Lines, line.Amount)
	}
	return b
}

// correct puts the latest state of a credit memo or cancellation that refers to the invoice in place of its earlier one.
func (a *Account) correct(before, now *Correction) {
	for _, change := range []struct {
		correction *Correction
		sign       int64
	}{{before, -1}, {now, 1}} {
		switch {
		case change.correction == nil:
		case change.correction.Kind == schemas.InvoiceKindCancellation:
			a.Cancellations += change.sign
		case change.correction.Kind == schemas.InvoiceKindCreditMemo:
			a.Credited = money.Plus(a.Credited, change.correction.Currency, schemas.Amount(change.sign)*magnitude(change.correction.Total))
		}
	}
}

// Correction is the latest state of a credit memo or cancellation that refers to an invoice. A credit memo credits, whatever
// sign ERP gives its total.
type Correction struct {
	Kind     schemas.InvoiceKind `avro:"kind"`
	Currency string              `avro:"currency"`
	Total    schemas.Amount      `avro:"total"`
}

// correctionOf is what a document does to an invoice: nothing, when its latest state is about another one.
func correctionOf(invoice *schemas.Invoice, invoiceID string) *Correction {
	if about(invoice) != invoiceID {
		return &Correction{Kind: schemas.InvoiceKindInvoice}
	}
	return &Correction{Kind: invoice.Kind, Currency: invoice.Currency, Total: invoice.Total}
}

// about is the invoice that an ERP document is about: a credit memo or cancellation may be about another than itself.
func about(invoice *schemas.Invoice) string {
	if invoice.RefersTo != nil && invoice.Kind != schemas.InvoiceKindInvoice {
		return *invoice.RefersTo
	}
	return invoice.InvoiceID
}

// settle puts what a payment settles of the invoice now in place of what it settled before (nil: nothing).
func (a *Account) settle(before, now *Settlement) {
	if before != nil {
		a.Paid = money.Plus(a.Paid, before.Currency, -before.Amount)
		a.Discounts = money.Plus(a.Discounts, before.Currency, -before.Discount)
	}
	a.Paid = money.Plus(a.Paid, now.Currency, now.Amount)
	a.Discounts = money.Plus(a.Discounts, now.Currency, now.Discount)
}

// receivable is what is owed on the invoice; nil as long as the invoice is not known.
//
// A cancelled invoice is credited in full. A credit memo that refers to no invoice is a receivable of its own, below zero.
// Collections may ask for what is open, less open disputes, less what was conceded in accepted ones and is not credited
// yet.
func (a *Account) receivable() *schemas.Receivable {
	invoice := a.Invoice
	if invoice == nil {
		return nil
	}
	r := &schemas.Receivable{
		InvoiceID: a.InvoiceID, CustomerID: invoice.CustomerID, Currency: invoice.Currency, IssuedOn: new(invoice.IssuedOn), DueOn: new(invoice.DueOn), AsOf: a.AsOf,
		Billed:   invoice.Total,
		Paid:     money.Sum(money.In(a.Paid, invoice.Currency), a.Granted),
		Discount: money.Sum(money.In(a.Discounts, invoice.Currency), a.Granted),
		Credited: money.In(a.Credited, invoice.Currency),
		Disputed: a.Disputed,
		Disputes: a.Disputes,
	}
	if invoice.Kind == schemas.InvoiceKindCreditMemo {
		r.Billed = -magnitude(invoice.Total)
	}
	if a.cancelled() {
		r.Credited = r.Billed
	}
	r.Open = money.Sum(r.Billed, -r.Paid, -r.Credited)
	r.Collectable = max(0, money.Sum(r.Open, -a.objected()))
	r.State = a.state(r)
	return r
}

// objected is what collections may not ask for: open disputes, and what was conceded in accepted ones and is not credited
// yet.
func (a *Account) objected() schemas.Amount {
	credited := money.In(a.Credited, a.Invoice.Currency)
	if a.cancelled() {
		credited = a.Invoice.Total
	}
	return money.Sum(a.Disputed, max(0, money.Sum(a.Conceded, -credited)))
}

func (a *Account) cancelled() bool {
	return a.Cancellations > 0 || a.Invoice.Kind == schemas.InvoiceKindCancellation
}

// totalDiffers is by how much an invoice's total is not the sum of its lines, as long as something of it is billed.
func (a *Account) totalDiffers(r *schemas.Receivable) schemas.Amount {
	if a.cancelled() || r.Billed > 0 && r.Credited >= r.Billed {
		return 0
	}
	return magnitude(money.Sum(magnitude(a.Invoice.Total), -magnitude(a.Invoice.Lines)))
}

// state names where the invoice stands; the first that holds.
func (a *Account) state(r *schemas.Receivable) schemas.ReceivableState {
	switch {
	case a.cancelled():
		return schemas.ReceivableCancelled
	case a.OpenDisputes > 0:
		return schemas.ReceivableDisputed
	case r.Open <= 0 && r.Paid == 0 && (r.Credited > 0 || r.Billed < 0):
		return schemas.ReceivableCredited
	case r.Open <= 0:
		return schemas.ReceivablePaid
	case r.Paid > 0:
		return schemas.ReceivablePartial
	}
	return schemas.ReceivableOpen
}

// sameReceivable compares all that is told.
func sameReceivable(a, b *schemas.Receivable) bool {
	if a == nil || b == nil {
		return a == b
	}
	x, y := *a, *b
	x.IssuedOn, y.IssuedOn, x.DueOn, y.DueOn, x.AsOf, y.AsOf = nil, nil, nil, nil, time.Time{}, time.Time{}
	return x == y && *a.IssuedOn == *b.IssuedOn && *a.DueOn == *b.DueOn && a.AsOf.Equal(b.AsOf)
}

func magnitude[T ~int64](number T) T { return max(number, -number) }
