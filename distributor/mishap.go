package distributor

import (
	"fmt"
	"time"

	"waybill/schemas"
)

// What goes wrong with events on their way. Duplicates and disorder are for whoever delivers them.

// toldTooLate: the parcels are there days before the order is.
func (c *course) toldTooLate() {
	c.toldLate = 80 * c.hour
	c.ordinary()
}

func (c *course) neverTold() {
	c.plain()
	c.untold, c.isAgreed = true, false
	c.play()
	c.unbilled("")
	c.open("unknown_order", nil)
	c.settle()
}

// stranger is a customer that master data does not know yet.
func (c *course) stranger() {
	stranger := c.newCustomer(c.random.IntN(len(invoicePolicies)))
	stranger.CustomerID = fmt.Sprintf("C-%sX%06d", c.name, c.orders)
	stranger.Currency, stranger.CreditLimit = c.order.Currency, nil
	c.customer, c.order.CustomerID = &stranger, stranger.CustomerID
	for _, l := range c.lines {
		l.agreeOn(1)
	}
}

func (c *course) customerLate() {
	c.stranger()
	c.full.newCustomers = append(c.full.newCustomers, *c.customer)
	c.planAt(c.placed.Add(120*c.hour), func(at time.Time) []Event { return []Event{c.tellCustomer(*c.customer, at)} })
	c.ordinary()
}

func (c *course) customerNever() {
	c.stranger()
	c.plain()
	c.play()
	c.unbilled("")
	c.open("unknown_reference", nil)
	c.settle()
}

// newcomer is a line of an article that master data does not know yet.
func (c *course) newcomer() *article {
	a := c.newArticle(0)
	a.ItemID = fmt.Sprintf("T-%sX%06d", c.name, c.orders)
	a.unpriced = true
	c.addLine(a)
	return a
}

func (c *course) articleLate() {
	a := c.newcomer()
	c.newPosition(a, c.warehouse)
	c.planAt(c.placed, func(at time.Time) []Event { return c.openPosition(a, c.warehouse, at) })
	c.planAt(c.placed.Add(150*c.hour), func(at time.Time) []Event { return []Event{c.tellArticle(a.Item, at)} })
	c.plain()
	c.fulfil()
}

func (c *course) articleNever() {
	a := c.newcomer()
	c.plain()
	l := c.lines[len(c.lines)-1]
	l.hindered, l.parts[0].pays = true, 0
	c.open("unknown_reference", l)
	c.full.truth.open(Exception{Class: "unknown_reference", Item: a.ItemID + "@" + c.warehouse})
	c.fulfil()
}

func (c *course) warehouseNever() {
	c.warehouse = annex
	c.plain()
	c.play()
	c.unbilled("unknown_reference")
	c.settle()
}

// stuck: what is told of the first parcel counts only up to a milestone.
func (c *course) stuck(class string) {
	c.plain()
	p := c.lastParcel()
	c.parcels = []*parcel{p}
	p.parts = nil
	for _, l := range c.lines {
		l.parts, l.done = nil, false
		l.ships(p, l.article, l.quantity, l.uom).pays = 0
	}
	p.unheard = true
	c.open(class, nil)
}

func (c *course) milestoneMissing() {
	c.stuck("sequence_gap")
	c.parcels[0].mishap = func(_ *parcel, step int, event Event) []Event {
		if step == 1 {
			return nil
		}
		return []Event{event}
	}
	c.play()
	c.settle()
}

// changeMissing: an event of the order never arrives, and the next one waits for it. Nothing has shipped.
func (c *course) changeMissing() {
	c.play()
	c.planAt(c.placed.Add(5*c.hour), func(at time.Time) []Event {
		c.tellOrder(at, beforeAllocation, schemas.OrderChanged)
		return c.tellOrder(at, beforeAllocation, schemas.OrderChanged)
	})
	c.open("sequence_gap", nil)
	c.settle()
}

func (c *course) milestoneLate() {
	for _, p := range c.parcels {
		p.mishap = func(p *parcel, step int, event Event) []Event {
			if step == 2 {
				event.At = event.At.Add(70 * c.hour)
			}
			return []Event{event}
		}
	}
	c.ordinary()
}

// warehouseLate: the WMS writes hours after it happened.
func (c *course) warehouseLate() {
	for _, p := range c.parcels {
		p.lateBy = 3 * c.hour
	}
	c.ordinary()
}

func (c *course) milestoneUnreadable() {
	c.stuck("unreadable")
	c.parcels[0].reaches = 4 // nothing waits behind it
	c.parcels[0].mishap = func(p *parcel, step int, event Event) []Event {
		if step == 3 {
			event.Bytes = fmt.Appendf(nil, "shipped %s as a line of text", p.id)
		}
		return []Event{event}
	}
	c.play()
	c.settle()
}

// broken is an event that its contract does not allow.
func broken(event Event) Event {
	shipment := *event.Value.(*schemas.Shipment)
	shipment.WarehouseID = ""
	event.Value = &shipment
	return event
}

func (c *course) milestoneBroken() {
	c.stuck("unreadable")
	c.parcels[0].mishap = func(_ *parcel, step int, event Event) []Event {
		if step == 3 {
			event = broken(event)
		}
		return []Event{event}
	}
	c.play()
	c.settle()
}

func (c *course) milestoneMended() {
	for _, p := range c.parcels {
		p.mishap = func(_ *parcel, step int, event Event) []Event {
			if step != 3 {
				return []Event{event}
			}
			again := event
			again.At = event.At.Add(50 * c.hour)
			return []Event{broken(event), again}
		}
	}
	c.ordinary()
}

// shopSpeaks: a system says of a parcel what only a warehouse may.
func (c *course) shopSpeaks() {
	c.ordinary()
	if carrying := withParts(c.parcels); len(carrying) > 0 {
		p := carrying[0]
		c.open("wrong_authority", nil)
		c.planAt(p.at[1], func(at time.Time) []Event {
			meta := schemas.Meta{EventID: "b2b-shop-" + p.id, Source: "b2b-shop", Sequence: new(int64(3)), OccurredAt: at, RecordedAt: at}
			return []Event{c.sayOfParcel(p, schemas.MilestoneCancelled, meta)}
		})
	}
}
