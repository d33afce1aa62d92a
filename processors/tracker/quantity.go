package tracker

import (
	"waybill/processors/money"
	"waybill/schemas"
)

// items looks an item up in master data; nil: it is not there (yet).
type items func(itemID string) *schemas.Item

// unit is a unit of measure of an item.
type unit struct{ itemID, uom string }

// quantities are the stages of a line that have a quantity, in the order in which a line passes them, and what came back.
type quantities [10]schemas.Quantity

const (
	ordered = iota
	accepted
	allocated
	picked
	packed
	shipped
	delivered
	invoiceReady
	invoiced
	returned
)

// counted is what was counted of a line in one unit.
type counted struct {
	unit unit
	quantities
}

// count adds up what was counted in several units, in the line's own unit where all of it converts exactly, else in the base
// unit of its item, of which the larger units are whole multiples; it says in which. What converts into neither is left out.
func count(own unit, parts []counted, known items) (total quantities, uom string) {
	total, all := sum(parts, own, known)
	if all {
		return total, own.uom
	}
	if item := known(own.itemID); item != nil && item.BaseUOM != own.uom {
		if inBase, all := sum(parts, unit{own.itemID, item.BaseUOM}, known); all {
			return inBase, item.BaseUOM
		}
	}
	return total, own.uom
}

func sum(parts []counted, in unit, known items) (total quantities, all bool) {
	all = true
	for _, part := range parts {
		converted := part.quantities
		exact := true
		for stage, quantity := range part.quantities {
			if quantity != 0 && part.unit != in {
				var ok bool
				converted[stage], ok = convert(quantity, part.unit, in, known)
				exact = exact && ok
			}
		}
		if all = all && exact; !exact {
			continue
		}
		for stage, quantity := range converted {
			total[stage] = money.Sum(total[stage], quantity)
		}
	}
	return total, all
}

// convert changes the unit, exactly or not at all. While one of the items is not known, a unit of the same name counts as
// the same.
func convert(quantity schemas.Quantity, from, to unit, known items) (schemas.Quantity, bool) {
	of, in := known(from.itemID), known(to.itemID)
	if of == nil || in == nil {
		return quantity, from.uom == to.uom
	}
	factor, ok := money.Ratio(money.Measure{UOM: from.uom, Of: money.UnitsOf(of)}, money.Measure{UOM: to.uom, Of: money.UnitsOf(in)})
	if !ok {
		return 0, false
	}
	return money.Convert(quantity, factor)
}
