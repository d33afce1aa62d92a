package tracker

import (
	"cmp"
	"slices"
	"time"

	"waybill/processors/money"
	"waybill/schemas"
)

// order is all that is known of an order, sorted as its rows are.
type order struct {
	id          string
	row         OrderRow
	lines       []*LineRow
	shipments   []*ShipmentRow
	bills       []*BillRow
	invoices    []*InvoiceRow
	exceptions  []*schemas.BlockingReason
	receivables []*schemas.OrderReceivable

	came map[int32]*progress // by line, once the status is worked out
}

// add puts a row in its place.
func (o *order) add(row *Row) {
	switch {
	case row.Order != nil:
		o.row = *row.Order
	case row.Line != nil:
		o.lines = append(o.lines, row.Line)
	case row.Shipment != nil:
		o.shipments = append(o.shipments, row.Shipment)
	case row.Bill != nil:
		o.bills = append(o.bills, row.Bill)
	case row.Invoice != nil:
		o.invoices = append(o.invoices, row.Invoice)
	case row.Exception != nil:
		o.exceptions = append(o.exceptions, row.Exception)
	case row.Receivable != nil:
		o.receivables = append(o.receivables, row.Receivable)
	}
}

// progress is how far a line has come.
type progress struct {
	raw      quantities // whatever the units: tells which stages were reached, even where quantities do not convert
	parts    []counted
	left     []move // what shipped
	kept     []move // what of it did not come back
	arrived  []move // what was delivered
	invoices []move // by ERP, less credit memos
	disputed bool
	paid     bool
}

// status is where the order stands; nil while the order itself is not known. It follows from what is known alone, however
// that came to be known. Lines that the order does not name are not in it.
func (o *order) status(known items) *schemas.OrderState {
	placed := o.row.Placed
	if placed == nil {
		return nil
	}
	state := &schemas.OrderState{
		OrderID: o.id, CustomerID: placed.CustomerID, Channel: placed.Channel, Currency: placed.Currency, Status: placed.Status,
		Lines: []schemas.OrderLineState{}, Blocking: o.blocking(), Invoices: []string{}, Shipments: []string{}, InvoiceIDs: []string{}, BilledElsewhere: []schemas.Money{},
		AsOf: o.row.At, PlacedAt: placed.At, ByHand: o.row.ByHand,
	}
	if accepted := o.row.Accepted; accepted != nil {
		if accepted.Currency != "" {
			state.Currency = accepted.Currency
		}
		if accepted.Status == schemas.AcceptanceCancelled {
			state.Status = schemas.OrderCancelled
		}
	}
	lines := map[int32]*progress{}
	o.came = lines
	for _, line := range o.lines {
		if line.Placed != nil {
			lines[line.LineNo] = &progress{}
		}
	}
	left := o.addShipments(state, lines)
	o.addBills(state, lines)
	o.addInvoices(state, lines)
	for _, line := range o.lines {
		if line.Placed == nil {
			continue
		}
		t := o.termsOf(line)
		told := t.state(lines[line.LineNo], known)
		told.WarehouseID, told.RequestedOn, told.ConfirmedOn = line.Placed.WarehouseID, new(line.Placed.RequestedDate), line.FirstConfirmed
		t.time(&told, lines[line.LineNo], known, state.Currency, left)
		state.Lines = append(state.Lines, told)
		if amount, err := money.Extend(t.quantity, t.price, t.priceUnit, state.Currency); err == nil && t.priced && t.open {
			state.Ordered = money.Sum(state.Ordered, amount)
		}
	}
	state.Departures = left.list()
	return state
}

// blocking lists the open exceptions: those of the whole order first, then by line, class and id.
func (o *order) blocking() []schemas.BlockingReason {
	reasons := []schemas.BlockingReason{}
	for _, reason := range o.exceptions {
		reasons = append(reasons, *reason)
	}
	slices.SortFunc(reasons, func(a, b schemas.BlockingReason) int {
		return cmp.Or(cmp.Compare(lineOf(a), lineOf(b)), cmp.Compare(a.Class, b.Class), cmp.Compare(a.ExceptionID, b.ExceptionID))
	})
	return reasons
}

func lineOf(reason schemas.BlockingReason) int64 {
	if reason.LineNo == nil {
		return -1
	}
	return int64(*reason.LineNo)
}

// addShipments counts what shipments carry, and returns those that have left with something of the lines.
func (o *order) addShipments(state *schemas.OrderState, lines map[int32]*progress) departures {
	left := departures{}
	for _, shipment := range o.shipments {
		state.AsOf = later(state.AsOf, shipment.At)
		if len(shipment.Parts) == 0 {
			continue
		}
		state.Shipments = append(state.Shipments, shipment.ShipmentID)
		for _, part := range shipment.Parts {
			line := lines[part.LineNo]
			if line == nil {
				continue
			}
			line.add(part.ItemID, part.UOM, quantities{
				allocated: part.Allocated, picked: part.Picked, packed: part.Packed, shipped: part.Shipped, delivered: part.Delivered,
			})
			if part.Returned > 0 { // by itself: where it does not convert, what was shipped still counts
				line.add(part.ItemID, part.UOM, quantities{returned: part.Returned})
			}
			of, at := unit{part.ItemID, part.UOM}, shipment.left()
			if part.Shipped == 0 {
				if part.Returned > 0 { // of what left in another unit, whenever that was
					line.kept = append(line.kept, move{time.Time{}, shipment.ShipmentID, of, -part.Returned})
				}
				continue
			}
			if left[shipment.ShipmentID] == nil {
				left[shipment.ShipmentID] = &schemas.Departure{ShipmentID: shipment.ShipmentID, WarehouseID: shipment.WarehouseID, ShippedAt: at}
			}
			line.left = append(line.left, move{at, shipment.ShipmentID, of, part.Shipped})
			line.kept = append(line.kept, move{at, shipment.ShipmentID, of, max(0, part.Shipped-part.Returned)})
			if part.Delivered > 0 {
				line.arrived = append(line.arrived, move{shipment.arrived(), shipment.ShipmentID, of, part.Delivered})
			}
		}
	}
	return left
}

