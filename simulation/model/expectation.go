// Package model says what must come out of a history of source events in the end: what is billed, what stands in the way
// and what it is worth, where each order stands, what is owed, and what can be promised.
//
// It is written from the rules of the domain and shares no code with the stages. It is simple because it may be: all facts
// lie before it at once, so it takes of each entity what counts (the dense prefix of a sequence, the latest position) and
// works the end out directly. What it has in common with the stages is the types of events and outputs.
//
// Where the rules leave open what comes out, since it depends on which of two things came first, the model says that it
// does not know (Unknown) instead of guessing.
//
// What is not compared, or not told in a history:
//   - the net bill of an order that is held for good, as a whole or by an event of unknown place in a shipment, when
//     goods left in the same turn or before: which units were billed by then depends on what came first
//   - ERP invoices of a line that was billed, or was ready, on several terms at once (Unmatched)
//   - ERP invoices that name an invoice-ready record, and what they bill of one billing unit
//   - on which consolidated invoice a record is
//   - the class stale_source
//   - master data that changes after something was billed by it, and two broken forms of one event
//   - records without their entity's key of topics that hold orders; headers that name an entity; tombstones
//   - counts that are cut off further back than movements are remembered
//   - messages, times, next actions, and which records are named as causes (only that some are)
package model

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"waybill/schemas"
	"waybill/simulation/workload"
)

// Expectation is what must come out.
type Expectation struct {
	Billed      map[BilledLine]Net
	Gathered    map[Gathered]Net // of what is billed, what goes by a customer's schedule
	Exceptions  []Exception
	Available   map[string]Available // by item@warehouse
	Receivables map[string]Receivable
	Orders      map[string]OrderStatus
	Unknown     map[string]bool // orders of which it depends on what came first how much of them was billed before they were held
	Held        map[string]bool // orders of which something is held
	// Unmatched are order lines whose ERP invoices are not compared: what was billed or was ready is of several kinds.
	Unmatched map[OrderLine]bool
	// Uninvoiced are orders of which it is not compared what of them is on no ERP invoice, for one of their lines.
	Uninvoiced map[string]bool
	// Uncredited are customers of whom it is not compared whether they are over their limit, for one of their orders.
	Uncredited map[string]bool

	end time.Time // reservations that end before it have
}

// OrderLine names a line.
type OrderLine struct {
	OrderID string
	LineNo  int32
}

// BilledLine is what is billed together. Money of another currency takes nothing back of it.
type BilledLine struct {
	OrderLine
	ItemID   string // that was shipped
	UOM      string
	Currency string
}

// Net is what all bills and credits come to.
type Net struct {
	Quantity, Amount number
}

// Exception is an open one. Amount is nil where it says none; Unsure where it may say any.
type Exception struct {
	Class                         string
	Orders                        string // sorted, with commas between
	LineNo                        int32
	ShipmentID, InvoiceID, ItemID string
	CustomerID                    string // of credit_exceeded
	Owner                         string
	Amount                        number
	Currency                      string
	Unsure                        bool
	warehouse                     string
	id                            string
}

// Expect works out what must come out of a history.
func Expect(h *workload.History) *Expectation {
	f := gather(h)
	m := masterOf(f)
	e := &Expectation{
		Billed: map[BilledLine]Net{}, Gathered: map[Gathered]Net{}, Available: map[string]Available{}, Receivables: map[string]Receivable{}, Orders: map[string]OrderStatus{},
		Unknown: map[string]bool{}, Held: map[string]bool{}, Unmatched: map[OrderLine]bool{}, Uninvoiced: map[string]bool{}, Uncredited: map[string]bool{}, end: h.End,
	}
	orders := ordersOf(f, m)
	for _, id := range sortedKeys(orders) {
		o := orders[id]
		for _, l := range o.sorted() {
			l.judge(m)
		}
		o.bill()
		e.tellBilled(o)
		e.tellOrder(o)
		e.tellOverdue(o)
	}
	e.tellLanes(f, orders)
	e.tellOutside(f)
	e.tellStock(f, m, orders)
	books := booksOf(f)
	e.tellReceivables(books, m)
	e.tellPayments(books)
	e.tellMatches(books, orders)
	e.tellCredit(books, m, orders)
	e.finish(f, m)
	e.tellStatuses(m, orders, books)
	return e
}

// bill makes the bills that may be made.
func (o *order) bill() {
	if o.placed == nil {
		return
	}
	complete := true
	for _, l := range o.lines {
		complete = complete && (!l.open || l.done) && !l.hindered
	}
	for _, l := range o.lines {
		byPeople, unsure := l.stopped()
		o.undetermined = o.undetermined || unsure && len(l.parts) > 0
		if o.policy() == schemas.OrderComplete && !complete {
			continue
		}
		for _, b := range l.bills {
			held, undetermined := o.held(b.shipment())
			o.undetermined = o.undetermined || undetermined || unsure
			if !held && !byPeople {
				l.billed = append(l.billed, b)
			}
		}
	}
	if o.aheadOnce && len(o.holds)+len(o.standing()) > 0 {
		o.undetermined = true
	}
	// What was billed before it was held may have been more than what the facts come to now.
	for _, p := range o.parcels {
		if _, undetermined := o.held(p.id); undetermined && p.billableTurn >= 0 {
			o.undetermined = true
		}
	}
}

