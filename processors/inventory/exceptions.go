package inventory

import (
	"fmt"

	"waybill/processors/conditions"
	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
)

// tellOversell raises an oversell that outlives the grace time, keeps what it says true, and clears it when there is
// enough again, or when the figures have become too old to tell.
func (in *inventory) tellOversell(s *stream.Step, key string, p *Position, available *schemas.Availability) {
	wasShort := p.Short
	p.Short = oversell(available)
	id := conditions.ID(conditions.Oversold, key)
	switch {
	case p.Short && !wasShort:
		in.grace.Set(s, key, s.Now().Add(in.policy.OversellGrace))
	case p.Short && in.conditions.Stands(s, id):
		in.raise(s, p, conditions.Oversold, id, oversoldMessage(available, p.UOM), p.Origin)
	case wasShort && !p.Short:
		in.grace.Cancel(s, key)
		in.conditions.Clear(s, conditions.Oversold, id, recovery(available))
	}
}

// graceEnds raises an oversell that has stood for the grace time; had it ended, its timer would be gone.
func (in *inventory) graceEnds(s *stream.Step, key string) error {
	p := in.positions.Get(s, state.Text(key))
	available := p.availability(in.lagBound(p))
	in.raise(s, p, conditions.Oversold, conditions.ID(conditions.Oversold, key), oversoldMessage(available, p.UOM), p.Origin)
	return nil
}

// tellUnexplained raises what a count leaves unexplained, and clears it when that is explained.
func (in *inventory) tellUnexplained(s *stream.Step, key string, before, p *Position) {
	id := conditions.ID(conditions.StockUnexplained, key)
	if message := p.unexplained(); message != "" {
		in.raise(s, p, conditions.StockUnexplained, id, message, p.Count.Origin)
	} else if before != nil && before.unexplained() != "" {
		in.conditions.Clear(s, conditions.StockUnexplained, id, "explained")
	}
}

// ready tells whether a movement can be taken, and puts its quantity into the base unit. When it cannot, what is missing
// is raised, and the position is woken when the item's master data changes. Only a movement that waited can find that
// raised already.
func (in *inventory) ready(s *stream.Step, key string, m *movement, waited bool) bool {
	item := in.items.Get(s, m.ItemID)
	ok := false
	if item != nil {
		m.uom = item.BaseUOM
		m.quantity, ok = inBase(item, m.Quantity, m.UOM)
	}
	unknown, mismatch := conditions.ID(conditions.UnknownReference, "stock", key), conditions.ID(conditions.UOMMismatch, "stock", key)
	p := &Position{ItemID: m.ItemID, WarehouseID: m.WarehouseID}
	if item == nil {
		in.raise(s, p, conditions.UnknownReference, unknown, fmt.Sprintf("item %s is not in master data; the stock of warehouse %s waits for it from movement %d on",
			m.ItemID, m.WarehouseID, m.sequence), m.origin)
	} else if waited {
		in.conditions.Clear(s, conditions.UnknownReference, unknown, "the item arrived")
	}
	if item != nil && !ok {
		in.raise(s, p, conditions.UOMMismatch, mismatch, fmt.Sprintf("movement %d of item %s in warehouse %s is of %s %s, which does not convert exactly into %s; the stock waits from there on",
			m.sequence, m.ItemID, m.WarehouseID, m.Quantity, m.UOM, item.BaseUOM), m.origin)
	} else if waited {
		in.conditions.Clear(s, conditions.UOMMismatch, mismatch, "the unit converts")
	}
	if !ok {
		in.items.Await(s, m.ItemID, key)
	}
	return ok
}

func (in *inventory) raise(s *stream.Step, p *Position, class, id, message string, cause schemas.Evidence) {
	condition := conditions.Raise(s.Now(), "inventory", class, id, message)
	condition.ItemID, condition.WarehouseID = new(p.ItemID), new(p.WarehouseID)
	condition.Causes = append(condition.Causes, cause)
	in.conditions.Raise(s, condition)
}
