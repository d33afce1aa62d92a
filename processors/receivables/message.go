package receivables

import (
	"fmt"
	"strings"

	"waybill/processors/money"
)

// mismatchMessage names every kind of difference, with what was billed and what was ready.
func mismatchMessage(f finding) string {
	billedQuantity, billedAmount := f.Billed.total()
	readyQuantity, _ := f.Ready.total()
	texts := make([]string, len(f.Kinds))
	for i, kind := range f.Kinds {
		switch kind {
		case QuantityDiffers:
			texts[i] = differs(kind, billedQuantity.String(), readyQuantity.String())
		case AmountDiffers:
			texts[i] = differs(kind, f.Billed.digits(billedAmount), f.Ready.digits(f.Expected))
		default:
			part := parts[kind]
			texts[i] = differs(kind, strings.Join(f.Billed.distinct(part), ", "), strings.Join(f.Ready.distinct(part), ", "))
		}
	}
	return by(f.Invoices) + " " + plural(len(f.Invoices), "differs", "differ") + " from what is ready to be invoiced: " + strings.Join(texts, ", ")
}

// parts are what terms say of each kind of difference between them.
var parts = map[Kind]func(terms) string{
	ItemDiffers:      func(t terms) string { return t.ItemID },
	UOMDiffers:       terms.uom,
	CustomerDiffers:  terms.customer,
	CurrencyDiffers:  terms.currency,
	UnitPriceDiffers: terms.price,
}

func differs(kind Kind, billed, ready string) string {
	return fmt.Sprintf("%s %s instead of %s", kind, billed, ready)
}

// doubleMessage says what is billed above what was ready.
func doubleMessage(f finding) string {
	billed, _ := f.Billed.total()
	ready, _ := f.Ready.total()
	return fmt.Sprintf("%s together bill %s where %s was ready to be invoiced: %s is billed twice, %s", by(f.Invoices), billed, ready, f.Quantity, money.Text(f.Amount, f.Currency))
}

// notShippedMessage says what is billed ahead.
func notShippedMessage(f finding) string {
	return fmt.Sprintf("%s %s %s, %s, of which nothing is ready to be invoiced", by(f.Invoices), plural(len(f.Invoices), "bills", "bill"), f.Quantity, money.Text(f.Amount, f.Currency))
}

func by(invoices []string) string {
	return plural(len(invoices), "invoice ", "invoices ") + strings.Join(invoices, ", ")
}

func plural(count int, one, more string) string {
	if count == 1 {
		return one
	}
	return more
}
