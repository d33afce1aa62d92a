// Package milestones is the rule by which a shipment's milestones advance what it carries of an order's lines: fulfilment
// bills by it, and the tracker tells by it.
//
// Every milestone tells the whole shipment as of then, so the latest wins; but what has left the warehouse has left it:
// only a new word on what was shipped, or a cancellation, takes it out of the shipment. Milestones on the way out that come
// after it has left say nothing new.
package milestones

import (
	"cmp"
	"slices"

	"waybill/schemas"
)

// Part is what a shipment carries of a line in one item and unit of measure, by the furthest that it came. The quantity of
// a milestone that was passed over is that of the next one.
type Part struct {
	ItemID    string            `avro:"item_id"` // what is in the box
	UOM       string            `avro:"uom"`
	Allocated schemas.Quantity  `avro:"allocated"`
	Picked    schemas.Quantity  `avro:"picked"`
	Packed    schemas.Quantity  `avro:"packed"`
	Shipped   schemas.Quantity  `avro:"shipped"`
	Delivered schemas.Quantity  `avro:"delivered"`
	Confirmed schemas.Quantity  `avro:"confirmed"` // by the customer, of what was delivered
	Returned  schemas.Quantity  `avro:"returned"`  // in all, by the latest word on it; may be of what was shipped in another unit
	Weight    *schemas.Quantity `avro:"weight"`    // catch weight, in the item's base unit
}

// Advance is what a shipment carries of one line after a milestone, given what it carried before and how far it had come.
// What it is given is not changed.
func Advance(reached, milestone schemas.Milestone, before []Part, now []Reported) []Part {
	left := Left(reached)
	outward := func(tell func(*Part, schemas.Quantity)) []Part {
		if left {
			return before
		}
		return renew(nil, now, tell)
	}
	switch milestone {
	case schemas.MilestoneAllocated:
		return outward(func(p *Part, q schemas.Quantity) { p.Allocated = q })
	case schemas.MilestonePicked:
		return outward(func(p *Part, q schemas.Quantity) { p.Allocated, p.Picked = q, q })
	case schemas.MilestonePacked:
		return outward(func(p *Part, q schemas.Quantity) { p.Allocated, p.Picked, p.Packed = q, q, q })
	case schemas.MilestoneShipped:
		return keepReturns(before, renew(before, now, func(p *Part, q schemas.Quantity) { p.Allocated, p.Picked, p.Packed, p.Shipped = q, q, q, q }))
	case schemas.MilestoneDelivered:
		if left && len(now) == 0 {
			return undelivered(before)
		}
		return keepReturns(before, confirm(now, renew(before, now, func(p *Part, q schemas.Quantity) {
			p.Delivered, p.Shipped = q, max(p.Shipped, q)
			p.Allocated, p.Picked, p.Packed = p.Shipped, p.Shipped, p.Shipped
		})))
	case schemas.MilestoneReturned:
		if !left {
			return nil
		}
		return giveBack(before, now)
	case schemas.MilestoneCancelled:
		return nil
	}
	return before // a milestone that nobody knows says nothing
}

// renew keeps of the parts those that are reported, adds those that are new, and tells each its quantity.
func renew(before []Part, now []Reported, tell func(*Part, schemas.Quantity)) []Part {
	parts := make([]Part, 0, len(now))
	for _, reported := range now {
		part := Part{ItemID: reported.ItemID, UOM: reported.UOM}
		if old := find(before, reported); old >= 0 {
			part = before[old]
		}
		if reported.Weight != nil {
			part.Weight = reported.Weight
		}
		tell(&part, reported.Quantity)
		parts = append(parts, part)
	}
	return parts
}

func undelivered(before []Part) []Part {
	parts := slices.Clone(before)
	for i := range parts {
		parts[i].Delivered, parts[i].Confirmed = 0, 0
	}
	return parts
}

// confirm notes what the customer confirmed of what is reported as delivered: the parts are those of the report.
func confirm(now []Reported, parts []Part) []Part {
	for i := range parts {
		parts[i].Confirmed = now[i].Confirmed
	}
	return parts
}

// giveBack notes what came back, in all. What is returned in another unit than it was shipped in, or was not shipped at
// all, is a part of its own of which nothing left.
func giveBack(before []Part, now []Reported) []Part {
	parts := slices.Clone(before)
	for _, reported := range now {
		if at := find(parts, reported); at >= 0 {
			parts[at].Returned = reported.Quantity
		} else if reported.Quantity > 0 {
			parts = append(parts, Part{ItemID: reported.ItemID, UOM: reported.UOM, Returned: reported.Quantity})
		}
	}
	return sorted(parts)
}

// keepReturns adds to the parts what had only come back: a new word on what was shipped says nothing of that.
func keepReturns(before, parts []Part) []Part {
	for _, part := range before {
		if part.Shipped == 0 && part.Returned > 0 && find(parts, Reported{ItemID: part.ItemID, UOM: part.UOM}) < 0 {
			parts = sorted(append(parts, part))
		}
	}
	return parts
}

func sorted(parts []Part) []Part {
	slices.SortFunc(parts, func(a, b Part) int { return cmp.Or(cmp.Compare(a.ItemID, b.ItemID), cmp.Compare(a.UOM, b.UOM)) })
	return parts
}

func find(parts []Part, reported Reported) int {
	return slices.IndexFunc(parts, func(part Part) bool { return part.ItemID == reported.ItemID && part.UOM == reported.UOM })
}

// order sorts the milestones that a shipment passes. A return does not take it back; cancelled is not on the way.
var order = map[schemas.Milestone]int{
	schemas.MilestoneAllocated: 1, schemas.MilestonePicked: 2, schemas.MilestonePacked: 3,
	schemas.MilestoneShipped: 4, schemas.MilestoneDelivered: 5,
}

// Reach is how far a shipment has come after a milestone: the furthest on its way out, or cancelled; empty: nowhere yet.
func Reach(before, milestone schemas.Milestone) schemas.Milestone {
	if milestone == schemas.MilestoneCancelled || order[milestone] > order[before] {
		return milestone
	}
	return before
}

// Left says that a shipment that has come so far has left the warehouse.
func Left(reached schemas.Milestone) bool { return order[reached] >= order[schemas.MilestoneShipped] }
