package milestones

import (
	"reflect"
	"slices"
	"testing"

	"waybill/schemas"
)

func q(text string) schemas.Quantity { return schemas.MustQuantity(text) }

func weight(text string) *schemas.Quantity { return new(q(text)) }

func TestLotsOfAnItemComeTogetherAndAMissingWeightStaysMissing(t *testing.T) {
	got := Report([]schemas.ShipmentLine{
		{LineNo: 2, ItemID: "A", UOM: "EA", Quantity: q("1"), CatchWeight: weight("1.5"), ConfirmedQuantity: weight("1")},
		{LineNo: 1, ItemID: "B", UOM: "EA", Quantity: q("1")},
		{LineNo: 2, ItemID: "A", UOM: "EA", Quantity: q("2"), CatchWeight: weight("2.5"), ConfirmedQuantity: weight("1.5")},
		{LineNo: 1, ItemID: "A", UOM: "EA", Quantity: q("3")},
		{LineNo: 1, ItemID: "B", UOM: "EA", Quantity: q("4"), CatchWeight: weight("9"), ConfirmedQuantity: weight("4")},
		{LineNo: 2, ItemID: "A", UOM: "CS", Quantity: q("1")},
	})
	want := []Reported{
		{1, "A", "EA", q("3"), nil, 0}, {1, "B", "EA", q("5"), nil, q("4")}, {2, "A", "CS", q("1"), nil, 0}, {2, "A", "EA", q("3"), weight("4"), q("2.5")},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	if got := OfLine(want, 2); len(got) != 2 || got[0].UOM != "CS" {
		t.Errorf("of line 2: %+v", got)
	}
	if got := OfLine(want, 3); len(got) != 0 {
		t.Errorf("of line 3: %+v", got)
	}
	carried := []int32{3, 1}
	if got := Concerned(carried, want); !slices.Equal(got, []int32{1, 2, 3}) || carried[0] != 3 {
		t.Errorf("concerned: %v, of %v", got, carried)
	}
}
