package tracker

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"waybill/schemas"
	"waybill/stream/sim"
	"waybill/topics"
)

// event sends one record to the stage.
type event func(w *sim.World)

func newWorld(t *testing.T, seed uint64) *sim.World {
	t.Helper()
	return sim.New(t, sim.Options{Start: day, Seed: seed, Partitions: 2}, Stage())
}

// placed is order O-1 of a customer, in euros: lines are "line:quantity:item:unit:price"; after the unit all may be left
// out, and a line that ends in "!" is cancelled.
func placed(minutes int, status schemas.OrderStatus, lines ...string) event {
	order := &schemas.Order{Meta: meta(minutes), OrderID: "O-1", CustomerID: "C-1", Channel: "web", OrderType: "standard", Currency: "EUR", Status: status}
	for _, text := range lines {
		line := schemas.OrderLine{PriceUnit: 1, WarehouseID: "east", Substitution: schemas.SubstitutionAllowed, Status: schemas.LineOpen}
		if strings.HasSuffix(text, "!") {
			line.Status, text = schemas.LineCancelled, strings.TrimSuffix(text, "!")
		}
		parts := strings.Split(text, ":")
		line.LineNo = number(parts[0])
		line.Quantity, line.ItemID, line.UOM = schemas.MustQuantity(parts[1]), parts[2], parts[3]
		if len(parts) > 4 {
			line.UnitPrice = new(schemas.MustPrice(parts[4]))
		}
		order.Lines = append(order.Lines, line)
	}
	return func(w *sim.World) {
		sim.Send(w, topics.Orders, "O-1", &schemas.OrderEvent{OrderID: "O-1", Order: order})
	}
}

// accepts is ERP's word on O-1; lines as in placed, all with a price.
func accepts(minutes int, status schemas.AcceptanceStatus, lines ...string) event {
	acceptance := &schemas.OrderAcceptance{Meta: meta(minutes), OrderID: "O-1", Status: status, Currency: "EUR"}
	for _, text := range lines {
		line := schemas.AcceptedLine{PriceUnit: 1, Status: schemas.Accepted}
		if strings.HasSuffix(text, "!") {
			line.Status, text = schemas.AcceptanceRejected, strings.TrimSuffix(text, "!")
		}
		parts := strings.Split(text, ":")
		line.LineNo = number(parts[0])
		line.ConfirmedQuantity, line.ItemID, line.UOM, line.UnitPrice = schemas.MustQuantity(parts[1]), parts[2], parts[3], schemas.MustPrice(parts[4])
		acceptance.Lines = append(acceptance.Lines, line)
	}
	return func(w *sim.World) {
		sim.Send(w, topics.Orders, "O-1", &schemas.OrderEvent{OrderID: "O-1", Acceptance: acceptance})
	}
}

// ships is a milestone of a shipment for O-1.
func ships(shipmentID string, minutes int, text string) event {
	shipment := *milestone(shipmentID, minutes, text)
	return func(w *sim.World) {
		sim.Send(w, topics.Shipments, "O-1", &schemas.ShipmentEvent{OrderID: "O-1", Shipment: &shipment})
	}
}

// bills is an invoice-ready record of O-1 in euros: lines as in milestone.
func bills(id string, minutes int, total, lines string) event {
	return billsIn("EUR", id, minutes, total, lines)
}

func billsIn(currency, id string, minutes int, total, lines string) event {
	bill := &schemas.InvoiceReady{InvoiceReadyID: id, Revision: 1, Kind: schemas.BillInvoice, OrderID: "O-1", Currency: currency, Trigger: schemas.OnShipment,
		Total: schemas.MustAmount(total), ReadyAt: at(minutes)}
	for _, line := range milestone("", 0, "shipped "+lines).Lines {
		bill.Lines = append(bill.Lines, schemas.InvoiceReadyLine{LineNo: line.LineNo, OrderedItemID: "A", ShippedItemID: line.ItemID, Quantity: line.Quantity, UOM: line.UOM, PriceUnit: 1})
	}
	return func(w *sim.World) { sim.Send(w, topics.InvoiceReady, "O-1", bill) }
}

