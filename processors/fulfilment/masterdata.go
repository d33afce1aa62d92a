package fulfilment

import (
	"waybill/processors/money"
	"waybill/schemas"
)

// masterData is what a line's judgement asks of reference data. What is not there is nil or false.
type masterData interface {
	customer() *CustomerTerms
	item(itemID string) *ItemTerms
	// listed is the price of an item for the order's customer, currency and business date; preferred is the unit of
	// measure in which it is wanted where there is a choice.
	listed(itemID, preferredUOM string) *Price
	warehouse(warehouseID string) bool
}

// learnt is what was made of rows of master data: a row that was met before need not be looked through again. Rows are never
// changed, so the row itself is the key.
type learnt[R, T any] map[*R]*T

const mostLearnt = 5_000

// of is what was made of a row, or is made now; nil of none. When it has become too much everything is forgotten.
func (l *learnt[R, T]) of(row *R, make func(*R) *T) *T {
	if row == nil {
		return nil
	}
	terms := (*l)[row]
	if terms == nil {
		if *l == nil || len(*l) >= mostLearnt {
			*l = learnt[R, T]{}
		}
		terms = make(row)
		(*l)[row] = terms
	}
	return terms
}

func customerTerms(customer *schemas.Customer) *CustomerTerms {
	if customer == nil {
		return nil
	}
	terms := &CustomerTerms{
		CustomerID: customer.CustomerID, InvoicePolicy: customer.InvoicePolicy, ShipPolicy: customer.ShipPolicy,
		OverTolerance: customer.OverTolerancePercent, UnderTolerance: customer.UnderTolerancePercent, SubstitutionPrice: customer.SubstitutionPrice,
	}
	if customer.Schedule != nil {
		terms.Schedule = *customer.Schedule
	}
	return terms
}

func itemTerms(item *schemas.Item) *ItemTerms {
	if item == nil {
		return nil
	}
	return &ItemTerms{
		ItemID: item.ItemID, BaseUOM: item.BaseUOM, UOMs: item.UOMs, CatchWeight: item.CatchWeight, Substitutes: item.Substitutes,
		OverTolerance: item.OverTolerancePercent, UnderTolerance: item.UnderTolerancePercent,
	}
}

func (t *ItemTerms) units() money.Units { return money.Units{Base: t.BaseUOM, Others: t.UOMs} }

// measure is a unit of measure of an item. Terms are nil while the item is not known: then the unit is like itself only.
type measure struct {
	itemID string
	uom    string
	terms  *ItemTerms
}

// ratio is how many of the unit to one of the unit from is, exactly. While an item is not known, its units convert into
// nothing.
func ratio(from, to measure) (money.Factor, bool) {
	if from.itemID == to.itemID && from.uom == to.uom {
		return money.One, true
	}
	if from.terms == nil || to.terms == nil {
		return money.Factor{}, false
	}
	return money.Ratio(money.Measure{UOM: from.uom, Of: from.terms.units()}, money.Measure{UOM: to.uom, Of: to.terms.units()})
}

// per says the price per another unit; nil when the units do not convert, or the price has no exact form there.
func (p Price) per(of, to measure) *Price {
	factor, ok := ratio(of, to)
	if !ok {
		return nil
	}
	unitPrice, priceUnit, err := money.ConvertPrice(p.UnitPrice, p.PriceUnit, factor)
	if err != nil {
		return nil
	}
	return &Price{unitPrice, priceUnit, to.uom}
}
