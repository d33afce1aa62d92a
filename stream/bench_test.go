package stream_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
	"waybill/topics"
)

// bench is a stage with one table: a record counts a row up (put), or reads it and the rows of its group (read).
func benchTask(b *testing.B, step func(s *stream.Step, rows *stream.Table[state.TextPair, noteRow], d *schemas.Demand)) (*stream.Task, []stream.Record) {
	b.Helper()
	stage := stream.NewStage("bench")
	rows := stream.NewTable[state.TextPair, noteRow](stage, 1, "rows")
	stream.On(stage, topics.Demand, func(s *stream.Step, d *schemas.Demand) error { step(s, rows, d); return nil })
	program, err := stream.Bind(stage, taskRegistry, "bench")
	if err != nil {
		b.Fatal(err)
	}
	store, err := state.OpenPebble(b.TempDir(), state.PebbleOptions{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = store.Close() })
	task, err := program.NewTask(0, store, stream.NewReferences(program, store, 1<<20), 64<<20)
	if err != nil {
		b.Fatal(err)
	}
	codec := schemas.NewCodec[schemas.Demand](taskRegistry, topics.Demand.Name())
	records := make([]stream.Record, 10_000)
	for i := range records {
		value, err := codec.Append(context.Background(), nil, &schemas.Demand{OrderID: fmt.Sprintf("O-%06d", i), LineNo: int32(i % 7), ItemID: "T-0001", WarehouseID: "east"})
		if err != nil {
			b.Fatal(err)
		}
		records[i] = stream.Record{Topic: topics.Demand.Name(), Key: []byte("k"), Value: value, Offset: int64(i)}
	}
	return task, records
}

// BenchmarkEpoch takes records one by one and commits a thousand of them at a time: what the kernel itself costs an event.
func BenchmarkEpoch(b *testing.B) {
	put := func(s *stream.Step, rows *stream.Table[state.TextPair, noteRow], d *schemas.Demand) {
		key := state.TextPair{d.OrderID, d.ItemID}
		row := noteRow{Group: d.OrderID, Name: d.ItemID}
		if old := rows.Get(s, key); old != nil {
			row = *old
		}
		row.Count++
		rows.Put(s, key, &row)
	}
	scan := func(s *stream.Step, rows *stream.Table[state.TextPair, noteRow], d *schemas.Demand) {
		put(s, rows, d)
		for range rows.Scan(s, state.Text(d.OrderID)) {
		}
	}
	for _, of := range []struct {
		name string
		step func(*stream.Step, *stream.Table[state.TextPair, noteRow], *schemas.Demand)
	}{
		{"decode alone", func(*stream.Step, *stream.Table[state.TextPair, noteRow], *schemas.Demand) {}},
		{"get and put", put},
		{"get, put and scan", scan},
	} {
		b.Run(of.name, func(b *testing.B) {
			task, records := benchTask(b, of.step)
			ctx, now := context.Background(), time.Date(2026, 3, 2, 7, 0, 0, 0, time.UTC)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if err := task.Take(ctx, now, &records[i%len(records)]); err != nil {
					b.Fatal(err)
				}
				if i%1000 == 999 {
					ready, err := task.Ready()
					if err != nil {
						b.Fatal(err)
					}
					if err := task.Commit(ready.Changelog, int64(i), now); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
