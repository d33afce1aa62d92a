package checks

import (
	"context"
	"fmt"

	"waybill/schemas"
	"waybill/topics"
)

// inSequence: an event of a numbered entity came out of intake in an earlier epoch than those behind it, or before them.
func inSequence(run *Run) (broken []string) {
	last := map[string]int64{}
	note := func(entity, to string, meta schemas.Meta) {
		if meta.Sequence == nil {
			return
		}
		for _, of := range []string{entity, entity + " for " + to} {
			if before := last[of]; *meta.Sequence < before || of != entity && *meta.Sequence == before {
				broken = append(broken, fmt.Sprintf("event %d of %s came out behind event %d", *meta.Sequence, of, before))
			}
			last[of] = max(last[of], *meta.Sequence)
		}
	}
	orders := schemas.NewCodec[schemas.OrderEvent](run.Registry, topics.Orders.Name())
	shipments := schemas.NewCodec[schemas.ShipmentEvent](run.Registry, topics.Shipments.Name())
	stock := schemas.NewCodec[schemas.StockEvent](run.Registry, topics.Stock.Name())
	for _, epoch := range run.Cluster.Epochs() {
		for _, record := range epoch.Records {
			switch record.Topic {
			case topics.Orders.Name():
				if event, err := orders.Decode(context.Background(), record.Value); err == nil && event.Order != nil {
					note("order "+event.OrderID, "it", event.Order.Meta)
				}
			case topics.Shipments.Name():
				if event, err := shipments.Decode(context.Background(), record.Value); err == nil && event.Shipment != nil {
					note("shipment "+event.Shipment.ShipmentID, "order "+event.OrderID, event.Shipment.Meta)
				}
			case topics.Stock.Name():
				if event, err := stock.Decode(context.Background(), record.Value); err == nil && !event.Expected {
					note("stock "+event.Movement.ItemID+"@"+event.Movement.WarehouseID, "it", event.Movement.Meta)
				}
			}
		}
	}
	return broken
}
