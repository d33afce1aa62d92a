package fulfilment

import (
	"testing"

	"waybill/schemas"
	"waybill/stream/sim"
)

func TestWhatAHoldStops(t *testing.T) {
	ofShipment := func(unit string) *Bill { return &Bill{Unit: unit, ShipmentID: "S1"} }
	for _, test := range []struct {
		name                          string
		hold                          HoldRow
		ownUnit, otherShipment, order bool
	}{
		{"the whole order", HoldRow{}, true, true, true},
		{"the shipment, when it is not known since when", HoldRow{ShipmentID: "S1"}, true, false, true},
		{"what comes behind the event, when its place is known", HoldRow{ShipmentID: "S1", SequenceKnown: true}, false, false, true},
	} {
		o := &OrderRow{Holds: []HoldRow{test.hold}}
		own, other, whole := o.holds(ofShipment("shipment/S1")), o.holds(&Bill{Unit: "shipment/S2", ShipmentID: "S2"}), o.holds(ofShipment(orderUnit))
		if own != test.ownUnit || other != test.otherShipment || whole != test.order || o.stopped() != (test.hold.ShipmentID == "") {
			t.Errorf("%s: stops its shipment %v, another %v, the order %v", test.name, own, other, whole)
		}
	}
	if (&OrderRow{}).holds(ofShipment(orderUnit)) {
		t.Error("no hold stops something")
	}
}

func TestHoldsAreKeptByIdAndTakenOnce(t *testing.T) {
	o := &OrderRow{}
	for _, step := range []struct {
		id, shipment string
		sequence     int64
		active       bool
		changed      bool
		before       bool
		left         int
	}{
		{"h2", "S1", 3, false, false, false, 0}, // the end of what never began
		{"h2", "S1", 3, true, true, false, 1},
		{"h2", "S1", 3, true, false, true, 1}, // again
		{"h1", "", 0, true, true, false, 2},
		{"h2", "S1", 0, true, true, true, 2}, // its place is not known any more
		{"h1", "", 0, false, true, true, 1},
		{"h1", "", 0, false, false, false, 1},
	} {
		before, changed := o.takeHold(holdOf(hold(step.id, "O1", step.shipment, step.sequence, step.active)))
		if changed != step.changed || (before != nil) != step.before || len(o.Holds) != step.left {
			t.Errorf("%+v: changed %v, before %+v, holds %+v", step, changed, before, o.Holds)
		}
	}
	if o.Holds[0].HoldID != "h2" || o.Holds[0].SequenceKnown {
		t.Errorf("got %+v", o.Holds)
	}
}

func TestNothingOfAHeldOrderIsBilled(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	sc.play(
		order("O1", 1, 0, nil, line(1, "10", nil), line(2, "2", nil)),
		shipment("O1", "S1", 1, 20, schemas.MilestoneShipped, box(1, "A", "4", nil)),
		hold("ex-1", "O1", "", 2, true))
	expect(t, "assessed", sc.assessments(), "ex-1 O1 ACME web retail 80.00 USD")
	sc.play(shipment("O1", "S2", 1, 30, schemas.MilestoneShipped, box(1, "A", "6", nil)), acceptance("O1", 1, 40, schemas.Accepted, accepted(1, "10", "9", nil), accepted(2, "2", "10", nil)))
	billed := "O1 #1 invoice on_shipment ACME | 1 A 4 EA @10.00/1 = 40.00 (S1) | 40.00 USD"
	expect(t, "bills", sc.bills(), billed)
	expect(t, "assessed by ERP's price", sc.assessments(), "ex-1 O1 ACME web retail 74.00 USD")
	sc.play(hold("ex-1", "O1", "", 2, false))
	expect(t, "net", sc.net(), "O1/1 S1 4 EA of A = 36.00 USD", "O1/1 S2 6 EA of A = 54.00 USD")
}

