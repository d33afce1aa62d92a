package dev

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"waybill/inspect"
	"waybill/schemas"
	"waybill/topics"
)

// TestTheScenarioThatMustNeverHurtAgain is the domain's own: what is billed when, by which rule, and what is owed.
func TestTheScenarioThatMustNeverHurtAgain(t *testing.T) {
	played := playedStory(t)
	var story []string
	for _, record := range played.Records {
		at := record.Time.Format("15:04")
		switch record.Topic {
		case topics.InvoiceReady.Name():
			bill := valueOf[schemas.InvoiceReady](t, record)
			for _, line := range bill.Lines {
				story = append(story, fmt.Sprintf("%s %s %s bills %s × %s for %s = %s", at, bill.Rule, line.ShipmentID, line.Quantity, line.ShippedItemID, line.OrderedItemID, line.Amount))
			}
		case topics.Exceptions.Name():
			exception := valueOf[schemas.Exception](t, record)
			line := fmt.Sprintf("%s %s %s, orders %v, owner %s", at, exception.Class, exception.Status, exception.OrderIDs, exception.Owner)
			if exception.AmountAtRisk != nil {
				line += ", " + exception.AmountAtRisk.String() + " at risk"
			}
			story = append(story, line)
		case topics.Receivables.Name():
			owed := valueOf[schemas.Receivable](t, record)
			story = append(story, fmt.Sprintf("%s %s collectable %s of %s", at, owed.InvoiceID, owed.Collectable, owed.Open))
		case topics.DeadLetters:
			story = append(story, fmt.Sprintf("%s dead letter of %s: %s", at, record.Headers["waybill.original.topic"], record.Headers["waybill.error.field"]))
		}
	}
	inOrder(t, story,
		"08:11 oversold open, orders [], owner inventory control",
		"11:30 on_shipment S-7001 bills 20 × HAMMER for HAMMER = 370.00",
		"12:00 unreadable open, orders [O-1001], owner warehouse systems, 1727.50 at risk",
		"12:00 dead letter of wms.shipments: lines[].quantity",
		"13:00 INV-1 collectable 370.00 of 370.00",
		"14:05 on_shipment:substitution_lower S-7002 bills 10 × DRILL-20V for DRILL-18V = 1290.00",
		"14:05 on_shipment:substitution_lower S-7002 bills 5 × SAW for SAW = 437.50",
		"14:05 unreadable resolved, orders [O-1001], owner warehouse systems, 0.00 at risk",
		"15:00 INV-2 collectable 1727.50 of 1727.50",
		"16:00 INV-2 collectable 1469.50 of 1727.50",
		"17:00 INV-2 collectable 1469.50 of 1727.50",
	)
	bills := 0
	for _, line := range story {
		if strings.Contains(line, " bills ") {
			bills++
		}
	}
	if bills != 3 {
		t.Errorf("%d lines were billed, want 3:\n%s", bills, strings.Join(story, "\n"))
	}
	if open, err := played.OpenExceptions(); err != nil || len(open) != 0 {
		t.Errorf("open at the end: %+v, %v", open, err)
	}
}

func valueOf[V any](t *testing.T, record inspect.Record) *V {
	t.Helper()
	value := new(V)
	if err := json.Unmarshal(record.Value, value); err != nil {
		t.Fatalf("%s: %v", record.Value, err)
	}
	return value
}

// inOrder wants some lines of a story to come in this order.
func inOrder(t *testing.T, story []string, want ...string) {
	t.Helper()
	at := 0
	for _, line := range story {
		if at < len(want) && line == want[at] {
			at++
		}
	}
	if at < len(want) {
		t.Errorf("not in its place: %s\nin:\n%s", want[at], strings.Join(story, "\n"))
	}
}
