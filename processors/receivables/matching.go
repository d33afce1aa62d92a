package receivables

import (
	"fmt"
	"strconv"
	"strings"

	"waybill/processors/conditions"
	"waybill/processors/money"
	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
)

// onInvoiceReady takes a bill, credit or rebill of an order. Its lines are compared again, and so are those of the ERP
// documents that name it, which can only now be told to which billing unit they belong.
func (r *receivables) onInvoiceReady(s *stream.Step, ready *schemas.InvoiceReady) error {
	s.Observe(ready.ReadyAt)
	var touched []int32
	for i, share := range sharesOf(ready) {
		lineNo := ready.Lines[i].LineNo
		r.shares.Put(s, lineOf(ready.OrderID, lineNo).in(ready.InvoiceReadyID).at(i), &share)
		touched = insert(touched, lineNo)
	}
	key := state.TextPair{ready.OrderID, ready.InvoiceReadyID}
	r.bills.Put(s, key, &bill{Unit: unitOf(ready)})
	if naming := r.named.Get(s, key); naming != nil {
		for _, invoiceID := range naming.Documents {
			touched = r.touch(s, touched, ready.OrderID, invoiceID)
		}
	}
	r.match(s, ready.OrderID, touched, evidenceOf(ready))
	s.Count("applied")
	return nil
}

// evidenceOf is what made a bill ready, as far as it says.
func evidenceOf(ready *schemas.InvoiceReady) (evidence schemas.Evidence) {
	if n := len(ready.Evidence); n > 0 {
		evidence = ready.Evidence[n-1]
	}
	return evidence
}

// onOrderInvoice takes the latest state of an ERP invoice, credit memo or cancellation as far as it concerns an order.
func (r *receivables) onOrderInvoice(s *stream.Step, event *schemas.OrderInvoice) error {
	invoice := &event.Invoice
	s.Observe(invoice.Meta.OccurredAt)
	before := r.document(s, event.OrderID, invoice.InvoiceID)
	now := before.with(invoice, event.Origin)
	touched := r.touch(s, nil, event.OrderID, invoice.InvoiceID)
	for _, lineNo := range before.LineNos {
		line := lineOf(event.OrderID, lineNo).in(invoice.InvoiceID)
		for charge := range r.charges.Scan(s, line) {
			r.charges.Delete(s, line.at(charge.Place))
		}
	}
	for i, charge := range chargesOf(invoice) {
		r.charges.Put(s, lineOf(event.OrderID, invoice.Lines[i].LineNo).in(invoice.InvoiceID).at(i), &charge)
	}
	r.documents.Put(s, state.TextPair{event.OrderID, invoice.InvoiceID}, now)
	r.refer(s, event.OrderID, &before, now)
	r.name(s, event.OrderID, &before, now)
	for _, invoiceID := range []string{invoice.InvoiceID, before.RefersTo, now.RefersTo} {
		touched = r.touch(s, touched, event.OrderID, invoiceID)
	}
	r.match(s, event.OrderID, touched, event.Origin)
	s.Count("applied")
	return nil
}

// document is a copy of what is known of an ERP document.
func (r *receivables) document(s *stream.Step, orderID, invoiceID string) document {
	if known := r.documents.Get(s, state.TextPair{orderID, invoiceID}); known != nil {
		return *known
	}
	return document{InvoiceID: invoiceID}
}

// refer moves a document from the one that it referred to, to the one that it refers to now.
func (r *receivables) refer(s *stream.Step, orderID string, before, now *document) {
	if before.RefersTo == now.RefersTo && before.Kind == now.Kind {
		return
	}
	for _, change := range []struct {
		target string
		list   func(list []string, id string) []string
		kind   schemas.InvoiceKind
	}{{before.RefersTo, remove[string], before.Kind}, {now.RefersTo, insert[string], now.Kind}} {
		if change.target == "" {
			continue
		}
		target := r.document(s, orderID, change.target)
		if change.kind == schemas.InvoiceKindCancellation {
			target.CancelledBy = change.list(target.CancelledBy, now.InvoiceID)
		} else {
			target.Memos = change.list(target.Memos, now.InvoiceID)
		}
		r.documents.Put(s, state.TextPair{orderID, change.target}, &target)
	}
}

// name moves a document from the invoice-ready record that it named, to the one that it names now.
func (r *receivables) name(s *stream.Step, orderID string, before, now *document) {
	if before.ReadyID == now.ReadyID {
		return
	}
	for _, change := range []struct {
		readyID string
		list    func(list []string, id string) []string
	}{{before.ReadyID, remove[string]}, {now.ReadyID, insert[string]}} {
		if change.readyID == "" {
			continue
		}
		key := state.TextPair{orderID, change.readyID}
		row := naming{}
		if known := r.named.Get(s, key); known != nil {
			row = *known
		}
		row.Documents = change.list(row.Documents, now.InvoiceID)
		r.named.Put(s, key, &row)
	}
}

// touch adds the lines whose comparison a document bears on: its own, and those of the credit memos that refer to it.
func (r *receivables) touch(s *stream.Step, touched []int32, orderID, invoiceID string) []int32 {
	known := r.documents.Get(s, state.TextPair{orderID, invoiceID})
	if known == nil {
		return touched
	}
	for _, lineNo := range known.LineNos {
		touched = insert(touched, lineNo)
	}
	for _, memo := range known.Memos {
		for _, lineNo := range r.document(s, orderID, memo).LineNos {
			touched = insert(touched, lineNo)
		}
	}
	return touched
}

