package fulfilment

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"waybill/processors/milestones"
	"waybill/schemas"
)

// given is a line with everything that decides it: ten A at 10.00 for ACME, and what a test changes of that. Shipments S1
// and S2 have left the eastern warehouse, S1 first; S3 is still there.
type given struct {
	order      *OrderRow
	line       *LineRow
	shipments  map[string]*ShipmentRow
	required   bool
	final      bool
	policy     Policy
	terms      *schemas.Customer
	items      map[string]*schemas.Item
	prices     []*schemas.ItemPrice
	warehouses []string
}

func (g *given) customer() *CustomerTerms { return customerTerms(g.terms) }

func (g *given) item(itemID string) *ItemTerms { return itemTerms(g.items[itemID]) }

func (g *given) listed(itemID, preferredUOM string) *Price {
	ofItem := slices.DeleteFunc(slices.Clone(g.prices), func(p *schemas.ItemPrice) bool { return p.ItemID != itemID })
	found := choosePrice(slices.Values(ofItem), g.order.Placed.CustomerID, currencyOf(g.order), g.order.Placed.BusinessDate, preferredUOM)
	if found == nil {
		return nil
	}
	return &Price{found.UnitPrice, found.PriceUnit, found.UOM}
}

func (g *given) warehouse(warehouseID string) bool { return slices.Contains(g.warehouses, warehouseID) }

func shippedRow(id string, minutes int) *ShipmentRow {
	fact := Fact{at(minutes), schemas.Evidence{Topic: "wms.shipments", EventID: id}}
	return &ShipmentRow{OrderID: "O1", ShipmentID: id, WarehouseID: "EAST", Reached: schemas.MilestoneShipped, Lines: []int32{1}, ShippedAt: fact.At, Shipped: &fact, Latest: fact}
}

func newGiven() *given {
	placed := line(1, "10", nil)
	inWarehouse := &ShipmentRow{OrderID: "O1", ShipmentID: "S3", WarehouseID: "WEST", Reached: schemas.MilestonePicked, Lines: []int32{1}, Latest: Fact{At: at(40)}}
	return &given{
		order:      &OrderRow{OrderID: "O1", Placed: &PlacedOrder{CustomerID: "ACME", Channel: "web", Currency: "USD", BusinessDate: schemas.MustDate("2026-03-02")}},
		line:       &LineRow{OrderID: "O1", LineNo: 1, Placed: &placed},
		shipments:  map[string]*ShipmentRow{"S1": shippedRow("S1", 20), "S2": shippedRow("S2", 30), "S3": inWarehouse},
		terms:      customer("ACME", nil),
		items:      map[string]*schemas.Item{"A": item("A", nil), "B": item("B", nil), "C": item("C", nil)},
		prices:     []*schemas.ItemPrice{listPrice("A1", "A", "11", nil), listPrice("B1", "B", "8", nil)},
		warehouses: []string{"EAST", "WEST"},
	}
}

// ships adds parts that have left: shipment, item, quantity in pieces.
func (g *given) ships(parts ...Part) { g.line.Parts = append(g.line.Parts, parts...) }

func part(shipmentID, itemID, quantity string) Part {
	return Part{shipmentID, milestones.Part{ItemID: itemID, UOM: "EA", Allocated: q(quantity), Shipped: q(quantity)}}
}

func (p Part) in(uom string) Part { p.UOM = uom; return p }

func (p Part) returning(quantity string) Part { p.Returned = q(quantity); return p }

func (p Part) delivering(quantity string) Part { p.Delivered = q(quantity); return p }

func (p Part) confirming(quantity string) Part { p.Confirmed = q(quantity); return p }

func (p Part) weighing(quantity string) Part { p.Weight = new(q(quantity)); return p }

// allocated is what shipment S3 carries, which has not left.
func allocated(itemID, quantity string) Part {
	return Part{"S3", milestones.Part{ItemID: itemID, UOM: "EA", Allocated: q(quantity)}}
}

func (g *given) judge() *verdict {
	v := &verdict{}
	v.judge(&lineCase{
		order: g.order, line: g.line, shipments: func(id string) *ShipmentRow { return g.shipments[id] }, master: g,
		required: g.required, final: g.final, policy: g.policy,
	})
	return v
}

