package tracker

import (
	"testing"

	"waybill/schemas"
)

// itemBook is master data for tests: A is in EA with cases of 12, B likewise with cases of 10, K in kilograms with cases of 5,
// BAD has a unit without a size.
func itemBook(itemID string) *schemas.Item {
	item := &schemas.Item{ItemID: itemID, BaseUOM: "EA"}
	switch itemID {
	case "A":
		item.UOMs = []schemas.ItemUOM{{UOM: "CASE", Numerator: 12, Denominator: 1}, {UOM: "PAIR", Numerator: 2, Denominator: 1}}
	case "B":
		item.UOMs = []schemas.ItemUOM{{UOM: "CASE", Numerator: 10, Denominator: 1}}
	case "K":
		item.BaseUOM, item.UOMs = "KG", []schemas.ItemUOM{{UOM: "CASE", Numerator: 5, Denominator: 1}}
	case "BAD":
		item.UOMs = []schemas.ItemUOM{{UOM: "CASE", Numerator: 0, Denominator: 1}, {UOM: "MANY", Numerator: 9_000_000_000_000_000_000, Denominator: 1}, {UOM: "BIT", Numerator: 1, Denominator: 1_000_000_000_000}}
	default:
		return nil
	}
	return item
}

func TestUnitsConvertExactlyOrNotAtAll(t *testing.T) {
	for _, test := range []struct {
		quantity string
		from, to unit
		want     string // empty: does not convert
	}{
		{"2", unit{"A", "CASE"}, unit{"A", "EA"}, "24"},
		{"24", unit{"A", "EA"}, unit{"A", "CASE"}, "2"},
		{"5", unit{"A", "EA"}, unit{"A", "CASE"}, ""},
		{"6", unit{"A", "PAIR"}, unit{"A", "CASE"}, "1"},
		{"6", unit{"B", "CASE"}, unit{"A", "CASE"}, "5"},
		{"6", unit{"K", "CASE"}, unit{"A", "CASE"}, "6"},  // no common base unit: the name counts
		{"6", unit{"K", "KG"}, unit{"A", "EA"}, ""},       // nor a common name
		{"6", unit{"X", "CASE"}, unit{"A", "CASE"}, "6"},  // not in master data: the name counts
		{"6", unit{"A", "BOX"}, unit{"A", "BOX"}, "6"},    // nor is the unit
		{"6", unit{"A", "BOX"}, unit{"A", "EA"}, ""},      // and then it does not convert
		{"6", unit{"BAD", "CASE"}, unit{"BAD", "EA"}, ""}, // a unit without a size
		{"1", unit{"BAD", "MANY"}, unit{"BAD", "BIT"}, ""},
	} {
		got, ok := convert(schemas.MustQuantity(test.quantity), test.from, test.to, itemBook)
		if ok != (test.want != "") || ok && got.String() != test.want {
			t.Errorf("%s %v in %v: %s, %t; want %q", test.quantity, test.from, test.to, got, ok, test.want)
		}
	}
}

func TestALineIsCountedInOneUnit(t *testing.T) {
	part := func(itemID, uom, order, ship string) counted {
		return counted{unit{itemID, uom}, quantities{ordered: schemas.MustQuantity(order), shipped: schemas.MustQuantity(ship)}}
	}
	for _, test := range []struct {
		name             string
		own              unit
		parts            []counted
		order, ship, uom string
	}{
		{"its own", unit{"A", "CASE"}, []counted{part("A", "CASE", "2", "1"), part("A", "EA", "0", "12")}, "2", "2", "CASE"},
		{"the base unit, where its own is too coarse", unit{"A", "CASE"}, []counted{part("A", "CASE", "2", "0"), part("A", "EA", "0", "5")}, "24", "5", "EA"},
		{"its own, and what converts into it", unit{"A", "CASE"}, []counted{part("A", "CASE", "2", "1"), part("K", "KG", "0", "5")}, "2", "1", "CASE"},
		{"its own base unit, and what converts into it", unit{"A", "EA"}, []counted{part("A", "EA", "2", "1"), part("K", "KG", "0", "5")}, "2", "1", "EA"},
		{"its own, of an item that nobody knows", unit{"X", "CASE"}, []counted{part("X", "CASE", "2", "1"), part("X", "EA", "0", "5")}, "2", "1", "CASE"},
		{"a substitute's cases", unit{"A", "EA"}, []counted{part("A", "EA", "20", "0"), part("B", "CASE", "0", "2")}, "20", "20", "EA"},
	} {
		got, uom := count(test.own, test.parts, itemBook)
		if got[ordered].String() != test.order || got[shipped].String() != test.ship || uom != test.uom {
			t.Errorf("%s: ordered %s, shipped %s %s", test.name, got[ordered], got[shipped], uom)
		}
	}
}
