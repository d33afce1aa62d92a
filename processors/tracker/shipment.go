package tracker

import (
	"time"

	"waybill/processors/milestones"
	"waybill/schemas"
)

// ShipmentRow is what a shipment carries of the order.
type ShipmentRow struct {
	ShipmentID string            `avro:"shipment_id"`
	Reached    schemas.Milestone `avro:"reached"` // the furthest, or cancelled
	At         time.Time         `avro:"at"`
	Parts      []Part            `avro:"parts"` // by line, item, unit; none: cancelled, or the order was taken out of it

	WarehouseID string     `avro:"warehouse_id"`
	ShippedAt   *time.Time `avro:"shipped_at"`   // when it left, by the first milestone that says so
	DeliveredAt *time.Time `avro:"delivered_at"` // when the first of it arrived
}

// left is when a shipment that has left did so. A row that an earlier release kept does not say it: then at the latest.
func (r *ShipmentRow) left() time.Time {
	if r.ShippedAt == nil {
		return r.At
	}
	return *r.ShippedAt
}

// arrived is when a shipment that was delivered was so.
func (r *ShipmentRow) arrived() time.Time {
	if r.DeliveredAt == nil {
		return r.At
	}
	return *r.DeliveredAt
}

// Part is what a shipment carries of one line in one item and unit of measure.
type Part struct {
	LineNo int32 `avro:"line_no"`
	milestones.Part
}

// next is the shipment after a milestone.
func (r ShipmentRow) next(shipment *schemas.Shipment) ShipmentRow {
	carried := map[int32][]milestones.Part{}
	var lines []int32
	for _, part := range r.Parts {
		carried[part.LineNo] = append(carried[part.LineNo], part.Part)
		lines = append(lines, part.LineNo)
	}
	reported, parts := milestones.Report(shipment.Lines), []Part{}
	for _, lineNo := range milestones.Concerned(lines, reported) {
		for _, part := range milestones.Advance(r.Reached, shipment.Milestone, carried[lineNo], milestones.OfLine(reported, lineNo)) {
			parts = append(parts, Part{lineNo, part})
		}
	}
	after := ShipmentRow{
		ShipmentID: shipment.ShipmentID, Reached: milestones.Reach(r.Reached, shipment.Milestone), At: later(r.At, shipment.Meta.OccurredAt), Parts: parts,
		WarehouseID: shipment.WarehouseID,
	}
	if milestones.Left(after.Reached) { // one that was cancelled, and begins anew, leaves anew
		after.ShippedAt = first(r.ShippedAt, shipment.Meta.OccurredAt)
	}
	if after.Reached == schemas.MilestoneDelivered {
		after.DeliveredAt = first(r.DeliveredAt, shipment.Meta.OccurredAt)
	}
	return after
}

// first is the time that is there already, else the one at hand.
func first(before *time.Time, now time.Time) *time.Time {
	if before != nil {
		return before
	}
	return &now
}
