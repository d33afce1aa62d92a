package model

import (
	"cmp"
	"slices"

	"waybill/schemas"
	"waybill/simulation/workload"
)

// lane is all that was written of one entity of one topic, and what becomes of it: which events count, and what stands in
// their way.
type lane struct {
	topic, entity string
	readable      map[int64]*workload.Event
	unreadable    []*workload.Event // with a place in the sequence, or without one
	over          map[string]bool   // exceptions that were settled: the event is read, or given up
	accepted      map[int64]bool    // numbers that were given up
	missing       int64             // the first one that is, while a later one is here; 0: none
	heldSince     int               // the turn since which something stands, to the end; −1: nothing does
	unplacedSince int               // the same of what has no place in the sequence
}

// dense topics number the events of an entity 1, 2, 3 …; of the others the latest position counts.
func (l *lane) dense() bool {
	return l.topic == "commerce.orders" || l.topic == "wms.shipments" || l.topic == "wms.inventory"
}

// facts are what became of all events in the end.
type facts struct {
	lanes    map[[2]string]*lane
	outside  []*workload.Event // foreign ones, and those that are in no partition of theirs
	settled  map[string]bool   // exceptions of these that people have closed
	assigned map[string]string // exception → owner
	turnOf   map[*schemas.Shipment]int
	asked    map[string][]*asked // by order
	waivers  map[OrderLine][]*waiver
}

// gather goes through the history turn by turn.
func gather(h *workload.History) *facts {
	f := &facts{lanes: map[[2]string]*lane{}, settled: map[string]bool{}, assigned: map[string]string{}, turnOf: map[*schemas.Shipment]int{}, asked: map[string][]*asked{}, waivers: map[OrderLine][]*waiver{}}
	repairs := map[string]bool{} // writers whose events can be read
	f.takeTurn(0, h.Steering, repairs)
	pending := []*workload.Event{}
	for turn, events := range h.Turns() {
		pending = append(pending, f.takeTurn(turn, events, repairs)...)
		for f.obey(&pending, repairs) {
		}
		for _, l := range f.lanes {
			l.note(turn)
		}
	}
	return f
}

// takeTurn sorts the events of a turn into lanes; it returns the commands among them, each once.
func (f *facts) takeTurn(turn int, events []workload.Event, repairs map[string]bool) (commands []*workload.Event) {
	for i := range events {
		if repair, is := events[i].Value.(*schemas.Repair); is {
			repairs[repair.Writer] = true
		}
	}
	for i := range events {
		event := &events[i]
		switch value := event.Value.(type) {
		case *schemas.Repair:
			continue
		case *schemas.Command:
			if a := asksOfOrder(turn, event); a != nil {
				f.ask(value.Target, a)
				continue
			}
			if event.Waives != nil {
				f.waive(event)
				continue
			}
			if event.Trouble == nil && !slices.ContainsFunc(commands, func(c *workload.Event) bool { return c.Entity == event.Entity }) {
				commands = append(commands, event)
			}
			continue
		case *schemas.Shipment:
			if _, known := f.turnOf[value]; !known {
				f.turnOf[value] = turn
			}
		}
		trouble := event.Trouble
		if trouble != nil && (trouble.Foreign || trouble.Loose) {
			if !slices.ContainsFunc(f.outside, func(other *workload.Event) bool { return other.Trouble.ExceptionID == trouble.ExceptionID }) {
				f.outside = append(f.outside, event)
			}
			continue
		}
		l := f.lane(event)
		if trouble == nil || trouble.Writer != "" && repairs[trouble.Writer] {
			if l.readable[event.Number] == nil {
				l.readable[event.Number] = event
			}
		} else if !slices.ContainsFunc(l.unreadable, func(other *workload.Event) bool { return other.Trouble.ExceptionID == trouble.ExceptionID }) {
			l.unreadable = append(l.unreadable, event)
		}
	}
	for _, l := range f.lanes {
		l.findMissing()
	}
	return commands
}

func (f *facts) lane(event *workload.Event) *lane {
	key := [2]string{event.Topic, event.Entity}
	if f.lanes[key] == nil {
		f.lanes[key] = &lane{
			topic: event.Topic, entity: event.Entity, readable: map[int64]*workload.Event{}, over: map[string]bool{}, accepted: map[int64]bool{},
			heldSince: -1, unplacedSince: -1,
		}
	}
	return f.lanes[key]
}

// obey does what people asked for about what stands now; true when that may have changed what stands. A command waits for
// its exception, and is done once.
func (f *facts) obey(pending *[]*workload.Event, repairs map[string]bool) (changed bool) {
	var waiting []*workload.Event
	for _, event := range *pending {
		if f.follow(event, repairs) {
			changed = true
		} else {
			waiting = append(waiting, event)
		}
	}
	*pending = waiting
	return changed
}

