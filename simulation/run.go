// Package simulation proves the invariants of the design, seed by seed: a distributor's two weeks (workload) are played to
// the real stages on a simulated broker (stream/sim) while everything goes wrong that can, and what comes out is checked
// (checks) against the rules of the domain (model) and against the same weeks undisturbed.
package simulation

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"time"

	"waybill/outcome"
	"waybill/processors"
	"waybill/schemas"
	"waybill/simulation/checks"
	"waybill/simulation/model"
	"waybill/simulation/workload"
	"waybill/stream"
	"waybill/stream/sim"
	"waybill/topics"
)

// Player plays seeds, one after the other. What it keeps between them (schemas, declared stages) changes no run.
type Player struct {
	registry *schemas.LocalRegistry
	stages   [2][][]*stream.Stage // of each process: without and with the figures stage
	calm     []*stream.Stage
	otherID  map[int]int // under which the registry has a contract too, by its id
	check    func(*checks.Run) []checks.Failure
}

// NewPlayer makes a player, which one goroutine uses.
func NewPlayer() *Player {
	p := &Player{registry: schemas.NewLocalRegistry(), calm: stagesWith(0), check: checks.Of, otherID: map[int]int{}}
	for _, entry := range topics.Default().Topics() { // their ids are those of no history
		if contract, ok := schemas.Contract(entry.Name); ok {
			subject := schemas.Subject(entry.Name)
			p.otherID[p.registry.Register(subject, contract)] = p.registry.Register(subject, contract+" ")
		}
	}
	workload.Tell(0, p.registry, workload.Options{})
	return p
}

// Nothing follows from figures, and a stage more takes a third more time: one seed in eight runs it.
func withFigures(seed uint64) (figures int) {
	if seed%8 == 5 {
		return 1
	}
	return 0
}

func stagesWith(figures int) []*stream.Stage {
	return slices.DeleteFunc(processors.Stages(topics.Default()), func(stage *stream.Stage) bool { return figures == 0 && stage.Name == "figures" })
}

func (p *Player) stagesOf(seed uint64) func(process int) []*stream.Stage {
	figures := withFigures(seed)
	return func(process int) []*stream.Stage {
		for len(p.stages[figures]) <= process {
			p.stages[figures] = append(p.stages[figures], stagesWith(figures))
		}
		return p.stages[figures][process]
	}
}

// Plan is a run: a seed, and what of its history and its faults is left out.
type Plan struct {
	Seed    uint64
	Pebble  bool         // stores are Pebbles; else Memories
	Strikes []sim.Strike // not nil: of the faults of processes, disks and brokers only these strike
	Without []int        // the events of the history, by number, that are left out
	Plain   bool         // the faults of delivery are left out
	Story   func(at time.Time, text string)
}

// Result is what a run came to.
type Result struct {
	Failures []checks.Failure
	Events   int
	Sum      uint64  // of all bytes that were written
	Hours    float64 // until the last that is sent has been taken
	Strikes  []sim.Strike
	Struck   map[string]int // by fault: of processes, disks and brokers, of delivery, and in the history
	Reached  map[string]int // by state
}

// Play runs a plan.
func (p *Player) Play(plan Plan) *Result {
	history := workload.Tell(plan.Seed, p.registry, workload.Options{})
	var numbers []int // of the events that are left
	for number := range history.Events {
		if !slices.Contains(plan.Without, number) {
			numbers = append(numbers, number)
		}
	}
	history = history.Without(plan.Without...)
	run := &checks.Run{Registry: p.registry, History: history, Figures: withFigures(plan.Seed) == 1}
	result := &Result{Events: len(history.Events), Struck: map[string]int{}}
	p.storm(plan, run, numbers, result)
	defer run.Cluster.Close()
	if err := run.Cluster.Err(); err != nil {
		result.Failures = []checks.Failure{{Checker: "no-bug", What: err.Error()}}
	} else {
		run.Outcome = p.outcome(run.Cluster.Log().Committed)
		run.Calm = p.undisturbed(history)
		run.Expected = model.Expect(history)
		result.Failures = p.check(run)
	}
	p.report(run, history, result)
	return result
}

func (p *Player) report(run *checks.Run, history *workload.History, result *Result) {
	c := run.Cluster
	result.Sum, result.Strikes, result.Reached = c.Log().Sum(), c.Strikes(), c.Reached()
	maps.Copy(result.Reached, checks.Reached(run))
	for fault, n := range c.Struck() {
		result.Struck[fault.String()] = n
	}
	for kind, n := range history.Kinds() {
		result.Struck[kind] = n
	}
}

