// Package outcome reduces the output topics to what may not depend on the order of delivery, on duplicates, crashes,
// partitions or instances: net billing per order line, open exceptions, statuses, what is owed, what is available. Two
// runs on the same facts give the same text.
package outcome

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"waybill/schemas"
	"waybill/topics"
)

// Outcome is filled record by record, each topic's records of a key in their order.
type Outcome struct {
	bills       *schemas.Codec[schemas.InvoiceReady]
	exceptions  *schemas.Codec[schemas.Exception]
	statuses    *schemas.Codec[schemas.OrderState]
	receivables *schemas.Codec[schemas.Receivable]
	stock       *schemas.Codec[schemas.Availability]

	Billed map[BilledLine]Net
	Seen   map[string]int // how often each invoice_ready_id came: once, or something is doubled
	latest map[string]string
}

// BilledLine is what is billed together: an item that went out for an order line, in one currency. Money of another one
// takes nothing back of it.
type BilledLine struct {
	OrderID  string
	LineNo   int32
	ItemID   string // that was shipped
	Currency string
}

// Net is what all bills and credits of a line come to.
type Net struct {
	Quantity schemas.Quantity
	Amount   schemas.Amount
}

// New reads values with the schemas of a registry.
func New(registry schemas.Registry) *Outcome {
	return &Outcome{
		bills:       schemas.NewCodec[schemas.InvoiceReady](registry, topics.InvoiceReady.Name()),
		exceptions:  schemas.NewCodec[schemas.Exception](registry, topics.Exceptions.Name()),
		statuses:    schemas.NewCodec[schemas.OrderState](registry, topics.OrderStatus.Name()),
		receivables: schemas.NewCodec[schemas.Receivable](registry, topics.Receivables.Name()),
		stock:       schemas.NewCodec[schemas.Availability](registry, topics.Availability.Name()),
		Billed:      map[BilledLine]Net{}, Seen: map[string]int{}, latest: map[string]string{},
	}
}

// Topics are the topics that Take wants.
func Topics() []string {
	return []string{topics.InvoiceReady.Name(), topics.Exceptions.Name(), topics.OrderStatus.Name(), topics.Receivables.Name(), topics.Availability.Name()}
}

// Take adds a record.
func (o *Outcome) Take(ctx context.Context, topic string, key, value []byte) error {
	if topic == topics.InvoiceReady.Name() {
		return o.takeBill(ctx, value)
	}
	latest := topic + " " + string(key)
	if value == nil {
		delete(o.latest, latest)
		return nil
	}
	text, err := o.describe(ctx, topic, value)
	if err != nil {
		return fmt.Errorf("%s %s: %w", topic, key, err)
	}
	if o.latest[latest] = text; text == "" {
		delete(o.latest, latest)
	}
	return nil
}

func (o *Outcome) takeBill(ctx context.Context, value []byte) error {
	bill, err := o.bills.Decode(ctx, value)
	if err != nil {
		return err
	}
	o.Seen[bill.InvoiceReadyID]++
	for _, line := range bill.Lines {
		at := BilledLine{bill.OrderID, line.LineNo, line.ShippedItemID, bill.Currency}
		net := o.Billed[at]
		o.Billed[at] = Net{net.Quantity + line.Quantity, net.Amount + line.Amount}
	}
	return nil
}

func (o *Outcome) describe(ctx context.Context, topic string, value []byte) (string, error) {
	switch topic {
	case topics.Exceptions.Name():
		exception, err := o.exceptions.Decode(ctx, value)
		if err != nil || exception.Status == schemas.ExceptionResolved {
			return "", err
		}
		return fmt.Sprintf("open %s %s, orders %v line %s, shipment %s invoice %s item %s, owner %s, at risk %s %s: %s",
			exception.Class, exception.ExceptionID, exception.OrderIDs, shown(exception.LineNo), shown(exception.ShipmentID), shown(exception.InvoiceID),
			shown(exception.ItemID), exception.Owner, shown(exception.AmountAtRisk), shown(exception.Currency), exception.Message), nil
	case topics.OrderStatus.Name():
		state, err := o.statuses.Decode(ctx, value)
		if err != nil {
			return "", err
		}
		return describeOrder(state), nil
	case topics.Receivables.Name():
		owed, err := o.receivables.Decode(ctx, value)
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("receivable %s of %s issued %s: %s, disputes %d, billed %s paid %s credited %s disputed %s open %s collectable %s %s",
			owed.InvoiceID, owed.CustomerID, shown(owed.IssuedOn), owed.State, owed.Disputes, owed.Billed, owed.Paid, owed.Credited, owed.Disputed, owed.Open, owed.Collectable, owed.Currency), nil
	case topics.Availability.Name():
		stock, err := o.stock.Decode(ctx, value)
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("available %s@%s: on hand %s allocated %s reserved %s committed %s quarantined %s in transit %s, to promise %s",
			stock.ItemID, stock.WarehouseID, stock.OnHand, stock.Allocated, stock.Reserved, stock.Committed, stock.Quarantined, stock.InTransit, stock.AvailableToPromise), nil
	}
	return "", fmt.Errorf("this is not one of the topics of an outcome")
}

