package fulfilment

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"waybill/schemas"
	"waybill/stream/sim"
	"waybill/topics"
)

// The cast of the tests: customers that differ by policy, items, prices of 2026, and two warehouses.

var day = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

func at(minutes int) time.Time { return day.Add(time.Duration(minutes) * time.Minute) }

func q(text string) schemas.Quantity { return schemas.MustQuantity(text) }

func percent(text string) *schemas.Percent { return new(schemas.MustPercent(text)) }

func price(text string) *schemas.Price { return new(schemas.MustPrice(text)) }

func customer(id string, change func(*schemas.Customer)) *schemas.Customer {
	c := &schemas.Customer{
		Meta: schemas.Meta{EventID: "c-" + id, Source: "erp", Position: new(int64(1)), OccurredAt: day, RecordedAt: day}, CustomerID: id, Name: id,
		Segment: "retail", Currency: "USD", InvoicePolicy: schemas.OnShipment, ShipPolicy: schemas.ShipPartial, SubstitutionPrice: schemas.PriceLower,
	}
	if change != nil {
		change(c)
	}
	return c
}

func item(id string, change func(*schemas.Item)) *schemas.Item {
	i := &schemas.Item{
		Meta: schemas.Meta{EventID: "i-" + id, Source: "erp", Position: new(int64(1)), OccurredAt: day, RecordedAt: day}, ItemID: id, BaseUOM: "EA",
		UOMs: []schemas.ItemUOM{{UOM: "CS", Numerator: 12, Denominator: 1}}, Substitutes: []string{},
	}
	if change != nil {
		change(i)
	}
	return i
}

func listPrice(id, itemID, amount string, change func(*schemas.ItemPrice)) *schemas.ItemPrice {
	p := &schemas.ItemPrice{
		Meta: schemas.Meta{EventID: "p-" + id, Source: "erp", Position: new(int64(1)), OccurredAt: day, RecordedAt: day}, PriceID: id, ItemID: itemID,
		Currency: "USD", ValidFrom: schemas.MustDate("2026-01-01"), UOM: "EA", UnitPrice: schemas.MustPrice(amount), PriceUnit: 1,
	}
	if change != nil {
		change(p)
	}
	return p
}

func warehouse(id string) *schemas.Warehouse {
	return &schemas.Warehouse{
		Meta: schemas.Meta{EventID: "w-" + id, Source: "erp", Position: new(int64(1)), OccurredAt: day, RecordedAt: day}, WarehouseID: id, Name: id,
		Region: "R", TimeZone: "UTC", Owner: "warehouse " + id,
	}
}

// line is an open order line of item A at 10.00 each from the eastern warehouse.
func line(lineNo int32, quantity string, change func(*schemas.OrderLine)) schemas.OrderLine {
	l := schemas.OrderLine{
		LineNo: lineNo, ItemID: "A", Quantity: q(quantity), UOM: "EA", UnitPrice: price("10"), PriceUnit: 1, WarehouseID: "EAST",
		RequestedDate: schemas.MustDate("2026-03-05"), Substitution: schemas.SubstitutionAllowed, Status: schemas.LineOpen,
	}
	if change != nil {
		change(&l)
	}
	return l
}

func order(id string, sequence int64, minutes int, change func(*schemas.Order), lines ...schemas.OrderLine) *schemas.OrderEvent {
	o := &schemas.Order{
		Meta:    schemas.Meta{EventID: fmt.Sprintf("%s-%d", id, sequence), Source: "b2b-shop", Sequence: &sequence, OccurredAt: at(minutes), RecordedAt: at(minutes)},
		OrderID: id, CustomerID: "ACME", Channel: "web", OrderType: "standard", Currency: "USD", Status: schemas.OrderPlaced, Lines: lines,
	}
	if sequence > 1 {
		o.Status = schemas.OrderChanged
	}
	if change != nil {
		change(o)
	}
	return &schemas.OrderEvent{OrderID: id, Order: o, Origin: schemas.Evidence{Topic: "commerce.orders", Offset: sequence, EventID: o.Meta.EventID}}
}

func accepted(lineNo int32, quantity, unitPrice string, change func(*schemas.AcceptedLine)) schemas.AcceptedLine {
	l := schemas.AcceptedLine{
		LineNo: lineNo, ItemID: "A", Status: schemas.Accepted, ConfirmedQuantity: q(quantity), UOM: "EA", UnitPrice: *price(unitPrice), PriceUnit: 1,
	}
	if change != nil {
		change(&l)
	}
	return l
}

