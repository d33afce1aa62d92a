package state

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

// breakable is a disk that fails the operations it is told to.
type breakable struct {
	*errorfs.FS
	fails atomic.Pointer[func(errorfs.Op) error]
}

func newBreakable(files vfs.FS) *breakable {
	b := &breakable{}
	b.FS = errorfs.Wrap(files, errorfs.InjectorFunc(func(op errorfs.Op) error {
		if fails := b.fails.Load(); fails != nil {
			return (*fails)(op)
		}
		return nil
	}))
	return b
}

func (b *breakable) breakIt(fails func(errorfs.Op) error) { b.fails.Store(&fails) }

// full is a disk without space: nothing can be written to files whose name ends so.
func full(suffix string) func(errorfs.Op) error {
	return func(op errorfs.Op) error {
		if op.Kind.ReadOrWrite() == errorfs.OpIsWrite && strings.Contains(op.Path, suffix) {
			return &fs.PathError{Op: "write", Path: op.Path, Err: syscall.ENOSPC}
		}
		return nil
	}
}

// applyUntilError applies batches until one fails, which must be soon.
func applyUntilError(t *testing.T, store Store) error {
	t.Helper()
	text := []byte(strings.Repeat("x", 1000))
	for i := range 2000 {
		var batch Batch
		for j := range 10 {
			batch.Set(fmt.Appendf(nil, "%d/%d", i, j), text)
		}
		if err := store.Apply(&batch); err != nil {
			return err
		}
	}
	if err := store.Sync(); err != nil {
		return err
	}
	t.Fatal("20 MB were written to a full disk")
	return nil
}

func TestFullDiskIsAnErrorOfEveryLaterCall(t *testing.T) {
	for _, suffix := range []string{".sst", "MANIFEST", ""} {
		t.Run("of files "+suffix, func(t *testing.T) {
			t.Parallel()
			disk := newBreakable(vfs.NewMem())
			store := openPebble(t, disk)
			set(t, store, "a", "1")
			disk.breakIt(full(suffix))
			first := applyUntilError(t, store)
			if !errors.Is(first, syscall.ENOSPC) || errors.Is(first, ErrCorrupt) {
				t.Errorf("got %v", first)
			}
			_, get := store.Get([]byte("a"))
			_, scanned := store.Scan(nil, nil)
			for what, err := range map[string]error{
				"get": get, "scan": scanned, "apply": store.Apply(&Batch{}), "sync": store.Sync(),
			} {
				if !errors.Is(err, syscall.ENOSPC) {
					t.Errorf("%s: %v", what, err)
				}
			}
			expect(t, "metrics", store.Metrics(), Metrics{})
			_ = store.Close() // ends, whatever it says
		})
	}
}

func TestDiskThatFailsAtOpeningIsAnError(t *testing.T) {
	files := vfs.NewCrashableMem()
	store := openPebble(t, files)
	set(t, store, "a", "1")
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	// Every write in turn fails once, until there are no more.
	for failing := int32(1); ; failing++ {
		disk := newBreakable(files.CrashClone(vfs.CrashCloneCfg{}))
		var writes atomic.Int32
		disk.breakIt(func(op errorfs.Op) error {
			if op.Kind.ReadOrWrite() == errorfs.OpIsWrite && writes.Add(1) == failing {
				return &fs.PathError{Op: "write", Path: op.Path, Err: syscall.EIO}
			}
			return nil
		})
		store, err := OpenPebble("store", smallPebble(disk))
		if err == nil {
			err = store.Close()
		}
		if err != nil && !errors.Is(err, syscall.EIO) {
			t.Fatalf("write %d: %v", failing, err)
		}
		if writes.Load() < failing {
			break
		}
	}
}

// TestDiskThatFailsOnceLosesNothingThatWasSynced lets one operation of the disk in seven fail, each in a run of its own,
// while a store is written, read and synced, and then crashes.
func TestDiskThatFailsOnceLosesNothingThatWasSynced(t *testing.T) {
	for kind, of := range map[string]errorfs.OpReadWrite{"reads": errorfs.OpIsRead, "writes": errorfs.OpIsWrite} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			for failing := int32(1); ; failing += 7 {
				files := vfs.NewCrashableMem()
				disk := newBreakable(files)
				store := openPebble(t, disk)
				var operations atomic.Int32
				disk.breakIt(func(op errorfs.Op) error {
					if op.Kind.ReadOrWrite() == of && operations.Add(1) == failing {
						return &fs.PathError{Op: kind, Path: op.Path, Err: syscall.EIO}
					}
					return nil
				})
				applied, synced, err := workload(store)
				if err != nil && !errors.Is(err, syscall.EIO) {
					t.Fatalf("operation %d: %v", failing, err)
				}
				survivor := openPebble(t, files.CrashClone(vfs.CrashCloneCfg{}))
				survived, _ := strconv.Atoi(string(value(t, survivor, counter)))
				if survived < synced || survived > applied+1 { // a batch whose Apply failed may be there or not
					t.Fatalf("operation %d: %d batches survived, of %d synced and %d applied", failing, survived, synced, applied)
				}
				_ = survivor.Close()
				_ = store.Close()
				if operations.Load() < failing {
					break
				}
			}
		})
	}
}

