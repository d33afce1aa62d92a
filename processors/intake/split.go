package intake

import (
	"slices"
	"strings"

	"waybill/processors/money"
	"waybill/schemas"
	"waybill/topics"
)

// piece is a canonical record that an event becomes: the value of a topic's type, or nil for a tombstone.
type piece struct {
	Part
	value any
}

func pieceOf(topic, key string, value any) piece {
	return piece{Part: Part{Topic: topic, Key: key}, value: value}
}

func splitOrder(order *schemas.Order, origin schemas.Evidence) []piece {
	return []piece{pieceOf(topics.Orders.Name(), order.OrderID, &schemas.OrderEvent{Origin: origin, OrderID: order.OrderID, Order: order})}
}

func splitAcceptance(acceptance *schemas.OrderAcceptance, origin schemas.Evidence) []piece {
	return []piece{pieceOf(topics.Orders.Name(), acceptance.OrderID, &schemas.OrderEvent{Origin: origin, OrderID: acceptance.OrderID, Acceptance: acceptance})}
}

// splitShipment makes one record of each order in the shipment, with its lines. They keep the shipment's sequence.
func splitShipment(shipment *schemas.Shipment, origin schemas.Evidence) []piece {
	var pieces []piece
	for _, of := range grouped(shipment.Lines, func(line *schemas.ShipmentLine) string { return line.OrderID }) {
		pieces = append(pieces, shipmentPiece(shipment, origin, of.id, of.lines))
	}
	return pieces
}

// emptyShipment tells an order that the shipment no longer carries it.
func emptyShipment(shipment *schemas.Shipment, origin schemas.Evidence, gone Part) piece {
	return shipmentPiece(shipment, origin, gone.Key, []schemas.ShipmentLine{})
}

func shipmentPiece(shipment *schemas.Shipment, origin schemas.Evidence, orderID string, lines []schemas.ShipmentLine) piece {
	part := *shipment
	part.Lines = lines
	return pieceOf(topics.Shipments.Name(), orderID, &schemas.ShipmentEvent{Origin: origin, OrderID: orderID, Shipment: &part})
}

// splitMovement tells the position, and of goods that are sent to another warehouse the position that they are sent to.
func splitMovement(movement *schemas.StockMovement, origin schemas.Evidence) []piece {
	pieces := []piece{pieceOf(topics.Stock.Name(), stockPosition(movement), &schemas.StockEvent{Origin: origin, Movement: *movement})}
	if movement.Kind == schemas.MovementTransferOut && movement.ToWarehouseID != nil {
		there := *movement
		there.WarehouseID = *movement.ToWarehouseID
		pieces = append(pieces, pieceOf(topics.Stock.Name(), stockPosition(&there), &schemas.StockEvent{Origin: origin, Movement: there, Expected: true}))
	}
	return pieces
}

func stockPosition(movement *schemas.StockMovement) string {
	return movement.ItemID + "@" + movement.WarehouseID
}

// splitInvoice makes one record of each order in the invoice, with its lines and the invoice's total, and one of the whole
// for the invoice that it is about.
func splitInvoice(invoice *schemas.Invoice, origin schemas.Evidence) []piece {
	billed := billedInvoice(invoice)
	pieces := []piece{pieceOf(topics.Billing.Name(), billed, &schemas.BillingEvent{Origin: origin, InvoiceID: billed, Invoice: invoice})}
	for _, of := range grouped(invoice.Lines, func(line *schemas.InvoiceLine) string { return line.OrderID }) {
		part := *invoice
		part.Lines = of.lines
		pieces = append(pieces, pieceOf(topics.OrderInvoices.Name(), of.id, &schemas.OrderInvoice{Origin: origin, OrderID: of.id, Invoice: part}))
	}
	return pieces
}

// emptyInvoice tells an order that the invoice no longer bills it, or an invoice that a document is no longer about it.
func emptyInvoice(invoice *schemas.Invoice, origin schemas.Evidence, gone Part) piece {
	part := *invoice
	part.Lines = []schemas.InvoiceLine{}
	if gone.Topic == topics.OrderInvoices.Name() {
		return pieceOf(gone.Topic, gone.Key, &schemas.OrderInvoice{Origin: origin, OrderID: gone.Key, Invoice: part})
	}
	part.Total = 0
	return pieceOf(gone.Topic, gone.Key, &schemas.BillingEvent{Origin: origin, InvoiceID: gone.Key, Invoice: &part})
}

