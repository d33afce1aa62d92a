package fulfilment

import (
	"testing"

	"waybill/schemas"
)

func TestCompleteness(t *testing.T) {
	nine := []string{"9 EA of A @10.00/1 = 90.00 shipment/S1 on_shipment"}
	short := []string{"short_shipped 10.00 USD: 9 EA of A shipped in S1; 1 EA of 10 EA are missing, and the warehouse ships no more."}
	check(t, []ruling{
		{"in full", func(g *given) { g.ships(part("S1", "A", "9"), part("S2", "A", "1")) }, "open done",
			[]string{"9 EA of A @10.00/1 = 90.00 shipment/S1 on_shipment", "1 EA of A @10.00/1 = 10.00 shipment/S2 on_shipment"}, nil},
		{"short, and more may come", func(g *given) { g.ships(part("S1", "A", "9")) }, "open", nine, nil},
		{"short within tolerance, and more may come", func(g *given) {
			g.terms.UnderTolerancePercent = schemas.MustPercent("10")
			g.ships(part("S1", "A", "9"))
		}, "open", nine, nil},
		{"short within tolerance, and it was the last", func(g *given) {
			g.terms.UnderTolerancePercent, g.final = schemas.MustPercent("10"), true
			g.ships(part("S1", "A", "9"))
		}, "open done", nine, nil},
		{"short outside tolerance, and it was the last", func(g *given) {
			g.terms.UnderTolerancePercent, g.final = schemas.MustPercent("9.9999"), true
			g.ships(part("S1", "A", "9"))
		}, "open", nine, short},
		{"short, and what is missing is not kept on backorder", func(g *given) {
			g.order.Placed.ShipPolicy, g.final = new(schemas.ShipPartialCancelBackorder), true
			g.ships(part("S1", "A", "9"))
		}, "open done", nine, nil},
		{"nothing shipped, and other shipments were the last", func(g *given) { g.final = true }, "open", nil,
			[]string{"short_shipped 100.00 USD: Nothing was shipped; 10 EA of 10 EA are missing, and the warehouse ships no more."}},
		{"nothing is missing of what ERP does not want", func(g *given) {
			g.order.Accepted, g.final = &AcceptedOrder{Status: schemas.AcceptanceRejected, Currency: "USD"}, true
		}, "", nil, nil},
		{"nothing is told to be missing while acceptance is", func(g *given) { g.required, g.final = true, true }, "open", nil, nil},
		{"ERP confirmed nothing", func(g *given) {
			g.order.Accepted, g.line.Accepted = &AcceptedOrder{Status: schemas.Accepted, Currency: "USD"}, new(accepted(1, "0", "10", nil))
		}, "open done", nil, nil},
	})
}

func TestAnOrderIsCompleteWhenEveryOpenLineIsDoneAndNoneIsBlocked(t *testing.T) {
	for _, test := range []struct {
		count LineCount
		want  bool
	}{
		{LineCount{Open: 2, Done: 2}, true}, {LineCount{Open: 2, Done: 1}, false}, {LineCount{Open: 2, Done: 2, Blocked: 1}, false}, {LineCount{}, true},
	} {
		if got := test.count.complete(); got != test.want {
			t.Errorf("%+v: got %v", test.count, got)
		}
	}
}

func TestTheWarehouseShipsNoMoreWhenItsLastShipmentAndAllOthersHaveLeft(t *testing.T) {
	for _, test := range []struct {
		last, inProgress int32
		want             bool
	}{{0, 0, false}, {1, 0, true}, {1, 1, false}, {2, 0, true}} {
		if got := (&OrderRow{Last: test.last, InProgress: test.inProgress}).shipsNoMore(); got != test.want {
			t.Errorf("%+v: got %v", test, got)
		}
	}
}

func TestCountingALineAnewForgetsWhatItWas(t *testing.T) {
	one := LineTally{true, true, true, true, true, 5, 7, 9}
	var count LineCount
	count.exchange(LineTally{}, one)
	if count != (LineCount{1, 1, 1, 1, 1, 5, 7, 9}) {
		t.Errorf("got %+v", count)
	}
	count.exchange(one, LineTally{Open: true, Unbilled: 3, Due: 4})
	if count != (LineCount{Open: 1, Unbilled: 3, Due: 4}) {
		t.Errorf("got %+v", count)
	}
}

