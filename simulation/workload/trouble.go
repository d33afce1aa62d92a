package workload

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"time"

	"waybill/processors/conditions"
	"waybill/schemas"
	"waybill/topics"
)

// GapID names the exception of what is missing of an entity, from a number on.
func GapID(topic, entity string, missing int64) string {
	return conditions.ID(conditions.SequenceGap, topic, entity, strconv.FormatInt(missing, 10))
}

// ways are how an event can fare, with their share.
var ways = []struct {
	kind    string
	percent int
	befall  func(*teller, string, int) bool // false: not this event
}{
	{"gap", 10, (*teller).lose},
	{"late", 8, (*teller).delay},
	{"garbage", 7, (*teller).garble},
	{"unknown schema", 5, (*teller).garble},
	{"bad value, mended", 6, (*teller).spoil},
	{"bad value, superseded", 5, (*teller).spoil},
	{"bad value, given up", 4, (*teller).spoil},
	{"bad value", 4, (*teller).spoil},
	{"renamed, mended", 6, (*teller).rename},
	{"renamed, superseded", 5, (*teller).rename},
	{"renamed, given up", 3, (*teller).rename},
	{"renamed", 4, (*teller).rename},
	{"renamed, repair and replay", 8, (*teller).renameAndRepair},
	{"renamed, repair known", 6, (*teller).renameRepaired},
	{"forward", 6, (*teller).writeForward},
	{"backward", 6, (*teller).writeBackward},
	{"wrong authority", 5, (*teller).usurp},
	{"unregistered system", 3, (*teller).usurp},
	{"no key", 4, (*teller).misroute},
	{"wrong key", 3, (*teller).misroute},
	{"command for nothing", 2, (*teller).commandNothing},
}

// Kinds are all that an event can stand for.
func Kinds() []string {
	kinds := []string{"late warehouse", "command twice", "assigned", "noted", "gap accepted", "wrong authority, settled", "given up", "repair", "replay", "billed by hand", "held and released", "held for good", "let go and taken back", severalOrders}
	for _, class := range []string{conditions.OverShipped, conditions.ShortShipped, conditions.ShippedAfterCancel, conditions.SubstitutionRefused, conditions.SubstitutionUnpriced} {
		kinds = append(kinds, "let go: "+class)
	}
	for _, way := range ways {
		kinds = append(kinds, way.kind)
	}
	slices.Sort(kinds)
	return kinds
}

// answer is what people do about something, once it can be seen: about an event's entity.
type answer struct {
	topic, entity string
	after         int // turns behind what it is about
	target        string
	kind          schemas.CommandKind
	payload       string
	as            string
	cures         bool
	repair        *schemas.Repair
}

// troubles has a few events fare badly, each in one way, and people answer.
func (t *teller) troubles() {
	befallen := map[string]bool{}
	for range 1 + t.random.IntN(6) {
		n := t.random.IntN(110)
		for _, way := range ways {
			if n -= way.percent; n >= 0 {
				continue
			}
			for range 20 {
				at := t.random.IntN(len(t.history.Events))
				event := t.history.Events[at]
				place := fmt.Sprintf("%s/%s/%d", event.Topic, event.Entity, event.Number)
				if event.Kind == "" && !befallen[place] && way.befall(t, way.kind, at) {
					befallen[place] = true
					break
				}
			}
			break
		}
	}
	for _, a := range t.answers {
		t.give(a)
	}
}

