package intake

import (
	"fmt"
	"strings"
	"testing"

	"waybill/schemas"
	"waybill/stream/sim"
	"waybill/topics"
)

// inLine tells what o2c.orders and o2c.shipments say of an order, each as it is read: events by their sequence or
// position, + for a hold, − for its end.
func (w world) inLine(orderID string) string {
	var orders, shipments []string
	say := func(hold *schemas.Hold) string {
		sign := map[bool]string{true: "+", false: "−"}[hold.Active]
		return sign + strings.ReplaceAll(heldOrder{orderID, hold}.text(), " ", ":")
	}
	for _, sent := range sim.Read(w.World, topics.Orders) {
		switch event := sent.Value; {
		case sent.Key != orderID:
		case event.Hold != nil:
			orders = append(orders, say(event.Hold))
		case event.Order != nil:
			orders = append(orders, fmt.Sprint(*event.Order.Meta.Sequence))
		default:
			orders = append(orders, fmt.Sprintf("@%d", *event.Acceptance.Meta.Position))
		}
	}
	for _, sent := range sim.Read(w.World, topics.Shipments) {
		switch event := sent.Value; {
		case sent.Key != orderID:
		case event.Hold != nil:
			shipments = append(shipments, say(event.Hold))
		default:
			shipments = append(shipments, fmt.Sprintf("%s#%d", event.Shipment.ShipmentID, *event.Shipment.Meta.Sequence))
		}
	}
	return strings.TrimSpace(strings.Join(orders, " ") + " | " + strings.Join(shipments, " "))
}

// play sends events of one order or shipment, each taken before the next is there.
func play(w world, events ...any) {
	for _, event := range events {
		switch e := event.(type) {
		case *schemas.Order:
			send(w, e)
		case *schemas.OrderAcceptance:
			send(w, e)
		case *schemas.Shipment:
			send(w, e)
		}
		w.Run()
	}
}

func badOrder(sequence int64) *schemas.Order {
	bad := anOrder("O1", sequence)
	bad.Currency = "euro"
	return bad
}

func badShipment(sequence int64, orders ...string) *schemas.Shipment {
	bad := aShipment("S1", sequence, schemas.MilestoneShipped, orders...)
	bad.Lines[0].Quantity = schemas.MustQuantity("-4")
	return bad
}

func TestAHoldEndsBehindTheEventThatEndsItAndWhatThatLetGo(t *testing.T) {
	w := newWorld(t, 0)
	play(w, anOrder("O1", 1), badOrder(2), anOrder("O1", 3), badOrder(4), anOrder("O1", 5))
	w.want("held", w.inLine("O1"), "1 +unreadable#2 +unreadable#4 |")
	play(w, anOrder("O1", 2))
	w.want("up to the next hole", w.inLine("O1"), "1 +unreadable#2 +unreadable#4 2 3 −unreadable#2 |")
	w.replay(w.the(), "currency", `"EUR"`)
	w.want("replayed", w.inLine("O1"), "1 +unreadable#2 +unreadable#4 2 3 −unreadable#2 4 5 −unreadable#4 |")
}

func TestTheHoldOfAGapEndsBehindWhatFillsItAndTheNextBeginsBeforeThat(t *testing.T) {
	w := newWorld(t, 0)
	play(w, anOrder("O1", 2), anOrder("O1", 4), anOrder("O1", 1))
	w.want("the next gap", w.inLine("O1"), "+sequence_gap#1 1 2 +sequence_gap#3 −sequence_gap#1 |")
	play(w, anOrder("O1", 3))
	w.want("filled", w.inLine("O1"), "+sequence_gap#1 1 2 +sequence_gap#3 −sequence_gap#1 3 4 −sequence_gap#3 |")
}

func TestAHoldThatIsGivenUpEndsBehindWhatItLetGo(t *testing.T) {
	w := newWorld(t, 0)
	play(w, badShipment(1, "O1"), aShipment("S1", 2, schemas.MilestoneShipped, "O1"))
	w.drop(w.the())
	w.want("O1", w.inLine("O1"), "| +unreadable:S1#1 S1#2 −unreadable:S1#1")
}

