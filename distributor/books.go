package distributor

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"waybill/schemas"
	"waybill/topics"
)

// invoice is a document of ERP, and what becomes of it in the books.
type invoice struct {
	*Distributor
	course *course
	id     string
	at     time.Time
	lines  []schemas.InvoiceLine
	total  schemas.Amount
	refers string
	owed   Receivable
}

// invoice has ERP bill what must be billed: each parcel when it has left or arrived, or the order as a whole; not before a
// time. Some it forgets, some it gets wrong.
func (c *course) invoice(notBefore time.Time) {
	if policy := c.invoicePolicy(); policy == schemas.OrderComplete || policy == schemas.OnOrder {
		c.invoiceOne(c.bills, notBefore)
	} else {
		for i, p := range c.parcels {
			c.invoiceOne(c.billsOf(p), notBefore.Add(c.hours(float64(2+3*i))))
		}
	}
	c.leaveUnbilled()
}

func (c *course) billsOf(p *parcel) (of []*bill) {
	for _, b := range c.bills {
		if b.parcel == p {
			of = append(of, b)
		}
	}
	return of
}

// leaveUnbilled states what ERP has not invoiced: one exception for each parcel of which something is left to pay. Its
// documents say of which line something is and not of which parcel: what is missing of a line is missing of its last ones.
func (c *course) leaveUnbilled() {
	missing := map[*line]schemas.Quantity{}
	for _, b := range c.bills {
		missing[b.line] += b.forgotten
	}
	told := map[*parcel]bool{}
	for _, b := range slices.Backward(c.bills) {
		left := min(missing[b.line], b.quantity)
		missing[b.line] -= left
		if b.amount > b.worth(b.quantity-left) && !told[b.parcel] {
			told[b.parcel] = true
			c.open("unbilled", nil)
		}
	}
}

// worth is the part of a bill's amount that falls to a part of its quantity.
func (b *bill) worth(quantity schemas.Quantity) schemas.Amount {
	amount := new(big.Rat).SetFrac64(int64(quantity), int64(b.quantity))
	amount.Mul(amount, big.NewRat(int64(b.amount), 10_000))
	return rounded(amount, b.line.course.order.Currency)
}

// billing is a way in which ERP bills: what it does, and what must come of it.
type billing struct {
	name  string
	share int
	fits  func(*course, []*bill) bool // nil: any
	tell  func(*course, []*bill, time.Time)
}

// The ways in which ERP bills, with how many of 1,000 bills it bills so.
var billings = []billing{
	{"as it should be", 800, nil, func(c *course, bills []*bill, at time.Time) { c.newInvoice(bills, at).issue().settleUp() }},
	{"not at all", 60, nil, func(_ *course, bills []*bill, _ time.Time) { forget(bills) }},
	{"at a wrong price", 30, onSimpleTerms, (*course).billWrongPrice},
	{"too much", 20, onSimpleTerms, (*course).billTooMuch},
	{"too little", 10, onSimpleTerms, (*course).billTooLittle},
	{"another article", 10, onSimpleTerms, (*course).billOtherArticle},
	{"with a wrong total", 10, nil, (*course).billWrongTotal},
	{"twice", 15, onOneTerms, (*course).billTwice},
	{"cancelled by a document, and again", 15, nil, func(c *course, bills []*bill, at time.Time) { c.billAgain(bills, at, schemas.InvoiceKindCancellation) }},
	{"credited, and again", 15, onSimpleTerms, func(c *course, bills []*bill, at time.Time) { c.billAgain(bills, at, schemas.InvoiceKindCreditMemo) }},
	{"cancelled itself, and again", 10, nil, (*course).billOver},
}

func (c *course) invoiceOne(bills []*bill, at time.Time) {
	if len(bills) == 0 {
		return
	}
	for {
		of := &billings[c.draw(len(billings), func(i int) int { return billings[i].share })]
		if of.fits == nil || of.fits(c, bills) {
			of.tell(c, bills, at)
			return
		}
	}
}

