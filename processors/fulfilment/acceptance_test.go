package fulfilment

import (
	"testing"

	"waybill/schemas"
)

func TestAcceptance(t *testing.T) {
	says := func(g *given, status schemas.AcceptanceStatus, line *schemas.AcceptedLine) {
		g.order.Accepted = &AcceptedOrder{Status: status, Currency: "USD", Fact: Fact{At: at(5)}}
		g.line.Accepted = line
		g.ships(part("S1", "A", "10"))
	}
	asPlaced := []string{"10 EA of A @10.00/1 = 100.00 shipment/S1 on_shipment"}
	missing := []string{"not_accepted 100.00 USD: 10 EA of A shipped in S1; ERP has not accepted the line yet."}
	refused := []string{"not_accepted 100.00 USD: 10 EA of A shipped in S1; ERP has rejected the line."}
	check(t, []ruling{
		{"implied: billed as placed", func(g *given) { g.ships(part("S1", "A", "10")) }, "open done", asPlaced, nil},
		{"implied: a line that ERP does not name is as placed", func(g *given) { says(g, schemas.Accepted, nil) }, "open done", asPlaced, nil},
		{"implied: what ERP accepted wins all the same", func(g *given) {
			says(g, schemas.Accepted, new(accepted(1, "10", "9.50", nil)))
		}, "open done", []string{"10 EA of A @9.50/1 = 95.00 shipment/S1 on_shipment"}, nil},
		{"implied: a rejection is one all the same", func(g *given) { says(g, schemas.AcceptanceRejected, nil) }, "", nil, refused},
		{"required: nothing before it", func(g *given) { g.required = true; g.ships(part("S1", "A", "10")) }, "open done blocked", nil, missing},
		{"required: nothing of a line that ERP does not name", func(g *given) { g.required = true; says(g, schemas.Accepted, nil) }, "open done blocked", nil, missing},
		{"required and there", func(g *given) { g.required = true; says(g, schemas.Accepted, new(accepted(1, "10", "10", nil))) }, "open done", asPlaced, nil},
		{"a rejected line", func(g *given) {
			says(g, schemas.Accepted, new(accepted(1, "10", "10", func(l *schemas.AcceptedLine) { l.Status = schemas.AcceptanceRejected })))
		}, "", nil, refused},
		{"a line that ERP has cancelled", func(g *given) {
			says(g, schemas.Accepted, new(accepted(1, "10", "10", func(l *schemas.AcceptedLine) { l.Status = schemas.AcceptanceCancelled })))
		}, "", nil, []string{"shipped_after_cancel 100.00 USD: 10 EA of A shipped in S1; ERP has cancelled the line."}},
		{"rejected, and come back", func(g *given) {
			says(g, schemas.AcceptanceRejected, nil)
			g.line.Parts[0].Returned = q("10")
		}, "", nil, nil},
		{"less accepted than placed is more shipped than ordered", func(g *given) {
			says(g, schemas.AcceptanceChanged, new(accepted(1, "6", "10", func(l *schemas.AcceptedLine) { l.Status = schemas.AcceptanceChanged })))
		}, "open done", []string{"6 EA of A @10.00/1 = 60.00 shipment/S1 on_shipment"},
			[]string{"over_shipped 40.00 USD: 10 EA of A shipped in S1; 4 EA beyond the 6 EA ordered and what is tolerated are not billed."}},
		{"in another unit, its price goes by that", func(g *given) {
			says(g, schemas.Accepted, new(accepted(1, "1", "96", func(l *schemas.AcceptedLine) { l.UOM = "CS" })))
		}, "open", []string{"10 EA of A @8.00/1 = 80.00 shipment/S1 on_shipment"}, nil},
		{"another item accepted, and the placed one shipped: what was placed is no refused substitute", func(g *given) {
			g.line.Placed.Substitution = schemas.SubstitutionNever
			says(g, schemas.Accepted, new(accepted(1, "10", "10", func(l *schemas.AcceptedLine) { l.ItemID = "B" })))
		}, "open done", []string{"10 EA of A @10.00/1 = 100.00 shipment/S1 on_shipment:substitution_lower"}, nil},
		{"ERP's currency is what is billed; the order's price is of another", func(g *given) {
			says(g, schemas.Accepted, nil)
			g.order.Accepted.Currency = "EUR"
			g.prices = append(g.prices, listPrice("A2", "A", "9", func(p *schemas.ItemPrice) { p.Currency = "EUR" }))
		}, "open done", []string{"10 EA of A @9.00/1 = 90.00 shipment/S1 on_shipment"}, nil},
	})
}
