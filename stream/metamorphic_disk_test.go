package stream_test

import (
	"log/slog"
	"math/rand/v2"
	"sync"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"waybill/state"
)

// draw chooses one of n things; 0 is the plainest.
type draw func(label string, n int) int

func pick[V any](d draw, label string, of []V) V { return of[d(label, len(of))] }

// chance is true once in n.
func (d draw) chance(label string, n int) bool { return d(label, n) == n-1 }

// crash is what a disk holds after the power went.
type crash struct {
	files *vfs.MemFS
	sure  int // how many batches were known to be durable then
}

// disk is a file system in memory that can lose its power before any of its operations that write, sync, make, rename or
// remove. The run goes on, on files that nobody will see again; what was on the disk at that moment is kept.
type disk struct {
	*errorfs.FS
	files *vfs.MemFS

	mutex   sync.Mutex
	writes  int
	at      int  // the power goes before this write; 0: it does not
	every   bool // it goes before every write, in a world each of its own
	percent int  // of what was not synced is kept then
	kept    []crash
	random  *rand.Rand
	sure    func() int
}

func newDisk(files *vfs.MemFS, seed uint64, sure func() int) *disk {
	d := &disk{files: files, random: rand.New(rand.NewPCG(seed, 1)), sure: sure}
	d.FS = errorfs.Wrap(files, errorfs.InjectorFunc(func(op errorfs.Op) error {
		if op.Kind.ReadOrWrite() == errorfs.OpIsWrite {
			d.beforeWrite()
		}
		return nil
	}))
	return d
}

func (d *disk) beforeWrite() {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.writes++
	percent := d.percent
	if d.every {
		percent = losses[d.writes%len(losses)]
	} else if d.writes != d.at {
		return
	}
	sure := d.sure() // before the copy: what becomes durable meanwhile may be in it or not
	d.kept = append(d.kept, crash{d.clone(percent), sure})
}

// lose is what is left when the power goes now.
func (d *disk) lose(percent int) crash {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	return crash{d.clone(percent), d.sure()}
}

func (d *disk) clone(percent int) *vfs.MemFS {
	return d.files.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: percent, RNG: d.random})
}

// crashAt has the power go before the n-th write from now.
func (d *disk) crashAt(n, percent int) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.at, d.percent = d.writes+n, percent
}

// crashAlways keeps what there would be had the power gone, for every write from now.
func (d *disk) crashAlways() {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.every = true
}

// lostPower tells that the power went, and what was done since is lost.
func (d *disk) lostPower() bool {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	return !d.every && len(d.kept) > 0
}

// crashed takes what was kept since the last call.
func (d *disk) crashed() []crash {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	kept := d.kept
	d.kept = nil
	return kept
}

// losses are percentages of the data not synced that a crash keeps, in blocks of 4 KiB and directory entries: 100 is a
// process that was killed, 0 and what is between a machine whose power went.
var losses = []int{100, 0, 50, 30}

// drawPebble draws options of Pebble that may not change what a store does, all of them small, so that few rows make many
// tables.
func drawPebble(d draw, files vfs.FS) state.PebbleOptions {
	block, index := pick(d, "block", []int{64, 512, 8 << 10}), pick(d, "index block", []int{128, 64 << 10})
	compression := pick(d, "compression", []pebble.DBCompressionSettings{
		pebble.DBCompressionNone, pebble.DBCompressionFastest, pebble.DBCompressionBalanced, pebble.DBCompressionGood,
	})
	filters, tables, base := d("filter bits", 12), pick(d, "table size", []int64{1 << 10, 16 << 10, 2 << 20}), pick(d, "base", []int64{1 << 10, 64 << 20})
	level0, bytesPerSync, logPerSync := 1+d("level 0", 4), pick(d, "bytes per sync", []int{512 << 10, 1}), pick(d, "log bytes per sync", []int{0, 1, 5000})
	workers, lazy, separate := 1+d("workers", 3), d.chance("no compaction", 5), d.chance("values apart", 3)
	manifest, delay := pick(d, "manifest", []int64{128 << 20, 1}), d.chance("old tables kept", 3)
	return state.PebbleOptions{
		FS: files, Logger: slog.New(slog.DiscardHandler), MaxOpenFiles: 100,
		CacheBytes:    pick(d, "block cache", []int64{1 << 20, 1, 8 << 10}),
		MemTableBytes: pick(d, "memtable", []uint64{16 << 10, 4 << 10, 64 << 10}),
		Tune: func(o *pebble.Options) {
			o.L0CompactionThreshold, o.L0StopWritesThreshold, o.LBaseMaxBytes = level0, 24, base
			o.BytesPerSync, o.WALBytesPerSync, o.MaxManifestFileSize = bytesPerSync, logPerSync, manifest
			o.CompactionConcurrencyRange = func() (int, int) { return 1, workers }
			o.DisableAutomaticCompactions = lazy
			if lazy {
				o.L0StopWritesThreshold = 1 << 20
			}
			if delay {
				o.Cleaner = pebble.ArchiveCleaner{}
			}
			if separate {
				o.Experimental.ValueSeparationPolicy = func() pebble.ValueSeparationPolicy {
					return pebble.ValueSeparationPolicy{Enabled: true, MinimumSize: 50, MaxBlobReferenceDepth: 3, TargetGarbageRatio: 0.1}
				}
			}
			for i := range o.Levels {
				o.Levels[i].BlockSize, o.Levels[i].IndexBlockSize, o.Levels[i].FilterPolicy = block, index, pebble.NoFilterPolicy
				if filters > 0 {
					o.Levels[i].FilterPolicy = bloom.FilterPolicy(filters)
				}
			}
			for i := range o.TargetFileSizes {
				o.TargetFileSizes[i] = tables
			}
			o.ApplyCompressionSettings(func() pebble.DBCompressionSettings { return compression })
		},
	}
}
