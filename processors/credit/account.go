package credit

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"waybill/processors/money"
	"waybill/schemas"
)

// Account is what a customer uses of the credit limit, by currency.
type Account struct {
	CustomerID string           `avro:"customer_id"`
	Used       []Use            `avro:"used"`   // sorted by currency; none of a currency in which nothing is used
	Origin     schemas.Evidence `avro:"origin"` // of the document that changed it last
}

// over is by how much an account is over its limit; zero: it is not.
type over struct {
	Currency string
	Amount   schemas.Amount
}

// Use is what documents in one currency take.
type Use struct {
	Currency string `avro:"currency"`
	Orders   Sum    `avro:"orders"`   // what ERP has yet to invoice of them
	Invoices Sum    `avro:"invoices"` // their open balance
	Payments Sum    `avro:"payments"` // below zero: what of them is applied to no invoice
}

// Sum is of documents that take something.
type Sum struct {
	Documents int64          `avro:"documents"`
	Amount    schemas.Amount `avro:"amount"`
}

func (u *Use) total() schemas.Amount {
	return money.Sum(money.Sum(u.Orders.Amount, u.Invoices.Amount), u.Payments.Amount)
}

// Document is an order, invoice or payment as it was last told.
type Document struct {
	Kind     schemas.CreditDocument `avro:"kind"` // order, invoice or payment
	Currency string                 `avro:"currency"`
	Amount   schemas.Amount         `avro:"amount"`

	Invoiced         schemas.Amount `avro:"invoiced"` // of an order
	InvoicedCurrency string         `avro:"invoiced_currency"`
}

// kindOf is the document that a figure is about.
func kindOf(figure schemas.CreditDocument) schemas.CreditDocument {
	if figure == schemas.CreditOrderInvoiced {
		return schemas.CreditOrder
	}
	return figure
}

// with is the document by a figure that was told of it.
func (d Document) with(e *schemas.Exposure) Document {
	if e.Document == schemas.CreditOrderInvoiced {
		d.Invoiced, d.InvoicedCurrency = e.Amount, e.Currency
	} else {
		d.Amount, d.Currency = e.Amount, e.Currency
	}
	return d
}

// takes is what the document takes: of an order from nothing, where ERP has billed more, for that is open on the invoice, to
// what it comes to, where ERP has credited more than it billed.
func (d *Document) takes() schemas.Amount {
	if d.Kind != schemas.CreditOrder || d.InvoicedCurrency != d.Currency {
		return d.Amount
	}
	return max(0, money.Sum(d.Amount, -max(0, d.Invoiced)))
}

// gone says that nothing of the document needs to be kept.
func (d *Document) gone() bool { return d.Amount == 0 && d.Invoiced == 0 }

// with is the account with what a document takes added, or taken off.
func (a Account) with(d *Document, sign int64) Account {
	amount := d.takes()
	if amount == 0 {
		return a
	}
	a.Used = slices.Clone(a.Used)
	at, found := slices.BinarySearchFunc(a.Used, d.Currency, func(u Use, currency string) int { return cmp.Compare(u.Currency, currency) })
	if !found {
		a.Used = slices.Insert(a.Used, at, Use{Currency: d.Currency})
	}
	sum := a.Used[at].of(d.Kind)
	sum.Documents, sum.Amount = sum.Documents+sign, money.Sum(sum.Amount, schemas.Amount(sign)*amount)
	if u := a.Used[at]; u.Orders.Documents == 0 && u.Invoices.Documents == 0 && u.Payments.Documents == 0 {
		a.Used = slices.Delete(a.Used, at, at+1)
	}
	return a
}

func (u *Use) of(kind schemas.CreditDocument) *Sum {
	switch kind {
	case schemas.CreditOrder:
		return &u.Orders
	case schemas.CreditPayment:
		return &u.Payments
	}
	return &u.Invoices
}

// over is by how much the account is over its customer's limit. A limit is in the customer's currency, and what is in another
// one does not count: nobody here says at which rate.
func (a *Account) over(customer *schemas.Customer) over {
	if customer == nil || customer.CreditLimit == nil {
		return over{}
	}
	use := a.in(customer.Currency)
	amount := money.Sum(use.total(), -*customer.CreditLimit)
	if amount <= 0 {
		return over{}
	}
	return over{customer.Currency, amount}
}

func (a *Account) in(currency string) Use {
	for _, u := range a.Used {
		if u.Currency == currency {
			return u
		}
	}
	return Use{Currency: currency}
}

// message says by how much the account is over the customer's limit, and what it is made of.
func (a *Account) message(customer *schemas.Customer) string {
	use := a.in(customer.Currency)
	var parts []string
	for _, part := range []struct {
		sum    Sum
		format string
		sign   schemas.Amount
		noun   string
	}{
		{use.Invoices, "%s open on %d %s", 1, "invoice"},
		{use.Orders, "%s not yet invoiced of %d %s", 1, "order"},
		{use.Payments, "less %s of %d %s applied to no invoice", -1, "payment"},
	} {
		if part.sum.Documents > 0 {
			noun := part.noun
			if part.sum.Documents > 1 {
				noun += "s"
			}
			parts = append(parts, fmt.Sprintf(part.format, money.Text(part.sign*part.sum.Amount, customer.Currency), part.sum.Documents, noun))
		}
	}
	text := fmt.Sprintf("customer %s uses %s of a credit limit of %s: %s", customer.CustomerID, money.Text(use.total(), customer.Currency),
		money.Text(*customer.CreditLimit, customer.Currency), strings.Join(parts, ", "))
	var others []string
	for i := range a.Used {
		if other := &a.Used[i]; other.Currency != customer.Currency {
			others = append(others, money.Text(other.total(), other.Currency))
		}
	}
	if len(others) > 0 {
		text += "; not counted, as the limit is in another currency: " + strings.Join(others, ", ")
	}
	return text
}
