package fulfilment

import (
	"waybill/processors/milestones"
	"waybill/schemas"
)

// inProgress says that the shipment carries something of the order that has not left the warehouse.
func (r *ShipmentRow) inProgress() bool {
	return r != nil && len(r.Lines) > 0 && !r.hasShipped() && r.Reached != schemas.MilestoneCancelled
}

// hasShipped says that the shipment has left the warehouse.
func (r *ShipmentRow) hasShipped() bool {
	return r != nil && milestones.Left(r.Reached)
}

// carries says that the shipment has lines of the order.
func (r *ShipmentRow) carries() bool { return r != nil && len(r.Lines) > 0 }

// closesOrder says that the shipment has left and that the WMS ships no more for the order.
func (r *ShipmentRow) closesOrder() bool { return r.carries() && r.hasShipped() && r.Last }

// next is the shipment's row after a milestone, all but its lines.
func (r *ShipmentRow) next(e *schemas.ShipmentEvent) ShipmentRow {
	shipment := e.Shipment
	fact := Fact{shipment.Meta.OccurredAt, e.Origin}
	next := ShipmentRow{OrderID: e.OrderID, ShipmentID: shipment.ShipmentID}
	if r != nil {
		next = *r
	}
	next.WarehouseID, next.Last, next.Latest = shipment.WarehouseID, shipment.LastForOrder, fact
	if shipment.Meta.Sequence != nil {
		next.Sequence = *shipment.Meta.Sequence
	}
	next.Reached = milestones.Reach(next.Reached, shipment.Milestone)
	switch shipment.Milestone {
	case schemas.MilestoneCancelled:
		next.Shipped, next.Delivered = nil, nil
	case schemas.MilestoneShipped:
		next.Shipped = new(fact)
	case schemas.MilestoneDelivered:
		next.Delivered = new(fact)
		if next.Shipped == nil {
			next.Shipped = new(fact)
		}
	default:
	}
	if next.hasShipped() && !r.hasShipped() {
		next.ShippedAt = fact.At
	}
	return next
}
