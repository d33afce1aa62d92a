package intake

import (
	"testing"
	"time"

	"waybill/schemas"
	"waybill/stream/sim"
	"waybill/topics"
)

func TestWhatComesInOrderGoesOnAtOnce(t *testing.T) {
	w := newWorld(t, 0)
	send(w, anOrder("O1", 1))
	send(w, anAcceptance("O1", 100))
	send(w, aShipment("S1", 1, schemas.MilestoneAllocated, "O1", "O2"))
	send(w, aShipment("S1", 2, schemas.MilestoneShipped, "O1", "O2"))
	send(w, aMovement(1))
	send(w, anInvoice("I1", 5, schemas.InvoiceKindInvoice, "O1"))
	send(w, aPayment("P1", 3, "I1"))
	send(w, aDispute("D1", "I1", 4))
	send(w, aCommand("K1", noon))
	w.Run()
	w.want("orders", w.orders("O1"), "1 @100")
	w.want("shipments of O1", w.shipments("O1"), "S1#1:1 S1#2:1")
	w.want("shipments of O2", w.shipments("O2"), "S1#1:1 S1#2:1")
	w.want("dead letters", w.deadLetters(), "")
	w.want("holds", w.held(), "")
	if stock := sim.Read(w.World, topics.Stock); len(stock) != 1 || stock[0].Key != "A@E" {
		t.Errorf("stock %+v", stock)
	}
	var invoiced, paid, disputed int
	for _, sent := range sim.Read(w.World, topics.Billing) {
		switch {
		case sent.Key != "I1":
		case sent.Value.Invoice != nil:
			invoiced++
		case sent.Value.Payment != nil:
			paid++
		case sent.Value.Dispute != nil:
			disputed++
		}
	}
	if invoiced != 1 || paid != 1 || disputed != 1 {
		t.Errorf("billing: %d invoices, %d payments, %d disputes", invoiced, paid, disputed)
	}
	if invoices := sim.Read(w.World, topics.OrderInvoices); len(invoices) != 1 || invoices[0].Key != "O1" {
		t.Errorf("order invoices %+v", invoices)
	}
	if actions := sim.Read(w.World, topics.Actions); len(actions) != 1 || actions[0].Key != "ex-1" {
		t.Errorf("actions %+v", actions)
	}
	source := w.Records("erp.orders")[0]
	origin := sim.Read(w.World, topics.Orders)[1].Value.Origin
	if origin != (schemas.Evidence{Topic: "erp.orders", Partition: source.Partition, Offset: source.Offset, EventID: "O1-a"}) {
		t.Errorf("origin %+v", origin)
	}
}

func TestDuplicatesAreDroppedWhateverTheyLookLike(t *testing.T) {
	w := newWorld(t, 0)
	send(w, anOrder("O1", 1))
	other := anOrder("O1", 1)
	other.Meta.EventID, other.CustomerID = "another", "C9"
	send(w, other)
	send(w, anAcceptance("O1", 100))
	send(w, anAcceptance("O1", 99))
	send(w, anAcceptance("O1", 100))
	send(w, anAcceptance("O1", 101))
	w.Run()
	w.want("orders", w.orders("O1"), "1 @100 @101")
}

func TestAGapHoldsItsOrdersAtOnceAndIsRaisedAtItsDeadline(t *testing.T) {
	w := newWorld(t, 0)
	send(w, aShipment("S1", 1, schemas.MilestoneAllocated, "O1"))
	send(w, aShipment("S1", 3, schemas.MilestonePacked, "O1", "O2"))
	send(w, aShipment("S2", 1, schemas.MilestonePacked, "O3"))
	w.Run()
	w.want("holds", w.held(), "O1 sequence_gap S1#2; O2 sequence_gap S1#2")
	w.Advance(deadline - 1)
	w.want("before the deadline", w.messages(), "")
	w.Advance(1)
	w.want("at the deadline", w.messages(),
		"sequence_gap: wms.shipments: event 2 of shipment S1 is missing for more than 30m0s, and later ones have come and wait for it. Have wms-east send it again; if it never was, resolve this and they go on.")
	gap := w.the()
	if *gap.Source != "wms-east" || *gap.ShipmentID != "S1" || gap.OrderID != nil || gap.Causes[0].EventID != "S1-e" {
		t.Errorf("%+v", gap)
	}
	send(w, aShipment("S1", 4, schemas.MilestoneShipped, "O1", "O4"))
	w.Run()
	w.want("holds of an order that is learned later", w.held(), "O1 sequence_gap S1#2; O2 sequence_gap S1#2; O4 sequence_gap S1#2")
	send(w, aShipment("S1", 2, schemas.MilestonePicked, "O1"))
	w.Run()
	w.want("holds", w.held(), "")
	w.want("resolutions", w.resolutions(), "sequence_gap filled")
	w.want("O1", w.shipments("O1"), "S1#1:1 S1#2:1 S1#3:1 S1#4:1")
	w.want("O2", w.shipments("O2"), "S1#3:1 S1#4:0")
	w.want("O3", w.shipments("O3"), "S2#1:1")
	w.want("O4", w.shipments("O4"), "S1#4:1")
	w.Advance(10 * deadline)
	w.want("later", w.messages(), "")
}

