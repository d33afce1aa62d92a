package money

import (
	"math"
	"testing"

	"waybill/schemas"
)

func TestRatiosOfUnits(t *testing.T) {
	of := func(base string, others ...schemas.ItemUOM) Units {
		return UnitsOf(&schemas.Item{BaseUOM: base, UOMs: others})
	}
	unit := func(uom string, numerator, denominator int64) schemas.ItemUOM {
		return schemas.ItemUOM{UOM: uom, Numerator: numerator, Denominator: denominator}
	}
	a, b, kilo := of("EA", unit("CS", 12, 1), unit("XX", 0, 1)), of("EA", unit("CS", 10, 1)), of("KG", unit("CS", 5, 1))
	vast := of("EA", unit("MANY", math.MaxInt64, 1), unit("BIT", 1, 1_000_000_000_000))
	for _, test := range []struct {
		name     string
		from, to Measure
		want     Factor
		converts bool
	}{
		{"cases to pieces", Measure{"CS", a}, Measure{"EA", a}, Factor{12, 1}, true},
		{"pieces to cases", Measure{"EA", a}, Measure{"CS", a}, Factor{1, 12}, true},
		{"cases of one to cases of another", Measure{"CS", b}, Measure{"CS", a}, Factor{5, 6}, true},
		{"a unit that the item does not have", Measure{"PAL", a}, Measure{"EA", a}, One, false},
		{"a unit that the item does not have, to itself", Measure{"PAL", a}, Measure{"PAL", a}, One, true},
		{"a unit of two items that neither has", Measure{"PAL", a}, Measure{"PAL", b}, One, true},
		{"a factor of nothing", Measure{"XX", a}, Measure{"EA", a}, One, false},
		{"another base unit", Measure{"KG", kilo}, Measure{"EA", a}, One, false},
		{"another base unit, but the same name", Measure{"CS", kilo}, Measure{"CS", a}, One, true},
		{"a factor that is too large", Measure{"MANY", vast}, Measure{"BIT", vast}, One, false},
	} {
		got, converts := Ratio(test.from, test.to)
		if converts != test.converts || converts && got != test.want {
			t.Errorf("%s: got %v, %v", test.name, got, converts)
		}
	}
}
