package fulfilment

import (
	"cmp"
	"reflect"
	"slices"
	"time"

	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
	"waybill/topics"
)

// dossier is an order during one step: the rows that the step touches, as own copies, and what is to be told in the end.
// The next step uses its memory: rows never point into it.
type dossier struct {
	*fulfilment
	s         *stream.Step
	stored    *OrderRow // nil: a new one
	order     *OrderRow
	lines     []*openLine // by line number
	rows      int32       // of lines that are loaded and have one
	loaded    bool        // all lines are in it
	shipments map[string]*ShipmentRow

	graceIsOver bool
	segment     *string        // of the customer, once it was looked up
	terms       *CustomerTerms // of the customer, once they were looked up
	termsOf     string

	find            func(shipmentID string) *ShipmentRow // is shipment
	learntCustomers learnt[schemas.Customer, CustomerTerms]
	learntItems     learnt[schemas.Item, ItemTerms]
	spare           []*openLine
	changes         []change
}

// openLine is a line during one step.
type openLine struct {
	stored      *LineRow // nil: a new one
	row         *LineRow
	master      lineMasterData
	facts       lineCase
	judged      bool
	verdict     verdict // once it is judged
	graceIsOver bool
}

// open begins a step about an order; its row is made if there is none.
func (f *fulfilment) open(s *stream.Step, orderID string) *dossier {
	d := f.dossiers.Get(s)
	d.empty()
	d.fulfilment, d.s = f, s
	d.stored = f.orderRows.Get(s, state.Text(orderID))
	if d.stored == nil {
		d.order = &OrderRow{OrderID: orderID}
	} else {
		d.order = new(*d.stored)
	}
	return d
}

// empty forgets the order of the step before, and keeps its memory; that of a large order is left to the garbage collector.
func (d *dossier) empty() {
	if d.shipments == nil || len(d.lines) > keptLines || len(d.shipments) > keptLines {
		*d = dossier{shipments: map[string]*ShipmentRow{}}
		d.find = d.shipment
		return
	}
	for _, line := range d.lines {
		line.reset()
	}
	clear(d.shipments)
	clear(d.changes)
	*d = dossier{
		spare: append(d.spare, d.lines...), lines: d.lines[:0], shipments: d.shipments, changes: d.changes[:0],
		find: d.find, learntCustomers: d.learntCustomers, learntItems: d.learntItems,
	}
}

// keptLines bounds the memory of a dossier that is kept for the next step.
const keptLines = 100

// reset forgets the line, and keeps the memory of what was found out about it.
func (line *openLine) reset() {
	line.verdict.reset()
	line.master.reset()
	*line = openLine{master: line.master, verdict: line.verdict}
}

// happened tells when the fact of this step happened.
func (d *dossier) happened(at time.Time) {
	d.s.Observe(at)
	d.order.AsOf = latest(d.order.AsOf, at)
}

// line is a line's copy, made if there is none.
func (d *dossier) line(lineNo int32) *openLine {
	at, open := d.placeOf(lineNo)
	if open {
		return d.lines[at]
	}
	if !d.hasAll() {
		if stored := d.lineRows.Get(d.s, state.TextNumber{Text: d.order.OrderID, Number: int64(lineNo)}); stored != nil {
			return d.insert(at, stored, new(*stored))
		}
	}
	return d.insert(at, nil, &LineRow{OrderID: d.order.OrderID, LineNo: lineNo})
}

// hasAll says that every line that has a row is loaded, so that the store need not be asked.
func (d *dossier) hasAll() bool {
	return d.loaded || d.stored == nil || d.stored.Lines > 0 && d.rows == d.stored.Lines
}

// placeOf is where a line's number belongs, and whether the line is open.
func (d *dossier) placeOf(lineNo int32) (at int, open bool) {
	if n := len(d.lines); n == 0 || d.lines[n-1].row.LineNo < lineNo {
		return n, false
	}
	return slices.BinarySearchFunc(d.lines, lineNo, func(line *openLine, no int32) int { return cmp.Compare(line.row.LineNo, no) })
}

func (d *dossier) insert(at int, stored, row *LineRow) *openLine {
	var line *openLine
	if n := len(d.spare); n > 0 {
		line, d.spare = d.spare[n-1], d.spare[:n-1]
	} else {
		line = &openLine{}
	}
	line.stored, line.row = stored, row
	if stored != nil {
		d.rows++
	}
	line.master.dossier, line.master.line = d, line
	d.lines = slices.Insert(d.lines, at, line)
	return line
}

