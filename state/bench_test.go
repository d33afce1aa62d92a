package state

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// benchRows is how many rows of 300 bytes the benchmarks' stores hold: 60 MB, of which a block cache of 16 MB holds some.
const benchRows = 200_000

func benchKey(dst []byte, number int) []byte {
	return fmt.Appendf(dst[:0], "task/table/SO-%08d", number)
}

func benchStores(b *testing.B, bench func(b *testing.B, store Store)) {
	b.Run("memory", func(b *testing.B) { bench(b, filled(b, OpenMemory())) })
	b.Run("pebble", func(b *testing.B) {
		store := onDisk(b, b.TempDir(), PebbleOptions{CacheBytes: 16 << 20})
		filled(b, store)
		if err := store.db.Compact(b.Context(), []byte("a"), []byte("z"), false); err != nil {
			b.Fatal(err)
		}
		bench(b, store)
	})
}

// filled writes the even numbers up to twice benchRows.
func filled(b *testing.B, store Store) Store {
	b.Helper()
	for begin := 0; begin < benchRows; begin += 1000 {
		if err := store.Apply(benchBatch(begin, 2)); err != nil {
			b.Fatal(err)
		}
	}
	return store
}

func benchBatch(begin, step int) *Batch {
	random := rand.New(rand.NewPCG(uint64(begin), 0))
	batch := &Batch{}
	for i := range 1000 {
		text := make([]byte, 300)
		for j := range text[:100] {
			text[j] = byte(random.Uint32())
		}
		batch.Set(benchKey(nil, (begin+i)*step), text)
	}
	return batch
}

func BenchmarkGet(b *testing.B) {
	benchStores(b, func(b *testing.B, store Store) {
		for name, odd := range map[string]int{"hit": 0, "miss": 1} {
			b.Run(name, func(b *testing.B) {
				random := rand.New(rand.NewPCG(1, 2))
				key := make([]byte, 0, 64)
				b.ReportAllocs()
				for b.Loop() {
					key = benchKey(key, random.IntN(benchRows)*2+odd)
					if value, err := store.Get(key); err != nil || (value == nil) != (odd == 1) {
						b.Fatal(string(key), value, err)
					}
				}
			})
		}
	})
}

func BenchmarkApply1000Rows(b *testing.B) {
	benchStores(b, func(b *testing.B, store Store) {
		batch := benchBatch(1_000_000, 1)
		b.ReportAllocs()
		for b.Loop() {
			if err := store.Apply(batch); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkSync(b *testing.B) {
	benchStores(b, func(b *testing.B, store Store) {
		batch := benchBatch(1_000_000, 1)
		batch.Changes = batch.Changes[:10]
		for b.Loop() {
			if err := store.Apply(batch); err != nil {
				b.Fatal(err)
			}
			if err := store.Sync(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkScan100Rows(b *testing.B) {
	benchStores(b, func(b *testing.B, store Store) {
		random := rand.New(rand.NewPCG(1, 2))
		b.ReportAllocs()
		for b.Loop() {
			begin := random.IntN(benchRows-100) * 2
			walk, err := store.Scan(benchKey(nil, begin), benchKey(nil, begin+200))
			if err != nil {
				b.Fatal(err)
			}
			count := 0
			for walk.Next() {
				count += len(walk.Value()) / 300
			}
			if err := walk.Close(); err != nil || count != 100 {
				b.Fatal(count, err)
			}
		}
	})
}
