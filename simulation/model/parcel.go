package model

import (
	"cmp"
	"slices"
	"time"

	"waybill/schemas"
)

// parcel is what a shipment carries of an order, by the milestones that count.
type parcel struct {
	id, warehouse string
	left          bool // it has left the warehouse
	cancelled     bool
	last          bool      // as the latest milestone says
	leftAt        time.Time // first
	arrivedAt     time.Time // first
	arrived       bool
	latestAt      time.Time
	billableTurn  int // the earliest turn in which it was shipped or delivered; −1: it was not
	parts         []*part
}

// part is what a parcel carries of a line in one item and unit.
type part struct {
	*parcel
	line                                                            int32
	item, uom                                                       string
	allocated, picked, packed, shipped, delivered, returned, weight number // weight: nil where any of it has none
	confirmed                                                       number // what the customer signed for

	// In the unit in which the line is counted:
	counts                                       bool
	countedAllocated, countedShipped             number
	countedDelivered, countedReturned, mayBilled number
	countedConfirmed                             number
	tooMany                                      number // came back beyond what was shipped
	refused, late, blocked                       bool
}

// parcels are what the shipments' milestones come to, by order.
func parcels(f *facts) map[string][]*parcel {
	all := map[string][]*parcel{}
	for _, l := range f.sorted("wms.shipments") {
		of := map[string]*parcel{}
		carried := map[string]bool{} // orders that the milestone before named
		for _, event := range l.taken() {
			shipment := event.Value.(*schemas.Shipment)
			named := map[string][]schemas.ShipmentLine{}
			for _, line := range shipment.Lines {
				named[line.OrderID] = append(named[line.OrderID], line)
			}
			for orderID := range carried {
				if named[orderID] == nil {
					named[orderID] = []schemas.ShipmentLine{}
				}
			}
			clear(carried)
			for orderID, lines := range named {
				p := of[orderID]
				if p == nil {
					p = &parcel{id: shipment.ShipmentID, billableTurn: -1}
					of[orderID] = p
				}
				p.take(shipment, lines)
				if billable := shipment.Milestone == schemas.MilestoneShipped || shipment.Milestone == schemas.MilestoneDelivered; billable && p.billableTurn < 0 {
					p.billableTurn = f.turnOf[shipment]
				}
				if len(lines) > 0 {
					carried[orderID] = true
				}
			}
		}
		for _, orderID := range sortedKeys(of) {
			all[orderID] = append(all[orderID], of[orderID])
		}
	}
	return all
}

// take is one milestone: it tells the whole of what is in the shipment. What has left stays out of the warehouse until it
// is shipped otherwise or cancelled.
func (p *parcel) take(shipment *schemas.Shipment, lines []schemas.ShipmentLine) {
	at := shipment.Meta.OccurredAt
	p.warehouse, p.last, p.latestAt = shipment.WarehouseID, shipment.LastForOrder, at
	told := sumLots(p, lines)
	switch shipment.Milestone {
	case schemas.MilestoneAllocated, schemas.MilestonePicked, schemas.MilestonePacked:
		if p.left {
			return
		}
		p.cancelled = false
		for _, t := range told {
			t.allocated = t.shipped
			t.picked = choose(shipment.Milestone != schemas.MilestoneAllocated, t.shipped, zero)
			t.packed = choose(shipment.Milestone == schemas.MilestonePacked, t.shipped, zero)
			t.shipped, t.confirmed = zero, zero
		}
		p.parts = told
	case schemas.MilestoneShipped:
		for _, t := range told {
			t.confirmed = zero
			t.allocated, t.picked, t.packed = t.shipped, t.shipped, t.shipped
			t.remember(p.find(t))
		}
		p.parts = append(told, p.onlyCameBack(told)...)
		p.leave(at)
	case schemas.MilestoneDelivered:
		mentioned := map[int32]bool{}
		for _, t := range told {
			mentioned[t.line] = true
			t.delivered = t.shipped
			if before := p.find(t); before != nil {
				t.shipped = most(before.shipped, t.delivered)
				delivered, confirmed := t.delivered, t.confirmed
				t.remember(before)
				t.delivered, t.confirmed = delivered, confirmed
			}
			t.allocated, t.picked, t.packed = t.shipped, t.shipped, t.shipped
		}
		cameBack := p.onlyCameBack(told)
		if p.left {
			for _, before := range p.parts { // a line of which nothing arrived
				if !mentioned[before.line] && !slices.Contains(cameBack, before) {
					before.delivered, before.confirmed = zero, zero
					told = append(told, before)
				}
			}
		}
		p.parts = append(told, cameBack...)
		p.leave(at)
		if !p.arrived {
			p.arrivedAt, p.arrived = at, true
		}
	case schemas.MilestoneReturned:
		if !p.left {
			p.parts = nil
			return
		}
		for _, t := range told {
			if before := p.find(t); before != nil {
				before.returned = t.shipped
			} else if positive(t.shipped) { // it did not go out like that
				t.returned, t.shipped, t.confirmed, t.weight = t.shipped, zero, zero, nil
				p.parts = append(p.parts, t)
			}
		}
	case schemas.MilestoneCancelled:
		p.parts, p.left, p.arrived, p.cancelled = nil, false, false, true
	}
	slices.SortFunc(p.parts, func(a, b *part) int {
		return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.item, b.item), cmp.Compare(a.uom, b.uom))
	})
}

