package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/distributor"
	"waybill/schemas"
	"waybill/topics"
)

// restarts are what a process with much state needs to go on after it was killed: with its disk, and without.
type restarts struct {
	orders, held     int
	bytes            float64 // of all its stores, on disk
	built            time.Duration
	restart, restore spread // until each task had written something
	readyAfter       time.Duration
	records          float64 // restored
	progress         string  // what its log said while it restored
}

// bulk makes orders of many lines: some of them whole, every line a row of fulfilment, of inventory and of the tracker; and
// others whose first event is missing, which intake keeps as they came until it is there. Those have long item ids and make
// state fast: a row of twelve kilobytes each.
type bulk struct {
	random  *rand.Rand
	encoder *distributor.Encoder
	orders  int // all of them
	held    int
}

const (
	bulkItems = 2000
	bulkLines = 60
	bulkWhole = 20 // of a batch
	bulkHeld  = 300
)

// order makes one; sequence 2 is that of an order that is held.
func (b *bulk) order(lines int, sequence int64) (*kgo.Record, error) {
	b.orders++
	id, price, at := fmt.Sprintf("B-%08d", b.orders), schemas.MustPrice("12.50"), opening
	order := &schemas.Order{
		Meta:    schemas.Meta{EventID: fmt.Sprintf("%s-%d", id, sequence), Source: "b2b-shop", Sequence: &sequence, OccurredAt: at, RecordedAt: at},
		OrderID: id, CustomerID: fmt.Sprintf("C-B%03d", 1+b.random.IntN(40)), Channel: "web", OrderType: "standard", Currency: "USD", Status: schemas.OrderPlaced,
	}
	for line := range int32(lines) {
		item := fmt.Sprintf("T-B%04d", 1+b.random.IntN(bulkItems))
		if sequence > 1 {
			item = ""
			for range 12 {
				item += fmt.Sprintf("%016x", b.random.Uint64())
			}
		}
		order.Lines = append(order.Lines, schemas.OrderLine{
			LineNo: line + 1, ItemID: item, Quantity: schemas.MustQuantity("1"), UOM: "each", UnitPrice: &price, PriceUnit: 1,
			WarehouseID: []string{"east", "west", "north"}[b.random.IntN(3)], RequestedDate: schemas.DateOf(at), Substitution: schemas.SubstitutionNever, Status: schemas.LineOpen,
		})
	}
	value, err := b.encoder.Encode(context.Background(), distributor.Event{Topic: topics.CommerceOrders.Name(), Key: id, Value: order})
	return &kgo.Record{Topic: topics.CommerceOrders.Name(), Key: []byte(id), Value: value}, err
}

// restarts fills one process with state, kills it, and starts it with its disk and then without.
func (s *site) restarts(ctx context.Context) (*restarts, error) {
	if s.options.state == 0 {
		return nil, nil
	}
	one := s.instances[0]
	if err := s.back(ctx, one); err != nil {
		return nil, err
	}
	s.waits.measure(true)
	made := &bulk{random: rand.New(rand.NewPCG(s.options.seed, 4)), encoder: s.load.encoder}
	r := &restarts{}
	if err := s.fill(ctx, one, made, r); err != nil {
		return nil, err
	}
	var err error
	s.say("%s has %s of state and is killed", one.name, size(r.bytes))
	if r.restart, _, err = s.again(ctx, one, made, "with its disk", func() error { return nil }); err != nil {
		return nil, err
	}
	s.say("with its disk: first output after %.1f s, all tasks after %.1f s", r.restart.shortest.Seconds(), r.restart.longest.Seconds())
	from := one.logEnd()
	if r.restore, r.readyAfter, err = s.again(ctx, one, made, "without its disk", one.wipe); err != nil {
		return nil, err
	}
	if r.records, err = one.metric(ctx, "waybill_restored_records_total"); err != nil {
		return nil, err
	}
	said := one.logged(from)
	for line := range strings.Lines(said) {
		if strings.Contains(line, "msg=restoring ") {
			r.progress = strings.TrimSpace(line)
		}
	}
	_, err = one.stop(ctx)
	return r, err
}

