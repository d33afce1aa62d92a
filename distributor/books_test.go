package distributor

import (
	"testing"

	"waybill/schemas"
)

// TestWhatERPForgetsOfALineIsMissingOfItsLastParcels: ERP's documents name an order's line, not a parcel.
func TestWhatERPForgetsOfALineIsMissingOfItsLastParcels(t *testing.T) {
	type carries struct { // of the line that goes out in both parcels, and perhaps of another line
		split int
		other bool
	}
	for _, of := range []struct {
		name      string
		parcels   [2]carries
		forgotten int // which parcel's bills
		unbilled  int // parcels
	}{
		{"the last one", [2]carries{{3, true}, {4, true}}, 1, 1},
		{"the first one, of which the second has as much", [2]carries{{4, false}, {4, false}}, 0, 1},
		{"the first one, for which the bill of the second stands", [2]carries{{3, false}, {4, false}}, 0, 1},
		{"the first one, of which another line stays forgotten", [2]carries{{3, true}, {4, false}}, 0, 2},
	} {
		d := New(Options{Seed: 1, Full: true})
		c := d.newCourse(opening, &d.customers[0])
		c.lines, c.parcels = nil, nil
		for range 3 {
			c.addLine(d.full.articles[0])
			c.lines[len(c.lines)-1].uom = "each"
		}
		for i, carried := range of.parcels {
			p := c.addParcel()
			c.lines[2].ships(p, c.lines[2].article, schemas.Quantity(carried.split)*one, "each")
			if carried.other {
				c.lines[i].ships(p, c.lines[i].article, one, "each")
			}
		}
		for _, l := range c.lines {
			for _, carried := range l.parts {
				c.bill(carried, true)
			}
		}
		forget(c.billsOf(c.parcels[of.forgotten]))
		if n := c.leftUnbilled(); n != of.unbilled {
			t.Errorf("ERP forgets %s: %d are unbilled; it must be %d", of.name, n, of.unbilled)
		}
	}
}