// onSimpleTerms tells that the first line is billed by these bills alone, once, and for money.
func onSimpleTerms(c *course, bills []*bill) bool {
	return len(bills[0].line.parts) == 1 && bills[0].amount > 0
}

// onOneTerms tells that no line is billed on several terms.
func onOneTerms(c *course, bills []*bill) bool {
	for _, b := range bills {
		if len(b.line.parts) > 1 {
			return false
		}
	}
	return true
}

func (c *course) newInvoice(bills []*bill, at time.Time) *invoice {
	c.full.invoices++
	v := &invoice{Distributor: c.Distributor, course: c, id: fmt.Sprintf("I-%s%07d", c.name, c.full.invoices), at: at, owed: Receivable{Currency: c.order.Currency}}
	for _, b := range bills {
		v.lines = append(v.lines, schemas.InvoiceLine{
			OrderID: c.order.OrderID, LineNo: b.line.no, ItemID: b.article.ItemID, Quantity: b.quantity, UOM: b.uom,
			UnitPrice: b.unitPrice, PriceUnit: b.priceUnit, Amount: b.amount,
		})
		v.total += b.amount
	}
	return v
}

// work is the amount of a line that was changed.
func (v *invoice) work(line *schemas.InvoiceLine) {
	v.total -= line.Amount
	line.Amount = extended(line.Quantity, line.UnitPrice, line.PriceUnit, v.owed.Currency)
	v.total += line.Amount
}

func (v *invoice) open(class string, lineNo int32) {
	v.full.truth.open(Exception{Class: class, Orders: v.course.order.OrderID, LineNo: lineNo, Invoice: v.id})
}

// issue has ERP write the invoice.
func (v *invoice) issue() *invoice {
	v.tell(v.at, schemas.InvoiceKindInvoice)
	v.owed.Billed = v.total
	return v
}

func (v *invoice) tell(at time.Time, kind schemas.InvoiceKind) {
	v.full.truth.Stories[v.id] = "of " + v.course.order.OrderID
	v.planAt(at, func(at time.Time) []Event {
		document := schemas.Invoice{
			Meta: v.positioned("erp", at), InvoiceID: v.id, Kind: kind, CustomerID: v.course.order.CustomerID, Currency: v.owed.Currency,
			IssuedOn: schemas.DateOf(at), DueOn: schemas.DateOf(at.AddDate(0, 0, int(v.course.customer.PaymentTerms.NetDays))), Lines: v.lines, Total: v.total,
		}
		if v.refers != "" {
			document.RefersTo = &v.refers
		}
		return []Event{eventOf(topics.ErpInvoices, v.id, at, &document)}
	})
}

// close states what is owed in the end.
func (v *invoice) close() {
	o := &v.owed
	o.Open = o.Billed - o.Paid - o.Credited
	o.Collectable = max(0, o.Open-o.Disputed)
	switch {
	case o.State != "":
	case o.Open <= 0:
		o.State = schemas.ReceivablePaid
	case o.Paid > 0:
		o.State = schemas.ReceivablePartial
	default:
		o.State = schemas.ReceivableOpen
	}
	v.full.truth.Receivables[v.id] = *o
}

func (c *course) billWrongPrice(bills []*bill, at time.Time) {
	v := c.newInvoice(bills, at)
	v.lines[0].UnitPrice += schemas.MustPrice("1")
	v.work(&v.lines[0])
	v.open("invoice_mismatch", v.lines[0].LineNo)
	v.issue().settleUp()
}

func (c *course) billTooMuch(bills []*bill, at time.Time) {
	v := c.newInvoice(bills, at)
	v.lines[0].Quantity += one
	v.work(&v.lines[0])
	v.open("invoice_mismatch", v.lines[0].LineNo)
	v.issue().settleUp()
}

func forget(bills []*bill) {
	for _, b := range bills {
		b.forgotten = b.quantity
	}
}