func describeOrder(state *schemas.OrderState) string {
	var text strings.Builder
	fmt.Fprintf(&text, "order %s of %s: %s, ordered %s billed %s %s, elsewhere %v, invoices %v, shipments %v",
		state.OrderID, state.CustomerID, state.Status, state.Ordered, state.Billed, state.Currency, state.BilledElsewhere, state.Invoices, state.Shipments)
	for _, line := range state.Lines {
		fmt.Fprintf(&text, "; line %d %s (%s): %s, ordered %s accepted %s allocated %s picked %s packed %s shipped %s delivered %s returned %s ready %s invoiced %s",
			line.LineNo, line.ItemID, shown(line.ShippedItemID), line.Stage, line.Ordered, line.Accepted, line.Allocated, line.Picked,
			line.Packed, line.Shipped, line.Delivered, line.Returned, line.InvoiceReady, line.Invoiced)
		fmt.Fprintf(&text, ", in %s by %s: shipped in full %s delivered %s, unbilled %s since %s",
			line.WarehouseID, shown(line.RequestedOn), shown(line.ShippedInFullAt), shown(line.DeliveredInFullAt), line.Unbilled, shown(line.UnbilledSince))
	}
	for _, left := range state.Departures {
		fmt.Fprintf(&text, "; %s left %s at %s, invoiced %s", left.ShipmentID, left.WarehouseID, left.ShippedAt, shown(left.InvoicedAt))
	}
	fmt.Fprintf(&text, "; placed %s, credited %t, ever disputed %t", shown(state.PlacedAt), state.Credited, state.EverDisputed)
	for _, reason := range state.Blocking {
		fmt.Fprintf(&text, "; blocked by %s line %s, owner %s", reason.Class, shown(reason.LineNo), reason.Owner)
	}
	return text.String()
}

func shown[V any](value *V) string {
	if value == nil {
		return "–"
	}
	return fmt.Sprint(*value)
}

// Doubled names the invoice_ready_ids that came more than once.
func (o *Outcome) Doubled() []string {
	var doubled []string
	for id, times := range o.Seen {
		if times > 1 {
			doubled = append(doubled, id)
		}
	}
	slices.Sort(doubled)
	return doubled
}

// String is the whole outcome, a fact a line, sorted.
func (o *Outcome) String() string {
	var lines []string
	for line, net := range o.Billed {
		if net.Quantity != 0 || net.Amount != 0 {
			lines = append(lines, fmt.Sprintf("billed %s line %d: %s × %s = %s %s", line.OrderID, line.LineNo, net.Quantity, line.ItemID, net.Amount, line.Currency))
		}
	}
	for _, text := range o.latest {
		lines = append(lines, text)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// Difference tells the lines that only one of two outcomes has, − the first one's, + the second one's; empty when they
// are the same.
func Difference(a, b string) string {
	if a == b {
		return ""
	}
	has := func(text string) map[string]bool {
		lines := map[string]bool{}
		for line := range strings.SplitSeq(text, "\n") {
			lines[line] = true
		}
		return lines
	}
	inA, inB := has(a), has(b)
	var lines []string
	for line := range inA {
		if !inB[line] {
			lines = append(lines, "− "+line)
		}
	}
	for line := range inB {
		if !inA[line] {
			lines = append(lines, "+ "+line)
		}
	}
	slices.SortFunc(lines, func(x, y string) int {
		return strings.Compare(strings.TrimLeft(x, "−+ "), strings.TrimLeft(y, "−+ "))
	})
	return strings.Join(lines, "\n")
}
