package workload

import (
	"fmt"
	"math/big"
	"time"

	"waybill/schemas"
	"waybill/topics"
)

// digits are those behind the point of what can be paid.
var digits = map[string]int64{"JPY": 0, "KWD": 3, "USD": 2, "EUR": 2}

// worth is quantity × price ÷ price unit in what can be paid of a currency, half a unit up: what ERP works out for itself.
func worth(quantity schemas.Quantity, price schemas.Price, priceUnit int64, currency string) schemas.Amount {
	minor := new(big.Int).Exp(big.NewInt(10), big.NewInt(12-digits[currency]), nil) // of what quantity × price counts
	divisor := new(big.Int).Mul(minor, big.NewInt(priceUnit))
	product := new(big.Int).Mul(big.NewInt(int64(quantity)), big.NewInt(int64(price)))
	product.Add(product, new(big.Int).Quo(divisor, big.NewInt(2))).Quo(product, divisor)
	return schemas.Amount(product.Int64() * pow10(4-digits[currency]))
}

func pow10(n int64) int64 {
	if n == 0 {
		return 1
	}
	return 10 * pow10(n-1)
}

// invoiceAll has ERP bill what was shipped: as it was, or otherwise.
func (t *teller) invoiceAll() {
	for _, s := range t.shipments {
		for _, o := range s.orders {
			lines, at := s.shipped, s.shippedAt
			if lines == nil {
				if !t.chance(8) {
					continue
				}
				lines, at = s.lines, s.at // never shipped
			}
			if !t.chance(55) {
				t.uninvoiced = append(t.uninvoiced, uninvoiced{s, o, lines, at})
				continue
			}
			if invoice := t.bill(s, o, lines, at); invoice != nil {
				t.afterwards(invoice, t.after(at, 8))
			}
		}
	}
}

// uninvoiced is what ERP has not billed of an order of a shipment.
type uninvoiced struct {
	shipment *shipment
	order    *order
	lines    []schemas.ShipmentLine
	at       time.Time
}

// bill is what ERP bills an order of a shipment; nil where there is nothing that it could price.
func (t *teller) bill(s *shipment, o *order, lines []schemas.ShipmentLine, at time.Time) *schemas.Invoice {
	invoice := &schemas.Invoice{
		InvoiceID: fmt.Sprintf("I-%s-%s", o.OrderID, s.id), Kind: schemas.InvoiceKindInvoice, CustomerID: o.CustomerID, Currency: o.Currency,
		IssuedOn: schemas.DateOf(at), DueOn: schemas.DateOf(at.AddDate(0, 0, 30)), Lines: []schemas.InvoiceLine{},
	}
	wrong := t.chance(12)
	for _, line := range lines {
		price, priceUnit, uom, known := t.agreedPrice(o, line.LineNo)
		quantity := line.Quantity
		if line.CatchWeight != nil && uom == "kg" {
			quantity, line.UOM = *line.CatchWeight, "kg"
		}
		if line.OrderID != o.OrderID || !known || uom != line.UOM && !t.chance(10) {
			continue
		}
		if wrong && t.chance(60) {
			price += oneOfPrice
		}
		if wrong && t.chance(30) {
			quantity += units(3)
		}
		invoice.Lines = append(invoice.Lines, schemas.InvoiceLine{
			OrderID: o.OrderID, LineNo: line.LineNo, ItemID: line.ItemID, Quantity: quantity, UOM: line.UOM, UnitPrice: price, PriceUnit: priceUnit,
			Amount: worth(quantity, price, priceUnit, o.Currency),
		})
	}
	if len(invoice.Lines) == 0 {
		return nil
	}
	for _, line := range invoice.Lines {
		invoice.Total += line.Amount
	}
	if t.chance(4) {
		invoice.Total += schemas.MustAmount("5")
	}
	if t.chance(3) {
		invoice.CustomerID = pick(t, t.customers...).CustomerID
	}
	return invoice
}

var oneOfPrice = schemas.MustPrice("1")

