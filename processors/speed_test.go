package processors_test

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"waybill/distributor"
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
	benchEpoch      = 1250 // records of a task
)

// benchLoad is what the source systems say of so many orders: by partition, in the order in which it comes.
func benchLoad(b *testing.B, registry schemas.Registry, orders int) (sources [][]stream.Record, master []stream.Record, count int) {
	b.Helper()
	encoder, start := distributor.NewEncoder(registry), time.Date(2026, 3, 2, 7, 0, 0, 0, time.UTC)
	d := distributor.New(distributor.Options{Seed: 11, Customers: 400, Items: 1000})
	for i := range orders {
		d.Order(start.Add(time.Duration(i) * time.Second))
	}
	encode := func(event distributor.Event, topic string) stream.Record {
		value, err := encoder.Encode(context.Background(), event)
		if err != nil {
			b.Fatal(err)
		}
		return stream.Record{Topic: topic, Key: []byte(event.Key), Value: value, Timestamp: event.At}
	}
	for _, event := range d.MasterData(start) {
		master = append(master, encode(event, event.Topic))
	}
	var records []stream.Record
	for _, event := range d.Until(start.AddDate(0, 3, 0)) {
		switch event.Topic {
		case topics.CommerceOrders.Name(), topics.ErpOrders.Name(), topics.WmsShipments.Name():
			records = append(records, encode(event, event.Topic))
		}
	}
	random := rand.New(rand.NewPCG(11, 2))
	at := make([]int, len(records)) // every tenth comes up to 200 records late
	for i := range at {
		if at[i] = i; random.IntN(10) == 0 {
			at[i] += random.IntN(200)
		}
	}
	order := make([]int, len(records))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(at[i], at[j]) })
	sources = make([][]stream.Record, benchPartitions)
	for _, i := range order {
		place(sources, records[i])
	}
	return sources, master, len(records)
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

// take gives the tasks all of the input, in epochs.
func (r *stageRun) take(b *testing.B, input [][]stream.Record, keep bool) {
	b.Helper()
	ctx, now := context.Background(), time.Date(2026, 6, 2, 7, 0, 0, 0, time.UTC)
	check := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	next := make([]int, len(input))
	for more := true; more; {
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

// references takes master data through intake, for the stage behind it.
func references(b *testing.B, registry schemas.Registry, master []stream.Record) (kept []stream.Record) {
	b.Helper()
	input := make([][]stream.Record, benchPartitions)
	for _, record := range master {
		place(input, record)
	}
	run := openStage(b, intake.Stage(topics.Default(), intake.DefaultPolicy()), registry, nil)
	run.take(b, input, true)
	for _, topic := range []string{topics.Customers.Name(), topics.Items.Name(), topics.Prices.Name(), topics.Warehouses.Name()} {
		for _, records := range run.written[topic] {
			kept = append(kept, records...)
		}
	}
	return kept
}

const benchOrders = 20_000

func BenchmarkStages(b *testing.B) {
	registry := schemas.NewLocalRegistry()
	sources, master, count := benchLoad(b, registry, benchOrders)
	catalogue := topics.Default()
	kept := references(b, registry, master)
	first := openStage(b, intake.Stage(catalogue, intake.DefaultPolicy()), registry, nil)
	first.take(b, sources, true)
	canonical := merged(first.written[topics.Orders.Name()], first.written[topics.Shipments.Name()])
	perEvent := func(b *testing.B, r *stageRun) {
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(count), "ns/event")
		b.ReportMetric(float64(r.bytes)/float64(count), "bytes-out/event")
	}
	b.Run("intake", func(b *testing.B) {
		var last *stageRun
		b.ReportAllocs()
		for b.Loop() {
			b.StopTimer()
			run := openStage(b, intake.Stage(catalogue, intake.DefaultPolicy()), registry, nil)
			b.StartTimer()
			run.take(b, sources, false)
			last = run
		}
		perEvent(b, last)
	})
	b.Run("fulfilment", func(b *testing.B) {
		var last *stageRun
		b.ReportAllocs()
		for b.Loop() {
			b.StopTimer()
			run := openStage(b, fulfilment.Stage(catalogue, fulfilment.DefaultPolicy()), registry, kept)
			b.StartTimer()
			run.take(b, canonical, false)
			last = run
		}
		perEvent(b, last)
	})
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
