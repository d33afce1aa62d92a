package load

import (
	"fmt"
	"math/rand/v2"

	"waybill/distributor"
	"waybill/schemas"
	"waybill/topics"
)

// blanket makes blanket orders, for loads of which the distributor is no example: orders that are placed and of which
// nothing more is heard, and orders of which few are called off often.
type blanket struct {
	options Options
	lines   int
	random  *rand.Rand
	orders  int
	zipf    *rand.Zipf
	shipped map[int]int // shipments of each order, by its rank
}

// hotOrders is among how many orders Zipf's law chooses.
const hotOrders = 100_000

func newBlanket(o Options) *blanket {
	b := &blanket{options: o, lines: o.Lines, random: rand.New(rand.NewPCG(o.Seed, 7)), orders: o.After, shipped: map[int]int{}}
	if b.lines == 0 {
		b.lines = 8
	}
	if o.Zipf != 0 {
		b.zipf = rand.NewZipf(b.random, o.Zipf, 1, hotOrders-1)
	}
	return b
}

// place is the next order.
func (b *blanket) place() []distributor.Event {
	b.orders++
	return []distributor.Event{b.order(b.orders)}
}

// callOff is a shipment of one line of an order that Zipf's law chooses, with all its milestones; behind the order when
// nothing was heard of it yet.
func (b *blanket) callOff() []distributor.Event {
	number := int(b.zipf.Uint64())
	var events []distributor.Event
	if b.shipped[number] == 0 {
		events = append(events, b.order(number))
	}
	b.shipped[number]++
	line := b.shipped[number] % b.lines
	shipment := schemas.Shipment{ShipmentID: fmt.Sprintf("S-%s-%d", b.id(number)[2:], b.shipped[number]), WarehouseID: "east", Lines: []schemas.ShipmentLine{{
		OrderID: b.id(number), LineNo: int32(1 + line), ItemID: b.item(number, line), Quantity: schemas.MustQuantity("1"), UOM: "each",
	}}}
	for i, milestone := range []schemas.Milestone{schemas.MilestoneAllocated, schemas.MilestonePicked, schemas.MilestonePacked, schemas.MilestoneShipped, schemas.MilestoneDelivered} {
		told := shipment
		told.Milestone, told.Meta = milestone, meta("wms-east", told.ShipmentID, int64(i+1))
		events = append(events, distributor.Event{At: opening, Topic: topics.WmsShipments.Name(), Key: told.ShipmentID, Value: &told})
	}
	return events
}

func (b *blanket) id(number int) string { return fmt.Sprintf("O-%sB%07d", b.options.Name, number) }

// item is a line's: one of the distributor's.
func (b *blanket) item(number, line int) string {
	return fmt.Sprintf("T-%s%04d", b.options.Name, 1+(number*7+line)%b.options.Items)
}

func (b *blanket) order(number int) distributor.Event {
	id, price := b.id(number), schemas.MustPrice("12.50")
	order := &schemas.Order{
		Meta: meta("b2b-shop", id, 1), OrderID: id, CustomerID: fmt.Sprintf("C-%s%03d", b.options.Name, 1+number%b.options.Customers),
		Channel: "web", OrderType: "blanket", Currency: "USD", Status: schemas.OrderPlaced,
	}
	for line := range b.lines {
		order.Lines = append(order.Lines, schemas.OrderLine{
			LineNo: int32(line + 1), ItemID: b.item(number, line), Quantity: schemas.MustQuantity("1000000"), UOM: "each", UnitPrice: &price, PriceUnit: 1,
			WarehouseID: "east", RequestedDate: schemas.DateOf(opening), Substitution: schemas.SubstitutionNever, Status: schemas.LineOpen,
		})
	}
	return distributor.Event{At: opening, Topic: topics.CommerceOrders.Name(), Key: id, Value: order}
}

func meta(source, entity string, sequence int64) schemas.Meta {
	return schemas.Meta{EventID: fmt.Sprintf("%s-%s-%d", source, entity, sequence), Source: source, Sequence: &sequence, OccurredAt: opening, RecordedAt: opening}
}