// loadAll takes all lines of the order in: for what concerns the order as a whole, never for one shipment's event.
func (d *dossier) loadAll() {
	all := d.hasAll()
	if d.loaded = true; all {
		return
	}
	for stored := range d.lineRows.Scan(d.s, state.Text(d.order.OrderID)) {
		if at, open := d.placeOf(stored.LineNo); !open {
			d.insert(at, stored, new(*stored))
		}
	}
}

// loadHeld takes in the lines whose billing a hold kept back: all, where the order was billed as one, or was complete before
// it was held. One that becomes complete by the hold's end takes them in for that.
func (d *dossier) loadHeld(hold *HoldRow) {
	billedAsOne := d.order.Agreed != nil && d.unitRows.Get(d.s, state.TextPair{d.order.OrderID, orderUnit}) != nil
	if hold.stopsOrder() || billedAsOne || d.order.Complete || d.trigger().when == whenOrdered {
		d.loadAll()
		return
	}
	if shipment := d.shipment(hold.ShipmentID); shipment != nil {
		for _, lineNo := range shipment.Lines {
			d.line(lineNo)
		}
	}
}

// shipment is a shipment's row, not to be changed; nil when there is none.
func (d *dossier) shipment(shipmentID string) *ShipmentRow {
	row, known := d.shipments[shipmentID]
	if !known && d.stored != nil {
		row = d.shipmentRows.Get(d.s, state.TextPair{d.order.OrderID, shipmentID})
		d.shipments[shipmentID] = row
	}
	return row
}

func (d *dossier) putShipment(row *ShipmentRow) {
	d.shipments[row.ShipmentID] = row
	d.shipmentRows.Put(d.s, state.TextPair{row.OrderID, row.ShipmentID}, row)
}

// customer are the terms that hold for the order: those that it was first billed by, else master data's.
func (d *dossier) customer() *CustomerTerms {
	if d.order.Placed == nil {
		return nil
	}
	if agreed := d.order.Agreed; agreed != nil && agreed.CustomerID == d.order.Placed.CustomerID {
		return agreed
	}
	if d.terms == nil || d.termsOf != d.order.Placed.CustomerID {
		d.terms, d.termsOf = d.learntCustomers.of(d.customers.Get(d.s, d.order.Placed.CustomerID), customerTerms), d.order.Placed.CustomerID
	}
	return d.terms
}

// trigger is the order's trigger; one that bills nothing while the policy is not known, or not one of this stage's.
func (d *dossier) trigger() trigger {
	if d.order.Placed != nil {
		if trigger := triggerOf(invoicePolicy(d.order, d.customer())); trigger != nil {
			return *trigger
		}
	}
	return trigger{}
}

// settle draws all consequences of what has changed in the rows, and writes them.
func (d *dossier) settle() {
	o := d.order
	o.Final = o.shipsNoMore()
	if d.stored != nil && o.Final != d.stored.Final {
		d.loadAll()
	}
	d.judge()
	if d.trigger().when == whenComplete && len(o.Holds) == 0 && !o.isHeld() && o.Count.complete() != o.Complete {
		o.Complete = !o.Complete
		d.loadAll()
		d.judge()
	}
	if d.trigger().when != whenComplete {
		o.Complete = false
	}
	d.bill()
	for _, line := range d.lines {
		d.tellUnknownLine(line)
		d.raise(line)
		d.tellDemand(line)
		d.settleTally(line)
		d.awaitMasterData(line)
	}
	d.tellUnknownOrder()
	d.tellUnknownCustomer()
	d.tellHeld()
	d.assess()
	d.awaitCustomer()
	d.expose()
	d.write()
}

// judge judges the lines that are loaded and were not judged yet.
func (d *dossier) judge() {
	required := d.order.Placed != nil && d.catalogue.Channel(d.order.Placed.Channel).Acceptance == topics.AcceptanceRequired
	for _, line := range d.lines {
		if line.judged {
			continue
		}
		line.facts = lineCase{
			order: d.order, line: line.row, shipments: d.find, master: &line.master, required: required, final: d.order.Final, policy: d.policy,
		}
		line.verdict.judge(&line.facts)
		line.judged = true
		d.count(line, line.verdict.tally)
	}
}

