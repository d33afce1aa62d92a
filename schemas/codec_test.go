package schemas

import (
	"context"
	"reflect"
	"testing"
	"time"
)

func shipmentOfThreeLines() *Shipment {
	at := time.Date(2026, 3, 4, 5, 6, 7, 8000, time.UTC)
	line := func(n int32) ShipmentLine {
		return ShipmentLine{OrderID: "SO-100042", LineNo: n, ItemID: "ITEM-000123", Quantity: MustQuantity("12"), UOM: "EA"}
	}
	return &Shipment{
		Meta:       Meta{EventID: "wms-east-0000012345", Source: "wms-east", Sequence: new(int64(3)), OccurredAt: at, RecordedAt: at},
		ShipmentID: "SH-2000001", WarehouseID: "EAST", Milestone: MilestoneShipped, Carrier: new("UPS"), Tracking: new("1Z999"),
		Lines: []ShipmentLine{line(1), line(2), line(3)},
	}
}

func TestAShipmentComesBackAsItWasWritten(t *testing.T) {
	codec := NewCodec[Shipment](NewLocalRegistry(), "wms.shipments")
	value, err := codec.Append(context.Background(), nil, shipmentOfThreeLines())
	if err != nil {
		t.Fatal(err)
	}
	got, err := codec.Decode(context.Background(), value)
	if err != nil {
		t.Fatal(err)
	}
	if want := shipmentOfThreeLines(); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func BenchmarkShipmentOfThreeLines(b *testing.B) {
	ctx := context.Background()
	codec := NewCodec[Shipment](NewLocalRegistry(), "wms.shipments")
	shipment := shipmentOfThreeLines()
	value, err := codec.Append(ctx, nil, shipment)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("decode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := codec.Decode(ctx, value); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("append", func(b *testing.B) {
		b.ReportAllocs()
		var buffer []byte
		for b.Loop() {
			if buffer, err = codec.Append(ctx, buffer[:0], shipment); err != nil {
				b.Fatal(err)
			}
		}
	})
}
