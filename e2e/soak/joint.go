package main

import (
	"fmt"
	"math/rand/v2"
	"time"

	"waybill/distributor"
	"waybill/schemas"
	"waybill/topics"
)

// joint makes orders that share a shipment and an invoice, and payments of two invoices: one event of them becomes several
// records, on partitions of several orders and invoices, all in one epoch.
type joint struct {
	number  int64
	invoice schemas.Invoice // the last one, for the next payment
}

func (j *joint) next(random *rand.Rand, at time.Time) []distributor.Event {
	j.number++
	var events []distributor.Event
	add := func(topic, key string, value any) {
		events = append(events, distributor.Event{At: at, Topic: topic, Key: key, Value: value})
	}
	meta := func(source, entity string, sequence int64) schemas.Meta {
		return schemas.Meta{EventID: fmt.Sprintf("%s-%d", entity, sequence), Source: source, Sequence: &sequence, OccurredAt: at, RecordedAt: at}
	}
	logged := func(source, entity string) schemas.Meta {
		position := 1_000_000_000 + j.number
		return schemas.Meta{EventID: fmt.Sprintf("%s-%d", entity, position), Source: source, Position: &position, OccurredAt: at, RecordedAt: at}
	}
	customer, price, quantity := fmt.Sprintf("C-S%03d", 1+random.IntN(40)), schemas.MustPrice("12.50"), schemas.MustQuantity("2")
	shipment := schemas.Shipment{ShipmentID: fmt.Sprintf("JS-%06d", j.number), WarehouseID: "east", LastForOrder: true}
	invoice := schemas.Invoice{
		Meta: logged("erp", fmt.Sprintf("JI-%06d", j.number)), InvoiceID: fmt.Sprintf("JI-%06d", j.number), Kind: schemas.InvoiceKindInvoice,
		CustomerID: customer, Currency: "USD", IssuedOn: schemas.DateOf(at), DueOn: schemas.DateOf(at.AddDate(0, 0, 30)),
	}
	for i := range 2 + random.IntN(3) {
		id, item := fmt.Sprintf("J-%06d-%d", j.number, i), fmt.Sprintf("T-S%04d", 1+random.IntN(60))
		add(topics.CommerceOrders.Name(), id, &schemas.Order{
			Meta: meta("b2b-shop", id, 1), OrderID: id, CustomerID: customer, Channel: "web", OrderType: "standard", Currency: "USD", Status: schemas.OrderPlaced,
			Lines: []schemas.OrderLine{{
				LineNo: 1, ItemID: item, Quantity: quantity, UOM: "each", UnitPrice: &price, PriceUnit: 1, WarehouseID: "east",
				RequestedDate: schemas.DateOf(at), Substitution: schemas.SubstitutionNever, Status: schemas.LineOpen,
			}},
		})
		shipment.Lines = append(shipment.Lines, schemas.ShipmentLine{OrderID: id, LineNo: 1, ItemID: item, Quantity: quantity, UOM: "each"})
		invoice.Lines = append(invoice.Lines, schemas.InvoiceLine{
			OrderID: id, LineNo: 1, ItemID: item, Quantity: quantity, UOM: "each", UnitPrice: price, PriceUnit: 1, Amount: schemas.MustAmount("25"),
		})
		invoice.Total += schemas.MustAmount("25")
	}
	for i, milestone := range []schemas.Milestone{schemas.MilestonePicked, schemas.MilestoneShipped, schemas.MilestoneDelivered} {
		told := shipment
		told.Meta, told.Milestone = meta("wms-east", shipment.ShipmentID, int64(i+1)), milestone
		add(topics.WmsShipments.Name(), shipment.ShipmentID, &told)
	}
	add(topics.ErpInvoices.Name(), invoice.InvoiceID, &invoice)
	if j.number%2 == 0 {
		id := fmt.Sprintf("JP-%06d", j.number)
		add(topics.ArPayments.Name(), id, &schemas.Payment{
			Meta: logged("ar", id), PaymentID: id, CustomerID: &customer, Amount: j.invoice.Total + invoice.Total, Currency: "USD", ReceivedOn: schemas.DateOf(at),
			Applications: []schemas.Application{{InvoiceID: j.invoice.InvoiceID, Amount: j.invoice.Total}, {InvoiceID: invoice.InvoiceID, Amount: invoice.Total}},
		})
	}
	j.invoice = invoice
	return events
}
