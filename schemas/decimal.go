package schemas

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
)

// Quantity counts millionths of a unit of measure: Avro decimal(18,6).
type Quantity int64

// Price counts millionths of a currency unit, per price unit: Avro decimal(18,6).
type Price int64

// Amount counts ten-thousandths of a currency unit: Avro decimal(18,4).
type Amount int64

// Percent counts ten-thousandths of a per cent: Avro decimal(9,4).
type Percent int64

// form is how a decimal type is written, on the wire and for people.
type form struct {
	name      string
	precision int   // digits in all: what the contract's decimal can carry
	scale     int   // digits after the point
	shown     int   // digits after the point that text always has
	bound     int64 // first magnitude that does not fit: 10^precision
}

var (
	quantityForm = form{"quantity", 18, 6, 0, 1_000_000_000_000_000_000}
	priceForm    = form{"price", 18, 6, 2, 1_000_000_000_000_000_000}
	amountForm   = form{"amount", 18, 4, 2, 1_000_000_000_000_000_000}
	percentForm  = form{"percent", 9, 4, 0, 1_000_000_000}
)

// ErrNotDecimal says that a text is not a plain decimal number.
var ErrNotDecimal = errors.New("not a decimal number")

// ErrDecimalRange says that a number has more digits than its type carries. Nothing is ever rounded.
var ErrDecimalRange = errors.New("out of range")

// ParseQuantity reads a plain decimal number ("4", "-0.5") exactly: at most twelve digits before the point and six after.
func ParseQuantity(text string) (Quantity, error) {
	units, err := quantityForm.parse(text)
	return Quantity(units), err
}

// ParsePrice reads a plain decimal number exactly: at most twelve digits before the point and six after.
func ParsePrice(text string) (Price, error) {
	units, err := priceForm.parse(text)
	return Price(units), err
}

// ParseAmount reads a plain decimal number exactly: at most fourteen digits before the point and four after.
func ParseAmount(text string) (Amount, error) {
	units, err := amountForm.parse(text)
	return Amount(units), err
}

// ParsePercent reads a plain decimal number exactly: at most five digits before the point and four after.
func ParsePercent(text string) (Percent, error) {
	units, err := percentForm.parse(text)
	return Percent(units), err
}

// MustQuantity is ParseQuantity for tables and tests; it panics on a text that is not a quantity.
func MustQuantity(text string) Quantity { return must(ParseQuantity(text)) }

// MustPrice is ParsePrice for tables and tests; it panics on a text that is not a price.
func MustPrice(text string) Price { return must(ParsePrice(text)) }

// MustAmount is ParseAmount for tables and tests; it panics on a text that is not an amount.
func MustAmount(text string) Amount { return must(ParseAmount(text)) }

// MustPercent is ParsePercent for tables and tests; it panics on a text that is not a percentage.
func MustPercent(text string) Percent { return must(ParsePercent(text)) }

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// String writes the quantity without needless zeros: "4", "0.5".
func (q Quantity) String() string { return string(quantityForm.text(int64(q))) }

// String writes the price with two to six digits after the point: "12.50", "0.125".
func (p Price) String() string { return string(priceForm.text(int64(p))) }

// String writes the amount with two to four digits after the point: "12.50".
func (a Amount) String() string { return string(amountForm.text(int64(a))) }

// Text writes the price with at least so many digits after the point, and more only where it has them.
func (p Price) Text(digits int) string { return priceForm.showing(digits, int64(p)) }

// Text writes the amount with at least so many digits after the point, and more only where it has them.
func (a Amount) Text(digits int) string { return amountForm.showing(digits, int64(a)) }

// String writes the percentage without needless zeros: "2.5".
func (p Percent) String() string { return string(percentForm.text(int64(p))) }

// MarshalText writes what String writes; in JSON a decimal is a string.
func (q Quantity) MarshalText() ([]byte, error) { return quantityForm.text(int64(q)), nil }

// MarshalText writes what String writes; in JSON a decimal is a string.
func (p Price) MarshalText() ([]byte, error) { return priceForm.text(int64(p)), nil }

// MarshalText writes what String writes; in JSON a decimal is a string.
func (a Amount) MarshalText() ([]byte, error) { return amountForm.text(int64(a)), nil }

// MarshalText writes what String writes; in JSON a decimal is a string.
func (p Percent) MarshalText() ([]byte, error) { return percentForm.text(int64(p)), nil }

// UnmarshalText reads what ParseQuantity reads.
func (q *Quantity) UnmarshalText(text []byte) error { return unmarshalDecimal(q, quantityForm, text) }

// UnmarshalText reads what ParsePrice reads.
func (p *Price) UnmarshalText(text []byte) error { return unmarshalDecimal(p, priceForm, text) }

// UnmarshalText reads what ParseAmount reads.
func (a *Amount) UnmarshalText(text []byte) error { return unmarshalDecimal(a, amountForm, text) }

// UnmarshalText reads what ParsePercent reads.
func (p *Percent) UnmarshalText(text []byte) error { return unmarshalDecimal(p, percentForm, text) }

// UnmarshalJSON reads a JSON string or number, digit by digit: no float is in between.
func (q *Quantity) UnmarshalJSON(text []byte) error {
	return unmarshalDecimalJSON(q, quantityForm, text)
}

