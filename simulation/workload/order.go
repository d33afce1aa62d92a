package workload

import (
	"fmt"
	"time"

	"waybill/schemas"
	"waybill/topics"
)

// triggers are the invoice policies, the frequent ones several times.
var triggers = []schemas.InvoicePolicy{schemas.OnShipment, schemas.OnShipment, schemas.PerDelivery, schemas.OrderComplete, schemas.ProofOfDelivery, schemas.OnOrder}

// order is an order as its customer last left it.
type order struct {
	schemas.Order
	source   string
	at       time.Time // when it was placed
	accepted map[int32]schemas.AcceptedLine
}

// orderLife places an order and tells all that becomes of it, up to the goods that are to be shipped for it. One that is
// billed by hand says so itself.
func (t *teller) orderLife(byHand bool) {
	id := fmt.Sprintf("A-%d", len(t.orders)+1)
	customer := pick(t, t.customers...)
	o := &order{at: t.after(opening, 40), source: "b2b-shop", accepted: map[int32]schemas.AcceptedLine{}}
	o.Order = schemas.Order{OrderID: id, CustomerID: customer.CustomerID, Channel: pick(t, "web", "web", "phone", "edi"), OrderType: "standard", Currency: customer.Currency, Status: schemas.OrderPlaced}
	if o.Channel == "edi" {
		o.source = "edi"
	}
	if t.chance(25) {
		o.InvoicePolicy = new(pick(t, triggers...))
	}
	if byHand {
		o.InvoicePolicy = new(schemas.Manual)
	}
	t.schedules.said(o, 5)
	if t.chance(20) {
		o.ShipPolicy = new(pick(t, schemas.ShipComplete, schemas.ShipPartial, schemas.ShipPartialCancelBackorder))
	}
	if t.chance(4) {
		o.CustomerID = "K-404"
	}
	warehouse := pick(t, "east", "east", "east", "west", "west", "west", "north")
	if t.chance(2) {
		warehouse = "east-annex"
	}
	for line := range int32(1 + t.random.IntN(4)) {
		o.Lines = append(o.Lines, t.orderLine(o, line+1, warehouse))
	}
	t.orders = append(t.orders, o)
	if !t.chance(4) { // nobody ever hears of the order itself
		t.tellOrder(o, o.at)
	}
	changedAt := o.at
	for t.chance(30) {
		changedAt = t.after(changedAt, 30)
		t.change(o)
		t.tellOrder(o, changedAt)
		if o.Status == schemas.OrderCancelled {
			break
		}
	}
	t.answer(o)
	t.toShip(o)
}

func (t *teller) orderLine(o *order, no int32, warehouse string) schemas.OrderLine {
	item := pick(t, t.items[0], t.items[0], t.items[0], t.items[1], t.items[1], t.items[1], t.items[2], t.items[3], t.items[3], t.items[4], t.items[4], t.items[5])
	if t.chance(3) {
		item = t.item("never")
	}
	line := schemas.OrderLine{
		LineNo: no, ItemID: item.ItemID, Quantity: units(int64(1 + t.random.IntN(30))), UOM: item.BaseUOM, PriceUnit: 1, WarehouseID: warehouse,
		RequestedDate: t.day(o.at.Unix() + int64(no)), Substitution: pick(t, schemas.SubstitutionAllowed, schemas.SubstitutionAllowed, schemas.SubstitutionNever, schemas.SubstitutionAsk),
		Status: schemas.LineOpen,
	}
	if len(item.UOMs) > 0 && t.chance(25) {
		line.UOM, line.Quantity = item.UOMs[len(item.UOMs)-1].UOM, units(int64(1+t.random.IntN(4)))
	}
	if t.chance(10) && line.UOM == item.BaseUOM {
		line.Quantity += schemas.MustQuantity(pick(t, "0.5", "0.125", "0.333333"))
	}
	if !item.priced && t.chance(70) || t.chance(50) {
		line.UnitPrice, line.PriceUnit = new(t.price()), pick[int64](t, 1, 1, 1, 100)
	}
	if t.chance(3) {
		line.UnitPrice = new(schemas.Price(0))
	}
	return line
}

// day is a day on which a line is to leave. It is over before the history begins, or comes long after it has ended, so that
// it does not matter when exactly the history is looked at.
func (t *teller) day(drawn int64) schemas.Date {
	if drawn%4 == 0 {
		return schemas.DateOf(t.history.Start.AddDate(0, 0, -3))
	}
	return schemas.DateOf(t.history.End.AddDate(0, 0, 60))
}

// tellOrder tells the order as it now is.
func (t *teller) tellOrder(o *order, at time.Time) {
	told := o.Order
	told.Lines = append([]schemas.OrderLine{}, o.Lines...)
	t.tell(at, topics.CommerceOrders.Name(), o.source, o.OrderID, o.OrderID, &told)
}

