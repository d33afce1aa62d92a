package fulfilment

import (
	"strings"
	"time"

	"waybill/processors/periods"
	"waybill/schemas"
)

// unitKind is what is billed in one record.
type unitKind uint8

const (
	byShipment unitKind = iota + 1
	byOrder
	byPeriod // of the customer's schedule
)

// timing is when something of an order may be billed at all.
type timing uint8

const (
	asItShips timing = iota + 1
	whenComplete
	whenOrdered // before anything ships
)

// trigger is an invoice policy as far as this stage bills by it.
type trigger struct {
	policy schemas.InvoicePolicy
	unit   unitKind
	when   timing
	// billable is the quantity of a part that the policy lets bill, before over-shipment takes from it.
	billable func(*shippedPart) schemas.Quantity
}

func shippedQuantity(part *shippedPart) schemas.Quantity { return part.shipped }

// releasedQuantity is all of what had left the warehouse when a person last released the order or the line.
func releasedQuantity(part *shippedPart) schemas.Quantity {
	if part.release == nil {
		return 0
	}
	return part.shipped
}

func deliveredQuantity(part *shippedPart) schemas.Quantity { return part.delivered }

func confirmedQuantity(part *shippedPart) schemas.Quantity { return part.confirmed }

// triggers are the policies by which an order is billed. What waits for a policy that is not here, which only a newer
// release knows, is not billed, and is no exception.
var triggers = []trigger{
	{schemas.OnShipment, byShipment, asItShips, shippedQuantity},
	{schemas.PerDelivery, byShipment, asItShips, deliveredQuantity},
	{schemas.ProofOfDelivery, byShipment, asItShips, confirmedQuantity},
	{schemas.OrderComplete, byOrder, whenComplete, shippedQuantity},
	{schemas.OnOrder, byOrder, whenOrdered, shippedQuantity},     // of what is billed by its weight; else see onorder.go
	{schemas.Consolidated, byPeriod, asItShips, shippedQuantity}, // and then by the stage consolidation
	{schemas.Manual, byShipment, asItShips, releasedQuantity},
}

func triggerOf(policy schemas.InvoicePolicy) *trigger {
	for i := range triggers {
		if triggers[i].policy == policy {
			return &triggers[i]
		}
	}
	return nil
}

// invoicePolicy is the order's own, else the customer's; empty while neither is known.
func invoicePolicy(order *OrderRow, customer *CustomerTerms) schemas.InvoicePolicy {
	switch {
	case order.Placed.InvoicePolicy != nil:
		return *order.Placed.InvoicePolicy
	case customer != nil:
		return customer.InvoicePolicy
	}
	return ""
}

// shipPolicy is the order's own, else the customer's; empty while neither is known.
func shipPolicy(order *OrderRow, customer *CustomerTerms) schemas.ShipPolicy {
	switch {
	case order.Placed.ShipPolicy != nil:
		return *order.Placed.ShipPolicy
	case customer != nil:
		return customer.ShipPolicy
	}
	return ""
}

// The names of billing units.
func shipmentUnit(shipmentID string) string { return "shipment/" + shipmentID }

const orderUnit = "order"

const periodUnits = "period/"

// periodUnit is what leaves within a period of the customer's schedule, as far as the order is concerned.
func periodUnit(schedule string, left time.Time) string {
	return periodUnits + periods.Of(schedule, left).Name()
}

// periodOf reads a unit that is a period; false of others.
func periodOf(unit string) (periods.Period, bool) {
	name, is := strings.CutPrefix(unit, periodUnits)
	if !is {
		return periods.Period{}, false
	}
	return periods.Parse(name)
}
