package distributor

import (
	"time"

	"waybill/schemas"
)

// annex is a warehouse that master data does not know.
const annex = "annex"

// affair is what becomes of an order as a whole.
type affair struct {
	name  string
	share int
	tell  func(*course)
}

// The affairs, with how many of 1,000 orders fare so. It is filled when the program starts since an affair may tell another.
var affairs []affair

func init() {
	affairs = []affair{
		{"ordinary", 760, (*course).ordinary},
		{"on its way", 20, (*course).onItsWay},
		{"not begun", 14, (*course).notBegun},
		{"billed when it is ordered", 20, (*course).billedAhead},
		{"held by a person, and let go", 12, (*course).heldForAWhile},
		{"not heard to arrive", 20, (*course).notHeardToArrive},
		{"accepted otherwise", 20, (*course).acceptedOtherwise},
		{"repriced after it was shipped", 14, (*course).repriced},
		{"not answered by ERP", 10, (*course).unanswered},
		{"rejected by ERP, shipped", 6, (*course).rejected},
		{"cancelled by ERP, shipped", 5, (*course).cancelledByERP},
		{"cancelled before allocation", 12, (*course).cancelledEarly},
		{"cancelled after allocation", 8, (*course).cancelledLate},
		{"cancelled after it was shipped", 5, (*course).cancelledTooLate},
		{"two orders in one parcel", 20, (*course).joint},
		{"told late", 12, (*course).toldTooLate},
		{"never told", 4, (*course).neverTold},
		{"of a customer that is told late", 4, (*course).customerLate},
		{"of a customer that is never told", 3, (*course).customerNever},
		{"of an article that is told late", 4, (*course).articleLate},
		{"of an article that is never told", 3, (*course).articleNever},
		{"from a warehouse that nobody knows", 2, (*course).warehouseNever},
		{"a milestone is missing", 5, (*course).milestoneMissing},
		{"a change of the order is missing", 3, (*course).changeMissing},
		{"a milestone comes days late", 12, (*course).milestoneLate},
		{"a warehouse writes late", 10, (*course).warehouseLate},
		{"a milestone cannot be read", 5, (*course).milestoneUnreadable},
		{"a milestone breaks its contract", 5, (*course).milestoneBroken},
		{"a milestone breaks its contract, and is sent again", 8, (*course).milestoneMended},
		{"a shop speaks of a parcel", 4, (*course).shopSpeaks},
	}
}

// tellStory begins an order, and now and then something in the stockroom.
func (d *Distributor) tellStory(at time.Time) []Event {
	c := d.newCourse(at, &d.customers[d.random.IntN(len(d.customers))])
	of := &affairs[d.draw(len(affairs), func(i int) int { return affairs[i].share })]
	c.affair = of.name
	of.tell(c)
	d.stockAffair(at)
	d.reviewCredit(at)
	d.stray(at)
	return nil
}

// ordinary is an order each of whose lines fares for itself.
func (c *course) ordinary() {
	for _, l := range c.lines {
		l.befall()
	}
	c.reserve()
	c.fulfil()
}

// fulfil has happen what was decided, states what must come of it, and has ERP bill it. It returns when the last parcel left.
func (c *course) fulfil() (left time.Time) {
	left = c.play()
	c.settle()
	c.invoice(left)
	return left
}

// plain has all lines shipped as ordered.
func (c *course) plain() {
	for _, l := range c.lines {
		l.shipsAll()
	}
}

// unbilled has nothing be billed of the order, and raises a class for each of its lines unless it is empty.
func (c *course) unbilled(class string) {
	for _, l := range c.lines {
		l.hindered = true
		for _, carried := range l.parts {
			carried.pays = 0
		}
		if class != "" {
			c.open(class, l)
		}
	}
}

// onItsWay: the last parcel is still in the warehouse when the books are closed. ERP may have billed it.
func (c *course) onItsWay() {
	c.plain()
	waits := c.lastParcel()
	waits.reaches = 1 + c.random.IntN(3)
	for _, l := range c.lines {
		for _, carried := range l.parts {
			if carried.parcel == waits {
				l.done, carried.pays = false, 0
			}
		}
	}
	left := c.fulfil()
	if c.chance(25) {
		c.invoiceEarly(waits, left)
	}
}

func (c *course) notBegun() {
	c.play()
	c.settle()
}

