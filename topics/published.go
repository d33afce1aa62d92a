package topics

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/schemas"
)

// publishedWait bounds how long the end of o2c.repairs is waited for.
const publishedWait = 30 * time.Second

// planRepairs compares the catalogue's repairs with what o2c.repairs holds.
func (p *planning) planRepairs(ctx context.Context, catalogue Catalogue) error {
	published := map[string][]byte{}
	if p.exists(Repairs.Name()) {
		var err error
		if published, err = readLatest(ctx, p.client, p.admin, Repairs.Name()); err != nil {
			return fmt.Errorf("read the published repairs: %w", err)
		}
	}
	codec := schemas.NewCodec[schemas.Repair](p.registry, Repairs.Name())
	wanted := map[string]bool{}
	for _, repair := range catalogue.Repairs() {
		key := RepairKey(repair.Topic, repair.Writer)
		wanted[key] = true
		same, err := holds(ctx, codec, published[key], repair)
		if err != nil {
			return fmt.Errorf("read the published repair %s: %w", key, err)
		}
		if !same {
			p.add(Change{Action: PublishRepair, Target: key, To: repair.RepairID + ": " + repair.Why, repair: &repair})
		}
	}
	for _, key := range sortedKeys(published) {
		if !wanted[key] {
			p.add(Change{Action: DeleteRepair, Target: key, To: "no longer in the catalogue"})
		}
	}
	return nil
}

// holds says whether a published value is the repair. One that cannot be read is not.
func holds(ctx context.Context, codec *schemas.Codec[schemas.Repair], value []byte, repair schemas.Repair) (bool, error) {
	if value == nil {
		return false, nil
	}
	published, err := codec.Decode(ctx, value)
	var unreadable *schemas.DecodeError
	if errors.As(err, &unreadable) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	there, err := json.Marshal(published)
	if err != nil {
		return false, err
	}
	here, err := json.Marshal(repair)
	return string(there) == string(here), err
}

// readLatest reads a small compacted topic to its end: the latest value of each key, deleted ones left out.
func readLatest(ctx context.Context, client *kgo.Client, admin *kadm.Client, topic string) (map[string][]byte, error) {
	starts, ends, err := bounds(ctx, admin, topic)
	if err != nil {
		return nil, err
	}
	from, remaining := map[int32]kgo.Offset{}, map[int32]int64{}
	for partition, end := range ends[topic] {
		if start := starts[topic][partition].Offset; start < end.Offset {
			from[partition], remaining[partition] = kgo.NewOffset().At(start), end.Offset
		}
	}
	latest := map[string][]byte{}
	if len(remaining) == 0 {
		return latest, nil
	}
	options := append(client.Opts(), kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: from}),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.KeepControlRecords())
	reader, err := kgo.NewClient(options...)
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	ctx, cancel := context.WithTimeout(ctx, publishedWait)
	defer cancel()
	for len(remaining) > 0 {
		fetches := reader.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			return nil, fmt.Errorf("%d partitions of %s not read to their end: %w", len(remaining), topic, err)
		}
		fetches.EachRecord(func(record *kgo.Record) { take(latest, remaining, record) })
	}
	return latest, nil
}

// bounds are the offsets that a read_committed reader begins and ends with.
func bounds(ctx context.Context, admin *kadm.Client, topic string) (starts, ends kadm.ListedOffsets, err error) {
	if starts, err = admin.ListStartOffsets(uncached(ctx), topic); err == nil {
		err = starts.Error()
	}
	if err != nil {
		return nil, nil, err
	}
	if ends, err = admin.ListCommittedOffsets(uncached(ctx), topic); err == nil {
		err = ends.Error()
	}
	return starts, ends, err
}

// take adds a record to what is known and strikes its partition off when it was the last one. The last offset of a log is
// always there: compaction leaves the segment that is written to alone, and control records are kept in the poll.
func take(latest map[string][]byte, remaining map[int32]int64, record *kgo.Record) {
	if record.Offset >= remaining[record.Partition]-1 {
		delete(remaining, record.Partition)
	}
	switch {
	case record.Attrs.IsControl():
	case record.Value == nil:
		delete(latest, string(record.Key))
	default:
		latest[string(record.Key)] = record.Value
	}
}
