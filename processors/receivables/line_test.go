package receivables

import (
	"testing"

	"waybill/schemas"
)

func TestTheUnitOfABillIsWhatItsTriggerBillsTogether(t *testing.T) {
	for trigger, want := range map[schemas.InvoicePolicy]string{
		schemas.OnShipment: "S-1", schemas.PerDelivery: "S-1", schemas.ProofOfDelivery: "S-1", schemas.Manual: "S-1",
		schemas.OrderComplete: "", schemas.OnOrder: "", schemas.Consolidated: "",
	} {
		if got := unitOf(&schemas.InvoiceReady{Trigger: trigger, Lines: []schemas.InvoiceReadyLine{{ShipmentID: "S-1"}}}); got != want {
			t.Errorf("%s: got %q, want %q", trigger, got, want)
		}
	}
}
