package fulfilment

import (
	"cmp"
	"slices"
	"time"

	"waybill/processors/conditions"
	"waybill/schemas"
)

// A hold is raised by intake, which knows nothing of the order's value. This stage assesses what the hold keeps from being
// billed: the value of the lines not yet billed that it touches.

// stopsOrder says that the hold stops all billing of the order.
func (h *HoldRow) stopsOrder() bool { return h.ShipmentID == "" }

// stopsShipment says that nothing of the shipment is billed for now: of an event with a known place in the shipment's
// sequence only what comes behind it is in doubt, and that has not come out of intake.
func (h *HoldRow) stopsShipment(shipmentID string) bool {
	return h.ShipmentID == shipmentID && !h.SequenceKnown
}

// holds tells whether a bill is not to be changed for now. A bill of the whole order waits for every hold.
func (o *OrderRow) holds(bill *Bill) bool {
	return slices.ContainsFunc(o.Holds, func(hold HoldRow) bool {
		return hold.stopsOrder() || bill.Unit == orderUnit || hold.stopsShipment(bill.ShipmentID)
	}) || bill.Unit == orderUnit && o.isHeld()
}

// stopped tells whether a whole-order hold stands.
func (o *OrderRow) stopped() bool {
	return slices.ContainsFunc(o.Holds, func(hold HoldRow) bool { return hold.stopsOrder() })
}

// takeHold puts a hold among the order's, in the order of their ids, or takes it away. changed is false when it was so.
func (o *OrderRow) takeHold(e *schemas.Hold) (before *HoldRow, changed bool) {
	now := HoldRow{HoldID: e.HoldID, Class: e.Class, SequenceKnown: e.Sequence != nil}
	if e.ShipmentID != nil {
		now.ShipmentID = *e.ShipmentID
	}
	at, found := slices.BinarySearchFunc(o.Holds, e.HoldID, func(hold HoldRow, id string) int { return cmp.Compare(hold.HoldID, id) })
	if found {
		before = &o.Holds[at]
		now.Assessed = before.Assessed
		if e.Active && before.Class == now.Class && before.ShipmentID == now.ShipmentID && before.SequenceKnown == now.SequenceKnown {
			return before, false
		}
	}
	holds := slices.Clone(o.Holds)
	switch {
	case e.Active && found:
		holds[at] = now
	case e.Active:
		holds = slices.Insert(holds, at, now)
	case found:
		holds = slices.Delete(holds, at, at+1)
	default:
		return nil, false
	}
	o.Holds = holds
	return before, true
}

// assessment is the record that tells an order's share of a hold.
func (h *HoldSummary) assessment(now time.Time, stage string, hold *HoldRow, orderID string) *schemas.Condition {
	condition := conditions.Assess(now, stage, hold.Class, hold.HoldID, orderID)
	condition.CustomerID, condition.Channel, condition.Segment, condition.Currency = known(h.CustomerID), known(h.Channel), known(h.Segment), known(h.Currency)
	condition.ShipmentID = known(hold.ShipmentID)
	if h.Currency != "" {
		condition.AmountAtRisk = new(h.Amount)
	}
	return condition
}
