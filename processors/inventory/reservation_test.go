package inventory

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"waybill/schemas"
)

func reserved(text string) movement {
	m := movement{StockMovement: &schemas.StockMovement{}, quantity: quantity("1")}
	for _, word := range strings.Fields(text) {
		switch name, value, _ := strings.Cut(word, "="); name {
		case "order":
			m.OrderID = &value
		case "line":
			m.LineNo = new(int32(quantity(value) / 1_000_000))
		case "sequence":
			m.sequence = int64(quantity(value) / 1_000_000)
		case "hours":
			m.ExpiresAt = new(noon.Add(time.Duration(quantity(value)/1_000_000) * time.Hour))
		case "quantity":
			m.quantity = quantity(value)
		}
	}
	return m
}

// standing lists reservations as the table does.
func standing(position, orderID string, texts ...string) []*Reservation {
	var rows []*Reservation
	for _, text := range texts {
		if r := reserved(text).reservation(position); strings.HasPrefix(string(r.key()), string(reservationsOf(position, orderID))) {
			rows = append(rows, r)
		}
	}
	slices.SortFunc(rows, func(a, b *Reservation) int { return strings.Compare(string(a.key()), string(b.key())) })
	return rows
}

func TestAReleaseFreesWhatWouldHoldLongestFirst(t *testing.T) {
	rows := standing("A@E", "", "sequence=1 hours=1 quantity=2", "sequence=2 quantity=3", "sequence=3 hours=2 quantity=4", "sequence=4 quantity=1")
	for _, c := range []struct {
		quantity, left, freed string
	}{
		{"0", "", "0"},
		{"-1", "", "0"},
		{"1", "2:2", "1"},
		{"3", "2:0", "3"},
		{"5", "2:0 4:0 3:3", "5"},
		{"9", "2:0 4:0 3:0 1:1", "9"},
		{"12", "2:0 4:0 3:0 1:0", "10"}, // the rest had expired
	} {
		left, freed := release(slices.Values(rows), 0, quantity(c.quantity))
		var texts []string
		for _, r := range left {
			texts = append(texts, fmt.Sprint(r.Sequence, ":", r.Quantity))
		}
		if got := strings.Join(texts, " "); got != c.left || freed != quantity(c.freed) {
			t.Errorf("release %s: left %q, freed %s; want %q, %s", c.quantity, got, freed, c.left, c.freed)
		}
	}
}

func TestAReleaseReachesTheReservationsOfItsLineItsOrderOrNoOrder(t *testing.T) {
	all := []string{"sequence=1", "sequence=2 order=O1", "sequence=3 order=O1 line=1", "sequence=4 order=O1 line=2", "sequence=5 order=O10 line=1"}
	for _, c := range []struct {
		release, reaches string
	}{
		{"", "1"},
		{"line=3", "1"}, // a line of no order is no line
		{"order=O1", "2 3 4"},
		{"order=O1 line=2", "4"},
		{"order=O10 line=1", "5"},
		{"order=O2", ""},
	} {
		orderID, lineNo := reserved(c.release).forLine()
		left, _ := release(slices.Values(standing("A@E", orderID, all...)), lineNo, quantity("99"))
		var reaches []string
		for _, r := range left {
			reaches = append(reaches, fmt.Sprint(r.Sequence))
		}
		if got := strings.Join(reaches, " "); got != c.reaches {
			t.Errorf("release %q reaches %q, want %q", c.release, got, c.reaches)
		}
	}
}

func TestAReservationExpiresAtItsTimeAndNotBefore(t *testing.T) {
	r := Reservation{ExpiresAt: &noon}
	if r.expired(noon.Add(-time.Microsecond)) || !r.expired(noon) || (&Reservation{}).expired(noon) {
		t.Fatal("a reservation is over at the time that it names, and never without one")
	}
}
