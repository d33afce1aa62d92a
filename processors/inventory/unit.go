package inventory

import (
	"math/big"

	"waybill/schemas"
)

// inBase converts a quantity of a unit of measure into the item's base unit, exactly, or not at all: the item may not have
// the unit, or its factor may leave more digits than a quantity carries.
func inBase(item *schemas.Item, quantity schemas.Quantity, uom string) (schemas.Quantity, bool) {
	if uom == item.BaseUOM {
		return quantity, true
	}
	for _, unit := range item.UOMs {
		if unit.UOM != uom || unit.Denominator == 0 {
			continue
		}
		product := new(big.Int).Mul(big.NewInt(int64(quantity)), big.NewInt(unit.Numerator))
		base, rest := product.QuoRem(product, big.NewInt(unit.Denominator), new(big.Int))
		if rest.Sign() != 0 || !base.IsInt64() || magnitude(schemas.Quantity(base.Int64())) > carried {
			return 0, false
		}
		return schemas.Quantity(base.Int64()), true
	}
	return 0, false
}
