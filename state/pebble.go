package state

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"sync"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// ErrLocked says that the store's directory is in use.
var ErrLocked = errors.New("another waybill process uses it")

// PebbleOptions are what a Pebble store can be given; zero values stand for the defaults.
type PebbleOptions struct {
	CacheBytes    int64        // uncompressed blocks kept in memory; default 64 MiB
	MemTableBytes uint64       // rows kept in memory before they are written as a table; default 16 MiB, mostly two of them
	MaxOpenFiles  int          // default 1000
	ReadOnly      bool         // the store must be there; Apply and Sync fail
	FS            vfs.FS       // default: the disk
	Logger        *slog.Logger // default: nothing is logged

	Tune func(*pebble.Options) // default: nothing; tests vary by it what may not change what a store does
}

// Pebble is a Store on disk.
//
// A batch goes to Pebble's log without waiting for the disk, since state can be rebuilt from the changelog; Sync waits
// for the log to reach the disk. The log is one sequence, so a crash leaves a prefix of the batches. (Flushing the
// memtable would make it durable too, at the price of a small table for each Sync.)
//
// An error of the disk (full, broken) fails the store: this call and every later one return it. See failure.go.
type Pebble struct {
	directory string
	db        *pebble.DB
	lock      *pebble.Lock
	failure   *failure

	reading sync.Mutex
	row     *pebble.Iterator // of point reads, since the last change; nil: none is open

	closing sync.RWMutex // held for reading by every call, so that Close does not pull the store from under one
	closed  bool
}

// OpenPebble opens the store in a directory, which is made when it is not there. It fails with ErrLocked while another
// has it open, and with ErrCorrupt when the store must be destroyed and rebuilt.
func OpenPebble(directory string, options PebbleOptions) (*Pebble, error) {
	if options.FS == nil {
		options.FS = vfs.Default
		absolute, err := filepath.Abs(directory) // the lock knows a directory by its name
		if err != nil {
			return nil, fmt.Errorf("open state store %s: %w", directory, err)
		}
		directory = absolute
	}
	if options.Logger == nil {
		options.Logger = slog.New(slog.DiscardHandler)
	}
	lock, err := lockDirectory(directory, options)
	if err != nil {
		return nil, fmt.Errorf("open state store %s: %w", directory, err)
	}
	p := &Pebble{directory: directory, lock: lock, failure: newFailure(directory, options.Logger)}
	var db *pebble.DB
	err = p.failure.guard(func() (err error) {
		db, err = pebble.Open(directory, pebbleOptions(options, lock, p.failure))
		return err
	})
	if err != nil {
		if !p.failure.isStuck() {
			_ = lock.Close()
		}
		if errors.Is(err, fs.ErrNotExist) && !errors.Is(err, pebble.ErrDBDoesNotExist) {
			err = fmt.Errorf("%w: %w", err, ErrCorrupt) // a file that another one names
		}
		return nil, fmt.Errorf("open state store %s: %w", directory, storeError(err))
	}
	p.db = db
	return p, nil
}

func lockDirectory(directory string, options PebbleOptions) (*pebble.Lock, error) {
	if options.ReadOnly {
		if _, err := options.FS.Stat(directory); err != nil {
			return nil, fmt.Errorf("there is no store to read: %w", err)
		}
	} else if err := options.FS.MkdirAll(directory, 0o700); err != nil {
		return nil, err
	}
	lock, err := pebble.LockDirectory(directory, options.FS)
	if pathError := new(fs.PathError); errors.As(err, &pathError) {
		return nil, err // the lock file could not even be made
	}
	if err != nil {
		return nil, fmt.Errorf("%w; stop that process, or choose another state directory (%w)", ErrLocked, err)
	}
	return lock, nil
}

func pebbleOptions(options PebbleOptions, lock *pebble.Lock, failure *failure) *pebble.Options {
	listener := failure.listener()
	memTable := orDefault(options.MemTableBytes, 16<<20)
	o := &pebble.Options{
		FS:                          guardedDisk{options.FS, failure},
		Lock:                        lock,
		ReadOnly:                    options.ReadOnly,
		CacheSize:                   orDefault(options.CacheBytes, 64<<20) + 2*int64(memTable), // Pebble takes memtables out of it
		MemTableSize:                memTable,
		MemTableStopWritesThreshold: 4,
		MaxOpenFiles:                orDefault(options.MaxOpenFiles, 1000),
		// Pinned: a new Pebble must not rewrite the store so that the release before can no longer open it.
		FormatMajorVersion:         pebble.FormatValueSeparation,
		L0CompactionThreshold:      4,
		L0StopWritesThreshold:      24,
		LBaseMaxBytes:              64 << 20,
		CompactionConcurrencyRange: func() (lower, upper int) { return 1, 2 },
		Logger:                     failure,
		EventListener:              &listener,
	}
	// Rows are short and mostly read one at a time: a block of 8 KiB is one read of the disk and little to decompress.
	// Many keys that steps ask for are not there yet (a new order, a new id); ten filter bits a key answer 99 % of
	// those without a read.
	for i := range o.Levels {
		o.Levels[i].BlockSize = 8 << 10
		o.Levels[i].IndexBlockSize = 64 << 10
		o.Levels[i].FilterPolicy = bloom.FilterPolicy(10)
	}
	// State is rewritten often and read at once: the compression that costs least, on every level.
	o.ApplyCompressionSettings(func() pebble.DBCompressionSettings { return pebble.DBCompressionFastest })
	if options.Tune != nil {
		options.Tune(o)
	}
	return o
}

