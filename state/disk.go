package state

import (
	"math/rand/v2"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// Disk keeps a store over crashes, for simulation: Pebble on a file system in memory, or Memory itself.
type Disk interface {
	// Open opens the store, as it was left by Close or by Crash.
	Open() (Store, error)
	// Crash ends the use of the store. Of what was not synced about so many per cent survive, always a prefix of the
	// batches: nothing for 0, all for 100.
	Crash(percent int, random *rand.Rand)
	// Copy is another disk with all that is on this one; the store is closed.
	Copy() Disk
}

// MemoryDisk is a Disk that holds a Memory.
type MemoryDisk struct{ memory *Memory }

// NewMemoryDisk returns an empty disk.
func NewMemoryDisk() *MemoryDisk {
	d := &MemoryDisk{OpenMemory()}
	_ = d.memory.Close()
	return d
}

// Open opens the store.
func (d *MemoryDisk) Open() (Store, error) {
	d.memory.Reopen()
	return d.memory, nil
}

// Crash drops what did not survive.
func (d *MemoryDisk) Crash(percent int, random *rand.Rand) {
	survivors := d.memory.Unsynced() * percent / 100
	if percent > 0 && percent < 100 {
		survivors = random.IntN(d.memory.Unsynced() + 1)
	}
	d.memory.Crash(survivors)
	_ = d.memory.Close()
}

// Copy copies the rows.
func (d *MemoryDisk) Copy() Disk { return &MemoryDisk{d.memory.copy()} }

// PebbleDisk is a Disk that holds a Pebble with small tables, so that it flushes and compacts when a real one would not yet.
type PebbleDisk struct {
	files *vfs.MemFS
	open  *Pebble
}

// NewPebbleDisk returns an empty disk.
func NewPebbleDisk() *PebbleDisk { return &PebbleDisk{files: vfs.NewCrashableMem()} }

// Open opens the store.
func (d *PebbleDisk) Open() (Store, error) {
	store, err := OpenPebble("store", PebbleOptions{FS: d.files, CacheBytes: 256 << 10, MemTableBytes: 64 << 10})
	if err != nil {
		return nil, err
	}
	d.open = store
	return store, nil
}

// Crash drops what did not survive, torn writes included: the file system keeps any part of what was not synced.
func (d *PebbleDisk) Crash(percent int, random *rand.Rand) {
	survived := d.files.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: percent, RNG: random})
	if d.open != nil {
		_ = d.open.Close() // of the files that are gone
		d.open = nil
	}
	d.files = survived
}

// Copy copies the files.
func (d *PebbleDisk) Copy() Disk {
	return &PebbleDisk{files: d.files.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 100, RNG: rand.New(rand.NewPCG(0, 0))})}
}
