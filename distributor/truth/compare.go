package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"waybill/distributor"
	"waybill/schemas"
)

// Tally is how much was compared of one kind, and what was not as it must be.
type Tally struct {
	Delivery    string
	What        string
	Compared    int
	Differences []string
}

// compare puts what came out beside the truth.
func compare(truth *distributor.Truth, out *outputs) []*Tally {
	return []*Tally{bills(truth, out), consolidated(truth, out), exceptions(truth, out), receivables(truth, out), available(truth, out), credit(truth, out), worth(truth, out), figures(truth, out)}
}

func (t *Tally) differ(format string, args ...any) {
	t.Differences = append(t.Differences, fmt.Sprintf(format, args...))
}

// bills compares what all bills and credits of a line come to; of what was billed and taken back nothing is left.
func bills(truth *distributor.Truth, out *outputs) *Tally {
	t := &Tally{What: "net billing, order lines"}
	came, seen := map[distributor.BilledLine]distributor.Net{}, map[string]bool{}
	for _, bill := range out.Bills {
		if seen[bill.InvoiceReadyID] {
			t.differ("%s came twice: %s", bill.InvoiceReadyID, truth.Story(bill.OrderID))
		}
		seen[bill.InvoiceReadyID] = true
		for _, line := range bill.Lines {
			at := distributor.BilledLine{OrderID: bill.OrderID, LineNo: line.LineNo, Item: line.ShippedItemID, UOM: line.UOM, Currency: bill.Currency}
			net := came[at]
			came[at] = distributor.Net{Quantity: net.Quantity + line.Quantity, Amount: net.Amount + line.Amount}
		}
	}
	t.each(both(came, truth.Billed), func(at distributor.BilledLine) {
		if is, must := came[at], truth.Billed[at]; is != must {
			t.differ("order %s line %d: %s %s of %s are billed for %s %s; it must be %s for %s: %s", at.OrderID, at.LineNo, is.Quantity, at.UOM, at.Item,
				is.Amount, at.Currency, must.Quantity, must.Amount, truth.Story(at.OrderID))
		}
	})
	return t
}

func (t *Tally) each(keys []distributor.BilledLine, compare func(distributor.BilledLine)) {
	slices.SortFunc(keys, func(a, b distributor.BilledLine) int {
		return cmp.Or(cmp.Compare(a.OrderID, b.OrderID), cmp.Compare(a.LineNo, b.LineNo), cmp.Compare(a.Item, b.Item))
	})
	t.Compared = len(keys)
	for _, key := range keys {
		compare(key)
	}
}

func both[K comparable, A, B any](a map[K]A, b map[K]B) (keys []K) {
	for key := range a {
		keys = append(keys, key)
	}
	for key := range b {
		if _, is := a[key]; !is {
			keys = append(keys, key)
		}
	}
	return keys
}

// exceptions compares what stands open.
func exceptions(truth *distributor.Truth, out *outputs) *Tally {
	t := &Tally{What: "open exceptions"}
	came := map[distributor.Exception]int{}
	for _, e := range out.Exceptions {
		if e.Status == schemas.ExceptionResolved {
			continue
		}
		x := distributor.Exception{Class: e.Class, Orders: strings.Join(e.OrderIDs, ","), LineNo: said(e.LineNo), Invoice: said(e.InvoiceID)}
		if x.Orders == "" {
			x.Shipment, x.Item = said(e.ShipmentID), said(e.ItemID)
			if e.WarehouseID != nil {
				x.Item += "@" + *e.WarehouseID
			}
			if x.Invoice == "" {
				x.Customer = said(e.CustomerID)
			}
		}
		came[x]++
	}
	keys := both(came, truth.Open)
	slices.SortFunc(keys, func(a, b distributor.Exception) int { return cmp.Compare(a.String(), b.String()) })
	for _, x := range keys {
		t.Compared += max(came[x], truth.Open[x])
		if came[x] != truth.Open[x] {
			t.differ("%s: %d are open; it must be %d: %s", x, came[x], truth.Open[x], truth.Story(append(strings.Split(x.Orders, ","), x.Invoice)...))
		}
	}
	return t
}

func said[V any](value *V) V {
	if value == nil {
		return *new(V)
	}
	return *value
}

// receivables compares what is owed on every invoice.
func receivables(truth *distributor.Truth, out *outputs) *Tally {
	t := &Tally{What: "receivables, invoices"}
	came := map[string]distributor.Receivable{}
	for id, r := range out.Receivables {
		came[id] = distributor.Receivable{
			State: r.State, Currency: r.Currency, Billed: r.Billed, Paid: r.Paid, Credited: r.Credited, Disputed: r.Disputed, Open: r.Open, Collectable: r.Collectable,
		}
	}
	compareStates(t, came, truth.Receivables, truth)
	return t
}

// available compares every position.
func available(truth *distributor.Truth, out *outputs) *Tally {
	t := &Tally{What: "availability, positions"}
	came := map[string]distributor.Available{}
	for key, a := range out.Available {
		came[key] = distributor.Available{
			OnHand: a.OnHand, Allocated: a.Allocated, Reserved: a.Reserved, Committed: a.Committed, Quarantined: a.Quarantined, InTransit: a.InTransit, ToPromise: a.AvailableToPromise,
		}
	}
	compareStates(t, came, truth.Available, truth)
	return t
}

// figures compares the sums that follow from the rest of the truth, over all days and partitions. As a whole and by
// currency where it is money; by the values of a dimension where the truth has them.
func figures(truth *distributor.Truth, out *outputs) *Tally {
	t := &Tally{What: "figures"}
	must, came := truth.Figures(), map[distributor.FigureOf]distributor.Figure{}
	for _, f := range out.figures {
		at := distributor.FigureOf{Figure: f.Figure, Dimension: f.Dimension, Value: f.Value, Currency: f.Currency}
		if at.Figure == "exception_age" {
			at.Currency = ""
		}
		at.Standing = at.Figure == "dso" && f.Day == nil
		is := came[at]
		came[at] = distributor.Figure{
			Counted: is.Counted + f.Counted, Met: is.Met + f.Met, Amount: is.Amount + f.Amount, Quantity: is.Quantity + f.Quantity,
		}
	}
	for at := range must {
		t.Compared++
		is := came[at]
		if at.Figure == "exception_age" { // what it is worth is no part of the truth
			is.Amount = 0
		}
		if is != must[at] {
			t.differ("%+v is %+v; it must be %+v", at, is, must[at])
		}
	}
	slices.Sort(t.Differences)
	return t
}

func compareStates[V comparable](t *Tally, came, must map[string]V, truth *distributor.Truth) {
	keys := both(came, must)
	slices.Sort(keys)
	t.Compared = len(keys)
	for _, key := range keys {
		if is, known := came[key]; is != must[key] || !known {
			t.differ("%s is %+v; it must be %+v: %s", key, is, must[key], truth.Story(key))
		}
	}
}
