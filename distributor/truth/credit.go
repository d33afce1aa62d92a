package main

import (
	"slices"

	"waybill/distributor"
	"waybill/schemas"
)

// credit compares by how much each customer is over the limit.
func credit(truth *distributor.Truth, out *outputs) *Tally {
	t := &Tally{What: "credit, customers"}
	type over struct {
		amount   schemas.Amount
		currency string
	}
	came, must := map[string]over{}, map[string]over{}
	for _, e := range out.Exceptions {
		if e.Class == "credit_exceeded" && e.Status != schemas.ExceptionResolved {
			came[said(e.CustomerID)] = over{said(e.AmountAtRisk), said(e.Currency)}
		}
	}
	for customer, of := range truth.Credit {
		if of.Over() > 0 {
			must[customer] = over{of.Over(), of.Currency}
		}
	}
	keys := both(came, truth.Credit)
	slices.Sort(keys)
	t.Compared = len(keys)
	for _, customer := range keys {
		if is, of := came[customer], truth.Credit[customer]; is != must[customer] {
			t.differ("customer %s is over the limit by %s; it must be %s, as %s of %s %s are used", customer, is.amount, of.Over(), of.Used, of.Limit, of.Currency)
		}
	}
	return t
}

// takesCredit keeps what was told of an order.
func (out *outputs) takesCredit(told *schemas.Exposure) {
	of := out.orders[told.DocumentID]
	if of == nil {
		of = &ordersCredit{}
	}
	switch told.Document {
	case schemas.CreditOrder:
		of.comesTo = told.Amount
	case schemas.CreditOrderInvoiced:
		of.invoiced = told.Amount
	default:
		return
	}
	out.orders[told.DocumentID] = of
}

// worth compares what each order comes to, and what of it ERP has invoiced.
func worth(truth *distributor.Truth, out *outputs) *Tally {
	t := &Tally{What: "credit, orders"}
	came, must := map[string]ordersCredit{}, map[string]ordersCredit{}
	for id, of := range out.orders {
		if *of != (ordersCredit{}) {
			came[id] = *of
		}
	}
	for id, of := range truth.Orders {
		if of != (distributor.OrderWorth{}) {
			must[id] = ordersCredit{of.ComesTo, of.Invoiced}
		}
	}
	compareStates(t, came, must, truth)
	return t
}
