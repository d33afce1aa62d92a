package stream_test

import (
	"bytes"
	"context"
	"fmt"
	"reflect"
	"slices"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"waybill/state"
	"waybill/stream"
	"waybill/stream/sim"
	"waybill/topics"
)

// ownTask is the number of the task; its neighbours' rows, to both sides in the store, are to stay as they are.
const ownTask = 1

// world is a task three times over: on Memory, on Pebble, and as a model. It plays the binding: it keeps the changelog and
// the reference topic, ends epochs, restores.
type world struct {
	t      sim.T
	draw   draw
	ledger *ledger
	now    time.Time
	moves  []string // that were made, for the message
	stamps int

	sides     []*side // Memory, then Pebble
	memory    *state.Memory
	disk      *disk
	committed *model
	open      *model                      // with what the epoch did
	taken     []func(capabilities) string // the steps of the epoch

	changelog   []logged
	end         int64       // of the changelog
	compactedTo int64       // what a prefix of the changelog below this said cannot be told any more
	forgotTo    int64       // tombstones below this are gone
	history     []pastEpoch // what was committed, by offset
	references  []stream.Record
	batches     []batch      // that the stores were given and have not lost; the first is that of an empty store
	durable     atomic.Int64 // index of the newest batch that is known to be durable
}

type side struct {
	name       string
	store      state.Store
	references *stream.References
	task       *stream.Task
	ready      stream.Ready
}

type logged struct {
	offset int64
	entry  stream.Entry
}

type pastEpoch struct {
	next int64
	was  *model
}

// batch tells which batches a store holds: every one of them changes it.
type batch struct {
	position   stream.Position
	references int64
}

func newWorld(t sim.T, d draw, l *ledger) *world {
	w := &world{t: t, draw: d, ledger: l, now: start, committed: newModel(map[string]string{})}
	w.history = []pastEpoch{{0, w.committed}}
	w.memory = state.OpenMemory()
	w.sides = []*side{{name: "Memory", store: w.memory}, {name: "Pebble"}}
	w.openPebble(vfs.NewCrashableMem())
	w.begin()
	return w
}

func (w *world) fatal(format string, arguments ...any) {
	w.t.Helper()
	w.t.Fatalf("%s\nafter %q", fmt.Sprintf(format, arguments...), w.moves[max(0, len(w.moves)-60):])
}

func (w *world) check(err error) {
	if err != nil {
		w.t.Helper()
		w.fatal("%v", err)
	}
}

// same fails unless what a side has is what is wanted.
func (w *world) same(what string, s *side, got, want any) {
	if !reflect.DeepEqual(got, want) {
		w.t.Helper()
		w.fatal("%s of %s:\n%v\nwant\n%v", what, s.name, got, want)
	}
}

func (w *world) openPebble(files *vfs.MemFS) {
	w.t.Helper()
	if w.disk == nil || w.disk.files != files {
		w.disk = newDisk(files, uint64(len(w.moves)), func() int { return int(w.durable.Load()) })
	}
	store, err := state.OpenPebble("store", drawPebble(w.draw, w.disk))
	w.check(err)
	w.sides[1].store = store
}

// begin is for stores that are empty: it writes the neighbours' rows, and starts the task.
func (w *world) begin() {
	w.t.Helper()
	for _, s := range w.sides {
		for _, neighbour := range []int32{ownTask - 1, ownTask + 1} {
			w.check(stream.Restore(s.store, stream.Layout{}, neighbour, []stream.Entry{{Key: nil, Value: []byte("first")}, {Key: []byte("\xff\xff\xff\xff\xff"), Value: []byte("last")}}, 9, 9, start))
		}
		w.check(s.store.Sync())
	}
	w.batches = []batch{w.held(w.sides[0])}
	w.durable.Store(0)
	w.startTask()
}

func (w *world) held(s *side) batch {
	w.t.Helper()
	position, err := stream.ChangelogPosition(s.store, ownTask)
	w.check(err)
	next, err := stream.NewReferences(w.ledger.program, s.store, 0).Next(topics.Items.Name(), 0)
	w.check(err)
	return batch{position, next}
}

// applied notes that every store was given a batch.
func (w *world) applied() {
	w.t.Helper()
	w.batches = append(w.batches, w.held(w.sides[0]))
}

