// Package tracker is the stage that tells where each order stands: how far each line has come and with what quantities, what
// blocks it, what it is worth and what of it is billed.
//
// What it knows of an order are rows that replace each other, each by its own source alone, and the status is a function of
// the rows. So the status at rest does not depend on what came first. It is worked out once for all that an epoch brings for
// an order, by a timer that is due at once: kernels run timers after the epoch's records.
package tracker

import (
	"encoding/binary"
	"hash/fnv"
	"time"

	"waybill/processors/commands"
	"waybill/processors/conditions"
	"waybill/processors/exposure"
	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
	"waybill/topics"
)

type tracker struct {
	rows      *stream.Table[rowKey, Row]
	items     *stream.Reference[schemas.Item]
	due       *stream.Timers
	watching  *stream.Timers // for what is overdue
	board     *conditions.Board
	exposures *stream.Output[schemas.Exposure]
	out       *stream.Output[schemas.OrderState]
	prints    *state.Codec[schemas.OrderState]
}

// Stage declares the stage.
func Stage() *stream.Stage {
	stage := stream.NewStage("tracker")
	tr := &tracker{prints: state.NewCodec[schemas.OrderState](schemas.CustomTypes()...)}
	tr.rows = stream.NewTable[rowKey, Row](stage, 1, "orders")
	tr.items = stream.NewReference(stage, 1, topics.Items)
	tr.due = stream.OnTimer(stage, 1, "status", stream.WallClock, tr.tell)
	tr.watching = stream.OnTimer(stage, 2, "overdue", stream.WallClock, tr.look)
	tr.out = stream.EmitLatest(stage, topics.OrderStatus)
	tr.exposures = stream.Emit(stage, topics.Credit)
	tr.board = conditions.NewBoard(stage, 2, stream.Emit(stage, topics.Conditions))
	stream.On(stage, topics.Orders, tr.onOrder)
	stream.On(stage, topics.Shipments, tr.onShipment)
	stream.On(stage, topics.InvoiceReady, tr.onBill)
	stream.On(stage, topics.OrderInvoices, tr.onInvoice)
	stream.On(stage, topics.OrderFacts, tr.onFact)
	stream.On(stage, topics.Actions, tr.onAction)
	stage.OnWake(func(s *stream.Step, orderID string) error {
		tr.changed(s, orderID)
		return nil
	})
	return stage
}

// onOrder takes an order's own state or ERP's word on it. A hold says nothing here: its exception does.
func (tr *tracker) onOrder(s *stream.Step, event *schemas.OrderEvent) error {
	if event.Hold != nil {
		s.Count("ignored")
		return nil
	}
	order := OrderRow{}
	if row := tr.rows.Get(s, orderKey(event.OrderID)); row != nil {
		order = *row.Order
	}
	if event.Order != nil {
		tr.place(s, &order, event.Order)
		order.Placed.Origin = &event.Origin
	} else {
		tr.accept(s, &order, event.Acceptance)
		order.Accepted.Origin = &event.Origin
	}
	tr.rows.Put(s, orderKey(event.OrderID), &Row{Order: &order})
	return tr.took(s, event.OrderID)
}

func (tr *tracker) place(s *stream.Step, order *OrderRow, placed *schemas.Order) {
	s.Observe(placed.Meta.OccurredAt)
	at := &placed.Meta.OccurredAt
	if order.Placed != nil {
		at = order.Placed.At
	}
	order.Placed = &PlacedOrder{CustomerID: placed.CustomerID, Channel: placed.Channel, Currency: placed.Currency, Status: placed.Status, At: at}
	order.PlacedRevision++
	order.At = later(order.At, placed.Meta.OccurredAt)
	for _, said := range placed.Lines {
		tr.line(s, placed.OrderID, said.LineNo, func(line *LineRow) {
			line.PlacedRevision, line.Cancelled = order.PlacedRevision, said.Status == schemas.LineCancelled
			if line.Placed == nil || !line.Cancelled {
				line.Placed = &said
			}
		})
	}
}

