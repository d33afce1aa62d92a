package inspect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/schemas"
	"waybill/topics"
)

// Order is everything about one order: where it stands, what is billed, what blocks the rest, and what happened.
type Order struct {
	OrderID  string                 `json:"order_id"`
	State    *schemas.OrderState    `json:"state"` // null: the tracker has not seen it yet
	Bills    []schemas.InvoiceReady `json:"bills"`
	Gathered []schemas.InvoiceReady `json:"gathered"` // for a consolidated invoice that has not gone out
	Blocking []schemas.Exception    `json:"blocking"` // exceptions that are not resolved, what costs most first
	Awaited  []schemas.Hold         `json:"awaited"`  // events that are missing and not an exception yet: their deadline has not passed
	Chain    []Happening            `json:"chain"`    // by time
}

// ErrNoSuchOrder says that nothing is known of an order.
var ErrNoSuchOrder = errors.New("nothing is known of it")

// Order reads everything about one order. Of topics that are keyed by order it reads the order's partition only.
func (v View) Order(ctx context.Context, orderID string, now time.Time) (*Order, error) {
	o := &Order{OrderID: orderID, Bills: []schemas.InvoiceReady{}, Gathered: []schemas.InvoiceReady{}, Blocking: []schemas.Exception{}, Awaited: []schemas.Hold{}, Chain: []Happening{}}
	states, err := latest(ctx, v, topics.OrderStatus, OfKey(orderID))
	if err != nil {
		return nil, err
	}
	o.State = states[orderID]
	if err := v.orderEvents(ctx, o); err != nil {
		return nil, err
	}
	if err := v.gathered(ctx, o); err != nil {
		return nil, err
	}
	if err := v.orderExceptions(ctx, o, now); err != nil {
		return nil, err
	}
	if o.State == nil && len(o.Chain) == 0 {
		return nil, fmt.Errorf("order %q: %w: ids are compared as they are; `waybill tail commerce.orders --key %s --until-end` shows whether its events came", orderID, ErrNoSuchOrder, orderID)
	}
	slices.SortStableFunc(o.Chain, func(a, b Happening) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.step, b.step))
	})
	return o, nil
}

// orderEvents fills in the bills, and of the chain what the topics keyed by order say.
func (v View) orderEvents(ctx context.Context, o *Order) error {
	orders := schemas.NewCodec[schemas.OrderEvent](v.Registry, topics.Orders.Name())
	shipments := schemas.NewCodec[schemas.ShipmentEvent](v.Registry, topics.Shipments.Name())
	bills := schemas.NewCodec[schemas.InvoiceReady](v.Registry, topics.InvoiceReady.Name())
	invoices := schemas.NewCodec[schemas.OrderInvoice](v.Registry, topics.OrderInvoices.Name())
	holds := map[string]schemas.Hold{}
	err := v.each(ctx, OfKey(o.OrderID), func(record *kgo.Record) error {
		if string(record.Key) != o.OrderID {
			return nil
		}
		switch record.Topic {
		case topics.Orders.Name():
			event, err := decodeAt(ctx, orders, record)
			if err != nil {
				return err
			}
			if event.Hold != nil {
				holds[event.Hold.HoldID] = *event.Hold
				return nil
			}
			o.Chain = append(o.Chain, orderHappening(event))
		case topics.Shipments.Name():
			event, err := decodeAt(ctx, shipments, record)
			if err != nil {
				return err
			}
			if event.Hold != nil {
				holds[event.Hold.HoldID] = *event.Hold
				return nil
			}
			o.Chain = append(o.Chain, shipmentHappening(event))
		case topics.InvoiceReady.Name():
			bill, err := decodeAt(ctx, bills, record)
			if err != nil {
				return err
			}
			o.Bills = append(o.Bills, *bill)
			o.Chain = append(o.Chain, billHappening(bill, record))
		case topics.OrderInvoices.Name():
			event, err := decodeAt(ctx, invoices, record)
			if err != nil {
				return err
			}
			o.Chain = append(o.Chain, invoiceHappening(event))
		}
		return nil
	}, topics.Orders.Name(), topics.Shipments.Name(), topics.InvoiceReady.Name(), topics.OrderInvoices.Name())
	for _, id := range slices.Sorted(maps.Keys(holds)) {
		if holds[id].Active {
			o.Awaited = append(o.Awaited, holds[id])
		}
	}
	return err
}

// gathered fills in what is ready and waits for the consolidated invoice of its customer: it is among the bills when that has
// gone out.
func (v View) gathered(ctx context.Context, o *Order) error {
	if o.State == nil {
		return nil
	}
	codec := schemas.NewCodec[schemas.InvoiceReady](v.Registry, topics.Consolidation.Name())
	return v.each(ctx, OfKey(o.State.CustomerID), func(record *kgo.Record) error {
		if string(record.Key) != o.State.CustomerID {
			return nil
		}
		bill, err := decodeAt(ctx, codec, record)
		if err != nil {
			return err
		}
		sent := slices.ContainsFunc(o.Bills, func(other schemas.InvoiceReady) bool { return other.InvoiceReadyID == bill.InvoiceReadyID })
		if bill.OrderID == o.OrderID && !sent {
			o.Gathered = append(o.Gathered, *bill)
		}
		return nil
	}, topics.Consolidation.Name())
}

// orderExceptions fills in what blocks, and of the chain the exceptions and what people did about them.
func (v View) orderExceptions(ctx context.Context, o *Order, now time.Time) error {
	queue, err := v.Queue(ctx)
	if err != nil {
		return err
	}
	exceptions := queue.Choose(Filter{Orders: []string{o.OrderID}}, ByCost, now)
	targets := map[string]bool{o.OrderID: true}
	for _, exception := range exceptions {
		targets[exception.ExceptionID] = true
		if exception.Status != schemas.ExceptionResolved {
			o.Blocking = append(o.Blocking, exception)
		}
		o.Chain = append(o.Chain, exceptionHappenings(exception)...)
	}
	o.Awaited = slices.DeleteFunc(o.Awaited, func(hold schemas.Hold) bool { // its exception tells more
		return slices.ContainsFunc(o.Blocking, func(e schemas.Exception) bool { return e.ExceptionID == hold.HoldID })
	})
	actions, err := v.actions(ctx, func(target string) bool { return targets[target] }, nil)
	for _, action := range actions {
		o.Chain = append(o.Chain, commandHappening(action, billedWords(o.Bills, &action.Command)))
	}
	return err
}
