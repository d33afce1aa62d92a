package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"golang.org/x/term"

	"waybill/bench/cluster"
	"waybill/bench/compare"
	"waybill/bench/contestants"
	"waybill/bench/load"
	"waybill/bench/measure"
	"waybill/bench/report"
)

// documentation holds the tables that this program makes.
const documentation = "docs/performance.md"

// site is what all phases of a benchmark share.
type site struct {
	options     options
	began       time.Time
	terminal    bool
	cluster     *cluster.Cluster
	place       contestants.Place
	contestants []contestants.Contestant
	report      *report.Report
	reference   *compare.Content // what the first that keeps state has written
	writer      string           // its name
	probed      int              // orders that recoveries have placed, or might have
}

func bench(ctx context.Context, o options) (err error) {
	s, err := open(ctx, o)
	if s != nil {
		defer func() { err = errors.Join(err, s.close(err == nil)) }()
	}
	if err != nil {
		return err
	}
	if o.growth {
		return s.growth(ctx)
	}
	if err := s.throughput(ctx); err != nil {
		return err
	}
	if o.latency > 0 {
		if err := s.latencies(ctx); err != nil {
			return err
		}
	}
	if o.stateKeys > 0 {
		if err := s.recoveries(ctx); err != nil {
			return err
		}
	}
	fmt.Println(s.report.Table())
	if o.whole {
		if err := report.Insert(documentation, "side by side", "```\n"+s.report.Table()+"\n```"); err != nil {
			return err
		}
	}
	if err := s.report.Save(o.out); err != nil {
		return err
	}
	s.say("figures are in %s", o.out)
	return nil
}

// open builds the programs and starts the broker.
func open(ctx context.Context, o options) (*site, error) {
	s := &site{options: o, began: time.Now(), terminal: term.IsTerminal(int(os.Stdout.Fd()))}
	folder := o.folder
	if folder == "" {
		folder = filepath.Join(os.TempDir(), fmt.Sprintf("waybill-bench-%d", os.Getuid()))
	}
	folder, err := filepath.Abs(folder)
	if err != nil {
		return nil, err
	}
	picked, err := contestants.Named(slices.Clone(o.contestants))
	if err != nil {
		return nil, err
	}
	s.contestants = picked
	if err := os.RemoveAll(folder); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	s.place = contestants.Place{
		Folder: folder, Program: filepath.Join(folder, "waybill"), Profile: filepath.Join(folder, "pass-through"), Memory: o.memory,
		Instances: o.instances,
	}
	s.say("building; logs are in %s", folder)
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", s.place.Program, "./cmd/waybill")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := build.CombinedOutput(); err != nil {
		return s, fmt.Errorf("building waybill: %w\n%s", err, output)
	}
	if slices.ContainsFunc(picked, func(c contestants.Contestant) bool { return c.Name == contestants.KafkaStreams }) {
		if s.place.ClassPath, err = contestants.PeerClassPath(ctx); err != nil {
			return s, err
		}
	}
	if s.report, err = s.header(ctx); err != nil {
		return s, err
	}
	s.say("starting Kafka")
	s.cluster, err = cluster.Start(ctx, cluster.Options{Folder: folder, Port: o.port, Partitions: int32(o.partitions)})
	s.place.Cluster = s.cluster
	return s, err
}

// header is what is known before anything runs.
func (s *site) header(ctx context.Context) (*report.Report, error) {
	machine, err := measure.ThisMachine(runtime.NumCPU())
	if err != nil {
		return nil, err
	}
	r := &report.Report{
		Machine: machine, Versions: map[string]string{"go": runtime.Version(), "kafka": pomVersion("deploy/kafka/pom.xml", "kafka"), "kafka_streams": pomVersion("bench/streams/pom.xml", "kafka")},
		At: s.began.UTC().Format(time.RFC3339), Rounds: s.options.rounds, Partitions: int32(s.options.partitions), Instances: s.options.instances, Load: s.options.load,
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			if module.Path == "github.com/twmb/franz-go" || module.Path == "github.com/cockroachdb/pebble/v2" {
				r.Versions[module.Path] = module.Version
			}
		}
	}
	described, err := exec.CommandContext(ctx, "git", "describe", "--always", "--dirty", "--abbrev=12").Output()
	if err != nil {
		described = []byte("unknown") // a copy of the source without its history is good enough to measure
	}
	r.Commit = strings.TrimSpace(string(described))
	return r, nil
}

// pomVersion finds the property kafka.version, or what it is called there, of a pom.xml.
func pomVersion(file, name string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	_, rest, _ := strings.Cut(string(text), "<"+name+".version>")
	version, _, _ := strings.Cut(rest, "<")
	return version
}

// close stops the broker; the folder stays when something went wrong.
func (s *site) close(well bool) error {
	var err error
	if s.cluster != nil {
		err = s.cluster.Stop()
	}
	if well && s.options.folder == "" {
		err = errors.Join(err, os.RemoveAll(s.place.Folder))
	}
	return err
}

// empty drops everything that is in Kafka and makes the topics anew.
func (s *site) empty(ctx context.Context) error {
	return errors.Join(s.cluster.Clear(ctx, true), s.cluster.Apply(ctx))
}

// add makes a load and writes it.
func (s *site) add(ctx context.Context, o load.Options) (*load.Load, error) {
	l, err := load.Make(ctx, s.cluster.Schemas, o)
	if err != nil {
		return nil, err
	}
	return l, s.write(ctx, slices.Concat(l.Master, l.Records))
}

// fill makes a load and writes it to empty topics.
func (s *site) fill(ctx context.Context, o load.Options) (*load.Load, error) {
	if err := s.empty(ctx); err != nil {
		return nil, err
	}
	return s.add(ctx, o)
}

func (s *site) write(ctx context.Context, records []load.Record) error {
	producer, err := s.cluster.Producer()
	if err != nil {
		return err
	}
	defer producer.Close()
	return load.Write(ctx, producer, records)
}

// say prints a line with the time since the beginning.
func (s *site) say(format string, arguments ...any) {
	if s.terminal {
		fmt.Print("\r\033[K")
	}
	fmt.Printf("%7.1f  %s\n", time.Since(s.began).Seconds(), fmt.Sprintf(format, arguments...))
}

// progress shows on a terminal what is under way; elsewhere nothing.
func (s *site) progress(format string, arguments ...any) {
	if s.terminal {
		fmt.Printf("\r\033[K%7.1f  %s", time.Since(s.began).Seconds(), fmt.Sprintf(format, arguments...))
	}
}
