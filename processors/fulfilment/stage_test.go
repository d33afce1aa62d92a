package fulfilment

import (
	"testing"

	"waybill/schemas"
	"waybill/stream/sim"
)

func TestAShipmentIsBilledWhenItHasLeft(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	sc.play(order("O1", 1, 0, nil, line(1, "10", nil), line(2, "4", func(l *schemas.OrderLine) { l.ItemID, l.UnitPrice = "B", nil })))
	expect(t, "demand", sc.demand(), "O1/1 A@EAST committed 10 allocated 0", "O1/2 B@EAST committed 4 allocated 0")
	sc.play(shipment("O1", "S1", 1, 10, schemas.MilestoneAllocated, box(1, "A", "6", nil), box(2, "B", "4", nil)))
	expect(t, "bills", sc.bills(), "")
	expect(t, "demand", sc.demand(), "O1/1 A@EAST committed 4 allocated 6", "O1/2 B@EAST committed 0 allocated 4")
	sc.play(shipment("O1", "S1", 2, 20, schemas.MilestoneShipped, box(1, "A", "6", nil), box(2, "B", "4", nil)))
	expect(t, "bills", sc.bills(), "O1 #1 invoice on_shipment ACME | 1 A 6 EA @10.00/1 = 60.00 (S1) | 2 B 4 EA @8.00/1 = 32.00 (S1) | 92.00 USD")
	expect(t, "demand", sc.demand(), "O1/1 A@EAST committed 4 allocated 0")
	sc.play(shipment("O1", "S1", 3, 30, schemas.MilestoneDelivered, box(1, "A", "6", nil), box(2, "B", "4", nil)))
	expect(t, "open", sc.open(), "")
}
