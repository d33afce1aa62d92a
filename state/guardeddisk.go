package state

import (
	"errors"
	"slices"
	"strings"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// guardedDisk keeps from Pebble those errors of writing that it cannot take: of its log, of its manifest and the marker
// that names the newest one, and of syncing directories. Where a new log cannot be begun, Pebble panics between giving up
// its mutex and taking it again, and the deferred unlocking then ends the process in a way that no recover can stop; where
// a directory cannot be synced, it panics in a goroutine of its own; where the manifest cannot be written, it calls Fatalf
// with the mutex held, for which readers wait. So the goroutine that meets such an error is parked where it meets it, at
// the input and output, when it does not hold the mutex, and the store fails with the error.
type guardedDisk struct {
	vfs.FS
	failure *failure
}

// guardedFiles are parts of the names of the files.
var guardedFiles = []string{".log", "MANIFEST-", "marker."}

// Create makes a file. Before a marker it syncs the directory: Pebble does that once for the marker and the manifest that
// it names, and when the power goes before that, the marker may be there without the manifest, and the store is corrupt.
func (d guardedDisk) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	if strings.HasPrefix(d.PathBase(name), "marker.") {
		d.failure.parkOn(d.syncDirectory(d.PathDir(name)))
	}
	file, err := d.FS.Create(name, category)
	return d.guarded(name, file, err)
}

// ReuseForWrite makes a file of an old one.
func (d guardedDisk) ReuseForWrite(oldName, newName string, category vfs.DiskWriteCategory) (vfs.File, error) {
	file, err := d.FS.ReuseForWrite(oldName, newName, category)
	return d.guarded(newName, file, err)
}

func (d guardedDisk) guarded(name string, file vfs.File, err error) (vfs.File, error) {
	base := d.PathBase(name)
	if !slices.ContainsFunc(guardedFiles, func(part string) bool { return strings.Contains(base, part) }) {
		return file, err
	}
	d.failure.parkOn(err)
	return guardedFile{file, d.failure}, err
}

// OpenDir opens a directory, which is to be synced.
func (d guardedDisk) OpenDir(name string) (vfs.File, error) {
	directory, err := d.FS.OpenDir(name)
	if err != nil {
		return nil, err
	}
	return guardedFile{directory, d.failure}, nil
}

func (d guardedDisk) syncDirectory(name string) error {
	directory, err := d.FS.OpenDir(name)
	if err != nil {
		return err
	}
	return errors.Join(directory.Sync(), directory.Close())
}

// Unwrap returns the disk itself.
func (d guardedDisk) Unwrap() vfs.FS { return d.FS }

// guardedFile is a file, or directory, whose errors of writing do not return. Those of Preallocate do: there are file
// systems that cannot do it, and Pebble does not mind.
type guardedFile struct {
	vfs.File
	failure *failure
}

func (f guardedFile) Write(p []byte) (int, error) {
	n, err := f.File.Write(p)
	f.failure.parkOn(err)
	return n, err
}

func (f guardedFile) WriteAt(p []byte, offset int64) (int, error) {
	n, err := f.File.WriteAt(p, offset)
	f.failure.parkOn(err)
	return n, err
}

func (f guardedFile) Stat() (vfs.FileInfo, error) {
	info, err := f.File.Stat()
	f.failure.parkOn(err)
	return info, err
}

func (f guardedFile) Sync() error {
	err := f.File.Sync()
	f.failure.parkOn(err)
	return err
}

func (f guardedFile) SyncData() error {
	err := f.File.SyncData()
	f.failure.parkOn(err)
	return err
}

func (f guardedFile) SyncTo(length int64) (bool, error) {
	whole, err := f.File.SyncTo(length)
	f.failure.parkOn(err)
	return whole, err
}

func (f guardedFile) Close() error {
	err := f.File.Close()
	f.failure.parkOn(err)
	return err
}