func (f *facts) follow(event *workload.Event, repairs map[string]bool) bool {
	command := event.Value.(*schemas.Command)
	if command.Kind == schemas.CommandAssign {
		f.assigned[command.Target] = assignee
		return true
	}
	for _, other := range f.outside {
		if other.Trouble.ExceptionID == command.Target {
			f.settled[command.Target] = f.settled[command.Target] || command.Kind == schemas.CommandResolve
			return true
		}
	}
	for _, l := range f.lanes {
		if l.missing != 0 && command.Target == workload.GapID(l.topic, l.entity, l.missing) {
			if command.Kind == schemas.CommandResolve {
				for number := l.missing; !l.here(number); number++ {
					l.accepted[number] = true
				}
				l.findMissing()
			}
			return true
		}
		for _, bad := range l.standing() {
			if bad.Trouble.ExceptionID != command.Target {
				continue
			}
			switch {
			case command.Kind == schemas.CommandResolve:
				l.over[command.Target] = true
				if bad.Trouble.Numbered && l.dense() {
					l.accepted[bad.Number] = true
				}
			case command.Kind == schemas.CommandReplay && (event.Cures || bad.Trouble.Writer != "" && repairs[bad.Trouble.Writer]):
				l.over[command.Target] = true
				l.readable[bad.Number] = bad
			}
			l.findMissing()
			return true
		}
	}
	return false
}

// assignee is to whom commands assign.
const assignee = "dora"

// latest is the event with the latest position that can be read.
func (l *lane) latest() *workload.Event {
	var latest *workload.Event
	for _, event := range l.readable {
		if latest == nil || event.Number > latest.Number {
			latest = event
		}
	}
	return latest
}

// standing are the unreadable events that are still to be dealt with: their place is not taken by a readable event, or by
// a later state.
func (l *lane) standing() (events []*workload.Event) {
	for _, event := range l.unreadable {
		superseded := event.Trouble.Numbered && l.readable[event.Number] != nil
		if latest := l.latest(); event.Trouble.Numbered && !l.dense() && latest != nil && latest.Number >= event.Number {
			superseded = true
		}
		if !superseded && !l.over[event.Trouble.ExceptionID] {
			events = append(events, event)
		}
	}
	return events
}

// here tells whether something is known of a number: it came, or was given up.
func (l *lane) here(number int64) bool {
	return l.readable[number] != nil || l.accepted[number] || slices.ContainsFunc(l.unreadable, func(e *workload.Event) bool {
		return e.Trouble.Numbered && e.Number == number
	})
}

func (l *lane) findMissing() {
	l.missing = 0
	if !l.dense() {
		return
	}
	highest := int64(0)
	for number := range l.readable {
		highest = max(highest, number)
	}
	for number := range l.accepted {
		highest = max(highest, number)
	}
	for _, event := range l.unreadable {
		if event.Trouble.Numbered {
			highest = max(highest, event.Number)
		}
	}
	for number := int64(1); number < highest; number++ {
		if !l.here(number) {
			l.missing = number
			return
		}
	}
}

// note keeps since when something stands, at the end of a turn.
func (l *lane) note(turn int) {
	unplaced := false
	standing := l.standing()
	for _, event := range standing {
		unplaced = unplaced || !event.Trouble.Numbered
	}
	mark(&l.heldSince, turn, l.missing != 0 || len(standing) > 0)
	mark(&l.unplacedSince, turn, unplaced)
}

func mark(since *int, turn int, stands bool) {
	switch {
	case !stands:
		*since = -1
	case *since < 0:
		*since = turn
	}
}

// taken are the events that count, in their order: of a dense entity all up to the first that is neither here nor given
// up, of another one the latest state alone.
func (l *lane) taken() (events []*workload.Event) {
	if !l.dense() {
		if latest := l.latest(); latest != nil {
			return []*workload.Event{latest}
		}
		return nil
	}
	for number := int64(1); ; number++ {
		switch {
		case l.readable[number] != nil:
			events = append(events, l.readable[number])
		case !l.accepted[number]:
			return events
		}
	}
}

// orders are those that a lane's events name, whether they count or not: they are held with it.
func (l *lane) orders() (orders []string) {
	switch l.topic {
	case "commerce.orders", "erp.orders":
		return []string{l.entity}
	case "wms.shipments":
		for _, event := range l.readable {
			for _, line := range event.Value.(*schemas.Shipment).Lines {
				orders = append(orders, line.OrderID)
			}
		}
		for _, event := range l.unreadable {
			orders = append(orders, event.Trouble.Orders...)
		}
		slices.Sort(orders)
	}
	return slices.Compact(orders)
}

// source is the system that writes the entity's events.
func (l *lane) source() string {
	for _, number := range sortedKeys(l.readable) {
		return sourceOf(l.readable[number].Value)
	}
	for _, event := range l.unreadable {
		if event.Trouble.Source != "" {
			return event.Trouble.Source
		}
	}
	return ""
}

func sourceOf(value any) string {
	switch v := value.(type) {
	case *schemas.Order:
		return v.Meta.Source
	case *schemas.Shipment:
		return v.Meta.Source
	case *schemas.StockMovement:
		return v.Meta.Source
	}
	return ""
}

// sorted are the lanes of a topic by entity.
func (f *facts) sorted(topic string) (lanes []*lane) {
	for key, l := range f.lanes {
		if key[0] == topic {
			lanes = append(lanes, l)
		}
	}
	slices.SortFunc(lanes, func(a, b *lane) int { return cmp.Compare(a.entity, b.entity) })
	return lanes
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
