// Package cluster is the broker and the registry that a benchmark runs on, and the topics and groups on them.
package cluster

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/deploy/kafka"
	"waybill/processors"
	"waybill/schemas"
	"waybill/stream"
	"waybill/topics"
)

// Cluster is one broker and a registry, started by the scripts of deploy/kafka.
type Cluster struct {
	Brokers   string
	Registry  string // URL
	Schemas   *schemas.RegistryClient
	Admin     *kadm.Client
	Catalogue topics.Catalogue
	Stages    []*stream.Stage // intake and fulfilment
	Folder    string          // of the catalogue; empty when it is the built-in one

	client  *kgo.Client
	scripts kafka.Scripts
}

// Options of a cluster.
type Options struct {
	Folder     string // where data, logs and the catalogue go
	Port       int    // the first of three
	Partitions int32  // of every topic; the catalogue's own when 0
}

// Start starts both and waits until they answer. What it returns is to be stopped even when it failed.
func Start(ctx context.Context, o Options) (*Cluster, error) {
	c := &Cluster{scripts: kafka.Scripts{Folder: filepath.Join(o.Folder, "kafka"), Brokers: 1, Port: o.Port, Registry: o.Port + 2}}
	var err error
	if c.Brokers, c.Registry, err = c.scripts.Start(ctx); err != nil {
		return c, err
	}
	if c.client, err = c.NewClient(); err != nil {
		return c, err
	}
	c.Admin = kadm.NewClient(c.client)
	if c.Schemas, err = schemas.NewRegistryClient(schemas.RegistryOptions{URLs: []string{c.Registry}}); err != nil {
		return c, err
	}
	return c, c.Partition(o.Folder, o.Partitions)
}

// Partition sets how many partitions topics have that are made from now on.
func (c *Cluster) Partition(folder string, partitions int32) error {
	c.Folder, c.Catalogue = "", topics.Default()
	if one, _ := c.Catalogue.Topic(topics.Orders.Name()); partitions != 0 && partitions != one.Partitions {
		c.Folder = filepath.Join(folder, fmt.Sprintf("catalogue-%d", partitions))
		var err error
		if c.Catalogue, err = partitioned(c.Folder, partitions); err != nil {
			return err
		}
	}
	c.Stages = nil
	for _, stage := range processors.Stages(c.Catalogue) {
		if stage.Name == "intake" || stage.Name == "fulfilment" {
			c.Stages = append(c.Stages, stage)
		}
	}
	return nil
}

// Stop ends both and drops their data.
func (c *Cluster) Stop() error {
	if c.client != nil {
		c.client.Close()
	}
	return c.scripts.Stop()
}

// NewClient connects to the broker.
func (c *Cluster) NewClient(more ...kgo.Opt) (*kgo.Client, error) {
	return kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(strings.Split(c.Brokers, ",")...)}, more...)...)
}

// Producer writes as source systems do: acknowledged, by Kafka's own partitioner.
func (c *Cluster) Producer() (*kgo.Client, error) {
	return c.NewClient(kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)), kgo.ProducerBatchCompression(kgo.Lz4Compression()),
		kgo.ProducerBatchMaxBytes(4<<20), kgo.MaxBufferedRecords(1<<17))
}

// Reader reads topics from an offset on, as any reader that wants only what is committed.
func (c *Cluster) Reader(from kgo.Offset, names ...string) (*kgo.Client, error) {
	return c.NewClient(kgo.ConsumeTopics(names...), kgo.ConsumeStartOffset(from), kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.KeepControlRecords(),
		kgo.FetchMaxWait(20*time.Millisecond), kgo.FetchMaxPartitionBytes(4<<20))
}

// ReadAll hands over every committed record that is there now.
func (c *Cluster) ReadAll(ctx context.Context, take func(*kgo.Record) error, names ...string) error {
	ends, err := c.Admin.ListCommittedOffsets(ctx, names...)
	if err = errors.Join(err, ends.Error()); err != nil {
		return err
	}
	left := map[string]map[int32]int64{}
	missing := 0
	ends.Each(func(end kadm.ListedOffset) {
		if end.Offset > 0 {
			if left[end.Topic] == nil {
				left[end.Topic] = map[int32]int64{}
			}
			left[end.Topic][end.Partition] = end.Offset
			missing++
		}
	})
	reader, err := c.Reader(kgo.NewOffset().AtStart(), names...)
	if err != nil {
		return err
	}
	defer reader.Close()
	for missing > 0 {
		fetches := reader.PollFetches(ctx)
		if err := errors.Join(ctx.Err(), fetches.Err()); err != nil {
			return err
		}
		var failed error
		fetches.EachPartition(func(part kgo.FetchTopicPartition) {
			end, open := left[part.Topic][part.Partition]
			for _, record := range part.Records {
				if open && record.Offset >= end-1 {
					delete(left[part.Topic], part.Partition)
					missing, open = missing-1, false
				}
				if !record.Attrs.IsControl() && failed == nil {
					failed = take(record)
				}
			}
		})
		if failed != nil {
			return failed
		}
	}
	return nil
}
