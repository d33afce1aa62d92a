package money

import (
	"slices"
	"strings"

	"waybill/schemas"
)

// Plus returns the sums, which are sorted by currency, with an amount added to that of its currency; what comes to nothing
// is left out. The list itself stays as it is.
func Plus(sums []schemas.Money, currency string, amount schemas.Amount) []schemas.Money {
	sums = slices.Clone(sums)
	at, found := slices.BinarySearchFunc(sums, currency, func(s schemas.Money, currency string) int { return strings.Compare(s.Currency, currency) })
	if !found {
		sums = slices.Insert(sums, at, schemas.Money{Currency: currency})
	}
	if sums[at].Amount = Sum(sums[at].Amount, amount); sums[at].Amount == 0 {
		sums = slices.Delete(sums, at, at+1)
	}
	return sums
}

// In is the sum of one currency.
func In(sums []schemas.Money, currency string) schemas.Amount {
	for _, s := range sums {
		if s.Currency == currency {
			return s.Amount
		}
	}
	return 0
}

// Applied is what applications of a payment apply to invoices; discounts are no money.
func Applied(applications []schemas.Application) (amount schemas.Amount) {
	for i := range applications {
		amount = Sum(amount, applications[i].Amount)
	}
	return amount
}
