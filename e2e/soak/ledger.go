package main

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/outcome"
	"waybill/schemas"
	"waybill/topics"
)

// ledger is what a read_committed reader has seen.
type ledger struct {
	orders    *schemas.Codec[schemas.OrderEvent]
	shipments *schemas.Codec[schemas.ShipmentEvent]
	stock     *schemas.Codec[schemas.StockEvent]
	billing   *schemas.Codec[schemas.BillingEvent]
	invoices  *schemas.Codec[schemas.OrderInvoice]
	audit     *audit
	reached   positions

	mu      sync.Mutex
	outcome *outcome.Outcome
	pieces  map[piece]int // how often each was seen
	records int64
}

// piece is a canonical record, by the source record that it comes from.
type piece struct {
	of         place
	topic, key string
}

func newLedger(registry schemas.Registry, audit *audit) *ledger {
	return &ledger{
		orders:    schemas.NewCodec[schemas.OrderEvent](registry, topics.Orders.Name()),
		shipments: schemas.NewCodec[schemas.ShipmentEvent](registry, topics.Shipments.Name()),
		stock:     schemas.NewCodec[schemas.StockEvent](registry, topics.Stock.Name()),
		billing:   schemas.NewCodec[schemas.BillingEvent](registry, topics.Billing.Name()),
		invoices:  schemas.NewCodec[schemas.OrderInvoice](registry, topics.OrderInvoices.Name()),
		audit:     audit, outcome: outcome.New(registry), pieces: map[piece]int{},
	}
}

// reads tells whether the ledger reads a topic, by whether it has come across it.
func (l *ledger) reads(topic string) bool {
	entry, listed := topics.Default().Topic(topic)
	return listed && entry.Role != topics.Source && entry.Name != topics.Repairs.Name()
}

func (l *ledger) take(ctx context.Context, record *kgo.Record) error {
	if record.Attrs.IsControl() {
		return nil
	}
	l.audit.see(record)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.records++
	if slices.Contains(outcome.Topics(), record.Topic) {
		return l.outcome.Take(ctx, record.Topic, record.Key, record.Value)
	}
	origin, err := l.origin(ctx, record)
	if err == nil && origin != nil {
		l.pieces[piece{place{origin.Topic, origin.Partition, origin.Offset}, record.Topic, string(record.Key)}]++
	}
	return err
}

// origin is the source record that a canonical record is a piece of; nil for any other record.
func (l *ledger) origin(ctx context.Context, record *kgo.Record) (*schemas.Evidence, error) {
	switch record.Topic {
	case topics.Orders.Name():
		event, err := l.orders.Decode(ctx, record.Value)
		if err != nil || event.Hold != nil {
			return nil, err
		}
		return &event.Origin, nil
	case topics.Shipments.Name():
		event, err := l.shipments.Decode(ctx, record.Value)
		if err != nil || event.Hold != nil {
			return nil, err
		}
		return &event.Origin, nil
	case topics.Stock.Name():
		event, err := l.stock.Decode(ctx, record.Value)
		if err != nil {
			return nil, err
		}
		return &event.Origin, nil
	case topics.Billing.Name():
		event, err := l.billing.Decode(ctx, record.Value)
		if err != nil {
			return nil, err
		}
		return &event.Origin, nil
	case topics.OrderInvoices.Name():
		event, err := l.invoices.Decode(ctx, record.Value)
		if err != nil {
			return nil, err
		}
		return &event.Origin, nil
	}
	return nil, nil
}

// text is the outcome so far.
func (l *ledger) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.outcome.String()
}

// positions are how far a reader has read.
type positions struct {
	mu   sync.Mutex
	next map[string]map[int32]int64
}

func (p *positions) set(topic string, partition int32, next int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.next == nil {
		p.next = map[string]map[int32]int64{}
	}
	if p.next[topic] == nil {
		p.next[topic] = map[int32]int64{}
	}
	p.next[topic][partition] = next
}

func (p *positions) of(topic string, partition int32) int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.next[topic][partition]
}

func (p *positions) topics() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Collect(maps.Keys(p.next))
}