// count makes the header count a line by its new tally.
func (d *dossier) count(line *openLine, now LineTally) {
	d.order.Count.exchange(line.row.Tally, now)
	line.row.Tally = now
}

// settleTally makes the header count what a line is worth after billing.
func (d *dossier) settleTally(line *openLine) {
	line.verdict.settleTally(line.row.Billed)
	line.verdict.tally.Troubled = len(line.row.Raised) > 0
	d.count(line, line.verdict.tally)
}

// write puts the rows that have changed.
func (d *dossier) write() {
	d.order.fillLists()
	d.countRows()
	if d.stored == nil || !d.stored.AsOf.Equal(d.order.AsOf) || !reflect.DeepEqual(d.stored, d.order) {
		d.orderRows.Put(d.s, state.Text(d.order.OrderID), d.order)
	}
	for _, line := range d.lines {
		line.row.fillLists()
		if line.stored == nil || !slices.Equal(line.stored.Parts, line.row.Parts) || !reflect.DeepEqual(line.stored, line.row) {
			d.lineRows.Put(d.s, state.TextNumber{Text: d.order.OrderID, Number: int64(line.row.LineNo)}, line.row)
		}
	}
}

// countRows notes how many lines have a row from now on, where that is known.
func (d *dossier) countRows() {
	before := d.rows
	if !d.hasAll() {
		if before = d.stored.Lines; before == 0 {
			return
		}
	}
	d.order.Lines = before
	for _, line := range d.lines {
		d.order.Lines += one(line.stored == nil)
	}
}

// about is what every condition says of the order.
func (d *dossier) about() about {
	of := about{orderID: d.order.OrderID}
	if placed := d.order.Placed; placed != nil {
		if d.segment == nil {
			d.segment = new("")
			if customer := d.customers.Get(d.s, placed.CustomerID); customer != nil {
				d.segment = new(customer.Segment)
			}
		}
		of.customerID, of.channel, of.segment, of.currency = placed.CustomerID, placed.Channel, *d.segment, currencyOf(d.order)
	}
	return of
}

const itself = "its cause is gone"

// raise tells the line's reasons, and that those which stood before are gone.
func (d *dossier) raise(line *openLine) {
	var raised []RaisedRow
	for _, reason := range line.verdict.reasons {
		condition := reason.condition(d.s.Now(), d.stage.Name, line.row, d.about(), line.verdict.unit.uom, line.verdict.worth)
		if len(condition.Causes) == 0 { // of what was not shipped the order itself is all that tells
			condition.Causes = append(condition.Causes, d.order.Placed.Fact.Origin)
		}
		d.board.Raise(d.s, condition)
		raised = append(raised, RaisedRow{condition.ExceptionID, condition.Class})
	}
	line.row.Raised = d.clear(line.row, raised)
}

// clear clears what stood of a line before and does not stand now; it returns now, sorted.
func (d *dossier) clear(line *LineRow, now []RaisedRow) []RaisedRow {
	for _, old := range line.Raised {
		if slices.Contains(now, old) {
			continue
		}
		resolution := itself
		if by := line.overriddenBy(old.ExceptionID); by != nil {
			resolution = "overridden by " + by.Actor + ": " + by.Reason
		}
		d.board.Clear(d.s, old.Class, old.ExceptionID, resolution)
	}
	slices.SortFunc(now, func(a, b RaisedRow) int { return cmp.Compare(a.ExceptionID, b.ExceptionID) })
	return now
}

// tellDemand tells the demand that is not as it was last told.
func (d *dossier) tellDemand(line *openLine) {
	if slices.Equal(line.row.Demand, line.verdict.demand) {
		return
	}
	for _, row := range demandChanges(line.row.Demand, line.verdict.demand) {
		d.demand.Send(d.s, row.ItemID+"@"+row.WarehouseID, &schemas.Demand{
			OrderID: d.order.OrderID, LineNo: line.row.LineNo, ItemID: row.ItemID, WarehouseID: row.WarehouseID,
			Committed: row.Committed, Allocated: row.Allocated, At: d.order.AsOf,
		})
	}
	line.row.Demand = slices.Clone(line.verdict.demand)
}
