package inventory

import (
	"waybill/processors/money"
	"waybill/schemas"
	"waybill/state"
)

// demandKey is the key of what an order line asks of a position.
type demandKey struct {
	position string
	orderID  string
	lineNo   int32
}

// AppendKey appends position, order and line.
func (k demandKey) AppendKey(dst []byte) []byte {
	return state.AppendInt(state.TextPair{k.position, k.orderID}.AppendKey(dst), int64(k.lineNo))
}

// demand puts what an order line asks now in place of what it asked before (nil: nothing).
func (p *Position) demand(before, now *schemas.Demand) {
	p.ItemID, p.WarehouseID = now.ItemID, now.WarehouseID
	p.Committed, p.Allocated = money.Sum(p.Committed, now.Committed), money.Sum(p.Allocated, now.Allocated)
	if before != nil {
		p.Committed, p.Allocated = money.Sum(p.Committed, -before.Committed), money.Sum(p.Allocated, -before.Allocated)
	}
	p.AsOf = latest(p.AsOf, now.At)
}
