package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/distributor"
	"waybill/schemas"
)

// tick is how often something is written; the distributor's clock moves with it, so a seed gives the same events however
// slow the machine is.
const tick = 250 * time.Millisecond

// disorder is how many ticks a record may be late.
const disorder = 8

var opening = time.Date(2026, 3, 2, 7, 0, 0, 0, time.UTC)

// load is what is written: a generated distributor whose hours take less than half a second, orders that share shipments
// and invoices (joint.go), and the story of everything that can go wrong with an event. Each record comes once or twice,
// and late by up to two seconds.
type load struct {
	options     options
	foreign     string
	random      *rand.Rand
	distributor *distributor.Distributor
	joint       joint
	encoder     *distributor.Encoder
	story       *distributor.Story
	due         map[int][]pending // by tick
	began       time.Time
	events      []distributor.Event // each once, as they happened
	tickOf      []int               // in which they did
	toldAt      []int               // the story's records
	index       map[string]int      // of events, by topic, key and event id

	mu     sync.Mutex
	from   map[place]int // which event a record holds
	sent   int64
	acked  int64
	failed error
}

// place is where a record is.
type place struct {
	topic     string
	partition int32
	offset    int64
}

// pending is a record that is yet to be written; event is below zero for one of the story.
type pending struct {
	record *kgo.Record
	event  int
}

func newLoad(ctx context.Context, o options, registry schemas.Registry, foreign string) (*load, error) {
	story, err := distributor.Tell(ctx, registry, foreign)
	if err != nil {
		return nil, err
	}
	l := &load{
		options: o, foreign: foreign, random: rand.New(rand.NewPCG(o.seed, 1)), encoder: distributor.NewEncoder(registry), story: story,
		distributor: distributor.New(distributor.Options{Seed: o.seed, Name: "S", Hour: 400 * time.Millisecond, Customers: 40, Items: 60}),
		due:         map[int][]pending{}, index: map[string]int{}, from: map[place]int{},
	}
	for _, one := range story.Records {
		at := l.random.IntN(max(l.ticks()/2, 1))
		l.toldAt = append(l.toldAt, at)
		l.plan(at, &kgo.Record{Topic: one.Topic, Key: one.Key, Value: one.Value}, -1)
	}
	return l, nil
}

func (l *load) ticks() int { return int(l.options.minutes * float64(time.Minute) / float64(tick)) }

// plan has a record written once or twice, at a tick or a few later.
func (l *load) plan(at int, record *kgo.Record, event int) {
	for range 1 + l.random.IntN(2) {
		copied := *record
		late := at + l.random.IntN(disorder)
		l.due[late] = append(l.due[late], pending{&copied, event})
	}
}

// prepare writes what is there before anything happens: repairs and master data.
func (l *load) prepare(ctx context.Context, client *kgo.Client) error {
	for _, one := range l.story.Steering {
		l.write(client, pending{&kgo.Record{Topic: one.Topic, Key: one.Key, Value: one.Value}, -1})
	}
	if err := l.happen(ctx, 0, l.distributor.MasterData(opening)); err != nil {
		return err
	}
	for late := range disorder {
		l.flushTick(client, late)
	}
	return client.Flush(ctx)
}

// run writes until the minutes are over, then what is still due.
func (l *load) run(ctx context.Context, client *kgo.Client) error {
	ordered := 0.0
	l.began = time.Now()
	for i := range l.ticks() {
		if pause(ctx, time.Until(l.began.Add(time.Duration(i)*tick))); ctx.Err() != nil {
			return ctx.Err()
		}
		at := opening.Add(time.Duration(i) * tick)
		for ordered += l.options.orders * tick.Seconds(); ordered >= 1; ordered-- {
			l.distributor.Order(at)
		}
		events := l.distributor.Until(at)
		if i%40 == 0 {
			events = append(events, l.distributor.Replenish(at)...)
		}
		if i%4 == 0 {
			events = append(events, l.joint.next(l.random, at)...)
		}
		if err := l.happen(ctx, i, events); err != nil {
			return err
		}
		l.flushTick(client, i)
		if failed := l.failure(); failed != nil {
			return failed
		}
	}
	for i := range disorder {
		l.flushTick(client, l.ticks()+i)
	}
	if err := client.Flush(ctx); err != nil {
		return err
	}
	return l.failure()
}

// happen plans the records of what happens in a tick, and keeps each event once: the distributor repeats itself.
func (l *load) happen(ctx context.Context, tick int, events []distributor.Event) error {
	for _, event := range events {
		value, err := l.encoder.Encode(ctx, event)
		if err != nil {
			return err
		}
		l.plan(tick, &kgo.Record{Topic: event.Topic, Key: []byte(event.Key), Value: value}, l.keep(event, tick))
	}
	return nil
}

// keep is the event's place among all.
func (l *load) keep(event distributor.Event, tick int) int {
	id := event.Topic + " " + event.Key + " " + metaOf(event.Value).EventID
	at, had := l.index[id]
	if !had {
		at = len(l.events)
		l.index[id] = at
		l.events, l.tickOf = append(l.events, event), append(l.tickOf, tick)
	}
	return at
}

func (l *load) flushTick(client *kgo.Client, i int) {
	records := l.due[i]
	delete(l.due, i)
	l.random.Shuffle(len(records), func(a, b int) { records[a], records[b] = records[b], records[a] })
	for _, one := range records {
		l.write(client, one)
	}
}

// write hands a record to a producer that never gives up: what was written twice because an answer was lost would be a
// duplicate of the source, but the producer is idempotent, so it is not even that.
func (l *load) write(client *kgo.Client, one pending) {
	l.mu.Lock()
	l.sent++
	l.mu.Unlock()
	client.Produce(context.Background(), one.record, func(record *kgo.Record, err error) {
		l.mu.Lock()
		defer l.mu.Unlock()
		if err != nil {
			l.failed = fmt.Errorf("writing to %s: %w", record.Topic, err)
			return
		}
		l.acked++
		if one.event >= 0 {
			l.from[place{record.Topic, record.Partition, record.Offset}] = one.event
		}
	})
}

func (l *load) failure() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.failed
}

// metaOf is the meta of a source event of any type.
func metaOf(value any) schemas.Meta {
	return reflect.ValueOf(value).Elem().FieldByName("Meta").Interface().(schemas.Meta)
}
