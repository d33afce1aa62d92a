package inspect

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/stream"
)

// Selection says what to read.
type Selection struct {
	Topics     []string
	Partitions Partitions
	From       int64 // offset to begin at; what is no longer kept is passed over
	FromEnd    bool  // only what comes from now on
	Progress   func(read, total int64)
}

// Partitions chooses partitions of a topic that has so many; nil stands for all of them.
type Partitions func(topic string, partition, of int32) bool

// OnlyPartition chooses one.
func OnlyPartition(wanted int32) Partitions {
	return func(_ string, partition, _ int32) bool { return partition == wanted }
}

// OfKey chooses the one in which a stage puts the records of a key.
func OfKey(key string) Partitions {
	return func(_ string, partition, of int32) bool { return partition == stream.PartitionOf([]byte(key), of) }
}

// Reader reads what topics hold, again and again: each Read gives what has come since the last one.
type Reader struct {
	client    *kgo.Client
	admin     *kadm.Client
	selection Selection
	start     map[string]map[int32]int64
	next      map[string]map[int32]int64
}

// NewReader finds where the selected partitions begin, or end. Close it.
func NewReader(ctx context.Context, client []kgo.Opt, selection Selection) (*Reader, error) {
	plain, err := kgo.NewClient(client...)
	if err != nil {
		return nil, err
	}
	r := &Reader{admin: kadm.NewClient(plain), selection: selection, start: map[string]map[int32]int64{}, next: map[string]map[int32]int64{}}
	from, err := r.begin(ctx)
	if err == nil {
		// What is fetched and not taken yet waits in memory, a broker's worth each, unpacked and many times as large.
		r.client, err = kgo.NewClient(append(slices.Clone(client),
			kgo.ConsumePartitions(from), kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.KeepControlRecords(), kgo.FetchMaxPartitionBytes(1<<20), kgo.FetchMaxBytes(4<<20))...)
	}
	if err != nil {
		r.admin.Close()
		return nil, err
	}
	return r, nil
}

func (r *Reader) begin(ctx context.Context) (map[string]map[int32]kgo.Offset, error) {
	list := r.admin.ListStartOffsets
	if r.selection.FromEnd {
		list = r.admin.ListCommittedOffsets
	}
	offsets, err := list(ctx, r.selection.Topics...)
	if err == nil {
		err = offsets.Error()
	}
	if errors.Is(err, kerr.UnknownTopicOrPartition) {
		return nil, fmt.Errorf("not all of %s are on the cluster: run `waybill topics apply`", strings.Join(r.selection.Topics, ", "))
	}
	if err != nil {
		return nil, fmt.Errorf("offsets of %s: %w", strings.Join(r.selection.Topics, ", "), err)
	}
	from := map[string]map[int32]kgo.Offset{}
	for topic, partitions := range offsets {
		from[topic], r.start[topic], r.next[topic] = map[int32]kgo.Offset{}, map[int32]int64{}, map[int32]int64{}
		for partition, offset := range partitions {
			if r.selection.Partitions != nil && !r.selection.Partitions(topic, partition, int32(len(partitions))) {
				continue
			}
			start := max(offset.Offset, r.selection.From)
			from[topic][partition] = kgo.NewOffset().At(start)
			r.start[topic][partition], r.next[topic][partition] = start, start
		}
		if len(from[topic]) == 0 {
			return nil, fmt.Errorf("%s has no such partition: it has %d", topic, len(partitions))
		}
	}
	return from, nil
}

// Close ends the connections.
func (r *Reader) Close() {
	r.client.Close()
	r.admin.Close()
}

// Each gives the committed records since the last call, up to the topics' ends as of now and a little beyond where more
// came meanwhile: a partition's in order, partitions as they come. An error of take ends it.
func (r *Reader) Each(ctx context.Context, take func(*kgo.Record) error) error {
	ends, err := r.admin.ListCommittedOffsets(ctx, r.selection.Topics...)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		return fmt.Errorf("ends of %s: %w", strings.Join(r.selection.Topics, ", "), err)
	}
	for r.behind(ends) {
		if err := r.poll(ctx, take); err != nil {
			return err
		}
	}
	return nil
}

// Follow gives records as they come, until ctx ends.
func (r *Reader) Follow(ctx context.Context, take func(*kgo.Record) error) error {
	for {
		if err := r.poll(ctx, take); err != nil {
			return err
		}
	}
}

// Read gives what Each gives, sorted by topic in the order of the selection, partition and offset.
func (r *Reader) Read(ctx context.Context) ([]*kgo.Record, error) {
	var records []*kgo.Record
	err := r.Each(ctx, func(record *kgo.Record) error {
		records = append(records, record)
		return nil
	})
	at := map[string]int{}
	for i, topic := range r.selection.Topics {
		at[topic] = i
	}
	slices.SortStableFunc(records, func(a, b *kgo.Record) int {
		if a.Topic != b.Topic {
			return at[a.Topic] - at[b.Topic]
		}
		return int(a.Partition) - int(b.Partition) // offsets of a partition come in order
	})
	return records, err
}

func (r *Reader) poll(ctx context.Context, take func(*kgo.Record) error) error {
	fetches := r.client.PollFetches(ctx)
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, failed := range fetches.Errors() {
		return fmt.Errorf("reading %s partition %d: %w", failed.Topic, failed.Partition, failed.Err)
	}
	var err error
	fetches.EachRecord(func(record *kgo.Record) {
		if err != nil {
			return
		}
		if r.next[record.Topic][record.Partition] = record.Offset + 1; !record.Attrs.IsControl() {
			err = take(record)
		}
	})
	return err
}

func (r *Reader) behind(ends kadm.ListedOffsets) bool {
	var read, total int64
	behind := false
	for topic, partitions := range r.next {
		for partition, next := range partitions {
			end, ok := ends.Lookup(topic, partition)
			if !ok {
				continue
			}
			behind = behind || next < end.Offset
			read, total = read+next-r.start[topic][partition], total+max(end.Offset, next)-r.start[topic][partition]
		}
	}
	if r.selection.Progress != nil {
		r.selection.Progress(read, total)
	}
	return behind
}
