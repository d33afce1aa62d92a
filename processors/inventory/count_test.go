package inventory

import (
	"strings"
	"testing"

	"waybill/schemas"
)

// book plays movements on a position as the stage does: "+5" and "-5" move goods, "adjust -3" adjusts, "count 97 at 2"
// counts as of a movement.
func book(t *testing.T, movements ...string) *Position {
	t.Helper()
	p := &Position{ItemID: "A", WarehouseID: "E", UOM: "EA"}
	after := []schemas.Quantity{0}
	for i, text := range movements {
		p.Sequence = int64(i + 1)
		words := strings.Fields(text)
		switch words[0] {
		case "adjust":
			p.move(schemas.MovementAdjust, quantity(words[1]))
		case "count":
			m := movement{StockMovement: &schemas.StockMovement{}, sequence: p.Sequence, quantity: quantity(words[1])}
			if len(words) > 2 {
				m.CutoffSequence = new(int64(quantity(words[3]) / 1_000_000))
			}
			p.count(m, new(after[m.cutoff()]))
		default:
			p.move(schemas.MovementReceipt, quantity(text))
		}
		after = append(after, p.Moved)
	}
	return p
}

func TestCountsSplitTheirDifferenceIntoInFlightAndUnexplained(t *testing.T) {
	for _, c := range []struct {
		movements           string
		onHand, unexplained string
	}{
		{"+100", "100", "0"},
		{"+100, count 100", "100", "0"},
		{"+100, count 97", "97", "-3"},
		{"count 50", "50", "0"}, // the first count opens the book
		{"count 50, count 49", "49", "-1"},
		{"+100, -10, +5, count 100 at 1", "95", "0"}, // −5 in flight explains itself
		{"+100, -10, +5, count 97 at 1", "92", "-3"},
		{"+100, -10, +5, count 0 at 0", "95", "0"},
		{"+100, count 97, adjust -3", "97", "0"},                // the warehouse books what the count found
		{"+100, count 97, adjust -2", "97", "-1"},               // some of it
		{"+100, count 97, adjust -5", "95", "0"},                // and goods beyond it
		{"+100, count 97, adjust +3", "100", "0"},               // the goods were found again
		{"+100, count 97, adjust +5", "102", "0"},               // and more
		{"+100, count 97, adjust +1, adjust -2", "98", "0"},     // one found, two booked
		{"+100, count 97, count 100", "100", "0"},               // counted again: nothing was missing
		{"+100, count 97, count 97", "97", "-3"},                // counted again: they are missing
		{"+100, count 97, -7, count 97 at 2", "90", "-3"},       // a second result of the same cut
		{"+100, count 103, adjust 3", "103", "0"},               // too many
		{"+100, adjust -3", "97", "0"},                          // no count, no difference
		{"+100, count 97 at 9", "97", "-3"},                     // a cutoff behind the count is the movement before it
		{"+10, count 8, -1, adjust -2, count 8 at 2", "7", "0"}, // what an adjustment booked did not move
	} {
		p := book(t, strings.Split(c.movements, ", ")...)
		if p.OnHand != quantity(c.onHand) || p.Unexplained != quantity(c.unexplained) {
			t.Errorf("%s: on hand %s, unexplained %s; want %s, %s", c.movements, p.OnHand, p.Unexplained, c.onHand, c.unexplained)
		}
		if (p.unexplained() != "") != (c.unexplained != "0") {
			t.Errorf("%s: says %q", c.movements, p.unexplained())
		}
	}
}

func TestAnUnexplainedCountSaysWhatWasCountedAndExpected(t *testing.T) {
	got := book(t, "+100", "-10", "count 97 at 1").unexplained()
	if want := "item A in warehouse E: 97 EA counted as of movement 1 where the book had 100; -10 in flight since; -3 still unexplained"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestACountThatCannotBePlacedChangesNothing(t *testing.T) {
	p := book(t, "+100")
	p.count(movement{StockMovement: &schemas.StockMovement{CutoffSequence: new(int64(1))}, sequence: 9000, quantity: quantity("3")}, nil)
	if p.OnHand != quantity("100") || p.Unexplained != 0 || !strings.Contains(p.unexplained(), "further back than movements are remembered") {
		t.Fatalf("on hand %s, says %q", p.OnHand, p.unexplained())
	}
}