func TestAnAcceptanceEndsTheHoldOfTheOnesBeforeItWhenItIsSaid(t *testing.T) {
	w := newWorld(t, 0)
	bad := anAcceptance("O1", 5)
	bad.Currency = "euro"
	play(w, anOrder("O1", 1), bad, anAcceptance("O1", 6))
	w.want("O1", w.inLine("O1"), "1 +unreadable @6 −unreadable |")
}

func TestAnOrderThatAHeldShipmentTurnsOutToCarryIsHeldBeforeItsPart(t *testing.T) {
	w := newWorld(t, 0)
	play(w, aShipment("S1", 1, schemas.MilestoneAllocated, "O1"), badShipment(3, "O1"))
	play(w, aShipment("S1", 2, schemas.MilestonePacked, "O1", "O2"))
	w.want("O1", w.inLine("O1"), "| S1#1 +unreadable:S1#3 +sequence_gap:S1#2 S1#2 −sequence_gap:S1#2")
	w.want("O2", w.inLine("O2"), "| +unreadable:S1#3 +sequence_gap:S1#2 S1#2 −sequence_gap:S1#2")
	play(w, aShipment("S1", 3, schemas.MilestoneShipped, "O2"))
	w.want("an order that the event takes out", w.inLine("O1"), "| S1#1 +unreadable:S1#3 +sequence_gap:S1#2 S1#2 −sequence_gap:S1#2 S1#3 −unreadable:S1#3")
}

func TestAnEventThatWaitedNamesTheRecordThatItWas(t *testing.T) {
	w := newWorld(t, 0)
	play(w, anOrder("O1", 3), badOrder(2), anOrder("O1", 1))
	w.replay(w.the(), "currency", `"EUR"`)
	source := w.Records(topics.CommerceOrders.Name()) // in the order in which they came: 3, 2, 1
	told := 0
	for _, sent := range sim.Read(w.World, topics.Orders) {
		order := sent.Value.Order
		if order == nil {
			continue
		}
		told++
		record := source[3-*order.Meta.Sequence]
		want := schemas.Evidence{Topic: record.Topic, Partition: record.Partition, Offset: record.Offset, EventID: order.Meta.EventID}
		if sent.Value.Origin != want {
			t.Errorf("event %d names %+v, and was %+v", *order.Meta.Sequence, sent.Value.Origin, want)
		}
	}
	w.want("told", fmt.Sprint(told), "3")
}

// A record without its entity's key is another task's: what it holds is let go by hand, or by a replay that makes it fit.
func TestTheHoldOfARecordUnderAForeignKeyEndsWithIt(t *testing.T) {
	w := newWorld(t, 0)
	sendAs(w, "S2", aShipment("S1", 1, schemas.MilestoneShipped, "O1"))
	w.Run()
	w.replay(w.the(), "shipment_id", `"S2"`)
	w.want("O1", w.inLine("O1"), "| +unreadable:S1#1 S2#1 −unreadable:S1#1")
	sendAs(w, "O9", anOrder("O2", 1))
	w.Run()
	w.drop(w.the())
	w.want("O2", w.inLine("O2"), "+unreadable#1 −unreadable#1 |")
}

func TestAHoldSaysNothingBetweenTwoStepsThatWouldLetTheOrderGo(t *testing.T) {
	w := newWorld(t, 0)
	send(w, aShipment("S1", 3, schemas.MilestonePacked, "O1"))
	w.Run()
	send(w, aShipment("S1", 1, schemas.MilestoneAllocated, "O1"))
	w.Run()
	active := 0
	for i, told := range w.holds() {
		if told.Active {
			active++
		} else {
			active--
		}
		if active == 0 {
			t.Errorf("after record %d nothing holds the order, and event 2 is still missing", i)
		}
	}
}