// storm plays the history with everything going wrong. Between the turns of the history, and at the end, all is calm for a
// while, so that what is missing by then is told.
func (p *Player) storm(plan Plan, run *checks.Run, numbers []int, result *Result) {
	history := run.History
	c := sim.NewCluster(sim.ClusterOptions{
		Seed: plan.Seed, Partitions: 1 + int32(plan.Seed%4), Processes: 1 + int(plan.Seed/4%3), Start: history.Start.Add(-time.Hour),
		Registry: p.registry, Stages: p.stagesOf(plan.Seed), Release: "simulated", Pebble: plan.Pebble, Only: plan.Strikes, Story: plan.Story,
	})
	run.Cluster = c
	send := func(event *workload.Event, otherID bool) {
		var key []byte
		if event.Key != "" {
			key = []byte(event.Key)
		}
		value := event.Bytes
		if otherID {
			value = p.underAnotherID(value)
		}
		place, offset := c.Send(event.Topic, key, value)
		if plan.Story != nil {
			plan.Story(c.Now(), fmt.Sprintf("source: %s %s %s: %s", event.Topic, event.Entity, event.ID(), p.describe(event)))
		}
		run.Sent = append(run.Sent, checks.Sent{Place: place, Offset: offset, Event: event})
	}
	told := plan.Story
	plan.Story = nil // what is known beforehand is no part of a story
	for i := range history.Steering {
		send(&history.Steering[i], false)
	}
	plan.Story = told
	c.Run(c.Now().Add(time.Minute))
	c.Calm()
	c.Run(c.Now().Add(time.Minute))
	for turn := range history.Turns() {
		c.Storm()
		var last time.Time
		for _, one := range deliver(plan, history, turn, numbers, c.Now(), result.Struck) {
			c.At(one.at, func() { send(&history.Events[one.event], one.other) })
			last = one.at
		}
		if last.After(c.Now()) {
			c.Run(last)
		}
		c.Run(c.Now().Add(time.Second))
		c.Calm()
		for range 2 {
			c.Run(c.Now().Add(workload.Settled))
		}
	}
	result.Hours = c.Now().Sub(history.Start).Hours()
	for _, at := range history.AtRest {
		c.Run(at)
	}
}

// underAnotherID is a value in the wire format with the other id of its schema; as it is when that is of no contract.
func (p *Player) underAnotherID(value []byte) []byte {
	const header = 5 // a zero and the id
	if len(value) < header {
		return value
	}
	other, known := p.otherID[int(binary.BigEndian.Uint32(value[1:header]))]
	if !known {
		return value
	}
	value = bytes.Clone(value)
	binary.BigEndian.PutUint32(value[1:], uint32(other))
	return value
}

// describe is an event for people, without what every record begins with.
func (p *Player) describe(event *workload.Event) string {
	text, err := schemas.JSON(context.Background(), p.registry, event.Bytes)
	if err != nil {
		return fmt.Sprintf("%d bytes that nobody can read", len(event.Bytes))
	}
	if begins := bytes.Index(text, []byte(`},"`)); begins > 0 && bytes.HasPrefix(text, []byte(`{"meta":`)) {
		text = append([]byte("{"), text[begins+2:]...)
	}
	if event.Kind != "" {
		return event.Kind + " " + string(text)
	}
	return string(text)
}

// events is how many events the history of a seed has.
func (p *Player) events(seed uint64) int {
	return len(workload.Tell(seed, p.registry, workload.Options{}).Events)
}

func (p *Player) outcome(committed func(topic string) []*stream.Record) *outcome.Outcome {
	result := outcome.New(p.registry)
	for _, topic := range outcome.Topics() {
		for _, record := range committed(topic) {
			if err := result.Take(context.Background(), record.Topic, record.Key, record.Value); err != nil {
				panic(err) // we wrote it
			}
		}
	}
	return result
}

// undisturbed is the outcome of a history as it happened, each event once.
func (p *Player) undisturbed(history *workload.History) (text string) {
	var failed error
	defer func() {
		if failed != nil {
			text = "undisturbed: " + failed.Error()
		}
	}()
	defer sim.Recovered(&failed)
	world := sim.New(sim.Raising{}, sim.Options{Partitions: 1, Start: history.Start.Add(-time.Hour), Registry: p.registry}, p.calm...)
	send := func(events []workload.Event) {
		for _, event := range events {
			if wait := event.At.Sub(world.Now()); wait > 0 {
				world.Advance(wait)
			}
			var key []byte
			if event.Key != "" {
				key = []byte(event.Key)
			}
			world.SendRaw(event.Topic, key, event.Bytes)
			world.Run()
		}
	}
	send(history.Steering)
	for _, turn := range history.Turns() {
		send(turn)
		for range 2 {
			world.Advance(workload.Settled)
		}
	}
	for _, at := range history.AtRest {
		world.Advance(at.Sub(world.Now()))
	}
	return p.outcome(func(topic string) (records []*stream.Record) {
		for _, record := range world.Records(topic) {
			records = append(records, &record)
		}
		return records
	}).String()
}
