package inspect_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"waybill/inspect"
	"waybill/schemas"
	"waybill/topics"
)

func meta(event, source string, minutes int) schemas.Meta {
	at := now.Add(time.Duration(minutes) * time.Minute)
	return schemas.Meta{EventID: event, Source: source, OccurredAt: at, RecordedAt: at}
}

// writeOrder writes the split and the substitute of an order, as its stages see it.
func writeOrder(c *cluster, id string) {
	line := func(no int32, item, quantity string) schemas.OrderLine {
		return schemas.OrderLine{LineNo: no, ItemID: item, Quantity: schemas.MustQuantity(quantity), UOM: "EA", PriceUnit: 1, WarehouseID: "east", RequestedDate: schemas.DateOf(now), Substitution: schemas.SubstitutionAllowed, Status: schemas.LineOpen}
	}
	order := &schemas.Order{
		Meta: meta("e-1", "edi", 0), OrderID: id, CustomerID: "C-1", Channel: "edi", OrderType: "standard", Currency: "EUR", Status: schemas.OrderPlaced,
		Lines: []schemas.OrderLine{line(1, "A-1", "4"), line(2, "B-1", "0.5")},
	}
	origin := schemas.Evidence{Topic: "commerce.orders", Partition: 1, Offset: 7, EventID: "e-1"}
	write(c, topics.Orders, id, &schemas.OrderEvent{Origin: origin, OrderID: id, Order: order})
	acceptance := &schemas.OrderAcceptance{Meta: meta("e-2", "erp", 5), OrderID: id, Status: schemas.AcceptanceChanged, Currency: "EUR", Lines: []schemas.AcceptedLine{
		{LineNo: 1, ItemID: "A-1", Status: schemas.Accepted, ConfirmedQuantity: schemas.MustQuantity("4"), UOM: "EA", UnitPrice: schemas.MustPrice("2.50"), PriceUnit: 1},
		{LineNo: 2, ItemID: "B-1", Status: schemas.AcceptanceRejected, ConfirmedQuantity: 0, UOM: "EA", UnitPrice: schemas.MustPrice("90"), PriceUnit: 100},
	}}
	write(c, topics.Orders, id, &schemas.OrderEvent{OrderID: id, Acceptance: acceptance})
	shipment := schemas.Shipment{Meta: meta("e-4", "wms-east", 60), ShipmentID: "S-1", WarehouseID: "east", Milestone: schemas.MilestoneShipped, LastForOrder: true, Lines: []schemas.ShipmentLine{
		{OrderID: id, LineNo: 1, ItemID: "A-2", SubstituteFor: new("A-1"), Quantity: schemas.MustQuantity("4"), UOM: "EA"},
	}}
	write(c, topics.Shipments, id, &schemas.ShipmentEvent{OrderID: id, Shipment: &shipment})
	write(c, topics.InvoiceReady, id, &schemas.InvoiceReady{
		InvoiceReadyID: "ir-1", Revision: 1, Kind: schemas.BillInvoice, OrderID: id, CustomerID: "C-1", Trigger: schemas.OnShipment, Currency: "EUR",
		Lines: []schemas.InvoiceReadyLine{}, Total: schemas.MustAmount("10"), Evidence: []schemas.Evidence{}, Rule: "on shipment", ReadyAt: now.Add(time.Hour),
	})
	invoice := schemas.Invoice{Meta: meta("e-9", "erp", 120), InvoiceID: "INV-1", Kind: schemas.InvoiceKindInvoice, CustomerID: "C-1", Currency: "EUR", Lines: []schemas.InvoiceLine{
		{OrderID: id, LineNo: 1, ItemID: "A-2", Quantity: schemas.MustQuantity("4"), UOM: "EA", UnitPrice: schemas.MustPrice("2.5"), PriceUnit: 1, Amount: schemas.MustAmount("10")},
	}}
	write(c, topics.OrderInvoices, id, &schemas.OrderInvoice{OrderID: id, Invoice: invoice})
	write(c, topics.OrderStatus, id, &schemas.OrderState{
		OrderID: id, CustomerID: "C-1", Channel: "edi", Currency: "EUR", Status: schemas.OrderPlaced, Lines: []schemas.OrderLineState{},
		Blocking: []schemas.BlockingReason{}, Invoices: []string{}, Shipments: []string{}, InvoiceIDs: []string{}, AsOf: now,
	})
}