// change is what a customer thinks of afterwards.
func (t *teller) change(o *order) {
	o.Status = schemas.OrderChanged
	o.Lines = append([]schemas.OrderLine{}, o.Lines...)
	line := &o.Lines[t.random.IntN(len(o.Lines))]
	item := t.item(line.ItemID)
	switch t.random.IntN(18) {
	case 0, 1:
		line.Quantity += units(int64(1 + t.random.IntN(5)))
	case 2, 3:
		line.Quantity -= units(int64(t.random.IntN(1 + int(line.Quantity/one)))) // to nothing, too
	case 4, 5:
		line.Status = choose(line.Status == schemas.LineOpen, schemas.LineCancelled, schemas.LineOpen)
	case 6:
		if len(o.Lines) > 1 { // left out
			o.Lines = o.Lines[:len(o.Lines)-1]
		}
	case 7:
		o.Lines = append(o.Lines, t.orderLine(o, int32(len(o.Lines)+5), line.WarehouseID))
	case 8:
		line.Substitution = pick(t, schemas.SubstitutionAllowed, schemas.SubstitutionNever)
	case 9:
		o.Status = schemas.OrderCancelled
		if t.chance(50) {
			o.Lines = []schemas.OrderLine{}
		}
	case 10:
		o.CustomerID = pick(t, t.customers...).CustomerID
	case 11:
		line.UnitPrice, line.PriceUnit = new(t.price()), 1
	case 12, 13:
		line.UOM = choose(line.UOM == item.BaseUOM && len(item.UOMs) > 0, item.UOMs[len(item.UOMs)-1].UOM, item.BaseUOM)
	case 14:
		line.ItemID = pick(t, "nail", "tool", "screw")
		line.UOM = "each"
	case 15:
		o.InvoicePolicy = new(pick(t, triggers...))
		t.schedules.said(o, 25)
	case 16:
		o.Channel = choose(o.Channel == "phone", "edi", "phone")
	case 17:
		o.Currency = pick(t, t.customers...).Currency
	}
}

// answer is what ERP says of the order: at once, late, with another price or quantity, not to all of it, or nothing.
func (t *teller) answer(o *order) {
	percent := 20.0
	if o.Channel == "edi" {
		percent = 85
	}
	at := o.at
	for first := true; t.chance(percent); first = false {
		at = t.after(at, pick(t, 2.0, 2, 2, 120))
		a := &schemas.OrderAcceptance{OrderID: o.OrderID, Status: schemas.Accepted, Currency: o.Currency}
		if t.chance(5) {
			a.Currency = pick(t, "USD", "EUR")
		}
		if !first {
			a.Status = schemas.AcceptanceChanged
		}
		for _, placed := range o.Lines {
			line, known := o.accepted[placed.LineNo]
			if !known {
				line = schemas.AcceptedLine{
					LineNo: placed.LineNo, ItemID: placed.ItemID, Status: schemas.Accepted, ConfirmedQuantity: placed.Quantity, UOM: placed.UOM,
					PriceUnit: placed.PriceUnit, ConfirmedDate: t.day(at.Unix() + int64(placed.LineNo)), UnitPrice: t.price(),
				}
				if placed.UnitPrice != nil {
					line.UnitPrice = *placed.UnitPrice
				}
			}
			switch n := t.random.IntN(100); {
			case n < 3:
				line.ItemID, line.UOM = "screw", "each"
			case n < 5 && line.UOM == "each":
				line.UOM = "box"
			case n < 10:
				line.UnitPrice = t.price()
			case n < 18:
				line.ConfirmedQuantity = units(int64(1 + t.random.IntN(25)))
			case n < 22:
				line.Status = schemas.AcceptanceRejected
			case n < 25:
				line.Status = schemas.AcceptanceCancelled
			case n < 30:
				continue // not named
			}
			o.accepted[line.LineNo] = line
			a.Lines = append(a.Lines, line)
		}
		switch n := t.random.IntN(100); {
		case n < 4:
			a.Status = schemas.AcceptanceRejected
		case n < 8:
			a.Status = schemas.AcceptanceCancelled
		}
		if len(a.Lines) == 0 && a.Status != schemas.AcceptanceRejected && a.Status != schemas.AcceptanceCancelled {
			return
		}
		if a.Lines == nil {
			a.Lines = []schemas.AcceptedLine{}
		}
		t.tell(at, topics.ErpOrders.Name(), "erp", o.OrderID, o.OrderID, a)
		percent = 25
	}
}

func choose[T any](is bool, yes, no T) T {
	if is {
		return yes
	}
	return no
}