func acceptance(id string, position int64, minutes int, status schemas.AcceptanceStatus, lines ...schemas.AcceptedLine) *schemas.OrderEvent {
	a := &schemas.OrderAcceptance{
		Meta:    schemas.Meta{EventID: fmt.Sprintf("%s-a%d", id, position), Source: "erp", Position: &position, OccurredAt: at(minutes), RecordedAt: at(minutes)},
		OrderID: id, Status: status, Currency: "USD", Lines: lines,
	}
	return &schemas.OrderEvent{OrderID: id, Acceptance: a, Origin: schemas.Evidence{Topic: "erp.orders", Offset: position, EventID: a.Meta.EventID}}
}

func box(lineNo int32, itemID, quantity string, change func(*schemas.ShipmentLine)) schemas.ShipmentLine {
	l := schemas.ShipmentLine{LineNo: lineNo, ItemID: itemID, Quantity: q(quantity), UOM: "EA"}
	if change != nil {
		change(&l)
	}
	return l
}

func shipment(orderID, id string, sequence int64, minutes int, milestone schemas.Milestone, lines ...schemas.ShipmentLine) *schemas.ShipmentEvent {
	for i := range lines {
		lines[i].OrderID = orderID
	}
	s := schemas.Shipment{
		Meta:       schemas.Meta{EventID: fmt.Sprintf("%s-%d", id, sequence), Source: "wms-east", Sequence: &sequence, OccurredAt: at(minutes), RecordedAt: at(minutes)},
		ShipmentID: id, WarehouseID: "EAST", Milestone: milestone, Lines: slices.Clone(lines),
	}
	if s.Lines == nil {
		s.Lines = []schemas.ShipmentLine{}
	}
	return &schemas.ShipmentEvent{OrderID: orderID, Shipment: &s, Origin: schemas.Evidence{Topic: "wms.shipments", Partition: int32(len(id)), Offset: int64(id[len(id)-1])*100 + sequence, EventID: s.Meta.EventID}}
}

func last(e *schemas.ShipmentEvent) *schemas.ShipmentEvent {
	e.Shipment.LastForOrder = true
	return e
}

// hold is a hold on a shipment, or on the whole order where there is none, among the events of that.
func hold(id, orderID, shipmentID string, sequence int64, active bool) any {
	h := &schemas.Hold{HoldID: id, Active: active, Class: "unreadable", Since: day}
	if sequence > 0 {
		h.Sequence = &sequence
	}
	if shipmentID == "" {
		return &schemas.OrderEvent{OrderID: orderID, Hold: h, Origin: schemas.Evidence{Topic: "commerce.orders", Offset: sequence}}
	}
	h.ShipmentID = &shipmentID
	return &schemas.ShipmentEvent{OrderID: orderID, Hold: h, Origin: schemas.Evidence{Topic: "wms.shipments", Offset: sequence}}
}

func holdOf(event any) *schemas.Hold {
	if e, ofOrder := event.(*schemas.OrderEvent); ofOrder {
		return e.Hold
	}
	return event.(*schemas.ShipmentEvent).Hold
}

// scene is a world with the stage in it.
type scene struct {
	*sim.World
	t *testing.T
}

func newScene(t *testing.T, options sim.Options) *scene {
	return &scene{sim.New(t, options, Stage(catalogue(t), DefaultPolicy())), t}
}

// catalogue requires acceptance in channel edi, and in no other.
func catalogue(t *testing.T) topics.Catalogue {
	t.Helper()
	c := topics.Default()
	if c.Channel("edi").Acceptance != topics.AcceptanceRequired || c.Channel("web").Acceptance != topics.AcceptanceImplied {
		t.Fatal("the tests need a channel edi with acceptance required, and web with acceptance implied")
	}
	return c
}

// play sends events one after the other, each to its topic, and has the stage take each before the next.
func (sc *scene) play(events ...any) {
	sc.t.Helper()
	for _, event := range events {
		sc.send(event)
		sc.Run()
	}
}

func (sc *scene) send(event any) {
	sc.t.Helper()
	switch e := event.(type) {
	case *schemas.OrderEvent:
		sim.Send(sc.World, topics.Orders, e.OrderID, e)
	case *schemas.ShipmentEvent:
		sim.Send(sc.World, topics.Shipments, e.OrderID, e)
	case *schemas.Override:
		sim.Send(sc.World, topics.Overrides, e.OrderID, e)
	case *schemas.Action:
		sim.Send(sc.World, topics.Actions, e.Command.Target, e)
	case *schemas.Customer:
		sim.Send(sc.World, topics.Customers, e.CustomerID, e)
	case *schemas.Item:
		sim.Send(sc.World, topics.Items, e.ItemID, e)
	case *schemas.ItemPrice:
		sim.Send(sc.World, topics.Prices, topics.PriceKey(e.ItemID, e.PriceID), e)
	case *schemas.Warehouse:
		sim.Send(sc.World, topics.Warehouses, e.WarehouseID, e)
	default:
		sc.t.Fatalf("no topic for a %T", event)
	}
}

