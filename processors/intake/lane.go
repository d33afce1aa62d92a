package intake

import (
	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
	"waybill/topics"
)

// lane is one entity during one step: its track, changed in memory, and the rows around it.
type lane struct {
	*intake
	*feed
	Track
	s      *stream.Step
	entity string
	key    string // of the entity in every table
	before Track
	known  bool // something came of it before: else it has no rows
}

func (in *intake) lane(s *stream.Step, of *feed, entity string) *lane {
	l := &lane{intake: in, feed: of, s: s, entity: entity, key: laneKey(of.Name, entity)}
	if kept := in.tracks.Get(s, state.Text(l.key)); kept != nil {
		l.Track, l.before, l.known = *kept, *kept, true
	}
	return l
}

// save keeps what has changed.
func (l *lane) save() {
	if l.Track != l.before {
		kept := l.Track
		l.tracks.Put(l.s, state.Text(l.key), &kept)
		l.before = kept
	}
}

func (l *lane) slotRows() slotTable { return slotTable{l.s, l.slots, l.key} }

// deliver sends the pieces of an event, and tells what the event before it had and this one has not. An entity's parts
// are looked through only when one is missing, so that an event costs what is in it.
func (l *lane) deliver(pieces []piece, empty func(Part) piece) {
	if empty == nil {
		for _, p := range pieces {
			l.out.send(l.s, p)
		}
		return
	}
	had, kept := l.Parts, int32(0)
	for _, p := range pieces {
		key := state.TextPair{l.key, p.id()}
		if part := l.part(key); part != nil && part.Sent {
			kept++
		} else {
			l.parts.Put(l.s, key, &Part{Topic: p.Topic, Key: p.Key, Sent: true})
			l.Parts++
		}
		l.out.send(l.s, p)
	}
	l.known = true
	if kept == had {
		return
	}
	now := make(map[string]bool, len(pieces))
	for _, p := range pieces {
		now[p.id()] = true
	}
	for part := range l.parts.Scan(l.s, state.Text(l.key)) {
		if part.Sent && !now[part.id()] {
			l.parts.Put(l.s, state.TextPair{l.key, part.id()}, &Part{Topic: part.Topic, Key: part.Key})
			l.Parts--
			l.out.send(l.s, empty(*part))
		}
	}
}

// part is what is noted of a piece; an entity of which nothing came has none, and the store need not be asked.
func (l *lane) part(key state.TextPair) *Part {
	if !l.known {
		return nil
	}
	return l.parts.Get(l.s, key)
}

// learn notes the orders that an event names, taken or not, so that they are held with their entity. What stands against
// the entity holds those that are new.
func (l *lane) learn(orders []string) {
	if l.feed.holds != holdsShipment {
		return
	}
	for _, orderID := range orders {
		part := Part{Topic: topics.Shipments.Name(), Key: orderID}
		key := state.TextPair{l.key, part.id()}
		if l.part(key) != nil {
			continue
		}
		l.parts.Put(l.s, key, &part)
		l.known = true
		for _, letter := range l.standing() {
			l.hold(l.s, l.feed, letter, orderID, true)
		}
	}
}

// heldOrders are the orders that are held when something stands against the entity.
func (l *lane) heldOrders() []string {
	switch l.feed.holds {
	case holdsOrder:
		return []string{l.entity}
	case holdsShipment:
		var orders []string
		for part := range l.parts.Scan(l.s, state.Text(l.key)) {
			orders = append(orders, part.Key)
		}
		return orders
	}
	return nil
}

// standing are the exceptions of the entity that stand, by id.
func (l *lane) standing() []*Letter {
	if l.Open == 0 {
		return nil
	}
	var letters []*Letter
	for row := range l.open.Scan(l.s, state.Text(l.key)) {
		letters = append(letters, l.letters.Get(l.s, state.Text(row.ExceptionID)))
	}
	return letters
}

// supersede closes what is unreadable of a monotonic entity and not newer than an event that could be read.
func (l *lane) supersede(position int64, replayed string) {
	for _, letter := range l.standing() {
		if letter.Sequence == nil || *letter.Sequence > position {
			continue
		}
		resolution := "superseded"
		if letter.ExceptionID == replayed {
			resolution = "replayed"
		}
		l.closeLetter(letter, resolution)
	}
}

// hold tells an order that a letter's event could change it, or no longer. A hold travels in line with the entity's own
// events, on their topic and by their key, so that whoever reads them is held before it reads on, and is let go with the
// event read already. So it is written as soon as its event is known to be missing or unreadable, and released after that
// event and all that it let go.
//
// A record without its entity's key is held by another task than the entity's, and these two do not write in line. That
// its hold may be behind is as for every hold that comes when something is billed already. It ends by being given up, after
// which nothing comes; or by a replay that makes the value fit its key, so that event and release come from this task.
func (in *intake) hold(s *stream.Step, of *feed, letter *Letter, orderID string, active bool) {
	hold := &schemas.Hold{HoldID: letter.ExceptionID, Active: active, Class: letter.Class, Since: letter.Since}
	if of.holds == holdsShipment && letter.Subject != "" {
		hold.ShipmentID = new(letter.Subject)
	}
	if of.Ordering.Contract == topics.Dense {
		hold.Sequence = letter.Sequence
	}
	if of.holds == holdsOrder {
		in.out.orders.Send(s, orderID, &schemas.OrderEvent{Origin: letter.Origin, OrderID: orderID, Hold: hold})
	} else {
		in.out.shipments.Send(s, orderID, &schemas.ShipmentEvent{Origin: letter.Origin, OrderID: orderID, Hold: hold})
	}
}
