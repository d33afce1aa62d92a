package distributor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"waybill/processors/conditions"
	"waybill/schemas"
	"waybill/topics"
)

// Story is two months of a small distributor, and with them everything that can go wrong with an event: what tests play
// in every order, doubled, with crashes and on every broker.
type Story struct {
	Steering []Record // repairs: they are there before anything is replayed
	Records  []Record // in the order in which it happened
	End      time.Time
}

// Record is a source record as it goes to its topic.
type Record struct {
	Topic      string
	Key, Value []byte
}

var opening = time.Date(2026, 3, 2, 7, 0, 0, 0, time.UTC)

// Tell makes the story, with the schema ids of a registry. Foreign is the schema of wms.shipments by which another
// release of a WMS writes (examples/schemas/wms.shipments-4.2.avsc); the registry knows it.
func Tell(ctx context.Context, registry schemas.Registry, foreign string) (*Story, error) {
	s, t := &Story{End: opening.AddDate(0, 2, 1)}, &teller{ctx: ctx, registry: registry, encoder: NewEncoder(registry)}
	d := New(Options{Seed: 7, Customers: 6, Items: 12})
	s.tell(t, d.MasterData(opening)...)
	for i := range 8 {
		d.Order(opening.Add(time.Duration(i) * 3 * time.Hour))
	}
	s.tell(t, d.Until(opening.AddDate(0, 2, 0))...)
	s.tellTroubles(t, foreign)
	return s, t.err
}

// teller encodes, and keeps the first error.
type teller struct {
	ctx      context.Context
	registry schemas.Registry
	encoder  *Encoder
	err      error
}

func (t *teller) note(err error) { t.err = errors.Join(t.err, err) }

func (s *Story) tell(t *teller, events ...Event) {
	for _, event := range events {
		value, err := t.encoder.Encode(t.ctx, event)
		t.note(err)
		s.Records = append(s.Records, Record{event.Topic, []byte(event.Key), value})
	}
}