func (e *Expectation) tellBilled(o *order) {
	e.Held[o.id] = len(o.holds)+len(o.standing()) > 0
	if o.undetermined {
		e.Unknown[o.id] = true
	}
	for _, l := range o.lines {
		for _, b := range l.billed {
			at := BilledLine{OrderLine{o.id, l.no}, b.item, b.in.uom, o.currency()}
			net := netOf(e.Billed[at])
			e.Billed[at] = Net{plus(net.Quantity, b.quantity), plus(net.Amount, b.amount)}
			if gathered, is := o.gatheredAs(at, b); is {
				net := netOf(e.Gathered[gathered])
				e.Gathered[gathered] = Net{plus(net.Quantity, b.quantity), plus(net.Amount, b.amount)}
			}
		}
	}
}

// tellOrder tells what stands in the way of an order's lines, and of the order as a whole.
func (e *Expectation) tellOrder(o *order) {
	e.tellHeld(o)
	if o.placed == nil {
		if slices.ContainsFunc(o.parcels, func(p *parcel) bool { return len(p.parts) > 0 }) {
			e.raise(Exception{Class: "unknown_order", Orders: o.id})
		}
		return
	}
	waiting, isWaiting := zero, false
	for _, l := range o.sorted() {
		if l.placed == nil && len(l.parts) > 0 {
			e.raise(Exception{Class: "unknown_order", Orders: o.id, LineNo: l.no, ItemID: l.parts[0].item, ShipmentID: sameShipment(l.parts), warehouse: sameWarehouse(l.parts)})
		}
		for _, r := range l.reasons {
			x := Exception{Class: r.class, Orders: o.id, LineNo: l.no, ItemID: r.item, ShipmentID: sameShipment(r.parts), warehouse: sameWarehouse(r.parts), Currency: o.currency()}
			if x.warehouse == "" && l.placed != nil {
				x.warehouse = l.placed.WarehouseID
			}
			if worth := l.worth(r.quantity); worth != nil && positive(worth) {
				x.Amount = worth
			}
			e.raise(x)
		}
		is, quantity := l.waiting()
		isWaiting = isWaiting || is
		if worth := l.worth(quantity); l.known && worth != nil {
			waiting = plus(waiting, worth)
		}
	}
	if o.customer == nil && isWaiting {
		x := Exception{Class: "unknown_reference", Orders: o.id, Currency: o.currency(), Unsure: o.undetermined}
		if positive(waiting) {
			x.Amount = waiting
		}
		e.raise(x)
	}
}

// waiting tells whether something that was shipped for the line is not billed, and how much of it counts.
func (l *line) waiting() (is bool, quantity number) {
	quantity = zero
	if !l.known {
		return false, quantity
	}
	if l.ahead {
		if l.owes() {
			quantity = l.left()
		}
		return positive(quantity), quantity
	}
	for _, p := range l.parts {
		if p.late || !p.isKept() {
			continue
		}
		left := p.kept()
		for _, b := range l.billed {
			if b.part == p {
				left = minus(left, b.covers)
			}
		}
		is = is || !p.counts || positive(left)
		if p.takesTurn() {
			quantity = plus(quantity, notNegative(left))
		}
	}
	return is, quantity
}

