package main

import (
	"fmt"

	"waybill/schemas"
	"waybill/topics"
)

// order is an order as placed, its lines numbered as they stand in the table.
func (n *northwind) order(r row) (event, bool, error) {
	id := r["order_id"]
	placed, err := midnight(r["order_date"])
	if err != nil {
		return event{}, false, err
	}
	requested, err := schemas.ParseDate(r["required_date"])
	if err != nil {
		return event{}, false, err
	}
	order := &schemas.Order{
		Meta:       dense(shop, "order-"+id, placed),
		OrderID:    id,
		CustomerID: r["customer_id"],
		Channel:    channel,
		OrderType:  "standard",
		Currency:   currency,
		Status:     schemas.OrderPlaced,
	}
	for i, line := range n.lines[id] {
		unitPrice, err := discounted(line["unit_price"], line["discount"])
		if err != nil {
			return event{}, false, fmt.Errorf("line %d: %w", i+1, err)
		}
		quantity, err := schemas.ParseQuantity(line["quantity"])
		if err != nil {
			return event{}, false, fmt.Errorf("line %d: %w", i+1, err)
		}
		order.Lines = append(order.Lines, schemas.OrderLine{
			LineNo:        int32(i + 1),
			ItemID:        line["product_id"],
			Quantity:      quantity,
			UOM:           each,
			UnitPrice:     &unitPrice,
			PriceUnit:     1,
			WarehouseID:   warehouse,
			RequestedDate: requested,
			Substitution:  schemas.SubstitutionNever,
			Status:        schemas.LineOpen,
		})
	}
	return eventOf(topics.CommerceOrders, id, order), true, nil
}

// shipment is the whole order in one shipment on the day that it was shipped; none of an order that was not.
func (n *northwind) shipment(r row) (event, bool, error) {
	if r["shipped_date"] == "" {
		return event{}, false, nil
	}
	shipped, err := midnight(r["shipped_date"])
	if err != nil {
		return event{}, false, err
	}
	order, id := r["order_id"], "S"+r["order_id"]
	carrier := n.shippers[r["ship_via"]]
	shipment := &schemas.Shipment{
		Meta:         dense(wms, "shipment-"+id, shipped),
		ShipmentID:   id,
		WarehouseID:  warehouse,
		Milestone:    schemas.MilestoneShipped,
		LastForOrder: true,
		Carrier:      &carrier,
	}
	for i, line := range n.lines[order] {
		quantity, err := schemas.ParseQuantity(line["quantity"])
		if err != nil {
			return event{}, false, fmt.Errorf("line %d: %w", i+1, err)
		}
		shipment.Lines = append(shipment.Lines, schemas.ShipmentLine{
			OrderID:  order,
			LineNo:   int32(i + 1),
			ItemID:   line["product_id"],
			Quantity: quantity,
			UOM:      each,
		})
	}
	return eventOf(topics.WmsShipments, id, shipment), true, nil
}