// workload writes some tables, and tells how many batches were applied and synced before the error.
func workload(store Store) (applied, synced int, err error) {
	text := []byte(strings.Repeat("x", 700))
	for applied < 150 {
		var batch Batch
		batch.Set([]byte(counter), strconv.AppendInt(nil, int64(applied+1), 10))
		for i := range 5 {
			batch.Set(fmt.Appendf(nil, "%d/%d", applied%40, i), text)
		}
		if err := store.Apply(&batch); err != nil {
			return applied, synced, err
		}
		applied++
		if applied%10 == 0 {
			if err := store.Sync(); err != nil {
				return applied, synced, err
			}
			synced = applied
		}
		if _, err := store.Get(fmt.Appendf(nil, "%d/3", applied%50)); err != nil {
			return applied, synced, err
		}
	}
	return applied, synced, nil
}

// corrupted is a store with its rows in tables, of which every one has bytes flipped.
func corrupted(t *testing.T, flip func(data []byte)) *vfs.MemFS {
	t.Helper()
	files := vfs.NewMem()
	store := openPebble(t, files)
	for i := range 1000 {
		set(t, store, fmt.Sprintf("key %04d", i), strings.Repeat(fmt.Sprint(i), 50))
	}
	if err := store.db.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	names, err := files.List("store")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if !strings.HasSuffix(name, ".sst") {
			continue
		}
		data, err := files.UnsafeGetFileDataBuffer(files.PathJoin("store", name))
		if err != nil {
			t.Fatal(err)
		}
		flip(data)
	}
	return files
}

func TestFlippedBytesAreFoundByEveryRead(t *testing.T) {
	flipEarly := func(data []byte) { data[10] ^= 0xFF }
	reads := map[string]func(store *Pebble) error{
		"get": func(store *Pebble) error {
			_, err := store.Get([]byte("key 0000"))
			return err
		},
		"scan": func(store *Pebble) error {
			walk, err := store.Scan(nil, nil)
			if err != nil {
				return err
			}
			for walk.Next() {
			}
			return walk.Close()
		},
	}
	for name, read := range reads {
		t.Run(name, func(t *testing.T) {
			files := corrupted(t, flipEarly)
			store := openPebble(t, files)
			if err := read(store); !errors.Is(err, ErrCorrupt) {
				t.Fatalf("got %v", err)
			}
			var batch Batch
			batch.Set([]byte("a"), []byte("1"))
			if err := store.Apply(&batch); !errors.Is(err, ErrCorrupt) {
				t.Fatalf("a write after it: %v", err)
			}
			if err := store.Close(); err != nil {
				t.Fatal(err)
			}
			if err := Destroy("store", files); err != nil {
				t.Fatal(err)
			}
			rebuilt := openPebble(t, files)
			set(t, rebuilt, "a", "1")
			expect(t, "rows of the rebuilt store", rows(t, scan(t, rebuilt, nil, nil)), "[a=1]")
		})
	}
}

func TestMissingTableAndBrokenManifestAreCorruptionAtOpening(t *testing.T) {
	for name, damage := range map[string]func(files *vfs.MemFS, path string) bool{
		"table removed": func(files *vfs.MemFS, path string) bool {
			return strings.HasSuffix(path, ".sst") && files.Remove(path) == nil
		},
		"manifest flipped": func(files *vfs.MemFS, path string) bool {
			data, _ := files.UnsafeGetFileDataBuffer(path)
			if !strings.Contains(path, "MANIFEST") || len(data) == 0 {
				return false
			}
			for i := range data {
				data[i] ^= 0x55
			}
			return true
		},
		"manifest removed": func(files *vfs.MemFS, path string) bool {
			return strings.HasPrefix(files.PathBase(path), "MANIFEST") && files.Remove(path) == nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			files := corrupted(t, func([]byte) {})
			names, _ := files.List("store")
			damaged := false
			for _, file := range names {
				damaged = damage(files, files.PathJoin("store", file)) || damaged
			}
			if !damaged {
				t.Fatalf("nothing to damage in %v", names)
			}
			store, err := OpenPebble("store", smallPebble(files))
			if !errors.Is(err, ErrCorrupt) {
				t.Fatalf("got %v, %v", store, err)
			}
			if err := Destroy("store", files); err != nil {
				t.Fatal(err)
			}
			expect(t, "rows of the rebuilt store", rows(t, scan(t, openPebble(t, files), nil, nil)), "[]")
		})
	}
}

// lines is a log handler that keeps what is logged.
type lines struct {
	slog.Handler
	mutex sync.Mutex
	text  strings.Builder
}

func (l *lines) Write(line []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.Write(line)
}

func TestFatalErrorOfPebbleParksItsGoroutineAndFailsTheStore(t *testing.T) {
	var log lines
	f := newFailure("store", slog.New(slog.NewTextHandler(&log, nil)))
	cause := &fs.PathError{Op: "sync", Path: "MANIFEST-000001", Err: syscall.EIO}
	err := f.guard(func() error {
		f.Fatalf("MANIFEST sync failed: %v", cause)
		t.Error("Fatalf returned")
		return nil
	})
	if !errors.Is(err, syscall.EIO) || err.Error() != "state store store failed: MANIFEST sync failed: "+cause.Error() {
		t.Fatalf("got %v", err)
	}
	if err := f.close(func() error { t.Error("a stuck store is closed"); return nil }); err != nil {
		t.Fatal(err)
	}
	log.mutex.Lock()
	defer log.mutex.Unlock()
	if !strings.Contains(log.text.String(), "MANIFEST sync failed") {
		t.Fatalf("log: %s", log.text.String())
	}
}

func TestPanicOfPebbleIsAnError(t *testing.T) {
	f := newFailure("store", slog.New(slog.DiscardHandler))
	if err := f.guard(func() error { panic(syscall.ENOSPC) }); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("got %v", err)
	}
	if !errors.Is(f.error(), syscall.ENOSPC) || !f.isStuck() {
		t.Fatalf("kept %v, stuck %v", f.error(), f.isStuck())
	}
}