// invoices is O-1's part of an ERP document: lines as in milestone.
func invoices(id string, minutes int, kind schemas.InvoiceKind, refersTo, lines string) event {
	invoice := schemas.Invoice{Meta: meta(minutes), InvoiceID: id, Kind: kind, Currency: "EUR"}
	if refersTo != "" {
		invoice.RefersTo = new(refersTo)
	}
	for _, line := range milestone("", 0, "shipped "+lines).Lines {
		invoice.Lines = append(invoice.Lines, schemas.InvoiceLine{OrderID: "O-1", LineNo: line.LineNo, ItemID: line.ItemID, Quantity: line.Quantity, UOM: line.UOM, PriceUnit: 1})
	}
	return func(w *sim.World) {
		sim.Send(w, topics.OrderInvoices, "O-1", &schemas.OrderInvoice{OrderID: "O-1", Invoice: invoice})
	}
}

func receivable(id string, state schemas.ReceivableState, disputed bool, lines ...int32) event {
	fact := &schemas.OrderReceivable{InvoiceID: id, State: state, Disputed: disputed, DisputedLines: lines, Paid: state == schemas.ReceivablePaid || state == schemas.ReceivableCredited}
	return func(w *sim.World) {
		sim.Send(w, topics.OrderFacts, "O-1", &schemas.OrderFact{OrderID: "O-1", Receivable: fact})
	}
}

func excepted(id, class string, line int32, status schemas.ExceptionStatus, message string) event {
	e := &schemas.Exception{ExceptionID: id, Class: class, Severity: schemas.SeverityHigh, Owner: "billing", Status: status, OrderID: new("O-1"), OrderIDs: []string{"O-1"}, OpenedAt: at(3), DueAt: at(9), Message: message}
	if line > 0 {
		e.LineNo = new(line)
	}
	return func(w *sim.World) {
		sim.Send(w, topics.OrderFacts, "O-1", &schemas.OrderFact{OrderID: "O-1", Exception: e})
	}
}

func item(id string) event {
	return func(w *sim.World) { sim.Send(w, topics.Items, id, itemBook(id)) }
}

// line describes a line: number, item (shipped item), unit, stage, and its quantities; what came back is there where something did.
func line(l schemas.OrderLineState) string {
	item := l.ItemID
	if l.ShippedItemID != nil {
		item += "(" + *l.ShippedItemID + ")"
	}
	back := ""
	if l.Returned != 0 {
		back = fmt.Sprintf(" −%s", l.Returned)
	}
	return fmt.Sprintf("%d %s %s %s %s/%s %s/%s/%s/%s/%s%s %s/%s", l.LineNo, item, l.UOM, l.Stage,
		l.Ordered, l.Accepted, l.Allocated, l.Picked, l.Packed, l.Shipped, l.Delivered, back, l.InvoiceReady, l.Invoiced)
}

// statusAfter is where O-1 stands after the events, each in an epoch of its own.
func statusAfter(t *testing.T, events ...event) *schemas.OrderState {
	t.Helper()
	w := newWorld(t, 0)
	for _, send := range events {
		send(w)
		w.Run()
	}
	return sim.Latest(w, topics.OrderStatus)["O-1"]
}

const (
	begun   = schemas.OrderPlaced
	invoice = schemas.InvoiceKindInvoice
	memo    = schemas.InvoiceKindCreditMemo
	cancels = schemas.InvoiceKindCancellation
)

