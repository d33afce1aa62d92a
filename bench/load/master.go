package load

import (
	"context"

	"waybill/distributor"
	"waybill/schemas"
	"waybill/topics"
)

// master writes the master data as intake would have: no lookup of a run misses, whoever runs.
func (l *Load) master(ctx context.Context, registry schemas.Registry, d *distributor.Distributor) error {
	customers := schemas.NewCodec[schemas.Customer](registry, topics.Customers.Name())
	items := schemas.NewCodec[schemas.Item](registry, topics.Items.Name())
	prices := schemas.NewCodec[schemas.ItemPrice](registry, topics.Prices.Name())
	warehouses := schemas.NewCodec[schemas.Warehouse](registry, topics.Warehouses.Name())
	for _, event := range d.MasterData(opening) {
		var value []byte
		var err error
		record := Record{Key: []byte(event.Key)}
		switch of := event.Value.(type) {
		case *schemas.Customer:
			record.Topic = topics.Customers.Name()
			value, err = customers.Append(ctx, nil, of)
		case *schemas.Item:
			record.Topic = topics.Items.Name()
			value, err = items.Append(ctx, nil, of)
		case *schemas.ItemPrice:
			record.Topic, record.Key = topics.Prices.Name(), []byte(topics.PriceKey(of.ItemID, of.PriceID))
			value, err = prices.Append(ctx, nil, of)
		case *schemas.Warehouse:
			record.Topic = topics.Warehouses.Name()
			value, err = warehouses.Append(ctx, nil, of)
		default: // stock: neither stage reads it
			continue
		}
		if err != nil {
			return err
		}
		record.Value = value
		l.Master = append(l.Master, record)
	}
	return nil
}
