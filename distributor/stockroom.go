package distributor

import (
	"time"

	"waybill/schemas"
	"waybill/topics"
)

// position is the stock of an article in a warehouse: what its movements come to, in the base unit, by simple bookkeeping.
type position struct {
	article            *article
	warehouse, key     string
	onHand             schemas.Quantity
	quarantined        schemas.Quantity
	reserved           schemas.Quantity   // by reservations that stand when the books are closed
	committed          schemas.Quantity   // by order lines
	allocated          schemas.Quantity   // by order lines
	inTransit          schemas.Quantity   // sent here, and not arrived when the books are closed
	unexplained        schemas.Quantity   // counted, and not adjusted
	recent             []schemas.Quantity // goods that each of the last movements moved
	lag                time.Duration      // of the last movement
	isNeglected        bool               // nobody orders more
	isOnOrder          bool
	isBusyWithCounting bool
}

// stockTruth states what can be promised, and which positions have something open.
func (h *house) stockTruth(t *Truth) {
	for key, p := range h.positions {
		a := Available{OnHand: p.onHand, Allocated: p.allocated, Reserved: p.reserved, Committed: p.committed, Quarantined: p.quarantined, InTransit: p.inTransit}
		a.ToPromise = a.OnHand - a.Allocated - a.Reserved - a.Committed - a.Quarantined
		t.Available[key] = a
		if a.ToPromise < 0 && p.lag <= 15*time.Minute { // a warehouse that writes later is not believed that it has sold too much
			t.Open[Exception{Class: "oversold", Item: key}] = 1
		}
		if p.unexplained != 0 {
			t.Open[Exception{Class: "stock_unexplained", Item: key}] = 1
		}
	}
}

func (d *Distributor) newPosition(a *article, warehouse string) *position {
	p := &position{article: a, warehouse: warehouse, key: a.ItemID + "@" + warehouse, isNeglected: d.chance(4)}
	d.full.positions[p.key] = p
	return p
}

// stockOf is an article's position in a warehouse; nil where master data knows no such.
func (d *Distributor) stockOf(a *article, warehouse string) *position {
	return d.full.positions[a.ItemID+"@"+warehouse]
}

// openPosition receives the first goods.
func (d *Distributor) openPosition(a *article, warehouse string, at time.Time) []Event {
	p := d.stockOf(a, warehouse)
	if p == nil {
		p = d.newPosition(a, warehouse)
	}
	uom := a.kind.units[1].UOM
	quantity := schemas.Quantity(30*(10+d.random.IntN(40))) * one // a round number of base units, however it is told
	return []Event{d.moveStock(p, schemas.MovementReceipt, quantity, uom, at, nil)}
}

// moveStock tells a movement, in a unit of the article, of a quantity in its base unit, and books it.
func (d *Distributor) moveStock(p *position, kind schemas.MovementKind, quantity schemas.Quantity, uom string, at time.Time, change func(*schemas.StockMovement)) Event {
	p.lag = 0
	before := p.onHand
	movement := schemas.StockMovement{
		Meta: d.dense("wms-"+p.warehouse, topics.WmsInventory.Name(), p.key, at), ItemID: p.article.ItemID, WarehouseID: p.warehouse, Kind: kind,
		Quantity: p.article.convert(quantity, p.article.BaseUOM, uom), UOM: uom,
	}
	if change != nil {
		change(&movement)
		p.lag = movement.Meta.RecordedAt.Sub(movement.Meta.OccurredAt)
	}
	switch kind {
	case schemas.MovementReceipt, schemas.MovementTransferIn, schemas.MovementAdjust:
		p.onHand += quantity
	case schemas.MovementIssue, schemas.MovementTransferOut:
		p.onHand -= quantity
	case schemas.MovementQuarantine:
		p.quarantined += quantity
	}
	p.recent = append(p.recent, p.onHand-before)
	return eventOf(topics.WmsInventory, p.key, movement.Meta.RecordedAt, &movement)
}

// issue books what leaves with a parcel, and orders more when it runs low.
func (c *course) issue(carried *part, at time.Time) []Event {
	a, uom := carried.article, carried.uom
	if a.perBase[uom] == nil { // a unit that nobody knows: the stockroom counts pieces
		uom = a.BaseUOM
	}
	late := func(m *schemas.StockMovement) {
		m.OrderID, m.LineNo = &carried.line.course.order.OrderID, &carried.line.no
		m.Meta.RecordedAt = at.Add(carried.parcel.lateBy)
	}
	quantity := a.convert(carried.quantity, uom, a.BaseUOM)
	p := c.stockOf(a, c.warehouse)
	switch {
	case c.warehouse == annex:
		return nil
	case p == nil: // an article that master data does not know
		p = &position{article: a, warehouse: c.warehouse, key: a.ItemID + "@" + c.warehouse}
		return []Event{c.moveStock(p, schemas.MovementIssue, quantity, uom, at, late)}
	}
	event := c.moveStock(p, schemas.MovementIssue, quantity, uom, at, late)
	if low := 150 * one; p.onHand < low && !p.isOnOrder && !p.isNeglected {
		p.isOnOrder = true
		c.planAt(at.Add(c.hours(20)), func(at time.Time) []Event {
			p.isOnOrder = false
			return []Event{c.moveStock(p, schemas.MovementReceipt, max(600*one, 600*one-p.onHand)/(30*one)*(30*one), a.BaseUOM, at, nil)}
		})
	}
	return []Event{event}
}

