package fulfilment

import (
	"cmp"
	"slices"
	"time"

	"waybill/processors/money"
	"waybill/schemas"
	"waybill/state"
)

// What was billed is never changed in place. What ought to be billed follows from the facts; where it is not what was
// billed, the difference becomes records: a part that was not billed is invoiced; one that is billed otherwise is credited
// and billed again; one that is not to be billed is credited; of one that came back in part, that part is credited.
// Records of one unit count its revisions.

// change is a part of a line that is not billed as it should be. One of before and after may be nil.
type change struct {
	lineNo        int32
	before, after *Bill
	returned      bool // what is credited came back; of what was kept, after is what stays billed as it was
}

func (c change) kind() schemas.BillKind {
	switch {
	case c.before == nil:
		return schemas.BillInvoice
	case c.after == nil, c.returned:
		return schemas.BillCreditAndClose
	}
	return schemas.BillCreditAndRebill
}

// unit is the billing unit that the change belongs to.
func (c change) unit() string {
	if c.before != nil {
		return c.before.Unit
	}
	return c.after.Unit
}

// differences compares what is billed of a line with what should be. Both are sorted; billed is what the line has billed
// once the changes are made, and what the changes' after points into. What is held stays as it is.
func differences(lineNo int32, before, desired []Bill, held func(*Bill) bool) (billed []Bill, changes []change) {
	billed = make([]Bill, 0, len(before)+len(desired)) // never grows: changes point into it
	for len(before) > 0 || len(desired) > 0 {
		order := 1
		switch {
		case len(desired) == 0:
			order = -1
		case len(before) > 0:
			order = sameIdentity(before[0], desired[0])
		}
		var old, now *Bill
		if order <= 0 {
			old, before = &before[0], before[1:]
		}
		if order >= 0 {
			now, desired = &desired[0], desired[1:]
		}
		if old != nil && held(old) || now != nil && held(now) {
			if old != nil {
				billed = append(billed, *old)
			}
			continue
		}
		if now != nil {
			billed = append(billed, *now)
			now = &billed[len(billed)-1]
		}
		c := change{lineNo: lineNo, before: old, after: now}
		if old != nil && now != nil {
			c.returned = now.returns(old)
			if c.returned || old.billsAs(now) {
				now.InvoiceReadyID, now.Revision, now.Rule = old.InvoiceReadyID, old.Revision, old.Rule
			}
			if old.billsAs(now) {
				continue
			}
		}
		changes = append(changes, c)
	}
	return billed, changes
}

// sameIdentity compares by unit, shipment, item and unit of measure: the order in which a line keeps its bills.
func sameIdentity(a, b Bill) int {
	return cmp.Or(cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.ShipmentID, b.ShipmentID), cmp.Compare(a.PartItemID, b.PartItemID), cmp.Compare(a.PartUOM, b.PartUOM))
}

// samePart says that both bill what one shipment carries of the line in one item and unit, by whatever unit. A line that is
// billed as it was ordered is all that is shipped for it.
func (b *Bill) samePart(other *Bill) bool {
	if b.ShipmentID == "" || other.ShipmentID == "" {
		return true
	}
	return b.ShipmentID == other.ShipmentID && b.PartItemID == other.PartItemID && b.PartUOM == other.PartUOM
}

// billsAs says that a customer and a bookkeeper would see no difference.
func (b *Bill) billsAs(other *Bill) bool {
	return b.Quantity == other.Quantity && b.Amount == other.Amount && b.sameTerms(other)
}

// sameTerms says that both bill so much more or less of the same.
func (b *Bill) sameTerms(other *Bill) bool {
	return b.OrderedItemID == other.OrderedItemID && b.UOM == other.UOM && b.UnitPrice == other.UnitPrice && b.PriceUnit == other.PriceUnit &&
		b.CustomerID == other.CustomerID && b.Currency == other.Currency && b.Trigger == other.Trigger
}

// maxLines bounds a record, so that it fits into a Kafka record. A larger bill is several records with a revision each.
const maxLines = 2000

// grounds are the input records that a line's bill rests on.
type grounds func(lineNo int32, bill *Bill, credit bool) []Fact

