// Package figures is the stage that works out the figures that users steer by, from what the other stages tell: how long from
// shipment to invoice, how much is on time and in full, what is not billed and why.
//
// What an order, an invoice, an exception or an item in a warehouse counts for is a function of the latest record that tells
// of it. The stage keeps what each counts for now; when that changes, it takes the old counts off the sums and adds the new
// ones. So a figure at rest follows from the records alone, however often they were changed on the way. Sums are by task:
// who reads o2c.figures adds them up over partitions (Board).
package figures

import (
	"time"

	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
	"waybill/topics"
)

// Policy is what operators may set.
type Policy struct {
	Keep int // days for which the sums of a day are kept
}

// DefaultPolicy keeps a year and what is needed to compare it with the one before its last month.
func DefaultPolicy() Policy { return Policy{Keep: 400} }

type stage struct {
	policy Policy

	entities  *stream.Table[entityKey, Entity]
	sums      *stream.Table[sumKey, Sum]
	ending    *stream.Table[state.TextPair, Ending] // by window: who counts for nothing when it has ended
	told      *stream.Table[state.Text, Told]
	customers *stream.Reference[schemas.Customer]
	ends      *stream.Timers // of windows
	out       *stream.Output[schemas.Figure]
}

// Stage declares the stage.
func Stage(policy Policy) *stream.Stage {
	declared := stream.NewStage("figures")
	st := &stage{policy: policy}
	st.entities = stream.NewTable[entityKey, Entity](declared, 1, "entities")
	st.sums = stream.NewTable[sumKey, Sum](declared, 2, "sums")
	st.ending = stream.NewTable[state.TextPair, Ending](declared, 3, "ending")
	st.told = stream.NewTable[state.Text, Told](declared, 4, "told")
	st.customers = stream.NewReference(declared, 1, topics.Customers)
	st.ends = stream.OnTimer(declared, 1, "window", stream.EventClock, st.windowEnds)
	st.out = stream.EmitLatest(declared, topics.Figures)
	compacted(declared, st, topics.OrderStatus, anOrder, func(s *stream.Step, o *schemas.OrderState) error {
		s.Observe(o.AsOf)
		return st.take(s, entityKey{o.OrderID, anOrder}, o.CustomerID, ofOrder(o))
	})
	compacted(declared, st, topics.Receivables, anInvoice, func(s *stream.Step, r *schemas.Receivable) error {
		s.Observe(r.AsOf)
		return st.take(s, entityKey{r.InvoiceID, anInvoice}, r.CustomerID, ofReceivable(r))
	})
	compacted(declared, st, topics.Exceptions, anException, func(s *stream.Step, e *schemas.Exception) error {
		return st.take(s, entityKey{e.ExceptionID, anException}, text(e.CustomerID), ofException(e))
	})
	compacted(declared, st, topics.Availability, anItem, func(s *stream.Step, a *schemas.Availability) error {
		s.Observe(a.AsOf)
		return st.take(s, entityKey{a.ItemID + "@" + a.WarehouseID, anItem}, "", ofStock(a))
	})
	stream.On(declared, topics.Payments, func(s *stream.Step, p *schemas.PaymentEvent) error {
		s.Observe(p.Payment.Meta.OccurredAt)
		return st.take(s, entityKey{p.PaymentID, aPayment}, text(p.Payment.CustomerID), ofPayment(&p.Payment))
	})
	declared.OnWake(st.customerChanged)
	return declared
}

// compacted declares an input whose deleted keys count for nothing any more.
func compacted[T any](declared *stream.Stage, st *stage, topic topics.Topic[T], kind string, step func(*stream.Step, *T) error) {
	stream.OnCompacted(declared, topic, step, func(s *stream.Step, key string) error {
		return st.take(s, entityKey{key, kind}, "", nil)
	})
}

// take puts what an entity counts for now in place of what it counted for before.
func (st *stage) take(s *stream.Step, key entityKey, customerID string, counts []Count) error {
	before := st.entity(s, key)
	after := before
	after.CustomerID, after.Counts = customerID, counts
	if len(counts) > 0 && (customerID != before.CustomerID || before.Segment == "") {
		after.Segment = st.segment(s, key, customerID)
	}
	st.replace(s, before, after)
	s.Count("applied")
	return st.heard(s)
}

// customerChanged counts an entity under another segment: its customer has come or changed in master data.
func (st *stage) customerChanged(s *stream.Step, waiter string) error {
	key, ok := entityOf(waiter)
	before := st.entity(s, key)
	if !ok || len(before.Counts) == 0 || before.CustomerID == "" {
		return nil
	}
	after := before
	after.Segment = st.segment(s, key, before.CustomerID)
	st.replace(s, before, after)
	return nil
}

func (st *stage) entity(s *stream.Step, key entityKey) Entity {
	if kept := st.entities.Get(s, key); kept != nil {
		return *kept
	}
	return Entity{ID: key.id, Kind: key.kind, Counts: []Count{}}
}

