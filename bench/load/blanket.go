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

// blanketOrders is how many are called off when none were placed before.
const blanketOrders = 100_000

func newBlanket(o Options) *blanket {
	b := &blanket{options: o, lines: o.Lines, random: rand.New(rand.NewPCG(o.Seed, 7)), orders: o.After, shipped: map[int]int{}}
	if b.lines == 0 {
		b.lines = 8
	}
	if o.Zipf != 0 {
		b.zipf = rand.NewZipf(b.random, o.Zipf, 1, blanketOrders-1)
	}
	return b
}

// place is the next order.
func (b *blanket) place() []distributor.Event {
	b.orders++
	return []distributor.Event{b.order(b.orders)}
}

// callOff is a shipment of one line of an order that is chosen by Zipf's law, or evenly. All its milestones are told, behind
// the order when nothing was heard of it yet; of an order that was placed before, only that it was shipped, so that each
// record is of another order.
func (b *blanket) callOff() []distributor.Event {
	var number int
	switch {
	case b.zipf != nil:
		number = int(b.zipf.Uint64())
	case b.options.After > 0:
		number = 1 + b.random.IntN(b.options.After)
	default:
		number = b.random.IntN(blanketOrders)
	}
	var events []distributor.Event
	told := []schemas.Milestone{schemas.MilestoneShipped}
	if b.options.After == 0 {
		told = []schemas.Milestone{schemas.MilestoneAllocated, schemas.MilestonePicked, schemas.MilestonePacked, schemas.MilestoneShipped, schemas.MilestoneDelivered}
		if b.shipped[number] == 0 {
			events = append(events, b.order(number))
		}
	}
	b.shipped[number]++
	line := b.shipped[number] % b.lines
	id := fmt.Sprintf("S-%s%s-%d", b.options.Batch, b.id(number)[2:], b.shipped[number])
	for i, milestone := range told {
		shipment := &schemas.Shipment{
			Meta: meta("wms-east", id, int64(i+1)), ShipmentID: id, WarehouseID: "east", Milestone: milestone,
			Lines: []schemas.ShipmentLine{{
				OrderID: b.id(number), LineNo: int32(1 + line), ItemID: b.item(number, line), Quantity: schemas.MustQuantity("1"), UOM: "each",
			}},
		}
		events = append(events, distributor.Event{At: opening, Topic: topics.WmsShipments.Name(), Key: id, Value: shipment})
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
