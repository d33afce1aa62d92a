package state

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"pgregory.net/rapid"
)

// TestMemoryAndPebbleAgree runs random changes, walks, crashes and closings against both stores. Every batch counts
// itself in one row, so that Pebble's rows after a crash say how many batches survived; Memory is told to keep as many,
// and then all rows must be the same: what survived is a prefix of what was applied, and holds all that was synced.
func TestMemoryAndPebbleAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		twins := newTwins(t)
		defer func() { _ = twins.pebble.Close() }()
		t.Repeat(map[string]func(*rapid.T){
			"":      twins.agree,
			"apply": twins.apply,
			"burst": twins.burst,
			"walk":  twins.walk,
			"sync":  twins.sync,
			"crash": twins.crash,
			"close": twins.close,
		})
	})
}

type twins struct {
	memory  *Memory
	pebble  *Pebble
	files   *vfs.MemFS
	batches int // applied and not lost
	synced  int
}

// counter is the row that counts batches; it sorts before all other keys, and range deletions leave it alone.
const counter = "#"

func newTwins(t *rapid.T) *twins {
	w := &twins{memory: OpenMemory(), files: vfs.NewCrashableMem()}
	w.open(t)
	return w
}

func (w *twins) open(t *rapid.T) {
	store, err := OpenPebble("store", smallPebble(w.files))
	if err != nil {
		t.Fatal(err)
	}
	w.pebble = store
}

var (
	keys   = rapid.Custom(func(t *rapid.T) []byte { return []byte(rapid.StringMatching(`[a-d]{1,3}`).Draw(t, "key")) })
	values = rapid.SliceOfN(rapid.Byte(), 0, 20)
)

func (w *twins) apply(t *rapid.T) {
	var batch Batch
	for range rapid.IntRange(0, 8).Draw(t, "changes") {
		switch rapid.IntRange(0, 5).Draw(t, "kind") {
		case 0:
			batch.Delete(keys.Draw(t, "delete"))
		case 1:
			batch.DeleteRange(keys.Draw(t, "from"), keys.Draw(t, "to"))
		default:
			batch.Set(keys.Draw(t, "set"), values.Draw(t, "value"))
		}
	}
	w.applyBoth(t, &batch)
}

// burst writes so much that Pebble writes tables and rotates its log.
func (w *twins) burst(t *rapid.T) {
	seed := rapid.Uint64().Draw(t, "seed")
	random := rand.New(rand.NewPCG(seed, 0))
	for range 5 {
		var batch Batch
		for range 20 {
			text := make([]byte, random.IntN(600))
			for i := range text {
				text[i] = byte(random.Uint32())
			}
			batch.Set(fmt.Appendf(nil, "%c%02d", 'a'+random.IntN(4), random.IntN(50)), text)
		}
		w.applyBoth(t, &batch)
	}
}

func (w *twins) applyBoth(t *rapid.T, batch *Batch) {
	w.batches++
	batch.Set([]byte(counter), strconv.AppendInt(nil, int64(w.batches), 10))
	for _, store := range []Store{w.memory, w.pebble} {
		if err := store.Apply(batch); err != nil {
			t.Fatal(err)
		}
	}
}

// walk begins a walk in both, applies a batch, and then takes the walks to their ends.
func (w *twins) walk(t *rapid.T) {
	from, to := keys.Draw(t, "from"), keys.Draw(t, "to")
	walks := []Iterator{scan(t, w.memory, from, to), scan(t, w.pebble, from, to)}
	w.apply(t)
	expect(t, "walk of Pebble", rows(t, walks[1]), rows(t, walks[0]))
	key := keys.Draw(t, "key")
	expect(t, "row of Pebble", value(t, w.pebble, string(key)), value(t, w.memory, string(key)))
}

func (w *twins) sync(t *rapid.T) {
	for _, store := range []Store{w.memory, w.pebble} {
		if err := store.Sync(); err != nil {
			t.Fatal(err)
		}
	}
	w.synced = w.batches
}

func (w *twins) crash(t *rapid.T) {
	w.files = w.files.CrashClone(vfs.CrashCloneCfg{
		UnsyncedDataPercent: rapid.SampledFrom([]int{0, 30, 80, 100}).Draw(t, "percent of unsynced data kept"),
		RNG:                 rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed of the crash"), 0)),
	})
	_ = w.pebble.Close() // of the files that are gone
	w.open(t)
	survived := 0
	if count := value(t, w.pebble, counter); count != nil {
		survived, _ = strconv.Atoi(string(count))
	}
	if survived < w.synced || survived > w.batches {
		t.Fatalf("%d batches survived, of %d that were synced and %d applied", survived, w.synced, w.batches)
	}
	expect(t, "unsynced batches of Memory", w.memory.Unsynced(), w.batches-w.synced)
	w.memory.Crash(survived - w.synced)
	w.batches, w.synced = survived, survived
}

func (w *twins) close(t *rapid.T) {
	for _, store := range []Store{w.memory, w.pebble} {
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
	}
	w.synced = w.batches
	w.memory.Reopen()
	w.open(t)
}

func (w *twins) agree(t *rapid.T) {
	expect(t, "rows of Pebble", rows(t, scan(t, w.pebble, nil, nil)), rows(t, scan(t, w.memory, nil, nil)))
}
