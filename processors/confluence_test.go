package processors_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"waybill/distributor"
	"waybill/outcome"
	"waybill/processors"
	"waybill/processors/figures"
	"waybill/schemas"
	"waybill/stream"
	"waybill/stream/sim"
	"waybill/topics"
)

// TestMain lets garbage wait: the worlds are small and many.
func TestMain(m *testing.M) {
	debug.SetGCPercent(800)
	m.Run()
}

// shuffles is how many random orders of delivery are tried.
const shuffles = 200

// TestOrderOfDeliveryAndDuplicatesChangeNothing plays a distributor's weeks, with everything in them that can go wrong,
// once as it happened, and then in random orders, each record one to three times, some runs with crashes.
func TestOrderOfDeliveryAndDuplicatesChangeNothing(t *testing.T) {
	story := newStory(t)
	want := story.play(t, 0)
	if t.Failed() {
		return
	}
	for _, must := range []string{"unreadable", "sequence_gap", "unknown_order", "unknown_reference", "not_accepted", "over_shipped", "wrong_authority", "oversold", "invoiced_not_shipped"} {
		mustHave(t, want, must)
	}
	for seed := uint64(1); seed <= shuffles; seed++ {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			if difference := outcome.Difference(want, story.play(t, seed)); difference != "" {
				t.Errorf("not the same (− as it happened, + shuffled):\n%s", difference)
			}
		})
		if t.Failed() && seed >= 3 {
			t.Fatal("the rest would fail too")
		}
	}
}

func mustHave(t *testing.T, text, class string) {
	t.Helper()
	if !strings.Contains(text, "open "+class+" ") {
		t.Errorf("the story has no open %s: it does not test what it should", class)
	}
}

// newStory tells the story on a registry in memory.
func newStory(t *testing.T) *story {
	foreign, err := os.ReadFile("../examples/schemas/wms.shipments-4.2.avsc")
	if err != nil {
		t.Fatal(err)
	}
	s := &story{registry: schemas.NewLocalRegistry(), stages: processors.Stages(topics.Default())}
	s.registry.Register("", string(foreign))
	if s.Story, err = distributor.Tell(context.Background(), s.registry, string(foreign)); err != nil {
		t.Fatal(err)
	}
	return s
}

type story struct {
	*distributor.Story
	registry *schemas.LocalRegistry
	stages   []*stream.Stage
}

// play runs all stages on the story: as it happened for seed 0, else in an order drawn from the seed.
func (s *story) play(t *testing.T, seed uint64) string {
	t.Helper()
	records, crashes := s.Records, map[int]bool{}
	if seed > 0 {
		random := rand.New(rand.NewPCG(seed, 4))
		records = nil
		for _, one := range s.Records {
			for range 1 + random.IntN(3) {
				records = append(records, one)
			}
		}
		random.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
		for range random.IntN(3) {
			crashes[random.IntN(len(records))] = true
		}
	}
	world := sim.New(t, sim.Options{Start: s.End, Seed: seed, Registry: s.registry}, s.stages...)
	for _, one := range s.Steering {
		world.SendRaw(one.Topic, one.Key, one.Value)
	}
	world.Run()
	for i, one := range records {
		world.SendRaw(one.Topic, one.Key, one.Value)
		if seed == 0 || i%97 == 96 {
			world.Run()
		}
		if crashes[i] {
			world.Crash()
		}
	}
	world.Run()
	for range 4 {
		world.Advance(12 * time.Hour)
	}
	if differences := figures.Difference(figures.Recount(latestOf(world)), boardOf(world)); len(differences) > 0 {
		t.Errorf("figures, counted anew from the outputs and as they were kept up: %v", differences)
	}
	result := outcome.New(s.registry)
	for _, topic := range outcome.Topics() {
		for _, one := range world.Records(topic) {
			if err := result.Take(context.Background(), one.Topic, one.Key, one.Value); err != nil {
				t.Fatal(err)
			}
		}
	}
	if doubled := result.Doubled(); len(doubled) > 0 {
		t.Errorf("emitted twice: %v", doubled)
	}
	return result.String()
}

func latestOf(w *sim.World) figures.Latest {
	return figures.Latest{
		Orders: sim.Latest(w, topics.OrderStatus), Receivables: sim.Latest(w, topics.Receivables), Exceptions: sim.Latest(w, topics.Exceptions),
		Payments: sim.Latest(w, topics.Payments), Stock: sim.Latest(w, topics.Availability), Customers: sim.Latest(w, topics.Customers),
	}
}

func boardOf(w *sim.World) *figures.Board {
	board := figures.NewBoard(0)
	for id, part := range sim.Latest(w, topics.Figures) {
		board.Take(id, part)
	}
	return board
}
