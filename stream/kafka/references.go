package kafka

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/stream"
)

// referenceReader reads the reference topics of a stage, all partitions, each from the offset that the store reflects.
type referenceReader struct {
	client   *kgo.Client
	position map[topicPartition]int64
	batches  chan []*kgo.Record
	pending  []*kgo.Record // received, not yet applied
}

type topicPartition struct {
	topic     string
	partition int32
}

// openReferences reads the copy up to the topics' ends as of now, so that tasks begin with what is known, and then hands
// on what comes in batches.
func (s *session) openReferences(ctx context.Context) error {
	topics := s.program.Stage().References()
	if len(topics) == 0 {
		return nil
	}
	ends, err := s.admin.ListEndOffsets(ctx, topics...)
	if err != nil {
		return fmt.Errorf("ends of reference topics: %w", err)
	}
	reader := &referenceReader{position: map[topicPartition]int64{}, batches: make(chan []*kgo.Record, 4)}
	from := map[string]map[int32]kgo.Offset{}
	for _, topic := range topics {
		from[topic] = map[int32]kgo.Offset{}
		if len(ends[topic]) == 0 {
			return fmt.Errorf("reference topic %s does not exist: run `waybill topics apply`", topic)
		}
		for partition, end := range ends[topic] {
			if end.Err != nil {
				return fmt.Errorf("end of %s partition %d: %w", topic, partition, end.Err)
			}
			next, err := s.references.Next(topic, partition)
			if err != nil {
				return err
			}
			from[topic][partition] = kgo.NewOffset().At(next)
			reader.position[topicPartition{topic, partition}] = next
		}
	}
	// Reading from an offset that compaction or retention removed begins at the next one that is there.
	reader.client, err = kgo.NewClient(s.options.consumer(kgo.ConsumePartitions(from), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))...)
	if err != nil {
		return err
	}
	s.reader = reader
	behind := func() bool {
		for topic, partitions := range ends {
			for partition, end := range partitions {
				if reader.position[topicPartition{topic, partition}] < end.Offset {
					return true
				}
			}
		}
		return false
	}
	for behind() {
		fetches := reader.client.PollRecords(ctx, s.options.EpochRecords)
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := fetches.Err(); err != nil {
			return fmt.Errorf("reading reference data: %w", err)
		}
		if err := s.applyReferences(ctx, fetches.Records()); err != nil {
			return err
		}
	}
	s.background.Go(func() { s.followReferences(ctx) })
	return nil
}

// followReferences hands on what comes, until the session ends. A fetch error is logged; the client retries.
func (s *session) followReferences(ctx context.Context) {
	for {
		fetches := s.reader.client.PollRecords(ctx, s.options.EpochRecords)
		if ctx.Err() != nil || fetches.IsClientClosed() {
			return
		}
		fetches.EachError(func(topic string, partition int32, err error) {
			s.log.Warn("reading reference data", "topic", topic, "partition", partition, "error", err)
		})
		records := fetches.Records()
		if len(records) == 0 {
			continue
		}
		select {
		case s.reader.batches <- records:
			s.poke()
		case <-ctx.Done():
			return
		}
	}
}

// applyReferences takes records into the copy and tells the tasks.
func (s *session) applyReferences(ctx context.Context, records []*kgo.Record) error {
	var batch []stream.Record
	for _, record := range records {
		if !record.Attrs.IsControl() {
			batch = append(batch, recordOf(record))
		}
	}
	if len(batch) > 0 {
		arrivals, skipped, err := s.references.Apply(ctx, batch)
		if err != nil {
			return err
		}
		for _, err := range skipped {
			s.log.Error("reference row passed over", "error", err)
		}
		for _, task := range s.tasks {
			if task.task != nil {
				task.task.Arrive(arrivals)
			}
		}
	}
	for _, record := range records {
		s.reader.position[topicPartition{record.Topic, record.Partition}] = record.Offset + 1
	}
	return nil
}

func recordOf(record *kgo.Record) stream.Record {
	taken := stream.Record{
		Topic: record.Topic, Partition: record.Partition, Offset: record.Offset,
		Key: record.Key, Value: record.Value, Timestamp: record.Timestamp,
	}
	for _, header := range record.Headers {
		taken.Headers = append(taken.Headers, stream.Header{Key: header.Key, Value: header.Value})
	}
	return taken
}
