package receivables

import (
	"fmt"
	"slices"
	"strings"

	"waybill/processors/conditions"
	"waybill/processors/exposure"
	"waybill/processors/money"
	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
)

// PaymentState is how far AR has placed a payment.
type PaymentState string

// The states, in the order in which a payment passes them.
const (
	Unidentified PaymentState = "unidentified" // nobody knows whose it is
	Unapplied    PaymentState = "unapplied"    // its customer is known, and not what it is for
	OnAccount    PaymentState = "on account"   // part of it is applied to no invoice
	Applied      PaymentState = "applied"      // all of it is, or it was reversed and there is nothing to apply
	OverApplied  PaymentState = "over-applied" // more is applied than was received
)

// placed tells how far a payment is placed, and how much of it is not, or is too much.
func placed(payment *schemas.Payment) (state PaymentState, amount schemas.Amount) {
	applied := money.Applied(payment.Applications)
	left := money.Sum(payment.Amount, -applied)
	switch {
	case left < 0:
		return OverApplied, -left
	case left == 0:
		return Applied, 0
	case applied > 0:
		return OnAccount, left
	case payment.CustomerID == nil:
		return Unidentified, left
	}
	return Unapplied, left
}

// placeMessage says where a payment stands and what brings it on; empty for one that is applied.
func placeMessage(payment *schemas.Payment, state PaymentState, amount schemas.Amount) string {
	from := ""
	if payment.CustomerID != nil {
		from = " from customer " + *payment.CustomerID
	}
	text := fmt.Sprintf("payment %s of %s, received on %s%s, is %s", payment.PaymentID, money.Text(payment.Amount, payment.Currency), payment.ReceivedOn, from, state)
	switch state {
	case Unidentified:
		return text + ": it names no customer and no invoice. Find out whose it is"
	case Unapplied:
		return text + ": it names no invoice. Apply it to what it pays"
	case OnAccount:
		return text + fmt.Sprintf(" with %s: the rest is applied to %s. Apply it, or pay it back", money.Digits(amount, payment.Currency), by(invoicesOf(payment)))
	case OverApplied:
		return text + fmt.Sprintf(": %s more than was received is applied to %s. Correct what it is applied to", money.Digits(amount, payment.Currency), by(invoicesOf(payment)))
	}
	return ""
}

// invoicesOf lists the invoices that a payment is applied to, each once, sorted.
func invoicesOf(payment *schemas.Payment) (invoices []string) {
	for _, application := range payment.Applications {
		invoices = insert(invoices, application.InvoiceID)
	}
	return invoices
}

// onPayment takes the latest state of a payment as a whole.
func (r *receivables) onPayment(s *stream.Step, event *schemas.PaymentEvent) error {
	payment := &event.Payment
	s.Observe(payment.Meta.OccurredAt)
	s.Count("applied")
	id := conditions.ID(conditions.UnappliedPayment, payment.PaymentID)
	r.expose(s, payment, event.Origin)
	state, amount := placed(payment)
	if state == Applied {
		r.conditions.Clear(s, conditions.UnappliedPayment, id, "applied")
		return nil
	}
	condition := conditions.Raise(s.Now(), stageName, conditions.UnappliedPayment, id, placeMessage(payment, state, amount))
	condition.CustomerID, condition.AmountAtRisk, condition.Currency = payment.CustomerID, &amount, &payment.Currency
	condition.Causes = append(condition.Causes, event.Origin)
	r.conditions.Raise(s, condition)
	return nil
}

// expose tells what of a payment is applied to no invoice: it is the customer's, and taken off what is used of the credit. More
// that is applied than was received is taken off too much elsewhere.
func (r *receivables) expose(s *stream.Step, payment *schemas.Payment, origin schemas.Evidence) {
	var before, now exposure.Use
	if row := r.unplaced.Get(s, state.Text(payment.PaymentID)); row != nil {
		before = *row
	}
	if payment.CustomerID != nil {
		now = exposure.Use{CustomerID: *payment.CustomerID, Currency: payment.Currency, Amount: money.Sum(money.Applied(payment.Applications), -payment.Amount)}
	}
	switch now = exposure.Tell(s, r.exposures, schemas.CreditPayment, payment.PaymentID, before, now, origin); {
	case now == before:
	case now.Amount == 0:
		r.unplaced.Delete(s, state.Text(payment.PaymentID))
	default:
		r.unplaced.Put(s, state.Text(payment.PaymentID), &now)
	}
}

// tellSettlement raises a payment that is applied to an invoice of which it settles nothing: the invoice is of another
// currency, or nobody has heard of it when the grace time has passed.
func (r *receivables) tellSettlement(s *stream.Step, account *Account, settled *Settlement) {
	id := settlementID(account, settled)
	invoice := account.Invoice
	switch {
	case settled.Amount == 0:
		r.conditions.Clear(s, conditions.UnappliedPayment, id, "applied otherwise")
	case invoice == nil:
		if r.conditions.Stands(s, id) {
			r.raiseUnknownInvoice(s, account, settled)
		} else {
			r.unknown.SetIfNone(s, account.InvoiceID, s.Now().Add(r.policy.UnknownInvoiceGrace))
		}
	case settled.Currency != invoice.Currency:
		r.raiseSettlement(s, account, settled, fmt.Sprintf("payment %s applies %s to invoice %s, which is in %s: nothing of it is settled",
			settled.PaymentID, money.Text(settled.Amount, settled.Currency), account.InvoiceID, invoice.Currency))
	default:
		r.conditions.Clear(s, conditions.UnappliedPayment, id, "applied")
	}
}

