package main

import (
	"testing"

	"waybill/inspect"
	"waybill/schemas"
)

func TestWhatIsBilledInSeveralCurrenciesIsNotAddedUp(t *testing.T) {
	bill := func(total, currency string) schemas.InvoiceReady {
		return schemas.InvoiceReady{Total: schemas.MustAmount(total), Currency: currency}
	}
	for _, c := range []struct {
		bills []schemas.InvoiceReady
		want  string
	}{
		{nil, "0.00 GBP"},
		{[]schemas.InvoiceReady{bill("8", "EUR"), bill("-8", "EUR"), bill("7", "GBP")}, "7.00 GBP"},
		{[]schemas.InvoiceReady{bill("8", "EUR"), bill("7", "GBP"), bill("-1", "GBP"), bill("100", "JPY")}, "6.00 GBP and 8.00 EUR and 100 JPY"},
	} {
		if got := billedWords(&inspect.Order{State: &schemas.OrderState{Currency: "GBP"}, Bills: c.bills}); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}
