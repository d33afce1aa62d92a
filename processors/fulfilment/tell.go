package fulfilment

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"waybill/processors/conditions"
	"waybill/processors/exposure"
	"waybill/schemas"
	"waybill/state"
)

// bill makes records of the differences between what is billed of the loaded lines and what should be.
func (d *dossier) bill() {
	o := d.order
	if o.Placed == nil || o.stopped() {
		return
	}
	waits := d.trigger().when == whenComplete && !o.Complete
	for _, line := range d.lines {
		if o.holdsLine(line.row.LineNo) {
			continue
		}
		desired := line.verdict.desired
		if waits {
			desired = nil
		}
		slices.SortFunc(desired, sameIdentity)
		held := func(bill *Bill) bool {
			return o.holds(bill) || slices.ContainsFunc(line.row.Billed, func(other Bill) bool { return other.samePart(bill) && o.holds(&other) })
		}
		billed, changes := differences(line.row.LineNo, line.row.Billed, desired, held)
		line.row.Billed = billed
		line.verdict.markReturned(changes)
		d.changes = append(d.changes, changes...)
		for _, c := range changes {
			if c.after != nil {
				d.keepTerms(line, c.after)
			}
		}
	}
	slices.SortStableFunc(d.changes, func(a, b change) int { return cmp.Compare(a.unit(), b.unit()) })
	for left := d.changes; len(left) > 0; {
		unit, n := left[0].unit(), 1
		for n < len(left) && left[n].unit() == unit {
			n++
		}
		d.writeUnit(unit, left[:n])
		left = left[n:]
	}
}

// keepTerms makes the master data stay by which a bill was made: a later correction does not change what was billed.
func (d *dossier) keepTerms(line *openLine, bill *Bill) {
	d.order.Agreed = d.customer()
	line.master.keep(bill.OrderedItemID, line.verdict.agreement.uom)
	if bill.PartItemID != bill.OrderedItemID {
		line.master.keep(bill.PartItemID, bill.PartUOM)
	}
}

func (d *dossier) writeUnit(unit string, changes []change) {
	key, row := state.TextPair{d.order.OrderID, unit}, UnitRow{OrderID: d.order.OrderID, Unit: unit}
	if d.stored != nil && d.stored.Agreed != nil { // it was billed before
		if stored := d.unitRows.Get(d.s, key); stored != nil {
			row = *stored
		}
	}
	var written []*schemas.InvoiceReady
	written, row.Revision = records(d.order.OrderID, unit, row.Revision, changes, d.grounds)
	period, isPeriod := periodOf(unit)
	for _, record := range written {
		if isPeriod {
			record.Consolidated = &schemas.Consolidation{Schedule: period.Schedule, PeriodFrom: period.From, PeriodTo: period.To}
			d.consolidated.Send(d.s, record.CustomerID, record)
			continue
		}
		d.bills.Send(d.s, record.OrderID, record)
	}
	d.unitRows.Put(d.s, key, &row)
}

// grounds are the records that a bill of a line rests on: the order, ERP's word, and what told that the goods were shipped
// and, where that is what is billed, delivered; what people asked, where that let it be billed. A credit rests on the latest
// of the shipment.
func (d *dossier) grounds(lineNo int32, bill *Bill, credit bool) []Fact {
	facts := []Fact{d.order.Placed.Fact}
	if d.order.Accepted != nil {
		facts = append(facts, d.order.Accepted.Fact)
	}
	if at, open := d.placeOf(lineNo); open {
		facts = append(facts, d.lines[at].row.asked(bill, credit)...)
	}
	if bill.ShipmentID == "" {
		return d.groundsAhead(facts, lineNo, credit)
	}
	shipment := d.shipment(bill.ShipmentID)
	if credit {
		return append(facts, shipment.Latest)
	}
	facts = append(facts, *shipment.Shipped)
	if release := d.order.released(lineNo, shipment.ShippedAt); bill.Trigger == schemas.Manual && release != nil {
		facts = append(facts, *release)
	}
	if bill.Trigger == schemas.PerDelivery || bill.Trigger == schemas.ProofOfDelivery {
		facts = append(facts, *shipment.Delivered)
	}
	return facts
}

