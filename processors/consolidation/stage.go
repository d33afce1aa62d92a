// Package consolidation is the stage that bills customers by their schedule: what fulfilment finds to be billed of their
// orders, it gathers by customer, currency and period, and sends on when the period is over.
//
// It changes nothing of what is billed: every record comes out once, as it came in, with the consolidated invoice that it is
// on. A period is closed by event time, when the watermark has passed its end by a grace time; or, since a partition without
// traffic has a watermark that stands still, by the wall clock, when it has passed the same and nothing came for a while. What comes
// late goes into the next period that is open. So in which invoice a late record is may depend on when it arrived, and
// that it is billed does not.
//
// What belongs together is kept in its order: a credit is never in an earlier invoice than the bill that it corrects.
package consolidation

import (
	"time"

	"waybill/processors/money"
	"waybill/processors/periods"
	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
	"waybill/topics"
)

// Policy is what operators may set.
type Policy struct {
	Grace time.Duration // how long after its end a period takes what belongs to it
	Idle  time.Duration // how long nothing has to come for the wall clock to close a period
}

// DefaultPolicy is six hours of grace, and an hour without anything new.
func DefaultPolicy() Policy { return Policy{Grace: 6 * time.Hour, Idle: time.Hour} }

// AccountRow is a customer in one currency, by both.
type AccountRow struct {
	ClosedTo schemas.Date `avro:"closed_to"` // the last day of what is closed
}

// InvoiceRow is a consolidated invoice that is open, by account and period.
type InvoiceRow struct {
	Account string         `avro:"account"`
	Period  string         `avro:"period"`
	Records int32          `avro:"records"`
	Total   schemas.Amount `avro:"total"`
}

// RecordRow is a record that waits for its invoice, by the invoice's key and its place in it.
type RecordRow struct {
	Record schemas.InvoiceReady `avro:"record"`
}

type consolidation struct {
	policy   Policy
	accounts *stream.Table[state.Text, AccountRow]
	invoices *stream.Table[state.Text, InvoiceRow]
	records  *stream.Table[state.TextNumber, RecordRow]
	over     *stream.Timers // by invoice
	idle     *stream.Timers // by invoice
	bills    *stream.Output[schemas.InvoiceReady]
}

// Stage declares the stage.
func Stage(policy Policy) *stream.Stage {
	stage := stream.NewStage("consolidation")
	c := &consolidation{policy: policy}
	c.accounts = stream.NewTable[state.Text, AccountRow](stage, 1, "accounts")
	c.invoices = stream.NewTable[state.Text, InvoiceRow](stage, 2, "invoices")
	c.records = stream.NewTable[state.TextNumber, RecordRow](stage, 3, "records")
	c.over = stream.OnTimer(stage, 1, "period is over", stream.EventClock, c.close)
	c.idle = stream.OnTimer(stage, 2, "period is over and nothing comes", stream.WallClock, c.close)
	c.bills = stream.Emit(stage, topics.InvoiceReady)
	stream.On(stage, topics.Consolidation, c.take)
	return stage
}

// take puts a record on the invoice of its period, or of the next that is open.
func (c *consolidation) take(s *stream.Step, record *schemas.InvoiceReady) error {
	s.Observe(record.ReadyAt)
	s.Count("applied")
	account := record.CustomerID + "\x00" + record.Currency
	own := periods.Of(periods.MonthEnd, record.ReadyAt)
	if of := record.Consolidated; of != nil {
		own = periods.Of(of.Schedule, of.PeriodFrom.Time())
	}
	period := c.open(s, account, own)
	key := account + "\x00" + period.Name()
	row := InvoiceRow{Account: account, Period: period.Name()}
	if stored := c.invoices.Get(s, state.Text(key)); stored != nil {
		row = *stored
	}
	c.records.Put(s, state.TextNumber{Text: key, Number: int64(row.Records)}, &RecordRow{*record})
	row.Records++
	row.Total = money.Sum(row.Total, record.Total)
	c.invoices.Put(s, state.Text(key), &row)
	over := period.End().Add(c.policy.Grace)
	c.over.SetIfNone(s, key, over)
	if idle := s.Now().Add(c.policy.Idle); idle.After(over) {
		over = idle
	}
	c.idle.Set(s, key, over)
	return nil
}

// open is a record's own period, or the first after it that still takes something.
func (c *consolidation) open(s *stream.Step, account string, own periods.Period) periods.Period {
	period := own
	later := func(other periods.Period) {
		if other.From > period.From {
			period = other
		}
	}
	later(periods.Of(own.Schedule, s.Watermark().Add(-c.policy.Grace)))
	if row := c.accounts.Get(s, state.Text(account)); row != nil {
		later(periods.After(own.Schedule, row.ClosedTo))
	}
	return period
}

// close sends everything on that is on an invoice.
func (c *consolidation) close(s *stream.Step, key string) error {
	row := c.invoices.Get(s, state.Text(key))
	if row == nil {
		return nil
	}
	period, _ := periods.Parse(row.Period)
	closed := &schemas.Consolidation{
		Schedule: period.Schedule, PeriodFrom: period.From, PeriodTo: period.To, InvoiceID: invoiceID(key), Records: row.Records, Total: row.Total,
	}
	for place := range int64(row.Records) {
		at := state.TextNumber{Text: key, Number: place}
		record := c.records.Get(s, at).Record
		record.Consolidated = closed
		if end := period.End(); end.After(record.ReadyAt) {
			record.ReadyAt = end
		}
		c.bills.Send(s, record.OrderID, &record)
		c.records.Delete(s, at)
	}
	c.invoices.Delete(s, state.Text(key))
	account := AccountRow{ClosedTo: period.To}
	if before := c.accounts.Get(s, state.Text(row.Account)); before != nil && before.ClosedTo > account.ClosedTo {
		account = *before
	}
	c.accounts.Put(s, state.Text(row.Account), &account)
	c.over.Cancel(s, key)
	c.idle.Cancel(s, key)
	return nil
}

// invoiceID names a consolidated invoice by its customer, currency and period.
func invoiceID(key string) string {
	return schemas.ID("ci-", []byte(key))
}
