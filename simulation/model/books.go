package model

import (
	"fmt"
	"math/big"
	"slices"

	"waybill/schemas"
)

// books are what ERP and AR say in the end: the latest state of every document, payment and dispute.
type books struct {
	documents map[string]*schemas.Invoice
	ofOrder   map[string][]string // documents that bill an order, by their ids
	payments  []*schemas.Payment
	disputes  []*schemas.Dispute
}

func booksOf(f *facts) *books {
	b := &books{documents: map[string]*schemas.Invoice{}, ofOrder: map[string][]string{}}
	for _, l := range f.sorted("erp.invoices") {
		for _, event := range l.taken() {
			b.documents[l.entity] = event.Value.(*schemas.Invoice)
		}
	}
	for _, id := range sortedKeys(b.documents) {
		for _, line := range b.documents[id].Lines {
			if of := b.ofOrder[line.OrderID]; len(of) == 0 || of[len(of)-1] != id {
				b.ofOrder[line.OrderID] = append(of, id)
			}
		}
	}
	for _, l := range f.sorted("ar.payments") {
		for _, event := range l.taken() {
			b.payments = append(b.payments, event.Value.(*schemas.Payment))
		}
	}
	for _, l := range f.sorted("ar.disputes") {
		for _, event := range l.taken() {
			b.disputes = append(b.disputes, event.Value.(*schemas.Dispute))
		}
	}
	return b
}

// about is the invoice that a document is about.
func about(d *schemas.Invoice) string {
	if d.Kind != schemas.InvoiceKindInvoice && d.RefersTo != nil {
		return *d.RefersTo
	}
	return d.InvoiceID
}

// corrections are the other documents about an invoice.
func (b *books) corrections(invoiceID string, kind schemas.InvoiceKind) (documents []*schemas.Invoice) {
	for _, id := range sortedKeys(b.documents) {
		if d := b.documents[id]; id != invoiceID && about(d) == invoiceID && d.Kind == kind {
			documents = append(documents, d)
		}
	}
	return documents
}

func (b *books) cancelled(d *schemas.Invoice) bool {
	return d.Kind == schemas.InvoiceKindCancellation || len(b.corrections(d.InvoiceID, schemas.InvoiceKindCancellation)) > 0
}

// Receivable is what is owed on an invoice.
type Receivable struct {
	CustomerID, Currency, State                         string
	Billed, Paid, Credited, Disputed, Open, Collectable number
}

// String is a line for people.
func (r Receivable) String() string {
	return fmt.Sprintf("%s by %s: billed %s paid %s credited %s disputed %s open %s collectable %s %s",
		r.State, r.CustomerID, text(r.Billed), text(r.Paid), text(r.Credited), text(r.Disputed), text(r.Open), text(r.Collectable), r.Currency)
}

// tellReceivables works out what is owed on each invoice, and what about it is in the way of collecting it.
func (e *Expectation) tellReceivables(b *books, m *masterData) {
	for _, id := range sortedKeys(b.documents) {
		if d := b.documents[id]; about(d) == id {
			e.tellReceivable(b, m, d)
		}
	}
	for _, dispute := range b.disputes {
		if dispute.Status != schemas.DisputeOpen {
			continue
		}
		x := Exception{Class: "disputed", InvoiceID: dispute.InvoiceID, LineNo: said(dispute.LineNo), Amount: amountOf(dispute.Amount)}
		if d := b.documents[dispute.InvoiceID]; d != nil && about(d) == d.InvoiceID {
			x.Currency, x.Orders = d.Currency, onlyOrder(d, dispute.LineNo)
		}
		e.raise(x)
	}
}

