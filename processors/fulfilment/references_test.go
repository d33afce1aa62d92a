package fulfilment

import (
	"testing"

	"waybill/schemas"
	"waybill/stream/sim"
)

func TestWhatMasterDataLacksHoldsTheLineUntilItComes(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(
		order("O1", 1, 0, nil, line(1, "10", func(l *schemas.OrderLine) { l.UnitPrice = nil })),
		shipment("O1", "S1", 1, 20, schemas.MilestoneShipped, box(1, "A", "6", nil)))
	expect(t, "nothing is there", sc.open(),
		"unknown_reference O1/1: 6 EA of A shipped in S1; item A has no price in USD on 2026-03-02.",
		"unknown_reference O1/1: 6 EA of A shipped in S1; item A is not in master data.",
		"unknown_reference O1/1: 6 EA of A shipped in S1; warehouse EAST is not in master data.",
		"unknown_reference O1: Customer ACME is not in master data; what is to be billed of the order waits for it.")
	sc.play(listPrice("A1", "A", "11", nil))
	expect(t, "the price has come", sc.open(),
		"unknown_reference O1 66.00 USD: Customer ACME is not in master data; what is to be billed of the order waits for it.",
		"unknown_reference O1/1 66.00 USD: 6 EA of A shipped in S1; item A is not in master data.",
		"unknown_reference O1/1 66.00 USD: 6 EA of A shipped in S1; warehouse EAST is not in master data.")
	sc.play(item("A", nil), warehouse("EAST"))
	expect(t, "all but the customer has come", sc.open(), "unknown_reference O1 66.00 USD: Customer ACME is not in master data; what is to be billed of the order waits for it.")
	expect(t, "bills", sc.bills(), "")
	expect(t, "demand", sc.demand(), "O1/1 A@EAST committed 4 allocated 0")
	sc.play(customer("ACME", nil))
	expect(t, "all has come", sc.open(), "")
	expect(t, "bills", sc.bills(), "O1 #1 invoice on_shipment ACME | 1 A 6 EA @11.00/1 = 66.00 (S1) | 66.00 USD")
}

func TestAnItemWhoseIdGoesOnBehindASlashHasPricesOfItsOwn(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	sc.play(
		item("A/2", nil), listPrice("zero", "A", "5", func(p *schemas.ItemPrice) { p.ValidFrom = schemas.MustDate("2026-12-01") }),
		order("O1", 1, 0, nil, line(1, "10", func(l *schemas.OrderLine) { l.UnitPrice = nil }), line(2, "1", func(l *schemas.OrderLine) { l.ItemID, l.UnitPrice = "A/2", nil })),
		shipment("O1", "S1", 1, 20, schemas.MilestoneShipped, box(2, "A/2", "1", nil)))
	expect(t, "open", sc.open(), "unknown_reference O1/2: 1 EA of A/2 shipped in S1; item A/2 has no price in USD on 2026-03-02.")
	sc.play(listPrice("p", "A/2", "3", nil), shipment("O1", "S2", 1, 30, schemas.MilestoneShipped, box(1, "A", "1", nil)))
	expect(t, "net", sc.net(), "O1/1 S2 1 EA of A = 11.00 USD", "O1/2 S1 1 EA of A/2 = 3.00 USD")
}

func TestCorrectedMasterDataDoesNotChangeWhatWasBilled(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	sc.play(
		order("O1", 1, 0, nil, line(1, "10", func(l *schemas.OrderLine) { l.UnitPrice = nil })),
		shipment("O1", "S1", 1, 20, schemas.MilestoneShipped, box(1, "A", "6", nil), box(1, "B", "2", nil)))
	billed := "O1 #1 invoice on_shipment:substitution_lower ACME | 1 A 6 EA @11.00/1 = 66.00 (S1) | 1 A→B 2 EA @8.00/1 = 16.00 (S1) | 82.00 USD"
	expect(t, "bills", sc.bills(), billed)
	sc.play(
		listPrice("A1", "A", "99", nil), listPrice("B1", "B", "1", nil),
		customer("ACME", func(c *schemas.Customer) {
			c.InvoicePolicy, c.SubstitutionPrice = schemas.OrderComplete, schemas.PriceOriginal
		}),
		item("A", func(i *schemas.Item) { i.CatchWeight = true }), item("B", func(i *schemas.Item) { i.BaseUOM, i.UOMs = "KG", nil }),
		shipment("O1", "S1", 2, 30, schemas.MilestoneDelivered, box(1, "A", "6", nil), box(1, "B", "2", nil)))
	expect(t, "bills", sc.bills(), billed)
	expect(t, "open", sc.open(), "")
	// What comes later of the line goes by the same terms.
	sc.play(shipment("O1", "S2", 1, 40, schemas.MilestoneShipped, box(1, "A", "2", nil)))
	expect(t, "bills", sc.bills(), billed, "O1 #1 invoice on_shipment ACME | 1 A 2 EA @11.00/1 = 22.00 (S2) | 22.00 USD")
}

