package intake

import (
	"strings"

	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
	"waybill/topics"
)

// scope is what of an order an event of a topic could change the bill of, so that it is held while one is missing.
type scope uint8

const (
	holdsNothing  scope = iota
	holdsOrder          // the entity is an order: all of it
	holdsShipment       // the orders in the shipment, as far as it carries them
)

// source is what intake knows of one source topic; order, deadline, authority, key and size are the catalogue's.
//
// Another way for events to come (rows of a captured database, say) is another reader[T] in front of the same source:
// it makes contract events of rows, and the check, the sequencer, the split and the dead letters stay as they are.
type source[T any] struct {
	topic  topics.Topic[T]
	noun   string
	holds  scope
	meta   func(*T) *schemas.Meta
	entity func(*T) string // by Ordering.Entity
	key    func(*T) string // by Key; nil: the entity
	check  func(*inspection, *T)
	split  func(*T, schemas.Evidence) []piece
	empty  func(*T, schemas.Evidence, Part) piece // of what it was split into and no longer is; nil: that cannot be
	kept   func(*Event) **T                       // its place in a Slot
	orders string                                 // path of the orders that it is about; empty: it is about none
	about  func(*schemas.Condition, string)       // what of an exception its subject is: by the key, or the entity where there is none

	warehouse func(*T) string // that the whole event is about; nil: where there is one, it is part of the subject
}

// sources is the table of source topics.
func sources() []declarer {
	return []declarer{
		source[schemas.Order]{
			topic: topics.CommerceOrders, noun: "order", holds: holdsOrder, orders: "order_id",
			meta:   func(v *schemas.Order) *schemas.Meta { return &v.Meta },
			entity: func(v *schemas.Order) string { return v.OrderID },
			kept:   func(e *Event) **schemas.Order { return &e.Order },
			check:  checkOrder, split: splitOrder, about: aboutOrder,
		},
		source[schemas.OrderAcceptance]{
			topic: topics.ErpOrders, noun: "accepted order", holds: holdsOrder, orders: "order_id",
			meta:   func(v *schemas.OrderAcceptance) *schemas.Meta { return &v.Meta },
			entity: func(v *schemas.OrderAcceptance) string { return v.OrderID },
			kept:   func(e *Event) **schemas.OrderAcceptance { return &e.Acceptance },
			check:  checkAcceptance, split: splitAcceptance, about: aboutOrder,
		},
		source[schemas.Shipment]{
			topic: topics.WmsShipments, noun: "shipment", holds: holdsShipment, orders: "lines[].order_id",
			meta:   func(v *schemas.Shipment) *schemas.Meta { return &v.Meta },
			entity: func(v *schemas.Shipment) string { return v.ShipmentID },
			kept:   func(e *Event) **schemas.Shipment { return &e.Shipment },
			check:  checkShipment, split: splitShipment, empty: emptyShipment,
			about:     func(c *schemas.Condition, id string) { c.ShipmentID = &id },
			warehouse: func(v *schemas.Shipment) string { return v.WarehouseID },
		},
		source[schemas.StockMovement]{
			topic: topics.WmsInventory, noun: "stock position",
			meta:   func(v *schemas.StockMovement) *schemas.Meta { return &v.Meta },
			entity: stockPosition,
			kept:   func(e *Event) **schemas.StockMovement { return &e.Movement },
			check:  checkMovement, split: splitMovement, about: aboutStock,
		},
		source[schemas.Invoice]{
			topic: topics.ErpInvoices, noun: "invoice",
			meta:   func(v *schemas.Invoice) *schemas.Meta { return &v.Meta },
			entity: func(v *schemas.Invoice) string { return v.InvoiceID },
			kept:   func(e *Event) **schemas.Invoice { return &e.Invoice },
			check:  checkInvoice, split: splitInvoice, empty: emptyInvoice, about: aboutInvoice,
		},
		source[schemas.Payment]{
			topic: topics.ArPayments, noun: "payment",
			meta:   func(v *schemas.Payment) *schemas.Meta { return &v.Meta },
			entity: func(v *schemas.Payment) string { return v.PaymentID },
			kept:   func(e *Event) **schemas.Payment { return &e.Payment },
			check:  checkPayment, split: splitPayment, empty: emptyPayment,
		},
		source[schemas.Dispute]{
			topic: topics.ArDisputes, noun: "dispute",
			meta:   func(v *schemas.Dispute) *schemas.Meta { return &v.Meta },
			entity: func(v *schemas.Dispute) string { return v.DisputeID },
			key:    func(v *schemas.Dispute) string { return v.InvoiceID },
			kept:   func(e *Event) **schemas.Dispute { return &e.Dispute },
			check:  checkDispute, split: splitDispute, about: aboutInvoice,
		},
		source[schemas.Customer]{
			topic: topics.MasterCustomers, noun: "customer",
			meta:   func(v *schemas.Customer) *schemas.Meta { return &v.Meta },
			entity: func(v *schemas.Customer) string { return v.CustomerID },
			kept:   func(e *Event) **schemas.Customer { return &e.Customer },
			check:  checkCustomer, split: splitCustomer,
			about: func(c *schemas.Condition, id string) { c.CustomerID = &id },
		},
		source[schemas.Item]{
			topic: topics.MasterItems, noun: "item",
			meta:   func(v *schemas.Item) *schemas.Meta { return &v.Meta },
			entity: func(v *schemas.Item) string { return v.ItemID },
			kept:   func(e *Event) **schemas.Item { return &e.Item },
			check:  checkItem, split: splitItem,
			about: func(c *schemas.Condition, id string) { c.ItemID = &id },
		},
		source[schemas.ItemPrice]{
			topic: topics.MasterPrices, noun: "price",
			meta:   func(v *schemas.ItemPrice) *schemas.Meta { return &v.Meta },
			entity: func(v *schemas.ItemPrice) string { return v.PriceID },
			kept:   func(e *Event) **schemas.ItemPrice { return &e.Price },
			check:  checkPrice, split: splitPrice, empty: emptyPrice,
		},
		source[schemas.Warehouse]{
			topic: topics.MasterWarehouses, noun: "warehouse",
			meta:   func(v *schemas.Warehouse) *schemas.Meta { return &v.Meta },
			entity: func(v *schemas.Warehouse) string { return v.WarehouseID },
			kept:   func(e *Event) **schemas.Warehouse { return &e.Warehouse },
			check:  checkWarehouse, split: splitWarehouse,
			about: func(c *schemas.Condition, id string) { c.WarehouseID = &id },
		},
		source[schemas.Command]{
			topic: topics.Commands, noun: "command",
			meta:   func(v *schemas.Command) *schemas.Meta { return &v.Meta },
			entity: func(v *schemas.Command) string { return v.CommandID },
			key:    func(v *schemas.Command) string { return v.Target },
			kept:   func(e *Event) **schemas.Command { return &e.Command },
			check:  checkCommand, split: splitCommand,
		},
	}
}