// billedInvoice is the invoice that a document is about: a credit memo and a cancellation may be about another than themselves.
func billedInvoice(invoice *schemas.Invoice) string {
	if invoice.RefersTo != nil && invoice.Kind != schemas.InvoiceKindInvoice {
		return *invoice.RefersTo
	}
	return invoice.InvoiceID
}

// splitPayment makes one record of the whole payment, and one of each invoice that it settles.
func splitPayment(payment *schemas.Payment, origin schemas.Evidence) []piece {
	pieces := []piece{pieceOf(topics.Payments.Name(), payment.PaymentID, &schemas.PaymentEvent{Origin: origin, PaymentID: payment.PaymentID, Payment: *payment})}
	left := leftOver(payment)
	for _, of := range grouped(payment.Applications, func(application *schemas.Application) string { return application.InvoiceID }) {
		pieces = append(pieces, paymentPiece(payment, left, origin, of.id, of.lines))
	}
	return pieces
}

// emptyPayment tells an invoice that the payment no longer settles it.
func emptyPayment(payment *schemas.Payment, origin schemas.Evidence, gone Part) piece {
	return paymentPiece(payment, leftOver(payment), origin, gone.Key, []schemas.Application{})
}

func paymentPiece(payment *schemas.Payment, left schemas.Amount, origin schemas.Evidence, invoiceID string, applications []schemas.Application) piece {
	part := *payment
	part.Applications = applications
	return pieceOf(topics.Billing.Name(), invoiceID, &schemas.BillingEvent{Origin: origin, InvoiceID: invoiceID, Payment: &part, LeftOver: left})
}

// leftOver is what a payment does not apply to any invoice.
func leftOver(payment *schemas.Payment) schemas.Amount {
	return money.Sum(payment.Amount, -money.Applied(payment.Applications))
}

func splitDispute(dispute *schemas.Dispute, origin schemas.Evidence) []piece {
	return []piece{pieceOf(topics.Billing.Name(), dispute.InvoiceID, &schemas.BillingEvent{Origin: origin, InvoiceID: dispute.InvoiceID, Dispute: dispute})}
}

func splitCustomer(customer *schemas.Customer, _ schemas.Evidence) []piece {
	return []piece{pieceOf(topics.Customers.Name(), customer.CustomerID, customer)}
}

func splitItem(item *schemas.Item, _ schemas.Evidence) []piece {
	return []piece{pieceOf(topics.Items.Name(), item.ItemID, item)}
}

// splitPrice puts a price among those of its item.
func splitPrice(price *schemas.ItemPrice, _ schemas.Evidence) []piece {
	return []piece{pieceOf(topics.Prices.Name(), topics.PriceKey(price.ItemID, price.PriceID), price)}
}

// emptyPrice takes a price away from an item that it is no longer of.
func emptyPrice(_ *schemas.ItemPrice, _ schemas.Evidence, gone Part) piece {
	return pieceOf(gone.Topic, gone.Key, nil)
}

func splitWarehouse(warehouse *schemas.Warehouse, _ schemas.Evidence) []piece {
	return []piece{pieceOf(topics.Warehouses.Name(), warehouse.WarehouseID, warehouse)}
}

func splitCommand(command *schemas.Command, origin schemas.Evidence) []piece {
	return []piece{pieceOf(topics.Actions.Name(), command.Target, &schemas.Action{Origin: origin, Command: *command})}
}

// group is what of a list belongs to one id.
type group[L any] struct {
	id    string
	lines []L
}

// grouped takes a list apart by an id, sorted by it; within an id the lines keep their order.
func grouped[L any](lines []L, id func(*L) string) []group[L] {
	for i := 1; i < len(lines); i++ {
		if id(&lines[i-1]) > id(&lines[i]) {
			lines = slices.Clone(lines)
			slices.SortStableFunc(lines, func(a, b L) int { return strings.Compare(id(&a), id(&b)) })
			break
		}
	}
	var groups []group[L]
	for start, end := 0, 0; start < len(lines); start = end {
		of := id(&lines[start])
		for end < len(lines) && id(&lines[end]) == of {
			end++
		}
		groups = append(groups, group[L]{of, lines[start:end:end]})
	}
	return groups
}
