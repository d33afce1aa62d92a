package stream_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"waybill/state"
	"waybill/stream"
)

// TestATaskIsTheSameInMemoryInPebbleAndInItsModel makes random moves: steps that read and change tables, windows, timers
// and waiters; epochs that commit, abort or die at every stage; restores that are interrupted; crashes that keep all,
// none or some of what was not synced, also between any two writes of the disk. After each move all that the task can
// read is what the model says, on both stores; after each crash both hold the same rows, a prefix of what they were given
// with all that was synced in it. So the simulator may run on Memory: Memory.Crash(n) leaves what Pebble can leave, and
// whatever is left, the same input gives the same outputs and the same changelog.
//
// go test ./stream -run InItsModel -rapid.checks=10000 makes more of them.
func TestATaskIsTheSameInMemoryInPebbleAndInItsModel(t *testing.T) {
	l := newLedger(t)
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, func(label string, n int) int { return rapid.IntRange(0, n-1).Draw(t, label) }, l)
		defer func() { _ = w.sides[1].store.Close() }()
		for range 1 + w.draw("moves", 80) {
			w.move(moves)
			for _, left := range w.disk.crashed() {
				w.crash(left)
			}
			w.step("state", readState)
			w.step("reference data", readItems)
		}
		w.audit()
	})
}

// TestThePowerMayGoBeforeEveryWriteOfTheDisk makes a fixed sequence of moves, keeps what the disk would hold had the power
// gone before each of its writes, syncs, creations, renames and removals, and opens and restores all of that.
func TestThePowerMayGoBeforeEveryWriteOfTheDisk(t *testing.T) {
	l := newLedger(t)
	for seed := range uint64(2) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 2))
			w := newWorld(t, func(label string, n int) int {
				switch {
				case label == "interruption":
					return 0
				case label == "step" && random.IntN(4) == 0:
					return n - 1 // tables are written
				}
				return random.IntN(n)
			}, l)
			defer func() { _ = w.sides[1].store.Close() }()
			w.disk.crashAlways()
			points, lost := 0, 0
			for points < 150 {
				w.move(calmMoves)
				if len(w.moves) > 1000 {
					t.Fatalf("%d moves have written to the disk %d times", len(w.moves), points)
				}
				for _, left := range w.disk.crashed() {
					points++
					if w.afterCrash(left) < len(w.batches)-1 {
						lost++
					}
				}
			}
			if lost < 20 {
				t.Errorf("%d crashes, of which %d lost anything: the sequence tries too little", points, lost)
			}
		})
	}
}

// afterCrash opens what a crash left, tells the newest batch in it, and restores it.
func (w *world) afterCrash(left crash) (survived int) {
	w.t.Helper()
	store, err := state.OpenPebble("store", drawPebble(w.draw, left.files))
	w.check(err)
	s := &side{name: "what a crash left", store: store}
	survived = w.survivors(s, left.sure)
	w.isPast(s)
	next := w.held(s).position.Next
	for i := 0; i < len(w.changelog); i++ {
		if record := w.changelog[i]; record.offset >= next {
			w.check(stream.Restore(store, w.ledger.program.Layout(), ownTask, []stream.Entry{record.entry}, record.offset+1, record.offset+1, w.now))
		}
	}
	w.isPrefix(s)
	w.reads(s, w.committed)
	w.check(store.Close())
	return survived
}

// weighted is a move with how often it comes, of all that there are.
type weighted struct {
	name   string
	weight int
	make   func(w *world)
}

// move makes one of the moves.
func (w *world) move(of []weighted) {
	w.t.Helper()
	total := 0
	for _, m := range of {
		total += m.weight
	}
	drawn := w.draw("move", total)
	for _, m := range of {
		if drawn -= m.weight; drawn < 0 {
			w.moves = append(w.moves, m.name)
			m.make(w)
			return
		}
	}
}

