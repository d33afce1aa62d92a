package fulfilment

import (
	"reflect"
	"testing"

	"waybill/processors/milestones"
	"waybill/schemas"
)

func TestAShipmentRemembersWhenItLeftAndWhatToldSo(t *testing.T) {
	var row *ShipmentRow
	for i, is := range []schemas.Milestone{schemas.MilestonePacked, schemas.MilestoneShipped, schemas.MilestoneShipped, schemas.MilestoneDelivered, schemas.MilestoneReturned} {
		row = new(row.next(shipment("O1", "S1", int64(i+1), i*10, is)))
	}
	if !row.ShippedAt.Equal(at(10)) || !row.Shipped.At.Equal(at(20)) || !row.Delivered.At.Equal(at(30)) || !row.Latest.At.Equal(at(40)) || row.Sequence != 5 {
		t.Errorf("got %+v", row)
	}
	row = new(row.next(shipment("O1", "S1", 6, 50, schemas.MilestoneCancelled)))
	if row.Shipped != nil || row.Delivered != nil || row.hasShipped() {
		t.Errorf("cancelled: got %+v", row)
	}
	row = new(row.next(shipment("O1", "S1", 7, 60, schemas.MilestoneDelivered)))
	if !row.ShippedAt.Equal(at(60)) || row.Shipped == nil || row.Shipped.Origin.EventID != "S1-7" {
		t.Errorf("delivered without shipped: got %+v", row)
	}
}

func TestAShipmentCountsForTheOrderWhileItCarriesLines(t *testing.T) {
	of := func(reached schemas.Milestone, isLast bool, lines ...int32) *ShipmentRow {
		return &ShipmentRow{Reached: reached, Last: isLast, Lines: lines}
	}
	for _, test := range []struct {
		row                              *ShipmentRow
		carries, inProgress, closesOrder bool
	}{
		{nil, false, false, false},
		{of(schemas.MilestonePicked, true, 1), true, true, false},
		{of(schemas.MilestonePicked, true), false, false, false},
		{of(schemas.MilestoneShipped, true, 1), true, false, true},
		{of(schemas.MilestoneDelivered, true, 1), true, false, true},
		{of(schemas.MilestoneShipped, false, 1), true, false, false},
		{of(schemas.MilestoneShipped, true), false, false, false},
		{of(schemas.MilestoneCancelled, true, 1), true, false, false},
	} {
		if test.row.carries() != test.carries || test.row.inProgress() != test.inProgress || test.row.closesOrder() != test.closesOrder {
			t.Errorf("%+v: carries %v, in progress %v, closes %v", test.row, test.row.carries(), test.row.inProgress(), test.row.closesOrder())
		}
	}
}

func TestAShipmentsPartsTakeTheirPlaceAmongTheOthers(t *testing.T) {
	row := &LineRow{Parts: []Part{part("S1", "A", "1"), part("S2", "A", "2"), part("S2", "B", "3"), part("S3", "A", "4")}}
	before := row.Parts
	if got := row.partsOf("S2"); len(got) != 2 {
		t.Errorf("of S2: %+v", got)
	}
	row.replaceParts("S2", []milestones.Part{part("", "C", "9").Part})
	if want := []Part{part("S1", "A", "1"), part("S2", "C", "9"), part("S3", "A", "4")}; !reflect.DeepEqual(row.Parts, want) {
		t.Errorf("got %+v", row.Parts)
	}
	if before[1].ItemID != "A" {
		t.Error("the stored row was changed")
	}
}
