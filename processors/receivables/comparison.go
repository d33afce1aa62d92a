package receivables

import (
	"maps"
	"slices"

	"waybill/processors/money"
	"waybill/schemas"
)

// Kind is one way in which what ERP billed of an order line differs from what was ready.
type Kind string

// The kinds, in the order in which they are named.
const (
	ItemDiffers      Kind = "item"
	QuantityDiffers  Kind = "quantity"
	UOMDiffers       Kind = "unit of measure"
	CustomerDiffers  Kind = "customer"
	CurrencyDiffers  Kind = "currency"
	UnitPriceDiffers Kind = "unit price"
	AmountDiffers    Kind = "amount"
)

// concernsAll says that such a difference puts the whole amount in question, not only what it differs by.
func (k Kind) concernsAll() bool {
	return k == ItemDiffers || k == CustomerDiffers || k == CurrencyDiffers
}

// billing is what one standing ERP document bills of the line.
type billing struct {
	charge
	CustomerID string
	Currency   string
	Invoice    string  // the invoice that it is, or that it credits
	Credit     bool    // it is of a credit memo
	Unit       *string // the billing unit that it names; nil: none that is known
}

// finding is what is wrong with a line, or with one billing unit of it: how much of what, by which invoices.
type finding struct {
	Kinds    []Kind
	Billed   net
	Ready    net
	Expected schemas.Amount   // what was to be billed
	Quantity schemas.Quantity // billed twice, or ahead of what is ready
	Amount   schemas.Amount   // that is in question
	Currency string
	Invoices []string // sorted
}

// verdict is all that is wrong with a line; empty where nothing is.
type verdict struct {
	Mismatch   []finding // different from what was ready
	Double     []finding // above what was ready, by a second invoice
	NotShipped []finding // nothing was ready
}

// compare holds what ERP billed of an order line against what was ready. Where all of it names the billing unit, each unit
// is compared for itself; else the whole line is, by its totals. Billing part of what is ready is no difference.
func compare(ready []share, billed []billing) verdict {
	byUnit := map[string][]billing{}
	for _, b := range billed {
		if b.Unit == nil {
			return compareUnit(ready, billed)
		}
		byUnit[*b.Unit] = append(byUnit[*b.Unit], b)
	}
	var all verdict
	for _, unit := range slices.Sorted(maps.Keys(byUnit)) {
		v := compareUnit(sharesOfUnit(ready, unit), byUnit[unit])
		all.Mismatch, all.Double, all.NotShipped = append(all.Mismatch, v.Mismatch...), append(all.Double, v.Double...), append(all.NotShipped, v.NotShipped...)
	}
	return all
}

func sharesOfUnit(ready []share, unit string) (of []share) {
	for _, s := range ready {
		if s.Unit == unit {
			of = append(of, s)
		}
	}
	return of
}

func compareUnit(shares []share, billed []billing) (v verdict) {
	ready, invoiced := net{}, net{}
	for _, s := range shares {
		ready.add(termsOf(s.ItemID, s.UOM, s.CustomerID, s.Currency, s.UnitPrice, s.PriceUnit), s.Quantity, s.Amount)
	}
	for _, b := range billed {
		invoiced.add(b.terms(), b.Quantity, b.Amount)
	}
	if len(invoiced) == 0 {
		return v
	}
	q, amount := invoiced.total()
	f := finding{Billed: invoiced, Ready: ready, Currency: invoiced.sorted()[0].Currency, Invoices: contributing(billed)}
	if len(ready) == 0 && q > 0 {
		f.Quantity, f.Amount = q, magnitude(amount)
		v.NotShipped = append(v.NotShipped, f)
		return v
	}
	readyQuantity, _ := ready.total()
	f.Kinds = differences(ready, invoiced, billed)
	f.Expected = expected(ready, q, slices.Contains(f.Kinds, UOMDiffers))
	f.Amount = magnitude(money.Sum(amount, -f.Expected))
	switch {
	case slices.ContainsFunc(f.Kinds, Kind.concernsAll):
		f.Amount = magnitude(amount)
	case slices.Contains(f.Kinds, UOMDiffers):
		f.Amount = max(f.Amount, magnitude(amount))
	}
	if slices.Contains(f.Kinds, QuantityDiffers) && q > readyQuantity && secondInvoice(billed) {
		double := f
		double.Quantity = money.Sum(q, -readyQuantity)
		f.Kinds = slices.DeleteFunc(slices.Clone(f.Kinds), func(kind Kind) bool { return kind == QuantityDiffers })
		if slices.Equal(f.Kinds, []Kind{AmountDiffers}) && !extensionsDiffer(invoiced, billed) {
			f.Kinds = nil // it follows from the quantity alone
		}
		double.Kinds, double.Amount = nil, f.Amount
		if len(f.Kinds) > 0 {
			double.Amount = magnitude(prorate(amount, double.Quantity, q, f.Currency))
			f.Amount = magnitude(money.Sum(f.Amount, -double.Amount))
		}
		v.Double = append(v.Double, double)
	}
	if len(f.Kinds) > 0 {
		v.Mismatch = append(v.Mismatch, f)
	}
	return v
}

// expected is what a quantity is to be billed at. A quantity in another unit of measure says nothing of what is ready: all of
// that is expected then, and what is billed, or what is missing of it, is in question, whichever is more.
func expected(ready net, q schemas.Quantity, otherUnit bool) schemas.Amount {
	if otherUnit {
		_, all := ready.total()
		return all
	}
	return ready.amountFor(q)
}

