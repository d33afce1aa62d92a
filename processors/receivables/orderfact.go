package receivables

import (
	"slices"
	"strings"

	"waybill/schemas"
)

// billedOrder is what an invoice bills of one order.
type billedOrder struct {
	OrderID string  `avro:"order_id"`
	LineNos []int32 `avro:"line_nos"` // sorted
}

// ordersOf lists what an invoice bills, by order.
func ordersOf(invoice *schemas.Invoice) []billedOrder {
	var orders []billedOrder
	for _, line := range invoice.Lines {
		at, found := slices.BinarySearchFunc(orders, line.OrderID, func(o billedOrder, id string) int { return strings.Compare(o.OrderID, id) })
		if !found {
			orders = slices.Insert(orders, at, billedOrder{OrderID: line.OrderID})
		}
		orders[at].LineNos = append(orders[at].LineNos, line.LineNo)
	}
	for i := range orders {
		slices.Sort(orders[i].LineNos)
		orders[i].LineNos = slices.Compact(orders[i].LineNos)
	}
	return orders
}

// disputedLines tells what of an order's lines on an invoice open disputes are about. A dispute names a line by its number
// alone, so it is about the line of that number in each order that the invoice bills.
func (o *billedOrder) disputedLines(disputed []int32) []int32 {
	lines := []int32{}
	for _, lineNo := range disputed {
		if _, billed := slices.BinarySearch(o.LineNos, lineNo); billed && !slices.Contains(lines, lineNo) {
			lines = append(lines, lineNo)
		}
	}
	slices.Sort(lines)
	return lines
}

// objections are what disputes are about: the whole invoice, or lines of these numbers.
type objections struct {
	whole bool
	lines []int32
}

func (o *objections) add(whole bool, lineNo *int32) {
	if whole {
		o.whole = true
		return
	}
	o.lines = append(o.lines, *lineNo)
}

// of says whether they are about an order that the invoice bills, and about which of its lines; none: about all of them.
func (o objections) of(order *billedOrder) (any bool, lines []int32) {
	if o.whole {
		return true, []int32{}
	}
	lines = order.disputedLines(o.lines)
	return len(lines) > 0, lines
}

// orderFact is what an order is told of an invoice that bills it: open disputes about the whole of it swallow those about
// its lines.
func orderFact(r *schemas.Receivable, order *billedOrder, open, ever objections) *schemas.OrderReceivable {
	fact := &schemas.OrderReceivable{InvoiceID: r.InvoiceID, State: r.State, Paid: r.Open <= 0 && r.State != schemas.ReceivableCancelled}
	fact.Disputed, fact.DisputedLines = open.of(order)
	fact.EverDisputed, _ = ever.of(order)
	return fact
}

// noLongerBilled is the last that an order is told of an invoice that does not bill it any more.
func noLongerBilled(invoiceID string) *schemas.OrderReceivable {
	return &schemas.OrderReceivable{InvoiceID: invoiceID, State: schemas.ReceivableCancelled, DisputedLines: []int32{}}
}

func sameFact(a, b *schemas.OrderReceivable) bool {
	return a.InvoiceID == b.InvoiceID && a.State == b.State && a.Disputed == b.Disputed && a.Paid == b.Paid && a.EverDisputed == b.EverDisputed && slices.Equal(a.DisputedLines, b.DisputedLines)
}
