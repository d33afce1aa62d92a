package money

import (
	"errors"
	"fmt"

	"waybill/schemas"
)

// ErrOverflow says that a result has more digits than its type carries. Nothing is cut off or wrapped around.
var ErrOverflow = errors.New("too large to be stored")

// ErrPriceUnit says that a price is per nothing, or per less than nothing.
var ErrPriceUnit = errors.New("a price unit is a positive whole number")

// decimalBound is the first magnitude that a decimal of eighteen digits does not carry.
const decimalBound = 1_000_000_000_000_000_000

var powersOfTen = [...]uint64{1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000, 100_000_000_000, 1_000_000_000_000}

// LargestAmount is the largest amount that can be stored.
const LargestAmount schemas.Amount = decimalBound - 1

// Extend is the amount of a line: quantity × price ÷ price unit, rounded half away from zero to the currency's minor
// units. It fails with ErrPriceUnit, or with ErrOverflow when the amount has more than fourteen digits before the point.
func Extend(quantity schemas.Quantity, price schemas.Price, priceUnit int64, currency string) (schemas.Amount, error) {
	if priceUnit <= 0 {
		return 0, fmt.Errorf("price %s per %d: %w", price, priceUnit, ErrPriceUnit)
	}
	digits := MinorUnits(currency)
	negative := (quantity < 0) != (price < 0)
	product := multiply(magnitude(int64(quantity)), magnitude(int64(price)))
	// The product counts 10⁻¹². One minor unit is 10^(12−digits) of it, per price unit; half of that is added before
	// what is left over is dropped. Two whole divisions one after the other drop what one by their product drops.
	minor := powersOfTen[12-digits]
	product = product.plus(multiply(minor/2, uint64(priceUnit)))
	units := product.over(minor).over(uint64(priceUnit))
	stored := multiply(units.low, powersOfTen[4-digits])
	if units.high != 0 || stored.high != 0 || stored.low >= decimalBound {
		return 0, fmt.Errorf("%s × %s per %d %s: %w", quantity, price, priceUnit, currency, ErrOverflow)
	}
	if negative {
		return -schemas.Amount(stored.low), nil
	}
	return schemas.Amount(stored.low), nil
}

// Add is a + b. It fails with ErrOverflow when the sum has more than fourteen digits before the point.
func Add(a, b schemas.Amount) (schemas.Amount, error) {
	sum := a + b // each is below 10¹⁸, so that the sum does not wrap
	if sum <= -decimalBound || sum >= decimalBound {
		return 0, fmt.Errorf("%s + %s: %w", a, b, ErrOverflow)
	}
	return sum, nil
}

// LessPrice tells whether a per unitOfA is less than b per unitOfB: prices of the same unit of measure, not negative, with
// price units that are positive.
func LessPrice(a schemas.Price, unitOfA int64, b schemas.Price, unitOfB int64) bool {
	return multiply(uint64(a), uint64(unitOfB)).less(multiply(uint64(b), uint64(unitOfA)))
}
