package tracker

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"waybill/schemas"
)

// day is the day of all tests; at is a time of it, in minutes.
var day = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

func at(minutes int) time.Time { return day.Add(time.Duration(minutes) * time.Minute) }

func meta(minutes int) schemas.Meta {
	return schemas.Meta{EventID: "e", Source: "test", OccurredAt: at(minutes), RecordedAt: at(minutes)}
}

// milestone reads "shipped 1:4 2:3 B 5 CASE": a milestone and, per line of the order, what it carries: line:quantity, item
// and unit (A and EA where nothing is said).
func milestone(shipmentID string, minutes int, text string) *schemas.Shipment {
	words := strings.Fields(text)
	shipment := &schemas.Shipment{Meta: meta(minutes), ShipmentID: shipmentID, WarehouseID: "east", Milestone: schemas.Milestone(words[0])}
	for _, word := range words[1:] {
		line := schemas.ShipmentLine{OrderID: "O-1", ItemID: "A", UOM: "EA"}
		parts := strings.Split(word, ":")
		line.LineNo = number(parts[0])
		line.Quantity = schemas.MustQuantity(parts[1])
		if len(parts) > 2 {
			line.ItemID = parts[2]
		}
		if len(parts) > 3 {
			line.UOM = parts[3]
		}
		shipment.Lines = append(shipment.Lines, line)
	}
	return shipment
}

func number(text string) int32 {
	n, err := strconv.Atoi(text)
	if err != nil {
		panic(err)
	}
	return int32(n)
}

// carried describes a shipment's parts: line, item, unit, and the five quantities.
func carried(r ShipmentRow) string {
	var parts []string
	for _, p := range r.Parts {
		parts = append(parts, fmt.Sprintf("%d %s %s %s/%s/%s/%s/%s", p.LineNo, p.ItemID, p.UOM, p.Allocated, p.Picked, p.Packed, p.Shipped, p.Delivered))
	}
	return strings.Join(parts, ", ")
}

func TestAShipmentCarriesWhatItsMilestonesSay(t *testing.T) {
	for _, test := range []struct {
		name       string
		milestones []string
		want       string
	}{
		{"of every line", []string{"allocated 1:4 2:3"}, "1 A EA 4/0/0/0/0, 2 A EA 3/0/0/0/0"},
		{"a line less", []string{"allocated 1:4 2:3", "picked 1:2"}, "1 A EA 2/2/0/0/0"},
		{"a line of two is delivered", []string{"shipped 1:4 2:3", "delivered 1:4"}, "1 A EA 4/4/4/4/4, 2 A EA 3/3/3/3/0"},
		{"what has left is not packed again", []string{"shipped 1:4", "packed 1:9 2:1"}, "1 A EA 4/4/4/4/0"},
		{"cancelled", []string{"allocated 1:4", "cancelled 1:4"}, ""},
		{"allocated after it was cancelled", []string{"shipped 1:4", "cancelled", "allocated 1:2"}, "1 A EA 2/0/0/0/0"},
		{"the order was taken out of it", []string{"shipped 1:4", "shipped"}, ""},
		{"items and units stay apart", []string{"shipped 1:4 1:1:B 1:2:A:CASE"}, "1 A CASE 2/2/2/2/0, 1 A EA 4/4/4/4/0, 1 B EA 1/1/1/1/0"},
	} {
		row := ShipmentRow{Parts: []Part{}}
		for i, text := range test.milestones {
			before, said := row, carried(row)
			row = row.next(milestone("S-1", i, text))
			if carried(before) != said {
				t.Errorf("%s: the row before %s was changed too", test.name, text)
			}
		}
		if got := carried(row); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
		if row.ShipmentID != "S-1" || !row.At.Equal(at(len(test.milestones)-1)) {
			t.Errorf("%s: shipment %s as of %s", test.name, row.ShipmentID, row.At)
		}
	}
}

func TestAShipmentsTimeDoesNotGoBack(t *testing.T) {
	row := ShipmentRow{}.next(milestone("S-1", 10, "packed 1:4")).next(milestone("S-1", 5, "shipped 1:4"))
	if !row.At.Equal(at(10)) {
		t.Errorf("as of %s", row.At)
	}
}