func TestAGapThatIsFilledInTimeIsNeverRaised(t *testing.T) {
	w := newWorld(t, 0)
	send(w, anOrder("O1", 2))
	w.Run()
	w.want("holds", w.held(), "O1 sequence_gap#1")
	send(w, anOrder("O1", 1))
	w.Run()
	w.want("holds", w.held(), "")
	w.Advance(24 * deadline)
	if written := w.Records(topics.Conditions.Name()); len(written) != 0 {
		t.Errorf("conditions %v", written)
	}
	w.want("orders", w.orders("O1"), "1 2")
}

func TestAGapThatMovesOnKeepsItsAge(t *testing.T) {
	w := newWorld(t, 0)
	send(w, anOrder("O1", 4))
	w.Run()
	w.Advance(10 * time.Minute)
	send(w, anOrder("O1", 1))
	w.Run()
	w.want("holds", w.held(), "O1 sequence_gap#2")
	w.Advance(5 * time.Minute)
	w.want("at the first deadline", w.messages(),
		"sequence_gap: commerce.orders: event 2 of order O1 is missing for more than 15m0s, and later ones have come and wait for it. Have b2b-shop send it again; if it never was, resolve this and they go on.")
	send(w, anOrder("O1", 2))
	w.Run()
	w.want("what is left of it", w.messages(),
		"sequence_gap: commerce.orders: event 3 of order O1 is missing for more than 15m0s, and later ones have come and wait for it. Have b2b-shop send it again; if it never was, resolve this and they go on.")
	send(w, anOrder("O1", 7))
	send(w, anOrder("O1", 3))
	w.Run()
	w.want("another gap", w.messages(), "")
	w.want("holds", w.held(), "O1 sequence_gap#5")
	w.Advance(15 * time.Minute)
	if gap := w.the(); *gap.OrderID != "O1" {
		t.Errorf("%+v", gap)
	}
}

func TestAGapThatIsAcceptedLetsTheRestGo(t *testing.T) {
	w := newWorld(t, 0)
	send(w, aShipment("S1", 3, schemas.MilestonePicked, "O1"))
	send(w, aShipment("S1", 4, schemas.MilestonePacked, "O1"))
	send(w, aShipment("S1", 6, schemas.MilestoneShipped, "O1"))
	w.Run()
	w.Advance(deadline)
	gap := w.the()
	w.replay(gap) // there is nothing to read
	w.want("after a replay", w.shipments("O1"), "")
	w.drop(gap)
	w.want("after it was accepted", w.shipments("O1"), "S1#3:1 S1#4:1")
	w.want("holds", w.held(), "O1 sequence_gap S1#5")
	w.want("resolutions", w.resolutions(), "sequence_gap accepted")
	w.drop(gap)
	send(w, aShipment("S1", 1, schemas.MilestoneAllocated, "O1"))
	w.Run()
	w.want("again, and what was given up", w.shipments("O1"), "S1#3:1 S1#4:1")
	w.Advance(deadline)
	w.drop(w.the())
	w.want("the next gap", w.shipments("O1"), "S1#3:1 S1#4:1 S1#6:1")
	w.want("holds", w.held(), "")
}

func TestAnOrderThatLeavesAShipmentIsToldOnce(t *testing.T) {
	w := newWorld(t, 0)
	for sequence, orders := range [][]string{{"O1", "O2"}, {"O1"}, {"O1"}, {"O1", "O2"}, {}} {
		milestone := schemas.MilestonePicked
		if len(orders) == 0 {
			milestone = schemas.MilestoneCancelled
		}
		send(w, aShipment("S1", int64(sequence+1), milestone, orders...))
	}
	w.Run()
	w.want("O1", w.shipments("O1"), "S1#1:1 S1#2:1 S1#3:1 S1#4:1 S1#5:0")
	w.want("O2", w.shipments("O2"), "S1#1:1 S1#2:0 S1#4:1 S1#5:0")
}

