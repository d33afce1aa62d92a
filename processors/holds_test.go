package processors_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"waybill/processors"
	"waybill/processors/conditions"
	"waybill/schemas"
	"waybill/stream/sim"
	"waybill/topics"
)

// interleavings is how many ways the stages take their turns in, and read their topics side by side.
const interleavings = 100

var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// TestWhatIsHeldIsBilledOnceByTheEventThatEndsTheHold holds an order by an event that cannot be read, has everything else
// come meanwhile that it takes to be billed, and then mends the event: by a replay with a corrected value, or since its
// source sends it again. What was held is billed by that event, and never by what was known before it.
func TestWhatIsHeldIsBilledOnceByTheEventThatEndsTheHold(t *testing.T) {
	for _, test := range []struct {
		name            string
		before          []any // taken one after the other, the last one unreadable
		meanwhile       []any
		topic, entity   string // of the unreadable one, whose sequence is 2
		mended          any
		path, corrected string
		behind          []any // waits for it
		want            string
	}{
		{
			name:      "an order by its change",
			before:    []any{ordered(1, "USD", "10", schemas.OnShipment), ordered(2, "dollars", "9", schemas.OnShipment)},
			meanwhile: []any{shipped("S1", 1, "4", "0"), shipped("S2", 1, "6", "10")},
			topic:     "commerce.orders", entity: "O1",
			mended: ordered(2, "USD", "9", schemas.OnShipment), path: "currency", corrected: `"USD"`,
			want: "4 of S1 at 9.00; 6 of S2 at 9.00, 10 of S2 at 9.00",
		},
		{
			name:      "an order by its change, and by one behind it",
			before:    []any{ordered(1, "USD", "10", schemas.OnShipment), ordered(2, "dollars", "9", schemas.OnShipment)},
			meanwhile: []any{shipped("S1", 1, "10", "10")},
			topic:     "commerce.orders", entity: "O1",
			mended: ordered(2, "USD", "9", schemas.OnShipment), path: "currency", corrected: `"USD"`,
			behind: []any{ordered(3, "USD", "8", schemas.OnShipment)},
			want:   "10 of S1 at 8.00, 10 of S1 at 8.00",
		},
		{
			name:      "an order that is billed when it is complete, by what a shipment really carries",
			before:    []any{ordered(1, "USD", "10", schemas.OrderComplete), shipped("S1", 1, "10", "0"), shipped("S1", 2, "-11", "0")},
			meanwhile: []any{shipped("S2", 1, "0", "10")},
			topic:     "wms.shipments", entity: "S1",
			mended: shipped("S1", 2, "11", "0"), path: "lines[0].quantity", corrected: `"11"`,
			want: "11 of S1 at 10.00, 10 of S2 at 10.00",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			for seed := uint64(1); seed <= interleavings; seed++ {
				w := sim.New(t, sim.Options{Start: monday, Seed: seed}, processors.Stages(topics.Default())...)
				sendAll(w, false, known()...)
				sendAll(w, true, test.before...)
				sendAll(w, seed%2 == 0, append(test.meanwhile, test.behind...)...)
				w.Advance(time.Minute * time.Duration(seed%3))
				if got := billed(w); got != "" {
					t.Fatalf("seed %d: billed past the hold: %s", seed, got)
				}
				if seed%4 < 2 {
					sendAll(w, true, test.mended)
				} else {
					sendAll(w, true, replay(conditions.ID(conditions.Unreadable, test.topic, test.entity, "2"), test.path, test.corrected))
				}
				w.Advance(time.Hour)
				if got := billed(w); got != test.want {
					t.Fatalf("seed %d: billed %s, want %s", seed, got, test.want)
				}
				for _, exception := range sim.Latest(w, topics.Exceptions) {
					if exception.Status != schemas.ExceptionResolved {
						t.Errorf("seed %d: %s %s", seed, exception.Class, exception.Message)
					}
				}
			}
		})
	}
}

