package node

import (
	"context"
	"log/slog"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/schemas"
	"waybill/topics"
)

// follower reads an output of waybill from its start, for the metrics. Every process that runs the stage which writes it
// shows the whole, so dashboards take the maximum over processes, not the sum.
type follower struct {
	client   []kgo.Opt
	registry schemas.Registry
	log      *slog.Logger
}

// follow gives a topic's records to take until ctx ends; nil: the key is deleted.
func follow[T any](ctx context.Context, f follower, topic topics.Topic[T], take func(key string, value *T)) {
	client, err := kgo.NewClient(append(append([]kgo.Opt{}, f.client...), kgo.ConsumeTopics(topic.Name()), kgo.FetchIsolationLevel(kgo.ReadCommitted()))...)
	if err != nil {
		f.log.Error("following a topic for the metrics", "topic", topic.Name(), "error", err)
		return
	}
	defer client.Close()
	codec := schemas.NewCodec[T](f.registry, topic.Name())
	for ctx.Err() == nil {
		client.PollFetches(ctx).EachRecord(func(record *kgo.Record) {
			if record.Value == nil {
				take(string(record.Key), nil)
				return
			}
			value, err := codec.Decode(ctx, record.Value)
			if err != nil {
				f.log.Warn("record passed over by the metrics", "topic", topic.Name(), "partition", record.Partition, "offset", record.Offset, "error", err)
				return
			}
			take(string(record.Key), value)
		})
	}
}
