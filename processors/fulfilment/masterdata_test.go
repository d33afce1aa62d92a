package fulfilment

import (
	"math"
	"testing"

	"waybill/processors/money"
	"waybill/schemas"
)

func TestRatiosOfUnits(t *testing.T) {
	of := func(id, base string, units ...schemas.ItemUOM) *ItemTerms {
		return &ItemTerms{ItemID: id, BaseUOM: base, UOMs: units}
	}
	cases := schemas.ItemUOM{UOM: "CS", Numerator: 12, Denominator: 1}
	a, b := of("A", "EA", cases), of("B", "EA", schemas.ItemUOM{UOM: "CS", Numerator: 10, Denominator: 1})
	for _, test := range []struct {
		name     string
		from, to measure
		want     money.Factor
		converts bool
	}{
		{"itself, of an item that nobody knows", measure{"A", "ZZ", nil}, measure{"A", "ZZ", nil}, money.One, true},
		{"two units of an item that nobody knows", measure{"A", "CS", nil}, measure{"A", "EA", nil}, money.Factor{}, false},
		{"cases to pieces", measure{"A", "CS", a}, measure{"A", "EA", a}, money.Factor{Numerator: 12, Denominator: 1}, true},
		{"cases of one to cases of another", measure{"B", "CS", b}, measure{"A", "CS", a}, money.Factor{Numerator: 5, Denominator: 6}, true},
		{"cases of an item that nobody knows", measure{"B", "CS", nil}, measure{"A", "CS", a}, money.Factor{}, false},
	} {
		got, converts := ratio(test.from, test.to)
		if converts != test.converts || converts && got != test.want {
			t.Errorf("%s: got %v, %v", test.name, got, converts)
		}
	}
}

func TestAPriceThatHasNoFormInAnotherUnitIsNone(t *testing.T) {
	huge := &ItemTerms{ItemID: "A", BaseUOM: "EA", UOMs: []schemas.ItemUOM{{UOM: "CS", Numerator: math.MaxInt64, Denominator: 1}}}
	p := Price{schemas.MustPrice("1.000001"), math.MaxInt64, "CS"}
	if got := p.per(measure{"A", "CS", huge}, measure{"A", "EA", huge}); got != nil {
		t.Errorf("got %+v", got)
	}
	if got := p.per(measure{"A", "PAL", huge}, measure{"A", "EA", huge}); got != nil {
		t.Errorf("got %+v", got)
	}
}

func TestTermsOfNobodyAreNone(t *testing.T) {
	if customerTerms(nil) != nil || itemTerms(nil) != nil {
		t.Error("somebody has terms who is not in master data")
	}
}

func TestKeptTermsLearnUnitsAndSubstitutesButNotFactors(t *testing.T) {
	kept := itemTerms(item("A", nil))
	live := itemTerms(item("A", func(i *schemas.Item) {
		i.UOMs = []schemas.ItemUOM{{UOM: "CS", Numerator: 24, Denominator: 1}, {UOM: "PAL", Numerator: 480, Denominator: 1}}
		i.Substitutes = []string{"B"}
	}))
	both := kept.extendedBy(live)
	if f, _ := both.units().PerBase("CS"); f.Numerator != 12 {
		t.Errorf("a case became %v", f)
	}
	if f, known := both.units().PerBase("PAL"); !known || f.Numerator != 480 || len(both.Substitutes) != 1 {
		t.Errorf("got %+v", both)
	}
	if len(kept.UOMs) != 1 {
		t.Error("the kept terms were changed")
	}
	if alone := kept.extendedBy(nil); alone.BaseUOM != "EA" {
		t.Errorf("got %+v", alone)
	}
}
