package receivables

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"waybill/processors/money"
	"waybill/schemas"
)

// terms are what makes two billed quantities comparable: the item, its unit of measure, who is billed, and the price of one,
// in lowest terms.
type terms struct {
	ItemID     string
	UOM        string
	CustomerID string
	Currency   string
	Price      schemas.Price
	PriceUnit  int64
}

func termsOf(itemID, uom, customerID, currency string, price schemas.Price, priceUnit int64) terms {
	if factor, ok := money.NewFactor(int64(price), priceUnit); ok {
		price, priceUnit = schemas.Price(factor.Numerator), factor.Denominator
	} else if price == 0 {
		priceUnit = 1
	}
	return terms{itemID, uom, customerID, currency, price, priceUnit}
}

func (b *billing) terms() terms {
	return termsOf(b.ItemID, b.UOM, b.CustomerID, b.Currency, b.UnitPrice, b.PriceUnit)
}

func (t terms) uom() string      { return t.UOM }
func (t terms) customer() string { return t.CustomerID }
func (t terms) currency() string { return t.Currency }
func (t terms) price() string    { return money.PriceText(t.Price, t.PriceUnit, t.Currency) }

// figures are a net quantity and amount.
type figures struct {
	Quantity schemas.Quantity
	Amount   schemas.Amount
}

// net is what is left of quantities and amounts by their terms, when credits are taken off. What comes to nothing is not
// in it.
type net map[terms]figures

func (n net) add(t terms, quantity schemas.Quantity, amount schemas.Amount) {
	f := n[t]
	f.Quantity, f.Amount = money.Sum(f.Quantity, quantity), money.Sum(f.Amount, amount)
	if n[t] = f; f == (figures{}) {
		delete(n, t)
	}
}

func (n net) total() (quantity schemas.Quantity, amount schemas.Amount) {
	for _, t := range n.sorted() {
		quantity, amount = money.Sum(quantity, n[t].Quantity), money.Sum(amount, n[t].Amount)
	}
	return quantity, amount
}

// digits writes an amount of the net, in its currency where it has one.
func (n net) digits(amount schemas.Amount) string {
	currency := ""
	if all := n.sorted(); len(all) > 0 {
		currency = all[0].Currency
	}
	return money.Digits(amount, currency)
}

func (n net) byItem() map[string]schemas.Quantity {
	return n.by(func(t terms) string { return t.ItemID })
}

func (n net) by(part func(terms) string) map[string]schemas.Quantity {
	quantities := map[string]schemas.Quantity{}
	for _, t := range n.sorted() {
		quantities[part(t)] = money.Sum(quantities[part(t)], n[t].Quantity)
	}
	return quantities
}

// hasPrice tells that the item of the terms has their price, or where the item is not in it, any other item.
func (n net) hasPrice(t terms) bool {
	if _, same := n[t]; same {
		return true
	}
	_, hasItem := n.byItem()[t.ItemID]
	for _, other := range n.sorted() {
		if !hasItem && other.UOM == t.UOM && other.CustomerID == t.CustomerID && other.Currency == t.Currency && other.Price == t.Price && other.PriceUnit == t.PriceUnit {
			return true
		}
	}
	return false
}

// amountFor is the amount of a part of the net quantity: all of the amount for all of the quantity or more, the price times
// the quantity where there is one price, else its proportion.
func (n net) amountFor(quantity schemas.Quantity) schemas.Amount {
	whole, amount := n.total()
	if beyond(quantity, whole) > 0 {
		quantity = min(max(quantity, min(0, whole)), max(0, whole))
	}
	if quantity == whole {
		return amount
	}
	all := n.sorted()
	if len(all) == 1 {
		if extended, err := money.Extend(quantity, all[0].Price, all[0].PriceUnit, all[0].Currency); err == nil {
			return extended
		}
	}
	return prorate(amount, quantity, whole, all[0].Currency)
}

// sorted lists the terms in an order that follows from them alone.
func (n net) sorted() []terms {
	return slices.SortedFunc(maps.Keys(n), func(a, b terms) int {
		return cmp.Or(strings.Compare(a.ItemID, b.ItemID), strings.Compare(a.UOM, b.UOM), strings.Compare(a.CustomerID, b.CustomerID),
			strings.Compare(a.Currency, b.Currency), cmp.Compare(a.Price, b.Price), cmp.Compare(a.PriceUnit, b.PriceUnit))
	})
}

// distinct lists what a part of the terms says, each once, sorted.
func (n net) distinct(part func(terms) string) []string {
	var texts []string
	for _, t := range n.sorted() {
		texts = append(texts, part(t))
	}
	slices.Sort(texts)
	return slices.Compact(texts)
}