func (tr *tracker) accept(s *stream.Step, order *OrderRow, acceptance *schemas.OrderAcceptance) {
	s.Observe(acceptance.Meta.OccurredAt)
	order.Accepted = &AcceptedOrder{Currency: acceptance.Currency, Status: acceptance.Status}
	order.AcceptedRevision++
	order.At = later(order.At, acceptance.Meta.OccurredAt)
	for _, said := range acceptance.Lines {
		tr.line(s, acceptance.OrderID, said.LineNo, func(line *LineRow) {
			line.Accepted, line.AcceptedRevision = &said, order.AcceptedRevision
			if line.FirstConfirmed == nil && !refused(said.Status) {
				line.FirstConfirmed = &said.ConfirmedDate
			}
		})
	}
}

// line changes the row of a line.
func (tr *tracker) line(s *stream.Step, orderID string, lineNo int32, change func(*LineRow)) {
	line := LineRow{LineNo: lineNo}
	if row := tr.rows.Get(s, lineKey(orderID, lineNo)); row != nil {
		line = *row.Line
	}
	change(&line)
	tr.rows.Put(s, lineKey(orderID, lineNo), &Row{Line: &line})
}

func (tr *tracker) onShipment(s *stream.Step, event *schemas.ShipmentEvent) error {
	if event.Hold != nil {
		s.Count("ignored")
		return nil
	}
	s.Observe(event.Shipment.Meta.OccurredAt)
	key := rowKey{event.OrderID, kindShipment, event.Shipment.ShipmentID}
	shipment := ShipmentRow{Parts: []Part{}}
	if row := tr.rows.Get(s, key); row != nil {
		shipment = *row.Shipment
	}
	shipment = shipment.next(event.Shipment)
	tr.rows.Put(s, key, &Row{Shipment: &shipment})
	return tr.took(s, event.OrderID)
}

func (tr *tracker) onBill(s *stream.Step, bill *schemas.InvoiceReady) error {
	s.Observe(bill.ReadyAt)
	row := BillRow{InvoiceReadyID: bill.InvoiceReadyID, Revision: bill.Revision, ReadyAt: bill.ReadyAt, Currency: bill.Currency, Total: bill.Total, Lines: []BilledLine{}}
	for _, line := range bill.Lines {
		row.Lines = append(row.Lines, BilledLine{line.LineNo, line.ShippedItemID, line.Quantity, line.UOM, line.Amount})
	}
	tr.rows.Put(s, rowKey{bill.OrderID, kindBill, bill.InvoiceReadyID}, &Row{Bill: &row})
	return tr.took(s, bill.OrderID)
}

func (tr *tracker) onInvoice(s *stream.Step, event *schemas.OrderInvoice) error {
	invoice := &event.Invoice
	s.Observe(invoice.Meta.OccurredAt)
	key := rowKey{event.OrderID, kindInvoice, invoice.InvoiceID}
	row := InvoiceRow{InvoiceID: invoice.InvoiceID, Kind: invoice.Kind, At: invoice.Meta.OccurredAt, Stated: invoice.Meta.OccurredAt, IssuedOn: invoice.IssuedOn, Currency: invoice.Currency, Lines: []BilledLine{}}
	if before := tr.rows.Get(s, key); before != nil {
		row.At = later(row.At, before.Invoice.At)
	}
	if invoice.RefersTo != nil {
		row.RefersTo = *invoice.RefersTo
	}
	for _, line := range invoice.Lines {
		row.Lines = append(row.Lines, BilledLine{line.LineNo, line.ItemID, line.Quantity, line.UOM, line.Amount})
	}
	tr.rows.Put(s, key, &Row{Invoice: &row})
	return tr.took(s, event.OrderID)
}

func (tr *tracker) onFact(s *stream.Step, fact *schemas.OrderFact) error {
	if fact.Exception != nil && fact.Exception.Actor != nil {
		tr.workedByHand(s, fact.OrderID)
	}
	switch {
	case fact.Receivable != nil:
		tr.rows.Put(s, rowKey{fact.OrderID, kindReceivable, fact.Receivable.InvoiceID}, &Row{Receivable: fact.Receivable})
	case fact.Exception.Status == schemas.ExceptionResolved:
		tr.rows.Delete(s, rowKey{fact.OrderID, kindException, fact.Exception.ExceptionID})
	default:
		e := fact.Exception
		tr.rows.Put(s, rowKey{fact.OrderID, kindException, e.ExceptionID}, &Row{Exception: &schemas.BlockingReason{
			ExceptionID: e.ExceptionID, Class: e.Class, LineNo: e.LineNo, Owner: e.Owner, Since: e.OpenedAt, Message: e.Message,
		}})
	}
	return tr.took(s, fact.OrderID)
}

