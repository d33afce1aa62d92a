package model

import (
	"slices"
	"strings"
	"time"

	"waybill/schemas"
)

// Available is what can be promised of an item in a warehouse, in its base unit.
type Available struct {
	OnHand, Allocated, Reserved, Committed, Quarantined, InTransit, ToPromise number
}

// position is a stock position as its movements leave it.
type position struct {
	onHand, quarantined, unexplained number
	stocked                          bool     // goods were moved or counted
	moved                            []number // net goods moved, behind each movement that was taken
	numbers                          []int64  // of these movements
	reservations                     []*reservation
	misplaced                        bool // the last count could not be placed
	lag                              time.Duration
}

// reservation is what is left of one.
type reservation struct {
	orderID  string
	lineNo   int32
	quantity number
	expires  *time.Time
	number   int64
}

// lagBound is how much later than it happened a warehouse may write a movement without its figures being too old to say
// that more is promised than there is.
const lagBound = 15 * time.Minute

// tellStock works out every position that has moved.
func (e *Expectation) tellStock(f *facts, m *masterData, orders map[string]*order) {
	committed, allocated := demand(m, orders)
	sent := sentTo(f, m)
	arrived := map[[2]string]number{}
	for _, l := range f.sorted("wms.inventory") {
		p := &position{onHand: zero, quarantined: zero, unexplained: zero}
		itemID, warehouse, _ := strings.Cut(l.entity, "@")
		about := Exception{ItemID: itemID, warehouse: warehouse}
		item := m.items[itemID]
		for _, event := range l.taken() {
			if item == nil {
				about.Class = "unknown_reference"
				e.raise(about)
				break
			}
			movement := event.Value.(*schemas.StockMovement)
			factor := inBase(item, movement.UOM)
			if factor == nil || !storable(times(quantityOf(movement.Quantity), factor)) {
				about.Class = "uom_mismatch"
				e.raise(about)
				break
			}
			if movement.Kind == schemas.MovementTransferIn && movement.TransferID != nil {
				at := [2]string{l.entity, *movement.TransferID}
				arrived[at] = plus(orZero(arrived[at]), times(quantityOf(movement.Quantity), factor))
			}
			p.take(movement, event.Number, times(quantityOf(movement.Quantity), factor))
		}
		if len(p.numbers) == 0 {
			continue
		}
		a := Available{OnHand: p.onHand, Quarantined: p.quarantined, Reserved: p.reserved(e), Committed: orZero(committed[l.entity]), Allocated: orZero(allocated[l.entity]), InTransit: zero}
		for at, quantity := range sent {
			if at[0] == l.entity {
				a.InTransit = plus(a.InTransit, notNegative(minus(quantity, orZero(arrived[at]))))
			}
		}
		a.ToPromise = minus(minus(minus(minus(a.OnHand, a.Allocated), a.Reserved), a.Committed), a.Quarantined)
		e.Available[l.entity] = a
		if a.ToPromise.Sign() < 0 && p.lag <= lagBound {
			about.Class = "oversold"
			e.raise(about)
		}
		if p.unexplained.Sign() != 0 || p.misplaced {
			about.Class = "stock_unexplained"
			e.raise(about)
		}
	}
}

// sentTo is what warehouses sent to others, by where it goes and the name of the transfer.
func sentTo(f *facts, m *masterData) map[[2]string]number {
	sent := map[[2]string]number{}
	for _, l := range f.sorted("wms.inventory") {
		for _, event := range l.taken() {
			movement := event.Value.(*schemas.StockMovement)
			item := m.items[movement.ItemID]
			if movement.Kind != schemas.MovementTransferOut || movement.ToWarehouseID == nil || item == nil {
				continue
			}
			factor := inBase(item, movement.UOM)
			if factor == nil || !storable(times(quantityOf(movement.Quantity), factor)) {
				continue
			}
			at := [2]string{movement.ItemID + "@" + *movement.ToWarehouseID, *movement.TransferID}
			sent[at] = plus(orZero(sent[at]), times(quantityOf(movement.Quantity), factor))
		}
	}
	return sent
}

func orZero(n number) number { return choose(n == nil, zero, n) }

