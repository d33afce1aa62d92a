package receivables_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"waybill/processors/conditions"
	"waybill/processors/money"
	"waybill/processors/receivables"
	"waybill/schemas"
	"waybill/stream/sim"
	"waybill/topics"
)

var start = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// office is the stage in a world of its own.
type office struct{ *sim.World }

func newOffice(t *testing.T, seed uint64) office {
	t.Helper()
	return office{sim.New(t, sim.Options{Partitions: 2, Start: start, Seed: seed}, receivables.Stage(topics.Default(), receivables.DefaultPolicy()))}
}

func meta(id string, minute int) schemas.Meta {
	at := start.Add(time.Duration(minute) * time.Minute)
	return schemas.Meta{EventID: id, Source: "erp", Position: new(int64(minute)), OccurredAt: at, RecordedAt: at}
}

func evidence(topic, id string) schemas.Evidence { return schemas.Evidence{Topic: topic, EventID: id} }

// line reads "O1/2 A 4 @10 =41": order and line, item, quantity, price, and the amount where it is not the product.
func line(text string) schemas.InvoiceLine {
	words := strings.Fields(text)
	orderID, lineNo, _ := strings.Cut(words[0], "/")
	l := schemas.InvoiceLine{
		OrderID: orderID, LineNo: int32(schemas.MustQuantity(lineNo) / 1_000_000), ItemID: words[1], Quantity: schemas.MustQuantity(words[2]),
		UOM: "EA", UnitPrice: schemas.MustPrice(strings.TrimPrefix(words[3], "@")), PriceUnit: 1,
	}
	l.Amount, _ = money.Extend(l.Quantity, l.UnitPrice, 1, "USD")
	if len(words) > 4 {
		l.Amount = schemas.MustAmount(words[4][1:])
	}
	return l
}

// invoice is an ERP document; its total is the sum of its lines.
func invoice(id string, minute int, kind schemas.InvoiceKind, lines ...string) *schemas.Invoice {
	i := &schemas.Invoice{
		Meta: meta(fmt.Sprint(id, "-", minute), minute), InvoiceID: id, Kind: kind, CustomerID: "C1", Currency: "USD",
		IssuedOn: schemas.MustDate("2026-03-02"), DueOn: schemas.MustDate("2026-04-01"), Lines: []schemas.InvoiceLine{},
	}
	for _, text := range lines {
		l := line(text)
		i.Lines = append(i.Lines, l)
		i.Total += l.Amount
	}
	return i
}

func refersTo(i *schemas.Invoice, id string) *schemas.Invoice { i.RefersTo = &id; return i }

func names(i *schemas.Invoice, readyID string) *schemas.Invoice {
	i.InvoiceReadyID = &readyID
	return i
}

// deed is one record that arrives.
type deed func(w *sim.World)

// issues is what intake makes of an ERP document: it goes to billing under the invoice that it is about, and to each of
// the orders.
func issues(i *schemas.Invoice, orderIDs ...string) []deed {
	invoiceID := i.InvoiceID
	if i.RefersTo != nil {
		invoiceID = *i.RefersTo
	}
	origin := evidence("erp.invoices", i.Meta.EventID)
	deeds := []deed{func(w *sim.World) {
		sim.Send(w, topics.Billing, invoiceID, &schemas.BillingEvent{Origin: origin, InvoiceID: invoiceID, Invoice: i})
	}}
	for _, orderID := range orderIDs {
		part := *i
		part.Lines = []schemas.InvoiceLine{}
		for _, l := range i.Lines {
			if l.OrderID == orderID {
				part.Lines = append(part.Lines, l)
			}
		}
		deeds = append(deeds, func(w *sim.World) {
			sim.Send(w, topics.OrderInvoices, orderID, &schemas.OrderInvoice{Origin: origin, OrderID: orderID, Invoice: part})
		})
	}
	return deeds
}

