package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// sessionTimeout and transactionTimeout are the program's defaults.
const (
	sessionTimeout     = 10 * time.Second
	transactionTimeout = 10 * time.Second
)

// instance is a `waybill run` with all that it is by default: it is started and ended many times.
type instance struct {
	site    *site
	name    string
	state   string
	listen  string
	logFile string

	mu       sync.Mutex
	command  *exec.Cmd
	gone     chan struct{} // closed when the life at hand has ended
	expected bool          // its end is our doing
}

func newInstance(s *site, name string, port int) *instance {
	return &instance{site: s, name: name, state: filepath.Join(s.folder, "state-"+name), listen: fmt.Sprintf("127.0.0.1:%d", port), logFile: filepath.Join(s.folder, name+".log")}
}

func (p *instance) start() error {
	log, err := os.OpenFile(p.logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	command := exec.Command(p.site.program, "run", "--brokers", p.site.cluster.brokers, "--registry", p.site.cluster.registry,
		"--state", p.state, "--instance", p.name, "--listen", p.listen)
	command.Stdout, command.Stderr = log, log
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // the terminal's Ctrl-C is for this program
	if err := command.Start(); err != nil {
		return err
	}
	gone := make(chan struct{})
	p.mu.Lock()
	p.command, p.gone, p.expected = command, gone, false
	p.mu.Unlock()
	go func() {
		err := command.Wait()
		_ = log.Close()
		p.mu.Lock()
		expected := p.expected
		p.mu.Unlock()
		if !expected {
			p.site.say("%s ended by itself: %v", p.name, err)
			p.site.counts.add(&p.site.counts.ownEnds)
		}
		close(gone)
	}()
	return nil
}

// signal sends a signal; with ends, the process is expected to end by it.
func (p *instance) signal(signal syscall.Signal, ends bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.expected = p.expected || ends
	return p.command.Process.Signal(signal)
}

// kill ends the process as a power cut would, but for the disk.
func (p *instance) kill() error {
	if err := p.signal(syscall.SIGKILL, true); err != nil {
		return fmt.Errorf("killing %s: %w", p.name, err)
	}
	<-p.gone
	return nil
}

// stop asks the process to end, and tells how long that took.
func (p *instance) stop(ctx context.Context) (time.Duration, error) {
	began := time.Now()
	if err := p.signal(syscall.SIGTERM, true); err != nil {
		return 0, err
	}
	select {
	case <-p.gone:
	case <-ctx.Done():
	case <-time.After(time.Minute):
		return time.Minute, fmt.Errorf("%s does not stop", p.name)
	}
	return time.Since(began), ctx.Err()
}

// end is for the end of the soak, whatever state the process is in.
func (p *instance) end() {
	p.mu.Lock()
	p.expected = true
	command, gone := p.command, p.gone
	p.mu.Unlock()
	if command != nil {
		_ = command.Process.Kill() // a process that is gone already needs no kill
		<-gone
	}
}

func (p *instance) wipe() error { return os.RemoveAll(p.state) }

func (p *instance) get(ctx context.Context, path string) (int, string, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.listen+path, nil)
	if err != nil {
		return 0, "", err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(body), err
}

func (p *instance) awaitReady(ctx context.Context, atMost time.Duration) error {
	return await(ctx, atMost, p.name+" is ready", func() (bool, error) {
		status, _, err := p.get(ctx, "/readyz")
		return status == http.StatusOK, err
	})
}

// metric sums a metric over its labels.
func (p *instance) metric(ctx context.Context, name string) (float64, error) {
	_, body, err := p.get(ctx, "/metrics")
	sum := 0.0
	for line := range strings.Lines(body) {
		fields := strings.Fields(line)
		if len(fields) != 2 || fields[0] != name && !strings.HasPrefix(fields[0], name+"{") {
			continue
		}
		value, err := strconv.ParseFloat(fields[1], 64)
		if err != nil {
			return 0, err
		}
		sum += value
	}
	return sum, err
}

// logged is what the process has said from a place in its log on.
func (p *instance) logged(from int64) string {
	file, err := os.Open(p.logFile)
	if err != nil {
		return ""
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.NewSectionReader(file, from, 1<<40))
	if err != nil {
		return ""
	}
	return string(text)
}

func (p *instance) logEnd() int64 {
	info, err := os.Stat(p.logFile)
	if err != nil {
		return 0
	}
	return info.Size()
}