// tellUnknownLine raises, after a grace time, that a shipment carries a line that the order does not have, and clears it.
func (d *dossier) tellUnknownLine(line *openLine) {
	v, row := &line.verdict, line.row
	if !v.unknown && !row.Grace && len(row.Raised) == 0 {
		return
	}
	subject := lineSubject(d.order.OrderID, row.LineNo)
	raised := slices.ContainsFunc(row.Raised, func(r RaisedRow) bool { return r.Class == conditions.UnknownOrder })
	row.Grace = d.waitForGrace(subject, v.unknown, raised, row.Grace, line.graceIsOver)
	if !v.unknown || !raised && !line.graceIsOver {
		return
	}
	unknown := &reason{class: conditions.UnknownOrder, itemID: v.parts[0].ItemID, parts: v.parts}
	unknown.say("order %s has no line %d", row.OrderID, row.LineNo)
	v.reasons = append(v.reasons, unknown)
}

// tellUnknownOrder raises, after a grace time, that shipments carry lines of an order that is not known, and clears it.
func (d *dossier) tellUnknownOrder() {
	o := d.order
	unknown := o.Placed == nil && o.Shipments > 0
	if !unknown && !o.Grace && len(o.Raised) == 0 {
		return
	}
	id := conditions.ID(conditions.UnknownOrder, o.OrderID)
	raised := slices.ContainsFunc(o.Raised, func(r RaisedRow) bool { return r.ExceptionID == id })
	o.Grace = d.waitForGrace(orderSubject(o.OrderID), unknown, raised, o.Grace, d.graceIsOver)
	if unknown && (raised || d.graceIsOver) {
		condition := conditions.Raise(d.s.Now(), d.stage.Name, conditions.UnknownOrder, id, "")
		d.about().describe(condition)
		var carrying []string
		for shipment := range d.shipmentRows.Scan(d.s, state.Text(o.OrderID)) {
			if shipment.carries() {
				carrying = append(carrying, shipment.ShipmentID)
				condition.Causes = append(condition.Causes, shipment.Latest.Origin)
			}
		}
		condition.Message = "Order " + o.OrderID + " is not known, and lines of it are in " + several(carrying) + "."
		condition.Causes = sortEvidence(condition.Causes)
		d.standing(condition)
		return
	}
	if raised && !unknown {
		d.gone(conditions.UnknownOrder, id)
	}
}