func pays(id string, minute int, invoiceID, amount, discount, currency string) deed {
	payment := &schemas.Payment{
		Meta: meta(fmt.Sprint(id, "-", minute), minute), PaymentID: id, Currency: currency, Amount: schemas.MustAmount(amount), ReceivedOn: schemas.MustDate("2026-03-10"),
		Applications: []schemas.Application{{InvoiceID: invoiceID, Amount: schemas.MustAmount(amount), Discount: schemas.MustAmount(discount)}},
	}
	return func(w *sim.World) {
		sim.Send(w, topics.Billing, invoiceID, &schemas.BillingEvent{Origin: evidence("ar.payments", payment.Meta.EventID), InvoiceID: invoiceID, Payment: payment})
	}
}

func disputes(id string, minute int, invoiceID string, lineNo int32, amount string, status schemas.DisputeStatus) deed {
	dispute := &schemas.Dispute{
		Meta: meta(fmt.Sprint(id, "-", minute), minute), DisputeID: id, InvoiceID: invoiceID, Amount: schemas.MustAmount(amount), Reason: "59", Status: status,
	}
	if lineNo != 0 {
		dispute.LineNo = &lineNo
	}
	return func(w *sim.World) {
		sim.Send(w, topics.Billing, invoiceID, &schemas.BillingEvent{Origin: evidence("ar.disputes", dispute.Meta.EventID), InvoiceID: invoiceID, Dispute: dispute})
	}
}

// ready is an invoice-ready record of a shipment.
func ready(id, orderID, shipmentID string, lines ...string) deed {
	record := &schemas.InvoiceReady{
		InvoiceReadyID: id, Revision: 1, Kind: schemas.BillInvoice, OrderID: orderID, CustomerID: "C1", Trigger: schemas.OnShipment, Currency: "USD",
		Lines: []schemas.InvoiceReadyLine{}, Evidence: []schemas.Evidence{}, ReadyAt: start,
	}
	for _, text := range lines {
		l := line(orderID + "/" + text)
		record.Lines = append(record.Lines, schemas.InvoiceReadyLine{
			LineNo: l.LineNo, OrderedItemID: l.ItemID, ShippedItemID: l.ItemID, Quantity: l.Quantity, UOM: l.UOM, UnitPrice: l.UnitPrice, PriceUnit: 1,
			Amount: l.Amount, ShipmentID: shipmentID,
		})
		record.Total += l.Amount
	}
	if shipmentID == "" {
		record.Trigger = schemas.OrderComplete
	}
	return func(w *sim.World) { sim.Send(w, topics.InvoiceReady, orderID, record) }
}

func (o office) does(deeds ...deed) {
	for _, deed := range deeds {
		deed(o.World)
	}
	o.Run()
}

// owed is what is told of an invoice: state, billed, paid, credited, disputed, open, collectable.
func (o office) owed(invoiceID string) string {
	r := sim.Latest(o.World, topics.Receivables)[invoiceID]
	if r == nil {
		return ""
	}
	return fmt.Sprint(r.State, " ", r.Billed, " ", r.Paid, " ", r.Credited, " ", r.Disputed, " ", r.Open, " ", r.Collectable)
}

// open writes the conditions that stand: class, order, line, invoice, amount.
func (o office) open() string {
	var texts []string
	for _, c := range sim.Latest(o.World, topics.Conditions) {
		if c.Kind == schemas.ConditionRaised {
			texts = append(texts, c.Class+part("", c.OrderID)+part("/", c.LineNo)+part("", c.InvoiceID)+part("", c.AmountAtRisk)+part("", c.Currency))
		}
	}
	return joined(texts)
}

// joined writes texts sorted, on one line.
func joined(texts []string) string {
	slices.Sort(texts)
	return strings.Join(texts, "; ")
}

func part[T any](mark string, value *T) string {
	if value == nil {
		return " -"
	}
	return " " + mark + fmt.Sprint(*value)
}

// facts writes the last that an order was told of each invoice.
func (o office) facts(orderID string) string {
	last := map[string]string{}
	for _, sent := range sim.Read(o.World, topics.OrderFacts) {
		if f := sent.Value.Receivable; sent.Key == orderID {
			last[f.InvoiceID] = fmt.Sprint(f.InvoiceID, " ", f.State, " disputed ", f.Disputed, " ", f.DisputedLines, " paid ", f.Paid)
		}
	}
	var texts []string
	for _, text := range last {
		texts = append(texts, text)
	}
	slices.Sort(texts)
	return strings.Join(texts, "; ")
}

