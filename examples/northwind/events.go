package main

import (
	"fmt"
	"time"

	"waybill/schemas"
	"waybill/topics"
)

// event is one line for `waybill dev`.
type event struct {
	Topic string `json:"topic"`
	Key   string `json:"key"`
	Value any    `json:"value"`
}

func eventOf[T any](topic topics.Topic[T], key string, value *T) event {
	return event{topic.Name(), key, value}
}

// What Northwind does not say; README.md lists it for people.
const (
	currency  = "USD"
	each      = "each"
	warehouse = "northwind"
	channel   = "web"
)

// Systems of the catalogue that the events are said to come from.
const (
	shop = "b2b-shop"
	erp  = "erp"
	wms  = "wms-west"
)

// opening is when the master data begins to hold: before the first order, which is of 1996-07-04.
var opening = time.Date(1996, time.January, 1, 0, 0, 0, 0, time.UTC)

var first int64 = 1

// dense is the meta of the only event that a source with sequences gives of an entity.
func dense(source, id string, at time.Time) schemas.Meta {
	return schemas.Meta{EventID: source + "-" + id, Source: source, Sequence: &first, OccurredAt: at, RecordedAt: at}
}

// master is the meta of the only event that ERP, whose events carry positions, gives of an entity.
func master(id string) schemas.Meta {
	return schemas.Meta{EventID: erp + "-" + id, Source: erp, Position: &first, OccurredAt: opening, RecordedAt: opening}
}

// northwind is what the tables hold, the order lines by order.
type northwind struct {
	customers, products, orders []row
	lines                       map[string][]row
	shippers                    map[string]string // name by shipper_id
}

func read() (*northwind, error) {
	n := &northwind{lines: map[string][]row{}, shippers: map[string]string{}}
	var lines, shippers []row
	for name, rows := range map[string]*[]row{
		"customers": &n.customers, "products": &n.products, "orders": &n.orders, "order_details": &lines, "shippers": &shippers,
	} {
		var err error
		if *rows, err = table(name); err != nil {
			return nil, err
		}
	}
	for _, line := range lines {
		n.lines[line["order_id"]] = append(n.lines[line["order_id"]], line)
	}
	for _, shipper := range shippers {
		n.shippers[shipper["shipper_id"]] = shipper["company_name"]
	}
	return n, nil
}

// events turns the tables into events: master data and stock, then orders, then shipments.
func (n *northwind) events() ([]event, error) {
	events := []event{theWarehouse()}
	for _, part := range []struct {
		table string
		rows  []row
		event func(row) (event, bool, error)
	}{
		{"customers", n.customers, customer},
		{"products", n.products, item},
		{"products", n.products, listPrice},
		{"products", n.products, stock},
		{"orders", n.orders, n.order},
		{"orders", n.orders, n.shipment},
	} {
		for i, r := range part.rows {
			one, there, err := part.event(r)
			if err != nil {
				return nil, fmt.Errorf("table %s, row %d: %w", part.table, i+1, err)
			}
			if there {
				events = append(events, one)
			}
		}
	}
	return events, nil
}
