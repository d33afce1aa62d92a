package intake

import (
	"bytes"
	"strings"
	"testing"

	"waybill/schemas"
	"waybill/stream"
	"waybill/stream/sim"
	"waybill/topics"
)

// Why an event in a schema of the warehouse's own cannot be taken.
const reason = "unreadable: wms.shipments: event 2 of shipment S1 from wms-east cannot be taken: incompatible_schema"

func fingerprintOf(t *testing.T, topic string, words ...string) string {
	t.Helper()
	writer, err := schemas.Fingerprint(foreignSchema(topic, words...))
	if err != nil {
		t.Fatal(err)
	}
	return writer
}

// heldShipment is S1 of orders O1 and O2, whose second event is unreadable, and whose third waits.
func heldShipment(t *testing.T) (world, []byte) {
	w := newWorld(t, 0)
	raw := foreignBytes(w, aShipment("S1", 2, schemas.MilestonePicked, "O1", "O2"), theirs...)
	send(w, aShipment("S1", 1, schemas.MilestoneAllocated, "O1"))
	w.SendRaw("wms.shipments", []byte("S1"), raw, stream.Header{Key: "trace", Value: []byte("t1")})
	send(w, aShipment("S1", 3, schemas.MilestoneShipped, "O1"))
	w.Run()
	return w, raw
}

func TestSecondShipmentEventHeldUntilContractIsMended(t *testing.T) {
	w, raw := heldShipment(t)
	w.want("O1", w.shipments("O1"), "S1#1:1")
	w.want("holds", w.held(), "O1 unreadable S1#2; O2 unreadable S1#2")
	letters := w.Records(topics.DeadLetters)
	if len(letters) != 1 || !bytes.Equal(letters[0].Value, raw) || string(letters[0].Key) != "S1" || header(letters[0], "trace") != "t1" ||
		header(letters[0], "waybill.error.class") != schemas.ClassIncompatibleSchema || header(letters[0], "waybill.schema.id") == "0" {
		t.Fatalf("dead letters %+v", letters)
	}
	exception := w.the()
	writer := fingerprintOf(t, "wms.shipments", theirs...)
	if !strings.HasPrefix(w.messages(), reason) ||
		!strings.HasSuffix(exception.Message, " Mend the contract or add a repair for writer schema "+writer+" and replay it; or replay it with the corrected value; or have wms-east send event 2 again.") {
		t.Errorf("message %q", exception.Message)
	}
	if exception.WarehouseID == nil || *exception.WarehouseID != "E" {
		t.Error("the exception is not about the warehouse that the event names")
	}
	if *exception.ShipmentID != "S1" || *exception.Source != "wms-east" || exception.OrderID != nil || exception.Causes[0].EventID != "S1-e" {
		t.Errorf("%+v", exception)
	}
	w.Advance(10 * deadline)
	if w.the().ExceptionID != exception.ExceptionID {
		t.Error("no gap is raised for what is unreadable")
	}

	w.replay(exception)
	if !strings.HasPrefix(w.messages(), reason) || w.shipments("O1") != "S1#1:1" {
		t.Errorf("a replay before anything was mended:\n%s", w.messages())
	}
	sim.Send(w.World, topics.Repairs, topics.RepairKey("wms.shipments", writer), &schemas.Repair{
		RepairID: "r1", Topic: "wms.shipments", Writer: writer, Why: "renamed",
		Steps: []schemas.RepairStep{{Action: schemas.RepairRename, Path: "lines[].qty", To: new("quantity")}},
	})
	w.Run()
	w.want("a repair alone replays nothing", w.shipments("O1"), "S1#1:1")
	w.replay(exception)
	w.want("O1", w.shipments("O1"), "S1#1:1 S1#2:1 S1#3:1")
	w.want("O2", w.shipments("O2"), "S1#2:1 S1#3:0")
	w.want("holds", w.held(), "")
	w.want("resolutions", w.resolutions(), "unreadable replayed")
	source := w.Records("wms.shipments")[1]
	if origin := sim.Read(w.World, topics.Shipments)[1].Value.Origin; origin.Offset != source.Offset || origin.EventID != "S1-e" {
		t.Errorf("origin %+v", origin)
	}

	w.replay(exception)
	w.want("a second replay", w.shipments("O1"), "S1#1:1 S1#2:1 S1#3:1")
	w.SendRaw("wms.shipments", []byte("S1"), foreignBytes(w, aShipment("S1", 4, schemas.MilestoneDelivered, "O1"), theirs...))
	w.Run()
	w.want("later events of the schema", w.shipments("O1"), "S1#1:1 S1#2:1 S1#3:1 S1#4:1")
	w.want("dead letters", w.deadLetters(), header(letters[0], "waybill.error.class")+" "+header(letters[0], "waybill.error.field"))
}

