package milestones

import (
	"cmp"
	"slices"

	"waybill/schemas"
)

// Reported is what a milestone says of a line, in one item and unit of measure.
type Reported struct {
	LineNo   int32
	ItemID   string
	UOM      string
	Quantity schemas.Quantity

	Weight    *schemas.Quantity // nil where any of it has none
	Confirmed schemas.Quantity  // by the customer, on delivery; of what is not confirmed nothing
}

// Report sums up a milestone's lines by line number, item and unit of measure, in that order; lots come together.
func Report(lines []schemas.ShipmentLine) []Reported {
	parts := make([]Reported, 0, len(lines))
	for _, line := range lines {
		part := Reported{LineNo: line.LineNo, ItemID: line.ItemID, UOM: line.UOM, Quantity: line.Quantity, Weight: line.CatchWeight}
		if line.ConfirmedQuantity != nil {
			part.Confirmed = *line.ConfirmedQuantity
		}
		parts = append(parts, part)
	}
	slices.SortStableFunc(parts, func(a, b Reported) int {
		return cmp.Or(cmp.Compare(a.LineNo, b.LineNo), cmp.Compare(a.ItemID, b.ItemID), cmp.Compare(a.UOM, b.UOM))
	})
	merged := parts[:0]
	for _, part := range parts {
		if n := len(merged); n > 0 && merged[n-1].LineNo == part.LineNo && merged[n-1].ItemID == part.ItemID && merged[n-1].UOM == part.UOM {
			last := &merged[n-1]
			last.Quantity += part.Quantity
			last.Confirmed += part.Confirmed
			if last.Weight != nil && part.Weight != nil {
				last.Weight = new(*last.Weight + *part.Weight)
			} else {
				last.Weight = nil
			}
			continue
		}
		merged = append(merged, part)
	}
	return merged
}

// OfLine is what a report says of one line.
func OfLine(reported []Reported, lineNo int32) []Reported {
	from, _ := slices.BinarySearchFunc(reported, lineNo, func(part Reported, number int32) int { return cmp.Compare(part.LineNo, number) })
	to := from
	for to < len(reported) && reported[to].LineNo == lineNo {
		to++
	}
	return reported[from:to]
}

// Concerned lists the lines that the shipment carried and those that are reported now, ascending.
func Concerned(carried []int32, reported []Reported) []int32 {
	lines := slices.Clone(carried)
	for _, part := range reported {
		lines = append(lines, part.LineNo)
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}
