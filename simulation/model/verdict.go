package model

import (
	"cmp"
	"slices"

	"waybill/schemas"
)

// verdict is what follows for a line: what is billed of it, and why not the rest.
type verdict struct {
	known      bool // the order and the line are
	item, uom  string
	in         unit // in which the line is counted
	ordered    number
	ahead      bool   // it is billed when it is ordered
	due        number // then: what is to be
	beyond     number // what people let go of what is too much
	open, done bool   // still to be shipped; nothing more is to be
	standing   standing
	worthOfOne number // at the ordered item's price; nil: not known
	reasons    []reason
	bills      []bill // that should be made, once they may
	billed     []bill // that are made
	hindered   bool   // something that was shipped cannot be billed yet
}

// standing is how far ERP agrees.
type standing int

const (
	agreed standing = iota
	awaited
	rejected
	withdrawn
)

// reason is one exception of a line.
type reason struct {
	class, what, item string
	parts             []*part
	quantity          number
}

// bill is what is billed of a part.
type bill struct {
	part     *part // nil: of the line as it was ordered
	item     string
	quantity number
	in       unit
	price    number // of one
	amount   number
	covers   number // of the ordered quantity
}

// shipment is the one that the bill is of; empty: it is of none in particular.
func (b *bill) shipment() string {
	if b.part == nil {
		return ""
	}
	return b.part.id
}

// judge works a line out.
func (l *line) judge(m *masterData) {
	o := l.order
	slices.SortFunc(l.parts, func(a, b *part) int {
		return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(a.item, b.item), cmp.Compare(a.uom, b.uom))
	})
	if o.placed == nil || l.placed == nil {
		return
	}
	l.known = true
	quantity := quantityOf(l.placed.Quantity)
	l.item, l.uom = l.placed.ItemID, l.placed.UOM
	var agreedPrice *price
	if l.placed.UnitPrice != nil && o.placed.Currency == o.currency() {
		agreedPrice = priceFor(unit{l.item, l.uom}, *l.placed.UnitPrice, l.placed.PriceUnit)
	}
	l.standing = l.agreement()
	if l.standing == agreed && o.accepted != nil && l.accepted != nil {
		l.item, l.uom, quantity = l.accepted.ItemID, l.accepted.UOM, quantityOf(l.accepted.ConfirmedQuantity)
		agreedPrice = priceFor(unit{l.item, l.uom}, l.accepted.UnitPrice, l.accepted.PriceUnit)
	}
	if agreedPrice == nil {
		agreedPrice = m.listed(l.item, o.placed.CustomerID, o.currency(), o.placedOn, l.uom)
	}
	saysFree := l.placed.UnitPrice != nil && *l.placed.UnitPrice == 0
	isPriced := agreedPrice != nil && (positive(agreedPrice.amount) || saysFree)
	l.count(m, quantity)
	l.giveBack()
	if isPriced {
		l.worthOfOne = m.per(agreedPrice, l.in)
	}
	item := m.items[l.item]
	for _, p := range l.parts {
		p.refused = l.refuses(p.item, item)
		p.late = l.standing == withdrawn || l.endedAt != nil && !p.leftAt.Before(*l.endedAt)
		l.pardon(p)
	}
	l.open = l.endedAt == nil && l.standing != rejected && l.standing != withdrawn
	l.done = l.open && l.filled(item)
	l.ahead, l.due = l.billsAhead(item), zero
	l.findReasons(m, item, isPriced)
	if l.ahead {
		l.billAhead(m, item, agreedPrice, isPriced)
		return
	}
	l.bill(m, agreedPrice)
}

// agreement: what ERP rejects or cancels as a whole it does to every line; a line that it does not name stands as placed,
// where nothing waits for its word.
func (l *line) agreement() standing {
	o := l.order
	switch {
	case o.accepted != nil && o.accepted.Status == schemas.AcceptanceRejected:
		return rejected
	case o.accepted != nil && o.accepted.Status == schemas.AcceptanceCancelled:
		return withdrawn
	case o.accepted == nil || l.accepted == nil:
		return choose(o.needsAcceptance(), awaited, agreed)
	case l.accepted.Status == schemas.AcceptanceRejected:
		return rejected
	case l.accepted.Status == schemas.AcceptanceCancelled:
		return withdrawn
	}
	return agreed
}

