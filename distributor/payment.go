package distributor

import (
	"fmt"
	"time"

	"waybill/schemas"
	"waybill/topics"
)

// settlings are what becomes of an invoice at the customer, with their share.
var settlings = []struct {
	name  string
	share int
	pay   func(*invoice)
}{
	{"unpaid", 250, func(v *invoice) { v.close() }},
	{"paid", 400, (*invoice).paid},
	{"paid with the discount", 90, (*invoice).paidEarly},
	{"paid in two parts", 40, (*invoice).paidInParts},
	{"paid short", 40, (*invoice).paidShort},
	{"paid with others", 60, (*invoice).paidTogether},
	{"paid, and taken back", 20, (*invoice).paidBack},
	{"paid on account, applied later", 20, (*invoice).appliedLater},
	{"paid too much", 10, (*invoice).paidTooMuch},
	{"paid on account", 15, func(v *invoice) { v.paidOtherwise(v.total, 0) }},
	{"paid with more than is applied", 8, func(v *invoice) { v.paidOtherwise(v.total+schemas.MustAmount("30"), v.total) }},
	{"paid with less than is applied", 5, func(v *invoice) { v.paidOtherwise(floorTo(v.total*3/4, v.owed.Currency), v.total) }},
	{"dispute open", 20, func(v *invoice) { v.dispute(schemas.DisputeOpen) }},
	{"dispute accepted", 15, func(v *invoice) { v.dispute(schemas.DisputeAccepted) }},
	{"dispute rejected", 15, func(v *invoice) { v.dispute(schemas.DisputeRejected) }},
	{"dispute withdrawn", 10, func(v *invoice) { v.dispute(schemas.DisputeWithdrawn) }},
}

// settleUp draws what becomes of the invoice.
func (v *invoice) settleUp() {
	if v.total == 0 { // nobody pays for what is free
		v.close()
		return
	}
	settlings[v.draw(len(settlings), func(i int) int { return settlings[i].share })].pay(v)
}

// newPayment names a payment.
func (d *Distributor) newPayment() string {
	d.full.payments++
	return fmt.Sprintf("P-%s%07d", d.name, d.full.payments)
}

// tellPayment plans a state of a payment, of the sum of what it applies unless it says another amount.
func (v *invoice) tellPayment(id string, at time.Time, amount schemas.Amount, applied ...schemas.Application) {
	v.full.truth.Stories[id] = "of " + v.id
	v.planAt(at, func(at time.Time) []Event {
		payment := schemas.Payment{
			Meta: v.positioned("ar", at), PaymentID: id, CustomerID: &v.customer.CustomerID, Amount: amount, Currency: v.owed.Currency,
			ReceivedOn: schemas.DateOf(at), Applications: applied,
		}
		return []Event{eventOf(topics.ArPayments, id, at, &payment)}
	})
}

// pays is when the customer pays, soon enough for a discount.
func (v *invoice) pays() time.Time { return v.at.Add(v.hours(100)) }

func (v *invoice) paid() {
	v.owed.Paid = v.total
	v.tellPayment(v.newPayment(), v.pays(), v.total, schemas.Application{InvoiceID: v.id, Amount: v.total})
	v.close()
}

// paidEarly takes the discount that the terms allow; where they allow none, all is paid.
func (v *invoice) paidEarly() {
	percent := v.customer.PaymentTerms.DiscountPercent
	off := floorTo(schemas.Amount(int64(v.total)/1_000_000*int64(percent)+int64(v.total)%1_000_000*int64(percent)/1_000_000), v.owed.Currency)
	v.owed.Paid = v.total
	v.tellPayment(v.newPayment(), v.at.Add(v.hours(48)), v.total-off, schemas.Application{InvoiceID: v.id, Amount: v.total - off, Discount: off})
	v.close()
}

// floorTo drops what the currency has no coin for.
func floorTo(amount schemas.Amount, currency string) schemas.Amount {
	return amount / coin(currency) * coin(currency)
}

func (v *invoice) paidInParts() {
	half := floorTo(v.total/2, v.owed.Currency)
	v.owed.Paid = v.total
	v.tellPayment(v.newPayment(), v.pays(), half, schemas.Application{InvoiceID: v.id, Amount: half})
	v.tellPayment(v.newPayment(), v.pays().Add(v.hours(50)), v.total-half, schemas.Application{InvoiceID: v.id, Amount: v.total - half})
	v.close()
}

func (v *invoice) paidShort() {
	v.owed.Paid = floorTo(v.total*3/4, v.owed.Currency)
	v.tellPayment(v.newPayment(), v.pays(), v.owed.Paid, schemas.Application{InvoiceID: v.id, Amount: v.owed.Paid})
	v.open("short_pay", 0)
	v.close()
}