func TestInvoicesAndPaymentsTakeBackWhatTheyNoLongerSay(t *testing.T) {
	w := newWorld(t, 0)
	send(w, anInvoice("I1", 1, schemas.InvoiceKindInvoice, "O1", "O2"))
	send(w, anInvoice("I1", 2, schemas.InvoiceKindInvoice, "O1"))
	send(w, anInvoice("I1", 3, schemas.InvoiceKindCancellation))
	send(w, aPayment("P1", 1, "I1", "I2"))
	send(w, aPayment("P1", 2, "I2"))
	credit := anInvoice("K1", 1, schemas.InvoiceKindCreditMemo, "O1")
	credit.RefersTo = new("I1")
	send(w, credit)
	credit = anInvoice("K1", 2, schemas.InvoiceKindCreditMemo, "O1")
	credit.RefersTo = new("I2")
	send(w, credit)
	w.Run()
	invoices := map[string]string{}
	for _, sent := range sim.Read(w.World, topics.OrderInvoices) {
		if sent.Value.Invoice.InvoiceID == "I1" {
			invoices[sent.Key] += " " + string(sent.Value.Invoice.Kind) + map[bool]string{true: " -", false: ""}[len(sent.Value.Invoice.Lines) == 0]
		}
	}
	w.want("I1 of O1", invoices["O1"], " invoice invoice cancellation -")
	w.want("I1 of O2", invoices["O2"], " invoice invoice -")
	billing := map[string]string{}
	for _, sent := range sim.Read(w.World, topics.Billing) {
		switch {
		case sent.Value.Payment != nil:
			billing["P1 "+sent.Key] += " " + map[bool]string{true: "-", false: "pays"}[len(sent.Value.Payment.Applications) == 0]
		case sent.Value.Invoice.InvoiceID == "K1":
			billing["K1 "+sent.Key] += " " + map[bool]string{true: "-", false: "credits"}[len(sent.Value.Invoice.Lines) == 0]
		}
	}
	w.want("P1 on I1", billing["P1 I1"], " pays -")
	w.want("P1 on I2", billing["P1 I2"], " pays pays")
	w.want("K1 on I1", billing["K1 I1"], " credits -")
	w.want("K1 on I2", billing["K1 I2"], " credits")
}

func TestMasterDataIsTheLatestOfEachKey(t *testing.T) {
	w := newWorld(t, 0)
	send(w, aCustomer(2))
	older := aCustomer(1)
	older.Name = "older"
	send(w, older)
	send(w, anItem(1))
	send(w, aWarehouse(1))
	send(w, aPrice(1, "A"))
	w.Run()
	send(w, aPrice(2, "B"))
	send(w, aPrice(1, "A"))
	w.Run()
	if customers := sim.Latest(w.World, topics.Customers); customers["C1"].Name != "Kaiser & Söhne" {
		t.Errorf("customers %+v", customers["C1"])
	}
	if len(sim.Latest(w.World, topics.Items)) != 1 || len(sim.Latest(w.World, topics.Warehouses)) != 1 {
		t.Error("items or warehouses are missing")
	}
	if prices := sim.Latest(w.World, topics.Prices); len(prices) != 1 || prices["B/P1"] == nil {
		t.Errorf("prices %v", prices)
	}
}

func TestCommandsAreTakenOnce(t *testing.T) {
	w := newWorld(t, 0)
	send(w, aCommand("K1", noon))
	again := aCommand("K1", noon)
	again.Meta.EventID = "sent again"
	send(w, again)
	w.Run()
	if actions := sim.Read(w.World, topics.Actions); len(actions) != 1 {
		t.Errorf("%d actions", len(actions))
	}
}

func TestACommandThatComesVeryLateIsTakenOnce(t *testing.T) {
	w := newWorld(t, 0)
	send(w, aCommand("K1", noon))
	late := aCommand("K2", noon.AddDate(0, -3, 0))
	send(w, late)
	w.Run()
	send(w, late)
	w.Run()
	if actions := sim.Read(w.World, topics.Actions); len(actions) != 2 {
		t.Errorf("%d actions", len(actions))
	}
}
