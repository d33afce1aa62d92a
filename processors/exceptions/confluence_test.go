package exceptions

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"waybill/processors/conditions"
	"waybill/schemas"
	"waybill/stream/sim"
	"waybill/topics"
)

// source is what one task writes, in its order; sources come in any interleaving.
type source []func(w *sim.World)

// story is one exception each of what can happen to exceptions: it tells stage, orders and people as sources of their own.
func story() (sources []source) {
	said := func(id string, cs ...*schemas.Condition) (all source) {
		for _, c := range cs {
			all = append(all, func(w *sim.World) { send(w, id, c) })
		}
		return all
	}
	asked := func(minutes int, kind schemas.CommandKind, command, id, payload string) source {
		return source{func(w *sim.World) { act(w, minutes, kind, command, id, payload) }}
	}
	return []source{
		said("ex-unreadable", raise(5, conditions.Unreadable, "no quantity", ""), raise(25, conditions.Unreadable, "still no quantity", "")),
		said("ex-unreadable", assess("O-1", "5", "EUR"), assess("O-1", "7", "EUR")),
		said("ex-unreadable", assess("O-2", "2", "EUR")),
		asked(10, schemas.CommandReplay, "c-1", "ex-unreadable", `{"set":{"carrier":"dhl"}}`),
		asked(20, schemas.CommandAssign, "c-2", "ex-unreadable", `{"owner":"bob"}`),
		asked(21, schemas.CommandAssign, "c-3", "ex-unreadable", `{"owner":"eve"}`),
		asked(30, schemas.CommandResolve, "c-4", "ex-unreadable", ""),

		said("ex-over", line(raise(5, conditions.OverShipped, "a", "1")), clears(10, "overridden by ann: because"), line(raise(20, conditions.OverShipped, "b", "2"))),
		asked(7, schemas.CommandOverride, "c-20", "ex-over", `{"quantity":"4","uom":"EA"}`),
		asked(15, schemas.CommandOverride, "c-21", "ex-over", `{"undo":true}`),
		asked(16, schemas.CommandOverride, "c-22", "ex-over", `{"quantity":"4"}`),
		said("ex-credit", raise(5, conditions.CreditExceeded, "a", "1"), raise(20, conditions.CreditExceeded, "a", "2")),
		asked(25, schemas.CommandOverride, "c-23", "ex-credit", ""),

		said("ex-currencies", assess("O-2", "5", "USD")),
		said("ex-currencies", assess("O-3", "5", "EUR"), assess("O-3", "6", "EUR")),
		said("ex-currencies", raise(5, conditions.SequenceGap, "a gap.", "")),

		said("ex-again", raise(5, conditions.NotAccepted, "a", "1"), clears(10, "accepted"), raise(20, conditions.NotAccepted, "b", "2")),
		asked(7, schemas.CommandAssign, "c-5", "ex-again", `{"owner":"old"}`),
		asked(22, schemas.CommandAssign, "c-6", "ex-again", `{"owner":"new"}`),
		asked(23, schemas.CommandAssign, "c-7", "ex-again", `{"oner":"nobody"}`),

		said("ex-gone", raise(5, conditions.Oversold, "a", ""), clears(10, "recovered")),
		said("ex-gone", assess("O-4", "1", "EUR")),
		asked(7, schemas.CommandResolve, "c-8", "ex-gone", ""),
		asked(17, schemas.CommandResolve, "c-9", "ex-gone", ""),

		said("ex-authority", raise(5, conditions.WrongAuthority, "a", ""), raise(6, conditions.WrongAuthority, "a", "")),
		asked(4, schemas.CommandResolve, "c-10", "ex-authority", ""),

		said("ex-short", raise(5, conditions.ShortPay, "a", "1"), raise(10, conditions.ShortPay, "a", "2"), clears(15, "applied"), raise(20, conditions.ShortPay, "a", "3"), raise(30, conditions.ShortPay, "a", "4")),
		asked(7, schemas.CommandResolve, "c-11", "ex-short", ""),
		asked(22, schemas.CommandResolve, "c-12", "ex-short", ""),

		said("ex-never", assess("O-5", "1", "EUR")),
		asked(1, schemas.CommandAssign, "c-13", "ex-never", `{"owner":"bob"}`),
	}
}

// outcome is everything that the stage says at the end.
func outcome(w *sim.World) map[string]string {
	said := map[string]string{}
	for id, e := range sim.Latest(w, topics.Exceptions) {
		said[id] = describe(e)
	}
	for _, fact := range sim.Read(w, topics.OrderFacts) {
		if e := fact.Value.Exception; e.Status != schemas.ExceptionResolved {
			said[fact.Key+" "+e.ExceptionID] = describe(e)
		} else {
			delete(said, fact.Key+" "+e.ExceptionID)
		}
	}
	for _, replay := range sim.Read(w, topics.Replays) {
		said["replay "+replay.Value.CommandID] += fmt.Sprintf("%+v", *replay.Value)
	}
	for _, override := range sim.Read(w, topics.Overrides) {
		told := override.Value
		said["override "+told.CommandID] += fmt.Sprintf("%s line %d: undo %t of %s at %s;", override.Key, told.LineNo, told.Undo, told.ExceptionID, told.At)
	}
	return said
}

func describe(e *schemas.Exception) string {
	var text strings.Builder
	fields := reflect.ValueOf(*e)
	for i := range fields.NumField() {
		field := fields.Field(i)
		if field.Kind() == reflect.Pointer && !field.IsNil() {
			field = field.Elem()
		}
		fmt.Fprintf(&text, "%s=%v ", fields.Type().Field(i).Name, field.Interface())
	}
	return text.String()
}

func TestTheSameExceptionsWhateverComesFirst(t *testing.T) {
	want := play(t, 0)
	if len(want) < 12 {
		t.Fatalf("the story says too little: %v", slices.Sorted(maps.Keys(want)))
	}
	for seed := uint64(1); seed <= 200; seed++ {
		got := play(t, seed)
		for _, key := range slices.Sorted(maps.Keys(want)) {
			if got[key] != want[key] {
				t.Errorf("seed %d: %s\n got %s\nwant %s", seed, key, got[key], want[key])
			}
		}
		if len(got) != len(want) || t.Failed() {
			t.Fatalf("seed %d: %q", seed, slices.Sorted(maps.Keys(got)))
		}
	}
}

// play tells the story in the order of the seed, with epochs of its drawing and some crashes; seed 0 tells it source by
// source, and never crashes.
func play(t *testing.T, seed uint64) map[string]string {
	t.Helper()
	w := newWorld(t, seed)
	var random *rand.Rand
	if seed > 0 {
		random = rand.New(rand.NewPCG(seed, 7))
	}
	for tell := range sim.Interleave(random, story()) {
		tell(w)
		if seed > 0 && random.IntN(4) == 0 {
			w.Run()
		}
		if seed > 0 && random.IntN(10) == 0 {
			w.Crash()
		}
	}
	w.Run()
	return outcome(w)
}
