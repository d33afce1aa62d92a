package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

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

func TestABillNamesTheConsolidatedInvoiceThatItIsOn(t *testing.T) {
	day, err := schemas.ParseDate("2026-03-02")
	if err != nil {
		t.Fatal(err)
	}
	bill := func(of *schemas.Consolidation) schemas.InvoiceReady {
		return schemas.InvoiceReady{
			Currency: "JPY", Total: schemas.MustAmount("300"), Rule: "consolidated", ReadyAt: time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC), Consolidated: of,
			Lines: []schemas.InvoiceReadyLine{{LineNo: 1, OrderedItemID: "SAW", ShippedItemID: "SAW", Quantity: schemas.MustQuantity("3"), UOM: "each", UnitPrice: schemas.MustPrice("100"), PriceUnit: 1, Amount: schemas.MustAmount("300"), ShipmentID: "S-1"}},
		}
	}
	var out bytes.Buffer
	printBills(&printer{out: &out}, &inspect.Order{
		Bills:    []schemas.InvoiceReady{bill(&schemas.Consolidation{Schedule: "daily", PeriodFrom: day, PeriodTo: day, InvoiceID: "ci-1", Records: 2, Total: schemas.MustAmount("1200")})},
		Gathered: []schemas.InvoiceReady{bill(&schemas.Consolidation{Schedule: "month_end", PeriodFrom: day.AddDays(-1), PeriodTo: day.AddDays(29)})},
	})
	for _, want := range []string{
		"1: 3 each SAW at 100 = 300 ", "300 JPY  consolidated", "on consolidated invoice ci-1, daily 2026-03-02: 2 bills, 1200 JPY\n",
		"Ready for a consolidated invoice that has not gone out\n", "for month end 2026-03-01 to 2026-03-31, or the next period if that is closed\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, out.String())
		}
	}
}