// count states all quantities in the line's unit, or in the ordered item's base unit where more of them convert into that.
func (l *line) count(m *masterData, quantity number) {
	own := unit{l.item, l.uom}
	counted := l.countIn(m, own, quantity)
	item := m.items[l.item]
	if counted == len(l.parts) || item == nil {
		return
	}
	if l.countIn(m, unit{l.item, item.BaseUOM}, quantity) <= counted {
		l.countIn(m, own, quantity)
	}
}

func (l *line) countIn(m *masterData, in unit, quantity number) (counted int) {
	ratio := m.ratio(unit{l.item, l.uom}, in)
	if ratio == nil || !storable(times(quantity, ratio)) {
		return 0
	}
	l.in, l.ordered = in, times(quantity, ratio)
	for _, p := range l.parts {
		ratio := m.ratio(unit{p.item, p.uom}, in)
		p.counts = ratio != nil
		p.mayBilled = zero
		for _, q := range []struct {
			own  number
			into *number
		}{{p.allocated, &p.countedAllocated}, {p.shipped, &p.countedShipped}, {p.delivered, &p.countedDelivered}, {p.returned, &p.countedReturned}, {p.confirmed, &p.countedConfirmed}} {
			*q.into = zero
			if ratio != nil {
				*q.into = times(q.own, ratio)
				p.counts = p.counts && storable(*q.into)
			}
		}
		if p.counts {
			counted++
		}
	}
	return counted
}

// refuses tells whether an item may not go out in place of the ordered one.
func (l *line) refuses(itemID string, ordered *schemas.Item) bool {
	switch {
	case itemID == l.item || itemID == l.placed.ItemID:
		return false
	case l.placed.Substitution != schemas.SubstitutionAllowed:
		return true
	}
	return ordered != nil && len(ordered.Substitutes) > 0 && !slices.Contains(ordered.Substitutes, itemID)
}

// takesTurn tells whether a part counts against the ordered quantity.
func (p *part) takesTurn() bool { return p.counts && !p.refused && !p.late }

// giveBack takes what came back off what was shipped: of the part that is named so, else of the same item in the same
// parcel, whatever unit it went out in.
func (l *line) giveBack() {
	for _, p := range l.parts {
		p.tooMany = zero
		if p.counts {
			p.tooMany = notNegative(minus(p.countedReturned, p.countedShipped))
			p.countedReturned = least(p.countedReturned, p.countedShipped)
		}
	}
	for _, from := range l.parts {
		for _, p := range l.parts {
			if from.counts && p.counts && p.parcel == from.parcel && p.item == from.item {
				more := least(from.tooMany, p.kept())
				p.countedReturned, from.tooMany = plus(p.countedReturned, more), minus(from.tooMany, more)
			}
		}
	}
}

// kept is what was shipped of the part and stayed with the customer.
func (p *part) kept() number { return notNegative(minus(p.countedShipped, p.countedReturned)) }

func (p *part) isKept() bool {
	if p.counts {
		return positive(p.kept())
	}
	return less(p.returned, p.shipped)
}

// tolerance is the customer's above zero, else the item's, else none.
func tolerance(ofCustomer schemas.Percent, ofItem *schemas.Percent) number {
	switch {
	case ofCustomer > 0:
		return percentOf(ofCustomer)
	case ofItem != nil:
		return percentOf(*ofItem)
	}
	return zero
}

// filled tells that nothing more is to be shipped: all of it was, or the rest is given up or within tolerance.
func (l *line) filled(item *schemas.Item) bool {
	shipped, o := zero, l.order
	for _, p := range l.parts {
		if p.takesTurn() {
			shipped = plus(shipped, p.countedShipped)
		}
	}
	switch {
	case !less(shipped, l.ordered):
		return true
	case !o.final():
		return false
	case o.cancelsBackorder():
		return true
	case o.customer == nil || item == nil:
		return false
	case l.standing == agreed && !l.uncounted() && l.waived("short_shipped", "") != nil:
		return true
	}
	under := least(whole(1), tolerance(o.customer.UnderTolerancePercent, item.UnderTolerancePercent))
	return !less(shipped, up(times(l.ordered, minus(whole(1), under))))
}

// share gives the parts what may be billed of them, first come first served; it returns what is too much.
func (l *line) share(limit number) (excess number) {
	inTurn := slices.Clone(l.parts)
	slices.SortStableFunc(inTurn, func(a, b *part) int { return a.leftAt.Compare(b.leftAt) })
	excess = zero
	for _, p := range inTurn {
		if !p.takesTurn() {
			continue
		}
		p.mayBilled = least(p.kept(), limit)
		limit = minus(limit, p.mayBilled)
		excess = plus(excess, minus(p.kept(), p.mayBilled))
	}
	return excess
}