// billTooLittle: the rest may follow on another invoice, so that nothing is wrong with this one.
func (c *course) billTooLittle(bills []*bill, at time.Time) {
	bills[0].forgotten = bills[0].quantity / 3
	v := c.newInvoice(bills, at)
	v.lines[0].Quantity -= bills[0].forgotten
	v.work(&v.lines[0])
	v.issue().settleUp()
}

func (c *course) billOtherArticle(bills []*bill, at time.Time) {
	v := c.newInvoice(bills, at)
	v.lines[0].ItemID = "T-" + c.name + "wrong"
	v.open("invoice_mismatch", v.lines[0].LineNo)
	v.issue().settleUp()
}

func (c *course) billWrongTotal(bills []*bill, at time.Time) {
	v := c.newInvoice(bills, at)
	v.total += schemas.MustAmount("7")
	v.open("invoice_mismatch", 0)
	v.issue().settleUp()
}

func (c *course) billTwice(bills []*bill, at time.Time) {
	c.newInvoice(bills, at).issue().settleUp()
	c.newInvoice(bills, at.Add(c.hours(30))).issue().close()
	for _, b := range bills {
		c.open("double_invoiced", b.line)
	}
}

// billAgain: another document takes a wrong invoice back as a whole.
func (c *course) billAgain(bills []*bill, at time.Time, kind schemas.InvoiceKind) {
	wrong := c.newInvoice(bills, at)
	wrong.lines[0].Quantity += one
	wrong.work(&wrong.lines[0])
	wrong.issue()
	back := *wrong
	back.id, back.refers = wrong.id+"-X", wrong.id
	back.tell(at.Add(c.hours(20)), kind)
	wrong.owed.Credited, wrong.owed.State = wrong.total, schemas.ReceivableCredited
	if kind == schemas.InvoiceKindCancellation {
		wrong.owed.State = schemas.ReceivableCancelled
	}
	wrong.close()
	c.newInvoice(bills, at.Add(c.hours(40))).issue().settleUp()
}

// billOver: ERP cancels an invoice in place, and writes another.
func (c *course) billOver(bills []*bill, at time.Time) {
	wrong := c.newInvoice(bills, at).issue()
	wrong.tell(at.Add(c.hours(20)), schemas.InvoiceKindCancellation)
	wrong.owed.Credited, wrong.owed.State = wrong.total, schemas.ReceivableCancelled
	wrong.close()
	c.newInvoice(bills, at.Add(c.hours(40))).issue().settleUp()
}

// invoiceEarly has ERP bill what has not left.
func (c *course) invoiceEarly(waits *parcel, at time.Time) {
	v := c.newInvoice(nil, at)
	for _, carried := range waits.parts {
		if len(carried.line.parts) > 1 || carried.line.price == nil {
			continue
		}
		line := schemas.InvoiceLine{
			OrderID: c.order.OrderID, LineNo: carried.line.no, ItemID: carried.article.ItemID, Quantity: carried.quantity, UOM: carried.uom,
		}
		line.UnitPrice, line.PriceUnit = carried.line.price.forOne(carried.uom)
		v.lines = append(v.lines, line)
		v.work(&v.lines[len(v.lines)-1])
		v.open("invoiced_not_shipped", carried.line.no)
	}
	if len(v.lines) > 0 {
		v.issue().settleUp()
	}
}

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
			Meta: v.positioned("ar", at), PaymentID: id, CustomerID: &v.course.order.CustomerID, Amount: amount, Currency: v.owed.Currency,
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
	percent := v.course.customer.PaymentTerms.DiscountPercent
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
	of := v.course.order.CustomerID + "/" + v.owed.Currency
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

// Story is what is known of the first thing that a text names: an order, an invoice, a payment.
func (t *Truth) Story(of ...string) string {
	var told []string
	for _, id := range of {
		if story := t.Stories[id]; story != "" {
			told = append(told, id+" is "+story)
			if order, is := strings.CutPrefix(story, "of "); is {
				told = append(told, t.Story(order))
			}
		}
	}
	return strings.Join(told, "; ")
}
