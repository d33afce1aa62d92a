package fulfilment

import (
	"testing"

	"waybill/schemas"
	"waybill/stream/sim"
	"waybill/topics"
)

func onOrder(o *schemas.Order) { o.InvoicePolicy = new(schemas.OnOrder) }

func TestOnOrderALineIsBilledAsItIsAgreed(t *testing.T) {
	ten := []string{"10 EA of A @10.00/1 = 100.00 order on_order"}
	ahead := func(change func(*given)) func(*given) {
		return func(g *given) {
			g.order.Placed.InvoicePolicy = new(schemas.OnOrder)
			change(g)
		}
	}
	check(t, []ruling{
		{"before anything ships", ahead(func(*given) {}), "open", ten, nil},
		{"when it is accepted, where that is waited for", ahead(func(g *given) { g.required = true }), "open", nil, nil},
		{"as it was accepted", ahead(func(g *given) {
			g.order.Accepted = &AcceptedOrder{Status: schemas.Accepted, Currency: "USD"}
			g.line.Accepted = new(accepted(1, "8", "9", nil))
		}), "open", []string{"8 EA of A @9.00/1 = 72.00 order on_order"}, nil},
		{"not what ERP rejects", ahead(func(g *given) { g.order.Accepted = &AcceptedOrder{Status: schemas.AcceptanceRejected, Currency: "USD"} }), "", nil, nil},
		{"a part that ships changes nothing", ahead(func(g *given) { g.ships(part("S1", "A", "4")) }), "open", ten, nil},
		{"nor does a substitute, whatever it costs", ahead(func(g *given) { g.ships(part("S1", "C", "10")) }), "open done", ten, nil},
		{"nor a warehouse that is not known", ahead(func(g *given) {
			g.warehouses = nil
			g.ships(part("S1", "A", "10"))
		}), "open done", ten, nil},
		{"an order shipped short stays billed, and is told", ahead(func(g *given) {
			g.final = true
			g.ships(part("S1", "A", "4"))
		}), "open", ten, []string{"short_shipped 60.00 USD: 4 EA of A shipped in S1; 6 EA of 10 EA are missing, and the warehouse ships no more."}},
		{"an excess is not billed, and is told", ahead(func(g *given) { g.ships(part("S1", "A", "12")) }), "open done", ten,
			[]string{"over_shipped 20.00 USD: 12 EA of A shipped in S1; 2 EA beyond the 10 EA ordered and what is tolerated are not billed."}},
		{"a return is credited, and does not take off what is still to ship", ahead(func(g *given) { g.ships(part("S1", "A", "4").returning("3")) }),
			"open", []string{"7 EA of A @10.00/1 = 70.00 order on_order"}, nil},
		{"a return of an excess is not", ahead(func(g *given) { g.ships(part("S1", "A", "12").returning("2")) }), "open done", ten, nil},
		{"cancelled, nothing is billed", ahead(func(g *given) { g.line.EndedAt = new(at(25)) }), "", nil, nil},
		{"cancelled, what had left before and was kept is billed", ahead(func(g *given) {
			g.ships(part("S1", "A", "4").returning("1"), part("S2", "A", "3"))
			g.line.EndedAt = new(at(25))
		}), "", []string{"3 EA of A @10.00/1 = 30.00 order on_order"},
			[]string{"shipped_after_cancel 30.00 USD: 3 EA of A shipped in S2; the line is cancelled, and only what had left before stays billed."}},
		{"the item is not known", ahead(func(g *given) { delete(g.items, "A") }), "open", nil,
			[]string{"unknown_reference 100.00 USD: The line is billed when it is ordered; item A is not in master data."}},
		{"it has no price", ahead(func(g *given) { g.line.Placed.UnitPrice, g.prices = nil, nil }), "open", nil,
			[]string{"unknown_reference: The line is billed when it is ordered; item A has no price in USD on 2026-03-02."}},
		{"its price is zero", ahead(func(g *given) { g.line.Placed.UnitPrice, g.prices[0].UnitPrice = nil, 0 }), "open", nil,
			[]string{"unknown_reference: The line is billed when it is ordered; the price of item A is zero, and the order line does not say so."}},
		{"its price is in a unit that does not convert", ahead(func(g *given) { g.line.Placed.UnitPrice, g.prices[0].UOM = nil, "PAL" }), "open", nil,
			[]string{"uom_mismatch: The line is billed when it is ordered; its price does not convert to one per EA."}},
		{"its amount cannot be right", ahead(func(g *given) { g.line.Placed.Quantity, g.line.Placed.UnitPrice = q("900000000000"), price("900000") }), "open", nil,
			[]string{"unknown_reference: The line is billed when it is ordered; 900000000000 EA at 900000.00 cannot be right: the amount is too large to be billed."}},
		{"what is billed by its weight is billed as it ships", ahead(func(g *given) {
			g.items["A"].CatchWeight = true
			g.ships(part("S1", "A", "4").weighing("4.5"))
		}), "open", []string{"4.5 EA of A @10.00/1 = 45.00 order on_order"}, nil},
		{"in the ordered unit, where what is kept is a whole number of it", ahead(func(g *given) {
			g.line.Placed.UOM, g.line.Placed.Quantity, g.line.Placed.UnitPrice = "CS", q("2"), price("120")
			g.ships(part("S1", "A", "24").returning("12"))
		}), "open done", []string{"1 CS of A @120.00/1 = 120.00 order on_order"}, nil},
		{"else in the base unit", ahead(func(g *given) {
			g.line.Placed.UOM, g.line.Placed.Quantity, g.line.Placed.UnitPrice = "CS", q("2"), price("120")
			g.ships(part("S1", "A", "24").returning("5"))
		}), "open done", []string{"19 EA of A @10.00/1 = 190.00 order on_order"}, nil},
	})
}