func (p *progress) add(itemID, uom string, q quantities) {
	for stage, quantity := range q {
		p.raw[stage] = money.Sum(p.raw[stage], quantity)
	}
	p.parts = append(p.parts, counted{unit{itemID, uom}, q})
}

// addBills counts what is billed, net: what was billed and taken back again leaves no trace, as it may never have been billed.
func (o *order) addBills(state *schemas.OrderState, lines map[int32]*progress) {
	bills := slices.Clone(o.bills)
	slices.SortFunc(bills, func(a, b *BillRow) int {
		return cmp.Or(a.ReadyAt.Compare(b.ReadyAt), cmp.Compare(a.Revision, b.Revision), cmp.Compare(a.InvoiceReadyID, b.InvoiceReadyID))
	})
	type billed struct {
		lineNo int32
		unit   unit
	}
	var inTurn []billed
	net := map[billed]schemas.Quantity{}
	for _, bill := range bills {
		state.AsOf = later(state.AsOf, bill.ReadyAt)
		state.InvoiceIDs = append(state.InvoiceIDs, bill.InvoiceReadyID)
		if bill.Currency == "" || bill.Currency == state.Currency {
			state.Billed = money.Sum(state.Billed, bill.Total)
		} else {
			state.BilledElsewhere = money.Plus(state.BilledElsewhere, bill.Currency, bill.Total)
		}
		for _, line := range bill.Lines {
			of := billed{line.LineNo, unit{line.ItemID, line.UOM}}
			if _, known := net[of]; !known {
				inTurn = append(inTurn, of)
			}
			net[of] = money.Sum(net[of], line.Quantity)
		}
	}
	for _, of := range inTurn {
		if line := lines[of.lineNo]; line != nil {
			line.add(of.unit.itemID, of.unit.uom, quantities{invoiceReady: net[of]})
		}
	}
}

// cancelledInvoices are those that a cancellation of the order refers to, or that receivables says are cancelled: a
// cancellation need not name the order.
func (o *order) cancelledInvoices() map[string]bool {
	cancelled := map[string]bool{}
	for _, fact := range o.receivables {
		cancelled[fact.InvoiceID] = fact.State == schemas.ReceivableCancelled
	}
	for _, invoice := range o.invoices {
		if invoice.Kind == schemas.InvoiceKindCancellation {
			cancelled[invoice.RefersTo] = true
		}
	}
	return cancelled
}

// addInvoices counts what ERP has invoiced. A credit memo takes its quantities back, whatever sign ERP gives them; an invoice
// that is cancelled counts no more.
func (o *order) addInvoices(state *schemas.OrderState, lines map[int32]*progress) {
	cancelled, facts := o.cancelledInvoices(), map[string]*schemas.OrderReceivable{}
	for _, fact := range o.receivables {
		facts[fact.InvoiceID] = fact
		state.EverDisputed = state.EverDisputed || fact.EverDisputed
		for _, lineNo := range fact.DisputedLines {
			if line := lines[lineNo]; line != nil && !cancelled[fact.InvoiceID] {
				line.disputed = true
			}
		}
	}
	for _, invoice := range o.invoices {
		state.AsOf = later(state.AsOf, invoice.At)
		if len(invoice.Lines) == 0 || cancelled[invoice.InvoiceID] || invoice.Kind == schemas.InvoiceKindCancellation {
			continue
		}
		state.Invoices = append(state.Invoices, invoice.InvoiceID)
		state.Credited = state.Credited || invoice.Kind == schemas.InvoiceKindCreditMemo
		fact := facts[invoice.InvoiceID]
		for _, billed := range invoice.Lines {
			quantity, amount := billed.Quantity, billed.Amount
			if invoice.Kind == schemas.InvoiceKindCreditMemo {
				quantity, amount = min(quantity, -quantity), min(amount, -amount)
			}
			if invoice.Currency == state.Currency {
				state.Invoiced = money.Sum(state.Invoiced, amount)
			}
			line := lines[billed.LineNo]
			if line == nil {
				continue
			}
			line.add(billed.ItemID, billed.UOM, quantities{invoiced: quantity})
			line.invoices = append(line.invoices, move{invoice.invoicedAt(), invoice.InvoiceID, unit{billed.ItemID, billed.UOM}, quantity})
			if fact != nil && invoice.Kind == schemas.InvoiceKindInvoice {
				line.disputed = line.disputed || fact.Disputed && len(fact.DisputedLines) == 0
				line.paid = line.paid || fact.Paid && fact.State != schemas.ReceivableCredited
			}
		}
	}
}
