package receivables

import (
	"fmt"
	"strings"
	"testing"

	"waybill/schemas"
)

// settledBy reads "P1 03-10 98+2 USD unfinished" into what a payment settles of an invoice; discount, currency and the last
// word may be left out.
func settledBy(text string) *Settlement {
	words := strings.Fields(text)
	settled := &Settlement{PaymentID: words[0], ReceivedOn: schemas.MustDate("2026-" + words[1]), Currency: "USD"}
	amount, discount, _ := strings.Cut(words[2], "+")
	settled.Amount = schemas.MustAmount(amount)
	if discount != "" {
		settled.Discount = schemas.MustAmount(discount)
		settled.Amount += settled.Discount
	}
	for _, word := range words[3:] {
		if word == "unfinished" {
			settled.Unfinished = true
		} else {
			settled.Currency = word
		}
	}
	return settled
}

// Invoice I1 of 100 USD was issued on 2026-03-02; the terms are 2 % within 10 days.
func TestWhatPayersKeepBackIsADiscountWithinTermsAndElseMissing(t *testing.T) {
	terms := &schemas.PaymentTerms{NetDays: 30, DiscountDays: 10, DiscountPercent: schemas.MustPercent("2")}
	for _, c := range []struct {
		name     string
		account  string // events before, as accountOf reads them
		payments string
		terms    *schemas.PaymentTerms
		want     string // taken earned granted missing
	}{
		{"nothing paid", "invoice 100", "", terms, "0 0 0 0"},
		{"paid", "invoice 100", "P1 03-10 100", terms, "0 0 0 0"},
		{"the discount, taken by AR", "invoice 100", "P1 03-12 98+2", terms, "2 2 0 0"},
		{"the discount, not taken by AR", "invoice 100", "P1 03-12 98", terms, "2 2 2 0"},
		{"half of it taken by AR", "invoice 100", "P1 03-12 98+1", terms, "2 2 1 0"},
		{"a day late, taken by AR", "invoice 100", "P1 03-13 98+2", terms, "2 0 0 2"},
		{"a day late, not taken by AR", "invoice 100", "P1 03-13 98", terms, "2 0 0 2"},
		{"too large a discount", "invoice 100", "P1 03-10 95+5", terms, "5 1.94 0 3.06"},
		{"more than the discount, not taken by AR", "invoice 100", "P1 03-10 95", terms, "5 0 0 5"},
		{"a discount that nobody agreed on", "invoice 100", "P1 03-03 99+1", &schemas.PaymentTerms{NetDays: 30, DiscountDays: 10}, "1 0 0 1"},
		{"a customer that nobody knows", "invoice 100", "P1 03-03 98", nil, "2 0 0 2"},
		{"all of it may be kept", "invoice 100", "P1 03-03 1", &schemas.PaymentTerms{DiscountDays: 10, DiscountPercent: schemas.MustPercent("100")}, "99 99 99 0"},
		{"discounted to the cent", "invoice 0.25", "P1 03-03 0.24", terms, "0.01 0 0 0.01"},
		{"half in time, with its discount", "invoice 100", "P1 03-03 49+1,P2 03-20 50", terms, "1 1 0 0"},
		{"half in time, all of the discount", "invoice 100", "P1 03-03 49+2,P2 03-20 49", terms, "2 1 0 1"},
		{"two payments in time", "invoice 100", "P1 03-03 50,P2 03-12 48", terms, "2 2 2 0"},
		{"of what is not credited", "invoice 100, memo M1 50", "P1 03-03 48", terms, "2 0 0 2"},
		{"of what is not credited, in full", "invoice 100, memo M1 50", "P1 03-03 49", terms, "1 1 1 0"},
		{"disputed", "invoice 100, dispute D1 20 open", "P1 03-20 80", terms, "0 0 0 0"},
		{"disputed in part", "invoice 100, dispute D1 20 open", "P1 03-20 70", terms, "10 0 0 10"},
		{"rejected", "invoice 100, dispute D1 20 rejected", "P1 03-20 80", terms, "20 0 0 20"},
		{"conceded", "invoice 100, dispute D1 20 accepted", "P1 03-20 80", terms, "0 0 0 0"},
		{"conceded and credited", "invoice 100, dispute D1 20 accepted, memo M1 20", "P1 03-20 80", terms, "0 0 0 0"},
		{"cancelled", "invoice 100, cancellation X1", "P1 03-20 80", terms, "0 0 0 0"},
		{"a credit memo", "credit_memo 30", "P1 03-20 1", terms, "0 0 0 0"},
		{"a part payment", "invoice 100", "P1 03-20 50 unfinished", terms, "0 0 0 0"},
		{"the last part is short", "invoice 100", "P1 03-20 50,P2 03-25 45", terms, "5 0 0 5"},
		{"another currency settles nothing", "invoice 100", "P1 03-03 50 EUR", terms, "0 0 0 0"},
		{"a payment taken back", "invoice 100", "P1 03-03 0", terms, "0 0 0 0"},
	} {
		a := accountOf(t, strings.Split(c.account, ", ")...)
		a.Invoice.IssuedOn = schemas.MustDate("2026-03-02")
		var settlements []*Settlement
		for text := range strings.SplitSeq(c.payments, ",") {
			if text != "" {
				settlements = append(settlements, settledBy(text))
			}
		}
		d := a.deducted(settlements, c.terms)
		got := ""
		for _, amount := range []schemas.Amount{d.Taken, d.Earned, d.Granted(), d.Missing()} {
			got += " " + strings.TrimSuffix(amount.String(), ".00")
		}
		if got[1:] != c.want {
			t.Errorf("%s: got%s, want %s", c.name, got, c.want)
		}
	}
}