// onlyCameBack are the parts of which nothing went out, and which are not told of now.
func (p *parcel) onlyCameBack(told []*part) (parts []*part) {
	for _, before := range p.parts {
		again := slices.ContainsFunc(told, func(t *part) bool { return t.line == before.line && t.item == before.item && t.uom == before.uom })
		if positive(before.returned) && !positive(before.shipped) && !again {
			parts = append(parts, before)
		}
	}
	return parts
}

func (p *parcel) leave(at time.Time) {
	if !p.left {
		p.leftAt = at
	}
	p.left, p.cancelled = true, false
}

func (p *parcel) find(like *part) *part {
	for _, other := range p.parts {
		if other.line == like.line && other.item == like.item && other.uom == like.uom {
			return other
		}
	}
	return nil
}

// remember keeps of a part what a milestone says nothing of.
func (p *part) remember(before *part) {
	if before == nil {
		return
	}
	p.delivered, p.confirmed, p.returned = before.delivered, before.confirmed, before.returned
	if p.weight == nil {
		p.weight = before.weight
	}
}

// sumLots is what a milestone says, lots together, as shipped.
func sumLots(p *parcel, lines []schemas.ShipmentLine) (told []*part) {
	unweighed := map[*part]bool{}
	for _, line := range lines {
		t := &part{
			parcel: p, line: line.LineNo, item: line.ItemID, uom: line.UOM, shipped: quantityOf(line.Quantity),
			allocated: zero, picked: zero, packed: zero, delivered: zero, returned: zero, confirmed: zero,
		}
		if line.ConfirmedQuantity != nil {
			t.confirmed = quantityOf(*line.ConfirmedQuantity)
		}
		if line.CatchWeight != nil {
			t.weight = quantityOf(*line.CatchWeight)
		}
		at := slices.IndexFunc(told, func(o *part) bool { return o.line == t.line && o.item == t.item && o.uom == t.uom })
		if at < 0 {
			told = append(told, t)
			unweighed[t] = t.weight == nil
			continue
		}
		same := told[at]
		same.shipped, same.confirmed = plus(same.shipped, t.shipped), plus(same.confirmed, t.confirmed)
		if unweighed[same] || t.weight == nil {
			same.weight, unweighed[same] = nil, true
		} else {
			same.weight = plus(same.weight, t.weight)
		}
	}
	return told
}

// waits tells that something of the order is in the parcel and has not left.
func (p *parcel) waits() bool { return len(p.parts) > 0 && !p.left }

// ends tells that it has left and that the warehouse sends no more for the order.
func (p *parcel) ends() bool { return len(p.parts) > 0 && p.left && p.last }
