package figures

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"waybill/schemas"
	"waybill/stream/sim"
	"waybill/topics"
)

// noon is the time as of which all tests ask, in the middle of a day.
var noon = time.Date(2026, 3, 20, 12, 0, 0, 0, time.UTC)

func newWorld(t *testing.T, seed uint64) *sim.World {
	t.Helper()
	return sim.New(t, sim.Options{Start: noon, Seed: seed, Partitions: 3}, Stage(DefaultPolicy()))
}

// boardOf adds up what a world's stage has told.
func boardOf(w *sim.World) *Board {
	board := NewBoard(0)
	for key, record := range sim.Latest(w, topics.Figures) {
		board.Take(key, record)
	}
	return board
}

// fact is one record of an input.
type fact func(w *sim.World)

func order(o *schemas.OrderState) fact {
	return func(w *sim.World) { sim.Send(w, topics.OrderStatus, o.OrderID, o) }
}

func receivable(r *schemas.Receivable) fact {
	return func(w *sim.World) { sim.Send(w, topics.Receivables, r.InvoiceID, r) }
}

func exception(e *schemas.Exception) fact {
	return func(w *sim.World) { sim.Send(w, topics.Exceptions, e.ExceptionID, e) }
}

func payment(p *schemas.Payment) fact {
	return func(w *sim.World) {
		sim.Send(w, topics.Payments, p.PaymentID, &schemas.PaymentEvent{PaymentID: p.PaymentID, Payment: *p})
	}
}

func stock(a *schemas.Availability) fact {
	return func(w *sim.World) { sim.Send(w, topics.Availability, a.ItemID+"@"+a.WarehouseID, a) }
}

func customer(id, segment string) fact {
	return func(w *sim.World) {
		sim.Send(w, topics.Customers, id, &schemas.Customer{
			Meta: schemas.Meta{OccurredAt: noon, RecordedAt: noon}, CustomerID: id, Segment: segment,
			InvoicePolicy: schemas.OnShipment, ShipPolicy: schemas.ShipPartial, SubstitutionPrice: schemas.PriceOriginal,
		})
	}
}

// daysAgo is a time of the day so many days before noon's.
func daysAgo(days, hour int) time.Time {
	return time.Date(2026, 3, 20-days, hour, 0, 0, 0, time.UTC)
}

func dateAgo(days int) schemas.Date { return schemas.DateOf(noon).AddDays(-days) }

// placed is an order of C-1 on the web channel, placed ten days ago.
func placed(id string, lines ...schemas.OrderLineState) *schemas.OrderState {
	return &schemas.OrderState{
		OrderID: id, CustomerID: "C-1", Channel: "web", Currency: "EUR", Status: schemas.OrderPlaced, Lines: lines, AsOf: noon, PlacedAt: new(daysAgo(10, 9)),
	}
}

// wanted is line 1 of four pieces in warehouse east, wanted so many days ago: nothing of it has happened.
func wanted(days int) schemas.OrderLineState {
	return schemas.OrderLineState{LineNo: 1, ItemID: "A", UOM: "EA", Stage: schemas.StagePlaced, Ordered: schemas.MustQuantity("4"), WarehouseID: "east", RequestedOn: new(dateAgo(days))}
}

// shippedAt is the line when all of it has shipped.
func shippedAt(line schemas.OrderLineState, at time.Time) schemas.OrderLineState {
	line.Stage, line.Shipped, line.ShippedInFullAt = schemas.StageShipped, line.Ordered, &at
	return line
}

func left(shipment, warehouse string, at time.Time, invoicedAfter time.Duration) schemas.Departure {
	d := schemas.Departure{ShipmentID: shipment, WarehouseID: warehouse, ShippedAt: at}
	if invoicedAfter > 0 {
		d.InvoicedAt = new(at.Add(invoicedAfter))
	}
	return d
}

// brief writes a reading without what is the same in all of them.
func brief(r Reading) string {
	var text strings.Builder
	if r.By != "" {
		fmt.Fprintf(&text, "%s: ", r.Of)
	}
	if r.From != nil && r.Figure == DisputeRate {
		fmt.Fprintf(&text, "%s to %s: ", r.From, r.To)
	}
	fmt.Fprintf(&text, "%d/%d", r.Met, r.Counted)
	if r.Value != nil {
		fmt.Fprintf(&text, " = %s", *r.Value)
	}
	if r.P50 != nil {
		fmt.Fprintf(&text, " p50 %d p95 %d", *r.P50, *r.P95)
	}
	if r.Quantity != nil {
		fmt.Fprintf(&text, " %s", *r.Quantity)
	}
	for _, amount := range r.Amounts {
		fmt.Fprintf(&text, " %s %s", amount.Amount, amount.Currency)
	}
	for _, age := range r.Ages {
		if age.Counted > 0 {
			fmt.Fprintf(&text, " [%s: %d %v]", age.Age, age.Counted, age.Amounts)
		}
	}
	return text.String()
}

