package model

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"waybill/schemas"
)

// The invariants that a difference breaks.
const (
	NothingLost    = "nothing lost"
	NothingDoubled = "nothing doubled"
	NotPastAHold   = "never bill past a hold"
	Explainable    = "explainable"
	Confluence     = "the outcome follows from the facts"
)

// Difference is one thing that came out otherwise than it must.
type Difference struct {
	Invariant string
	OrderID   string // empty: it is of no order
	LineNo    int32
	Text      string
}

// String is a line for people.
func (d Difference) String() string {
	where := ""
	if d.OrderID != "" {
		where = " order " + d.OrderID
		if d.LineNo != 0 {
			where += fmt.Sprintf(" line %d", d.LineNo)
		}
	}
	return d.Invariant + ":" + where + " " + d.Text
}

// Compare lists what came out otherwise than it must, sorted.
func Compare(e *Expectation, out *Outputs) []Difference {
	c := &comparison{e: e, out: out}
	c.records()
	c.billing()
	c.gathering()
	c.exceptions()
	c.availability()
	c.receivables()
	c.statuses()
	slices.SortFunc(c.found, func(a, b Difference) int {
		return cmp.Or(cmp.Compare(a.OrderID, b.OrderID), cmp.Compare(a.LineNo, b.LineNo), cmp.Compare(a.Invariant, b.Invariant), cmp.Compare(a.Text, b.Text))
	})
	return c.found
}

type comparison struct {
	e     *Expectation
	out   *Outputs
	found []Difference
}

func (c *comparison) find(invariant, orderID string, lineNo int32, format string, args ...any) {
	c.found = append(c.found, Difference{invariant, orderID, lineNo, fmt.Sprintf(format, args...)})
}

// records checks every bill and credit by itself and against those before it.
func (c *comparison) records() {
	live := map[string][]schemas.InvoiceReadyLine{}
	for _, bill := range c.out.Bills {
		if _, twice := live[bill.InvoiceReadyID]; twice {
			c.find(NothingDoubled, bill.OrderID, 0, "%s is there twice", bill.InvoiceReadyID)
		}
		total := schemas.Amount(0)
		for _, line := range bill.Lines {
			total += line.Amount
			if line.Quantity == 0 || (line.Quantity < 0) != (bill.Corrects != nil) {
				c.find(NothingDoubled, bill.OrderID, line.LineNo, "%s has quantity %s", bill.InvoiceReadyID, line.Quantity)
			}
			price := over(priceOf(line.UnitPrice), whole(line.PriceUnit))
			if extended := payable(times(quantityOf(line.Quantity), price), bill.Currency); !equal(extended, amountOf(line.Amount)) {
				c.find(NothingDoubled, bill.OrderID, line.LineNo, "%s says %s where its quantity at its price comes to %s", bill.InvoiceReadyID, line.Amount, text(extended))
			}
		}
		if total != bill.Total || len(bill.Lines) == 0 {
			c.find(NothingDoubled, bill.OrderID, 0, "%s says %s in all where its %d lines come to %s", bill.InvoiceReadyID, bill.Total, len(bill.Lines), total)
		}
		if (bill.Trigger == schemas.Consolidated) != (bill.Consolidated != nil) {
			c.find(NothingLost, bill.OrderID, 0, "%s is billed by %s, and on the consolidated invoice %v", bill.InvoiceReadyID, bill.Trigger, bill.Consolidated)
		}
		if len(bill.Evidence) == 0 || bill.Rule == "" || bill.Revision < 1 || bill.ReadyAt.IsZero() {
			c.find(Explainable, bill.OrderID, 0, "%s names no evidence, rule, revision or time", bill.InvoiceReadyID)
		}
		live[bill.InvoiceReadyID] = nil
		if bill.Corrects == nil {
			live[bill.InvoiceReadyID] = slices.Clone(bill.Lines)
			continue
		}
		c.credit(bill, live)
	}
	for id, exception := range c.out.Exceptions {
		if len(exception.Causes) == 0 {
			c.find(Explainable, said(exception.OrderID), said(exception.LineNo), "%s %s names no cause", exception.Class, id)
		}
	}
}

// credit checks that a credit takes back what the bill that it names has billed, once; one that bills nothing again may take
// back a part of it.
func (c *comparison) credit(bill *schemas.InvoiceReady, live map[string][]schemas.InvoiceReadyLine) {
	billed, known := live[*bill.Corrects]
	if !known {
		c.find(NothingDoubled, bill.OrderID, 0, "%s credits %s, which was not billed before", bill.InvoiceReadyID, *bill.Corrects)
		return
	}
	for _, line := range bill.Lines {
		at := slices.IndexFunc(billed, func(other schemas.InvoiceReadyLine) bool {
			all := other.Quantity == -line.Quantity && other.Amount == -line.Amount
			part := bill.Kind == schemas.BillCreditAndClose && other.Quantity > -line.Quantity && other.Amount >= -line.Amount && line.Amount <= 0
			other.Quantity, other.Amount = line.Quantity, line.Amount
			return other == line && (all || part)
		})
		if at < 0 {
			c.find(NothingDoubled, bill.OrderID, line.LineNo, "%s credits what %s has not billed so", bill.InvoiceReadyID, *bill.Corrects)
			continue
		}
		if billed[at].Quantity, billed[at].Amount = billed[at].Quantity+line.Quantity, billed[at].Amount+line.Amount; billed[at].Quantity == 0 {
			billed = slices.Delete(billed, at, at+1)
		}
	}
	live[*bill.Corrects] = billed
}

