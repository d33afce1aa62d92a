package receivables_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"waybill/schemas"
	"waybill/stream/sim"
	"waybill/topics"
)

// receives reads "P1 100 USD 03-10 C1" and what it is applied to, "I1 98+2", "I2 5 part_payment", and tells it as intake
// does: the whole, and to each invoice its part. An invoice that it was applied to before and is not any more is named with
// nothing: "I1 0". Without a customer nothing stands in its place.
func receives(minute int, text string, applications ...string) []deed {
	words := strings.Fields(text)
	payment := schemas.Payment{
		Meta: meta(fmt.Sprint(words[0], "-", minute), minute), PaymentID: words[0], Amount: schemas.MustAmount(words[1]), Currency: words[2],
		ReceivedOn: schemas.MustDate("2026-" + words[3]), Applications: []schemas.Application{},
	}
	if len(words) > 4 {
		payment.CustomerID = &words[4]
	}
	leftOver := payment.Amount
	parts := map[string][]schemas.Application{}
	for _, text := range applications {
		words := strings.Fields(text)
		amount, discount, _ := strings.Cut(words[1], "+")
		application := schemas.Application{InvoiceID: words[0], Amount: schemas.MustAmount(amount)}
		if discount != "" {
			application.Discount = schemas.MustAmount(discount)
		}
		if len(words) > 2 {
			application.Reason = &words[2]
		}
		parts[words[0]] = append(parts[words[0]], application)
		leftOver -= application.Amount
		payment.Applications = append(payment.Applications, application)
	}
	origin := evidence("ar.payments", payment.Meta.EventID)
	deeds := []deed{func(w *sim.World) {
		sim.Send(w, topics.Payments, payment.PaymentID, &schemas.PaymentEvent{Origin: origin, PaymentID: payment.PaymentID, Payment: payment})
	}}
	for _, invoiceID := range slices.Sorted(maps.Keys(parts)) {
		part := payment
		part.Applications = parts[invoiceID]
		deeds = append(deeds, func(w *sim.World) {
			sim.Send(w, topics.Billing, invoiceID, &schemas.BillingEvent{Origin: origin, InvoiceID: invoiceID, Payment: &part, LeftOver: leftOver})
		})
	}
	return deeds
}

// agrees is a customer with a discount of so many per cent within ten days.
func agrees(customerID, percent string) deed {
	return func(w *sim.World) {
		sim.Send(w, topics.Customers, customerID, &schemas.Customer{
			CustomerID: customerID, Currency: "USD", InvoicePolicy: schemas.OnShipment, ShipPolicy: schemas.ShipPartial, SubstitutionPrice: schemas.PriceOriginal,
			PaymentTerms: schemas.PaymentTerms{NetDays: 30, DiscountDays: 10, DiscountPercent: schemas.MustPercent(percent)},
		})
	}
}

// said is the message of the only condition that stands.
func (o office) said() string {
	var messages []string
	for _, c := range sim.Latest(o.World, topics.Conditions) {
		if c.Kind == schemas.ConditionRaised {
			messages = append(messages, c.Message)
		}
	}
	slices.Sort(messages)
	return strings.Join(messages, "\n")
}

func TestAShortPaymentIsADiscountWithinTermsAndElseShort(t *testing.T) {
	o := newOffice(t, 0)
	o.does(issues(invoice("I1", 1, schemas.InvoiceKindInvoice, "O1/1 A 10 @10"), "O1")...)
	o.does(receives(2, "P1 98 USD 03-10 C1", "I1 98")...)
	wants(t, "the terms are not known", o.open(), "short_pay O1 - I1 2.00 USD")
	wants(t, "the terms are not known", o.owed("I1"), "partially_paid 100.00 98.00 0.00 0.00 2.00 2.00")
	o.does(agrees("C1", "2"))
	wants(t, "within terms", o.open(), "")
	wants(t, "within terms", o.owed("I1"), "paid 100.00 100.00 0.00 0.00 0.00 0.00")
	wants(t, "order", o.facts("O1"), "I1 paid disputed false [] paid true")
	if r := sim.Latest(o.World, topics.Receivables)["I1"]; r.Discount != schemas.MustAmount("2") {
		t.Errorf("discount %s", r.Discount)
	}
	o.does(agrees("C1", "1"))
	wants(t, "terms of less", o.open(), "short_pay O1 - I1 2.00 USD")
	wants(t, "order", o.facts("O1"), "I1 partially_paid disputed false [] paid false")
	o.does(receives(3, "P2 1.01 USD 03-20 C1", "I1 1.01")...)
	wants(t, "the rest", o.open(), "")
	wants(t, "the rest", o.owed("I1"), "paid 100.00 100.00 0.00 0.00 0.00 0.00")
}

