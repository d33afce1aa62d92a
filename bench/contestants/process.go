package contestants

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"waybill/bench/measure"
)

// Running is a contestant with all its processes.
type Running struct {
	contestant Contestant
	processes  []*process
}

type process struct {
	command *exec.Cmd
	log     string
	gone    chan struct{}
	err     error // how it ended; to be read when gone is closed
}

// stopTime is how long a process may take to end when it is asked to.
const stopTime = time.Minute

// Start starts every instance. The state that they left is still there.
func (c Contestant) Start(p Place) (*Running, error) {
	r := &Running{contestant: c}
	for number := 1; number <= p.Instances; number++ {
		one := &process{command: c.command(p, number), log: filepath.Join(p.Folder, fmt.Sprintf("%s-%d.log", c.Name, number)), gone: make(chan struct{})}
		log, err := os.OpenFile(one.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			r.Kill()
			return nil, err
		}
		one.command.Stdout, one.command.Stderr = log, log
		one.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // the terminal's Ctrl-C is for this program
		if err := one.command.Start(); err != nil {
			_ = log.Close()
			r.Kill()
			return nil, fmt.Errorf("starting %s: %w", c.Name, err)
		}
		go func() {
			one.err = one.command.Wait()
			_ = log.Close()
			close(one.gone)
		}()
		r.processes = append(r.processes, one)
	}
	return r, nil
}

// Usage is what all its processes have used. It is an error when one has ended.
func (r *Running) Usage() (measure.Usage, error) {
	var pids []int
	for _, one := range r.processes {
		select {
		case <-one.gone:
			return measure.Usage{}, r.ended(one)
		default:
			pids = append(pids, one.command.Process.Pid)
		}
	}
	return measure.Of(pids)
}

// ended tells how a process came to its end, with the last that it said.
func (r *Running) ended(one *process) error {
	text, err := os.ReadFile(one.log)
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	lines = lines[max(len(lines)-15, 0):]
	return errors.Join(fmt.Errorf("%s ended by itself: %w; its log %s ends so:\n%s", r.contestant.Name, one.err, one.log, strings.Join(lines, "\n")), err)
}

// Stop asks all its processes to end, and kills what does not.
func (r *Running) Stop() error {
	for _, one := range r.processes {
		_ = one.command.Process.Signal(syscall.SIGTERM) // one that is gone needs no signal
	}
	deadline := time.NewTimer(stopTime)
	defer deadline.Stop()
	for _, one := range r.processes {
		select {
		case <-one.gone:
		case <-deadline.C:
			r.Kill()
			return fmt.Errorf("%s does not stop: it was killed after %s", r.contestant.Name, stopTime)
		}
	}
	return nil
}

// Kill ends all its processes as a power cut would, but for the disk.
func (r *Running) Kill() {
	for _, one := range r.processes {
		_ = one.command.Process.Kill() // one that is gone needs no signal
	}
	for _, one := range r.processes {
		<-one.gone
	}
}