func TestAnUnreadableEventIsSupersededByTheSameSequenceReadable(t *testing.T) {
	w, raw := heldShipment(t)
	send(w, aShipment("S1", 2, schemas.MilestonePicked, "O1"))
	w.Run()
	w.want("O1", w.shipments("O1"), "S1#1:1 S1#2:1 S1#3:1")
	w.want("holds", w.held(), "")
	w.want("resolutions", w.resolutions(), "unreadable superseded")
	w.SendRaw("wms.shipments", []byte("S1"), raw)
	w.Run()
	w.want("its duplicate", w.messages(), "")
}

func TestAnUnreadableEventThatIsGivenUpLetsTheRestGo(t *testing.T) {
	w, raw := heldShipment(t)
	exception := w.the()
	w.drop(exception)
	w.drop(exception)
	w.SendRaw("wms.shipments", []byte("S1"), raw)
	send(w, aShipment("S1", 2, schemas.MilestonePicked, "O1"))
	w.Run()
	w.want("O1", w.shipments("O1"), "S1#1:1 S1#3:1")
	w.want("holds", w.held(), "")
	w.want("messages", w.messages(), "")
	w.want("resolutions", w.resolutions(), "unreadable dropped")
}

func TestAnEventIsReplayedWithCorrectedValues(t *testing.T) {
	w := newWorld(t, 0)
	bad := aShipment("S1", 1, schemas.MilestoneShipped, "O1")
	bad.Lines[0].Quantity = schemas.MustQuantity("-4")
	send(w, bad)
	w.Run()
	exception := w.the()
	w.want("message", w.messages(), "unreadable: wms.shipments: event 1 of shipment S1 from wms-east cannot be taken: negative_quantity, field lines[0].quantity: is -4."+
		" Mend the contract or add a repair for writer schema "+fingerprintOf(t, "wms.shipments")+" and replay it; or replay it with the corrected value; or have wms-east send event 1 again.")
	w.want("holds", w.held(), "O1 unreadable S1#1")
	if *exception.OrderID != "O1" {
		t.Errorf("%+v", exception)
	}
	for _, c := range []struct{ path, value, want string }{
		{"lines[0].quantity", `"-3"`, "negative_quantity, field lines[0].quantity: is -3 (after mending)."},
		{"lines[9].quantity", `"3"`, "unmendable"},
		{"meta.sequence", "7", "negative_quantity"},
		{"lines[].quantity", `"many"`, "(after mending)"},
	} {
		w.replay(exception, c.path, c.value)
		if !strings.Contains(w.messages(), c.want) {
			t.Errorf("%s = %s: %s, want %s", c.path, c.value, w.messages(), c.want)
		}
	}
	w.replay(exception, "lines[0].quantity", `"3"`, "meta.sequence", "2")
	if !strings.Contains(w.messages(), "sequence_changed, field meta.sequence: is 2 now, and the event was 1") {
		t.Errorf("another sequence: %s", w.messages())
	}
	w.replay(exception, "lines[0].quantity", `"3"`, "meta.source", `"erp"`)
	if !strings.Contains(w.messages(), "wrong_authority") {
		t.Errorf("another source: %s", w.messages())
	}
	w.want("so far", w.shipments("O1"), "")
	w.replay(exception, "lines[0].quantity", `"3"`)
	w.want("O1", w.shipments("O1"), "S1#1:1")
	w.want("messages", w.messages(), "")
	w.want("dead letters", w.deadLetters(), "negative_quantity lines[0].quantity")
}