// UnmarshalJSON reads a JSON string or number, digit by digit: no float is in between.
func (p *Price) UnmarshalJSON(text []byte) error { return unmarshalDecimalJSON(p, priceForm, text) }

// UnmarshalJSON reads a JSON string or number, digit by digit: no float is in between.
func (a *Amount) UnmarshalJSON(text []byte) error { return unmarshalDecimalJSON(a, amountForm, text) }

// UnmarshalJSON reads a JSON string or number, digit by digit: no float is in between.
func (p *Percent) UnmarshalJSON(text []byte) error {
	return unmarshalDecimalJSON(p, percentForm, text)
}

func unmarshalDecimal[T ~int64](target *T, f form, text []byte) error {
	units, err := f.parse(string(text))
	if err != nil {
		return err
	}
	*target = T(units)
	return nil
}

func unmarshalDecimalJSON[T ~int64](target *T, f form, text []byte) error {
	if bytes.Equal(text, []byte("null")) {
		return nil // as encoding/json does for every type that is not a pointer
	}
	if len(text) >= 2 && text[0] == '"' {
		text = text[1 : len(text)-1] // a number has nothing that JSON escapes
	}
	return unmarshalDecimal(target, f, text)
}

// parse reads [-+]digits[.digits], with zeros beyond the scale allowed and no other digit there.
func (f form) parse(text string) (int64, error) {
	digits, negative := text, false
	if digits != "" && (digits[0] == '-' || digits[0] == '+') {
		negative = digits[0] == '-'
		digits = digits[1:]
	}
	var units int64
	seen, fraction, point := 0, 0, false
	for i := range len(digits) {
		c := digits[i]
		switch {
		case c == '.' && !point:
			point = true
			continue
		case c < '0' || c > '9':
			return 0, f.refuse(text, ErrNotDecimal)
		}
		seen++
		if point {
			fraction++
			if fraction > f.scale {
				if c != '0' {
					return 0, f.refuse(text, ErrDecimalRange)
				}
				continue
			}
		}
		if units >= f.bound/10 {
			return 0, f.refuse(text, ErrDecimalRange)
		}
		units = units*10 + int64(c-'0')
	}
	if seen == 0 || point && digits[len(digits)-1] == '.' {
		return 0, f.refuse(text, ErrNotDecimal)
	}
	for range f.scale - min(fraction, f.scale) {
		if units >= f.bound/10 {
			return 0, f.refuse(text, ErrDecimalRange)
		}
		units *= 10
	}
	if negative {
		units = -units
	}
	return units, nil
}

func (f form) refuse(text string, reason error) error {
	text = shorten(text)
	if errors.Is(reason, ErrDecimalRange) {
		return fmt.Errorf("%s %q: %w: at most %d digits before the point and %d after", f.name, text, reason, f.precision-f.scale, f.scale)
	}
	return fmt.Errorf("%s %q: %w", f.name, text, reason)
}

func (f form) showing(digits int, units int64) string {
	f.shown = digits
	return string(f.text(units))
}

// text writes units exactly, with shown to scale digits after the point.
func (f form) text(units int64) []byte {
	text := make([]byte, 0, maxDecimalDigits)
	magnitude := uint64(units)
	if units < 0 {
		text = append(text, '-')
		magnitude = -magnitude
	}
	var buffer [maxDecimalDigits]byte
	digits := strconv.AppendUint(buffer[:0], magnitude, 10)
	for len(digits) <= f.scale {
		digits = append(digits, 0)
		copy(digits[1:], digits)
		digits[0] = '0'
	}
	whole := len(digits) - f.scale
	end := len(digits)
	for end > whole+f.shown && digits[end-1] == '0' {
		end--
	}
	text = append(text, digits[:whole]...)
	if end > whole {
		text = append(text, '.')
		text = append(text, digits[whole:end]...)
	}
	return text
}

const maxDecimalDigits = 24 // of 64 bits, with sign, point and a zero before it

// fits says whether the contract's decimal can carry the value.
func (f form) fits(units int64) bool { return units > -f.bound && units < f.bound }

// appendUnscaled writes the shortest two's complement of units, big endian: the bytes of an Avro decimal.
func appendUnscaled(dst []byte, units int64) []byte {
	n := unscaledLen(units)
	for shift := (n - 1) * 8; shift >= 0; shift -= 8 {
		dst = append(dst, byte(units>>shift))
	}
	return dst
}

func unscaledLen(units int64) int {
	n := 1
	for v := units; v > math.MaxInt8 || v < math.MinInt8; v >>= 8 {
		n++
	}
	return n
}

// unscaled reads the bytes of an Avro decimal. Needless leading bytes are allowed, as Java writes for fixed decimals.
func (f form) unscaled(b []byte) (int64, error) {
	if len(b) == 0 {
		return 0, fmt.Errorf("%s: decimal without bytes: %w", f.name, ErrNotDecimal)
	}
	sign := byte(0)
	if b[0] >= 0x80 {
		sign = 0xff
	}
	for len(b) > 8 && b[0] == sign {
		b = b[1:]
	}
	units := int64(int8(sign))
	for _, c := range b {
		units = units<<8 | int64(c)
	}
	if len(b) > 8 || units < 0 != (sign != 0) || !f.fits(units) {
		return 0, fmt.Errorf("%s: %w: at most %d digits before the point and %d after", f.name, ErrDecimalRange, f.precision-f.scale, f.scale)
	}
	return units, nil
}
