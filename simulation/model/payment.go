package model

import "waybill/schemas"

// placed is how much of a payment's money AR has placed with invoices.
func placed(payment *schemas.Payment) number {
	sum := zero
	for _, application := range payment.Applications {
		sum = plus(sum, amountOf(application.Amount))
	}
	return sum
}

// tellPayments raises what of each payment is not placed, or is placed twice, and what is placed with invoices that ERP has
// not issued.
func (e *Expectation) tellPayments(b *books) {
	for _, payment := range b.payments {
		if off := minus(amountOf(payment.Amount), placed(payment)); off.Sign() != 0 {
			e.raise(Exception{Class: "unapplied_payment", Amount: size(off), Currency: payment.Currency})
		}
		lost := map[string]number{}
		for _, application := range payment.Applications {
			if d := b.documents[application.InvoiceID]; d == nil || about(d) != d.InvoiceID {
				lost[application.InvoiceID] = plus(orZero(lost[application.InvoiceID]), plus(amountOf(application.Amount), amountOf(application.Discount)))
			}
		}
		for invoiceID, amount := range lost {
			if positive(amount) {
				e.raise(Exception{Class: "unapplied_payment", InvoiceID: invoiceID, Amount: amount, Currency: payment.Currency})
			}
		}
	}
}

// received is all money and discounts that were placed with an invoice in its own currency.
type received struct {
	money, early, discounts number
	any, more               bool // something was; and AR says that more is to come
}

// receivedOf looks through the payments; early is what came within so many days of the invoice.
func (b *books) receivedOf(d *schemas.Invoice, days int32) received {
	r := received{money: zero, early: zero, discounts: zero}
	for _, payment := range b.payments {
		if payment.Currency != d.Currency {
			continue
		}
		all, partly := zero, false
		for _, application := range payment.Applications {
			if application.InvoiceID != d.InvoiceID {
				continue
			}
			amount, discount := amountOf(application.Amount), amountOf(application.Discount)
			all, r.money, r.discounts = plus(all, plus(amount, discount)), plus(r.money, amount), plus(r.discounts, discount)
			if int32(payment.ReceivedOn) <= int32(d.IssuedOn)+days {
				r.early = plus(r.early, amount)
			}
			partly = partly || application.Reason != nil && *application.Reason == "part_payment"
		}
		if positive(all) {
			r.any = true
			r.more = r.more || partly || less(placed(payment), amountOf(payment.Amount))
		}
	}
	return r
}

// settle says what is short of an invoice that customers have paid, where nothing more is to come, and what is too much; and
// it grants what was kept back within terms, which is returned. Owed is what is billed net of credits, and not objected to.
func (e *Expectation) settle(b *books, m *masterData, d *schemas.Invoice, net, objected number) (granted number) {
	days, percent := int32(-1), zero
	if customer := m.customers[d.CustomerID]; customer != nil {
		days, percent = customer.PaymentTerms.DiscountDays, percentOf(customer.PaymentTerms.DiscountPercent)
	}
	r := b.receivedOf(d, days)
	if !r.any || r.more || d.Kind != schemas.InvoiceKindInvoice || b.cancelled(d) {
		return zero
	}
	kept := notNegative(minus(minus(net, r.money), objected))
	allowed := zero
	if positive(r.early) && positive(net) {
		allowed = payable(times(net, percent), d.Currency)
		if less(percent, whole(1)) {
			allowed = least(allowed, payable(over(times(r.early, percent), minus(whole(1), percent)), d.Currency))
		}
	}
	if less(allowed, kept) { // it does not settle the invoice: what AR took for a discount stands, as far as it is one
		allowed = least(allowed, r.discounts)
	}
	allowed = least(allowed, kept)
	if short := minus(kept, allowed); positive(short) {
		e.raise(Exception{Class: "short_pay", InvoiceID: d.InvoiceID, Orders: onlyOrder(d, nil), Amount: short, Currency: d.Currency})
	}
	return notNegative(minus(allowed, r.discounts))
}
