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