// give has an answer come in the turn behind all that its entity has.
func (t *teller) give(a answer) {
	turn := a.after
	for _, event := range t.history.Events {
		if event.Topic == a.topic && event.Entity == a.entity {
			turn = max(turn, event.Turn+a.after)
		}
	}
	at := t.history.End.Add(-time.Duration(100-turn) * time.Second)
	if a.repair != nil {
		t.history.Events = append(t.history.Events, Event{
			At: at, Turn: turn, Topic: topics.Repairs.Name(), Key: topics.RepairKey(a.topic, a.repair.Writer), Value: a.repair, Kind: "repair",
		})
		return
	}
	t.made++
	command := &schemas.Command{
		Meta:      schemas.Meta{EventID: fmt.Sprintf("waybill-%d", t.made), Source: "waybill", OccurredAt: at, RecordedAt: at},
		CommandID: fmt.Sprintf("c-%d", t.made), Actor: "ines", Kind: a.kind, Target: a.target, Reason: "seen to", Payload: a.payload,
	}
	event := Event{At: at, Turn: turn, Topic: topics.Commands.Name(), Key: a.target, Entity: command.CommandID, Value: command, Kind: a.as, Cures: a.cures}
	t.history.Events = append(t.history.Events, event)
	if t.chance(25) {
		event.Kind = "command twice"
		t.history.Events = append(t.history.Events, event)
	}
}

// answerTo plans a command about an event's exception.
func (t *teller) answerTo(event *Event, after int, target string, kind schemas.CommandKind, payload, as string, cures bool) {
	t.answers = append(t.answers, answer{topic: event.Topic, entity: event.Entity, after: after, target: target, kind: kind, payload: payload, as: as, cures: cures})
}

// word is what people who cannot mend something say about it, sometimes.
func (t *teller) word(event *Event, target string) {
	switch n := t.random.IntN(100); {
	case n < 15:
		t.answerTo(event, 1, target, schemas.CommandAssign, `{"owner":"dora"}`, "assigned", false)
	case n < 25:
		t.answerTo(event, 1, target, schemas.CommandOverride, "", "noted", false)
	}
}

// dense tells a topic whose events are numbered.
func dense(topic string) bool {
	return topic == topics.CommerceOrders.Name() || topic == topics.WmsShipments.Name() || topic == topics.WmsInventory.Name()
}

// lose is an event that never arrives. Where one behind it does, its place is a gap for ever, or until people accept it.
func (t *teller) lose(kind string, at int) bool {
	lost := t.history.Events[at]
	next := slices.IndexFunc(t.history.Events, func(e Event) bool {
		return e.Topic == lost.Topic && e.Entity == lost.Entity && e.Number == lost.Number+1 && e.Trouble == nil && e.Kind == ""
	})
	if !dense(lost.Topic) || next < 0 {
		return false
	}
	t.history.Events[next].Kind = kind
	id := GapID(lost.Topic, lost.Entity, lost.Number)
	if t.chance(35) {
		t.answerTo(&lost, 1, id, schemas.CommandResolve, "", "gap accepted", false)
	} else {
		t.holdBack(&lost)
		t.word(&lost, id)
	}
	t.history.Events = slices.Delete(t.history.Events, at, at+1)
	return true
}

// delay is an event that arrives only after its deadline.
func (t *teller) delay(kind string, at int) bool {
	event := &t.history.Events[at]
	if !dense(event.Topic) {
		return false
	}
	event.Turn, event.Kind = event.Turn+1, kind
	return true
}

// garble is an event that nobody can read.
func (t *teller) garble(kind string, at int) bool {
	event := &t.history.Events[at]
	event.Kind, event.Trouble = kind, &Trouble{}
	if kind == "garbage" {
		event.Bytes = fmt.Appendf(nil, "not of the wire format %d", event.Number)
	} else {
		t.wire.write(event)
		event.Bytes = append([]byte{0, 0x7f, 0xff, 0xff, 0xff}, event.Bytes[5:]...)
	}
	event.Trouble.ExceptionID = conditions.ID(conditions.Unreadable, event.Topic, event.Key, contentHash(event.Bytes))
	if t.chance(25) {
		t.answerTo(event, 1, event.Trouble.ExceptionID, schemas.CommandResolve, "", "given up", false)
	} else {
		t.holdBack(event)
		t.word(event, event.Trouble.ExceptionID)
	}
	return true
}

// contentHash tells values apart by what is in them, but for the id of their schema.
func contentHash(value []byte) string {
	if value[0] == 0 {
		value = value[5:]
	}
	hash := sha256.Sum256(value)
	return hex.EncodeToString(hash[:])
}

