package processors_test

import (
	"context"
	"testing"
	"time"

	"waybill/bench/load"
	"waybill/processors/fulfilment"
	"waybill/processors/intake"
	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
	"waybill/topics"
)

// Benchmarks of the two stages that every event of an order passes, from the bytes of its record to the bytes of what it
// makes, with the state on disk. They leave the broker out: what a task does in an epoch is all of it.

const (
	benchPartitions = 8
	benchEpoch      = 1250    // records of a task
	benchRecords    = 150_000 // source records
)

// benchLoad is what the source systems say, by partition, in the order in which it comes, and the canonical master data.
func benchLoad(b *testing.B, registry schemas.Registry) (sources [][]stream.Record, master []stream.Record) {
	b.Helper()
	made, err := load.Make(context.Background(), registry, load.Options{Seed: 11, Records: benchRecords, Duplicates: 2, Disorder: 10, Customers: 400, Items: 1000})
	if err != nil {
		b.Fatal(err)
	}
	record := func(of load.Record) stream.Record {
		return stream.Record{Topic: of.Topic, Key: of.Key, Value: of.Value}
	}
	for _, of := range made.Master {
		master = append(master, record(of))
	}
	sources = make([][]stream.Record, benchPartitions)
	for _, of := range made.Records {
		place(sources, record(of))
	}
	return sources, master
}

// place puts a record on its partition.
func place(partitions [][]stream.Record, record stream.Record) {
	p := stream.PartitionOf(record.Key, benchPartitions)
	record.Partition, record.Offset = p, int64(len(partitions[p]))
	partitions[p] = append(partitions[p], record)
}

// stageRun is a stage with its store, and what it wrote.
type stageRun struct {
	tasks   []*stream.Task
	written map[string][][]stream.Record // topic → partition → records
	bytes   int
}

func openStage(b *testing.B, stage *stream.Stage, registry schemas.Registry, references []stream.Record) *stageRun {
	b.Helper()
	store, err := state.OpenPebble(b.TempDir(), state.PebbleOptions{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = store.Close() })
	program, err := stream.Bind(stage, registry, "bench")
	if err != nil {
		b.Fatal(err)
	}
	kept := stream.NewReferences(program, store, 16<<20)
	if _, _, err := kept.Apply(context.Background(), references); err != nil {
		b.Fatal(err)
	}
	run := &stageRun{written: map[string][][]stream.Record{}}
	for partition := range int32(benchPartitions) {
		task, err := program.NewTask(partition, store, kept, stream.DefaultCacheBytes)
		if err != nil {
			b.Fatal(err)
		}
		run.tasks = append(run.tasks, task)
	}
	return run
}

// take gives the tasks all of the input, in epochs of a tenth of a second.
func (r *stageRun) take(b *testing.B, input [][]stream.Record, keep bool) {
	b.Helper()
	ctx, now := context.Background(), time.Date(2026, 6, 2, 7, 0, 0, 0, time.UTC)
	check := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	next := make([]int, len(input))
	for more := true; more; now = now.Add(100 * time.Millisecond) {
		more = false
		for p, task := range r.tasks {
			records := input[p][next[p]:min(next[p]+benchEpoch, len(input[p]))]
			if next[p] += len(records); len(records) == 0 {
				continue
			}
			more = true
			for i := range records {
				check(task.Take(ctx, now, &records[i]))
			}
			_, _, err := task.RunDue(ctx, now)
			check(err)
			ready, err := task.Ready()
			check(err)
			for _, out := range ready.Records {
				r.bytes += len(out.Value)
				if keep {
					if r.written[out.Topic] == nil {
						r.written[out.Topic] = make([][]stream.Record, benchPartitions)
					}
					place(r.written[out.Topic], stream.Record{Topic: out.Topic, Key: out.Key, Value: out.Value, Timestamp: out.Time})
				}
			}
			check(task.Commit(ready.Changelog, 1, now))
		}
	}
}

func BenchmarkStages(b *testing.B) {
	registry, catalogue := schemas.NewLocalRegistry(), topics.Default()
	sources, master := benchLoad(b, registry)
	first := openStage(b, intake.Stage(catalogue, intake.DefaultPolicy()), registry, nil)
	first.take(b, sources, true)
	for _, of := range []struct {
		stage      *stream.Stage
		input      [][]stream.Record
		references []stream.Record
	}{
		{intake.Stage(catalogue, intake.DefaultPolicy()), sources, nil},
		{fulfilment.Stage(catalogue, fulfilment.DefaultPolicy()), merged(first.written[topics.Orders.Name()], first.written[topics.Shipments.Name()]), master},
	} {
		b.Run(of.stage.Name, func(b *testing.B) {
			var last *stageRun
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				last = openStage(b, of.stage, registry, of.references)
				b.StartTimer()
				last.take(b, of.input, false)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRecords, "ns/event")
			b.ReportMetric(float64(last.bytes)/benchRecords, "bytes-out/event")
		})
	}
}

// merged takes two topics' partitions as a poll would: some of one, some of the other.
func merged(one, other [][]stream.Record) [][]stream.Record {
	all := make([][]stream.Record, benchPartitions)
	for p := range all {
		a, b := one[p], other[p]
		for len(a) > 0 || len(b) > 0 {
			n, m := min(200, len(a)), min(600, len(b))
			all[p] = append(append(all[p], a[:n]...), b[:m]...)
			a, b = a[n:], b[m:]
		}
	}
	return all
}
