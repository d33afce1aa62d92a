package model_test

import (
	"testing"

	"waybill/simulation/model"
	"waybill/simulation/workload"
)

// TestEveryKindOfTroubleAndEveryClassOfExceptionIsReached looks at what the histories that the other tests play are worth.
func TestEveryKindOfTroubleAndEveryClassOfExceptionIsReached(t *testing.T) {
	kinds, classes := map[string]int{}, map[string]int{}
	var orders, unknown, billed, unmatched, compared int
	for seed := range uint64(undisturbed) {
		history := workload.Tell(seed, registry, workload.Options{})
		for kind, n := range history.Kinds() {
			kinds[kind] += n
		}
		e := model.Expect(history)
		for _, x := range e.Exceptions {
			classes[x.Class]++
		}
		orders, unknown, billed = orders+len(e.Orders), unknown+len(e.Unknown), billed+len(e.Billed)
		unmatched += len(e.Unmatched)
		compared += len(e.Receivables)
	}
	for _, kind := range workload.Kinds() {
		if kinds[kind] == 0 {
			t.Errorf("no history has %s", kind)
		}
	}
	for _, class := range model.Classes() {
		if classes[class] == 0 {
			t.Errorf("in no history %s is open in the end", class)
		}
	}
	t.Logf("%d unknown, %d unmatched", unknown, unmatched)
	t.Logf("%d orders, %d lines billed, %d invoices, exceptions %v", orders, billed, compared, classes)
	if unknown*20 > orders || unmatched*8 > compared || billed < 2*orders/3 {
		t.Errorf("of %d orders %d are not determined; of %d invoices %d lines are not compared; %d lines are billed", orders, unknown, compared, unmatched, billed)
	}
}
