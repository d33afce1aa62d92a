package workload

import (
	"fmt"
	"slices"
	"time"

	"waybill/schemas"
	"waybill/topics"
)

// shipment is what a warehouse sends out together.
type shipment struct {
	id        string
	warehouse string
	last      bool
	at        time.Time // when the warehouse begins with it
	lines     []schemas.ShipmentLine
	shipped   []schemas.ShipmentLine // as it left; nil: it has not
	shippedAt time.Time
	orders    []*order
}

// toShip plans what the warehouse sends for an order: all of it or less or more, in one shipment or several, together with
// another order's or alone.
func (t *teller) toShip(o *order) {
	if t.chance(6) {
		return
	}
	parts := 1 + t.random.IntN(3)
	var planned []*shipment
	for i := range parts {
		s := &shipment{warehouse: pickWarehouse(o), at: t.after(o.at, 6+float64(30*i)), last: i == parts-1 && t.chance(75)}
		if i == 0 && len(t.shipments) > 0 && t.chance(25) {
			if other := t.shipments[len(t.shipments)-1]; other.warehouse == s.warehouse && len(other.orders) == 1 {
				s = other // one shipment, two orders
				s.last = s.last || t.chance(30)
			}
		}
		s.orders = append(s.orders, o)
		planned = append(planned, s)
	}
	for _, line := range o.Lines {
		if line.Status == schemas.LineCancelled && t.chance(60) {
			continue
		}
		quantity := line.Quantity
		switch n := t.random.IntN(100); {
		case n < 10 && quantity >= 2*one:
			quantity -= units(1 + int64(t.random.IntN(int(quantity/one)-1)))
		case n < 20:
			quantity += units(int64(1 + t.random.IntN(4)))
		case n < 25:
			continue
		}
		for i, s := range planned {
			share := quantity
			if i < len(planned)-1 {
				share = units(int64(t.random.IntN(int(quantity/one) + 1)))
			}
			if quantity -= share; share > 0 {
				s.lines = append(s.lines, t.box(o, &line, share)...)
			}
		}
	}
	if t.chance(3) { // a line that the order does not have
		stray := schemas.OrderLine{LineNo: 77, ItemID: "tool", UOM: "each", Substitution: schemas.SubstitutionNever}
		planned[0].lines = append(planned[0].lines, t.box(o, &stray, units(2))...)
	}
	for _, s := range planned {
		if s.id == "" && len(s.lines) > 0 {
			s.id = fmt.Sprintf("B-%d", len(t.shipments)+1)
			t.shipments = append(t.shipments, s)
		}
	}
}

func pickWarehouse(o *order) string {
	if len(o.Lines) == 0 {
		return "east"
	}
	return o.Lines[0].WarehouseID
}

// box is what goes into a shipment for a line: the ordered item, or in part or all another one, in the ordered unit or another.
func (t *teller) box(o *order, line *schemas.OrderLine, quantity schemas.Quantity) []schemas.ShipmentLine {
	of := schemas.ShipmentLine{OrderID: o.OrderID, LineNo: line.LineNo, ItemID: line.ItemID, Quantity: quantity, UOM: line.UOM}
	item := t.item(line.ItemID)
	switch n := t.random.IntN(100); {
	case n < 8 && line.UOM == "box":
		of.UOM, of.Quantity = "each", units(max(1, int64(quantity/one)*item.box-int64(t.random.IntN(3))))
	case n < 8 && line.UOM == "each" && quantity >= units(item.box):
		of.UOM, of.Quantity = "box", units(int64(quantity/one)/item.box)
	case n < 10:
		of.UOM = "pallet" // which nobody knows
	case n < 12 && line.ItemID == "cable":
		of.UOM = "cut" // of which three are a metre
	case n < 22 && (line.ItemID == "nail" || line.ItemID == "tool"):
		of.SubstituteFor = new(line.ItemID)
		of.ItemID = "screw"
		if t.chance(15) {
			of.ItemID = "never"
		}
		if half := units(int64(quantity/one) / 2); half > 0 && t.chance(40) {
			rest := of
			rest.SubstituteFor, rest.ItemID = nil, line.ItemID
			of.Quantity, rest.Quantity = half, quantity-half
			return []schemas.ShipmentLine{of, rest}
		}
		if line.UOM == "each" && t.chance(40) { // in loose ones and in boxes
			boxed := of
			boxed.UOM, boxed.Quantity, boxed.Lot = "box", one, new("boxed")
			return []schemas.ShipmentLine{of, boxed}
		}
	case n < 27 && quantity >= 2*one: // in two lots
		second := of
		of.Lot, second.Lot = new("a"), new("b")
		of.Quantity, second.Quantity = one, quantity-one
		return []schemas.ShipmentLine{of, second}
	}
	return []schemas.ShipmentLine{of}
}

// shipAll has the warehouses do what was planned, each shipment as far as it comes.
func (t *teller) shipAll() {
	for _, s := range t.shipments {
		at := s.at
		for _, milestone := range t.way() {
			at = t.after(at, 6)
			t.milestone(s, milestone, at)
		}
	}
}