func TestAnOrderThatIsBilledWhenOrderedFollowsWhatBecomesOfIt(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	var want []string
	and := func(what string, events []any, bills ...string) {
		t.Helper()
		sc.play(events...)
		want = append(want, bills...)
		expect(t, what, sc.bills(), want...)
	}
	and("placed", []any{order("O1", 1, 0, onOrder, line(1, "10", nil), line(2, "4", nil))},
		"O1 #1 invoice on_order ACME | 1 A 10 EA @10.00/1 = 100.00 () | 2 A 4 EA @10.00/1 = 40.00 () | 140.00 USD")
	if bill := sim.Read(sc.World, topics.InvoiceReady)[0].Value; len(bill.Evidence) != 1 || !bill.ReadyAt.Equal(at(0)) {
		t.Errorf("got %+v", bill)
	}
	and("changed, a line more and one cancelled", []any{order("O1", 2, 10, onOrder, line(1, "12", nil), line(2, "4", func(l *schemas.OrderLine) { l.Status = schemas.LineCancelled }), line(3, "1", nil))},
		"O1 #2 credit_and_rebill on_order:corrected ACME | 1 A -10 EA @10.00/1 = -100.00 () | -100.00 USD",
		"O1 #3 credit_and_close on_order:withdrawn ACME | 2 A -4 EA @10.00/1 = -40.00 () | -40.00 USD",
		"O1 #4 credit_and_rebill on_order ACME | 1 A 12 EA @10.00/1 = 120.00 () | 120.00 USD",
		"O1 #5 invoice on_order ACME | 3 A 1 EA @10.00/1 = 10.00 () | 10.00 USD")
	and("shipped", []any{shipment("O1", "S1", 1, 20, schemas.MilestoneShipped, box(1, "A", "5", nil), box(3, "A", "1", nil))})
	and("returned", []any{shipment("O1", "S1", 2, 30, schemas.MilestoneReturned, box(1, "A", "2", nil), box(3, "A", "1", nil))},
		"O1 #6 credit_and_close on_order:returned ACME | 1 A -2 EA @10.00/1 = -20.00 () | -20.00 USD",
		"O1 #7 credit_and_close on_order:returned ACME | 3 A -1 EA @10.00/1 = -10.00 () | -10.00 USD")
	bills := sim.Read(sc.World, topics.InvoiceReady)
	if credit := bills[len(bills)-1].Value; len(credit.Evidence) != 2 || credit.Evidence[1].EventID != "S1-2" {
		t.Errorf("it rests on %+v", credit.Evidence)
	}
	and("ERP accepts less", []any{acceptance("O1", 7, 40, schemas.Accepted, accepted(1, "9", "10", nil))},
		"O1 #8 credit_and_rebill on_order:corrected ACME | 1 A -10 EA @10.00/1 = -100.00 () | -100.00 USD",
		"O1 #9 credit_and_rebill on_order ACME | 1 A 7 EA @10.00/1 = 70.00 () | 70.00 USD")
	and("cancelled", []any{order("O1", 3, 50, func(o *schemas.Order) { o.Status = schemas.OrderCancelled; onOrder(o) })},
		"O1 #10 credit_and_rebill on_order:corrected ACME | 1 A -7 EA @10.00/1 = -70.00 () | -70.00 USD",
		"O1 #11 credit_and_rebill on_order ACME | 1 A 3 EA @10.00/1 = 30.00 () | 30.00 USD")
	sc.checkInvariants()
}

