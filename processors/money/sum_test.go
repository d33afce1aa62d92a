package money

import (
	"testing"

	"waybill/schemas"
)

func TestSumStaysAtWhatCanBeStored(t *testing.T) {
	const most = schemas.Amount(decimalBound - 1)
	for _, c := range []struct {
		numbers []schemas.Amount
		want    schemas.Amount
	}{
		{nil, 0},
		{[]schemas.Amount{3, -5}, -2},
		{[]schemas.Amount{most, most, most}, most},
		{[]schemas.Amount{-most, -most, 1}, 1 - most},
	} {
		if got := Sum(c.numbers...); got != c.want {
			t.Errorf("sum of %v is %s, want %s", c.numbers, got, c.want)
		}
	}
}

func TestSumsAreKeptApartByCurrency(t *testing.T) {
	var none []schemas.Money
	one := Plus(Plus(none, "USD", 5), "EUR", 3)
	more := Plus(Plus(one, "USD", -5), "JPY", 1)
	if len(one) != 2 || one[0].Currency != "EUR" || In(one, "USD") != 5 || In(one, "EUR") != 3 || In(one, "CHF") != 0 {
		t.Errorf("sums %v", one)
	}
	if len(more) != 2 || In(more, "USD") != 0 || more[0].Currency != "EUR" || more[1].Currency != "JPY" {
		t.Errorf("sums %v", more)
	}
}