func TestAReplayedEventWaitsForItsTurn(t *testing.T) {
	w := newWorld(t, 0)
	bad := anOrder("O1", 3)
	bad.CustomerID = ""
	send(w, bad)
	w.Run()
	w.want("holds", w.held(), "O1 sequence_gap#1; O1 unreadable#3")
	w.replay(w.the(), "customer_id", `"C1"`)
	w.want("holds", w.held(), "O1 sequence_gap#1")
	send(w, anOrder("O1", 2))
	send(w, anOrder("O1", 1))
	w.Run()
	w.want("orders", w.orders("O1"), "1 2 3")
	w.want("holds", w.held(), "")
}

func TestAnUnreadableEventFillsTheGapThatItExplains(t *testing.T) {
	w := newWorld(t, 0)
	send(w, anOrder("O1", 2))
	w.Run()
	w.Advance(deadline)
	w.want("class", w.the().Class, "sequence_gap")
	bad := anOrder("O1", 1)
	bad.Lines = nil
	send(w, bad)
	w.Run()
	w.want("class", w.the().Class, "unreadable")
	w.want("holds", w.held(), "O1 unreadable#1")
	w.want("resolutions", w.resolutions(), "sequence_gap it came, unreadable")
}

func TestAnEventThatNobodyCanReadIsHeldByWhatEarlierOnesOfItsKeySaid(t *testing.T) {
	w := newWorld(t, 0)
	send(w, aShipment("S1", 1, schemas.MilestoneAllocated, "O1", "O2"))
	w.SendRaw("wms.shipments", []byte("S1"), []byte("{}"))
	w.SendRaw("wms.shipments", []byte("S1"), []byte("{}"))
	w.Run()
	w.want("holds", w.held(), "O1 unreadable S1; O2 unreadable S1")
	w.want("dead letters", w.deadLetters(), "wrong_magic")
	exception := w.the()
	if !strings.HasPrefix(exception.Message, "wms.shipments: an event of shipment S1 cannot be taken: wrong_magic") ||
		!strings.HasSuffix(exception.Message, " Replay it when its schema can be read, or have the source send the event again.") || exception.Source != nil {
		t.Errorf("%+v", exception)
	}
	send(w, aShipment("S1", 2, schemas.MilestonePicked, "O1", "O3"))
	w.Run()
	w.want("what does not say which it is stops nothing", w.shipments("O1"), "S1#1:1 S1#2:1")
	w.want("holds of an order that is learned later", w.held(), "O1 unreadable S1; O2 unreadable S1; O3 unreadable S1")
	w.drop(exception)
	w.want("holds", w.held(), "")
	w.SendRaw("wms.shipments", []byte("S1"), []byte("{}"))
	w.Run()
	w.want("the same once more", w.messages(), "")
	w.Advance(DefaultPolicy().Remember)
	w.SendRaw("wms.shipments", []byte("S1"), []byte("{}"))
	w.Run()
	w.want("class, when it is forgotten", w.the().Class, "unreadable")
}

func TestHeadersTellWhoseAnUnreadableEventIs(t *testing.T) {
	w := newWorld(t, 0)
	w.SendRaw("wms.shipments", []byte("S1"), []byte{0, 0, 0, 0, 99, 1},
		stream.Header{Key: "sequence", Value: []byte("1")}, stream.Header{Key: "source", Value: []byte("wms-west")}, stream.Header{Key: "order_ids", Value: []byte("O1,O2")})
	send(w, aShipment("S1", 2, schemas.MilestonePicked, "O1"))
	w.Run()
	w.want("holds", w.held(), "O1 unreadable S1#1; O2 unreadable S1#1")
	w.want("dead letters", w.deadLetters(), "unknown_schema")
	w.want("source", *w.the().Source, "wms-west")
	w.want("O1", w.shipments("O1"), "")
}

func TestAnUnknownSchemaIsReadWhenItIsRegistered(t *testing.T) {
	w := newWorld(t, 0)
	raw := bytesOf(w, anOrder("O1", 1))
	unknown := append([]byte{0, 0, 0, 0, 30}, raw[5:]...)
	w.SendRaw("commerce.orders", []byte("O1"), unknown)
	w.Run()
	exception := w.the()
	w.want("order", *exception.OrderID, "O1")
	contract, _ := schemas.Contract("commerce.orders")
	for padding := " "; w.Registry().Register("", contract+padding) < 30; {
		padding += " "
	}
	w.replay(exception)
	w.want("orders", w.orders("O1"), "1")
	w.want("resolutions", w.resolutions(), "unreadable replayed")
}

