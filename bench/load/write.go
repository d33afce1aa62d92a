package load

import (
	"context"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// Written is told of each record that the broker has: where it is, and when it was handed to the producer.
type Written func(record *kgo.Record, at time.Time)

// Write writes records as fast as the broker takes them.
func Write(ctx context.Context, client *kgo.Client, records []Record) error {
	w := writing{client: client}
	for _, one := range records {
		w.write(ctx, one, time.Now())
	}
	return w.end(ctx)
}

// pace is how often records are handed over.
const pace = 2 * time.Millisecond

// WriteAt writes records at a rate, in records a second, and tells how far it fell behind at the end.
func WriteAt(ctx context.Context, client *kgo.Client, records []Record, rate float64, written Written) (late time.Duration, err error) {
	w := writing{client: client, written: written}
	began := time.Now()
	ticker := time.NewTicker(pace)
	defer ticker.Stop()
	for at := 0; at < len(records); {
		now := time.Now()
		for due := int(now.Sub(began).Seconds() * rate); at < min(due, len(records)); at++ {
			w.write(ctx, records[at], now)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
	late = time.Since(began) - time.Duration(float64(len(records))/rate*float64(time.Second))
	return late, w.end(ctx)
}

// writing keeps the first error.
type writing struct {
	client  *kgo.Client
	written Written
	mu      sync.Mutex
	failed  error
}

func (w *writing) write(ctx context.Context, one Record, at time.Time) {
	// The time that a record carries is when it was handed over: pass_through carries it on.
	w.client.Produce(ctx, &kgo.Record{Topic: one.Topic, Key: one.Key, Value: one.Value, Timestamp: at}, func(record *kgo.Record, err error) {
		if err == nil {
			if w.written != nil {
				w.written(record, at)
			}
			return
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.failed == nil {
			w.failed = err
		}
	})
}

func (w *writing) end(ctx context.Context) error {
	if err := w.client.Flush(ctx); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.failed
}
