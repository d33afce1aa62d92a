package intake

import (
	"cmp"

	"waybill/schemas"
)

// shipmentLineKey is what tells the lines of a shipment apart: an order line may be shipped in several lots, and in part
// by a substitute.
type shipmentLineKey struct {
	orderID string
	lineNo  int32
	itemID  string
	lot     string
}

func (k shipmentLineKey) before(other shipmentLineKey) bool {
	return cmp.Or(cmp.Compare(k.orderID, other.orderID), cmp.Compare(k.lineNo, other.lineNo),
		cmp.Compare(k.itemID, other.itemID), cmp.Compare(k.lot, other.lot)) < 0
}

// checkShipment: every milestone but a cancellation says what is in the shipment. Quantities are positive, in a return too.
func checkShipment(in *inspection, shipment *schemas.Shipment) {
	in.text(whole, "shipment_id", shipment.ShipmentID)
	in.text(whole, "warehouse_id", shipment.WarehouseID)
	known(in, whole, "milestone", shipment.Milestone)
	if len(shipment.Lines) == 0 && shipment.Milestone != schemas.MilestoneCancelled {
		in.find(NoLines, whole, "lines", "a shipment that is %s needs lines", shipment.Milestone)
	}
	for i := range shipment.Lines {
		at, of := place{"lines", i}, &shipment.Lines[i]
		in.text(at, "order_id", of.OrderID)
		in.lineNo(at, of.LineNo)
		in.text(at, "item_id", of.ItemID)
		in.quantity(at, "quantity", of.Quantity)
		in.text(at, "uom", of.UOM)
		in.quantityIfAny(at, "catch_weight", of.CatchWeight)
		in.quantityIfAny(at, "confirmed_quantity", of.ConfirmedQuantity)
	}
	distinct(in, "lines", "line_no", len(shipment.Lines), func(i int) shipmentLineKey {
		of := &shipment.Lines[i]
		key := shipmentLineKey{orderID: of.OrderID, lineNo: of.LineNo, itemID: of.ItemID}
		if of.Lot != nil {
			key.lot = *of.Lot
		}
		return key
	}, shipmentLineKey.before)
}

// checkMovement: the kind says the direction, so that only an adjustment and a quarantine, which has no other way to end, are
// signed. A transfer that says where it goes says which one it is, so that its arrival is known again.
func checkMovement(in *inspection, movement *schemas.StockMovement) {
	in.text(whole, "item_id", movement.ItemID)
	in.text(whole, "warehouse_id", movement.WarehouseID)
	known(in, whole, "kind", movement.Kind)
	if movement.Kind != schemas.MovementAdjust && movement.Kind != schemas.MovementQuarantine {
		in.quantity(whole, "quantity", movement.Quantity)
	}
	in.text(whole, "uom", movement.UOM)
	if movement.LineNo != nil {
		in.lineNo(whole, *movement.LineNo)
	}
	if movement.ExpiresAt != nil {
		in.instant(whole, "expires_at", *movement.ExpiresAt)
	}
	if movement.TransferID != nil {
		in.text(whole, "transfer_id", *movement.TransferID)
	}
	if movement.ToWarehouseID != nil {
		in.text(whole, "to_warehouse_id", *movement.ToWarehouseID)
		if movement.TransferID == nil {
			in.find(EmptyField, whole, "transfer_id", "is empty, and the transfer says where it goes")
		}
	}
	if movement.CutoffSequence != nil && *movement.CutoffSequence < 0 {
		in.find(BadSequence, whole, "cutoff_sequence", "%d cannot be", *movement.CutoffSequence)
	}
}
