package measure

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/bench/cluster"
	"waybill/schemas"
	"waybill/topics"
)

// Arrivals are bills, with the time at which a read_committed reader had them, and source records, with the time at which
// they were handed to the producer.
type Arrivals struct {
	mu      sync.Mutex
	written map[part][]time.Time // by offset
	bills   []arrival
}

type part struct {
	topic     string
	partition int32
}

type arrival struct {
	at    time.Time
	value []byte
	since time.Time // the time that the record carries
}

// NewArrivals has none.
func NewArrivals() *Arrivals { return &Arrivals{written: map[part][]time.Time{}} }

// Written notes a source record. What was there before has no time.
func (a *Arrivals) Written(record *kgo.Record, at time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	key := part{record.Topic, record.Partition}
	for int64(len(a.written[key])) <= record.Offset {
		a.written[key] = append(a.written[key], time.Time{})
	}
	a.written[key][record.Offset] = at
}

// Follow reads the bills that come from now on, in the background, until it is stopped.
func (a *Arrivals) Follow(ctx context.Context, c *cluster.Cluster) (stop func(), err error) {
	return follow(ctx, c, topics.InvoiceReady.Name(), func(records []*kgo.Record, now time.Time) {
		for _, record := range records {
			a.bills = append(a.bills, arrival{now, record.Value, record.Timestamp})
		}
	})
}

// follow hands over, in the background, what is committed to a topic from now on, poll by poll, until it is stopped.
func follow(ctx context.Context, c *cluster.Cluster, topic string, take func(records []*kgo.Record, now time.Time)) (stop func(), err error) {
	reader, err := c.Reader(kgo.NewOffset().AtEnd(), topic)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() {
		defer reader.Close()
		for ctx.Err() == nil {
			fetches := reader.PollFetches(ctx)
			now := time.Now()
			take(slices.DeleteFunc(fetches.Records(), func(record *kgo.Record) bool { return record.Attrs.IsControl() }), now)
		}
	})
	return func() { cancel(); running.Wait() }, nil
}

// Waits tells, sorted, how long each bill took from the last record that it rests on, for those that rest on one written
// after a time. It is called when Follow is stopped. Without evidence a bill's record carries that record's time.
func (a *Arrivals) Waits(ctx context.Context, c *cluster.Cluster, evidence bool, after time.Time) ([]time.Duration, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	codec := schemas.NewCodec[schemas.InvoiceReady](c.Schemas, topics.InvoiceReady.Name())
	var waits []time.Duration
	for _, bill := range a.bills {
		since := bill.since
		if evidence {
			decoded, err := codec.Decode(ctx, bill.value)
			if err != nil {
				return nil, err
			}
			since = a.last(decoded.Evidence)
		}
		if since.After(after) {
			waits = append(waits, bill.at.Sub(since))
		}
	}
	slices.Sort(waits)
	return waits, nil
}

// last is when the last of some records was written.
func (a *Arrivals) last(evidence []schemas.Evidence) (last time.Time) {
	for _, one := range evidence {
		if times := a.written[part{one.Topic, one.Partition}]; one.Offset < int64(len(times)) && times[one.Offset].After(last) {
			last = times[one.Offset]
		}
	}
	return last
}
