package outcome_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"waybill/outcome"
	"waybill/schemas"
	"waybill/topics"
)

// record is an invoice-ready record of order A, line 1.
type record struct {
	id, currency string
	quantity     schemas.Quantity
	amount       schemas.Amount
}

func TestWhatIsBilledIsNettedInEachCurrencyWhateverCameLast(t *testing.T) {
	const kg, unit = 1_000_000, 10_000
	// Two shipments were billed in USD. Then ERP wants EUR, and only the first shipment's part.
	first, second := record{"1", "USD", 5 * kg, 10 * unit}, record{"2", "USD", 3 * kg, 6 * unit}
	creditOfFirst, creditOfSecond := record{"3", "USD", -5 * kg, -10 * unit}, record{"4", "USD", -3 * kg, -6 * unit}
	again := record{"5", "EUR", 5 * kg, 10 * unit}
	for name, c := range map[string]struct {
		records []record
		want    string
	}{
		"the other part is taken back first": {[]record{first, second, creditOfSecond, creditOfFirst, again}, "billed A line 1: 5 × cheese = 10.00 EUR"},
		"the other part is taken back last":  {[]record{first, second, creditOfFirst, again, creditOfSecond}, "billed A line 1: 5 × cheese = 10.00 EUR"},
		"all is taken back":                  {[]record{first, second, creditOfFirst, creditOfSecond}, ""},
		"a credit in another currency takes nothing back": {
			[]record{first, {"3", "EUR", -5 * kg, -10 * unit}},
			"billed A line 1: -5 × cheese = -10.00 EUR\nbilled A line 1: 5 × cheese = 10.00 USD",
		},
	} {
		t.Run(name, func(t *testing.T) {
			registry := schemas.NewLocalRegistry()
			bills := schemas.NewCodec[schemas.InvoiceReady](registry, topics.InvoiceReady.Name())
			out := outcome.New(registry)
			for _, r := range c.records {
				value, err := bills.Append(context.Background(), nil, &schemas.InvoiceReady{
					InvoiceReadyID: r.id, Revision: 1, Kind: schemas.BillInvoice, OrderID: "A", CustomerID: "K", Trigger: schemas.OnShipment, Currency: r.currency,
					Lines:    []schemas.InvoiceReadyLine{{LineNo: 1, OrderedItemID: "cheese", ShippedItemID: "cheese", Quantity: r.quantity, UOM: "kg", PriceUnit: 1, Amount: r.amount}},
					Evidence: []schemas.Evidence{}, ReadyAt: time.Unix(0, 0).UTC(),
				})
				if err != nil {
					t.Fatal(err)
				}
				if err := out.Take(context.Background(), topics.InvoiceReady.Name(), []byte("A"), value); err != nil {
					t.Fatal(err)
				}
			}
			if got := strings.TrimSpace(out.String()); got != c.want {
				t.Errorf("it comes to\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}
