package model

import (
	"fmt"
	"slices"
	"strings"

	"waybill/schemas"
)

// OrderStatus is where an order stands.
type OrderStatus struct {
	Head     string // customer, currency, status, value of what is open, shipments, ERP invoices
	Billed   number
	Invoiced number
	Lines    []LineStatus
	Left     []string // shipments that have left, and when they were invoiced
	Blocking []string // sorted
}

// LineStatus is where a line stands: its stage is the furthest that any of it has reached.
type LineStatus struct {
	LineNo int32
	Text   string // items and quantities up to delivery, in their unit
	Stage  string
	Billed string // what was ready and what was invoiced
	Times  string // when it was in full, and since when how much is shipped and not invoiced
}

// progress is how far a line has come, by unit.
type progress struct {
	*line
	item     unit
	accepted number
	said     []counted
	raw      map[string]number // whatever the units
	disputed bool
	paid     bool
}

// counted is what was counted in one unit of something on the way.
type counted struct {
	of       unit
	stage    string
	quantity number
}

// The quantities of a line, in the order in which it passes them; of these the first follow from orders and shipments alone.
var stages = []string{"ordered", "accepted", "allocated", "picked", "packed", "shipped", "delivered", "returned", "invoice_ready", "invoiced"}

const ofShipping = 8

// tellStatuses works out where each order stands that is known.
func (e *Expectation) tellStatuses(m *masterData, orders map[string]*order, b *books) {
	for id, o := range orders {
		if o.placed == nil {
			continue
		}
		status := OrderStatus{Billed: zero, Invoiced: b.invoicedOf(o)}
		var shipments []string
		for _, p := range o.parcels {
			if len(p.parts) > 0 {
				shipments = append(shipments, p.id)
			}
		}
		placed, ordered := string(o.placed.Status), zero
		if o.accepted != nil && o.accepted.Status == schemas.AcceptanceCancelled {
			placed = string(schemas.OrderCancelled)
		}
		lines := map[int32]*progress{}
		for _, l := range o.sorted() {
			if l.placed == nil {
				continue
			}
			lines[l.no] = l.progress()
			ordered = plus(ordered, l.value())
			for _, bill := range l.billed {
				status.Billed = plus(status.Billed, bill.amount)
			}
		}
		invoices := e.addInvoices(b, id, lines)
		uoms := map[int32]string{}
		for _, l := range o.sorted() {
			if p := lines[l.no]; p != nil {
				line, uom := p.status(m, b)
				status.Lines, uoms[l.no] = append(status.Lines, line), uom
			}
		}
		status.Left = o.departuresOf(m, b, uoms)
		status.Head = fmt.Sprintf("of %s: %s, ordered %s %s, shipments %v, invoices %v", o.placed.CustomerID, placed, text(ordered), o.currency(), shipments, invoices)
		for _, x := range e.Exceptions {
			if slices.Contains(strings.Split(x.Orders, ","), id) {
				status.Blocking = append(status.Blocking, blockedBy(x.Class, x.LineNo, x.Owner))
			}
		}
		slices.Sort(status.Blocking)
		e.Orders[id] = status
	}
}

func blockedBy(class string, lineNo int32, owner string) string {
	return fmt.Sprintf("%s line %d, owner %s", class, lineNo, owner)
}

// value is what a line that is open is worth as it was accepted, else as it was placed, where a price is known.
func (l *line) value() number {
	switch {
	case !l.open:
		return zero
	case l.isAccepted():
		return payable(times(quantityOf(l.accepted.ConfirmedQuantity), over(priceOf(l.accepted.UnitPrice), whole(l.accepted.PriceUnit))), l.order.currency())
	case l.placed.UnitPrice != nil && l.order.placed.Currency == l.order.currency():
		return payable(times(quantityOf(l.placed.Quantity), over(priceOf(*l.placed.UnitPrice), whole(l.placed.PriceUnit))), l.order.currency())
	}
	return zero
}

func (l *line) isAccepted() bool {
	return l.standing == agreed && l.order.accepted != nil && l.accepted != nil
}

func (l *line) progress() *progress {
	p := &progress{line: l, item: unit{l.item, l.uom}, accepted: zero, raw: map[string]number{}}
	p.add(unit{l.placed.ItemID, l.placed.UOM}, "ordered", quantityOf(l.placed.Quantity))
	if l.isAccepted() {
		p.accepted = quantityOf(l.accepted.ConfirmedQuantity)
		p.add(p.item, "accepted", p.accepted)
	}
	for _, part := range l.parts {
		of := unit{part.item, part.uom}
		p.add(of, "allocated", part.allocated)
		p.add(of, "picked", part.picked)
		p.add(of, "packed", part.packed)
		p.add(of, "shipped", part.shipped)
		p.add(of, "delivered", part.delivered)
		p.add(of, "returned", part.returned)
	}
	var units []unit
	ready := map[unit]number{} // a bill may put parts together, and so does what is counted of them
	for _, bill := range l.billed {
		of := unit{bill.item, bill.in.uom}
		if ready[of] == nil {
			units = append(units, of)
		}
		ready[of] = plus(orZero(ready[of]), bill.quantity)
	}
	for _, of := range units {
		p.add(of, "invoice_ready", ready[of])
	}
	return p
}

