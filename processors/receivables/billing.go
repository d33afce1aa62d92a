package receivables

import (
	"fmt"
	"time"

	"waybill/processors/conditions"
	"waybill/processors/exposure"
	"waybill/processors/money"
	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
)

// onBilling takes an event about an invoice: the invoice itself, a document that corrects it, a payment or a dispute.
// Intake has dropped what is older than what it let through before, so each is the latest of its entity.
func (r *receivables) onBilling(s *stream.Step, event *schemas.BillingEvent) error {
	before := r.accounts.Get(s, state.Text(event.InvoiceID))
	account := Account{InvoiceID: event.InvoiceID}
	if before != nil {
		account = *before
	}
	var occurredAt time.Time
	switch invoice, payment, dispute := event.Invoice, event.Payment, event.Dispute; {
	case invoice != nil && invoice.InvoiceID == event.InvoiceID:
		occurredAt = invoice.Meta.OccurredAt
		r.takeInvoice(s, &account, invoice, event.Origin)
	case invoice != nil:
		occurredAt = invoice.Meta.OccurredAt
		key := state.TextPair{event.InvoiceID, invoice.InvoiceID}
		correction := correctionOf(invoice, event.InvoiceID)
		account.correct(r.corrections.Get(s, key), correction)
		r.corrections.Put(s, key, correction)
	case payment != nil:
		occurredAt = payment.Meta.OccurredAt
		key := state.TextPair{event.InvoiceID, payment.PaymentID}
		settled := settlement(event)
		account.settle(r.settlements.Get(s, key), settled)
		r.settlements.Put(s, key, settled)
		r.tellSettlement(s, &account, settled)
	case dispute != nil:
		occurredAt = dispute.Meta.OccurredAt
		key := state.TextPair{event.InvoiceID, dispute.DisputeID}
		row := &Dispute{Dispute: *dispute, Origin: event.Origin}
		var earlier *schemas.Dispute
		if old := r.disputes.Get(s, key); old != nil {
			earlier = &old.Dispute
		}
		account.dispute(earlier, dispute)
		r.disputes.Put(s, key, row)
		r.tellDispute(s, &account, row)
	}
	s.Observe(occurredAt)
	if occurredAt.After(account.AsOf) {
		account.AsOf = occurredAt
	}
	r.settle(s, before, &account)
	s.Count("applied")
	return nil
}

// settle keeps an account and says what has changed about it.
func (r *receivables) settle(s *stream.Step, before, account *Account) {
	deducted := r.assess(s, account)
	r.accounts.Put(s, state.Text(account.InvoiceID), account)
	r.tell(s, before, account, deducted)
}

// takeInvoice takes the latest state of the invoice itself. What is raised about it beside, names its customer, currency
// and order from here on.
func (r *receivables) takeInvoice(s *stream.Step, account *Account, invoice *schemas.Invoice, origin schemas.Evidence) {
	orders := ordersOf(invoice)
	account.Invoice = billed(invoice, len(orders), origin)
	if about(invoice) != account.InvoiceID {
		account.Invoice.Kind = schemas.InvoiceKindCancellation // it is about another invoice now, and bills nothing itself
	}
	billedNow := map[string]bool{}
	for i := range orders {
		billedNow[orders[i].OrderID] = true
		r.orders.Put(s, state.TextPair{account.InvoiceID, orders[i].OrderID}, &orders[i])
	}
	for order := range r.orders.Scan(s, state.Text(account.InvoiceID)) {
		if billedNow[order.OrderID] {
			continue
		}
		key := state.TextPair{account.InvoiceID, order.OrderID}
		r.orders.Delete(s, key)
		r.told.Delete(s, key)
		r.facts.Send(s, order.OrderID, &schemas.OrderFact{OrderID: order.OrderID, Receivable: noLongerBilled(account.InvoiceID)})
	}
	for dispute := range r.disputes.Scan(s, state.Text(account.InvoiceID)) {
		r.tellDispute(s, account, dispute)
	}
	r.unknown.Cancel(s, account.InvoiceID)
	for settled := range r.settlements.Scan(s, state.Text(account.InvoiceID)) {
		r.tellSettlement(s, account, settled)
	}
}

// tell says what has changed about an invoice, once it is known.
func (r *receivables) tell(s *stream.Step, before, account *Account, deducted deduction) {
	now := account.receivable()
	if now == nil {
		return
	}
	var earlier *schemas.Receivable
	if before != nil {
		earlier = before.receivable()
	}
	if !sameReceivable(earlier, now) {
		r.receivables.Send(s, account.InvoiceID, now)
	}
	exposure.Tell(s, r.exposures, schemas.CreditInvoice, account.InvoiceID, openOf(earlier), openOf(now), account.Invoice.Origin)
	r.tellTotal(s, account, now)
	r.tellDeduction(s, account, now, deducted)
	r.tellOrders(s, account, now)
}