func wants(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Fatalf("%s:\n got %s\nwant %s", what, got, want)
	}
}

func TestAReceivableIsToldOnceItsInvoiceIsKnown(t *testing.T) {
	o := newOffice(t, 0)
	o.does(pays("P1", 1, "I1", "20", "0", "USD"))
	wants(t, "before the invoice", o.owed("I1")+o.facts("O1"), "")
	o.does(issues(invoice("I1", 2, schemas.InvoiceKindInvoice, "O1/1 A 4 @10"), "O1")...)
	wants(t, "with the invoice", o.owed("I1"), "partially_paid 40.00 20.00 0.00 0.00 20.00 20.00")
	wants(t, "order", o.facts("O1"), "I1 partially_paid disputed false [] paid false")
	o.does(pays("P2", 3, "I1", "18", "2", "USD"))
	wants(t, "paid", o.owed("I1"), "paid 40.00 40.00 0.00 0.00 0.00 0.00")
	wants(t, "order", o.facts("O1"), "I1 paid disputed false [] paid true")
	told := len(sim.Read(o.World, topics.Receivables))
	o.does(pays("P2", 3, "I1", "18", "2", "USD"))
	if again := len(sim.Read(o.World, topics.Receivables)); again != told {
		t.Errorf("told again what has not changed")
	}
	if r := sim.Latest(o.World, topics.Receivables)["I1"]; r.CustomerID != "C1" || r.Currency != "USD" || r.DueOn.String() != "2026-04-01" || !r.AsOf.Equal(start.Add(3*time.Minute)) {
		t.Errorf("receivable %+v", r)
	}
}

func TestADisputedAmountIsNotCollectableAndAnAcceptedOneNeither(t *testing.T) {
	o := newOffice(t, 0)
	o.does(disputes("D1", 1, "I1", 2, "15", schemas.DisputeOpen))
	wants(t, "before the invoice", o.open(), "disputed - /2 I1 15.00 -")
	o.does(issues(invoice("I1", 2, schemas.InvoiceKindInvoice, "O1/1 A 4 @10", "O1/2 B 2 @10", "O2/1 A 1 @10"), "O1", "O2")...)
	o.does(ready("R1", "O1", "S1", "1 A 4 @10", "2 B 2 @10"), ready("R2", "O2", "S1", "1 A 1 @10"))
	wants(t, "disputed", o.owed("I1"), "disputed 70.00 0.00 0.00 15.00 70.00 55.00")
	wants(t, "open", o.open(), "disputed O1 /2 I1 15.00 USD")
	wants(t, "order of the line", o.facts("O1"), "I1 disputed disputed true [2] paid false")
	wants(t, "other order", o.facts("O2"), "I1 disputed disputed false [] paid false")
	o.does(disputes("D2", 3, "I1", 0, "5", schemas.DisputeOpen))
	wants(t, "the whole invoice", o.facts("O2"), "I1 disputed disputed true [] paid false")
	wants(t, "open", o.open(), "disputed - - I1 5.00 USD; disputed O1 /2 I1 15.00 USD")
	o.does(disputes("D2", 4, "I1", 0, "5", schemas.DisputeWithdrawn), disputes("D1", 4, "I1", 2, "15", schemas.DisputeAccepted))
	wants(t, "accepted", o.owed("I1"), "open 70.00 0.00 0.00 0.00 70.00 55.00")
	wants(t, "open", o.open(), "")
	wants(t, "order", o.facts("O1"), "I1 open disputed false [] paid false")
	o.does(issues(refersTo(invoice("M1", 5, schemas.InvoiceKindCreditMemo, "O1/2 B 1.5 @10"), "I1"), "O1")...)
	wants(t, "credited", o.owed("I1"), "open 70.00 0.00 15.00 0.00 55.00 55.00")
}

