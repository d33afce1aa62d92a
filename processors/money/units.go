package money

import (
	"fmt"
	"math"

	"waybill/schemas"
)

// Factor is an exact ratio of two units of measure: one of the first is Numerator/Denominator of the second. Both are
// positive, and without a common divisor.
type Factor struct{ Numerator, Denominator int64 }

// One is the ratio of a unit to itself.
var One = Factor{1, 1}

// NewFactor reduces a ratio. ok is false when a part is not positive.
func NewFactor(numerator, denominator int64) (factor Factor, ok bool) {
	if numerator <= 0 || denominator <= 0 {
		return Factor{}, false
	}
	divisor := greatestCommonDivisor(uint64(numerator), uint64(denominator))
	return Factor{numerator / int64(divisor), denominator / int64(divisor)}, true
}

// Inverse is the ratio of the second unit to the first.
func (f Factor) Inverse() Factor { return Factor{f.Denominator, f.Numerator} }

// Times is the ratio of f's first unit to other's second, where f's second unit is other's first. ok is false when a part
// is too large to be stored.
func (f Factor) Times(other Factor) (product Factor, ok bool) {
	// Dividing crosswise first leaves parts without a common divisor.
	across := int64(greatestCommonDivisor(uint64(f.Numerator), uint64(other.Denominator)))
	back := int64(greatestCommonDivisor(uint64(other.Numerator), uint64(f.Denominator)))
	numerator := multiply(uint64(f.Numerator/across), uint64(other.Numerator/back))
	denominator := multiply(uint64(f.Denominator/back), uint64(other.Denominator/across))
	if !storable(numerator) || !storable(denominator) {
		return Factor{}, false
	}
	return Factor{int64(numerator.low), int64(denominator.low)}, true
}

// Convert is the quantity in the factor's second unit. exact is false when it has more than six digits after the point
// there, or more than twelve before: then it does not convert.
func Convert(quantity schemas.Quantity, factor Factor) (converted schemas.Quantity, exact bool) {
	if factor == One {
		return quantity, true
	}
	units, remainder := multiply(magnitude(int64(quantity)), uint64(factor.Numerator)).divide(uint64(factor.Denominator))
	if remainder != 0 || units.high != 0 || units.low >= decimalBound {
		return 0, false
	}
	if quantity < 0 {
		return -schemas.Quantity(units.low), true
	}
	return schemas.Quantity(units.low), true
}

// ConvertPrice says the same price per so many of the factor's second unit: 24.00 per case of 12 is 2.00 per piece, 25.00
// per case of 12 is 25.00 per 12 pieces. A price is not rounded; what has no exact form that can be stored fails with
// ErrOverflow, what is per no positive number with ErrPriceUnit. The price is not negative.
func ConvertPrice(price schemas.Price, priceUnit int64, factor Factor) (schemas.Price, int64, error) {
	if priceUnit <= 0 {
		return 0, 0, fmt.Errorf("price %s per %d: %w", price, priceUnit, ErrPriceUnit)
	}
	if factor == One {
		return price, priceUnit, nil
	}
	// price per priceUnit × numerator/denominator of the second unit, in whole units of it.
	shared := int64(greatestCommonDivisor(uint64(priceUnit), uint64(factor.Denominator)))
	unit := multiply(uint64(priceUnit/shared), uint64(factor.Numerator))
	value := multiply(uint64(price), uint64(factor.Denominator/shared))
	if storable(unit) {
		if each, remainder := value.divide(unit.low); remainder == 0 {
			value, unit = each, wide{0, 1}
		}
	}
	if !storable(unit) || value.high != 0 || value.low >= decimalBound {
		return 0, 0, fmt.Errorf("price %s per %d in another unit of measure: %w", price, priceUnit, ErrOverflow)
	}
	return schemas.Price(value.low), int64(unit.low), nil
}

func storable(number wide) bool { return number.high == 0 && number.low <= math.MaxInt64 }

func greatestCommonDivisor(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
