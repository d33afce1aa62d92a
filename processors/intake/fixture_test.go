package intake

import (
	"time"

	"waybill/schemas"
)

// noon is when everything of the fixtures happens; the clock of a test begins then.
var noon = time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC)

func sequenced(id, source string, sequence int64) schemas.Meta {
	return schemas.Meta{EventID: id, Source: source, Sequence: &sequence, OccurredAt: noon, RecordedAt: noon}
}

func positioned(id, source string, position int64) schemas.Meta {
	return schemas.Meta{EventID: id, Source: source, Position: &position, OccurredAt: noon, RecordedAt: noon}
}

func anOrder(orderID string, sequence int64) *schemas.Order {
	return &schemas.Order{
		Meta: sequenced(orderID+"-e", "b2b-shop", sequence), OrderID: orderID, CustomerID: "C1", Channel: "web", OrderType: "standard",
		Currency: "EUR", Status: schemas.OrderPlaced, Lines: []schemas.OrderLine{orderLine(1), orderLine(2)},
	}
}

func orderLine(lineNo int32) schemas.OrderLine {
	return schemas.OrderLine{
		LineNo: lineNo, ItemID: "A", Quantity: schemas.MustQuantity("4"), UOM: "EA", UnitPrice: new(schemas.MustPrice("2.50")), PriceUnit: 1,
		WarehouseID: "E", RequestedDate: schemas.MustDate("2026-03-10"), Substitution: schemas.SubstitutionAllowed, Status: schemas.LineOpen,
	}
}

func anAcceptance(orderID string, position int64) *schemas.OrderAcceptance {
	return &schemas.OrderAcceptance{
		Meta: positioned(orderID+"-a", "erp", position), OrderID: orderID, Status: schemas.Accepted, Currency: "EUR",
		PaymentTerms: &schemas.PaymentTerms{NetDays: 30, DiscountDays: 10, DiscountPercent: schemas.MustPercent("2")},
		Lines: []schemas.AcceptedLine{{
			LineNo: 1, ItemID: "A", Status: schemas.Accepted, ConfirmedQuantity: schemas.MustQuantity("4"), UOM: "EA",
			UnitPrice: schemas.MustPrice("2.50"), PriceUnit: 1, ConfirmedDate: schemas.MustDate("2026-03-11"),
		}},
	}
}

// aShipment carries one line of each order.
func aShipment(shipmentID string, sequence int64, milestone schemas.Milestone, orders ...string) *schemas.Shipment {
	shipment := &schemas.Shipment{
		Meta: sequenced(shipmentID+"-e", "wms-east", sequence), ShipmentID: shipmentID, WarehouseID: "E", Milestone: milestone, Lines: []schemas.ShipmentLine{},
	}
	for _, orderID := range orders {
		shipment.Lines = append(shipment.Lines, schemas.ShipmentLine{OrderID: orderID, LineNo: 1, ItemID: "A", Quantity: schemas.MustQuantity("4"), UOM: "EA"})
	}
	return shipment
}

func aMovement(sequence int64) *schemas.StockMovement {
	return &schemas.StockMovement{
		Meta: sequenced("m", "wms-east", sequence), ItemID: "A", WarehouseID: "E", Kind: schemas.MovementReceipt, Quantity: schemas.MustQuantity("10"), UOM: "EA",
	}
}

// anInvoice bills one line of each order.
func anInvoice(invoiceID string, position int64, kind schemas.InvoiceKind, orders ...string) *schemas.Invoice {
	invoice := &schemas.Invoice{
		Meta: positioned(invoiceID+"-e", "erp", position), InvoiceID: invoiceID, Kind: kind, CustomerID: "C1", Currency: "EUR",
		IssuedOn: schemas.MustDate("2026-03-02"), DueOn: schemas.MustDate("2026-04-01"), Total: schemas.MustAmount("10"), Lines: []schemas.InvoiceLine{},
	}
	for _, orderID := range orders {
		invoice.Lines = append(invoice.Lines, schemas.InvoiceLine{
			OrderID: orderID, LineNo: 1, ItemID: "A", Quantity: schemas.MustQuantity("4"), UOM: "EA",
			UnitPrice: schemas.MustPrice("2.50"), PriceUnit: 1, Amount: schemas.MustAmount("10"),
		})
	}
	return invoice
}

// aPayment settles a part of each invoice.
func aPayment(paymentID string, position int64, invoices ...string) *schemas.Payment {
	payment := &schemas.Payment{
		Meta: positioned(paymentID+"-e", "ar", position), PaymentID: paymentID, Amount: schemas.MustAmount("20"), Currency: "EUR",
		ReceivedOn: schemas.MustDate("2026-03-02"), Applications: []schemas.Application{},
	}
	for _, invoiceID := range invoices {
		payment.Applications = append(payment.Applications, schemas.Application{InvoiceID: invoiceID, Amount: schemas.MustAmount("5")})
	}
	return payment
}

func aDispute(disputeID, invoiceID string, position int64) *schemas.Dispute {
	return &schemas.Dispute{
		Meta: positioned(disputeID+"-e", "ar", position), DisputeID: disputeID, InvoiceID: invoiceID, LineNo: new(int32(1)),
		Amount: schemas.MustAmount("5"), Reason: "59", Status: schemas.DisputeOpen,
	}
}

func aCustomer(position int64) *schemas.Customer {
	return &schemas.Customer{
		Meta: positioned("c", "erp", position), CustomerID: "C1", Name: "Kaiser & Söhne", Segment: "retail", Currency: "EUR",
		CreditLimit: new(schemas.MustAmount("1000")), PaymentTerms: schemas.PaymentTerms{NetDays: 30}, InvoicePolicy: schemas.OnShipment,
		ShipPolicy: schemas.ShipPartial, SubstitutionPrice: schemas.PriceLower,
	}
}

func anItem(position int64) *schemas.Item {
	return &schemas.Item{
		Meta: positioned("i", "erp", position), ItemID: "A", Description: "bolt", BaseUOM: "EA",
		UOMs: []schemas.ItemUOM{{UOM: "CS", Numerator: 12, Denominator: 1}}, Substitutes: []string{},
		OverTolerancePercent: new(schemas.MustPercent("5")), UnderTolerancePercent: new(schemas.MustPercent("5")),
	}
}

func aPrice(position int64, itemID string) *schemas.ItemPrice {
	return &schemas.ItemPrice{
		Meta: positioned("p", "erp", position), PriceID: "P1", ItemID: itemID, Currency: "EUR", ValidFrom: schemas.MustDate("2026-01-01"),
		ValidTo: new(schemas.MustDate("2026-12-31")), UOM: "EA", UnitPrice: schemas.MustPrice("2.50"), PriceUnit: 1,
	}
}

func aWarehouse(position int64) *schemas.Warehouse {
	return &schemas.Warehouse{Meta: positioned("w", "erp", position), WarehouseID: "E", Name: "East", Region: "east", TimeZone: "Europe/Berlin", Owner: "east warehouse"}
}

func aCommand(id string, at time.Time) *schemas.Command {
	return &schemas.Command{
		Meta:      schemas.Meta{EventID: id + "-e", Source: "waybill", OccurredAt: at, RecordedAt: at},
		CommandID: id, Actor: "ada", Kind: schemas.CommandAssign, Target: "ex-1", Reason: "mine", Payload: `{"owner":"ada"}`,
	}
}