// stamp is the time beside a changelog position: another one for every batch.
func (w *world) stamp() time.Time {
	w.stamps++
	return start.Add(time.Duration(w.stamps) * time.Microsecond)
}

// startTask restores the stores and makes the task anew.
func (w *world) startTask() {
	w.t.Helper()
	if !w.restore() {
		return // a crash came in between, and has started the task
	}
	w.catchUp(false)
	for _, s := range w.sides {
		s.references = w.newReferences(s)
		s.task = w.newTask(s)
	}
	w.open, w.taken = w.committed.begin(), nil
}

func (w *world) newReferences(s *side) *stream.References {
	return stream.NewReferences(w.ledger.program, s.store, pick(w.draw, "cache", cacheSizes))
}

func (w *world) newTask(s *side) *stream.Task {
	w.t.Helper()
	task, err := w.ledger.program.NewTask(ownTask, s.store, s.references, pick(w.draw, "cache", cacheSizes))
	w.check(err)
	return task
}

var cacheSizes = []int{1 << 20, 0, 3000}

// step has every side do the same.
func (w *world) step(what string, do func(c capabilities) string) {
	w.t.Helper()
	w.open.clock = w.now
	want := do(w.open)
	for _, s := range w.sides {
		w.same(what, s, w.take(s.task, w.now, do), want)
	}
}

func (w *world) take(task *stream.Task, now time.Time, do func(c capabilities) string) (text string) {
	w.t.Helper()
	w.ledger.move = func(c capabilities) error { text = do(c); return nil }
	w.check(task.Take(context.Background(), now, &stream.Record{Topic: topics.Demand.Name()}))
	return text
}

// commit ends the epoch with a transaction that is committed; a task that dies before it is told restores what it wrote.
func (w *world) commit(dies bool) {
	w.t.Helper()
	w.readyAll()
	entries := w.sides[0].ready.Changelog
	for i, entry := range entries {
		w.changelog = append(w.changelog, logged{w.end + int64(i), stream.Entry{Key: bytes.Clone(entry.Key), Value: bytes.Clone(entry.Value)}})
	}
	next := w.end + int64(len(entries))
	if len(entries) > 0 {
		w.end = next + 1 // the marker that ends the transaction
	}
	w.committed = w.open.begin()
	w.history = append(w.history, pastEpoch{next, w.committed})
	if dies {
		w.startTask()
		return
	}
	at := w.stamp()
	for _, s := range w.sides {
		w.check(s.task.Commit(s.ready.Changelog, next, at))
	}
	if len(entries) > 0 {
		w.applied()
	}
	arrived := w.open.arrived
	w.open, w.taken = w.committed.begin(), nil
	w.open.arrived = arrived
	w.keepsWhatItNeeds()
}

// abort ends the epoch with a transaction that is not committed; a task that dies begins anew from its store.
func (w *world) abort(dies bool) {
	w.t.Helper()
	if w.draw.chance("its records were written", 2) {
		w.readyAll()
	}
	w.giveUp(dies)
}

// giveUp drops the epoch. Its records are polled again, mostly at once.
func (w *world) giveUp(dies bool) {
	w.t.Helper()
	again := w.taken
	if dies {
		w.startTask()
	} else {
		for _, s := range w.sides {
			w.check(s.task.Abort())
		}
		w.open, w.taken = w.committed.begin(), nil
	}
	if w.draw.chance("taken again", 2) {
		for _, step := range again {
			w.takeStep("step taken again", step)
		}
	}
}

func (w *world) takeStep(what string, do func(capabilities) string) {
	w.t.Helper()
	w.taken = append(w.taken, do)
	w.step(what, do)
}

// readyAll encodes the epoch on every side: the same bytes, and what the model says.
func (w *world) readyAll() {
	w.t.Helper()
	want := w.open.outputs()
	for _, s := range w.sides {
		ready, err := s.task.Ready()
		w.check(err)
		s.ready = ready
		got, err := w.ledger.outputs(ready.Records)
		w.check(err)
		if !slices.Equal(got, want) {
			w.fatal("outputs of %s:\n%q\nwant\n%q", s.name, got, want)
		}
	}
	w.same("epoch", w.sides[1], w.sides[1].ready, w.sides[0].ready)
}