// takeBack books what comes back: it is there again, and nobody may have it until someone has looked at it.
func (c *course) takeBack(p *parcel, at time.Time) (events []Event) {
	for _, carried := range p.parts {
		stock := c.stockOf(carried.article, c.warehouse)
		if carried.returned == 0 || stock == nil {
			continue
		}
		quantity := carried.article.convert(carried.returned, carried.uom, carried.article.BaseUOM)
		for _, kind := range []schemas.MovementKind{schemas.MovementReceipt, schemas.MovementQuarantine} {
			events = append(events, c.moveStock(stock, kind, quantity, carried.uom, at, nil))
		}
	}
	return events
}

// reserve sets stock aside for some orders until it is allocated.
func (c *course) reserve() {
	if !c.chance(8) {
		return
	}
	l := c.lines[0]
	p := c.stockOf(l.article, c.warehouse)
	if p == nil || len(withParts(c.parcels)) == 0 {
		return
	}
	quantity := l.article.convert(l.quantity, l.uom, l.article.BaseUOM)
	forLine := func(m *schemas.StockMovement) { m.OrderID, m.LineNo = &c.order.OrderID, &l.no }
	c.planAt(c.placed.Add(time.Minute), func(at time.Time) []Event {
		return []Event{c.moveStock(p, schemas.MovementReserve, quantity, l.uom, at, forLine)}
	})
	c.planAt(c.placed.Add(3*c.hour), func(at time.Time) []Event {
		return []Event{c.moveStock(p, schemas.MovementRelease, quantity, l.uom, at, forLine)}
	})
}

// stockAffairs are what happens in the stockroom beside orders, with how many of 1,000 orders see one.
var stockAffairs = []struct {
	name  string
	share int
	tell  func(*Distributor, *position, time.Time)
}{
	{"nothing", 850, func(*Distributor, *position, time.Time) {}},
	{"transfer", 40, (*Distributor).transfer},
	{"quotation that expires", 20, func(d *Distributor, p *position, at time.Time) { d.quote(p, at, new(at.Add(72*d.hour))) }},
	{"quotation that stands", 8, func(d *Distributor, p *position, at time.Time) { d.quote(p, at, new(at.AddDate(2, 0, 0))) }},
	{"quotation without an end", 6, func(d *Distributor, p *position, at time.Time) { d.quote(p, at, nil) }},
	{"quarantine", 12, (*Distributor).quarantine},
	{"adjustment", 20, (*Distributor).adjust},
	{"count that agrees", 16, func(d *Distributor, p *position, at time.Time) { d.count(p, at, 0) }},
	{"count with goods in flight", 10, func(d *Distributor, p *position, at time.Time) { d.count(p, at, -2) }},
	{"count from the future", 4, func(d *Distributor, p *position, at time.Time) { d.count(p, at, 5) }},
	{"count that differs, adjusted", 10, func(d *Distributor, p *position, at time.Time) { d.miscount(p, at, true) }},
	{"count that differs", 4, func(d *Distributor, p *position, at time.Time) { d.miscount(p, at, false) }},
}

// stockAffair has something happen to a position, or nothing.
func (d *Distributor) stockAffair(at time.Time) {
	of := stockAffairs[d.draw(len(stockAffairs), func(i int) int { return stockAffairs[i].share })]
	a := d.full.articles[d.random.IntN(len(d.full.articles))]
	of.tell(d, d.stockOf(a, d.pick(d.warehouses)), at)
}

// planStock plans a movement of whole base units.
func (d *Distributor) planStock(p *position, at time.Time, kind schemas.MovementKind, quantity schemas.Quantity, change func(*schemas.StockMovement)) {
	d.planAt(at, func(at time.Time) []Event {
		return []Event{d.moveStock(p, kind, quantity, p.article.BaseUOM, at, change)}
	})
}

