package intake

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"

	"waybill/processors/conditions"
	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
	"waybill/topics"
)

// refuse is the end of a record that cannot be taken: its bytes go to the dead letters, an exception says why, and what it
// could have changed is held. A copy of one that was refused before is a duplicate; another broken form of the same event
// is dead-lettered too, and of the two the one with the greater hash is what the exception is about, whichever came first.
func (in *intake) refuse(s *stream.Step, of *feed, record *stream.Record, problem *Problem, id Identity, writer string) {
	if id.Source != "" {
		if foreign := authority(in.catalogue, of.Entry, id.Source); foreign != nil {
			in.refuseForeign(s, of, record, foreign, id)
			return
		}
	}
	letter := letterOf(of, record, id, s)
	letter.TooLarge = len(record.Value) > of.MaxBytes
	if letter.TooLarge {
		letter.Value = nil
	}
	var l *lane
	if letter.Entity != "" {
		l = in.lane(s, of, letter.Entity)
		defer l.save()
		if l.past(letter.Sequence) {
			s.Count("duplicate")
			return
		}
	}
	earlier := in.letters.Get(s, state.Text(letter.ExceptionID))
	if earlier != nil && (earlier.Closed || bytes.Equal(earlier.Hash, letter.Hash)) {
		s.Count("duplicate")
		return
	}
	s.DeadLetter(record, problem.Class, problem.Text, problem.Field, problem.SchemaID)
	s.Count("dead_lettered")
	if l != nil {
		l.learn(letter.Orders)
	}
	switch {
	case earlier != nil && bytes.Compare(earlier.Hash, letter.Hash) > 0:
		return
	case earlier != nil:
		letter.Since = earlier.Since
		in.letters.Put(s, state.Text(letter.ExceptionID), letter)
	case l == nil:
		in.openLoose(s, of, letter)
	default:
		l.openLetter(letter)
		if of.Ordering.Contract == topics.Dense && letter.Sequence != nil {
			l.keep(&Slot{Sequence: *letter.Sequence, Until: *letter.Sequence, ExceptionID: letter.ExceptionID, Origin: letter.Origin}, l.slotRows())
			l.watchGap(letter.Source, letter.Origin, "it came, unreadable")
		}
	}
	in.raise(s, of, letter, of.unreadable(letter, problem, writer))
}

// past tells whether an unreadable event comes too late to matter: what it would have said was taken, or is here readable.
func (l *lane) past(sequence *int64) bool {
	switch {
	case sequence == nil:
		return false
	case l.Ordering.Contract == topics.Dense:
		judged, _ := l.ofDense(*sequence, l.slotRows())
		return judged == duplicate
	}
	return l.ofMonotonic(*sequence) == duplicate
}

// refuseForeign is the end of an event from a system that does not own the object: it changes and holds nothing.
func (in *intake) refuseForeign(s *stream.Step, of *feed, record *stream.Record, problem *Problem, id Identity) {
	letter := letterOf(of, record, id, s)
	event := id.EventID
	if event == "" {
		event = hex.EncodeToString(letter.Hash)
	}
	letter.Class = conditions.WrongAuthority
	letter.ExceptionID = conditions.ID(conditions.WrongAuthority, of.Name, letter.Subject, id.Source, event)
	if in.letters.Get(s, state.Text(letter.ExceptionID)) != nil {
		s.Count("duplicate")
		return
	}
	s.DeadLetter(record, problem.Class, problem.Text, problem.Field, 0)
	s.Count("dead_lettered")
	in.conditions.Send(s, letter.ExceptionID, condition(s.Now(), of, letter, of.foreign(letter, problem, id.EventID)))
	in.remember(s, letter) // a person closes it, without intake
}

// letterOf is what intake keeps of a record that it does not take.
func letterOf(of *feed, record *stream.Record, id Identity, s *stream.Step) *Letter {
	hash := contentHash(record.Value)
	letter := &Letter{
		Class: conditions.Unreadable, Topic: of.Name, Sequence: id.Sequence, Source: id.Source, Orders: append([]string{}, id.Orders...),
		Origin: schemas.Evidence{Topic: record.Topic, Partition: record.Partition, Offset: record.Offset, EventID: id.EventID},
		Since:  s.Now(), Key: record.Key, Value: record.Value, Tombstone: record.Value == nil, Hash: hash, Timestamp: record.Timestamp,
	}
	if of.Ordering.Contract != topics.Unordered && !id.Misrouted {
		letter.Entity = id.Entity
	}
	letter.Subject, letter.Warehouse = legible(string(record.Key)), id.Warehouse
	if of.Key == of.Ordering.Entity && id.Entity != "" {
		letter.Subject = id.Entity
	}
	if letter.Entity != "" && letter.Sequence != nil {
		letter.ExceptionID = unreadableID(of.Name, letter.Entity, *letter.Sequence)
	} else {
		letter.ExceptionID = conditions.ID(conditions.Unreadable, of.Name, string(record.Key), hex.EncodeToString(hash))
	}
	return letter
}

// contentHash tells values apart by what is in them. The id by which a registry knows their schema is left out: it is
// another one in every registry.
func contentHash(value []byte) []byte {
	const magic, idEnd = 0, 5
	if len(value) >= idEnd && value[0] == magic {
		value = value[idEnd:]
	}
	hash := sha256.Sum256(value)
	return hash[:]
}

// unreadableID names the exception of an event that cannot be taken, where its place in its entity's sequence is known.
func unreadableID(topic, entity string, sequence int64) string {
	return conditions.ID(conditions.Unreadable, topic, entity, strconv.FormatInt(sequence, 10))
}

// unreadable is the message of an event that cannot be taken: which one, what is wrong with it, and what to do.
func (of *feed) unreadable(letter *Letter, problem *Problem, writer string) string {
	from := ""
	if letter.Source != "" {
		from = " from " + letter.Source
	}
	text := fmt.Sprintf("%s: %s%s cannot be taken: %s.", of.Name, of.named(letter), from, problem)
	again := "the event"
	if letter.Sequence != nil {
		again = fmt.Sprintf("event %d", *letter.Sequence)
	}
	switch {
	case letter.TooLarge:
		return text + fmt.Sprintf(" It is too large to be kept for a replay: have %s send %s again, smaller; its bytes are in o2c.dead-letters.", letter.from(), again)
	case letter.Tombstone:
		return text + fmt.Sprintf(" Have %s say by an event what has changed, then resolve this.", letter.from())
	case problem.Class == NullKey || problem.Class == KeyMismatch:
		return text + fmt.Sprintf(" Have %s send it again under its key, then resolve this.", letter.from())
	case writer != "":
		return text + fmt.Sprintf(" Mend the contract or add a repair for writer schema %s and replay it; or replay it with the corrected value; or have %s send %s again.", writer, letter.from(), again)
	}
	return text + fmt.Sprintf(" Replay it when its schema can be read, or have %s send %s again.", letter.from(), again)
}

// foreign is the message of an event from a system that does not own the object.
func (of *feed) foreign(letter *Letter, problem *Problem, eventID string) string {
	which := of.named(letter)
	if eventID != "" {
		which += " (" + eventID + ")"
	}
	todo := "Enter the change in a system that may, if it is wanted, and resolve this."
	if problem.Class == UnregisteredSource {
		todo = "Register the system in the catalogue if it may write " + of.Name + " and have it send the event again; then resolve this."
	}
	return fmt.Sprintf("%s: %s is not taken: %s. %s", of.Name, which, problem, todo)
}
