package fulfilment

import (
	"testing"

	"waybill/schemas"
)

func TestSubstitution(t *testing.T) {
	with := func(rule schemas.SubstitutionPrice) func(*given) {
		return func(g *given) {
			g.terms.SubstitutionPrice = rule
			g.ships(part("S1", "B", "4"))
		}
	}
	check(t, []ruling{
		{"at the original's price", with(schemas.PriceOriginal), "open", []string{"4 EA of B @10.00/1 = 40.00 shipment/S1 on_shipment:substitution_original"}, nil},
		{"at the substitute's price", with(schemas.PriceSubstitute), "open", []string{"4 EA of B @8.00/1 = 32.00 shipment/S1 on_shipment:substitution_substitute"}, nil},
		{"at the lower price, which is the substitute's", with(schemas.PriceLower), "open", []string{"4 EA of B @8.00/1 = 32.00 shipment/S1 on_shipment:substitution_lower"}, nil},
		{"at the lower price, which is the original's", func(g *given) {
			g.prices[1].UnitPrice = *price("12")
			g.ships(part("S1", "B", "4"))
		}, "open", []string{"4 EA of B @10.00/1 = 40.00 shipment/S1 on_shipment:substitution_lower"}, nil},
		{"the lower price is found in the same unit: 96 a case is 8 a piece", func(g *given) {
			g.prices[1] = listPrice("B1", "B", "96", func(p *schemas.ItemPrice) { p.UOM = "CS" })
			g.ships(part("S1", "B", "4"))
		}, "open", []string{"4 EA of B @8.00/1 = 32.00 shipment/S1 on_shipment:substitution_lower"}, nil},
		{"in another unit that converts", func(g *given) {
			g.line.Placed.Quantity = q("24")
			g.ships(part("S1", "B", "2").in("CS"))
		}, "open done", []string{"2 CS of B @96.00/1 = 192.00 shipment/S1 on_shipment:substitution_lower"}, nil},
		{"a case of the substitute holds ten, and counts as ten", func(g *given) {
			g.line.Placed.UOM, g.line.Placed.Quantity, g.line.Placed.UnitPrice = "CS", q("1"), price("120")
			g.items["B"].UOMs[0].Numerator = 10
			g.terms.SubstitutionPrice = schemas.PriceOriginal
			g.ships(part("S1", "B", "1").in("CS"))
		}, "open", []string{"1 CS of B @100.00/1 = 100.00 shipment/S1 on_shipment:substitution_original"}, nil},
		{"in another unit that does not convert", func(g *given) {
			g.items["B"] = item("B", func(i *schemas.Item) { i.BaseUOM = "KG" })
			g.ships(part("S1", "B", "4").in("KG"))
		}, "open blocked", nil, []string{"uom_mismatch: 4 KG of B shipped in S1; KG does not convert into EA of item A."}},
		{"with another base unit, but shipped in a unit of the same name", func(g *given) {
			g.items["B"] = item("B", func(i *schemas.Item) { i.BaseUOM = "KG" })
			g.ships(part("S1", "B", "4"))
		}, "open", []string{"4 EA of B @8.00/1 = 32.00 shipment/S1 on_shipment:substitution_lower"}, nil},
		{"whose price does not convert", func(g *given) {
			g.prices[1].UOM = "PAL"
			g.ships(part("S1", "B", "4"))
		}, "open blocked", nil, []string{"uom_mismatch 40.00 USD: 4 EA of B shipped in S1; its price does not convert to one per EA."}},
		{"never", func(g *given) {
			g.line.Placed.Substitution = schemas.SubstitutionNever
			g.ships(part("S1", "B", "4"))
		}, "open", nil, []string{"substitution_refused 40.00 USD: 4 EA of B shipped in S1; item B was shipped in place of A, and the order line takes no substitute."}},
		{"ask", func(g *given) {
			g.line.Placed.Substitution = schemas.SubstitutionAsk
			g.ships(part("S1", "B", "4"))
		}, "open", nil, []string{"substitution_refused 40.00 USD: 4 EA of B shipped in S1; item B was shipped in place of A, and the customer is to be asked first."}},
		{"refused, and come back", func(g *given) {
			g.line.Placed.Substitution = schemas.SubstitutionNever
			g.ships(part("S1", "B", "4").returning("4"))
		}, "open", nil, nil},
		{"allowed, but master data names others", func(g *given) {
			g.items["A"].Substitutes = []string{"C"}
			g.ships(part("S1", "B", "4"))
		}, "open", nil, []string{"substitution_refused 40.00 USD: 4 EA of B shipped in S1; master data does not name item B as a substitute of A."}},
		{"allowed, and master data names it", func(g *given) {
			g.items["A"].Substitutes = []string{"C", "B"}
			g.ships(part("S1", "B", "4"))
		}, "open", []string{"4 EA of B @8.00/1 = 32.00 shipment/S1 on_shipment:substitution_lower"}, nil},
		{"without a price", func(g *given) { g.ships(part("S1", "C", "4")) }, "open blocked", nil,
			[]string{"substitution_unpriced 40.00 USD: 4 EA of C shipped in S1; item C was shipped in place of A and has no price in USD on 2026-03-02."}},
		{"without a price, where the original's counts", func(g *given) {
			g.terms.SubstitutionPrice = schemas.PriceOriginal
			g.ships(part("S1", "C", "4"))
		}, "open", []string{"4 EA of C @10.00/1 = 40.00 shipment/S1 on_shipment:substitution_original"}, nil},
		{"with a price of zero", func(g *given) {
			g.prices[1].UnitPrice = 0
			g.ships(part("S1", "B", "4"))
		}, "open blocked", nil, []string{"substitution_unpriced 40.00 USD: 4 EA of B shipped in S1; item B was shipped in place of A and its price is zero."}},
		{"of an item without a price, at the substitute's", func(g *given) {
			g.line.Placed.UnitPrice, g.prices = nil, g.prices[1:]
			g.terms.SubstitutionPrice = schemas.PriceSubstitute
			g.ships(part("S1", "B", "4"))
		}, "open", []string{"4 EA of B @8.00/1 = 32.00 shipment/S1 on_shipment:substitution_substitute"}, nil},
		{"of an item without a price, at the lower", func(g *given) {
			g.line.Placed.UnitPrice, g.prices = nil, g.prices[1:]
			g.ships(part("S1", "B", "4"))
		}, "open blocked", nil, []string{"unknown_reference: 4 EA of B shipped in S1; item A has no price in USD on 2026-03-02."}},
		{"refused does not take the place of what is shipped then", func(g *given) {
			g.line.Placed.Substitution = schemas.SubstitutionNever
			g.ships(part("S1", "B", "10"), part("S2", "A", "10"))
		}, "open done", []string{"10 EA of A @10.00/1 = 100.00 shipment/S2 on_shipment"},
			[]string{"substitution_refused 100.00 USD: 10 EA of B shipped in S1; item B was shipped in place of A, and the order line takes no substitute."}},
	})
}