// segment is the customer's, who is awaited to come or change; unknown until then.
func (st *stage) segment(s *stream.Step, key entityKey, customerID string) string {
	if customerID == "" {
		return nobody
	}
	st.customers.Await(s, customerID, key.waiter())
	return segmentOf(st.customers.Get(s, customerID))
}

func segmentOf(customer *schemas.Customer) string {
	if customer == nil || customer.Segment == "" {
		return schemas.Unknown
	}
	return customer.Segment
}

// replace keeps the entity and brings the sums up to date.
func (st *stage) replace(s *stream.Step, before, after Entity) {
	changed := changes(before.Counts, before.Segment, after.Counts, after.Segment)
	if len(changed) == 0 && before.CustomerID == after.CustomerID && before.Segment == after.Segment {
		return
	}
	after.Until = lastDay(after.Counts)
	if before.Until != after.Until {
		st.moveEnding(s, before, after)
	}
	if len(after.Counts) == 0 || st.ended(s, after.Until) {
		st.entities.Delete(s, after.key())
	} else {
		st.entities.Put(s, after.key(), &after)
	}
	for _, change := range changed {
		st.add(s, change)
	}
}

// add changes a sum and tells it. A day that is not kept any more is told no more.
func (st *stage) add(s *stream.Step, by change) {
	d, _ := Of(by.figure)
	window := windowOf(d, by.day)
	if by.nothing() || window != standing && st.ended(s, by.day) {
		return
	}
	sum := Sum{Figure: by.figure, By: by.by, Of: by.of, Currency: by.currency, Day: by.day}
	if kept := st.sums.Get(s, by.sumKey); kept != nil {
		sum = *kept
	} else if window != standing {
		st.ends.Set(s, window, st.endOf(by.day))
	}
	sum.Measures = sum.plus(by.Measures, 1)
	if sum.nothing() {
		st.sums.Delete(s, by.sumKey)
		st.out.Delete(s, by.id(s.Partition()))
		return
	}
	st.sums.Put(s, by.sumKey, &sum)
	st.tell(s, &sum)
}

// tell writes a sum.
func (st *stage) tell(s *stream.Step, sum *Sum) {
	figure := &schemas.Figure{
		FigureID: sum.key().id(s.Partition()), Figure: sum.Figure, Dimension: sum.By, Value: sum.Of, Currency: sum.Currency, Partition: s.Partition(),
		Counted: sum.Counted, Met: sum.Met, Amount: sum.Amount, Quantity: sum.Quantity, Seconds: sum.Seconds, AsOf: s.Watermark(),
	}
	if sum.Day != 0 {
		figure.Day = new(sum.Day)
	}
	if figure.Seconds == nil {
		figure.Seconds = []schemas.Bucket{}
	}
	st.out.Send(s, figure.FigureID, figure)
}

// heard tells, once for each minute of events, as of when the task's figures are true: those too that do not change.
func (st *stage) heard(s *stream.Step) error {
	minute := s.Watermark().Truncate(time.Minute)
	if before := st.told.Get(s, asOf); minute.IsZero() || before != nil && !before.AsOf.Before(minute) {
		return nil
	}
	st.told.Put(s, asOf, &Told{AsOf: minute})
	st.tell(s, &Sum{Figure: string(asOf)})
	return nil
}

// asOf is no figure: it says as of when those of a partition are true.
const asOf = state.Text("as_of")

// endOf is when the sums of a day are forgotten.
func (st *stage) endOf(day schemas.Date) time.Time { return day.AddDays(st.policy.Keep + 1).Time() }

// ended says that the sums of a day are forgotten.
func (st *stage) ended(s *stream.Step, day schemas.Date) bool {
	return day != 0 && !st.endOf(day).After(s.Watermark())
}

// windowEnds forgets the sums of a day, and who counts for nothing after it.
func (st *stage) windowEnds(s *stream.Step, window string) error {
	for sum := range st.sums.Scan(s, state.Text(window)) {
		st.sums.Delete(s, sum.key())
		st.out.Delete(s, sum.key().id(s.Partition()))
	}
	for ending := range st.ending.Scan(s, state.Text(window)) {
		key := entityKey{ending.ID, ending.Kind}
		st.entities.Delete(s, key)
		st.ending.Delete(s, state.TextPair{window, key.waiter()})
	}
	return nil
}

// moveEnding notes after which day an entity counts for nothing any more.
func (st *stage) moveEnding(s *stream.Step, before, after Entity) {
	waiter := after.key().waiter()
	if before.Until != 0 {
		st.ending.Delete(s, state.TextPair{before.Until.String(), waiter})
	}
	if after.Until != 0 && !st.ended(s, after.Until) {
		st.ending.Put(s, state.TextPair{after.Until.String(), waiter}, &Ending{ID: after.ID, Kind: after.Kind})
		st.ends.Set(s, after.Until.String(), st.endOf(after.Until))
	}
}
