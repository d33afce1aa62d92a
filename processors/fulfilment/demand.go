package fulfilment

import (
	"cmp"
	"slices"

	"waybill/processors/money"
	"waybill/schemas"
)

// allocatedDemand adds what shipments hold for the line and have not taken out of the warehouse, by item and warehouse.
func (v *verdict) allocatedDemand() {
	for _, part := range v.parts {
		inWarehouse := part.Allocated - part.Shipped
		if inWarehouse <= 0 {
			continue
		}
		if quantity, ok := v.inBaseUnit(part.measure(), inWarehouse); ok {
			v.demand = append(v.demand, DemandRow{ItemID: part.ItemID, WarehouseID: part.shipment.WarehouseID, Allocated: quantity})
		}
	}
}

// commitment adds what is still to be allocated for an open line that is agreed: of the ordered item, in the warehouse that
// the order names. What waits for acceptance is promised to nobody yet.
func (v *verdict) commitment(ordered *ItemTerms) {
	if !v.tally.Open || v.tally.Done || v.agreement.standing != agreed {
		return
	}
	left := v.ordered
	for _, part := range v.parts {
		if part.takesItsTurn() {
			left -= max(part.allocated, part.shipped)
		}
	}
	if left <= 0 {
		return
	}
	if quantity, ok := v.inBaseUnit(measure{v.agreement.itemID, v.unit.uom, ordered}, left); ok {
		v.demand = append(v.demand, DemandRow{ItemID: v.agreement.itemID, WarehouseID: v.agreement.warehouseID, Committed: quantity})
	}
}

// inBaseUnit states a quantity in the item's base unit, and notes where that wants master data. What does not convert
// exactly is no demand that a position could carry.
func (v *verdict) inBaseUnit(of measure, quantity schemas.Quantity) (schemas.Quantity, bool) {
	if of.terms != nil {
		if factor, ok := of.terms.units().PerBase(of.uom); ok {
			return money.Convert(quantity, factor)
		}
	}
	v.untold = append(v.untold, of.itemID)
	return 0, false
}

// sumDemand brings what falls to the same item and warehouse together, sorted by both.
func sumDemand(demand []DemandRow) []DemandRow {
	slices.SortStableFunc(demand, byPosition)
	summed := demand[:0]
	for _, row := range demand {
		if n := len(summed); n > 0 && byPosition(summed[n-1], row) == 0 {
			summed[n-1].Committed += row.Committed
			summed[n-1].Allocated += row.Allocated
			continue
		}
		summed = append(summed, row)
	}
	return summed
}

func byPosition(a, b DemandRow) int {
	return cmp.Or(cmp.Compare(a.ItemID, b.ItemID), cmp.Compare(a.WarehouseID, b.WarehouseID))
}

// demandChanges is what has to be told so that the latest of every position is now, when before was the latest told: a
// position that the line has left is told zeros.
func demandChanges(before, now []DemandRow) []DemandRow {
	var changes []DemandRow
	for _, row := range before {
		if !slices.ContainsFunc(now, func(other DemandRow) bool { return byPosition(row, other) == 0 }) {
			changes = append(changes, DemandRow{ItemID: row.ItemID, WarehouseID: row.WarehouseID})
		}
	}
	for _, row := range now {
		if !slices.Contains(before, row) {
			changes = append(changes, row)
		}
	}
	slices.SortFunc(changes, byPosition)
	return changes
}
