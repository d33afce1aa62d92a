package distributor

import (
	"slices"
	"time"

	"waybill/schemas"
)

// Credit is how a customer stands who has a credit limit.
type Credit struct {
	Currency    string // the customer's: what is used in another one does not count
	Limit, Used schemas.Amount
}

// Over is by how much more than the limit is used.
func (c Credit) Over() schemas.Amount { return max(0, c.Used-c.Limit) }

// debtor is a customer in one currency.
type debtor struct{ customer, currency string }

// debts are what takes of a debtor's credit.
type debts struct {
	orders    map[string]*OrderWorth
	invoices  map[string]schemas.Amount // what is open on them
	unapplied schemas.Amount            // what of payments is on no invoice
}

// OrderWorth is what an order comes to, billed or still to be billed, and what of it is on ERP's invoices.
type OrderWorth struct{ ComesTo, Invoiced schemas.Amount }

func (d *Distributor) debtsOf(customer, currency string) *debts {
	of := debtor{customer, currency}
	if d.full.debts[of] == nil {
		d.full.debts[of] = &debts{orders: map[string]*OrderWorth{}, invoices: map[string]schemas.Amount{}}
	}
	return d.full.debts[of]
}

func (d *debts) order(id string) *OrderWorth {
	if d.orders[id] == nil {
		d.orders[id] = &OrderWorth{}
	}
	return d.orders[id]
}

// used is what is open on invoices, and what is not on them yet of orders, less what was paid for no invoice: an order that ERP
// bills too much for frees nothing of others.
func (d *debts) used() (sum schemas.Amount) {
	for _, of := range d.orders {
		sum += max(0, of.ComesTo-of.Invoiced)
	}
	for _, open := range d.invoices {
		sum += open
	}
	return sum - d.unapplied
}

// takeCredit states what the order comes to. One that is cancelled as a whole before anything left comes to nothing.
func (c *course) takeCredit() {
	if c.untold {
		return
	}
	of := c.debtsOf(c.order.CustomerID, c.order.Currency).order(c.order.OrderID)
	for _, b := range c.bills {
		of.ComesTo += b.amount
	}
	for _, l := range c.lines {
		of.ComesTo += l.unbilledWorth()
	}
}

// takesOver states that what is on the invoice is not to be invoiced of its orders any more, or is again.
func (v *invoice) takesOver(sign schemas.Amount) {
	of := v.debtsOf(v.customer.CustomerID, v.owed.Currency)
	for i := range v.lines {
		of.order(v.lines[i].OrderID).Invoiced += sign * v.lines[i].Amount
	}
}

// unbilledWorth is what a line comes to beyond what is billed of it, at its own price: what left and waits, for whatever reason,
// and what is still to leave. Nobody knows what a line without a price is worth.
func (l *line) unbilledWorth() schemas.Amount {
	if l.price == nil || l.isBilledAhead() {
		return 0
	}
	var left, unbilled schemas.Quantity
	for _, carried := range l.parts {
		if carried.parcel.reaches > 3 && !carried.parcel.unheard {
			left += carried.fills
			unbilled += carried.kept()
		}
	}
	if !l.done && l.cancelled == never {
		unbilled += l.quantity - left
	}
	worth := ratOf(int64(unbilled))
	for _, b := range l.course.bills { // what was signed for may be no exact number of the unit in which it was ordered
		if b.line == l {
			billed := ratOf(int64(b.pays))
			billed.Mul(billed, b.article.perBase[b.part.uom]).Quo(billed, b.article.perBase[l.uom])
			worth.Sub(worth, billed)
		}
	}
	if worth.Sign() <= 0 {
		return 0
	}
	return rounded(worth.Mul(worth, l.price.in(l.uom)), l.course.order.Currency)
}

// kept is what the part fills of its line that did not come back.
func (p *part) kept() schemas.Quantity {
	if p.returned == 0 {
		return p.fills
	}
	return p.fills - min(p.fills, p.article.convert(p.returned, p.uom, p.line.uom))
}

// firstLimits are what customers may use when the books open, with their share, in dollars, give or take a half.
var firstLimits = []struct {
	name    string
	share   int
	dollars float64 // 0: any amount
}{{"none", 25, 0}, {"generous", 71, 2_000_000}, {"tight", 4, 20_000}}

// firstLimit draws a customer's limit; nil: the customer has none.
func (d *Distributor) firstLimit(currency string) *schemas.Amount {
	of := firstLimits[d.draw(len(firstLimits), func(i int) int { return firstLimits[i].share })]
	if of.dollars == 0 {
		return nil
	}
	return hundreds(worthOf(of.dollars*(0.5+d.random.Float64()), currency))
}

// worthOf is so many dollars in a currency, in whole ones of it.
func worthOf(dollars float64, currency string) schemas.Amount {
	for _, c := range currencies {
		if c.code == currency {
			dollars *= c.dollar
		}
	}
	return schemas.Amount(dollars) * schemas.MustAmount("1")
}

// review is what becomes of a customer's limit when the credit department looks at it.
type review struct {
	name  string
	share int
	after float64 // so many hours
	grant func(used schemas.Amount, currency string) *schemas.Amount
}

// afterwards is when a season is over: then what a customer uses stays as it is.
const afterwards = 1_500

// The reviews, with their share. Few customers have to use less than they do.
var reviews = []review{
	{"room for more", 83, 0, func(used schemas.Amount, currency string) *schemas.Amount {
		return hundreds(5*used + worthOf(500_000, currency))
	}},
	{"lifted", 12, 0, func(schemas.Amount, string) *schemas.Amount { return nil }},
	{"cut", 2, 0, func(used schemas.Amount, _ string) *schemas.Amount { return hundreds(used / 2) }},
	{"what is used", 2, afterwards, func(used schemas.Amount, _ string) *schemas.Amount { return new(max(0, used)) }},
	{"a coin less than is used", 1, afterwards, func(used schemas.Amount, currency string) *schemas.Amount {
		return new(max(0, used-coin(currency)))
	}},
}

// hundred is what limits are a multiple of in any currency, as a rule.
var hundred = schemas.MustAmount("100")

func hundreds(amount schemas.Amount) *schemas.Amount { return new(max(0, amount/hundred*hundred)) }

// reviewCredit has the credit department look at a customer's limit, now and then.
func (d *Distributor) reviewCredit(at time.Time) {
	if !d.chance(3) {
		return
	}
	customer := &d.customers[d.random.IntN(len(d.customers))]
	of := reviews[d.draw(len(reviews), func(i int) int { return reviews[i].share })]
	d.planAt(at.Add(time.Duration(of.after*float64(d.hour))), func(at time.Time) []Event {
		customer.CreditLimit = of.grant(d.debtsOf(customer.CustomerID, customer.Currency).used(), customer.Currency)
		return []Event{d.tellCustomer(*customer, at)}
	})
}

// creditTruth states how every customer stands who has a limit.
func (d *Distributor) creditTruth(t *Truth) {
	for _, of := range d.full.debts {
		for id, worth := range of.orders {
			t.Orders[id] = *worth
		}
	}
	for _, customer := range slices.Concat(d.customers, d.full.newCustomers) {
		if customer.CreditLimit == nil {
			continue
		}
		of := Credit{customer.Currency, *customer.CreditLimit, d.debtsOf(customer.CustomerID, customer.Currency).used()}
		t.Credit[customer.CustomerID] = of
		if of.Over() > 0 {
			t.Open[Exception{Class: "credit_exceeded", Customer: customer.CustomerID}] = 1
		}
	}
}