// openOf is what an invoice takes of its customer's credit.
func openOf(r *schemas.Receivable) exposure.Use {
	if r == nil {
		return exposure.Use{}
	}
	return exposure.Use{CustomerID: r.CustomerID, Currency: r.Currency, Amount: r.Open}
}

// tellOrders tells each order that the invoice bills where the invoice stands, when that is news to it.
func (r *receivables) tellOrders(s *stream.Step, account *Account, now *schemas.Receivable) {
	var open, ever objections
	if account.Disputes > 0 || account.OpenDisputes > 0 {
		for row := range r.disputes.Scan(s, state.Text(account.InvoiceID)) {
			whole := row.Dispute.LineNo == nil || len(r.ordersWith(s, account.InvoiceID, row.Dispute.LineNo)) == 0
			ever.add(whole, row.Dispute.LineNo)
			if row.Dispute.Status == schemas.DisputeOpen {
				open.add(whole, row.Dispute.LineNo)
			}
		}
	}
	for order := range r.orders.Scan(s, state.Text(account.InvoiceID)) {
		key := state.TextPair{account.InvoiceID, order.OrderID}
		fact := orderFact(now, order, open, ever)
		if told := r.told.Get(s, key); told != nil && sameFact(told, fact) {
			continue
		}
		r.told.Put(s, key, fact)
		r.facts.Send(s, order.OrderID, &schemas.OrderFact{OrderID: order.OrderID, Receivable: fact})
	}
}

// ordersWith lists the orders that the invoice bills with a line of that number; all that it bills when it is nil.
func (r *receivables) ordersWith(s *stream.Step, invoiceID string, lineNo *int32) (orderIDs []string) {
	for order := range r.orders.Scan(s, state.Text(invoiceID)) {
		if lineNo == nil || len(order.disputedLines([]int32{*lineNo})) > 0 {
			orderIDs = append(orderIDs, order.OrderID)
		}
	}
	return orderIDs
}

// about begins a condition about an invoice: it names what is known of customer, currency and, where it is one, order.
func (r *receivables) about(s *stream.Step, account *Account, class, id, message string, lineNo *int32, amount schemas.Amount, cause schemas.Evidence) *schemas.Condition {
	condition := conditions.Raise(s.Now(), stageName, class, id, message)
	condition.InvoiceID, condition.LineNo, condition.AmountAtRisk = new(account.InvoiceID), lineNo, new(amount)
	condition.Causes = append(condition.Causes, cause)
	if account.Invoice != nil {
		condition.CustomerID, condition.Currency = new(account.Invoice.CustomerID), new(account.Invoice.Currency)
	}
	if orderIDs := r.ordersWith(s, account.InvoiceID, lineNo); len(orderIDs) == 1 {
		condition.OrderID = &orderIDs[0]
	}
	return condition
}

// tellDispute raises a dispute that is open, and clears one that was closed.
func (r *receivables) tellDispute(s *stream.Step, account *Account, row *Dispute) {
	dispute := &row.Dispute
	id := conditions.ID(conditions.Disputed, account.InvoiceID, dispute.DisputeID)
	if dispute.Status != schemas.DisputeOpen {
		r.conditions.Clear(s, conditions.Disputed, id, "the dispute was "+string(dispute.Status))
		return
	}
	currency := ""
	if account.Invoice != nil {
		currency = account.Invoice.Currency
	}
	r.conditions.Raise(s, r.about(s, account, conditions.Disputed, id, disputeMessage(dispute, currency), dispute.LineNo, dispute.Amount, row.Origin))
}

// tellTotal raises an invoice whose total is not the sum of its lines.
func (r *receivables) tellTotal(s *stream.Step, account *Account, now *schemas.Receivable) {
	id := conditions.ID(conditions.InvoiceMismatch, "total", account.InvoiceID)
	difference := account.totalDiffers(now)
	if difference == 0 {
		r.conditions.Clear(s, conditions.InvoiceMismatch, id, "the total agrees")
		return
	}
	r.conditions.Raise(s, r.about(s, account, conditions.InvoiceMismatch, id, fmt.Sprintf("invoice %s: total %s where its lines come to %s",
		account.InvoiceID, money.Text(account.Invoice.Total, account.Invoice.Currency), money.Digits(account.Invoice.Lines, account.Invoice.Currency)), nil, difference, account.Invoice.Origin))
}
