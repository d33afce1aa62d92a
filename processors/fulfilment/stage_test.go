package fulfilment

import (
	"fmt"
	"testing"
	"time"

	"waybill/schemas"
	"waybill/stream/sim"
	"waybill/topics"
)

func TestAShipmentIsBilledWhenItHasLeft(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	sc.play(order("O1", 1, 0, nil, line(1, "10", nil), line(2, "4", func(l *schemas.OrderLine) { l.ItemID, l.UnitPrice = "B", nil })))
	expect(t, "demand", sc.demand(), "O1/1 A@EAST committed 10 allocated 0", "O1/2 B@EAST committed 4 allocated 0")
	sc.play(shipment("O1", "S1", 1, 10, schemas.MilestoneAllocated, box(1, "A", "6", nil), box(2, "B", "4", nil)))
	expect(t, "bills", sc.bills(), "")
	expect(t, "demand", sc.demand(), "O1/1 A@EAST committed 4 allocated 6", "O1/2 B@EAST committed 0 allocated 4")
	sc.play(shipment("O1", "S1", 2, 20, schemas.MilestoneShipped, box(1, "A", "6", nil), box(2, "B", "4", nil)))
	expect(t, "bills", sc.bills(), "O1 #1 invoice on_shipment ACME | 1 A 6 EA @10.00/1 = 60.00 (S1) | 2 B 4 EA @8.00/1 = 32.00 (S1) | 92.00 USD")
	expect(t, "demand", sc.demand(), "O1/1 A@EAST committed 4 allocated 0")
	sc.play(shipment("O1", "S1", 3, 30, schemas.MilestoneDelivered, box(1, "A", "6", nil), box(2, "B", "4", nil)))
	expect(t, "open", sc.open(), "")
	bill := sim.Read(sc.World, topics.InvoiceReady)[0].Value
	if waiting := sc.Waiting(); waiting != 0 {
		t.Errorf("%d wait for reference data though nothing is amiss", waiting)
	}
	if bill.Trigger != schemas.OnShipment || !bill.ReadyAt.Equal(at(20)) || bill.InvoiceReadyID != invoiceReadyID("O1", "shipment/S1", 1) ||
		len(bill.Evidence) != 2 || bill.Evidence[0].EventID != "O1-1" || bill.Evidence[1].EventID != "S1-2" {
		t.Errorf("got %+v", bill)
	}
}

func TestADeliveryIsBilledWhenItHasArrived(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	sc.play(
		order("O1", 1, 0, func(o *schemas.Order) { o.InvoicePolicy = new(schemas.PerDelivery) }, line(1, "10", nil)),
		acceptance("O1", 7, 5, schemas.Accepted, accepted(1, "10", "10", nil)),
		shipment("O1", "S1", 1, 20, schemas.MilestoneShipped, box(1, "A", "6", nil)))
	expect(t, "bills", sc.bills(), "")
	sc.play(shipment("O1", "S1", 2, 30, schemas.MilestoneDelivered, box(1, "A", "5", nil)))
	expect(t, "bills", sc.bills(), "O1 #1 invoice per_delivery ACME | 1 A 5 EA @10.00/1 = 50.00 (S1) | 50.00 USD")
	if bill := sim.Read(sc.World, topics.InvoiceReady)[0].Value; len(bill.Evidence) != 4 || !bill.ReadyAt.Equal(at(30)) {
		t.Errorf("got %+v", bill)
	}
}

