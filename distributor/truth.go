package distributor

import (
	"fmt"
	"math/big"
	"strings"

	"waybill/schemas"
)

// Truth is what must come of the stories that the full mix has told, once all of it has happened and every deadline has
// passed: not worked out from the events, but stated by each story as it decides what happens.
type Truth struct {
	Billed       map[BilledLine]Net
	Consolidated map[Account]schemas.Amount // what of it is on consolidated invoices
	BilledFrom   map[string]schemas.Date    // by shipment that is on them: the first day of the first period that may bill it
	Open         map[Exception]int          // open exceptions, and how many of one kind
	Receivables  map[string]Receivable      // by invoice
	Available    map[string]Available       // by item@warehouse
	Credit       map[string]Credit          // by customer who has a limit
	Orders       map[string]OrderWorth
	WasDisputed  map[string]bool   // invoices, whatever became of that
	Stories      map[string]string // what became of an order, an invoice, a position, for people
}

// BilledLine is what is billed together: an item in a unit that went out for an order line, in one currency.
type BilledLine struct {
	OrderID, Item, UOM, Currency string
	LineNo                       int32
}

// Net is what all bills and credits of a line come to.
type Net struct {
	Quantity schemas.Quantity
	Amount   schemas.Amount
}

// Exception names an open one: its class, and what it is about. Shipment and Item are named only where no order is, Customer
// only where neither an order nor an invoice is.
type Exception struct {
	Class    string
	Orders   string // sorted, with commas between
	LineNo   int32
	Invoice  string
	Shipment string
	Item     string // of stock: item@warehouse
	Customer string
}

// String is a line for people.
func (x Exception) String() string {
	return fmt.Sprintf("%s: order %s line %d invoice %s shipment %s item %s customer %s", x.Class, x.Orders, x.LineNo, x.Invoice, x.Shipment, x.Item, x.Customer)
}

// Receivable is what is owed on an invoice.
type Receivable struct {
	State                                               schemas.ReceivableState
	Currency                                            string
	Billed, Paid, Credited, Disputed, Open, Collectable schemas.Amount
}

// Available is what can be promised of a position, in the item's base unit.
type Available struct {
	OnHand, Allocated, Reserved, Committed, Quarantined, InTransit, ToPromise schemas.Quantity
}

func newTruth() *Truth {
	return &Truth{
		Billed: map[BilledLine]Net{}, Consolidated: map[Account]schemas.Amount{}, BilledFrom: map[string]schemas.Date{}, Open: map[Exception]int{},
		Receivables: map[string]Receivable{}, Available: map[string]Available{}, Credit: map[string]Credit{}, Orders: map[string]OrderWorth{}, WasDisputed: map[string]bool{}, Stories: map[string]string{},
	}
}

func (t *Truth) bill(at BilledLine, quantity schemas.Quantity, amount schemas.Amount) {
	net := t.Billed[at]
	t.Billed[at] = Net{net.Quantity + quantity, net.Amount + amount}
}

func (t *Truth) open(x Exception) { t.Open[x]++ }

// minorUnits are the digits after the point that a currency is paid in.
var minorUnits = map[string]int{"USD": 2, "EUR": 2, "JPY": 0, "KWD": 3}

// coin is the smallest amount that a currency is paid in.
func coin(currency string) schemas.Amount {
	of := schemas.Amount(1)
	for range 4 - minorUnits[currency] {
		of *= 10
	}
	return of
}

// rounded is an amount in ten-thousandths, rounded half away from zero to what its currency is paid in.
func rounded(amount *big.Rat, currency string) schemas.Amount {
	minor := new(big.Rat).Mul(amount, big.NewRat(10_000, int64(coin(currency))))
	doubled := new(big.Int).Mul(minor.Num(), big.NewInt(2)) // ⌊(2n + d) / 2d⌋ for n ≥ 0: all that is billed here is
	doubled.Add(doubled, minor.Denom())
	whole := doubled.Div(doubled, new(big.Int).Mul(minor.Denom(), big.NewInt(2))).Int64()
	return schemas.Amount(whole) * coin(currency)
}

// Story is what is known of the first thing that a text names: an order, an invoice, a payment.
func (t *Truth) Story(of ...string) string {
	var told []string
	for _, id := range of {
		if story := t.Stories[id]; story != "" {
			told = append(told, id+" is "+story)
			if order, is := strings.CutPrefix(story, "of "); is && t.Stories[order] != "" {
				told = append(told, t.Story(order))
			}
		}
	}
	return strings.Join(told, "; ")
}
