// Package distributor is a distributor of tools and fasteners that does not exist: seeded master data, and orders that
// are accepted, allocated, picked, split, short, substituted, shipped, delivered, invoiced, disputed and paid, by systems
// that repeat themselves and fall behind. The same seed gives the same events.
package distributor

import (
	"container/heap"
	"fmt"
	"math/rand/v2"
	"time"

	"waybill/schemas"
	"waybill/topics"
)

// Event is a record for a source topic. Value is a pointer to the topic's type.
type Event struct {
	At    time.Time // when its source wrote it
	Topic string
	Key   string
	Value any
	Bytes []byte // as it was written, where that is not by the topic's contract
}

// Distributor makes events as its clock moves.
type Distributor struct {
	name       string
	random     *rand.Rand
	hour       time.Duration // how long an hour of business takes
	lines      int           // of each order; 1 to 5 when zero
	customers  []schemas.Customer
	items      []schemas.Item
	listPrice  map[string]schemas.Price
	warehouses []string
	sequences  map[string]int64 // last one given, by topic and entity
	position   int64            // of ERP's and AR's logs
	orders     int
	queue      happenings
	made       int64
	full       *house // nil: the plain mix
}

// Options of a distributor.
type Options struct {
	Seed      uint64
	Hour      time.Duration // how long an hour of business takes; an hour when zero
	Name      string        // is part of every id, so that two distributors can be customers of one system; none when empty
	Customers int           // 40 when zero
	Items     int           // 120 when zero
	Lines     int           // of each order; 1 to 5 when zero
	Full      bool          // the full mix: every policy, currency, unit and mishap, with its truth beside it; Lines plays no part in it
}

// New makes the master data.
func New(options Options) *Distributor {
	d := &Distributor{
		name: options.Name, random: rand.New(rand.NewPCG(options.Seed, 20)), hour: options.Hour, lines: options.Lines, sequences: map[string]int64{},
		listPrice: map[string]schemas.Price{}, warehouses: []string{"east", "west", "north"},
	}
	if d.hour == 0 {
		d.hour = time.Hour
	}
	if options.Full {
		d.openHouse(orElse(options.Customers, 60), orElse(options.Items, 150))
	} else {
		d.makeMasterData(orElse(options.Customers, 40), orElse(options.Items, 120))
	}
	return d
}

func orElse(n, fallback int) int {
	if n == 0 {
		return fallback
	}
	return n
}

// happening is something that is due: it returns its events and plans what follows.
type happening struct {
	at    time.Time
	order int64 // of planning: happenings of the same time come in it
	run   func(at time.Time) []Event
}

type happenings []happening

func (h happenings) Len() int { return len(h) }
func (h happenings) Less(i, j int) bool {
	return h[i].at.Before(h[j].at) || h[i].at.Equal(h[j].at) && h[i].order < h[j].order
}
func (h happenings) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *happenings) Push(x any)   { *h = append(*h, x.(happening)) }
func (h *happenings) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

// plan has something happen after about so many hours of business, give or take a half.
func (d *Distributor) plan(now time.Time, hours float64, run func(at time.Time) []Event) {
	d.planAt(now.Add(time.Duration(hours*(0.5+d.random.Float64())*float64(d.hour))), run)
}

// Until returns what happens up to a time, in order of time; one record in fifty is sent twice.
func (d *Distributor) Until(until time.Time) []Event {
	var events []Event
	for len(d.queue) > 0 && !d.queue[0].at.After(until) {
		next := heap.Pop(&d.queue).(happening)
		for _, event := range next.run(next.at) {
			if event.At.After(next.at) { // it is written later than it happened
				d.planAt(event.At, func(time.Time) []Event { return []Event{event} })
				continue
			}
			events = append(events, event)
			if d.random.IntN(50) == 0 {
				events = append(events, event)
			}
		}
	}
	return events
}

// Order plans a customer's order at a time, and all that follows from it.
func (d *Distributor) Order(at time.Time) {
	d.made++
	if d.full != nil {
		heap.Push(&d.queue, happening{at, d.made, d.tellStory})
		return
	}
	heap.Push(&d.queue, happening{at, d.made, d.placeOrder})
}

// planAt has something happen at a time.
func (d *Distributor) planAt(at time.Time, run func(at time.Time) []Event) {
	d.made++
	heap.Push(&d.queue, happening{at.Truncate(time.Microsecond), d.made, run})
}

func (d *Distributor) chance(percent float64) bool { return d.random.Float64()*100 < percent }

func (d *Distributor) pick(list []string) string { return list[d.random.IntN(len(list))] }

// dense is the meta of the next event of an entity whose events are numbered.
func (d *Distributor) dense(source, topic, entity string, at time.Time) schemas.Meta {
	d.sequences[topic+"/"+entity]++
	sequence := d.sequences[topic+"/"+entity]
	return schemas.Meta{EventID: fmt.Sprintf("%s-%s-%d", source, entity, sequence), Source: source, Sequence: &sequence, OccurredAt: at, RecordedAt: at}
}

// positioned is the meta of the next event of a log.
func (d *Distributor) positioned(source string, at time.Time) schemas.Meta {
	d.position++
	position := d.position
	return schemas.Meta{EventID: fmt.Sprintf("%s-%d", source, position), Source: source, Position: &position, OccurredAt: at, RecordedAt: at}
}

func eventOf[V any](topic topics.Topic[V], key string, at time.Time, value *V) Event {
	return Event{At: at, Topic: topic.Name(), Key: key, Value: value}
}
