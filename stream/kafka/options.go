// Package kafka runs stages on Kafka: a thin binding of the kernel to franz-go. It polls, hands records to tasks, writes
// what an epoch wants written in one transaction with the offsets of its input, and restores tasks from their changelogs.
package kafka

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
)

// Options of a runner. The zero value of a duration or size takes the default beside it.
type Options struct {
	Client    []kgo.Opt // brokers, TLS, SASL
	Registry  schemas.Registry
	OpenStore func(stage string) (state.Store, error) // called at the start, and again after DropStore
	DropStore func(stage string) error                // destroys a closed store that is corrupt
	Instance  string                                  // names this process among those of the stage, the same after a restart
	Now       func() time.Time                        // the wall clock of the steps; time.Now when nil
	Log       *slog.Logger
	Metrics   *Metrics

	CommitInterval     time.Duration // how long an epoch collects records: 100 ms
	EpochRecords       int           // and how many at the most: 10,000
	TransactionTimeout time.Duration // after which the broker aborts a crashed instance's transaction: 10 s
	SessionTimeout     time.Duration // after which the group gives its tasks to others: 10 s
	StopTimeout        time.Duration // for the last epoch and the good-bye after a stop: 8 s
	CacheBytes         int           // of decoded rows, per stage: 64 MiB
	TombstoneRetention time.Duration // delete.retention.ms of changelogs: a store that is older is rebuilt; 7 days
}

// RecordBytesMax is the largest record that a runner writes: a dead letter carries an event whole.
const RecordBytesMax = 17 << 20

func (o Options) withDefaults() (Options, error) {
	var problems []error
	need := func(ok bool, what string) {
		if !ok {
			problems = append(problems, errors.New(what))
		}
	}
	need(o.Registry != nil, "no schema registry is given")
	need(o.OpenStore != nil, "no store is given")
	need(o.Instance != "", "the instance has no name")
	orDefault(&o.CommitInterval, 100*time.Millisecond)
	orDefault(&o.TransactionTimeout, 10*time.Second)
	orDefault(&o.SessionTimeout, 10*time.Second)
	orDefault(&o.StopTimeout, 8*time.Second)
	orDefault(&o.TombstoneRetention, 7*24*time.Hour)
	orDefault(&o.EpochRecords, 10_000)
	orDefault(&o.CacheBytes, 64<<20)
	need(o.CommitInterval < o.TransactionTimeout, fmt.Sprintf("an epoch of %s does not fit into a transaction of %s", o.CommitInterval, o.TransactionTimeout))
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Metrics == nil {
		o.Metrics = NewMetrics()
	}
	return o, errors.Join(problems...)
}

func orDefault[V comparable](value *V, fallback V) {
	var zero V
	if *value == zero {
		*value = fallback
	}
}

// consumer are the options of every reader: it never sees a transaction that is open or aborted. Control records are
// kept, so that a position is exact: a reader that has passed the last transaction's end has no lag.
func (o Options) consumer(more ...kgo.Opt) []kgo.Opt {
	opts := append([]kgo.Opt{}, o.Client...)
	opts = append(opts,
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.KeepControlRecords(),
		kgo.FetchMaxBytes(1<<20),           // what waits decoded for its epoch is many times that
		kgo.FetchMaxPartitionBytes(64<<10), // so that a poll brings some of every task
		// A partition that is resumed is read only when the broker has answered the fetch under way.
		kgo.FetchMaxWait(200*time.Millisecond),
		kgo.MetadataMinAge(250*time.Millisecond),
	)
	return append(opts, more...)
}

// partitioner puts a record where the kernel wants it: on its partition, or where its key belongs.
func partitioner() kgo.Partitioner {
	return kgo.BasicConsistentPartitioner(func(string) func(*kgo.Record, int) int {
		return func(record *kgo.Record, partitions int) int {
			if record.Partition >= 0 {
				return int(record.Partition)
			}
			return int(stream.PartitionOf(record.Key, int32(partitions)))
		}
	})
}

// unavailable marks a failure of the broker or the store as one to retry.
func unavailable(stage, what string, err error) error {
	if err == nil {
		return nil
	}
	return &stream.Failure{Kind: stream.Retryable, Stage: stage, Partition: -1, Err: fmt.Errorf("%s: %w", what, err)}
}