func TestADeliveryIsBilledAsTheCustomerConfirmsIt(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	confirmed := func(quantity string) func(*schemas.ShipmentLine) {
		return func(l *schemas.ShipmentLine) { l.ConfirmedQuantity = new(q(quantity)) }
	}
	sc.play(
		order("O1", 1, 0, func(o *schemas.Order) { o.InvoicePolicy = new(schemas.ProofOfDelivery) }, line(1, "10", nil), line(2, "4", nil)),
		shipment("O1", "S1", 1, 20, schemas.MilestoneShipped, box(1, "A", "10", nil), box(2, "A", "4", nil)),
		shipment("O1", "S1", 2, 30, schemas.MilestoneDelivered, box(1, "A", "10", nil), box(2, "A", "4", nil)))
	expect(t, "bills before anything is confirmed", sc.bills(), "")
	sc.play(shipment("O1", "S1", 3, 40, schemas.MilestoneDelivered, box(1, "A", "7", confirmed("7")), box(1, "A", "3", confirmed("2")), box(2, "A", "4", nil)))
	first := "O1 #1 invoice proof_of_delivery ACME | 1 A 9 EA @10.00/1 = 90.00 (S1) | 90.00 USD"
	expect(t, "bills", sc.bills(), first)
	if bill := sim.Read(sc.World, topics.InvoiceReady)[0].Value; len(bill.Evidence) != 3 || bill.Evidence[2].EventID != "S1-3" || !bill.ReadyAt.Equal(at(40)) {
		t.Errorf("got %+v", bill)
	}
	sc.play(shipment("O1", "S1", 4, 50, schemas.MilestoneReturned, box(1, "A", "2", nil)))
	expect(t, "bills when one of nine came back", sc.bills(), first, "O1 #2 credit_and_close proof_of_delivery:returned ACME | 1 A -1 EA @10.00/1 = -10.00 (S1) | -10.00 USD")
	sc.play(shipment("O1", "S1", 5, 60, schemas.MilestoneDelivered, box(1, "A", "10", confirmed("5")), box(2, "A", "4", confirmed("4"))))
	expect(t, "bills when it is confirmed otherwise", sc.bills(), first, "O1 #2 credit_and_close proof_of_delivery:returned ACME | 1 A -1 EA @10.00/1 = -10.00 (S1) | -10.00 USD",
		"O1 #3 credit_and_rebill proof_of_delivery:corrected ACME | 1 A -8 EA @10.00/1 = -80.00 (S1) | -80.00 USD",
		"O1 #4 credit_and_rebill proof_of_delivery ACME | 1 A 5 EA @10.00/1 = 50.00 (S1) | 50.00 USD",
		"O1 #5 invoice proof_of_delivery ACME | 2 A 4 EA @10.00/1 = 40.00 (S1) | 40.00 USD")
	sc.checkInvariants()
}

func TestWhatIsBilledByAScheduleWaitsForTheEndOfItsPeriod(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()[1:]...)
	sc.play(customer("ACME", func(c *schemas.Customer) { c.InvoicePolicy, c.Schedule = schemas.Consolidated, new("daily") }),
		order("O1", 1, 0, nil, line(1, "10", nil)),
		shipment("O1", "S1", 1, 10, schemas.MilestoneShipped, box(1, "A", "4", nil)),
		shipment("O1", "S1", 2, 20, schemas.MilestoneReturned, box(1, "A", "1", nil)))
	expect(t, "bills", sc.bills(), "")
	waiting := sim.Read(sc.World, topics.Consolidation)
	if len(waiting) != 2 || waiting[0].Key != "ACME" || waiting[1].Key != "ACME" {
		t.Fatalf("got %+v", waiting)
	}
	bill, credit := waiting[0].Value, waiting[1].Value
	day := schemas.MustDate("2026-03-02")
	if want := (schemas.Consolidation{Schedule: "daily", PeriodFrom: day, PeriodTo: day}); *bill.Consolidated != want || *credit.Consolidated != want {
		t.Errorf("got %+v, %+v", bill.Consolidated, credit.Consolidated)
	}
	if bill.Total != schemas.MustAmount("40") || credit.Total != schemas.MustAmount("-10") || *credit.Corrects != bill.InvoiceReadyID || credit.Revision != 2 {
		t.Errorf("got %+v, %+v", bill, credit)
	}
}

