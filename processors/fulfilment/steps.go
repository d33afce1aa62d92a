package fulfilment

import (
	"slices"
	"time"

	"waybill/processors/milestones"
	"waybill/schemas"
	"waybill/stream"
)

// takeOrder takes an order's own state, ERP's word on it, or a hold. Either of the first two concerns the order as a
// whole: all its lines are judged anew.
func (f *fulfilment) takeOrder(s *stream.Step, e *schemas.OrderEvent) error {
	d := f.open(s, e.OrderID)
	taken := false
	switch {
	case e.Order != nil:
		taken = d.place(e)
	case e.Acceptance != nil:
		taken = d.accept(e)
	case e.Hold != nil:
		d.takeHold(e.Hold)
		return nil
	}
	if !taken {
		s.Count("duplicate")
		return nil
	}
	s.Count("applied")
	d.settle()
	return nil
}

// place takes the order as it now stands. A line that it leaves out is no longer on the order; a cancelled one keeps what
// it was when it last stood open, for what had left the warehouse by then.
func (d *dossier) place(e *schemas.OrderEvent) bool {
	order, before := e.Order, d.order.Placed
	fact := Fact{order.Meta.OccurredAt, e.Origin}
	placed := &PlacedOrder{
		CustomerID: order.CustomerID, Channel: order.Channel, Currency: order.Currency, ShipPolicy: order.ShipPolicy,
		InvoicePolicy: order.InvoicePolicy, BusinessDate: schemas.DateOf(fact.At.UTC()), Fact: fact,
	}
	if order.Meta.Sequence != nil {
		placed.Sequence = *order.Meta.Sequence
	}
	if before != nil {
		if placed.Sequence <= before.Sequence {
			return false
		}
		placed.BusinessDate = before.BusinessDate
	}
	d.happened(fact.At)
	d.order.Placed = placed
	d.loadAll()
	named := map[int32]bool{}
	for i := range order.Lines {
		line := order.Lines[i]
		named[line.LineNo] = true
		row := d.line(line.LineNo).row
		if order.Status != schemas.OrderCancelled && line.Status != schemas.LineCancelled {
			row.Placed, row.EndedAt = &line, nil
			continue
		}
		if row.Placed == nil {
			row.Placed, row.EndedAt = &line, &time.Time{}
		}
		row.end(fact.At)
	}
	for _, line := range d.lines {
		if !named[line.row.LineNo] {
			line.row.end(fact.At)
		}
	}
	return true
}

// end notes when the line was cancelled or left out; what ended already ended then.
func (row *LineRow) end(at time.Time) {
	if row.EndedAt == nil {
		row.EndedAt = &at
	}
}

// accept takes ERP's latest word.
func (d *dossier) accept(e *schemas.OrderEvent) bool {
	acceptance := e.Acceptance
	accepted := &AcceptedOrder{Status: acceptance.Status, Currency: acceptance.Currency, Fact: Fact{acceptance.Meta.OccurredAt, e.Origin}}
	if acceptance.Meta.Position != nil {
		accepted.Position = *acceptance.Meta.Position
	}
	if before := d.order.Accepted; before != nil && accepted.Position <= before.Position {
		return false
	}
	d.happened(accepted.Fact.At)
	d.order.Accepted = accepted
	for i := range acceptance.Lines { // those that are named are at hand, and mostly they are all
		d.line(acceptance.Lines[i].LineNo)
	}
	d.loadAll()
	for _, line := range d.lines {
		line.row.Accepted = nil
	}
	for i := range acceptance.Lines {
		line := acceptance.Lines[i]
		d.line(line.LineNo).row.Accepted = &line
	}
	return true
}