func TestALineStandsWhereTheFurthestOfItIs(t *testing.T) {
	four := placed(1, begun, "1:4:A:EA:2.50")
	for _, test := range []struct {
		name   string
		events []event
		want   string
	}{
		{"placed", []event{four}, "1 A EA placed 4/0 0/0/0/0/0 0/0"},
		{"accepted", []event{four, accepts(2, schemas.Accepted, "1:3:A:EA:2")}, "1 A EA accepted 4/3 0/0/0/0/0 0/0"},
		{"accepted in another unit", []event{item("A"), four, accepts(2, schemas.Accepted, "1:2:A:PAIR:2")}, "1 A PAIR accepted 2/2 0/0/0/0/0 0/0"},
		{"accepted, then left out by ERP", []event{four, accepts(2, schemas.Accepted, "1:3:A:EA:2"), accepts(3, schemas.AcceptanceChanged)}, "1 A EA placed 4/0 0/0/0/0/0 0/0"},
		{"allocated", []event{four, ships("S-1", 3, "allocated 1:4")}, "1 A EA allocated 4/0 4/0/0/0/0 0/0"},
		{"picked", []event{four, ships("S-1", 3, "picked 1:4")}, "1 A EA picked 4/0 4/4/0/0/0 0/0"},
		{"packed", []event{four, ships("S-1", 3, "packed 1:4")}, "1 A EA packed 4/0 4/4/4/0/0 0/0"},
		{"two shipments", []event{four, ships("S-1", 3, "shipped 1:1"), ships("S-2", 3, "allocated 1:2")}, "1 A EA shipped 4/0 3/1/1/1/0 0/0"},
		{"a shipment is cancelled", []event{four, ships("S-1", 3, "shipped 1:1"), ships("S-2", 3, "allocated 1:2"), ships("S-1", 4, "cancelled")}, "1 A EA allocated 4/0 2/0/0/0/0 0/0"},
		{"delivered", []event{four, ships("S-1", 3, "shipped 1:4"), ships("S-1", 4, "delivered 1:4")}, "1 A EA delivered 4/0 4/4/4/4/4 0/0"},
		{"some comes back, and shipped stays", []event{four, ships("S-1", 3, "shipped 1:4"), ships("S-1", 4, "returned 1:3")}, "1 A EA shipped 4/0 4/4/4/4/0 −3 0/0"},
		{"it comes back in another unit", []event{item("A"), placed(1, begun, "1:2:A:CASE"), ships("S-1", 3, "shipped 1:2:A:CASE"), ships("S-1", 4, "returned 1:5:A:EA")}, "1 A EA shipped 24/0 24/24/24/24/0 −5 0/0"},
		{"a substitute", []event{four, ships("S-1", 3, "shipped 1:4:B")}, "1 A(B) EA shipped 4/0 4/4/4/4/0 0/0"},
		{"a substitute in the box", []event{four, ships("S-1", 3, "packed 1:4:B")}, "1 A EA packed 4/0 4/4/4/0/0 0/0"},
		{"shipped by the case", []event{item("A"), placed(1, begun, "1:24:A:EA"), ships("S-1", 3, "shipped 1:2:A:CASE")}, "1 A EA shipped 24/0 24/24/24/24/0 0/0"},
		{"shipped in broken cases", []event{item("A"), placed(1, begun, "1:2:A:CASE"), ships("S-1", 3, "shipped 1:5:A:EA")}, "1 A EA shipped 24/0 5/5/5/5/0 0/0"},
		{"master data comes last", []event{placed(1, begun, "1:2:A:CASE"), ships("S-1", 3, "shipped 1:24:A:EA"), item("A")}, "1 A CASE shipped 2/0 2/2/2/2/0 0/0"},
		{"shipped in a unit that nobody knows", []event{four, ships("S-1", 3, "shipped 1:2:A:BOX")}, "1 A EA shipped 4/0 0/0/0/0/0 0/0"},

		{"ready to invoice", []event{four, ships("S-1", 3, "shipped 1:4"), bills("b-1", 3, "10", "1:4")}, "1 A EA invoice_ready 4/0 4/4/4/4/0 4/0"},
		{"delivered after that", []event{four, bills("b-1", 3, "10", "1:4"), ships("S-1", 4, "delivered 1:4")}, "1 A EA invoice_ready 4/0 4/4/4/4/4 4/0"},
		{"a bill taken back", []event{four, ships("S-1", 3, "shipped 1:4"), bills("b-1", 3, "10", "1:4"), bills("b-2", 3, "-10", "1:-4")}, "1 A EA shipped 4/0 4/4/4/4/0 0/0"},
		{"a bill of a broken case taken back", []event{item("A"), placed(1, begun, "1:2:A:CASE"), ships("S-1", 3, "shipped 1:5:A:EA"), bills("b-1", 3, "10", "1:5:A:EA"), ships("S-1", 4, "cancelled"), bills("b-2", 4, "-10", "1:-5:A:EA")}, "1 A CASE placed 2/0 0/0/0/0/0 0/0"},
		{"invoiced", []event{four, invoices("I-1", 4, invoice, "", "1:3")}, "1 A EA invoiced 4/0 0/0/0/0/0 0/3"},
		{"an invoice that names another line now", []event{four, placed(2, schemas.OrderChanged, "1:4:A:EA", "2:1:A:EA"), invoices("I-1", 4, invoice, "", "1:3"), invoices("I-1", 5, invoice, "", "2:1")}, "1 A EA placed 4/0 0/0/0/0/0 0/0"},
		{"credited, positive", []event{four, invoices("I-1", 4, invoice, "", "1:3"), invoices("M-1", 5, memo, "I-1", "1:1")}, "1 A EA invoiced 4/0 0/0/0/0/0 0/2"},
		{"credited, negative, in full", []event{four, invoices("I-1", 4, invoice, "", "1:3"), invoices("M-1", 5, memo, "I-1", "1:-3"), receivable("I-1", schemas.ReceivablePaid, false)}, "1 A EA placed 4/0 0/0/0/0/0 0/0"},
		{"cancelled by a document", []event{four, invoices("I-1", 4, invoice, "", "1:3"), invoices("X-1", 5, cancels, "I-1", "1:3")}, "1 A EA placed 4/0 0/0/0/0/0 0/0"},
		{"cancelled by a document that does not name the order", []event{four, invoices("I-1", 4, invoice, "", "1:3"), receivable("I-1", schemas.ReceivableCancelled, true, 1)}, "1 A EA placed 4/0 0/0/0/0/0 0/0"},
		{"its line is disputed", []event{four, invoices("I-1", 4, invoice, "", "1:3"), receivable("I-1", schemas.ReceivableDisputed, true, 1, 7)}, "1 A EA disputed 4/0 0/0/0/0/0 0/3"},
		{"its invoice is disputed", []event{four, receivable("I-1", schemas.ReceivableDisputed, true), invoices("I-1", 4, invoice, "", "1:3")}, "1 A EA disputed 4/0 0/0/0/0/0 0/3"},
		{"another line is disputed", []event{four, invoices("I-1", 4, invoice, "", "1:3"), receivable("I-1", schemas.ReceivableDisputed, true, 2)}, "1 A EA invoiced 4/0 0/0/0/0/0 0/3"},
		{"paid", []event{four, invoices("I-1", 4, invoice, "", "1:3"), receivable("I-1", schemas.ReceivablePaid, false)}, "1 A EA paid 4/0 0/0/0/0/0 0/3"},
		{"an invoice that nothing is owed on for it is credited", []event{four, invoices("I-1", 4, invoice, "", "1:3"), receivable("I-1", schemas.ReceivableCredited, false)}, "1 A EA invoiced 4/0 0/0/0/0/0 0/3"},
		{"a credit memo is owed nothing on", []event{four, invoices("I-1", 4, invoice, "", "1:3"), invoices("M-1", 4, memo, "I-1", "1:1"), receivable("M-1", schemas.ReceivablePaid, false)}, "1 A EA invoiced 4/0 0/0/0/0/0 0/2"},

		{"cancelled by the customer", []event{four, placed(2, schemas.OrderChanged, "1:4:A:EA!"), ships("S-1", 3, "packed 1:4")}, "1 A EA cancelled 4/0 4/4/4/0/0 0/0"},
		{"cancelled from the beginning", []event{placed(2, begun, "1:4:A:EA!")}, "1 A EA cancelled 4/0 0/0/0/0/0 0/0"},
		{"cancelled with nothing left of it", []event{four, placed(2, schemas.OrderChanged, "1:0:A:EA!")}, "1 A EA cancelled 4/0 0/0/0/0/0 0/0"},
		{"left out of the order", []event{four, placed(2, schemas.OrderChanged)}, "1 A EA cancelled 4/0 0/0/0/0/0 0/0"},
		{"cancelled with the order", []event{four, placed(2, schemas.OrderCancelled, "1:4:A:EA")}, "1 A EA cancelled 4/0 0/0/0/0/0 0/0"},
		{"refused by ERP", []event{four, accepts(2, schemas.Accepted, "1:3:A:EA:2!")}, "1 A EA cancelled 4/0 0/0/0/0/0 0/0"},
		{"refused with the order by ERP", []event{accepts(2, schemas.AcceptanceRejected, "1:3:A:EA:2"), four}, "1 A EA cancelled 4/0 0/0/0/0/0 0/0"},
		{"cancelled and shipped all the same", []event{four, placed(2, schemas.OrderCancelled), ships("S-1", 3, "shipped 1:4")}, "1 A EA shipped 4/0 4/4/4/4/0 0/0"},
		{"wanted again", []event{four, placed(2, schemas.OrderCancelled), placed(3, schemas.OrderChanged, "1:5:A:EA")}, "1 A EA placed 5/0 0/0/0/0/0 0/0"},
	} {
		status := statusAfter(t, test.events...)
		if got := line(status.Lines[0]); got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", test.name, got, test.want)
		}
	}
}

