// Package load makes what a benchmark reads: a seeded distributor's orders, acceptances and shipments, doubled and out of
// order, and the master data that they need. The same options give the same records.
package load

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"waybill/distributor"
	"waybill/schemas"
	"waybill/topics"
)

// Options of a load. Shares are per cent.
type Options struct {
	Seed       uint64  `json:"seed"`
	Name       string  `json:"-"` // is part of every id: loads of different names have nothing in common but master data
	Records    int     `json:"source_records"`
	Duplicates float64 `json:"duplicates_percent"` // come twice
	Disorder   float64 `json:"disorder_percent"`   // come behind up to Late later ones of their topic
	Lines      int     `json:"lines_per_order"`    // 0: the distributor's 1 to 5, a blanket order's 8
	CallOffs   bool    `json:"call_offs"`          // of blanket orders, instead of the distributor's orders
	Zipf       float64 `json:"zipf"`               // exponent of how often a blanket order is called off; 0: all alike
	Placed     bool    `json:"-"`                  // blanket orders are placed, nothing follows: state that grows fast
	After      int     `json:"-"`                  // so many blanket orders were placed before, by another load
	Batch      string  `json:"-"`                  // is part of the ids of their shipments
	Items      int     `json:"items"`
	Customers  int     `json:"customers"`
}

// Late is how many later records of its topic a record may come behind.
const Late = 200

// Topics are the topics that a load is written to, master data left out.
func Topics() []string {
	return []string{topics.CommerceOrders.Name(), topics.ErpOrders.Name(), topics.WmsShipments.Name()}
}

// Record is a source record, or a canonical one of master data.
type Record struct {
	Topic      string
	Key, Value []byte
}

// Load is made whole before anything is measured.
type Load struct {
	Options Options
	Master  []Record // canonical, as intake would have written it
	Records []Record
	Bytes   int64 // keys and values of Records
	Orders  int
	Events  int // Records without the duplicates

	LinesEach float64 // order lines that a record carries on the average
}

// opening is long ago: the time at which something happened plays no part in what is measured.
var opening = time.Date(2026, 3, 2, 7, 0, 0, 0, time.UTC)

// hour is one of the distributor's; an order lives for thirty of them.
const hour = time.Minute

// underWay is how many orders there are at once that will still be heard of: a fifth of those of a small load.
func (o Options) underWay() int { return min(max(o.Records/40, 10), 18_000) }

// Make makes a load.
func Make(ctx context.Context, registry schemas.Registry, o Options) (*Load, error) {
	if o.Records <= 0 || o.Duplicates < 0 || o.Disorder < 0 || o.Duplicates > 100 || o.Disorder > 100 || o.Lines < 0 || o.Zipf != 0 && o.Zipf <= 1 {
		return nil, fmt.Errorf("a load has records, shares from 0 to 100 and a Zipf exponent above 1: %+v", o)
	}
	l := &Load{Options: o}
	d := distributor.New(distributor.Options{Seed: o.Seed, Name: o.Name, Hour: hour, Customers: o.Customers, Items: o.Items, Lines: o.Lines})
	if err := l.master(ctx, registry, d); err != nil {
		return nil, err
	}
	m := maker{load: l, random: rand.New(rand.NewPCG(o.Seed, 6)), encoder: distributor.NewEncoder(registry), position: map[string]int{}}
	next := unhurried(o, d)
	switch {
	case o.CallOffs:
		next = newBlanket(o).callOff
	case o.Placed:
		next = newBlanket(o).place
	}
	for len(m.made) < o.Records {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for _, event := range next() {
			if err := m.add(ctx, event); err != nil {
				return nil, err
			}
		}
	}
	l.Records = m.ordered()[:o.Records]
	l.LinesEach = float64(m.lines) / float64(l.Events)
	for _, record := range l.Records {
		l.Bytes += int64(len(record.Key) + len(record.Value))
	}
	return l, nil
}

// unhurried gives what happens to orders that come at a steady rate.
func unhurried(o Options, d *distributor.Distributor) func() []distributor.Event {
	at, every := opening, 30*hour/time.Duration(o.underWay())
	return func() []distributor.Event {
		for range 100 {
			d.Order(at)
			at = at.Add(every)
		}
		return d.Until(at)
	}
}

// maker encodes events and gives each its place.
type maker struct {
	load     *Load
	random   *rand.Rand
	encoder  *distributor.Encoder
	made     []placed
	last     any            // value of the event before
	lines    int            // of all events
	position map[string]int // in each topic
}

// placed is a record with its place among those of its topic; of one place the earlier goes first.
type placed struct {
	Record
	at int // its position in the topic, moved back by so many
}

func (m *maker) add(ctx context.Context, event distributor.Event) error {
	if event.Value == m.last || !slices.Contains(Topics(), event.Topic) {
		return nil // the distributor's own repetition: how much is repeated is for the options to say
	}
	m.last = event.Value
	m.load.Events++
	switch of := event.Value.(type) {
	case *schemas.Order:
		m.load.Orders++
		m.lines += len(of.Lines)
	case *schemas.OrderAcceptance:
		m.lines += len(of.Lines)
	case *schemas.Shipment:
		m.lines += len(of.Lines)
	}
	value, err := m.encoder.Encode(ctx, event)
	if err != nil {
		return err
	}
	record := Record{event.Topic, []byte(event.Key), value}
	m.place(record, m.random.Float64()*100 < m.load.Options.Disorder)
	if m.random.Float64()*100 < m.load.Options.Duplicates {
		m.place(record, true)
	}
	return nil
}

func (m *maker) place(record Record, late bool) {
	m.position[record.Topic]++
	at := m.position[record.Topic]
	if late {
		at += 1 + m.random.IntN(Late)
	}
	m.made = append(m.made, placed{record, at})
}

// ordered puts each topic's records into their order; whose turn it is among the topics stays as it was.
func (m *maker) ordered() []Record {
	byTopic := map[string][]placed{}
	for _, one := range m.made {
		byTopic[one.Topic] = append(byTopic[one.Topic], one)
	}
	for _, of := range byTopic {
		slices.SortStableFunc(of, func(a, b placed) int { return cmp.Compare(a.at, b.at) })
	}
	records := make([]Record, 0, len(m.made))
	for _, one := range m.made {
		of := byTopic[one.Topic]
		records = append(records, of[0].Record)
		byTopic[one.Topic] = of[1:]
	}
	return records
}
