package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/stream"
)

// producedEpoch is what an epoch writes, with where it went. The promises of the producer fill it in, from one goroutine;
// it is complete when the transaction has ended.
type producedEpoch struct {
	tasks  []written
	mu     sync.Mutex
	failed error
}

// gather encodes what the tasks want written; a task that wants nothing may have counted records.
func (s *session) gather() (*producedEpoch, error) {
	tasks := s.sortedTasks()
	epoch := &producedEpoch{tasks: make([]written, len(tasks))}
	return epoch, beside(tasks, func(i int, task *stream.Task) error {
		ready, err := task.Ready()
		epoch.tasks[i] = written{task: task, ready: ready}
		return err
	})
}

// send hands what a task wants written to the producer.
func (s *session) send(epoch *producedEpoch, w *written) {
	ctx := context.Background()
	written := func(record *kgo.Record, err error) {
		if err != nil {
			epoch.refuse(record, err)
		}
	}
	records := make([]kgo.Record, len(w.ready.Records)+len(w.ready.Changelog))
	next := func() *kgo.Record {
		record := &records[0]
		records = records[1:]
		return record
	}
	for i := range w.ready.Records {
		record, out := next(), &w.ready.Records[i]
		*record = kgo.Record{Topic: out.Topic, Partition: out.Partition, Key: out.Key, Value: out.Value, Timestamp: out.Time}
		for _, header := range out.Headers {
			record.Headers = append(record.Headers, kgo.RecordHeader{Key: header.Key, Value: header.Value})
		}
		s.group.Produce(ctx, record, written)
	}
	kept := func(record *kgo.Record, err error) {
		if err != nil {
			epoch.refuse(record, err)
			return
		}
		epoch.mu.Lock()
		w.next = max(w.next, record.Offset+1)
		epoch.mu.Unlock()
	}
	changelog := s.program.Stage().Changelog()
	for _, entry := range w.ready.Changelog {
		record := next()
		*record = kgo.Record{Topic: changelog, Partition: w.task.Partition(), Key: entry.Key, Value: entry.Value}
		s.group.Produce(ctx, record, kept)
	}
}

// refuse notes the first record that the broker did not take, and why.
func (epoch *producedEpoch) refuse(record *kgo.Record, err error) {
	epoch.mu.Lock()
	defer epoch.mu.Unlock()
	if epoch.failed == nil {
		epoch.failed = explained(record, err)
	}
}

// explained says what to do about an error that does not pass by itself.
func explained(record *kgo.Record, err error) error {
	if errors.Is(err, kerr.MessageTooLarge) {
		return fmt.Errorf("writing %d bytes to %s: %w: its max.message.bytes is below the catalogue's: run `waybill topics apply`",
			len(record.Key)+len(record.Value), record.Topic, err)
	}
	return fmt.Errorf("writing to %s: %w", record.Topic, err)
}

// loggedLetters bounds how many dead letters of an epoch are logged one by one.
const loggedLetters = 20

// count shows what became of records, once the epoch is committed.
func (s *session) count(ready stream.Ready) {
	metrics, stage := s.options.Metrics, s.program.Stage().Name
	for outcome, n := range ready.Counts {
		metrics.records.WithLabelValues(stage, outcome.Topic, outcome.Outcome).Add(float64(n))
	}
	letters := 0
	for _, out := range ready.Records {
		if out.Topic != stream.DeadLetters {
			continue
		}
		said := map[string]string{}
		for _, header := range out.Headers {
			said[header.Key] = string(header.Value)
		}
		topic, class := said["waybill.original.topic"], said["waybill.error.class"]
		metrics.deadLetters.WithLabelValues(stage, topic, class).Inc()
		if letters++; letters <= loggedLetters {
			s.log.Warn("dead-lettered", "topic", topic, "partition", said["waybill.original.partition"], "offset", said["waybill.original.offset"],
				"key", string(out.Key), "class", class, "field", said["waybill.error.field"])
		}
	}
	if letters > loggedLetters {
		s.log.Warn("dead-lettered more", "records", letters-loggedLetters)
	}
}
