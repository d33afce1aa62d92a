package fulfilment

import (
	"slices"
	"testing"

	"waybill/schemas"
)

func TestOverShipment(t *testing.T) {
	check(t, []ruling{
		{"within tolerance all is billed", func(g *given) {
			g.terms.OverTolerancePercent = schemas.MustPercent("5")
			g.ships(part("S1", "A", "10.5"))
		}, "open done", []string{"10.5 EA of A @10.00/1 = 105.00 shipment/S1 on_shipment"}, nil},
		{"above it what is beyond is not", func(g *given) {
			g.terms.OverTolerancePercent = schemas.MustPercent("5")
			g.ships(part("S1", "A", "12"))
		}, "open done", []string{"10.5 EA of A @10.00/1 = 105.00 shipment/S1 on_shipment"},
			[]string{"over_shipped 15.00 USD: 12 EA of A shipped in S1; 1.5 EA beyond the 10 EA ordered and what is tolerated are not billed."}},
		{"the shipment that left first is billed first", func(g *given) {
			g.shipments["S1"].ShippedAt = at(99)
			g.ships(part("S1", "A", "8"), part("S2", "A", "7"))
		}, "open done", []string{"3 EA of A @10.00/1 = 30.00 shipment/S1 on_shipment", "7 EA of A @10.00/1 = 70.00 shipment/S2 on_shipment"},
			[]string{"over_shipped 50.00 USD: 8 EA of A shipped in S1; 5 EA beyond the 10 EA ordered and what is tolerated are not billed."}},
		{"where both left at once the smaller id is", func(g *given) {
			g.shipments["S1"].ShippedAt = g.shipments["S2"].ShippedAt
			g.ships(part("S1", "A", "8"), part("S2", "A", "7"))
		}, "open done", []string{"8 EA of A @10.00/1 = 80.00 shipment/S1 on_shipment", "2 EA of A @10.00/1 = 20.00 shipment/S2 on_shipment"},
			[]string{"over_shipped 50.00 USD: 7 EA of A shipped in S2; 5 EA beyond the 10 EA ordered and what is tolerated are not billed."}},
		{"a part that waits for a price keeps its place", func(g *given) {
			g.ships(part("S1", "C", "8"), part("S2", "A", "7"))
		}, "open done blocked", []string{"2 EA of A @10.00/1 = 20.00 shipment/S2 on_shipment"},
			[]string{
				"over_shipped 50.00 USD: 7 EA of A shipped in S2; 5 EA beyond the 10 EA ordered and what is tolerated are not billed.",
				"substitution_unpriced 80.00 USD: 8 EA of C shipped in S1; item C was shipped in place of A and has no price in USD on 2026-03-02.",
			}},
		{"an excess that came back is no exception", func(g *given) { g.ships(part("S1", "A", "12").returning("2")) },
			"open done", []string{"10 EA of A @10.00/1 = 100.00 shipment/S1 on_shipment"}, nil},
	})
}

func TestToleranceIsTheCustomersElseTheItemsElseTheDefault(t *testing.T) {
	for _, test := range []struct {
		name     string
		customer string
		item     *schemas.Percent
		want     string
	}{
		{"customer's", "2", percent("3"), "2"},
		{"item's, when the customer's says nothing", "0", percent("3"), "3"},
		{"item's zero is one", "0", percent("0"), "0"},
		{"default", "0", nil, "1"},
	} {
		of, in := &CustomerTerms{OverTolerance: schemas.MustPercent(test.customer), UnderTolerance: schemas.MustPercent(test.customer)}, &ItemTerms{OverTolerance: test.item, UnderTolerance: test.item}
		policy := Policy{OverTolerance: schemas.MustPercent("1"), UnderTolerance: schemas.MustPercent("1")}
		if over, under := overTolerance(of, in, policy), underTolerance(of, in, policy); over != schemas.MustPercent(test.want) || under != over {
			t.Errorf("%s: got %s over, %s under", test.name, over, under)
		}
	}
}

func TestTheOrderOfPartsDoesNotDecideWhatIsBilled(t *testing.T) {
	g := newGiven()
	g.ships(part("S1", "A", "8"), part("S1", "B", "1"), part("S2", "A", "7"))
	before := g.judge().billsText()
	slices.Reverse(g.line.Parts)
	after := g.judge()
	slices.Reverse(after.desired)
	expect(t, "bills", after.billsText(), before)
}