func TestADisputeOfALineThatNobodyBilledIsAboutTheWholeInvoice(t *testing.T) {
	o := newOffice(t, 0)
	o.does(issues(invoice("I1", 1, schemas.InvoiceKindInvoice, "O1/1 A 4 @10"), "O1")...)
	o.does(disputes("D1", 2, "I1", 9, "15", schemas.DisputeOpen))
	wants(t, "order", o.facts("O1"), "I1 disputed disputed true [] paid false")
}

func TestAnOrderThatIsNotBilledAnyMoreIsToldSo(t *testing.T) {
	o := newOffice(t, 0)
	o.does(issues(invoice("I1", 1, schemas.InvoiceKindInvoice, "O1/1 A 4 @10", "O2/1 A 1 @10"), "O1", "O2")...)
	o.does(issues(invoice("I1", 2, schemas.InvoiceKindInvoice, "O1/1 A 4 @10"), "O1", "O2")...)
	wants(t, "taken out", o.facts("O2"), "I1 cancelled disputed false [] paid false")
	wants(t, "left in", o.facts("O1"), "I1 open disputed false [] paid false")
	o.does(issues(refersTo(invoice("X1", 3, schemas.InvoiceKindCancellation, "O1/1 A 4 @10"), "I1"), "O1")...)
	wants(t, "cancelled", o.facts("O1"), "I1 cancelled disputed false [] paid false")
	wants(t, "cancelled", o.owed("I1"), "cancelled 40.00 0.00 40.00 0.00 0.00 0.00")
}

func TestADocumentThatIsAboutAnotherInvoiceNowLeavesTheFirstAsItWas(t *testing.T) {
	o := newOffice(t, 0)
	o.does(ready("R1", "O1", "S1", "1 A 4 @10"), ready("R2", "O2", "S2", "1 A 1 @10"))
	o.does(issues(invoice("I1", 1, schemas.InvoiceKindInvoice, "O1/1 A 4 @10", "O2/1 A 1 @10"), "O1", "O2")...)
	o.does(issues(invoice("M1", 2, schemas.InvoiceKindCreditMemo, "O1/1 A 1 @10"), "O1")...)
	wants(t, "a credit of no invoice", o.owed("M1"), "credited -10.00 0.00 0.00 0.00 -10.00 0.00")
	// sent tells the key that the document has left, as intake does: without its lines.
	sent := func(key string, i *schemas.Invoice) deed {
		return func(w *sim.World) {
			sim.Send(w, topics.Billing, key, &schemas.BillingEvent{Origin: evidence("erp.invoices", i.Meta.EventID), InvoiceID: key, Invoice: i})
		}
	}
	o.does(issues(refersTo(invoice("M1", 3, schemas.InvoiceKindCancellation, "O1/1 A 4 @10", "O2/1 A 1 @10"), "I1"), "O1", "O2")...)
	o.does(sent("M1", refersTo(invoice("M1", 3, schemas.InvoiceKindCancellation), "I1")))
	wants(t, "cancelled", o.owed("I1"), "cancelled 50.00 0.00 50.00 0.00 0.00 0.00")
	wants(t, "nothing of its own", o.owed("M1"), "cancelled 0.00 0.00 0.00 0.00 0.00 0.00")
	o.does(issues(refersTo(invoice("M1", 4, schemas.InvoiceKindCancellation, "O1/1 A 4 @10"), "I9"), "O1", "O2")...)
	o.does(sent("I1", refersTo(invoice("M1", 4, schemas.InvoiceKindCancellation), "I9")))
	wants(t, "it was of another invoice", o.owed("I1"), "open 50.00 0.00 0.00 0.00 50.00 50.00")
	o.does(issues(invoice("I2", 5, schemas.InvoiceKindInvoice, "O2/1 A 1 @10"), "O2")...)
	wants(t, "the second order is billed twice", o.open(), "double_invoiced O2 /1 - 10.00 USD")
}