// billing compares what all bills and credits of a line come to, in each currency: where ERP changes an order's, everything
// is credited in the old one, some of it for good, and in which order is for nobody to say.
func (c *comparison) billing() {
	came := map[BilledLine]Net{}
	for _, bill := range c.out.Bills {
		for _, line := range bill.Lines {
			at := BilledLine{OrderLine{bill.OrderID, line.LineNo}, line.ShippedItemID, line.UOM, bill.Currency}
			net := netOf(came[at])
			came[at] = Net{plus(net.Quantity, quantityOf(line.Quantity)), plus(net.Amount, amountOf(line.Amount))}
		}
	}
	lines := map[BilledLine]bool{}
	for at := range came {
		lines[at] = true
	}
	for at := range c.e.Billed {
		lines[at] = true
	}
	for at := range lines {
		is, must := netOf(came[at]), netOf(c.e.Billed[at])
		if c.e.Unknown[at.OrderID] || equal(is.Quantity, must.Quantity) && equal(is.Amount, must.Amount) {
			continue
		}
		invariant := NothingLost
		switch {
		case less(must.Quantity, is.Quantity) && c.e.Held[at.OrderID]:
			invariant = NotPastAHold
		case !less(is.Quantity, must.Quantity):
			invariant = NothingDoubled
		}
		c.find(invariant, at.OrderID, at.LineNo, "%s %s of %s are billed for %s %s; it must be %s for %s %s",
			text(is.Quantity), at.UOM, at.ItemID, text(is.Amount), at.Currency, text(must.Quantity), text(must.Amount), at.Currency)
	}
}

func netOf(n Net) Net {
	if n.Quantity == nil {
		return Net{zero, zero}
	}
	return n
}

// exceptions compares what stands open, each once.
func (c *comparison) exceptions() {
	open := c.out.open()
	for _, must := range c.e.Exceptions {
		at := slices.IndexFunc(open, must.matches)
		if at < 0 {
			c.find(NothingLost, must.Orders, must.LineNo, "there must be %s", must)
			continue
		}
		open = slices.Delete(open, at, at+1)
	}
	for _, is := range open {
		lineOf := OrderLine{is.Orders, is.LineNo}
		if c.e.leavesOut(lineOf, is.Class) || c.e.Uncredited[is.CustomerID] {
			continue
		}
		c.find(Confluence, is.Orders, is.LineNo, "there must not be %s", is)
	}
}

// leavesOut tells that it is not compared whether an exception of the class is open.
func (e *Expectation) leavesOut(at OrderLine, class string) bool {
	return e.Unmatched[at] && slices.Contains(matched, class) || e.Uninvoiced[at.OrderID] && class == "unbilled"
}

// matches tells whether an open exception is the one that must be.
func (x Exception) matches(is Exception) bool {
	amount := x.Unsure || x.Amount == nil && is.Amount == nil || x.Amount != nil && is.Amount != nil && equal(x.Amount, is.Amount) && x.Currency == is.Currency
	return amount && x.Class == is.Class && x.Orders == is.Orders && x.LineNo == is.LineNo && x.ShipmentID == is.ShipmentID &&
		x.InvoiceID == is.InvoiceID && x.ItemID == is.ItemID && x.CustomerID == is.CustomerID && x.Owner == is.Owner && (x.id == "" || x.id == is.id)
}

func (c *comparison) availability() {
	for _, key := range both(c.e.Available, c.out.Available) {
		must, known := c.e.Available[key]
		is := c.out.Available[key]
		switch {
		case !known:
			c.find(Confluence, "", 0, "there must be no availability of %s", key)
		case is == nil:
			c.find(NothingLost, "", 0, "there must be an availability of %s: %s", key, must)
		default:
			came := Available{
				quantityOf(is.OnHand), quantityOf(is.Allocated), quantityOf(is.Reserved), quantityOf(is.Committed), quantityOf(is.Quarantined), quantityOf(is.InTransit), quantityOf(is.AvailableToPromise),
			}
			if came.String() != must.String() {
				c.find(Confluence, "", 0, "%s is %s; it must be %s", key, came, must)
			}
		}
	}
}

// String is a line for people.
func (a Available) String() string {
	return fmt.Sprintf("on hand %s allocated %s reserved %s committed %s quarantined %s in transit %s to promise %s",
		text(a.OnHand), text(a.Allocated), text(a.Reserved), text(a.Committed), text(a.Quarantined), text(a.InTransit), text(a.ToPromise))
}

// both are the keys of two maps, sorted.
func both[A, B any](a map[string]A, b map[string]B) []string {
	keys := sortedKeys(a)
	for key := range b {
		if _, known := a[key]; !known {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, strings.Compare)
	return keys
}

func (c *comparison) receivables() {
	for _, id := range both(c.e.Receivables, c.out.Receivables) {
		must, known := c.e.Receivables[id]
		is := c.out.Receivables[id]
		switch {
		case !known:
			c.find(Confluence, "", 0, "there must be no receivable of invoice %s", id)
		case is == nil:
			c.find(NothingLost, "", 0, "there must be a receivable of invoice %s: %s", id, must)
		default:
			came := Receivable{
				is.CustomerID, is.Currency, string(is.State), amountOf(is.Billed), amountOf(is.Paid), amountOf(is.Credited), amountOf(is.Disputed),
				amountOf(is.Open), amountOf(is.Collectable),
			}
			if came.String() != must.String() {
				c.find(Confluence, "", 0, "invoice %s is %s; it must be %s", id, came, must)
			}
		}
	}
}
