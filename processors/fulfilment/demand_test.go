package fulfilment

import (
	"slices"
	"testing"

	"waybill/schemas"
)

func TestDemand(t *testing.T) {
	for _, test := range []struct {
		name   string
		given  func(*given)
		want   []DemandRow
		untold []string
	}{
		{"nothing allocated", func(*given) {}, []DemandRow{{"A", "EAST", q("10"), 0}}, nil},
		{"some allocated, in another warehouse", func(g *given) { g.ships(allocated("A", "4")) }, []DemandRow{{"A", "EAST", q("6"), 0}, {"A", "WEST", 0, q("4")}}, nil},
		{"some allocated in the same", func(g *given) { g.shipments["S3"].WarehouseID = "EAST"; g.ships(allocated("A", "4")) }, []DemandRow{{"A", "EAST", q("6"), q("4")}}, nil},
		{"some shipped", func(g *given) { g.ships(part("S1", "A", "4")) }, []DemandRow{{"A", "EAST", q("6"), 0}}, nil},
		{"all shipped", func(g *given) { g.ships(part("S1", "A", "10")) }, nil, nil},
		{"a substitute is allocated of itself", func(g *given) { g.ships(allocated("B", "10")) }, []DemandRow{{"B", "WEST", 0, q("10")}}, nil},
		{"a refused substitute leaves the line committed", func(g *given) {
			g.line.Placed.Substitution = schemas.SubstitutionNever
			g.ships(allocated("B", "10"))
		}, []DemandRow{{"A", "EAST", q("10"), 0}, {"B", "WEST", 0, q("10")}}, nil},
		{"cancelled", func(g *given) { g.line.EndedAt = new(at(1)) }, nil, nil},
		{"waiting for acceptance", func(g *given) { g.required = true }, nil, nil},
		{"as ERP accepted it", func(g *given) {
			g.order.Accepted, g.line.Accepted = &AcceptedOrder{Status: schemas.Accepted, Currency: "USD"}, new(accepted(1, "1", "1", func(l *schemas.AcceptedLine) { l.ItemID, l.UOM = "B", "CS" }))
		}, []DemandRow{{"B", "EAST", q("12"), 0}}, nil},
		{"closed short", func(g *given) {
			g.order.Placed.ShipPolicy, g.final = new(schemas.ShipPartialCancelBackorder), true
			g.ships(part("S1", "A", "4"))
		}, nil, nil},
		{"on backorder", func(g *given) { g.final = true; g.ships(part("S1", "A", "4")) }, []DemandRow{{"A", "EAST", q("6"), 0}}, nil},
		{"of an item that is not known", func(g *given) { delete(g.items, "A"); g.ships(allocated("A", "4")) }, nil, []string{"A", "A"}},
		{"in a unit that does not convert", func(g *given) { g.line.Placed.UOM = "PAL" }, nil, []string{"A"}},
		{"over-allocated", func(g *given) { g.ships(allocated("A", "12")) }, []DemandRow{{"A", "WEST", 0, q("12")}}, nil},
	} {
		g := newGiven()
		test.given(g)
		v := g.judge()
		if !slices.Equal(v.demand, test.want) || !slices.Equal(v.untold, test.untold) {
			t.Errorf("%s: got %+v, untold %q", test.name, v.demand, v.untold)
		}
	}
}

func TestDemandIsToldWhereItChanged(t *testing.T) {
	before := []DemandRow{{"A", "EAST", 5, 0}, {"A", "WEST", 0, 2}, {"B", "EAST", 1, 1}}
	now := []DemandRow{{"A", "EAST", 5, 0}, {"B", "EAST", 1, 2}, {"C", "EAST", 3, 0}}
	want := []DemandRow{{"A", "WEST", 0, 0}, {"B", "EAST", 1, 2}, {"C", "EAST", 3, 0}}
	if got := demandChanges(before, now); !slices.Equal(got, want) {
		t.Errorf("got %+v", got)
	}
	if got := demandChanges(now, now); len(got) != 0 {
		t.Errorf("nothing changed: got %+v", got)
	}
}
