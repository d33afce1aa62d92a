package model

import (
	"cmp"
	"slices"
	"time"

	"waybill/schemas"
)

// order is all that holds of an order in the end.
type order struct {
	id         string
	placed     *schemas.Order // nil: nobody has heard of it
	placedOn   schemas.Date   // the day of its first event
	accepted   *schemas.OrderAcceptance
	acceptedAt time.Time
	lines      map[int32]*line
	parcels    []*parcel
	holds      []hold
	asked      []*asked          // by people, in the order in which it was given
	leftTo     []string          // the customers to whom one of its states leaves it how it is billed
	aheadOnce  bool              // one of its states, or such a customer, said when ordering
	customer   *schemas.Customer // nil: not in master data

	// undetermined: which part of it was billed before it was held is for nobody to say.
	undetermined bool
}

// hold is what keeps an order from being billed for good.
type hold struct {
	*lane
	shipment string // empty: all of the order
	placed   bool   // what came before it in its shipment stands
	since    int    // turn
}

// line is an order line with all that was shipped for it.
type line struct {
	order    *order
	no       int32
	placed   *schemas.OrderLine // as it last stood open; nil: the order does not have it
	endedAt  *time.Time         // when it was cancelled or left out
	accepted *schemas.AcceptedLine
	parts    []*part
	waivers  []*waiver
	verdict
}

// ordersOf puts together what is known of every order, whatever of it came.
func ordersOf(f *facts, m *masterData) map[string]*order {
	all := map[string]*order{}
	of := func(id string) *order {
		if all[id] == nil {
			all[id] = &order{id: id, lines: map[int32]*line{}}
		}
		return all[id]
	}
	for _, l := range f.sorted("commerce.orders") {
		for _, event := range l.taken() {
			of(l.entity).place(event.Value.(*schemas.Order))
		}
	}
	for _, l := range f.sorted("erp.orders") {
		for _, event := range l.taken() {
			of(l.entity).accept(event.Value.(*schemas.OrderAcceptance))
		}
	}
	for orderID, carried := range parcels(f) {
		o := of(orderID)
		o.parcels = carried
		for _, p := range carried {
			for _, part := range p.parts {
				line := o.line(part.line)
				line.parts = append(line.parts, part)
			}
		}
	}
	for _, topic := range []string{"commerce.orders", "erp.orders", "wms.shipments"} {
		for _, l := range f.sorted(topic) {
			if l.heldSince < 0 {
				continue
			}
			for _, orderID := range l.orders() {
				h := hold{lane: l, placed: l.unplacedSince < 0, since: l.heldSince}
				if topic == "wms.shipments" {
					h.shipment = l.entity
				}
				if !h.placed && topic == "wms.shipments" {
					h.since = l.unplacedSince
				}
				of(orderID).holds = append(of(orderID).holds, h)
			}
		}
	}
	for at, all := range f.waivers {
		of(at.OrderID).line(at.LineNo).waivers = all
	}
	for orderID, all := range f.asked {
		of(orderID).asked = all
	}
	for _, o := range all {
		if o.placed != nil {
			o.customer = m.customers[o.placed.CustomerID]
			o.askCustomers(m)
		}
	}
	return all
}

func (o *order) line(no int32) *line {
	if o.lines[no] == nil {
		o.lines[no] = &line{order: o, no: no}
	}
	return o.lines[no]
}

// sorted are the lines by number.
func (o *order) sorted() (lines []*line) {
	for _, l := range o.lines {
		lines = append(lines, l)
	}
	slices.SortFunc(lines, func(a, b *line) int { return cmp.Compare(a.no, b.no) })
	return lines
}

// place is what one event of the order says. What it leaves out is no longer on it; a line that ends keeps what it was.
func (o *order) place(placed *schemas.Order) {
	if o.placed == nil {
		o.placedOn = schemas.DateOf(placed.Meta.OccurredAt.UTC())
	}
	o.placed = placed
	o.noteAhead(placed)
	at := placed.Meta.OccurredAt
	named := map[int32]bool{}
	for i := range placed.Lines {
		said := placed.Lines[i]
		named[said.LineNo] = true
		l := o.line(said.LineNo)
		if placed.Status != schemas.OrderCancelled && said.Status != schemas.LineCancelled {
			l.placed, l.endedAt = &said, nil
			continue
		}
		if l.placed == nil { // it was never open
			l.placed, l.endedAt = &said, &time.Time{}
		}
		if l.endedAt == nil {
			l.endedAt = &at
		}
	}
	for no, l := range o.lines {
		if !named[no] && l.endedAt == nil {
			l.endedAt = &at
		}
	}
}

// accept is ERP's latest word.
func (o *order) accept(acceptance *schemas.OrderAcceptance) {
	o.accepted, o.acceptedAt = acceptance, acceptance.Meta.OccurredAt
	for i := range acceptance.Lines {
		o.line(acceptance.Lines[i].LineNo).accepted = &acceptance.Lines[i]
	}
}

// currency is the one that it is billed in: ERP's once it has spoken.
func (o *order) currency() string {
	switch {
	case o.placed == nil:
		return ""
	case o.accepted != nil && o.accepted.Currency != "":
		return o.accepted.Currency
	}
	return o.placed.Currency
}

// needsAcceptance: orders of EDI wait for ERP, those of no other channel.
func (o *order) needsAcceptance() bool { return o.placed.Channel == "edi" }

// policy is the order's own, else the customer's; empty while neither is known.
func (o *order) policy() schemas.InvoicePolicy {
	switch {
	case o.placed.InvoicePolicy != nil:
		return *o.placed.InvoicePolicy
	case o.customer != nil:
		return o.customer.InvoicePolicy
	}
	return ""
}

// cancelsBackorder tells that what the warehouse does not ship is not shipped later.
func (o *order) cancelsBackorder() bool {
	policy := o.placed.ShipPolicy
	if policy == nil && o.customer != nil {
		policy = &o.customer.ShipPolicy
	}
	return policy != nil && *policy == schemas.ShipPartialCancelBackorder
}

// final tells that the warehouse sends no more: the parcel that it called the last has left, and none waits.
func (o *order) final() bool {
	return slices.ContainsFunc(o.parcels, (*parcel).ends) && !slices.ContainsFunc(o.parcels, (*parcel).waits)
}

// billable is the earliest turn in which something of the order, or of one shipment of it, could have been billed; −1: none.
func (o *order) billable(shipment string) int {
	earliest := -1
	for _, p := range o.parcels {
		if (shipment == "" || p.id == shipment) && p.billableTurn >= 0 && (earliest < 0 || p.billableTurn < earliest) {
			earliest = p.billableTurn
		}
	}
	return earliest
}

// held tells what holds do to bills of a shipment: nothing is billed, or it depends on what came first.
func (o *order) held(shipment string) (held, undetermined bool) {
	for _, h := range o.holds {
		var since int
		switch {
		case h.shipment == "":
			since = o.billable("")
		case o.policy() == schemas.OrderComplete || o.policy() == schemas.OnOrder:
			since = o.billable("")
		case h.shipment == shipment && !h.placed:
			since = o.billable(shipment)
		default:
			continue
		}
		if since < 0 || since > h.since {
			return true, false
		}
		held, undetermined = true, true
	}
	return held, undetermined
}
