package dev

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/inspect"
	"waybill/node"
	"waybill/stream"
	"waybill/topics"
)

// Outputs are the topics that others read, in the order in which they are shown.
func Outputs() []string {
	return []string{
		topics.InvoiceReady.Name(), topics.Exceptions.Name(), topics.OrderStatus.Name(), topics.Availability.Name(),
		topics.Receivables.Name(), topics.DeadLetters,
	}
}

// Embedded is a cluster with all stages running on it.
type Embedded struct {
	Cluster *Cluster
	Node    *node.Node
	Player  *Player

	stop context.CancelFunc
	done chan error
}

// EmbeddedOptions say what to run.
type EmbeddedOptions struct {
	Catalogue topics.Catalogue
	Stages    []*stream.Stage
	Release   string
	Clock     *Clock // nil: the real one
	Port      int    // of the broker; 0: any
	Log       *slog.Logger
}

// StartEmbedded starts a cluster, applies the catalogue and runs the stages.
func StartEmbedded(ctx context.Context, options EmbeddedOptions) (*Embedded, error) {
	cluster, err := StartCluster(ctx, options.Catalogue, options.Stages, options.Port)
	if err != nil {
		return nil, err
	}
	config := node.Default()
	config.CommitInterval = 5 * time.Millisecond
	now := time.Now
	clock := options.Clock
	if clock != nil {
		now = clock.Now
	} else {
		clock = NewClock(time.Now())
	}
	running, err := node.New(node.Options{
		Config: config, Release: options.Release, Client: cluster.Client(), Registry: cluster.Registry, Stages: options.Stages,
		Now: now, InMemory: true, Log: options.Log,
	})
	if err != nil {
		cluster.Close()
		return nil, err
	}
	player, err := NewPlayer(cluster, options.Catalogue, options.Stages, running, clock)
	if err != nil {
		cluster.Close()
		return nil, err
	}
	work, stop := context.WithCancel(ctx)
	e := &Embedded{Cluster: cluster, Node: running, Player: player, stop: stop, done: make(chan error, 1)}
	go func() {
		err := running.Run(work)
		stop() // a bug in a stage ends what waits for it
		e.done <- err
	}()
	return e, nil
}

// Close stops the stages, then the cluster, and returns the bug that ended a stage, if one did.
func (e *Embedded) Close() error {
	e.stop()
	err := <-e.done
	e.Player.Close()
	e.Cluster.Close()
	return err
}

// Played is what came out of scenarios.
type Played struct {
	Records []inspect.Record // of the output topics, by time, then topic, partition and offset
	Lines   int
	Took    time.Duration
}

// Once plays scenarios from their start to the end of everything that follows from them.
func Once(ctx context.Context, options EmbeddedOptions, scenarios []Scenario) (played *Played, err error) {
	began := time.Now()
	start, err := startOf(scenarios[0])
	if err != nil {
		return nil, err
	}
	options.Clock = NewClock(start)
	e, err := StartEmbedded(ctx, options)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	playing, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { // a bug in a stage: nothing settles any more
		select {
		case bug := <-e.done:
			e.done <- bug
			cancel()
		case <-playing.Done():
		}
	}()
	for _, scenario := range scenarios {
		if err := e.Player.Play(playing, scenario); err != nil {
			return nil, err
		}
	}
	if err := e.Player.Settle(playing); err != nil {
		return nil, err
	}
	played = &Played{Lines: e.Player.Lines}
	if played.Records, err = readOutputs(playing, e.Cluster); err != nil {
		return nil, err
	}
	played.Took = time.Since(began)
	return played, nil
}

// startOf is the time at which a scenario begins: the first line's, else now.
func startOf(scenario Scenario) (start time.Time, err error) {
	opened, err := scenario.Folder.Open(scenario.Name)
	if err != nil {
		return start, err
	}
	defer opened.Close() // it was only read
	first := errors.New("first line read")
	err = ReadScenario(scenario.Name, opened, func(line *Line) error { start = line.At; return first })
	if err != nil && !errors.Is(err, first) {
		return start, err
	}
	if start.IsZero() {
		start = time.Now()
	}
	return start, nil
}

func readOutputs(ctx context.Context, cluster *Cluster) ([]inspect.Record, error) {
	reader, err := inspect.NewReader(ctx, cluster.Client(), inspect.Selection{Topics: Outputs()})
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	polled, err := reader.Read(ctx)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(polled, func(a, b *kgo.Record) int { return a.Timestamp.Compare(b.Timestamp) })
	records := make([]inspect.Record, 0, len(polled))
	for _, one := range polled {
		record, err := inspect.RecordOf(ctx, cluster.Registry, one)
		if err != nil {
			return nil, err
		}
		records = append(records, record)
	}
	return records, nil
}

// Latest keeps the newest value of each key of a compacted topic, by key.
func (p *Played) Latest(topic string) []inspect.Record {
	newest := map[string]inspect.Record{}
	for _, record := range p.Records {
		if record.Topic != topic || record.Key == nil {
			continue
		}
		if string(record.Value) == "null" && record.Raw == nil {
			delete(newest, *record.Key)
			continue
		}
		newest[*record.Key] = record
	}
	var rows []inspect.Record
	for _, record := range newest {
		rows = append(rows, record)
	}
	slices.SortFunc(rows, func(a, b inspect.Record) int { return cmp.Compare(*a.Key, *b.Key) })
	return rows
}
