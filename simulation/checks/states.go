package checks

// States are the interesting states that the bills of a run can reach, with what each is. Those of the cluster are its own
// (sim.States).
var States = map[string]string{
	"consolidated-invoice":               "bills of a customer's period went out on one invoice",
	"consolidated-several-orders":        "an order joined another one on a consolidated invoice",
	"consolidated-late":                  "the period of a bill was closed, and it is on a later consolidated invoice",
	"consolidated-credit-with-its-bill":  "a credit is on the consolidated invoice of its bill",
	"consolidated-credit-after-its-bill": "a credit is on a later consolidated invoice than its bill",
}

// Reached counts how often a run reached each.
func Reached(run *Run) map[string]int {
	reached := map[string]int{}
	given := given(run)
	invoiceOf, orderOn := map[string]string{}, map[string]string{} // by record; by consolidated invoice the order that was first
	for _, one := range cameOut(run) {
		was, of := given[one.InvoiceReadyID], one.Consolidated
		if was == nil || of == nil {
			continue // the checker consolidated says so
		}
		invoiceOf[one.InvoiceReadyID] = of.InvoiceID
		switch orderOn[of.InvoiceID] {
		case "":
			orderOn[of.InvoiceID] = one.OrderID
			reached["consolidated-invoice"]++
		case one.OrderID:
		default:
			reached["consolidated-several-orders"]++
		}
		if of.PeriodFrom > was.Consolidated.PeriodFrom {
			reached["consolidated-late"]++
		}
		switch {
		case one.Corrects == nil:
		case invoiceOf[*one.Corrects] == of.InvoiceID:
			reached["consolidated-credit-with-its-bill"]++
		default:
			reached["consolidated-credit-after-its-bill"]++
		}
	}
	return reached
}