func TestAPaymentInAnotherCurrencySettlesNothingAndSaysSo(t *testing.T) {
	o := newOffice(t, 0)
	o.does(pays("P1", 1, "I1", "20", "0", "EUR"))
	wants(t, "open before the invoice", o.open(), "")
	o.does(issues(invoice("I1", 2, schemas.InvoiceKindInvoice, "O1/1 A 4 @10"))...)
	wants(t, "owed", o.owed("I1"), "open 40.00 0.00 0.00 0.00 40.00 40.00")
	wants(t, "open", o.open(), "unapplied_payment O1 - I1 20.00 EUR")
	o.does(pays("P1", 3, "I1", "22", "0", "USD"))
	wants(t, "owed", o.owed("I1"), "partially_paid 40.00 22.00 0.00 0.00 18.00 18.00")
	wants(t, "open", o.open(), "short_pay O1 - I1 18.00 USD")
}

func TestATotalThatIsNotTheSumOfItsLinesIsAMismatch(t *testing.T) {
	o := newOffice(t, 0)
	wrong := invoice("I1", 1, schemas.InvoiceKindInvoice, "O1/1 A 4 @10")
	wrong.Total = schemas.MustAmount("42.5")
	o.does(issues(wrong)...)
	wants(t, "open", o.open(), "invoice_mismatch O1 - I1 2.50 USD")
	o.does(issues(refersTo(invoice("M1", 2, schemas.InvoiceKindCreditMemo, "O1/1 A 4 @10 =42.5"), "I1"))...)
	wants(t, "open", o.open(), "")
}

func TestAnInvoiceThatDiffersIsAMismatchUntilItIsSetRight(t *testing.T) {
	for name, settle := range map[string][]deed{
		"credited and billed again": append(
			issues(refersTo(invoice("M1", 2, schemas.InvoiceKindCreditMemo, "O1/1 A 4 @12"), "I1"), "O1"),
			issues(invoice("I2", 3, schemas.InvoiceKindInvoice, "O1/1 A 4 @10"), "O1")...),
		"cancelled by a document":     issues(refersTo(invoice("X1", 2, schemas.InvoiceKindCancellation, "O1/1 A 4 @12"), "I1"), "O1"),
		"cancelled itself":            issues(invoice("I1", 2, schemas.InvoiceKindCancellation, "O1/1 A 4 @12"), "O1"),
		"corrected in ERP":            issues(invoice("I1", 2, schemas.InvoiceKindInvoice, "O1/1 A 4 @10"), "O1"),
		"taken out of the invoice":    issues(invoice("I1", 2, schemas.InvoiceKindInvoice, "O2/1 A 4 @10"), "O1"),
		"corrected in what was ready": {ready("R2", "O1", "S1", "1 A -4 @10"), ready("R3", "O1", "S1", "1 A 4 @12")},
	} {
		o := newOffice(t, 0)
		o.does(ready("R1", "O1", "S1", "1 A 4 @10"))
		o.does(issues(invoice("I1", 1, schemas.InvoiceKindInvoice, "O1/1 A 4 @12"), "O1")...)
		wants(t, "wrong price", o.open(), "invoice_mismatch O1 /1 I1 8.00 USD")
		for _, c := range sim.Latest(o.World, topics.Conditions) {
			wants(t, "message", c.Message, "order O1 line 1: invoice I1 differs from what is ready to be invoiced: unit price 12.00 instead of 10.00, amount 48.00 instead of 40.00")
			wants(t, "customer and cause", *c.CustomerID+" "+c.Causes[0].EventID, "C1 I1-1")
		}
		o.does(settle...)
		wants(t, name, o.open(), "")
	}
}

func TestInvoiceToAnotherCustomerIsAMismatch(t *testing.T) {
	o := newOffice(t, 0)
	wrong := invoice("I1", 1, schemas.InvoiceKindInvoice, "O1/1 A 4 @10")
	wrong.CustomerID = "C2"
	o.does(ready("R1", "O1", "S1", "1 A 4 @10"))
	o.does(issues(wrong, "O1")...)
	wants(t, "to C2", o.open(), "invoice_mismatch O1 /1 I1 40.00 USD")
	for _, c := range sim.Latest(o.World, topics.Conditions) {
		wants(t, "message", c.Message, "order O1 line 1: invoice I1 differs from what is ready to be invoiced: customer C2 instead of C1")
	}
	o.does(issues(invoice("I1", 2, schemas.InvoiceKindInvoice, "O1/1 A 4 @10"), "O1")...)
	wants(t, "to C1", o.open(), "")
}