func TestAnOrderIsBilledAtOnceWhenItIsComplete(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	complete := func(o *schemas.Order) { o.InvoicePolicy = new(schemas.OrderComplete) }
	sc.play(
		order("O1", 1, 0, complete, line(1, "10", nil), line(2, "4", nil)),
		shipment("O1", "S1", 1, 20, schemas.MilestoneShipped, box(1, "A", "10", nil), box(2, "A", "1", nil)))
	expect(t, "bills", sc.bills(), "")
	sc.play(shipment("O1", "S2", 1, 30, schemas.MilestoneShipped, box(2, "A", "3", nil)))
	first := "O1 #1 invoice order_complete ACME | 1 A 10 EA @10.00/1 = 100.00 (S1) | 2 A 1 EA @10.00/1 = 10.00 (S1) | 2 A 3 EA @10.00/1 = 30.00 (S2) | 140.00 USD"
	expect(t, "bills", sc.bills(), first)

	// A third line: the order is complete no more.
	sc.play(order("O1", 2, 40, complete, line(1, "10", nil), line(2, "4", nil), line(3, "1", nil)))
	closed := "O1 #2 credit_and_close order_complete:withdrawn ACME | 1 A -10 EA @10.00/1 = -100.00 (S1) | 2 A -1 EA @10.00/1 = -10.00 (S1) | 2 A -3 EA @10.00/1 = -30.00 (S2) | -140.00 USD"
	expect(t, "bills", sc.bills(), first, closed)

	// The warehouse ships no more; the customer takes what there is.
	sc.play(last(shipment("O1", "S3", 1, 50, schemas.MilestoneShipped, box(3, "A", "0.5", nil))))
	expect(t, "open", sc.open(), "short_shipped O1/3 5.00 USD: 0.5 EA of A shipped in S3; 0.5 EA of 1 EA are missing, and the warehouse ships no more.")
	sc.play(order("O1", 3, 60, func(o *schemas.Order) { complete(o); o.ShipPolicy = new(schemas.ShipPartialCancelBackorder) }, line(1, "10", nil), line(2, "4", nil), line(3, "1", nil)))
	expect(t, "open", sc.open(), "")
	expect(t, "bills", sc.bills(), first, closed,
		"O1 #3 invoice order_complete ACME | 1 A 10 EA @10.00/1 = 100.00 (S1) | 2 A 1 EA @10.00/1 = 10.00 (S1) | 2 A 3 EA @10.00/1 = 30.00 (S2) | 3 A 0.5 EA @10.00/1 = 5.00 (S3) | 145.00 USD")
}

func TestABlockedLineKeepsACompleteOrderFromBeingBilled(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	sc.play(
		order("O1", 1, 0, func(o *schemas.Order) { o.InvoicePolicy = new(schemas.OrderComplete) }, line(1, "10", nil), line(2, "4", nil)),
		shipment("O1", "S1", 1, 20, schemas.MilestoneShipped, box(1, "A", "10", nil), box(2, "C", "4", nil)))
	expect(t, "bills", sc.bills(), "")
	expect(t, "open", sc.open(), "substitution_unpriced O1/2 40.00 USD: 4 EA of C shipped in S1; item C was shipped in place of A and has no price in USD on 2026-03-02.")
	sc.play(listPrice("C1", "C", "7", nil))
	expect(t, "open", sc.open(), "")
	expect(t, "bills", sc.bills(), "O1 #1 invoice order_complete:substitution_lower ACME | 1 A 10 EA @10.00/1 = 100.00 (S1) | 2 A→C 4 EA @7.00/1 = 28.00 (S1) | 128.00 USD")
}

