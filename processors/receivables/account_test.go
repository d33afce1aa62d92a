package receivables

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"waybill/schemas"
)

// accountOf plays events on an account: "invoice 100", "memo M1 30", "cancellation X1", "payment P1 60+2", "payment P2 5
// EUR", "dispute D1 20 open".
func accountOf(t *testing.T, events ...string) *Account {
	t.Helper()
	a := &Account{InvoiceID: "I1"}
	corrections, settlements, disputes := map[string]*Correction{}, map[string]*Settlement{}, map[string]*schemas.Dispute{}
	for _, text := range events {
		words := strings.Fields(text)
		currency := "USD"
		switch words[0] {
		case "invoice", "credit_memo", "cancelled":
			invoice := &schemas.Invoice{Kind: schemas.InvoiceKind(words[0]), Currency: currency, DueOn: schemas.MustDate("2026-04-01")}
			if words[0] == "cancelled" {
				invoice.Kind = schemas.InvoiceKindCancellation
			}
			if len(words) > 1 {
				invoice.Total = schemas.MustAmount(words[1])
			}
			a.Invoice = billed(invoice, 1, schemas.Evidence{})
		case "memo", "cancellation", "ignored":
			c := &Correction{Kind: map[string]schemas.InvoiceKind{
				"memo": schemas.InvoiceKindCreditMemo, "cancellation": schemas.InvoiceKindCancellation, "ignored": schemas.InvoiceKindInvoice,
			}[words[0]], Currency: currency}
			if len(words) > 2 {
				c.Total = schemas.MustAmount(words[2])
			}
			a.correct(corrections[words[1]], c)
			corrections[words[1]] = c
		case "payment":
			if len(words) > 3 {
				currency = words[3]
			}
			amount, discount, _ := strings.Cut(words[2], "+")
			payment := &schemas.Payment{PaymentID: words[1], Currency: currency, Applications: []schemas.Application{
				{InvoiceID: "I1", Amount: schemas.MustAmount(amount)}, {InvoiceID: "I2", Amount: 7},
			}}
			if discount != "" {
				payment.Applications[0].Discount = schemas.MustAmount(discount)
			}
			settled := settlement(&schemas.BillingEvent{InvoiceID: "I1", Payment: payment})
			a.settle(settlements[words[1]], settled)
			settlements[words[1]] = settled
		case "dispute":
			d := &schemas.Dispute{Amount: schemas.MustAmount(words[2]), Status: schemas.DisputeStatus(words[3])}
			a.dispute(disputes[words[1]], d)
			disputes[words[1]] = d
		}
	}
	return a
}

func TestWhatIsOwedFollowsFromWhatSettlesItAndStandsAgainstIt(t *testing.T) {
	for _, c := range []struct {
		events string
		want   string // state billed paid credited disputed open collectable
	}{
		{"invoice 100", "open 100 0 0 0 100 100"},
		{"payment P1 60+2, invoice 100", "partially_paid 100 62 0 0 38 38"},
		{"invoice 100, payment P1 60, payment P1 100", "paid 100 100 0 0 0 0"},
		{"invoice 100, payment P1 60, payment P2 50", "paid 100 110 0 0 -10 0"},
		{"invoice 100, payment P1 60, payment P1 0", "open 100 0 0 0 100 100"},
		{"invoice 100, payment P1 60 EUR", "open 100 0 0 0 100 100"},
		{"invoice 0", "paid 0 0 0 0 0 0"},
		{"invoice 100, memo M1 30", "open 100 0 30 0 70 70"},
		{"invoice 100, memo M1 -30", "open 100 0 30 0 70 70"},
		{"invoice 100, memo M1 30, memo M1 20, memo M2 5", "open 100 0 25 0 75 75"},
		{"invoice 100, memo M1 100", "credited 100 0 100 0 0 0"},
		{"invoice 100, memo M1 40, payment P1 60", "paid 100 60 40 0 0 0"},
		{"invoice 100, ignored M1 30", "open 100 0 0 0 100 100"},
		{"invoice 100, cancellation X1", "cancelled 100 0 100 0 0 0"},
		{"cancellation X1, invoice 100, payment P1 60", "cancelled 100 60 100 0 -60 0"},
		{"invoice 100, cancellation X1, memo X1 10", "open 100 0 10 0 90 90"}, // X1 was corrected into a credit memo
		{"cancelled 100", "cancelled 100 0 100 0 0 0"},
		{"credit_memo 30", "credited -30 0 0 0 -30 0"},
		{"credit_memo -30", "credited -30 0 0 0 -30 0"},
		{"invoice 100, dispute D1 20 open", "disputed 100 0 0 20 100 80"},
		{"invoice 100, dispute D1 20 open, dispute D2 90 open", "disputed 100 0 0 110 100 0"},
		{"invoice 100, dispute D1 20 open, dispute D1 15 open", "disputed 100 0 0 15 100 85"},
		{"dispute D1 20 open, dispute D1 20 rejected, invoice 100", "open 100 0 0 0 100 100"},
		{"invoice 100, dispute D1 20 open, dispute D1 20 withdrawn", "open 100 0 0 0 100 100"},
		{"invoice 100, dispute D1 20 open, dispute D1 20 accepted", "open 100 0 0 0 100 80"},
		{"invoice 100, dispute D1 20 accepted, memo M1 20", "open 100 0 20 0 80 80"},
		{"invoice 100, dispute D1 20 accepted, memo M1 5", "open 100 0 5 0 95 80"},
		{"invoice 100, dispute D1 20 accepted, dispute D2 10 open, payment P1 50", "disputed 100 50 0 10 50 20"},
		{"invoice 100, dispute D1 20 accepted, dispute D1 20 open", "disputed 100 0 0 20 100 80"},
	} {
		r := accountOf(t, strings.Split(c.events, ", ")...).receivable()
		got := fmt.Sprint(r.State)
		for _, amount := range []schemas.Amount{r.Billed, r.Paid, r.Credited, r.Disputed, r.Open, r.Collectable} {
			got += " " + strings.TrimSuffix(amount.String(), ".00")
		}
		if got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.events, got, c.want)
		}
	}
	if r := accountOf(t, "payment P1 60").receivable(); r != nil {
		t.Errorf("an invoice that is not known owes %+v", r)
	}
}

func TestAReceivableIsTheSameOnlyWhenAllOfItIs(t *testing.T) {
	one := func() *schemas.Receivable { return accountOf(t, "invoice 100").receivable() }
	due, later := one(), one()
	due.DueOn = new(*due.DueOn + 1)
	later.AsOf = later.AsOf.Add(time.Second)
	if !sameReceivable(one(), one()) || sameReceivable(one(), due) || sameReceivable(one(), later) || sameReceivable(nil, one()) {
		t.Fatal("same receivables are told apart, or different ones are not")
	}
}

func TestADisputeIsSaidWithItsReason(t *testing.T) {
	for _, c := range []struct {
		reason   string
		lineNo   *int32
		currency string
		want     string
	}{
		{"06", new(int32(2)), "USD", "invoice I1 line 2: 12.50 USD disputed by D1: quantity contested (X12 reason 06)"},
		{"Z9", nil, "", "invoice I1: 12.50 disputed by D1: X12 reason Z9"},
	} {
		d := &schemas.Dispute{DisputeID: "D1", InvoiceID: "I1", LineNo: c.lineNo, Amount: schemas.MustAmount("12.5"), Reason: c.reason}
		if got := disputeMessage(d, c.currency); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}
