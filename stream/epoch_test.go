package stream_test

import (
	"bytes"
	"context"
	"slices"
	"testing"
	"time"

	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
	"waybill/stream/sim"
	"waybill/topics"
)

// newTaskOn makes the notebook's task over a store that may have its state already.
func newTaskOn(t *testing.T, store state.Store) (*stream.Task, *stream.References) {
	t.Helper()
	program, err := stream.Bind(newNotebook().stage, taskRegistry, "test")
	if err != nil {
		t.Fatal(err)
	}
	references := stream.NewReferences(program, store, 1<<20)
	task, err := program.NewTask(0, store, references, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	return task, references
}

func mustTake(t *testing.T, task *stream.Task, what, argument string) {
	t.Helper()
	if err := take(t, task, what, argument); err != nil {
		t.Fatal(err)
	}
}

// counted is what the notebook's rows stood at when the epoch last told.
func counted(t *testing.T, ready stream.Ready) string {
	t.Helper()
	codec := schemas.NewCodec[schemas.OrderFact](taskRegistry, topics.OrderFacts.Name())
	last := ""
	for _, record := range ready.Records {
		if record.Topic == topics.OrderFacts.Name() {
			fact, err := codec.Decode(context.Background(), record.Value)
			if err != nil {
				t.Fatal(err)
			}
			last = fact.OrderID
		}
	}
	return last
}

func TestARowOfAnAbortedEpochIsNotReadByTheNext(t *testing.T) {
	task := newTask(t, newNotebook())
	mustTake(t, task, "add", "a/b")
	if err := task.Abort(); err != nil {
		t.Fatal(err)
	}
	mustTake(t, task, "add", "a/b")
	if count := counted(t, commit(t, task)); count != "1" {
		t.Errorf("counted to %s, want 1", count)
	}
}

func TestARowThatWasDeletedIsNotReadByTheNextEpoch(t *testing.T) {
	task := newTask(t, newNotebook())
	mustTake(t, task, "add", "a/b")
	commit(t, task)
	mustTake(t, task, "remove", "a/b")
	commit(t, task)
	mustTake(t, task, "add", "a/b")
	if count := counted(t, commit(t, task)); count != "1" {
		t.Errorf("counted to %s, want 1", count)
	}
}

func TestTheSchemaOfRowsIsKeptByTheEpochThatKeepsTheFirstRow(t *testing.T) {
	task := newTask(t, newNotebook())
	hasSchema := func(ready stream.Ready) bool {
		return slices.ContainsFunc(ready.Changelog, func(entry stream.Entry) bool { return bytes.Contains(entry.Value, []byte(`"fields"`)) })
	}
	mustTake(t, task, "add", "a/b")
	if err := task.Abort(); err != nil {
		t.Fatal(err)
	}
	mustTake(t, task, "add", "a/b")
	if !hasSchema(commit(t, task)) {
		t.Error("a later release cannot read the rows: their schema is not with them")
	}
	mustTake(t, task, "add", "a/c")
	if hasSchema(commit(t, task)) {
		t.Error("the schema is written again")
	}
}

func TestTheChangelogOfAnEpochIsInTheOrderOfItsChanges(t *testing.T) {
	task := newTask(t, newNotebook())
	var want string
	for _, name := range []string{"d/1", "b/1", "c/1", "a/1", "e/1", "g/1", "f/1", "b/1"} {
		mustTake(t, task, "add", name)
		if want += name[:1]; name == "b/1" && len(want) > 3 {
			want = want[:len(want)-1] // changed before
		}
	}
	var got string
	for _, entry := range commit(t, task).Changelog {
		if entry.Key[0] == 1 {
			got += string(entry.Key[1])
		}
	}
	if got != want {
		t.Errorf("the same epoch may give other bytes: got %s, want %s", got, want)
	}
}

// batches notes what is applied to a store.
type batches struct {
	state.Store
	applied int
}

func (b *batches) Apply(batch *state.Batch) error {
	b.applied++
	return b.Store.Apply(batch)
}

func TestAnEpochIsAppliedInOneBatchWithItsPosition(t *testing.T) {
	store := &batches{Store: state.OpenMemory()}
	task, _ := newTaskOn(t, store)
	mustTake(t, task, "add", "a/b")
	mustTake(t, task, "wall", "x")
	commit(t, task)
	position, err := stream.ChangelogPosition(store, 0)
	if err != nil || position.Next != 1 || store.applied != 1 {
		t.Errorf("%d batches, and the position is %d, %v: a crash between two batches would tear the epoch", store.applied, position.Next, err)
	}
}

func TestWhoWaitsForARowThatCameJustBeforeACrashIsWoken(t *testing.T) {
	store := state.OpenMemory()
	task, references := newTaskOn(t, store)
	mustTake(t, task, "item", "saw")
	mustTake(t, task, "item", "hammer")
	commit(t, task)
	value, err := schemas.NewCodec[schemas.Item](taskRegistry, topics.Items.Name()).Append(context.Background(), nil, &schemas.Item{ItemID: "saw"})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := references.Apply(context.Background(), []stream.Record{{Topic: topics.Items.Name(), Key: []byte("saw"), Value: value}}); err != nil {
		t.Fatal(err)
	}
	again, _ := newTaskOn(t, store)
	if woken, err := again.Wake(context.Background(), start); err != nil || woken != 1 {
		t.Errorf("%d were woken, %v; want who waits for the saw", woken, err)
	}
}

func TestAWindowKeepsAnIdForAsLongAsItSays(t *testing.T) {
	w := sim.New(t, sim.Options{Start: start}, newNotebook().stage)
	commandAt(w, "see", "a", start.Add(59*time.Minute)) // in the bucket that ends at 9:00
	commandAt(w, "see", "b", start.Add(3*time.Hour))    // 11:00: it is kept for two hours behind that
	commandAt(w, "see", "a", start.Add(59*time.Minute))
	wantNotes(t, w, "seen a 0", "seen a 1", "seen b 0")
	commandAt(w, "see", "c", start.Add(3*time.Hour+time.Second))
	w.Crash() // how far event time had come is state too
	commandAt(w, "see", "a", start.Add(59*time.Minute))
	wantNotes(t, w, "seen a 0", "seen a 1", "seen a 2", "seen b 0", "seen c 0")
}

func TestForgettingATaskLeavesItsNeighbours(t *testing.T) {
	store := state.OpenMemory()
	for task := range int32(3) {
		if err := stream.Restore(store, stream.Layout{}, task, []stream.Entry{{Key: []byte("k"), Value: []byte("v")}}, 5, 5, start); err != nil {
			t.Fatal(err)
		}
	}
	if err := stream.Forget(store, 1); err != nil {
		t.Fatal(err)
	}
	for task, want := range []int{1, 0, 1} {
		rows, err := stream.Rows(store, int32(task))
		position, _ := stream.ChangelogPosition(store, int32(task))
		if err != nil || len(rows) != want || (position.Next == 5) != (want == 1) {
			t.Errorf("task %d has %d rows as of %d, %v", task, len(rows), position.Next, err)
		}
	}
}

// A restore that was broken off leaves a store that knows the changelog's beginning only: a tombstone behind it may be as
// old as the store was.
func TestAPartOfARestoreDoesNotMakeAStoreYounger(t *testing.T) {
	const retention = 10 * time.Hour
	store := state.OpenMemory()
	part := func(next, end int64, after time.Duration) {
		t.Helper()
		if err := stream.Restore(store, stream.Layout{}, 0, []stream.Entry{{Key: []byte("k"), Value: []byte("v")}}, next, end, start.Add(after)); err != nil {
			t.Fatal(err)
		}
	}
	at := func(after time.Duration) (emptied bool) {
		t.Helper()
		_, why, err := stream.ReadOn(store, 0, 0, 200, start.Add(after), retention)
		if err != nil {
			t.Fatal(err)
		}
		return why != ""
	}
	part(5, 100, 0)            // from nothing: as of when it began
	part(50, 100, time.Hour)   // a part of the rest
	part(60, 100, 2*time.Hour) // and another
	if at(8 * time.Hour) {
		t.Error("a restore that began less than the retention ago does not go on")
	}
	part(100, 100, 8*time.Hour)
	if at(16 * time.Hour) {
		t.Error("a store that was restored to the end does not count from then")
	}
	part(120, 200, 16*time.Hour)
	if !at(18 * time.Hour) {
		t.Error("a store of which the end was reached ten hours ago is read on from: it may have missed tombstones")
	}
}

func TestAStoreThatCannotBeReadOnFromIsEmptied(t *testing.T) {
	const retention = 10 * time.Hour
	for _, of := range []struct {
		what       string
		start, end int64
		after      time.Duration
		next       int64
		emptied    bool
	}{
		{"read on", 0, 9, time.Hour, 5, false},
		{"nothing to read", 0, 5, time.Hour, 5, false},
		{"its next entry was compacted away", 7, 9, time.Hour, 7, false},
		{"ahead of a changelog that was made anew", 0, 4, time.Hour, 0, true},
		{"older than the tombstones", 2, 9, 9*time.Hour + time.Second, 2, true},
	} {
		store := state.OpenMemory()
		if err := stream.Restore(store, stream.Layout{}, 0, []stream.Entry{{Key: []byte("k"), Value: []byte("v")}}, 5, 5, start); err != nil {
			t.Fatal(err)
		}
		next, why, err := stream.ReadOn(store, 0, of.start, of.end, start.Add(of.after), retention)
		position, _ := stream.ChangelogPosition(store, 0)
		if err != nil || next != of.next || (why != "") != of.emptied || (position.Next == 0) != of.emptied {
			t.Errorf("%s: next %d, why %q, position %d, %v", of.what, next, why, position.Next, err)
		}
	}
	if next, why, err := stream.ReadOn(state.OpenMemory(), 0, 0, 9, start, retention); next != 0 || why != "" || err != nil {
		t.Errorf("an empty store: next %d, why %q, %v", next, why, err)
	}
}

// A store without a position that has rows was laid out by another release: what it holds cannot be read where it lies.
func TestAStoreThatWasLaidOutOtherwiseIsRebuilt(t *testing.T) {
	store := state.OpenMemory()
	var batch state.Batch
	batch.Set([]byte("T\x00\x00\x00\x00\x01row"), []byte("of another release"))
	if err := store.Apply(&batch); err != nil {
		t.Fatal(err)
	}
	next, why, err := stream.ReadOn(store, 0, 3, 9, start, time.Hour)
	rows, _ := stream.Rows(store, 0)
	if next != 3 || why == "" || err != nil || len(rows) != 0 {
		t.Errorf("reads on at %d because %q with %d rows, %v", next, why, len(rows), err)
	}
}
