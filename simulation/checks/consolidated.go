package checks

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"waybill/schemas"
	"waybill/topics"
)

// consolidation is the stage that bills by the schedules of customers.
const consolidation = "consolidation"

// consolidated: what fulfilment gives to be billed by a customer's schedule comes out once and as it was given, on the
// invoice of its own period or of a later one, and not as ready before that is over. An invoice goes out whole, in one epoch,
// and what it says of itself is what is on it. A credit is on no earlier one than its bill.
func consolidated(run *Run) (broken []string) {
	say := func(format string, args ...any) { broken = append(broken, fmt.Sprintf(format, args...)) }
	given, came := given(run), cameOut(run)
	invoices, periods := map[string]*invoice{}, map[string]schemas.Date{}
	for _, one := range came {
		was, of := given[one.InvoiceReadyID], one.Consolidated
		switch {
		case was == nil:
			say("%s is on a consolidated invoice, and fulfilment did not give it to be", one.InvoiceReadyID)
			continue
		case of == nil || of.InvoiceID == "":
			say("%s came out on no consolidated invoice", one.InvoiceReadyID)
			continue
		}
		if own := was.Consolidated; of.Schedule != own.Schedule || of.PeriodFrom < own.PeriodFrom {
			say("%s belongs to the %s period from %s on, and is on the invoice of the %s one from %s on", one.InvoiceReadyID, own.Schedule, own.PeriodFrom, of.Schedule, of.PeriodFrom)
		}
		if over := of.PeriodTo.AddDays(1).Time(); one.ReadyAt.Before(over) || one.ReadyAt.Before(was.ReadyAt) {
			say("%s is ready at %s, where its period is over at %s and it is itself ready at %s", one.InvoiceReadyID, one.ReadyAt, over, was.ReadyAt)
		}
		if billed, was := billedBy(one.InvoiceReady), billedBy(was); billed != was {
			say("%s came out as %s, and was given as %s", one.InvoiceReadyID, billed, was)
		}
		periods[one.InvoiceReadyID] = of.PeriodFrom
		if one.Corrects != nil && of.PeriodFrom < periods[*one.Corrects] {
			say("%s is on an earlier consolidated invoice than %s, which it corrects", one.InvoiceReadyID, *one.Corrects)
		}
		if invoices[of.InvoiceID] == nil {
			invoices[of.InvoiceID] = &invoice{says: *of, customerID: one.CustomerID, currency: one.Currency, epoch: one.epoch}
		}
		broken = append(broken, invoices[of.InvoiceID].add(one)...)
		delete(given, one.InvoiceReadyID)
	}
	for _, id := range slices.Sorted(maps.Keys(given)) {
		say("%s of customer %s came out on no consolidated invoice, or twice", id, given[id].CustomerID)
	}
	for _, id := range slices.Sorted(maps.Keys(invoices)) {
		if of := invoices[id]; of.says.Records != of.records || of.says.Total != of.total {
			say("consolidated invoice %s says that %d records and %s are on it, and there are %d and %s", id, of.says.Records, of.says.Total, of.records, of.total)
		}
	}
	return broken
}

// given is what fulfilment gave to be billed by the schedules of customers, by id.
func given(run *Run) map[string]*schemas.InvoiceReady {
	records := map[string]*schemas.InvoiceReady{}
	each(run, topics.Consolidation, func(record *schemas.InvoiceReady) { records[record.InvoiceReadyID] = record })
	return records
}

// sentOn is a record that the stage sent on, and the number of the epoch in which it did.
type sentOn struct {
	*schemas.InvoiceReady
	epoch int
}

// cameOut is what the stage sent on, in the order in which it did.
func cameOut(run *Run) (records []sentOn) {
	bills := schemas.NewCodec[schemas.InvoiceReady](run.Registry, topics.InvoiceReady.Name())
	for number, epoch := range run.Cluster.Epochs() {
		if epoch.Stage != consolidation {
			continue
		}
		for _, record := range epoch.Records {
			if record.Topic == topics.InvoiceReady.Name() {
				records = append(records, sentOn{decoded(bills, record), number})
			}
		}
	}
	return records
}

// billedBy is all of a record that the stage does not change.
func billedBy(record *schemas.InvoiceReady) string {
	same := *record
	corrects := ""
	if same.Corrects != nil {
		corrects = *same.Corrects
	}
	same.Corrects, same.Consolidated, same.ReadyAt = nil, nil, time.Time{}
	return fmt.Sprintf("%+v correcting %s", same, corrects)
}

// invoice is a consolidated invoice, as the records that are on it tell.
type invoice struct {
	says                 schemas.Consolidation
	customerID, currency string
	epoch                int
	records              int32
	total                schemas.Amount
}

func (i *invoice) add(one sentOn) (broken []string) {
	i.records, i.total = i.records+1, i.total+one.Total
	if *one.Consolidated != i.says || one.CustomerID != i.customerID || one.Currency != i.currency {
		broken = append(broken, fmt.Sprintf("consolidated invoice %s of customer %s in %s is %+v; %s of customer %s in %s has it as %+v",
			i.says.InvoiceID, i.customerID, i.currency, i.says, one.InvoiceReadyID, one.CustomerID, one.Currency, *one.Consolidated))
	}
	if one.epoch != i.epoch {
		broken = append(broken, fmt.Sprintf("consolidated invoice %s went out in several parts", i.says.InvoiceID))
	}
	return broken
}
