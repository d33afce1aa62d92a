package reconcile

import (
	"context"
	"strconv"

	"waybill/inspect"
	"waybill/schemas"
	"waybill/topics"
)

// reading gives what waybill says, the values of a row in the order of their records.
type reading func(ctx context.Context, kind *Kind, view inspect.View, take func(*entry) error) error

// readShipped reads what left the warehouse of each order line, in the unit in which the status counts it.
func readShipped(ctx context.Context, kind *Kind, view inspect.View, take func(*entry) error) error {
	return inspect.Values(ctx, view, topics.OrderStatus, func(order *schemas.OrderState) error {
		for i := range order.Lines {
			line := &order.Lines[i]
			value := entry{at: order.AsOf, figures: figures{int64(line.Shipped), int64(line.Returned), int64(line.Shipped - line.Returned)}, labels: [mostLabels]string{line.UOM, line.ItemID, line.WarehouseID}}
			if line.ShippedItemID != nil {
				value.labels[1] = *line.ShippedItemID
			}
			if err := put(kind, &value, take, order.OrderID, strconv.Itoa(int(line.LineNo))); err != nil {
				return err
			}
		}
		return nil
	})
}

// readInvoiced reads what was ready to bill, bill by bill.
func readInvoiced(ctx context.Context, kind *Kind, view inspect.View, take func(*entry) error) error {
	return inspect.Values(ctx, view, topics.InvoiceReady, func(bill *schemas.InvoiceReady) error {
		for i := range bill.Lines {
			line := &bill.Lines[i]
			value := entry{at: bill.ReadyAt, figures: figures{int64(line.Quantity), int64(line.Amount)}, labels: [mostLabels]string{line.UOM, bill.Currency}}
			if err := put(kind, &value, take, bill.OrderID, strconv.Itoa(int(line.LineNo))); err != nil {
				return err
			}
		}
		return nil
	})
}

func readPaid(ctx context.Context, kind *Kind, view inspect.View, take func(*entry) error) error {
	return inspect.Values(ctx, view, topics.Receivables, func(owed *schemas.Receivable) error {
		return put(kind, &entry{
			at:      owed.AsOf,
			figures: figures{int64(owed.Paid), int64(owed.Billed), int64(owed.Credited), int64(owed.Open), int64(owed.Discount)},
			labels:  [mostLabels]string{owed.CustomerID, owed.Currency},
		}, take, owed.InvoiceID)
	})
}

// readStock reads what is on hand as of its last movement: what orders ask of it, which the availability has too, does not
// move it.
func readStock(ctx context.Context, kind *Kind, view inspect.View, take func(*entry) error) error {
	return inspect.Values(ctx, view, topics.Availability, func(stock *schemas.Availability) error {
		value := entry{at: stock.AsOf, figures: figures{int64(stock.OnHand), int64(stock.Quarantined)}}
		if stock.LastMovement != nil {
			value.at = *stock.LastMovement
		}
		return put(kind, &value, take, stock.ItemID, stock.WarehouseID)
	})
}

// put gives a value of the row that the parts of its key name.
func put(kind *Kind, value *entry, take func(*entry) error, parts ...string) (err error) {
	if value.key, err = kind.keyOf(parts...); err != nil {
		return err
	}
	return take(value)
}
