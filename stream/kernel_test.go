package stream_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
	"waybill/stream/sim"
	"waybill/topics"
)

// notebook is a stage that does by command what its tests ask for: the order id of a demand is the command, the item id
// its argument. What happens is written down on the availability topic.
type notebook struct {
	stage  *stream.Stage
	rows   *stream.Table[state.TextPair, noteRow]
	wall   *stream.Timers
	event  *stream.Timers
	window *stream.Window
	items  *stream.Reference[schemas.Item]
	notes  *stream.Output[schemas.Availability]
	latest *stream.Output[schemas.OrderFact]
}

type noteRow struct {
	Group string `avro:"group"`
	Name  string `avro:"name"`
	Count int64  `avro:"count"`
}

func newNotebook() *notebook {
	n := &notebook{stage: stream.NewStage("notebook")}
	n.rows = stream.NewTable[state.TextPair, noteRow](n.stage, 1, "rows")
	n.window = stream.NewWindow(n.stage, 2, "seen", time.Hour, 2*time.Hour)
	n.items = stream.NewReference(n.stage, 1, topics.Items)
	n.notes = stream.Emit(n.stage, topics.Availability)
	n.latest = stream.EmitLatest(n.stage, topics.OrderFacts)
	n.wall = stream.OnTimer(n.stage, 1, "wall", stream.WallClock, func(s *stream.Step, key string) error { n.note(s, "wall "+key); return nil })
	n.event = stream.OnTimer(n.stage, 2, "event", stream.EventClock, func(s *stream.Step, key string) error { n.note(s, "event "+key); return nil })
	n.stage.OnWake(func(s *stream.Step, waiter string) error {
		n.note(s, "woken "+waiter)
		n.items.Forgo(s, "saw", waiter+", too") // its companion need not be woken any more
		return nil
	})
	n.stage.OnPoison(func(s *stream.Step, poison stream.Poison) error { n.note(s, "poison "+poison.Err.Class); return nil })
	stream.On(n.stage, topics.Demand, n.take)
	return n
}

func (n *notebook) note(s *stream.Step, text string) {
	n.notes.Send(s, text, &schemas.Availability{ItemID: text})
}

var errBroken = errors.New("broken")

func (n *notebook) take(s *stream.Step, demand *schemas.Demand) error {
	s.Observe(demand.At)
	argument := demand.ItemID
	switch demand.OrderID {
	case "add":
		group, name, _ := strings.Cut(argument, "/")
		row := noteRow{Group: group, Name: name}
		if before := n.rows.Get(s, state.TextPair{group, name}); before != nil {
			row = *before
		}
		row.Count++
		n.rows.Put(s, state.TextPair{group, name}, &row)
		n.latest.Send(s, argument, &schemas.OrderFact{OrderID: fmt.Sprint(row.Count)})
	case "remove":
		group, name, _ := strings.Cut(argument, "/")
		n.rows.Delete(s, state.TextPair{group, name})
	case "list":
		var names []string
		for row := range n.rows.Scan(s, state.Text(argument)) {
			names = append(names, fmt.Sprintf("%s=%d", row.Name, row.Count))
		}
		n.note(s, "list "+strings.Join(names, " "))
	case "wall":
		n.wall.Set(s, argument, s.Now().Add(time.Hour))
	case "cancel":
		n.wall.Cancel(s, argument)
	case "event":
		n.event.Set(s, argument, demand.At.Add(time.Hour))
	case "see":
		n.note(s, fmt.Sprintf("seen %s %d", argument, n.window.Add(s, argument, demand.At)))
	case "await":
		n.items.Await(s, "saw", argument)
	case "forgo":
		n.items.Forgo(s, "saw", argument)
	case "item":
		if item := n.items.Get(s, argument); item != nil {
			n.note(s, "item "+item.Description)
			return nil
		}
		n.items.Await(s, argument, "who wants "+argument)
	case "break":
		return errBroken
	case "panic":
		panic("at the disco")
	}
	return nil
}

var start = time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)

func command(w *sim.World, what, argument string) { commandAt(w, what, argument, w.Now()) }

func commandAt(w *sim.World, what, argument string, at time.Time) {
	sim.Send(w, topics.Demand, "one", &schemas.Demand{OrderID: what, ItemID: argument, At: at})
	w.Run()
}

func notes(w *sim.World) []string {
	var texts []string
	for _, sent := range sim.Read(w, topics.Availability) {
		texts = append(texts, sent.Value.ItemID)
	}
	slices.Sort(texts)
	return texts
}