// transfer sends goods to another warehouse.
func (d *Distributor) transfer(p *position, at time.Time) {
	quantity := schemas.Quantity(5+d.random.IntN(40)) * one
	to := d.stockOf(p.article, d.pick(d.warehouses))
	if to == p {
		return
	}
	id := "TR-" + p.key + at.Format("-20060102150405.000000")
	d.planStock(p, at.Add(d.hours(1)), schemas.MovementTransferOut, quantity, func(m *schemas.StockMovement) { m.TransferID, m.ToWarehouseID = &id, &to.warehouse })
	arrived := schemas.Quantity(0)
	if d.chance(85) { // else all of it is on its way when the books are closed
		if arrived = quantity; d.chance(20) {
			arrived -= 2 * one
		}
		d.planStock(to, at.Add(d.hours(30)), schemas.MovementTransferIn, arrived, func(m *schemas.StockMovement) { m.TransferID = &id })
	}
	to.inTransit += quantity - arrived
}

// quote sets stock aside for nobody's order, and gives some of it back.
func (d *Distributor) quote(p *position, at time.Time, until *time.Time) {
	quantity := schemas.Quantity(2+d.random.IntN(20)) * one
	stands := until == nil || until.After(at.AddDate(1, 0, 0))
	name := "Q-" + p.key + at.Format("-20060102150405.000000")
	forQuote := func(m *schemas.StockMovement) { m.OrderID, m.ExpiresAt = &name, until }
	d.planStock(p, at.Add(time.Minute), schemas.MovementReserve, quantity, forQuote)
	if stands {
		p.reserved += quantity
	}
	if d.chance(30) {
		d.planStock(p, at.Add(d.hours(5)), schemas.MovementRelease, one, func(m *schemas.StockMovement) { m.OrderID = &name })
		if stands {
			p.reserved -= one
		}
	}
}

func (d *Distributor) quarantine(p *position, at time.Time) {
	quantity := schemas.Quantity(1+d.random.IntN(10)) * one
	d.planStock(p, at.Add(d.hours(1)), schemas.MovementQuarantine, quantity, nil)
	if d.chance(60) { // someone has looked at it
		d.planStock(p, at.Add(20*d.hour+d.hours(30)), schemas.MovementQuarantine, -quantity, nil)
	}
}

// adjust books what someone broke or found, where no count is to be explained.
func (d *Distributor) adjust(p *position, at time.Time) {
	if p.isBusyWithCounting {
		return
	}
	p.isBusyWithCounting = true
	d.planAt(at.Add(d.hours(1)), func(at time.Time) []Event {
		p.isBusyWithCounting = false
		return []Event{d.moveStock(p, schemas.MovementAdjust, schemas.Quantity(choose(d, -4, -2, -1, 1, 3))*one, p.article.BaseUOM, at, nil)}
	})
}

// count counts a position, and finds what the book says. It is cut off at the movement before it, or some movements further
// back: what moved since is in flight; or further on than there are any.
func (d *Distributor) count(p *position, at time.Time, cutoff int) {
	d.planAt(at.Add(d.hours(1)), func(at time.Time) []Event {
		return d.tellCount(p, at, 0, cutoff)
	})
}

func (d *Distributor) tellCount(p *position, at time.Time, more schemas.Quantity, cutoff int) []Event {
	counted := p.onHand + more
	for i := len(p.recent) - 1; i >= len(p.recent)+cutoff && i >= 0; i-- { // in flight
		counted -= p.recent[i]
	}
	if counted < 0 || len(p.recent) < -cutoff {
		return nil // nobody counts what is less than nothing
	}
	p.onHand += more
	p.unexplained += more
	quantity := p.onHand
	event := d.moveStock(p, schemas.MovementCount, quantity, p.article.BaseUOM, at, func(m *schemas.StockMovement) {
		m.Quantity = counted
		if cutoff != 0 {
			m.CutoffSequence = new(*m.Meta.Sequence - 1 + int64(cutoff))
		}
	})
	return []Event{event}
}

// miscount counts a position otherwise than the book says; the difference is adjusted, or left for someone to see to.
func (d *Distributor) miscount(p *position, at time.Time, isAdjusted bool) {
	if p.isBusyWithCounting {
		return
	}
	p.isBusyWithCounting = true
	more := schemas.Quantity(1+d.random.IntN(6)) * one
	adjusts := at.Add(d.hours(20) + 3*d.hour)
	d.planAt(at.Add(d.hours(1)), func(at time.Time) []Event {
		counted := d.tellCount(p, at, more, 0)
		if isAdjusted && counted != nil {
			d.planAt(adjusts, func(at time.Time) []Event {
				p.isBusyWithCounting = false
				p.unexplained -= more
				p.onHand -= more // the book follows the count already
				event := d.moveStock(p, schemas.MovementAdjust, more, p.article.BaseUOM, at, nil)
				p.recent[len(p.recent)-1] = 0 // nothing was moved
				return []Event{event}
			})
		}
		return counted
	})
}
