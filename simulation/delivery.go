package simulation

import (
	"math/rand/v2"
	"slices"
	"time"

	"waybill/simulation/workload"
)

// The faults of delivery: what happens to an event between its source and the log.
const (
	repeatedAtOnce  = "repeated-at-once"
	repeatedLater   = "repeated-later"
	repeatedByAWeek = "repeated-after-days"
	delayedMinutes  = "delayed-minutes"
	delayedHours    = "delayed-hours"
	delayedDays     = "delayed-days"
	overtaken       = "overtaken"       // by an event of its own entity
	burst           = "all-at-once"     // everything of a turn arrives within seconds, in any order
	resent          = "source-resends"  // a source begins again a while back
	shuffled        = "source-shuffles" // a source's events come in any order within an hour
	otherID         = "schema-under-another-id"
)

// DeliveryFaults are their names, with what they are.
var DeliveryFaults = map[string]string{
	repeatedAtOnce: "an event is sent twice in a row", repeatedLater: "an event is sent again some hours later",
	repeatedByAWeek: "an event is sent again days later", delayedMinutes: "an event arrives minutes late",
	delayedHours: "an event arrives hours late", delayedDays: "an event arrives days late",
	overtaken: "an event is overtaken by a later one of its entity", burst: "two weeks of events arrive within seconds, in any order",
	otherID: "a source writes by its contract, which the registry has given it under another id",
	resent:  "a source sends its last events once more", shuffled: "a source's events arrive in any order within an hour",
}

// arrival is when a record of an event is sent.
type arrival struct {
	at    time.Time
	event int
	order int
	other bool // its schema has another id
}

// deliver draws when the events of a turn arrive, not before a time. Every event has its own draws, so that leaving one out
// changes nothing of the others'.
func deliver(plan Plan, history *workload.History, turn int, numbers []int, notBefore time.Time, struck map[string]int) []arrival {
	seed := plan.Seed
	mode := rand.New(rand.NewPCG(seed, 1<<32))
	chances := struct{ repeat, delay float64 }{mode.Float64() * 0.3, mode.Float64() * 0.3}
	inBurst, inDisorder := mode.IntN(4) == 0, mode.IntN(4) == 0
	resends := mode.IntN(4) == 0
	if mode.IntN(6) == 0 || plan.Plain {
		chances.repeat, chances.delay = 0, 0
	}
	if plan.Plain {
		inBurst, inDisorder, resends = false, false, false
	}
	var arrivals []arrival
	var other bool
	add := func(event int, at time.Time) {
		if at.Before(notBefore) {
			at = notBefore
		}
		arrivals = append(arrivals, arrival{at, event, len(arrivals), other})
	}
	latest := map[string]time.Time{} // arrival, by entity
	for i := range history.Events {
		event := &history.Events[i]
		if event.Turn != turn {
			continue
		}
		random := rand.New(rand.NewPCG(seed, 1<<33+uint64(numbers[i])))
		at := event.At
		if other = !plan.Plain && event.Trouble == nil && random.IntN(20) == 0; other {
			struck[otherID]++
		}
		switch {
		case inBurst:
			at = history.End.Add(time.Duration(random.IntN(2000)) * time.Millisecond)
			struck[burst]++
		case inDisorder:
			at = at.Add(time.Duration(random.IntN(3600)) * time.Second)
			struck[shuffled]++
		}
		if random.Float64() < chances.delay {
			switch random.IntN(8) {
			case 0:
				at = at.Add(time.Duration(24+random.IntN(48)) * time.Hour)
				struck[delayedDays]++
			case 1, 2:
				at = at.Add(time.Duration(1+random.IntN(12)) * time.Hour)
				struck[delayedHours]++
			default:
				at = at.Add(time.Duration(1+random.IntN(59)) * time.Minute)
				struck[delayedMinutes]++
			}
		}
		entity := event.Topic + "/" + event.Entity
		if at.Before(latest[entity]) {
			struck[overtaken]++
		} else {
			latest[entity] = at
		}
		add(i, at)
		if random.Float64() < chances.repeat {
			switch random.IntN(4) {
			case 0:
				add(i, at.Add(time.Duration(1+random.IntN(10))*time.Hour))
				struck[repeatedLater]++
			case 1:
				add(i, at.Add(time.Duration(24+random.IntN(72))*time.Hour))
				struck[repeatedByAWeek]++
			default:
				add(i, at)
				struck[repeatedAtOnce]++
			}
		}
		if resends && random.IntN(3) == 0 {
			add(i, event.At.Truncate(24*time.Hour).Add(26*time.Hour))
			struck[resent]++
		}
	}
	slices.SortFunc(arrivals, func(a, b arrival) int {
		if c := a.at.Compare(b.at); c != 0 {
			return c
		}
		return a.order - b.order
	})
	return arrivals
}
