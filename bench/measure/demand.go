package measure

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/bench/cluster"
	"waybill/schemas"
	"waybill/topics"
)

// Demand watches for the first that a read_committed reader sees of orders: o2c.demand, which both stages have passed.
type Demand struct {
	stop    func()
	changed chan struct{}

	mu     sync.Mutex
	placed map[string]placing // by order
	seen   []seen
	failed error
}

type placing struct {
	at        time.Time
	partition int32
}

type seen struct {
	at time.Time
	placing
}

// WatchDemand reads in the background what is written from now on.
func WatchDemand(ctx context.Context, c *cluster.Cluster) (*Demand, error) {
	d := &Demand{placed: map[string]placing{}, changed: make(chan struct{}, 1)}
	codec := schemas.NewCodec[schemas.Demand](c.Schemas, topics.Demand.Name())
	var err error
	d.stop, err = follow(ctx, c, topics.Demand.Name(), func(records []*kgo.Record, now time.Time) {
		for _, record := range records {
			value, err := codec.Decode(ctx, record.Value)
			d.take(value, err, now)
		}
		select {
		case d.changed <- struct{}{}:
		default:
		}
	})
	return d, err
}

// Written notes an order that was placed.
func (d *Demand) Written(record *kgo.Record, at time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.placed[string(record.Key)] = placing{at, record.Partition}
}

func (d *Demand) take(value *schemas.Demand, err error, now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err != nil {
		d.failed = err
		return
	}
	if placed, ours := d.placed[value.OrderID]; ours {
		d.seen = append(d.seen, seen{now, placed})
	}
}

// Await waits for something of orders placed after a time: when the first was seen, and when there was one of each
// partition.
func (d *Demand) Await(ctx context.Context, after time.Time, partitions int, atMost time.Duration) (first, all time.Time, err error) {
	deadline := time.NewTimer(atMost)
	defer deadline.Stop()
	for {
		d.mu.Lock()
		failed, of := d.failed, map[int32]bool{}
		for _, one := range d.seen {
			if !one.placing.at.After(after) {
				continue
			}
			if len(of) == 0 {
				first = one.at
			}
			if of[one.partition] = true; len(of) == partitions && all.IsZero() {
				all = one.at
			}
		}
		d.mu.Unlock()
		switch {
		case failed != nil:
			return first, all, failed
		case !all.IsZero():
			return first, all, nil
		}
		select {
		case <-d.changed:
		case <-ctx.Done():
			return first, all, ctx.Err()
		case <-deadline.C:
			return first, all, fmt.Errorf("after %s there is output of %d of %d partitions", atMost, len(of), partitions)
		}
	}
}

// Stop stops reading.
func (d *Demand) Stop() { d.stop() }