func aboutOrder(c *schemas.Condition, id string)   { c.OrderID = &id }
func aboutInvoice(c *schemas.Condition, id string) { c.InvoiceID = &id }

func aboutStock(c *schemas.Condition, id string) {
	if at := strings.LastIndexByte(id, '@'); at > 0 {
		c.ItemID, c.WarehouseID = new(id[:at]), new(id[at+1:])
	}
}

// outputs are the canonical topics.
type outputs struct {
	orders        *stream.Output[schemas.OrderEvent]
	shipments     *stream.Output[schemas.ShipmentEvent]
	stock         *stream.Output[schemas.StockEvent]
	billing       *stream.Output[schemas.BillingEvent]
	orderInvoices *stream.Output[schemas.OrderInvoice]
	payments      *stream.Output[schemas.PaymentEvent]
	actions       *stream.Output[schemas.Action]
	customers     *stream.Output[schemas.Customer]
	items         *stream.Output[schemas.Item]
	prices        *stream.Output[schemas.ItemPrice]
	warehouses    *stream.Output[schemas.Warehouse]
}

func emitAll(stage *stream.Stage) outputs {
	return outputs{
		orders:        stream.Emit(stage, topics.Orders),
		shipments:     stream.Emit(stage, topics.Shipments),
		stock:         stream.Emit(stage, topics.Stock),
		billing:       stream.Emit(stage, topics.Billing),
		orderInvoices: stream.Emit(stage, topics.OrderInvoices),
		payments:      stream.Emit(stage, topics.Payments),
		actions:       stream.Emit(stage, topics.Actions),
		customers:     stream.EmitLatest(stage, topics.Customers),
		items:         stream.EmitLatest(stage, topics.Items),
		prices:        stream.EmitLatest(stage, topics.Prices),
		warehouses:    stream.EmitLatest(stage, topics.Warehouses),
	}
}

// send writes a piece to its topic.
func (o *outputs) send(s *stream.Step, p piece) {
	switch value := p.value.(type) {
	case *schemas.OrderEvent:
		o.orders.Send(s, p.Key, value)
	case *schemas.ShipmentEvent:
		o.shipments.Send(s, p.Key, value)
	case *schemas.StockEvent:
		o.stock.Send(s, p.Key, value)
	case *schemas.BillingEvent:
		o.billing.Send(s, p.Key, value)
	case *schemas.OrderInvoice:
		o.orderInvoices.Send(s, p.Key, value)
	case *schemas.PaymentEvent:
		o.payments.Send(s, p.Key, value)
	case *schemas.Action:
		o.actions.Send(s, p.Key, value)
	case *schemas.Customer:
		o.customers.Send(s, p.Key, value)
	case *schemas.Item:
		o.items.Send(s, p.Key, value)
	case *schemas.ItemPrice:
		o.prices.Send(s, p.Key, value)
	case *schemas.Warehouse:
		o.warehouses.Send(s, p.Key, value)
	case nil:
		o.prices.Delete(s, p.Key)
	}
}

// slotTable is the sequencer's view of one entity's rows.
type slotTable struct {
	s      *stream.Step
	rows   *stream.Table[state.TextNumber, Slot]
	entity string
}

func (t slotTable) at(sequence int64) *Slot {
	return t.rows.Get(t.s, state.TextNumber{Text: t.entity, Number: sequence})
}

func (t slotTable) put(slot *Slot) {
	t.rows.Put(t.s, state.TextNumber{Text: t.entity, Number: slot.Sequence}, slot)
}

func (t slotTable) remove(sequence int64) {
	t.rows.Delete(t.s, state.TextNumber{Text: t.entity, Number: sequence})
}

func (t slotTable) after(sequence int64) (int64, bool) {
	for slot := range t.rows.Scan(t.s, state.Text(t.entity)) {
		if slot.Sequence > sequence {
			return slot.Sequence, true
		}
	}
	return 0, false
}
