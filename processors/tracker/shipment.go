package tracker

import (
	"slices"
	"time"

	"waybill/schemas"
)

// ShipmentRow is what a shipment carries of the order.
type ShipmentRow struct {
	ShipmentID string    `avro:"shipment_id"`
	Left       bool      `avro:"left"` // the warehouse
	At         time.Time `avro:"at"`
	Parts      []Part    `avro:"parts"` // none: cancelled, or the order was taken out of it
}

// Part is what a shipment carries of one line in one item and unit of measure, by milestone. A milestone that was passed
// over has the quantity of the one that came.
type Part struct {
	LineNo    int32            `avro:"line_no"`
	ItemID    string           `avro:"item_id"` // what is in the box
	UOM       string           `avro:"uom"`
	Allocated schemas.Quantity `avro:"allocated"`
	Picked    schemas.Quantity `avro:"picked"`
	Packed    schemas.Quantity `avro:"packed"`
	Shipped   schemas.Quantity `avro:"shipped"`
	Delivered schemas.Quantity `avro:"delivered"`
}

// next is the shipment after a milestone, by the same rule as billing: each tells the whole shipment as of then, so the
// latest wins. What has left the warehouse has left it: milestones on the way out that come afterwards say nothing, a return
// does not take it back, and an empty delivery only says that it did not arrive.
func (r ShipmentRow) next(shipment *schemas.Shipment) ShipmentRow {
	r.ShipmentID, r.At = shipment.ShipmentID, later(r.At, shipment.Meta.OccurredAt)
	lines := shipment.Lines
	switch shipment.Milestone {
	case schemas.MilestoneAllocated:
		return r.outward(lines, func(p *Part, q schemas.Quantity) { p.Allocated = q })
	case schemas.MilestonePicked:
		return r.outward(lines, func(p *Part, q schemas.Quantity) { p.Allocated, p.Picked = q, q })
	case schemas.MilestonePacked:
		return r.outward(lines, func(p *Part, q schemas.Quantity) { p.Allocated, p.Picked, p.Packed = q, q, q })
	case schemas.MilestoneShipped:
		r.Parts = renewed(r.Parts, lines, func(p *Part, q schemas.Quantity) { p.Allocated, p.Picked, p.Packed, p.Shipped = q, q, q, q })
		r.Left = true
	case schemas.MilestoneDelivered:
		if r.Left && len(lines) == 0 {
			r.Parts = slices.Clone(r.Parts)
			for i := range r.Parts {
				r.Parts[i].Delivered = 0
			}
			return r
		}
		r.Parts = renewed(r.Parts, lines, func(p *Part, q schemas.Quantity) {
			p.Delivered, p.Shipped = q, max(p.Shipped, q)
			p.Allocated, p.Picked, p.Packed = p.Shipped, p.Shipped, p.Shipped
		})
		r.Left = true
	case schemas.MilestoneReturned:
		if !r.Left {
			r.Parts = []Part{}
		}
	case schemas.MilestoneCancelled:
		r.Parts, r.Left = []Part{}, false
	}
	return r
}

// outward is a milestone before the shipment leaves.
func (r ShipmentRow) outward(lines []schemas.ShipmentLine, tell func(*Part, schemas.Quantity)) ShipmentRow {
	if !r.Left {
		r.Parts = renewed(nil, lines, tell)
	}
	return r
}

// renewed keeps of the parts those that are reported, adds those that are new, and tells each its quantity. Lots of a line
// in the same item and unit come together.
func renewed(before []Part, lines []schemas.ShipmentLine, tell func(*Part, schemas.Quantity)) []Part {
	type identity struct {
		lineNo      int32
		itemID, uom string
	}
	kept := make(map[identity]Part, len(before))
	for _, part := range before {
		kept[identity{part.LineNo, part.ItemID, part.UOM}] = part
	}
	parts, quantities, place := []Part{}, []schemas.Quantity{}, map[identity]int{}
	for _, line := range lines {
		id := identity{line.LineNo, line.ItemID, line.UOM}
		if at, again := place[id]; again {
			quantities[at] += line.Quantity
			continue
		}
		part, known := kept[id]
		if !known {
			part = Part{LineNo: line.LineNo, ItemID: line.ItemID, UOM: line.UOM}
		}
		place[id] = len(parts)
		parts, quantities = append(parts, part), append(quantities, line.Quantity)
	}
	for i := range parts {
		tell(&parts[i], quantities[i])
	}
	return parts
}