// sendAll sends events to their topics; one by one: each is taken before the next is there.
func sendAll(w *sim.World, oneByOne bool, events ...any) {
	for _, event := range events {
		switch e := event.(type) {
		case *schemas.Order:
			sim.Send(w, topics.CommerceOrders, e.OrderID, e)
		case *schemas.Shipment:
			sim.Send(w, topics.WmsShipments, e.ShipmentID, e)
		case *schemas.Customer:
			sim.Send(w, topics.MasterCustomers, e.CustomerID, e)
		case *schemas.Item:
			sim.Send(w, topics.MasterItems, e.ItemID, e)
		case *schemas.Warehouse:
			sim.Send(w, topics.MasterWarehouses, e.WarehouseID, e)
		case *schemas.Command:
			sim.Send(w, topics.Commands, e.Target, e)
		}
		if oneByOne {
			w.Run()
		}
	}
}

// known is the master data that the orders rest on.
func known() []any {
	meta := schemas.Meta{EventID: "known", Source: "erp", Position: new(int64(1)), OccurredAt: monday, RecordedAt: monday}
	return []any{
		&schemas.Customer{
			Meta: meta, CustomerID: "C1", Name: "C1", Segment: "retail", Currency: "USD", InvoicePolicy: schemas.OnShipment,
			ShipPolicy: schemas.ShipPartial, SubstitutionPrice: schemas.PriceLower,
		},
		&schemas.Item{Meta: meta, ItemID: "A", Description: "bolt", BaseUOM: "each", UOMs: []schemas.ItemUOM{}, Substitutes: []string{}, OverTolerancePercent: new(schemas.MustPercent("10"))},
		&schemas.Warehouse{Meta: meta, WarehouseID: "east", Name: "East", Region: "east", TimeZone: "UTC", Owner: "warehouse east"},
	}
}

// ordered is the order of two lines of ten at a price.
func ordered(sequence int64, currency, price string, policy schemas.InvoicePolicy) *schemas.Order {
	o := &schemas.Order{
		Meta: sequenced("b2b-shop", "O1", sequence), OrderID: "O1", CustomerID: "C1", Channel: "web", OrderType: "standard", Currency: currency,
		Status: schemas.OrderPlaced, InvoicePolicy: &policy,
	}
	for lineNo := range int32(2) {
		o.Lines = append(o.Lines, schemas.OrderLine{
			LineNo: lineNo + 1, ItemID: "A", Quantity: schemas.MustQuantity("10"), UOM: "each", UnitPrice: new(schemas.MustPrice(price)), PriceUnit: 1,
			WarehouseID: "east", RequestedDate: schemas.DateOf(monday), Substitution: schemas.SubstitutionNever, Status: schemas.LineOpen,
		})
	}
	return o
}

// shipped is a shipment that leaves with so much of each line; "0" is nothing of it.
func shipped(shipmentID string, sequence int64, quantities ...string) *schemas.Shipment {
	s := &schemas.Shipment{Meta: sequenced("wms-east", shipmentID, sequence), ShipmentID: shipmentID, WarehouseID: "east", Milestone: schemas.MilestoneShipped}
	for i, quantity := range quantities {
		if quantity != "0" {
			s.Lines = append(s.Lines, schemas.ShipmentLine{OrderID: "O1", LineNo: int32(i + 1), ItemID: "A", Quantity: schemas.MustQuantity(quantity), UOM: "each"})
		}
	}
	return s
}

func sequenced(source, entity string, sequence int64) schemas.Meta {
	at := monday.Add(time.Duration(sequence) * time.Minute)
	return schemas.Meta{EventID: fmt.Sprintf("%s-%d", entity, sequence), Source: source, Sequence: &sequence, OccurredAt: at, RecordedAt: at}
}

func replay(exceptionID, path, value string) *schemas.Command {
	return &schemas.Command{
		Meta:      schemas.Meta{EventID: "k", Source: "waybill", OccurredAt: monday.Add(time.Hour), RecordedAt: monday.Add(time.Hour)},
		CommandID: "k", Actor: "ada", Kind: schemas.CommandReplay, Target: exceptionID, Reason: "mended", Payload: fmt.Sprintf(`{"set":{%q:%s}}`, path, value),
	}
}

// billed tells every record of o2c.invoice-ready, sorted; credits and second bills would be among them.
func billed(w *sim.World) string {
	var records []string
	for _, sent := range sim.Read(w, topics.InvoiceReady) {
		var lines []string
		for _, line := range sent.Value.Lines {
			lines = append(lines, fmt.Sprintf("%s of %s at %s", line.Quantity, line.ShipmentID, line.UnitPrice))
		}
		records = append(records, strings.Join(lines, ", "))
	}
	slices.Sort(records)
	return strings.Join(records, "; ")
}