func TestAShipmentOfAnUnknownOrderIsAnExceptionAfterTheGraceTime(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	sc.play(shipment("O1", "S2", 1, 10, schemas.MilestonePacked, box(1, "A", "4", nil)), shipment("O1", "S1", 1, 20, schemas.MilestoneShipped, box(1, "A", "6", nil)))
	sc.Advance(14 * time.Minute)
	expect(t, "open within grace", sc.open(), "")
	expect(t, "demand", sc.demand(), "O1/1 A@EAST committed 0 allocated 4")
	sc.Advance(2 * time.Minute)
	expect(t, "open", sc.open(), "unknown_order O1: Order O1 is not known, and lines of it are in shipment S1, S2.")
	sc.play(shipment("O1", "S2", 2, 30, schemas.MilestoneCancelled, box(1, "A", "4", nil)))
	expect(t, "open when one is cancelled", sc.open(), "unknown_order O1: Order O1 is not known, and lines of it are in shipment S1.")
	sc.play(order("O1", 1, 0, nil, line(1, "10", nil)))
	expect(t, "open when it has come", sc.open(), "")
	expect(t, "bills", sc.bills(), "O1 #1 invoice on_shipment ACME | 1 A 6 EA @10.00/1 = 60.00 (S1) | 60.00 USD")
}

func TestAnUnknownOrderOfManyShipmentsNamesAFew(t *testing.T) {
	sc := newScene(t, sim.Options{})
	for i := range 7 {
		sc.play(shipment("O1", fmt.Sprintf("S%d", i), 1, 10, schemas.MilestoneShipped, box(1, "A", "1", nil)))
	}
	sc.Advance(time.Hour)
	expect(t, "open", sc.open(), "unknown_order O1: Order O1 is not known, and lines of it are in shipment S0, S1, S2, S3, S4 and 2 more.")
}

func TestAnOrderThatComesWithinTheGraceTimeIsNoException(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	sc.play(shipment("O1", "S1", 1, 20, schemas.MilestoneShipped, box(1, "A", "6", nil)))
	sc.Advance(10 * time.Minute)
	sc.play(order("O1", 1, 0, nil, line(1, "10", nil)))
	sc.Advance(time.Hour)
	if sent := sim.Read(sc.World, topics.Conditions); len(sent) != 0 {
		t.Errorf("%d conditions", len(sent))
	}
}

func TestALineThatTheOrderDoesNotHaveIsAnExceptionAfterTheGraceTime(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	sc.play(order("O1", 1, 0, nil, line(1, "10", nil)), shipment("O1", "S1", 1, 20, schemas.MilestoneShipped, box(1, "A", "6", nil), box(7, "B", "1", nil)))
	sc.Advance(time.Minute)
	sc.play(shipment("O1", "S1", 2, 30, schemas.MilestoneDelivered, box(1, "A", "6", nil), box(7, "B", "1", nil)))
	expect(t, "open within grace", sc.open(), "")
	sc.Advance(14 * time.Minute)
	expect(t, "open", sc.open(), "unknown_order O1/7: 1 EA of B shipped in S1; order O1 has no line 7.")
	expect(t, "bills of the others", sc.bills(), "O1 #1 invoice on_shipment ACME | 1 A 6 EA @10.00/1 = 60.00 (S1) | 60.00 USD")
	sc.play(order("O1", 2, 40, nil, line(1, "10", nil), line(7, "1", func(l *schemas.OrderLine) { l.ItemID, l.UnitPrice = "B", nil })))
	expect(t, "open when the line has come", sc.open(), "")
	expect(t, "bills", sc.bills(), "O1 #1 invoice on_shipment ACME | 1 A 6 EA @10.00/1 = 60.00 (S1) | 60.00 USD", "O1 #2 invoice on_shipment ACME | 7 B 1 EA @8.00/1 = 8.00 (S1) | 8.00 USD")
}

func TestAnUnknownLineThatTheWarehouseTakesBackIsNoException(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	sc.play(
		order("O1", 1, 0, nil, line(1, "10", nil)), shipment("O1", "S1", 1, 20, schemas.MilestoneAllocated, box(7, "B", "1", nil)),
		shipment("O1", "S1", 2, 30, schemas.MilestonePicked, box(1, "A", "1", nil)))
	sc.Advance(time.Hour)
	expect(t, "open", sc.open(), "")
}