// masters is the master data that most tests begin with.
func masters() []any {
	return []any{
		customer("ACME", nil), item("A", nil), item("B", nil), item("C", nil), listPrice("A1", "A", "11", nil), listPrice("B1", "B", "8", nil),
		warehouse("EAST"), warehouse("WEST"),
	}
}

// bills writes every record of o2c.invoice-ready, one a line, in the order in which they were written.
func (sc *scene) bills() string {
	sc.t.Helper()
	var lines []string
	for _, sent := range sim.Read(sc.World, topics.InvoiceReady) {
		b := sent.Value
		text := fmt.Sprintf("%s #%d %s %s %s", b.OrderID, b.Revision, b.Kind, b.Rule, b.CustomerID)
		for _, l := range b.Lines {
			items := l.ShippedItemID
			if l.OrderedItemID != l.ShippedItemID {
				items = l.OrderedItemID + "→" + l.ShippedItemID
			}
			text += fmt.Sprintf(" | %d %s %s %s @%s/%d = %s (%s)", l.LineNo, items, l.Quantity, l.UOM, l.UnitPrice, l.PriceUnit, l.Amount, l.ShipmentID)
		}
		lines = append(lines, text+fmt.Sprintf(" | %s %s", b.Total, b.Currency))
	}
	return strings.Join(lines, "\n")
}

// open lists the conditions that stand: class, order, line, amount and message.
func (sc *scene) open() string {
	sc.t.Helper()
	var lines []string
	for _, c := range sc.standing() {
		text := fmt.Sprintf("%s %s", c.Class, *c.OrderID)
		if c.LineNo != nil {
			text += fmt.Sprintf("/%d", *c.LineNo)
		}
		if c.AmountAtRisk != nil {
			text += fmt.Sprintf(" %s %s", *c.AmountAtRisk, *c.Currency)
		}
		lines = append(lines, text+": "+c.Message)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func (sc *scene) standing() []*schemas.Condition {
	sc.t.Helper()
	standing := map[string]*schemas.Condition{}
	for _, sent := range sim.Read(sc.World, topics.Conditions) {
		switch sent.Value.Kind {
		case schemas.ConditionRaised:
			standing[sent.Key] = sent.Value
		case schemas.ConditionCleared:
			delete(standing, sent.Key)
		}
	}
	var all []*schemas.Condition
	for _, c := range standing {
		if all = append(all, c); len(c.Causes) == 0 {
			sc.t.Errorf("%s %s names no record that it rests on", c.Class, c.Message)
		}
	}
	slices.SortFunc(all, func(a, b *schemas.Condition) int { return cmp.Compare(a.ExceptionID, b.ExceptionID) })
	return all
}

// demand lists the demand that is not zero, as last told.
func (sc *scene) demand() string {
	sc.t.Helper()
	latest := map[string]string{}
	for _, sent := range sim.Read(sc.World, topics.Demand) {
		d := sent.Value
		key := fmt.Sprintf("%s/%d %s@%s", d.OrderID, d.LineNo, d.ItemID, d.WarehouseID)
		if latest[key] = fmt.Sprintf("%s committed %s allocated %s", key, d.Committed, d.Allocated); d.Committed == 0 && d.Allocated == 0 {
			delete(latest, key)
		}
	}
	var lines []string
	for _, text := range latest {
		lines = append(lines, text)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// assessments lists the latest assessment of every hold and order.
func (sc *scene) assessments() string {
	sc.t.Helper()
	latest := map[string]string{}
	for _, sent := range sim.Read(sc.World, topics.Conditions) {
		if c := sent.Value; c.Kind == schemas.ConditionAssessed {
			text := c.ExceptionID + " " + *c.OrderID
			if c.CustomerID != nil && c.Channel != nil {
				text += " " + *c.CustomerID + " " + *c.Channel
			}
			if c.Segment != nil {
				text += " " + *c.Segment
			}
			if c.AmountAtRisk != nil {
				text += " " + c.AmountAtRisk.String() + " " + *c.Currency
			}
			latest[c.ExceptionID+*c.OrderID] = text
		}
	}
	var lines []string
	for _, text := range latest {
		lines = append(lines, text)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func expect(t *testing.T, what, got string, want ...string) {
	t.Helper()
	if wanted := strings.Join(want, "\n"); got != wanted {
		t.Errorf("%s:\n%s\nwant:\n%s", what, got, wanted)
	}
}
