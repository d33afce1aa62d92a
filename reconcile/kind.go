// Package reconcile compares what waybill says with an extract of another system, row by row, as of an instant: what
// `waybill reconcile` prints. Both sides are sorted by key outside of memory and merged, so memory does not grow with their
// rows.
package reconcile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"waybill/processors/money"
	"waybill/schemas"
	"waybill/state"
	"waybill/topics"
)

// Kind is what is compared: one row of kinds.
type Kind struct {
	Name    string
	What    string // the extract holds it
	Against string // what it is compared with here
	Topic   string // where that is read
	Key     []Key
	Figures []Figure
	Labels  []Label

	returns bool // its figures are a quantity, what of it came back, and what is left
	adds    bool // rows of one key in an extract add up; else a second one is unreadable
	changes bool // each record here changes a row by so much; else it is the row's state, and replaces the one before
	read    reading
}

// Key is a column that tells which row it is.
type Key struct {
	Name   string
	Number bool // an integer: 0010 is 10
	Says   string
}

// Figure is a column that is compared as a number.
type Figure struct {
	Name     string
	Required bool
	Money    bool // an amount with its currency; else a quantity
	Unit     int  // the label that says in which unit; -1: none does
	Says     string
}

// Label is a column of text.
type Label struct {
	Name     string
	Compared bool // where both sides say it; else it is only shown
	Says     string
}

// ChangedAt is the column, of every kind and optional, that says when the other system changed the row last.
const ChangedAt = "changed_at"

// The most that a kind has of each.
const (
	mostFigures = 5
	mostLabels  = 3
)

var (
	orderID = Key{Name: "order_id", Says: "the order"}
	lineNo  = Key{Name: "line_no", Number: true, Says: "its line"}
)

// kinds are what can be compared.
var kinds = []*Kind{
	{
		Name: "shipped", What: "order lines shipped", Against: "what left the warehouse of each order line, by the milestones of its shipments", Topic: topics.OrderStatus.Name(),
		Key: []Key{orderID, lineNo},
		Figures: []Figure{
			{Name: "quantity", Unit: 0, Says: "shipped in all: what came back is not taken off"},
			{Name: "returned", Unit: 0, Says: "of it came back"},
			{Name: "kept", Unit: 0, Says: "quantity − returned: what a WMS calls shipped that takes returns off"},
		},
		Labels: []Label{
			{Name: "uom", Compared: true, Says: "the line's unit of measure; nothing is converted"},
			{Name: "item_id", Says: "shown only: of a substituted line one of its items"},
			{Name: warehouseID, Says: "shown only, and chosen by --only-warehouse; here it is the one that the order names"},
		},
		adds: true, returns: true, read: readShipped,
	},
	{
		Name: "invoiced", What: "order lines invoiced", Against: "what was ready to bill of each order line, net of its credits", Topic: topics.InvoiceReady.Name(),
		Key: []Key{orderID, lineNo},
		Figures: []Figure{
			{Name: "quantity", Unit: 0, Says: "invoiced in all, credits below zero"},
			{Name: "amount", Required: true, Money: true, Unit: 1, Says: "net, without tax, credits below zero"},
		},
		Labels: []Label{
			{Name: "uom", Compared: true, Says: "the unit that is billed; nothing is converted"},
			{Name: "currency", Compared: true, Says: "of the amount"},
		},
		adds: true, changes: true, read: readInvoiced,
	},
	{
		Name: "paid", What: "invoices and what is paid of them", Against: "what is owed on each invoice", Topic: topics.Receivables.Name(),
		Key: []Key{{Name: "invoice_id", Says: "the invoice; one row each"}},
		Figures: []Figure{
			{Name: "paid", Required: true, Money: true, Unit: 1, Says: "applied to it, discounts taken included"},
			{Name: "billed", Money: true, Unit: 1, Says: "its total"},
			{Name: "credited", Money: true, Unit: 1, Says: "by credit memos; all of it when it is cancelled"},
			{Name: "open", Money: true, Unit: 1, Says: "billed − paid − credited"},
			{Name: "discount", Money: true, Unit: 1, Says: "of paid: taken as a discount"},
		},
		Labels: []Label{
			{Name: "customer_id", Compared: true, Says: "who owes it"},
			{Name: "currency", Compared: true, Says: "of the amounts"},
		},
		read: readPaid,
	},
	{
		Name: "stock", What: "stock on hand", Against: "what is on hand of each item in each warehouse, by its movements and counts", Topic: topics.Availability.Name(),
		Key: []Key{{Name: "item_id", Says: "the item"}, {Name: warehouseID, Says: "where it is"}},
		Figures: []Figure{
			{Name: "on_hand", Required: true, Unit: -1, Says: "in the item's base unit, goods in quarantine included"},
			{Name: "quarantined", Unit: -1, Says: "of it in quarantine"},
		},
		adds: true, read: readStock,
	},
}