func TestTheOtherShipmentsOfAHeldShipmentsOrderAreBilled(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	sc.play(
		hold("ex-1", "O1", "S2", 0, true),
		order("O1", 1, 0, nil, line(1, "10", nil), line(2, "2", nil)))
	expect(t, "assessed while nothing is known of the shipment", sc.assessments(), "ex-1 O1 ACME web retail 120.00 USD")
	sc.play(
		shipment("O1", "S1", 1, 20, schemas.MilestoneShipped, box(1, "A", "4", nil)),
		shipment("O1", "S2", 1, 30, schemas.MilestoneShipped, box(2, "A", "2", nil)))
	expect(t, "net", sc.net(), "O1/1 S1 4 EA of A = 40.00 USD")
	expect(t, "assessed by what the shipment carries", sc.assessments(), "ex-1 O1 ACME web retail 20.00 USD")
	before := sc.written()
	sc.play(shipment("O1", "S3", 1, 40, schemas.MilestoneAllocated, box(1, "A", "1", nil)))
	if told := sc.written() - before; told != 1 { // demand
		t.Errorf("%d records for an event that the hold does not touch", told)
	}
	sc.play(customer("ACME", func(c *schemas.Customer) { c.Segment = "wholesale" }))
	expect(t, "assessed in another segment", sc.assessments(), "ex-1 O1 ACME web wholesale 20.00 USD")
	sc.play(hold("ex-1", "O1", "S2", 0, false))
	expect(t, "net", sc.net(), "O1/1 S1 4 EA of A = 40.00 USD", "O1/2 S2 2 EA of A = 20.00 USD")
}

func TestWhatCameBeforeAnEventInDoubtStands(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	complete := func(o *schemas.Order) { o.InvoicePolicy = new(schemas.OrderComplete) }
	sc.play(
		hold("ex-1", "O1", "S1", 2, true), hold("ex-1", "O2", "S1", 2, true),
		order("O1", 1, 0, nil, line(1, "10", nil)), order("O2", 1, 0, complete, line(1, "2", nil)),
		shipment("O1", "S1", 1, 20, schemas.MilestoneShipped, box(1, "A", "10", nil)), shipment("O2", "S1", 1, 20, schemas.MilestoneShipped, box(1, "A", "2", nil)))
	expect(t, "net", sc.net(), "O1/1 S1 10 EA of A = 100.00 USD")
	expect(t, "assessed", sc.assessments(), "ex-1 O1 ACME web retail 0.00 USD", "ex-1 O2 ACME web retail 20.00 USD")
	sc.play(hold("ex-1", "O1", "S1", 2, false), hold("ex-1", "O2", "S1", 2, false))
	expect(t, "net", sc.net(), "O1/1 S1 10 EA of A = 100.00 USD", "O2/1 S1 2 EA of A = 20.00 USD")
}

func TestAHoldThatEndsLetsGoAllThatItKeptOfAnOrderThatWasCompleteBefore(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	complete := func(o *schemas.Order) { o.InvoicePolicy = new(schemas.OrderComplete) }
	cancelled := func(o *schemas.Order) {
		complete(o)
		o.Status = schemas.OrderCancelled
	}
	sc.play(
		order("O1", 1, 0, complete, line(1, "10", nil), line(2, "2", nil)), order("O1", 2, 60, cancelled, line(1, "10", nil), line(2, "2", nil)),
		hold("ex-1", "O1", "S2", 0, true),
		shipment("O1", "S1", 1, 20, schemas.MilestoneShipped, box(1, "A", "10", nil)),
		shipment("O1", "S2", 1, 30, schemas.MilestoneShipped, box(2, "A", "2", nil)),
		hold("ex-1", "O1", "S2", 0, false))
	expect(t, "net", sc.net(), "O1/1 S1 10 EA of A = 100.00 USD", "O1/2 S2 2 EA of A = 20.00 USD")
}

func TestAHoldOfAShipmentThatNeverComesLetsTheOrderGoWhenItEnds(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	sc.play(hold("ex-1", "O1", "S7", 0, true))
	expect(t, "assessed of an order that is not known", sc.assessments(), "ex-1 O1")
	sc.play(
		order("O1", 1, 0, nil, line(1, "10", nil)), shipment("O1", "S1", 1, 20, schemas.MilestoneShipped, box(1, "A", "10", nil)),
		hold("ex-1", "O1", "S7", 0, false), hold("ex-1", "O1", "S7", 0, false))
	expect(t, "net", sc.net(), "O1/1 S1 10 EA of A = 100.00 USD")
}
