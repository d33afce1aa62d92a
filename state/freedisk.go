package state

import (
	"fmt"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// FreeDisk is how many bytes are left to this process on the disk of a folder, and how many the disk has.
func FreeDisk(folder string) (free, total uint64, err error) {
	usage, err := vfs.Default.GetDiskUsage(folder)
	if err != nil {
		return 0, 0, fmt.Errorf("disk of %s: %w", folder, err)
	}
	return usage.AvailBytes, usage.TotalBytes, nil
}