// onAction notes that somebody held or released the order.
func (tr *tracker) onAction(s *stream.Step, action *schemas.Action) error {
	command := &action.Command
	if !commands.OfOrder(command) {
		s.Count("ignored") // its exception tells
		return nil
	}
	tr.workedByHand(s, command.Target)
	return tr.took(s, command.Target)
}

func (tr *tracker) workedByHand(s *stream.Step, orderID string) {
	order := OrderRow{}
	if row := tr.rows.Get(s, orderKey(orderID)); row != nil {
		order = *row.Order
	}
	if !order.ByHand {
		order.ByHand = true
		tr.rows.Put(s, orderKey(orderID), &Row{Order: &order})
	}
}

func (tr *tracker) took(s *stream.Step, orderID string) error {
	tr.changed(s, orderID)
	s.Count("applied")
	return nil
}

// changed has the order's status worked out when the epoch has taken its records, or when a large one has rested.
func (tr *tracker) changed(s *stream.Step, orderID string) { tr.due.SetIfNone(s, orderID, s.Now()) }

// tell tells the order's status if it is not what was told last.
func (tr *tracker) tell(s *stream.Step, orderID string) error { return tr.work(s, orderID, false) }

// look does so when the day is over on which something of the order was to leave.
func (tr *tracker) look(s *stream.Step, orderID string) error { return tr.work(s, orderID, true) }

func (tr *tracker) work(s *stream.Step, orderID string, byClock bool) error {
	order, rows := order{id: orderID}, 0
	for row := range tr.rows.Scan(s, state.Text(orderID)) {
		order.add(row)
		rows++
	}
	status := order.status(tr.lookup(s, orderID))
	if status == nil {
		return nil
	}
	watched, exposed := tr.watch(s, &order, status, byClock), tr.expose(s, &order, status)
	fingerprint, err := tr.fingerprint(status)
	if err != nil || fingerprint == order.row.Told && !watched && !exposed {
		return err
	}
	told := order.row.Told
	order.row.Told = fingerprint
	tr.rows.Put(s, orderKey(orderID), &Row{Order: &order.row})
	if fingerprint == told {
		return nil
	}
	tr.out.Send(s, orderID, status)
	if rows > smallOrder {
		tr.due.Set(s, orderID, s.Now().Add(time.Duration(rows)*restPerRow))
	}
	return nil
}

// expose tells what of the order is on ERP invoices where that is not as it was last told, and whether it did.
func (tr *tracker) expose(s *stream.Step, order *order, status *schemas.OrderState) bool {
	before := order.row.Exposed
	var origin schemas.Evidence
	if placed := order.row.Placed.Origin; placed != nil {
		origin = *placed
	}
	now := exposure.Use{CustomerID: status.CustomerID, Currency: status.Currency, Amount: status.Invoiced}
	order.row.Exposed = exposure.Tell(s, tr.exposures, schemas.CreditOrderInvoiced, order.id, before, now, origin)
	return order.row.Exposed != before
}

// The status of an order is worked out from all of its rows. That of a large one is told, and then not again for a while
// that grows with it: what an event costs does not depend on how large its order is.
const (
	smallOrder = 1000
	restPerRow = 100 * time.Microsecond
)

// lookup reads items for an order, whose status is worked out again when one that it needed comes or changes. It needs them
// only for lines that are counted in several units.
func (tr *tracker) lookup(s *stream.Step, orderID string) items {
	found := map[string]*schemas.Item{}
	return func(itemID string) *schemas.Item {
		item, asked := found[itemID]
		if !asked {
			tr.items.Await(s, itemID, orderID)
			item = tr.items.Get(s, itemID)
			found[itemID] = item
		}
		return item
	}
}

func (tr *tracker) fingerprint(status *schemas.OrderState) (int64, error) {
	row, err := tr.prints.Append(nil, status)
	if err != nil {
		return 0, err
	}
	hash := fnv.New64a()
	hash.Write(row)
	return int64(binary.BigEndian.Uint64(hash.Sum(nil))), nil
}
