package money

import "waybill/schemas"

// Units are an item's units of measure.
type Units struct {
	Base   string
	Others []schemas.ItemUOM // in base units
}

// UnitsOf are the units of an item of master data.
func UnitsOf(item *schemas.Item) Units { return Units{item.BaseUOM, item.UOMs} }

// PerBase is how many base units one of the unit is; false when the item does not have the unit.
func (u Units) PerBase(uom string) (Factor, bool) {
	if uom == u.Base {
		return One, true
	}
	for _, unit := range u.Others {
		if unit.UOM == uom {
			return NewFactor(unit.Numerator, unit.Denominator)
		}
	}
	return Factor{}, false
}

// Measure is a unit of measure of an item.
type Measure struct {
	UOM string
	Of  Units
}

// Ratio is how many of the unit to one of the unit from is, exactly. Units of different items convert over a base unit
// that both have; without one, a unit of the same name counts as the same.
func Ratio(from, to Measure) (Factor, bool) {
	if from.Of.Base == to.Of.Base {
		of, known := from.Of.PerBase(from.UOM)
		in, knownToo := to.Of.PerBase(to.UOM)
		if known && knownToo {
			return of.Times(in.Inverse())
		}
	}
	return One, from.UOM == to.UOM
}
