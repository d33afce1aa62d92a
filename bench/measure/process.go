// Package measure takes the figures of a run: what processes use, from the kernel, and how far groups have come, from the
// broker.
package measure

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Usage is what processes have used since they began.
type Usage struct {
	CPU        time.Duration // of all threads, in user and kernel mode
	PeakMemory int64         // the most that was resident, bytes
	Written    int64         // that went, or will go, to disk, bytes
}

// tick is the unit of times in /proc: USER_HZ is 100 on every platform.
const tick = 10 * time.Millisecond

// Of sums over processes. It needs a Linux kernel.
func Of(pids []int) (sum Usage, err error) {
	for _, pid := range pids {
		folder := fmt.Sprintf("/proc/%d/", pid)
		stat, err := os.ReadFile(folder + "stat")
		if err != nil {
			return sum, err
		}
		// The second field is a name in parentheses and may hold anything; utime and stime are the 14th and 15th.
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		for _, field := range fields[11:13] {
			ticks, err := strconv.ParseInt(field, 10, 64)
			if err != nil {
				return sum, err
			}
			sum.CPU += time.Duration(ticks) * tick
		}
		peak, err := lineOf(folder+"status", "VmHWM:")
		if err != nil {
			return sum, err
		}
		written, err := lineOf(folder+"io", "write_bytes:")
		if err != nil {
			return sum, err
		}
		sum.PeakMemory, sum.Written = sum.PeakMemory+peak<<10, sum.Written+written
	}
	return sum, nil
}

// lineOf reads the number behind a name.
func lineOf(file, name string) (int64, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name); ok {
			return strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
		}
	}
	return 0, fmt.Errorf("%s has no line %s", file, name)
}

// Machine is what a figure is worth nothing without.
type Machine struct {
	Cores  int   `json:"cores"`
	Memory int64 `json:"memory_bytes"`
}

// ThisMachine is the one that this runs on; cores are those that may be used.
func ThisMachine(cores int) (Machine, error) {
	memory, err := lineOf("/proc/meminfo", "MemTotal:")
	return Machine{Cores: cores, Memory: memory << 10}, err
}
