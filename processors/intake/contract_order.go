package intake

import (
	"cmp"

	"waybill/processors/money"
	"waybill/schemas"
)

// checkOrder: an order that is not cancelled has lines. A quantity of zero is how some channels take a line back.
func checkOrder(in *inspection, order *schemas.Order) {
	in.text(whole, "order_id", order.OrderID)
	in.text(whole, "customer_id", order.CustomerID)
	in.currency(order.Currency)
	known(in, whole, "status", order.Status)
	knownIfAny(in, whole, "ship_policy", order.ShipPolicy)
	knownIfAny(in, whole, "invoice_policy", order.InvoicePolicy)
	if len(order.Lines) == 0 && order.Status != schemas.OrderCancelled {
		in.find(NoLines, whole, "lines", "an order that is %s needs lines", order.Status)
	}
	for i := range order.Lines {
		at, of := place{"lines", i}, &order.Lines[i]
		in.lineNo(at, of.LineNo)
		in.text(at, "item_id", of.ItemID)
		in.quantity(at, "quantity", of.Quantity)
		in.text(at, "uom", of.UOM)
		price := schemas.Price(0)
		if of.UnitPrice != nil {
			price = *of.UnitPrice
		}
		in.price(at, price, of.PriceUnit)
		in.text(at, "warehouse_id", of.WarehouseID)
		in.date(at, "requested_date", of.RequestedDate)
		known(in, at, "substitution", of.Substitution)
		known(in, at, "status", of.Status)
	}
	distinct(in, "lines", "line_no", len(order.Lines), func(i int) int32 { return order.Lines[i].LineNo }, cmp.Less[int32])
}

// checkAcceptance: what ERP takes on has lines; a line that it refuses need not say how it would have sold it.
func checkAcceptance(in *inspection, acceptance *schemas.OrderAcceptance) {
	in.text(whole, "order_id", acceptance.OrderID)
	known(in, whole, "status", acceptance.Status)
	in.currency(acceptance.Currency)
	in.terms(acceptance.PaymentTerms)
	if len(acceptance.Lines) == 0 && sells(acceptance.Status) {
		in.find(NoLines, whole, "lines", "an order that is %s needs lines", acceptance.Status)
	}
	for i := range acceptance.Lines {
		at, of := place{"lines", i}, &acceptance.Lines[i]
		in.lineNo(at, of.LineNo)
		in.text(at, "item_id", of.ItemID)
		known(in, at, "status", of.Status)
		in.quantity(at, "confirmed_quantity", of.ConfirmedQuantity)
		if sells(of.Status) {
			in.text(at, "uom", of.UOM)
		}
		in.price(at, of.UnitPrice, of.PriceUnit)
		in.date(at, "confirmed_date", of.ConfirmedDate)
	}
	distinct(in, "lines", "line_no", len(acceptance.Lines), func(i int) int32 { return acceptance.Lines[i].LineNo }, cmp.Less[int32])
}

func sells(status schemas.AcceptanceStatus) bool {
	return status == schemas.Accepted || status == schemas.AcceptanceChanged
}

const (
	maxDays        = 36_525 // a hundred years
	hundredPercent = money.HundredPercent
	maxTolerance   = 10 * hundredPercent // over what was ordered
)

func (in *inspection) terms(terms *schemas.PaymentTerms) {
	if terms == nil {
		return
	}
	in.number(whole, "payment_terms.net_days", int64(terms.NetDays), 0, maxDays)
	in.number(whole, "payment_terms.discount_days", int64(terms.DiscountDays), 0, maxDays)
	in.percent(whole, "payment_terms.discount_percent", terms.DiscountPercent, hundredPercent)
}
