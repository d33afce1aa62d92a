package schemas

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestDecimalsAreReadDigitByDigit(t *testing.T) {
	for _, c := range []struct {
		text  string
		units Quantity
		shown string
	}{
		{"0", 0, "0"},
		{"4", 4_000_000, "4"},
		{"0.5", 500_000, "0.5"},
		{".5", 500_000, "0.5"},
		{"-0.000001", -1, "-0.000001"},
		{"+12.500", 12_500_000, "12.5"},
		{"007", 7_000_000, "7"},
		{"1.0000000000000", 1_000_000, "1"},
		{"999999999999.999999", 999_999_999_999_999_999, "999999999999.999999"},
		{"-999999999999.999999", -999_999_999_999_999_999, "-999999999999.999999"},
	} {
		got, err := ParseQuantity(c.text)
		if err != nil || got != c.units || got.String() != c.shown {
			t.Errorf("%q: got %d %q (%v), want %d %q", c.text, got, got, err, c.units, c.shown)
		}
	}
}

func TestDecimalsAreNeverRoundedOrGuessed(t *testing.T) {
	for text, want := range map[string]error{
		"":                    ErrNotDecimal,
		".":                   ErrNotDecimal,
		"-":                   ErrNotDecimal,
		"4.":                  ErrNotDecimal,
		"1e3":                 ErrNotDecimal,
		"1,000":               ErrNotDecimal,
		" 4":                  ErrNotDecimal,
		"1.2.3":               ErrNotDecimal,
		"NaN":                 ErrNotDecimal,
		"٤":                   ErrNotDecimal,
		"0.0000001":           ErrDecimalRange,
		"1000000000000":       ErrDecimalRange,
		"9223372036854775808": ErrDecimalRange,
	} {
		if got, err := ParseQuantity(text); !errors.Is(err, want) {
			t.Errorf("%q: got %v, %v; want %v", text, got, err, want)
		}
	}
}

func TestPricesAndAmountsShowAtLeastTwoDecimals(t *testing.T) {
	for got, want := range map[string]string{
		MustPrice("12.5").String():         "12.50",
		MustPrice("0.125").String():        "0.125",
		MustPrice("-1").String():           "-1.00",
		MustAmount("1234.5").String():      "1234.50",
		MustAmount("0.0001").String():      "0.0001",
		MustPercent("2.5").String():        "2.5",
		MustPercent("-5").String():         "-5",
		Amount(math.MinInt64).String():     "-922337203685477.5808",
		Quantity(math.MaxInt64).String():   "9223372036854.775807",
		MustPercent("99999.9999").String(): "99999.9999",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestDecimalsInJSONAreStringsAndMayBeNumbers(t *testing.T) {
	type row struct {
		Quantity Quantity
		Price    Price
		Amount   *Amount
		Percent  Percent
		Day      Date
	}
	var got row
	text := `{"Quantity":"4","Price":12.5,"Amount":"-3.25","Percent":0.1,"Day":"2024-02-29"}`
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	shown, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"Quantity":"4","Price":"12.50","Amount":"-3.25","Percent":"0.1","Day":"2024-02-29"}`; string(shown) != want {
		t.Errorf("got %s, want %s", shown, want)
	}
	weights := map[Price]Quantity{}
	if err := json.Unmarshal([]byte(`{"1.5":"2"}`), &weights); err != nil || weights[MustPrice("1.5")] != MustQuantity("2") {
		t.Errorf("decimals as keys: got %v (%v)", weights, err)
	}
	for _, wrong := range []string{`{"Quantity":"four"}`, `{"Price":1e2}`, `{"Amount":true}`, `{"Percent":"100000"}`, `{"Day":"2023-02-29"}`} {
		if err := json.Unmarshal([]byte(wrong), &got); err == nil {
			t.Errorf("%s was taken", wrong)
		}
	}
}

func TestTextAndWireBytesOfEveryDecimalComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.SampledFrom([]form{quantityForm, priceForm, amountForm, percentForm}).Draw(t, "form")
		units := rapid.Int64Range(-f.bound+1, f.bound-1).Draw(t, "units")
		text := string(f.text(units))
		if got, err := f.parse(text); err != nil || got != units {
			t.Fatalf("%d is %q and then %d (%v)", units, text, got, err)
		}
		exact, _ := new(big.Rat).SetString(text)
		if want := big.NewRat(units, int64(math.Pow10(f.scale))); exact.Cmp(want) != 0 {
			t.Fatalf("%d is written %s", units, text)
		}
		wire := appendUnscaled(nil, units)
		if got, err := f.unscaled(wire); err != nil || got != units {
			t.Fatalf("%d is % x and then %d (%v)", units, wire, got, err)
		}
		if len(wire) > 1 && (wire[0] == 0 && wire[1] < 0x80 || wire[0] == 0xff && wire[1] >= 0x80) {
			t.Fatalf("%d is % x, which could be shorter", units, wire)
		}
	})
}

func TestWireBytesBeyondTheTypeAreRefused(t *testing.T) {
	for _, wire := range [][]byte{
		{},
		appendUnscaled(nil, quantityForm.bound),
		appendUnscaled(nil, -quantityForm.bound),
		{0x7f, 0, 0, 0, 0, 0, 0, 0, 0},
		{0x80, 0, 0, 0, 0, 0, 0, 0, 0},
		{0x00, 0x80, 0, 0, 0, 0, 0, 0, 0},
	} {
		if got, err := quantityForm.unscaled(wire); err == nil {
			t.Errorf("% x is %d", wire, got)
		}
	}
	if got, err := quantityForm.unscaled([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe}); err != nil || got != -2 {
		t.Errorf("needless leading bytes: got %d (%v), want -2", got, err)
	}
}

func TestDatesAreDaysOfTheCalendar(t *testing.T) {
	for text, days := range map[string]Date{"1970-01-01": 0, "1969-12-31": -1, "2024-02-29": 19782, "0001-01-01": -719162} {
		if got, err := ParseDate(text); err != nil || got != days || days.String() != text {
			t.Errorf("%s: got %d %s (%v), want %d", text, got, days, err, days)
		}
	}
	for _, text := range []string{"", "2024-2-29", "2023-02-29", "2024-02-29T00:00:00Z", "29.02.2024"} {
		if got, err := ParseDate(text); err == nil {
			t.Errorf("%q is %s", text, got)
		}
	}
	if got := MustDate("2024-02-28").AddDays(2); got != MustDate("2024-03-01") {
		t.Errorf("two days after 2024-02-28 is %s", got)
	}
}
