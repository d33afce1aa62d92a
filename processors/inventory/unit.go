package inventory

import (
	"waybill/processors/money"
	"waybill/schemas"
)

// inBase converts a quantity of a unit of measure into the item's base unit, exactly, or not at all: the item may not have
// the unit, or its factor may leave more digits than a quantity carries.
func inBase(item *schemas.Item, quantity schemas.Quantity, uom string) (schemas.Quantity, bool) {
	if uom == item.BaseUOM {
		return quantity, true
	}
	for _, unit := range item.UOMs {
		if unit.UOM == uom {
			factor, positive := money.NewFactor(unit.Numerator, unit.Denominator)
			if !positive {
				return 0, false
			}
			return money.Convert(quantity, factor)
		}
	}
	return 0, false
}
