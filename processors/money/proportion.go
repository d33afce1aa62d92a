package money

import "waybill/schemas"

// PartOf is the part of an amount that falls to part of whole, rounded half away from zero to the currency's minor units.
// None is negative, part is not above whole unless the result can be stored, and whole is positive.
func PartOf(amount schemas.Amount, part, whole int64, currency string) schemas.Amount {
	minor := powersOfTen[4-MinorUnits(currency)]
	// Twice the product and once the whole unit: half of one is added before what is left over is dropped.
	product := multiply(2*uint64(amount), uint64(part)).plus(multiply(uint64(whole), minor))
	units := product.over(uint64(whole)).over(2 * minor)
	if units.high != 0 || units.low >= decimalBound/minor {
		return LargestAmount
	}
	return schemas.Amount(units.low * minor)
}
