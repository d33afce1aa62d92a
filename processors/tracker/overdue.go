package tracker

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"waybill/processors/conditions"
	"waybill/processors/money"
	"waybill/schemas"
	"waybill/stream"
)

const (
	// dayEnds is when a day is over everywhere on earth, from its beginning by UTC: twelve hours after it ended there. Whatever
	// the time zone of a warehouse, what was to leave on that day has not left in time then.
	dayEnds = 36 * time.Hour
	// overdueGrace is how long a line is not overdue that is heard of when its day is over: old events come with what
	// happened to them close behind.
	overdueGrace = 15 * time.Minute
)

// late is what a warehouse was to send of an order and has not, though its day is over. It is one exception, whatever the
// number of its lines: they are picked together.
type late struct {
	warehouse string
	lines     []int32 // sorted
	first     schemas.Date
	worth     schemas.Amount
	priced    bool // of one line at least the price is known
}

func (l *late) exceptionID(orderID string) string {
	return conditions.ID(conditions.OverdueShipment, orderID, l.warehouse)
}

// promised is the day on which a line is to leave: as ERP last confirmed it, else as the customer wants it.
func (o *order) promised(line *LineRow) schemas.Date {
	if said := line.Accepted; said != nil && line.AcceptedRevision == o.row.AcceptedRevision && !refused(said.Status) && said.ConfirmedDate != 0 {
		return said.ConfirmedDate
	}
	return line.Placed.RequestedDate
}

// overdue lists what is late, by warehouse, and tells when the next line will be; zero: none will. A line is late while it is
// wanted and nothing of it has left: what stays behind of one that left in part is for those who judge tolerances.
func (o *order) overdue(currency string, now time.Time) (all []late, next time.Time) {
	for _, line := range o.lines {
		if line.Placed == nil || o.came[line.LineNo].raw[shipped] > 0 {
			continue
		}
		t := o.termsOf(line)
		if !t.open || t.quantity <= 0 {
			continue
		}
		day := o.promised(line)
		if day == 0 { // it has none
			continue
		}
		if over := day.Time().Add(dayEnds); over.After(now) {
			if next.IsZero() || over.Before(next) {
				next = over
			}
			continue
		}
		at, known := slices.BinarySearchFunc(all, line.Placed.WarehouseID, func(l late, warehouse string) int { return strings.Compare(l.warehouse, warehouse) })
		if !known {
			all = slices.Insert(all, at, late{warehouse: line.Placed.WarehouseID, first: day})
		}
		l := &all[at]
		l.lines, l.first = append(l.lines, line.LineNo), min(l.first, day)
		if amount, err := money.Extend(t.quantity, t.price, t.priceUnit, currency); err == nil && t.priced {
			l.worth, l.priced = money.Sum(l.worth, amount), true
		}
	}
	return all, next
}

// watch raises and clears what is overdue of an order, and has it looked at again when the next line will be. What is found
// to be late while events are taken is raised when it still is so after a while; what becomes late by the clock, at once.
func (tr *tracker) watch(s *stream.Step, o *order, state *schemas.OrderState, byClock bool) (changed bool) {
	all, next := o.overdue(state.Currency, s.Now())
	var standing []string
	for i := range all {
		l := &all[i]
		if !byClock && !slices.Contains(o.row.Overdue, l.warehouse) {
			if soon := s.Now().Add(overdueGrace); next.IsZero() || soon.Before(next) {
				next = soon
			}
			continue
		}
		standing = append(standing, l.warehouse)
		tr.board.Raise(s, l.condition(s.Now(), o, state))
	}
	for _, warehouse := range o.row.Overdue {
		if !slices.Contains(standing, warehouse) {
			gone := late{warehouse: warehouse}
			tr.board.Clear(s, conditions.OverdueShipment, gone.exceptionID(o.id), "shipped, or no longer wanted by then")
		}
	}
	changed = !slices.Equal(standing, o.row.Overdue)
	o.row.Overdue = append([]string{}, standing...)
	return tr.setWatch(s, o, next, byClock) || changed
}

// setWatch sets the timer, if it is not set so already: the row says for when, so that nothing is read for it. One that fires
// soon is left to do so.
func (tr *tracker) setWatch(s *stream.Step, o *order, next time.Time, byClock bool) (changed bool) {
	was := o.row.WatchAt
	switch {
	case !byClock && (next.Equal(was) || !next.IsZero() && !was.IsZero() && was.Sub(s.Now()) <= overdueGrace):
		return false
	case next.IsZero():
		tr.watching.Cancel(s, o.id)
	default:
		tr.watching.Set(s, o.id, next)
	}
	o.row.WatchAt = next
	return !next.Equal(was)
}

func (l *late) condition(now time.Time, o *order, state *schemas.OrderState) *schemas.Condition {
	c := conditions.Raise(now, "tracker", conditions.OverdueShipment, l.exceptionID(state.OrderID), l.message(state.OrderID))
	c.OrderID, c.CustomerID, c.Channel, c.WarehouseID = new(state.OrderID), new(state.CustomerID), new(state.Channel), new(l.warehouse)
	if o.row.Placed.Origin != nil {
		c.Causes = append(c.Causes, *o.row.Placed.Origin)
	}
	if o.row.Accepted != nil && o.row.Accepted.Origin != nil {
		c.Causes = append(c.Causes, *o.row.Accepted.Origin)
	}
	if len(l.lines) == 1 {
		c.LineNo = new(l.lines[0])
	}
	if l.priced {
		c.AmountAtRisk, c.Currency = new(l.worth), new(state.Currency)
	}
	return c
}

// namedLines is how many lines a message names.
const namedLines = 10

func (l *late) message(orderID string) string {
	if len(l.lines) == 1 {
		return fmt.Sprintf("order %s line %d was to leave %s by %s, and nothing of it has.", orderID, l.lines[0], l.warehouse, l.first)
	}
	var numbers []string
	for _, no := range l.lines[:min(namedLines, len(l.lines))] {
		numbers = append(numbers, fmt.Sprint(no))
	}
	more := ""
	if len(l.lines) > namedLines {
		more = fmt.Sprintf(" and %d more", len(l.lines)-namedLines)
	}
	return fmt.Sprintf("%d lines of order %s were to leave %s, the first by %s, and nothing of them has: lines %s%s.",
		len(l.lines), orderID, l.warehouse, l.first, strings.Join(numbers, ", "), more)
}
