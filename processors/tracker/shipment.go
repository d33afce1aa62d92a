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
	return ShipmentRow{
		ShipmentID: shipment.ShipmentID, Reached: milestones.Reach(r.Reached, shipment.Milestone), At: later(r.At, shipment.Meta.OccurredAt), Parts: parts,
	}
}
