package tracker

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"waybill/processors/conditions"
	"waybill/schemas"
	"waybill/stream/sim"
	"waybill/topics"
)

// inOrder is a world in which what is said can be read in its order.
func inOrder(t *testing.T) *sim.World {
	t.Helper()
	return sim.New(t, sim.Options{Start: day, Partitions: 1}, Stage())
}

// wanted is order O-1: lines "line:quantity:warehouse:day of March", cancelled with a "!" at the end.
func wanted(minutes int, lines ...string) event {
	order := &schemas.Order{Meta: meta(minutes), OrderID: "O-1", CustomerID: "C-1", Channel: "web", OrderType: "standard", Currency: "EUR", Status: schemas.OrderPlaced}
	for _, text := range lines {
		line := schemas.OrderLine{ItemID: "A", UOM: "EA", PriceUnit: 1, UnitPrice: new(schemas.MustPrice("2")), Substitution: schemas.SubstitutionNever, Status: schemas.LineOpen}
		if strings.HasSuffix(text, "!") {
			line.Status, text = schemas.LineCancelled, strings.TrimSuffix(text, "!")
		}
		parts := strings.Split(text, ":")
		line.LineNo, line.Quantity, line.WarehouseID = number(parts[0]), schemas.MustQuantity(parts[1]), parts[2]
		line.RequestedDate = schemas.MustDate("2026-03-" + parts[3])
		order.Lines = append(order.Lines, line)
	}
	return func(w *sim.World) {
		sim.Send(w, topics.Orders, "O-1", &schemas.OrderEvent{OrderID: "O-1", Order: order})
	}
}

// promises is ERP's acceptance of line 1 for a day of March.
func promises(minutes int, day string) event {
	acceptance := &schemas.OrderAcceptance{Meta: meta(minutes), OrderID: "O-1", Status: schemas.Accepted, Currency: "EUR", Lines: []schemas.AcceptedLine{{
		LineNo: 1, ItemID: "A", Status: schemas.Accepted, ConfirmedQuantity: schemas.MustQuantity("4"), UOM: "EA", UnitPrice: schemas.MustPrice("3"), PriceUnit: 1,
		ConfirmedDate: schemas.MustDate("2026-03-" + day),
	}}}
	return func(w *sim.World) {
		sim.Send(w, topics.Orders, "O-1", &schemas.OrderEvent{OrderID: "O-1", Acceptance: acceptance})
	}
}

// overdue describes what the stage said of what is overdue.
func overdue(w *sim.World) (said []string) {
	for _, sent := range sim.Read(w, topics.Conditions) {
		c := sent.Value
		text := fmt.Sprintf("%s %s", c.Kind, c.Message)
		if c.AmountAtRisk != nil {
			text += fmt.Sprintf(" %s %s %s", c.AmountAtRisk, *c.Currency, *c.WarehouseID)
		}
		if c.Class != conditions.OverdueShipment {
			text = c.Class + text
		}
		said = append(said, strings.TrimSpace(text))
	}
	return said
}

