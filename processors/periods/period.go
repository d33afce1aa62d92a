// Package periods are the stretches of days that consolidated invoices cover, by the schedule of their customer: a day, a
// week from Monday to Sunday, a month. Days are those of UTC.
package periods

import (
	"strings"
	"time"

	"waybill/schemas"
)

// The schedules. A customer without one, or with one that is none of these, is billed at the end of the month.
const (
	Daily    = "daily"
	Weekly   = "weekly"
	MonthEnd = "month_end"
)

// Period is one stretch of a schedule.
type Period struct {
	Schedule string
	From, To schemas.Date // both are in it
}

// Of is the period that an instant falls into.
func Of(schedule string, at time.Time) Period { return on(schedule, schemas.DateOf(at.UTC())) }

func on(schedule string, day schemas.Date) Period {
	switch at := day.Time(); schedule {
	case Daily:
		return Period{Daily, day, day}
	case Weekly:
		monday := day.AddDays(-(int(at.Weekday()) + 6) % 7)
		return Period{Weekly, monday, monday.AddDays(6)}
	default:
		first := day.AddDays(1 - at.Day())
		return Period{MonthEnd, first, schemas.DateOf(first.Time().AddDate(0, 1, -1))}
	}
}

// After is the schedule's period that the day after another day falls into.
func After(schedule string, day schemas.Date) Period { return on(schedule, day.AddDays(1)) }

// End is the first instant after the period.
func (p Period) End() time.Time { return p.To.AddDays(1).Time() }

// Name names the period: its schedule and its first day.
func (p Period) Name() string { return p.Schedule + "/" + p.From.String() }

// Parse reads a name.
func Parse(name string) (period Period, ok bool) {
	schedule, from, _ := strings.Cut(name, "/")
	day, err := schemas.ParseDate(from)
	if err != nil {
		return Period{}, false
	}
	period = on(schedule, day)
	return period, period.Name() == name
}
