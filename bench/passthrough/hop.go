package passthrough

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// interval is how long a transaction collects records, as long as the stages'.
const interval = 100 * time.Millisecond

// Run moves records over all hops of a profile until ctx ends: what the hidden mode of the benchmark's program does.
func Run(ctx context.Context, file, brokers, instance string) error {
	profile, err := open(file)
	if err != nil {
		return fmt.Errorf("profile of what is moved: %w", err)
	}
	failures := make([]error, len(profile.Hops))
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var running sync.WaitGroup
	for i, hop := range profile.Hops {
		running.Go(func() {
			if failures[i] = hop.run(ctx, brokers, instance); failures[i] != nil {
				cancel()
			}
		})
	}
	running.Wait()
	return errors.Join(failures...)
}

func (h Hop) run(ctx context.Context, brokers, instance string) error {
	group := "pass-through-" + h.Name
	session, err := kgo.NewGroupTransactSession(
		kgo.SeedBrokers(strings.Split(brokers, ",")...),
		kgo.ConsumerGroup(group), kgo.ConsumeTopics(h.Inputs...), kgo.ConsumeStartOffset(kgo.NewOffset().AtStart()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.TransactionalID(group+"-"+instance), kgo.TransactionTimeout(10*time.Second),
		kgo.RecordPartitioner(partitioner()), kgo.ProducerBatchCompression(kgo.Lz4Compression()), kgo.ProducerLinger(0),
		kgo.FetchMaxWait(interval), kgo.MaxBufferedRecords(1<<18),
	)
	if err != nil {
		return err
	}
	defer session.Close()
	e := &epoch{hop: h, session: session, owed: make([]float64, len(h.Outputs)), next: make([]int, len(h.Outputs))}
	for ctx.Err() == nil {
		if err := e.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", group, err)
		}
	}
	return nil
}

// epoch is one transaction after the other.
type epoch struct {
	hop     Hop
	session *kgo.GroupTransactSession
	owed    []float64 // fractions of records, by output
	next    []int     // in the samples
	failed  atomic.Pointer[error]
}

func (e *epoch) run(ctx context.Context) error {
	if err := e.session.Begin(); err != nil {
		return err
	}
	taken := 0
	for deadline := time.Now().Add(interval); time.Now().Before(deadline); {
		polling, cancel := context.WithDeadline(ctx, deadline)
		fetches := e.session.PollFetches(polling)
		cancel()
		for _, failure := range fetches.Errors() {
			if !errors.Is(failure.Err, context.DeadlineExceeded) && !errors.Is(failure.Err, context.Canceled) {
				return failure.Err
			}
		}
		fetches.EachRecord(func(record *kgo.Record) {
			e.move(record)
			taken++
		})
		if ctx.Err() != nil {
			break
		}
	}
	// The last one is ended however the program is to end.
	_, err := e.session.End(context.WithoutCancel(ctx), kgo.TransactionEndTry(e.failed.Load() == nil))
	if failed := e.failed.Load(); failed != nil {
		err = errors.Join(*failed, err)
	}
	return err
}

// move writes what an input record is worth.
func (e *epoch) move(input *kgo.Record) {
	for i := range e.hop.Outputs {
		output := &e.hop.Outputs[i]
		for e.owed[i] += output.PerRecord; e.owed[i] >= 1; e.owed[i]-- {
			pair := &output.Sample[e.next[i]%len(output.Sample)]
			e.next[i]++
			record := &kgo.Record{Topic: output.Topic, Partition: -1, Key: pair.Key, Value: pair.Value, Timestamp: input.Timestamp}
			if output.Own {
				record.Partition = input.Partition
			}
			e.session.Produce(context.Background(), record, e.promised)
		}
	}
}

func (e *epoch) promised(_ *kgo.Record, err error) {
	if err != nil {
		e.failed.CompareAndSwap(nil, &err)
	}
}

// partitioner puts a record where it is told to be, or where its key belongs.
func partitioner() kgo.Partitioner {
	byKey := kgo.StickyKeyPartitioner(nil)
	return kgo.BasicConsistentPartitioner(func(topic string) func(*kgo.Record, int) int {
		of := byKey.ForTopic(topic)
		return func(record *kgo.Record, partitions int) int {
			if record.Partition >= 0 {
				return int(record.Partition)
			}
			return of.Partition(record, partitions)
		}
	})
}
