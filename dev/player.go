package dev

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/node"
	"waybill/schemas"
	"waybill/stream"
	"waybill/topics"
)

// Player writes the lines of scenarios to an embedded cluster whose stages run on its clock.
type Player struct {
	cluster   *Cluster
	catalogue topics.Catalogue
	node      *node.Node
	clock     *Clock
	client    *kgo.Client
	admin     *kadm.Client
	watched   []string // topics whose ends tell whether everything is processed
	foreign   map[string]string
	failed    error  // of a record that could not be written
	lastGroup string // of the line before: see group
	Lines     int    // played so far
}

// NewPlayer connects. Close it.
func NewPlayer(cluster *Cluster, catalogue topics.Catalogue, stages []*stream.Stage, n *node.Node, clock *Clock) (*Player, error) {
	client, err := kgo.NewClient(append(cluster.Client(),
		kgo.ProducerBatchMaxBytes(16<<20), kgo.BrokerMaxWriteBytes(80<<20), kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)))...)
	if err != nil {
		return nil, err
	}
	p := &Player{cluster: cluster, catalogue: catalogue, node: n, clock: clock, client: client, admin: kadm.NewClient(client), foreign: map[string]string{}}
	seen := map[string]bool{}
	for _, stage := range stages {
		for _, topic := range append(stage.Inputs(), stage.References()...) {
			if !seen[topic] {
				seen[topic], p.watched = true, append(p.watched, topic)
			}
		}
	}
	return p, nil
}

// Close ends the connection.
func (p *Player) Close() { p.client.Close() }

// Play writes a scenario. The stages see its lines in order as far as that matters: they come to rest before the clock
// moves, between master data and what needs it, and around commands and repairs. Settle, at the end, waits for the rest.
func (p *Player) Play(ctx context.Context, scenario Scenario) error {
	opened, err := scenario.Folder.Open(scenario.Name)
	if err != nil {
		return err
	}
	defer opened.Close() // it was only read
	return ReadScenario(scenario.Name, opened, func(line *Line) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		p.Lines++
		return p.line(ctx, line, scenario.Folder)
	})
}

func (p *Player) line(ctx context.Context, line *Line, folder fs.FS) error {
	target := line.At
	if target.IsZero() {
		target = p.clock.Now()
	}
	target = target.Add(time.Duration(line.Advance))
	if target.After(p.clock.Now()) {
		if err := p.moveClock(ctx, target); err != nil {
			return err
		}
	}
	if line.Topic == "" {
		return nil
	}
	if group := groupOf(line.Topic); group != p.lastGroup || group == "steering" {
		if err := p.Settle(ctx); err != nil {
			return err
		}
		p.lastGroup = group
	}
	return p.write(ctx, line, folder)
}

// groupOf sorts topics into what needs the other to be processed first: references, what people do, and all else.
func groupOf(topic string) string {
	switch {
	case strings.HasPrefix(topic, "master."):
		return "master"
	case topic == topics.Commands.Name() || topic == topics.Repairs.Name():
		return "steering"
	}
	return "events"
}

func (p *Player) moveClock(ctx context.Context, to time.Time) error {
	if p.Lines > 1 {
		if err := p.Settle(ctx); err != nil {
			return err
		}
	}
	p.clock.Set(to)
	p.node.Poke()
	return p.Settle(ctx)
}

func (p *Player) write(ctx context.Context, line *Line, folder fs.FS) error {
	entry, ok := p.catalogue.Topic(line.Topic)
	if !ok {
		return fmt.Errorf("topic: %q is not in the catalogue; see `waybill topics list`", line.Topic)
	}
	record := &kgo.Record{Topic: line.Topic, Timestamp: p.clock.Now(), Value: line.Raw}
	if line.Value != nil && string(line.Value) != "null" {
		schema, err := p.schema(ctx, line, folder)
		if err != nil {
			return err
		}
		if record.Value, err = schemas.EncodeJSON(ctx, p.cluster.Registry, line.Topic, schema, line.Value); err != nil {
			return fmt.Errorf("value: %w", err)
		}
	}
	switch {
	case line.NoKey:
	case line.Key != nil:
		record.Key = []byte(*line.Key)
	case line.Value != nil:
		if key, ok := entry.KeyOf(line.Value); ok {
			record.Key = []byte(key)
		}
	}
	for name, value := range line.Headers {
		record.Headers = append(record.Headers, kgo.RecordHeader{Key: name, Value: []byte(value)})
	}
	p.client.Produce(ctx, record, func(_ *kgo.Record, err error) {
		if err != nil && p.failed == nil {
			p.failed = fmt.Errorf("writing to %s: %w", line.Topic, err)
		}
	})
	return nil
}

// schema reads another writer's schema and registers it as that writer would, whatever the subject's compatibility says:
// a writer that does not ask is what the scenario is about.
func (p *Player) schema(ctx context.Context, line *Line, folder fs.FS) (string, error) {
	if line.Schema == "" {
		return "", nil
	}
	if text, known := p.foreign[line.Topic+" "+line.Schema]; known {
		return text, nil
	}
	text, err := fs.ReadFile(folder, path.Clean(line.Schema))
	if err != nil {
		return "", fmt.Errorf("schema: %w (paths begin in the scenario's folder and do not leave it)", err)
	}
	if err := RegisterUnasked(ctx, p.cluster.Registry, line.Topic, string(text)); err != nil {
		return "", fmt.Errorf("schema %s: %w", line.Schema, err)
	}
	p.foreign[line.Topic+" "+line.Schema] = string(text)
	return string(text), nil
}

// RegisterUnasked registers a schema of another writer under a topic's subject, whatever the subject's compatibility says.
func RegisterUnasked(ctx context.Context, registry *schemas.RegistryClient, topic, schema string) error {
	subject := schemas.Subject(topic)
	level, err := registry.Compatibility(ctx, subject)
	if err != nil {
		return err
	}
	if err := registry.SetCompatibility(ctx, subject, "NONE"); err != nil {
		return err
	}
	if _, err := registry.Register(ctx, subject, schema); err != nil || level == "" {
		return err
	}
	return registry.SetCompatibility(ctx, subject, level)
}

// Settle waits until the stages have processed everything that was written, and all that follows from it.
func (p *Player) Settle(ctx context.Context) error {
	if err := p.client.Flush(ctx); err != nil {
		return err
	}
	if p.failed != nil {
		return p.failed
	}
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	before := ""
	for {
		ends, err := p.ends(ctx)
		if err != nil {
			return err
		}
		// Twice the same ends with everything taken up to them: nothing was under way in between.
		settled := p.node.Settled(ends, p.clock.Now())
		now := fmt.Sprint(ends)
		if settled && now == before {
			return nil
		}
		if before = ""; settled {
			before = now
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// ends are the ends of everything that the stages read.
func (p *Player) ends(ctx context.Context) (map[string]map[int32]int64, error) {
	listed, err := p.admin.ListEndOffsets(ctx, p.watched...)
	if err == nil {
		err = listed.Error()
	}
	if err != nil {
		return nil, fmt.Errorf("ends of the topics: %w", err)
	}
	ends := map[string]map[int32]int64{}
	for topic, partitions := range listed {
		ends[topic] = map[int32]int64{}
		for partition, end := range partitions {
			ends[topic][partition] = end.Offset
		}
	}
	return ends, nil
}
