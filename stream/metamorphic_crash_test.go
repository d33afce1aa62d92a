package stream_test

import (
	"context"
	"slices"
	"time"

	"waybill/state"
	"waybill/stream"
	"waybill/topics"
)

// restore reads the changelog on from where the stores are, in parts; false when it was interrupted by a crash.
func (w *world) restore() bool {
	w.t.Helper()
	now, was := w.stamp(), w.held(w.sides[0]).position.Next
	if was < w.forgotTo {
		now = now.Add(tombstoneRetention)
	}
	next := int64(0)
	for _, s := range w.sides {
		from, why, err := stream.ReadOn(s.store, ownTask, 0, w.end, now, tombstoneRetention)
		w.check(err)
		if forgets := was > 0 && was < w.forgotTo; forgets != (why != "") {
			w.fatal("%s is at %d, tombstones are gone up to %d: %q", s.name, was, w.forgotTo, why)
		}
		next = from
	}
	if next < was {
		w.applied()
	}
	for next < w.end {
		from, _ := slices.BinarySearchFunc(w.changelog, next, func(l logged, offset int64) int { return int(l.offset - offset) })
		part := w.changelog[from:min(len(w.changelog), from+1+w.draw("part", 40))]
		entries := make([]stream.Entry, len(part))
		for i, record := range part {
			entries[i] = record.entry
		}
		next = w.end
		if from+len(part) < len(w.changelog) {
			next = part[len(part)-1].offset + 1
		}
		at := w.stamp()
		for _, s := range w.sides {
			w.check(stream.Restore(s.store, w.ledger.program.Layout(), ownTask, entries, next, next, at))
		}
		w.applied()
		switch w.draw("interruption", 20) {
		case 17:
			w.crash(w.disk.lose(pick(w.draw, "kept", losses)))
			return false
		case 18:
			w.reopen()
			return false
		case 19:
			w.sync()
		}
	}
	return true
}

// tombstoneRetention is how long a compacted changelog keeps its tombstones.
const tombstoneRetention = 24 * time.Hour

func (w *world) forget() {
	w.t.Helper()
	for _, s := range w.sides {
		w.check(stream.Forget(s.store, ownTask))
	}
	w.applied()
}

// catchUp reads the reference topic to its end; a task that runs is told what came.
func (w *world) catchUp(running bool) {
	w.t.Helper()
	for _, s := range w.sides {
		references := s.references
		if !running {
			references = stream.NewReferences(w.ledger.program, s.store, 0)
		}
		next, err := references.Next(topics.Items.Name(), 0)
		w.check(err)
		if next == int64(len(w.references)) {
			return
		}
		arrivals, skipped, err := references.Apply(context.Background(), w.references[next:])
		w.check(err)
		if len(skipped) > 0 {
			w.fatal("skipped %v", skipped)
		}
		if running {
			s.task.Arrive(arrivals)
		}
	}
	w.applied()
}

// sync makes what was applied durable. When the power went meanwhile, nobody was told that it is.
func (w *world) sync() {
	w.t.Helper()
	w.check(w.sides[1].store.Sync())
	if w.disk.lostPower() {
		return
	}
	w.check(w.memory.Sync())
	w.durable.Store(int64(len(w.batches) - 1))
}

// reopen closes the stores and opens them, with other options.
func (w *world) reopen() {
	w.t.Helper()
	w.check(w.sides[1].store.Close())
	if w.disk.lostPower() {
		w.crash(w.disk.crashed()[0])
		return
	}
	w.check(w.memory.Close())
	w.memory.Reopen()
	w.durable.Store(int64(len(w.batches) - 1))
	w.openPebble(w.disk.files)
	w.startTask()
}

// crash opens what a crash left. It must hold a prefix of the batches, with all that were durable, and Memory is told to
// have kept as many.
func (w *world) crash(left crash) {
	w.t.Helper()
	_ = w.sides[1].store.Close() // the process that died
	w.openPebble(left.files)
	survived := w.survivors(w.sides[1], left.sure)
	w.memory.Crash(survived - int(w.durable.Load()))
	w.batches = w.batches[:survived+1]
	w.durable.Store(int64(survived))
	w.sameRows()
	w.isPast(w.sides[1])
	w.startTask()
}

// survivors is the index of the newest batch that a store holds.
func (w *world) survivors(s *side, sure int) int {
	w.t.Helper()
	held := w.held(s)
	for i := len(w.batches) - 1; i >= sure; i-- {
		if w.batches[i] == held {
			return i
		}
	}
	w.fatal("%s came back with %+v, which is none of the batches since the last durable one: %+v", s.name, held, w.batches[sure:])
	return 0
}

// compact drops from the changelog's front what later records of it supersede, and the tombstones too, or not. Where
// those are gone a store that is not past them is forgotten.
func (w *world) compact() {
	w.t.Helper()
	limit := w.end - int64(w.draw("not compacted", int(min(w.end, 20))+1))
	newest := map[string]int64{}
	for _, record := range w.changelog {
		if record.offset < limit {
			newest[string(record.entry.Key)] = record.offset
		}
	}
	tombstones := w.draw.chance("tombstones too", 2)
	var kept []logged
	for _, record := range w.changelog {
		superseded := record.offset < limit && newest[string(record.entry.Key)] > record.offset
		if superseded || tombstones && record.offset < limit && record.entry.Value == nil {
			continue
		}
		kept = append(kept, record)
	}
	w.changelog, w.compactedTo = kept, max(w.compactedTo, limit)
	if tombstones {
		w.forgotTo = max(w.forgotTo, limit)
	}
}

// wipe loses the disk: the task is restored from nothing.
func (w *world) wipe() {
	w.t.Helper()
	w.check(w.sides[1].store.Close())
	w.disk.crashAt(0, 0)
	w.disk.crashed()
	w.check(state.Destroy("store", w.disk.files))
	w.memory = state.OpenMemory()
	w.sides[0].store = w.memory
	w.openPebble(w.disk.files)
	w.begin()
}
