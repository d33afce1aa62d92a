package state

import (
	"strings"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// logDisk keeps errors of the write-ahead log from Pebble. Where a new log cannot be begun, Pebble panics between giving
// up its mutex and taking it again, and the deferred unlocking then ends the process in a way that no recover can stop.
// So the goroutine that meets such an error is parked, and the store fails with the error itself.
type logDisk struct {
	vfs.FS
	failure *failure
}

func (d logDisk) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	file, err := d.FS.Create(name, category)
	return d.guarded(name, file, err)
}

func (d logDisk) ReuseForWrite(oldName, newName string, category vfs.DiskWriteCategory) (vfs.File, error) {
	file, err := d.FS.ReuseForWrite(oldName, newName, category)
	return d.guarded(newName, file, err)
}

func (d logDisk) guarded(name string, file vfs.File, err error) (vfs.File, error) {
	switch {
	case !strings.HasSuffix(name, ".log"):
		return file, err
	case err != nil:
		return nil, d.failure.parkOn(err)
	default:
		return logFile{file, d.failure}, nil
	}
}

func (d logDisk) OpenDir(name string) (vfs.File, error) {
	directory, err := d.FS.OpenDir(name)
	if err != nil {
		return nil, err
	}
	return logFile{directory, d.failure}, nil // a log begins with a sync of its directory
}

func (d logDisk) Unwrap() vfs.FS { return d.FS }

// logFile is a file, or directory, whose errors of writing do not return.
type logFile struct {
	vfs.File
	failure *failure
}

func (f logFile) Write(p []byte) (int, error) {
	n, err := f.File.Write(p)
	return n, f.failure.parkOn(err)
}

func (f logFile) WriteAt(p []byte, offset int64) (int, error) {
	n, err := f.File.WriteAt(p, offset)
	return n, f.failure.parkOn(err)
}

func (f logFile) Preallocate(offset, length int64) error {
	return f.failure.parkOn(f.File.Preallocate(offset, length))
}

func (f logFile) Stat() (vfs.FileInfo, error) {
	info, err := f.File.Stat()
	return info, f.failure.parkOn(err)
}

func (f logFile) Sync() error     { return f.failure.parkOn(f.File.Sync()) }
func (f logFile) SyncData() error { return f.failure.parkOn(f.File.SyncData()) }
func (f logFile) Close() error    { return f.failure.parkOn(f.File.Close()) }

func (f logFile) SyncTo(length int64) (bool, error) {
	whole, err := f.File.SyncTo(length)
	return whole, f.failure.parkOn(err)
}

var _ vfs.FS = logDisk{}