// Kinds lists what can be compared.
func Kinds() []*Kind { return slices.Clone(kinds) }

// KindNamed looks a kind up; nil: there is none of that name.
func KindNamed(name string) *Kind {
	for _, kind := range kinds {
		if kind.Name == name {
			return kind
		}
	}
	return nil
}

// Adds tells that rows of one key in an extract add up.
func (k *Kind) Adds() bool { return k.adds }

// Returns tells that it compares what came back beside what was shipped.
func (k *Kind) Returns() bool { return k.returns }

// Compacted tells that of a row's states here only the latest is sure to be kept.
func (k *Kind) Compacted() bool { return !k.changes }

// HasAmounts tells that it compares money.
func (k *Kind) HasAmounts() bool {
	return slices.ContainsFunc(k.Figures, func(f Figure) bool { return f.Money })
}

const warehouseID = "warehouse_id"

// warehouse is the place of the warehouse among keys and among labels; -1: it is not there.
func (k *Kind) warehouse() (key, label int) {
	return slices.IndexFunc(k.Key, func(key Key) bool { return key.Name == warehouseID }),
		slices.IndexFunc(k.Labels, func(label Label) bool { return label.Name == warehouseID })
}

// HasWarehouses tells that each row is of a warehouse.
func (k *Kind) HasWarehouses() bool {
	key, label := k.warehouse()
	return key >= 0 || label >= 0
}

// Tolerance reads the largest difference that is none: an amount, or a quantity in kinds without amounts.
func (k *Kind) Tolerance(text string) (int64, error) {
	units, err := Figure{Money: k.HasAmounts()}.parse(text)
	if err == nil && units < 0 {
		err = fmt.Errorf("%s is negative", text)
	}
	return units, err
}

// columns are all columns that an extract of the kind may have: keys, figures, labels, and when it changed.
func (k *Kind) columns() (names []string) {
	for _, key := range k.Key {
		names = append(names, key.Name)
	}
	names = append(names, k.figureNames()...)
	for _, label := range k.Labels {
		names = append(names, label.Name)
	}
	return append(names, ChangedAt)
}

func (k *Kind) figureNames() (names []string) {
	for _, figure := range k.Figures {
		names = append(names, figure.Name)
	}
	return names
}

// required are the columns that an extract of the kind must have.
func (k *Kind) required() (names []string) {
	for _, key := range k.Key {
		names = append(names, key.Name)
	}
	for _, figure := range k.Figures {
		if figure.Required {
			names = append(names, figure.Name)
		}
	}
	return names
}

// parse reads a figure exactly.
func (f Figure) parse(text string) (int64, error) {
	if f.Money {
		amount, err := schemas.ParseAmount(text)
		return int64(amount), err
	}
	quantity, err := schemas.ParseQuantity(text)
	return int64(quantity), err
}

// digits is how many digits after the point people see at least of a figure in a unit.
func (f Figure) digits(unit string) int {
	if f.Money {
		return money.MinorUnits(unit)
	}
	return 0
}

// shown writes a figure in a unit as people do.
func (f Figure) shown(units int64, unit string) string {
	if f.Money {
		return money.Digits(schemas.Amount(units), unit)
	}
	return f.text(units)
}

// text writes a figure as programs read it.
func (f Figure) text(units int64) string {
	if f.Money {
		return schemas.Amount(units).String()
	}
	return schemas.Quantity(units).String()
}

// keyOf makes the bytes of a key, which sort as its parts do.
func (k *Kind) keyOf(parts ...string) ([]byte, error) {
	var key []byte
	for i, part := range parts {
		switch {
		case part == "":
			return nil, fmt.Errorf("column %s: is empty", k.Key[i].Name)
		case k.Key[i].Number:
			number, err := strconv.ParseInt(strings.TrimPrefix(part, "+"), 10, 32)
			if err != nil {
				return nil, fmt.Errorf("column %s: %q is not a whole number", k.Key[i].Name, cut(part))
			}
			key = state.AppendInt(key, number)
		default:
			key = state.AppendString(key, part)
		}
	}
	return key, nil
}

// partsOf reads what keyOf has made; nil for the key of what has none.
func (k *Kind) partsOf(key []byte) (parts []string) {
	if len(key) == 0 {
		return nil
	}
	for _, column := range k.Key {
		var part string
		if column.Number {
			var number int64
			number, key = state.CutInt(key)
			part = strconv.FormatInt(number, 10)
		} else {
			part, key = state.CutString(key)
		}
		parts = append(parts, part)
	}
	return parts
}

// cut shortens what is quoted from an extract.
func cut(text string) string {
	if runes := []rune(text); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return text
}
