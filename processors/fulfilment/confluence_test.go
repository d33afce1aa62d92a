package fulfilment

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"waybill/schemas"
	"waybill/stream/sim"
	"waybill/topics"
)

func lastLine(text string) string { return text[strings.LastIndexByte(text, '\n')+1:] }

// net sums what is billed by order line, shipment and item, as a bookkeeper would who knows nothing of kinds and revisions.
func (sc *scene) net() string {
	sc.t.Helper()
	type of struct {
		order    string
		line     int32
		shipment string
		item     string
		uom      string
		currency string
	}
	quantities, amounts := map[of]schemas.Quantity{}, map[of]schemas.Amount{}
	for _, sent := range sim.Read(sc.World, topics.InvoiceReady) {
		for _, l := range sent.Value.Lines {
			key := of{sent.Value.OrderID, l.LineNo, l.ShipmentID, l.ShippedItemID, l.UOM, sent.Value.Currency}
			quantities[key] += l.Quantity
			amounts[key] += l.Amount
		}
	}
	var lines []string
	for key := range quantities {
		if quantities[key] != 0 || amounts[key] != 0 {
			lines = append(lines, fmt.Sprintf("%s/%d %s %s %s of %s = %s %s", key.order, key.line, key.shipment, quantities[key], key.uom, key.item, amounts[key], key.currency))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// streams are the facts of a busy day, as lists whose order the ordering contracts keep: an order's own events, ERP's, each
// shipment's, each hold's, each master data record's.
func streams() [][]any {
	complete := func(o *schemas.Order) { o.InvoicePolicy, o.CustomerID = new(schemas.OrderComplete), "BETA" }
	edi := func(o *schemas.Order) { o.Channel, o.CustomerID = "edi", "BETA" }
	never := func(l *schemas.OrderLine) { l.Substitution = schemas.SubstitutionNever }
	unpriced := func(l *schemas.OrderLine) { l.UnitPrice = nil }
	cases := func(l *schemas.ShipmentLine) { l.UOM = "CS" }
	const (
		allocated, packed, shipped, delivered = schemas.MilestoneAllocated, schemas.MilestonePacked, schemas.MilestoneShipped, schemas.MilestoneDelivered
		returned, cancelled                   = schemas.MilestoneReturned, schemas.MilestoneCancelled
	)
	all := [][]any{
		// Plain, changed, over-shipped, with a substitute, a refused substitute and a line that is cancelled between two shipments.
		{
			order("O1", 1, 0, nil, line(1, "10", nil), line(2, "5", unpriced), line(3, "4", never), line(4, "6", nil), line(5, "2", unpriced)),
			order("O1", 2, 25, nil, line(1, "12", nil), line(2, "5", unpriced), line(3, "4", never), line(5, "2", unpriced)),
			order("O1", 3, 70, nil, line(1, "9", nil), line(2, "5", unpriced), line(3, "4", never), line(5, "2", unpriced)),
		},
		{
			shipment("O1", "S1", 1, 10, allocated, box(1, "A", "6", nil), box(2, "A", "5", nil), box(4, "A", "6", nil)),
			shipment("O1", "S1", 2, 20, shipped, box(1, "A", "6", nil), box(2, "B", "5", nil), box(4, "A", "2", nil)),
			shipment("O1", "S1", 3, 60, delivered, box(1, "A", "6", nil), box(2, "B", "5", nil), box(4, "A", "2", nil)),
		},
		{
			shipment("O1", "S2", 1, 22, allocated, box(1, "A", "4", nil), box(4, "A", "4", nil)),
			shipment("O1", "S2", 2, 30, shipped, box(1, "A", "4", nil), box(3, "B", "4", nil), box(4, "A", "4", nil)),
			shipment("O1", "S2", 3, 65, returned, box(3, "B", "1", nil)),
		},
		{
			shipment("O1", "S3", 1, 35, shipped, box(1, "A", "3", nil), box(5, "C", "2", nil), box(8, "B", "1", nil)),
			shipment("O1", "S3", 2, 36, shipped, box(1, "A", "4", nil), box(5, "C", "2", nil), box(8, "B", "1", nil)),
		},
		{shipment("O1", "S4", 1, 31, packed, box(1, "A", "1", nil)), shipment("O1", "S4", 2, 33, cancelled, box(1, "A", "1", nil))},
		{acceptance("O1", 10, 5, schemas.Accepted, accepted(1, "10", "9.90", nil), accepted(2, "5", "7", nil)), acceptance("O1", 20, 40, schemas.AcceptanceChanged, accepted(1, "10", "9.80", nil), accepted(2, "5", "9", nil))},

		// Acceptance required: one line accepted, one rejected, one not named; in cases and pieces.
		{order("O2", 1, 0, edi, line(1, "2", func(l *schemas.OrderLine) { l.UOM, l.UnitPrice = "CS", price("120") }), line(2, "5", nil), line(3, "1", nil))},
		{shipment("O2", "S5", 1, 10, shipped, box(1, "A", "7", nil), box(2, "A", "5", nil), box(3, "A", "1", nil)), shipment("O2", "S5", 2, 20, delivered, box(1, "A", "7", nil))},
		{last(shipment("O2", "S6", 1, 12, shipped, box(1, "A", "1", cases)))},
		{acceptance("O2", 1, 5, schemas.Accepted), acceptance("O2", 2, 15, schemas.Accepted,
			accepted(1, "2", "118", func(l *schemas.AcceptedLine) { l.UOM = "CS" }), accepted(2, "5", "10", func(l *schemas.AcceptedLine) { l.Status = schemas.AcceptanceRejected }))},

		// Complete at once, with a hold that ends and one line closed short within tolerance.
		{order("O3", 1, 0, complete, line(1, "10", nil), line(2, "100", nil)), order("O3", 2, 50, complete, line(1, "10", nil), line(2, "100", nil), line(3, "1", nil)), order("O3", 3, 55, complete, line(1, "10", nil), line(2, "100", nil))},
		{shipment("O3", "S7", 1, 10, shipped, box(1, "A", "10", nil), box(2, "A", "50", nil))},
		{shipment("O3", "S8", 1, 15, packed, box(2, "A", "45", nil)), last(shipment("O3", "S8", 2, 20, shipped, box(2, "A", "45", nil)))},
		{hold("ex-3", "O3", "S8", 2, true), hold("ex-3", "O3", "S8", 2, false)},
		{hold("ex-4", "O3", "", 0, true), hold("ex-4", "O3", "", 0, false)},

		// Not complete for a blocked line, and held for good.
		{order("O4", 1, 0, complete, line(1, "10", nil), line(2, "1", func(l *schemas.OrderLine) { l.ItemID, l.UnitPrice = "LOST", nil }))},
		{last(shipment("O4", "S9", 1, 10, shipped, box(1, "A", "10", nil), box(2, "LOST", "1", nil)))},
		{hold("ex-5", "O4", "S10", 1, true)},

		// Per delivery, by catch weight; the weight comes with the delivery. The customer comes with another policy first.
		{order("O5", 1, 0, func(o *schemas.Order) { o.CustomerID = "GAMMA" }, line(1, "3", func(l *schemas.OrderLine) { l.ItemID, l.UnitPrice = "W", price("20") }))},
		{order("O9", 1, 0, nil, line(1, "4", unpriced), line(2, "1", func(l *schemas.OrderLine) { l.UOM, l.UnitPrice = "CS", nil }))},
		{hold("ex-6", "O9", "", 2, true)},
		{
			shipment("O5", "S11", 1, 10, shipped, box(1, "W", "2", nil)),
			shipment("O5", "S11", 2, 20, delivered, box(1, "W", "2", func(l *schemas.ShipmentLine) { l.CatchWeight = new(q("4.2")) })),
		},
		// Returned: in two steps, in another unit, at a price that rounds, more than was shipped, and in turn with an excess.
		{order("O10", 1, 0, nil, line(1, "10", nil), line(2, "2", func(l *schemas.OrderLine) { l.UOM, l.UnitPrice = "CS", price("120") }), line(3, "7", func(l *schemas.OrderLine) { l.UnitPrice = price("0.335") }), line(4, "3", nil), line(5, "6", nil)),
			order("O10", 2, 45, nil, line(1, "10", func(l *schemas.OrderLine) { l.UnitPrice = price("9") }), line(2, "2", func(l *schemas.OrderLine) { l.UOM, l.UnitPrice = "CS", price("120") }), line(3, "7", func(l *schemas.OrderLine) { l.UnitPrice = price("0.335") }), line(4, "3", nil), line(5, "6", nil))},
		{
			shipment("O10", "S16", 1, 10, shipped, box(1, "A", "10", nil), box(2, "A", "2", cases), box(3, "A", "7", nil), box(4, "A", "3", nil), box(5, "A", "4", nil)),
			shipment("O10", "S16", 2, 20, returned, box(1, "A", "2", nil), box(2, "A", "5", nil), box(3, "A", "2", nil), box(4, "A", "4", nil)),
			shipment("O10", "S16", 3, 30, returned, box(1, "A", "5", nil), box(4, "A", "4", nil), box(5, "A", "3", nil)),
		},
		{shipment("O10", "S17", 1, 15, shipped, box(5, "A", "5", nil))},

		// Never placed.
		{shipment("O6", "S12", 1, 10, shipped, box(1, "A", "2", nil)), shipment("O6", "S12", 2, 20, delivered, box(1, "A", "2", nil))},
		{acceptance("O6", 1, 5, schemas.Accepted, accepted(1, "2", "10", nil))},
		// Cancelled in ERP, and in the shop before the second shipment left.
		{order("O7", 1, 0, nil, line(1, "4", nil))},
		{acceptance("O7", 1, 5, schemas.Accepted, accepted(1, "4", "10", nil)), acceptance("O7", 2, 50, schemas.AcceptanceCancelled)},
		{shipment("O7", "S13", 1, 10, shipped, box(1, "A", "4", nil))},
		{order("O8", 1, 0, nil, line(1, "4", nil)), order("O8", 2, 15, func(o *schemas.Order) { o.Status = schemas.OrderCancelled })},
		{shipment("O8", "S14", 1, 10, shipped, box(1, "A", "2", nil))},
		{shipment("O8", "S15", 1, 20, packed, box(1, "A", "2", nil))},
	}
	for _, master := range masters() {
		all = append(all, []any{master})
	}
	return append(all,
		[]any{customer("BETA", func(c *schemas.Customer) { c.UnderTolerancePercent, c.Segment = schemas.MustPercent("5"), "wholesale" })},
		[]any{
			customer("GAMMA", func(c *schemas.Customer) { c.InvoicePolicy = schemas.OrderComplete }),
			customer("GAMMA", func(c *schemas.Customer) { c.InvoicePolicy, c.Meta.Position = schemas.PerDelivery, new(int64(2)) }),
		},
		[]any{item("W", func(i *schemas.Item) { i.CatchWeight, i.UOMs = true, []schemas.ItemUOM{} })},
		[]any{listPrice("B2", "B", "7", func(p *schemas.ItemPrice) { p.CustomerID = new("OTHER") })},
	)
}

// copyOf makes an event one of another day: every id in it gets the day's name behind it.
func copyOf(event any, day string) any {
	name := func(ids ...*string) {
		for _, id := range ids {
			if id != nil {
				*id += day
			}
		}
	}
	switch e := event.(type) {
	case *schemas.OrderEvent:
		name(&e.OrderID)
		if e.Hold != nil {
			name(&e.Hold.HoldID)
			return e
		}
		if e.Acceptance != nil {
			for i := range e.Acceptance.Lines {
				name(&e.Acceptance.Lines[i].ItemID)
			}
			return e
		}
		name(&e.Order.CustomerID)
		for i := range e.Order.Lines {
			name(&e.Order.Lines[i].ItemID, &e.Order.Lines[i].WarehouseID)
		}
	case *schemas.ShipmentEvent:
		name(&e.OrderID)
		if e.Hold != nil {
			name(&e.Hold.HoldID, e.Hold.ShipmentID)
			return e
		}
		name(&e.Shipment.ShipmentID, &e.Shipment.WarehouseID)
		for i := range e.Shipment.Lines {
			name(&e.Shipment.Lines[i].ItemID)
		}
	case *schemas.Customer:
		name(&e.CustomerID)
	case *schemas.Item:
		name(&e.ItemID)
	case *schemas.ItemPrice:
		name(&e.ItemID, e.CustomerID)
	case *schemas.Warehouse:
		name(&e.WarehouseID)
	}
	return event
}

// result is everything of a day that must not depend on the order in which the facts came, without the day's name.
func result(told []string, day string) string {
	var lines []string
	for _, text := range told {
		if strings.Contains(text, day) {
			lines = append(lines, strings.ReplaceAll(text, day, ""))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// told lists the net bill, what stands in full, all but ids, time and causes, the assessments, and the demand.
func (sc *scene) told() []string {
	sc.t.Helper()
	all := []string{}
	for _, part := range []struct{ what, text string }{{"net ", sc.net()}, {"demand ", sc.demand()}, {"assessed ", sc.assessments()}} {
		for _, text := range strings.Split(part.text, "\n") {
			all = append(all, part.what+text)
		}
	}
	text := func(of *string) string {
		if of == nil {
			return "-"
		}
		return *of
	}
	for _, c := range sc.standing() {
		amount, lineNo := "-", int32(0)
		if c.AmountAtRisk != nil {
			amount = c.AmountAtRisk.String()
		}
		if c.LineNo != nil {
			lineNo = *c.LineNo
		}
		all = append(all, strings.Join([]string{"open", c.Class, text(c.OrderID), fmt.Sprint(lineNo), text(c.CustomerID), text(c.WarehouseID), text(c.ItemID),
			text(c.ShipmentID), text(c.Channel), text(c.Segment), amount, text(c.Currency), c.Message}, " "))
	}
	// What a hold was worth when it ended is no longer told.
	return slices.DeleteFunc(all, func(text string) bool {
		return strings.HasPrefix(text, "assessed ex-3") || strings.HasPrefix(text, "assessed ex-4")
	})
}

func (sc *scene) checkInvariants() {
	sc.t.Helper()
	ids, live := map[string]bool{}, map[string]*schemas.InvoiceReady{}
	for _, sent := range sim.Read(sc.World, topics.InvoiceReady) {
		b := sent.Value
		if ids[b.InvoiceReadyID] {
			sc.t.Errorf("%s was written twice", b.InvoiceReadyID)
		}
		ids[b.InvoiceReadyID] = true
		var total schemas.Amount
		for _, l := range b.Lines {
			total += l.Amount
			if (l.Quantity < 0) != (b.Corrects != nil) || l.Quantity == 0 {
				sc.t.Errorf("%s line %d: quantity %s", b.InvoiceReadyID, l.LineNo, l.Quantity)
			}
		}
		if total != b.Total || len(b.Lines) == 0 || len(b.Evidence) == 0 || b.ReadyAt.IsZero() || b.Revision < 1 {
			sc.t.Errorf("record %+v", b)
		}
		if b.Corrects == nil {
			live[b.InvoiceReadyID] = b
			continue
		}
		corrected := live[*b.Corrects]
		if corrected == nil {
			sc.t.Errorf("%s corrects %s, which was not billed before", b.InvoiceReadyID, *b.Corrects)
			continue
		}
		for _, l := range b.Lines {
			same := slices.IndexFunc(corrected.Lines, func(other schemas.InvoiceReadyLine) bool {
				whole := other.Quantity == -l.Quantity && other.Amount == -l.Amount
				part := other.Quantity > -l.Quantity && other.Amount >= -l.Amount && b.Kind == schemas.BillCreditAndClose
				other.Quantity, other.Amount = l.Quantity, l.Amount
				return other == l && (whole || part)
			})
			if same < 0 {
				sc.t.Errorf("%s credits line %d, which %s has not billed so", b.InvoiceReadyID, l.LineNo, *b.Corrects)
				continue
			}
			if corrected.Lines[same].Quantity == -l.Quantity {
				corrected.Lines = slices.Delete(slices.Clone(corrected.Lines), same, same+1) // not to be credited again
				continue
			}
			corrected.Lines = slices.Clone(corrected.Lines)
			corrected.Lines[same].Quantity += l.Quantity
			corrected.Lines[same].Amount += l.Amount
		}
	}
}

// Two hundred days of the same facts, twenty in a world, each with ids of its own and in an order of its own.
func TestAnyInterleavingOfTheFactsAndAnyCrashGiveTheSame(t *testing.T) {
	var want string
	for seed := range uint64(10) {
		random := rand.New(rand.NewPCG(seed, 7))
		sc := newScene(t, sim.Options{Seed: seed, Partitions: 1 + int32(random.IntN(3))})
		var all [][]any
		for day := range 20 {
			for _, stream := range streams() {
				for i := range stream {
					stream[i] = copyOf(stream[i], fmt.Sprintf("~%02d~", day))
				}
				all = append(all, stream)
			}
		}
		for event := range sim.Interleave(random, all) {
			sc.send(event)
			switch n := random.IntN(200); {
			case n < 30:
				sc.Run()
			case n < 35:
				sc.Advance(time.Duration(random.IntN(20)) * time.Minute)
			case n < 36:
				sc.Crash()
			}
		}
		sc.Run()
		sc.Advance(2 * time.Hour)
		told := sc.told()
		for day := range 20 {
			got := result(told, fmt.Sprintf("~%02d~", day))
			if want == "" {
				want = got
			}
			if got != want {
				t.Fatalf("seed %d, day %d:\n%s\nwant as in the first:\n%s", seed, day, difference(got, want), difference(want, got))
			}
		}
		sc.checkInvariants()
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	expect(t, "the day", want, theDay...)
}

// theDay is what the facts come to.
var theDay = []string{
	"assessed ex-5 O4 BETA web wholesale 100.00 USD",
	"assessed ex-6 O9 ACME web retail 176.00 USD",
	"demand O1/3 A@EAST committed 4 allocated 0",
	"demand O2/1 A@EAST committed 5 allocated 0",
	"demand O5/1 W@EAST committed 1 allocated 0",
	"demand O8/1 A@EAST committed 0 allocated 2",
	"demand O9/1 A@EAST committed 4 allocated 0",
	"demand O9/2 A@EAST committed 12 allocated 0",
	"net O1/1 S1 6 EA of A = 58.80 USD",
	"net O1/1 S2 4 EA of A = 39.20 USD",
	"net O1/2 S1 5 EA of B = 40.00 USD",
	"net O1/4 S1 2 EA of A = 20.00 USD",
	"net O10/1 S16 5 EA of A = 45.00 USD",
	"net O10/2 S16 19 EA of A = 190.00 USD",
	"net O10/3 S16 5 EA of A = 1.68 USD",
	"net O10/5 S16 1 EA of A = 10.00 USD",
	"net O10/5 S17 5 EA of A = 50.00 USD",
	"net O2/1 S5 7 EA of A = 68.83 USD",
	"net O2/1 S6 1 CS of A = 118.00 USD",
	"net O3/1 S7 10 EA of A = 100.00 USD",
	"net O3/2 S7 50 EA of A = 500.00 USD",
	"net O3/2 S8 45 EA of A = 450.00 USD",
	"net O5/1 S11 4.2 EA of W = 84.00 USD",
	"net O8/1 S14 2 EA of A = 20.00 USD",
	"open not_accepted O2 2 BETA EAST A S5 edi wholesale 50.00 USD 5 EA of A shipped in S5; ERP has rejected the line.",
	"open not_accepted O2 3 BETA EAST A S5 edi wholesale 10.00 USD 1 EA of A shipped in S5; ERP has not accepted the line yet.",
	"open over_returned O10 4 ACME EAST A S16 web retail 10.00 USD 3 EA of A shipped in S16 and 4 returned; more came back than was shipped, and the surplus is credited to nobody.",
	"open over_shipped O1 1 ACME EAST A S3 web retail 39.20 USD 4 EA of A shipped in S3; 4 EA beyond the 10 EA ordered and what is tolerated are not billed.",
	"open shipped_after_cancel O1 4 ACME EAST A S2 web retail 40.00 USD 4 EA of A shipped in S2; the line is cancelled, and only what had left before stays billed.",
	"open shipped_after_cancel O7 1 ACME EAST A S13 web retail 40.00 USD 4 EA of A shipped in S13; ERP has cancelled the line.",
	"open shipped_after_cancel O8 1 ACME EAST A S15 web retail 20.00 USD 2 EA of A allocated in S15; the line is cancelled, and only what had left before stays billed.",
	"open short_shipped O2 1 BETA EAST A - edi wholesale 49.17 USD 7 EA of A shipped in S5, 1 CS of A shipped in S6; 5 EA of 24 EA are missing, and the warehouse ships no more.",
	"open substitution_refused O1 3 ACME EAST B S2 web retail 30.00 USD 4 EA of B shipped in S2 and 1 returned; item B was shipped in place of A, and the order line takes no substitute.",
	"open substitution_unpriced O1 5 ACME EAST C S3 web retail 22.00 USD 2 EA of C shipped in S3; item C was shipped in place of A and has no price in USD on 2026-03-02.",
	"open unknown_order O1 8 ACME EAST B S3 web retail - - 1 EA of B shipped in S3; order O1 has no line 8.",
	"open unknown_order O6 0 - - - - - - - - Order O6 is not known, and lines of it are in shipment S12.",
	"open unknown_reference O4 2 BETA EAST LOST S9 web wholesale - - 1 EA of LOST shipped in S9; item LOST has no price in USD on 2026-03-02.",
	"open unknown_reference O4 2 BETA EAST LOST S9 web wholesale - - 1 EA of LOST shipped in S9; item LOST is not in master data.",
}

// difference lists the lines of a that b does not have.
func difference(a, b string) string {
	others := map[string]int{}
	for _, text := range strings.Split(b, "\n") {
		others[text]++
	}
	var lines []string
	for _, text := range strings.Split(a, "\n") {
		if others[text]--; others[text] < 0 {
			lines = append(lines, text)
		}
	}
	return strings.Join(lines, "\n")
}
