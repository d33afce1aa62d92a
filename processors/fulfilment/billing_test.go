package fulfilment

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"waybill/schemas"
)

func billOf(shipmentID, quantity, unitPrice string) Bill {
	amount := schemas.MustAmount(fmt.Sprint(int64(q(quantity)) / 1_000_000 * int64(*price(unitPrice)) / 1_000_000))
	return Bill{
		Unit: shipmentUnit(shipmentID), ShipmentID: shipmentID, PartItemID: "A", PartUOM: "EA", OrderedItemID: "A", Quantity: q(quantity), UOM: "EA",
		UnitPrice: *price(unitPrice), PriceUnit: 1, Amount: amount, CustomerID: "ACME", Currency: "USD", Trigger: schemas.OnShipment, Rule: "on_shipment",
	}
}

func (b Bill) by(id string, revision int32) Bill {
	b.InvoiceReadyID, b.Revision = id, revision
	return b
}

func nothingHeld(*Bill) bool { return false }

func TestTheDifferenceBetweenBilledAndDesired(t *testing.T) {
	one, two := billOf("S1", "4", "10").by("ir-1", 1), billOf("S2", "6", "10").by("ir-2", 1)
	sameAmount := billOf("S1", "4", "10")
	sameAmount.UnitPrice++
	for _, test := range []struct {
		name            string
		before, desired []Bill
		kinds           string
	}{
		{"nothing", nil, nil, ""},
		{"new", nil, []Bill{billOf("S1", "4", "10")}, "invoice"},
		{"the same", []Bill{one}, []Bill{billOf("S1", "4", "10")}, ""},
		{"another price", []Bill{one}, []Bill{billOf("S1", "4", "9")}, "credit_and_rebill"},
		{"another price that comes to the same", []Bill{one}, []Bill{sameAmount}, "credit_and_rebill"},
		{"another quantity", []Bill{one}, []Bill{billOf("S1", "5", "10")}, "credit_and_rebill"},
		{"gone", []Bill{one}, nil, "credit_and_close"},
		{"one gone, one changed, one new", []Bill{one, two}, []Bill{billOf("S2", "7", "10"), billOf("S3", "1", "10")}, "credit_and_close credit_and_rebill invoice"},
	} {
		billed, changes := differences(1, test.before, test.desired, nothingHeld)
		var kinds []string
		for _, c := range changes {
			kinds = append(kinds, string(c.kind()))
			if c.after != nil {
				c.after.InvoiceReadyID = "ir-new"
			}
		}
		if got := strings.Join(kinds, " "); got != test.kinds {
			t.Errorf("%s: got %s", test.name, got)
		}
		if len(billed) != len(test.desired) {
			t.Errorf("%s: %d billed", test.name, len(billed))
		}
		for _, b := range billed {
			if b.InvoiceReadyID == "" {
				t.Errorf("%s: a bill does not know its record", test.name)
			}
		}
	}
	if billed, _ := differences(1, []Bill{one}, []Bill{billOf("S1", "4", "10")}, nothingHeld); billed[0] != one {
		t.Errorf("unchanged: got %+v", billed)
	}
}

func TestWhatIsHeldStaysAsItIs(t *testing.T) {
	one := billOf("S1", "4", "10").by("ir-1", 1)
	held := func(b *Bill) bool { return b.ShipmentID == "S1" || b.ShipmentID == "S2" }
	billed, changes := differences(1, []Bill{one}, []Bill{billOf("S1", "4", "9"), billOf("S2", "6", "10"), billOf("S3", "1", "10")}, held)
	if len(changes) != 1 || changes[0].after.ShipmentID != "S3" || len(billed) != 2 || billed[0] != one {
		t.Errorf("billed %+v, changes %+v", billed, changes)
	}
}