func (l *line) because(class, what, item string, p *part, quantity number) {
	at := slices.IndexFunc(l.reasons, func(r reason) bool { return r.class == class && r.what == what })
	if at < 0 {
		at = len(l.reasons)
		l.reasons = append(l.reasons, reason{class: class, what: what, item: item, quantity: zero})
	}
	r := &l.reasons[at]
	r.parts = append(r.parts, p)
	if p.counts {
		r.quantity = plus(r.quantity, quantity)
	}
}

// findReasons collects all that stands in the way of what was shipped, at once.
func (l *line) findReasons(m *masterData, item *schemas.Item, isPriced bool) {
	customer := l.order.customer
	overBy := zero
	if customer != nil && item != nil {
		overBy = tolerance(customer.OverTolerancePercent, item.OverTolerancePercent)
	}
	excess := l.shareAll(m, down(times(l.ordered, plus(whole(1), overBy))), customer != nil && item != nil)
	for _, p := range l.parts {
		kept, isKept := p.kept(), p.isKept()
		if l.endedAt != nil || l.standing == withdrawn {
			l.shippedAfterCancel(p, kept, isKept)
		}
		if positive(p.tooMany) || !p.counts && less(p.shipped, p.returned) {
			l.because("over_returned", p.item, p.item, p, p.tooMany)
		}
		if !isKept {
			continue
		}
		if p.late {
			p.blocked = true
			continue
		}
		missing := func(what, item string) {
			l.because("unknown_reference", what, item, p, kept)
			p.blocked = true
		}
		known := m.items[p.item]
		if item == nil && !l.ahead {
			missing("item "+l.item, l.item)
		}
		if known == nil && p.item != l.item {
			missing("item "+p.item, p.item)
		}
		if m.warehouses[p.warehouse] == nil && !l.ahead {
			missing("warehouse "+p.warehouse, p.item)
		}
		if l.standing == awaited || l.standing == rejected {
			p.blocked = true
			l.because("not_accepted", "", p.item, p, kept)
		}
		needsPrice := p.item == l.item
		if p.item != l.item {
			needsPrice = l.judgeSubstitute(m, p, kept)
		}
		if item != nil && known != nil && !p.counts {
			l.because("uom_mismatch", "", p.item, p, zero)
			p.blocked = true
		}
		if known != nil && known.CatchWeight && p.weight == nil && !l.ahead {
			l.because("missing_weight", "", p.item, p, kept)
			p.blocked = true
		}
		if needsPrice && !isPriced && !l.ahead {
			missing("price "+l.item, l.item)
		}
		p.blocked = p.blocked || customer == nil
		l.hindered = l.hindered || p.blocked && !p.refused && l.open
	}
	if customer == nil || item == nil {
		return
	}
	l.overShipped(excess)
	if l.open && !l.done && l.order.final() && l.standing == agreed && !l.uncounted() {
		l.shortShipped()
	}
}

// shippedAfterCancel: what left for a line that was cancelled by then, or that ERP has cancelled, and is still out there; or
// what the warehouse's hands are still on after it was cancelled.
func (l *line) shippedAfterCancel(p *part, kept number, isKept bool) {
	at := l.order.acceptedAt
	if l.endedAt != nil {
		at = *l.endedAt
	}
	switch {
	case positive(p.shipped) && isKept && p.late:
		l.because("shipped_after_cancel", "", p.item, p, kept)
	case !positive(p.shipped) && positive(p.allocated) && p.latestAt.After(at):
		l.because("shipped_after_cancel", "", p.item, p, p.countedAllocated)
	}
}

// judgeSubstitute tells whether the ordered item's price is needed for another one.
func (l *line) judgeSubstitute(m *masterData, p *part, kept number) (needsOrdered bool) {
	customer := l.order.customer
	if p.refused {
		p.blocked = true
		l.because("substitution_refused", p.item, p.item, p, kept)
		return false
	}
	if customer == nil || l.ahead {
		return false
	}
	if customer.SubstitutionPrice == schemas.PriceSubstitute || customer.SubstitutionPrice == schemas.PriceLower {
		if listed := l.listedFor(m, p); listed == nil || !positive(listed.amount) {
			p.blocked = true
			l.because("substitution_unpriced", p.item, p.item, p, kept)
		}
	}
	return customer.SubstitutionPrice != schemas.PriceSubstitute
}

