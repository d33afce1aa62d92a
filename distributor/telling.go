package distributor

import (
	"time"

	"waybill/schemas"
	"waybill/topics"
)

// What the systems say of an order: the shop or EDI, ERP, the warehouse.

// tellOrder is the order as it stands at a stage.
func (c *course) tellOrder(at time.Time, now stage, status schemas.OrderStatus) []Event {
	order := c.order
	order.Meta = c.dense(c.source, topics.CommerceOrders.Name(), order.OrderID, at)
	order.Meta.RecordedAt = at.Add(c.toldLate)
	order.Status = status
	for _, l := range c.lines {
		if l.added > now || l.leftOut && l.cancelled != never && l.cancelled <= now {
			continue
		}
		said := schemas.OrderLine{
			LineNo: l.no, ItemID: l.article.ItemID, Quantity: l.quantity, UOM: l.uom, PriceUnit: 1, WarehouseID: c.warehouse,
			RequestedDate: schemas.DateOf(c.placed.Add(48 * c.hour)), Substitution: l.substitution, Status: schemas.LineOpen,
		}
		switch {
		case l.changed > now:
			said.Quantity = l.quantityBefore
		case l.quantityOnOrder != 0:
			said.Quantity = l.quantityOnOrder
		}
		if l.onOrder != nil {
			said.UnitPrice, said.PriceUnit = &l.onOrder.price, l.onOrder.per
		}
		if status == schemas.OrderCancelled || l.cancelled != never && l.cancelled <= now {
			said.Status = schemas.LineCancelled
		}
		order.Lines = append(order.Lines, said)
	}
	event := eventOf(topics.CommerceOrders, order.OrderID, order.Meta.RecordedAt, &order)
	return []Event{event}
}

// tellAcceptance is what ERP says of the order, at first or in the end.
func (c *course) tellAcceptance(at time.Time, status schemas.AcceptanceStatus, isLast bool) []Event {
	acceptance := schemas.OrderAcceptance{Meta: c.positioned("erp", at), OrderID: c.order.OrderID, Status: status, Currency: c.order.Currency}
	for _, l := range c.lines {
		accepted := schemas.AcceptedLine{
			LineNo: l.no, ItemID: l.article.ItemID, Status: status, ConfirmedQuantity: l.quantity, UOM: l.uom, PriceUnit: 1,
			ConfirmedDate: schemas.DateOf(c.placed.Add(48 * c.hour)),
		}
		price := l.price
		if l.priceBefore != nil && !isLast {
			price = l.priceBefore
		}
		if price != nil {
			accepted.UnitPrice, accepted.PriceUnit = price.forOne(l.uom)
		}
		acceptance.Lines = append(acceptance.Lines, accepted)
	}
	return []Event{eventOf(topics.ErpOrders, c.order.OrderID, at, &acceptance)}
}

func (c *course) tellParcel(p *parcel, milestone schemas.Milestone, at time.Time) Event {
	meta := c.dense(c.wms(), topics.WmsShipments.Name(), p.id, at)
	meta.RecordedAt = at.Add(p.lateBy)
	return c.sayOfParcel(p, milestone, meta)
}

func (c *course) sayOfParcel(p *parcel, milestone schemas.Milestone, meta schemas.Meta) Event {
	shipment := schemas.Shipment{Meta: meta, ShipmentID: p.id, WarehouseID: c.warehouse, Milestone: milestone, LastForOrder: p.last}
	for _, carried := range p.parts {
		said := schemas.ShipmentLine{
			OrderID: carried.line.course.order.OrderID, LineNo: carried.line.no, ItemID: carried.article.ItemID, Quantity: carried.quantity, UOM: carried.uom,
		}
		if carried.article != carried.line.article {
			said.SubstituteFor = &carried.line.article.ItemID
		}
		if milestone == schemas.MilestoneReturned {
			if said.Quantity = carried.returned; said.Quantity == 0 {
				continue
			}
		}
		if milestone == schemas.MilestoneDelivered {
			said.ConfirmedQuantity = carried.signed
		}
		if carried.first != 0 && milestone == schemas.MilestoneAllocated {
			said.Quantity = carried.first
		}
		if milestone == carried.weighed || milestone == schemas.MilestoneDelivered && carried.weighed == schemas.MilestoneShipped {
			said.CatchWeight = carried.weight
		}
		shipment.Lines = append(shipment.Lines, said)
	}
	return eventOf(topics.WmsShipments, p.id, meta.RecordedAt, &shipment)
}

// wms is the system of the order's warehouse.
func (c *course) wms() string {
	if c.warehouse == annex {
		return "wms-east"
	}
	return "wms-" + c.warehouse
}
