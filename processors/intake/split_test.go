package intake

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"waybill/schemas"
	"waybill/topics"
)

// told says what the pieces are, one a line.
func told(pieces []piece) string {
	var text []string
	for _, p := range pieces {
		what := "nothing"
		switch value := p.value.(type) {
		case *schemas.OrderEvent:
			what = fmt.Sprint("order ", value.Order != nil, " acceptance ", value.Acceptance != nil)
		case *schemas.ShipmentEvent:
			what = value.Shipment.ShipmentID
			for _, line := range value.Shipment.Lines {
				what += fmt.Sprintf(" %s/%d", line.OrderID, line.LineNo)
			}
		case *schemas.BillingEvent:
			switch {
			case value.Invoice != nil:
				what = fmt.Sprintf("%s %s of %d lines, %s", value.Invoice.Kind, value.Invoice.InvoiceID, len(value.Invoice.Lines), value.Invoice.Total)
			case value.Payment != nil:
				what = fmt.Sprintf("payment %s of %d applications, left over %s", value.Payment.PaymentID, len(value.Payment.Applications), value.LeftOver)
			case value.Dispute != nil:
				what = "dispute " + value.Dispute.DisputeID
			}
		case *schemas.PaymentEvent:
			what = fmt.Sprintf("payment of %d applications", len(value.Payment.Applications))
		case *schemas.OrderInvoice:
			what = fmt.Sprintf("%s %s of %d lines, %s", value.Invoice.Kind, value.Invoice.InvoiceID, len(value.Invoice.Lines), value.Invoice.Total)
		case nil:
		default:
			what = strings.TrimPrefix(fmt.Sprintf("%T", value), "*schemas.")
		}
		text = append(text, fmt.Sprintf("%s %s: %s", p.Topic, p.Key, what))
	}
	return strings.Join(text, "\n")
}

func TestEventsAreSplitByWhoNeedsThem(t *testing.T) {
	var origin schemas.Evidence
	shipment := aShipment("S1", 1, schemas.MilestoneShipped, "O2", "O1", "O2")
	shipment.Lines[2].LineNo = 7
	credit := anInvoice("K1", 1, schemas.InvoiceKindCreditMemo, "O1")
	credit.RefersTo = new("I1")
	odd := anInvoice("I2", 1, schemas.InvoiceKindInvoice, "O1")
	odd.RefersTo = new("I1")
	for _, c := range []struct {
		name   string
		pieces []piece
		want   string
	}{
		{"an order", splitOrder(anOrder("O1", 1), origin), "o2c.orders O1: order true acceptance false"},
		{"an acceptance", splitAcceptance(anAcceptance("O1", 1), origin), "o2c.orders O1: order false acceptance true"},
		{"a shipment of two orders", splitShipment(shipment, origin), "o2c.shipments O1: S1 O1/1\no2c.shipments O2: S1 O2/1 O2/7"},
		{"a shipment of nothing", splitShipment(aShipment("S1", 1, schemas.MilestoneCancelled), origin), ""},
		{"a shipment that lost an order", []piece{emptyShipment(shipment, origin, Part{Key: "O3"})}, "o2c.shipments O3: S1"},
		{"a movement", splitMovement(aMovement(1), origin), "o2c.stock A@E: StockEvent"},
		{"an invoice of two orders", splitInvoice(anInvoice("I1", 1, schemas.InvoiceKindInvoice, "O1", "O2"), origin),
			"o2c.billing I1: invoice I1 of 2 lines, 10.00\no2c.order-invoices O1: invoice I1 of 1 lines, 10.00\no2c.order-invoices O2: invoice I1 of 1 lines, 10.00"},
		{"a credit memo", splitInvoice(credit, origin), "o2c.billing I1: credit_memo K1 of 1 lines, 10.00\no2c.order-invoices O1: credit_memo K1 of 1 lines, 10.00"},
		{"an invoice that refers to another is its own", splitInvoice(odd, origin), "o2c.billing I2: invoice I2 of 1 lines, 10.00\no2c.order-invoices O1: invoice I2 of 1 lines, 10.00"},
		{"an invoice that lost an order", []piece{emptyInvoice(credit, origin, Part{Topic: topics.OrderInvoices.Name(), Key: "O3"})}, "o2c.order-invoices O3: credit_memo K1 of 0 lines, 10.00"},
		{"a credit memo that was about another", []piece{emptyInvoice(credit, origin, Part{Topic: topics.Billing.Name(), Key: "I9"})}, "o2c.billing I9: credit_memo K1 of 0 lines, 0.00"},
		{"a payment of two invoices", splitPayment(aPayment("P1", 1, "I1", "I2", "I1"), origin), "o2c.payments P1: payment of 3 applications\no2c.billing I1: payment P1 of 2 applications, left over 5.00\no2c.billing I2: payment P1 of 1 applications, left over 5.00"},
		{"a payment of more than was received", splitPayment(aPayment("P1", 1, "I1", "I1", "I1", "I1", "I1"), origin), "o2c.payments P1: payment of 5 applications\no2c.billing I1: payment P1 of 5 applications, left over -5.00"},
		{"a payment of nothing", splitPayment(aPayment("P1", 1), origin), "o2c.payments P1: payment of 0 applications"},
		{"a payment that settled another", []piece{emptyPayment(aPayment("P1", 1), origin, Part{Key: "I3"})}, "o2c.billing I3: payment P1 of 0 applications, left over 20.00"},
		{"a dispute", splitDispute(aDispute("D1", "I1", 1), origin), "o2c.billing I1: dispute D1"},
		{"a customer", splitCustomer(aCustomer(1), origin), "o2c.customers C1: Customer"},
		{"an item", splitItem(anItem(1), origin), "o2c.items A: Item"},
		{"a price", splitPrice(aPrice(1, "A"), origin), "o2c.prices A/P1: ItemPrice"},
		{"a price of an item with a slash in its id", splitPrice(aPrice(1, "A/2"), origin), "o2c.prices A%2F2/P1: ItemPrice"},
		{"a price of another item now", []piece{emptyPrice(aPrice(1, "B"), origin, Part{Topic: "o2c.prices", Key: "A/P1"})}, "o2c.prices A/P1: nothing"},
		{"a warehouse", splitWarehouse(aWarehouse(1), origin), "o2c.warehouses E: Warehouse"},
		{"a command", splitCommand(aCommand("K1", noon), origin), "o2c.actions ex-1: Action"},
	} {
		if got := told(c.pieces); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
	if shipment.Lines[0].OrderID != "O2" || len(shipment.Lines) != 3 {
		t.Error("the split has changed the event")
	}
}

func TestEverySourceTopicOfTheCatalogueIsTakenInAndSplit(t *testing.T) {
	var declared []string
	for _, source := range sources() {
		of := source.feed(topics.Default())
		declared = append(declared, of.Name)
		if of.noun == "" {
			t.Errorf("%s has no noun", of.Name)
		}
	}
	slices.Sort(declared)
	var wanted []string
	for _, entry := range topics.Default().Topics() {
		if entry.Role == topics.Source {
			wanted = append(wanted, entry.Name)
		}
	}
	if !slices.Equal(declared, wanted) {
		t.Errorf("declared %v, the catalogue has %v", declared, wanted)
	}
}
