package fulfilment

import (
	"strings"
	"testing"
	"time"

	"waybill/schemas"
	"waybill/stream/sim"
)

// A milestone on the way out changes nothing but its shipment's row, unless it is told by something else too.
func TestAMilestoneFromAnotherWarehouseMovesWhatIsAllocated(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	elsewhere := shipment("O1", "S1", 2, 30, schemas.MilestonePicked, box(1, "A", "6", nil))
	elsewhere.Shipment.WarehouseID = "WEST"
	sc.play(order("O1", 1, 0, nil, line(1, "10", nil)), shipment("O1", "S1", 1, 20, schemas.MilestoneAllocated, box(1, "A", "6", nil)))
	expect(t, "demand", sc.demand(), "O1/1 A@EAST committed 4 allocated 6")
	sc.play(elsewhere)
	expect(t, "demand after the move", sc.demand(), "O1/1 A@EAST committed 4 allocated 0", "O1/1 A@WEST committed 0 allocated 6")
}

func TestWhatIsRaisedOfAShipmentNamesItsLatestMilestone(t *testing.T) {
	for _, of := range []struct {
		name   string
		placed []any
	}{
		{"of a line that the order does not have", []any{order("O1", 1, 0, nil, line(1, "10", nil))}},
		{"of an order that is not known", nil},
	} {
		sc := newScene(t, sim.Options{})
		sc.play(masters()...)
		sc.play(of.placed...)
		sc.play(shipment("O1", "S1", 1, 20, schemas.MilestoneAllocated, box(7, "B", "1", nil)))
		sc.Advance(time.Hour)
		latest := shipment("O1", "S1", 2, 90, schemas.MilestonePicked, box(7, "B", "1", nil))
		sc.play(latest)
		var causes []schemas.Evidence
		for _, c := range sc.standing() {
			causes = append(causes, c.Causes...)
		}
		if len(causes) != 1 || causes[0] != latest.Origin {
			t.Errorf("%s: named are %+v, want %+v", of.name, causes, latest.Origin)
		}
	}
}

// The header counts a line that comes by a shipment, so that a step that has as many as were placed goes on looking for it.
func TestALineThatAShipmentBroughtIsFoundByTheNextStepThatNamesIt(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	ofB := func(l *schemas.OrderLine) { l.ItemID, l.UnitPrice = "B", nil }
	sc.play(
		order("O1", 1, 0, nil, line(1, "10", nil), line(2, "10", nil)),
		shipment("O1", "S1", 1, 20, schemas.MilestoneShipped, box(7, "B", "1", nil)),
		acceptance("O1", 1, 30, schemas.Accepted, accepted(1, "10", "10", nil), accepted(2, "10", "10", nil),
			accepted(7, "1", "8", func(l *schemas.AcceptedLine) { l.ItemID = "B" })),
		order("O1", 2, 40, nil, line(1, "10", nil), line(2, "10", nil), line(7, "1", ofB)))
	expect(t, "bills", sc.bills(), "O1 #1 invoice on_shipment ACME | 7 B 1 EA @8.00/1 = 8.00 (S1) | 8.00 USD")
}

func TestAMilestoneBehindACancellationIsToldAlthoughItChangesNothing(t *testing.T) {
	cancelled := func(l *schemas.AcceptedLine) { l.Status = schemas.AcceptanceCancelled }
	for _, of := range []struct {
		name   string
		cancel any
	}{
		{"the shop cancels the line", order("O1", 2, 25, nil, line(1, "10", func(l *schemas.OrderLine) { l.Status = schemas.LineCancelled }))},
		{"the shop cancels the order", order("O1", 2, 25, func(o *schemas.Order) { o.Status = schemas.OrderCancelled }, line(1, "10", nil))},
		{"ERP cancels the line", acceptance("O1", 1, 25, schemas.AcceptanceChanged, accepted(1, "10", "10", cancelled))},
		{"ERP cancels the order", acceptance("O1", 1, 25, schemas.AcceptanceCancelled)},
	} {
		sc := newScene(t, sim.Options{})
		sc.play(masters()...)
		sc.play(
			order("O1", 1, 0, nil, line(1, "10", nil)), shipment("O1", "S1", 1, 20, schemas.MilestoneAllocated, box(1, "A", "6", nil)), of.cancel)
		expect(t, of.name+": open before", sc.open(), "")
		sc.play(shipment("O1", "S1", 2, 30, schemas.MilestonePicked, box(1, "A", "6", nil)))
		if open := sc.open(); !strings.HasPrefix(open, "shipped_after_cancel O1/1 ") {
			t.Errorf("%s: open is %q, want that the warehouse goes on", of.name, open)
		}
	}
}
