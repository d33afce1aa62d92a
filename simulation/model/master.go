package model

import (
	"math/big"
	"slices"

	"waybill/schemas"
)

// masterData is what is known in the end.
type masterData struct {
	customers  map[string]*schemas.Customer
	items      map[string]*schemas.Item
	prices     []*schemas.ItemPrice
	warehouses map[string]*schemas.Warehouse
}

func masterOf(f *facts) *masterData {
	m := &masterData{customers: map[string]*schemas.Customer{}, items: map[string]*schemas.Item{}, warehouses: map[string]*schemas.Warehouse{}}
	for _, l := range f.sorted("master.customers") {
		for _, event := range l.taken() {
			m.customers[l.entity] = event.Value.(*schemas.Customer)
		}
	}
	for _, l := range f.sorted("master.items") {
		for _, event := range l.taken() {
			m.items[l.entity] = event.Value.(*schemas.Item)
		}
	}
	for _, l := range f.sorted("master.prices") {
		for _, event := range l.taken() {
			m.prices = append(m.prices, event.Value.(*schemas.ItemPrice))
		}
	}
	for _, l := range f.sorted("master.warehouses") {
		for _, event := range l.taken() {
			m.warehouses[l.entity] = event.Value.(*schemas.Warehouse)
		}
	}
	return m
}

// unit is a unit of measure of an item.
type unit struct{ item, uom string }

// inBase is how many of an item's base unit one of a unit is; nil where the item has no such unit.
func inBase(item *schemas.Item, uom string) number {
	if uom == item.BaseUOM {
		return whole(1)
	}
	for _, other := range item.UOMs {
		if other.UOM == uom {
			return big.NewRat(other.Numerator, other.Denominator)
		}
	}
	return nil
}

// ratio is how many of the unit to one of the unit from is; nil where they do not convert. Different items convert over a
// base unit that both have; else, of known items, units of one name are the same.
func (m *masterData) ratio(from, to unit) number {
	if from == to {
		return whole(1)
	}
	of, in := m.items[from.item], m.items[to.item]
	if of == nil || in == nil {
		return nil
	}
	if of.BaseUOM == in.BaseUOM {
		if a, b := inBase(of, from.uom), inBase(in, to.uom); a != nil && b != nil {
			return over(a, b)
		}
	}
	return choose(from.uom == to.uom, whole(1), nil)
}

// price is so much for one of a unit.
type price struct {
	of     unit
	amount number // of one
}

func priceFor(of unit, unitPrice schemas.Price, priceUnit int64) *price {
	return &price{of, over(priceOf(unitPrice), whole(priceUnit))}
}

// per is the price of one of another unit; nil where it does not convert.
func (m *masterData) per(p *price, to unit) number {
	ratio := m.ratio(p.of, to)
	if ratio == nil {
		return nil
	}
	return over(p.amount, ratio)
}

// listed is the price of an item for a customer on a day: the customer's own before the list price, one in the preferred
// unit before another, the newest, the one with the smallest id. Nil where there is none.
func (m *masterData) listed(item, customer, currency string, on schemas.Date, preferred string) *price {
	var valid []*schemas.ItemPrice
	for _, p := range m.prices {
		if p.ItemID == item && p.Currency == currency && p.ValidFrom <= on && (p.ValidTo == nil || *p.ValidTo >= on) &&
			(p.CustomerID == nil || *p.CustomerID == customer) {
			valid = append(valid, p)
		}
	}
	if len(valid) == 0 {
		return nil
	}
	best := slices.MinFunc(valid, func(a, b *schemas.ItemPrice) int {
		for _, first := range [][2]bool{
			{a.CustomerID != nil, b.CustomerID != nil}, {a.UOM == preferred, b.UOM == preferred},
			{a.ValidFrom > b.ValidFrom, b.ValidFrom > a.ValidFrom}, {a.PriceID < b.PriceID, b.PriceID < a.PriceID},
		} {
			if first[0] != first[1] {
				return choose(first[0], -1, 1)
			}
		}
		return 0
	})
	return priceFor(unit{item, best.UOM}, best.UnitPrice, best.PriceUnit)
}
