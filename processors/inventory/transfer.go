package inventory

import (
	"waybill/processors/money"
	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
)

// Transfer is what another warehouse has sent to a position and what of it has arrived, as far as both ends name it. Which
// end is heard of first does not matter.
type Transfer struct {
	Sent    schemas.Quantity `avro:"sent"`    // base unit
	Arrived schemas.Quantity `avro:"arrived"` // base unit
}

// inTransit is what has not arrived. More may arrive than was sent: someone counted wrongly, and nothing is on its way.
func (t *Transfer) inTransit() schemas.Quantity { return max(0, t.Sent-t.Arrived) }

// expect takes what another warehouse sends here. Where master data does not know the item or its unit, it waits without a
// word: the movement that sent it says so.
func (in *inventory) expect(s *stream.Step, key string, position *Position, event *schemas.StockEvent) {
	m := &event.Movement
	position.ItemID, position.WarehouseID = m.ItemID, m.WarehouseID
	item := in.items.Get(s, m.ItemID)
	quantity, ok := schemas.Quantity(0), false
	if item != nil {
		quantity, ok = inBase(item, m.Quantity, m.UOM)
	}
	if !ok {
		in.expected.Put(s, state.TextPair{key, m.Meta.EventID}, event)
		in.items.Await(s, m.ItemID, key)
		return
	}
	position.AsOf = latest(position.AsOf, m.Meta.OccurredAt)
	in.arrive(s, key, position, *m.TransferID, quantity, 0)
}

// arrive adds to what was sent of a transfer, and to what arrived.
func (in *inventory) arrive(s *stream.Step, key string, position *Position, transferID string, sent, arrived schemas.Quantity) {
	row := state.TextPair{key, transferID}
	transfer, before := Transfer{}, schemas.Quantity(0)
	if stored := in.transfers.Get(s, row); stored != nil {
		transfer, before = *stored, stored.inTransit()
	}
	transfer.Sent, transfer.Arrived = money.Sum(transfer.Sent, sent), money.Sum(transfer.Arrived, arrived)
	in.transfers.Put(s, row, &transfer)
	position.InTransit = money.Sum(position.InTransit, transfer.inTransit(), -before)
}
