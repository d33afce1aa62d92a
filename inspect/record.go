// Package inspect reads topics for people: what `waybill tail`, `order show` and `exceptions` print. It only reads, and as
// a consumer that sees no open or aborted transaction.
package inspect

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/schemas"
	"waybill/topics"
)

// Record is a record as people see it: one line of `waybill tail`.
type Record struct {
	Topic     string            `json:"topic"`
	Partition int32             `json:"partition"`
	Offset    int64             `json:"offset"`
	Key       *string           `json:"key"` // null: it has none
	Time      time.Time         `json:"time"`
	Headers   map[string]string `json:"headers,omitempty"`
	Value     json.RawMessage   `json:"value"`         // null: a tombstone, or bytes that are in raw
	Raw       []byte            `json:"raw,omitempty"` // base64: a dead letter's bytes, or what cannot be read
	Problem   string            `json:"problem,omitempty"`
}

// RecordOf shows a record by its writer's schema. What cannot be read is shown as raw bytes, with the reason. Only a
// registry that is away is an error.
func RecordOf(ctx context.Context, registry schemas.Registry, polled *kgo.Record) (Record, error) {
	record := Record{
		Topic: polled.Topic, Partition: polled.Partition, Offset: polled.Offset, Time: polled.Timestamp.UTC(), Value: json.RawMessage("null"),
	}
	if polled.Key != nil {
		key := string(polled.Key)
		record.Key = &key
	}
	if len(polled.Headers) > 0 {
		record.Headers = map[string]string{}
	}
	for _, header := range polled.Headers {
		record.Headers[header.Key] = string(header.Value)
	}
	if polled.Value == nil {
		return record, nil
	}
	if polled.Topic == topics.DeadLetters {
		record.Raw = polled.Value
		return record, nil
	}
	value, err := schemas.JSON(ctx, registry, polled.Value)
	switch {
	case err == nil:
		record.Value = value
	case errors.Is(err, schemas.ErrRegistryUnavailable):
		return record, err
	default:
		record.Raw, record.Problem = polled.Value, err.Error()
	}
	return record, nil
}