func wantNotes(t *testing.T, w *sim.World, want ...string) {
	t.Helper()
	if got := notes(w); !slices.Equal(got, want) {
		t.Fatalf("noted %q, want %q", got, want)
	}
}

func TestRowsAreListedInOrderAcrossOverlayCacheAndStore(t *testing.T) {
	w := sim.New(t, sim.Options{}, newNotebook().stage)
	for _, name := range []string{"fruit/pear", "fruit/apple", "nuts/cashew", "fruit/fig"} {
		command(w, "add", name)
	}
	w.Crash()
	command(w, "add", "fruit/apple")
	// One epoch: removal and addition are seen by the listing behind them.
	sim.Send(w, topics.Demand, "one", &schemas.Demand{OrderID: "remove", ItemID: "fruit/fig"})
	sim.Send(w, topics.Demand, "one", &schemas.Demand{OrderID: "add", ItemID: "fruit/banana"})
	sim.Send(w, topics.Demand, "one", &schemas.Demand{OrderID: "list", ItemID: "fruit"})
	w.Run()
	wantNotes(t, w, "list apple=2 banana=1 pear=1")
}

func TestAnOutputOfLatestStatesWritesOneRecordPerKeyAndEpoch(t *testing.T) {
	w := sim.New(t, sim.Options{}, newNotebook().stage)
	for range 5 {
		sim.Send(w, topics.Demand, "one", &schemas.Demand{OrderID: "add", ItemID: "a/b"})
	}
	w.Run()
	facts := sim.Read(w, topics.OrderFacts)
	if len(facts) != 1 || facts[0].Value.OrderID != "5" {
		t.Fatalf("wrote %d records: %+v", len(facts), facts)
	}
}

func TestTimersFireOnceByTheirClockAndSurviveACrash(t *testing.T) {
	w := sim.New(t, sim.Options{Start: start}, newNotebook().stage)
	command(w, "wall", "a")
	command(w, "wall", "b")
	command(w, "cancel", "b")
	command(w, "event", "c")
	w.Advance(30 * time.Minute)
	command(w, "wall", "a") // moved to 9:30
	w.Crash()
	w.Advance(40 * time.Minute) // 9:10
	wantNotes(t, w)
	w.Advance(20 * time.Minute)
	wantNotes(t, w, "wall a")
	commandAt(w, "see", "x", start.Add(time.Hour)) // the watermark reaches the event timer
	wantNotes(t, w, "event c", "seen x 0", "wall a")
	w.Advance(24 * time.Hour)
	wantNotes(t, w, "event c", "seen x 0", "wall a")
}

func TestAWatermarkIsNotMovedByATimeFromTheFuture(t *testing.T) {
	w := sim.New(t, sim.Options{Start: start}, newNotebook().stage)
	command(w, "event", "c")
	commandAt(w, "see", "x", start.Add(25*time.Hour))
	wantNotes(t, w, "seen x 0")
}

func TestAWindowForgetsWholeBuckets(t *testing.T) {
	w := sim.New(t, sim.Options{Start: start}, newNotebook().stage)
	commandAt(w, "see", "a", start)
	commandAt(w, "see", "a", start.Add(time.Minute))
	w.Crash()
	commandAt(w, "see", "a", start.Add(2*time.Minute))
	commandAt(w, "see", "b", start.Add(4*time.Hour))
	commandAt(w, "see", "a", start) // its bucket is gone: nobody can tell
	wantNotes(t, w, "seen a 0", "seen a 1", "seen a 1", "seen a 2", "seen b 0")
	live := map[string]bool{}
	for _, record := range w.Records("waybill-notebook-changelog") {
		if record.Key[0] == 2 {
			live[string(record.Key)] = record.Value != nil
		}
	}
	left := 0
	for _, stands := range live {
		if stands {
			left++
		}
	}
	if left != 1 {
		t.Fatalf("%d ids are left in the changelog, want the one of the open bucket", left)
	}
}

