package inspect

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/schemas"
)

func isUnavailable(err error) bool { return errors.Is(err, schemas.ErrRegistryUnavailable) }

// Reader reads what topics hold, from their start, again and again: each Read gives what has come since the last one.
type Reader struct {
	client *kgo.Client
	admin  *kadm.Client
	topics []string
	next   map[string]map[int32]int64
	held   map[string]map[int32][]*kgo.Record // read beyond the ends that were asked for
}

// NewReader reads the topics, all partitions, or only one when partition is not negative. Close it.
func NewReader(client []kgo.Opt, partition int32, topics ...string) (*Reader, error) {
	r := &Reader{topics: topics, next: map[string]map[int32]int64{}, held: map[string]map[int32][]*kgo.Record{}}
	plain, err := kgo.NewClient(client...)
	if err != nil {
		return nil, err
	}
	r.admin = kadm.NewClient(plain)
	starts, err := r.admin.ListStartOffsets(context.Background(), topics...)
	if err == nil {
		err = starts.Error()
	}
	if err != nil {
		r.admin.Close()
		return nil, fmt.Errorf("start of %v: %w", topics, err)
	}
	from := map[string]map[int32]kgo.Offset{}
	starts.Each(func(start kadm.ListedOffset) {
		if partition >= 0 && start.Partition != partition {
			return
		}
		if from[start.Topic] == nil {
			from[start.Topic], r.next[start.Topic], r.held[start.Topic] = map[int32]kgo.Offset{}, map[int32]int64{}, map[int32][]*kgo.Record{}
		}
		from[start.Topic][start.Partition] = kgo.NewOffset().At(start.Offset)
		r.next[start.Topic][start.Partition] = start.Offset
	})
	r.client, err = kgo.NewClient(append(append([]kgo.Opt{}, client...),
		kgo.ConsumePartitions(from), kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.KeepControlRecords())...)
	if err != nil {
		r.admin.Close()
		return nil, err
	}
	return r, nil
}

// Close ends the connections.
func (r *Reader) Close() {
	r.client.Close()
	r.admin.Close()
}

// Read gives the committed records between the last Read and the topics' ends as of now, sorted by topic in the order of
// NewReader, partition and offset.
func (r *Reader) Read(ctx context.Context) ([]*kgo.Record, error) {
	ends, err := r.admin.ListCommittedOffsets(ctx, r.topics...)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		return nil, fmt.Errorf("end of %v: %w", r.topics, err)
	}
	for r.behind(ends) {
		fetches := r.client.PollFetches(ctx)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := fetches.Err(); err != nil {
			return nil, err
		}
		fetches.EachRecord(func(record *kgo.Record) {
			r.next[record.Topic][record.Partition] = record.Offset + 1
			if !record.Attrs.IsControl() {
				r.held[record.Topic][record.Partition] = append(r.held[record.Topic][record.Partition], record)
			}
		})
	}
	var records []*kgo.Record
	for _, topic := range r.topics {
		var partitions []int32
		for partition := range r.held[topic] {
			partitions = append(partitions, partition)
		}
		slices.Sort(partitions)
		for _, partition := range partitions {
			end, _ := ends.Lookup(topic, partition)
			held := r.held[topic][partition]
			upTo := 0
			for upTo < len(held) && held[upTo].Offset < end.Offset {
				upTo++
			}
			records = append(records, held[:upTo]...)
			r.held[topic][partition] = held[upTo:]
		}
	}
	return records, nil
}

func (r *Reader) behind(ends kadm.ListedOffsets) bool {
	for topic, partitions := range r.next {
		for partition, next := range partitions {
			if end, ok := ends.Lookup(topic, partition); ok && next < end.Offset {
				return true
			}
		}
	}
	return false
}
