package state

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/cockroachdb/pebble/v2"
)

// ErrFailed says that the disk, or the bytes on it, let a store down. What of it is ErrCorrupt too can be rebuilt; any
// other failed store can only be opened by a new process.
var ErrFailed = errors.New("the store failed")

// failedStore is ErrFailed with its cause, and says what the cause says.
type failedStore struct{ error }

func (failedStore) Is(target error) bool { return target == ErrFailed }
func (f failedStore) Unwrap() error      { return f.error }

// failure is what becomes of a Pebble store when the disk or its bytes let it down. Pebble then does one of four things,
// none of which a caller can answer: it calls Logger.Fatalf and expects the process to end, it panics in the caller, it
// retries a flush for ever while writers wait, or it reports an error of its background work to a listener. All four end
// here as one stored error, which the call at hand and all later ones return.
//
// A goroutine that calls Fatalf, or is about to (see guardedDisk), must not go on, because the code behind takes the end
// of the process for granted; it is parked. The store is then stuck: locks of Pebble may be held for good, so Pebble is
// not called any more, not even to close it, and the directory stays locked until the process ends. So it is too after a
// panic, and when a call was given up.
type failure struct {
	directory string
	logger    *slog.Logger

	mutex  sync.Mutex
	first  error
	failed chan struct{} // closed when first is set

	stuckOnce sync.Once
	stuck     chan struct{} // closed when Pebble cannot be called any more
}

func newFailure(directory string, logger *slog.Logger) *failure {
	return &failure{directory: directory, logger: logger, failed: make(chan struct{}), stuck: make(chan struct{})}
}

// set stores the error, unless there is one already, and returns the one that is stored.
func (f *failure) set(err error) error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.first == nil {
		f.first = fmt.Errorf("state store %s failed: %w", f.directory, failedStore{storeError(err)})
		f.logger.Warn("state store failed", "store", f.directory, "error", err)
		close(f.failed)
	}
	return f.first
}

// error returns what the store has failed with, or nil.
func (f *failure) error() error {
	select {
	case <-f.failed:
		return f.first // written before the channel was closed
	default:
		return nil
	}
}

// park fails the store and does not return.
func (f *failure) park(err error) {
	f.setStuck()
	_ = f.set(err)
	select {}
}

// parkOn parks when there is an error.
func (f *failure) parkOn(err error) {
	if err != nil {
		f.park(err)
	}
}

func (f *failure) setStuck() { f.stuckOnce.Do(func() { close(f.stuck) }) }

func (f *failure) isStuck() bool {
	select {
	case <-f.stuck:
		return true
	default:
		return false
	}
}

// patience is how long a call may take to end after the store has failed; one that waits for a flush that will never
// succeed does not end.
const patience = time.Second

// guard runs a call of Pebble that may panic, be parked or wait for ever, in a goroutine of its own, and gives it up
// when the store has failed.
func (f *failure) guard(call func() error) error {
	result := f.start(call)
	select {
	case err := <-result:
		return err
	case <-f.failed:
	}
	select {
	case err := <-result:
		return errors.Join(f.error(), err)
	case <-f.stuck:
	case <-time.After(patience):
		f.setStuck()
	}
	return f.error()
}

// close runs Pebble's own closing, which cleans up after a failed store too, unless it is stuck.
func (f *failure) close(call func() error) error {
	if f.isStuck() {
		return nil
	}
	select {
	case err := <-f.start(call):
		return err
	case <-f.stuck:
		return nil
	}
}

func (f *failure) start(call func() error) <-chan error {
	result := make(chan error, 1)
	go func() {
		defer func() {
			if cause := recover(); cause != nil {
				err, ok := cause.(error)
				if !ok {
					err = fmt.Errorf("%v", cause)
				}
				f.setStuck()
				result <- f.set(err)
			}
		}()
		result <- call()
	}()
	return result
}

// listener takes what Pebble reports of its background work.
func (f *failure) listener() pebble.EventListener {
	return pebble.EventListener{
		BackgroundError: f.backgroundError,
		DataCorruption: func(info pebble.DataCorruptionInfo) {
			_ = f.set(fmt.Errorf("%s: %w: %w", info.Path, info.Details, ErrCorrupt))
		},
		WriteStallBegin: func(info pebble.WriteStallBeginInfo) {
			f.logger.Warn("state store writes wait for the disk", "store", f.directory, "reason", info.Reason)
		},
		LowDiskSpace: func(info pebble.LowDiskSpaceInfo) {
			f.logger.Warn("state store runs out of disk space", "store", f.directory, "available_bytes", info.AvailBytes, "total_bytes", info.TotalBytes)
		},
		FlushEnd: func(info pebble.FlushInfo) {
			f.logger.Debug("state store wrote a table", "store", f.directory, "bytes", info.InputBytes, "duration", info.TotalDuration)
		},
		CompactionEnd: func(info pebble.CompactionInfo) {
			f.logger.Debug("state store compacted tables", "store", f.directory, "reason", info.Reason, "duration", info.TotalDuration)
		},
	}
}

// retryPause slows down what Pebble tries again at once and without end, until the store is closed.
const retryPause = 20 * time.Millisecond

func (f *failure) backgroundError(err error) {
	if f.error() != nil {
		<-time.After(retryPause)
		return
	}
	_ = f.set(err)
}

// Infof is Pebble's chatter.
func (f *failure) Infof(format string, arguments ...any) {
	f.logger.Debug(fmt.Sprintf(format, arguments...), "store", f.directory)
}

// Errorf is trouble that Pebble can live with.
func (f *failure) Errorf(format string, arguments ...any) {
	f.logger.Warn(fmt.Sprintf(format, arguments...), "store", f.directory)
}

// Fatalf fails the store and never returns.
func (f *failure) Fatalf(format string, arguments ...any) {
	fatal := &fatalError{message: fmt.Sprintf(format, arguments...)}
	for _, argument := range arguments {
		if cause, ok := argument.(error); ok {
			fatal.cause = cause
		}
	}
	f.park(fatal)
}

// fatalError is the message of a Fatalf, with the error that it was made of.
type fatalError struct {
	message string
	cause   error
}

func (e *fatalError) Error() string { return e.message }
func (e *fatalError) Unwrap() error { return e.cause }
