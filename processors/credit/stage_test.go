package credit

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"waybill/processors/conditions"
	"waybill/schemas"
	"waybill/stream/sim"
	"waybill/topics"
)

var monday = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

func told(customerID string, document schemas.CreditDocument, id, currency, amount string) *schemas.Exposure {
	return &schemas.Exposure{
		CustomerID: customerID, Document: document, DocumentID: id, Currency: currency, Amount: schemas.MustAmount(amount), At: monday,
		Origin: schemas.Evidence{Topic: "erp.invoices", EventID: "e"},
	}
}

func limited(customerID, currency, limit string) *schemas.Customer {
	c := &schemas.Customer{
		CustomerID: customerID, Currency: currency, Segment: "retail",
		InvoicePolicy: schemas.OnShipment, ShipPolicy: schemas.ShipPartial, SubstitutionPrice: schemas.PriceOriginal,
	}
	if limit != "" {
		c.CreditLimit = new(schemas.MustAmount(limit))
	}
	return c
}

// desk is the stage in a world of its own.
type desk struct {
	*sim.World
	t *testing.T
}

func newDesk(t *testing.T, seed uint64) *desk {
	return &desk{sim.New(t, sim.Options{Start: monday, Seed: seed, Partitions: 2}, Stage(DefaultPolicy())), t}
}

func (d *desk) send(what any) {
	switch what := what.(type) {
	case *schemas.Customer:
		sim.Send(d.World, topics.Customers, what.CustomerID, what)
	case *schemas.Exposure:
		sim.Send(d.World, topics.Credit, what.CustomerID, what)
	}
}

// play tells the stage something, all at once, and lets it settle.
func (d *desk) play(all ...any) {
	for _, what := range all {
		d.send(what)
	}
	d.Run()
	d.Advance(time.Minute)
}

// stands is what is said of a customer.
func (d *desk) stands(customerID string) string {
	condition := sim.Latest(d.World, topics.Conditions)[conditions.ID(conditions.CreditExceeded, customerID)]
	switch {
	case condition == nil:
		return "nothing"
	case condition.Kind == schemas.ConditionCleared:
		return *condition.Resolution
	}
	return fmt.Sprintf("%s %s: %s", condition.AmountAtRisk, *condition.Currency, condition.Message)
}

func (d *desk) expect(what, customerID, want string) {
	d.t.Helper()
	if got := d.stands(customerID); got != want {
		d.t.Errorf("%s: got %q, want %q", what, got, want)
	}
}

func TestInvoicesAndWhatIsNotYetInvoicedOfOrdersUseTheCredit(t *testing.T) {
	d := newDesk(t, 1)
	d.play(limited("K", "USD", "100"), told("K", schemas.CreditOrder, "O-1", "USD", "70"), told("K", schemas.CreditInvoice, "I-0", "USD", "30"))
	d.expect("at the limit", "K", "nothing")
	d.play(told("K", schemas.CreditOrder, "O-2", "USD", "5"))
	d.expect("over it", "K", "5.00 USD: customer K uses 105.00 USD of a credit limit of 100.00 USD: 30.00 USD open on 1 invoice, 75.00 USD not yet invoiced of 2 orders")
	d.play(told("K", schemas.CreditOrderInvoiced, "O-1", "USD", "70"), told("K", schemas.CreditInvoice, "I-1", "USD", "70"))
	d.expect("an order that is invoiced is used once", "K", "5.00 USD: customer K uses 105.00 USD of a credit limit of 100.00 USD: 100.00 USD open on 2 invoices, 5.00 USD not yet invoiced of 1 order")
	d.play(told("K", schemas.CreditPayment, "P-1", "USD", "-2"))
	d.expect("what was paid on account is taken off", "K",
		"3.00 USD: customer K uses 103.00 USD of a credit limit of 100.00 USD: 100.00 USD open on 2 invoices, 5.00 USD not yet invoiced of 1 order, less 2.00 USD of 1 payment applied to no invoice")
	d.play(told("K", schemas.CreditPayment, "P-1", "USD", "0"), told("K", schemas.CreditInvoice, "I-0", "USD", "0"))
	d.expect("paid", "K", "within the limit again")
}

func TestACustomerOfWhomNothingIsOpenAnyMoreIsWithinTheLimit(t *testing.T) {
	d := newDesk(t, 1)
	d.play(limited("K", "USD", "10"), told("K", schemas.CreditInvoice, "I-1", "USD", "30"))
	d.play(told("K", schemas.CreditInvoice, "I-1", "USD", "0"))
	d.expect("paid", "K", "within the limit again")
	if rows := d.Waiting(); rows != 0 {
		t.Errorf("%d wait for a customer of whom nothing is open", rows)
	}
}