// agreedPrice is the price of an order line that ERP bills by.
func (t *teller) agreedPrice(o *order, lineNo int32) (price schemas.Price, priceUnit int64, uom string, known bool) {
	if accepted, is := o.accepted[lineNo]; is && accepted.Status == schemas.Accepted {
		return accepted.UnitPrice, accepted.PriceUnit, accepted.UOM, true
	}
	for _, line := range o.Lines {
		if line.LineNo != lineNo {
			continue
		}
		if line.UnitPrice != nil {
			return *line.UnitPrice, line.PriceUnit, line.UOM, true
		}
		for _, list := range t.prices {
			if list.ItemID == line.ItemID && list.Currency == o.Currency {
				return list.UnitPrice, list.PriceUnit, list.UOM, true
			}
		}
	}
	return 0, 0, "", false
}

// afterwards is what becomes of an invoice.
func (t *teller) afterwards(invoice *schemas.Invoice, at time.Time) {
	tell := func(document *schemas.Invoice, at time.Time) {
		told := *document
		told.Lines = append([]schemas.InvoiceLine{}, document.Lines...)
		t.tell(at, topics.ErpInvoices.Name(), "erp", told.InvoiceID, told.InvoiceID, &told)
	}
	tell(invoice, at)
	document := func(suffix string, kind schemas.InvoiceKind) *schemas.Invoice {
		d := *invoice
		d.InvoiceID, d.Kind, d.RefersTo = invoice.InvoiceID+suffix, kind, new(invoice.InvoiceID)
		d.Lines = append([]schemas.InvoiceLine{}, invoice.Lines...)
		return &d
	}
	later := t.after(at, 24)
	switch n := t.random.IntN(100); {
	case n < 7: // twice
		second := *invoice
		second.InvoiceID += "-again"
		tell(&second, later)
		if t.chance(40) {
			cancel := document("-again-x", schemas.InvoiceKindCancellation)
			cancel.RefersTo = new(second.InvoiceID)
			tell(cancel, t.after(later, 10))
		}
	case n < 13:
		tell(document("-c", schemas.InvoiceKindCreditMemo), later)
	case n < 17: // of a part
		memo := document("-p", schemas.InvoiceKindCreditMemo)
		memo.Lines = memo.Lines[:1]
		line := &memo.Lines[0]
		line.Quantity = min(one, line.Quantity)
		line.Amount = worth(line.Quantity, line.UnitPrice, line.PriceUnit, invoice.Currency)
		memo.Total = line.Amount
		tell(memo, later)
	case n < 21:
		tell(document("-x", schemas.InvoiceKindCancellation), later)
	case n < 24: // by a state of its own
		cancelled := *invoice
		cancelled.Kind = schemas.InvoiceKindCancellation
		tell(&cancelled, later)
	case n < 30 && len(invoice.Lines) > 1: // a line was taken out in place
		corrected := *invoice
		corrected.Lines = invoice.Lines[1:]
		corrected.Total -= invoice.Lines[0].Amount
		tell(&corrected, later)
	case n < 32: // of no invoice in particular
		memo := document("-free", schemas.InvoiceKindCreditMemo)
		memo.RefersTo, memo.Total = nil, -invoice.Total
		for i := range memo.Lines {
			memo.Lines[i].Amount = -memo.Lines[i].Amount
		}
		tell(memo, later)
	case n < 36: // corrected in place
		corrected := *invoice
		corrected.DueOn += 10
		tell(&corrected, later)
	}
	t.settle(invoice, at)
	t.dispute(invoice, at)
}

