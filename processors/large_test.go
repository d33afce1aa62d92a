package processors_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"waybill/processors"
	"waybill/schemas"
	"waybill/stream"
	"waybill/topics"
)

// partsInAll is how many lines there are, each of which ships in a shipment of its own.
const partsInAll = 20_000

// BenchmarkOrderSizes takes the same lines and shipments through each stage as orders of 5 lines and as orders of 5,000. What
// an event costs ought not to depend on how large its order is.
func BenchmarkOrderSizes(b *testing.B) {
	registry, catalogue := schemas.NewLocalRegistry(), topics.Default()
	for _, lines := range []int{5, 5000} {
		sources, master := partsOfOrders(b, registry, lines)
		written := sources
		for _, stage := range processors.Stages(catalogue) {
			inputs, events := inputsOf(stage, written)
			if events == 0 {
				continue
			}
			references := slices.DeleteFunc(slices.Clone(master), func(record stream.Record) bool { return !slices.Contains(stage.References(), record.Topic) })
			var last *stageRun
			b.Run(fmt.Sprintf("%s/lines=%d", stage.Name, lines), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					b.StopTimer()
					last = openStage(b, stage, registry, references)
					b.StartTimer()
					last.take(b, inputs, true)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(events), "ns/event")
			})
			if last == nil { // this stage was not asked for: what it writes is
				last = openStage(b, stage, registry, references)
				last.take(b, inputs, true)
			}
			for topic, partitions := range last.written {
				written[topic] = partitions
			}
		}
	}
}

// inputsOf are the records of a stage's inputs by partition, and how many they are.
func inputsOf(stage *stream.Stage, written map[string][][]stream.Record) (inputs [][]stream.Record, events int) {
	inputs = make([][]stream.Record, benchPartitions)
	for _, topic := range stage.Inputs() {
		for p, records := range written[topic] {
			inputs[p] = append(inputs[p], records...)
			events += len(records)
		}
	}
	return inputs, events
}

// partsOfOrders are orders of so many lines, and a shipment for each line: allocated, then shipped.
func partsOfOrders(b *testing.B, registry schemas.Registry, lines int) (sources map[string][][]stream.Record, master []stream.Record) {
	b.Helper()
	at := time.Date(2026, 3, 2, 7, 0, 0, 0, time.UTC)
	sources = map[string][][]stream.Record{}
	put := func(topic, key string, value []byte, err error) {
		if err != nil {
			b.Fatal(err)
		}
		if sources[topic] == nil {
			sources[topic] = make([][]stream.Record, benchPartitions)
		}
		place(sources[topic], stream.Record{Topic: topic, Key: []byte(key), Value: value, Timestamp: at})
	}
	meta := func(source, id string, sequence int64) schemas.Meta {
		return schemas.Meta{EventID: id, Source: source, Sequence: &sequence, OccurredAt: at, RecordedAt: at}
	}
	orders := schemas.NewCodec[schemas.Order](registry, topics.CommerceOrders.Name())
	shipments := schemas.NewCodec[schemas.Shipment](registry, topics.WmsShipments.Name())
	ctx := context.Background()
	for i := range partsInAll / lines {
		order := &schemas.Order{
			Meta: meta("b2b-shop", fmt.Sprint("o-", i), 1), OrderID: fmt.Sprint("O-", i), CustomerID: "C-1", Channel: "web",
			OrderType: "standard", Currency: "USD", Status: schemas.OrderPlaced, Lines: []schemas.OrderLine{},
		}
		for line := range lines {
			order.Lines = append(order.Lines, schemas.OrderLine{
				LineNo: int32(line + 1), ItemID: "HAMMER", Quantity: schemas.MustQuantity("10"), UOM: "each", PriceUnit: 1, WarehouseID: "east",
				RequestedDate: schemas.DateOf(at), Substitution: schemas.SubstitutionNever, Status: schemas.LineOpen,
			})
		}
		value, err := orders.Append(ctx, nil, order)
		put(topics.CommerceOrders.Name(), order.OrderID, value, err)
	}
	for sequence, milestone := range []schemas.Milestone{schemas.MilestoneAllocated, schemas.MilestoneShipped} {
		for part := range partsInAll {
			id := fmt.Sprint("S-", part)
			value, err := shipments.Append(ctx, nil, &schemas.Shipment{
				Meta: meta("wms-east", fmt.Sprint(id, "-", milestone), int64(sequence+1)), ShipmentID: id, WarehouseID: "east", Milestone: milestone,
				Lines: []schemas.ShipmentLine{{
					OrderID: fmt.Sprint("O-", part/lines), LineNo: int32(part%lines + 1), ItemID: "HAMMER", Quantity: schemas.MustQuantity("10"), UOM: "each",
				}},
			})
			put(topics.WmsShipments.Name(), id, value, err)
		}
	}
	for _, of := range []struct {
		topic string
		write func() ([]byte, error)
	}{
		{topics.Customers.Name(), func() ([]byte, error) {
			return schemas.NewCodec[schemas.Customer](registry, topics.Customers.Name()).Append(ctx, nil, &schemas.Customer{
				CustomerID: "C-1", Name: "C-1", Segment: "retail", Currency: "USD", InvoicePolicy: schemas.OnShipment,
				ShipPolicy: schemas.ShipPartial, SubstitutionPrice: schemas.PriceOriginal,
			})
		}},
		{topics.Items.Name(), func() ([]byte, error) {
			return schemas.NewCodec[schemas.Item](registry, topics.Items.Name()).Append(ctx, nil, &schemas.Item{
				ItemID: "HAMMER", Description: "hammer", BaseUOM: "each", UOMs: []schemas.ItemUOM{}, Substitutes: []string{},
			})
		}},
		{topics.Prices.Name(), func() ([]byte, error) {
			return schemas.NewCodec[schemas.ItemPrice](registry, topics.Prices.Name()).Append(ctx, nil, &schemas.ItemPrice{
				PriceID: "L-1", ItemID: "HAMMER", Currency: "USD", ValidFrom: schemas.DateOf(at), UOM: "each", UnitPrice: schemas.MustPrice("18.5"), PriceUnit: 1,
			})
		}},
		{topics.Warehouses.Name(), func() ([]byte, error) {
			return schemas.NewCodec[schemas.Warehouse](registry, topics.Warehouses.Name()).Append(ctx, nil, &schemas.Warehouse{
				WarehouseID: "east", Name: "east", Region: "east", TimeZone: "UTC", Owner: "warehouse",
			})
		}},
	} {
		value, err := of.write()
		if err != nil {
			b.Fatal(err)
		}
		key := map[string]string{topics.Customers.Name(): "C-1", topics.Items.Name(): "HAMMER", topics.Prices.Name(): "HAMMER/L-1", topics.Warehouses.Name(): "east"}[of.topic]
		master = append(master, stream.Record{Topic: of.topic, Key: []byte(key), Value: value, Timestamp: at})
	}
	return sources, master
}