func TestWhatErpInvoicesBeyondAnOrderIsOpenOnTheInvoiceAndTakesNothingOffOtherOrders(t *testing.T) {
	d := newDesk(t, 1)
	d.play(limited("K", "USD", "100"), told("K", schemas.CreditOrder, "O-1", "USD", "50"), told("K", schemas.CreditOrderInvoiced, "O-1", "USD", "90"),
		told("K", schemas.CreditInvoice, "I-1", "USD", "90"), told("K", schemas.CreditOrder, "O-2", "USD", "20"))
	d.expect("over-invoiced", "K", "10.00 USD: customer K uses 110.00 USD of a credit limit of 100.00 USD: 90.00 USD open on 1 invoice, 20.00 USD not yet invoiced of 1 order")
}

func TestWhatErpCreditsBeyondWhatItBilledOfAnOrderMakesTheOrderNoLarger(t *testing.T) {
	d := newDesk(t, 1)
	d.play(limited("K", "USD", "10"), told("K", schemas.CreditOrder, "O-1", "USD", "50"), told("K", schemas.CreditOrderInvoiced, "O-1", "USD", "-20"))
	d.expect("credited", "K", "40.00 USD: customer K uses 50.00 USD of a credit limit of 10.00 USD: 50.00 USD not yet invoiced of 1 order")
	d.play(told("K", schemas.CreditOrder, "O-1", "USD", "0"))
	d.expect("and cancelled", "K", "within the limit again")
}

func TestTheLimitIsInTheCustomersCurrency(t *testing.T) {
	d := newDesk(t, 1)
	d.play(told("K", schemas.CreditOrder, "O-1", "USD", "50"), told("K", schemas.CreditInvoice, "I-1", "EUR", "80"))
	d.expect("a customer who is not known has no limit", "K", "nothing")
	d.play(limited("K", "USD", "40"))
	d.expect("known", "K", "10.00 USD: customer K uses 50.00 USD of a credit limit of 40.00 USD: 50.00 USD not yet invoiced of 1 order; not counted, as the limit is in another currency: 80.00 EUR")
	d.play(limited("K", "EUR", "40"))
	d.expect("in another currency", "K", "40.00 EUR: customer K uses 80.00 EUR of a credit limit of 40.00 EUR: 80.00 EUR open on 1 invoice; not counted, as the limit is in another currency: 50.00 USD")
	d.play(limited("K", "EUR", ""))
	d.expect("without a limit", "K", "within the limit again")
}

func TestWhatIsOnlyForAMomentIsNotTold(t *testing.T) {
	d := newDesk(t, 1)
	d.play(limited("K", "USD", "100"), told("K", schemas.CreditOrder, "O-1", "USD", "90"))
	d.send(told("K", schemas.CreditInvoice, "I-1", "USD", "90"))
	d.Run()
	d.Advance(59 * time.Second)
	d.send(told("K", schemas.CreditOrderInvoiced, "O-1", "USD", "90"))
	d.Run()
	d.Advance(time.Hour)
	d.expect("an invoice that was ahead of its order", "K", "nothing")
}

func TestAnyInterleavingAndAnyCrashSayTheSameOfEachCustomer(t *testing.T) {
	play := func(seed uint64) string {
		d, random := newDesk(t, seed), rand.New(rand.NewPCG(seed, 4))
		queues := [][]any{{limited("K", "USD", "10"), limited("K", "USD", "100")}, {limited("L", "EUR", "50")}}
		for n := range 12 {
			id, customer, currency := fmt.Sprint(n), []string{"K", "K", "L"}[n%3], []string{"USD", "EUR"}[n%2]
			queues = append(queues,
				[]any{told(customer, schemas.CreditOrder, id, currency, "30"), told(customer, schemas.CreditOrder, id, currency, "40")},
				[]any{told(customer, schemas.CreditOrderInvoiced, id, currency, "15"), told(customer, schemas.CreditOrderInvoiced, id, currency, "25")},
				[]any{told(customer, schemas.CreditInvoice, id, currency, "25"), told(customer, schemas.CreditInvoice, id, currency, "20")},
				[]any{told(customer, schemas.CreditPayment, id, currency, "-9"), told(customer, schemas.CreditPayment, id, currency, "0")})
		}
		for what := range sim.Interleave(random, queues) {
			d.send(what)
			switch random.IntN(9) {
			case 0:
				d.Crash()
			case 1:
				d.Advance(time.Duration(random.IntN(90)) * time.Second)
			case 2, 3:
				d.Run()
			}
		}
		d.Run()
		d.Advance(time.Hour)
		return d.stands("K") + "\n" + d.stands("L")
	}
	const want = "40.00 USD: customer K uses 140.00 USD of a credit limit of 100.00 USD: 80.00 USD open on 4 invoices, 60.00 USD not yet invoiced of 4 orders; not counted, as the limit is in another currency: 140.00 EUR\n" +
		"20.00 EUR: customer L uses 70.00 EUR of a credit limit of 50.00 EUR: 40.00 EUR open on 2 invoices, 30.00 EUR not yet invoiced of 2 orders; not counted, as the limit is in another currency: 70.00 USD"
	for seed := range uint64(60) {
		if got := play(seed); got != want {
			t.Fatalf("seed %d:\n%s\nwant:\n%s", seed, got, want)
		}
	}
}
