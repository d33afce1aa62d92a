package distributor

import (
	"fmt"
	"math/big"
	"time"

	"waybill/schemas"
	"waybill/topics"
)

// placed is an order on its way.
type placed struct {
	order     schemas.Order
	customer  *schemas.Customer
	warehouse string
	invoices  int
}

func (d *Distributor) placeOrder(at time.Time) []Event {
	d.orders++
	p := &placed{customer: &d.customers[d.random.IntN(len(d.customers))], warehouse: d.pick(d.warehouses)}
	channel, source := "web", "b2b-shop"
	if d.chance(30) {
		channel, source = "edi", "edi"
	}
	id := fmt.Sprintf("O-%s%06d", d.name, d.orders)
	p.order = schemas.Order{
		Meta: d.dense(source, topics.CommerceOrders.Name(), id, at), OrderID: id, CustomerID: p.customer.CustomerID, Channel: channel,
		OrderType: "standard", Currency: "USD", Status: schemas.OrderPlaced,
	}
	substitutions := []schemas.Substitution{schemas.SubstitutionAllowed, schemas.SubstitutionAllowed, schemas.SubstitutionNever}
	lines := d.lines
	if lines == 0 {
		lines = 1 + d.random.IntN(5)
	}
	for line := range int32(lines) {
		item := d.items[d.random.IntN(len(d.items))]
		price := d.listPrice[item.ItemID]
		p.order.Lines = append(p.order.Lines, schemas.OrderLine{
			LineNo: line + 1, ItemID: item.ItemID, Quantity: schemas.Quantity(1+d.random.IntN(24)) * one, UOM: "each", UnitPrice: &price, PriceUnit: 1,
			WarehouseID: p.warehouse, RequestedDate: schemas.DateOf(at.Add(48 * d.hour)), Substitution: substitutions[d.random.IntN(len(substitutions))],
			Status: schemas.LineOpen,
		})
	}
	if channel == "edi" && !d.chance(3) { // ERP answers EDI orders, nearly always
		d.plan(at, 0.5, func(at time.Time) []Event { return d.accept(p, at) })
	}
	d.plan(at, 3, func(at time.Time) []Event { return d.release(p, at) })
	order := p.order
	return []Event{eventOf(topics.CommerceOrders, id, at, &order)}
}

func (d *Distributor) accept(p *placed, at time.Time) []Event {
	acceptance := schemas.OrderAcceptance{Meta: d.positioned("erp", at), OrderID: p.order.OrderID, Status: schemas.Accepted, Currency: "USD"}
	for _, line := range p.order.Lines {
		acceptance.Lines = append(acceptance.Lines, schemas.AcceptedLine{
			LineNo: line.LineNo, ItemID: line.ItemID, Status: schemas.Accepted, ConfirmedQuantity: line.Quantity, UOM: line.UOM,
			UnitPrice: *line.UnitPrice, PriceUnit: line.PriceUnit, ConfirmedDate: line.RequestedDate,
		})
	}
	return []Event{eventOf(topics.ErpOrders, p.order.OrderID, at, &acceptance)}
}

// release sends the order to the warehouse, which ships it in one or two shipments and sometimes another item.
func (d *Distributor) release(p *placed, at time.Time) []Event {
	parts := [][]schemas.ShipmentLine{nil}
	if len(p.order.Lines) > 1 && d.chance(25) {
		parts = append(parts, nil)
	}
	for i, line := range p.order.Lines {
		shipped := schemas.ShipmentLine{OrderID: p.order.OrderID, LineNo: line.LineNo, ItemID: line.ItemID, Quantity: line.Quantity, UOM: line.UOM}
		substitutes := d.itemByID(line.ItemID).Substitutes
		if len(substitutes) > 0 && d.chance(3) && (line.Substitution == schemas.SubstitutionAllowed || d.chance(10)) {
			shipped.SubstituteFor, shipped.ItemID = &line.ItemID, substitutes[0]
		}
		if d.chance(2) && line.Quantity > one { // one too few
			shipped.Quantity -= one
		}
		parts[i%len(parts)] = append(parts[i%len(parts)], shipped)
	}
	var events []Event
	for i, lines := range parts {
		shipment := schemas.Shipment{
			ShipmentID: fmt.Sprintf("S-%s-%d", p.order.OrderID[2:], i+1), WarehouseID: p.warehouse, LastForOrder: i == len(parts)-1, Lines: lines,
		}
		events = append(events, d.milestone(p, shipment, 0, at)...)
	}
	return events
}

var milestones = []schemas.Milestone{schemas.MilestoneAllocated, schemas.MilestonePicked, schemas.MilestonePacked, schemas.MilestoneShipped, schemas.MilestoneDelivered}

