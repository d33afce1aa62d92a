package main

import (
	"slices"

	"waybill/distributor"
	"waybill/schemas"
)

// consolidated compares what all consolidated invoices of an account come to, and looks at each: it says what is on it, and
// is of one account and one period, neither before what left then nor before what it corrects. Which invoice something late is
// on depends on when it came.
func consolidated(truth *distributor.Truth, out *outputs) *Tally {
	t := &Tally{What: "consolidated invoices"}
	type invoice struct {
		distributor.Account
		of, said schemas.Consolidation // how many records with which total there are, and how many each says that there are
	}
	invoices, accounts, bills := map[string]*invoice{}, map[distributor.Account]schemas.Amount{}, map[string]*schemas.InvoiceReady{}
	for _, bill := range out.Bills {
		if bills[bill.InvoiceReadyID] = bill; bill.Consolidated == nil {
			if bill.Trigger == schemas.Consolidated {
				t.differ("%s is consolidated, and on no invoice: %s", bill.InvoiceReadyID, truth.Story(bill.OrderID))
			}
			continue
		}
		said := *bill.Consolidated
		account := distributor.Account{Customer: bill.CustomerID, Currency: bill.Currency, Schedule: said.Schedule}
		of := invoices[said.InvoiceID]
		if of == nil {
			of = &invoice{account, said, said}
			of.of.Records, of.of.Total = 0, 0
			invoices[said.InvoiceID] = of
			accounts[account] += said.Total
		}
		if of.Account != account || of.said != said {
			t.differ("%s is of %+v on an invoice of %+v: %+v and %+v", bill.InvoiceReadyID, account, of.Account, said, of.said)
		}
		of.of.Records++
		of.of.Total += bill.Total
		for _, line := range bill.Lines {
			from, known := truth.BilledFrom[line.ShipmentID]
			if !known || said.PeriodFrom < from {
				t.differ("%s bills %s from %s on; it must be from %s: %s", bill.InvoiceReadyID, line.ShipmentID, said.PeriodFrom, from, truth.Story(bill.OrderID))
			}
		}
	}
	for _, bill := range out.Bills {
		if bill.Corrects == nil || bill.Consolidated == nil {
			continue
		}
		if corrected := bills[*bill.Corrects]; corrected == nil || corrected.Consolidated.PeriodFrom > bill.Consolidated.PeriodFrom {
			t.differ("%s is on an earlier invoice than %s, which it corrects: %s", bill.InvoiceReadyID, *bill.Corrects, truth.Story(bill.OrderID))
		}
	}
	for id, of := range invoices {
		if of.of != of.said {
			t.differ("%s of %s says %+v; it is %+v", id, of.Customer, of.said, of.of)
		}
	}
	keys := both(accounts, truth.Consolidated)
	for _, account := range keys {
		if is, must := accounts[account], truth.Consolidated[account]; is != must {
			t.differ("%+v is billed %s; it must be %s", account, is, must)
		}
	}
	t.Compared = len(invoices) + len(keys)
	slices.Sort(t.Differences)
	return t
}
