package intake

import (
	"context"
	"fmt"

	"waybill/processors/conditions"
	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
	"waybill/topics"
)

// bound is a source bound to a registry.
type bound[T any] struct {
	reader[T]
	in *intake
	of *feed
}

func (src source[T]) feed(catalogue topics.Catalogue) *feed {
	entry, _ := catalogue.Topic(src.topic.Name())
	return &feed{Entry: entry, noun: src.noun, holds: src.holds, about: src.about}
}

func (src source[T]) bind(in *intake, registry schemas.Registry) flow {
	of := in.feeds[src.topic.Name()]
	return &bound[T]{
		reader: reader[T]{
			source: src, entry: of.Entry, policy: in.policy, registry: registry, repairs: in.repairs,
			codec: schemas.NewCodec[T](registry, src.topic.Name()),
		},
		in: in, of: of,
	}
}

// take is the step of a source record.
func (b *bound[T]) take(ctx context.Context, s *stream.Step, record *stream.Record) error {
	read, err := b.read(ctx, s, record, nil)
	if err != nil {
		return err
	}
	headers := headerClues(record.Headers, b.entry.EntityHeaders)
	if read.problem != nil {
		b.in.refuse(s, b.of, record, read.problem, identify(b.entry, record.Key, read.clues, headers), read.writer)
		return nil
	}
	meta := b.meta(read.value)
	if foreign := authority(b.in.catalogue, b.entry, meta.Source); foreign != nil {
		b.in.refuseForeign(s, b.of, record, foreign, identify(b.entry, record.Key, b.typedClues(read.value), headers))
		return nil
	}
	s.Observe(meta.OccurredAt)
	origin := schemas.Evidence{Topic: record.Topic, Partition: record.Partition, Offset: record.Offset, EventID: meta.EventID}
	outcome := b.arrive(s, read.value, origin, "")
	if outcome != "duplicate" {
		b.in.noteLag(s, meta, origin)
	}
	s.Count(outcome)
	return nil
}

// arrive gives an event that keeps its contract to the sequencer, and tells what became of it. Replayed is the exception
// whose event it is, if it comes by a replay.
func (b *bound[T]) arrive(s *stream.Step, value *T, origin schemas.Evidence, replayed string) (outcome string) {
	contract := b.entry.Ordering.Contract
	if contract == topics.Unordered {
		return b.once(s, value, origin)
	}
	l := b.in.lane(s, b.of, b.entity(value))
	defer l.save()
	sequence := *sequenceOf(b.meta(value), contract)
	if contract == topics.Dense {
		return b.sequence(l, value, origin, sequence, replayed)
	}
	if l.ofMonotonic(sequence) == duplicate {
		return "duplicate"
	}
	b.learn(l, value, false)
	b.deliver(l, value, origin)
	l.Begun, l.Last = true, sequence
	l.supersede(sequence, replayed)
	return "applied"
}

// sequence takes an event of a dense entity in its place. What waited right behind it follows.
func (b *bound[T]) sequence(l *lane, value *T, origin schemas.Evidence, sequence int64, replayed string) string {
	judged, slot := l.ofDense(sequence, l.slotRows())
	if judged == duplicate {
		return "duplicate"
	}
	b.learn(l, value, judged == early)
	source := b.meta(value).Source
	outcome := "held"
	if judged == early {
		waiting := &Slot{Sequence: sequence, Until: sequence, Origin: origin, Waiting: true}
		*b.kept(&waiting.Event) = value
		l.keep(waiting, l.slotRows())
	} else {
		outcome = "applied"
		if slot != nil {
			l.slotRows().remove(sequence)
		}
		b.deliver(l, value, origin)
		l.take(sequence, l.slotRows(), func(waiting *Slot) { b.release(l, waiting) })
	}
	if slot != nil {
		resolution := "superseded"
		if slot.ExceptionID == replayed {
			resolution = "replayed"
		}
		l.closeLetter(l.letters.Get(l.s, state.Text(slot.ExceptionID)), resolution)
	}
	l.watchGap(source, origin, "filled")
	return outcome
}

