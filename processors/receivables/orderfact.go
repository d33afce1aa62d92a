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

// orderFact is what an order is told of an invoice that bills it. Whole says that a dispute is about the whole invoice;
// lines are those of the order that are disputed, which the whole swallows.
func orderFact(r *schemas.Receivable, whole bool, lines []int32) *schemas.OrderReceivable {
	if whole {
		lines = []int32{}
	}
	return &schemas.OrderReceivable{
		InvoiceID: r.InvoiceID, State: r.State, DisputedLines: lines, Disputed: whole || len(lines) > 0,
		Paid: r.Open <= 0 && r.State != schemas.ReceivableCancelled,
	}
}

// noLongerBilled is the last that an order is told of an invoice that does not bill it any more.
func noLongerBilled(invoiceID string) *schemas.OrderReceivable {
	return &schemas.OrderReceivable{InvoiceID: invoiceID, State: schemas.ReceivableCancelled, DisputedLines: []int32{}}
}

func sameFact(a, b *schemas.OrderReceivable) bool {
	return a.InvoiceID == b.InvoiceID && a.State == b.State && a.Disputed == b.Disputed && a.Paid == b.Paid && slices.Equal(a.DisputedLines, b.DisputedLines)
}