func TestADiscountTakenLateIsShortAlthoughNothingIsOpen(t *testing.T) {
	o := newOffice(t, 0)
	o.does(agrees("C1", "2"))
	o.does(issues(invoice("I1", 1, schemas.InvoiceKindInvoice, "O1/1 A 10 @10"), "O1")...)
	o.does(receives(2, "P1 98 USD 03-20 C1", "I1 98+2")...)
	wants(t, "taken late", o.open(), "short_pay O1 - I1 2.00 USD")
	wants(t, "by AR's books it is settled", o.owed("I1"), "paid 100.00 100.00 0.00 0.00 0.00 0.00")
	wants(t, "message", o.said(), "payment P1 leaves invoice I1 of customer C1, due 2026-04-01, short of 2.00 USD; a discount of 2.00 was taken, of which 0.00 is within terms: 2% for what is received until 2026-03-12")
	o.does(receives(3, "P1 98 USD 03-20 C1", "I1 98")...)
	wants(t, "charged back", o.owed("I1"), "partially_paid 100.00 98.00 0.00 0.00 2.00 2.00")
	wants(t, "charged back", o.open(), "short_pay O1 - I1 2.00 USD")
}

func TestWhatIsShortEndsWithWhatMakesItGood(t *testing.T) {
	for name, good := range map[string][]deed{
		"paid":               receives(9, "P2 10 USD 03-20 C1", "I1 10"),
		"applied":            receives(9, "P1 100 USD 03-20 C1", "I1 100"),
		"credited":           issues(refersTo(invoice("M1", 9, schemas.InvoiceKindCreditMemo, "O1/1 A 1 @10"), "I1"), "O1"),
		"cancelled":          append(issues(refersTo(invoice("X1", 9, schemas.InvoiceKindCancellation, "O1/1 A 10 @10"), "I1"), "O1"), receives(9, "P1 90 USD 03-20 C1", "I1 0", "I2 90")...),
		"disputed":           {disputes("D1", 9, "I1", 1, "10", schemas.DisputeOpen)},
		"conceded":           {disputes("D1", 9, "I1", 1, "10", schemas.DisputeAccepted)},
		"a part payment":     receives(9, "P1 90 USD 03-20 C1", "I1 90 part_payment"),
		"more is on account": receives(9, "P1 100 USD 03-20 C1", "I1 90"),
		"not paid at all":    receives(9, "P1 90 USD 03-20 C1", "I1 0"),
	} {
		o := newOffice(t, 0)
		o.does(issues(invoice("I1", 1, schemas.InvoiceKindInvoice, "O1/1 A 10 @10"), "O1")...)
		o.does(receives(2, "P1 90 USD 03-20 C1", "I1 90")...)
		wants(t, "short", o.open(), "short_pay O1 - I1 10.00 USD")
		o.does(good...)
		if open := o.open(); strings.Contains(open, "short_pay") {
			t.Errorf("%s: open %s", name, open)
		}
	}
}

func TestAPaymentIsUnappliedUntilAllOfItIsPlaced(t *testing.T) {
	o := newOffice(t, 0)
	o.does(issues(invoice("I1", 1, schemas.InvoiceKindInvoice, "O1/1 A 4 @10"), "O1")...)
	o.does(issues(invoice("I2", 1, schemas.InvoiceKindInvoice, "O2/1 A 6 @10"), "O2")...)
	for minute, step := range []struct {
		name, payment string
		applications  []string
		open, owed    string
	}{
		{"unidentified", "P1 100 USD 03-10", nil, "unapplied_payment - - - 100.00 USD", "open 40.00 0.00 0.00 0.00 40.00 40.00"},
		{"unapplied", "P1 100 USD 03-10 C1", nil, "unapplied_payment - - - 100.00 USD", "open 40.00 0.00 0.00 0.00 40.00 40.00"},
		{"on account", "P1 100 USD 03-10 C1", []string{"I1 40"}, "unapplied_payment - - - 60.00 USD", "paid 40.00 40.00 0.00 0.00 0.00 0.00"},
		{"over several invoices", "P1 100 USD 03-10 C1", []string{"I1 40", "I2 60"}, "", "paid 40.00 40.00 0.00 0.00 0.00 0.00"},
		{"more than was received", "P1 100 USD 03-10 C1", []string{"I1 40", "I2 60", "I2 0.01"}, "unapplied_payment - - - 0.01 USD; unapplied_payment O2 - I2 0.01 USD", "paid 40.00 40.00 0.00 0.00 0.00 0.00"},
		{"twice as large", "P1 200 USD 03-10 C1", []string{"I1 40", "I2 60"}, "unapplied_payment - - - 100.00 USD", "paid 40.00 40.00 0.00 0.00 0.00 0.00"},
		{"reversed in part", "P1 100 USD 03-10 C1", []string{"I1 0", "I2 60"}, "unapplied_payment - - - 40.00 USD", "open 40.00 0.00 0.00 0.00 40.00 40.00"},
		{"reversed", "P1 0 USD 03-10 C1", []string{"I1 0", "I2 0"}, "", "open 40.00 0.00 0.00 0.00 40.00 40.00"},
	} {
		o.does(receives(minute+2, step.payment, step.applications...)...)
		wants(t, step.name, o.open(), step.open)
		wants(t, step.name, o.owed("I1"), step.owed)
	}
}

