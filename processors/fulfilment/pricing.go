package fulfilment

import (
	"iter"

	"waybill/schemas"
)

// choosePrice picks an item's price from master data for a customer, as of a day: the customer's agreement before the list
// price, then one in the preferred unit of measure, then the one that became valid last, then the smallest price id. Nil
// when none is valid.
func choosePrice(prices iter.Seq[*schemas.ItemPrice], customerID, currency string, on schemas.Date, preferredUOM string) *schemas.ItemPrice {
	var best *schemas.ItemPrice
	for price := range prices {
		if price.Currency != currency || price.ValidFrom > on || price.ValidTo != nil && *price.ValidTo < on {
			continue
		}
		if price.CustomerID != nil && *price.CustomerID != customerID {
			continue
		}
		if best == nil || ranksBefore(price, best, preferredUOM) {
			best = price
		}
	}
	return best
}

func ranksBefore(a, b *schemas.ItemPrice, preferredUOM string) bool {
	switch {
	case (a.CustomerID != nil) != (b.CustomerID != nil):
		return a.CustomerID != nil
	case (a.UOM == preferredUOM) != (b.UOM == preferredUOM):
		return a.UOM == preferredUOM
	case a.ValidFrom != b.ValidFrom:
		return a.ValidFrom > b.ValidFrom
	}
	return a.PriceID < b.PriceID
}

// priceFault says why a price cannot be billed.
type priceFault uint8

const (
	priced   priceFault = iota
	unpriced            // nobody names one
	zero                // a price of zero that the order line does not ask for
)

// orderedPrice is the price of the ordered item: ERP's, else the order's, else the price list's. Zero is a price only where
// the order line itself says so.
func (a *agreement) orderedPrice(master masterData) (Price, priceFault) {
	price := a.price
	if price == nil {
		price = master.listed(a.itemID, a.uom)
	}
	switch {
	case price == nil:
		return Price{}, unpriced
	case price.UnitPrice == 0 && !a.saysFree:
		return Price{}, zero
	}
	return *price, priced
}