func same(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

// until moves the clock to an hour of March, by UTC.
func until(w *sim.World, dayOfMarch, hour int) {
	w.Run()
	if wait := time.Date(2026, 3, dayOfMarch, hour, 0, 0, 0, time.UTC).Sub(w.Now()); wait > 0 {
		w.Advance(wait)
	}
}

const line1 = "raised order O-1 line 1 was to leave east by 2026-03-03, and nothing of it has. 8.00 EUR east"

func TestALineIsOverdueWhenItsDayIsOverEverywhereAndNothingOfItHasLeft(t *testing.T) {
	w := inOrder(t)
	wanted(0, "1:4:east:03")(w)
	until(w, 4, 11)
	same(t, "the day is not over in the far west", overdue(w))
	w.Crash()
	until(w, 4, 12)
	same(t, "it is over", overdue(w), line1)
	ships("S-1", 1, "packed 1:4")(w)
	w.Run()
	same(t, "packed is not away", overdue(w), line1)
	ships("S-1", 2, "shipped 1:1")(w)
	w.Run()
	same(t, "some of it left", overdue(w), line1, "cleared")
	until(w, 30, 0)
	same(t, "for good", overdue(w), line1, "cleared")
}

func TestWhatLeftInTimeOrIsNotWantedIsNeverOverdue(t *testing.T) {
	for name, then := range map[string]event{
		"shipped":                ships("S-1", 1, "shipped 1:4"),
		"cancelled":              wanted(1, "1:4:east:03!"),
		"left out":               wanted(1),
		"nothing of it wanted":   wanted(1, "1:0:east:03"),
		"refused":                accepts(1, schemas.AcceptanceRejected),
		"wanted on another day":  wanted(1, "1:4:east:28"),
		"promised for a later":   promises(1, "28"),
		"the order is cancelled": placed(1, schemas.OrderCancelled),
	} {
		w := inOrder(t)
		wanted(0, "1:4:east:03")(w)
		w.Run()
		then(w)
		until(w, 27, 0)
		same(t, name, overdue(w))
	}
}

func TestWhatERPPromisedCountsAndItsLatestWord(t *testing.T) {
	w := inOrder(t)
	wanted(0, "1:4:east:28")(w)
	promises(1, "05")(w)
	until(w, 6, 12)
	late := "raised order O-1 line 1 was to leave east by 2026-03-05, and nothing of it has. 12.00 EUR east"
	same(t, "promised for the 5th", overdue(w), late)
	promises(2, "20")(w)
	until(w, 21, 11)
	same(t, "moved to the 20th", overdue(w), late, "cleared")
	until(w, 21, 12)
	same(t, "late again", overdue(w), late, "cleared", strings.ReplaceAll(late, "03-05", "03-20"))
}

func TestADayThatMovesForwardIsNotMissed(t *testing.T) {
	w := inOrder(t)
	wanted(0, "1:4:east:28")(w)
	w.Run()
	wanted(1, "1:4:east:03")(w)
	until(w, 4, 12)
	same(t, "the 3rd", overdue(w), line1)
}

func TestWhatCameBackHadLeft(t *testing.T) {
	w := inOrder(t)
	wanted(0, "1:4:east:03")(w)
	ships("S-1", 1, "shipped 1:4")(w)
	ships("S-1", 2, "returned 1:4")(w)
	until(w, 27, 0)
	same(t, "returned", overdue(w))
	w = inOrder(t)
	wanted(0, "1:4:east:03")(w)
	ships("S-1", 1, "packed 1:4")(w)
	ships("S-1", 2, "cancelled")(w)
	until(w, 27, 0)
	same(t, "a parcel that was cancelled did not leave", overdue(w), line1)
}

func TestLinesOfOneWarehouseAreOneException(t *testing.T) {
	w := inOrder(t)
	wanted(0, "1:4:east:03", "2:1:west:04", "3:2:east:05", "4:2:east:05!")(w)
	until(w, 4, 12)
	until(w, 5, 12)
	west := "raised order O-1 line 2 was to leave west by 2026-03-04, and nothing of it has. 2.00 EUR west"
	same(t, "first east, then west", overdue(w), line1, west)
	until(w, 6, 12)
	both := "raised 2 lines of order O-1 were to leave east, the first by 2026-03-03, and nothing of them has: lines 1, 3. 12.00 EUR east"
	same(t, "another of east", overdue(w), line1, west, both)
	ships("S-1", 1, "shipped 1:4")(w)
	w.Run()
	same(t, "one of them left", overdue(w), line1, west, both, "raised order O-1 line 3 was to leave east by 2026-03-05, and nothing of it has. 4.00 EUR east")
}

func TestOldEventsAreNotOverdueWhenWhatHappenedToThemComesCloseBehind(t *testing.T) {
	w := inOrder(t)
	until(w, 20, 0)
	wanted(0, "1:4:east:03")(w)
	w.Run()
	w.Advance(10 * time.Minute)
	wanted(1, "1:4:east:03")(w) // again, which does not put it off
	w.Run()
	same(t, "heard of ten minutes ago", overdue(w))
	w.Advance(5 * time.Minute)
	same(t, "a quarter of an hour", overdue(w), line1)

	w = inOrder(t)
	until(w, 20, 0)
	wanted(0, "1:4:east:03")(w)
	w.Run()
	w.Advance(10 * time.Minute)
	ships("S-1", 1, "shipped 1:4")(w)
	w.Run()
	w.Advance(time.Hour)
	same(t, "its shipment came", overdue(w))
}

func TestAnOrderOfManyLinesNamesTheFirst(t *testing.T) {
	w := inOrder(t)
	var lines []string
	for no := range 12 {
		lines = append(lines, fmt.Sprintf("%d:1:east:03", no+1))
	}
	wanted(0, lines...)(w)
	until(w, 5, 0)
	if got := overdue(w); len(got) != 1 || !strings.Contains(got[0], ": lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more. 24.00 EUR") {
		t.Errorf("%q", got)
	}
}
