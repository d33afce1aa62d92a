package fulfilment

import (
	"testing"

	"waybill/schemas"
)

func TestTriggers(t *testing.T) {
	by := func(policy schemas.InvoicePolicy, parts ...Part) func(*given) {
		return func(g *given) {
			g.order.Placed.InvoicePolicy = &policy
			g.ships(parts...)
		}
	}
	check(t, []ruling{
		{"on shipment", by(schemas.OnShipment, part("S1", "A", "4"), allocated("A", "6")), "open", []string{"4 EA of A @10.00/1 = 40.00 shipment/S1 on_shipment"}, nil},
		{"per delivery, not delivered", by(schemas.PerDelivery, part("S1", "A", "4")), "open", nil, nil},
		{"per delivery, less delivered than shipped", by(schemas.PerDelivery, part("S1", "A", "4").delivering("3")), "open", []string{"3 EA of A @10.00/1 = 30.00 shipment/S1 per_delivery"}, nil},
		{"per delivery, never more than may be billed of what was shipped", by(schemas.PerDelivery, part("S1", "A", "12").delivering("12")), "open done", []string{"10 EA of A @10.00/1 = 100.00 shipment/S1 per_delivery"},
			[]string{"over_shipped 20.00 USD: 12 EA of A shipped in S1; 2 EA beyond the 10 EA ordered and what is tolerated are not billed."}},
		{"on proof of delivery, not confirmed", by(schemas.ProofOfDelivery, part("S1", "A", "4").delivering("4")), "open", nil, nil},
		{"on proof of delivery, what the customer confirmed", by(schemas.ProofOfDelivery, part("S1", "A", "4").delivering("4").confirming("3")),
			"open", []string{"3 EA of A @10.00/1 = 30.00 shipment/S1 proof_of_delivery"}, nil},
		{"on proof of delivery, never more than may be billed of what was kept", by(schemas.ProofOfDelivery, part("S1", "A", "4").delivering("4").confirming("9").returning("1")),
			"open", []string{"3 EA of A @10.00/1 = 30.00 shipment/S1 proof_of_delivery"}, nil},
		{"consolidated, by the month without a schedule", by(schemas.Consolidated, part("S1", "A", "4"), part("S2", "A", "6")), "open done",
			[]string{"4 EA of A @10.00/1 = 40.00 period/month_end/2026-03-01 consolidated", "6 EA of A @10.00/1 = 60.00 period/month_end/2026-03-01 consolidated"}, nil},
		{"consolidated, by the week", func(g *given) {
			g.terms.InvoicePolicy, g.terms.Schedule = schemas.Consolidated, new("weekly")
			g.shipments["S2"].ShippedAt = at(7 * 24 * 60)
			g.ships(part("S1", "A", "4"), part("S2", "A", "6"))
		}, "open done", []string{"4 EA of A @10.00/1 = 40.00 period/weekly/2026-03-02 consolidated", "6 EA of A @10.00/1 = 60.00 period/weekly/2026-03-09 consolidated"}, nil},
		{"order complete bills all shipments as one", by(schemas.OrderComplete, part("S1", "A", "4"), part("S2", "A", "6")), "open done",
			[]string{"4 EA of A @10.00/1 = 40.00 order order_complete", "6 EA of A @10.00/1 = 60.00 order order_complete"}, nil},
		{"the customer's policy where the order has none", func(g *given) {
			g.terms.InvoicePolicy = schemas.PerDelivery
			g.ships(part("S1", "A", "4"))
		}, "open", nil, nil},
	})
}

func TestTheOrdersOwnPoliciesGoBeforeTheCustomers(t *testing.T) {
	customer := &CustomerTerms{InvoicePolicy: schemas.PerDelivery, ShipPolicy: schemas.ShipComplete}
	order := &OrderRow{Placed: &PlacedOrder{}}
	if i, s := invoicePolicy(order, nil), shipPolicy(order, nil); i != "" || s != "" {
		t.Errorf("nobody says: got %s, %s", i, s)
	}
	if i, s := invoicePolicy(order, customer), shipPolicy(order, customer); i != schemas.PerDelivery || s != schemas.ShipComplete {
		t.Errorf("the customer says: got %s, %s", i, s)
	}
	order.Placed.InvoicePolicy, order.Placed.ShipPolicy = new(schemas.OnShipment), new(schemas.ShipPartial)
	if i, s := invoicePolicy(order, customer), shipPolicy(order, customer); i != schemas.OnShipment || s != schemas.ShipPartial {
		t.Errorf("the order says: got %s, %s", i, s)
	}
}