func TestRecordsOfAUnit(t *testing.T) {
	facts := func(_ int32, bill *Bill, credit bool) []Fact {
		return []Fact{{at(5), schemas.Evidence{Topic: "wms.shipments", Offset: 2}}, {at(9), schemas.Evidence{Topic: "commerce.orders"}}, {at(5), schemas.Evidence{Topic: "wms.shipments", Offset: 2}}}
	}
	ptr := func(b Bill) *Bill { return &b }
	first, second := ptr(billOf("S1", "4", "10").by("ir-1", 1)), ptr(billOf("S1", "2", "10").by("ir-2", 2))
	lower := ptr(billOf("S1", "2", "8"))
	lower.Rule = "on_shipment:substitution_lower"
	written, revision := records("O1", "shipment/S1", 2, []change{
		{9, nil, ptr(billOf("S1", "1", "10")), false}, {3, second, lower, false}, {2, first, nil, false},
		{1, first, ptr(billOf("S1", "5", "10")), false}, {4, first, ptr(billOf("S1", "3", "10")), false},
		{5, first, ptr(billOf("S1", "1", "10").by("ir-1", 1)), true}, {6, first, nil, true},
	}, facts)
	var got []string
	for _, r := range written {
		text := fmt.Sprintf("#%d %s %s", r.Revision, r.Kind, r.Rule)
		if r.Corrects != nil {
			text += " corrects " + *r.Corrects
		}
		for _, l := range r.Lines {
			text += fmt.Sprintf(" | %d: %s × %s = %s", l.LineNo, l.Quantity, l.UnitPrice, l.Amount)
		}
		got = append(got, text+" | "+r.Total.String())
		if len(r.Evidence) != 2 || r.Evidence[0].Topic != "commerce.orders" || !r.ReadyAt.Equal(at(9)) {
			t.Errorf("evidence %+v, ready at %s", r.Evidence, r.ReadyAt)
		}
	}
	expect(t, "records", strings.Join(got, "\n"),
		"#3 credit_and_rebill on_shipment:corrected corrects ir-1 | 1: -4 × 10.00 = -40.00 | 4: -4 × 10.00 = -40.00 | -80.00",
		"#4 credit_and_close on_shipment:withdrawn corrects ir-1 | 2: -4 × 10.00 = -40.00 | 5: -3 × 10.00 = -30.00 | 6: -4 × 10.00 = -40.00 | -110.00",
		"#5 credit_and_rebill on_shipment:corrected corrects ir-2 | 3: -2 × 10.00 = -20.00 | -20.00",
		"#6 credit_and_rebill on_shipment:substitution_lower | 1: 5 × 10.00 = 50.00 | 3: 2 × 8.00 = 16.00 | 4: 3 × 10.00 = 30.00 | 96.00",
		"#7 invoice on_shipment | 9: 1 × 10.00 = 10.00 | 10.00")
	if revision != 7 || lower.Revision != 6 || lower.InvoiceReadyID != written[3].InvoiceReadyID {
		t.Errorf("revision %d, rebilled by %+v", revision, lower)
	}
}

func TestALargeBillIsSeveralRecords(t *testing.T) {
	none := func(int32, *Bill, bool) []Fact { return nil }
	var changes []change
	for i := range maxLines + 1 {
		b := billOf("S1", "1", "1")
		changes = append(changes, change{int32(i), nil, &b, false})
	}
	if written, _ := records("O1", "order", 0, changes, none); len(written) != 2 || len(written[0].Lines) != maxLines || len(written[1].Lines) != 1 {
		t.Errorf("%d records", len(written))
	}
	changes = changes[:0]
	for i := range 101 {
		b := billOf("S1", "1", "1")
		b.Amount = largestLine
		changes = append(changes, change{int32(i), nil, &b, false})
	}
	if written, _ := records("O1", "order", 0, changes, none); len(written) != 2 || len(written[0].Lines) != 100 {
		t.Errorf("%d records for a total that one cannot hold", len(written))
	}
}

func TestAnInvoiceReadyIDNamesOrderUnitAndRevision(t *testing.T) {
	ids := map[string]bool{}
	again := invoiceReadyID("O1", "order", 1)
	for _, id := range []string{
		invoiceReadyID("O1", "order", 1), invoiceReadyID("O1", "order", 2), invoiceReadyID("O2", "order", 1), invoiceReadyID("O1", "shipment/S1", 1), invoiceReadyID("O1o", "rder", 1),
	} {
		if len(id) != 3+26 || !strings.HasPrefix(id, "ir-") || id != strings.ToLower(id) {
			t.Errorf("%q", id)
		}
		ids[id] = true
	}
	if len(ids) != 5 || !ids[again] {
		t.Errorf("%d ids of five", len(ids))
	}
}

func TestReadyAtIsTheLatestTime(t *testing.T) {
	if got := latest(time.Time{}, at(1)); !got.Equal(at(1)) {
		t.Error(got)
	}
	if got := latest(at(2), at(1)); !got.Equal(at(2)) {
		t.Error(got)
	}
}
