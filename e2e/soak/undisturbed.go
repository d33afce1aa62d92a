package main

import (
	"context"
	"time"

	"waybill/distributor"
	"waybill/outcome"
	"waybill/processors"
	"waybill/schemas"
	"waybill/stream/sim"
	"waybill/topics"
)

// undisturbed runs what the load wrote once and in its order, in memory. Its clock goes with the real one, tick by tick, since
// deadlines are by the wall clock: what is short of stock for a moment is no exception, for minutes it is one.
type undisturbed struct {
	world    *sim.World
	registry *schemas.LocalRegistry
	began    time.Time     // of the load, by the real clock
	passed   time.Duration // since, by the world's
}

func newUndisturbed(l *load) (u *undisturbed, err error) {
	defer sim.Recovered(&err)
	ctx := context.Background()
	u = &undisturbed{registry: schemas.NewLocalRegistry(), began: l.began}
	u.registry.Register("", l.foreign)
	story, err := distributor.Tell(ctx, u.registry, l.foreign)
	if err != nil {
		return nil, err
	}
	u.world = sim.New(sim.Raising{}, sim.Options{Start: story.End, Registry: u.registry}, processors.Stages(topics.Default())...)
	encoder := distributor.NewEncoder(u.registry)
	for _, one := range story.Steering {
		u.world.SendRaw(one.Topic, one.Key, one.Value)
	}
	for at, told, happened := 0, 0, 0; told < len(story.Records) || happened < len(l.events); at++ {
		for ; happened < len(l.events) && l.tickOf[happened] <= at; happened++ {
			event := l.events[happened]
			value, err := encoder.Encode(ctx, event)
			if err != nil {
				return nil, err
			}
			u.world.SendRaw(event.Topic, []byte(event.Key), value)
		}
		for i, one := range story.Records {
			if l.toldAt[i] == at {
				told++
				u.world.SendRaw(one.Topic, one.Key, one.Value)
			}
		}
		u.world.Run()
		u.world.Advance(tick)
		u.passed += tick
	}
	return u, nil
}

// outcome is what has come out by now.
func (u *undisturbed) outcome(ctx context.Context) (text string, err error) {
	defer sim.Recovered(&err)
	if late := time.Since(u.began) - u.passed; late > 0 {
		u.world.Advance(late)
		u.passed += late
	}
	result := outcome.New(u.registry)
	for _, topic := range outcome.Topics() {
		for _, one := range u.world.Records(topic) {
			if err := result.Take(ctx, one.Topic, one.Key, one.Value); err != nil {
				return "", err
			}
		}
	}
	return result.String(), nil
}