func TestAnOrderTellsWhatHappenedInOrderOfTime(t *testing.T) {
	c := startCluster(t)
	writeOrder(c, "O-1")
	writeOrder(c, "O-2") // all of it must stay out
	blocking := exception("ex-aaaa1", "unreadable", -30*time.Minute, "10.00", "O-0", "O-1")
	blocking.Causes = []schemas.Evidence{{Topic: "wms.shipments", Partition: 2, Offset: 5, EventID: "e-5"}}
	write(c, topics.Exceptions, "ex-aaaa1", blocking)
	solved := exception("ex-bbbb1", "not_accepted", -1*time.Minute, "", "O-1")
	solved.Status, solved.ResolvedAt, solved.Resolution = schemas.ExceptionResolved, new(now.Add(6*time.Minute)), new("accepted")
	write(c, topics.Exceptions, "ex-bbbb1", solved)
	write(c, topics.Exceptions, "ex-cccc1", exception("ex-cccc1", "unreadable", 0, "", "O-9"))
	command := schemas.Command{Meta: meta("cmd-1", "waybill", 40), CommandID: "cmd-1", Actor: "ada", Kind: schemas.CommandReplay, Target: "ex-aaaa1", Reason: "contract mended"}
	write(c, topics.Actions, "ex-aaaa1", &schemas.Action{Command: command})

	order, err := c.view().Order(c.ctx, "O-1", now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if order.State == nil || len(order.Bills) != 1 || ids(order.Blocking) != "ex-aaaa1" {
		t.Errorf("state %v, %d bills, blocked by %s", order.State, len(order.Bills), ids(order.Blocking))
	}
	want := []string{
		"edi: order placed: 1: 4 EA A-1, 2: 0.5 EA B-1",
		"exceptions: exception not_accepted (ex-bbbb1): quantity is missing",
		"erp: accepted with changes: 1: 4 EA A-1 at 2.50, 2: 0 EA B-1 at 90.00 per 100 rejected",
		"exceptions: exception not_accepted (ex-bbbb1) resolved: accepted",
		"exceptions: exception unreadable (ex-aaaa1): quantity is missing",
		"ada: replay of ex-aaaa1: contract mended",
		"wms-east: shipment S-1 shipped at east: 1: 4 EA A-2 for A-1; the last of the order",
		"fulfilment: ready to invoice: 10.00 EUR (on shipment)",
		"erp: invoice INV-1: 1: 4 EA A-2 = 10.00 EUR",
	}
	var got []string
	for _, happening := range order.Chain {
		got = append(got, happening.Source+": "+happening.What)
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if first := order.Chain[0].Record; first == nil || first.Topic != "commerce.orders" || first.Offset != 7 {
		t.Errorf("the first names the record %+v", first)
	}
}

func TestAnOrderTellsWhichEventsItWaitsForUntilTheyAreExceptions(t *testing.T) {
	c := startCluster(t)
	writeOrder(c, "O-1")
	hold := func(id string, active bool) *schemas.Hold {
		return &schemas.Hold{HoldID: id, ShipmentID: new("S-2"), Sequence: new(int64(2)), Active: active, Class: "sequence_gap", Since: now}
	}
	for _, one := range []*schemas.Hold{hold("ex-waits", true), hold("ex-came", true), hold("ex-came", false), hold("ex-open", true)} {
		write(c, topics.Shipments, "O-1", &schemas.ShipmentEvent{OrderID: "O-1", Hold: one})
	}
	write(c, topics.Exceptions, "ex-open", exception("ex-open", "sequence_gap", -30*time.Minute, "10.00", "O-1"))
	order, err := c.view().Order(c.ctx, "O-1", now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if len(order.Awaited) != 1 || order.Awaited[0].HoldID != "ex-waits" || ids(order.Blocking) != "ex-open" {
		t.Errorf("waits for %+v, blocked by %s", order.Awaited, ids(order.Blocking))
	}
}

func TestAnUnknownOrderIsSaidToBeUnknown(t *testing.T) {
	c := startCluster(t)
	writeOrder(c, "O-1")
	_, err := c.view().Order(c.ctx, "o-1", now)
	if !errors.Is(err, inspect.ErrNoSuchOrder) || !strings.Contains(err.Error(), `order "o-1"`) {
		t.Errorf("%v", err)
	}
}

func TestAnOrderTellsWhichConsolidatedInvoiceItsBillsAreOnAndWhatWaitsForOne(t *testing.T) {
	c := startCluster(t)
	writeOrder(c, "O-1")
	bill := func(id, orderID string, on *schemas.Consolidation) *schemas.InvoiceReady {
		return &schemas.InvoiceReady{
			InvoiceReadyID: id, Revision: 1, Kind: schemas.BillInvoice, OrderID: orderID, CustomerID: "C-1", Trigger: schemas.Consolidated, Currency: "EUR",
			Lines: []schemas.InvoiceReadyLine{}, Total: schemas.MustAmount("10"), Evidence: []schemas.Evidence{}, Rule: "consolidated", ReadyAt: now.Add(3 * time.Hour), Consolidated: on,
		}
	}
	day := schemas.DateOf(now)
	open := &schemas.Consolidation{Schedule: "daily", PeriodFrom: day, PeriodTo: day}
	closed := &schemas.Consolidation{Schedule: "daily", PeriodFrom: day, PeriodTo: day, InvoiceID: "ci-1", Records: 2, Total: schemas.MustAmount("20")}
	for _, waiting := range []*schemas.InvoiceReady{bill("ir-8", "O-1", open), bill("ir-9", "O-1", open), bill("ir-10", "O-2", open)} {
		write(c, topics.Consolidation, "C-1", waiting)
	}
	write(c, topics.InvoiceReady, "O-1", bill("ir-8", "O-1", closed))
	order, err := c.view().Order(c.ctx, "O-1", now)
	if err != nil {
		t.Fatal(err)
	}
	if len(order.Bills) != 2 || len(order.Gathered) != 1 || order.Gathered[0].InvoiceReadyID != "ir-9" {
		t.Errorf("%d bills, gathered %+v", len(order.Bills), order.Gathered)
	}
	if last := order.Chain[len(order.Chain)-1]; last.What != "ready to invoice: 10.00 EUR (consolidated) on consolidated invoice ci-1" {
		t.Errorf("the last that happened is %q", last.What)
	}
}
