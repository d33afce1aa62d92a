package model

import "waybill/schemas"

// tellCredit raises the customers who owe more than their limit: on invoices, on orders that ERP has yet to invoice, less what
// they paid that is on no invoice; in their own currency alone.
func (e *Expectation) tellCredit(b *books, m *masterData, orders map[string]*order) {
	for _, id := range sortedKeys(m.customers) {
		customer := m.customers[id]
		if customer.CreditLimit == nil {
			continue
		}
		owed := zero
		for _, o := range orders {
			if o.placed == nil || o.placed.CustomerID != id || o.currency() != customer.Currency {
				continue
			}
			e.Uncredited[id] = e.Uncredited[id] || o.undetermined
			owed = plus(owed, notNegative(minus(o.due(), notNegative(b.invoicedOf(o)))))
		}
		for _, r := range e.Receivables {
			if r.CustomerID == id && r.Currency == customer.Currency {
				owed = plus(owed, r.Open)
			}
		}
		for _, payment := range b.payments {
			if payment.CustomerID != nil && *payment.CustomerID == id && payment.Currency == customer.Currency {
				owed = minus(owed, minus(amountOf(payment.Amount), placed(payment)))
			}
		}
		if beyond := minus(owed, amountOf(*customer.CreditLimit)); positive(beyond) && !e.Uncredited[id] {
			e.raise(Exception{Class: "credit_exceeded", CustomerID: id, Amount: beyond, Currency: customer.Currency})
		}
	}
}

// due is what an order comes to, billed or still to be billed.
func (o *order) due() number {
	due := zero
	for _, l := range o.sorted() {
		due = plus(due, l.unbilled())
		for _, bill := range l.billed {
			due = plus(due, bill.amount)
		}
	}
	return due
}

// invoicedOf is what ERP has invoiced of an order in the order's currency, less credit memos.
func (b *books) invoicedOf(o *order) number {
	invoiced := zero
	for _, id := range b.ofOrder[o.id] {
		d := b.documents[id]
		if b.cancelled(d) || d.Currency != o.currency() {
			continue
		}
		for _, line := range d.Lines {
			switch amount := amountOf(line.Amount); {
			case line.OrderID != o.id:
			case d.Kind == schemas.InvoiceKindCreditMemo:
				invoiced = minus(invoiced, size(amount))
			default:
				invoiced = plus(invoiced, amount)
			}
		}
	}
	return invoiced
}
