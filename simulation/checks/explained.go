package checks

import (
	"fmt"

	"waybill/schemas"
	"waybill/topics"
)

// explainable: what an output names as its evidence was sent, under the id that it says.
func explainable(run *Run) (broken []string) {
	sent := map[string]Sent{}
	for _, one := range run.Sent {
		sent[placeText(one.Place.Topic, one.Place.Partition, one.Offset)] = one
	}
	evidence := func(what string, names []schemas.Evidence) {
		if len(names) == 0 {
			broken = append(broken, what+" names no record that it rests on")
		}
		for _, e := range names {
			one, known := sent[placeText(e.Topic, e.Partition, e.Offset)]
			switch {
			case !known:
				broken = append(broken, fmt.Sprintf("%s rests on %s partition %d offset %d, which no source wrote", what, e.Topic, e.Partition, e.Offset))
			case e.EventID != "" && one.Event.ID() != "" && one.Event.ID() != e.EventID:
				broken = append(broken, fmt.Sprintf("%s rests on event %s, but %s partition %d offset %d is event %s", what, e.EventID, e.Topic, e.Partition, e.Offset, one.Event.ID()))
			}
		}
	}
	each(run, topics.InvoiceReady, func(bill *schemas.InvoiceReady) {
		evidence("invoice-ready "+bill.InvoiceReadyID, bill.Evidence)
		if bill.Rule == "" {
			broken = append(broken, "invoice-ready "+bill.InvoiceReadyID+" names no rule")
		}
	})
	each(run, topics.Exceptions, func(e *schemas.Exception) {
		if e.Message == "" || e.NextAction == "" || e.Owner == "" {
			broken = append(broken, fmt.Sprintf("exception %s (%s) does not say what is wrong, what to do and who does it", e.ExceptionID, e.Class))
		}
	})
	return broken
}
