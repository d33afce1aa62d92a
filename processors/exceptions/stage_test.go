package exceptions

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"waybill/processors/conditions"
	"waybill/schemas"
	"waybill/stream/sim"
	"waybill/topics"
)

func newWorld(t *testing.T, seed uint64) *sim.World {
	t.Helper()
	return sim.New(t, sim.Options{Start: day, Seed: seed}, Stage(topics.Default(), DefaultPolicy()))
}

func send(w *sim.World, exceptionID string, c *schemas.Condition) {
	copied := *c
	copied.ExceptionID = exceptionID
	sim.Send(w, topics.Conditions, exceptionID, &copied)
}

func act(w *sim.World, minutes int, kind schemas.CommandKind, id, target, payload string) {
	sim.Send(w, topics.Actions, target, &schemas.Action{Command: schemas.Command{
		Meta: schemas.Meta{EventID: id, Source: "waybill", OccurredAt: at(minutes), RecordedAt: at(minutes)}, CommandID: id, Actor: "ann", Kind: kind, Target: target, Reason: "because", Payload: payload,
	}})
}

// history describes every record of an exception, oldest first.
func history(w *sim.World, exceptionID string) (lines []string) {
	for _, sent := range sim.Read(w, topics.Exceptions) {
		if sent.Key == exceptionID {
			lines = append(lines, fmt.Sprintf("%s %s %s", sent.Value.Status, sent.Value.Owner, sent.Value.Message))
		}
	}
	return lines
}

