package kafka

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/stream"
)

// restore brings the store's rows of a task to the end of its changelog, and returns the group's offsets. It reads on from the offset that the store
// reflects; only a store that cannot be read on from begins anew.
//
// Which end? The predecessor's last transaction may be open, or committed with its markers not yet written. Once the
// group's stable offsets can be read, no transaction that moved them is undecided; everything that such a transaction
// wrote to the changelog lies below the changelog's end as of then. So the end is taken after that, and restore waits, as
// a read_committed reader does, until every transaction below it is decided.
func (s *session) restore(ctx context.Context, partition int32) (committed kadm.OffsetResponses, err error) {
	topic := s.program.Stage().Changelog()
	committed, err = s.stableOffsets(ctx)
	if err != nil {
		return nil, err
	}
	starts, err := s.admin.ListStartOffsets(ctx, topic)
	if err != nil {
		return nil, fmt.Errorf("start of %s: %w", topic, err)
	}
	start, ok := starts.Lookup(topic, partition)
	if !ok || start.Err != nil {
		return nil, fmt.Errorf("start of %s partition %d: %w", topic, partition, errors.Join(start.Err))
	}
	ends, err := s.admin.ListEndOffsets(ctx, topic)
	if err != nil {
		return nil, fmt.Errorf("end of %s: %w", topic, err)
	}
	end, ok := ends.Lookup(topic, partition)
	if !ok || end.Err != nil {
		return nil, fmt.Errorf("end of %s partition %d: %w", topic, partition, errors.Join(end.Err))
	}
	next, why, err := stream.ReadOn(s.store, partition, start.Offset, end.Offset, time.Now(), s.options.TombstoneRetention)
	if err != nil {
		return nil, err
	}
	if why != "" {
		s.log.Warn("rebuilding a task's state from the changelog", "partition", partition, "why", why)
	}
	if next < end.Offset {
		if err := s.readChangelog(ctx, partition, next, end.Offset); err != nil {
			return nil, err
		}
	}
	return committed, s.checkOffsets(partition, committed)
}

// checkOffsets finds state without an offset to go on from: a group that nobody is in forgets its offsets after a while
// (offsets.retention.minutes, a week by default), and an input that is taken from its start counts twice.
func (s *session) checkOffsets(partition int32, committed kadm.OffsetResponses) error {
	stage := s.program.Stage()
	for _, topic := range stage.Inputs() {
		if offset, ok := committed.Lookup(topic, partition); ok && offset.At >= 0 {
			return nil
		}
	}
	holds, err := stream.Holds(s.store, partition)
	if err == nil && holds {
		err = fmt.Errorf("group %s has no offset of an input of task %d, which has state: the offsets expired, or were deleted. "+
			"Set them to what was taken last (`kafka-consumer-groups.sh --reset-offsets`); to begin anew, delete the topic %s",
			stage.Group(), partition, stage.Changelog())
	}
	return err
}

// stableOffsets reads the group's offsets when no undecided transaction holds any of them.
func (s *session) stableOffsets(ctx context.Context) (kadm.OffsetResponses, error) {
	group := s.program.Stage().Group()
	for {
		offsets, err := s.admin.FetchOffsets(kadm.RequireStable(ctx), group)
		if err == nil {
			err = offsets.Error()
		}
		if err == nil {
			return offsets, nil
		}
		if !errors.Is(err, kerr.UnstableOffsetCommit) {
			return nil, fmt.Errorf("stable offsets of group %s: %w", group, err)
		}
		if !pause(ctx, 100*time.Millisecond) {
			return nil, ctx.Err()
		}
	}
}

func (s *session) readChangelog(ctx context.Context, partition int32, next, end int64) error {
	topic := s.program.Stage().Changelog()
	client, err := kgo.NewClient(s.options.consumer(kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{
		topic: {partition: kgo.NewOffset().At(next)},
	}))...)
	if err != nil {
		return err
	}
	defer client.Close()
	began := time.Now()
	for total := 0; next < end; {
		s.restoring(partition, end-next)
		fetches := client.PollRecords(ctx, s.options.EpochRecords)
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := fetches.Err(); err != nil {
			return fmt.Errorf("restoring from %s partition %d offset %d: %w", topic, partition, next, err)
		}
		var entries []stream.Entry
		bytes := 0
		fetches.EachRecord(func(record *kgo.Record) {
			next = record.Offset + 1
			if !record.Attrs.IsControl() {
				entries = append(entries, stream.Entry{Key: record.Key, Value: record.Value})
				bytes += len(record.Key) + len(record.Value)
			}
		})
		if err := stream.Restore(s.store, s.program.Layout(), partition, entries, next, end, began); err != nil {
			return err
		}
		total += len(entries)
		s.progressed(len(entries), bytes)
		s.options.Metrics.restored.WithLabelValues(s.program.Stage().Name).Add(float64(len(entries)))
		if next >= end {
			s.log.Info("task restored", "partition", partition, "records", total, "seconds", time.Since(began).Seconds())
		}
	}
	s.restoring(partition, 0)
	return nil
}

// progressEvery is how often a stage that restores says how far it is.
const progressEvery = 3 * time.Second

// progress is how far a stage has come with the tasks that it restores side by side, from the first one's begin to the
// last one's end.
type progress struct {
	began, said time.Time
	records     int
	bytes       int
}

// took adds a batch; true when it is time to say so again.
func (p *progress) took(now time.Time, records, bytes int) (say bool) {
	p.records, p.bytes = p.records+records, p.bytes+bytes
	if now.Sub(p.said) < progressEvery {
		return false
	}
	p.said = now
	return true
}

// line is what there is to say: how much, how fast on the average, and how much is left, in changelog offsets.
func (p *progress) line(now time.Time, left int64) []any {
	seconds := now.Sub(p.began).Seconds()
	return []any{
		"records", p.records, "left", left, "records_per_second", int(float64(p.records) / seconds),
		"megabytes", p.bytes / 1e6, "megabytes_per_second", fmt.Sprintf("%.1f", float64(p.bytes)/1e6/seconds),
	}
}

func (s *session) progressed(records, bytes int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := time.Now(); s.progress.took(now, records, bytes) {
		s.log.Info("restoring", append([]any{"tasks", len(s.toGo)}, s.progress.line(now, s.leftToRestore())...)...)
	}
}

// restoring notes how much of a task's changelog is still to read; 0: it is restored.
func (s *session) restoring(partition int32, toGo int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.toGo) == 0 {
		now := time.Now()
		s.progress = progress{began: now, said: now}
	}
	if s.toGo[partition] = toGo; toGo == 0 {
		delete(s.toGo, partition)
	}
	s.options.Metrics.toRestore.WithLabelValues(s.program.Stage().Name).Set(float64(s.leftToRestore()))
}

// leftToRestore sums toGo, under mu.
func (s *session) leftToRestore() (left int64) {
	for _, n := range s.toGo {
		left += n
	}
	return left
}