// spoil is an event that has a value which its contract does not allow.
func (t *teller) spoil(kind string, at int) bool {
	event := &t.history.Events[at]
	spoilt, set := spoiled(event.Value)
	if spoilt == nil {
		return false
	}
	bad := *event
	bad.Value, bad.Bytes = spoilt, nil
	t.wire.write(&bad)
	bad.Value = event.Value
	t.mishap(kind, at, bad, set)
	return true
}

// spoiled is a copy of a value that breaks its contract, and the payload that mends it.
func spoiled(value any) (any, string) {
	const currency = `{"set":{"currency":%q}}`
	switch v := value.(type) {
	case *schemas.Order:
		bad := *v
		bad.Currency = "dollars"
		return &bad, fmt.Sprintf(currency, v.Currency)
	case *schemas.OrderAcceptance:
		bad := *v
		bad.Currency = "dollars"
		return &bad, fmt.Sprintf(currency, v.Currency)
	case *schemas.Shipment:
		bad := *v
		bad.WarehouseID = ""
		return &bad, fmt.Sprintf(`{"set":{"warehouse_id":%q}}`, v.WarehouseID)
	case *schemas.StockMovement:
		bad := *v
		bad.UOM = ""
		return &bad, fmt.Sprintf(`{"set":{"uom":%q}}`, v.UOM)
	case *schemas.Invoice:
		bad := *v
		bad.Currency = "dollars"
		return &bad, fmt.Sprintf(currency, v.Currency)
	case *schemas.Payment:
		bad := *v
		bad.Currency = "dollars"
		return &bad, fmt.Sprintf(currency, v.Currency)
	case *schemas.Dispute:
		bad := *v
		bad.Reason = ""
		return &bad, fmt.Sprintf(`{"set":{"reason":%q}}`, v.Reason)
	case *schemas.Item:
		bad := *v
		bad.BaseUOM = ""
		return &bad, fmt.Sprintf(`{"set":{"base_uom":%q}}`, v.BaseUOM)
	case *schemas.Customer:
		bad := *v
		bad.Currency = "dollars"
		return &bad, fmt.Sprintf(currency, v.Currency)
	}
	return nil, ""
}

// rename is an event whose writer calls a field by another name.
func (t *teller) rename(kind string, at int) bool {
	bad, can := t.inDialect(at, renamed)
	if can {
		t.mishap(kind, at, bad, correction(bad.Topic, bad.Value))
	}
	return can
}

// inDialect is an event as another release writes it; false where that would not be an event of its entity.
func (t *teller) inDialect(at int, d dialect) (Event, bool) {
	event := t.history.Events[at]
	if _, known := dialects()[event.Topic]; !known || d != forward && d != backward && !t.renames(&event) {
		return event, false
	}
	var can bool
	event.Bytes, can = t.wire.writeAs(event.Topic, d, event.Value)
	return event, can
}

// renames tells whether the field that is needed is in the event, so that it cannot be read under another name.
func (t *teller) renames(event *Event) bool {
	switch value := event.Value.(type) {
	case *schemas.Order:
		return len(value.Lines) > 0
	case *schemas.OrderAcceptance:
		return len(value.Lines) > 0
	case *schemas.Shipment:
		return len(value.Lines) > 0
	case *schemas.Warehouse:
		return false
	}
	return true
}

// mishap puts an event that cannot be taken, and whose place can be told, in the place of the right one or beside it, and
// has people do what the kind says.
func (t *teller) mishap(kind string, at int, bad Event, set string) {
	bad.Kind = kind
	bad.Trouble = &Trouble{
		ExceptionID: conditions.ID(conditions.Unreadable, bad.Topic, bad.Entity, strconv.FormatInt(bad.Number, 10)),
		Numbered:    true, Source: meta(bad.Value).Source, Orders: ordersOf(bad.Value),
	}
	switch kind {
	case "bad value, superseded", "renamed, superseded":
		t.history.Events = append(t.history.Events, bad)
		return
	case "bad value, mended", "renamed, mended":
		t.answerTo(&bad, 1, bad.Trouble.ExceptionID, schemas.CommandReplay, set, "replay", true)
	case "bad value, given up", "renamed, given up":
		t.answerTo(&bad, 1, bad.Trouble.ExceptionID, schemas.CommandResolve, "", "given up", false)
	default:
		t.holdBack(&bad)
		t.word(&bad, bad.Trouble.ExceptionID)
	}
	t.history.Events[at] = bad
}

