package distributor

import (
	"time"

	"waybill/schemas"
)

// Account is a customer who is billed for periods, in one currency.
type Account struct {
	Customer, Currency string
	Schedule           string // daily, weekly, month_end
}

// schedules are how often customers are billed, with shares as above; who says nothing is billed at the end of the month.
var schedules = []string{"daily", "daily", "weekly", "weekly", "month_end", ""}

// account is the one that what is consolidated of the order belongs to.
func (c *course) account() Account {
	account := Account{c.order.CustomerID, c.order.Currency, "month_end"}
	if c.customer.Schedule != nil {
		account.Schedule = *c.customer.Schedule
	}
	return account
}

// period is the first day of the account's period that an instant is in, and of the next one. Days are those of UTC.
func (a Account) period(at time.Time) (first, next time.Time) {
	year, month, day := at.UTC().Date()
	switch a.Schedule {
	case "daily":
		first = time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
		return first, first.AddDate(0, 0, 1)
	case "weekly":
		sinceMonday := (int(at.UTC().Weekday()) + 6) % 7
		first = time.Date(year, month, day-sinceMonday, 0, 0, 0, 0, time.UTC)
		return first, first.AddDate(0, 0, 7)
	}
	first = time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
	return first, first.AddDate(0, 1, 0)
}

// leaves states that a parcel is on no invoice of an earlier period than the one in which it leaves. Of which one it is, if
// it is told late, depends on when.
func (a Account) leaves(p *parcel, t *Truth) {
	first, _ := a.period(p.at[3])
	t.BilledFrom[p.id] = schemas.DateOf(first)
}

// consolidate has ERP bill what must be billed of a parcel with all else of the customer's period, soon after it has ended.
// ERP's periods are its own: it bills what it knows by then.
func (c *course) consolidate(p *parcel, at time.Time) {
	bills := c.billsOf(p)
	if len(bills) == 0 {
		return
	}
	_, over := c.account().period(at)
	next := statement{c.account(), over}
	if c.full.statements[next] == nil {
		c.planAt(over.Add(c.hours(10)), func(at time.Time) []Event {
			c.invoiceOne(c.full.statements[next], at)
			delete(c.full.statements, next)
			return nil
		})
	}
	c.full.statements[next] = append(c.full.statements[next], bills...)
}

// statement is ERP's invoice of an account for a period.
type statement struct {
	Account
	over time.Time
}
