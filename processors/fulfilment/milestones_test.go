package fulfilment

import (
	"reflect"
	"slices"
	"testing"

	"waybill/schemas"
)

func TestLotsOfAnItemComeTogetherAndAMissingWeightStaysMissing(t *testing.T) {
	weigh := func(text string) func(*schemas.ShipmentLine) {
		return func(l *schemas.ShipmentLine) { l.CatchWeight = new(q(text)) }
	}
	got := report([]schemas.ShipmentLine{
		box(2, "A", "1", weigh("1.5")), box(1, "B", "1", nil), box(2, "A", "2", weigh("2.5")), box(1, "A", "3", nil), box(1, "B", "4", weigh("9")), box(2, "A", "1", func(l *schemas.ShipmentLine) { l.UOM = "CS" }),
	})
	want := []reportedPart{{1, "A", "EA", q("3"), nil}, {1, "B", "EA", q("5"), nil}, {2, "A", "CS", q("1"), nil}, {2, "A", "EA", q("3"), new(q("4"))}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	if got := ofLine(want, 2); len(got) != 2 || got[0].uom != "CS" {
		t.Errorf("of line 2: %+v", got)
	}
	if got := ofLine(want, 3); len(got) != 0 {
		t.Errorf("of line 3: %+v", got)
	}
}

// milestone is one event of a shipment as far as one line is concerned: item and quantity, item and quantity …
type milestone struct {
	is   schemas.Milestone
	says []string
}

func TestALineOfAShipmentByItsMilestones(t *testing.T) {
	const (
		allocated, picked, packed  = schemas.MilestoneAllocated, schemas.MilestonePicked, schemas.MilestonePacked
		shipped, delivered         = schemas.MilestoneShipped, schemas.MilestoneDelivered
		returned, cancelled        = schemas.MilestoneReturned, schemas.MilestoneCancelled
		inWarehouse, left, arrived = "allocated", "shipped", "delivered"
	)
	for _, test := range []struct {
		name    string
		events  []milestone
		want    []string // item: allocated shipped delivered returned
		reached schemas.Milestone
	}{
		{"the latest allocation counts", []milestone{{allocated, []string{"A", "5"}}, {picked, []string{"A", "4"}}, {packed, []string{"A", "3"}}}, []string{"A: 3 0 0 0"}, packed},
		{"what is picked instead replaces what was allocated", []milestone{{allocated, []string{"A", "5"}}, {picked, []string{"B", "5"}}}, []string{"B: 5 0 0 0"}, picked},
		{"a line that is left out is out", []milestone{{allocated, []string{"A", "5"}}, {picked, nil}}, nil, picked},
		{"shipped", []milestone{{packed, []string{"A", "5"}}, {shipped, []string{"A", "4"}}}, []string{"A: 4 4 0 0"}, shipped},
		{"shipped without a milestone before", []milestone{{shipped, []string{"A", "4", "B", "1"}}}, []string{"A: 4 4 0 0", "B: 1 1 0 0"}, shipped},
		{"a second word on what was shipped corrects the first", []milestone{{shipped, []string{"A", "4"}}, {delivered, []string{"A", "4"}}, {shipped, []string{"A", "3"}}}, []string{"A: 3 3 4 0"}, delivered},
		{"and may take the line out", []milestone{{shipped, []string{"A", "4"}}, {shipped, nil}}, nil, shipped},
		{"less delivered than shipped leaves shipped as it was", []milestone{{shipped, []string{"A", "4"}}, {delivered, []string{"A", "3"}}}, []string{"A: 4 4 3 0"}, delivered},
		{"more delivered than shipped was shipped", []milestone{{shipped, []string{"A", "4"}}, {delivered, []string{"A", "5"}}}, []string{"A: 5 5 5 0"}, delivered},
		{"delivered without a word on shipping was shipped", []milestone{{packed, []string{"A", "4"}}, {delivered, []string{"A", "4"}}}, []string{"A: 4 4 4 0"}, delivered},
		{"a line not delivered stays shipped", []milestone{{shipped, []string{"A", "4"}}, {delivered, []string{"A", "4"}}, {delivered, nil}}, []string{"A: 4 4 0 0"}, delivered},
		{"another item in the box on delivery replaces the one that was believed", []milestone{{shipped, []string{"A", "4"}}, {delivered, []string{"B", "4"}}}, []string{"B: 4 4 4 0"}, delivered},
		{"a late word from the warehouse says nothing new", []milestone{{shipped, []string{"A", "4"}}, {packed, []string{"A", "9"}}}, []string{"A: 4 4 0 0"}, shipped},
		{"a return is noted", []milestone{{shipped, []string{"A", "4"}}, {delivered, []string{"A", "4"}}, {returned, []string{"A", "1", "B", "1"}}}, []string{"A: 4 4 4 1"}, delivered},
		{"a return of what never left takes it out", []milestone{{packed, []string{"A", "4"}}, {returned, []string{"A", "4"}}}, nil, packed},
		{"cancelled before it left", []milestone{{packed, []string{"A", "4"}}, {cancelled, []string{"A", "4"}}}, nil, cancelled},
		{"cancelled after it left", []milestone{{shipped, []string{"A", "4"}}, {cancelled, nil}}, nil, cancelled},
		{"begun anew after a cancellation", []milestone{{shipped, []string{"A", "4"}}, {cancelled, nil}, {allocated, []string{"A", "2"}}}, []string{"A: 2 0 0 0"}, allocated},
	} {
		var row *ShipmentRow
		var parts []Part
		for i, event := range test.events {
			var lines []schemas.ShipmentLine
			for at := 0; at < len(event.says); at += 2 {
				lines = append(lines, box(1, event.says[at], event.says[at+1], nil))
			}
			e := shipment("O1", "S1", int64(i+1), i, event.is, lines...)
			parts = advance("S1", row.hasShipped(), event.is, parts, ofLine(report(e.Shipment.Lines), 1))
			row = new(row.next(e))
		}
		var got []string
		for _, p := range parts {
			got = append(got, p.ItemID+": "+p.Allocated.String()+" "+p.Shipped.String()+" "+p.Delivered.String()+" "+p.Returned.String())
		}
		if !slices.Equal(got, test.want) || row.Reached != test.reached {
			t.Errorf("%s: got %q, %s, want %q, %s", test.name, got, row.Reached, test.want, test.reached)
		}
	}
}

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
	row.replaceParts("S2", []Part{part("S2", "C", "9")})
	if want := []Part{part("S1", "A", "1"), part("S2", "C", "9"), part("S3", "A", "4")}; !reflect.DeepEqual(row.Parts, want) {
		t.Errorf("got %+v", row.Parts)
	}
	if before[1].ItemID != "A" {
		t.Error("the stored row was changed")
	}
}
