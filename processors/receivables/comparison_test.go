package receivables

import (
	"fmt"
	"strings"
	"testing"

	"waybill/processors/money"
	"waybill/schemas"
)

// readyLines reads "S1 A 4 @10 C2; S2 A -4 @10": unit, item, quantity, price (per so many: @10/3), another customer; amount by
// extension.
func readyLines(text string) (shares []share) {
	for _, part := range split(text) {
		words := strings.Fields(part)
		price, unit := priceOf(words[3])
		s := share{Unit: words[0], ItemID: words[1], UOM: "EA", CustomerID: "C1", Currency: "USD", Quantity: schemas.MustQuantity(words[2]), UnitPrice: price, PriceUnit: unit}
		if len(words) > 4 {
			s.CustomerID = words[4]
		}
		s.Amount = extended(s.Quantity, price, unit)
		shares = append(shares, s)
	}
	return shares
}

// billedLines reads "I1 A 4 @10 =41 of:S1 memo:I1 to:C2 CS EUR": invoice, item, quantity, price; amount by extension unless it
// is given; the unit that is named, the invoice that is credited, another customer, unit of measure or currency.
func billedLines(text string) (billed []billing) {
	for _, part := range split(text) {
		words := strings.Fields(part)
		price, unit := priceOf(words[3])
		b := billing{Invoice: words[0], CustomerID: "C1", Currency: "USD", charge: charge{
			InvoiceID: words[0], ItemID: words[1], UOM: "EA", Quantity: schemas.MustQuantity(words[2]), UnitPrice: price, PriceUnit: unit,
		}}
		b.Amount = extended(b.Quantity, price, unit)
		for _, word := range words[4:] {
			switch name, value, given := strings.Cut(word, ":"); {
			case name == "of":
				b.Unit = &value
			case name == "memo":
				b.Invoice, b.Credit = value, true
			case name == "to":
				b.CustomerID = value
			case given:
				panic(word)
			case word[0] == '=':
				b.Amount = schemas.MustAmount(word[1:])
			case word == "EUR":
				b.Currency = word
			default:
				b.UOM = word
			}
		}
		billed = append(billed, b)
	}
	return billed
}

func split(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ';' })
}

func priceOf(word string) (schemas.Price, int64) {
	price, unit, per := strings.Cut(strings.TrimPrefix(word, "@"), "/")
	if !per {
		return schemas.MustPrice(price), 1
	}
	return schemas.MustPrice(price), int64(schemas.MustQuantity(unit) / 1_000_000)
}

func extended(quantity schemas.Quantity, price schemas.Price, unit int64) schemas.Amount {
	amount, err := money.Extend(quantity, price, unit, "USD")
	if err != nil {
		return 0
	}
	return amount
}

// said writes a verdict: class, kinds, quantity, amount and invoices of every finding.
func said(v verdict) string {
	var texts []string
	for _, f := range v.Mismatch {
		kinds := make([]string, len(f.Kinds))
		for i, kind := range f.Kinds {
			kinds[i] = string(kind)
		}
		texts = append(texts, fmt.Sprintf("mismatch(%s) %s %s", strings.Join(kinds, ", "), f.Amount, strings.Join(f.Invoices, " ")))
	}
	for _, f := range v.Double {
		texts = append(texts, fmt.Sprintf("double %s %s %s", f.Quantity, f.Amount, strings.Join(f.Invoices, " ")))
	}
	for _, f := range v.NotShipped {
		texts = append(texts, fmt.Sprintf("not shipped %s %s %s", f.Quantity, f.Amount, strings.Join(f.Invoices, " ")))
	}
	return strings.Join(texts, "; ")
}