// billedAhead: a line is billed when it is agreed; what is cancelled or comes back is not. What is billed by its weight waits
// for that.
func (c *course) billedAhead() {
	c.order.InvoicePolicy = new(schemas.OnOrder)
	if isUnderWay := c.chance(70); isUnderWay {
		for _, l := range c.lines {
			switch {
			case c.chance(15):
				l.cancelled = beforeAllocation
			case c.chance(15) && plainly(l) && l.quantity > one:
				l.returnedInPart()
			default:
				l.shipsAll()
			}
		}
	}
	c.fulfil()
}

// heldForAWhile: what a hold has kept back is billed when it ends.
func (c *course) heldForAWhile() {
	if c.invoicePolicy() == schemas.Manual { // there a release does more than end a hold
		c.order.InvoicePolicy = new(schemas.OnShipment)
	}
	c.ask(c.placed.Add(time.Minute), schemas.CommandHold, "the customer called")
	c.ask(c.placed.Add(70*c.hour), schemas.CommandRelease, "the customer agrees")
	c.ordinary()
}

func (c *course) notHeardToArrive() {
	c.plain()
	for _, p := range c.parcels {
		p.reaches = 4
	}
	c.fulfil()
}

// acceptedOtherwise: ERP confirms less of a line, at its own price, before anything ships.
func (c *course) acceptedOtherwise() {
	l := c.lines[0]
	if l.quantityOnOrder = l.quantity; plainly(l) && l.quantity > one {
		l.quantity -= one
	}
	l.reprice(0.9)
	c.plain()
	if c.order.Channel != "edi" { // else it answers anyway
		c.planAt(c.placed.Add(c.hour), func(at time.Time) []Event { return c.tellAcceptance(at, schemas.AcceptanceChanged, true) })
	}
	l.priceBefore = nil
	c.fulfil()
}

// repriced: ERP changes a price when all has been shipped, and perhaps billed: what is billed follows.
func (c *course) repriced() {
	c.plain()
	left := c.play()
	c.lines[0].reprice(0.8)
	changes := left.Add(c.hours(30))
	c.planAt(changes, func(at time.Time) []Event { return c.tellAcceptance(at, schemas.AcceptanceChanged, true) })
	c.settle()
	c.invoice(changes)
}

func (c *course) viaEDI() { c.order.Channel, c.source, c.isAgreed = "edi", "edi", false }

func (c *course) unanswered() {
	c.viaEDI()
	c.plain()
	c.play()
	c.unbilled("not_accepted")
	c.settle()
}

func (c *course) rejected() {
	c.viaEDI()
	c.plain()
	left := c.play()
	c.planAt(left.Add(-c.hour), func(at time.Time) []Event { return c.tellAcceptance(at, schemas.AcceptanceRejected, true) })
	c.unbilled("not_accepted")
	c.settle()
}

func (c *course) cancelledByERP() {
	c.plain()
	left := c.play()
	c.planAt(left.Add(c.hours(3)), func(at time.Time) []Event { return c.tellAcceptance(at, schemas.AcceptanceCancelled, true) })
	c.isAgreed = false
	c.unbilled("shipped_after_cancel")
	for _, l := range c.lines {
		l.cancelled = afterShipping
		for _, carried := range l.parts {
			carried.fills = 0
		}
	}
	c.settle()
}

func (c *course) cancel(at time.Time) {
	c.planAt(at, func(at time.Time) []Event { return c.tellOrder(at, never, schemas.OrderCancelled) })
}

func (c *course) cancelledEarly() {
	c.play()
	c.cancel(c.placed.Add(c.hour))
}

func (c *course) cancelledLate() {
	c.plain()
	for _, p := range c.parcels {
		p.reaches, p.cancels = 2, true
	}
	c.play()
	c.cancel(c.parcels[0].at[0].Add(c.hour / 2))
}

// cancelledTooLate: what has left stays billed, and nobody has to see to it.
func (c *course) cancelledTooLate() {
	c.plain()
	left := c.fulfil()
	c.cancel(left.Add(c.hours(2)))
}

// joint: another order of the same customer goes out in the same parcels.
func (c *course) joint() {
	other := c.newCourse(c.placed, c.customer)
	other.affair, other.warehouse = c.affair, c.warehouse
	c.plain()
	other.parcels = withParts(c.parcels)
	other.plain()
	left := c.play()
	parcels := other.parcels
	other.parcels = nil // they are told once
	other.play()
	other.parcels = parcels
	for _, one := range []*course{c, other} {
		one.settle()
		one.invoice(left)
	}
}