// calmMoves are those that lose nothing that was committed.
var calmMoves = []weighted{
	{"step", 60, func(w *world) {
		move := pick(w.draw, "step", steps)
		w.moves[len(w.moves)-1] = move.name
		w.takeStep(move.name, move.make(w.draw))
	}},
	{"commit", 20, func(w *world) { w.commit(false) }},
	{"run what is due", 6, (*world).runDue},
	{"wake", 4, (*world).wake},
	{"change reference data", 5, (*world).changeItem},
	{"move the clock", 5, func(w *world) {
		w.now = w.now.Add(pick(w.draw, "by", []time.Duration{time.Minute, time.Hour, -time.Hour, 9 * time.Hour, 0, -20 * time.Hour}))
	}},
	{"sync", 7, (*world).sync},
	{"abort", 5, func(w *world) { w.abort(false) }},
	{"fail in a step", 2, (*world).failInAStep},
	{"close and open", 2, (*world).reopen},
	{"die before the transaction", 2, func(w *world) { w.abort(true) }},
	{"die after the transaction", 3, func(w *world) { w.commit(true) }},
}

// moves are all.
var moves = append(calmMoves[:len(calmMoves):len(calmMoves)], []weighted{
	{"crash", 7, func(w *world) { w.crash(w.disk.lose(pick(w.draw, "kept", losses))) }},
	{"crash at a write", 4, func(w *world) { w.disk.crashAt(1+w.draw("write", 60), pick(w.draw, "kept", losses)) }},
	{"compact the changelog", 5, (*world).compact},
	{"forget the task", 2, func(w *world) { w.forget(); w.startTask() }},
	{"lose the disk", 1, (*world).wipe},
	{"look at everything", 4, (*world).audit},
}...)

// audit looks at what was committed, from all sides.
func (w *world) audit() {
	w.t.Helper()
	w.sameRows()
	w.keepsWhatItNeeds()
	for _, s := range w.sides {
		w.isPrefix(s)
		w.reads(s, w.committed)
	}
}

func (w *world) runDue() {
	w.t.Helper()
	want := w.open.runDue(w.now)
	for _, s := range w.sides {
		next, stands := s.task.NextDue()
		ran, more, err := s.task.RunDue(context.Background(), w.now)
		w.check(err)
		if ran != want || more {
			w.fatal("%d timers ran on %s, want %d (more %v)", ran, s.name, want, more)
		}
		if !stands && w.open.earliest() != nil {
			w.fatal("%s: no timer is due next, %v", s.name, next)
		}
		after, stands := s.task.NextDue()
		if earliest := w.open.earliest(); earliest != nil && (!stands || after.After(*earliest)) {
			w.fatal("%s waits until %s (%v); a timer is due at %s", s.name, after, stands, earliest)
		}
	}
}

func (w *world) wake() {
	w.t.Helper()
	want := w.open.wake(w.now)
	for _, s := range w.sides {
		woken, err := s.task.Wake(context.Background(), w.now)
		w.check(err)
		w.same("wakes", s, woken, want)
		waiting, err := s.task.Waiting(1000)
		w.check(err)
		w.same("waiters", s, waiting, len(w.open.waiting))
	}
}

func (w *world) changeItem() {
	w.t.Helper()
	for range 1 + w.draw("more", 3) {
		key, description := pick(w.draw, "key", []string{"saw", "drills/18V", "drills/12V", "drills"}), pick(w.draw, "description", []string{"one", "two", ""})
		record, err := w.ledger.itemRecord(int64(len(w.references)), key, description)
		w.check(err)
		w.references = append(w.references, record)
		w.open.arrive(key, description)
	}
	w.catchUp(true)
}

// failInAStep has a step change rows and fail: the epoch is aborted.
func (w *world) failInAStep() {
	w.t.Helper()
	change := pick(w.draw, "step", steps).make(w.draw)
	w.ledger.move = func(c capabilities) error { change(c); return errBroken }
	for _, s := range w.sides {
		if err := s.task.Take(context.Background(), w.now, &stream.Record{Topic: w.ledger.program.Stage().Inputs()[0]}); stream.KindOf(err) != stream.Bug {
			w.fatal("%s: a broken step ended with %v", s.name, err)
		}
	}
	w.giveUp(false)
}
