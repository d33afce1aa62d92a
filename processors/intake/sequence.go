package intake

import "waybill/schemas"

// Track is how far the events of one entity have come, and what stands around it. Of a dense entity:
//
//	1 … Last         taken or given up: whatever comes of them again is a duplicate
//	Last+1 … Next−1  here and not taken: waiting, unreadable or given up, a slot each
//	Next             the first that is missing, when something behind it is here (Next < Highest)
//	Highest          the last one that is here
type Track struct {
	Begun   bool  `avro:"begun"`   // something was taken; a position may be 0
	Last    int64 `avro:"last"`    // dense: see above; monotonic: the latest position taken
	Next    int64 `avro:"next"`    // dense only
	Highest int64 `avro:"highest"` // dense only
	Gap     int64 `avro:"gap"`     // the missing sequence that the entity is held for; 0: none
	Open    int32 `avro:"open"`    // exceptions of the entity that stand, a gap within its deadline included
	Parts   int32 `avro:"parts"`   // canonical records that its latest event was split into, where that is kept
}

// Slot is an event of a dense entity that cannot be taken yet, by entity and sequence. It is one of three: an event that
// waits, an unreadable one (ExceptionID set), or a range that was given up (neither), up to Until.
type Slot struct {
	Sequence    int64            `avro:"sequence"`
	Until       int64            `avro:"until"`
	ExceptionID string           `avro:"exception_id"`
	Origin      schemas.Evidence `avro:"origin"`
	Event       Event            `avro:"event"`
	Waiting     bool             `avro:"waiting"`
}

func (s *Slot) unreadable() bool { return s != nil && s.ExceptionID != "" }

// slots are what the sequencer keeps of one entity.
type slots interface {
	at(sequence int64) *Slot
	put(slot *Slot)
	remove(sequence int64)
	// after is the lowest sequence beyond the one given that has a slot.
	after(sequence int64) (int64, bool)
}

// verdict is what the sequencer says of an event that arrives.
type verdict uint8

const (
	duplicate verdict = iota // taken, here or given up already
	inTurn                   // it comes next
	early                    // something before it is missing or unreadable
)

// ofDense judges an event of a dense entity by its sequence. Another one in its place, unreadable, is told beside: a
// readable event takes the place of an unreadable one.
func (t *Track) ofDense(sequence int64, in slots) (verdict, *Slot) {
	if sequence <= t.Last {
		return duplicate, nil
	}
	if sequence <= t.Highest {
		slot := in.at(sequence)
		if slot == nil && sequence < t.Next || slot != nil && !slot.unreadable() {
			return duplicate, slot
		}
		if slot != nil && sequence > t.Last+1 {
			return early, slot
		}
		if slot != nil {
			return inTurn, slot
		}
	}
	if sequence == t.Last+1 {
		return inTurn, nil
	}
	return early, nil
}

// ofMonotonic judges an event by its position: the latest state wins, an older one is a duplicate.
func (t *Track) ofMonotonic(position int64) verdict {
	if t.Begun && position <= t.Last {
		return duplicate
	}
	return inTurn
}

// keep puts a slot for an event that is here and cannot be taken.
func (t *Track) keep(slot *Slot, in slots) {
	in.put(slot)
	t.Highest = max(t.Highest, slot.Until)
	t.advance(in)
}

// take moves the entity on: everything up to a sequence is done. What waited right behind it is delivered in order.
func (t *Track) take(upTo int64, in slots, deliver func(*Slot)) {
	t.Begun = true
	ahead := t.Highest > upTo
	t.Last = upTo
	for ahead {
		slot := in.at(t.Last + 1)
		if slot == nil || slot.unreadable() {
			break
		}
		in.remove(slot.Sequence)
		t.Last = slot.Until
		if slot.Waiting {
			deliver(slot)
		}
	}
	t.Highest = max(t.Highest, t.Last)
	t.advance(in)
}

// giveUp lets an entity go on without the event of a slot.
func (t *Track) giveUp(sequence int64, in slots, deliver func(*Slot)) {
	if sequence == t.Last+1 {
		in.remove(sequence)
		t.take(sequence, in, deliver)
		return
	}
	in.put(&Slot{Sequence: sequence, Until: sequence, Event: Event{}})
}

// acceptGap lets an entity go on without the events that are missing before the first that is here.
func (t *Track) acceptGap(in slots, deliver func(*Slot)) {
	first, found := in.after(t.Next)
	if !found {
		return
	}
	if t.Next == t.Last+1 {
		t.take(first-1, in, deliver)
		return
	}
	t.keep(&Slot{Sequence: t.Next, Until: first - 1}, in)
}

// missing is the first sequence that is missing although a later one is here; 0 when none is.
func (t *Track) missing() int64 {
	if t.Next < t.Highest {
		return t.Next
	}
	return 0
}

// advance moves Next over what is here. It only ever moves up, so it costs each event once.
func (t *Track) advance(in slots) {
	t.Next = max(t.Next, t.Last+1)
	for t.Next <= t.Highest {
		slot := in.at(t.Next)
		if slot == nil {
			return
		}
		t.Next = slot.Until + 1
	}
}

// valid is the invariant of a dense track.
func (t *Track) valid() bool {
	return 0 <= t.Last && t.Last <= t.Highest && t.Last < t.Next && t.Next <= t.Highest+1 && t.Next != t.Highest
}
