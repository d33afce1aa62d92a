package intake

import (
	"fmt"
	"strconv"

	"waybill/processors/conditions"
	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
)

func gapID(topic, entity string, missing int64) string {
	return conditions.ID(conditions.SequenceGap, topic, entity, strconv.FormatInt(missing, 10))
}

// watchGap keeps the hold and the deadline of what is missing true after a step: source and origin are of the event that
// showed it, resolution is what becomes of the gap that was. Behind a gap that moves on by one the same events are missing
// since the same time; else the deadline begins anew.
func (l *lane) watchGap(source string, origin schemas.Evidence, resolution string) {
	was, is := l.Gap, l.missing()
	if was == is {
		return
	}
	l.Gap = is
	old := gapID(l.Name, l.entity, was)
	outlived := l.board.Stands(l.s, old)
	if is != 0 {
		letter := &Letter{
			ExceptionID: gapID(l.Name, l.entity, is), Class: conditions.SequenceGap, Topic: l.Name, Entity: l.entity, Subject: l.entity,
			Sequence: &is, Source: source, Orders: []string{}, Origin: origin, Since: l.s.Now(), Timestamp: l.s.Now(),
		}
		l.openLetter(letter)
		switch same := is == was+1 && was != 0; {
		case same && outlived:
			l.raise(l.s, l.feed, letter, l.overdue(letter))
		case !same:
			l.gaps.Set(l.s, l.key, l.s.Now().Add(l.Ordering.Deadline))
		}
	} else {
		l.gaps.Cancel(l.s, l.key)
	}
	if was != 0 {
		l.closeLetter(l.letters.Get(l.s, state.Text(old)), resolution)
	}
}

// gapOutlived raises a gap that is still there at its deadline; had it been filled, its timer would be gone.
func (in *intake) gapOutlived(s *stream.Step, key string) error {
	topic, entity := splitLaneKey(key)
	l := in.lane(s, in.feeds[topic], entity)
	letter := in.letters.Get(s, state.Text(gapID(topic, entity, l.Gap)))
	in.raise(s, l.feed, letter, l.overdue(letter))
	return nil
}

// overdue is the message of a gap. It does not tell what waits behind it: that depends on what has come by now.
func (of *feed) overdue(letter *Letter) string {
	return fmt.Sprintf("%s: %s is missing for more than %s, and later ones have come and wait for it. Have %s send it again; if it never was, resolve this and they go on.",
		of.Name, of.named(letter), of.Ordering.Deadline, letter.from())
}