func TestAnotherCustomerTakesTheExceptionOfTheFirst(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	of := func(id string) func(*schemas.Order) { return func(o *schemas.Order) { o.CustomerID = id } }
	sc.play(order("O1", 1, 0, of("LOST"), line(1, "10", nil)), shipment("O1", "S1", 1, 20, schemas.MilestoneShipped, box(1, "A", "6", nil)))
	expect(t, "open", sc.open(), "unknown_reference O1 60.00 USD: Customer LOST is not in master data; what is to be billed of the order waits for it.")
	sc.play(order("O1", 2, 30, of("GONE"), line(1, "10", nil)))
	expect(t, "open", sc.open(), "unknown_reference O1 60.00 USD: Customer GONE is not in master data; what is to be billed of the order waits for it.")
	sc.play(order("O1", 3, 40, nil, line(1, "10", nil)))
	expect(t, "open", sc.open(), "")
	sc.play(customer("OTHER", nil), order("O1", 4, 50, of("OTHER"), line(1, "10", nil)))
	expect(t, "bills", sc.bills(),
		"O1 #1 invoice on_shipment ACME | 1 A 6 EA @10.00/1 = 60.00 (S1) | 60.00 USD",
		"O1 #2 credit_and_rebill on_shipment:corrected ACME | 1 A -6 EA @10.00/1 = -60.00 (S1) | -60.00 USD",
		"O1 #3 credit_and_rebill on_shipment OTHER | 1 A 6 EA @10.00/1 = 60.00 (S1) | 60.00 USD")
}

func TestNothingIsBilledBeforeARequiredAcceptance(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	sc.play(
		order("O1", 1, 0, func(o *schemas.Order) { o.Channel = "edi" }, line(1, "10", nil)),
		shipment("O1", "S1", 1, 20, schemas.MilestoneShipped, box(1, "A", "6", nil)))
	expect(t, "open", sc.open(), "not_accepted O1/1 60.00 USD: 6 EA of A shipped in S1; ERP has not accepted the line yet.")
	sc.play(acceptance("O1", 3, 30, schemas.Accepted, accepted(1, "10", "9.90", nil)))
	expect(t, "open when accepted", sc.open(), "")
	expect(t, "bills", sc.bills(), "O1 #1 invoice on_shipment ACME | 1 A 6 EA @9.90/1 = 59.40 (S1) | 59.40 USD")
}

func TestAnotherPriceOfERPIsCreditedAndRebilled(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	sc.play(
		order("O1", 1, 0, nil, line(1, "10", nil), line(2, "1", nil)),
		shipment("O1", "S1", 1, 20, schemas.MilestoneShipped, box(1, "A", "6", nil), box(2, "A", "1", nil)),
		acceptance("O1", 3, 30, schemas.Accepted, accepted(1, "10", "9.90", nil), accepted(2, "1", "10", nil)))
	expect(t, "bills", sc.bills(),
		"O1 #1 invoice on_shipment ACME | 1 A 6 EA @10.00/1 = 60.00 (S1) | 2 A 1 EA @10.00/1 = 10.00 (S1) | 70.00 USD",
		"O1 #2 credit_and_rebill on_shipment:corrected ACME | 1 A -6 EA @10.00/1 = -60.00 (S1) | -60.00 USD",
		"O1 #3 credit_and_rebill on_shipment ACME | 1 A 6 EA @9.90/1 = 59.40 (S1) | 59.40 USD")
	sent := sim.Read(sc.World, topics.InvoiceReady)
	if *sent[1].Value.Corrects != sent[0].Value.InvoiceReadyID || sent[2].Value.Corrects != nil {
		t.Error("the credit does not name what it corrects")
	}
	sc.play(acceptance("O1", 4, 40, schemas.AcceptanceCancelled))
	expect(t, "last bill", lastLine(sc.bills()), "O1 #5 credit_and_close on_shipment:withdrawn ACME | 1 A -6 EA @9.90/1 = -59.40 (S1) | -59.40 USD")
	expect(t, "open", sc.open(),
		"shipped_after_cancel O1/1 60.00 USD: 6 EA of A shipped in S1; ERP has cancelled the line.",
		"shipped_after_cancel O1/2 10.00 USD: 1 EA of A shipped in S1; ERP has cancelled the line.")
}

