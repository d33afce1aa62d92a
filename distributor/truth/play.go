package main

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"waybill/distributor"
	"waybill/processors"
	"waybill/schemas"
	"waybill/simulation/model"
	"waybill/stream"
	"waybill/stream/sim"
	"waybill/topics"
)

// opening is when the books open: the prices of the full mix are valid around it.
var opening = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

// Season is one distributor's events, as they were written, and what must come of them.
type Season struct {
	Seed     uint64
	Events   []record
	Truth    *distributor.Truth
	End      time.Time
	registry *schemas.LocalRegistry
}

// record is an event in the wire format.
type record struct {
	at    time.Time
	topic string
	key   string
	value []byte
}

// perOrder is about how many events the full mix tells of an order.
const perOrder = 13

// NewSeason tells four weeks of about so many events.
func NewSeason(seed uint64, events int) (*Season, error) {
	s := &Season{Seed: seed, registry: schemas.NewLocalRegistry()}
	orders := max(events/perOrder, 1)
	d := distributor.New(distributor.Options{Seed: seed, Full: true, Customers: 40 + orders/60, Items: 60 + orders/50})
	d.Season(opening.Add(6*time.Hour), 28, orders)
	encoder := distributor.NewEncoder(s.registry)
	told := d.MasterData(opening)
	told = append(told, d.Until(opening.AddDate(1, 0, 0))...)
	for _, event := range told {
		value, err := encoder.Encode(context.Background(), event)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", event.Topic, event.Key, err)
		}
		s.Events = append(s.Events, record{event.At, event.Topic, event.Key, value})
		if event.At.After(s.End) {
			s.End = event.At
		}
	}
	s.Truth = d.Truth()
	return s, nil
}

// A delivery is a way in which the events of a season reach the stages.
type delivery struct {
	name string
	play func(*Season) (*outputs, error)
}

// The deliveries: as it was written, and the worst that the ordering contracts allow.
var deliveries = []delivery{
	{"as it happened", (*Season).asItHappened},
	{"shuffled, doubled, with kills", (*Season).inAStorm},
	{"on a cluster that fails", (*Season).onACluster},
}

// inWorld plays on a world, and reads what came out.
func (s *Season) inWorld(start time.Time, play func(*sim.World)) (out *outputs, err error) {
	defer sim.Recovered(&err)
	w := sim.New(sim.Raising{}, sim.Options{Start: start, Registry: s.registry}, processors.Stages(topics.Default())...)
	play(w)
	for over := allIsOver(w.Now()); w.Now().Before(over); {
		w.Advance(12 * time.Hour)
	}
	return s.read(func(topic string, take func(*stream.Record) error) error {
		for _, one := range w.Records(topic) {
			if err := take(&one); err != nil {
				return err
			}
		}
		return nil
	})
}

// allIsOver is when the month is over, and the next one, with which what came late is billed, and all that will be overdue is.
func allIsOver(now time.Time) time.Time {
	return time.Date(now.Year(), now.Month()+2, 5, 0, 0, 0, 0, time.UTC)
}

// asItHappened sends the events in the order of their times, and moves the clock with them; one in fifty comes twice, as the
// distributor sends it.
func (s *Season) asItHappened() (*outputs, error) {
	return s.inWorld(opening, func(w *sim.World) {
		for i, one := range s.Events {
			if i%500 == 0 { // what arrives is hours old at most
				if upTo := s.Events[min(i+499, len(s.Events)-1)].at; upTo.After(w.Now()) {
					w.Advance(upTo.Sub(w.Now()))
				}
			}
			w.SendRaw(one.topic, []byte(one.key), one.value)
		}
		w.Run()
		if w.Now().Before(s.End) {
			w.Advance(s.End.Sub(w.Now()))
		}
	})
}