// match compares lines of an order, and says what is wrong with each.
func (r *receivables) match(s *stream.Step, orderID string, lineNos []int32, cause schemas.Evidence) {
	for _, lineNo := range lineNos {
		ready, billed := r.line(s, orderID, lineNo)
		r.tellVerdict(s, orderID, lineNo, compare(ready, billed), billed)
		customerID := ""
		if len(ready) > 0 {
			customerID = ready[0].CustomerID
		}
		r.keepLeft(s, orderID, lineNo, leftOver(ready, billed), customerID, cause)
	}
}

// line is what is ready of a line and what stands billed of it.
func (r *receivables) line(s *stream.Step, orderID string, lineNo int32) (ready []share, billed []billing) {
	for share := range r.shares.Scan(s, lineOf(orderID, lineNo)) {
		ready = append(ready, *share)
	}
	for charge := range r.charges.Scan(s, lineOf(orderID, lineNo)) {
		if b := r.billing(s, orderID, charge); b != nil {
			billed = append(billed, *b)
		}
	}
	return ready, billed
}

// billing is what a document's charge bills or credits; nil when it does not stand. A credit memo stands with the invoice
// that it refers to, and is of the same billing unit unless it names one itself.
func (r *receivables) billing(s *stream.Step, orderID string, c *charge) *billing {
	doc := r.documents.Get(s, state.TextPair{orderID, c.InvoiceID})
	if !doc.stands() {
		return nil
	}
	b := &billing{charge: *c, CustomerID: doc.CustomerID, Currency: doc.Currency, Invoice: doc.InvoiceID, Credit: doc.Kind == schemas.InvoiceKindCreditMemo}
	readyID := doc.ReadyID
	if doc.RefersTo != "" {
		credited := r.documents.Get(s, state.TextPair{orderID, doc.RefersTo})
		if !credited.stands() {
			return nil
		}
		b.Invoice = credited.InvoiceID
		if readyID == "" {
			readyID = credited.ReadyID
		}
	}
	if readyID != "" {
		if bill := r.bills.Get(s, state.TextPair{orderID, readyID}); bill != nil {
			b.Unit = &bill.Unit
		}
	}
	return b
}

// graceKey names a line to its timer.
func graceKey(orderID string, lineNo int32) string { return fmt.Sprintf("%d/%s", lineNo, orderID) }

// graceEnds raises an invoice that is still ahead of what is ready; had it been caught up with, its timer would be gone.
func (r *receivables) graceEnds(s *stream.Step, key string) error {
	line, orderID, _ := strings.Cut(key, "/")
	lineNo, err := strconv.ParseInt(line, 10, 32)
	if err != nil {
		return fmt.Errorf("timer %q does not begin with a line number: %w", key, err)
	}
	v := compare(r.line(s, orderID, int32(lineNo)))
	r.raise(s, conditions.InvoicedNotShipped, orderID, int32(lineNo), v.NotShipped, notShippedMessage)
	return nil
}

// tellVerdict raises what is wrong with a line, and clears what is not wrong any more.
func (r *receivables) tellVerdict(s *stream.Step, orderID string, lineNo int32, v verdict, billed []billing) {
	ended := resolution(billed)
	for _, class := range []struct {
		name     string
		findings []finding
		message  func(finding) string
	}{
		{conditions.InvoiceMismatch, v.Mismatch, mismatchMessage},
		{conditions.DoubleInvoiced, v.Double, doubleMessage},
	} {
		if len(class.findings) > 0 {
			r.raise(s, class.name, orderID, lineNo, class.findings, class.message)
		} else {
			r.conditions.Clear(s, class.name, lineID(class.name, orderID, lineNo), ended)
		}
	}
	id, key := lineID(conditions.InvoicedNotShipped, orderID, lineNo), graceKey(orderID, lineNo)
	switch {
	case len(v.NotShipped) == 0:
		r.grace.Cancel(s, key)
		r.conditions.Clear(s, conditions.InvoicedNotShipped, id, ended)
	case r.conditions.Stands(s, id):
		r.raise(s, conditions.InvoicedNotShipped, orderID, lineNo, v.NotShipped, notShippedMessage)
	default:
		r.grace.SetIfNone(s, key, s.Now().Add(r.policy.NotShippedGrace))
	}
}

// resolution is how a difference ended.
func resolution(billed []billing) string {
	if len(billed) == 0 {
		return "the invoice was cancelled"
	}
	for _, b := range billed {
		if b.Credit {
			return "credited"
		}
	}
	return "the invoice and what is ready agree"
}

// lineID names what is wrong with an order line by class.
func lineID(class, orderID string, lineNo int32) string {
	return conditions.ID(class, orderID, strconv.Itoa(int(lineNo)))
}

// raise says what the findings of one class on a line come to.
func (r *receivables) raise(s *stream.Step, class, orderID string, lineNo int32, findings []finding, message func(finding) string) {
	texts := make([]string, len(findings))
	var invoices []string
	var atRisk schemas.Amount
	for i, f := range findings {
		texts[i] = message(f)
		atRisk = money.Sum(atRisk, f.Amount)
		for _, invoiceID := range f.Invoices {
			invoices = insert(invoices, invoiceID)
		}
	}
	condition := conditions.Raise(s.Now(), stageName, class, lineID(class, orderID, lineNo),
		fmt.Sprintf("order %s line %d: %s", orderID, lineNo, strings.Join(texts, "; ")))
	condition.OrderID, condition.LineNo = &orderID, &lineNo
	condition.AmountAtRisk, condition.Currency = &atRisk, &findings[0].Currency
	if len(invoices) == 1 {
		condition.InvoiceID = &invoices[0]
	}
	for _, invoiceID := range invoices {
		doc := r.document(s, orderID, invoiceID)
		condition.CustomerID = &doc.CustomerID
		condition.Causes = append(condition.Causes, doc.Origin)
	}
	r.conditions.Raise(s, condition)
}
