package intake

import (
	"cmp"

	"waybill/schemas"
)

func checkCustomer(in *inspection, customer *schemas.Customer) {
	in.text(whole, "customer_id", customer.CustomerID)
	in.currency(customer.Currency)
	if customer.CreditLimit != nil {
		in.amount(whole, "credit_limit", *customer.CreditLimit)
	}
	in.terms(&customer.PaymentTerms)
	known(in, whole, "invoice_policy", customer.InvoicePolicy)
	known(in, whole, "ship_policy", customer.ShipPolicy)
	in.percent(whole, "over_tolerance_percent", customer.OverTolerancePercent, maxTolerance)
	in.percent(whole, "under_tolerance_percent", customer.UnderTolerancePercent, hundredPercent)
	known(in, whole, "substitution_price", customer.SubstitutionPrice)
}

func checkItem(in *inspection, item *schemas.Item) {
	in.text(whole, "item_id", item.ItemID)
	in.text(whole, "base_uom", item.BaseUOM)
	for i := range item.UOMs {
		at, of := place{"uoms", i}, &item.UOMs[i]
		in.text(at, "uom", of.UOM)
		in.number(at, "numerator", of.Numerator, 1, maxSequence)
		in.number(at, "denominator", of.Denominator, 1, maxSequence)
	}
	distinct(in, "uoms", "uom", len(item.UOMs), func(i int) string { return item.UOMs[i].UOM }, cmp.Less[string])
	in.percentIfAny(whole, "over_tolerance_percent", item.OverTolerancePercent, maxTolerance)
	in.percentIfAny(whole, "under_tolerance_percent", item.UnderTolerancePercent, hundredPercent)
}

func checkPrice(in *inspection, price *schemas.ItemPrice) {
	in.text(whole, "price_id", price.PriceID)
	if price.CustomerID != nil {
		in.text(whole, "customer_id", *price.CustomerID)
	}
	in.text(whole, "item_id", price.ItemID)
	in.currency(price.Currency)
	in.date(whole, "valid_from", price.ValidFrom)
	if price.ValidTo != nil {
		in.date(whole, "valid_to", *price.ValidTo)
		if *price.ValidTo < price.ValidFrom {
			in.find(AbsurdDate, whole, "valid_to", "is %s, before valid_from %s", *price.ValidTo, price.ValidFrom)
		}
	}
	in.text(whole, "uom", price.UOM)
	in.price(whole, price.UnitPrice, price.PriceUnit)
}

func checkWarehouse(in *inspection, warehouse *schemas.Warehouse) {
	in.text(whole, "warehouse_id", warehouse.WarehouseID)
}
