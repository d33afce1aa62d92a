package fulfilment

import (
	"cmp"
	"slices"

	"waybill/topics"
)

// lineMasterData answers a line's judgement: by the terms that stay from the line's first bills, else by master data. It
// remembers what master data was asked, so that the line can wait for it.
type lineMasterData struct {
	*dossier
	line *openLine

	asked      []string      // items
	priced     []string      // items whose price list was asked
	warehoused []string      // warehouses
	prices     []ListedPrice // that were found
}

// reset forgets what was asked and keeps the memory for the next line.
func (m *lineMasterData) reset() {
	*m = lineMasterData{asked: m.asked[:0], priced: m.priced[:0], warehoused: m.warehoused[:0], prices: m.prices[:0]}
}

// item is what holds of an item for the line. Units and substitutes that
// master data has learnt since the first bill count as well.
func (m *lineMasterData) item(itemID string) *ItemTerms {
	live := m.learntItems.of(m.items.Get(m.s, itemID), itemTerms)
	if kept := m.kept(itemID); kept != nil {
		return kept.extendedBy(live)
	}
	m.asked = noted(m.asked, itemID)
	return live
}

func (m *lineMasterData) kept(itemID string) *ItemTerms {
	terms := m.line.row.Terms
	if at := slices.IndexFunc(terms, func(t ItemTerms) bool { return t.ItemID == itemID }); at >= 0 {
		return &terms[at]
	}
	return nil
}

// extendedBy adds the units and substitutes that only the live item has; where there are none it is t itself.
func (t *ItemTerms) extendedBy(live *ItemTerms) *ItemTerms {
	if live == nil {
		return t
	}
	units, substitutes := slices.Clip(t.UOMs), slices.Clip(t.Substitutes) // what is added does not go into t's
	for _, unit := range live.UOMs {
		if _, known := t.units().PerBase(unit.UOM); !known && live.BaseUOM == t.BaseUOM {
			units = append(units, unit)
		}
	}
	for _, itemID := range live.Substitutes {
		substitutes = noted(substitutes, itemID)
	}
	if len(units) == len(t.UOMs) && len(substitutes) == len(t.Substitutes) {
		return t
	}
	both := *t
	both.UOMs, both.Substitutes = units, substitutes
	return &both
}

func (m *lineMasterData) listed(itemID, preferredUOM string) *Price {
	wanted := ListedPrice{ItemID: itemID, Wanted: preferredUOM, CustomerID: m.order.Placed.CustomerID, Currency: currencyOf(m.order)}
	if at, kept := slices.BinarySearchFunc(m.line.row.Prices, wanted, sameListed); kept {
		return &m.line.row.Prices[at].Price
	}
	m.priced = noted(m.priced, itemID)
	found := choosePrice(m.fulfilment.prices.Scan(m.s, topics.PricesOf(itemID)), wanted.CustomerID, wanted.Currency, m.order.Placed.BusinessDate, preferredUOM)
	if found == nil {
		return nil
	}
	wanted.Price = Price{found.UnitPrice, found.PriceUnit, found.UOM}
	m.prices = append(m.prices, wanted)
	return &wanted.Price
}

// sameListed compares what prices were looked up for: the order in which a line keeps them.
func sameListed(a, b ListedPrice) int {
	return cmp.Or(cmp.Compare(a.ItemID, b.ItemID), cmp.Compare(a.Wanted, b.Wanted), cmp.Compare(a.CustomerID, b.CustomerID), cmp.Compare(a.Currency, b.Currency))
}

func (m *lineMasterData) warehouse(warehouseID string) bool {
	m.warehoused = noted(m.warehoused, warehouseID)
	return m.warehouses.Get(m.s, warehouseID) != nil
}

func noted(ids []string, id string) []string {
	if slices.Contains(ids, id) {
		return ids
	}
	return append(ids, id)
}

// keep makes the terms by which the line is billed for the first time stay: of the ordered item, and of what was shipped,
// each with the price that was wanted in a unit of measure, if the price list was asked.
func (m *lineMasterData) keep(itemID, wantedUOM string) {
	terms := m.item(itemID)
	if terms == nil {
		return
	}
	row := m.line.row
	for _, found := range m.prices {
		if at, kept := slices.BinarySearchFunc(row.Prices, found, sameListed); !kept && found.ItemID == itemID && found.Wanted == wantedUOM {
			row.Prices = slices.Insert(slices.Clone(row.Prices), at, found)
		}
	}
	kept := slices.DeleteFunc(slices.Clone(row.Terms), func(t ItemTerms) bool { return t.ItemID == itemID })
	kept = append(kept, *terms)
	slices.SortFunc(kept, func(a, b ItemTerms) int { return cmp.Compare(a.ItemID, b.ItemID) })
	row.Terms = kept
}

// awaitMasterData has the line judged again when master data comes or changes, while something depends on it that no other
// event would bring up again: a reason that stands, a quantity that has no value, a demand that cannot be told. What merely
// has not been triggered yet, or is held, is judged anew when it is triggered or let go.
func (d *dossier) awaitMasterData(line *openLine) {
	v := &line.verdict
	settled := !line.row.Tally.Troubled && (!v.known || v.price != nil)
	if settled && len(v.untold) == 0 {
		return
	}
	subject := lineSubject(d.order.OrderID, line.row.LineNo)
	for _, itemID := range v.untold {
		d.items.Await(d.s, itemID, subject)
	}
	if settled {
		return
	}
	for _, itemID := range line.master.asked {
		d.items.Await(d.s, itemID, subject)
	}
	for _, itemID := range line.master.priced {
		d.prices.Await(d.s, topics.PricesOf(itemID), subject)
	}
	for _, warehouseID := range line.master.warehoused {
		d.warehouses.Await(d.s, warehouseID, subject)
	}
}

// awaitCustomer has the order judged again when its customer comes or changes: while something that is to be billed is not
// billed by terms that stay, or nobody knows whether it is; while something is missing of an order of which no more is
// shipped; and as long as something is told that names the customer's segment.
func (d *dossier) awaitCustomer() {
	o := d.order
	if o.Placed == nil || o.AwaitedCustomer == o.Placed.CustomerID {
		return
	}
	settled := o.Agreed != nil && o.Agreed.CustomerID == o.Placed.CustomerID
	byCustomer := d.customer() == nil && o.Placed.InvoicePolicy == nil // who might be billed when ordering
	isShort := o.Final && o.Count.Open > o.Count.Done
	if (settled || o.Count.Shipped == 0 && !byCustomer && !isShort) && len(o.Holds) == 0 && o.Count.Troubled == 0 && len(o.Raised) == 0 {
		return
	}
	o.AwaitedCustomer = o.Placed.CustomerID
	d.customers.Await(d.s, o.AwaitedCustomer, orderSubject(o.OrderID))
}
