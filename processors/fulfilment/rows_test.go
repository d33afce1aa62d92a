package fulfilment

import (
	"reflect"
	"testing"
	"time"

	"waybill/processors/exposure"
	"waybill/processors/milestones"
	"waybill/schemas"
	"waybill/state"
)

func roundTrip[V any](t *testing.T, row *V) *V {
	t.Helper()
	codec := state.NewCodec[V](schemas.CustomTypes()...)
	encoded, err := codec.Append(nil, row)
	if err != nil {
		t.Fatal(err)
	}
	back, err := codec.Decode(encoded, nil)
	if err != nil {
		t.Fatal(err)
	}
	return back
}

func TestRowsComeBackAsTheyWerePut(t *testing.T) {
	fact := Fact{at(1), schemas.Evidence{Topic: "commerce.orders", Partition: 3, Offset: 7, EventID: "e"}}
	order := &OrderRow{
		OrderID: "O1", Placed: &PlacedOrder{Sequence: 2, CustomerID: "ACME", Channel: "web", Currency: "USD", ShipPolicy: new(schemas.ShipComplete),
			InvoicePolicy: new(schemas.OrderComplete), BusinessDate: schemas.MustDate("2026-03-02"), Fact: fact},
		Accepted: &AcceptedOrder{Position: 4, Status: schemas.Accepted, Currency: "USD", Fact: fact}, Agreed: customerTerms(customer("ACME", nil)),
		Shipments: 3, InProgress: 1, Last: 1, Final: true, Count: LineCount{1, 2, 3, 4, 5, 6, 7, 8}, Complete: true,
		Holds:    []HoldRow{{"h", "unreadable", "S1", true, &HoldSummary{"ACME", "web", "retail", "USD", 12}}},
		Commands: []HoldCommand{{2, "c-1", true, "ann", "because", fact, fact}}, Raised: []RaisedRow{{"ex-1", "unknown_order"}}, Grace: true, AwaitedCustomer: "ACME", AsOf: at(2),
		Exposed: exposure.Use{CustomerID: "ACME", Currency: "USD", Amount: 9},
	}
	if back := roundTrip(t, order); !reflect.DeepEqual(back, order) {
		t.Errorf("got %+v\nwant %+v", back, order)
	}
	placed, accepts := line(1, "4", nil), accepted(1, "4", "9", nil)
	row := &LineRow{
		OrderID: "O1", LineNo: 1, Placed: &placed, EndedAt: &time.Time{}, Accepted: &accepts,
		Parts:     []Part{{"S1", milestones.Part{ItemID: "A", UOM: "EA", Allocated: 1, Picked: 2, Packed: 3, Shipped: 4, Delivered: 5, Returned: 6, Weight: new(q("7"))}}},
		Terms:     []ItemTerms{{"A", "EA", []schemas.ItemUOM{{UOM: "CS", Numerator: 12, Denominator: 1}}, true, []string{"B"}, percent("1"), percent("2")}},
		Prices:    []ListedPrice{{"A", "EA", "ACME", "USD", Price{1, 2, "EA"}}},
		Billed:    []Bill{{Unit: "order", ShipmentID: "S1", PartItemID: "A", PartUOM: "EA", Quantity: 3, UnitPrice: 4, PriceUnit: 1, Amount: 12, InvoiceReadyID: "ir-1", Revision: 2}},
		Overrides: []OverrideRow{{"ex-1", "c-1", "ann", "because", true, new(q("3")), &Price{4, 1, "EA"}, "EA", "USD", fact}}, Raised: []RaisedRow{{"ex-1", "over_shipped"}}, Demand: []DemandRow{{"A", "EAST", 1, 2}}, Grace: true, Tally: LineTally{true, true, true, true, true, 1, 2, 3},
	}
	if back := roundTrip(t, row); !reflect.DeepEqual(back, row) {
		t.Errorf("got %+v\nwant %+v", back, row)
	}
	shipment := &ShipmentRow{"O1", "S1", "EAST", 3, schemas.MilestoneShipped, true, []int32{1, 2}, at(1), &fact, &fact, fact}
	if back := roundTrip(t, shipment); !reflect.DeepEqual(back, shipment) {
		t.Errorf("got %+v\nwant %+v", back, shipment)
	}
}
