package money

import (
	"errors"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"waybill/schemas"
)

func TestExtendRoundsHalfAwayFromZeroToTheCurrencysMinorUnits(t *testing.T) {
	for _, test := range []struct {
		quantity, price string
		priceUnit       int64
		currency        string
		want            string
	}{
		{"4", "12.50", 1, "USD", "50"},
		{"3", "0.335", 1, "USD", "1.01"}, // 1.005: half goes up
		{"3", "0.334999", 1, "USD", "1.00"},
		{"-3", "0.335", 1, "USD", "-1.01"}, // away from zero
		{"3", "-0.335", 1, "USD", "-1.01"},
		{"-3", "-0.335", 1, "USD", "1.01"},
		{"1", "0.5", 1, "JPY", "1"},
		{"1", "0.499999", 1, "JPY", "0"},
		{"3", "1234.5", 1, "JPY", "3704"},
		{"1", "0.0005", 1, "KWD", "0.001"},
		{"7", "1.2345", 1, "KWD", "8.642"},
		{"1", "0.00005", 1, "CLF", "0.0001"},
		{"250", "12.50", 100, "EUR", "31.25"},
		{"1", "1", 3, "USD", "0.33"},
		{"2", "1", 3, "USD", "0.67"},
		{"0.000001", "0.000001", 1, "USD", "0"},
		{"0", "99", 1, "USD", "0"},
		{"1", "0", 1, "USD", "0"},
		{"1000000", "99999999", 1, "USD", "99999999000000"},
		{"999999999999", "100", 9223372036854775807, "USD", "0.00"},
	} {
		got, err := Extend(schemas.MustQuantity(test.quantity), schemas.MustPrice(test.price), test.priceUnit, test.currency)
		if err != nil || got != schemas.MustAmount(test.want) {
			t.Errorf("%s × %s per %d %s: got %s, %v, want %s", test.quantity, test.price, test.priceUnit, test.currency, got, err, test.want)
		}
	}
}

func TestExtendFailsInsteadOfCuttingOff(t *testing.T) {
	for _, test := range []struct {
		quantity, price string
		priceUnit       int64
		want            error
	}{
		{"999999999999", "999999999999", 1, ErrOverflow}, // beyond 64 bits
		{"1000000", "100000000", 1, ErrOverflow},         // one digit too many
		{"10", "1", 0, ErrPriceUnit},
		{"10", "1", -1, ErrPriceUnit},
	} {
		got, err := Extend(schemas.MustQuantity(test.quantity), schemas.MustPrice(test.price), test.priceUnit, "USD")
		if !errors.Is(err, test.want) {
			t.Errorf("%s × %s per %d: got %s, %v, want %v", test.quantity, test.price, test.priceUnit, got, err, test.want)
		}
	}
}

// The rule in rationals of any size: scale to minor units, add half away from zero, cut.
func extendByRationals(quantity schemas.Quantity, price schemas.Price, priceUnit int64, currency string) (*big.Int, bool) {
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(12-MinorUnits(currency))), nil)
	minor := new(big.Rat).SetFrac(
		new(big.Int).Mul(big.NewInt(int64(quantity)), big.NewInt(int64(price))),
		new(big.Int).Mul(scale, big.NewInt(priceUnit)))
	negative := minor.Sign() < 0
	minor.Abs(minor).Add(minor, big.NewRat(1, 2))
	units := new(big.Int).Quo(minor.Num(), minor.Denom())
	units.Mul(units, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(4-MinorUnits(currency))), nil))
	if units.Cmp(big.NewInt(decimalBound)) >= 0 {
		return nil, false
	}
	if negative {
		units.Neg(units)
	}
	return units, true
}

func TestExtendAgreesWithRationals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		quantity := schemas.Quantity(rapid.Int64Range(-decimalBound+1, decimalBound-1).Draw(t, "quantity"))
		price := schemas.Price(rapid.Int64Range(-decimalBound+1, decimalBound-1).Draw(t, "price"))
		if rapid.Bool().Draw(t, "usual size") {
			quantity, price = quantity%1_000_000_000_000, price%1_000_000_000
		}
		priceUnit := rapid.OneOf(rapid.Int64Range(1, 1000), rapid.Int64Min(1)).Draw(t, "price unit")
		currency := rapid.SampledFrom([]string{"USD", "JPY", "KWD", "CLF"}).Draw(t, "currency")
		want, fits := extendByRationals(quantity, price, priceUnit, currency)
		got, err := Extend(quantity, price, priceUnit, currency)
		if fits != (err == nil) || fits && want.Cmp(big.NewInt(int64(got))) != 0 {
			t.Fatalf("got %d, %v, want %v, fits %v", got, err, want, fits)
		}
	})
}

func TestAddFailsBeyondWhatAnAmountHolds(t *testing.T) {
	largest := schemas.Amount(decimalBound - 1)
	for _, test := range []struct {
		a, b schemas.Amount
		fits bool
	}{{largest, 0, true}, {largest, 1, false}, {-largest, -1, false}, {largest, -largest, true}, {largest, largest, false}, {25, -30, true}} {
		sum, err := Add(test.a, test.b)
		if fits := err == nil; fits != test.fits || fits && sum != test.a+test.b || !fits && !errors.Is(err, ErrOverflow) {
			t.Errorf("%s + %s: got %s, %v", test.a, test.b, sum, err)
		}
	}
}

func TestPricesCompareAcrossPriceUnits(t *testing.T) {
	for _, test := range []struct {
		a     string
		unitA int64
		b     string
		unitB int64
		less  bool
	}{
		{"1", 1, "2", 1, true}, {"2", 1, "1", 1, false}, {"1", 1, "1", 1, false},
		{"99", 100, "1", 1, true}, {"100", 100, "1", 1, false}, {"101", 100, "1", 1, false},
		{"999999999999", 9223372036854775807, "1", 1, true},
	} {
		if less := LessPrice(schemas.MustPrice(test.a), test.unitA, schemas.MustPrice(test.b), test.unitB); less != test.less {
			t.Errorf("%s per %d below %s per %d: got %v", test.a, test.unitA, test.b, test.unitB, less)
		}
	}
}

func TestMinorUnitsAreIsos(t *testing.T) {
	for currency, want := range map[string]int{"USD": 2, "EUR": 2, "JPY": 0, "KRW": 0, "KWD": 3, "TND": 3, "UYW": 4, "XXX": 2} {
		if got := MinorUnits(currency); got != want {
			t.Errorf("%s: got %d, want %d", currency, got, want)
		}
	}
}
