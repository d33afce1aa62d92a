package rules_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"waybill/outcome"
	"waybill/processors"
	"waybill/schemas"
	"waybill/stream"
	"waybill/stream/sim"
	"waybill/topics"
)

// TestRules plays every scenario through all stages, a statement at a time, and compares what comes out of each with what
// stands below it. In the end it plays the same events again in other orders, each once or twice, with crashes: what is so
// at rest must be the same. With -rewrite it writes down what comes out, to be read and judged.
func TestRules(t *testing.T) {
	for _, path := range scenarios(t) {
		t.Run(strings.TrimSuffix(path, ".txt"), func(t *testing.T) {
			p := newPlay(t)
			datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
				p.t = t
				told, err := p.state(d)
				if err != nil {
					d.Fatalf(t, "%v", err)
				}
				return told
			})
			p.t = t
			if reason := headed(t, path).order; reason == "" {
				p.confluent(t)
			}
		})
	}
}

// scenarios are the files, sorted.
func scenarios(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatalf("there are no scenarios here: %v", err)
	}
	return paths
}

// nothing is told where nothing comes out, but of what is given.
const nothing = "nothing yet\n"

// starts is when every scenario begins, a Monday.
var starts = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// play is a scenario on its way.
type play struct {
	*sim.World
	t         *testing.T
	sent      []stream.Record // in the order in which they happened
	sequences map[string]int64
	position  int64
	read      map[string][]int               // by topic and partition: how much of it was told
	open      map[string]*schemas.Exception  // by id, as last told
	owed      map[string]*schemas.Receivable // by invoice, as last told
	bills     map[string]*schemas.InvoiceReady
}

func newPlay(t *testing.T) *play {
	return &play{
		World: newWorld(t, schemas.NewLocalRegistry(), 0, starts), t: t, sequences: map[string]int64{}, read: map[string][]int{},
		open: map[string]*schemas.Exception{}, owed: map[string]*schemas.Receivable{}, bills: map[string]*schemas.InvoiceReady{},
	}
}

func newWorld(t *testing.T, registry *schemas.LocalRegistry, seed uint64, start time.Time) *sim.World {
	return sim.New(t, sim.Options{Start: start, Seed: seed, Registry: registry}, processors.Stages(topics.Default())...)
}

// state takes a statement and tells what comes of it.
func (p *play) state(d *datadriven.TestData) (string, error) {
	s, err := read(d)
	if err != nil {
		return "", err
	}
	switch s.verb {
	case "given":
		for _, row := range s.rows {
			verb, arguments, err := datadriven.ParseLine(row)
			if err != nil {
				return "", err
			}
			given, err := statementOf(verb, arguments)
			if err != nil {
				return "", err
			}
			if err := p.happen(given); err != nil {
				return "", err
			}
		}
		p.Run()
		return strings.TrimPrefix(p.tell(), nothing), nil
	case "wait":
		by, err := time.ParseDuration(s.id)
		if err != nil {
			return "", err
		}
		p.Advance(by)
	case "again":
		last := p.sent[len(p.sent)-1]
		p.SendRaw(last.Topic, last.Key, last.Value)
		p.sent = append(p.sent, last)
	case "show":
		return p.show(s), nil
	case "command":
		if err := p.command(s); err != nil {
			return "", err
		}
	default:
		if err := p.happen(s); err != nil {
			return "", err
		}
	}
	p.Run()
	return p.tell(), nil
}

// happen sends a statement's event, a minute after the one before it. An item may bring its list price along.
func (p *play) happen(s statement) error {
	listed := ""
	if s.verb == "item" {
		listed = s.take("price", "")
	}
	late, err := time.ParseDuration(s.take("late", "0s"))
	if err != nil {
		return err
	}
	delayed, err := time.ParseDuration(s.take("delayed", "0s"))
	if err != nil {
		return err
	}
	var cut, sequence int64
	for _, number := range []struct {
		of   string
		into *int64
	}{{"cut", &cut}, {"sequence", &sequence}} {
		if _, err := fmt.Sscan(s.take(number.of, "0"), number.into); err != nil {
			return fmt.Errorf("%s: %w", number.of, err)
		}
	}
	source := s.take("source", "")
	e, err := s.event()
	if err != nil {
		return err
	}
	p.Advance(time.Minute)
	meta := map[string]any{"event_id": fmt.Sprintf("%s-%d", s.verb, len(p.sent)+1), "source": e.source}
	if source != "" {
		meta["source"] = source
	}
	written := p.Now().Add(-delayed)
	meta["recorded_at"] = written.Format(time.RFC3339)
	meta["occurred_at"] = written.Add(-late).Format(time.RFC3339)
	p.place(meta, e, sequence)
	e.value["meta"] = meta
	if err := p.send(e.topic, e.key, e.value, cut); err != nil || listed == "" {
		return err
	}
	uom := "each"
	if base, ok := e.value["base_uom"].(string); ok {
		uom = base
	}
	return p.happen(statement{verb: "price", id: "L-" + s.id, fields: map[string]string{"item_id": s.id, "unit_price": listed, "uom": uom}})
}

