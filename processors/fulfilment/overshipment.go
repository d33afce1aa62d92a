package fulfilment

import (
	"cmp"
	"slices"

	"waybill/schemas"
)

// allocate sorts the shipped parts and gives them what may be billed of what was kept of them, up to most in all: the part
// that was shipped first takes first, then the shipment with the smaller id. It returns what is left over. So what comes
// back is taken from the excess before anything is credited.
//
// A part that cannot be billed for a reason that may still go away takes its place all the same, so that what went before
// it does not have to be credited when it does. A refused substitute takes none.
func allocate(inTurn []*shippedPart, most schemas.Quantity) (excess schemas.Quantity) {
	slices.SortFunc(inTurn, func(a, b *shippedPart) int {
		return cmp.Or(
			a.shipment.ShippedAt.Compare(b.shipment.ShippedAt),
			cmp.Compare(a.ShipmentID, b.ShipmentID), cmp.Compare(a.ItemID, b.ItemID), cmp.Compare(a.UOM, b.UOM))
	})
	left := most
	for _, part := range inTurn {
		if !part.takesItsTurn() {
			continue
		}
		part.allowed = min(part.kept(), left)
		left -= part.allowed
		excess += part.kept() - part.allowed
	}
	return excess
}
