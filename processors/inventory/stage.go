// Package inventory is the stage that keeps the stock position of each item in each warehouse and tells what can still be
// promised of it.
//
// It joins stock movements, which arrive in sequence, with the demand of order lines, which arrives in any order with them.
// What it says at rest follows from both alone. Only movements make a position: where an item never moved, demand waits
// without a word.
package inventory

import (
	"time"

	"waybill/processors/conditions"
	"waybill/processors/money"
	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
	"waybill/topics"
)

// Policy is what operators may set.
type Policy struct {
	OversellGrace time.Duration // how long more may be promised than there is before it is an exception
	CountReach    int64         // movements of a position behind its last one at which a count may be cut off
}

// DefaultPolicy is five minutes of grace, and counts cut off at most 4,096 movements ago.
func DefaultPolicy() Policy {
	return Policy{OversellGrace: 5 * time.Minute, CountReach: 4096}
}

// moved is a position's Moved after one movement, kept for counts that are cut off there.
type moved struct {
	Moved schemas.Quantity `avro:"moved"`
}

type inventory struct {
	catalogue topics.Catalogue
	policy    Policy

	positions    *stream.Table[state.Text, Position]
	journal      *stream.Table[state.TextNumber, moved] // by position and sequence
	reservations *stream.Table[reservationKey, Reservation]
	demands      *stream.Table[demandKey, schemas.Demand]
	held         *stream.Table[state.TextNumber, schemas.StockEvent] // by position and sequence
	transfers    *stream.Table[state.TextPair, Transfer]             // by position and transfer
	expected     *stream.Table[state.TextPair, schemas.StockEvent]   // by position and event: waits for master data
	items        *stream.Reference[schemas.Item]
	expiry       *stream.Timers // by reservationKey
	grace        *stream.Timers // by position
	availability *stream.Output[schemas.Availability]
	conditions   *conditions.Board
}

// Stage declares the stage.
func Stage(catalogue topics.Catalogue, policy Policy) *stream.Stage {
	stage := stream.NewStage("inventory")
	in := &inventory{catalogue: catalogue, policy: policy}
	in.positions = stream.NewTable[state.Text, Position](stage, 1, "positions")
	in.journal = stream.NewTable[state.TextNumber, moved](stage, 2, "journal")
	in.reservations = stream.NewTable[reservationKey, Reservation](stage, 3, "reservations")
	in.demands = stream.NewTable[demandKey, schemas.Demand](stage, 4, "demands")
	in.held = stream.NewTable[state.TextNumber, schemas.StockEvent](stage, 5, "held")
	in.transfers = stream.NewTable[state.TextPair, Transfer](stage, 7, "transfers")
	in.expected = stream.NewTable[state.TextPair, schemas.StockEvent](stage, 8, "expected")
	in.items = stream.NewReference(stage, 1, topics.Items)
	in.expiry = stream.OnTimer(stage, 1, "reservation expiry", stream.WallClock, in.expire)
	in.grace = stream.OnTimer(stage, 2, "oversell grace", stream.WallClock, in.graceEnds)
	in.availability = stream.EmitLatest(stage, topics.Availability)
	in.conditions = conditions.NewBoard(stage, 6, stream.EmitLatest(stage, topics.Conditions))
	stream.On(stage, topics.Stock, in.onStock)
	stream.On(stage, topics.Demand, in.onDemand)
	stage.OnWake(in.wake)
	return stage
}

// positionKey is the key of a position in every topic.
func positionKey(itemID, warehouseID string) string { return itemID + "@" + warehouseID }

// onStock takes a movement, or keeps it until the item's master data can tell its quantity in the base unit. What comes
// behind a movement that waits, waits too.
func (in *inventory) onStock(s *stream.Step, event *schemas.StockEvent) error {
	s.Observe(event.Movement.Meta.OccurredAt)
	key := positionKey(event.Movement.ItemID, event.Movement.WarehouseID)
	before := in.positions.Get(s, state.Text(key))
	position := Position{}
	if before != nil {
		position = *before
	}
	if event.Expected {
		in.expect(s, key, &position, event)
		in.tell(s, key, before, &position)
		s.Count("applied")
		return nil
	}
	m := movementOf(event, position.Sequence+position.Held)
	if position.Held > 0 || !in.ready(s, key, &m, false) {
		position.Held++
		in.held.Put(s, state.TextNumber{Text: key, Number: m.sequence}, event)
		in.positions.Put(s, state.Text(key), &position)
		s.Count("held")
		return nil
	}
	in.take(s, key, &position, m)
	in.tell(s, key, before, &position)
	s.Count("applied")
	return nil
}

// wake takes the movements of a position that waited for master data, as far as it goes.
func (in *inventory) wake(s *stream.Step, key string) error {
	before := in.positions.Get(s, state.Text(key))
	position := *before
	for event := range in.held.Scan(s, state.Text(key)) {
		m := movementOf(event, position.Sequence)
		if !in.ready(s, key, &m, true) {
			break
		}
		in.held.Delete(s, state.TextNumber{Text: key, Number: m.sequence})
		position.Held--
		in.take(s, key, &position, m)
		s.Count("released")
	}
	for event := range in.expected.Scan(s, state.Text(key)) {
		in.expected.Delete(s, state.TextPair{key, event.Movement.Meta.EventID})
		in.expect(s, key, &position, event)
	}
	in.tell(s, key, before, &position)
	return nil
}

