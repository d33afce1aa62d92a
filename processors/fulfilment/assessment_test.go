package fulfilment

import (
	"testing"
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
		before, changed := o.takeHold(hold(step.id, "O1", step.shipment, step.sequence, step.active))
		if changed != step.changed || (before != nil) != step.before || len(o.Holds) != step.left {
			t.Errorf("%+v: changed %v, before %+v, holds %+v", step, changed, before, o.Holds)
		}
	}
	if o.Holds[0].HoldID != "h2" || o.Holds[0].SequenceKnown {
		t.Errorf("got %+v", o.Holds)
	}
}