func TestInvoicedAheadOfShippingIsRaisedAfterTheGraceTime(t *testing.T) {
	o := newOffice(t, 0)
	o.does(issues(invoice("I1", 1, schemas.InvoiceKindInvoice, "O1/1 A 4 @10"), "O1")...)
	o.Advance(29 * time.Minute)
	o.does(issues(invoice("I1", 2, schemas.InvoiceKindInvoice, "O1/1 A 3 @10"), "O1")...)
	wants(t, "within the grace time", o.open(), "")
	o.Advance(time.Minute)
	wants(t, "after it", o.open(), "invoiced_not_shipped O1 /1 I1 30.00 USD")
	o.does(issues(invoice("I1", 3, schemas.InvoiceKindInvoice, "O1/1 A 4 @10"), "O1")...)
	wants(t, "kept true", o.open(), "invoiced_not_shipped O1 /1 I1 40.00 USD")
	o.does(ready("R1", "O1", "S1", "1 A 4 @10"))
	wants(t, "ready", o.open(), "")
	o.does(issues(invoice("I2", 4, schemas.InvoiceKindInvoice, "O1/2 A 4 @10"), "O1")...)
	o.does(ready("R2", "O1", "S2", "2 A 4 @10"))
	o.Advance(time.Hour)
	wants(t, "ready within the grace time", o.open(), "")
}

func TestASecondInvoiceOfTheSameBillIsDoubleUntilOneIsCancelled(t *testing.T) {
	o := newOffice(t, 0)
	o.does(issues(names(invoice("I2", 2, schemas.InvoiceKindInvoice, "O1/1 A 4 @10"), "R1"), "O1")...)
	o.does(issues(names(invoice("I1", 1, schemas.InvoiceKindInvoice, "O1/1 A 4 @10"), "R1"), "O1")...)
	o.does(ready("R2", "O1", "S2", "1 A 4 @10"))
	wants(t, "R1 is not known: the line has less than is billed", o.open(), "double_invoiced O1 /1 - 40.00 USD")
	o.does(ready("R1", "O1", "S1", "1 A 4 @10"))
	wants(t, "R1 is billed twice", o.open(), "double_invoiced O1 /1 - 40.00 USD")
	for _, c := range sim.Latest(o.World, topics.Conditions) {
		wants(t, "message", c.Message, "order O1 line 1: invoices I1, I2 together bill 8 where 4 was ready to be invoiced: 4 is billed twice, 40.00 USD")
	}
	o.does(issues(names(invoice("I2", 3, schemas.InvoiceKindInvoice, "O1/1 A 4 @10"), "R2"), "O1")...)
	wants(t, "I2 names the other bill", o.open(), "")
	o.does(issues(invoice("I3", 4, schemas.InvoiceKindInvoice, "O1/1 A 1 @10"), "O1")...)
	wants(t, "a third invoice", o.open(), "double_invoiced O1 /1 - 10.00 USD")
	o.does(issues(refersTo(invoice("X3", 5, schemas.InvoiceKindCancellation, "O1/9 Z 1 @10"), "I3"), "O1")...)
	wants(t, "cancelled", o.open(), "")
	o.does(issues(refersTo(invoice("X3", 6, schemas.InvoiceKindCancellation, "O1/9 Z 1 @10"), "I9"), "O1")...)
	wants(t, "the cancellation was of another invoice", o.open(), "double_invoiced O1 /1 - 10.00 USD")
}