// settle is what the customer pays.
func (t *teller) settle(invoice *schemas.Invoice, at time.Time) {
	if !t.chance(45) {
		return
	}
	at = t.after(at, 60)
	payment := &schemas.Payment{
		PaymentID: "P-" + invoice.InvoiceID[2:], CustomerID: new(invoice.CustomerID), Amount: invoice.Total, Currency: invoice.Currency,
		ReceivedOn: schemas.DateOf(at), Applications: []schemas.Application{{InvoiceID: invoice.InvoiceID, Amount: invoice.Total}},
	}
	application := &payment.Applications[0]
	all := func() { payment.Amount = application.Amount } // nothing is left over
	switch n := t.random.IntN(100); {
	case n < 5: // half of it stays on account
		application.Amount = invoice.Total / 2
	case n < 12: // kept back
		application.Amount -= worth(one, schemas.MustPrice(pick(t, "0.01", "1", "3", "10")), 1, invoice.Currency)
		application.Amount = max(0, application.Amount)
		all()
	case n < 24: // taken for a discount, or kept back as one
		discount := t.discount(invoice)
		application.Amount -= discount
		all()
		if t.chance(60) {
			application.Discount = discount
		}
	case n < 29: // the rest follows, or does not
		application.Amount = invoice.Total / 2
		all()
		if t.chance(50) {
			application.Reason = new("part_payment")
		}
		if t.chance(50) {
			t.pay(&schemas.Payment{
				PaymentID: payment.PaymentID + "-2", CustomerID: payment.CustomerID, Amount: invoice.Total - application.Amount, Currency: invoice.Currency,
				ReceivedOn:   schemas.DateOf(at) + 2,
				Applications: []schemas.Application{{InvoiceID: invoice.InvoiceID, Amount: invoice.Total - application.Amount}},
			}, t.after(at, 20))
		}
	case n < 33: // twice
		payment.Amount *= 2
		if t.chance(50) {
			application.Amount = payment.Amount
		}
	case n < 36: // more than there is
		payment.Amount /= 2
	case n < 42:
		payment.Currency = "CHF"
	case n < 47:
		payment.CustomerID, payment.Applications = nil, []schemas.Application{}
	case n < 50:
		payment.Applications = []schemas.Application{}
	case n < 55:
		payment.Applications = append(payment.Applications, schemas.Application{InvoiceID: "I-404", Amount: oneOfAmount})
	case n < 60 && t.paid != "": // of two invoices
		payment.Amount += oneOfAmount
		payment.Applications = append(payment.Applications, schemas.Application{InvoiceID: t.paid, Amount: oneOfAmount})
	}
	t.pay(payment, at)
	t.paid = invoice.InvoiceID
	if len(payment.Applications) == 0 || !t.chance(15) {
		return
	}
	switch t.random.IntN(3) { // applied otherwise
	case 0:
		payment.Applications = []schemas.Application{}
	case 1:
		payment.Applications[0].Amount = invoice.Total / 4
	case 2: // it bounced
		payment.Amount, payment.Applications = 0, []schemas.Application{}
	}
	t.pay(payment, t.after(at, 10))
}

// discount is what a customer takes for one: what the terms say, or what they do not.
func (t *teller) discount(invoice *schemas.Invoice) schemas.Amount {
	percent := schemas.MustPercent("2")
	for _, customer := range t.customers {
		if customer.CustomerID == invoice.CustomerID && t.chance(80) {
			percent = customer.PaymentTerms.DiscountPercent
		}
	}
	return worth(one, schemas.Price(int64(invoice.Total)*int64(percent)/10_000), 1, invoice.Currency)
}

// pay tells a state of a payment.
func (t *teller) pay(payment *schemas.Payment, at time.Time) {
	told := *payment
	told.Applications = append([]schemas.Application{}, payment.Applications...)
	t.tell(at, topics.ArPayments.Name(), "ar", payment.PaymentID, payment.PaymentID, &told)
}

var oneOfAmount = schemas.MustAmount("1")

// dispute is what the customer objects to.
func (t *teller) dispute(invoice *schemas.Invoice, at time.Time) {
	if !t.chance(20) {
		return
	}
	line := invoice.Lines[t.random.IntN(len(invoice.Lines))]
	dispute := &schemas.Dispute{
		DisputeID: "D-" + invoice.InvoiceID[2:], InvoiceID: invoice.InvoiceID, LineNo: new(line.LineNo), Amount: line.Amount,
		Reason: pick(t, "01", "06", "59", "ZZ"), Status: schemas.DisputeOpen,
	}
	if t.chance(25) {
		dispute.LineNo, dispute.Amount = nil, invoice.Total/2
	}
	at = t.after(at, 30)
	t.tell(at, topics.ArDisputes.Name(), "ar", dispute.InvoiceID, dispute.DisputeID, new(*dispute))
	if t.chance(50) {
		dispute.Status = pick(t, schemas.DisputeAccepted, schemas.DisputeRejected, schemas.DisputeWithdrawn)
		t.tell(t.after(at, 30), topics.ArDisputes.Name(), "ar", dispute.InvoiceID, dispute.DisputeID, new(*dispute))
	}
}