func TestAReplayOfWhatCameAgainMeanwhileIsSuperseded(t *testing.T) {
	w := newWorld(t, 0)
	raw := bytesOf(w, anOrder("O1", 1))
	w.SendRaw("commerce.orders", []byte("O1"), append([]byte{0, 0, 0, 0, 30}, raw[5:]...))
	send(w, anOrder("O1", 1))
	w.Run()
	contract, _ := schemas.Contract("commerce.orders")
	for padding := " "; w.Registry().Register("", contract+padding) < 30; {
		padding += " "
	}
	w.want("an event without a known sequence stays unreadable", w.the().Class, "unreadable")
	w.replay(w.the())
	w.want("orders", w.orders("O1"), "1")
	w.want("resolutions", w.resolutions(), "unreadable superseded")
}

func TestMonotonicEventsAreSupersededByANewerState(t *testing.T) {
	w := newWorld(t, 0)
	bad := func(position int64) {
		acceptance := anAcceptance("O1", position)
		acceptance.Currency = "euro"
		send(w, acceptance)
	}
	send(w, anAcceptance("O1", 5))
	bad(4)
	w.Run()
	w.want("an older one is a duplicate", w.messages()+w.deadLetters(), "")
	bad(6)
	bad(8)
	send(w, anAcceptance("O1", 7))
	w.Run()
	w.want("orders", w.orders("O1"), "@5 @7")
	w.want("holds", w.held(), "O1 unreadable")
	w.want("resolutions", w.resolutions(), "unreadable superseded")
	exception := w.the()
	w.replay(exception, "currency", `"EUR"`)
	w.want("orders", w.orders("O1"), "@5 @7 @8")
	w.want("resolutions", w.resolutions(), "unreadable replayed, unreadable superseded")
	w.want("holds", w.held(), "")

	bad(9)
	w.Run()
	w.drop(w.the())
	bad(9)
	w.Run()
	w.want("what was given up stays so", w.messages(), "")
	w.want("orders", w.orders("O1"), "@5 @7 @8")
	w.want("dead letters", w.deadLetters(), "bad_currency currency, bad_currency currency, bad_currency currency")
}

func TestOfTwoBrokenFormsOfAnEventTheSameOneCounts(t *testing.T) {
	var messages []string
	for _, order := range [][]string{{"euro", "dollar"}, {"dollar", "euro"}} {
		w := newWorld(t, 0)
		for _, currency := range order {
			bad := anOrder("O1", 1)
			bad.Currency = currency
			send(w, bad)
		}
		w.Run()
		messages = append(messages, w.the().Message)
		w.want("dead letters", w.deadLetters(), "bad_currency currency, bad_currency currency")
		w.want("holds", w.held(), "O1 unreadable#1")
	}
	if messages[0] != messages[1] {
		t.Errorf("%q\n%q", messages[0], messages[1])
	}
}

func TestAReplayDoesNotMoveAnEventToAnotherEntity(t *testing.T) {
	w := newWorld(t, 0)
	bad := aDispute("D1", "I1", 1)
	bad.Reason = ""
	send(w, bad)
	w.Run()
	exception := w.the()
	w.want("invoice", *exception.InvoiceID, "I1")
	w.replay(exception, "reason", `"59"`, "dispute_id", `"D2"`)
	if !strings.Contains(w.messages(), "sequence_changed, field dispute_id: says D2 now, and the event is of D1") {
		t.Errorf("%s", w.messages())
	}
	w.replay(exception, "reason", `"59"`)
	w.want("messages", w.messages(), "")
}

func TestAnUnreadableCommandIsReplayedOnce(t *testing.T) {
	w := newWorld(t, 0)
	bad := aCommand("K1", noon)
	bad.Reason = ""
	send(w, bad)
	w.Run()
	exception := w.the()
	if !strings.HasPrefix(exception.Message, "o2c.commands: an event of target ex-1 from waybill cannot be taken: empty_field, field reason: is empty.") {
		t.Errorf("message %q", exception.Message)
	}
	w.replay(exception, "reason", `"mine"`)
	w.replay(exception, "reason", `"mine"`)
	if actions := sim.Read(w.World, topics.Actions); len(actions) != 1 {
		t.Errorf("%d actions", len(actions))
	}
	w.want("messages", w.messages(), "")
	w.want("holds", w.held(), "")
}