// once takes an event that has nothing but its id to tell it from a duplicate. One that is too late for the window of ids
// is remembered by itself.
func (b *bound[T]) once(s *stream.Step, value *T, origin schemas.Evidence) string {
	id := laneKey(b.entry.Name, b.entity(value))
	switch b.in.commands.Add(s, id, b.meta(value).OccurredAt) {
	case stream.SeenBefore:
		return "duplicate"
	case stream.TooLate:
		if b.in.letters.Get(s, state.Text(id)) != nil {
			return "duplicate"
		}
		b.in.remember(s, &Letter{ExceptionID: id, Topic: b.entry.Name, Since: s.Now(), Timestamp: s.Now()})
	}
	for _, p := range b.split(value, origin) {
		b.in.out.send(s, p)
	}
	return "applied"
}

// learn notes the event's orders where they are not noted with its delivery, or are to be held with their entity.
func (b *bound[T]) learn(l *lane, value *T, waits bool) {
	if b.holds == holdsShipment && (waits || l.Open > 0) {
		l.learn(b.ordersOf(value))
	}
}

func (b *bound[T]) deliver(l *lane, value *T, origin schemas.Evidence) {
	var empty func(Part) piece
	if b.empty != nil {
		empty = func(gone Part) piece { return b.empty(value, origin, gone) }
	}
	l.deliver(b.split(value, origin), empty)
}

// release delivers an event that has waited.
func (b *bound[T]) release(l *lane, waiting *Slot) {
	event := waiting.Event
	b.deliver(l, *b.kept(&event), waiting.Origin)
	l.s.Count("released")
}

// replay reads a dead-lettered event again, as the topic's contract and repairs now are, with corrected values. What still
// cannot be taken stays an exception, with the new reason.
func (b *bound[T]) replay(ctx context.Context, s *stream.Step, letter *Letter, set []schemas.SetField) error {
	record := &stream.Record{Topic: letter.Topic, Partition: letter.Origin.Partition, Offset: letter.Origin.Offset, Timestamp: letter.Timestamp, Value: letter.Value}
	if letter.Tombstone {
		record.Value = nil
	}
	if len(letter.Key) > 0 {
		record.Key = letter.Key
	}
	if letter.TooLarge {
		s.Count("refused") // the exception says that it must be sent again
		return nil
	}
	read, err := b.read(ctx, s, record, set)
	if err != nil {
		return err
	}
	problem := read.problem
	if problem == nil {
		problem = authority(b.in.catalogue, b.entry, b.meta(read.value).Source)
	}
	if problem == nil {
		problem = b.misplaced(letter, read.value)
	}
	if problem != nil {
		b.in.raise(s, b.of, letter, b.of.unreadable(letter, problem, read.writer))
		s.Count("refused")
		return nil
	}
	meta := b.meta(read.value)
	s.Observe(meta.OccurredAt)
	origin := letter.Origin
	origin.EventID = meta.EventID
	resolution := "replayed"
	if b.arrive(s, read.value, origin, letter.ExceptionID) == "duplicate" {
		resolution = "superseded"
	}
	b.in.close(s, b.of, letter.ExceptionID, resolution)
	s.Count("replayed")
	return nil
}

// misplaced refuses a replay that would put the event in another place than the one that is held open for it.
func (b *bound[T]) misplaced(letter *Letter, value *T) *Problem {
	if letter.Entity == "" {
		return nil
	}
	if entity := b.entity(value); entity != letter.Entity {
		return &Problem{Class: SequenceChanged, Field: string(b.entry.Ordering.Entity), Text: fmt.Sprintf("says %s now, and the event is of %s", entity, letter.Entity)}
	}
	sequence := *sequenceOf(b.meta(value), b.entry.Ordering.Contract)
	if letter.Sequence != nil && sequence != *letter.Sequence {
		return &Problem{Class: SequenceChanged, Field: b.entry.Ordering.Sequence, Text: fmt.Sprintf("is %d now, and the event was %d", sequence, *letter.Sequence)}
	}
	return nil
}

// drop gives up what an exception is about, so that what waits behind it goes on.
func (b *bound[T]) drop(s *stream.Step, letter *Letter) {
	if letter.Entity == "" || letter.Sequence == nil || b.entry.Ordering.Contract != topics.Dense {
		b.in.close(s, b.of, letter.ExceptionID, "dropped")
		return
	}
	l := b.in.lane(s, b.of, letter.Entity)
	defer l.save()
	release := func(waiting *Slot) { b.release(l, waiting) }
	if letter.Class == conditions.SequenceGap {
		l.acceptGap(l.slotRows(), release)
	} else {
		l.giveUp(*letter.Sequence, l.slotRows(), release)
		l.closeLetter(letter, "dropped")
	}
	l.watchGap(letter.Source, letter.Origin, "accepted")
}
