package inventory

import (
	"waybill/processors/money"
	"waybill/schemas"
)

// inBase converts a quantity of a unit of measure into the item's base unit, exactly, or not at all: the item may not have
// the unit, or its factor may leave more digits than a quantity carries.
func inBase(item *schemas.Item, quantity schemas.Quantity, uom string) (schemas.Quantity, bool) {
	factor, ok := money.UnitsOf(item).PerBase(uom)
	if !ok {
		return 0, false
	}
	return money.Convert(quantity, factor)
}
