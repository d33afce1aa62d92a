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
	"github.com/cockroachdb/pebble/v2/sstable/block"
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
// A batch is in memory until Pebble writes the memtable that it is in to disk, whole, one memtable after the other: so a
// crash leaves a prefix of the batches. Pebble's log would make that prefix longer, and every byte written twice; what it
// would save is read from the changelog faster than it was written. Sync writes what is in memory.
//
// An error of the disk (full, broken) fails the store: this call and every later one return it. See failure.go.
type Pebble struct {
	directory string
	db        *pebble.DB
	lock      *pebble.Lock
	failure   *failure
	readOnly  bool

	reading sync.Mutex
	changes int                // that were made
	idle    []*pebble.Iterator // of point reads, that show the latest change

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
	p := &Pebble{directory: directory, lock: lock, failure: newFailure(directory, options.Logger), readOnly: options.ReadOnly}
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
		DisableWAL:                  true,
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
	o.ApplyCompressionSettings(func() pebble.DBCompressionSettings { return compression })
	if options.Tune != nil {
		options.Tune(o)
	}
	return o
}

// compression is what costs least: state is rewritten often and read at once. What a memtable is written as is merged soon,
// and not compressed at all.
var compression = func() pebble.DBCompressionSettings {
	settings := pebble.DBCompressionFastest
	settings.Name, settings.Levels[0] = "waybill", block.NoCompression
	return settings
}()

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
	row, changes, err := p.beginRead()
	if err != nil {
		return nil, p.failed("read", err)
	}
	var kept []byte
	if row.SeekPrefixGE(key) { // the whole key is the prefix
		var value []byte
		if value, err = row.ValueAndErr(); err == nil {
			kept = append(make([]byte, 0, len(value)), value...)
		}
	} else {
		err = row.Error()
	}
	if err := errors.Join(err, p.endRead(row, changes, err == nil)); err != nil {
		return nil, p.failed("read", err)
	}
	return kept, nil
}

// beginRead gives an iterator of those that reads between two changes use in turn: to open one costs as much as a look-up,
// and rows of one entity lie in blocks that it has at hand.
func (p *Pebble) beginRead() (row *pebble.Iterator, changes int, err error) {
	p.reading.Lock()
	defer p.reading.Unlock()
	if n := len(p.idle); n > 0 {
		row, p.idle = p.idle[n-1], p.idle[:n-1]
		return row, p.changes, nil
	}
	row, err = p.db.NewIter(pointReads)
	return row, p.changes, err
}

// endRead keeps the iterator for the next read, unless something has changed meanwhile.
func (p *Pebble) endRead(row *pebble.Iterator, changes int, whole bool) error {
	p.reading.Lock()
	defer p.reading.Unlock()
	if whole && changes == p.changes {
		p.idle = append(p.idle, row)
		return nil
	}
	return row.Close()
}

// changed drops the iterators that do not show the latest change.
func (p *Pebble) changed() (err error) {
	p.reading.Lock()
	defer p.reading.Unlock()
	p.changes++
	for _, row := range p.idle {
		err = errors.Join(err, row.Close())
	}
	p.idle = p.idle[:0]
	return err
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
	return p.commit(writes)
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
	if err := p.failure.guard(p.db.Flush); err != nil {
		return p.failed("sync", err)
	}
	return nil
}

func (p *Pebble) commit(writes *pebble.Batch) error {
	err := p.failure.guard(func() error { return writes.Commit(pebble.NoSync) })
	if err == nil {
		err = p.changed()
	}
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
	var err error
	if !p.failure.isStuck() {
		err = p.changed()
	}
	if p.failure.error() == nil && !p.readOnly {
		err = errors.Join(err, p.failure.guard(p.db.Flush))
	}
	err = errors.Join(err, p.failure.close(p.db.Close))
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
