package fulfilment

import (
	"strings"
	"testing"

	"waybill/schemas"
	"waybill/stream/sim"
	"waybill/topics"
)

func TestReturns(t *testing.T) {
	by := func(policy schemas.InvoicePolicy, change func(*given)) func(*given) {
		return func(g *given) {
			g.order.Placed.InvoicePolicy = &policy
			change(g)
		}
	}
	cases := func(g *given) {
		g.line.Placed.UOM, g.line.Placed.Quantity, g.line.Placed.UnitPrice = "CS", q("2"), price("120")
	}
	check(t, []ruling{
		{"what came back is not billed, and does not open the line again", func(g *given) { g.ships(part("S1", "A", "10").returning("3")) },
			"open done", []string{"7 EA of A @10.00/1 = 70.00 shipment/S1 on_shipment"}, nil},
		{"all came back", func(g *given) { g.ships(part("S1", "A", "10").returning("10")) }, "open done", nil, nil},
		{"of what was delivered what was kept", by(schemas.PerDelivery, func(g *given) { g.ships(part("S1", "A", "10").delivering("8").returning("1")) }),
			"open done", []string{"8 EA of A @10.00/1 = 80.00 shipment/S1 per_delivery"}, nil},
		{"of what was delivered no more than was kept", by(schemas.PerDelivery, func(g *given) { g.ships(part("S1", "A", "10").delivering("8").returning("3")) }),
			"open done", []string{"7 EA of A @10.00/1 = 70.00 shipment/S1 per_delivery"}, nil},
		{"a complete order stays complete", by(schemas.OrderComplete, func(g *given) { g.ships(part("S1", "A", "10").returning("3")) }),
			"open done", []string{"7 EA of A @10.00/1 = 70.00 order order_complete"}, nil},
		{"a return is taken from the excess first", func(g *given) { g.ships(part("S1", "A", "12").returning("1")) },
			"open done", []string{"10 EA of A @10.00/1 = 100.00 shipment/S1 on_shipment"},
			[]string{"over_shipped 10.00 USD: 12 EA of A shipped in S1 and 1 returned; 1 EA beyond the 10 EA ordered and what is tolerated are not billed."}},
		{"and what it goes beyond that from the bill", func(g *given) { g.ships(part("S1", "A", "12").returning("3")) },
			"open done", []string{"9 EA of A @10.00/1 = 90.00 shipment/S1 on_shipment"}, nil},
		{"what comes back of the first shipment makes room for the second", func(g *given) { g.ships(part("S1", "A", "8").returning("5"), part("S2", "A", "7")) },
			"open done", []string{"3 EA of A @10.00/1 = 30.00 shipment/S1 on_shipment", "7 EA of A @10.00/1 = 70.00 shipment/S2 on_shipment"}, nil},
		{"in pieces of a case", func(g *given) {
			cases(g)
			g.ships(part("S1", "A", "2").in("CS"), part("S1", "A", "0").returning("5"))
		}, "open done", []string{"19 EA of A @10.00/1 = 190.00 shipment/S1 on_shipment"}, nil},
		{"in cases of what was shipped in pieces", func(g *given) {
			cases(g)
			g.ships(part("S1", "A", "24"), part("S1", "A", "0").in("CS").returning("1"))
		}, "open done", []string{"12 EA of A @10.00/1 = 120.00 shipment/S1 on_shipment"}, nil},
		{"no other shipment's and no other item's", func(g *given) {
			g.ships(part("S1", "A", "6"), part("S1", "B", "0").returning("2"), part("S2", "A", "4"))
		}, "open done", []string{"6 EA of A @10.00/1 = 60.00 shipment/S1 on_shipment", "4 EA of A @10.00/1 = 40.00 shipment/S2 on_shipment"},
			[]string{"over_returned 20.00 USD: 2 EA of B returned in S1; more came back than was shipped, and the surplus is credited to nobody."}},
		{"more than was shipped", func(g *given) { g.ships(part("S1", "A", "4").returning("6")) }, "open", nil,
			[]string{"over_returned 20.00 USD: 4 EA of A shipped in S1 and 6 returned; more came back than was shipped, and the surplus is credited to nobody."}},
		{"more than was shipped, in a unit that does not convert", func(g *given) { g.ships(part("S1", "A", "10"), part("S1", "A", "0").in("PAL").returning("1")) },
			"open done", []string{"10 EA of A @10.00/1 = 100.00 shipment/S1 on_shipment"},
			[]string{"over_returned: 1 PAL of A returned in S1; more came back than was shipped, and the surplus is credited to nobody."}},
		{"nothing stands in the way of what came back", func(g *given) {
			g.warehouses, g.items["A"].CatchWeight = nil, true
			g.ships(part("S1", "A", "4").returning("4"), part("S2", "C", "6").returning("6"))
		}, "open done", nil, nil},
		{"of a catch weight its share", func(g *given) {
			g.items["A"].CatchWeight = true
			g.ships(part("S1", "A", "10").weighing("20.5").returning("3"))
		}, "open done", []string{"14.35 EA of A @10.00/1 = 143.50 shipment/S1 on_shipment"}, nil},
	})
}

