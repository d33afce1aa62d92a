package money

import (
	"fmt"

	"waybill/schemas"
)

// Text writes an amount with its currency as people do: "302 JPY", "1.001 KWD", "12.50 USD". Without a currency it is the
// digits alone.
func Text(amount schemas.Amount, currency string) string {
	if currency == "" {
		return Digits(amount, currency)
	}
	return Digits(amount, currency) + " " + currency
}

// Digits writes an amount or a price of a currency with as many digits after the point as can be paid in it, two where the
// currency is not known, and with more only where it has more.
func Digits(of interface{ Text(digits int) string }, currency string) string {
	return of.Text(MinorUnits(currency))
}

// PriceText writes a price per so many: "12.50", "1.00 per 3".
func PriceText(price schemas.Price, priceUnit int64, currency string) string {
	if priceUnit == 1 {
		return Digits(price, currency)
	}
	return fmt.Sprintf("%s per %d", Digits(price, currency), priceUnit)
}
