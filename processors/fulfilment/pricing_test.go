package fulfilment

import (
	"slices"
	"testing"

	"waybill/schemas"
)

func TestThePriceOfTheDayIsChosen(t *testing.T) {
	agreement := func(p *schemas.ItemPrice) { p.CustomerID = new("ACME") }
	from := func(date string) func(*schemas.ItemPrice) {
		return func(p *schemas.ItemPrice) { p.ValidFrom = schemas.MustDate(date) }
	}
	until := func(date string) func(*schemas.ItemPrice) {
		return func(p *schemas.ItemPrice) { p.ValidTo = new(schemas.MustDate(date)) }
	}
	in := func(uom string) func(*schemas.ItemPrice) { return func(p *schemas.ItemPrice) { p.UOM = uom } }
	p := func(id string, changes ...func(*schemas.ItemPrice)) *schemas.ItemPrice {
		return listPrice(id, "A", "1", func(p *schemas.ItemPrice) {
			for _, change := range changes {
				change(p)
			}
		})
	}
	for _, test := range []struct {
		name   string
		prices []*schemas.ItemPrice
		want   string
	}{
		{"none", nil, ""},
		{"list price", []*schemas.ItemPrice{p("p1")}, "p1"},
		{"agreement before list price", []*schemas.ItemPrice{p("p1", in("EA"), from("2026-03-01")), p("p2", agreement, in("CS"))}, "p2"},
		{"another customer's agreement is none", []*schemas.ItemPrice{p("p1", func(p *schemas.ItemPrice) { p.CustomerID = new("OTHER") })}, ""},
		{"another currency's price is none", []*schemas.ItemPrice{p("p1", func(p *schemas.ItemPrice) { p.Currency = "EUR" })}, ""},
		{"not valid yet", []*schemas.ItemPrice{p("p1", from("2026-03-03"))}, ""},
		{"valid from the day", []*schemas.ItemPrice{p("p1", from("2026-03-02"))}, "p1"},
		{"valid to the day", []*schemas.ItemPrice{p("p1", until("2026-03-02"))}, "p1"},
		{"not valid any more", []*schemas.ItemPrice{p("p1", until("2026-03-01"))}, ""},
		{"the line's unit before a later price", []*schemas.ItemPrice{p("p1", in("CS"), from("2026-03-01")), p("p2")}, "p2"},
		{"the later price", []*schemas.ItemPrice{p("p1", from("2026-02-01")), p("p2", from("2026-03-01")), p("p3")}, "p2"},
		{"the smaller id when nothing else tells", []*schemas.ItemPrice{p("p2"), p("p1"), p("p3")}, "p1"},
	} {
		for _, prices := range [][]*schemas.ItemPrice{test.prices, reversed(test.prices)} {
			got := ""
			if found := choosePrice(slices.Values(prices), "ACME", "USD", schemas.MustDate("2026-03-02"), "EA"); found != nil {
				got = found.PriceID
			}
			if got != test.want {
				t.Errorf("%s: got %q, want %q", test.name, got, test.want)
			}
		}
	}
}

func reversed[T any](list []T) []T {
	list = slices.Clone(list)
	slices.Reverse(list)
	return list
}

