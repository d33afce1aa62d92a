package money

import (
	"errors"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"waybill/schemas"
)

func factor(t interface{ Fatalf(string, ...any) }, numerator, denominator int64) Factor {
	f, ok := NewFactor(numerator, denominator)
	if !ok {
		t.Fatalf("%d/%d is no factor", numerator, denominator)
	}
	return f
}

func TestQuantitiesConvertExactlyOrNotAtAll(t *testing.T) {
	for _, test := range []struct {
		quantity               string
		numerator, denominator int64
		want                   string
		exact                  bool
	}{
		{"2", 12, 1, "24", true},
		{"24", 1, 12, "2", true},
		{"18", 1, 12, "1.5", true},
		{"7", 1, 12, "", false}, // 0.58333…
		{"-3", 12, 1, "-36", true},
		{"3", 1, 3, "1", true},
		{"1", 1, 3, "", false},
		{"7", 5, 5, "7", true},
		{"999999999999", 12, 1, "", false}, // too large
		{"999999999999", math.MaxInt64, 1, "", false},
	} {
		got, exact := Convert(schemas.MustQuantity(test.quantity), factor(t, test.numerator, test.denominator))
		if exact != test.exact || exact && got != schemas.MustQuantity(test.want) {
			t.Errorf("%s × %d/%d: got %s, %v", test.quantity, test.numerator, test.denominator, got, exact)
		}
	}
}

func TestAPriceKeepsItsValueInAnotherUnit(t *testing.T) {
	for _, test := range []struct {
		price                  string
		priceUnit              int64
		numerator, denominator int64
		want                   string
		wantUnit               int64
	}{
		{"24", 1, 12, 1, "2", 1},
		{"25", 1, 12, 1, "25", 12},
		{"2", 1, 1, 12, "24", 1},
		{"12.50", 100, 1, 10, "1.25", 1},
		{"12.55", 100, 1, 1, "12.55", 100}, // the same unit: as it was said
		{"1", 7, 2, 3, "3", 14},
		{"0", 1, 12, 1, "0", 1},
	} {
		got, unit, err := ConvertPrice(schemas.MustPrice(test.price), test.priceUnit, factor(t, test.numerator, test.denominator))
		if err != nil || got != schemas.MustPrice(test.want) || unit != test.wantUnit {
			t.Errorf("%s per %d × %d/%d: got %s per %d, %v", test.price, test.priceUnit, test.numerator, test.denominator, got, unit, err)
		}
	}
}

func TestAPriceThatCannotBeStoredInAnotherUnitFails(t *testing.T) {
	for _, test := range []struct {
		price                  string
		priceUnit              int64
		numerator, denominator int64
	}{
		{"999999999999", 1, 1, 12},
		{"1", math.MaxInt64, 3, 1},
		{"999999999999", 1, 1, math.MaxInt64},
	} {
		if price, unit, err := ConvertPrice(schemas.MustPrice(test.price), test.priceUnit, factor(t, test.numerator, test.denominator)); !errors.Is(err, ErrOverflow) {
			t.Errorf("%s per %d × %d/%d: got %s per %d, %v", test.price, test.priceUnit, test.numerator, test.denominator, price, unit, err)
		}
	}
}

func TestAPricePerNothingIsNoPrice(t *testing.T) {
	for _, by := range []Factor{One, {12, 1}} {
		if price, unit, err := ConvertPrice(schemas.MustPrice("1"), 0, by); !errors.Is(err, ErrPriceUnit) {
			t.Errorf("got %s per %d, %v", price, unit, err)
		}
	}
}

func TestAConvertedPriceIsTheSameRational(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		price := rapid.Int64Range(0, 1_000_000_000_000).Draw(t, "price")
		priceUnit := rapid.Int64Range(1, 10_000).Draw(t, "price unit")
		by := factor(t, rapid.Int64Range(1, 10_000).Draw(t, "numerator"), rapid.Int64Range(1, 10_000).Draw(t, "denominator"))
		got, unit, err := ConvertPrice(schemas.Price(price), priceUnit, by)
		if err != nil {
			t.Fatalf("%v", err)
		}
		want := new(big.Rat).Mul(big.NewRat(price, priceUnit), big.NewRat(by.Denominator, by.Numerator))
		if unit <= 0 || big.NewRat(int64(got), unit).Cmp(want) != 0 {
			t.Fatalf("got %d per %d, want %s", got, unit, want)
		}
	})
}

func TestFactorsMultiplyReducedOrNotAtAll(t *testing.T) {
	if product, ok := (Factor{3, 4}).Times(Factor{2, 9}); !ok || product != (Factor{1, 6}) {
		t.Errorf("got %v, %v", product, ok)
	}
	if product, ok := (Factor{12, 1}).Times(Factor{12, 1}.Inverse()); !ok || product != One {
		t.Errorf("got %v, %v", product, ok)
	}
	if product, ok := (Factor{math.MaxInt64, 1}).Times(Factor{2, 1}); ok {
		t.Errorf("got %v", product)
	}
	if product, ok := (Factor{1, math.MaxInt64}).Times(Factor{1, 2}); ok {
		t.Errorf("got %v", product)
	}
}

func TestAFactorHasPositiveParts(t *testing.T) {
	for _, parts := range [][2]int64{{0, 1}, {1, 0}, {-1, 1}, {1, -1}} {
		if f, ok := NewFactor(parts[0], parts[1]); ok {
			t.Errorf("%v is taken as %v", parts, f)
		}
	}
}

func TestTolerancesAreExactAndRoundToTheNarrowSide(t *testing.T) {
	for _, test := range []struct{ quantity, percent, above, below string }{
		{"100", "5", "105", "95"},
		{"100", "0", "100", "100"},
		{"0.000001", "50", "0.000001", "0.000001"},
		{"3", "0.0001", "3.000003", "2.999997"},
		{"10", "100", "20", "0"},
		{"10", "250", "35", "0"},
		{"0", "5", "0", "0"},
	} {
		quantity, percent := schemas.MustQuantity(test.quantity), schemas.MustPercent(test.percent)
		if above := Above(quantity, percent); above != schemas.MustQuantity(test.above) {
			t.Errorf("%s + %s %%: got %s", test.quantity, test.percent, above)
		}
		if below := Below(quantity, percent); below != schemas.MustQuantity(test.below) {
			t.Errorf("%s − %s %%: got %s", test.quantity, test.percent, below)
		}
	}
	if above := Above(schemas.MustQuantity("999999999999"), schemas.MustPercent("99999")); above != math.MaxInt64 {
		t.Errorf("a limit that cannot be stored is %s", above)
	}
}

func TestAShareIsRoundedDown(t *testing.T) {
	q := schemas.MustQuantity
	for _, test := range []struct{ quantity, part, whole, want string }{
		{"20.35", "1", "2", "10.175"}, {"10", "1", "3", "3.333333"}, {"10", "0", "3", "0"}, {"10", "3", "3", "10"},
	} {
		if got := Share(q(test.quantity), q(test.part), q(test.whole)); got != q(test.want) {
			t.Errorf("%s of %s/%s: got %s", test.quantity, test.part, test.whole, got)
		}
	}
}
