package money

import (
	"math"

	"waybill/schemas"
)

// HundredPercent in the unit of schemas.Percent.
const HundredPercent = 1_000_000

// Above is the quantity plus so many per cent of it, rounded down to a millionth; one that is too large to be stored is the
// largest that can be. Neither is negative.
func Above(quantity schemas.Quantity, percent schemas.Percent) schemas.Quantity {
	limit := multiply(uint64(quantity), HundredPercent+uint64(percent)).over(HundredPercent)
	if !storable(limit) {
		return math.MaxInt64
	}
	return schemas.Quantity(limit.low)
}

// Below is the quantity less so many per cent of it, rounded up to a millionth, and zero from a hundred per cent on. Neither
// is negative.
func Below(quantity schemas.Quantity, percent schemas.Percent) schemas.Quantity {
	if percent >= HundredPercent {
		return 0
	}
	whole, remainder := multiply(uint64(quantity), HundredPercent-uint64(percent)).divide(HundredPercent)
	if remainder > 0 {
		whole.low++
	}
	return schemas.Quantity(whole.low)
}

// Share is the part of a quantity that falls to part of whole, rounded down to a millionth. None is negative, part is not
// above whole, and whole is positive.
func Share(quantity, part, whole schemas.Quantity) schemas.Quantity {
	return schemas.Quantity(multiply(uint64(quantity), uint64(part)).over(uint64(whole)).low)
}