func TestATallyValuesWhatIsStillToBeBilled(t *testing.T) {
	for _, test := range []struct {
		name              string
		given             func(*given)
		billed            bool
		shipped           bool
		unbilled, waiting string
	}{
		{"nothing shipped", func(*given) {}, false, false, "100", "0"},
		{"part shipped, nothing billed", func(g *given) { g.required = true; g.ships(part("S1", "A", "4")) }, false, true, "100", "40"},
		{"part shipped and billed", func(g *given) { g.ships(part("S1", "A", "4")) }, true, false, "60", "0"},
		{"all billed", func(g *given) { g.ships(part("S1", "A", "4"), part("S2", "A", "6")) }, true, false, "0", "0"},
		{"all billed of a line closed short", func(g *given) {
			g.final, g.order.Placed.ShipPolicy = true, new(schemas.ShipPartialCancelBackorder)
			g.ships(part("S1", "A", "4"))
		}, true, false, "0", "0"},
		{"billed at a substitute's lower price is billed", func(g *given) { g.ships(part("S1", "B", "10")) }, true, false, "0", "0"},
		{"the excess is not to be billed", func(g *given) { g.ships(part("S1", "A", "12")) }, true, true, "0", "20"},
		{"shipped before the cancellation and not billed yet", func(g *given) {
			g.line.EndedAt = new(at(25))
			g.ships(part("S1", "A", "4"), part("S2", "A", "6"))
		}, false, true, "40", "40"},
		{"cancelled before it left", func(g *given) {
			g.line.EndedAt = new(at(1))
			g.ships(part("S1", "A", "4"))
		}, true, false, "0", "0"},
		{"in another unit", func(g *given) {
			g.line.Placed.UOM, g.line.Placed.Quantity, g.line.Placed.UnitPrice = "CS", q("1"), price("24")
			g.ships(part("S1", "A", "7"))
		}, true, false, "10", "0"},
		{"what does not convert waits without a value", func(g *given) { g.ships(part("S1", "A", "1").in("PAL")) }, true, true, "100", "0"},
		{"without a price nothing has a value", func(g *given) { g.line.Placed.UnitPrice, g.prices = nil, nil; g.ships(part("S1", "A", "1")) }, true, true, "0", "0"},
	} {
		g := newGiven()
		test.given(g)
		v := g.judge()
		var billed []Bill
		if test.billed {
			billed = v.desired
		}
		v.settleTally(billed)
		if v.tally.Shipped != test.shipped || v.tally.Unbilled != schemas.MustAmount(test.unbilled) || v.tally.Waiting != schemas.MustAmount(test.waiting) {
			t.Errorf("%s: got %+v", test.name, v.tally)
		}
	}
}

func TestALineComesToWhatIsBilledAndStillToBeBilled(t *testing.T) {
	for _, test := range []struct {
		name  string
		given func(*given)
		due   string
	}{
		{"nothing shipped", func(*given) {}, "100"},
		{"part shipped and billed", func(g *given) { g.ships(part("S1", "A", "4")) }, "100"},
		{"closed short", func(g *given) {
			g.final, g.order.Placed.ShipPolicy = true, new(schemas.ShipPartialCancelBackorder)
			g.ships(part("S1", "A", "4"))
		}, "40"},
		{"cancelled before it left", func(g *given) {
			g.line.EndedAt = new(at(1))
			g.ships(part("S1", "A", "4"))
		}, "0"},
		{"shipped before the cancellation", func(g *given) {
			g.line.EndedAt = new(at(25))
			g.ships(part("S1", "A", "4"), part("S2", "A", "6"))
		}, "40"},
	} {
		g := newGiven()
		test.given(g)
		v := g.judge()
		v.settleTally(v.desired)
		if v.tally.Due != schemas.MustAmount(test.due) {
			t.Errorf("%s: it comes to %s, want %s", test.name, v.tally.Due, test.due)
		}
	}
}