func TestAnOrderWhoseCustomerIsNotKnownIsBilledWhenItComes(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()[1:]...)
	sc.play(order("O1", 1, 0, nil, line(1, "10", nil)), order("O2", 1, 0, onOrder, line(1, "1", nil)))
	expect(t, "bills", sc.bills(), "")
	expect(t, "open", sc.open(), "unknown_reference O2 10.00 USD: Customer ACME is not in master data; what is to be billed of the order waits for it.")
	sc.play(customer("ACME", func(c *schemas.Customer) { c.InvoicePolicy = schemas.OnOrder }))
	expect(t, "open", sc.open(), "")
	if n := len(sim.Read(sc.World, topics.InvoiceReady)); n != 2 {
		t.Errorf("%d bills:\n%s", n, sc.bills())
	}
}

func TestALineThatIsBilledWhenOrderedIsNotBilledAsItShipsAsWell(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	ordered := "O1 #1 invoice on_order ACME | 1 A 10 EA @10.00/1 = 100.00 () | 100.00 USD"
	sc.play(order("O1", 1, 0, onOrder, line(1, "10", nil)), hold("h", "O1", "S2", 2, true))
	// Another policy: the bill of the whole order is held, and what ships in another shipment is not billed beside it.
	sc.play(order("O1", 2, 10, nil, line(1, "10", nil)), shipment("O1", "S1", 1, 20, schemas.MilestoneShipped, box(1, "A", "4", nil)))
	expect(t, "bills while held", sc.bills(), ordered)
	sc.play(hold("h", "O1", "S2", 2, false))
	expect(t, "bills", sc.bills(), ordered,
		"O1 #2 credit_and_close on_order:withdrawn ACME | 1 A -10 EA @10.00/1 = -100.00 () | -100.00 USD",
		"O1 #1 invoice on_shipment ACME | 1 A 4 EA @10.00/1 = 40.00 (S1) | 40.00 USD")
}

func TestWhatAHoldKeptFromBeingBilledWhenOrderedIsBilledWhenItEnds(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	sc.play(hold("h", "O1", "S1", 1, true), order("O1", 1, 0, onOrder, line(1, "10", nil), line(2, "4", nil)))
	expect(t, "bills while held", sc.bills(), "")
	sc.play(hold("h", "O1", "S1", 1, false))
	expect(t, "bills", sc.bills(), "O1 #1 invoice on_order ACME | 1 A 10 EA @10.00/1 = 100.00 () | 2 A 4 EA @10.00/1 = 40.00 () | 140.00 USD")
}
