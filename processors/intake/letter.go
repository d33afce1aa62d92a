package intake

import (
	"fmt"
	"time"

	"waybill/processors/conditions"
	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
	"waybill/topics"
)

// openLetter notes an exception of the entity and holds the orders that it could change.
func (l *lane) openLetter(letter *Letter) {
	l.letters.Put(l.s, state.Text(letter.ExceptionID), letter)
	l.open.Put(l.s, state.TextPair{l.key, letter.ExceptionID}, &standing{ExceptionID: letter.ExceptionID})
	l.Open++
	for _, orderID := range l.heldOrders() {
		l.hold(l.s, l.feed, letter, orderID, true)
	}
}

// closeLetter clears an exception of the entity and lets its orders go. Where the sequencer tells a duplicate of its
// event, it is forgotten at once.
func (l *lane) closeLetter(letter *Letter, resolution string) {
	l.board.Clear(l.s, letter.Class, letter.ExceptionID, resolution)
	l.open.Delete(l.s, state.TextPair{l.key, letter.ExceptionID})
	l.Open--
	for _, orderID := range l.heldOrders() {
		l.hold(l.s, l.feed, letter, orderID, false)
	}
	if l.Ordering.Contract == topics.Dense && letter.Sequence != nil {
		l.letters.Delete(l.s, state.Text(letter.ExceptionID))
		return
	}
	l.remember(l.s, letter)
}

// openLoose notes an exception whose entity is not known here, and holds the orders that its event names.
func (in *intake) openLoose(s *stream.Step, of *feed, letter *Letter) {
	in.letters.Put(s, state.Text(letter.ExceptionID), letter)
	in.holdNamed(s, of, letter, true)
}

func (in *intake) closeLoose(s *stream.Step, of *feed, letter *Letter, resolution string) {
	in.board.Clear(s, letter.Class, letter.ExceptionID, resolution)
	in.holdNamed(s, of, letter, false)
	in.remember(s, letter)
}

func (in *intake) holdNamed(s *stream.Step, of *feed, letter *Letter, active bool) {
	if of.holds == holdsNothing {
		return
	}
	for _, orderID := range letter.Orders {
		in.hold(s, of, letter, orderID, active)
	}
}

// close clears an exception, of an entity or not, unless it is cleared already.
func (in *intake) close(s *stream.Step, of *feed, exceptionID, resolution string) {
	letter := in.letters.Get(s, state.Text(exceptionID))
	switch {
	case letter == nil || letter.Closed:
	case letter.Entity == "":
		in.closeLoose(s, of, letter, resolution)
	default:
		l := in.lane(s, of, letter.Entity)
		l.closeLetter(letter, resolution)
		l.save()
	}
}

// remember keeps of a closed exception that it was, so that a duplicate of its event is one.
func (in *intake) remember(s *stream.Step, letter *Letter) {
	in.letters.Put(s, state.Text(letter.ExceptionID), &Letter{
		ExceptionID: letter.ExceptionID, Class: letter.Class, Closed: true, Topic: letter.Topic,
		Orders: []string{}, Since: letter.Since, Timestamp: letter.Timestamp,
	})
	in.forget.Set(s, letter.ExceptionID, s.Now().Add(in.policy.Remember))
}

func (in *intake) forgetLetter(s *stream.Step, exceptionID string) error {
	in.letters.Delete(s, state.Text(exceptionID))
	return nil
}

// raise says what stands, and why. What it says follows from the event alone, not from where or when it came.
func (in *intake) raise(s *stream.Step, of *feed, letter *Letter, message string) {
	in.board.Raise(s, condition(s.Now(), of, letter, message))
}

func condition(now time.Time, of *feed, letter *Letter, message string) *schemas.Condition {
	c := conditions.Raise(now, stageName, letter.Class, letter.ExceptionID, message)
	if letter.Source != "" {
		c.Source = new(letter.Source)
	}
	if of.about != nil && letter.Subject != "" {
		of.about(c, letter.Subject)
	}
	if c.WarehouseID == nil && letter.Warehouse != "" {
		c.WarehouseID = new(letter.Warehouse)
	}
	if c.OrderID == nil && len(letter.Orders) == 1 {
		c.OrderID = new(letter.Orders[0])
	}
	c.Causes = append(c.Causes, letter.Origin)
	return c
}

// named says which event a letter is about.
func (of *feed) named(letter *Letter) string {
	whose := "without a key"
	switch {
	case letter.Entity != "" || letter.Subject != "" && of.Key == of.Ordering.Entity:
		entity := letter.Entity
		if entity == "" {
			entity = letter.Subject
		}
		whose = "of " + of.noun + " " + entity
	case letter.Subject != "":
		whose = "of " + string(of.Key) + " " + letter.Subject
	}
	if letter.Sequence == nil {
		return "an event " + whose
	}
	return fmt.Sprintf("event %d %s", *letter.Sequence, whose)
}

// from says which system is to be asked.
func (letter *Letter) from() string {
	if letter.Source == "" {
		return "the source"
	}
	return letter.Source
}