func TestACreditMemoWaitsForItsInvoiceAndIsOfItsBillingUnit(t *testing.T) {
	o := newOffice(t, 0)
	o.does(ready("R1", "O1", "S1", "1 A 4 @10", "2 B 1 @5"), ready("R2", "O1", "S2", "1 A 4 @10"))
	o.does(issues(refersTo(invoice("M1", 3, schemas.InvoiceKindCreditMemo, "O1/1 A 4 @10", "O1/2 B 1 @5"), "I1"), "O1")...)
	wants(t, "its invoice is not known", o.open(), "")
	o.does(issues(names(invoice("I1", 1, schemas.InvoiceKindInvoice, "O1/1 A 4 @10"), "R1"), "O1")...)
	wants(t, "it credits a line that was not billed", o.open(), "invoice_mismatch O1 /2 I1 5.00 USD")
	o.does(issues(names(invoice("I2", 2, schemas.InvoiceKindInvoice, "O1/1 A 4 @10"), "R1"), "O1")...)
	wants(t, "billed again in its place", o.open(), "invoice_mismatch O1 /2 I1 5.00 USD")
	o.does(issues(refersTo(invoice("X1", 4, schemas.InvoiceKindCancellation, "O1/9 Z 1 @10"), "M1"), "O1")...)
	wants(t, "the memo is cancelled", o.open(), "double_invoiced O1 /1 - 40.00 USD")
	o.does(issues(refersTo(invoice("X2", 5, schemas.InvoiceKindCancellation, "O1/9 Z 1 @10"), "I1"), "O1")...)
	wants(t, "the first invoice too", o.open(), "")
}

func TestABillThatArrivesAfterTheInvoiceThatNamesItIsHeldAgainstIt(t *testing.T) {
	o := newOffice(t, 0)
	o.does(ready("R2", "O1", "S2", "1 A 4 @10"))
	o.does(issues(names(invoice("I1", 1, schemas.InvoiceKindInvoice, "O1/1 A 4 @10"), "R9"), "O1")...)
	o.does(issues(names(invoice("I1", 2, schemas.InvoiceKindInvoice, "O1/1 A 4 @10"), "R1"), "O1")...)
	o.does(ready("R9", "O1", "S9", "2 B 1 @5")) // is not named any more
	o.Advance(time.Hour)
	wants(t, "the line as a whole", o.open(), "")
	o.does(ready("R1", "O1", "S1", "2 B 1 @5"))
	o.Advance(time.Hour)
	wants(t, "the bill that it names has no such line", o.open(), "invoiced_not_shipped O1 /1 I1 40.00 USD")
}

func TestEveryDifferenceIsNamedWithBothSides(t *testing.T) {
	o := newOffice(t, 0)
	o.does(ready("R1", "O1", "", "1 A 4 @10"))
	wrong := invoice("I1", 1, schemas.InvoiceKindInvoice, "O1/1 B 5 @11")
	o.does(issues(wrong, "O1")...)
	for _, c := range sim.Latest(o.World, topics.Conditions) {
		wants(t, "message", c.Message, "order O1 line 1: invoice I1 differs from what is ready to be invoiced: item B instead of A, quantity 5 instead of 4, unit price 11.00 instead of 10.00, amount 55.00 instead of 40.00")
	}
	if id := conditions.ID(conditions.InvoiceMismatch, "O1", "1"); sim.Latest(o.World, topics.Conditions)[id] == nil {
		t.Errorf("the condition is not named by order and line")
	}
}

func TestAPricePerSoManyIsSaidSo(t *testing.T) {
	o := newOffice(t, 0)
	o.does(ready("R1", "O1", "S1", "1 A 3 @10"))
	third := invoice("I1", 1, schemas.InvoiceKindInvoice, "O1/1 A 3 @1 =1")
	third.Lines[0].PriceUnit = 3
	o.does(issues(third, "O1")...)
	for _, c := range sim.Latest(o.World, topics.Conditions) {
		wants(t, "message", c.Message, "order O1 line 1: invoice I1 differs from what is ready to be invoiced: unit price 1.00 per 3 instead of 10.00, amount 1.00 instead of 30.00")
	}
	wants(t, "open", o.open(), "invoice_mismatch O1 /1 I1 29.00 USD")
}