// differences names the ways in which what was billed is not a part of what was ready.
func differences(ready, invoiced net, billed []billing) (kinds []Kind) {
	q, amount := invoiced.total()
	readyQuantity, readyAmount := ready.total()
	excess := beyond(q, readyQuantity)
	billedItems := invoiced.byItem()
	items, uoms, customers, currencies := ready.byItem(), ready.by(terms.uom), ready.by(terms.customer), ready.by(terms.currency)
	itemExcess, termsExcess := schemas.Quantity(0), schemas.Quantity(0)
	var item, uom, customer, currency, price bool
	for _, itemID := range slices.Sorted(maps.Keys(billedItems)) {
		readyOfItem, known := items[itemID]
		item = item || !known && len(ready) > 0
		itemExcess = money.Sum(itemExcess, beyond(billedItems[itemID], readyOfItem))
	}
	for _, t := range invoiced.sorted() {
		f := invoiced[t]
		_, sameUOM := uoms[t.UOM]
		_, sameCustomer := customers[t.CustomerID]
		_, sameCurrency := currencies[t.Currency]
		if len(ready) > 0 {
			uom, customer, currency = uom || !sameUOM, customer || !sameCustomer, currency || !sameCurrency
		}
		termsExcess = money.Sum(termsExcess, beyond(f.Quantity, ready[t].Quantity))
		price = price || sameUOM && sameCustomer && sameCurrency && f.Quantity != 0 && !ready.hasPrice(t)
	}
	item = item || itemExcess > excess
	price = price || !uom && !customer && !currency && termsExcess > max(itemExcess, excess)
	if !item && !uom && !customer && !currency && settledByCredit(billed, q, amount, readyQuantity, readyAmount) {
		return nil
	}
	for _, kind := range []struct {
		differs bool
		kind    Kind
	}{
		{item, ItemDiffers}, {excess > 0 && !uom, QuantityDiffers}, {uom, UOMDiffers}, {customer, CustomerDiffers},
		{currency, CurrencyDiffers}, {price, UnitPriceDiffers},
	} {
		if kind.differs {
			kinds = append(kinds, kind.kind)
		}
	}
	if amount != expected(ready, q, uom) && (len(kinds) > 0 || extensionsDiffer(invoiced, billed)) {
		kinds = append(kinds, AmountDiffers)
	}
	return kinds
}

// settledByCredit tells that a credit memo has set right what an invoice got wrong: the money is what was ready, and so is
// the quantity, with or without the one that the memo states (a memo about a price may state the quantity that it is about).
func settledByCredit(billed []billing, q schemas.Quantity, amount schemas.Amount, readyQuantity schemas.Quantity, readyAmount schemas.Amount) bool {
	credited, uncredited := false, schemas.Quantity(0)
	for _, b := range billed {
		if credited = credited || b.Credit; !b.Credit {
			uncredited = money.Sum(uncredited, b.Quantity)
		}
	}
	return credited && amount == readyAmount && (q == readyQuantity || uncredited == readyQuantity)
}

// extensionsDiffer tells that a line was not billed at its own quantity × price. It does not look at what was billed and
// credited again.
func extensionsDiffer(invoiced net, billed []billing) bool {
	for _, b := range billed {
		if _, live := invoiced[b.terms()]; !live {
			continue
		}
		extended, err := money.Extend(b.Quantity, b.UnitPrice, b.PriceUnit, b.Currency)
		if err != nil || extended != b.Amount {
			return true
		}
	}
	return false
}

// secondInvoice tells that more than one invoice bills, net of what is credited of each.
func secondInvoice(billed []billing) bool {
	byInvoice := map[string]schemas.Quantity{}
	for _, b := range billed {
		byInvoice[b.Invoice] = money.Sum(byInvoice[b.Invoice], b.Quantity)
	}
	bills := 0
	for _, invoice := range slices.Sorted(maps.Keys(byInvoice)) {
		if byInvoice[invoice] > 0 {
			bills++
		}
	}
	return bills > 1
}

// contributing lists the invoices of which something is left, net of what is credited of each.
func contributing(billed []billing) (invoices []string) {
	byInvoice := map[string]net{}
	for _, b := range billed {
		if byInvoice[b.Invoice] == nil {
			byInvoice[b.Invoice] = net{}
		}
		byInvoice[b.Invoice].add(b.terms(), b.Quantity, b.Amount)
	}
	for _, invoice := range slices.Sorted(maps.Keys(byInvoice)) {
		if len(byInvoice[invoice]) > 0 {
			invoices = append(invoices, invoice)
		}
	}
	return invoices
}

// beyond is how far a quantity is outside what was ready: above it, or below zero.
func beyond(q, ready schemas.Quantity) schemas.Quantity {
	return max(0, money.Sum(q, -max(0, ready)), money.Sum(min(0, ready), -q))
}

// prorate is the part of an amount that falls to part of whole, rounded half away from zero to what can be paid.
func prorate(amount schemas.Amount, part, whole schemas.Quantity, currency string) schemas.Amount {
	prorated := money.PartOf(magnitude(amount), int64(magnitude(part)), int64(magnitude(whole)), currency)
	if (amount < 0) != ((part < 0) != (whole < 0)) {
		return -prorated
	}
	return prorated
}