func TestWhatComesBackOfABillIsCredited(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	sc.play(order("O1", 1, 0, nil, line(1, "10", nil), line(2, "4", nil)),
		shipment("O1", "S1", 1, 10, schemas.MilestoneShipped, box(1, "A", "10", nil), box(2, "A", "4", nil)))
	want := []string{"O1 #1 invoice on_shipment ACME | 1 A 10 EA @10.00/1 = 100.00 (S1) | 2 A 4 EA @10.00/1 = 40.00 (S1) | 140.00 USD"}
	and := func(events []any, bills ...string) {
		t.Helper()
		sc.play(events...)
		want = append(want, bills...)
		expect(t, "bills", sc.bills(), want...)
	}
	and([]any{shipment("O1", "S1", 2, 20, schemas.MilestoneReturned, box(1, "A", "3", nil))},
		"O1 #2 credit_and_close on_shipment:returned ACME | 1 A -3 EA @10.00/1 = -30.00 (S1) | -30.00 USD")
	and([]any{shipment("O1", "S1", 3, 30, schemas.MilestoneReturned, box(1, "A", "5", nil), box(2, "A", "4", nil))},
		"O1 #3 credit_and_close on_shipment:returned ACME | 1 A -2 EA @10.00/1 = -20.00 (S1) | 2 A -4 EA @10.00/1 = -40.00 (S1) | -60.00 USD")
	for _, sent := range sim.Read(sc.World, topics.InvoiceReady)[1:] {
		if credit := sent.Value; *credit.Corrects != invoiceReadyID("O1", "shipment/S1", 1) || credit.Evidence[len(credit.Evidence)-1].EventID == "S1-1" {
			t.Errorf("the credit corrects %s and rests on %+v", *credit.Corrects, credit.Evidence)
		}
	}
	// What is corrected then is what is still billed.
	and([]any{order("O1", 2, 40, nil, line(1, "10", func(l *schemas.OrderLine) { l.UnitPrice = price("9") }), line(2, "4", nil))},
		"O1 #4 credit_and_rebill on_shipment:corrected ACME | 1 A -5 EA @10.00/1 = -50.00 (S1) | -50.00 USD",
		"O1 #5 credit_and_rebill on_shipment ACME | 1 A 5 EA @9.00/1 = 45.00 (S1) | 45.00 USD")
	// A return that was none is billed again; the warehouse's own correction of what it shipped is no return.
	and([]any{shipment("O1", "S1", 4, 50, schemas.MilestoneReturned, box(1, "A", "4", nil))},
		"O1 #6 credit_and_rebill on_shipment:corrected ACME | 1 A -5 EA @9.00/1 = -45.00 (S1) | -45.00 USD",
		"O1 #7 credit_and_rebill on_shipment ACME | 1 A 6 EA @9.00/1 = 54.00 (S1) | 54.00 USD")
	and([]any{shipment("O1", "S1", 5, 60, schemas.MilestoneShipped, box(1, "A", "9", nil), box(2, "A", "4", nil))},
		"O1 #8 credit_and_rebill on_shipment:corrected ACME | 1 A -6 EA @9.00/1 = -54.00 (S1) | -54.00 USD",
		"O1 #9 credit_and_rebill on_shipment ACME | 1 A 5 EA @9.00/1 = 45.00 (S1) | 45.00 USD")
	and([]any{shipment("O1", "S1", 6, 70, schemas.MilestoneReturned, box(1, "A", "9", nil))},
		"O1 #10 credit_and_close on_shipment:returned ACME | 1 A -5 EA @9.00/1 = -45.00 (S1) | -45.00 USD")
	sc.checkInvariants()
}