// movementOf reads a canonical stock event. Intake has put the movements of a position in sequence.
func movementOf(event *schemas.StockEvent, previous int64) movement {
	m := movement{StockMovement: &event.Movement, sequence: previous + 1, origin: event.Origin}
	if event.Movement.Meta.Sequence != nil {
		m.sequence = *event.Movement.Meta.Sequence
	}
	return m
}

// take changes the position by one movement.
func (in *inventory) take(s *stream.Step, key string, position *Position, m movement) {
	position.note(m)
	switch m.Kind {
	case schemas.MovementCount:
		position.count(m, in.movedAt(s, key, m))
	case schemas.MovementReserve:
		in.reserve(s, position, m.reservation(key))
	case schemas.MovementRelease:
		in.release(s, key, position, m)
	case schemas.MovementTransferIn:
		position.move(m.Kind, m.quantity)
		if m.TransferID != nil {
			in.arrive(s, key, position, *m.TransferID, 0, m.quantity)
		}
	default:
		position.move(m.Kind, m.quantity)
	}
	in.journal.Put(s, state.TextNumber{Text: key, Number: m.sequence}, &moved{position.Moved})
	in.journal.Delete(s, state.TextNumber{Text: key, Number: m.sequence - in.policy.CountReach - 1})
}

// movedAt is the position's Moved at a count's cutoff; nil when that is too far back. A sequence that was given up has
// no movement: the one before it counts.
func (in *inventory) movedAt(s *stream.Step, key string, m movement) *schemas.Quantity {
	cutoff := m.cutoff()
	for ; cutoff > 0 && m.sequence-cutoff <= in.policy.CountReach; cutoff-- {
		if row := in.journal.Get(s, state.TextNumber{Text: key, Number: cutoff}); row != nil {
			return &row.Moved
		}
	}
	if cutoff > 0 {
		return nil
	}
	return new(schemas.Quantity)
}

func (in *inventory) reserve(s *stream.Step, position *Position, r *Reservation) {
	if r.Quantity <= 0 || r.expired(s.Now()) {
		return
	}
	position.Reserved = money.Sum(position.Reserved, r.Quantity)
	in.reservations.Put(s, r.key(), r)
	if r.ExpiresAt != nil {
		in.expiry.Set(s, string(r.key()), *r.ExpiresAt)
	}
}

func (in *inventory) release(s *stream.Step, key string, position *Position, m movement) {
	orderID, lineNo := m.forLine()
	left, freed := release(in.reservations.Scan(s, reservationsOf(key, orderID)), lineNo, m.quantity)
	position.Reserved -= freed
	for _, r := range left {
		if r.Quantity > 0 {
			in.reservations.Put(s, r.key(), &r)
			continue
		}
		in.reservations.Delete(s, r.key())
		in.expiry.Cancel(s, string(r.key()))
	}
}

// expire frees a reservation whose time is over.
func (in *inventory) expire(s *stream.Step, key string) error {
	r := in.reservations.Get(s, reservationKey(key))
	before := in.positions.Get(s, state.Text(r.Position))
	position := *before
	position.Reserved -= r.Quantity
	in.reservations.Delete(s, reservationKey(key))
	in.tell(s, r.Position, before, &position)
	return nil
}

// onDemand takes what an order line asks of a position now. The records of a line come from one task in order, so the
// last is the latest.
func (in *inventory) onDemand(s *stream.Step, demand *schemas.Demand) error {
	s.Observe(demand.At)
	key := positionKey(demand.ItemID, demand.WarehouseID)
	line := demandKey{key, demand.OrderID, demand.LineNo}
	before := in.positions.Get(s, state.Text(key))
	position := Position{}
	if before != nil {
		position = *before
	}
	position.demand(in.demands.Get(s, line), demand)
	if demand.Committed == 0 && demand.Allocated == 0 {
		in.demands.Delete(s, line)
	} else {
		in.demands.Put(s, line, demand)
	}
	in.tell(s, key, before, &position)
	s.Count("applied")
	return nil
}

// tell keeps the position and says what has changed about it.
func (in *inventory) tell(s *stream.Step, key string, before, now *Position) {
	defer in.positions.Put(s, state.Text(key), now)
	if now.Sequence == 0 {
		return
	}
	available := now.availability(in.lagBound(now))
	if before == nil || before.Sequence == 0 || !sameAvailability(before.availability(in.lagBound(before)), available) {
		in.availability.Send(s, key, available)
	}
	in.tellOversell(s, key, now, available)
	in.tellUnexplained(s, key, before, now)
}

func (in *inventory) lagBound(p *Position) time.Duration {
	system, _ := in.catalogue.System(p.Source)
	return system.LagBound
}