func orDefault[N int | int64 | uint64](value, standard N) N {
	if value == 0 {
		return standard
	}
	return value
}

// enter begins a call; it returns the error that the call is to end with at once. The caller leaves when err is nil.
func (p *Pebble) enter() error {
	p.closing.RLock()
	err := p.failure.error()
	if p.closed {
		err = errClosed
	}
	if err != nil {
		p.closing.RUnlock()
	}
	return err
}

func (p *Pebble) leave() { p.closing.RUnlock() }

// pointReads are for one key. Pebble's own Get does not ask the filters of the lowest level, where nearly all rows are; a
// walk by prefix does, which halves the cost of a key that is not there.
var pointReads = &pebble.IterOptions{UseL6Filters: true}

// Get returns a copy of the row's value, or nil when there is no such row.
func (p *Pebble) Get(key []byte) ([]byte, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	p.reading.Lock()
	defer p.reading.Unlock()
	value, err := p.read(key)
	if err != nil {
		return nil, p.failed("read", errors.Join(err, p.endReads()))
	}
	return value, nil
}

// read looks a key up by the iterator that the reads since the last change have in common: to open one costs as much as a
// look-up, and rows of one entity lie in blocks that it has at hand.
func (p *Pebble) read(key []byte) ([]byte, error) {
	if p.row == nil {
		row, err := p.db.NewIter(pointReads)
		if err != nil {
			return nil, err
		}
		p.row = row
	}
	if !p.row.SeekPrefixGE(key) { // the whole key is the prefix
		return nil, p.row.Error()
	}
	value, err := p.row.ValueAndErr()
	if err != nil {
		return nil, err
	}
	return append(make([]byte, 0, len(value)), value...), nil
}

// endReads closes the iterator of point reads: it does not show what changes from now on.
func (p *Pebble) endReads() error {
	row := p.row
	if p.row = nil; row == nil {
		return nil
	}
	return row.Close()
}

// Apply makes the batch visible, whole or not at all.
func (p *Pebble) Apply(batch *Batch) error {
	if err := p.enter(); err != nil {
		return err
	}
	defer p.leave()
	writes := p.db.NewBatchWithSize(batch.size())
	for _, change := range batch.Changes {
		if err := write(writes, change); err != nil {
			return p.failed("write", err)
		}
	}
	return p.commit(writes, pebble.NoSync)
}

func write(writes *pebble.Batch, change Change) error {
	switch {
	case change.To != nil && string(change.Key) >= string(change.To):
		return nil // an empty range, for which Pebble has no room
	case change.To != nil:
		return writes.DeleteRange(change.Key, change.To, nil)
	case change.Value != nil:
		return writes.Set(change.Key, change.Value, nil)
	default:
		return writes.Delete(change.Key, nil)
	}
}

// Sync makes everything applied so far durable.
func (p *Pebble) Sync() error {
	if err := p.enter(); err != nil {
		return err
	}
	defer p.leave()
	mark := p.db.NewBatch()
	if err := mark.LogData(nil, nil); err != nil {
		return p.failed("sync", err)
	}
	return p.commit(mark, pebble.Sync)
}

func (p *Pebble) commit(writes *pebble.Batch, options *pebble.WriteOptions) error {
	p.reading.Lock()
	defer p.reading.Unlock()
	if err := p.endReads(); err != nil {
		return p.failed("read", err)
	}
	err := p.failure.guard(func() error { return writes.Commit(options) })
	if err != nil {
		return p.failed("write", err) // Pebble may still be at the batch: it is not given back
	}
	return writes.Close()
}

// Close makes everything durable and gives the directory free. Iterators are to be closed before.
func (p *Pebble) Close() error {
	p.closing.Lock()
	defer p.closing.Unlock()
	if p.closed {
		return nil
	}
	p.closed = true
	err := errors.Join(p.endReads(), p.failure.close(p.db.Close))
	if p.failure.isStuck() {
		return p.failure.error() // and the directory stays locked
	}
	if err := errors.Join(err, p.lock.Close()); err != nil {
		return fmt.Errorf("close state store %s: %w", p.directory, storeError(err))
	}
	return nil
}

// failed fails the store with what was tried and the error, when there is no earlier one.
func (p *Pebble) failed(what string, err error) error {
	if errors.Is(err, pebble.ErrReadOnly) {
		return fmt.Errorf("%s state store %s: %w", what, p.directory, err)
	}
	return p.failure.set(fmt.Errorf("%s: %w", what, err))
}

// storeError marks what Pebble calls corruption as ErrCorrupt.
func storeError(err error) error {
	if pebble.IsCorruptionError(err) && !errors.Is(err, ErrCorrupt) {
		return fmt.Errorf("%w: %w", err, ErrCorrupt)
	}
	return err
}

// Destroy removes a store that nobody has open, so that it can be rebuilt from the changelog. A directory that is not
// there is fine. A nil file system is the disk.
func Destroy(directory string, files vfs.FS) error {
	if files == nil {
		files = vfs.Default
	}
	if _, err := files.Stat(directory); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	lock, err := lockDirectory(directory, PebbleOptions{FS: files, ReadOnly: true})
	if err != nil {
		return fmt.Errorf("destroy state store %s: %w", directory, err)
	}
	if err := errors.Join(files.RemoveAll(directory), lock.Close()); err != nil {
		return fmt.Errorf("destroy state store %s: %w", directory, err)
	}
	return nil
}