// The last record of the line is a credit in the currency of old: what is billed of it is what all come to in each currency.
func TestAnotherCurrencyOfERPIsCreditedInTheOldOneAndBilledInTheNew(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	sc.play(
		order("O1", 1, 0, nil, line(1, "10", nil)),
		shipment("O1", "S1", 1, 20, schemas.MilestoneShipped, box(1, "A", "6", nil)),
		shipment("O1", "S2", 1, 30, schemas.MilestoneShipped, box(1, "A", "4", nil)))
	less := acceptance("O1", 1, 40, schemas.AcceptanceChanged, accepted(1, "6", "10", nil))
	less.Acceptance.Currency = "EUR"
	sc.play(less)
	expect(t, "bills", sc.bills(),
		"O1 #1 invoice on_shipment ACME | 1 A 6 EA @10.00/1 = 60.00 (S1) | 60.00 USD",
		"O1 #1 invoice on_shipment ACME | 1 A 4 EA @10.00/1 = 40.00 (S2) | 40.00 USD",
		"O1 #2 credit_and_rebill on_shipment:corrected ACME | 1 A -6 EA @10.00/1 = -60.00 (S1) | -60.00 USD",
		"O1 #3 credit_and_rebill on_shipment ACME | 1 A 6 EA @10.00/1 = 60.00 (S1) | 60.00 EUR",
		"O1 #2 credit_and_close on_shipment:withdrawn ACME | 1 A -4 EA @10.00/1 = -40.00 (S2) | -40.00 USD")
}

func TestWhatHadLeftBeforeItWasCancelledStaysBilled(t *testing.T) {
	for _, name := range []string{"the cancellation comes last", "the cancellation comes first"} {
		sc := newScene(t, sim.Options{})
		sc.play(masters()...)
		sc.play(order("O1", 1, 0, nil, line(1, "10", nil), line(2, "1", nil)))
		left := shipment("O1", "S1", 1, 20, schemas.MilestoneShipped, box(1, "A", "6", nil), box(2, "A", "1", nil))
		// Line 2 is cancelled, line 1 is left out.
		cancelled := order("O1", 2, 30, nil, line(2, "0", func(l *schemas.OrderLine) { l.Status = schemas.LineCancelled }))
		later := shipment("O1", "S2", 1, 40, schemas.MilestoneShipped, box(1, "A", "4", nil))
		if name == "the cancellation comes last" {
			sc.play(left, later, cancelled)
		} else {
			sc.play(cancelled, later, left)
		}
		expect(t, name+": net", sc.net(), "O1/1 S1 6 EA of A = 60.00 USD", "O1/2 S1 1 EA of A = 10.00 USD")
		expect(t, name+": open", sc.open(),
			"shipped_after_cancel O1/1 40.00 USD: 4 EA of A shipped in S2; the line is cancelled, and only what had left before stays billed.")
		sc.play(shipment("O1", "S1", 2, 45, schemas.MilestoneDelivered, box(1, "A", "6", nil), box(2, "A", "1", nil)))
		expect(t, name+": open when what had left is delivered", lastLine(sc.open()),
			"shipped_after_cancel O1/1 40.00 USD: 4 EA of A shipped in S2; the line is cancelled, and only what had left before stays billed.")
		sc.play(order("O1", 3, 50, func(o *schemas.Order) { o.Status = schemas.OrderCancelled }))
		expect(t, name+": net when all is cancelled", sc.net(), "O1/1 S1 6 EA of A = 60.00 USD", "O1/2 S1 1 EA of A = 10.00 USD")
		sc.play(shipment("O1", "S1", 3, 60, schemas.MilestoneReturned, box(1, "A", "6", nil), box(2, "A", "1", nil)), shipment("O1", "S2", 2, 60, schemas.MilestoneReturned, box(1, "A", "4", nil)))
		expect(t, name+": open when all came back", sc.open(), "")
	}
}

