package workload

import (
	"math/rand/v2"
	"time"

	"waybill/schemas"
)

// atRest is when a history is at rest that ends at a time: what came last waits for the end of that month.
func atRest(end time.Time) []time.Time {
	over := time.Date(end.Year(), end.Month()+1, 1, 0, 0, 0, 0, time.UTC)
	return []time.Time{over.Add(Settled), over.Add(2 * Settled)}
}

// schedules draw who is billed by a schedule, and by which. They have a random source of their own, so that what they draw
// changes nothing else of a history.
type schedules struct{ random *rand.Rand }

func newSchedules(seed uint64) schedules {
	return schedules{rand.New(rand.NewPCG(seed, 53))}
}

func (s schedules) chance(percent int) bool { return s.random.IntN(100) < percent }

// kinds are the schedules: none, and one that nobody knows, stand for the end of the month.
var kinds = []string{"", "daily", "daily", "weekly", "weekly", "month_end", "fortnightly"}

// draw gives a customer a schedule, whether it is billed by it or only an order of it says so.
func (s schedules) draw(customer *schemas.Customer) {
	if s.chance(30) {
		customer.InvoicePolicy = schemas.Consolidated
	}
	if kind := kinds[s.random.IntN(len(kinds))]; kind != "" {
		customer.Schedule = &kind
	}
}

// said has an order say for itself, now and then, that it is billed by the schedule of its customer.
func (s schedules) said(o *order, percent int) {
	if by := o.InvoicePolicy; s.chance(percent) && (by == nil || *by != schemas.Manual) {
		o.InvoicePolicy = new(schemas.Consolidated)
	}
}