// inAStorm sends every event once or twice, in any order at all, when everything has happened; now and then all stages die.
// Prices come first: which of several was known when a line was billed is the one thing that may depend on what came when.
func (s *Season) inAStorm() (*outputs, error) {
	return s.inWorld(s.End, func(w *sim.World) {
		random := rand.New(rand.NewPCG(s.Seed, 9))
		for n, i := range s.disorder(random) {
			one := &s.Events[i]
			w.SendRaw(one.topic, []byte(one.key), one.value)
			if n%1000 == 999 {
				w.Run()
				if random.IntN(10) == 0 {
					w.Crash()
				}
			}
		}
		w.Run()
	})
}

// disorder is the events once or twice each, by number, prices first.
func (s *Season) disorder(random *rand.Rand) (order []int) {
	for i := range s.Events {
		for range 1 + random.IntN(2) {
			order = append(order, i)
		}
	}
	random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(s.rank(a), s.rank(b)) })
	return order
}

func (s *Season) rank(event int) int {
	if s.Events[event].topic == topics.MasterPrices.Name() {
		return 0
	}
	return 1
}

// onACluster sends the same to three processes while they, their disks and the broker fail in every way that there is.
func (s *Season) onACluster() (*outputs, error) {
	c := sim.NewCluster(sim.ClusterOptions{
		Seed: s.Seed, Partitions: 4, Processes: 3, Start: s.End, Registry: s.registry, Release: "simulated",
		Stages: func(int) []*stream.Stage { return processors.Stages(topics.Default()) },
	})
	defer c.Close()
	random := rand.New(rand.NewPCG(s.Seed, 10))
	send := func(order []int) {
		for _, i := range order {
			one := &s.Events[i]
			c.At(c.Now().Add(time.Duration(random.Int64N(int64(2*time.Hour)))), func() { c.Send(one.topic, []byte(one.key), one.value) })
		}
		c.Run(c.Now().Add(2 * time.Hour))
	}
	order := s.disorder(random)
	prices, _ := slices.BinarySearchFunc(order, 1, func(i, rank int) int { return cmp.Compare(s.rank(i), rank) })
	c.Calm()
	send(order[:prices])
	c.Storm()
	send(order[prices:])
	c.Calm()
	c.Run(allIsOver(c.Now()))
	if err := c.Err(); err != nil {
		return nil, err
	}
	return s.read(func(topic string, take func(*stream.Record) error) error {
		for _, one := range c.Log().Committed(topic) {
			if err := take(one); err != nil {
				return err
			}
		}
		return nil
	})
}

// outputs are what came out.
type outputs struct {
	*model.Outputs
	figures map[string]*schemas.Figure
	orders  map[string]*ordersCredit
}

// ordersCredit is what an order takes of its customer's credit, as it was last told.
type ordersCredit struct{ comesTo, invoiced schemas.Amount }

// read takes what came out.
func (s *Season) read(each func(topic string, take func(*stream.Record) error) error) (*outputs, error) {
	out := &outputs{model.NewOutputs(s.registry), map[string]*schemas.Figure{}, map[string]*ordersCredit{}}
	ctx := context.Background()
	for _, topic := range out.Topics() {
		if err := each(topic, func(one *stream.Record) error { return out.Take(ctx, one.Topic, one.Key, one.Value) }); err != nil {
			return nil, err
		}
	}
	codec := schemas.NewCodec[schemas.Figure](s.registry, topics.Figures.Name())
	err := each(topics.Figures.Name(), func(one *stream.Record) (err error) {
		if one.Value == nil {
			delete(out.figures, string(one.Key))
			return nil
		}
		out.figures[string(one.Key)], err = codec.Decode(ctx, one.Value)
		return err
	})
	if err != nil {
		return nil, err
	}
	exposures := schemas.NewCodec[schemas.Exposure](s.registry, topics.Credit.Name())
	return out, each(topics.Credit.Name(), func(one *stream.Record) error {
		told, err := exposures.Decode(ctx, one.Value)
		if err == nil {
			out.takesCredit(told)
		}
		return err
	})
}