func TestFiguresByHand(t *testing.T) {
	cancelled := wanted(3)
	cancelled.Stage = schemas.StageCancelled
	arrived := shippedAt(wanted(3), daysAgo(5, 9))
	arrived.Delivered, arrived.DeliveredInFullAt = arrived.Ordered, new(daysAgo(2, 9))
	promised := shippedAt(wanted(6), daysAgo(4, 23))
	promised.ConfirmedOn = new(dateAgo(4))
	onTime, late, open := shippedAt(wanted(3), daysAgo(3, 23)), shippedAt(wanted(3), daysAgo(2, 0)), wanted(3)
	unbilled := func(days int, amount string) schemas.OrderLineState {
		line := shippedAt(wanted(days), daysAgo(days, 8))
		line.Unbilled, line.UnbilledSince = schemas.MustAmount(amount), line.ShippedInFullAt
		return line
	}
	ready := unbilled(1, "10")
	ready.InvoiceReady = ready.Shipped
	with := func(o *schemas.OrderState, change func(*schemas.OrderState)) *schemas.OrderState {
		change(o)
		return o
	}
	owed := func(id string, days int, currency, billed, open string, disputes int64) *schemas.Receivable {
		return &schemas.Receivable{InvoiceID: id, CustomerID: "C-1", Currency: currency, State: schemas.ReceivableOpen, Billed: schemas.MustAmount(billed),
			Open: schemas.MustAmount(open), IssuedOn: new(dateAgo(days)), Disputes: disputes, AsOf: noon}
	}
	raised := func(id, class, owner string, days int, amount string) *schemas.Exception {
		e := &schemas.Exception{ExceptionID: id, Class: class, Severity: schemas.SeverityHigh, Owner: owner, Status: schemas.ExceptionOpen, OpenedAt: daysAgo(days, 9), CustomerID: new("C-1")}
		if amount != "" {
			e.AmountAtRisk, e.Currency = new(schemas.MustAmount(amount)), new("EUR")
		}
		return e
	}
	paid := func(id string, days int, at time.Time, amount string, applied ...string) *schemas.Payment {
		p := &schemas.Payment{Meta: schemas.Meta{OccurredAt: at, RecordedAt: at}, PaymentID: id, Amount: schemas.MustAmount(amount), Currency: "EUR", ReceivedOn: dateAgo(days)}
		for _, part := range applied {
			p.Applications = append(p.Applications, schemas.Application{InvoiceID: "I-1", Amount: schemas.MustAmount(part)})
		}
		return p
	}
	for _, test := range []struct {
		name   string
		figure string
		by     string
		facts  []fact
		want   []string
	}{
		{"shipments invoiced after one, two and thirty seconds, and one that is not", ShipmentToInvoice, "", []fact{
			order(with(placed("O-1"), func(o *schemas.OrderState) {
				o.Departures = []schemas.Departure{left("S-1", "east", daysAgo(1, 8), time.Second), left("S-2", "east", daysAgo(1, 8), 2*time.Second), left("S-3", "west", daysAgo(0, 8), 0)}
			})),
			order(with(placed("O-2"), func(o *schemas.OrderState) {
				o.Departures = []schemas.Departure{left("S-3", "west", daysAgo(29, 8), 30*time.Second), left("S-4", "west", daysAgo(30, 8), time.Hour)}
			})),
		}, []string{"3/4 p50 2 p95 30"}},
		{"the same by warehouse", ShipmentToInvoice, "warehouse", []fact{order(with(placed("O-1"), func(o *schemas.OrderState) {
			o.Departures = []schemas.Departure{left("S-1", "east", daysAgo(1, 8), time.Second), left("S-3", "west", daysAgo(0, 8), 0)}
		}))}, []string{"east: 1/1 p50 1 p95 1", "west: 0/1"}},
		{"an hour is told within 3.2 per cent", ShipmentToInvoice, "", []fact{order(with(placed("O-1"), func(o *schemas.OrderState) {
			o.Departures = []schemas.Departure{left("S-1", "east", daysAgo(1, 8), time.Hour)}
		}))}, []string{"1/1 p50 3647 p95 3647"}},
		{"on the day is on time, a moment after it is late, never is late, cancelled is nothing", OTIFRequested, "", []fact{
			order(placed("O-1", onTime, late, open, cancelled)),
		}, []string{"1/3 = 0.3333"}},
		{"what is wanted today or later has time", OTIFRequested, "", []fact{order(placed("O-1", wanted(0), wanted(-3), onTime))}, []string{"1/1 = 1.0000"}},
		{"what was wanted thirty days ago is told, thirty-one is not", OTIFRequested, "", []fact{order(placed("O-1", wanted(30), wanted(31)))}, []string{"0/1 = 0.0000"}},
		{"where deliveries are told, they count", OTIFRequested, "stage", []fact{order(placed("O-1", arrived, onTime))}, []string{"delivered: 0/1 = 0.0000", "shipped: 1/1 = 1.0000"}},
		{"against what was promised first", OTIFConfirmed, "", []fact{order(placed("O-1", promised, onTime))}, []string{"1/1 = 1.0000"}},
		{"an order of two lines is perfect when both are; each thing that goes wrong spoils it", PerfectOrders, "", []fact{
			order(placed("O-1", onTime, onTime, cancelled)), order(placed("O-2", onTime, late)), order(placed("O-3", cancelled)),
			order(with(placed("O-4", onTime), func(o *schemas.OrderState) { o.ByHand = true })),
			order(with(placed("O-5", onTime), func(o *schemas.OrderState) { o.EverDisputed = true })),
			order(with(placed("O-6", onTime), func(o *schemas.OrderState) { o.Credited = true })),
			order(with(placed("O-7", onTime), func(o *schemas.OrderState) {
				o.Blocking = []schemas.BlockingReason{{ExceptionID: "ex-1", Class: "unbilled", Owner: "billing"}}
			})),
		}, []string{"1/6 = 0.1667"}},
		{"one order of three", OrdersByHand, "", []fact{
			order(placed("O-1")), order(placed("O-2")), order(with(placed("O-3"), func(o *schemas.OrderState) { o.ByHand = true })),
		}, []string{"1/3 = 0.3333"}},
		{"unbilled by age", UnbilledValue, "", []fact{order(placed("O-1", unbilled(1, "10"), unbilled(2, "5.50"), unbilled(120, "1")))},
			[]string{"0/3 p50 2 p95 120 16.50 EUR [0-1: 1 [{EUR 10.00}]] [2-7: 1 [{EUR 5.50}]] [over 90: 1 [{EUR 1.00}]]"}},
		{"unbilled by cause: the line's exception, else the order's, else whose turn it is", UnbilledValue, "cause", []fact{
			order(placed("O-1", ready, unbilled(1, "20"))),
			order(with(placed("O-2", unbilled(1, "30")), func(o *schemas.OrderState) {
				o.Blocking = []schemas.BlockingReason{{Class: "unknown_reference", Owner: "x"}, {Class: "missing_weight", Owner: "x", LineNo: new(int32(1))}}
			})),
			order(with(placed("O-3", unbilled(1, "40")), func(o *schemas.OrderState) {
				o.Blocking = []schemas.BlockingReason{{Class: "unknown_reference", Owner: "x"}, {Class: "missing_weight", Owner: "x", LineNo: new(int32(2))}}
			})),
		}, []string{
			"erp: 0/1 p50 1 p95 1 10.00 EUR [0-1: 1 [{EUR 10.00}]]", "missing_weight: 0/1 p50 1 p95 1 30.00 EUR [0-1: 1 [{EUR 30.00}]]",
			"policy: 0/1 p50 1 p95 1 20.00 EUR [0-1: 1 [{EUR 20.00}]]", "unknown_reference: 0/1 p50 1 p95 1 40.00 EUR [0-1: 1 [{EUR 40.00}]]",
		}},
		{"exceptions by owner, with what is at risk", ExceptionAge, "owner", []fact{
			exception(raised("ex-1", "unreadable", "wms", 0, "5")), exception(raised("ex-2", "oversold", "stock", 8, "")), exception(raised("ex-3", "unreadable", "wms", 3, "")),
		}, []string{"stock: 0/1 p50 8 p95 8 [8-30: 1 []]", "wms: 0/2 p50 0 p95 3 5.00 EUR [0-1: 1 [{EUR 5.00}]] [2-7: 1 []]"}},
		{"disputed by month", DisputeRate, "", []fact{
			receivable(owed("I-1", 1, "EUR", "10", "0", 2)), receivable(owed("I-2", 2, "USD", "10", "0", 0)), receivable(owed("I-3", 2, "USD", "10", "0", 0)),
			receivable(owed("I-4", 25, "EUR", "10", "0", 1)), receivable(owed("M-1", 2, "EUR", "-10", "-10", 0)),
		}, []string{"2026-02-01 to 2026-02-28: 1/1 = 1.0000", "2026-03-01 to 2026-03-20: 1/3 = 0.3333"}},
		{"applied after 30 s in two parts, applied in part, not applied, reversed", PaymentApplied, "", []fact{
			payment(paid("P-1", 3, daysAgo(3, 0).Add(30*time.Second), "10", "4", "6")), payment(paid("P-2", 3, daysAgo(1, 9), "10", "9.99")),
			payment(paid("P-3", 3, daysAgo(3, 0), "10")), payment(paid("P-4", 3, daysAgo(3, 0), "0")),
		}, []string{"1/3 p50 30 p95 30"}},
		{"applied, and not any more", PaymentApplied, "segment", []fact{
			payment(paid("P-1", 3, daysAgo(2, 0), "10", "10")), payment(paid("P-1", 3, daysAgo(1, 0), "10")),
		}, []string{"none: 0/1"}},
		{"open over billed in ninety days, by currency", DSO, "", []fact{
			receivable(owed("I-1", 1, "EUR", "300", "100", 0)), receivable(owed("I-2", 200, "EUR", "999", "50", 0)), receivable(owed("M-1", 2, "EUR", "-30", "-30", 0)),
			receivable(owed("I-3", 1, "USD", "10", "0", 0)), receivable(owed("I-4", 91, "CHF", "10", "10", 0)),
		}, []string{"1/0 10.00 CHF", "3/2 = 40.0 120.00 EUR", "0/1 = 0.0 0.00 USD"}},
		{"oversold by warehouse, while the feed is current", OversoldUnits, "warehouse", []fact{
			stock(&schemas.Availability{ItemID: "A", WarehouseID: "east", AvailableToPromise: schemas.MustQuantity("-3.5"), AsOf: noon}),
			stock(&schemas.Availability{ItemID: "B", WarehouseID: "east", AvailableToPromise: schemas.MustQuantity("-1"), AsOf: noon}),
			stock(&schemas.Availability{ItemID: "C", WarehouseID: "east", AvailableToPromise: schemas.MustQuantity("5"), AsOf: noon}),
			stock(&schemas.Availability{ItemID: "A", WarehouseID: "west", AvailableToPromise: schemas.MustQuantity("-9"), AsOf: noon, Suppressed: true}),
		}, []string{"east: 0/2 4.5"}},
		{"by segment", OrdersByHand, "segment", []fact{order(placed("O-1")), customer("C-1", "retail")}, []string{"retail: 0/1 = 0.0000"}},
		{"by a segment that nobody knows yet", OrdersByHand, "segment", []fact{order(placed("O-1"))}, []string{"unknown: 0/1 = 0.0000"}},
		{"by a segment that changed", OrdersByHand, "segment", []fact{customer("C-1", "retail"), order(placed("O-1")), customer("C-1", "food")}, []string{"food: 0/1 = 0.0000"}},
		{"an exception that is forgotten", ExceptionAge, "", []fact{
			exception(raised("ex-1", "unreadable", "wms", 0, "5")), func(w *sim.World) { w.SendRaw(topics.Exceptions.Name(), []byte("ex-1"), nil) },
		}, []string{"0/0"}},
		{"nothing at all", OTIFRequested, "", []fact{order(placed("O-1"))}, []string{"0/0"}},
	} {
		w := newWorld(t, 0)
		for _, fact := range test.facts {
			fact(w)
			w.Run()
		}
		d, _ := Of(test.figure)
		var got []string
		for _, reading := range boardOf(w).Read(d, Question{By: test.by, Now: noon}) {
			got = append(got, brief(reading))
		}
		if strings.Join(got, "\n") != strings.Join(test.want, "\n") {
			t.Errorf("%s:\n got %s\nwant %s", test.name, strings.Join(got, "\n     "), strings.Join(test.want, "\n     "))
		}
	}
}