// fill writes orders, as fast as the process takes them, until its stores have the size that is wanted or the time is over.
func (s *site) fill(ctx context.Context, one *instance, made *bulk, r *restarts) error {
	began, said := time.Now(), time.Now()
	customers := distributor.New(distributor.Options{Seed: s.options.seed, Name: "B", Customers: 40, Items: bulkItems})
	for _, event := range customers.MasterData(opening) {
		value, err := made.encoder.Encode(ctx, event)
		if err != nil {
			return err
		}
		s.client.Produce(ctx, &kgo.Record{Topic: event.Topic, Key: []byte(event.Key), Value: value}, s.noted)
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		bytes, err := one.metric(ctx, "waybill_state_bytes")
		if err != nil {
			return err
		}
		behind, err := s.behind(ctx)
		if err != nil {
			return err
		}
		full := bytes >= float64(s.options.state) || time.Since(began) > s.options.stateTime
		if full && behind < 100 { // markers count too
			r.orders, r.held, r.bytes, r.built = made.orders, made.held, bytes, time.Since(began)
			return s.load.failure()
		}
		if time.Since(said) > 15*time.Second {
			said = time.Now()
			s.say("%d orders of %d lines make %s of state", made.orders, bulkLines, size(bytes))
		}
		if full || behind > 100*bulkLines {
			pause(ctx, 250*time.Millisecond)
			continue
		}
		for i := range bulkWhole + bulkHeld {
			sequence := int64(1)
			if i >= bulkWhole {
				sequence, made.held = 2, made.held+1
			}
			record, err := made.order(bulkLines, sequence)
			if err != nil {
				return err
			}
			s.client.Produce(ctx, record, s.noted)
		}
		if err := s.client.Flush(ctx); err != nil {
			return err
		}
	}
}

// behind is how many records all stages together have yet to take.
func (s *site) behind(ctx context.Context) (records int64, err error) {
	var groups []string
	for _, stage := range s.stages {
		groups = append(groups, stage.Group())
	}
	lags, err := s.admin.Lag(ctx, groups...)
	if err != nil {
		return 0, err
	}
	for _, group := range lags {
		if err := group.Error(); err != nil {
			return 0, err
		}
		records += group.Lag.Total()
	}
	return records, nil
}

func (s *site) noted(record *kgo.Record, err error) {
	if err != nil {
		s.load.mu.Lock()
		defer s.load.mu.Unlock()
		s.load.failed = fmt.Errorf("writing to %s: %w", record.Topic, err)
	}
}

// again kills a process and starts it after something was done to it; orders go on coming. It tells how long it was from
// the start until each task had written something, and until the process was ready.
func (s *site) again(ctx context.Context, one *instance, made *bulk, kind string, first func() error) (spread, time.Duration, error) {
	if err := one.kill(); err != nil {
		return spread{}, 0, err
	}
	if err := first(); err != nil {
		return spread{}, 0, err
	}
	began := time.Now()
	s.waits.expect(kind, s.allTasks())
	if err := one.start(); err != nil {
		return spread{}, 0, err
	}
	ready := time.Duration(0)
	err := await(ctx, 20*time.Minute, "each task has written something", func() (bool, error) {
		for range 10 {
			record, err := made.order(1, 1)
			if err != nil {
				return false, err
			}
			s.client.Produce(ctx, record, s.noted)
		}
		if status, _, err := one.get(ctx, "/readyz"); ready == 0 && err == nil && status == 200 {
			ready = time.Since(began)
		}
		return s.waits.over() && ready > 0, nil
	})
	return s.waits.spread(func(w wait) bool { return w.kind == kind }), ready, err
}

// allTasks are the tasks of the stages on every order's way.
func (s *site) allTasks() map[string][]int32 {
	tasks := map[string][]int32{}
	for _, stage := range s.stages {
		input, _ := topics.Default().Topic(stage.Inputs()[0])
		for partition := range input.Partitions {
			tasks[stage.Name] = append(tasks[stage.Name], partition)
		}
	}
	return tasks
}

func size(bytes float64) string { return fmt.Sprintf("%.2f GiB", bytes/(1<<30)) }

func (r *restarts) rows(wanted int64, row func(name, format string, arguments ...any)) {
	row("state of one process", "%s on disk, of %d orders of %d lines, %d of them held, built in %s (wanted: %s)", size(r.bytes), r.orders, bulkLines, r.held, r.built.Round(time.Second), size(float64(wanted)))
	row("restart after kill -9, with it", "first output after %.1f s, all tasks after %.1f s", r.restart.shortest.Seconds(), r.restart.longest.Seconds())
	seconds := r.readyAfter.Seconds()
	row("restore onto an empty disk", "first output after %.1f s, all tasks after %.1f s; ready after %.1f s: %.0f records, %.0f/s, %.1f MiB/s of state",
		r.restore.shortest.Seconds(), r.restore.longest.Seconds(), seconds, r.records, r.records/seconds, r.bytes/(1<<20)/seconds)
	row("its log says", "%s", r.progress)
}
