// Package passthrough moves what the stages move and computes nothing: the ceiling of what a client can do exactly once.
package passthrough

import (
	"context"
	"encoding/gob"
	"os"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/bench/cluster"
	"waybill/topics"
)

// Profile is what the stages have written for a load: how much, and a sample of it, so that it compresses alike.
type Profile struct {
	Hops    []Hop
	Written map[string]Count // by topic
}

// Count is what was written to a topic.
type Count struct{ Records, Bytes int64 }

// Hop is a stage.
type Hop struct {
	Name    string
	Inputs  []string
	Outputs []Output
}

// Output is a topic that a hop writes.
type Output struct {
	Topic     string
	PerRecord float64 // of the hop's input
	Own       bool    // to the partition of the input, as a changelog is; otherwise where the key belongs
	Sample    []Pair
}

// Pair is a record.
type Pair struct{ Key, Value []byte }

// sampled is how many neighbours of a partition are taken.
const sampled = 4096

// Measure reads what a run of the stages has left of a load of so many records.
func Measure(ctx context.Context, c *cluster.Cluster, loaded int, sources []string) (*Profile, error) {
	intake, fulfilment := c.Stages[0], c.Stages[1]
	p := &Profile{Written: map[string]Count{}}
	between := []string{topics.Orders.Name(), topics.Shipments.Name()}
	outputs := []string{topics.InvoiceReady.Name(), topics.Demand.Name(), topics.Conditions.Name()}
	samples, from := map[string][]Pair{}, map[string]int32{}
	all := append(append([]string{intake.Changelog(), fulfilment.Changelog()}, between...), outputs...)
	err := c.ReadAll(ctx, func(record *kgo.Record) error {
		count := p.Written[record.Topic]
		count.Records, count.Bytes = count.Records+1, count.Bytes+int64(len(record.Key)+len(record.Value))
		p.Written[record.Topic] = count
		partition, begun := from[record.Topic]
		if !begun {
			partition, from[record.Topic] = record.Partition, record.Partition
		}
		if partition == record.Partition && len(samples[record.Topic]) < sampled {
			samples[record.Topic] = append(samples[record.Topic], Pair{record.Key, record.Value})
		}
		return nil
	}, all...)
	if err != nil {
		return nil, err
	}
	hop := func(name string, inputs []string, taken int64, changelog string, names []string) {
		h := Hop{Name: name, Inputs: inputs}
		for _, topic := range append([]string{changelog}, names...) {
			if taken > 0 && len(samples[topic]) > 0 {
				h.Outputs = append(h.Outputs, Output{topic, float64(p.Written[topic].Records) / float64(taken), topic == changelog, samples[topic]})
			}
		}
		p.Hops = append(p.Hops, h)
	}
	// Of conditions nearly all are fulfilment's.
	hop("intake", sources, int64(loaded), intake.Changelog(), between)
	hop("fulfilment", between, p.Written[between[0]].Records+p.Written[between[1]].Records, fulfilment.Changelog(), outputs)
	return p, nil
}

// Save writes the profile for the process that follows it.
func (p *Profile) Save(file string) error {
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	if err := gob.NewEncoder(out).Encode(p); err != nil {
		return err
	}
	return out.Close()
}

func open(file string) (*Profile, error) {
	in, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = in.Close() }() // it was only read
	p := &Profile{}
	return p, gob.NewDecoder(in).Decode(p)
}
