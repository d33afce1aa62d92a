package model

import (
	"slices"
	"testing"
	"time"

	"waybill/schemas"
)

func TestBillsAreComparedInEachCurrencyWhateverCameLast(t *testing.T) {
	const kg, unit = 1_000_000, 10_000
	record := func(id, corrects, currency string, quantity, amount int64) *schemas.InvoiceReady {
		bill := &schemas.InvoiceReady{
			InvoiceReadyID: id, Revision: 1, OrderID: "A", Currency: currency, Total: schemas.Amount(amount * unit), Rule: "on_shipment",
			Evidence: []schemas.Evidence{{}}, ReadyAt: time.Unix(0, 0),
			Lines: []schemas.InvoiceReadyLine{{
				LineNo: 1, ShippedItemID: "cheese", Quantity: schemas.Quantity(quantity * kg), UOM: "kg", UnitPrice: 2 * kg, PriceUnit: 1, Amount: schemas.Amount(amount * unit),
			}},
		}
		if corrects != "" {
			bill.Corrects = &corrects
		}
		return bill
	}
	// Two shipments were billed in USD. Then ERP wants EUR, and only the first shipment's part.
	first, second := record("1", "", "USD", 5, 10), record("2", "", "USD", 3, 6)
	creditOfFirst, creditOfSecond, again := record("3", "1", "USD", -5, -10), record("4", "2", "USD", -3, -6), record("5", "", "EUR", 5, 10)
	is := func(text string) string { return "nothing doubled: order A line 1 " + text }
	lacks := "nothing lost: order A line 1 0 kg of cheese are billed for 0 EUR; it must be 5 for 10 EUR"
	for name, c := range map[string]struct {
		bills []*schemas.InvoiceReady
		want  []string
	}{
		"the other part is taken back first": {[]*schemas.InvoiceReady{first, second, creditOfSecond, creditOfFirst, again}, nil},
		"the other part is taken back last":  {[]*schemas.InvoiceReady{first, second, creditOfFirst, again, creditOfSecond}, nil},
		"it stays billed in the old currency": {
			[]*schemas.InvoiceReady{first}, []string{is("5 kg of cheese are billed for 10 USD; it must be 0 for 0 USD"), lacks},
		},
		"a credit in the new currency takes nothing back": {
			[]*schemas.InvoiceReady{first, record("3", "1", "EUR", -5, -10), again, record("6", "", "EUR", 5, 10)},
			[]string{is("5 kg of cheese are billed for 10 USD; it must be 0 for 0 USD")},
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := &Expectation{Billed: map[BilledLine]Net{{OrderLine{"A", 1}, "cheese", "kg", "EUR"}: {whole(5), whole(10)}}}
			var got []string
			for _, difference := range Compare(e, &Outputs{Bills: c.bills}) {
				got = append(got, difference.String())
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("it finds\n%q\nwant\n%q", got, c.want)
			}
		})
	}
}