func TestReferenceDataWakesWhoWaitsForItOnce(t *testing.T) {
	w := sim.New(t, sim.Options{}, newNotebook().stage)
	command(w, "item", "saw")
	command(w, "item", "saw")
	command(w, "item", "drills/") // any row below it
	w.Crash()
	sim.Send(w, topics.Items, "saw", &schemas.Item{ItemID: "saw", Description: "circular saw"})
	w.Run()
	wantNotes(t, w, "woken who wants saw")
	sim.Send(w, topics.Items, "drills/18V", &schemas.Item{ItemID: "drill"})
	sim.Send(w, topics.Items, "saw", &schemas.Item{ItemID: "saw", Description: "newer saw"})
	w.Run()
	command(w, "item", "saw")
	wantNotes(t, w, "item newer saw", "woken who wants drills/", "woken who wants saw")
	if waiting := w.Waiting(); waiting != 0 {
		t.Fatalf("%d still wait", waiting)
	}
}

func TestWhoAwaitsNoMoreIsNotWoken(t *testing.T) {
	w := sim.New(t, sim.Options{}, newNotebook().stage)
	for _, waiter := range []string{"ann", "ann, too", "bob", "cid"} {
		command(w, "await", waiter)
	}
	command(w, "forgo", "cid")
	command(w, "forgo", "dan") // never awaited it
	w.Crash()
	if waiting := w.Waiting(); waiting != 3 {
		t.Errorf("%d wait", waiting)
	}
	sim.Send(w, topics.Items, "saw", &schemas.Item{ItemID: "saw"})
	w.Run()
	wantNotes(t, w, "woken ann", "woken bob")
	if waiting := w.Waiting(); waiting != 0 {
		t.Errorf("%d still wait", waiting)
	}
}

func TestAWaiterWithoutANameIsOneToo(t *testing.T) {
	w := sim.New(t, sim.Options{}, newNotebook().stage)
	command(w, "await", "")
	w.Crash()
	command(w, "forgo", "")
	if waiting := w.Waiting(); waiting != 0 {
		t.Errorf("%d wait", waiting)
	}
	command(w, "await", "")
	w.Crash()
	sim.Send(w, topics.Items, "saw", &schemas.Item{ItemID: "saw"})
	w.Run()
	wantNotes(t, w, "woken ")
}

func TestTheLastOfManyChangesOfAReferenceRowStands(t *testing.T) {
	w := sim.New(t, sim.Options{}, newNotebook().stage)
	for _, descriptions := range [][]string{{"first"}, {"second", "first"}, {"third", "first", "fourth"}} {
		for _, description := range descriptions {
			sim.Send(w, topics.Items, "saw", &schemas.Item{ItemID: "saw", Description: description})
		}
		w.Run()
		command(w, "item", "saw")
	}
	wantNotes(t, w, "item first", "item first", "item fourth")
}

func TestAnUnreadableRecordIsDeadLetteredWithItsBytesAndToldToTheStage(t *testing.T) {
	w := sim.New(t, sim.Options{}, newNotebook().stage)
	w.SendRaw(topics.Demand.Name(), []byte("k"), []byte{9, 9, 9}, stream.Header{Key: "trace", Value: []byte("7")})
	w.Run()
	letters := w.Records(topics.DeadLetters)
	if len(letters) != 1 || string(letters[0].Value) != "\x09\x09\x09" || string(letters[0].Key) != "k" || letters[0].Headers[0].Key != "trace" {
		t.Fatalf("dead letters %+v", letters)
	}
	wantNotes(t, w, "poison wrong_magic")
}

var taskRegistry = schemas.NewLocalRegistry()