func TestWhatIsMissingIsSaidWithWhatWasADiscount(t *testing.T) {
	a := accountOf(t, "invoice 100")
	a.Invoice.IssuedOn, a.Invoice.CustomerID = schemas.MustDate("2026-03-02"), "C1"
	terms := &schemas.PaymentTerms{DiscountDays: 10, DiscountPercent: schemas.MustPercent("2")}
	for _, c := range []struct {
		payments string
		terms    *schemas.PaymentTerms
		want     string
	}{
		{"P1 03-20 90", terms, "payment P1 leaves invoice I1 of customer C1, due 2026-04-01, short of 10.00 USD"},
		{"P1 03-10 49+1,P2 03-10 40", terms, "payments P1, P2 leave invoice I1 of customer C1, due 2026-04-01, short of 10.00 USD, beside a discount of 1.00 within terms"},
		{"P1 03-20 98+2", terms, "payment P1 leaves invoice I1 of customer C1, due 2026-04-01, short of 2.00 USD; a discount of 2.00 was taken, of which 0.00 is within terms: 2% for what is received until 2026-03-12"},
		{"P1 03-20 98+2", &schemas.PaymentTerms{}, "payment P1 leaves invoice I1 of customer C1, due 2026-04-01, short of 2.00 USD; a discount of 2.00 was taken, of which 0.00 is within terms: the customer's terms have none"},
		{"P1 03-20 98+2", nil, "payment P1 leaves invoice I1 of customer C1, due 2026-04-01, short of 2.00 USD; a discount of 2.00 was taken, of which 0.00 is within terms: the customer is not in master data"},
	} {
		var settlements []*Settlement
		for text := range strings.SplitSeq(c.payments, ",") {
			settlements = append(settlements, settledBy(text))
		}
		if got := a.deducted(settlements, c.terms).shortMessage(a); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.payments, got, c.want)
		}
	}
}

func TestAPaymentStandsWhereARHasPlacedIt(t *testing.T) {
	for _, c := range []struct {
		customer, amount, applied string
		want                      string // state, amount, message behind "received on 2026-03-10"
	}{
		{"", "100", "", "unidentified 100.00, is unidentified: it names no customer and no invoice. Find out whose it is"},
		{"C1", "100", "", "unapplied 100.00 from customer C1, is unapplied: it names no invoice. Apply it to what it pays"},
		{"C1", "100", "I1 0", "unapplied 100.00 from customer C1, is unapplied: it names no invoice. Apply it to what it pays"},
		{"C1", "100", "I2 30,I1 40", "on account 30.00 from customer C1, is on account with 30.00: the rest is applied to invoices I1, I2. Apply it, or pay it back"},
		{"", "100", "I1 50", "on account 50.00, is on account with 50.00: the rest is applied to invoice I1. Apply it, or pay it back"},
		{"C1", "100", "I1 98+2,I2 2", "applied 0.00"},
		{"", "100", "I1 100", "applied 0.00"},
		{"C1", "0", "", "applied 0.00"}, // reversed
		{"C1", "100", "I1 70,I2 60", "over-applied 30.00 from customer C1, is over-applied: 30.00 more than was received is applied to invoices I1, I2. Correct what it is applied to"},
	} {
		payment := &schemas.Payment{PaymentID: "P1", Amount: schemas.MustAmount(c.amount), Currency: "USD", ReceivedOn: schemas.MustDate("2026-03-10")}
		if c.customer != "" {
			payment.CustomerID = &c.customer
		}
		for text := range strings.SplitSeq(c.applied, ",") {
			if invoiceID, amount, _ := strings.Cut(text, " "); invoiceID != "" {
				amount, _, _ = strings.Cut(amount, "+")
				payment.Applications = append(payment.Applications, schemas.Application{InvoiceID: invoiceID, Amount: schemas.MustAmount(amount), Discount: 2})
			}
		}
		state, amount := placed(payment)
		_, message, _ := strings.Cut(placeMessage(payment, state, amount), "received on 2026-03-10")
		if got := fmt.Sprint(state, " ", amount, message); got != c.want {
			t.Errorf("%s of %q applied %q:\n got %s\nwant %s", c.amount, c.customer, c.applied, got, c.want)
		}
	}
}
