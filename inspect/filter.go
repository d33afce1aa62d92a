package inspect

import (
	"slices"
	"strings"
	"time"

	"waybill/schemas"
)

// Filter chooses exceptions: those that have one of the values in every field that names some, and fit every other field
// that is set.
type Filter struct {
	Classes    []string
	Severities []schemas.Severity
	Statuses   []schemas.ExceptionStatus
	Owners     []string
	Orders     []string
	Customers  []string
	Warehouses []string
	Items      []string
	Shipments  []string
	Invoices   []string
	Sources    []string
	Channels   []string
	Segments   []string
	Currencies []string

	AtLeast   *schemas.Amount // at risk, whatever its currency and sign; one that is not known is neither
	AtMost    *schemas.Amount
	OlderThan time.Duration // zero: of any age
	DueBefore *time.Time    // and not resolved
	Text      string        // in the message, whatever the case
}

// Matches tells whether an exception is among those chosen. An exception about several orders is about each of them.
func (f Filter) Matches(e *schemas.Exception, now time.Time) bool {
	about := func(wanted []string, is *string) bool {
		return len(wanted) == 0 || is != nil && slices.Contains(wanted, *is)
	}
	return oneOf(f.Classes, e.Class) && oneOf(f.Severities, e.Severity) && oneOf(f.Statuses, e.Status) && oneOf(f.Owners, e.Owner) &&
		about(f.Customers, e.CustomerID) && about(f.Warehouses, e.WarehouseID) && about(f.Items, e.ItemID) && about(f.Shipments, e.ShipmentID) &&
		about(f.Invoices, e.InvoiceID) && about(f.Sources, e.Source) && about(f.Channels, e.Channel) && about(f.Segments, e.Segment) && about(f.Currencies, e.Currency) &&
		(len(f.Orders) == 0 || slices.ContainsFunc(f.Orders, func(order string) bool { return Concerns(e, order) })) &&
		(f.AtLeast == nil || e.AmountAtRisk != nil && size(*e.AmountAtRisk) >= *f.AtLeast) &&
		(f.AtMost == nil || e.AmountAtRisk != nil && size(*e.AmountAtRisk) <= *f.AtMost) &&
		(f.OlderThan == 0 || Age(e, now) > f.OlderThan) &&
		(f.DueBefore == nil || e.DueAt.Before(*f.DueBefore) && e.Status != schemas.ExceptionResolved) &&
		strings.Contains(strings.ToLower(e.Message), strings.ToLower(f.Text))
}

func size(amount schemas.Amount) schemas.Amount { return max(amount, -amount) }

// Concerns tells whether an exception is about an order.
func Concerns(e *schemas.Exception, orderID string) bool {
	return e.OrderID != nil && *e.OrderID == orderID || slices.Contains(e.OrderIDs, orderID)
}

// Age is how long an exception has been open, or was until it was resolved.
func Age(e *schemas.Exception, now time.Time) time.Duration {
	if e.ResolvedAt != nil {
		now = *e.ResolvedAt
	}
	return max(now.Sub(e.OpenedAt), 0)
}