// records makes a unit's changes into records, credits first; it continues the unit's revisions and writes id and revision
// of the record into each changed bill.
func records(orderID, unit string, revision int32, changes []change, rest grounds) ([]*schemas.InvoiceReady, int32) {
	w := &unitWriter{orderID: orderID, unit: unit, revision: revision, rest: rest}
	slices.SortStableFunc(changes, func(a, b change) int { return cmp.Compare(a.lineNo, b.lineNo) })
	var corrected []change
	for _, c := range changes {
		if c.before != nil {
			corrected = append(corrected, c)
		}
	}
	slices.SortStableFunc(corrected, func(a, b change) int {
		return cmp.Or(cmp.Compare(a.before.Revision, b.before.Revision), -cmp.Compare(a.kind(), b.kind()))
	})
	for _, c := range corrected {
		w.credit(c)
	}
	for _, kind := range []schemas.BillKind{schemas.BillCreditAndRebill, schemas.BillInvoice} {
		for _, c := range changes {
			if c.after != nil && c.kind() == kind {
				w.bill(c)
			}
		}
	}
	for _, record := range w.written {
		record.Evidence = sortEvidence(record.Evidence)
	}
	return w.written, w.revision
}

// unitWriter fills one record after the other.
type unitWriter struct {
	orderID  string
	unit     string
	revision int32
	rest     grounds
	written  []*schemas.InvoiceReady
}

func (w *unitWriter) credit(c change) {
	old := *c.before
	rule := old.Rule + ":withdrawn"
	switch {
	case c.returned:
		rule = old.Rule + ":returned"
		if c.after != nil {
			old.Quantity, old.Amount = old.Quantity-c.after.Quantity, old.Amount-c.after.Amount
		}
	case c.after != nil:
		rule = old.Rule + ":corrected"
	}
	record := w.open(c.kind(), &old, &old.InvoiceReadyID, -old.Amount)
	w.line(record, c.lineNo, &old, -1, rule)
}

func (w *unitWriter) bill(c change) {
	record := w.open(c.kind(), c.after, nil, c.after.Amount)
	w.line(record, c.lineNo, c.after, 1, c.after.Rule)
	c.after.InvoiceReadyID, c.after.Revision = record.InvoiceReadyID, record.Revision
}

// open is the record that a line goes into: the newest one where it fits, else a new one.
func (w *unitWriter) open(kind schemas.BillKind, of *Bill, corrects *string, amount schemas.Amount) *schemas.InvoiceReady {
	if n := len(w.written); n > 0 {
		newest := w.written[n-1]
		_, err := money.Add(newest.Total, amount)
		sameCorrected := newest.Corrects == nil && corrects == nil || newest.Corrects != nil && corrects != nil && *newest.Corrects == *corrects
		if newest.Kind == kind && sameCorrected && len(newest.Lines) < maxLines && err == nil {
			return newest
		}
	}
	w.revision++
	record := &schemas.InvoiceReady{
		InvoiceReadyID: invoiceReadyID(w.orderID, w.unit, w.revision), Revision: w.revision, Kind: kind,
		OrderID: w.orderID, CustomerID: of.CustomerID, Trigger: of.Trigger, Currency: of.Currency, Evidence: []schemas.Evidence{},
	}
	if corrects != nil {
		record.Corrects = new(*corrects)
	}
	w.written = append(w.written, record)
	return record
}

func (w *unitWriter) line(record *schemas.InvoiceReady, lineNo int32, bill *Bill, sign int64, rule string) {
	record.Lines = append(record.Lines, schemas.InvoiceReadyLine{
		LineNo: lineNo, OrderedItemID: bill.OrderedItemID, ShippedItemID: bill.PartItemID,
		Quantity: schemas.Quantity(sign) * bill.Quantity, UOM: bill.UOM, UnitPrice: bill.UnitPrice, PriceUnit: bill.PriceUnit,
		Amount: schemas.Amount(sign) * bill.Amount, ShipmentID: bill.ShipmentID,
	})
	record.Total += schemas.Amount(sign) * bill.Amount
	record.Rule = max(record.Rule, rule) // of a record's lines the one that says more: on_shipment, on_shipment:substitution_lower
	for _, fact := range w.rest(lineNo, bill, sign < 0) {
		record.Evidence = append(record.Evidence, fact.Origin)
		record.ReadyAt = latest(record.ReadyAt, fact.At)
	}
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// invoiceReadyID names a record by its order, billing unit and revision.
func invoiceReadyID(orderID, unit string, revision int32) string {
	return schemas.ID("ir-", state.AppendInt(state.AppendString(state.AppendString(nil, orderID), unit), int64(revision)))
}
