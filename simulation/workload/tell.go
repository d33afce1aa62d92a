package workload

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"waybill/distributor"
	"waybill/schemas"
	"waybill/topics"
)

// Options of a history.
type Options struct {
	Orders int  // how many orders beside those of the plain course; drawn from the seed when zero
	Calm   bool // nothing goes wrong with events on their way
}

// opening is a Monday, nine days before a month is over.
var opening = time.Date(2026, 3, 23, 7, 0, 0, 0, time.UTC)

// length is how long a history is.
const length = 14 * 24 * time.Hour

// Tell tells the history of a seed, in the wire format with the schema ids of a registry, which gets to know every schema
// that anyone in the history writes with. It panics where a value of its own cannot be written: that is a mistake in here.
func Tell(seed uint64, registry *schemas.LocalRegistry, options Options) *History {
	t := &teller{
		random: rand.New(rand.NewPCG(seed, 51)), registry: registry, wire: newWire(registry), sequences: map[string]int64{},
		history:   &History{Seed: seed, Start: opening, End: opening.Add(length), AtRest: atRest(opening.Add(length))},
		schedules: newSchedules(seed),
	}
	staff := t.people(seed, options.Calm)
	t.masterData()
	t.plainCourse(seed)
	orders := options.Orders
	if orders == 0 {
		orders = 2 + t.random.IntN(4)
	}
	for range orders {
		t.orderLife(staff.chance(7))
	}
	t.shipAll()
	t.invoiceAll()
	t.moveStock()
	t.sort()
	asked := staff.workOrders()
	if !options.Calm {
		t.troubles()
	}
	t.history.Events = append(t.history.Events, append(asked, staff.letGo()...)...)
	t.invoiceTogether()
	for i := range t.history.Steering {
		t.wire.write(&t.history.Steering[i])
	}
	for i := range t.history.Events {
		t.wire.write(&t.history.Events[i])
	}
	t.sort()
	return t.history
}

// teller tells one history.
type teller struct {
	random     *rand.Rand
	registry   *schemas.LocalRegistry
	wire       *wire
	history    *History
	sequences  map[string]int64 // last one given, by topic and entity
	position   int64            // of ERP's and AR's logs
	made       int64
	transfers  int
	schedules  schedules
	uninvoiced []uninvoiced

	customers []*schemas.Customer
	items     []*stocked
	prices    []schemas.ItemPrice
	orders    []*order
	shipments []*shipment
	paid      string // the invoice that was paid last
	answers   []answer
}

func (t *teller) chance(percent float64) bool { return t.random.Float64()*100 < percent }

func pick[T any](t *teller, list ...T) T { return list[t.random.IntN(len(list))] }

// after is so many hours later, give or take a half; no two events are written at the same time.
func (t *teller) after(at time.Time, hours float64) time.Time {
	t.made++
	at = at.Add(time.Duration(hours * (0.5 + t.random.Float64()) * float64(time.Hour)))
	if latest := t.history.End.Add(-time.Hour); at.After(latest) {
		at = latest.Add(time.Duration(t.random.IntN(3000)) * time.Second)
	}
	return at.Truncate(time.Millisecond).Add(time.Duration(t.made%1000) * time.Microsecond)
}

// tell adds an event, numbered in its entity or with the next position of its system's log.
func (t *teller) tell(at time.Time, topic, source, key, entity string, value any) *Event {
	m := meta(value)
	if m == nil {
		panic(fmt.Sprintf("%T opens with no meta", value))
	}
	*m = schemas.Meta{Source: source, OccurredAt: at, RecordedAt: at}
	event := Event{At: at, Topic: topic, Key: key, Entity: entity, Value: value}
	switch topic {
	case topics.CommerceOrders.Name(), topics.WmsShipments.Name(), topics.WmsInventory.Name():
		t.sequences[topic+"/"+entity]++
		event.Number = t.sequences[topic+"/"+entity]
		m.Sequence = new(event.Number)
	case topics.Commands.Name():
		event.Number = 0
	default:
		t.position++
		event.Number = t.position
		m.Position = new(event.Number)
	}
	t.made++
	m.EventID = fmt.Sprintf("%s-%d", source, t.made)
	t.history.Events = append(t.history.Events, event)
	return &t.history.Events[len(t.history.Events)-1]
}

// sort puts the events in the order in which they were written.
func (t *teller) sort() {
	slices.SortStableFunc(t.history.Events, func(a, b Event) int { return a.At.Compare(b.At) })
}

// plainCourse has the generated distributor of `waybill dev` take an order or two on their usual way.
func (t *teller) plainCourse(seed uint64) {
	if !t.chance(40) {
		return
	}
	d := distributor.New(distributor.Options{Seed: seed, Customers: 2, Items: 3, Hour: 40 * time.Minute})
	told := d.MasterData(opening)
	d.Order(opening.Add(time.Hour))
	told = append(told, d.Until(opening.Add(length-time.Hour))...)
	moved := map[*int64]bool{}
	for _, event := range told {
		m := meta(event.Value)
		number := m.Sequence
		if number == nil {
			if number = m.Position; !moved[number] { // what is told twice is one value
				*number += 1_000_000 // the distributor keeps a log of its own
				moved[number] = true
			}
		}
		t.history.Events = append(t.history.Events, Event{
			At: event.At, Topic: event.Topic, Key: event.Key, Entity: entityOf(event), Number: *number, Value: event.Value,
		})
	}
}

// entityOf is the record key but for disputes, which are ordered each for itself.
func entityOf(event distributor.Event) string {
	if dispute, is := event.Value.(*schemas.Dispute); is {
		return dispute.DisputeID
	}
	return event.Key
}

// wire writes values with the schema ids of a registry.
type wire struct {
	registry *schemas.LocalRegistry
	events   *distributor.Encoder
	commands *schemas.Codec[schemas.Command]
	repairs  *schemas.Codec[schemas.Repair]
}

// newWire registers every contract first, so that ids do not depend on what is written first.
func newWire(registry *schemas.LocalRegistry) *wire {
	for _, topic := range schemas.ContractTopics() {
		contract, _ := schemas.Contract(topic)
		registry.Register(schemas.Subject(topic), contract)
	}
	registerDialects(registry)
	return &wire{
		registry: registry, events: distributor.NewEncoder(registry),
		commands: schemas.NewCodec[schemas.Command](registry, topics.Commands.Name()),
		repairs:  schemas.NewCodec[schemas.Repair](registry, topics.Repairs.Name()),
	}
}

// write fills in an event's bytes where they are not written yet.
func (w *wire) write(event *Event) {
	if event.Bytes != nil {
		return
	}
	var err error
	switch value := event.Value.(type) {
	case *schemas.Command:
		event.Bytes, err = w.commands.Append(context.Background(), nil, value)
	case *schemas.Repair:
		event.Bytes, err = w.repairs.Append(context.Background(), nil, value)
	default:
		event.Bytes, err = w.events.Encode(context.Background(), distributor.Event{Topic: event.Topic, Value: value})
	}
	if err != nil {
		panic(fmt.Sprintf("%s %s: %v", event.Topic, event.Key, err))
	}
}

// system is the warehouse system of a warehouse.
func system(warehouseID string) string { return "wms-" + strings.TrimSuffix(warehouseID, "-annex") }
