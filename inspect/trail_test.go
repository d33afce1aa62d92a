package inspect

import (
	"testing"

	"waybill/schemas"
)

func TestWhatACommandChangedIsWhatRestsOnIt(t *testing.T) {
	bill := func(total, currency string, events ...string) schemas.InvoiceReady {
		b := schemas.InvoiceReady{Total: schemas.MustAmount(total), Currency: currency}
		for _, event := range events {
			b.Evidence = append(b.Evidence, schemas.Evidence{Topic: "o2c.commands", EventID: event})
		}
		b.Evidence = append(b.Evidence, schemas.Evidence{Topic: "wms.shipments", EventID: "c-3"})
		return b
	}
	bills := []schemas.InvoiceReady{bill("10", "USD", "c-1"), bill("4", "EUR", "c-1"), bill("-3", "USD", "c-1", "c-2"), bill("7", "USD")}
	for command, want := range map[string]string{"c-1": "bills 7.00 USD, 4.00 EUR", "c-2": "bills -3.00 USD", "c-3": ""} {
		if got := billedWords(bills, &schemas.Command{Meta: schemas.Meta{EventID: command}}); got != want {
			t.Errorf("%s: %q, want %q", command, got, want)
		}
	}
}
