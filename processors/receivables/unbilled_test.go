package receivables_test

import (
	"strings"
	"testing"
	"time"

	"waybill/schemas"
	"waybill/stream/sim"
	"waybill/topics"
)

func TestWhatIsReadyAndNotInvoicedInTimeIsUnbilled(t *testing.T) {
	bill, memo, cancel := schemas.InvoiceKindInvoice, schemas.InvoiceKindCreditMemo, schemas.InvoiceKindCancellation
	for _, c := range []struct {
		name  string
		deeds [][]deed
		want  string
	}{
		{"nothing is invoiced", nil, "O1 S1 50.00 USD 2; O1 S2 20.00 USD 1"},
		{"all of the first", [][]deed{issues(invoice("I1", 1, bill, "O1/1 A 4 @10", "O1/2 B 1 @10"), "O1")}, "O1 S2 20.00 USD 1"},
		{"part of the first", [][]deed{issues(invoice("I1", 1, bill, "O1/1 A 3 @10", "O1/2 B 1 @10"), "O1")}, "O1 S1 10.00 USD 1; O1 S2 20.00 USD 1"},
		{"more than the first", [][]deed{issues(invoice("I1", 1, bill, "O1/1 A 5 @10"), "O1")}, "O1 S1 10.00 USD 1; O1 S2 10.00 USD 1"},
		{"the second by name", [][]deed{issues(names(invoice("I1", 1, bill, "O1/1 A 2 @10"), "R2"), "O1")}, "O1 S1 50.00 USD 2"},
		{"more than the second by name", [][]deed{issues(names(invoice("I1", 1, bill, "O1/1 A 5 @10"), "R2"), "O1")}, "O1 S1 20.00 USD 2"},
		{"at another price", [][]deed{issues(invoice("I1", 1, bill, "O1/1 A 6 @11", "O1/2 B 1 @10"), "O1")}, ""},
		{"cancelled", [][]deed{issues(invoice("I1", 1, bill, "O1/1 A 6 @10", "O1/2 B 1 @10"), "O1"), issues(refersTo(invoice("X1", 2, cancel, "O1/1 A 6 @10"), "I1"), "O1")}, "O1 S1 50.00 USD 2; O1 S2 20.00 USD 1"},
		{"credited", [][]deed{issues(invoice("I1", 1, bill, "O1/1 A 6 @10", "O1/2 B 1 @10"), "O1"), issues(refersTo(invoice("M1", 2, memo, "O1/1 A 2 @10"), "I1"), "O1")}, "O1 S2 20.00 USD 1"},
		{"credited by price", [][]deed{issues(invoice("I1", 1, bill, "O1/1 A 6 @11", "O1/2 B 1 @10"), "O1"), issues(refersTo(invoice("M1", 2, memo, "O1/1 A 6 @1"), "I1"), "O1")}, ""},
		{"taken back", [][]deed{{ready("R1c", "O1", "S1", "1 A -4 @10", "2 B -1 @10")}}, "O1 S2 20.00 USD 1"},
		{"taken back, and ready again", [][]deed{{ready("R1c", "O1", "S1", "1 A -4 @10"), ready("R1r", "O1", "S1", "1 A 3 @9")}}, "O1 S1 37.00 USD 2; O1 S2 20.00 USD 1"},
		{"what is free is no bill", [][]deed{{ready("R3", "O2", "S3", "1 A 4 @0")}}, "O1 S1 50.00 USD 2; O1 S2 20.00 USD 1"},
		{"of no shipment", [][]deed{{ready("R4", "O2", "", "1 A 4 @1")}}, "O1 S1 50.00 USD 2; O1 S2 20.00 USD 1; O2 - 4.00 USD 1"},
	} {
		o := newOffice(t, 0)
		o.does(ready("R1", "O1", "S1", "1 A 4 @10", "2 B 1 @10"), ready("R2", "O1", "S2", "1 A 2 @10"))
		for _, deeds := range c.deeds {
			o.does(deeds...)
		}
		o.Advance(24*time.Hour - time.Second)
		if early := o.unbilled(); early != "" {
			t.Errorf("%s: before the target time: %s", c.name, early)
		}
		o.Advance(time.Second)
		if got := o.unbilled(); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

// unbilled writes the exceptions of the class that stand: order, shipment, amount, lines.
func (o office) unbilled() string {
	var texts []string
	for _, c := range sim.Latest(o.World, topics.Conditions) {
		if c.Kind == schemas.ConditionRaised && c.Class == "unbilled" {
			_, lines, _ := strings.Cut(c.Message, *c.Currency+" on ")
			texts = append(texts, *c.OrderID+part("", c.ShipmentID)+part("", c.AmountAtRisk)+part("", c.Currency)+" "+strings.Fields(lines)[0])
		}
	}
	return joined(texts)
}

func TestWhatIsUnbilledIsKeptTrueUntilItIsInvoiced(t *testing.T) {
	o := newOffice(t, 0)
	o.does(ready("R1", "O1", "S1", "1 A 4 @10", "2 B 1 @10"))
	o.Advance(25 * time.Hour)
	wants(t, "unbilled", o.said(), "order O1, shipment S1: 50.00 USD on 2 lines are ready to be invoiced and on no ERP invoice")
	o.does(issues(invoice("I1", 1, schemas.InvoiceKindInvoice, "O1/1 A 3 @10"), "O1")...)
	wants(t, "in part", o.said(), "order O1, shipment S1: 20.00 USD on 2 lines are ready to be invoiced and on no ERP invoice")
	o.does(issues(invoice("I2", 2, schemas.InvoiceKindInvoice, "O1/1 A 1 @10"), "O1")...)
	wants(t, "a line", o.said(), "order O1, shipment S1: 10.00 USD on 1 line is ready to be invoiced and on no ERP invoice")
	o.does(issues(invoice("I3", 3, schemas.InvoiceKindInvoice, "O1/2 B 1 @10"), "O1")...)
	wants(t, "all", o.said(), "")
	o.does(issues(refersTo(invoice("X3", 4, schemas.InvoiceKindCancellation, "O1/2 B 1 @10"), "I3"), "O1")...)
	wants(t, "cancelled: there is time anew", o.said(), "")
	o.Advance(25 * time.Hour)
	wants(t, "cancelled", o.unbilled(), "O1 S1 10.00 USD 1")
}
