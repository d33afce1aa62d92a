package stream_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
	"waybill/topics"
)

// ledger is a stage with one of everything that a task keeps: what its step does is the test's move.
type ledger struct {
	program *stream.Program
	notes   *schemas.Codec[schemas.Availability]
	facts   *schemas.Codec[schemas.OrderFact]
	codec   *schemas.Codec[schemas.Item]
	move    func(capabilities) error

	stock     *stream.Table[state.TextPair, stockRow]
	lines     *stream.Table[state.TextNumber, lineRow]
	windows   [len(windowTimes)]*stream.Window
	timers    [timerKinds]*stream.Timers
	reference *stream.Reference[schemas.Item]
	note      *stream.Output[schemas.Availability]
	latest    *stream.Output[schemas.OrderFact]
}

type stockRow struct {
	Warehouse string `avro:"warehouse"`
	Item      string `avro:"item"`
	Count     int64  `avro:"count"`
	Note      string `avro:"note"`
}

func (r *stockRow) key() state.TextPair { return state.TextPair{r.Warehouse, r.Item} }

type lineRow struct {
	Order  string   `avro:"order"`
	Number int64    `avro:"number"`
	Notes  []string `avro:"notes"`
}

func (r *lineRow) key() state.TextNumber { return state.TextNumber{Text: r.Order, Number: r.Number} }

func newLedger(t testing.TB) *ledger {
	stage := stream.NewStage("ledger")
	l := &ledger{
		stock:     stream.NewTable[state.TextPair, stockRow](stage, 1, "stock"),
		lines:     stream.NewTable[state.TextNumber, lineRow](stage, 2, "lines"),
		reference: stream.NewReference(stage, 7, topics.Items),
		note:      stream.Emit(stage, topics.Availability),
		latest:    stream.EmitLatest(stage, topics.OrderFacts),
	}
	for i, times := range windowTimes {
		l.windows[i] = stream.NewWindow(stage, uint8(windowTable+i), fmt.Sprint("window ", i), times.bucket, times.keep)
	}
	for kind := range timerKinds {
		clock := stream.WallClock
		if kind == deadline {
			clock = stream.EventClock
		}
		l.timers[kind] = stream.OnTimer(stage, uint8(kind+1), fmt.Sprint("timer ", kind), clock, func(s *stream.Step, key string) error {
			fired(ledgerStep{l, s}, kind, key)
			return nil
		})
	}
	stage.OnWake(func(s *stream.Step, waiter string) error { woken(ledgerStep{l, s}, waiter); return nil })
	stream.OnRaw(stage, topics.Demand.Name(), func(schemas.Registry) func(context.Context, *stream.Step, *stream.Record) error {
		return func(_ context.Context, s *stream.Step, _ *stream.Record) error { return l.move(ledgerStep{l, s}) }
	})
	registry := schemas.NewLocalRegistry()
	program, err := stream.Bind(stage, registry, "test")
	if err != nil {
		t.Fatal(err)
	}
	l.program = program
	l.notes = schemas.NewCodec[schemas.Availability](registry, topics.Availability.Name())
	l.facts = schemas.NewCodec[schemas.OrderFact](registry, topics.OrderFacts.Name())
	l.codec = schemas.NewCodec[schemas.Item](registry, topics.Items.Name())
	return l
}

// windowTable is the number of the first window's table.
const windowTable = 3

// itemRecord is a record of the reference topic; one without a description deletes.
func (l *ledger) itemRecord(offset int64, key, description string) (record stream.Record, err error) {
	record = stream.Record{Topic: topics.Items.Name(), Offset: offset, Key: []byte(key)}
	if description != "" {
		record.Value, err = l.codec.Append(context.Background(), nil, &schemas.Item{ItemID: key, Description: description})
	}
	return record, err
}

// outputs are an epoch's records as the model tells them.
func (l *ledger) outputs(records []stream.Out) ([]string, error) {
	written := []string{}
	for _, record := range records {
		var text string
		switch {
		case record.Topic == topics.Availability.Name():
			value, err := l.notes.Decode(context.Background(), record.Value)
			if err != nil {
				return nil, err
			}
			text = fmt.Sprintf("note %q %q", record.Key, value.ItemID)
		case record.Value == nil:
			text = fmt.Sprintf("latest %q %q", record.Key, "")
		default:
			value, err := l.facts.Decode(context.Background(), record.Value)
			if err != nil {
				return nil, err
			}
			text = fmt.Sprintf("latest %q %q", record.Key, value.OrderID)
		}
		written = append(written, text)
	}
	slices.Sort(written)
	return written, nil
}

// ledgerStep is the kernel's step with the test's capabilities.
type ledgerStep struct {
	l *ledger
	s *stream.Step
}

func (c ledgerStep) now() time.Time       { return c.s.Now() }
func (c ledgerStep) observe(at time.Time) { c.s.Observe(at) }
func (c ledgerStep) watermark() time.Time { return c.s.Watermark() }

func (c ledgerStep) getStock(key state.TextPair) *stockRow { return c.l.stock.Get(c.s, key) }
func (c ledgerStep) putStock(row *stockRow)                { c.l.stock.Put(c.s, row.key(), row) }
func (c ledgerStep) deleteStock(key state.TextPair)        { c.l.stock.Delete(c.s, key) }
func (c ledgerStep) getLine(key state.TextNumber) *lineRow { return c.l.lines.Get(c.s, key) }
func (c ledgerStep) putLine(row *lineRow)                  { c.l.lines.Put(c.s, row.key(), row) }
func (c ledgerStep) deleteLine(key state.TextNumber)       { c.l.lines.Delete(c.s, key) }

func (c ledgerStep) eachStock(warehouse string, yield func(*stockRow) bool) {
	c.l.stock.Scan(c.s, state.Text(warehouse))(yield)
}

func (c ledgerStep) eachLine(order string, yield func(*lineRow) bool) {
	c.l.lines.Scan(c.s, state.Text(order))(yield)
}

func (c ledgerStep) see(window int, id string, at time.Time) stream.Sighting {
	return c.l.windows[window].Add(c.s, id, at)
}

func (c ledgerStep) setTimer(kind int, key string, due time.Time) {
	c.l.timers[kind].Set(c.s, key, due)
}
func (c ledgerStep) setTimerIfNone(kind int, key string, due time.Time) {
	c.l.timers[kind].SetIfNone(c.s, key, due)
}
func (c ledgerStep) cancelTimer(kind int, key string) { c.l.timers[kind].Cancel(c.s, key) }
func (c ledgerStep) dueTimer(kind int, key string) (time.Time, bool) {
	return c.l.timers[kind].Due(c.s, key)
}

func (c ledgerStep) item(key string) string {
	if item := c.l.reference.Get(c.s, key); item != nil {
		return item.Description
	}
	return ""
}

func (c ledgerStep) itemsUnder(prefix string) []string {
	var found []string
	for item := range c.l.reference.Scan(c.s, prefix) {
		found = append(found, item.Description)
	}
	return found
}

func (c ledgerStep) await(key, waiter string) { c.l.reference.Await(c.s, key, waiter) }
func (c ledgerStep) forgo(key, waiter string) { c.l.reference.Forgo(c.s, key, waiter) }

func (c ledgerStep) note(key, text string) {
	c.l.note.Send(c.s, key, &schemas.Availability{ItemID: text})
}

func (c ledgerStep) latest(key, text string) {
	if text == "" {
		c.l.latest.Delete(c.s, key)
		return
	}
	c.l.latest.Send(c.s, key, &schemas.OrderFact{OrderID: text})
}