// paidTogether waits for another invoice of the customer in the same currency, and is paid with it; the last one waits for ever.
func (v *invoice) paidTogether() {
	of := v.customer.CustomerID + "/" + v.owed.Currency
	v.full.together[of] = append(v.full.together[of], v)
	waiting := v.full.together[of]
	if len(waiting) < 3 {
		v.close()
		return
	}
	var applied []schemas.Application
	sum, at := schemas.Amount(0), v.at
	for _, other := range waiting {
		applied = append(applied, schemas.Application{InvoiceID: other.id, Amount: other.total})
		sum += other.total
		other.owed.Paid, other.owed.State = other.total, ""
		other.close()
		if other.at.After(at) {
			at = other.at
		}
	}
	v.tellPayment(v.newPayment(), at.Add(v.hours(100)), sum, applied...)
	v.full.together[of] = nil
}

// paidBack: the bank takes the payment back.
func (v *invoice) paidBack() {
	id, at := v.newPayment(), v.pays()
	v.tellPayment(id, at, v.total, schemas.Application{InvoiceID: v.id, Amount: v.total})
	v.tellPayment(id, at.Add(v.hours(60)), 0, schemas.Application{InvoiceID: v.id})
	v.close()
}

func (v *invoice) appliedLater() {
	id, at := v.newPayment(), v.pays()
	v.owed.Paid = v.total
	v.tellPayment(id, at, v.total)
	v.tellPayment(id, at.Add(v.hours(60)), v.total, schemas.Application{InvoiceID: v.id, Amount: v.total})
	v.close()
}

func (v *invoice) paidTooMuch() {
	v.owed.Paid = v.total + schemas.MustAmount("5")
	v.tellPayment(v.newPayment(), v.pays(), v.owed.Paid, schemas.Application{InvoiceID: v.id, Amount: v.owed.Paid})
	v.open("unapplied_payment", 0)
	v.close()
}

// paidOtherwise: what is received and what is applied to the invoice are not the same.
func (v *invoice) paidOtherwise(received, applied schemas.Amount) {
	applications := []schemas.Application{}
	if v.owed.Paid = applied; applied > 0 {
		applications = append(applications, schemas.Application{InvoiceID: v.id, Amount: applied})
	}
	v.tellPayment(v.newPayment(), v.pays(), received, applications...)
	v.full.truth.open(Exception{Class: "unapplied_payment", Customer: v.customer.CustomerID})
	v.debtsOf(v.customer.CustomerID, v.owed.Currency).unapplied += received - applied
	v.close()
}

// dispute is the customer's objection to a line of the invoice, and how it ends.
func (v *invoice) dispute(ends schemas.DisputeStatus) {
	line := v.lines[v.random.IntN(len(v.lines))]
	id, reason := "D-"+v.id[2:], choose(v.Distributor, "01", "03", "06", "59")
	tell := func(at time.Time, status schemas.DisputeStatus) {
		v.planAt(at, func(at time.Time) []Event {
			dispute := schemas.Dispute{
				Meta: v.positioned("ar", at), DisputeID: id, InvoiceID: v.id, LineNo: &line.LineNo, Amount: line.Amount, Reason: reason, Status: status,
			}
			return []Event{eventOf(topics.ArDisputes, v.id, at, &dispute)}
		})
	}
	at := v.at.Add(v.hours(60))
	v.full.truth.WasDisputed[v.id] = true
	tell(at, schemas.DisputeOpen)
	switch ends {
	case schemas.DisputeOpen:
		v.owed.Disputed, v.owed.State = line.Amount, schemas.ReceivableDisputed
		v.open("disputed", line.LineNo)
	case schemas.DisputeAccepted: // what was conceded and is not credited yet is not collected
		tell(at.Add(v.hours(90)), ends)
		v.close()
		v.owed.Collectable = max(0, v.owed.Open-line.Amount)
		v.full.truth.Receivables[v.id] = v.owed
		return
	default:
		tell(at.Add(v.hours(90)), ends)
	}
	v.close()
}

// stray is money of which nobody knows what it is for, now and then.
func (d *Distributor) stray(at time.Time) {
	if !d.chance(0.5) {
		return
	}
	id := d.newPayment()
	d.full.truth.open(Exception{Class: "unapplied_payment"})
	d.planAt(at, func(at time.Time) []Event {
		payment := schemas.Payment{
			Meta: d.positioned("ar", at), PaymentID: id, Amount: schemas.MustAmount("125"), Currency: choose(d, "USD", "EUR"), ReceivedOn: schemas.DateOf(at),
			Applications: []schemas.Application{},
		}
		return []Event{eventOf(topics.ArPayments, id, at, &payment)}
	})
}
