//go:build kafka

// Package e2e runs the program against a real Kafka and a real registry.
package e2e

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/processors"
	"waybill/schemas"
	"waybill/stream"
	"waybill/topics"
)

// site is the broker and registry that deploy/kafka/test.sh started, with the catalogue applied to nothing.
type site struct {
	t                 *testing.T
	brokers, registry string
	client            *kgo.Client
	schemas           *schemas.RegistryClient
	program           string
}

func newSite(t *testing.T) *site {
	s := &site{t: t, brokers: os.Getenv("WAYBILL_TEST_BROKERS"), registry: os.Getenv("WAYBILL_TEST_REGISTRY")}
	if s.brokers == "" || s.registry == "" {
		t.Fatal("WAYBILL_TEST_BROKERS and WAYBILL_TEST_REGISTRY are not set: run `make test-kafka`")
	}
	s.program = filepath.Join(t.TempDir(), "waybill")
	if output, err := exec.Command("go", "build", "-o", s.program, "../cmd/waybill").CombinedOutput(); err != nil {
		t.Fatalf("building the program: %v\n%s", err, output)
	}
	var err error
	s.client, err = kgo.NewClient(append(s.connection(), kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)), kgo.MetadataMinAge(100*time.Millisecond))...)
	s.check(err)
	t.Cleanup(s.client.Close)
	s.schemas, err = schemas.NewRegistryClient(schemas.RegistryOptions{URLs: []string{s.registry}})
	s.check(err)
	s.empty()
	s.apply()
	return s
}

func (s *site) connection() []kgo.Opt {
	return []kgo.Opt{kgo.SeedBrokers(strings.Split(s.brokers, ",")...)}
}

func (s *site) check(err error) {
	if err != nil {
		s.t.Helper()
		s.t.Fatal(err)
	}
}

// empty deletes what other tests left, and waits until the broker shows it.
func (s *site) empty() {
	ctx, admin := context.Background(), kadm.NewClient(s.client)
	groups, err := admin.ListGroups(ctx)
	s.check(err)
	_, err = admin.DeleteGroups(ctx, groups.Groups()...)
	s.check(err)
	s.await(time.Minute, "the topics of other tests are deleted", func() bool {
		listed, err := admin.ListTopics(ctx)
		s.check(err)
		if len(listed) == 0 {
			return true
		}
		_, err = admin.DeleteTopics(ctx, listed.Names()...)
		s.check(err)
		return false
	})
}

func (s *site) apply() {
	ctx, catalogue := context.Background(), topics.Default()
	options := topics.Options{ReplicationFactor: 1, Extra: stream.Changelogs(catalogue, processors.Stages(catalogue))}
	plan, err := topics.Plan(ctx, s.client, s.schemas, catalogue, options)
	s.check(err)
	s.check(topics.Apply(ctx, s.client, s.schemas, plan))
	plan, err = topics.Plan(ctx, s.client, s.schemas, catalogue, options)
	s.check(err)
	if !plan.Empty() {
		s.t.Fatalf("apply left differences:\n%s", plan)
	}
}

// await waits for what other processes bring about.
func (s *site) await(atMost time.Duration, what string, ok func() bool) {
	s.t.Helper()
	deadline := time.NewTimer(atMost)
	defer deadline.Stop()
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for !ok() {
		select {
		case <-ticker.C:
		case <-deadline.C:
			s.t.Fatalf("after %s not yet: %s", atMost, what)
		}
	}
}

// log is what a process has said so far, for more than one reader.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(text)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// process is a `waybill run`.
type process struct {
	site    *site
	name    string
	state   string
	command *exec.Cmd
	began   int // where in the log its life at hand begins
	log     log
}

func (s *site) newProcess(name string) *process {
	p := &process{site: s, name: name, state: filepath.Join(s.t.TempDir(), name)}
	s.t.Cleanup(func() {
		if p.command != nil {
			_ = p.command.Process.Kill()
			_ = p.command.Wait()
		}
		if s.t.Failed() {
			s.t.Logf("log of %s:\n%s", name, tail(p.log.String(), 60))
		}
	})
	return p
}

func tail(text string, lines int) string {
	all := strings.Split(text, "\n")
	return strings.Join(all[max(len(all)-lines, 0):], "\n")
}

func (p *process) start() {
	p.site.t.Helper()
	p.command = exec.Command(p.site.program, "run", "--brokers", p.site.brokers, "--registry", p.site.registry,
		"--state", p.state, "--instance", p.name, "--listen", "", "--session-timeout", "6s", "--commit-interval", "50ms")
	p.command.Stderr = &p.log
	p.began = len(p.log.String())
	p.site.check(p.command.Start())
}

// kill ends the process as a power cut would, but for the disk.
func (p *process) kill() {
	p.site.t.Helper()
	p.site.check(p.command.Process.Kill())
	_ = p.command.Wait() // it says that it was killed
	p.command = nil
}

// running tells that the life at hand has come to the point from which it answers signals. Before it a signal ends it as
// it ends any program.
func (p *process) running() bool {
	return strings.Contains(p.log.String()[p.began:], "msg=running")
}

// stop asks the process to end, and wants it to within a minute, on a busy machine too.
func (p *process) stop() {
	p.site.t.Helper()
	p.site.await(time.Minute, p.name+" answers signals", p.running)
	p.site.check(p.command.Process.Signal(syscall.SIGTERM))
	began := time.Now()
	err := p.command.Wait()
	p.command = nil
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		p.site.t.Errorf("%s ended with %v", p.name, err)
	}
	if took := time.Since(began); took > time.Minute {
		p.site.t.Errorf("%s took %s to stop", p.name, took)
	}
}

// wipe takes the process's disk away.
func (p *process) wipe() { p.site.check(os.RemoveAll(p.state)) }
