package figures

import (
	"cmp"
	"fmt"
	"slices"

	"waybill/schemas"
)

// Latest are the latest records of what figures follow from, by key.
type Latest struct {
	Orders      map[string]*schemas.OrderState
	Receivables map[string]*schemas.Receivable
	Exceptions  map[string]*schemas.Exception
	Payments    map[string]*schemas.PaymentEvent
	Stock       map[string]*schemas.Availability
	Customers   map[string]*schemas.Customer
}

// Recount is the board that the latest records come to, counted from the beginning: what the stage's sums must be at rest.
func Recount(latest Latest) *Board {
	b := NewBoard(0)
	count := func(customerID string, counts []Count) { // order does not matter: sums are exact
		for _, change := range changes(nil, "", counts, latest.segment(customerID)) {
			b.sum(change.sumKey, change.Measures, 1)
		}
	}
	for _, o := range latest.Orders { // order does not matter: see count
		count(o.CustomerID, ofOrder(o))
	}
	for _, r := range latest.Receivables { // order does not matter: see count
		count(r.CustomerID, ofReceivable(r))
	}
	for _, e := range latest.Exceptions { // order does not matter: see count
		count(text(e.CustomerID), ofException(e))
	}
	for _, p := range latest.Payments { // order does not matter: see count
		count(text(p.Payment.CustomerID), ofPayment(&p.Payment))
	}
	for _, a := range latest.Stock { // order does not matter: see count
		count("", ofStock(a))
	}
	return b
}

func (l Latest) segment(customerID string) string {
	if customerID == "" {
		return nobody
	}
	return segmentOf(l.Customers[customerID])
}

// Difference lists where two boards differ, sorted; empty when they say the same.
func Difference(a, b *Board) []string {
	var found []string
	for _, pair := range [][2]*Board{{a, b}, {b, a}} {
		for of, days := range pair[0].totals { // order does not matter: what is found is sorted
			for day, m := range days { // order does not matter: what is found is sorted
				other := pair[1].totals[of][day]
				if !m.plus(other, -1).nothing() {
					found = append(found, fmt.Sprintf("%s %s %s %s of %s: %+v and %+v", of.figure, of.by, of.of, of.currency, day, a.totals[of][day], b.totals[of][day]))
				}
			}
		}
	}
	slices.SortFunc(found, cmp.Compare[string])
	return slices.Compact(found)
}