func TestInvoicesAreHeldAgainstWhatIsReady(t *testing.T) {
	for _, c := range []struct{ name, ready, billed, want string }{
		{"nothing at all", "", "", ""},
		{"ready, not billed yet", "S1 A 4 @10", "", ""},
		{"as it is ready", "S1 A 4 @10", "I1 A 4 @10", ""},
		{"the same price per another price unit", "S1 A 4 @10", "I1 A 4 @100/10", ""},
		{"a free line", "S1 A 4 @0", "I1 A 4 @0/7", ""},
		{"a part of it", "S1 A 4 @10", "I1 A 3 @10", ""},
		{"in parts whose amounts are rounded each", "S1 A 3 @0.335", "I1 A 1 @0.335; I2 A 1 @0.335; I3 A 1 @0.335", ""},
		{"two shipments on one invoice", "S1 A 4 @10; S2 A 2 @9", "I1 A 4 @10; I1 A 2 @9", ""},

		{"another item", "S1 A 4 @10", "I1 B 4 @10", "mismatch(item) 40.00 I1"},
		{"more of one item than of the other", "S1 A 2 @10; S1 B 2 @10", "I1 A 4 @10", "mismatch(item) 40.00 I1"},
		{"a higher quantity", "S1 A 4 @10", "I1 A 5 @10", "mismatch(quantity, amount) 10.00 I1"},
		{"a higher price", "S1 A 4 @10", "I1 A 4 @12", "mismatch(unit price, amount) 8.00 I1"},
		{"a lower price for a part", "S1 A 4 @10", "I1 A 3 @9", "mismatch(unit price, amount) 3.00 I1"},
		{"another price that comes to the same", "S1 A 1 @10", "I1 A 1 @10.001", "mismatch(unit price) 0.00 I1"},
		{"another amount", "S1 A 4 @10", "I1 A 4 @10 =41", "mismatch(amount) 1.00 I1"},
		{"another amount for a part", "S1 A 4 @10; S2 A 4 @8", "I1 A 3 @10 =31", "mismatch(amount) 4.00 I1"},
		{"another unit of measure", "S1 A 12 @10", "I1 A 1 @120 CS", "mismatch(unit of measure) 120.00 I1"},
		{"another unit of measure, at more than all that is ready", "S1 A 12 @10", "I1 A 12 @120 CS", "mismatch(unit of measure, amount) 1440.00 I1"},
		{"another unit of measure, at less", "S1 A 12 @10", "I1 A 1 @10 CS", "mismatch(unit of measure, amount) 110.00 I1"},
		{"credited in another unit of measure", "S1 A 12 @10", "I1 A 12 @10; C A -1 @120 memo:I1 CS", "mismatch(unit of measure, amount) 120.00 I1"},
		{"another currency", "S1 A 4 @10", "I1 A 4 @10 EUR", "mismatch(currency) 40.00 I1"},
		{"another customer", "S1 A 4 @10", "I1 A 4 @10 to:C2", "mismatch(customer) 40.00 I1"},
		{"a part to another customer", "S1 A 4 @10", "I1 A 3 @10; I2 A 1 @10 to:C2", "mismatch(customer) 40.00 I1 I2"},
		{"another customer at another price", "S1 A 4 @10", "I1 A 4 @12 to:C2", "mismatch(customer, amount) 48.00 I1"},
		{"everything", "S1 A 4 @10", "I1 B 5 @11 to:C2 CS EUR", "mismatch(item, unit of measure, customer, currency, amount) 55.00 I1"},
		{"more at the higher of two prices", "S1 A 4 @10; S2 A 4 @9", "I1 A 8 @10", "mismatch(unit price, amount) 4.00 I1"},
		{"a price that is not ready, beside more than is ready", "S1 A 4 @10", "I1 A 4 @10; I1 A 2 @12", "mismatch(quantity, unit price, amount) 24.00 I1"},

		{"nothing is ready", "", "I1 A 4 @10", "not shipped 4 40.00 I1"},
		{"returned and credited by us, not by ERP", "S1 A 4 @10; S1 A -4 @10", "I1 A 4 @10", "not shipped 4 40.00 I1"},
		{"twice, and nothing is ready", "", "I2 A 4 @10; I1 A 4 @10", "not shipped 8 80.00 I1 I2"},

		{"a second invoice of the line", "S1 A 4 @10", "I2 A 4 @10; I1 A 4 @10", "double 4 40.00 I1 I2"},
		{"a second invoice that goes beyond the line", "S1 A 4 @10", "I1 A 2 @10; I2 A 3 @10", "double 1 10.00 I1 I2"},
		{"a second invoice at another price", "S1 A 4 @10", "I1 A 4 @10; I2 A 4 @12", "mismatch(unit price, amount) 4.00 I1 I2; double 4 44.00 I1 I2"},
		{"a second invoice, credited", "S1 A 4 @10", "I1 A 4 @10; I2 A 4 @10; C A -4 @10 memo:I2", ""},
		{"two lines of one invoice", "S1 A 4 @10", "I1 A 4 @10; I1 A 4 @10", "mismatch(quantity, amount) 40.00 I1"},

		{"each unit as it is ready", "S1 A 4 @10; S2 A 2 @9", "I1 A 4 @10 of:S1; I2 A 2 @9 of:S2", ""},
		{"one unit twice, while another would have room", "S1 A 4 @10; S2 A 4 @10", "I1 A 4 @10 of:S1; I2 A 4 @10 of:S1", "double 4 40.00 I1 I2"},
		{"the prices of two units mixed up", "S1 A 4 @10; S2 A 4 @9", "I1 A 4 @9 of:S1; I2 A 4 @10 of:S2", "mismatch(unit price, amount) 4.00 I1; mismatch(unit price, amount) 4.00 I2"},
		{"a unit that does not have the line", "S1 A 4 @10", "I1 A 4 @10 of:S2", "not shipped 4 40.00 I1"},
		{"units named and not named", "S1 A 4 @10; S2 A 2 @10", "I1 A 4 @10 of:S1; I2 A 2 @10", ""},

		{"corrected, and ERP has not followed", "S1 A 4 @10; S1 A -4 @10; S1 A 4 @9", "I1 A 4 @10 of:S1", "mismatch(unit price, amount) 4.00 I1"},
		{"corrected, and ERP has credited and billed again", "S1 A 4 @10; S1 A -4 @10; S1 A 4 @9", "I1 A 4 @10 of:S1; C A -4 @10 of:S1 memo:I1; I2 A 4 @9 of:S1", ""},
		{"corrected, and ERP has credited the difference", "S1 A 4 @10; S1 A -4 @10; S1 A 4 @9", "I1 A 4 @10 of:S1; C A 0 @1 =-4 of:S1 memo:I1", ""},
		{"corrected, and the credited difference states the quantity", "S1 A 4 @10; S1 A -4 @10; S1 A 4 @9", "I1 A 4 @10; C A -4 @1 memo:I1", ""},
		{"corrected to another customer, and ERP has not followed", "S1 A 4 @10; S1 A -4 @10; S1 A 4 @10 C2", "I1 A 4 @10 of:S1", "mismatch(customer) 40.00 I1"},
		{"corrected to another customer, and ERP has credited and billed again", "S1 A 4 @10; S1 A -4 @10; S1 A 4 @10 C2", "I1 A 4 @10; C A -4 @10 memo:I1; I2 A 4 @10 to:C2", ""},
		{"a quantity corrected by a credit memo", "S1 A 3 @10", "I1 A 4 @10; C A -1 @10 memo:I1", ""},
		{"credited at another price", "", "I1 A 4 @10; C A -4 @9 memo:I1", "mismatch(unit price, amount) 4.00 I1"},
		{"credited more than was billed", "S1 A 4 @10", "I1 A 4 @10; C A -5 @10 memo:I1", "mismatch(quantity, amount) 10.00 I1"},
		{"credited what nobody billed", "", "C A -5 @10", "mismatch(quantity, amount) 50.00 C"},
		{"a credit that is ready, and more is credited", "S1 A -4 @10", "C A -5 @10", "mismatch(quantity, amount) 10.00 C"},
		{"an amount that nobody can extend", "S1 A 900000000000 @900000000000", "I1 A 900000000000 @900000000000 =1", "mismatch(amount) 1.00 I1"},
	} {
		if got := said(compare(readyLines(c.ready), billedLines(c.billed))); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestAProportionIsRoundedHalfAwayFromZero(t *testing.T) {
	for _, c := range []struct {
		amount      string
		part, whole string
		currency    string
		want        string
	}{
		{"10", "1", "3", "USD", "3.33"},
		{"-10", "2", "3", "USD", "-6.67"},
		{"-10", "2", "3", "KWD", "-6.667"},
		{"1", "1", "2", "JPY", "1"},
		{"10", "-1", "2", "USD", "-5"},
		{"99999999999999", "999999999999", "0.000001", "USD", "99999999999999.9999"},
	} {
		got := prorate(schemas.MustAmount(c.amount), schemas.MustQuantity(c.part), schemas.MustQuantity(c.whole), c.currency)
		if got != schemas.MustAmount(c.want) {
			t.Errorf("%s × %s ÷ %s = %s, want %s", c.amount, c.part, c.whole, got, c.want)
		}
	}
}
