package inventory

import (
	"time"

	"waybill/processors/money"
	"waybill/schemas"
)

// Position is the stock of an item in a warehouse, in the item's base unit.
//
// Goods in quarantine are in the building: they are part of what is on hand and are taken off what can be promised. So a
// quarantine leaves what is on hand as it is, and goods that leave the building from quarantine leave both, by an issue
// and by a quarantine of a negative quantity.
type Position struct {
	ItemID      string `avro:"item_id"`
	WarehouseID string `avro:"warehouse_id"`
	UOM         string `avro:"uom"`      // the item's base unit
	Sequence    int64  `avro:"sequence"` // of the last movement taken; 0: none, only demand is known

	OnHand      schemas.Quantity `avro:"on_hand"`
	Reserved    schemas.Quantity `avro:"reserved"` // sum of the reservations that have not expired
	Quarantined schemas.Quantity `avro:"quarantined"`
	Committed   schemas.Quantity `avro:"committed"`  // sum over the order lines
	Allocated   schemas.Quantity `avro:"allocated"`  // sum over the order lines
	InTransit   schemas.Quantity `avro:"in_transit"` // sum over the transfers to here

	Stocked     bool             `avro:"stocked"`     // goods were moved or counted: the book says what is on hand
	Moved       schemas.Quantity `avro:"moved"`       // net of all movements of goods; what counts corrected is not in it
	Unexplained schemas.Quantity `avro:"unexplained"` // counted − expected, as far as nothing has explained it
	Count       *Count           `avro:"count"`       // the last

	AsOf   time.Time        `avro:"as_of"`   // latest occurred_at of movements and demand
	LastAt time.Time        `avro:"last_at"` // occurred_at of the last movement
	Lag    time.Duration    `avro:"lag"`     // recorded_at − occurred_at of the last movement
	Source string           `avro:"source"`  // of the last movement
	Origin schemas.Evidence `avro:"origin"`  // of the last movement

	Short bool  `avro:"short"` // more is promised than there is: the grace time runs, or the oversell is raised
	Held  int64 `avro:"held"`  // movements that wait for the item's master data
}

// movement is a stock movement whose quantity is in the base unit.
type movement struct {
	*schemas.StockMovement
	sequence int64
	quantity schemas.Quantity
	uom      string
	origin   schemas.Evidence
}

// move takes a movement of goods. Counts, reservations and releases, which need more than the position, are taken by
// count, reserve and release.
func (p *Position) move(kind schemas.MovementKind, quantity schemas.Quantity) {
	switch kind {
	case schemas.MovementReceipt, schemas.MovementTransferIn:
		p.goods(quantity)
	case schemas.MovementIssue, schemas.MovementTransferOut:
		p.goods(-quantity)
	case schemas.MovementAdjust:
		p.goods(p.explain(quantity))
	case schemas.MovementQuarantine:
		p.Quarantined = max(0, money.Sum(p.Quarantined, quantity))
	default:
	}
}

// goods moves goods in, or out when negative.
func (p *Position) goods(quantity schemas.Quantity) {
	p.OnHand, p.Moved, p.Stocked = money.Sum(p.OnHand, quantity), money.Sum(p.Moved, quantity), true
}

// note keeps what every movement says beside its quantity.
func (p *Position) note(m movement) {
	p.ItemID, p.WarehouseID, p.UOM, p.Sequence = m.ItemID, m.WarehouseID, m.uom, m.sequence
	p.LastAt, p.AsOf = m.Meta.OccurredAt, latest(p.AsOf, m.Meta.OccurredAt)
	p.Lag, p.Source, p.Origin = lag(m.Meta), m.Meta.Source, m.origin
}

// lag is how much later than it happened the source wrote an event: no clock of ours is in it.
func lag(meta schemas.Meta) time.Duration {
	if meta.RecordedAt.IsZero() {
		return 0
	}
	return max(0, meta.RecordedAt.Sub(meta.OccurredAt))
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func magnitude(quantity schemas.Quantity) schemas.Quantity {
	return max(quantity, -quantity)
}
