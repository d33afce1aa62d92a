package workload

import (
	"bytes"
	"testing"

	"waybill/schemas"
)

// seeds is how many histories are told.
const seeds = 300

func TestTheSameSeedTellsTheSameBytesWhateverWasToldBefore(t *testing.T) {
	shared := schemas.NewLocalRegistry()
	for seed := range uint64(20) {
		Tell(seed, shared, Options{})
	}
	for seed := range uint64(20) {
		a, b := Tell(seed, shared, Options{}), Tell(seed, schemas.NewLocalRegistry(), Options{})
		if len(a.Events) != len(b.Events) || len(a.Steering) != len(b.Steering) {
			t.Fatalf("seed %d: %d and %d events", seed, len(a.Events), len(b.Events))
		}
		for i := range a.Events {
			if x, y := a.Events[i], b.Events[i]; x.Key != y.Key || x.Turn != y.Turn || !bytes.Equal(x.Bytes, y.Bytes) {
				t.Fatalf("seed %d event %d: %+v and %+v", seed, i, x, y)
			}
		}
	}
}

func TestEveryKindOfEventIsToldAndNoHistoryIsLong(t *testing.T) {
	registry, told, events, longest := schemas.NewLocalRegistry(), map[string]int{}, 0, 0
	for seed := range uint64(seeds) {
		history := Tell(seed, registry, Options{})
		for kind, n := range history.Kinds() {
			told[kind] += n
		}
		n := len(history.Steering) + len(history.Events)
		events, longest = events+n, max(longest, n)
		for i, event := range history.Events {
			if event.Bytes == nil || event.At.Before(history.Start) || event.At.After(history.End) || i > 0 && event.At.Before(history.Events[i-1].At) {
				t.Fatalf("seed %d: %+v", seed, event)
			}
		}
	}
	for _, kind := range Kinds() {
		if told[kind] < 5 {
			t.Errorf("%s is told %d times in %d histories", kind, told[kind], seeds)
		}
		delete(told, kind)
	}
	if len(told) > 0 {
		t.Errorf("kinds that Kinds does not name: %v", told)
	}
	if mean := events / seeds; mean < 60 || mean > 200 || longest > 400 {
		t.Errorf("%d events a history, %d in the longest", mean, longest)
	}
}

func TestACalmHistoryHasNoTroubles(t *testing.T) {
	for _, event := range Tell(7, schemas.NewLocalRegistry(), Options{Calm: true}).Events {
		if event.Trouble != nil || event.Turn != 0 {
			t.Errorf("%+v", event)
		}
	}
}
