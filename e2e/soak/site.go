package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"golang.org/x/term"

	"waybill/deploy/kafka"
	"waybill/dev"
	"waybill/processors"
	"waybill/schemas"
	"waybill/stream"
	"waybill/topics"
)

const foreignSchema = "examples/schemas/wms.shipments-4.2.avsc"

// site is everything that one soak runs and watches.
type site struct {
	options   options
	began     time.Time
	folder    string
	program   string
	cluster   *cluster
	client    *kgo.Client // that writes
	admin     *kadm.Client
	registry  *schemas.RegistryClient
	stages    []*stream.Stage
	instances []*instance
	load      *load
	ledger    *ledger
	audit     *audit
	waits     *waits
	counts    counts
	watchers  sync.WaitGroup
	unwatch   context.CancelFunc
	watchErr  chan error
	terminal  bool
}

// open starts the brokers, applies the catalogue, starts the processes and begins to watch.
func open(ctx context.Context, o options) (s *site, err error) {
	s = &site{options: o, began: time.Now(), folder: o.folder, stages: processors.Stages(topics.Default()), watchErr: make(chan error, 2)}
	s.terminal = term.IsTerminal(int(os.Stdout.Fd()))
	if s.folder == "" {
		s.folder = filepath.Join(os.TempDir(), fmt.Sprintf("waybill-soak-%d", os.Getuid()))
	}
	if err := os.RemoveAll(s.folder); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(s.folder, 0o700); err != nil {
		return nil, err
	}
	s.say("seed %d, %g minutes, %g orders a second, logs in %s", o.seed, o.minutes, o.orders, s.folder)
	s.program = filepath.Join(s.folder, "waybill")
	build := exec.CommandContext(ctx, "go", "build", "-o", s.program, "./cmd/waybill")
	if output, err := build.CombinedOutput(); err != nil {
		return s, fmt.Errorf("building the program: %w\n%s", err, output)
	}
	s.cluster = &cluster{scripts: kafka.Scripts{Folder: filepath.Join(s.folder, "kafka"), Brokers: brokerCount, Port: o.port, Registry: o.port + 10}, log: s.say}
	if err := s.cluster.start(ctx); err != nil {
		return s, err
	}
	s.client, err = kgo.NewClient(s.connection(kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)), kgo.ProducerLinger(5*time.Millisecond),
		kgo.MaxBufferedRecords(1<<18), kgo.ProducerBatchMaxBytes(4<<20), kgo.DefaultProduceTopic(""))...)
	if err != nil {
		return s, err
	}
	s.admin = kadm.NewClient(s.client)
	s.registry, err = schemas.NewRegistryClient(schemas.RegistryOptions{URLs: []string{s.cluster.registry}})
	if err != nil {
		return s, err
	}
	if err := s.apply(ctx); err != nil {
		return s, err
	}
	foreign, err := os.ReadFile(foreignSchema)
	if err != nil {
		return s, err
	}
	if err := dev.RegisterUnasked(ctx, s.registry, topics.WmsShipments.Name(), string(foreign)); err != nil {
		return s, err
	}
	s.load, err = newLoad(ctx, o, s.registry, string(foreign))
	if err != nil {
		return s, err
	}
	s.waits = newWaits(s.stages)
	s.audit = newAudit(s.waits.committed)
	s.ledger = newLedger(s.registry, s.audit)
	if err := s.watch(); err != nil {
		return s, err
	}
	for i, name := range []string{"a", "b", "c", "d"} {
		one := newInstance(s, name, o.port+20+i)
		s.instances = append(s.instances, one)
		if err := one.start(); err != nil {
			return s, err
		}
	}
	for _, one := range s.instances {
		if err := one.awaitReady(ctx, 2*time.Minute); err != nil {
			return s, err
		}
	}
	s.say("four processes run on three brokers after %s", time.Since(s.began).Round(time.Second))
	return s, nil
}

func (s *site) connection(more ...kgo.Opt) []kgo.Opt {
	return append([]kgo.Opt{kgo.SeedBrokers(strings.Split(s.cluster.brokers, ",")...), kgo.MetadataMinAge(250 * time.Millisecond), kgo.MetadataMaxAge(10 * time.Second)}, more...)
}

func (s *site) apply(ctx context.Context) error {
	catalogue := topics.Default()
	plan, err := topics.Plan(ctx, s.client, s.registry, catalogue, topics.Options{ReplicationFactor: 3, MinInsync: 2, Extra: stream.Changelogs(catalogue, s.stages)})
	if err != nil {
		return err
	}
	return topics.Apply(ctx, s.client, s.registry, plan)
}

