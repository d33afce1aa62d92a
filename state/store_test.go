package state

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// smallPebble has memtables so small that tests write tables and compact them.
func smallPebble(files vfs.FS) PebbleOptions {
	return PebbleOptions{FS: files, CacheBytes: 1 << 20, MemTableBytes: 32 << 10, MaxOpenFiles: 100}
}

// openPebble opens a store that the test closes.
func openPebble(t testing.TB, files vfs.FS) *Pebble {
	t.Helper()
	store, err := OpenPebble("store", smallPebble(files))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

// eachStore runs the test against every implementation of Store.
func eachStore(t *testing.T, test func(t *testing.T, store Store)) {
	t.Run("memory", func(t *testing.T) { test(t, OpenMemory()) })
	t.Run("pebble", func(t *testing.T) { test(t, openPebble(t, vfs.NewMem())) })
}

// fataler is the part of testing.TB that rapid's T has too.
type fataler interface {
	Helper()
	Fatal(arguments ...any)
	Fatalf(format string, arguments ...any)
}

func apply(t fataler, store Store, change func(*Batch)) {
	t.Helper()
	var batch Batch
	change(&batch)
	if err := store.Apply(&batch); err != nil {
		t.Fatal(err)
	}
}

func set(t fataler, store Store, pairs ...string) {
	t.Helper()
	apply(t, store, func(b *Batch) {
		for i := 0; i < len(pairs); i += 2 {
			b.Set([]byte(pairs[i]), []byte(pairs[i+1]))
		}
	})
}

func value(t fataler, store Store, key string) []byte {
	t.Helper()
	got, err := store.Get([]byte(key))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// rows lists a walk as key=value.
func rows(t fataler, walk Iterator) []string {
	t.Helper()
	list := []string{}
	for walk.Next() {
		list = append(list, fmt.Sprintf("%s=%s", walk.Key(), walk.Value()))
	}
	if walk.Next() {
		t.Fatal("a walk that has ended goes on")
	}
	if err := walk.Close(); err != nil {
		t.Fatal(err)
	}
	return list
}

func scan(t fataler, store Store, from, to []byte) Iterator {
	t.Helper()
	walk, err := store.Scan(from, to)
	if err != nil {
		t.Fatal(err)
	}
	return walk
}

func expect(t fataler, what string, got any, want any) {
	t.Helper()
	if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
		t.Fatalf("%s: got %s, want %s", what, g, w)
	}
}

func TestEmptyValueIsARowAndAMissingOneIsNil(t *testing.T) {
	eachStore(t, func(t *testing.T, store Store) {
		apply(t, store, func(b *Batch) { b.Set([]byte("empty"), nil) })
		if got := value(t, store, "empty"); got == nil || len(got) != 0 {
			t.Fatalf("empty row: %v", got)
		}
		if got := value(t, store, "missing"); got != nil {
			t.Fatalf("missing row: %v", got)
		}
	})
}

func TestChangesOfABatchActInTheirOrder(t *testing.T) {
	eachStore(t, func(t *testing.T, store Store) {
		set(t, store, "a", "1", "b", "1", "c", "1", "d", "1")
		apply(t, store, func(b *Batch) {
			b.Set([]byte("a"), []byte("2"))
			b.DeleteRange([]byte("a"), []byte("c"))
			b.Set([]byte("b"), []byte("3"))
			b.Delete([]byte("c"))
			b.Delete([]byte("never there"))
			b.DeleteRange([]byte("z"), []byte("a")) // empty
			b.DeleteRange([]byte("d"), []byte("d")) // empty
		})
		expect(t, "rows", rows(t, scan(t, store, nil, nil)), []string{"b=3", "d=1"})
	})
}

func TestReadShowsTheLatestChange(t *testing.T) {
	eachStore(t, func(t *testing.T, store Store) {
		expect(t, "before the row is there", string(value(t, store, "a")), "")
		set(t, store, "a", "1")
		expect(t, "set", string(value(t, store, "a")), "1")
		set(t, store, "a", "2")
		expect(t, "set again", string(value(t, store, "a")), "2")
		apply(t, store, func(b *Batch) { b.Delete([]byte("a")) })
		expect(t, "deleted", string(value(t, store, "a")), "")
	})
}

func TestScanIsAsOfItsCall(t *testing.T) {
	eachStore(t, func(t *testing.T, store Store) {
		set(t, store, "a", "1", "b", "1", "c", "1", "d", "1")
		walk := scan(t, store, []byte("a"), []byte("d"))
		apply(t, store, func(b *Batch) {
			b.DeleteRange([]byte("a"), []byte("c"))
			b.Set([]byte("bb"), []byte("2"))
			b.Set([]byte("c"), []byte("2"))
		})
		expect(t, "walk begun before", rows(t, walk), []string{"a=1", "b=1", "c=1"})
		expect(t, "walk begun after", rows(t, scan(t, store, []byte("a"), []byte("d"))), []string{"bb=2", "c=2"})
	})
}

func TestScanOfAnEmptyRangeHasNoRows(t *testing.T) {
	eachStore(t, func(t *testing.T, store Store) {
		set(t, store, "a", "1", "b", "1")
		expect(t, "equal bounds", len(rows(t, scan(t, store, []byte("a"), []byte("a")))), 0)
		expect(t, "bounds the wrong way round", len(rows(t, scan(t, store, []byte("b"), []byte("a")))), 0)
	})
}

func TestStoreKeepsNoneOfTheBytesItIsGiven(t *testing.T) {
	eachStore(t, func(t *testing.T, store Store) {
		key, text := []byte("key"), []byte("value")
		apply(t, store, func(b *Batch) { b.Set(key, text) })
		copy(key, "xxx")
		copy(text, "xxxxx")
		got := value(t, store, "key")
		expect(t, "row", string(got), "value")
		clear(got)
		expect(t, "row after its copy was changed", string(value(t, store, "key")), "value")

		from, to := []byte("a"), []byte("z")
		walk := scan(t, store, from, to)
		copy(from, "y")
		copy(to, "b")
		expect(t, "walk", rows(t, walk), []string{"key=value"})
	})
}

func TestClosedStoreAnswersWithAnError(t *testing.T) {
	eachStore(t, func(t *testing.T, store Store) {
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
		_, get := store.Get([]byte("a"))
		_, scanned := store.Scan(nil, nil)
		for what, err := range map[string]error{"get": get, "scan": scanned, "apply": store.Apply(&Batch{}), "sync": store.Sync()} {
			if err == nil {
				t.Errorf("%s succeeds", what)
			}
		}
		if err := store.Close(); err != nil {
			t.Errorf("closing again: %v", err)
		}
	})
}

func TestMemoryCrashKeepsWhatWasSyncedAndAsManyBatchesAsTold(t *testing.T) {
	for survivors, want := range []string{"[a=1]", "[a=1 b=2]", "[b=2]", "[b=2]"} {
		store := OpenMemory()
		set(t, store, "a", "1")
		if err := store.Sync(); err != nil {
			t.Fatal(err)
		}
		set(t, store, "b", "2")
		apply(t, store, func(b *Batch) { b.Delete([]byte("a")) })
		expect(t, "unsynced", store.Unsynced(), 2)
		store.Crash(survivors)
		expect(t, fmt.Sprintf("rows with %d survivors", survivors), rows(t, scan(t, store, nil, nil)), want)
		expect(t, "unsynced after the crash", store.Unsynced(), 0)
	}
}

func TestMemoryIsThereAgainAfterClosing(t *testing.T) {
	store := OpenMemory()
	set(t, store, "a", "1")
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	store.Reopen()
	store.Crash(0)
	expect(t, "rows", rows(t, scan(t, store, nil, nil)), "[a=1]")
}

func TestReadersMayRunWhileTheWriterApplies(t *testing.T) {
	eachStore(t, func(t *testing.T, store Store) {
		set(t, store, "left", "0", "right", "0")
		done := make(chan error)
		go func() {
			var err error
			for i := 1; i <= 300 && err == nil; i++ {
				var batch Batch
				number := fmt.Append(nil, i)
				batch.Set([]byte("left"), number)
				batch.Set([]byte("right"), number)
				err = store.Apply(&batch)
			}
			done <- err
		}()
		for {
			walk := scan(t, store, nil, nil)
			var values [][]byte
			for walk.Next() {
				values = append(values, bytes.Clone(walk.Value()))
			}
			if err := walk.Close(); err != nil {
				t.Fatal(err)
			}
			if len(values) != 2 || !bytes.Equal(values[0], values[1]) {
				t.Fatalf("a batch is seen in parts: %s", values)
			}
			value(t, store, "left")
			select {
			case err := <-done:
				if err != nil {
					t.Fatal(err)
				}
				return
			default:
			}
		}
	})
}
