package receivables

import (
	"fmt"
	"strings"

	"waybill/processors/money"
	"waybill/schemas"
)

// partPayment is AR's reason for an application that does not settle its invoice because the rest follows.
const partPayment = "part_payment"

// Settlement is what a payment's latest state applies to an invoice, with the discounts that it takes.
type Settlement struct {
	PaymentID  string           `avro:"payment_id"`
	Currency   string           `avro:"currency"`
	Amount     schemas.Amount   `avro:"amount"`      // discount included
	Discount   schemas.Amount   `avro:"discount"`    // that was taken
	ReceivedOn schemas.Date     `avro:"received_on"` // the money
	Unfinished bool             `avro:"unfinished"`  // AR says that more follows: it is a part payment, or part of the payment is on account
	Origin     schemas.Evidence `avro:"origin"`
}

// settlement is what a payment applies to the invoice of its event.
func settlement(event *schemas.BillingEvent) *Settlement {
	payment := event.Payment
	settled := &Settlement{
		PaymentID: payment.PaymentID, Currency: payment.Currency, ReceivedOn: payment.ReceivedOn, Unfinished: event.LeftOver > 0, Origin: event.Origin,
	}
	for _, application := range payment.Applications {
		if application.InvoiceID == event.InvoiceID {
			settled.Amount = money.Sum(settled.Amount, application.Amount, application.Discount)
			settled.Discount = money.Sum(settled.Discount, application.Discount)
			settled.Unfinished = settled.Unfinished || application.Reason != nil && *application.Reason == partPayment
		}
	}
	return settled
}

// deduction is what the payers of an invoice kept back of it: what is billed and not credited, less the money that was
// applied, less what is disputed or was conceded. None is below zero.
type deduction struct {
	Taken    schemas.Amount
	Earned   schemas.Amount // of it: within the customer's terms
	Discount schemas.Amount // that AR took for one
	Terms    *schemas.PaymentTerms
	Payments []*Settlement // that leave the invoice short
}

// Missing is what was kept back without being entitled to.
func (d deduction) Missing() schemas.Amount { return money.Sum(d.Taken, -d.Earned) }

// Granted is the discount that payers are entitled to and AR has not taken.
func (d deduction) Granted() schemas.Amount { return max(0, money.Sum(d.Earned, -d.Discount)) }

// deducted works out what payers kept back of an invoice. There is no deduction before something is paid, nor while AR says
// of a payment that more follows: until then the rest is open, not short.
//
// A discount is per cent of what the invoice bills net of credits, and is earned by the money that was received within the
// discount days: so much of the invoice as that money pays at the discounted price. What was kept back is a discount when all
// of it is within that, whether or not AR took it for one; else what AR took is, as far as it is within that.
func (a *Account) deducted(settlements []*Settlement, terms *schemas.PaymentTerms) deduction {
	d := deduction{Terms: terms}
	invoice := a.Invoice
	if invoice == nil || invoice.Kind != schemas.InvoiceKindInvoice || a.cancelled() {
		return d
	}
	var paid, inTime schemas.Amount
	for _, settled := range settlements {
		if settled.Currency != invoice.Currency || settled.Amount == 0 {
			continue
		}
		if settled.Unfinished {
			return deduction{}
		}
		applied := money.Sum(settled.Amount, -settled.Discount)
		paid, d.Discount = money.Sum(paid, applied), money.Sum(d.Discount, settled.Discount)
		if terms != nil && settled.ReceivedOn <= invoice.IssuedOn.AddDays(int(terms.DiscountDays)) {
			inTime = money.Sum(inTime, applied)
		}
		d.Payments = append(d.Payments, settled)
	}
	if len(d.Payments) == 0 {
		return d
	}
	due := money.Sum(invoice.Total, -money.In(a.Credited, invoice.Currency))
	d.Taken = max(0, money.Sum(due, -paid, -a.objected()))
	if terms != nil && d.Taken > 0 {
		d.Earned = min(d.Taken, earned(due, inTime, terms.DiscountPercent, invoice.Currency))
		if d.Earned < d.Taken {
			d.Earned = min(d.Earned, d.Discount)
		}
	}
	return d
}

// earned is the discount on what is due for the money that was received in time.
func earned(due, inTime schemas.Amount, percent schemas.Percent, currency string) schemas.Amount {
	if inTime <= 0 || percent <= 0 {
		return 0
	}
	all := money.PartOf(due, int64(percent), money.HundredPercent, currency)
	if percent >= money.HundredPercent {
		return all
	}
	return min(all, money.PartOf(inTime, int64(percent), money.HundredPercent-int64(percent), currency))
}

// shortMessage says what is missing, who owes it since when, and what of the deduction was a discount.
func (d deduction) shortMessage(a *Account) string {
	payments := make([]string, len(d.Payments))
	for i, settled := range d.Payments {
		payments[i] = settled.PaymentID
	}
	digits := func(amount schemas.Amount) string { return money.Digits(amount, a.Invoice.Currency) }
	text := fmt.Sprintf("%s %s %s invoice %s of customer %s, due %s, short of %s", plural(len(payments), "payment", "payments"), strings.Join(payments, ", "),
		plural(len(payments), "leaves", "leave"), a.InvoiceID, a.Invoice.CustomerID, a.Invoice.DueOn, money.Text(d.Missing(), a.Invoice.Currency))
	if d.Earned > 0 {
		text += fmt.Sprintf(", beside a discount of %s within terms", digits(d.Earned))
	}
	if d.Discount > d.Earned {
		text += fmt.Sprintf("; a discount of %s was taken, of which %s is within terms: %s", digits(d.Discount), digits(d.Earned), d.termsText(a.Invoice))
	}
	return text
}

func (d deduction) termsText(invoice *Billed) string {
	switch {
	case d.Terms == nil:
		return "the customer is not in master data"
	case d.Terms.DiscountPercent == 0:
		return "the customer's terms have none"
	}
	return fmt.Sprintf("%s%% for what is received until %s", d.Terms.DiscountPercent, invoice.IssuedOn.AddDays(int(d.Terms.DiscountDays)))
}
