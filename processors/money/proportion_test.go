package money

import (
	"testing"

	"waybill/schemas"
)

func TestAPartIsRoundedToWhatCanBePaid(t *testing.T) {
	for _, c := range []struct {
		amount      string
		part, whole int64
		currency    string
		want        string
	}{
		{"100", 2, 100, "USD", "2"},
		{"100", 2, 98, "USD", "2.04"},
		{"0.25", 2, 100, "USD", "0.01"}, // half a cent goes up
		{"0.24", 2, 100, "USD", "0"},    // less goes down
		{"1.25", 1, 2, "KWD", "0.625"},  // three digits
		{"25", 2, 100, "JPY", "1"},      // none
		{"24", 2, 100, "JPY", "0"},      //
		{"1", 1, 3, "CLF", "0.3333"},    // four
		{"10", 0, 3, "USD", "0"},        //
		{"0", 1, 3, "USD", "0"},         //
		{"10", 3, 3, "USD", "10"},       //
		{"99999999999999", 999_999_999_999_999_999, 999_999_999_999_999_999, "USD", "99999999999999"},
		{"99999999999999", 999_999_999_999_999_999, 1, "USD", "99999999999999.9999"}, // stays at what can be stored
	} {
		if got := PartOf(schemas.MustAmount(c.amount), c.part, c.whole, c.currency); got != schemas.MustAmount(c.want) {
			t.Errorf("%d/%d of %s %s is %s, want %s", c.part, c.whole, c.amount, c.currency, got, c.want)
		}
	}
}
