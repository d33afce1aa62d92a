package dev

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/node"
	"waybill/stream"
	"waybill/topics"
)

// Player writes the lines of scenarios to an embedded cluster whose stages run on its clock.
type Player struct {
	cluster    *Cluster
	catalogue  topics.Catalogue
	node       *node.Node
	clock      *Clock
	client     *kgo.Client
	admin      *kadm.Client
	watched    []string          // topics whose ends tell whether everything is processed
	foreign    map[string]string // other writers' schemas that are registered, by topic and path
	patience   time.Duration     // how long a stage may be kept from its work before that is an error
	lastGroup  string            // of the line before: see groupOf
	lines      int               // played so far
	early      int               // lines that say an earlier time than the clock showed
	firstEarly string            // where the first of them is

	mu     sync.Mutex
	failed error // of a record that could not be written
}

// NewPlayer connects. Close it.
func NewPlayer(cluster *Cluster, catalogue topics.Catalogue, stages []*stream.Stage, n *node.Node, clock *Clock) (*Player, error) {
	client, err := kgo.NewClient(append(cluster.Client(),
		kgo.ProducerBatchMaxBytes(maxRecord+1<<20), kgo.BrokerMaxWriteBytes(80<<20), kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)))...)
	if err != nil {
		return nil, err
	}
	p := &Player{
		cluster: cluster, catalogue: catalogue, node: n, clock: clock, client: client, admin: kadm.NewClient(client),
		foreign: map[string]string{}, patience: 30 * time.Second,
	}
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

// play writes a scenario. The stages see its lines in order as far as that matters: they come to rest before the clock
// moves, between master data and what needs it, and around commands and repairs. Settle, at the end, waits for the rest.
func (p *Player) play(ctx context.Context, l *lines) error {
	for {
		line, err := l.next(ctx)
		if err != nil || line == nil {
			return err
		}
		p.lines++
		if err := p.line(ctx, l, line); err != nil {
			return l.wrong(line.number, err)
		}
	}
}

func (p *Player) line(ctx context.Context, l *lines, line *Line) error {
	now := p.clock.Now()
	target := line.At
	if target.IsZero() {
		target = now
	}
	if target.Before(now) {
		if p.early++; p.early == 1 {
			p.firstEarly = fmt.Sprintf("%s line %d", l.of.name, line.number)
		}
		target = now
	}
	target = target.Add(line.Advance)
	if err := sane("advance", target); err != nil {
		return err
	}
	if target.After(now) {
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
	return p.write(ctx, l, line)
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
	if p.lines > 1 {
		if err := p.Settle(ctx); err != nil {
			return err
		}
	}
	p.clock.Set(to)
	p.node.Poke()
	return p.Settle(ctx)
}