func (p *progress) add(of unit, stage string, quantity number) {
	p.raw[stage] = plus(orZero(p.raw[stage]), quantity)
	p.said = append(p.said, counted{of, stage, quantity})
}

// addInvoices counts what ERP has invoiced of an order, and lists the documents that stand.
func (e *Expectation) addInvoices(b *books, orderID string, lines map[int32]*progress) (invoices []string) {
	for _, id := range b.ofOrder[orderID] {
		d := b.documents[id]
		if d.Kind == schemas.InvoiceKindCancellation || b.cancelled(d) {
			continue
		}
		named := false
		for _, said := range d.Lines {
			if said.OrderID != orderID {
				continue
			}
			named = true
			p := lines[said.LineNo]
			if p == nil {
				continue
			}
			quantity := quantityOf(said.Quantity)
			if d.Kind == schemas.InvoiceKindCreditMemo {
				quantity = negated(size(quantity))
			}
			p.add(unit{said.ItemID, said.UOM}, "invoiced", quantity)
			if d.Kind == schemas.InvoiceKindInvoice {
				p.disputed = p.disputed || b.disputedLine(d, said.LineNo)
				r := e.Receivables[id]
				p.paid = p.paid || !positive(r.Open) && r.State != "credited"
			}
		}
		if named {
			invoices = append(invoices, id)
		}
	}
	return invoices
}

// disputedLine tells whether a dispute is open about a line of an invoice, or about all of it.
func (b *books) disputedLine(d *schemas.Invoice, lineNo int32) bool {
	return slices.ContainsFunc(b.disputes, func(dispute *schemas.Dispute) bool {
		if dispute.InvoiceID != d.InvoiceID || dispute.Status != schemas.DisputeOpen {
			return false
		}
		return dispute.LineNo == nil || *dispute.LineNo == lineNo || !slices.ContainsFunc(d.Lines, func(line schemas.InvoiceLine) bool { return line.LineNo == *dispute.LineNo })
	})
}

func (p *progress) status(m *masterData, b *books) (s LineStatus, uom string) {
	sums, uom := p.count(m)
	shippedItem := "–"
	for _, said := range p.said {
		if said.stage == "shipped" && positive(said.quantity) && said.of.item != p.item.item {
			shippedItem = said.of.item
			break
		}
	}
	s = LineStatus{LineNo: p.no, Stage: p.stage()}
	s.Text = fmt.Sprintf("%s (%s) in %s", p.item.item, shippedItem, uom)
	for _, stage := range stages[:ofShipping] {
		s.Text += " " + stage + " " + text(orZero(sums[stage]))
	}
	s.Billed = fmt.Sprintf("ready %s invoiced %s", text(orZero(sums["invoice_ready"])), text(orZero(sums["invoiced"])))
	wanted := orZero(sums["ordered"])
	if accepted := orZero(sums["accepted"]); positive(accepted) {
		wanted = accepted
	}
	s.Times = p.times(m, b, uom, wanted)
	return s, uom
}

// count adds up in the line's own unit, or where not all of it converts into that exactly, in its item's base unit if it
// does into that. What converts into neither is left out.
func (p *progress) count(m *masterData) (sums map[string]number, uom string) {
	sums, all := p.countIn(m, p.item)
	item := m.items[p.item.item]
	if all || item == nil || item.BaseUOM == p.item.uom {
		return sums, p.item.uom
	}
	if inBase, all := p.countIn(m, unit{p.item.item, item.BaseUOM}); all {
		return inBase, item.BaseUOM
	}
	return sums, p.item.uom
}

func (p *progress) countIn(m *masterData, in unit) (sums map[string]number, all bool) {
	type partOf struct {
		of unit
		at int // of one part, all stages count or none does
	}
	sums, all = map[string]number{}, true
	broken := map[partOf]bool{}
	key := func(i int) partOf { return partOf{p.said[i].of, p.group(i)} }
	converted := make([]number, len(p.said))
	for i, said := range p.said {
		ratio := whole(1)
		if said.of != in {
			ratio = m.ratio(said.of, in)
			if m.items[said.of.item] == nil || m.items[in.item] == nil {
				ratio = choose(said.of.uom == in.uom, whole(1), nil)
			}
		}
		if said.quantity.Sign() == 0 {
			converted[i] = zero
			continue
		}
		if ratio == nil || !storable(times(said.quantity, ratio)) {
			broken[key(i)], all = true, false
			continue
		}
		converted[i] = times(said.quantity, ratio)
	}
	for i, said := range p.said {
		if !broken[key(i)] {
			sums[said.stage] = plus(orZero(sums[said.stage]), converted[i])
		}
	}
	return sums, all
}

// group numbers what was said together: the five quantities of a part belong together.
func (p *progress) group(i int) int {
	switch p.said[i].stage {
	case "picked":
		return i - 1
	case "packed":
		return i - 2
	case "shipped":
		return i - 3
	case "delivered":
		return i - 4
	}
	return i
}

