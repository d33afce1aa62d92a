package workload

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"waybill/processors/conditions"
	"waybill/schemas"
	"waybill/topics"
)

// people are those who hold and release the billing of orders. They draw from a random source of their own, so that what
// they do changes nothing else of a history.
type people struct {
	*teller
	random *rand.Rand
	calm   bool // all that is asked arrives with everything else
	given  int
}

func (t *teller) people(seed uint64, calm bool) *people {
	return &people{teller: t, random: rand.New(rand.NewPCG(seed, 52)), calm: calm}
}

func (p *people) chance(percent float64) bool { return p.random.Float64()*100 < percent }

// sometime is a time in the two weeks, not before another.
func (p *people) sometime(from time.Time) time.Time {
	p.given++
	left := p.history.End.Add(-time.Hour).Sub(from)
	return from.Add(time.Duration(p.random.Int64N(int64(left)))).Truncate(time.Second).Add(time.Duration(p.given) * time.Microsecond)
}

// turn is with the facts, or behind them.
func (p *people) turn() int {
	if turn := p.random.IntN(2); !p.calm {
		return turn
	}
	return 0
}

// workOrders has people hold and release some orders. It is planned before events fare badly, and told behind it.
func (p *people) workOrders() (told []Event) {
	for _, o := range p.orders {
		switch byHand := o.InvoicePolicy != nil && *o.InvoicePolicy == schemas.Manual; {
		case byHand && p.chance(75):
			for range 1 + p.random.IntN(2) {
				told = append(told, p.ask(o.OrderID, schemas.CommandRelease, p.lineOf(o, 30), p.sometime(opening), p.turn(), "billed by hand"))
			}
		case p.chance(12):
			at, lineNo := p.sometime(opening), p.lineOf(o, 40)
			told = append(told,
				p.ask(o.OrderID, schemas.CommandHold, lineNo, at, p.turn(), "held and released"),
				p.ask(o.OrderID, schemas.CommandRelease, lineNo*int32(p.random.IntN(2)), p.sometime(at), p.turn(), "held and released"))
		case p.chance(10) && !p.calm:
			at, lineNo := p.sometime(opening), p.lineOf(o, 40)
			told = append(told, p.ask(o.OrderID, schemas.CommandHold, lineNo, at, 0, "held for good"))
			if other := p.lineOf(o, 50); lineNo == 0 && other > 0 { // but for one line
				told = append(told, p.ask(o.OrderID, schemas.CommandRelease, other, p.sometime(at), 0, "held for good"))
			}
			if p.chance(30) { // was held and released before
				told = append(told, p.ask(o.OrderID, schemas.CommandRelease, 0, opening.Add(time.Duration(p.given)*time.Second), 0, "held for good"))
			}
			p.keepBack(o.OrderID)
		}
	}
	return told
}

// letGo has people let go what may stand in the way of some lines, whether it does or not: what keeps nothing from being
// billed makes no difference.
func (p *people) letGo() (told []Event) {
	for _, o := range p.orders {
		for _, line := range o.Lines {
			for p.chance(25) {
				of := Waived{OrderID: o.OrderID, LineNo: line.LineNo}
				what, payload := "", ""
				switch p.random.IntN(6) {
				case 0, 1:
					of.Class, payload = conditions.OverShipped, p.quantityOf(&line)
				case 2:
					of.Class = conditions.ShortShipped
				case 3:
					of.Class = conditions.ShippedAfterCancel
				case 4:
					of.Class, of.Item = conditions.SubstitutionRefused, "screw"
				case 5:
					of.Class, of.Item = conditions.SubstitutionUnpriced, "screw"
					if payload = p.priceOf(o); p.item("screw").priced {
						continue // whether it was unpriced for a while is for nobody to say
					}
				}
				if of.Item != "" {
					what = "item/" + of.Item
				}
				at := p.sometime(opening)
				give := func(payload string, at time.Time, as string) {
					event := p.ask(conditions.ID(of.Class, of.OrderID, fmt.Sprint(of.LineNo), what), schemas.CommandOverride, 0, at, p.turn(), as)
					event.Waives, event.Value.(*schemas.Command).Payload = &of, payload
					told = append(told, event)
				}
				give(payload, at, "let go: "+of.Class)
				if p.chance(20) {
					give(`{"undo":true}`, p.sometime(opening), "let go and taken back")
				}
			}
		}
	}
	return told
}

// quantityOf is a few of a line's unit, or of its item's base unit.
func (p *people) quantityOf(line *schemas.OrderLine) string {
	uom := line.UOM
	if p.chance(40) {
		uom = p.item(line.ItemID).BaseUOM
	}
	return fmt.Sprintf(`{"quantity":"%d","uom":%q}`, 1+p.random.IntN(6), uom)
}

func (p *people) priceOf(o *order) string {
	return fmt.Sprintf(`{"price":"%d.25","price_unit":%d,"uom":"each","currency":%q}`, 1+p.random.IntN(9), 1+9*p.random.IntN(2), o.Currency)
}

// lineOf is a line of an order, or, mostly, 0 for all of it.
func (p *people) lineOf(o *order, percent float64) int32 {
	if len(o.Lines) == 0 || !p.chance(percent) {
		return 0
	}
	return o.Lines[p.random.IntN(len(o.Lines))].LineNo
}

func (p *people) ask(orderID string, kind schemas.CommandKind, lineNo int32, at time.Time, turn int, as string) Event {
	p.given++
	id := fmt.Sprintf("p-%d", p.given)
	command := &schemas.Command{
		Meta: schemas.Meta{EventID: id, Source: "waybill", OccurredAt: at, RecordedAt: at}, CommandID: id, Actor: "rosa", Kind: kind, Target: orderID, Reason: "asked by the customer",
	}
	if lineNo > 0 {
		command.Payload = fmt.Sprintf(`{"line_no":%d}`, lineNo)
	}
	return Event{At: at, Turn: turn, Topic: topics.Commands.Name(), Key: orderID, Entity: id, Value: command, Kind: as}
}

// keepBack keeps what can be billed of an order behind what people have asked of it, by a turn: which of two things that
// happen at the same time comes first is for nobody to say.
func (p *people) keepBack(orderID string) {
	shipments, left := p.shipmentsOf(orderID), map[string]bool{}
	for i := range p.history.Events {
		event := &p.history.Events[i]
		shipment, is := event.Value.(*schemas.Shipment)
		if !is || !slices.Contains(shipments, event.Entity) {
			continue
		}
		left[event.Entity] = left[event.Entity] || shipment.Milestone == schemas.MilestoneShipped || shipment.Milestone == schemas.MilestoneDelivered
		if left[event.Entity] {
			event.Turn = max(event.Turn, 1)
		}
	}
}
