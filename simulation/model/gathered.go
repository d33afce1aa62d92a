package model

import (
	"time"

	"waybill/schemas"
)

// Gathered is what is billed of a line on the consolidated invoices of its customer, by the period in which it left. On
// which invoice a record is that came when its period was closed depends on when it came; to which period it belongs does not.
type Gathered struct {
	BilledLine
	Schedule string
	From     string // the first day of the period
}

// gatheredAs is where a bill is gathered; false where it goes out by itself.
func (o *order) gatheredAs(at BilledLine, b bill) (Gathered, bool) {
	if o.policy() != schemas.Consolidated {
		return Gathered{}, false
	}
	schedule := ""
	if o.customer.Schedule != nil {
		schedule = *o.customer.Schedule
	}
	left := b.part.leftAt.UTC()
	day := time.Date(left.Year(), left.Month(), left.Day(), 0, 0, 0, 0, time.UTC)
	switch schedule {
	case "daily":
	case "weekly":
		for day.Weekday() != time.Monday {
			day = day.AddDate(0, 0, -1)
		}
	default:
		schedule, day = "month_end", day.AddDate(0, 0, 1-day.Day())
	}
	return Gathered{at, schedule, day.Format(time.DateOnly)}, true
}

// gathering compares what fulfilment gave to be billed of each line by its customer's schedule.
func (c *comparison) gathering() {
	gave := map[Gathered]Net{}
	for _, bill := range c.out.Gathered {
		for _, line := range bill.Lines {
			at := Gathered{BilledLine{OrderLine{bill.OrderID, line.LineNo}, line.ShippedItemID, line.UOM, bill.Currency}, bill.Consolidated.Schedule, bill.Consolidated.PeriodFrom.String()}
			net := netOf(gave[at])
			gave[at] = Net{plus(net.Quantity, quantityOf(line.Quantity)), plus(net.Amount, amountOf(line.Amount))}
		}
	}
	periods := map[Gathered]bool{}
	for _, nets := range []map[Gathered]Net{gave, c.e.Gathered} {
		for at := range nets {
			periods[at] = true
		}
	}
	for at := range periods {
		is, must := netOf(gave[at]), netOf(c.e.Gathered[at])
		if c.e.Unknown[at.OrderID] || equal(is.Quantity, must.Quantity) && equal(is.Amount, must.Amount) {
			continue
		}
		c.find(Confluence, at.OrderID, at.LineNo, "of the %s period from %s on, %s %s of %s are gathered for %s %s; it must be %s for %s %s", at.Schedule, at.From,
			text(is.Quantity), at.UOM, at.ItemID, text(is.Amount), at.Currency, text(must.Quantity), text(must.Amount), at.Currency)
	}
}
