package checks

import (
	"context"
	"fmt"

	"waybill/schemas"
	"waybill/stream"
	"waybill/stream/sim"
	"waybill/topics"
)

// nothingDoubled: each stage's epochs take its inputs once, one behind the other; an event is applied once; a bill is
// emitted once.
func nothingDoubled(run *Run) (broken []string) {
	taken := map[string]map[sim.Place]int64{}
	for _, epoch := range run.Cluster.Epochs() {
		if taken[epoch.Stage] == nil {
			taken[epoch.Stage] = map[sim.Place]int64{}
		}
		for place, from := range epoch.From {
			if before := taken[epoch.Stage][place]; from < before {
				broken = append(broken, fmt.Sprintf("stage %s took %s partition %d from offset %d, and had taken it to %d", epoch.Stage, place.Topic, place.Partition, from, before))
			}
			taken[epoch.Stage][place] = max(taken[epoch.Stage][place], epoch.To[place])
		}
	}
	for _, id := range run.Outcome.Doubled() {
		broken = append(broken, fmt.Sprintf("invoice_ready_id %s was emitted more than once", id))
	}
	return append(broken, appliedTwice(run)...)
}

// appliedTwice names the events of which two records were applied: an event is in the canonical topics by one of its records.
func appliedTwice(run *Run) (broken []string) {
	type applied struct{ topic, event, to string }
	by := map[applied]string{}
	note := func(origin schemas.Evidence, to string) {
		at := applied{origin.Topic, origin.EventID, to}
		place := placeText(origin.Topic, origin.Partition, origin.Offset)
		if before, known := by[at]; known {
			broken = append(broken, fmt.Sprintf("event %s was applied twice for %s: by %s and by %s", origin.EventID, to, before, place))
		}
		by[at] = place
	}
	each(run, topics.Orders, func(e *schemas.OrderEvent) {
		if e.Hold == nil {
			note(e.Origin, "order "+e.OrderID)
		}
	})
	each(run, topics.Shipments, func(e *schemas.ShipmentEvent) {
		if e.Hold == nil {
			note(e.Origin, "order "+e.OrderID)
		}
	})
	each(run, topics.Stock, func(e *schemas.StockEvent) { note(e.Origin, fmt.Sprintf("stock, expected %t", e.Expected)) })
	return broken
}

// each decodes the committed records of a topic.
func each[V any](run *Run, topic topics.Topic[V], take func(*V)) {
	codec := schemas.NewCodec[V](run.Registry, topic.Name())
	for _, record := range run.Cluster.Log().Committed(topic.Name()) {
		if record.Value == nil {
			continue
		}
		take(decoded(codec, record))
	}
}

// decoded reads what a stage wrote.
func decoded[V any](codec *schemas.Codec[V], record *stream.Record) *V {
	value, err := codec.Decode(context.Background(), record.Value)
	if err != nil {
		panic(fmt.Sprintf("%s partition %d offset %d: %v", record.Topic, record.Partition, record.Offset, err)) // we wrote it
	}
	return value
}