func TestAnOrderThatIsNotKnownWaitsInState(t *testing.T) {
	early := []event{
		accepts(2, schemas.Accepted, "1:3:A:EA:2"), ships("S-1", 3, "shipped 1:3 2:5"), bills("b-1", 3, "6", "1:3 2:5"), invoices("I-1", 4, invoice, "", "1:3 2:5"),
		receivable("I-1", schemas.ReceivableDisputed, true, 2), excepted("ex-1", "unknown_order", 1, schemas.ExceptionOpen, "m"),
	}
	if status := statusAfter(t, early...); status != nil {
		t.Errorf("told %+v", status)
	}
	status := statusAfter(t, append(early, placed(1, begun, "1:4:A:EA"))...)
	if len(status.Lines) != 1 || line(status.Lines[0]) != "1 A EA invoiced 4/3 3/3/3/3/0 3/3" {
		t.Errorf("told %+v", status.Lines)
	}
}

func TestTheOrderAsAWhole(t *testing.T) {
	status := statusAfter(t,
		placed(1, begun, "1:4:A:EA:2.50", "2:1:A:EA:7", "3:5:A:EA", "4:2:A:EA:1!"),
		accepts(2, schemas.Accepted, "1:3:A:EA:2"),
		ships("S-2", 6, "allocated 2:1"), ships("S-1", 5, "shipped 1:3"), ships("S-3", 5, "cancelled"),
		bills("b-2", 5, "6", "1:3"), bills("b-1", 9, "-1", "1:0"),
		invoices("I-2", 8, invoice, "", "1:3"), invoices("I-1", 8, invoice, "", "1:3"), invoices("M-1", 8, memo, "I-2", "1:1"), invoices("X-1", 8, cancels, "I-1", "1:3"), invoices("I-3", 8, invoice, "", ""),
		excepted("ex-3", "unreadable", 0, schemas.ExceptionOpen, "a"), excepted("ex-1", "not_accepted", 2, schemas.ExceptionAssigned, "b"), excepted("ex-2", "missing_weight", 2, schemas.ExceptionOpen, "c"),
		excepted("ex-0", "missing_weight", 1, schemas.ExceptionOpen, "d"), excepted("ex-0", "missing_weight", 1, schemas.ExceptionResolved, "d"),
	)
	status.Lines = nil
	want := &schemas.OrderState{
		OrderID: "O-1", CustomerID: "C-1", Channel: "web", Currency: "EUR", Status: schemas.OrderPlaced,
		Blocking: []schemas.BlockingReason{
			{ExceptionID: "ex-3", Class: "unreadable", Owner: "billing", Since: at(3), Message: "a"},
			{ExceptionID: "ex-2", Class: "missing_weight", LineNo: new(int32(2)), Owner: "billing", Since: at(3), Message: "c"},
			{ExceptionID: "ex-1", Class: "not_accepted", LineNo: new(int32(2)), Owner: "billing", Since: at(3), Message: "b"},
		},
		Ordered: schemas.MustAmount("13"), Billed: schemas.MustAmount("5"), // 3 × 2 as accepted, 1 × 7; line 3 has no price, line 4 is cancelled
		Invoices: []string{"I-2", "M-1"}, Shipments: []string{"S-1", "S-2"}, InvoiceIDs: []string{"b-2", "b-1"}, BilledElsewhere: []schemas.Money{}, AsOf: at(9),
		PlacedAt: new(at(1)), Departures: []schemas.Departure{{ShipmentID: "S-1", WarehouseID: "east", ShippedAt: at(5), InvoicedAt: new(at(8))}}, Credited: true,
	}
	if !reflect.DeepEqual(status, want) {
		t.Errorf("\n got %+v\nwant %+v", status, want)
	}
}