func sameShipment(parts []*part) string {
	for _, p := range parts {
		if p.id != parts[0].id {
			return ""
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return parts[0].id
}

func sameWarehouse(parts []*part) string {
	for _, p := range parts {
		if p.warehouse != parts[0].warehouse {
			return ""
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return parts[0].warehouse
}

func (e *Expectation) raise(x Exception) {
	if x.Amount == nil && !x.Unsure {
		x.Currency = ""
	}
	e.Exceptions = append(e.Exceptions, x)
}

// tellLanes tells what stands in the way of entities: what cannot be read, and what is missing.
func (e *Expectation) tellLanes(f *facts, orders map[string]*order) {
	for _, key := range sortedLanes(f) {
		l := f.lanes[key]
		x := l.about()
		held := l.orders()
		if l.topic == "erp.invoices" || l.topic == "ar.payments" {
			held = nil
		}
		x.Orders = strings.Join(held, ",")
		x.Amount, x.Currency, x.Unsure = atRisk(l, held, orders)
		for _, bad := range l.standing() {
			one := x
			one.Class, one.id, one.Owner = "unreadable", bad.Trouble.ExceptionID, ownerOf(bad.Trouble.Source, l.topic)
			if dispute, is := bad.Value.(*schemas.Dispute); is {
				one.InvoiceID = dispute.InvoiceID
			}
			e.raise(one)
		}
		if l.missing != 0 {
			one := x
			one.Class, one.id, one.Owner = "sequence_gap", workload.GapID(l.topic, l.entity, l.missing), ownerOf(l.source(), l.topic)
			e.raise(one)
		}
	}
}

func sortedLanes(f *facts) [][2]string {
	var keys [][2]string
	for key := range f.lanes {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b [2]string) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	return keys
}

// about is what an exception of the lane is about.
func (l *lane) about() (x Exception) {
	switch l.topic {
	case "wms.shipments":
		x.ShipmentID = l.entity
	case "wms.inventory":
		x.ItemID, _, _ = strings.Cut(l.entity, "@")
	case "erp.invoices":
		x.InvoiceID = l.entity
	case "master.items":
		x.ItemID = l.entity
	}
	return x
}

// atRisk is what the orders that a lane holds have at stake: what is not billed of them, of a shipment that is known what
// is not billed of the lines in it.
func atRisk(l *lane, held []string, orders map[string]*order) (sum number, currency string, unsure bool) {
	sums := map[string]number{}
	for _, orderID := range held {
		o := orders[orderID]
		if o == nil || o.placed == nil {
			continue
		}
		unsure = unsure || o.undetermined
		lines := o.sorted()
		if l.topic == "wms.shipments" {
			at := slices.IndexFunc(o.parcels, func(p *parcel) bool { return p.id == l.entity && len(p.parts) > 0 })
			if at >= 0 {
				lines = slices.DeleteFunc(lines, func(line *line) bool {
					return !slices.ContainsFunc(line.parts, func(p *part) bool { return p.id == l.entity })
				})
			}
		}
		for _, line := range lines {
			if sums[o.currency()] == nil {
				sums[o.currency()] = zero
			}
			sums[o.currency()] = plus(sums[o.currency()], line.unbilled())
		}
	}
	if len(sums) == 1 {
		for currency, sum := range sums {
			return sum, currency, unsure
		}
	}
	return nil, "", unsure
}

// owners are the teams that own exceptions about a system's events, and about a topic's where the system is not known.
var owners = map[string]string{
	"b2b-shop": "commerce systems", "edi": "integration", "erp": "erp systems", "ar": "receivables systems",
	"wms-east": "warehouse systems", "wms-west": "warehouse systems", "wms-north": "warehouse systems",
	"commerce.orders": "commerce systems", "erp.orders": "erp systems", "erp.invoices": "erp systems",
	"wms.shipments": "warehouse systems", "wms.inventory": "warehouse systems", "ar.payments": "receivables systems", "ar.disputes": "receivables systems",
	"master.customers": "master data", "master.items": "master data", "master.prices": "master data", "master.warehouses": "master data",
}

func ownerOf(source, topic string) string {
	if owner := owners[source]; owner != "" {
		return owner
	}
	return owners[topic]
}

// teams own the exceptions of a class.
var teams = map[string]string{
	"unknown_order": "order management", "unknown_reference": "master data", "not_accepted": "order management", "wrong_authority": "integration",
	"short_shipped": "customer service", "over_shipped": "warehouse", "over_returned": "warehouse", "substitution_refused": "sales", "substitution_unpriced": "pricing",
	"uom_mismatch": "master data", "missing_weight": "warehouse", "shipped_after_cancel": "customer service", "oversold": "inventory control",
	"stock_unexplained": "inventory control", "invoice_mismatch": "billing", "invoiced_not_shipped": "billing", "double_invoiced": "billing",
	"unapplied_payment": "receivables", "short_pay": "receivables", "unbilled": "billing", "disputed": "receivables", "held": "billing", "credit_exceeded": "credit", "overdue_shipment": "warehouse",
}

// Classes are those that can be raised, sorted.
func Classes() []string {
	classes := []string{"unreadable", "sequence_gap"}
	for class := range teams {
		classes = append(classes, class)
	}
	slices.Sort(classes)
	return classes
}

// tellOutside tells what systems said that do not own what they spoke of, and what came under no key of its own.
func (e *Expectation) tellOutside(f *facts) {
	for _, event := range f.outside {
		trouble := event.Trouble
		if f.settled[trouble.ExceptionID] {
			continue
		}
		l := &lane{topic: event.Topic, entity: event.Entity}
		x := l.about()
		x.id, x.Class = trouble.ExceptionID, "wrong_authority"
		if len(trouble.Orders) == 1 {
			x.Orders = trouble.Orders[0]
		}
		if trouble.Loose {
			x.Class, x.Owner = "unreadable", ownerOf(trouble.Source, event.Topic)
			if event.Topic == "ar.disputes" {
				x.InvoiceID = event.Key
			}
		}
		e.raise(x)
	}
}

// finish gives every exception its owner, and puts them in order.
func (e *Expectation) finish(f *facts, m *masterData) {
	for i := range e.Exceptions {
		x := &e.Exceptions[i]
		if x.Owner == "" {
			x.Owner = teams[x.Class]
			if warehouse := m.warehouses[x.warehouse]; warehouse != nil && slices.Contains([]string{"over_shipped", "over_returned", "missing_weight", "overdue_shipment"}, x.Class) {
				x.Owner = warehouse.Owner
			}
		}
		if owner := f.assigned[x.id]; x.id != "" && owner != "" {
			x.Owner = owner
		}
	}
	slices.SortFunc(e.Exceptions, func(a, b Exception) int { return cmp.Compare(a.String(), b.String()) })
}
