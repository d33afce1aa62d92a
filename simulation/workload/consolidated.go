package workload

import (
	"fmt"
	"math/rand/v2"
	"slices"
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

// severalOrders is what an invoice of several orders stands for.
const severalOrders = "invoice of several orders"

// invoiceTogether has ERP bill a customer by its schedule for several orders on one invoice: for some of what it has not
// billed yet. It is told behind everything else, and drawn from the source of schedules.
func (t *teller) invoiceTogether() {
	drawn := t.random
	t.random = t.schedules.random
	defer func() { t.random = drawn }()
	var invoices []*schemas.Invoice
	latest := map[string]time.Time{}
	for _, left := range t.uninvoiced {
		if !t.billsByPeriod(left.order) || t.chance(10) {
			continue
		}
		part := t.bill(left.shipment, left.order, left.lines, left.at)
		if part == nil {
			continue
		}
		id := fmt.Sprintf("I-%s-%s", part.CustomerID, part.Currency)
		at := slices.IndexFunc(invoices, func(other *schemas.Invoice) bool { return other.InvoiceID == id })
		if at < 0 {
			part.InvoiceID, latest[id] = id, left.at
			invoices = append(invoices, part)
			continue
		}
		invoice := invoices[at]
		invoice.Lines, invoice.Total = append(invoice.Lines, part.Lines...), invoice.Total+part.Total
		if left.at.After(latest[id]) {
			latest[id], invoice.IssuedOn, invoice.DueOn = left.at, part.IssuedOn, part.DueOn
		}
	}
	for _, invoice := range invoices {
		place, orders := len(t.history.Events), []string{}
		t.afterwards(invoice, t.after(latest[invoice.InvoiceID], 8))
		for _, line := range invoice.Lines {
			orders = appendNew(orders, line.OrderID)
		}
		if len(orders) > 1 {
			t.history.Events[place].Kind = severalOrders
		}
	}
}

// billsByPeriod tells whether an order is billed by the schedule of its customer.
func (t *teller) billsByPeriod(o *order) bool {
	if o.InvoicePolicy != nil {
		return *o.InvoicePolicy == schemas.Consolidated
	}
	at := slices.IndexFunc(t.customers, func(customer *schemas.Customer) bool { return customer.CustomerID == o.CustomerID })
	return at >= 0 && t.customers[at].InvoicePolicy == schemas.Consolidated
}