func TestNothingHadLeftBeforeALineThatNeverWasOpen(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	sc.play(
		order("O1", 1, 30, nil, line(1, "10", func(l *schemas.OrderLine) { l.Status = schemas.LineCancelled })),
		shipment("O1", "S1", 1, 20, schemas.MilestoneShipped, box(1, "A", "6", nil)))
	expect(t, "bills", sc.bills(), "")
}

func TestWhenTheWarehouseShipsNoMoreEveryLineIsLookedAt(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	sc.play(
		order("O1", 1, 0, nil, line(1, "10", nil), line(2, "3", nil), line(3, "1", nil)),
		shipment("O1", "S1", 1, 10, schemas.MilestoneShipped, box(3, "A", "1", nil)),
		last(shipment("O1", "S2", 1, 20, schemas.MilestoneShipped, box(1, "A", "10", nil))))
	expect(t, "open", sc.open(), "short_shipped O1/2 30.00 USD: Nothing was shipped; 3 EA of 3 EA are missing, and the warehouse ships no more.")
	sc.play(shipment("O1", "S3", 1, 30, schemas.MilestoneAllocated, box(2, "A", "3", nil)))
	expect(t, "open when it ships more all the same", sc.open(), "")
}

func TestALineThatIsOpenedAgainIsBilled(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	cancelled := func(l *schemas.OrderLine) { l.Status = schemas.LineCancelled }
	sc.play(order("O1", 1, 0, nil, line(1, "10", cancelled)), shipment("O1", "S1", 1, 20, schemas.MilestoneShipped, box(1, "A", "6", nil)))
	expect(t, "bills", sc.bills(), "")
	sc.play(order("O1", 2, 30, nil, line(1, "10", nil)))
	expect(t, "bills", sc.bills(), "O1 #1 invoice on_shipment ACME | 1 A 6 EA @10.00/1 = 60.00 (S1) | 60.00 USD")
	expect(t, "open", sc.open(), "")
}

func TestAnOrderThatIsTakenOutOfAShipmentIsCredited(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	sc.play(
		order("O1", 1, 0, nil, line(1, "10", nil)),
		shipment("O1", "S1", 1, 20, schemas.MilestoneShipped, box(1, "A", "6", nil)),
		shipment("O1", "S1", 2, 30, schemas.MilestoneShipped))
	expect(t, "net", sc.net(), "")
	expect(t, "demand", sc.demand(), "O1/1 A@EAST committed 10 allocated 0")
	credit := sim.Read(sc.World, topics.InvoiceReady)[1].Value
	if credit.Evidence[1].EventID != "S1-2" || !credit.ReadyAt.Equal(at(30)) {
		t.Errorf("the credit rests on %+v, ready at %s", credit.Evidence, credit.ReadyAt)
	}
}

