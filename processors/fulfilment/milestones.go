package fulfilment

import (
	"cmp"
	"slices"

	"waybill/schemas"
)

// reached sorts the milestones that a shipment passes. A return does not take it back; cancelled is not on the way.
var reached = map[schemas.Milestone]int{
	schemas.MilestoneAllocated: 1, schemas.MilestonePicked: 2, schemas.MilestonePacked: 3,
	schemas.MilestoneShipped: 4, schemas.MilestoneDelivered: 5,
}

// inProgress says that the shipment carries something of the order that has not left the warehouse.
func (r *ShipmentRow) inProgress() bool {
	return r != nil && len(r.Lines) > 0 && !r.hasShipped() && r.Reached != schemas.MilestoneCancelled
}

// hasShipped says that the shipment has left the warehouse.
func (r *ShipmentRow) hasShipped() bool {
	return r != nil && reached[r.Reached] >= reached[schemas.MilestoneShipped]
}

// carries says that the shipment has lines of the order.
func (r *ShipmentRow) carries() bool { return r != nil && len(r.Lines) > 0 }

// closesOrder says that the shipment has left and that the WMS ships no more for the order.
func (r *ShipmentRow) closesOrder() bool { return r.carries() && r.hasShipped() && r.Last }

// reportedPart is what a milestone says of a line, in one item and unit.
type reportedPart struct {
	lineNo   int32
	itemID   string
	uom      string
	quantity schemas.Quantity
	weight   *schemas.Quantity // nil where any of it has none
}

// report sums up a milestone's lines by line number, item and unit of measure, in that order; lots come together.
func report(lines []schemas.ShipmentLine) []reportedPart {
	parts := make([]reportedPart, 0, len(lines))
	for _, line := range lines {
		parts = append(parts, reportedPart{line.LineNo, line.ItemID, line.UOM, line.Quantity, line.CatchWeight})
	}
	slices.SortStableFunc(parts, func(a, b reportedPart) int {
		return cmp.Or(cmp.Compare(a.lineNo, b.lineNo), cmp.Compare(a.itemID, b.itemID), cmp.Compare(a.uom, b.uom))
	})
	merged := parts[:0]
	for _, part := range parts {
		if n := len(merged); n > 0 && merged[n-1].lineNo == part.lineNo && merged[n-1].itemID == part.itemID && merged[n-1].uom == part.uom {
			last := &merged[n-1]
			last.quantity += part.quantity
			if last.weight != nil && part.weight != nil {
				last.weight = new(*last.weight + *part.weight)
			} else {
				last.weight = nil
			}
			continue
		}
		merged = append(merged, part)
	}
	return merged
}

// advance is what a shipment carries of one line after a milestone, given what it carried before. Every milestone tells
// the whole shipment as of then, so the latest wins; but what has left the warehouse has left it: only a new word on what
// was shipped, or a cancellation, takes it out of the shipment. Milestones on the way out that come after it has left say
// nothing new.
func advance(shipmentID string, hadShipped bool, milestone schemas.Milestone, before []Part, now []reportedPart) []Part {
	switch milestone {
	case schemas.MilestoneAllocated, schemas.MilestonePicked, schemas.MilestonePacked:
		if hadShipped {
			return before
		}
		return renew(shipmentID, nil, now, func(part *Part, quantity schemas.Quantity) { part.Allocated = quantity })
	case schemas.MilestoneShipped:
		return renew(shipmentID, before, now, func(part *Part, quantity schemas.Quantity) { part.Allocated, part.Shipped = quantity, quantity })
	case schemas.MilestoneDelivered:
		if hadShipped && len(now) == 0 {
			return undelivered(before)
		}
		return renew(shipmentID, before, now, func(part *Part, quantity schemas.Quantity) {
			part.Delivered = quantity
			part.Shipped = max(part.Shipped, quantity)
			part.Allocated = part.Shipped
		})
	case schemas.MilestoneReturned:
		if !hadShipped {
			return nil
		}
		return giveBack(before, now)
	default: // cancelled
		return nil
	}
}

// renew keeps of the parts those that are reported, adds those that are new, and tells each its quantity.
func renew(shipmentID string, before []Part, now []reportedPart, tell func(*Part, schemas.Quantity)) []Part {
	var parts []Part
	for _, reported := range now {
		part := Part{ShipmentID: shipmentID, ItemID: reported.itemID, UOM: reported.uom}
		if old := find(before, reported); old >= 0 {
			part = before[old]
		}
		if reported.weight != nil {
			part.Weight = reported.weight
		}
		tell(&part, reported.quantity)
		parts = append(parts, part)
	}
	return parts
}

func undelivered(before []Part) []Part {
	parts := slices.Clone(before)
	for i := range parts {
		parts[i].Delivered = 0
	}
	return parts
}

// giveBack notes what came back. What was billed of it stays billed: credits for returns are made from this fact by the
// rule for returns, which this release does not have.
func giveBack(before []Part, now []reportedPart) []Part {
	parts := slices.Clone(before)
	for _, reported := range now {
		if at := find(parts, reported); at >= 0 {
			parts[at].Returned = reported.quantity
		}
	}
	return parts
}

func find(parts []Part, reported reportedPart) int {
	return slices.IndexFunc(parts, func(part Part) bool { return part.ItemID == reported.itemID && part.UOM == reported.uom })
}

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
	switch milestone := shipment.Milestone; milestone {
	case schemas.MilestoneCancelled:
		next.Reached, next.Shipped, next.Delivered = milestone, nil, nil
	case schemas.MilestoneReturned: // where it was
	default:
		if reached[milestone] > reached[next.Reached] {
			next.Reached = milestone
		}
	}
	switch shipment.Milestone {
	case schemas.MilestoneShipped:
		next.Shipped = &fact
	case schemas.MilestoneDelivered:
		next.Delivered = &fact
		if next.Shipped == nil {
			next.Shipped = &fact
		}
	default:
	}
	if next.hasShipped() && !r.hasShipped() {
		next.ShippedAt = fact.At
	}
	return next
}
