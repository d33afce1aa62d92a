package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
	"waybill/stream/kafka"
	"waybill/topics"
)

// Options of a node.
type Options struct {
	Config   Config
	Release  string
	Client   []kgo.Opt
	Registry schemas.Registry
	Stages   []*stream.Stage
	Now      func() time.Time // time.Now when nil
	InMemory bool             // state is kept in memory: dev
	Log      *slog.Logger
}

// Node runs stages in this process.
type Node struct {
	options  Options
	metrics  *prometheus.Registry
	runners  []*kafka.Runner
	stores   map[string]*state.Pebble
	follow   []func(context.Context) // topics that metrics are made of
	mu       sync.Mutex
	stopping bool
}

// New checks everything that can be checked without a connection.
func New(options Options) (*Node, error) {
	n := &Node{options: options, metrics: prometheus.NewRegistry(), stores: map[string]*state.Pebble{}}
	instance, err := n.instance()
	if err != nil {
		return nil, err
	}
	memory, err := ParseBytes(options.Config.Memory)
	if err != nil {
		return nil, fmt.Errorf("memory: %w", err)
	}
	share := memory / int64(max(len(options.Stages), 1))
	metrics := kafka.NewMetrics()
	metrics.Register(n.metrics)
	n.metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), (*nodeCollector)(n))
	for _, stage := range options.Stages {
		follower := follower{options.Client, options.Registry, options.Log}
		if slices.Contains(stage.Outputs(), topics.Exceptions.Name()) {
			open := &openExceptions{follower: follower, open: map[string]openException{}}
			n.metrics.MustRegister(open)
			n.follow = append(n.follow, open.follow)
		}
		if slices.Contains(stage.Outputs(), topics.Figures.Name()) {
			figures := newFigureMetrics(follower, options.Now)
			n.metrics.MustRegister(figures)
			n.follow = append(n.follow, figures.follow)
		}
		program, err := stream.Bind(stage, options.Registry, options.Release)
		if err != nil {
			return nil, err
		}
		runner, err := kafka.NewRunner(program, kafka.Options{
			Client: options.Client, Registry: options.Registry, Instance: instance, Now: options.Now, Log: options.Log, Metrics: metrics,
			OpenStore: n.opener(share), DropStore: n.drop,
			CommitInterval: options.Config.CommitInterval, CacheBytes: int(share / 8),
			TransactionTimeout: options.Config.TransactionTimeout, SessionTimeout: options.Config.SessionTimeout,
		})
		if err != nil {
			return nil, err
		}
		n.runners = append(n.runners, runner)
	}
	return n, nil
}

// instance is the configured name, or the one kept in the state folder, made there at the first start.
func (n *Node) instance() (string, error) {
	if n.options.Config.Instance != "" {
		return n.options.Config.Instance, nil
	}
	if n.options.InMemory {
		return "dev", nil
	}
	file := filepath.Join(n.options.Config.State, "instance")
	kept, err := os.ReadFile(file)
	if err == nil && len(strings.TrimSpace(string(kept))) > 0 {
		return strings.TrimSpace(string(kept)), nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("state: %w", err)
	}
	if err := os.MkdirAll(n.options.Config.State, 0o700); err != nil {
		return "", fmt.Errorf("state: %w", err)
	}
	host, err := os.Hostname()
	if err != nil {
		host = "waybill"
	}
	name := fmt.Sprintf("%s-%x", host, time.Now().UnixNano())
	if err := os.WriteFile(file, []byte(name+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("state: %w", err)
	}
	return name, nil
}

func (n *Node) opener(share int64) func(stage string) (state.Store, error) {
	return func(stage string) (state.Store, error) {
		if n.options.InMemory {
			return state.OpenMemory(), nil
		}
		store, err := state.OpenPebble(n.folder(stage), state.PebbleOptions{
			CacheBytes: share / 8, MemTableBytes: uint64(max(share/8, 1<<20)), Logger: n.options.Log.With("stage", stage),
		})
		if err != nil {
			return nil, err
		}
		n.mu.Lock()
		n.stores[stage] = store
		n.mu.Unlock()
		return &measuredStore{store, func() {
			n.mu.Lock()
			defer n.mu.Unlock()
			delete(n.stores, stage)
		}}, nil
	}
}

// measuredStore is a store whose size is shown for as long as it is open.
type measuredStore struct {
	*state.Pebble
	forget func()
}

// Close closes the store.
func (s *measuredStore) Close() error {
	s.forget()
	return s.Pebble.Close()
}

func (n *Node) folder(stage string) string { return filepath.Join(n.options.Config.State, stage) }

func (n *Node) drop(stage string) error { return os.RemoveAll(n.folder(stage)) }

// Run runs every stage until ctx ends, then stops them: each finishes its epoch and leaves its group. A bug in one stage
// stops them all, and is returned.
func (n *Node) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var running sync.WaitGroup
	for _, follow := range n.follow {
		running.Go(func() { follow(ctx) })
	}
	failures := make([]error, len(n.runners))
	var stages sync.WaitGroup
	for i, runner := range n.runners {
		stages.Go(func() {
			if failures[i] = runner.Run(ctx); failures[i] != nil {
				cancel(failures[i])
			}
		})
	}
	stages.Wait()
	cancel(nil)
	running.Wait()
	return errors.Join(failures...)
}

// Statuses tells what every stage is doing.
func (n *Node) Statuses() []kafka.Status {
	var statuses []kafka.Status
	for _, runner := range n.runners {
		statuses = append(statuses, runner.Status())
	}
	return statuses
}

// Ready tells that every stage reads its inputs and restores nothing.
func (n *Node) Ready() bool {
	for _, status := range n.Statuses() {
		if !status.Ready() {
			return false
		}
	}
	return true
}

// Poke has every stage look at the clock: it was moved.
func (n *Node) Poke() {
	for _, runner := range n.runners {
		runner.Poke()
	}
}

// Settled tells that every stage has taken all up to the ends given and has run what is due at now.
func (n *Node) Settled(ends map[string]map[int32]int64, now time.Time) bool {
	for _, runner := range n.runners {
		if !runner.Settled(ends, now) {
			return false
		}
	}
	return true
}

// Lag is how many offsets all stages together have left to take up to the ends given.
func (n *Node) Lag(ends map[string]map[int32]int64) (lag int64) {
	for _, runner := range n.runners {
		lag += runner.Lag(ends)
	}
	return lag
}
