//go:build kafka

package e2e

import (
	"context"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/dev"
	"waybill/distributor"
	"waybill/inspect"
	"waybill/outcome"
	"waybill/processors"
	"waybill/schemas"
	"waybill/stream/sim"
	"waybill/topics"
)

const foreignSchema = "../examples/schemas/wms.shipments-4.2.avsc"

// TestKafkaKilledAtRandomMomentsNothingChanges plays a story in random order, records one to three times, to processes
// that are killed ten times, stopped, added, and lose a disk; and wants what the same story gives undisturbed in memory.
func TestKafkaKilledAtRandomMomentsNothingChanges(t *testing.T) {
	s := newSite(t)
	foreign, err := os.ReadFile(foreignSchema)
	s.check(err)
	s.check(dev.RegisterUnasked(context.Background(), s.schemas, topics.WmsShipments.Name(), string(foreign)))
	story, err := distributor.Tell(context.Background(), s.schemas, string(foreign))
	s.check(err)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 9))
	var records []distributor.Record
	for _, one := range story.Records {
		for range 1 + random.IntN(3) {
			records = append(records, one)
		}
	}
	random.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })

	const parts = 30
	kills := map[int]bool{}
	for len(kills) < 10 {
		kills[1+random.IntN(parts-2)] = true
	}
	s.write(story.Steering)
	a, b := s.newProcess("a"), s.newProcess("b")
	a.start()
	for part := range parts {
		s.write(records[part*len(records)/parts : (part+1)*len(records)/parts])
		switch part {
		case 6:
			b.start()
		case 16:
			b.stop()
		case 20:
			b.wipe()
			b.start()
		}
		s.await(10*time.Second, "a moment has passed", after(time.Duration(200+random.IntN(1500))*time.Millisecond))
		if !kills[part] {
			continue
		}
		victim := a
		if b.command != nil && random.IntN(2) == 0 {
			victim = b
		}
		t.Logf("part %d: %s is killed", part, victim.name)
		victim.kill()
		victim.start()
	}
	want := undisturbed(t, string(foreign))
	s.awaitOutcome(2*time.Minute, want)
	a.stop()
	s.awaitOutcome(time.Minute, want) // the other one has taken over, and adds nothing
	b.stop()
}

// after is true once a time has passed.
func after(wait time.Duration) func() bool {
	until := time.Now().Add(wait)
	return func() bool { return time.Now().After(until) }
}

func (s *site) write(records []distributor.Record) {
	for _, one := range records {
		s.client.Produce(context.Background(), &kgo.Record{Topic: one.Topic, Key: one.Key, Value: one.Value}, func(_ *kgo.Record, err error) {
			if err != nil {
				s.t.Errorf("writing to %s: %v", one.Topic, err)
			}
		})
	}
	s.check(s.client.Flush(context.Background()))
}

// undisturbed is the story's outcome as it happened, once, in memory.
func undisturbed(t *testing.T, foreign string) string {
	registry := schemas.NewLocalRegistry()
	registry.Register("", foreign)
	story, err := distributor.Tell(context.Background(), registry, foreign)
	if err != nil {
		t.Fatal(err)
	}
	world := sim.New(t, sim.Options{Start: story.End, Registry: registry}, processors.Stages(topics.Default())...)
	for _, one := range append(story.Steering, story.Records...) {
		world.SendRaw(one.Topic, one.Key, one.Value)
		world.Run()
	}
	world.Advance(time.Minute) // as long as the real one takes at least, and less than any deadline
	result := outcome.New(registry)
	for _, topic := range outcome.Topics() {
		for _, one := range world.Records(topic) {
			if err := result.Take(context.Background(), one.Topic, one.Key, one.Value); err != nil {
				t.Fatal(err)
			}
		}
	}
	return result.String()
}

// awaitOutcome reads the outputs as any reader that wants only what is committed, until they say what is wanted.
func (s *site) awaitOutcome(atMost time.Duration, want string) {
	s.t.Helper()
	reader, err := inspect.NewReader(context.Background(), s.connection(), inspect.Selection{Topics: outcome.Topics()})
	s.check(err)
	defer reader.Close()
	result := outcome.New(s.schemas)
	deadline := time.Now().Add(atMost)
	s.await(atMost+10*time.Second, "the outcome is there", func() bool {
		records, err := reader.Read(context.Background())
		s.check(err)
		for _, one := range records {
			s.check(result.Take(context.Background(), one.Topic, one.Key, one.Value))
		}
		if doubled := result.Doubled(); len(doubled) > 0 {
			s.t.Fatalf("emitted twice: %v", doubled)
		}
		difference := outcome.Difference(want, result.String())
		if difference != "" && time.Now().After(deadline) {
			s.t.Fatalf("not the same (− undisturbed, + killed):\n%s", difference)
		}
		return difference == ""
	})
}