func expect(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if len(got) != len(want) || len(got) > 0 && !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

func TestAnExceptionIsWrittenWhenItChangesAndOnlyThen(t *testing.T) {
	w := newWorld(t, 0)
	for _, c := range []*schemas.Condition{
		assess("O-1", "5", "EUR"),
		raise(5, conditions.Oversold, "a", ""),
		raise(6, conditions.Oversold, "a", ""),
		assess("O-1", "5", "EUR"),
		raise(7, conditions.Oversold, "b", ""),
		clears(8, "recovered"),
		clears(9, "recovered"),
	} {
		send(w, "ex-1", c)
		w.Run()
	}
	expect(t, "history", history(w, "ex-1"), "open inventory control a", "open inventory control b", "resolved inventory control b")
	var told []string
	for _, fact := range sim.Read(w, topics.OrderFacts) {
		told = append(told, fact.Key+" "+string(fact.Value.Exception.Status)+" "+fact.Value.Exception.Message)
	}
	expect(t, "facts", told, "O-1 open a", "O-1 open b", "O-1 resolved b")
}

func TestAConditionThatNeverStoodLeavesNothing(t *testing.T) {
	w := newWorld(t, 0)
	send(w, "ex-1", clears(8, "recovered"))
	w.Run()
	expect(t, "history", history(w, "ex-1"))
	send(w, "ex-1", raise(9, conditions.Oversold, "a", ""))
	w.Run()
	expect(t, "history", history(w, "ex-1"), "open inventory control a")
}

func TestMasterDataThatIsAMomentBehindIsNobodysWork(t *testing.T) {
	w := newWorld(t, 0)
	send(w, "ex-1", raise(0, conditions.UnknownReference, "late", ""))
	w.Run()
	w.Advance(20 * time.Second)
	send(w, "ex-1", clears(1, "arrived"))
	w.Advance(time.Minute)
	expect(t, "never an exception", history(w, "ex-1"))
	send(w, "ex-2", raise(0, conditions.UnknownReference, "missing", ""))
	send(w, "ex-2", assess("O-1", "5", "EUR"))
	w.Run()
	expect(t, "not yet one", history(w, "ex-2"))
	w.Crash()
	w.Advance(30 * time.Second)
	expect(t, "one", history(w, "ex-2"), "open master data missing")
	send(w, "ex-2", clears(5, "arrived"))
	w.Run()
	send(w, "ex-2", raise(6, conditions.UnknownReference, "missing again", ""))
	send(w, "ex-2", clears(7, "arrived"))
	w.Advance(time.Minute)
	expect(t, "the second time it was a moment only", history(w, "ex-2"), "open master data missing", "resolved master data missing")
	if facts := sim.Read(w, topics.OrderFacts); len(facts) != 2 {
		t.Errorf("%d facts were told, want opened and resolved", len(facts))
	}
}

func TestTheOwnerFollowsTheClassesRule(t *testing.T) {
	source := func(class, system, topic string) *schemas.Condition {
		c := raise(5, class, "m", "")
		c.Causes = nil
		if system != "" {
			c.Source = new(system)
		}
		if topic != "" {
			c.Causes = []schemas.Evidence{{Topic: topic}}
		}
		return c
	}
	at := func(warehouse string) *schemas.Condition {
		c := raise(5, conditions.MissingWeight, "m", "")
		if warehouse != "" {
			c.WarehouseID = new(warehouse)
		}
		return c
	}
	for _, test := range []struct {
		name  string
		c     *schemas.Condition
		owner string
	}{
		{"class", source(conditions.NotAccepted, "wms-east", ""), "order management"},
		{"source system", source(conditions.Unreadable, "b2b-shop", "wms.shipments"), "commerce systems"},
		{"unregistered source, known topic", source(conditions.Unreadable, "nobody", "wms.shipments"), "warehouse systems"},
		{"topic", source(conditions.SequenceGap, "", "wms.shipments"), "warehouse systems"},
		{"neither", source(conditions.Unreadable, "nobody", "no.topic"), "integration"},
		{"nothing at all", source(conditions.Unreadable, "", ""), "integration"},
		{"warehouse", at("east"), "dock team"},
		{"warehouse that is not known", at("moon"), "warehouse"},
		{"warehouse without owner", at("west"), "warehouse"},
		{"no warehouse", at(""), "warehouse"},
		{"class of a newer release", source("not_invented_yet", "", ""), "integration"},
	} {
		w := newWorld(t, 0)
		for id, owner := range map[string]string{"east": "dock team", "west": ""} {
			sim.Send(w, topics.Warehouses, id, &schemas.Warehouse{WarehouseID: id, Owner: owner})
		}
		w.Run()
		send(w, "ex-1", test.c)
		w.Run()
		expect(t, test.name, history(w, "ex-1"), "open "+test.owner+" m")
	}
}

func TestAnExceptionMovesToTheOwnerOfAWarehouseThatComesLater(t *testing.T) {
	w := newWorld(t, 0)
	owner := func(name string) {
		sim.Send(w, topics.Warehouses, "east", &schemas.Warehouse{WarehouseID: "east", Owner: name})
		w.Run()
	}
	for id, c := range map[string]*schemas.Condition{"ex-open": raise(5, conditions.OverShipped, "m", ""), "ex-assigned": raise(5, conditions.OverShipped, "m", ""), "ex-gone": raise(5, conditions.OverShipped, "m", "")} {
		c.WarehouseID = new("east")
		send(w, id, c)
	}
	act(w, 6, schemas.CommandAssign, "c-1", "ex-assigned", `{"owner":"bob"}`)
	w.Run()
	send(w, "ex-gone", clears(7, "returned"))
	w.Run()
	owner("dock team")
	owner("night shift")
	expect(t, "open", history(w, "ex-open"), "open warehouse m", "open dock team m", "open night shift m")
	expect(t, "assigned", history(w, "ex-assigned"), "assigned bob m")
	expect(t, "gone", history(w, "ex-gone"), "open warehouse m", "resolved warehouse m")
}

func TestAnExceptionWaitsForItsWarehouseOnlyWhileItsCauseStands(t *testing.T) {
	w := newWorld(t, 0)
	waits := func(when string, want int) {
		t.Helper()
		w.Run()
		if got := w.Waiting(); got != want {
			t.Errorf("%s: %d wait, want %d", when, got, want)
		}
	}
	at := func(warehouse string, minute int) *schemas.Condition {
		c := raise(minute, conditions.OverShipped, "m", "")
		c.WarehouseID = new(warehouse)
		return c
	}
	send(w, "ex-1", at("east", 1))
	send(w, "ex-2", at("east", 1))
	waits("raised", 2)
	send(w, "ex-1", at("west", 2))
	waits("at another warehouse", 2)
	sim.Send(w, topics.Warehouses, "west", &schemas.Warehouse{WarehouseID: "west", Owner: "dock team"})
	waits("the warehouse has come, and may change", 2)
	send(w, "ex-1", clears(3, "returned"))
	waits("one has cleared", 1)
	send(w, "ex-1", at("west", 4))
	waits("it is back", 2)
	expect(t, "its owner", history(w, "ex-1"), "open warehouse m", "open warehouse m", "open dock team m", "resolved dock team m", "open dock team m")
	send(w, "ex-1", clears(5, "returned"))
	send(w, "ex-2", clears(5, "returned"))
	waits("all are gone", 0)
}

func TestAReplayGoesToThePartitionThatTheEventCameFrom(t *testing.T) {
	w := newWorld(t, 0)
	act(w, 1, schemas.CommandReplay, "c-1", "ex-1", `{"set":{"lines[0].quantity":4}}`)
	w.Run()
	send(w, "ex-1", raise(5, conditions.Unreadable, "no quantity", ""))
	w.Run()
	act(w, 6, schemas.CommandResolve, "c-2", "ex-1", "")
	act(w, 6, schemas.CommandResolve, "c-2", "ex-1", "")
	w.Run()
	var got []string
	for _, sent := range sim.Read(w, topics.Replays) {
		got = append(got, fmt.Sprintf("%d %s %s drop=%t %v", sent.Partition, sent.Key, sent.Value.CommandID, sent.Value.Drop, sent.Value.Set))
	}
	expect(t, "replays", got, "3 ex-1 c-1 drop=false [{lines[0].quantity 4}]", "3 ex-1 c-2 drop=true []")
}

func TestWhatNobodyCanTakeIsDeadLettered(t *testing.T) {
	w := newWorld(t, 0)
	act(w, 1, schemas.CommandHold, "c-0", "O-1", "") // fulfilment takes it
	act(w, 1, schemas.CommandAssign, "c-1", "O-1", `{"owner":"bob"}`)
	strange := raise(5, conditions.Oversold, "m", "")
	strange.Kind = schemas.Unknown
	send(w, "ex-1", strange)
	w.Run()
	var got []string
	for _, record := range w.Records(topics.DeadLetters) {
		for _, header := range record.Headers {
			if header.Key == "waybill.error.message" {
				got = append(got, string(header.Value))
			}
		}
	}
	if len(got) != 2 || !strings.Contains(strings.Join(got, "\n"), `assign of "O-1"`) || !strings.Contains(strings.Join(got, "\n"), `a condition that is "unknown"`) {
		t.Errorf("dead letters: %q", got)
	}
	expect(t, "exceptions", history(w, "ex-1"))
}