// place gives an event its sequence or position, as its topic's ordering contract wants.
func (p *play) place(meta map[string]any, e event, sequence int64) {
	entry, _ := topics.Default().Topic(e.topic)
	if entry.Ordering.Contract != topics.Dense {
		p.position++
		meta["position"] = p.position
		return
	}
	of := e.topic + " " + e.entity
	p.sequences[of]++
	if sequence > 0 {
		p.sequences[of] = sequence
	}
	meta["sequence"] = p.sequences[of]
}

func (p *play) send(topic, key string, value map[string]any, cut int64) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	encoded, err := schemas.EncodeJSON(context.Background(), p.Registry(), topic, "", text)
	if err != nil {
		return err
	}
	record := stream.Record{Topic: topic, Key: []byte(key), Value: encoded[:int64(len(encoded))-cut]}
	p.SendRaw(record.Topic, record.Key, record.Value)
	p.sent = append(p.sent, record)
	return nil
}

// command sends what a person asks for, of the one open exception of a class, or of what it names.
func (p *play) command(s statement) error {
	target := s.take("target", "")
	if class := s.take("of", ""); class != "" {
		for _, id := range slices.Sorted(maps.Keys(p.open)) {
			if p.open[id].Class == class {
				target = id
			}
		}
		if target == "" {
			return fmt.Errorf("no exception %s is open", class)
		}
	}
	kind, reason, actor := s.id, s.take("reason", "agreed"), s.take("actor", "anna")
	payload := map[string]any{}
	set := map[string]any{}
	for field, value := range s.fields {
		if path, ok := strings.CutPrefix(field, "set."); ok {
			set[path] = value
			continue
		}
		payload[field] = typed(value)
	}
	if len(set) > 0 {
		payload["set"] = set
	}
	p.Advance(time.Minute)
	value := map[string]any{
		"meta": map[string]any{
			"event_id": fmt.Sprintf("command-%d", len(p.sent)+1), "source": "waybill",
			"recorded_at": p.Now().Format(time.RFC3339), "occurred_at": p.Now().Format(time.RFC3339),
		},
		"command_id": fmt.Sprintf("command-%d", len(p.sent)+1), "actor": actor, "kind": kind, "target": target, "reason": reason,
	}
	if len(payload) > 0 {
		text, err := json.Marshal(payload)
		if err != nil {
			return err
		}
		value["payload"] = string(text)
	}
	return p.send(topics.Commands.Name(), target, value, 0)
}

// confluent plays what happened in other orders.
func (p *play) confluent(t *testing.T) {
	t.Helper()
	end := p.Now().Add(time.Hour)
	rest := func(seed uint64) string {
		world, records := newWorld(t, p.Registry(), seed, end), slices.Clone(p.sent)
		if seed > 0 {
			random := rand.New(rand.NewPCG(seed, 5))
			for _, one := range p.sent {
				if random.IntN(3) == 0 {
					records = append(records, one)
				}
			}
			random.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
		}
		for i, one := range records {
			world.SendRaw(one.Topic, one.Key, one.Value)
			if seed == 0 || i%3 == 2 {
				world.Run()
			}
			if seed > 0 && i == len(records)/2 {
				world.Crash()
			}
		}
		world.Run()
		for range 8 {
			world.Advance(25 * time.Hour)
		}
		result := outcome.New(world.Registry())
		for _, topic := range outcome.Topics() {
			for _, one := range world.Records(topic) {
				if err := result.Take(context.Background(), one.Topic, one.Key, one.Value); err != nil {
					t.Fatal(err)
				}
			}
		}
		if doubled := result.Doubled(); len(doubled) > 0 {
			t.Errorf("billed twice: %v", doubled)
		}
		return result.String()
	}
	want := rest(0)
	for seed := uint64(1); seed <= 5; seed++ {
		if difference := outcome.Difference(want, rest(seed)); difference != "" {
			t.Errorf("in another order (%d) it does not come to the same (− in order, + shuffled):\n%s", seed, difference)
		}
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
