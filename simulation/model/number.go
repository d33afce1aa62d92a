package model

import (
	"math/big"

	"waybill/schemas"
)

// number is an exact quantity, price or amount. Numbers are not changed once they are made.
type number = *big.Rat

var zero = new(big.Rat)

func quantityOf(q schemas.Quantity) number { return big.NewRat(int64(q), 1_000_000) }
func priceOf(p schemas.Price) number       { return big.NewRat(int64(p), 1_000_000) }
func amountOf(a schemas.Amount) number     { return big.NewRat(int64(a), 10_000) }
func percentOf(p schemas.Percent) number   { return big.NewRat(int64(p), 1_000_000) }

func plus(a, b number) number     { return new(big.Rat).Add(a, b) }
func minus(a, b number) number    { return new(big.Rat).Sub(a, b) }
func times(a, b number) number    { return new(big.Rat).Mul(a, b) }
func over(a, b number) number     { return new(big.Rat).Quo(a, b) }
func negated(a number) number     { return new(big.Rat).Neg(a) }
func size(a number) number        { return new(big.Rat).Abs(a) }
func less(a, b number) bool       { return a.Cmp(b) < 0 }
func equal(a, b number) bool      { return a.Cmp(b) == 0 }
func positive(a number) bool      { return a.Sign() > 0 }
func least(a, b number) number    { return choose(less(b, a), b, a) }
func most(a, b number) number     { return choose(less(a, b), b, a) }
func whole(n int64) number        { return big.NewRat(n, 1) }
func storable(q number) bool      { return times(q, whole(1_000_000)).IsInt() }
func notNegative(a number) number { return most(zero, a) }

func choose[T any](is bool, yes, no T) T {
	if is {
		return yes
	}
	return no
}

// digits are those behind the point of what can be paid; two where a currency is not named.
var digits = map[string]int64{"JPY": 0, "KWD": 3}

// payable rounds to what can be paid of a currency, half a unit away from zero.
func payable(amount number, currency string) number {
	places, excepted := digits[currency]
	return rounded(amount, choose(excepted, places, 2))
}

// rounded rounds to so many digits behind the point, half away from zero.
func rounded(n number, places int64) number {
	scale := whole(1)
	for range places {
		scale = times(scale, whole(10))
	}
	scaled := times(size(n), scale)
	up := plus(scaled, big.NewRat(1, 2))
	integer := new(big.Rat).SetInt(new(big.Int).Quo(up.Num(), up.Denom()))
	result := over(integer, scale)
	return choose(n.Sign() < 0, negated(result), result)
}

// down and up drop what is less than a millionth, towards zero and away from it. The number is not negative.
func down(n number) number {
	scaled := times(n, whole(1_000_000))
	return over(new(big.Rat).SetInt(new(big.Int).Quo(scaled.Num(), scaled.Denom())), whole(1_000_000))
}

func up(n number) number {
	return choose(storable(n), n, plus(down(n), big.NewRat(1, 1_000_000)))
}

// text writes a number without needless zeros.
func text(n number) string {
	if n == nil {
		return "–"
	}
	if n.IsInt() {
		return n.RatString()
	}
	t := n.FloatString(6)
	for t[len(t)-1] == '0' {
		t = t[:len(t)-1]
	}
	return t
}