// takeShipment takes a hold, or a milestone, which concerns the lines that the shipment carries, or carried.
func (f *fulfilment) takeShipment(s *stream.Step, e *schemas.ShipmentEvent) error {
	d := f.open(s, e.OrderID)
	if e.Hold != nil {
		d.takeHold(e.Hold)
		return nil
	}
	before := d.shipment(e.Shipment.ShipmentID)
	if before != nil && e.Shipment.Meta.Sequence != nil && *e.Shipment.Meta.Sequence <= before.Sequence {
		s.Count("duplicate")
		return nil
	}
	s.Count("applied")
	next := before.next(e)
	next.Lines = nil
	var reached schemas.Milestone
	var carried []int32
	if before != nil {
		reached, carried = before.Reached, before.Lines
	}
	reported := milestones.Report(e.Shipment.Lines)
	news := false
	for _, lineNo := range milestones.Concerned(carried, reported) {
		line := d.line(lineNo)
		old := line.row.partsOf(next.ShipmentID)
		parts := ofInterest(milestones.Advance(reached, e.Shipment.Milestone, old, milestones.OfLine(reported, lineNo)))
		if !slices.EqualFunc(old, parts, samePart) {
			news = true
			line.row.replaceParts(next.ShipmentID, parts)
		}
		if len(parts) > 0 {
			next.Lines = append(next.Lines, lineNo)
		}
	}
	if !news && next.saysNothingNew(before) && d.isQuiet() {
		s.Observe(e.Shipment.Meta.OccurredAt)
		d.putShipment(&next)
		return nil
	}
	d.happened(e.Shipment.Meta.OccurredAt)
	for _, of := range []struct {
		count       *int32
		before, now bool
	}{
		{&d.order.Shipments, before.carries(), next.carries()},
		{&d.order.InProgress, before.inProgress(), next.inProgress()},
		{&d.order.Last, before.closesOrder(), next.closesOrder()},
	} {
		*of.count += one(of.now) - one(of.before)
	}
	d.putShipment(&next)
	d.settle()
	return nil
}

// ofInterest leaves out what nothing here depends on: how much is picked and packed.
func ofInterest(parts []milestones.Part) []milestones.Part {
	for i := range parts {
		parts[i].Picked, parts[i].Packed = 0, 0
	}
	return parts
}

func samePart(a, b milestones.Part) bool {
	weighsTheSame := a.Weight == b.Weight || a.Weight != nil && b.Weight != nil && *a.Weight == *b.Weight
	a.Weight, b.Weight = nil, nil
	return weighsTheSame && a == b
}

// saysNothingNew tells, of a shipment whose parts are as they were, that its lines and the order would be judged by this row as
// by the one before: a milestone on the way out has moved it on, and no more.
func (r *ShipmentRow) saysNothingNew(before *ShipmentRow) bool {
	return before != nil && !r.hasShipped() && !before.hasShipped() && r.WarehouseID == before.WarehouseID
}

// isQuiet tells that nothing is raised, held or cancelled that would name the latest event of a shipment.
func (d *dossier) isQuiet() bool {
	o := d.order
	return len(o.Raised) == 0 && len(o.Holds) == 0 && (o.Accepted == nil || o.Accepted.Status != schemas.AcceptanceCancelled) &&
		!slices.ContainsFunc(d.lines, func(line *openLine) bool {
			row := line.row
			return len(row.Raised) > 0 || row.EndedAt != nil || row.Accepted != nil && row.Accepted.Status == schemas.AcceptanceCancelled
		})
}

func one(is bool) int32 {
	if is {
		return 1
	}
	return 0
}

func (row *LineRow) partsOf(shipmentID string) []milestones.Part {
	var parts []milestones.Part
	for _, part := range row.Parts {
		if part.ShipmentID == shipmentID {
			parts = append(parts, part.Part)
		}
	}
	return parts
}

// replaceParts sets what a shipment carries of the line, and keeps the parts in their order.
func (row *LineRow) replaceParts(shipmentID string, parts []milestones.Part) {
	kept := make([]Part, 0, len(row.Parts)+len(parts))
	for _, part := range row.Parts {
		if part.ShipmentID < shipmentID {
			kept = append(kept, part)
		}
	}
	for _, part := range parts {
		kept = append(kept, Part{shipmentID, part})
	}
	for _, part := range row.Parts {
		if part.ShipmentID > shipmentID {
			kept = append(kept, part)
		}
	}
	row.Parts = kept
}

// takeHold takes the beginning or the end of a hold. An end lets go on what it kept from being billed.
func (d *dossier) takeHold(hold *schemas.Hold) {
	d.s.Count("applied")
	before, changed := d.order.takeHold(hold)
	if !changed {
		return
	}
	if before != nil {
		d.loadHeld(before)
	}
	d.settle()
}
