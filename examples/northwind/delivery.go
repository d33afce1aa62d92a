package main

import "math/rand/v2"

// doubled adds a second copy of so many per cent of the events, directly behind the first.
func doubled(events []event, percent int, random *rand.Rand) []event {
	twice := make([]event, 0, len(events)*2)
	for _, one := range events {
		twice = append(twice, one)
		if random.IntN(100) < percent {
			twice = append(twice, one)
		}
	}
	return twice
}

// shuffled puts the events into a random order. Each entity has one event only, so every order is one that its ordering
// contract allows.
func shuffled(events []event, random *rand.Rand) {
	random.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
}