func TestMoneyOfSeveralCurrenciesIsNotAddedUp(t *testing.T) {
	inPounds := func(w *sim.World) {
		sim.Send(w, topics.Orders, "O-1", &schemas.OrderEvent{OrderID: "O-1", Acceptance: &schemas.OrderAcceptance{
			Meta: meta(2), OrderID: "O-1", Status: schemas.AcceptanceChanged, Currency: "GBP", Lines: []schemas.AcceptedLine{},
		}})
	}
	events := []event{placed(1, begun, "1:4:A:EA:2"), bills("b-1", 3, "8", "1:4"), inPounds, billsIn("GBP", "b-3", 4, "7", "1:4")}
	for _, test := range []struct {
		name   string
		events []event
		want   string
	}{
		{"both stand", events, "7.00 GBP [{EUR 8.00}]"},
		{"credited in euros", append(events, bills("b-2", 4, "-8", "1:-4")), "7.00 GBP []"},
		{"credited in part", append(events, bills("b-2", 4, "-6", "1:-3"), billsIn("CHF", "b-4", 5, "1", "")), "7.00 GBP [{CHF 1.00} {EUR 2.00}]"},
	} {
		status := statusAfter(t, test.events...)
		if got := fmt.Sprint(status.Billed, " ", status.Currency, " ", status.BilledElsewhere); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

func TestERPCancelsTheOrder(t *testing.T) {
	status := statusAfter(t, placed(1, begun, "1:4:A:EA:2"), accepts(2, schemas.AcceptanceCancelled))
	if status.Status != schemas.OrderCancelled || status.Ordered != 0 {
		t.Errorf("%s, ordered %s", status.Status, status.Ordered)
	}
}

// What was placed in euros is worth nothing that could be added to pounds.
func TestAPriceInAnotherCurrencyThanERPsIsNone(t *testing.T) {
	status := statusAfter(t, placed(1, begun, "1:4:A:EA:2", "2:1:A:EA:7"), func(w *sim.World) {
		sim.Send(w, topics.Orders, "O-1", &schemas.OrderEvent{OrderID: "O-1", Acceptance: &schemas.OrderAcceptance{
			Meta: meta(2), OrderID: "O-1", Status: schemas.Accepted, Currency: "GBP", Lines: []schemas.AcceptedLine{
				{LineNo: 1, ItemID: "A", Status: schemas.Accepted, ConfirmedQuantity: schemas.MustQuantity("4"), UOM: "EA", UnitPrice: schemas.MustPrice("3"), PriceUnit: 1},
			},
		}})
	})
	if status.Currency != "GBP" || status.Ordered != schemas.MustAmount("12") {
		t.Errorf("ordered %s %s", status.Ordered, status.Currency)
	}
}

func TestTheTimeOfTheStatusIsTheLatestThatIsInIt(t *testing.T) {
	for _, events := range [][]event{
		{placed(1, begun), accepts(9, schemas.Accepted)},
		{placed(9, begun), placed(1, schemas.OrderChanged)},
		{placed(1, begun), ships("S-1", 9, "cancelled")},
		{placed(1, begun), bills("b-1", 9, "0", "")},
		{placed(1, begun), invoices("I-1", 9, invoice, "", ""), invoices("I-1", 2, invoice, "", "")},
	} {
		if status := statusAfter(t, events...); !status.AsOf.Equal(at(9)) {
			t.Errorf("as of %s", status.AsOf)
		}
	}
}

func TestOneStatusIsToldForAllThatAnEpochBrings(t *testing.T) {
	w := newWorld(t, 0)
	placed(1, begun, "1:4:A:EA")(w)
	ships("S-1", 2, "packed 1:4")(w)
	ships("S-1", 3, "shipped 1:4")(w)
	w.Run()
	if n := len(w.Records(topics.OrderStatus.Name())); n != 1 {
		t.Errorf("%d records", n)
	}
}

func TestAStatusThatDoesNotChangeIsNotToldAgain(t *testing.T) {
	w := newWorld(t, 0)
	for _, send := range []event{
		placed(1, begun, "1:4:A:EA"),
		excepted("ex-1", "not_accepted", 1, schemas.ExceptionOpen, "m"),
		excepted("ex-1", "not_accepted", 1, schemas.ExceptionOpen, "m"),
		receivable("I-1", schemas.ReceivableOpen, false),
		ships("S-1", 0, "shipped 9:4"), ships("S-1", 0, "cancelled"),
	} {
		send(w)
		w.Run()
	}
	w.Crash()
	receivable("I-1", schemas.ReceivableOpen, false)(w)
	w.Run()
	if n := len(w.Records(topics.OrderStatus.Name())); n != 4 { // placed, excepted, and two of a shipment that comes and goes
		t.Errorf("%d records", n)
	}
}

func TestTheStatusOfALargeOrderIsToldAtOnceAndThenAfterARest(t *testing.T) {
	world := newWorld(t, 0)
	var lines []string
	for line := range 2 * smallOrder {
		lines = append(lines, fmt.Sprintf("%d:1:A:EA", line+1))
	}
	told := func() int { return len(sim.Read(world, topics.OrderStatus)) }
	want := func(when string, n int) {
		t.Helper()
		if told() != n {
			t.Errorf("%s the status was told %d times, want %d", when, told(), n)
		}
	}
	placed(1, schemas.OrderPlaced, lines...)(world)
	world.Run()
	want("when it was placed", 1)
	for n := range 5 {
		ships(fmt.Sprint("S-", n), 2+n, fmt.Sprintf("shipped %d:1:A:EA", n+1))(world)
		world.Run()
	}
	want("while it rests", 1)
	world.Advance((2*smallOrder + 10) * restPerRow)
	want("when it has rested", 2)
	world.Advance(time.Hour)
	want("when nothing has changed", 2)
	for _, line := range sim.Latest(world, topics.OrderStatus)["O-1"].Lines[:5] {
		if line.Stage != schemas.StageShipped {
			t.Errorf("line %d is %s, and it has shipped", line.LineNo, line.Stage)
		}
	}
	ships("S-5", 10, "shipped 6:1:A:EA")(world)
	world.Run()
	want("after a long rest", 3)
}