// take is one movement.
func (p *position) take(movement *schemas.StockMovement, number int64, quantity number) {
	p.lag = movement.Meta.RecordedAt.Sub(movement.Meta.OccurredAt)
	moves := zero
	switch movement.Kind {
	case schemas.MovementReceipt, schemas.MovementTransferIn:
		moves, p.stocked = quantity, true
	case schemas.MovementIssue, schemas.MovementTransferOut:
		moves, p.stocked = negated(quantity), true
	case schemas.MovementAdjust:
		moves, p.stocked = p.explain(quantity), true
	case schemas.MovementQuarantine:
		p.quarantined = notNegative(plus(p.quarantined, quantity))
	case schemas.MovementReserve:
		if positive(quantity) {
			r := &reservation{quantity: quantity, expires: movement.ExpiresAt, number: number}
			r.orderID, r.lineNo = forLine(movement)
			p.reservations = append(p.reservations, r)
		}
	case schemas.MovementRelease:
		p.release(movement, quantity)
	case schemas.MovementCount:
		p.count(movement, number, quantity)
	}
	p.onHand = plus(p.onHand, moves)
	net := moves
	if n := len(p.moved); n > 0 {
		net = plus(p.moved[n-1], moves)
	}
	p.moved, p.numbers = append(p.moved, net), append(p.numbers, number)
}

// explain is how much of an adjustment moves goods: one that books what a count has left unexplained moves none of it, since
// the book follows the count already; one the other way takes the difference back.
func (p *position) explain(adjusted number) number {
	part := least(size(adjusted), size(p.unexplained))
	if adjusted.Sign() == p.unexplained.Sign() {
		part = choose(adjusted.Sign() < 0, negated(part), part)
		p.unexplained = minus(p.unexplained, part)
		return minus(adjusted, part)
	}
	p.unexplained = plus(p.unexplained, choose(adjusted.Sign() < 0, negated(part), part))
	return adjusted
}

// count puts what was counted, and what has moved since, in place of the book. The first word on an item's stock is no
// difference to anything.
func (p *position) count(movement *schemas.StockMovement, number int64, counted number) {
	cutoff := number - 1
	if movement.CutoffSequence != nil && *movement.CutoffSequence < number {
		cutoff = *movement.CutoffSequence
	}
	movedAt, movedNow := zero, zero
	for i, other := range p.numbers {
		if other <= cutoff {
			movedAt = p.moved[i]
		}
		movedNow = p.moved[i]
	}
	inFlight := minus(movedNow, movedAt)
	if p.stocked {
		p.unexplained = plus(p.unexplained, minus(counted, minus(p.onHand, inFlight)))
	}
	p.onHand, p.stocked = plus(counted, inFlight), true
}

func forLine(movement *schemas.StockMovement) (orderID string, lineNo int32) {
	if movement.OrderID != nil {
		orderID = *movement.OrderID
		if movement.LineNo != nil {
			lineNo = *movement.LineNo
		}
	}
	return orderID, lineNo
}

// release frees what was reserved for the same order and line, what holds longest first.
func (p *position) release(movement *schemas.StockMovement, quantity number) {
	orderID, lineNo := forLine(movement)
	var same []*reservation
	for _, r := range p.reservations {
		if r.orderID == orderID && (lineNo == 0 || r.lineNo == lineNo) {
			same = append(same, r)
		}
	}
	slices.SortStableFunc(same, func(a, b *reservation) int {
		switch {
		case a.expires == nil && b.expires == nil:
			return 0
		case a.expires == nil:
			return -1
		case b.expires == nil:
			return 1
		}
		return b.expires.Compare(*a.expires)
	})
	for _, r := range same {
		freed := least(r.quantity, quantity)
		r.quantity, quantity = minus(r.quantity, freed), minus(quantity, freed)
	}
}

// reserved is what is set aside and has not expired when the history ends.
func (p *position) reserved(e *Expectation) number {
	sum := zero
	for _, r := range p.reservations {
		if r.expires == nil || r.expires.After(e.end) {
			sum = plus(sum, r.quantity)
		}
	}
	return sum
}

// demand is what order lines ask of positions: what is promised and not allocated, and what is allocated and has not left.
func demand(m *masterData, orders map[string]*order) (committed, allocated map[string]number) {
	committed, allocated = map[string]number{}, map[string]number{}
	add := func(sums map[string]number, of unit, warehouse string, quantity number) {
		item := m.items[of.item]
		if item == nil {
			return
		}
		factor := inBase(item, of.uom)
		if factor == nil || !storable(times(quantity, factor)) {
			return
		}
		key := of.item + "@" + warehouse
		sums[key] = plus(orZero(sums[key]), times(quantity, factor))
	}
	for _, o := range orders {
		for _, l := range o.lines {
			for _, p := range l.parts {
				if left := minus(p.allocated, p.shipped); positive(left) {
					add(allocated, unit{p.item, p.uom}, p.warehouse, left)
				}
			}
			if !l.known || !l.open || l.done || l.standing != agreed {
				continue
			}
			left := l.ordered
			for _, p := range l.parts {
				if p.takesTurn() {
					left = minus(left, most(p.countedAllocated, p.countedShipped))
				}
			}
			if positive(left) {
				add(committed, unit{l.item, l.in.uom}, l.placed.WarehouseID, left)
			}
		}
	}
	return committed, allocated
}
