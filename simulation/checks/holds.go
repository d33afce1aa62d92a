package checks

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"waybill/schemas"
	"waybill/stream"
	"waybill/stream/sim"
	"waybill/topics"
)

// fulfilment is the stage that bills.
const fulfilment = "fulfilment"

// holds: an epoch of fulfilment that began with a hold taken, and ended with it still standing, has billed nothing that the
// event behind the hold could change. (A hold does not take back a bill, and within one epoch it may come behind one.) And
// the events of an entity have come out of intake in their sequence.
func holds(run *Run) (broken []string) {
	broken = inSequence(run)
	held, people := heldOrders(run), heldByPeople(run)
	bills := map[string]*schemas.Codec[schemas.InvoiceReady]{}
	for _, topic := range []string{topics.InvoiceReady.Name(), topics.Consolidation.Name()} {
		bills[topic] = schemas.NewCodec[schemas.InvoiceReady](run.Registry, topic)
	}
	position := map[sim.Place]int64{} // up to where fulfilment has taken
	for _, epoch := range run.Cluster.Epochs() {
		if epoch.Stage != fulfilment {
			continue
		}
		before := maps.Clone(position)
		maps.Copy(position, epoch.To)
		for _, record := range epoch.Records {
			if bills[record.Topic] == nil {
				continue
			}
			bill := decoded(bills[record.Topic], record)
			if line, is := people[bill.OrderID].stopped(bill, before, position); is {
				broken = append(broken, fmt.Sprintf("invoice-ready %s of order %s was made while a person held line %d", bill.InvoiceReadyID, bill.OrderID, line))
			}
			for _, hold := range held[bill.OrderID] {
				if !hold.stood(before[hold.place], position[hold.place]) || bill.Corrects != nil {
					continue
				}
				if hold.touches(bill) {
					broken = append(broken, fmt.Sprintf("invoice-ready %s of order %s was made past hold %s", bill.InvoiceReadyID, bill.OrderID, hold.id))
				}
			}
		}
	}
	return broken
}

// heldOrder is a hold as fulfilment was told of it.
type heldOrder struct {
	id, shipment string
	placed       bool // the place of the event behind it within the shipment is known
	place        sim.Place
	raised       int64
	released     int64 // the first offset behind raised at which it was released; −1: never
}

// stood tells whether the hold was taken before an epoch and still stands behind it.
func (h *heldOrder) stood(before, behind int64) bool {
	return before > h.raised && (h.released < 0 || behind <= h.released)
}

// touches tells whether the event behind the hold could change the bill. When the event's place in its shipment is known
// it cannot: what comes behind that place has not come out of intake (inSequence).
func (h *heldOrder) touches(bill *schemas.InvoiceReady) bool {
	return h.shipment == "" || bill.Trigger == schemas.OrderComplete || !h.placed &&
		slices.ContainsFunc(bill.Lines, func(line schemas.InvoiceReadyLine) bool { return line.ShipmentID == h.shipment })
}

func heldOrders(run *Run) map[string][]*heldOrder {
	held := map[string][]*heldOrder{}
	take := func(record *stream.Record, order string, hold *schemas.Hold) {
		if hold == nil {
			return
		}
		place := sim.Place{Topic: record.Topic, Partition: record.Partition}
		for _, h := range held[order] {
			if h.id == hold.HoldID && h.place == place && h.released < 0 {
				if !hold.Active {
					h.released = record.Offset
				}
				return
			}
		}
		if hold.Active {
			one := &heldOrder{id: hold.HoldID, placed: hold.Sequence != nil, place: place, raised: record.Offset, released: -1}
			if hold.ShipmentID != nil {
				one.shipment = *hold.ShipmentID
			}
			held[order] = append(held[order], one)
		}
	}
	orders := schemas.NewCodec[schemas.OrderEvent](run.Registry, topics.Orders.Name())
	for _, record := range run.Cluster.Log().Committed(topics.Orders.Name()) {
		if event, err := orders.Decode(context.Background(), record.Value); err == nil {
			take(record, event.OrderID, event.Hold)
		}
	}
	shipments := schemas.NewCodec[schemas.ShipmentEvent](run.Registry, topics.Shipments.Name())
	for _, record := range run.Cluster.Log().Committed(topics.Shipments.Name()) {
		if event, err := shipments.Decode(context.Background(), record.Value); err == nil {
			take(record, event.OrderID, event.Hold)
		}
	}
	return held
}
