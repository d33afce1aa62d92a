package tracker

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"waybill/schemas"
	"waybill/stream/sim"
	"waybill/topics"
)

// movesOf reads "5:3 8:-1": at minute 5 three, at minute 8 one taken back.
func movesOf(text string) (moves []move) {
	for word := range strings.FieldsSeq(text) {
		minute, quantity, _ := strings.Cut(word, ":")
		moves = append(moves, move{at: at(int(number(minute))), quantity: schemas.MustQuantity(quantity)})
	}
	return moves
}

// minute prints a time of the day in minutes.
func minute(at *time.Time) string {
	if at == nil {
		return "–"
	}
	return fmt.Sprint(int(at.Sub(day).Minutes()))
}

func TestFirstShippedIsFirstInvoiced(t *testing.T) {
	for _, test := range []struct{ name, left, kept, invoiced, want string }{
		{"nothing left", "", "", "", ": 0 since –"},
		{"not invoiced", "5:3 6:2", "5:3 6:2", "", "– –: 5 since 5"},
		{"invoiced at once", "5:3", "5:3", "8:3", "8: 0 since –"},
		{"one invoice for both", "5:3 6:2", "5:3 6:2", "9:5", "9 9: 0 since –"},
		{"each its own", "5:3 6:2", "5:3 6:2", "8:3 9:2", "8 9: 0 since –"},
		{"in part: the first, and of the second a half", "5:3 6:2", "5:3 6:2", "8:4", "8 –: 1 since 6"},
		{"invoiced before it left", "5:3", "5:3", "2:3", "2: 0 since –"},
		{"invoiced beyond what left", "5:3", "5:3", "8:9", "8: 0 since –"},
		{"credited and rebilled: invoiced the first time", "5:3", "5:3", "8:3 9:-3 12:3", "8: 0 since –"},
		{"credited and not rebilled: it was invoiced, and is not any more", "5:3", "5:3", "8:3 9:-3", "8: 3 since 5"},
		{"the second waits for the rebill of the first", "5:3 6:2", "5:3 6:2", "8:3 9:-3 12:3 15:2", "8 15: 0 since –"},
		{"credited in part", "5:3 6:2", "5:3 6:2", "8:5 9:-1", "8 8: 1 since 6"},
		{"what came back before it was invoiced is not unbilled", "5:3 6:2", "5:0 6:2", "", "– –: 2 since 6"},
		{"what came back and is credited is not unbilled", "5:3 6:2", "5:3 6:0", "8:5 9:-2", "8 8: 0 since –"},
		{"credited beyond what was invoiced", "5:3 6:2", "5:0 6:2", "9:-3", "– –: 2 since 6"},
		{"what came back in another unit is the first that left", "5:3 6:2", "0:-3 5:3 6:2", "", "– –: 2 since 6"},
	} {
		c := covered(movesOf(test.left), movesOf(test.kept), movesOf(test.invoiced))
		var times []string
		for _, at := range c.invoicedAt {
			times = append(times, minute(at))
		}
		if got := fmt.Sprintf("%s: %s since %s", strings.Join(times, " "), c.uninvoiced, minute(c.uninvoicedFor)); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

func TestInFullWhenTheLastOfItHasLeft(t *testing.T) {
	for _, test := range []struct {
		moves, quantity, want string
	}{{"5:3 8:1", "4", "8"}, {"5:3 8:1", "3", "5"}, {"5:3", "4", "–"}, {"", "0", "–"}, {"5:3", "0", "–"}, {"5:9 8:1", "4", "5"}} {
		if got := minute(reached(movesOf(test.moves), schemas.MustQuantity(test.quantity))); got != test.want {
			t.Errorf("%s of %s: got %s, want %s", test.moves, test.quantity, got, test.want)
		}
	}
}

// clocks describes what a line says of time.
func clocks(l schemas.OrderLineState) string {
	confirmed := "–"
	if l.ConfirmedOn != nil {
		confirmed = l.ConfirmedOn.String()
	}
	return fmt.Sprintf("%s %s wanted %s promised %s, shipped %s delivered %s, unbilled %s since %s",
		l.WarehouseID, l.UOM, l.RequestedOn, confirmed, minute(l.ShippedInFullAt), minute(l.DeliveredInFullAt), l.Unbilled, minute(l.UnbilledSince))
}

func TestALineSaysWhenItWasInFullAndWhatIsNotInvoiced(t *testing.T) {
	for _, test := range []struct {
		name   string
		events []event
		want   string
	}{
		{"as ordered", []event{placed(1, begun, "1:4:A:EA:2.50"), ships("S-1", 5, "shipped 1:3"), ships("S-2", 8, "shipped 1:1")},
			"east EA wanted 1970-01-01 promised –, shipped 8 delivered –, unbilled 10.00 since 5"},
		{"as accepted", []event{placed(1, begun, "1:4:A:EA:2.50"), accepts(2, schemas.Accepted, "1:3:A:EA:2"), ships("S-1", 5, "shipped 1:3"), invoices("I-1", 7, invoice, "", "1:1")},
			"east EA wanted 1970-01-01 promised 1970-01-01, shipped 5 delivered –, unbilled 4.00 since 5"},
		{"a later word on the shipment does not move it", []event{placed(1, begun, "1:4:A:EA:2.50"), ships("S-1", 5, "shipped 1:3"), ships("S-1", 6, "shipped 1:4"), ships("S-1", 9, "delivered 1:4"), ships("S-1", 12, "delivered 1:4")},
			"east EA wanted 1970-01-01 promised –, shipped 5 delivered 9, unbilled 10.00 since 5"},
		{"cancelled and begun anew", []event{placed(1, begun, "1:4:A:EA:2.50"), ships("S-1", 5, "shipped 1:4"), ships("S-1", 6, "cancelled"), ships("S-1", 9, "allocated 1:4"), ships("S-1", 10, "shipped 1:4")},
			"east EA wanted 1970-01-01 promised –, shipped 10 delivered –, unbilled 10.00 since 10"},
		{"shipped in cases, invoiced in pieces", []event{item("A"), placed(1, begun, "1:24:A:EA:2.50"), ships("S-1", 5, "shipped 1:2:A:CASE"), invoices("I-1", 7, invoice, "", "1:12")},
			"east EA wanted 1970-01-01 promised –, shipped 5 delivered –, unbilled 30.00 since 5"},
		{"what came back is not unbilled", []event{placed(1, begun, "1:4:A:EA:2.50"), ships("S-1", 5, "shipped 1:4"), ships("S-1", 9, "returned 1:3")},
			"east EA wanted 1970-01-01 promised –, shipped 5 delivered –, unbilled 2.50 since 5"},
		{"what came back in another unit is not either", []event{item("A"), placed(1, begun, "1:24:A:EA:2.50"), ships("S-1", 5, "shipped 1:2:A:CASE"), ships("S-1", 9, "returned 1:12:A:EA")},
			"east EA wanted 1970-01-01 promised –, shipped 5 delivered –, unbilled 30.00 since 5"},
		{"what came back and is credited is not either", []event{placed(1, begun, "1:4:A:EA:2.50"), ships("S-1", 5, "shipped 1:4"), invoices("I-1", 7, invoice, "", "1:4"), ships("S-1", 9, "returned 1:4"),
			invoices("C-1", 11, memo, "I-1", "1:4")}, "east EA wanted 1970-01-01 promised –, shipped 5 delivered –, unbilled 0.00 since –"},
		{"without a price", []event{placed(1, begun, "1:4:A:EA"), ships("S-1", 5, "shipped 1:4")},
			"east EA wanted 1970-01-01 promised –, shipped 5 delivered –, unbilled 0.00 since 5"},
	} {
		status := statusAfter(t, test.events...)
		if got := clocks(status.Lines[0]); got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", test.name, got, test.want)
		}
	}
}

func TestWhatERPPromisedFirstStays(t *testing.T) {
	promise := func(minutes int, date string, status schemas.AcceptanceStatus) event {
		return func(w *sim.World) {
			sim.Send(w, topics.Orders, "O-1", &schemas.OrderEvent{OrderID: "O-1", Acceptance: &schemas.OrderAcceptance{
				Meta: meta(minutes), OrderID: "O-1", Status: status, Currency: "EUR",
				Lines: []schemas.AcceptedLine{{LineNo: 1, ItemID: "A", UOM: "EA", PriceUnit: 1, Status: status, ConfirmedQuantity: schemas.MustQuantity("4"), ConfirmedDate: schemas.MustDate(date)}},
			}})
		}
	}
	status := statusAfter(t, placed(1, begun, "1:4:A:EA:2"), promise(2, "2026-03-04", schemas.AcceptanceRejected), promise(3, "2026-03-05", schemas.Accepted), promise(4, "2026-03-09", schemas.AcceptanceChanged))
	if got := status.Lines[0].ConfirmedOn; got == nil || got.String() != "2026-03-05" {
		t.Errorf("promised %v", got)
	}
}

func TestAShipmentIsInvoicedWhenAllItsLinesAre(t *testing.T) {
	order := placed(1, begun, "1:4:A:EA:2", "2:2:B:EA:1")
	both := ships("S-1", 5, "shipped 1:4 2:2")
	for _, test := range []struct {
		name   string
		events []event
		want   string
	}{
		{"one line is not", []event{order, both, invoices("I-1", 7, invoice, "", "1:4")}, "–"},
		{"the later one counts", []event{order, both, invoices("I-1", 9, invoice, "", "1:4"), invoices("I-2", 7, invoice, "", "2:2:B")}, "9"},
		{"in either order", []event{order, both, invoices("I-1", 7, invoice, "", "1:4"), invoices("I-2", 9, invoice, "", "2:2:B")}, "9"},
		{"a cancelled invoice does not count", []event{order, both, invoices("I-1", 7, invoice, "", "1:4 2:2:B"), invoices("X-1", 9, cancels, "I-1", "")}, "–"},
	} {
		status := statusAfter(t, test.events...)
		if len(status.Departures) != 1 || minute(status.Departures[0].InvoicedAt) != test.want {
			t.Errorf("%s: departures %+v", test.name, status.Departures)
		}
	}
}

func TestAnInvoiceThatIsStatedAgainIsNoLaterOne(t *testing.T) {
	row := InvoiceRow{At: at(500), Stated: at(500), IssuedOn: schemas.DateOf(day)}
	if got := row.invoicedAt(); !got.Equal(at(500)) {
		t.Errorf("stated on its day: %s", got)
	}
	row.Stated = at(5000)
	if got := row.invoicedAt(); !got.Equal(at(24 * 60)) {
		t.Errorf("stated days later: %s", got)
	}
}

func TestWhoWorkedAnOrderByHandStaysKnown(t *testing.T) {
	worked := func(status schemas.ExceptionStatus) event {
		return func(w *sim.World) {
			sim.Send(w, topics.OrderFacts, "O-1", &schemas.OrderFact{OrderID: "O-1", Exception: &schemas.Exception{
				ExceptionID: "ex-1", Class: "over_shipped", Severity: schemas.SeverityHigh, Status: status, OrderIDs: []string{"O-1"}, OpenedAt: at(3), DueAt: at(9), Actor: new("ada"),
			}})
		}
	}
	held := func(w *sim.World) {
		sim.Send(w, topics.Actions, "O-1", &schemas.Action{Command: schemas.Command{CommandID: "c-1", Kind: schemas.CommandHold, Target: "O-1"}})
	}
	order := placed(1, begun, "1:4:A:EA:2")
	for name, events := range map[string][]event{
		"held":                    {held, order},
		"before the order":        {worked(schemas.ExceptionResolved), order},
		"while it stands":         {order, worked(schemas.ExceptionAssigned)},
		"and after it is cleared": {order, worked(schemas.ExceptionAssigned), worked(schemas.ExceptionResolved)},
	} {
		if !statusAfter(t, events...).ByHand {
			t.Errorf("%s: not told", name)
		}
	}
	if statusAfter(t, order, excepted("ex-1", "over_shipped", 1, schemas.ExceptionOpen, "m")).ByHand {
		t.Error("told of an order that nobody worked")
	}
}
