package figures

import (
	"time"

	"waybill/schemas"
)

// ofOrder is what an order counts for.
func ofOrder(o *schemas.OrderState) []Count {
	var t tally
	for _, left := range o.Departures {
		m := met(false)
		if left.InvoicedAt != nil {
			m = took(int64(left.InvoicedAt.Sub(left.ShippedAt) / time.Second))
		}
		t.add(Place{Figure: ShipmentToInvoice, Day: dayOf(left.ShippedAt), Warehouse: left.WarehouseID, Channel: o.Channel}, m)
	}
	whole := Place{Warehouse: warehouseOf(o), Channel: o.Channel}
	perfect := whole
	perfect.Figure = PerfectOrders
	clean := len(o.Blocking) == 0 && !o.ByHand && !o.EverDisputed && !o.Credited
	for i := range o.Lines {
		line := &o.Lines[i]
		if line.UnbilledSince != nil {
			t.add(Place{Figure: UnbilledValue, Day: dayOf(*line.UnbilledSince), Currency: o.Currency,
				Warehouse: line.WarehouseID, Channel: o.Channel, Stage: string(line.Stage), Cause: cause(o, line)}, Measures{Counted: 1, Amount: line.Unbilled})
		}
		if line.Stage == schemas.StageCancelled || line.RequestedOn == nil {
			continue
		}
		place := Place{Warehouse: line.WarehouseID, Channel: o.Channel}
		var inFullAt *time.Time
		place.Stage, inFullAt = inFull(line)
		onTime := inFullAt != nil && dayOf(*inFullAt) <= *line.RequestedOn
		perfect.Day = max(perfect.Day, *line.RequestedOn)
		clean = clean && onTime
		place.Figure, place.Day = OTIFRequested, *line.RequestedOn
		t.add(place, met(onTime))
		if line.ConfirmedOn != nil {
			place.Figure, place.Day = OTIFConfirmed, *line.ConfirmedOn
			t.add(place, met(inFullAt != nil && dayOf(*inFullAt) <= *line.ConfirmedOn))
		}
	}
	if perfect.Day != 0 {
		t.add(perfect, met(clean))
	}
	if o.PlacedAt != nil {
		whole.Figure, whole.Day = OrdersByHand, dayOf(*o.PlacedAt)
		t.add(whole, met(o.ByHand))
	}
	return t.counts
}

// inFull is when a line was in full, and by what that is told: by its deliveries where any is reported, else by what left.
func inFull(line *schemas.OrderLineState) (stage string, at *time.Time) {
	if line.Delivered > 0 {
		return string(schemas.StageDelivered), line.DeliveredInFullAt
	}
	return string(schemas.StageShipped), line.ShippedInFullAt
}

// several is the warehouse of an order that asks for more than one.
const several = "several"

func warehouseOf(o *schemas.OrderState) string {
	if len(o.Lines) == 0 {
		return ""
	}
	for i := range o.Lines {
		if o.Lines[i].WarehouseID != o.Lines[0].WarehouseID {
			return several
		}
	}
	return o.Lines[0].WarehouseID
}

// Causes of what has shipped and is not invoiced, beside the classes of exceptions.
const (
	causeERP    = "erp"    // it is invoice-ready: ERP's turn
	causePolicy = "policy" // nothing is wrong: its invoice policy waits, for a delivery, the rest of the order or a day
)

// cause is why something of a line has shipped and is not invoiced: the first exception open on the line, else on the order,
// else whose turn it is.
func cause(o *schemas.OrderState, line *schemas.OrderLineState) string {
	ofOrder := ""
	for _, reason := range o.Blocking {
		switch {
		case reason.LineNo != nil && *reason.LineNo == line.LineNo:
			return reason.Class
		case reason.LineNo == nil && ofOrder == "":
			ofOrder = reason.Class
		}
	}
	switch {
	case ofOrder != "":
		return ofOrder
	case line.InvoiceReady >= line.Shipped:
		return causeERP
	}
	return causePolicy
}