// tellTroubles adds what a good month does not have.
func (s *Story) tellTroubles(t *teller, foreign string) {
	at := opening.AddDate(0, 0, 3)
	event := func(topic, key string, value any) { s.tell(t, Event{At: at, Topic: topic, Key: key, Value: value}) }
	number := int64(0)
	meta := func(source string) schemas.Meta {
		number++
		return schemas.Meta{EventID: fmt.Sprintf("trouble-%d", number), Source: source, OccurredAt: at.Add(time.Duration(number) * time.Minute), RecordedAt: at}
	}
	numbered := func(source string, sequence int64) schemas.Meta {
		m := meta(source)
		m.Sequence = &sequence
		return m
	}
	positioned := func(source string, position int64) schemas.Meta {
		m := meta(source)
		m.Position = &position
		return m
	}
	line := func(no int32, item string, quantity string, price string) schemas.OrderLine {
		p := schemas.MustPrice(price)
		return schemas.OrderLine{LineNo: no, ItemID: item, Quantity: schemas.MustQuantity(quantity), UOM: "each", UnitPrice: &p, PriceUnit: 1,
			WarehouseID: "east", RequestedDate: schemas.DateOf(at), Substitution: schemas.SubstitutionNever, Status: schemas.LineOpen}
	}
	order := func(id, customer, channel string, sequence int64, status schemas.OrderStatus, lines ...schemas.OrderLine) {
		source := "b2b-shop"
		if channel == "edi" {
			source = "edi"
		}
		event(topics.CommerceOrders.Name(), id, &schemas.Order{Meta: numbered(source, sequence), OrderID: id, CustomerID: customer, Channel: channel,
			OrderType: "standard", Currency: "USD", Status: status, Lines: lines})
	}
	shipment := func(id string, sequence int64, milestone schemas.Milestone, last bool, lines ...schemas.ShipmentLine) schemas.Shipment {
		return schemas.Shipment{Meta: numbered("wms-east", sequence), ShipmentID: id, WarehouseID: "east", Milestone: milestone, LastForOrder: last, Lines: lines}
	}
	ship := func(one schemas.Shipment) { event(topics.WmsShipments.Name(), one.ShipmentID, &one) }
	box := func(order string, no int32, item, quantity string) schemas.ShipmentLine {
		return schemas.ShipmentLine{OrderID: order, LineNo: no, ItemID: item, Quantity: schemas.MustQuantity(quantity), UOM: "each"}
	}

	// An event of another writer schema, mended by a repair and replayed; one that is not replayed.
	unreadable := func(id string, sequence int64, order string, item string) {
		text := fmt.Sprintf(`{"meta":{"event_id":"%s-%d","source":"wms-east","sequence":%d,"occurred_at":"2026-03-06T10:00:00Z","recorded_at":"2026-03-06T10:00:00Z"},
			"shipment_id":"%s","warehouse_id":"east","milestone":"shipped","lines":[{"order_id":"%s","line_no":1,"item_id":"%s","qty_shipped":"4","uom":"each"}]}`,
			id, sequence, sequence, id, order, item)
		value, err := schemas.EncodeJSON(t.ctx, t.registry, topics.WmsShipments.Name(), foreign, []byte(text))
		t.note(err)
		s.Records = append(s.Records, Record{topics.WmsShipments.Name(), []byte(id), value})
	}
	order("X-1", "C-001", "web", 1, schemas.OrderPlaced, line(1, "T-0001", "4", "10"))
	order("X-2", "C-001", "web", 1, schemas.OrderPlaced, line(1, "T-0002", "4", "11.50"))
	ship(shipment("XS-1", 1, schemas.MilestonePicked, false, box("X-1", 1, "T-0001", "4")))
	unreadable("XS-1", 2, "X-1", "T-0001")
	ship(shipment("XS-1", 3, schemas.MilestoneDelivered, true, box("X-1", 1, "T-0001", "4")))
	ship(shipment("XS-2", 1, schemas.MilestonePicked, false, box("X-2", 1, "T-0002", "4")))
	s.Records = append(s.Records, Record{topics.WmsShipments.Name(), []byte("XS-2"), []byte("not of the wire format")})
	replayed := conditions.ID(conditions.Unreadable, topics.WmsShipments.Name(), "XS-1", "2")
	command := &schemas.Command{Meta: meta("waybill"), CommandID: "c-1", Actor: "ines", Kind: schemas.CommandReplay, Target: replayed, Reason: "mended", Payload: "{}"}
	encoded, err := schemas.NewCodec[schemas.Command](t.registry, topics.Commands.Name()).Append(t.ctx, nil, command)
	t.note(err)
	s.Records = append(s.Records, Record{topics.Commands.Name(), []byte(replayed), encoded})
	writer, err := schemas.Fingerprint(foreign)
	t.note(err)
	to := "quantity"
	repair := &schemas.Repair{RepairID: "wms-4.2", Topic: topics.WmsShipments.Name(), Writer: writer, Why: "renamed",
		Steps: []schemas.RepairStep{{Action: schemas.RepairRename, Path: "lines[].qty_shipped", To: &to}}}
	encoded, err = schemas.NewCodec[schemas.Repair](t.registry, topics.Repairs.Name()).Append(t.ctx, nil, repair)
	t.note(err)
	s.Steering = append(s.Steering, Record{topics.Repairs.Name(), []byte(topics.RepairKey(repair.Topic, writer)), encoded})

	// A gap that never fills; a shipment of an order that nobody knows; an item and a customer that nobody knows.
	order("X-3", "C-002", "web", 1, schemas.OrderPlaced, line(1, "T-0003", "2", "5"))
	ship(shipment("XS-3", 1, schemas.MilestonePicked, false, box("X-3", 1, "T-0003", "2")))
	ship(shipment("XS-3", 3, schemas.MilestoneShipped, true, box("X-3", 1, "T-0003", "2")))
	ship(shipment("XS-4", 1, schemas.MilestoneShipped, true, box("X-404", 1, "T-0003", "2")))
	order("X-5", "C-404", "web", 1, schemas.OrderPlaced, line(1, "T-404", "2", "5"))
	ship(shipment("XS-5", 1, schemas.MilestoneShipped, true, box("X-5", 1, "T-404", "2")))

	// ERP does not answer; ERP answers late with another price; a line is cancelled after it was shipped.
	order("X-6", "C-002", "edi", 1, schemas.OrderPlaced, line(1, "T-0004", "2", "5"))
	ship(shipment("XS-6", 1, schemas.MilestoneShipped, true, box("X-6", 1, "T-0004", "2")))
	order("X-7", "C-001", "web", 1, schemas.OrderPlaced, line(1, "T-0005", "6", "9.99"), line(2, "T-0006", "1", "3"))
	ship(shipment("XS-7", 1, schemas.MilestoneShipped, true, box("X-7", 1, "T-0005", "6"), box("X-7", 2, "T-0006", "1")))
	accepted := func(no int32, item, quantity, price string) schemas.AcceptedLine {
		return schemas.AcceptedLine{LineNo: no, ItemID: item, Status: schemas.Accepted, ConfirmedQuantity: schemas.MustQuantity(quantity), UOM: "each",
			UnitPrice: schemas.MustPrice(price), PriceUnit: 1, ConfirmedDate: schemas.DateOf(at)}
	}
	for i, price := range []string{"9.50", "9.25"} {
		event(topics.ErpOrders.Name(), "X-7", &schemas.OrderAcceptance{Meta: positioned("erp", 900_001+int64(i)), OrderID: "X-7", Status: schemas.Accepted, Currency: "USD",
			Lines: []schemas.AcceptedLine{accepted(1, "T-0005", "6", price), accepted(2, "T-0006", "1", "3")}})
	}
	cancelled := line(2, "T-0006", "1", "3")
	cancelled.Status = schemas.LineCancelled
	order("X-7", "C-001", "web", 2, schemas.OrderChanged, line(1, "T-0005", "6", "9.99"), cancelled)

	// Two shipments that are too much together.
	order("X-8", "C-003", "web", 1, schemas.OrderPlaced, line(1, "T-0007", "10", "2"))
	ship(shipment("XS-8a", 1, schemas.MilestoneShipped, false, box("X-8", 1, "T-0007", "7")))
	ship(shipment("XS-8b", 1, schemas.MilestoneShipped, true, box("X-8", 1, "T-0007", "6")))

	// One system speaks of what another owns; ERP invoices what was never shipped; more is promised than there is.
	foul := shipment("XS-9", 1, schemas.MilestoneShipped, true, box("X-3", 1, "T-0003", "2"))
	foul.Meta.Source = "b2b-shop"
	ship(foul)
	event(topics.ErpInvoices.Name(), "XI-1", &schemas.Invoice{Meta: positioned("erp", 900_010), InvoiceID: "XI-1", Kind: schemas.InvoiceKindInvoice, CustomerID: "C-002",
		Currency: "USD", IssuedOn: schemas.DateOf(at), DueOn: schemas.DateOf(at), Total: schemas.MustAmount("10"),
		Lines: []schemas.InvoiceLine{{OrderID: "X-3", LineNo: 1, ItemID: "T-0003", Quantity: schemas.MustQuantity("2"), UOM: "each", UnitPrice: schemas.MustPrice("5"), PriceUnit: 1, Amount: schemas.MustAmount("10")}}})
	order("X-10", "C-003", "web", 1, schemas.OrderPlaced, line(1, "T-0008", "100000", "1"))
}