// way is the milestones that a shipment passes.
func (t *teller) way() []schemas.Milestone {
	const (
		allocated, picked, packed, shipped, delivered = schemas.MilestoneAllocated, schemas.MilestonePicked, schemas.MilestonePacked, schemas.MilestoneShipped, schemas.MilestoneDelivered
		returned, cancelled                           = schemas.MilestoneReturned, schemas.MilestoneCancelled
	)
	var way []schemas.Milestone
	for _, before := range []schemas.Milestone{allocated, picked, packed} {
		if t.chance(55) {
			way = append(way, before)
		}
	}
	switch n := t.random.IntN(100); {
	case n < 40:
		return append(way, shipped, delivered)
	case n < 60:
		return append(way, shipped)
	case n < 66:
		return append(way, delivered)
	case n < 70:
		return append(way, shipped, delivered, returned)
	case n < 74: // and then more of it
		return append(way, shipped, delivered, returned, returned)
	case n < 77:
		return append(way, shipped, returned)
	case n < 80:
		return append(way, shipped, cancelled)
	case n < 83:
		return append(way, shipped, shipped, delivered)
	case n < 86:
		return append(way, allocated, cancelled, picked, shipped)
	case n < 89:
		return append(way, shipped, packed, delivered, delivered)
	case n < 93:
		return append(way, allocated, cancelled)
	}
	return append(way, allocated)
}

// milestone tells one, with what is in the shipment by then.
func (t *teller) milestone(s *shipment, milestone schemas.Milestone, at time.Time) {
	told := &schemas.Shipment{ShipmentID: s.id, WarehouseID: s.warehouse, Milestone: milestone, LastForOrder: s.last && t.chance(90), Lines: []schemas.ShipmentLine{}}
	source := s.lines
	if s.shipped != nil {
		source = s.shipped
	}
	for _, line := range source {
		t.measure(&line, milestone)
		switch {
		case milestone == schemas.MilestoneReturned && t.chance(50),
			len(source) > 1 && t.chance(4): // this one is left out
			continue
		case milestone == schemas.MilestoneReturned || milestone == schemas.MilestoneDelivered && t.chance(15),
			milestone != schemas.MilestoneDelivered && t.chance(5):
			line.Quantity -= units(int64(t.random.IntN(1 + int(line.Quantity/one))))
		}
		if milestone == schemas.MilestoneReturned {
			t.comeBack(&line)
		}
		if line.ConfirmedQuantity = nil; milestone == schemas.MilestoneDelivered && t.chance(75) {
			line.ConfirmedQuantity = new(max(0, line.Quantity-units(int64(t.random.IntN(4)*t.random.IntN(2)))))
		}
		if !slices.ContainsFunc(told.Lines, func(other schemas.ShipmentLine) bool { return sameGoods(&line, &other) }) {
			told.Lines = append(told.Lines, line)
		}
	}
	if milestone == schemas.MilestoneCancelled && t.chance(50) {
		told.Lines = []schemas.ShipmentLine{}
	} else if len(told.Lines) == 0 {
		line := source[0]
		t.measure(&line, milestone)
		told.Lines = append(told.Lines, line)
	}
	t.tell(at, topics.WmsShipments.Name(), system(s.warehouse), s.id, s.id, told)
	switch milestone {
	case schemas.MilestoneShipped, schemas.MilestoneDelivered:
		if s.shipped == nil {
			s.shippedAt = at
		}
		if milestone == schemas.MilestoneShipped || s.shipped == nil {
			s.shipped = told.Lines
		}
	case schemas.MilestoneCancelled:
		s.shipped = nil
	}
}

// sameGoods tells that a shipment may not say both: what came back as another item may be in it already.
func sameGoods(a, b *schemas.ShipmentLine) bool {
	sameLot := a.Lot == nil && b.Lot == nil || a.Lot != nil && b.Lot != nil && *a.Lot == *b.Lot
	return a.OrderID == b.OrderID && a.LineNo == b.LineNo && a.ItemID == b.ItemID && sameLot
}

// comeBack has some of what comes back counted otherwise than it went out: loose ones of a box, more than were sent, as
// another item.
func (t *teller) comeBack(line *schemas.ShipmentLine) {
	switch n := t.random.IntN(100); {
	case n < 25 && line.UOM == "box":
		line.UOM, line.Quantity = "each", units(1+int64(t.random.IntN(5)))
	case n < 10:
		line.Quantity += units(3)
	case n < 14:
		line.ItemID, line.UOM = "tool", "each"
	}
}

// measure weighs what is billed by weight, when it leaves or later, or forgets to.
func (t *teller) measure(line *schemas.ShipmentLine, milestone schemas.Milestone) {
	line.CatchWeight = nil
	if line.ItemID != "cheese" {
		return
	}
	if (milestone == schemas.MilestoneShipped || milestone == schemas.MilestoneDelivered) && t.chance(70) {
		line.CatchWeight = new(line.Quantity*2 + schemas.MustQuantity(pick(t, "0.125", "0.4", "1")))
	}
}