// onlyOrder is the order that an invoice bills, with a line of that number if one is named; empty where there are several.
func onlyOrder(d *schemas.Invoice, lineNo *int32) string {
	orders := []string{}
	for _, line := range d.Lines {
		if (lineNo == nil || line.LineNo == *lineNo) && !slices.Contains(orders, line.OrderID) {
			orders = append(orders, line.OrderID)
		}
	}
	return choose(len(orders) == 1, first(orders), "")
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

func (e *Expectation) tellReceivable(b *books, m *masterData, d *schemas.Invoice) {
	r := Receivable{CustomerID: d.CustomerID, Currency: d.Currency, Billed: amountOf(d.Total), Paid: zero, Credited: zero, Disputed: zero}
	if d.Kind == schemas.InvoiceKindCreditMemo { // of no invoice in particular
		r.Billed = negated(size(r.Billed))
	}
	for _, payment := range b.payments {
		applied := zero
		for _, application := range payment.Applications {
			if application.InvoiceID == d.InvoiceID {
				applied = plus(applied, plus(amountOf(application.Amount), amountOf(application.Discount)))
			}
		}
		switch {
		case payment.Currency == d.Currency:
			r.Paid = plus(r.Paid, applied)
		case applied.Sign() != 0:
			e.raise(Exception{Class: "unapplied_payment", InvoiceID: d.InvoiceID, Orders: onlyOrder(d, nil), Amount: applied, Currency: payment.Currency})
		}
	}
	for _, memo := range b.corrections(d.InvoiceID, schemas.InvoiceKindCreditMemo) {
		if memo.Currency == d.Currency {
			r.Credited = plus(r.Credited, size(amountOf(memo.Total)))
		}
	}
	cancelled := b.cancelled(d)
	if cancelled {
		r.Credited = r.Billed
	}
	conceded, isDisputed := zero, false
	for _, dispute := range b.disputes {
		switch {
		case dispute.InvoiceID != d.InvoiceID:
		case dispute.Status == schemas.DisputeOpen:
			r.Disputed, isDisputed = plus(r.Disputed, amountOf(dispute.Amount)), true
		case dispute.Status == schemas.DisputeAccepted:
			conceded = plus(conceded, amountOf(dispute.Amount))
		}
	}
	objected := plus(r.Disputed, notNegative(minus(conceded, r.Credited)))
	r.Paid = plus(r.Paid, e.settle(b, m, d, minus(r.Billed, r.Credited), objected))
	r.Open = minus(minus(r.Billed, r.Paid), r.Credited)
	r.Collectable = notNegative(minus(r.Open, objected))
	if excess := least(r.Paid, negated(r.Open)); positive(excess) {
		e.raise(Exception{Class: "unapplied_payment", InvoiceID: d.InvoiceID, Orders: onlyOrder(d, nil), Amount: excess, Currency: d.Currency})
	}
	switch {
	case cancelled:
		r.State = "cancelled"
	case isDisputed:
		r.State = "disputed"
	case !positive(r.Open) && r.Paid.Sign() == 0 && (positive(r.Credited) || r.Billed.Sign() < 0):
		r.State = "credited"
	case !positive(r.Open):
		r.State = "paid"
	case positive(r.Paid):
		r.State = "partially_paid"
	default:
		r.State = "open"
	}
	e.Receivables[d.InvoiceID] = r
	lines := zero
	for _, line := range d.Lines {
		lines = plus(lines, amountOf(line.Amount))
	}
	settled := cancelled || positive(r.Billed) && !less(r.Credited, r.Billed)
	if differs := size(minus(size(r.Billed), size(lines))); !settled && positive(differs) {
		e.raise(Exception{Class: "invoice_mismatch", InvoiceID: d.InvoiceID, Orders: onlyOrder(d, nil), Amount: differs, Currency: d.Currency})
	}
}

// matched are the classes that compare what ERP billed of an order line with what was ready.
var matched = []string{"invoice_mismatch", "double_invoiced", "invoiced_not_shipped"}

// billedAs is what ERP billed, or was to bill, of a line on the same terms.
type billedAs struct {
	item, uom, customer, currency string
	price                         string
}

type sum struct{ quantity, amount number }

// sums are what is left of quantities and amounts by their terms; what comes to nothing is not in it.
type sums map[billedAs]sum

func (s sums) add(terms billedAs, quantity, amount number) {
	before, known := s[terms]
	if !known {
		before = sum{zero, zero}
	}
	s[terms] = sum{plus(before.quantity, quantity), plus(before.amount, amount)}
	if s[terms].quantity.Sign() == 0 && s[terms].amount.Sign() == 0 {
		delete(s, terms)
	}
}

func (s sums) only() (billedAs, sum) {
	for terms, of := range s {
		return terms, of
	}
	return billedAs{}, sum{zero, zero}
}

// invoicedLine is what ERP billed of an order line, credits taken off.
type invoicedLine struct {
	invoiced  sums
	byInvoice map[string]sums
	spoilt    bool // something was not billed at its own quantity × price
	credited  bool
}

// tellMatches compares what ERP billed of each order line with what was ready. A line that was billed, or was to be billed,
// on several terms at once is left out: how such differences are put into words is not said by the rules.
func (e *Expectation) tellMatches(b *books, orders map[string]*order) {
	invoiced := b.invoicedLines()
	for at, l := range invoiced {
		if len(l.invoiced) > 0 {
			e.match(at, l, orders[at.OrderID])
		}
	}
	e.tellUnbilled(orders, invoiced)
}

func (b *books) invoicedLines() map[OrderLine]*invoicedLine {
	lines := map[OrderLine]*invoicedLine{}
	for _, id := range sortedKeys(b.documents) {
		d := b.documents[id]
		invoice, sign := d, whole(1)
		if d.Kind == schemas.InvoiceKindCreditMemo {
			invoice, sign = b.documents[about(d)], whole(-1)
		}
		for _, line := range d.Lines {
			if !b.stands(invoice, line.OrderID) || !b.stands(d, line.OrderID) {
				continue
			}
			at := OrderLine{line.OrderID, line.LineNo}
			if lines[at] == nil {
				lines[at] = &invoicedLine{invoiced: sums{}, byInvoice: map[string]sums{}}
			}
			l, price := lines[at], over(priceOf(line.UnitPrice), whole(line.PriceUnit))
			quantity, amount := times(sign, size(quantityOf(line.Quantity))), times(sign, size(amountOf(line.Amount)))
			terms := billedAs{line.ItemID, line.UOM, d.CustomerID, d.Currency, price.RatString()}
			if l.byInvoice[invoice.InvoiceID] == nil {
				l.byInvoice[invoice.InvoiceID] = sums{}
			}
			l.invoiced.add(terms, quantity, amount)
			l.byInvoice[invoice.InvoiceID].add(terms, quantity, amount)
			l.spoilt = l.spoilt || !equal(size(amount), payable(times(size(quantity), price), d.Currency))
			l.credited = l.credited || d.Kind == schemas.InvoiceKindCreditMemo
		}
	}
	return lines
}

// stands tells that a document bills an order, or credits it: it is known there and nothing cancels it.
func (b *books) stands(d *schemas.Invoice, orderID string) bool {
	names := func(d *schemas.Invoice) bool {
		return slices.ContainsFunc(d.Lines, func(line schemas.InvoiceLine) bool { return line.OrderID == orderID })
	}
	return d != nil && names(d) && d.Kind != schemas.InvoiceKindCancellation &&
		!slices.ContainsFunc(b.corrections(d.InvoiceID, schemas.InvoiceKindCancellation), names)
}

// match says what is wrong with what was billed of a line.
func (e *Expectation) match(at OrderLine, l *invoicedLine, o *order) {
	ready := sums{}
	if o != nil && o.undetermined {
		e.Unmatched[at] = true
		return
	}
	if o != nil && o.lines[at.LineNo] != nil {
		for _, b := range o.lines[at.LineNo].billed {
			ready.add(billedAs{b.item, b.in.uom, o.placed.CustomerID, o.currency(), b.price.RatString()}, b.quantity, b.amount)
		}
	}
	terms, invoiced := l.invoiced.only()
	readyTerms, readySum := ready.only()
	x := Exception{Orders: at.OrderID, LineNo: at.LineNo, Currency: terms.currency}
	var invoices []string
	billing := 0
	for _, id := range sortedKeys(l.byInvoice) {
		quantity := zero
		for _, of := range l.byInvoice[id] {
			quantity = plus(quantity, of.quantity)
		}
		if len(l.byInvoice[id]) > 0 {
			invoices = append(invoices, id)
		}
		if positive(quantity) {
			billing++
		}
	}
	if len(invoices) == 1 {
		x.InvoiceID = invoices[0]
	}
	differ := terms.item != readyTerms.item || terms.uom != readyTerms.uom || terms.customer != readyTerms.customer || terms.currency != readyTerms.currency
	tooMuch := less(readySum.quantity, invoiced.quantity)
	expected := readySum.amount
	if less(invoiced.quantity, readySum.quantity) && len(ready) == 1 {
		expected = payable(times(invoiced.quantity, rat(readyTerms.price)), readyTerms.currency)
	}
	switch {
	case len(l.invoiced) > 1 || len(ready) > 1 || l.spoilt || !positive(invoiced.quantity):
		e.Unmatched[at] = true
		return
	case len(ready) == 0:
		x.Class, x.Amount = "invoiced_not_shipped", size(invoiced.amount)
	case tooMuch && billing > 1 && (differ || terms.price != readyTerms.price), l.credited && equal(invoiced.amount, readySum.amount) && terms != readyTerms:
		e.Unmatched[at] = true
		return
	case differ && terms.uom != readyTerms.uom && terms.item == readyTerms.item && terms.customer == readyTerms.customer && terms.currency == readyTerms.currency:
		// Unlike quantities: all that is billed is in question, or all that the money is away from what is ready.
		x.Class, x.Amount = "invoice_mismatch", most(size(invoiced.amount), size(minus(invoiced.amount, readySum.amount)))
	case differ: // all of it is in question
		x.Class, x.Amount = "invoice_mismatch", size(invoiced.amount)
	case tooMuch && billing > 1:
		x.Class, x.Amount = "double_invoiced", size(minus(invoiced.amount, expected))
	case tooMuch || terms.price != readyTerms.price:
		x.Class, x.Amount = "invoice_mismatch", size(minus(invoiced.amount, expected))
	default:
		return // part of what was ready, or all
	}
	e.raise(x)
}

func rat(text string) number {
	n, _ := new(big.Rat).SetString(text)
	return n
}
