package workload

import (
	"fmt"
	"slices"
	"time"

	"waybill/schemas"
	"waybill/topics"
)

// movement is one that is planned: a position's movements are numbered in the order of their times.
type movement struct {
	at       time.Time
	lag      time.Duration // how much later the warehouse wrote it
	position string
	of       schemas.StockMovement
}

// moveStock tells what moves in the warehouses: what came in, what left with the shipments, and what else happens on the
// shelves.
func (t *teller) moveStock() {
	var planned []*movement
	add := func(at time.Time, itemID, warehouseID string, kind schemas.MovementKind, quantity schemas.Quantity, uom string) *movement {
		m := &movement{at: at, position: itemID + "@" + warehouseID, of: schemas.StockMovement{ItemID: itemID, WarehouseID: warehouseID, Kind: kind, Quantity: quantity, UOM: uom}}
		planned = append(planned, m)
		return m
	}
	var positions [][2]string
	for _, s := range t.shipments {
		for _, line := range s.shipped {
			position := [2]string{line.ItemID, s.warehouse}
			if !slices.Contains(positions, position) && (len(positions) < 5 || t.chance(30)) {
				positions = append(positions, position)
			}
			if slices.Contains(positions, position) && t.chance(80) {
				uom := line.UOM
				if uom == "pallet" && !t.chance(30) {
					uom = t.item(line.ItemID).BaseUOM
				}
				m := add(s.shippedAt, line.ItemID, s.warehouse, schemas.MovementIssue, line.Quantity, uom)
				m.of.OrderID, m.of.LineNo = new(line.OrderID), new(line.LineNo)
			}
		}
	}
	for _, position := range positions {
		base := t.item(position[0]).BaseUOM
		if t.chance(85) {
			add(t.after(opening, 0.2), position[0], position[1], schemas.MovementReceipt, units(int64(t.random.IntN(250))), base)
		}
		for range t.random.IntN(4) {
			t.shelf(add, position, base)
		}
	}
	slices.SortStableFunc(planned, func(a, b *movement) int { return a.at.Compare(b.at) })
	for _, m := range planned {
		sequence := t.sequences[topics.WmsInventory.Name()+"/"+m.position]
		if m.of.Kind == schemas.MovementCount && t.chance(70) {
			m.of.CutoffSequence = new(max(0, sequence-int64(t.random.IntN(4))))
		}
		told := m.of
		event := t.tell(m.at, topics.WmsInventory.Name(), system(m.of.WarehouseID), m.position, m.position, &told)
		if m.lag > 0 {
			told.Meta.RecordedAt, event.Kind = m.at.Add(m.lag), "late warehouse"
		}
	}
}

// shelf is what happens on a shelf beside goods that come and go.
func (t *teller) shelf(add func(time.Time, string, string, schemas.MovementKind, schemas.Quantity, string) *movement, position [2]string, base string) {
	at := t.after(opening, 100)
	quantity := units(int64(1 + t.random.IntN(40)))
	move := func(at time.Time, kind schemas.MovementKind, quantity schemas.Quantity) *movement {
		return add(at, position[0], position[1], kind, quantity, base)
	}
	switch t.random.IntN(9) {
	case 0:
		move(at, schemas.MovementReceipt, quantity)
	case 1:
		m := move(at, schemas.MovementAdjust, quantity*schemas.Quantity(pick(t, 1, -1)))
		m.of.Reason = new("found")
	case 2:
		out := move(at, schemas.MovementTransferOut, quantity)
		if t.chance(70) {
			t.transfers++
			out.of.TransferID, out.of.ToWarehouseID = new(fmt.Sprintf("transfer-%d", t.transfers)), new(pick(t, warehouses...))
			if arrives := t.random.IntN(4); arrives > 0 { // less of it, all, or more
				in := add(t.after(at, 24), position[0], *out.of.ToWarehouseID, schemas.MovementTransferIn, quantity*schemas.Quantity(arrives)/2, base)
				in.of.TransferID = out.of.TransferID
			}
		}
	case 3:
		move(at, schemas.MovementTransferIn, quantity)
	case 4, 5:
		m := move(at, schemas.MovementReserve, quantity)
		switch t.random.IntN(3) {
		case 0: // over before the history is
			m.of.ExpiresAt = new(at.Add(20 * time.Hour))
		case 1:
			m.of.ExpiresAt = new(t.history.End.AddDate(1, 0, t.random.IntN(3)))
		}
		if t.chance(60) {
			m.of.OrderID = new("A-1")
			if t.chance(60) {
				m.of.LineNo = new(int32(1 + t.random.IntN(2)))
			}
		}
		if t.chance(50) {
			release := move(t.after(at, 12), schemas.MovementRelease, quantity/one/2*one)
			release.of.OrderID, release.of.LineNo = m.of.OrderID, m.of.LineNo
			if t.chance(30) {
				release.of.LineNo = nil
			}
		}
	case 6:
		m := move(at, schemas.MovementQuarantine, quantity)
		if t.chance(30) {
			m.lag = time.Hour
		}
		if t.chance(50) {
			move(t.after(at, 30), schemas.MovementQuarantine, -quantity*schemas.Quantity(1+t.random.IntN(3))/2)
		}
	case 7:
		move(at, schemas.MovementCount, units(int64(t.random.IntN(200))))
		if t.chance(40) {
			move(t.after(at, 20), schemas.MovementAdjust, units(int64(t.random.IntN(41)-20)))
		}
	case 8:
		m := move(at, schemas.MovementReceipt, units(2))
		m.of.UOM = "box" // which not everything comes in
	}
}