// ordersOf are the orders that an event names.
func ordersOf(value any) []string {
	var orders []string
	switch v := value.(type) {
	case *schemas.Order:
		return []string{v.OrderID}
	case *schemas.OrderAcceptance:
		return []string{v.OrderID}
	case *schemas.Shipment:
		for _, line := range v.Lines {
			orders = appendNew(orders, line.OrderID)
		}
	}
	slices.Sort(orders)
	return orders
}

// renameAndRepair is an event whose writer calls a field by another name, for which a repair comes, and then a replay.
func (t *teller) renameAndRepair(kind string, at int) bool {
	bad, can := t.inDialect(at, mended)
	if !can {
		return false
	}
	if slices.ContainsFunc(t.answers, func(a answer) bool { return a.repair != nil && a.topic == bad.Topic }) {
		return false // another one's repair would come too early for this one
	}
	t.mishap("renamed", at, bad, "")
	event := &t.history.Events[at]
	event.Kind, event.Trouble.Writer = kind, dialects()[bad.Topic][mended].fingerprint
	t.answers = slices.DeleteFunc(t.answers, func(a answer) bool { return a.target == event.Trouble.ExceptionID })
	t.answers = append(t.answers, answer{topic: bad.Topic, entity: bad.Entity, after: 1, repair: repair(bad.Topic, mended)})
	t.answerTo(event, 2, event.Trouble.ExceptionID, schemas.CommandReplay, "", "replay", false)
	return true
}

// renameRepaired is an event whose writer calls a field by another name, and everyone knows.
func (t *teller) renameRepaired(kind string, at int) bool {
	bad, can := t.inDialect(at, repaired)
	if !can {
		return false
	}
	bad.Kind = kind
	bad.Trouble = &Trouble{
		ExceptionID: conditions.ID(conditions.Unreadable, bad.Topic, bad.Entity, strconv.FormatInt(bad.Number, 10)),
		Numbered:    true, Source: meta(bad.Value).Source, Orders: ordersOf(bad.Value), Writer: dialects()[bad.Topic][repaired].fingerprint,
	}
	t.history.Events[at] = bad
	of := repair(bad.Topic, repaired)
	key := topics.RepairKey(bad.Topic, of.Writer)
	if !slices.ContainsFunc(t.history.Steering, func(e Event) bool { return e.Key == key }) {
		t.history.Steering = append(t.history.Steering, Event{At: opening, Topic: topics.Repairs.Name(), Key: key, Value: of, Kind: "repair"})
	}
	return true
}

func (t *teller) writeForward(kind string, at int) bool  { return t.writeReadably(kind, at, forward) }
func (t *teller) writeBackward(kind string, at int) bool { return t.writeReadably(kind, at, backward) }

func (t *teller) writeReadably(kind string, at int, d dialect) bool {
	event, can := t.inDialect(at, d)
	if can {
		event.Kind = kind
		t.history.Events[at] = event
	}
	return can
}

// usurp is a system that says something of its own about what another one owns.
func (t *teller) usurp(kind string, at int) bool {
	event := t.history.Events[at]
	if event.Topic == topics.Repairs.Name() || event.Topic == topics.Commands.Name() {
		return false
	}
	copied := copyOf(event.Value)
	if copied == nil {
		return false
	}
	source := "ar"
	switch {
	case kind == "unregistered system":
		source = "legacy"
	case event.Topic == topics.ArPayments.Name() || event.Topic == topics.ArDisputes.Name():
		source = "b2b-shop"
	}
	t.made++
	m := meta(copied)
	m.Source, m.EventID = source, fmt.Sprintf("%s-%d", source, t.made)
	event.Value, event.Bytes, event.Kind = copied, nil, kind
	event.Trouble = &Trouble{
		ExceptionID: conditions.ID(conditions.WrongAuthority, event.Topic, event.Key, source, m.EventID),
		Foreign:     true, Numbered: true, Source: source, Orders: ordersOf(copied),
	}
	t.history.Events = append(t.history.Events, event)
	if t.chance(50) {
		t.answerTo(&event, 1, event.Trouble.ExceptionID, schemas.CommandResolve, "", "wrong authority, settled", false)
	} else {
		t.word(&event, event.Trouble.ExceptionID)
	}
	return true
}