func (l *line) listedFor(m *masterData, p *part) *price {
	if w := l.waived("substitution_unpriced", p.item); w != nil && w.price != nil && w.currency == l.order.currency() {
		return w.price
	}
	return m.listed(p.item, l.order.placed.CustomerID, l.order.currency(), l.order.placedOn, p.uom)
}

func (l *line) overShipped(excess number) {
	r := reason{class: "over_shipped", item: l.item, quantity: excess}
	for _, p := range l.parts {
		if p.takesTurn() && less(p.mayBilled, p.kept()) {
			r.parts = append(r.parts, p)
		}
	}
	if positive(excess) {
		l.reasons = append(l.reasons, r)
	}
}

// uncounted: something went out for the line in a unit that says nothing of the ordered quantity.
func (l *line) uncounted() bool {
	for _, p := range l.parts {
		if less(p.returned, p.shipped) && !p.counts && !p.refused && !p.late {
			return true
		}
	}
	return false
}

func (l *line) shortShipped() {
	r := reason{class: "short_shipped", item: l.item, quantity: l.ordered}
	for _, p := range l.parts {
		if p.takesTurn() && positive(p.shipped) {
			r.parts = append(r.parts, p)
			r.quantity = minus(r.quantity, p.countedShipped)
		}
	}
	l.reasons = append(l.reasons, r)
}

// bill works out what is to be billed of each part, and where that fails.
func (l *line) bill(m *masterData, ordered *price) {
	policy := l.order.policy()
	for _, p := range l.parts {
		if policy == "" || p.blocked {
			continue
		}
		covers := p.countedShipped
		switch policy {
		case schemas.PerDelivery:
			covers = p.countedDelivered
		case schemas.ProofOfDelivery:
			covers = p.countedConfirmed
		}
		covers = least(covers, p.mayBilled)
		if !positive(covers) || policy == schemas.Manual && !l.isReleased(p.leftAt) {
			continue
		}
		b := bill{part: p, item: p.item, covers: covers, in: unit{p.item, p.uom}}
		back := m.ratio(l.in, b.in)
		switch item := m.items[p.item]; {
		case item.CatchWeight:
			b.in.uom = item.BaseUOM
			b.quantity = down(over(times(p.weight, covers), p.countedShipped))
		case back != nil && storable(times(covers, back)):
			b.quantity = times(covers, back)
		default:
			b.quantity, b.in = covers, l.in
		}
		of := l.priceOf(m, p, ordered, b.in)
		if of == nil {
			l.because("uom_mismatch", "price", p.item, p, p.kept())
			p.blocked, l.hindered = true, l.open
			continue
		}
		b.price, b.amount = of, payable(times(b.quantity, of), l.order.currency())
		l.bills = append(l.bills, b)
	}
}

// priceOf is the price of one of what is billed: the ordered item's, or by the customer's rule for a substitute.
func (l *line) priceOf(m *masterData, p *part, ordered *price, in unit) number {
	if p.item == l.item {
		return m.per(ordered, in)
	}
	switch rule := l.order.customer.SubstitutionPrice; rule {
	case schemas.PriceOriginal:
		return m.per(ordered, in)
	case schemas.PriceSubstitute:
		return m.per(l.listedFor(m, p), in)
	default:
		original, substitute := m.per(ordered, in), m.per(l.listedFor(m, p), in)
		if original == nil || substitute == nil {
			return nil
		}
		return least(original, substitute)
	}
}

// worth is the value of a quantity of the line at its own price; nil where that is not known.
func (l *line) worth(quantity number) number {
	if l.worthOfOne == nil {
		return nil
	}
	return payable(times(quantity, l.worthOfOne), l.order.currency())
}

// unbilled is the value of what is still to be billed of the line, shipped or not.
func (l *line) unbilled() number {
	if !l.known {
		return zero
	}
	if l.ahead {
		if worth := l.worth(l.left()); worth != nil {
			return worth
		}
		return zero
	}
	covered, target, toCome := zero, zero, l.ordered
	for _, b := range l.billed {
		covered = plus(covered, b.covers)
	}
	for _, p := range l.parts {
		target = plus(target, p.mayBilled)
		if p.takesTurn() {
			toCome = minus(toCome, p.countedShipped)
		}
	}
	if l.open && !l.done {
		target = plus(target, toCome)
	}
	if worth := l.worth(notNegative(minus(target, covered))); worth != nil {
		return worth
	}
	return zero
}