func TestPricing(t *testing.T) {
	check(t, []ruling{
		{"without a price of the order the list's", func(g *given) {
			g.line.Placed.UnitPrice = nil
			g.ships(part("S1", "A", "4"))
		}, "open", []string{"4 EA of A @11.00/1 = 44.00 shipment/S1 on_shipment"}, nil},
		{"a price per hundred", func(g *given) {
			g.line.Placed.PriceUnit = 100
			g.ships(part("S1", "A", "7"))
		}, "open", []string{"7 EA of A @10.00/100 = 0.70 shipment/S1 on_shipment"}, nil},
		{"no price", func(g *given) {
			g.line.Placed.UnitPrice, g.prices = nil, nil
			g.ships(part("S1", "A", "4"))
		}, "open blocked", nil, []string{"unknown_reference: 4 EA of A shipped in S1; item A has no price in USD on 2026-03-02."}},
		{"zero where the order line says zero is free", func(g *given) {
			g.line.Placed.UnitPrice = price("0")
			g.ships(part("S1", "A", "4"))
		}, "open", []string{"4 EA of A @0.00/1 = 0.00 shipment/S1 on_shipment"}, nil},
		{"zero on the list is not", func(g *given) {
			g.line.Placed.UnitPrice, g.prices[0].UnitPrice = nil, 0
			g.ships(part("S1", "A", "4"))
		}, "open blocked", nil, []string{"unknown_reference: 4 EA of A shipped in S1; the price of item A is zero, and the order line does not say so."}},
		{"zero from ERP is not, where the order says ten", func(g *given) {
			g.order.Accepted, g.line.Accepted = &AcceptedOrder{Status: schemas.Accepted, Currency: "USD"}, new(accepted(1, "10", "0", nil))
			g.ships(part("S1", "A", "4"))
		}, "open blocked", nil, []string{"unknown_reference: 4 EA of A shipped in S1; the price of item A is zero, and the order line does not say so."}},
		{"zero from ERP is, where the order says zero", func(g *given) {
			g.order.Accepted, g.line.Accepted = &AcceptedOrder{Status: schemas.Accepted, Currency: "USD"}, new(accepted(1, "10", "0", nil))
			g.line.Placed.UnitPrice = price("0")
			g.ships(part("S1", "A", "4"))
		}, "open", []string{"4 EA of A @0.00/1 = 0.00 shipment/S1 on_shipment"}, nil},
		{"a list price per case, shipped in pieces", func(g *given) {
			g.line.Placed.UnitPrice, g.prices = nil, []*schemas.ItemPrice{listPrice("A1", "A", "30", func(p *schemas.ItemPrice) { p.UOM = "CS" })}
			g.ships(part("S1", "A", "4"))
		}, "open", []string{"4 EA of A @2.50/1 = 10.00 shipment/S1 on_shipment"}, nil},
		{"a price in a unit that the item does not have", func(g *given) {
			g.line.Placed.UnitPrice, g.prices = nil, []*schemas.ItemPrice{listPrice("A1", "A", "30", func(p *schemas.ItemPrice) { p.UOM = "PAL" })}
			g.ships(part("S1", "A", "4"))
		}, "open blocked", nil, []string{"uom_mismatch: 4 EA of A shipped in S1; its price does not convert to one per EA."}},
		{"a price that nobody can mean", func(g *given) {
			g.line.Placed.UnitPrice = price("999999999999")
			g.line.Placed.Quantity = q("1000000")
			g.ships(part("S1", "A", "1000000"))
		}, "open done blocked", nil, []string{"unknown_reference: 1000000 EA of A shipped in S1; 1000000 EA at 999999999999.00 cannot be right: the amount is too large to be billed."}},
	})
}

func TestUnitsOfMeasure(t *testing.T) {
	check(t, []ruling{
		{"ordered in cases, shipped in pieces", func(g *given) {
			g.line.Placed.UOM, g.line.Placed.Quantity, g.line.Placed.UnitPrice = "CS", q("2"), price("25")
			g.ships(part("S1", "A", "7"), part("S2", "A", "17"))
		}, "open done", []string{"7 EA of A @25.00/12 = 14.58 shipment/S1 on_shipment", "17 EA of A @25.00/12 = 35.42 shipment/S2 on_shipment"}, nil},
		{"ordered in pieces, shipped in cases, and one piece too few to be a case", func(g *given) {
			g.line.Placed.Quantity = q("13")
			g.ships(part("S1", "A", "2").in("CS"))
		}, "open done", []string{"13 EA of A @10.00/1 = 130.00 shipment/S1 on_shipment"},
			[]string{"over_shipped 110.00 USD: 2 CS of A shipped in S1; 11 EA beyond the 13 EA ordered and what is tolerated are not billed."}},
		{"the same unit needs no factor", func(g *given) {
			g.line.Placed.UOM = "BOX"
			g.ships(part("S1", "A", "4").in("BOX"))
		}, "open", []string{"4 BOX of A @10.00/1 = 40.00 shipment/S1 on_shipment"}, nil},
		{"a unit that the item does not have does not count", func(g *given) {
			g.ships(part("S1", "A", "4").in("PAL"), part("S2", "A", "3"))
		}, "open blocked", []string{"3 EA of A @10.00/1 = 30.00 shipment/S2 on_shipment"},
			[]string{"uom_mismatch: 4 PAL of A shipped in S1; PAL does not convert into EA of item A."}},
		{"thirds of a base unit count in their own", func(g *given) {
			g.items["A"] = item("A", func(i *schemas.Item) {
				i.BaseUOM, i.UOMs = "KG", []schemas.ItemUOM{{UOM: "EA", Numerator: 1, Denominator: 3}}
			})
			g.ships(part("S1", "A", "10"))
		}, "open done", []string{"10 EA of A @10.00/1 = 100.00 shipment/S1 on_shipment"}, nil},
		{"thirds of a base unit stay in their own though another part converts into neither", func(g *given) {
			g.items["A"] = item("A", func(i *schemas.Item) {
				i.BaseUOM, i.UOMs = "KG", []schemas.ItemUOM{{UOM: "EA", Numerator: 1, Denominator: 3}}
			})
			g.ships(part("S1", "A", "10"), part("S2", "A", "1").in("PAL"))
		}, "open done blocked", []string{"10 EA of A @10.00/1 = 100.00 shipment/S1 on_shipment"},
			[]string{"uom_mismatch: 1 PAL of A shipped in S2; PAL does not convert into EA of item A."}},
	})
}
