package inventory_test

import (
	"testing"

	"waybill/schemas"
	"waybill/stream/sim"
	"waybill/topics"
)

func ofTransfer(id string) func(*schemas.StockMovement) {
	return func(m *schemas.StockMovement) { m.TransferID = &id }
}

// sends tells item A in warehouse E what another warehouse sends there.
func (f *floor) sends(transfer, quantity string, also ...func(*schemas.StockMovement)) {
	f.sequence["A@W"]++
	event := movement("A", "W", f.sequence["A@W"], schemas.MovementTransferOut, quantity, f.Now(), append(also, ofTransfer(transfer))...)
	event.Movement.WarehouseID, event.Movement.ToWarehouseID, event.Expected = "E", new("E"), true
	sim.Send(f.World, topics.Stock, "A@E", event)
	f.Run()
}

func (f *floor) wantsInTransit(t *testing.T, quantity string) {
	t.Helper()
	a := sim.Latest(f.World, topics.Availability)["A@E"]
	if a == nil || a.InTransit != schemas.MustQuantity(quantity) {
		t.Fatalf("%+v, want %s in transit", a, quantity)
	}
}

func TestWhatIsOnItsWayIsSeenAndNotPromised(t *testing.T) {
	f := newFloor(t, 0)
	f.item("A")
	f.sends("T1", "30")
	f.wants(t, "") // only movements make a position
	f.moves(schemas.MovementReceipt, "5")
	f.wants(t, "5 0 0 0 0 5")
	f.wantsInTransit(t, "30")
	f.moves(schemas.MovementTransferIn, "20", ofTransfer("T1"))
	f.wants(t, "25 0 0 0 0 25")
	f.wantsInTransit(t, "10")
	f.sends("T1", "4") // another pallet of the same transfer
	f.wantsInTransit(t, "14")
	f.moves(schemas.MovementTransferIn, "1") // nobody knows of which
	f.wantsInTransit(t, "14")
	f.moves(schemas.MovementTransferIn, "20", ofTransfer("T1"))
	f.wantsInTransit(t, "0") // more than was sent is no debt
	f.sends("T2", "1")
	f.wantsInTransit(t, "1")
}

func TestWhatArrivesBeforeItsSendingIsHeardOfIsNotInTransit(t *testing.T) {
	f := newFloor(t, 0)
	f.item("A")
	f.moves(schemas.MovementTransferIn, "20", ofTransfer("T1"))
	f.wantsInTransit(t, "0")
	f.sends("T1", "20")
	f.wantsInTransit(t, "0")
}

func TestWhatIsOnItsWayWaitsForMasterData(t *testing.T) {
	f := newFloor(t, 0)
	f.sends("T1", "2", in("CS"))
	f.wantsOpen(t)
	f.item("A")
	f.moves(schemas.MovementReceipt, "5")
	f.wantsInTransit(t, "0") // the unit is not known
	f.item("A", schemas.ItemUOM{UOM: "CS", Numerator: 6, Denominator: 1})
	f.wantsInTransit(t, "0")
	f.Run()
	f.wantsInTransit(t, "12")
}

func TestAQuarantineEnds(t *testing.T) {
	f := newFloor(t, 0)
	f.item("A")
	f.moves(schemas.MovementReceipt, "10")
	f.moves(schemas.MovementQuarantine, "4")
	f.wants(t, "10 0 0 0 4 6")
	f.moves(schemas.MovementQuarantine, "-3")
	f.wants(t, "10 0 0 0 1 9")
	f.moves(schemas.MovementQuarantine, "-3") // no more than there is
	f.wants(t, "10 0 0 0 0 10")
}