func TestWhereRoundingDoesNotAllowACreditOfAPartTheRestIsBilledAnew(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	yen := func(o *schemas.Order) { o.Currency = "JPY" }
	sc.play(order("O1", 1, 0, yen, line(1, "3", func(l *schemas.OrderLine) { l.UnitPrice = price("1.5") })),
		shipment("O1", "S1", 1, 10, schemas.MilestoneShipped, box(1, "A", "3", nil)),
		shipment("O1", "S1", 2, 20, schemas.MilestoneReturned, box(1, "A", "1", nil)))
	// 3 × 1.5 = 4.5 is billed as 5, and 2 × 1.5 = 3 is kept; 1 × 1.5 would be credited as 2.
	want := []string{
		"O1 #1 invoice on_shipment ACME | 1 A 3 EA @1.50/1 = 5.00 (S1) | 5.00 JPY",
		"O1 #2 credit_and_close on_shipment:returned ACME | 1 A -1 EA @1.50/1 = -2.00 (S1) | -2.00 JPY",
	}
	expect(t, "bills", sc.bills(), want...)
	sc.play(shipment("O1", "S1", 3, 30, schemas.MilestoneReturned, box(1, "A", "2", nil)))
	expect(t, "bills", sc.bills(), append(want,
		"O1 #3 credit_and_rebill on_shipment:corrected ACME | 1 A -2 EA @1.50/1 = -3.00 (S1) | -3.00 JPY",
		"O1 #4 credit_and_rebill on_shipment ACME | 1 A 1 EA @1.50/1 = 2.00 (S1) | 2.00 JPY")...)
	sc.checkInvariants()
}

func TestAReturnThatComesBeforeTheBillLeavesTheSameNet(t *testing.T) {
	events := []any{
		order("O1", 1, 0, func(o *schemas.Order) { o.InvoicePolicy = new(schemas.PerDelivery) }, line(1, "10", nil)),
		shipment("O1", "S1", 1, 10, schemas.MilestoneShipped, box(1, "A", "10", nil)),
		shipment("O1", "S1", 2, 20, schemas.MilestoneReturned, box(1, "A", "4", nil)),
		shipment("O1", "S1", 3, 30, schemas.MilestoneDelivered, box(1, "A", "9", nil)),
	}
	first, late := newScene(t, sim.Options{}), newScene(t, sim.Options{})
	first.play(append(masters(), events...)...)
	late.play(append(append(masters(), events[1:]...), events[0])...)
	for _, sc := range []*scene{first, late} {
		if net := sc.net(); !strings.Contains(net, "O1/1 S1 6 EA of A = 60.00 USD") {
			t.Errorf("net %s", net)
		}
	}
}

func TestACreditForAReturnWaitsForAHold(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	bill := "O1 #1 invoice on_shipment ACME | 1 A 10 EA @10.00/1 = 100.00 (S1) | 100.00 USD"
	sc.play(order("O1", 1, 0, nil, line(1, "10", nil)), shipment("O1", "S1", 1, 10, schemas.MilestoneShipped, box(1, "A", "10", nil)),
		hold("h", "O1", "", 0, true), shipment("O1", "S1", 2, 20, schemas.MilestoneReturned, box(1, "A", "4", nil)))
	expect(t, "bills while held", sc.bills(), bill)
	sc.play(hold("h", "O1", "", 0, false))
	expect(t, "bills", sc.bills(), bill, "O1 #2 credit_and_close on_shipment:returned ACME | 1 A -4 EA @10.00/1 = -40.00 (S1) | -40.00 USD")
}
