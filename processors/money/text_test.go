package money

import (
	"testing"

	"waybill/schemas"
)

func TestAmountsAreWrittenWithTheMinorUnitsOfTheirCurrency(t *testing.T) {
	for _, test := range []struct{ amount, currency, text string }{
		{"302", "JPY", "302 JPY"}, {"-302", "JPY", "-302 JPY"}, {"0", "JPY", "0 JPY"}, {"100.5", "JPY", "100.5 JPY"},
		{"1.001", "KWD", "1.001 KWD"}, {"1.5", "BHD", "1.500 BHD"}, {"0", "TND", "0.000 TND"}, {"1", "CLF", "1.0000 CLF"},
		{"12.5", "USD", "12.50 USD"}, {"12.3456", "USD", "12.3456 USD"}, {"12.5", "", "12.50"},
	} {
		if text := Text(schemas.MustAmount(test.amount), test.currency); text != test.text {
			t.Errorf("%s %s is written %q, want %q", test.amount, test.currency, text, test.text)
		}
	}
}

func TestPricesAreWrittenWithAtLeastTheMinorUnitsOfTheirCurrency(t *testing.T) {
	for _, test := range []struct {
		price    string
		per      int64
		currency string
		text     string
	}{
		{"100", 1, "JPY", "100"}, {"100.5", 1, "JPY", "100.5"}, {"0.3335", 1, "KWD", "0.3335"}, {"2", 100, "KWD", "2.000 per 100"}, {"1", 3, "USD", "1.00 per 3"},
	} {
		if text := PriceText(schemas.MustPrice(test.price), test.per, test.currency); text != test.text {
			t.Errorf("%s %s per %d is written %q, want %q", test.price, test.currency, test.per, text, test.text)
		}
	}
}