func newTask(t *testing.T, n *notebook) *stream.Task {
	t.Helper()
	program, err := stream.Bind(n.stage, taskRegistry, "test")
	if err != nil {
		t.Fatal(err)
	}
	store := state.OpenMemory()
	task, err := program.NewTask(0, store, stream.NewReferences(program, store, 1<<20), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	return task
}

func take(t *testing.T, task *stream.Task, what, argument string) error {
	t.Helper()
	value, err := schemas.NewCodec[schemas.Demand](taskRegistry, topics.Demand.Name()).Append(context.Background(), nil, &schemas.Demand{OrderID: what, ItemID: argument})
	if err != nil {
		t.Fatal(err)
	}
	return task.Take(context.Background(), start, &stream.Record{Topic: topics.Demand.Name(), Offset: 42, Value: value})
}

func TestAnAbortedEpochLeavesNothingBehind(t *testing.T) {
	task := newTask(t, newNotebook())
	if err := take(t, task, "add", "a/b"); err != nil {
		t.Fatal(err)
	}
	if err := take(t, task, "wall", "x"); err != nil {
		t.Fatal(err)
	}
	if err := task.Abort(); err != nil {
		t.Fatal(err)
	}
	if err := take(t, task, "list", "a"); err != nil {
		t.Fatal(err)
	}
	ran, _, err := task.RunDue(context.Background(), start.Add(24*time.Hour))
	if err != nil || ran != 0 {
		t.Fatalf("%d timers ran, %v", ran, err)
	}
	ready, err := task.Ready()
	if err != nil || len(ready.Changelog) != 0 || len(ready.Records) != 1 || string(ready.Records[0].Key) != "list " {
		t.Fatalf("ready %+v, %v", ready, err)
	}
}

// commit ends an epoch as a binding does.
func commit(t *testing.T, task *stream.Task) stream.Ready {
	t.Helper()
	ready, err := task.Ready()
	if err != nil {
		t.Fatal(err)
	}
	if err := task.Commit(ready.Changelog, 1, start); err != nil {
		t.Fatal(err)
	}
	return ready
}

func TestATimerOfTheEmptyKeyStandsAsAnyOther(t *testing.T) {
	task := newTask(t, newNotebook())
	if err := take(t, task, "wall", ""); err != nil {
		t.Fatal(err)
	}
	for _, entry := range commit(t, task).Changelog {
		if entry.Value == nil {
			t.Errorf("the changelog deletes the row %q, which was set", entry.Key)
		}
	}
	ran, _, err := task.RunDue(context.Background(), start.Add(time.Hour))
	if err != nil || ran != 1 {
		t.Fatalf("%d timers ran, %v", ran, err)
	}
}

func TestWhatGoesWrongInAStepSaysWhereAndOfWhatKind(t *testing.T) {
	task := newTask(t, newNotebook())
	for what, cause := range map[string]string{"break": "broken", "panic": "panic: at the disco"} {
		err := take(t, task, what, "")
		if stream.KindOf(err) != stream.Bug || !strings.Contains(err.Error(), "stage notebook, o2c.demand partition 0 offset 42: bug: "+cause) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if kind := stream.KindOf(fmt.Errorf("reading: %w", schemas.ErrRegistryUnavailable)); kind != stream.Retryable {
		t.Errorf("a registry that is away is %s", kind)
	}
	if kind := stream.KindOf(fmt.Errorf("reading: %w", state.ErrCorrupt)); kind != stream.Corruption {
		t.Errorf("a corrupt store is %s", kind)
	}
}

func TestABrokenTopologyIsRefusedWithAllItsProblems(t *testing.T) {
	stage := stream.NewStage("a stage")
	stream.NewTable[state.Text, noteRow](stage, 1, "one")
	stream.NewTable[state.Text, noteRow](stage, 1, "other")
	stream.NewTable[state.Text, noteRow](stage, 250, "high")
	stream.NewWindow(stage, 3, "short", time.Hour, time.Minute)
	stream.NewReference(stage, 1, topics.Items)
	stream.NewReference(stage, 1, topics.Prices)
	stream.Emit(stage, topics.Demand)
	stream.Emit(stage, topics.Demand)
	_, err := stream.Bind(stage, schemas.NewLocalRegistry(), "test")
	if err == nil {
		t.Fatal("it was taken")
	}
	for _, problem := range []string{"not one word", "no input", "tables one and other share", "between 1 and 239", "window short", "share the number 1", "OnWake", "declared twice"} {
		if !strings.Contains(err.Error(), problem) {
			t.Errorf("%q does not say %q", err, problem)
		}
	}
}

func TestInputsThatCannotBeJoinedAreRefused(t *testing.T) {
	program, err := stream.Bind(newNotebook().stage, schemas.NewLocalRegistry(), "test")
	if err != nil {
		t.Fatal(err)
	}
	if err := program.CheckPartitions(map[string]int32{}); err == nil || !strings.Contains(err.Error(), "waybill topics apply") {
		t.Errorf("a missing topic: %v", err)
	}
	if err := program.CheckPartitions(map[string]int32{topics.Demand.Name(): 8}); err != nil {
		t.Error(err)
	}
}

func TestKeysGoWhereKafkasOwnPartitionerPutsThem(t *testing.T) {
	// The hashes are those that Kafka's own tests expect of murmur2; what is positive of them, modulo 1,000.
	for key, want := range map[string]int32{"21": 340, "foobar": 166, "abc": 107, "a-little-bit-long-string": 112} {
		if got := stream.PartitionOf([]byte(key), 1000); got != want {
			t.Errorf("%s goes to %d, want %d", key, got, want)
		}
	}
}