// copyOf is a copy whose meta is its own; nil for what no other system speaks of.
func copyOf(value any) any {
	switch v := value.(type) {
	case *schemas.Order:
		return new(*v)
	case *schemas.OrderAcceptance:
		return new(*v)
	case *schemas.Shipment:
		return new(*v)
	case *schemas.StockMovement:
		return new(*v)
	case *schemas.Invoice:
		return new(*v)
	case *schemas.Payment:
		return new(*v)
	case *schemas.Customer:
		return new(*v)
	}
	return nil
}

// misroute is a record without its key, or with another: it may be in any partition. Of what holds orders there is none
// here: what such a one holds depends on what came first.
func (t *teller) misroute(kind string, at int) bool {
	event := &t.history.Events[at]
	switch event.Value.(type) {
	case *schemas.Payment, *schemas.Invoice, *schemas.StockMovement, *schemas.Dispute:
	default:
		return false
	}
	t.wire.write(event)
	event.Key = ""
	if kind == "wrong key" {
		event.Key = "elsewhere"
	}
	event.Kind = kind
	event.Trouble = &Trouble{
		ExceptionID: conditions.ID(conditions.Unreadable, event.Topic, event.Key, contentHash(event.Bytes)),
		Numbered:    true, Loose: true, Source: meta(event.Value).Source,
	}
	if t.chance(30) {
		t.answerTo(event, 1, event.Trouble.ExceptionID, schemas.CommandResolve, "", "given up", false)
	} else {
		t.word(event, event.Trouble.ExceptionID)
	}
	return true
}

// commandNothing is a command about what no command is about.
func (t *teller) commandNothing(kind string, at int) bool {
	event := &t.history.Events[at]
	if event.Topic != topics.CommerceOrders.Name() {
		return false
	}
	t.answerTo(event, 0, event.Entity, schemas.CommandAssign, `{"owner":"dora"}`, kind, false)
	return true
}

// holdBack keeps what can be billed of the orders that an event holds for good behind it, by a turn: which of two things
// that happen at the same time comes first is for nobody to say.
func (t *teller) holdBack(event *Event) {
	var shipments []string
	switch value := event.Value.(type) {
	case *schemas.Shipment:
		if event.Trouble != nil && !event.Trouble.Numbered {
			shipments = append(shipments, value.ShipmentID)
		}
	case *schemas.Order:
		shipments = t.shipmentsOf(value.OrderID)
	case *schemas.OrderAcceptance:
		shipments = t.shipmentsOf(value.OrderID)
	}
	left := map[string]bool{}
	for i := range t.history.Events {
		other := &t.history.Events[i]
		shipment, is := other.Value.(*schemas.Shipment)
		if !is || !slices.Contains(shipments, other.Entity) || other.Trouble != nil || shipment == event.Value {
			continue
		}
		left[other.Entity] = left[other.Entity] || shipment.Milestone == schemas.MilestoneShipped || shipment.Milestone == schemas.MilestoneDelivered
		if left[other.Entity] {
			other.Turn = max(other.Turn, event.Turn+1)
		}
	}
}

func (t *teller) shipmentsOf(orderID string) []string {
	var shipments []string
	for _, event := range t.history.Events {
		if shipment, is := event.Value.(*schemas.Shipment); is && slices.Contains(ordersOf(shipment), orderID) {
			shipments = appendNew(shipments, shipment.ShipmentID)
		}
	}
	return shipments
}