func TestAnInvoiceThatIsPaidBeyondWhatIsOwedIsOverpaid(t *testing.T) {
	o := newOffice(t, 0)
	o.does(issues(invoice("I1", 1, schemas.InvoiceKindInvoice, "O1/1 A 4 @10"), "O1")...)
	o.does(receives(2, "P1 40 USD 03-10 C1", "I1 40")...)
	o.does(receives(3, "P2 40 USD 03-11 C1", "I1 40")...)
	wants(t, "paid twice", o.open(), "unapplied_payment O1 - I1 40.00 USD")
	wants(t, "message", o.said(), "invoice I1 of customer C1 is overpaid by 40.00 USD: it bills 40.00, of which 0.00 is credited, and payments P1, P2 settle 80.00. Apply the excess elsewhere, or pay it back")
	o.does(receives(4, "P2 0 USD 03-11 C1", "I1 0")...)
	wants(t, "paid back", o.open(), "")
	o.does(issues(refersTo(invoice("M1", 5, schemas.InvoiceKindCreditMemo, "O1/1 A 1 @10"), "I1"), "O1")...)
	wants(t, "credited after it was paid", o.open(), "unapplied_payment O1 - I1 10.00 USD")
	wants(t, "message", o.said(), "invoice I1 of customer C1 is overpaid by 10.00 USD: it bills 40.00, of which 10.00 is credited, and payment P1 settles 40.00. Apply the excess elsewhere, or pay it back")
	o.does(receives(6, "P1 40 USD 03-10 C1", "I1 30", "I2 10")...)
	o.does(issues(invoice("I2", 7, schemas.InvoiceKindInvoice, "O2/1 A 1 @10"), "O2")...)
	wants(t, "applied elsewhere", o.open(), "")
}

func TestAPaymentOfAnInvoiceThatNobodyHasSeenIsRaisedAfterTheGraceTime(t *testing.T) {
	o := newOffice(t, 0)
	o.does(receives(1, "P1 40 USD 03-10 C1", "I1 38+2")...)
	o.Advance(29 * time.Minute)
	wants(t, "within the grace time", o.open(), "unapplied_payment - - - 2.00 USD")
	o.does(receives(2, "P1 40 USD 03-10 C1", "I1 40")...)
	wants(t, "within the grace time", o.open(), "")
	o.Advance(time.Minute)
	wants(t, "after it", o.open(), "unapplied_payment - - I1 40.00 USD")
	wants(t, "message", o.said(), "payment P1 applies 40.00 USD to invoice I1, which ERP has not issued: correct the application, or have the invoice sent")
	o.does(receives(3, "P1 30 USD 03-10 C1", "I1 30")...)
	wants(t, "kept true", o.open(), "unapplied_payment - - I1 30.00 USD")
	o.does(issues(invoice("I1", 4, schemas.InvoiceKindInvoice, "O1/1 A 3 @10"))...)
	wants(t, "it comes", o.open(), "")
	o.does(receives(5, "P2 5 USD 03-10 C1", "I9 5")...)
	o.does(receives(6, "P2 5 USD 03-10 C1", "I9 0", "I8 5")...)
	o.does(issues(invoice("I8", 7, schemas.InvoiceKindInvoice, "O3/1 A 5 @1"))...)
	o.Advance(time.Hour)
	wants(t, "applied to another in time", o.open(), "")
}