// milestone tells the shipment's next milestone and plans the one behind it.
func (d *Distributor) milestone(p *placed, shipment schemas.Shipment, step int, at time.Time) []Event {
	shipment.Milestone = milestones[step]
	shipment.Meta = d.dense("wms-"+shipment.WarehouseID, topics.WmsShipments.Name(), shipment.ShipmentID, at)
	told := shipment
	events := []Event{eventOf(topics.WmsShipments, shipment.ShipmentID, at, &told)}
	if step+1 < len(milestones) {
		hours := 2.0
		if milestones[step] == schemas.MilestoneShipped {
			hours = 20
		}
		d.plan(at, hours, func(at time.Time) []Event { return d.milestone(p, shipment, step+1, at) })
	}
	if milestones[step] != schemas.MilestoneShipped {
		return events
	}
	for _, line := range shipment.Lines {
		events = append(events, d.move(at, line.ItemID, shipment.WarehouseID, schemas.MovementIssue, int64(line.Quantity/one), &line.OrderID, line.LineNo))
	}
	if p.customer.InvoicePolicy == schemas.OnShipment && !d.chance(5) {
		d.plan(at, 2, func(at time.Time) []Event { return d.invoice(p, shipment, at) })
	}
	return events
}

// invoice is what ERP bills of a shipment: the ordered price, even where another item went out. Where the customer's rule
// says otherwise, or ERP was told a wrong price, invoice and invoice-ready differ.
func (d *Distributor) invoice(p *placed, shipment schemas.Shipment, at time.Time) []Event {
	p.invoices++
	invoice := schemas.Invoice{
		Meta: d.positioned("erp", at), InvoiceID: fmt.Sprintf("I-%s-%d", p.order.OrderID[2:], p.invoices), Kind: schemas.InvoiceKindInvoice,
		CustomerID: p.customer.CustomerID, Currency: "USD", IssuedOn: schemas.DateOf(at), DueOn: schemas.DateOf(at.AddDate(0, 0, 30)),
	}
	for _, line := range shipment.Lines {
		price := *p.order.Lines[line.LineNo-1].UnitPrice
		if d.chance(1) {
			price += schemas.MustPrice("1")
		}
		amount := cents(line.Quantity, price)
		invoice.Lines = append(invoice.Lines, schemas.InvoiceLine{
			OrderID: line.OrderID, LineNo: line.LineNo, ItemID: line.ItemID, Quantity: line.Quantity, UOM: line.UOM, UnitPrice: price, PriceUnit: 1, Amount: amount,
		})
		invoice.Total += amount
	}
	switch {
	case d.chance(4):
		d.plan(at, 10, func(at time.Time) []Event { return d.dispute(&invoice, at) })
	case d.chance(70):
		d.plan(at, 60, func(at time.Time) []Event { return d.pay(&invoice, at) })
	}
	return []Event{eventOf(topics.ErpInvoices, invoice.InvoiceID, at, &invoice)}
}

func (d *Distributor) pay(invoice *schemas.Invoice, at time.Time) []Event {
	id := "P-" + invoice.InvoiceID[2:]
	payment := schemas.Payment{
		Meta: d.positioned("ar", at), PaymentID: id, CustomerID: &invoice.CustomerID, Amount: invoice.Total, Currency: invoice.Currency,
		ReceivedOn: schemas.DateOf(at), Applications: []schemas.Application{{InvoiceID: invoice.InvoiceID, Amount: invoice.Total}},
	}
	return []Event{eventOf(topics.ArPayments, id, at, &payment)}
}

func (d *Distributor) dispute(invoice *schemas.Invoice, at time.Time) []Event {
	line := invoice.Lines[d.random.IntN(len(invoice.Lines))]
	tell := func(status schemas.DisputeStatus, at time.Time) Event {
		dispute := schemas.Dispute{
			Meta: d.positioned("ar", at), DisputeID: "D-" + invoice.InvoiceID[2:], InvoiceID: invoice.InvoiceID, LineNo: &line.LineNo,
			Amount: line.Amount, Reason: []string{"01", "03", "06", "59"}[d.random.IntN(4)], Status: status,
		}
		return eventOf(topics.ArDisputes, invoice.InvoiceID, at, &dispute)
	}
	d.plan(at, 60, func(at time.Time) []Event {
		status := schemas.DisputeRejected
		if d.chance(50) {
			status = schemas.DisputeAccepted
		}
		return []Event{tell(status, at)}
	})
	return []Event{tell(schemas.DisputeOpen, at)}
}

// cents is quantity × price, rounded half up to two places, computed in its own way: it is the truth to compare with.
func cents(quantity schemas.Quantity, price schemas.Price) schemas.Amount {
	product := new(big.Int).Mul(big.NewInt(int64(quantity)), big.NewInt(int64(price))) // 10⁻¹²
	product.Add(product, big.NewInt(5_000_000_000)).Div(product, big.NewInt(10_000_000_000))
	return schemas.Amount(product.Int64() * 100)
}