func (v *verdict) billsText() string {
	var bills []string
	for _, b := range v.desired {
		bills = append(bills, fmt.Sprintf("%s %s of %s @%s/%d = %s %s %s", b.Quantity, b.UOM, b.PartItemID, b.UnitPrice, b.PriceUnit, b.Amount, b.Unit, b.Rule))
	}
	return strings.Join(bills, "\n")
}

func (v *verdict) reasonsText(row *LineRow) string {
	var lines []string
	for _, r := range v.reasons {
		c := r.condition(day, "fulfilment", row, about{orderID: row.OrderID, currency: v.currency}, v.unit.uom, v.worth)
		text := c.Class
		if c.AmountAtRisk != nil {
			text += " " + c.AmountAtRisk.String() + " " + *c.Currency
		}
		lines = append(lines, text+": "+c.Message)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func (v *verdict) tallyText() string {
	var is []string
	for _, flag := range []struct {
		is   bool
		name string
	}{{v.tally.Open, "open"}, {v.tally.Done, "done"}, {v.tally.Blocked, "blocked"}} {
		if flag.is {
			is = append(is, flag.name)
		}
	}
	return strings.Join(is, " ")
}

// ruling is one row of a rule's table: what is given, and what follows.
type ruling struct {
	name    string
	given   func(*given)
	tally   string
	bills   []string
	reasons []string
}

func check(t *testing.T, rulings []ruling) {
	t.Helper()
	for _, r := range rulings {
		t.Run(r.name, func(t *testing.T) {
			t.Helper()
			g := newGiven()
			r.given(g)
			v := g.judge()
			expect(t, "bills", v.billsText(), r.bills...)
			expect(t, "reasons", v.reasonsText(g.line), r.reasons...)
			expect(t, "tally", v.tallyText(), r.tally)
		})
	}
}

func TestALineCarriesAllItsReasonsAtOnce(t *testing.T) {
	g := newGiven()
	g.required, g.final = true, true
	g.line.Placed.UnitPrice, g.prices, g.warehouses = nil, nil, nil
	g.items["A"].CatchWeight = true
	g.ships(part("S1", "A", "2"), part("S1", "B", "1"), part("S2", "A", "4").in("PAL"))
	v := g.judge()
	expect(t, "bills", v.billsText(), "")
	expect(t, "reasons", v.reasonsText(g.line),
		"missing_weight: 2 EA of A shipped in S1, 4 PAL of A shipped in S2; its weight is missing, and item A is billed by weight.",
		"not_accepted: 2 EA of A shipped in S1, 1 EA of B shipped in S1, 4 PAL of A shipped in S2; ERP has not accepted the line yet.",
		"substitution_unpriced: 1 EA of B shipped in S1; item B was shipped in place of A and has no price in USD on 2026-03-02.",
		"unknown_reference: 2 EA of A shipped in S1, 1 EA of B shipped in S1, 4 PAL of A shipped in S2; item A has no price in USD on 2026-03-02.",
		"unknown_reference: 2 EA of A shipped in S1, 1 EA of B shipped in S1, 4 PAL of A shipped in S2; warehouse EAST is not in master data.",
		"uom_mismatch: 4 PAL of A shipped in S2; PAL does not convert into EA of item A.")
	expect(t, "tally", v.tallyText(), "open blocked")
}

func TestEveryReasonHasAnIdOfItsOwnThatItKeeps(t *testing.T) {
	g := newGiven()
	g.required = true
	g.prices, g.warehouses, g.line.Placed.UnitPrice = nil, nil, nil
	g.ships(part("S1", "A", "2"), part("S1", "B", "1"))
	ids := map[string]bool{}
	for _, r := range g.judge().reasons {
		ids[r.id(g.line)] = true
	}
	if len(ids) != len(g.judge().reasons) {
		t.Errorf("%d ids for %d reasons", len(ids), len(g.judge().reasons))
	}
	g.ships(part("S2", "A", "1")) // more of the same
	for _, r := range g.judge().reasons {
		delete(ids, r.id(g.line))
	}
	if len(ids) != 0 {
		t.Errorf("%v changed with another shipment", slices.Sorted(maps.Keys(ids)))
	}
}

func TestAMessageNamesAFewPartsAndCountsTheOthers(t *testing.T) {
	g := newGiven()
	g.required = true
	for i := range 7 {
		id := fmt.Sprintf("T%d", i)
		g.shipments[id] = shippedRow(id, i)
		g.ships(part(id, "A", "1"))
	}
	expect(t, "reasons", g.judge().reasonsText(g.line),
		"not_accepted 70.00 USD: 1 EA of A shipped in T0, 1 EA of A shipped in T1, 1 EA of A shipped in T2, 1 EA of A shipped in T3, 1 EA of A shipped in T4, 2 more; ERP has not accepted the line yet.")
}

func TestAConditionNamesShipmentAndWarehouseWhenThereIsOne(t *testing.T) {
	g := newGiven()
	g.required = true
	g.shipments["S2"].WarehouseID = "WEST"
	g.ships(part("S1", "A", "2"))
	of := about{orderID: "O1", customerID: "ACME", channel: "web", segment: "retail", currency: "USD"}
	condition := func() *schemas.Condition {
		v := g.judge()
		return v.reasons[0].condition(day, "fulfilment", g.line, of, v.unit.uom, v.worth)
	}
	c := condition()
	if *c.OrderID != "O1" || *c.LineNo != 1 || *c.CustomerID != "ACME" || *c.Channel != "web" || *c.Segment != "retail" || *c.ItemID != "A" || *c.ShipmentID != "S1" || *c.WarehouseID != "EAST" {
		t.Errorf("got %+v", c)
	}
	if len(c.Causes) != 1 || c.Causes[0].EventID != "S1" || c.Stage != "fulfilment" || !c.At.Equal(day) {
		t.Errorf("got %+v", c)
	}
	g.line.Placed.WarehouseID = "NORTH"
	g.ships(part("S2", "A", "2"))
	if c := condition(); c.ShipmentID != nil || *c.WarehouseID != "NORTH" || len(c.Causes) != 2 {
		t.Errorf("with two shipments: got %+v", c)
	}
}

func TestAnUnknownLineIsJudgedOnlyForWhatIsAllocated(t *testing.T) {
	g := newGiven()
	g.line.Placed = nil
	g.line.Parts = []Part{allocated("A", "2"), part("S1", "A", "1")}
	v := g.judge()
	if !v.unknown || len(v.desired)+len(v.reasons) != 0 || v.tally != (LineTally{}) {
		t.Errorf("got %+v", v)
	}
	if want := []DemandRow{{"A", "WEST", 0, q("2")}}; !slices.Equal(v.demand, want) {
		t.Errorf("demand %+v", v.demand)
	}
	g.order.Placed = nil
	if v := g.judge(); v.unknown {
		t.Error("an order that is not known is told once, not by line")
	}
}

func TestAPolicyOfANewerReleaseIsNoException(t *testing.T) {
	g := newGiven()
	g.required = true
	g.order.Placed.InvoicePolicy = new(schemas.InvoicePolicy("by_moonlight"))
	g.ships(part("S1", "A", "99"))
	if v := g.judge(); len(v.desired)+len(v.reasons) != 0 {
		t.Errorf("%s %s", v.billsText(), v.reasonsText(g.line))
	}
}

var never time.Time

func TestCancelledLines(t *testing.T) {
	check(t, []ruling{
		{"what had left before the cancellation stays billed, and only what left behind it is told", func(g *given) {
			g.ships(part("S1", "A", "4"), part("S2", "A", "3"))
			g.line.EndedAt = new(at(25))
		}, "", []string{"4 EA of A @10.00/1 = 40.00 shipment/S1 on_shipment"},
			[]string{"shipped_after_cancel 30.00 USD: 3 EA of A shipped in S2; the line is cancelled, and only what had left before stays billed."}},
		{"what leaves at the moment of the cancellation leaves after it", func(g *given) {
			g.ships(part("S1", "A", "4"))
			g.line.EndedAt = new(at(20))
		}, "", nil, []string{"shipped_after_cancel 40.00 USD: 4 EA of A shipped in S1; the line is cancelled, and only what had left before stays billed."}},
		{"nothing leaves before a line that never was open", func(g *given) {
			g.ships(part("S1", "A", "4"))
			g.line.EndedAt = &never
		}, "", nil, []string{"shipped_after_cancel 40.00 USD: 4 EA of A shipped in S1; the line is cancelled, and only what had left before stays billed."}},
		{"what came back is no exception any more", func(g *given) {
			g.ships(part("S2", "A", "3").returning("3"))
			g.line.EndedAt = new(at(25))
		}, "", nil, nil},
		{"what came back in part is one for the rest", func(g *given) {
			g.ships(part("S2", "A", "3").returning("1"))
			g.line.EndedAt = new(at(25))
		}, "", nil, []string{"shipped_after_cancel 20.00 USD: 3 EA of A shipped in S2 and 1 returned; the line is cancelled, and only what had left before stays billed."}},
		{"ERP's cancellation takes back what was billed", func(g *given) {
			g.ships(part("S1", "A", "4"))
			g.order.Accepted = &AcceptedOrder{Status: schemas.AcceptanceCancelled, Currency: "USD", Fact: Fact{At: at(90)}}
		}, "", nil, []string{"shipped_after_cancel 40.00 USD: 4 EA of A shipped in S1; ERP has cancelled the line."}},
		{"a warehouse that goes on with a cancelled line is told", func(g *given) {
			g.ships(allocated("A", "4"))
			g.line.EndedAt = new(at(25))
		}, "", nil, []string{"shipped_after_cancel 40.00 USD: 4 EA of A allocated in S3; the line is cancelled, and only what had left before stays billed."}},
		{"a warehouse that has not heard of it yet is not", func(g *given) {
			g.ships(allocated("A", "4"))
			g.line.EndedAt = new(at(45))
		}, "", nil, nil},
		{"nor is one that goes on before ERP cancels", func(g *given) {
			g.ships(allocated("A", "4"))
			g.order.Accepted = &AcceptedOrder{Status: schemas.AcceptanceCancelled, Currency: "USD", Fact: Fact{At: at(45)}}
		}, "", nil, nil},
	})
}

func TestMissingMasterData(t *testing.T) {
	check(t, []ruling{
		{"the ordered item", func(g *given) {
			delete(g.items, "A")
			g.ships(part("S1", "A", "4"))
		}, "open blocked", nil, []string{"unknown_reference 40.00 USD: 4 EA of A shipped in S1; item A is not in master data."}},
		{"the ordered item, and the substitute is known", func(g *given) {
			delete(g.items, "A")
			g.ships(part("S1", "B", "4"))
		}, "open blocked", nil, []string{"unknown_reference: 4 EA of B shipped in S1; item A is not in master data."}},
		{"the substitute", func(g *given) {
			delete(g.items, "B")
			g.ships(part("S1", "B", "4"))
		}, "open blocked", nil, []string{"unknown_reference: 4 EA of B shipped in S1; item B is not in master data."}},
		{"the customer stops all, and is told once for the order", func(g *given) {
			g.terms = nil
			g.order.Placed.InvoicePolicy = new(schemas.OnShipment)
			g.ships(part("S1", "A", "4"), part("S2", "A", "40"))
		}, "open done blocked", nil, nil},
		{"the warehouse", func(g *given) {
			g.warehouses = nil
			g.ships(part("S1", "A", "4"))
		}, "open blocked", nil, []string{"unknown_reference 40.00 USD: 4 EA of A shipped in S1; warehouse EAST is not in master data."}},
	})
}

func TestCatchWeightIsBilledByWeight(t *testing.T) {
	byWeight := func(g *given) {
		g.items["A"] = item("A", func(i *schemas.Item) {
			i.BaseUOM, i.CatchWeight, i.UOMs = "KG", true, []schemas.ItemUOM{{UOM: "CS", Numerator: 10, Denominator: 1}}
		})
		g.line.Placed.UOM, g.line.Placed.Quantity = "CS", q("2")
		g.line.Placed.UnitPrice = price("85")
	}
	check(t, []ruling{
		{"the price per case becomes one per kilogram", func(g *given) {
			byWeight(g)
			g.ships(part("S1", "A", "2").in("CS").weighing("20.35"))
		}, "open done", []string{"20.35 KG of A @8.50/1 = 172.98 shipment/S1 on_shipment"}, nil},
		{"of an excess the weight falls away in proportion", func(g *given) {
			byWeight(g)
			g.ships(part("S1", "A", "4").in("CS").weighing("41"))
		}, "open done", []string{"20.5 KG of A @8.50/1 = 174.25 shipment/S1 on_shipment"},
			[]string{"over_shipped 170.00 USD: 4 CS of A shipped in S1; 2 CS beyond the 2 CS ordered and what is tolerated are not billed."}},
		{"without a weight it waits", func(g *given) {
			byWeight(g)
			g.ships(part("S1", "A", "2").in("CS"))
		}, "open done blocked", nil, []string{"missing_weight 170.00 USD: 2 CS of A shipped in S1; its weight is missing, and item A is billed by weight."}},
	})
}
