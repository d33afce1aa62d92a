package state

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

func onDisk(t testing.TB, directory string, options PebbleOptions) *Pebble {
	t.Helper()
	store, err := OpenPebble(directory, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

func TestRowsOnDiskAreThereAgainAfterClosing(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "made", "on", "the", "way")
	store := onDisk(t, directory, PebbleOptions{})
	set(t, store, "a", "1")
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	expect(t, "rows", rows(t, scan(t, onDisk(t, directory, PebbleOptions{}), nil, nil)), "[a=1]")
}

func TestReadUnderWayDuringAChangeLeavesItsIteratorToNobody(t *testing.T) {
	store := openPebble(t, vfs.NewMem())
	set(t, store, "a", "1")
	row, changes, err := store.beginRead()
	if err != nil {
		t.Fatal(err)
	}
	set(t, store, "a", "2")
	if err := store.endRead(row, changes, true); err != nil {
		t.Fatal(err)
	}
	expect(t, "a", string(value(t, store, "a")), "2")
}

func TestOthersCannotReadAStore(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "state", "intake")
	onDisk(t, directory, PebbleOptions{})
	for _, made := range []string{directory, filepath.Dir(directory)} {
		info, err := os.Stat(made)
		if err != nil {
			t.Fatal(err)
		}
		if others := info.Mode().Perm() & 0o077; others != 0 {
			t.Errorf("%s gives others %o", made, others)
		}
	}
}

// lockedStore tells the test binary, when it is run as another process, which store to try.
const lockedStore = "WAYBILL_TEST_LOCKED_STORE"

func TestSecondProcessLearnsThatTheStoreIsInUse(t *testing.T) {
	if directory := os.Getenv(lockedStore); directory != "" {
		_, err := OpenPebble(directory, PebbleOptions{})
		fmt.Println(err, errors.Is(err, ErrLocked))
		return
	}
	directory := t.TempDir()
	store := onDisk(t, directory, PebbleOptions{})
	other := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	other.Env = append(os.Environ(), lockedStore+"="+directory)
	output, err := other.CombinedOutput()
	if err != nil || !strings.Contains(string(output), directory+": another waybill process uses it; stop that process") ||
		!strings.Contains(string(output), ") true\n") {
		t.Fatalf("%v: %s", err, output)
	}
	set(t, store, "a", "1") // the first one goes on
}

func TestSecondOpeningInTheSameProcessLearnsItToo(t *testing.T) {
	directory := t.TempDir()
	t.Chdir(directory)
	onDisk(t, directory, PebbleOptions{})
	if _, err := OpenPebble(".", PebbleOptions{}); !errors.Is(err, ErrLocked) {
		t.Fatalf("got %v", err)
	}
	if err := Destroy(directory, nil); !errors.Is(err, ErrLocked) {
		t.Fatalf("destroying: %v", err)
	}
}

func TestDirectoryThatCannotBeMadeIsNotLocked(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenPebble(file, PebbleOptions{}); err == nil || errors.Is(err, ErrLocked) {
		t.Fatalf("got %v", err)
	}
}

func TestReadOnlyStoreReadsAndRefusesWrites(t *testing.T) {
	files := vfs.NewMem()
	store := openPebble(t, files)
	set(t, store, "a", "1")
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	options := smallPebble(files)
	options.ReadOnly = true
	reader, err := OpenPebble("store", options)
	if err != nil {
		t.Fatal(err)
	}
	var batch Batch
	batch.Set([]byte("b"), []byte("2"))
	for what, err := range map[string]error{"apply": reader.Apply(&batch), "sync": reader.Sync()} {
		if !errors.Is(err, pebble.ErrReadOnly) {
			t.Errorf("%s: %v", what, err)
		}
	}
	expect(t, "rows", rows(t, scan(t, reader, nil, nil)), "[a=1]")
	if err := reader.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenPebble("nowhere", options); !errors.Is(err, os.ErrNotExist) || errors.Is(err, ErrCorrupt) {
		t.Fatalf("a store that is not there: %v", err)
	}
	if err := files.MkdirAll("empty", 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenPebble("empty", options); err == nil || errors.Is(err, ErrCorrupt) {
		t.Fatalf("a directory without a store: %v", err)
	}
}

func TestDestroyedStoreIsEmptyAndDestroyingNothingIsFine(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "store")
	if err := Destroy(directory, nil); err != nil {
		t.Fatal(err)
	}
	store := onDisk(t, directory, PebbleOptions{})
	set(t, store, "a", "1")
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	if err := Destroy(directory, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(directory); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("the directory is there: %v", err)
	}
	expect(t, "rows", rows(t, scan(t, onDisk(t, directory, PebbleOptions{}), nil, nil)), "[]")
}

func TestStoreClosedUnderAWalkSaysSoAndGivesItsDirectoryFree(t *testing.T) {
	files := vfs.NewMem()
	store := openPebble(t, files)
	set(t, store, "a", "1")
	walk := scan(t, store, nil, nil)
	walk.Next()
	if err := store.Close(); err == nil {
		t.Fatal("nothing is said of the walk")
	}
	expect(t, "rows", rows(t, scan(t, openPebble(t, files), nil, nil)), "[a=1]")
}

func TestMetricsCountWhatIsOnDiskAndWhatWasFoundInMemory(t *testing.T) {
	store := openPebble(t, vfs.NewMem())
	for i := range 100 {
		set(t, store, fmt.Sprint(i), strings.Repeat("x", 2000))
	}
	if err := store.db.Flush(); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		value(t, store, "5")
		value(t, store, "50 is followed by 51")
	}
	m := store.Metrics()
	if m.DiskBytes == 0 || m.Flushes == 0 || m.MemTableBytes == 0 || m.ReadAmplification == 0 ||
		m.BlockCacheHits == 0 || m.BlockCacheMisses == 0 || m.FilterHits == 0 {
		t.Fatalf("%+v", m)
	}
}
