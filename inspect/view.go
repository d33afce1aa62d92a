package inspect

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/schemas"
	"waybill/topics"
)

// View is where to read: a cluster, the registry of its schemas, and the catalogue of its topics.
type View struct {
	Client    []kgo.Opt
	Registry  schemas.Registry
	Catalogue topics.Catalogue
	Progress  func(read, total int64) // told now and then during long reading; nil
	Unmasked  bool                    // personal data is shown
}

// each streams the selected records up to the topics' ends as of now.
func (v View) each(ctx context.Context, partitions Partitions, take func(*kgo.Record) error, names ...string) error {
	reader, err := NewReader(ctx, v.Client, Selection{Topics: names, Partitions: partitions, Progress: v.Progress})
	if err != nil {
		return err
	}
	defer reader.Close()
	return reader.Each(ctx, take)
}

// decodeAt names the record that a value could not be read from.
func decodeAt[T any](ctx context.Context, codec *schemas.Codec[T], record *kgo.Record) (*T, error) {
	value, err := codec.Decode(ctx, record.Value)
	if err != nil {
		return nil, fmt.Errorf("%s partition %d offset %d: %w", record.Topic, record.Partition, record.Offset, err)
	}
	return value, nil
}

// latest reads the newest value of each key of a compacted topic; deleted keys are left out. Only the values that are kept
// are decoded.
func latest[T any](ctx context.Context, v View, topic topics.Topic[T], partitions Partitions) (map[string]*T, error) {
	newest := map[string]*kgo.Record{}
	err := v.each(ctx, partitions, func(record *kgo.Record) error {
		if record.Value == nil {
			delete(newest, string(record.Key))
		} else {
			newest[string(record.Key)] = record
		}
		return nil
	}, topic.Name())
	if err != nil {
		return nil, err
	}
	codec := schemas.NewCodec[T](v.Registry, topic.Name())
	values := make(map[string]*T, len(newest))
	for key, record := range newest {
		if values[key], err = decodeAt(ctx, codec, record); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// Event shows the record that a piece of evidence names; false when it is no longer kept.
func (v View) Event(ctx context.Context, evidence schemas.Evidence) (shown Record, kept bool, err error) {
	reader, err := NewReader(ctx, v.Client, Selection{
		Topics: []string{evidence.Topic}, Partitions: OnlyPartition(evidence.Partition), From: evidence.Offset,
	})
	if err != nil {
		return Record{}, false, err
	}
	defer reader.Close()
	found := errors.New("found")
	err = reader.Each(ctx, func(polled *kgo.Record) error {
		if kept = polled.Offset == evidence.Offset; kept {
			if shown, err = v.Show(ctx, polled); err != nil {
				return err
			}
		}
		return found // it, or the one after it
	})
	if errors.Is(err, found) {
		err = nil
	}
	return shown, kept && err == nil, err
}

// Show makes a record as people may see it.
func (v View) Show(ctx context.Context, polled *kgo.Record) (Record, error) {
	record, err := RecordOf(ctx, v.Registry, polled)
	if err == nil && !v.Unmasked {
		record = Masked(v.Catalogue, record)
	}
	return record, err
}

// oneOf tells whether a value is among those that are wanted; without any, all are.
func oneOf[V comparable](wanted []V, value V) bool {
	return len(wanted) == 0 || slices.Contains(wanted, value)
}

// Values streams the values that a topic has, as of now: a key's in the order of its records. What is deleted is left out.
// Nothing is kept, so a topic of any size will do.
func Values[T any](ctx context.Context, v View, topic topics.Topic[T], take func(*T) error) error {
	codec := schemas.NewCodec[T](v.Registry, topic.Name())
	return v.each(ctx, nil, func(record *kgo.Record) error {
		if record.Value == nil {
			return nil
		}
		value, err := decodeAt(ctx, codec, record)
		if err != nil {
			return err
		}
		return take(value)
	}, topic.Name())
}