// unknownEnds raises what is applied to an invoice that is still not known; had it become known, its timer would be gone.
func (r *receivables) unknownEnds(s *stream.Step, invoiceID string) error {
	account := r.accounts.Get(s, state.Text(invoiceID))
	for settled := range r.settlements.Scan(s, state.Text(invoiceID)) {
		if settled.Amount != 0 {
			r.raiseUnknownInvoice(s, account, settled)
		}
	}
	return nil
}

func (r *receivables) raiseUnknownInvoice(s *stream.Step, account *Account, settled *Settlement) {
	r.raiseSettlement(s, account, settled, fmt.Sprintf("payment %s applies %s to invoice %s, which ERP has not issued: correct the application, or have the invoice sent",
		settled.PaymentID, money.Text(settled.Amount, settled.Currency), account.InvoiceID))
}

func (r *receivables) raiseSettlement(s *stream.Step, account *Account, settled *Settlement, message string) {
	condition := r.about(s, account, conditions.UnappliedPayment, settlementID(account, settled), message, nil, settled.Amount, settled.Origin)
	condition.Currency = &settled.Currency
	r.conditions.Raise(s, condition)
}

func settlementID(account *Account, settled *Settlement) string {
	return conditions.ID(conditions.UnappliedPayment, settled.PaymentID, account.InvoiceID)
}

// assess works out again what payers kept back of an invoice, and keeps in the account what of it is a discount that AR
// has not taken. Terms are the customer's latest: they are awaited as long as they matter.
func (r *receivables) assess(s *stream.Step, account *Account) deduction {
	account.Granted = 0
	if len(account.Paid) == 0 || account.Invoice == nil {
		return deduction{}
	}
	if account.receivable().Open <= 0 && len(account.Discounts) == 0 {
		return deduction{}
	}
	var terms *schemas.PaymentTerms
	r.customers.Await(s, account.Invoice.CustomerID, account.InvoiceID)
	if customer := r.customers.Get(s, account.Invoice.CustomerID); customer != nil {
		terms = &customer.PaymentTerms
	}
	d := account.deducted(slices.Collect(r.settlements.Scan(s, state.Text(account.InvoiceID))), terms)
	account.Granted = d.Granted()
	return d
}

// onCustomer judges an invoice anew by terms that came or changed.
func (r *receivables) onCustomer(s *stream.Step, invoiceID string) error {
	before := r.accounts.Get(s, state.Text(invoiceID))
	if before == nil {
		return nil
	}
	account := *before
	r.settle(s, before, &account)
	return nil
}

// tellDeduction raises what is missing of an invoice that was paid short, and what was paid of it beyond what is owed.
func (r *receivables) tellDeduction(s *stream.Step, account *Account, now *schemas.Receivable, d deduction) {
	id := conditions.ID(conditions.ShortPay, account.InvoiceID)
	if missing := d.Missing(); missing > 0 {
		condition := r.about(s, account, conditions.ShortPay, id, d.shortMessage(account), nil, missing, d.Payments[0].Origin)
		for _, other := range d.Payments[1:] {
			condition.Causes = append(condition.Causes, other.Origin)
		}
		r.conditions.Raise(s, condition)
	} else {
		r.conditions.Clear(s, conditions.ShortPay, id, "nothing is missing any more")
	}
	r.tellOverpaid(s, account, now)
}

func (r *receivables) tellOverpaid(s *stream.Step, account *Account, now *schemas.Receivable) {
	id := conditions.ID(conditions.UnappliedPayment, "overpaid", account.InvoiceID)
	excess := min(now.Paid, -now.Open)
	if excess <= 0 {
		r.conditions.Clear(s, conditions.UnappliedPayment, id, "nothing is paid beyond what is owed any more")
		return
	}
	var payments []string
	var causes []schemas.Evidence
	for settled := range r.settlements.Scan(s, state.Text(account.InvoiceID)) {
		if settled.Currency == now.Currency && settled.Amount != 0 {
			payments, causes = append(payments, settled.PaymentID), append(causes, settled.Origin)
		}
	}
	digits := func(amount schemas.Amount) string { return money.Digits(amount, now.Currency) }
	condition := r.about(s, account, conditions.UnappliedPayment, id, fmt.Sprintf(
		"invoice %s of customer %s is overpaid by %s: it bills %s, of which %s is credited, and %s %s %s %s. Apply the excess elsewhere, or pay it back",
		account.InvoiceID, now.CustomerID, money.Text(excess, now.Currency), digits(now.Billed), digits(now.Credited), plural(len(payments), "payment", "payments"),
		strings.Join(payments, ", "), plural(len(payments), "settles", "settle"), digits(now.Paid)), nil, excess, causes[0])
	condition.Causes = append(condition.Causes, causes[1:]...)
	r.conditions.Raise(s, condition)
}