// several names shipments, and counts those beyond what a message names.
func several(shipments []string) string {
	text := "shipment " + strings.Join(shipments[:min(len(shipments), shownParts)], ", ")
	if more := len(shipments) - shownParts; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// waitForGrace sets and stops the timer of something that may be unknown for a while; it returns whether the timer runs.
func (d *dossier) waitForGrace(subject string, unknown, raised, runs, isOver bool) bool {
	switch {
	case isOver || raised:
		return false
	case unknown && !runs:
		d.grace.Set(d.s, subject, d.s.Now().Add(d.policy.UnknownOrderGrace))
	case !unknown && runs:
		d.grace.Cancel(d.s, subject)
	}
	return unknown
}

// tellUnknownCustomer raises once for the whole order that what is to be billed waits for its customer.
func (d *dossier) tellUnknownCustomer() {
	o := d.order
	if o.Placed == nil {
		return
	}
	known := d.customer() != nil || o.Count.Shipped == 0
	if known && len(o.Raised) == 0 {
		return
	}
	id := conditions.ID(conditions.UnknownReference, o.OrderID, "customer/"+o.Placed.CustomerID)
	for _, old := range o.Raised {
		if old.Class == conditions.UnknownReference && old.ExceptionID != id { // the order has another customer now
			d.gone(old.Class, old.ExceptionID)
		}
	}
	policy := invoicePolicy(o, d.customer())
	billsHere := policy == "" || triggerOf(policy) != nil
	if known || !billsHere {
		d.gone(conditions.UnknownReference, id)
		return
	}
	condition := conditions.Raise(d.s.Now(), d.stage.Name, conditions.UnknownReference, id,
		"Customer "+o.Placed.CustomerID+" is not in master data; what is to be billed of the order waits for it.")
	of := d.about()
	of.describe(condition)
	if o.Count.Waiting > 0 {
		condition.AmountAtRisk, condition.Currency = new(saturated(o.Count.Waiting)), new(of.currency)
	}
	condition.Causes = []schemas.Evidence{o.Placed.Fact.Origin}
	d.standing(condition)
}

// standing raises a condition about the order as a whole.
func (d *dossier) standing(condition *schemas.Condition) {
	d.board.Raise(d.s, condition)
	now := RaisedRow{condition.ExceptionID, condition.Class}
	if !slices.Contains(d.order.Raised, now) {
		d.order.Raised = append(slices.Clone(d.order.Raised), now)
	}
}

// gone clears a condition about the order as a whole.
func (d *dossier) gone(class, id string) { d.goneBy(class, id, itself) }

// goneBy clears it with what ended it.
func (d *dossier) goneBy(class, id, resolution string) {
	if at := slices.Index(d.order.Raised, RaisedRow{id, class}); at >= 0 {
		d.board.Clear(d.s, class, id, resolution)
		d.order.Raised = slices.Delete(slices.Clone(d.order.Raised), at, at+1)
	}
}

// assess tells each hold's value at risk where it is not as it was last told.
func (d *dossier) assess() {
	o := d.order
	for at := range o.Holds {
		hold := o.Holds[at]
		amount := o.Count.Unbilled
		if !hold.stopsOrder() {
			amount = d.unbilledBehind(&hold)
		}
		of := d.about()
		summary := HoldSummary{of.customerID, of.channel, of.segment, of.currency, saturated(amount)}
		if hold.Assessed != nil && *hold.Assessed == summary {
			continue
		}
		d.conditions.Send(d.s, hold.HoldID, summary.assessment(d.s.Now(), d.stage.Name, &hold, o.OrderID))
		o.Holds = slices.Clone(o.Holds)
		o.Holds[at].Assessed = &summary
	}
}

// expose tells what the order comes to where that is not as it was last told: it takes of its customer's credit. What is not
// billed yet counts at the price that held when the line was last looked at.
func (d *dossier) expose() {
	o := d.order
	if o.Placed == nil {
		return
	}
	now := exposure.Use{CustomerID: o.Placed.CustomerID, Currency: currencyOf(o), Amount: saturated(o.Count.Due)}
	o.Exposed = exposure.Tell(d.s, d.exposures, schemas.CreditOrder, o.OrderID, o.Exposed, now, o.Placed.Fact.Origin)
}

// unbilledBehind is what a shipment's hold touches: the lines that the shipment carries, as far as its earlier milestones told;
// as long as nothing is known of it, whatever of the order is not billed may be in it.
func (d *dossier) unbilledBehind(hold *HoldRow) schemas.Amount {
	shipment := d.shipment(hold.ShipmentID)
	switch {
	case !shipment.carries():
		return d.order.Count.Unbilled
	case hold.Assessed != nil && !d.touches(shipment):
		return hold.Assessed.Amount
	}
	return d.unbilledOf(shipment.Lines)
}

// touches tells whether the step has to do with a line that the shipment carries.
func (d *dossier) touches(shipment *ShipmentRow) bool {
	return slices.ContainsFunc(d.lines, func(line *openLine) bool {
		_, carried := slices.BinarySearch(shipment.Lines, line.row.LineNo)
		return carried
	})
}

// unbilledOf is the value not yet billed of some lines.
func (d *dossier) unbilledOf(lines []int32) (sum schemas.Amount) {
	for _, lineNo := range lines {
		if at, open := d.placeOf(lineNo); open {
			sum += d.lines[at].row.Tally.Unbilled
		} else if row := d.lineRows.Get(d.s, state.TextNumber{Text: d.order.OrderID, Number: int64(lineNo)}); row != nil {
			sum += row.Tally.Unbilled
		}
	}
	return sum
}