func TestPricesAreAsOfTheDayOfTheFirstEvent(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	unpriced := func(l *schemas.OrderLine) { l.UnitPrice = nil }
	sc.play(
		listPrice("later", "A", "15", func(p *schemas.ItemPrice) { p.ValidFrom = schemas.MustDate("2026-03-03") }),
		order("O1", 1, 0, nil, line(1, "10", unpriced)), order("O1", 2, 2*24*60, nil, line(1, "12", unpriced)),
		shipment("O1", "S1", 1, 3*24*60, schemas.MilestoneShipped, box(1, "A", "1", nil)))
	expect(t, "net", sc.net(), "O1/1 S1 1 EA of A = 11.00 USD")
}

func TestAPriceThatStaysIsOneOfItsCurrency(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	inEuro := acceptance("O1", 1, 30, schemas.Accepted)
	inEuro.Acceptance.Currency = "EUR"
	sc.play(
		listPrice("euro", "A", "9", func(p *schemas.ItemPrice) { p.Currency = "EUR" }),
		order("O1", 1, 0, nil, line(1, "10", func(l *schemas.OrderLine) { l.UnitPrice = nil })),
		shipment("O1", "S1", 1, 20, schemas.MilestoneShipped, box(1, "A", "1", nil)), inEuro)
	expect(t, "net", sc.net(), "O1/1 S1 1 EA of A = 9.00 EUR")
}

// A price list may have an item in two units of measure: each of what was shipped stays at the price of its own.
func TestAPriceThatStaysIsOneOfTheUnitThatItWasWantedIn(t *testing.T) {
	cases := func(l *schemas.ShipmentLine) { l.UOM = "CS" }
	inCases := func(p *schemas.ItemPrice) { p.UOM = "CS" }
	for _, test := range []struct {
		name   string
		events []any
		want   []string
	}{
		{
			name: "a substitute in pieces and in a case, and then another word on them",
			events: []any{
				listPrice("B2", "B", "90", inCases),
				order("O1", 1, 0, nil, line(1, "20", nil)),
				shipment("O1", "S1", 1, 20, schemas.MilestoneShipped, box(1, "B", "2", nil), box(1, "B", "1", cases)),
				shipment("O1", "S1", 2, 30, schemas.MilestoneDelivered, box(1, "B", "2", nil), box(1, "B", "1", cases)),
			},
			want: []string{"O1 #1 invoice on_shipment:substitution_lower ACME | 1 A→B 1 CS @90.00/1 = 90.00 (S1) | 1 A→B 2 EA @8.00/1 = 16.00 (S1) | 106.00 USD"},
		},
		{
			name: "an ordered item whose unit changes when it is billed",
			events: []any{
				listPrice("A2", "A", "120", inCases),
				order("O1", 1, 0, nil, line(1, "24", func(l *schemas.OrderLine) { l.UnitPrice = nil })),
				shipment("O1", "S1", 1, 20, schemas.MilestoneShipped, box(1, "A", "12", nil)),
				order("O1", 2, 30, nil, line(1, "2", func(l *schemas.OrderLine) { l.UnitPrice, l.UOM = nil, "CS" })),
			},
			want: []string{
				"O1 #1 invoice on_shipment ACME | 1 A 12 EA @11.00/1 = 132.00 (S1) | 132.00 USD",
				"O1 #2 credit_and_rebill on_shipment:corrected ACME | 1 A -12 EA @11.00/1 = -132.00 (S1) | -132.00 USD",
				"O1 #3 credit_and_rebill on_shipment ACME | 1 A 12 EA @10.00/1 = 120.00 (S1) | 120.00 USD",
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			sc := newScene(t, sim.Options{})
			sc.play(masters()...)
			sc.play(test.events...)
			expect(t, "bills", sc.bills(), test.want...)
		})
	}
}

// A customer's policy says whether a line of which nothing was shipped waits for more.
func TestAShortLineIsToldWhenItsCustomerComesLast(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(item("A", nil), warehouse("EAST"),
		order("O1", 1, 0, func(o *schemas.Order) { o.InvoicePolicy = new(schemas.OnShipment) }, line(1, "3", nil)),
		last(shipment("O1", "S1", 1, 10, schemas.MilestoneDelivered, box(1, "A", "0", nil))))
	expect(t, "open while the customer is not known", sc.open())
	sc.play(customer("ACME", nil))
	expect(t, "open", sc.open(), "short_shipped O1/1 30.00 USD: Nothing was shipped; 3 EA of 3 EA are missing, and the warehouse ships no more.")
}