// watch begins to read: the ledger as any reader that wants only what is committed, the audit everything.
func (s *site) watch() error {
	var visible, all []string
	for _, entry := range topics.Default().Topics() {
		if entry.Role != topics.Source && entry.Name != topics.Repairs.Name() {
			visible, all = append(visible, entry.Name), append(all, entry.Name)
		}
	}
	for _, stage := range s.stages {
		all = append(all, stage.Changelog())
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.unwatch = cancel
	for _, reader := range []struct {
		topics    []string
		isolation kgo.IsolationLevel
		take      func(context.Context, *kgo.Record) error
		reached   *positions
	}{
		{visible, kgo.ReadCommitted(), s.ledger.take, &s.ledger.reached},
		{all, kgo.ReadUncommitted(), s.audit.take, &s.audit.reached},
	} {
		client, err := kgo.NewClient(s.connection(kgo.ConsumeTopics(reader.topics...), kgo.FetchIsolationLevel(reader.isolation), kgo.KeepControlRecords(),
			kgo.FetchMaxWait(100*time.Millisecond))...)
		if err != nil {
			return err
		}
		s.watchers.Go(func() {
			defer client.Close()
			for ctx.Err() == nil {
				client.PollFetches(ctx).EachRecord(func(record *kgo.Record) {
					if err := reader.take(ctx, record); err != nil {
						select {
						case s.watchErr <- fmt.Errorf("%s partition %d offset %d: %w", record.Topic, record.Partition, record.Offset, err):
						default:
						}
					}
					reader.reached.set(record.Topic, record.Partition, record.Offset+1)
				})
			}
		})
	}
	return nil
}

// caughtUp tells that both readers have read to the end of everything, and that no transaction is open.
func (s *site) caughtUp(ctx context.Context) (bool, error) {
	stable, err := s.admin.ListCommittedOffsets(ctx, s.audit.reached.topics()...)
	if err == nil {
		err = stable.Error()
	}
	if err != nil {
		return false, err
	}
	ends, err := s.admin.ListEndOffsets(ctx, s.audit.reached.topics()...)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		return false, err
	}
	done := true
	ends.Each(func(end kadm.ListedOffset) {
		committed, _ := stable.Lookup(end.Topic, end.Partition)
		done = done && committed.Offset == end.Offset && s.audit.reached.of(end.Topic, end.Partition) == end.Offset
		if s.ledger.reads(end.Topic) {
			done = done && s.ledger.reached.of(end.Topic, end.Partition) == end.Offset
		}
	})
	return done, nil
}

// auditIsAtEnd waits until the audit has read everything that is there now.
func (s *site) auditIsAtEnd(ctx context.Context) error {
	var ends kadm.ListedOffsets
	return await(ctx, 2*time.Minute, "the audit has read all that is there", func() (at bool, err error) {
		if ends == nil {
			listed, err := s.admin.ListEndOffsets(ctx, s.audit.reached.topics()...)
			if err = errors.Join(err, listed.Error()); err != nil {
				return false, err
			}
			ends = listed
		}
		at = true
		ends.Each(func(end kadm.ListedOffset) { at = at && s.audit.reached.of(end.Topic, end.Partition) >= end.Offset })
		return at, nil
	})
}

// close ends every process and drops the data; the folder stays when something went wrong.
func (s *site) close(well bool) {
	for _, one := range s.instances {
		one.end()
	}
	if s.unwatch != nil {
		s.unwatch()
		s.watchers.Wait()
	}
	if s.client != nil {
		s.client.Close()
	}
	var err error
	if s.cluster != nil {
		if !well {
			s.cluster.keepLogs(s.folder)
		}
		err = s.cluster.scripts.Stop()
	}
	if well {
		err = errors.Join(err, os.RemoveAll(s.folder))
	} else {
		for _, one := range s.instances {
			_ = os.RemoveAll(one.state) // the logs are what is worth keeping
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "cleaning up:", err)
	}
}

// say prints a line with the time since the beginning.
func (s *site) say(format string, arguments ...any) {
	line := fmt.Sprintf(format, arguments...)
	if s.terminal {
		fmt.Print("\r\033[K")
	}
	fmt.Printf("%6.1f  %s\n", time.Since(s.began).Seconds(), line)
}

// pause waits; it returns at once when ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// await looks every tenth of a second whether something has come about; an error of ok is tried again until the time is over.
func await(ctx context.Context, atMost time.Duration, what string, ok func() (bool, error)) error {
	deadline := time.Now().Add(atMost)
	for {
		done, err := ok()
		switch {
		case err == nil && done:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case time.Now().After(deadline):
			return errors.Join(fmt.Errorf("after %s not yet: %s", atMost, what), err)
		}
		pause(ctx, 100*time.Millisecond)
	}
}

// between draws a duration.
func between(random *rand.Rand, least, most time.Duration) time.Duration {
	return least + time.Duration(random.Int64N(int64(most-least)+1))
}
