package stream

import (
	"context"
	"fmt"
	"strings"

	"waybill/schemas"
	"waybill/topics"
)

// Program is a stage, validated and bound to a schema registry: what tasks run.
type Program struct {
	stage    *Stage
	release  string
	layout   Layout
	takers   map[string]taker
	encoders []encoder
}

type taker func(context.Context, *Step, *Record) error

// Bind validates a stage's declarations, all problems at once, and binds its codecs to a registry. The release is written
// beside dead letters.
func Bind(stage *Stage, registry schemas.Registry, release string) (*Program, error) {
	problems := append([]string(nil), stage.problems...)
	report := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	if stage.Name == "" || strings.ContainsAny(stage.Name, " ./") {
		report("the name %q is not one word", stage.Name)
	}
	if len(stage.inputs) == 0 {
		report("there is no input")
	}
	if len(stage.references) > 0 && stage.wake == nil {
		report("reference data is read, but OnWake says nothing of what happens when an awaited row arrives")
	}
	p := &Program{stage: stage, release: release, layout: stage.layout(), takers: map[string]taker{}}
	for _, in := range stage.inputs {
		if p.takers[in.topic] != nil {
			report("input %s is declared twice", in.topic)
			continue
		}
		p.takers[in.topic] = in.bind(registry)
	}
	written := map[string]bool{}
	for _, out := range stage.outputs {
		if written[out.topic] {
			report("output %s is declared twice", out.topic)
		}
		if p.takers[out.topic] != nil {
			report("%s is both read and written: a stage that feeds itself may never end", out.topic)
		}
		written[out.topic] = true
		p.encoders = append(p.encoders, out.bind(registry))
	}
	for _, ref := range stage.references {
		if p.takers[ref.topic] != nil {
			report("%s is both an input and reference data", ref.topic)
		}
		ref.decode = ref.bind(registry)
	}
	if len(problems) > 0 {
		return nil, fmt.Errorf("stage %s: %s", stage.Name, strings.Join(problems, "; "))
	}
	return p, nil
}

// Layout tells where the rows of the stage's tasks lie in their store.
func (p *Program) Layout() Layout { return p.layout }

// Stage returns the declarations.
func (p *Program) Stage() *Stage { return p.stage }

// CheckPartitions refuses inputs that cannot be joined: a stage's task takes the partition of its number of every input,
// so all of them need the same number of partitions.
func (p *Program) CheckPartitions(partitions map[string]int32) error {
	first := p.stage.inputs[0].topic
	for _, in := range p.stage.inputs {
		n, ok := partitions[in.topic]
		if !ok || n == 0 {
			return fmt.Errorf("stage %s: topic %s does not exist: run `waybill topics apply`", p.stage.Name, in.topic)
		}
		if n != partitions[first] {
			return fmt.Errorf("stage %s joins %s with %d partitions and %s with %d: they need the same number",
				p.stage.Name, first, partitions[first], in.topic, n)
		}
	}
	return nil
}

// PartitionOf is the partition that a keyed record belongs to: Kafka's default, murmur2 of the key.
func PartitionOf(key []byte, partitions int32) int32 {
	return int32((murmur2(key) & 0x7fffffff) % uint32(partitions))
}

func murmur2(data []byte) uint32 {
	const m, r = 0x5bd1e995, 24
	h := uint32(0x9747b28c) ^ uint32(len(data))
	for ; len(data) >= 4; data = data[4:] {
		k := uint32(data[0]) | uint32(data[1])<<8 | uint32(data[2])<<16 | uint32(data[3])<<24
		k *= m
		k ^= k >> r
		k *= m
		h = h*m ^ k
	}
	switch len(data) {
	case 3:
		h ^= uint32(data[2]) << 16
		fallthrough
	case 2:
		h ^= uint32(data[1]) << 8
		fallthrough
	case 1:
		h = (h ^ uint32(data[0])) * m
	}
	h ^= h >> 13
	h *= m
	return h ^ h>>15
}

// Topology is what a stage reads, keeps and writes, for people and for access rights.
type Topology struct {
	Stage      string   `json:"stage"`
	Group      string   `json:"group"`
	Inputs     []string `json:"inputs"`
	References []string `json:"references"`
	Outputs    []string `json:"outputs"`
	Changelog  string   `json:"changelog"`
	Tables     []string `json:"tables"`
	Timers     []string `json:"timers"`
}

// Topology describes the stage.
func (stage *Stage) Topology() Topology {
	return Topology{
		Stage: stage.Name, Group: stage.Group(), Changelog: stage.Changelog(),
		Inputs: stage.Inputs(), References: stage.References(), Outputs: append(stage.Outputs(), topics.DeadLetters),
		Tables: stage.Tables(), Timers: stage.Timers(),
	}
}