func TestAnotherPolicyOfTheOrderMovesTheBillsToItsUnits(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	sc.play(order("O1", 1, 0, nil, line(1, "10", nil)), shipment("O1", "S1", 1, 20, schemas.MilestoneShipped, box(1, "A", "10", nil)))
	sc.play(order("O1", 2, 30, func(o *schemas.Order) { o.InvoicePolicy = new(schemas.OrderComplete) }, line(1, "10", nil)))
	expect(t, "bills", sc.bills(),
		"O1 #1 invoice on_shipment ACME | 1 A 10 EA @10.00/1 = 100.00 (S1) | 100.00 USD",
		"O1 #1 invoice order_complete ACME | 1 A 10 EA @10.00/1 = 100.00 (S1) | 100.00 USD",
		"O1 #2 credit_and_close on_shipment:withdrawn ACME | 1 A -10 EA @10.00/1 = -100.00 (S1) | -100.00 USD")
	sc.play(hold("ex-1", "O1", "S9", 9, true))
	sc.play(order("O1", 3, 40, nil, line(1, "10", nil)))
	expect(t, "net while a hold stands", sc.net(), "O1/1 S1 10 EA of A = 100.00 USD")
	sc.play(order("O1", 4, 50, func(o *schemas.Order) { o.InvoicePolicy = new(schemas.Manual) }, line(1, "10", nil)))
	sc.play(hold("ex-1", "O1", "S9", 9, false))
	expect(t, "net under a policy that does not bill here", sc.net(), "")
	expect(t, "open", sc.open(), "")
}

func TestWhatWasTakenOnceIsNotTakenAgain(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	events := []any{
		order("O1", 1, 0, nil, line(1, "10", nil)), acceptance("O1", 3, 30, schemas.Accepted, accepted(1, "10", "9", nil)),
		shipment("O1", "S1", 1, 20, schemas.MilestoneShipped, box(1, "A", "6", nil)), hold("ex-1", "O1", "S9", 1, true),
	}
	sc.play(events...)
	before := sc.written()
	sc.play(events...)
	sc.play(customer("ACME", func(c *schemas.Customer) { c.Name = "another name" }), item("A", func(i *schemas.Item) { i.Description = "described" }))
	if after := sc.written(); after != before {
		t.Errorf("%d records before, %d after", before, after)
	}
}

// written counts the records of the stage's outputs.
func (sc *scene) written() (n int) {
	for _, topic := range []string{topics.InvoiceReady.Name(), topics.Conditions.Name(), topics.Demand.Name()} {
		n += len(sc.Records(topic))
	}
	return n
}

func TestAnEventTouchesOnlyTheRowsThatItConcerns(t *testing.T) {
	touched := func(lines int) int {
		sc := newScene(t, sim.Options{Partitions: 1})
		sc.play(masters()...)
		var placed []schemas.OrderLine
		for i := range lines {
			placed = append(placed, line(int32(i+1), "10", nil))
		}
		sc.play(order("O1", 1, 0, func(o *schemas.Order) { o.InvoicePolicy = new(schemas.OrderComplete) }, placed...))
		sc.play(shipment("O1", "S0", 1, 10, schemas.MilestoneShipped, box(1, "A", "10", nil)))
		before := len(sc.Records(Stage(topics.Default(), DefaultPolicy()).Changelog()))
		sc.play(shipment("O1", "S1", 1, 20, schemas.MilestoneShipped, box(2, "A", "10", nil)))
		return len(sc.Records(Stage(topics.Default(), DefaultPolicy()).Changelog())) - before
	}
	if few, many := touched(3), touched(300); few != many {
		t.Errorf("%d changes of state in an order of 3 lines, %d in one of 300", few, many)
	}
}

func TestSubjectsNameOrdersAndLines(t *testing.T) {
	for _, test := range []struct {
		subject string
		orderID string
		lineNo  int32
		isLine  bool
	}{
		{orderSubject("O1"), "O1", 0, false}, {lineSubject("O1", 12), "O1", 12, true}, {lineSubject("O\x001", 2), "O\x001", 2, true}, {"O\x00x", "O\x00x", 0, false},
	} {
		if orderID, lineNo, isLine := ofSubject(test.subject); orderID != test.orderID || lineNo != test.lineNo || isLine != test.isLine {
			t.Errorf("%q: got %q, %d, %v", test.subject, orderID, lineNo, isLine)
		}
	}
}
