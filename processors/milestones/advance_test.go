package milestones

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"waybill/schemas"
)

// told reads "shipped A 4, B 1": a milestone and what it says of a line.
func told(text string) (milestone schemas.Milestone, lines []schemas.ShipmentLine) {
	word, rest, _ := strings.Cut(text, " ")
	for _, part := range strings.Split(rest, ", ") {
		if itemID, quantity, found := strings.Cut(part, " "); found {
			lines = append(lines, schemas.ShipmentLine{LineNo: 1, ItemID: itemID, UOM: "EA", Quantity: q(quantity)})
		}
	}
	return schemas.Milestone(word), lines
}

// carried describes parts: item, and allocated/picked/packed/shipped/delivered, and what was returned.
func carried(parts []Part) string {
	var texts []string
	for _, p := range parts {
		text := fmt.Sprintf("%s %s/%s/%s/%s/%s", p.ItemID, p.Allocated, p.Picked, p.Packed, p.Shipped, p.Delivered)
		if p.Returned != 0 {
			text += fmt.Sprintf(" −%s", p.Returned)
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, ", ")
}

func TestALineOfAShipmentByItsMilestones(t *testing.T) {
	for _, test := range []struct {
		name       string
		milestones []string
		want       string
		reached    schemas.Milestone
	}{
		{"allocated", []string{"allocated A 4"}, "A 4/0/0/0/0", "allocated"},
		{"a later milestone implies the earlier ones", []string{"packed A 4"}, "A 4/4/4/0/0", "packed"},
		{"the latest allocation counts", []string{"allocated A 5", "picked A 4", "packed A 3"}, "A 3/3/3/0/0", "packed"},
		{"allocated again", []string{"picked A 4", "allocated A 5"}, "A 5/0/0/0/0", "picked"},
		{"what is picked instead replaces what was allocated", []string{"allocated A 5", "picked B 5"}, "B 5/5/0/0/0", "picked"},
		{"a line that is left out is out", []string{"allocated A 5", "picked"}, "", "picked"},
		{"shipped", []string{"packed A 5", "shipped A 4"}, "A 4/4/4/4/0", "shipped"},
		{"shipped without a milestone before", []string{"shipped A 4, B 1"}, "A 4/4/4/4/0, B 1/1/1/1/0", "shipped"},
		{"a second word on what was shipped corrects the first", []string{"shipped A 4", "delivered A 4", "shipped A 3"}, "A 3/3/3/3/4", "delivered"},
		{"and may take the line out", []string{"shipped A 4", "shipped"}, "", "shipped"},
		{"less delivered than shipped leaves shipped as it was", []string{"shipped A 4", "delivered A 3"}, "A 4/4/4/4/3", "delivered"},
		{"more delivered than shipped was shipped", []string{"shipped A 4", "delivered A 5"}, "A 5/5/5/5/5", "delivered"},
		{"delivered without a word on shipping was shipped", []string{"packed A 4", "delivered A 4"}, "A 4/4/4/4/4", "delivered"},
		{"a line not delivered stays shipped", []string{"shipped A 4", "delivered A 4", "delivered"}, "A 4/4/4/4/0", "delivered"},
		{"another item in the box on delivery replaces the one that was believed", []string{"shipped A 4", "delivered B 4"}, "B 4/4/4/4/4", "delivered"},
		{"a late word from the warehouse says nothing new", []string{"shipped A 4", "packed A 9"}, "A 4/4/4/4/0", "shipped"},
		{"a return is noted", []string{"shipped A 4", "delivered A 4", "returned A 1"}, "A 4/4/4/4/4 −1", "delivered"},
		{"the latest word on a return counts", []string{"shipped A 4, B 1", "returned A 3", "returned A 2", "returned B 1"}, "A 4/4/4/4/0 −2, B 1/1/1/1/0 −1", "shipped"},
		{"what comes back and was not shipped so is noted beside it", []string{"shipped B 4", "returned A 1, C 0"}, "A 0/0/0/0/0 −1, B 4/4/4/4/0", "shipped"},
		{"and stays when what was shipped is told again", []string{"shipped B 4", "returned A 1", "shipped B 3", "delivered B 3", "delivered"}, "A 0/0/0/0/0 −1, B 3/3/3/3/0", "delivered"},
		{"unless it was shipped after all", []string{"shipped B 4", "returned A 1", "shipped A 2"}, "A 2/2/2/2/0 −1", "shipped"},
		{"a correction that takes a part out takes out what came back of it", []string{"shipped A 4, B 4", "returned A 1", "shipped B 4"}, "B 4/4/4/4/0", "shipped"},
		{"a return of what never left takes it out", []string{"packed A 4", "returned A 4"}, "", "packed"},
		{"cancelled before it left", []string{"packed A 4", "cancelled A 4"}, "", "cancelled"},
		{"cancelled after it left", []string{"shipped A 4", "cancelled"}, "", "cancelled"},
		{"begun anew after a cancellation", []string{"shipped A 4", "cancelled", "allocated A 2"}, "A 2/0/0/0/0", "allocated"},
		{"lots come together", []string{"shipped A 4, A 5, B 1"}, "A 9/9/9/9/0, B 1/1/1/1/0", "shipped"},
		{"an unknown milestone says nothing", []string{"shipped A 4", "unknown A 9"}, "A 4/4/4/4/0", "shipped"},
	} {
		var reached schemas.Milestone
		var parts []Part
		for _, text := range test.milestones {
			before := slices.Clone(parts)
			milestone, lines := told(text)
			next := Advance(reached, milestone, parts, OfLine(Report(lines), 1))
			if !slices.Equal(parts, before) {
				t.Errorf("%s: %s changed what it was given", test.name, text)
			}
			parts, reached = next, Reach(reached, milestone)
		}
		if got := carried(parts); got != test.want || reached != test.reached {
			t.Errorf("%s: got %q, %s, want %q, %s", test.name, got, reached, test.want, test.reached)
		}
	}
}

func TestTheLatestWeightCounts(t *testing.T) {
	said := func(weight *schemas.Quantity) []Reported {
		return []Reported{{LineNo: 1, ItemID: "W", UOM: "EA", Quantity: q("2"), Weight: weight}}
	}
	parts := Advance("", schemas.MilestoneShipped, nil, said(nil))
	if parts[0].Weight != nil {
		t.Errorf("nobody weighed it: %+v", parts)
	}
	parts = Advance(schemas.MilestoneShipped, schemas.MilestoneShipped, parts, said(weight("4.1")))
	parts = Advance(schemas.MilestoneShipped, schemas.MilestoneDelivered, parts, said(nil))
	if parts[0].Weight == nil || *parts[0].Weight != q("4.1") {
		t.Errorf("%+v", parts)
	}
}

func TestTheLatestDeliverySaysWhatTheCustomerConfirmed(t *testing.T) {
	said := func(confirmed string) []Reported {
		return []Reported{{LineNo: 1, ItemID: "A", UOM: "EA", Quantity: q("4"), Confirmed: q(confirmed)}}
	}
	parts := Advance("", schemas.MilestoneShipped, nil, said("4"))
	if parts[0].Confirmed != 0 {
		t.Errorf("nothing is delivered: %+v", parts)
	}
	for _, confirmed := range []string{"4", "3", "0"} {
		parts = Advance(schemas.MilestoneDelivered, schemas.MilestoneDelivered, parts, said(confirmed))
		if parts[0].Confirmed != q(confirmed) {
			t.Errorf("%s are confirmed: %+v", confirmed, parts)
		}
	}
	parts = Advance(schemas.MilestoneDelivered, schemas.MilestoneDelivered, parts, said("4"))
	if parts = Advance(schemas.MilestoneDelivered, schemas.MilestoneShipped, parts, said("0")); parts[0].Confirmed != q("4") {
		t.Errorf("another word on what was shipped says nothing of it: %+v", parts)
	}
	if parts = Advance(schemas.MilestoneDelivered, schemas.MilestoneDelivered, parts, nil); parts[0].Confirmed != 0 {
		t.Errorf("the line was not delivered after all: %+v", parts)
	}
}

func TestAShipmentHasLeftOnceItIsShipped(t *testing.T) {
	for milestone, want := range map[schemas.Milestone]bool{
		"": false, schemas.MilestonePacked: false, schemas.MilestoneShipped: true, schemas.MilestoneDelivered: true, schemas.MilestoneCancelled: false,
	} {
		if Left(milestone) != want {
			t.Errorf("%q: %v", milestone, Left(milestone))
		}
	}
}
