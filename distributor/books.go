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

// invoice is a document of ERP, and what becomes of it in the books. It is for one order, or for all that a customer is
// billed in a period.
type invoice struct {
	*Distributor
	customer *schemas.Customer
	id       string
	at       time.Time
	lines    []schemas.InvoiceLine
	total    schemas.Amount
	refers   string
	owed     Receivable
}

// invoice has ERP bill what must be billed: each parcel when it has left or arrived, the order as a whole, or with what else
// the customer is billed for the period; not before a time. Some it forgets, some it gets wrong.
func (c *course) invoice(notBefore time.Time) {
	c.full.invoiced = append(c.full.invoiced, c)
	policy := c.invoicePolicy()
	if policy == schemas.OrderComplete || policy == schemas.OnOrder {
		c.invoiceOne(c.bills, notBefore)
		return
	}
	for i, p := range c.parcels {
		at := notBefore.Add(c.hours(float64(2 + 3*i)))
		if policy == schemas.Consolidated {
			c.consolidate(p, at)
			continue
		}
		c.invoiceOne(c.billsOf(p), at)
	}
}

func (c *course) billsOf(p *parcel) (of []*bill) {
	for _, b := range c.bills {
		if b.parcel == p {
			of = append(of, b)
		}
	}
	return of
}

// leftUnbilled is of how many parcels of the order ERP has not invoiced all. Its documents say of which line something is
// and not of which parcel: what is missing of a line is missing of its last ones.
func (c *course) leftUnbilled() int {
	missing := map[*line]schemas.Quantity{}
	for _, b := range c.bills {
		missing[b.line] += b.forgotten
	}
	unbilled := map[*parcel]bool{}
	for _, b := range slices.Backward(c.bills) {
		left := min(missing[b.line], b.quantity)
		missing[b.line] -= left
		if b.amount > b.worth(b.quantity-left) {
			unbilled[b.parcel] = true
		}
	}
	return len(unbilled)
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
	fits  func([]*bill) bool // nil: any
	tell  func(*Distributor, []*bill, time.Time)
}

// The ways in which ERP bills, with how many of 1,000 bills it bills so.
var billings = []billing{
	{"as it should be", 800, nil, func(d *Distributor, bills []*bill, at time.Time) { d.newInvoice(bills, at).issue().settleUp() }},
	{"not at all", 60, nil, func(_ *Distributor, bills []*bill, _ time.Time) { forget(bills) }},
	{"at a wrong price", 30, onSimpleTerms, (*Distributor).billWrongPrice},
	{"too much", 20, onSimpleTerms, (*Distributor).billTooMuch},
	{"too little", 10, onSimpleTerms, (*Distributor).billTooLittle},
	{"another article", 10, onSimpleTerms, (*Distributor).billOtherArticle},
	{"with a wrong total", 10, nil, (*Distributor).billWrongTotal},
	{"twice", 15, onOneTerms, (*Distributor).billTwice},
	{"cancelled by a document, and again", 15, nil, func(d *Distributor, bills []*bill, at time.Time) {
		d.billAgain(bills, at, schemas.InvoiceKindCancellation)
	}},
	{"credited, and again", 15, onSimpleTerms, func(d *Distributor, bills []*bill, at time.Time) {
		d.billAgain(bills, at, schemas.InvoiceKindCreditMemo)
	}},
	{"cancelled itself, and again", 10, nil, (*Distributor).billOver},
}

func (d *Distributor) invoiceOne(bills []*bill, at time.Time) {
	if len(bills) == 0 {
		return
	}
	for {
		of := &billings[d.draw(len(billings), func(i int) int { return billings[i].share })]
		if of.fits == nil || of.fits(bills) {
			of.tell(d, bills, at)
			return
		}
	}
}

// onSimpleTerms tells that the first line is billed by these bills alone, once, and for money.
func onSimpleTerms(bills []*bill) bool {
	return len(bills[0].line.parts) == 1 && bills[0].amount > 0
}

// onOneTerms tells that no line is billed on several terms.
func onOneTerms(bills []*bill) bool {
	for _, b := range bills {
		if len(b.line.parts) > 1 {
			return false
		}
	}
	return true
}

func (d *Distributor) newInvoice(bills []*bill, at time.Time) *invoice {
	v := bills[0].line.course.emptyInvoice(at)
	for _, b := range bills {
		v.lines = append(v.lines, schemas.InvoiceLine{
			OrderID: b.line.course.order.OrderID, LineNo: b.line.no, ItemID: b.article.ItemID, Quantity: b.quantity, UOM: b.uom,
			UnitPrice: b.unitPrice, PriceUnit: b.priceUnit, Amount: b.amount,
		})
		v.total += b.amount
	}
	return v
}

func (c *course) emptyInvoice(at time.Time) *invoice {
	c.full.invoices++
	return &invoice{
		Distributor: c.Distributor, customer: c.customer, id: fmt.Sprintf("I-%s%07d", c.name, c.full.invoices), at: at,
		owed: Receivable{Currency: c.order.Currency},
	}
}

// work is the amount of a line that was changed.
func (v *invoice) work(line *schemas.InvoiceLine) {
	v.total -= line.Amount
	line.Amount = extended(line.Quantity, line.UnitPrice, line.PriceUnit, v.owed.Currency)
	v.total += line.Amount
}