// stage is the furthest that any of the line has reached.
func (p *progress) stage() string {
	reached := func(stage string) bool { return positive(orZero(p.raw[stage])) }
	switch {
	case p.paid && reached("invoiced"):
		return "paid"
	case p.disputed:
		return "disputed"
	}
	for _, stage := range []string{"invoiced", "invoice_ready", "delivered", "shipped"} {
		if reached(stage) {
			return stage
		}
	}
	if !p.open {
		return "cancelled"
	}
	for _, stage := range []string{"packed", "picked", "allocated"} {
		if reached(stage) {
			return stage
		}
	}
	return choose(positive(p.accepted), "accepted", "placed")
}

// statuses compares where each order stands.
func (c *comparison) statuses() {
	for _, id := range both(c.e.Orders, c.out.Orders) {
		must, known := c.e.Orders[id]
		is := c.out.Orders[id]
		switch {
		case !known:
			c.find(Confluence, id, 0, "there must be no status of it")
		case is == nil:
			c.find(NothingLost, id, 0, "there must be a status of it: %s", must.Head)
		default:
			c.status(id, must, is)
		}
	}
}

func (c *comparison) status(id string, must OrderStatus, is *schemas.OrderState) {
	head := fmt.Sprintf("of %s: %s, ordered %s %s, shipments %v, invoices %v", is.CustomerID, is.Status, text(amountOf(is.Ordered)), is.Currency, is.Shipments, is.Invoices)
	if head != must.Head {
		c.find(Confluence, id, 0, "it is %s; it must be %s", head, must.Head)
	}
	unknown := c.e.Unknown[id]
	if billed := amountOf(is.Billed); !unknown && !equal(billed, must.Billed) {
		c.find(Confluence, id, 0, "its status says that %s are billed; it must be %s", text(billed), text(must.Billed))
	}
	if invoiced := amountOf(is.Invoiced); !equal(invoiced, must.Invoiced) {
		c.find(Confluence, id, 0, "its status says that %s are invoiced; it must be %s", text(invoiced), text(must.Invoiced))
	}
	if len(is.BilledElsewhere) > 0 && !unknown { // all that is not of the order's currency is credited
		c.find(Confluence, id, 0, "its status says that %v are billed beside its currency; there must be none", is.BilledElsewhere)
	}
	var left []string
	for _, d := range is.Departures {
		left = append(left, departure(d.ShipmentID, d.WarehouseID, d.ShippedAt, d.InvoicedAt))
	}
	if !unknown && !slices.Equal(left, must.Left) {
		c.find(Confluence, id, 0, "its departures are %v; they must be %v", left, must.Left)
	}
	var blocking []string
	for _, reason := range is.Blocking {
		if c.e.leavesOut(OrderLine{id, said(reason.LineNo)}, reason.Class) {
			continue
		}
		blocking = append(blocking, blockedBy(reason.Class, said(reason.LineNo), reason.Owner))
	}
	slices.Sort(blocking)
	if !slices.Equal(blocking, must.Blocking) {
		c.find(Confluence, id, 0, "it is blocked by %v; it must be by %v", blocking, must.Blocking)
	}
	if len(is.Lines) != len(must.Lines) {
		c.find(Confluence, id, 0, "its status has %d lines; it must have %d", len(is.Lines), len(must.Lines))
		return
	}
	for i, line := range is.Lines {
		if now := statusOf(&line); now.Text != must.Lines[i].Text || !unknown && now != must.Lines[i] {
			c.find(Confluence, id, line.LineNo, "it is %s, %s, %s, %s; it must be %s, %s, %s, %s", now.Stage, now.Text, now.Billed, now.Times,
				must.Lines[i].Stage, must.Lines[i].Text, must.Lines[i].Billed, must.Lines[i].Times)
		}
	}
}

func statusOf(line *schemas.OrderLineState) LineStatus {
	s := LineStatus{LineNo: line.LineNo, Stage: string(line.Stage)}
	shippedItem := "–"
	if line.ShippedItemID != nil {
		shippedItem = *line.ShippedItemID
	}
	s.Text = fmt.Sprintf("%s (%s) in %s", line.ItemID, shippedItem, line.UOM)
	quantities := []schemas.Quantity{line.Ordered, line.Accepted, line.Allocated, line.Picked, line.Packed, line.Shipped, line.Delivered, line.Returned}
	for i, stage := range stages[:ofShipping] {
		s.Text += " " + stage + " " + text(quantityOf(quantities[i]))
	}
	s.Billed = fmt.Sprintf("ready %s invoiced %s", text(quantityOf(line.InvoiceReady)), text(quantityOf(line.Invoiced)))
	s.Times = fmt.Sprintf("shipped in full %s delivered %s, unbilled %s since %s", clock(line.ShippedInFullAt), clock(line.DeliveredInFullAt),
		text(amountOf(line.Unbilled)), clock(line.UnbilledSince))
	return s
}
