package model_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"testing"

	"waybill/processors"
	"waybill/schemas"
	"waybill/simulation/model"
	"waybill/simulation/workload"
	"waybill/stream/sim"
	"waybill/topics"
)

// TestMain lets garbage wait: the worlds are small and many.
func TestMain(m *testing.M) {
	debug.SetGCPercent(800)
	m.Run()
}

// undisturbed and disturbed are how many seeds are played as it happened, and in random orders with duplicates.
const undisturbed, disturbed = 300, 100

var (
	registry = schemas.NewLocalRegistry()
	stages   = processors.Stages(topics.Default())
)

// play runs all stages on a history, as it happened for a nil random, else in an order drawn from it, each event one to
// three times.
func play(t *testing.T, h *workload.History, random *rand.Rand) *model.Outputs {
	t.Helper()
	options := sim.Options{Start: h.End, Registry: registry}
	if random != nil {
		options.Seed = 1 + random.Uint64N(1<<32)
		options.Partitions = 1 + random.Int32N(4)
	}
	world := sim.New(t, options, stages...)
	send := func(event workload.Event) {
		var key []byte
		if event.Key != "" {
			key = []byte(event.Key)
		}
		world.SendRaw(event.Topic, key, event.Bytes)
	}
	for _, event := range h.Steering {
		send(event)
	}
	world.Run()
	for _, events := range h.Turns() {
		if random != nil {
			sent := events
			for _, event := range events {
				for range random.IntN(3) {
					sent = append(slices.Clip(sent), event)
				}
			}
			events = slices.Clone(sent)
			random.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
		}
		for _, event := range events {
			send(event)
			if random == nil || random.IntN(20) == 0 {
				world.Run()
			}
		}
		world.Run()
		for range 4 {
			world.Advance(workload.Settled / 4)
		}
	}
	for _, at := range h.AtRest {
		world.Advance(at.Sub(world.Now()))
	}
	out := model.NewOutputs(registry)
	for _, topic := range out.Topics() {
		for _, record := range world.Records(topic) {
			if err := out.Take(context.Background(), topic, record.Key, record.Value); err != nil {
				t.Fatal(err)
			}
		}
	}
	return out
}

func check(t *testing.T, h *workload.History, random *rand.Rand) {
	t.Helper()
	differences := model.Compare(model.Expect(h), play(t, h, random))
	for i, difference := range differences {
		if i == 20 {
			t.Errorf("and %d more", len(differences)-20)
			break
		}
		t.Error(difference)
	}
}

func TestWhatComesOutIsWhatTheModelSays(t *testing.T) {
	for seed := range uint64(undisturbed) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			check(t, workload.Tell(seed, registry, workload.Options{}), nil)
		})
	}
}

func TestInAnyOrderAndAnyNumberItIsWhatTheModelSays(t *testing.T) {
	for seed := range uint64(disturbed) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			check(t, workload.Tell(seed, registry, workload.Options{}), rand.New(rand.NewPCG(seed, 6)))
		})
	}
}

// TestAnyPartOfAHistoryIsAHistory leaves a random part of the events out, as who looks for the shortest story does.
func TestAnyPartOfAHistoryIsAHistory(t *testing.T) {
	for seed := range uint64(disturbed) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 8))
			h := workload.Tell(seed, registry, workload.Options{})
			percent, out := 2+random.IntN(50), []int{}
			for place := range h.Events {
				if random.IntN(100) < percent {
					out = append(out, place)
				}
			}
			check(t, h.Without(out...), random)
		})
	}
}