// open states an exception about the invoice, or about the lines of a number on it. It names the order if that is one.
func (v *invoice) open(class string, lineNo int32) {
	x := Exception{Class: class, LineNo: lineNo, Invoice: v.id}
	if orders := v.orders(lineNo); len(orders) == 1 {
		x.Orders = orders[0]
	}
	v.full.truth.open(x)
}

// differs states that the invoice has a line otherwise than it must be.
func (v *invoice) differs(line *schemas.InvoiceLine) {
	v.full.truth.open(Exception{Class: "invoice_mismatch", Orders: line.OrderID, LineNo: line.LineNo, Invoice: v.id})
}

// orders are those that the invoice has a line of that number of; all where it is 0.
func (v *invoice) orders(lineNo int32) (ids []string) {
	for i := range v.lines {
		if of := &v.lines[i]; (lineNo == 0 || of.LineNo == lineNo) && !slices.Contains(ids, of.OrderID) {
			ids = append(ids, of.OrderID)
		}
	}
	return ids
}

// issue has ERP write the invoice.
func (v *invoice) issue() *invoice {
	v.tell(v.at, schemas.InvoiceKindInvoice)
	v.owed.Billed = v.total
	v.takesOver(1)
	return v
}

func (v *invoice) tell(at time.Time, kind schemas.InvoiceKind) {
	v.full.truth.Stories[v.id] = "of " + strings.Join(v.orders(0), ",")
	v.planAt(at, func(at time.Time) []Event {
		document := schemas.Invoice{
			Meta: v.positioned("erp", at), InvoiceID: v.id, Kind: kind, CustomerID: v.customer.CustomerID, Currency: v.owed.Currency,
			IssuedOn: schemas.DateOf(at), DueOn: schemas.DateOf(at.AddDate(0, 0, int(v.customer.PaymentTerms.NetDays))), Lines: v.lines, Total: v.total,
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
	v.debtsOf(v.customer.CustomerID, o.Currency).invoices[v.id] = o.Open
}

func (d *Distributor) billWrongPrice(bills []*bill, at time.Time) {
	v := d.newInvoice(bills, at)
	v.lines[0].UnitPrice += schemas.MustPrice("1")
	v.work(&v.lines[0])
	v.differs(&v.lines[0])
	v.issue().settleUp()
}

func (d *Distributor) billTooMuch(bills []*bill, at time.Time) {
	v := d.newInvoice(bills, at)
	v.lines[0].Quantity += one
	v.work(&v.lines[0])
	v.differs(&v.lines[0])
	v.issue().settleUp()
}

func forget(bills []*bill) {
	for _, b := range bills {
		b.forgotten = b.quantity
	}
}

// billTooLittle: the rest may follow on another invoice, so that nothing is wrong with this one.
func (d *Distributor) billTooLittle(bills []*bill, at time.Time) {
	bills[0].forgotten = bills[0].quantity / 3
	v := d.newInvoice(bills, at)
	v.lines[0].Quantity -= bills[0].forgotten
	v.work(&v.lines[0])
	v.issue().settleUp()
}

func (d *Distributor) billOtherArticle(bills []*bill, at time.Time) {
	v := d.newInvoice(bills, at)
	v.lines[0].ItemID = "T-" + d.name + "wrong"
	v.differs(&v.lines[0])
	v.issue().settleUp()
}

func (d *Distributor) billWrongTotal(bills []*bill, at time.Time) {
	v := d.newInvoice(bills, at)
	v.total += schemas.MustAmount("7")
	v.open("invoice_mismatch", 0)
	v.issue().settleUp()
}

func (d *Distributor) billTwice(bills []*bill, at time.Time) {
	d.newInvoice(bills, at).issue().settleUp()
	d.newInvoice(bills, at.Add(d.hours(30))).issue().close()
	for _, b := range bills {
		b.line.course.open("double_invoiced", b.line)
	}
}

// billAgain: another document takes a wrong invoice back as a whole.
func (d *Distributor) billAgain(bills []*bill, at time.Time, kind schemas.InvoiceKind) {
	wrong := d.newInvoice(bills, at)
	wrong.lines[0].Quantity += one
	wrong.work(&wrong.lines[0])
	wrong.issue()
	back := *wrong
	back.id, back.refers = wrong.id+"-X", wrong.id
	back.tell(at.Add(d.hours(20)), kind)
	wrong.owed.Credited, wrong.owed.State = wrong.total, schemas.ReceivableCredited
	if kind == schemas.InvoiceKindCancellation {
		wrong.owed.State = schemas.ReceivableCancelled
	}
	wrong.takesOver(-1)
	wrong.close()
	d.newInvoice(bills, at.Add(d.hours(40))).issue().settleUp()
}

// billOver: ERP cancels an invoice in place, and writes another.
func (d *Distributor) billOver(bills []*bill, at time.Time) {
	wrong := d.newInvoice(bills, at).issue()
	wrong.tell(at.Add(d.hours(20)), schemas.InvoiceKindCancellation)
	wrong.owed.Credited, wrong.owed.State = wrong.total, schemas.ReceivableCancelled
	wrong.takesOver(-1)
	wrong.close()
	d.newInvoice(bills, at.Add(d.hours(40))).issue().settleUp()
}

// invoiceEarly has ERP bill what has not left.
func (c *course) invoiceEarly(waits *parcel, at time.Time) {
	v := c.emptyInvoice(at)
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
