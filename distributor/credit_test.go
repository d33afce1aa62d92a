package distributor

import (
	"testing"

	"waybill/schemas"
)

// TestFewCustomersAreOverTheirLimit: a reader of the generated distributor is not to see credit alone. Some have no limit, and
// one stands at it exactly.
func TestFewCustomersAreOverTheirLimit(t *testing.T) {
	limited, over, atLimit, customers := 0, 0, 0, 0
	for seed := range uint64(10) {
		d, _ := fullSeason(seed, 1500)
		customers += len(d.customers)
		for _, of := range d.Truth().Credit {
			limited++
			if of.Over() > 0 {
				over++
			}
			if of.Used == of.Limit && of.Used > 0 {
				atLimit++
			}
		}
	}
	if limited == customers || over*100 < customers || over*100 > 8*customers || atLimit == 0 {
		t.Errorf("of %d customers, %d have a limit, %d are over it and %d have used it up", customers, limited, over, atLimit)
	}
}

// TestWhatIsNotSignedForIsStillToBeBilled: the order is in boxes of twelve, and all but one piece is signed for.
func TestWhatIsNotSignedForIsStillToBeBilled(t *testing.T) {
	d := New(Options{Seed: 1, Full: true})
	c := d.newCourse(opening, &d.customers[0])
	c.order.InvoicePolicy, c.order.Currency = new(schemas.ProofOfDelivery), "USD"
	c.lines, c.parcels = nil, nil
	tool := d.full.articles[0]
	c.addLine(tool)
	l, p := c.lines[0], c.addParcel()
	l.quantity, l.uom, l.done = 2*one, "box", true
	l.price = &priced{tool, schemas.MustPrice("18"), 1, "box"}
	carried := l.ships(p, tool, 24*one, "each")
	carried.signed, carried.pays = new(23*one), 23*one
	c.bill(carried, true)
	if billed, left := c.bills[0].amount, l.unbilledWorth(); billed != schemas.MustAmount("34.50") || left != schemas.MustAmount("1.50") {
		t.Errorf("%s is billed and %s is left of 36", billed, left)
	}
}
