package inventory

import (
	"fmt"
	"time"

	"waybill/processors/money"
	"waybill/schemas"
)

// availability is what can be promised: what is on hand, less what is hard allocated, reserved, committed to accepted
// orders and in quarantine. The bound is the lag that the last movement's source may have, 0 for none; beyond it the
// figures are too old to raise an oversell from.
func (p *Position) availability(bound time.Duration) *schemas.Availability {
	return &schemas.Availability{
		ItemID: p.ItemID, WarehouseID: p.WarehouseID,
		OnHand: p.OnHand, Allocated: p.Allocated, Reserved: p.Reserved, Committed: p.Committed, Quarantined: p.Quarantined, InTransit: p.InTransit,
		AvailableToPromise: money.Sum(p.OnHand, -p.Allocated, -p.Reserved, -p.Committed, -p.Quarantined),
		AsOf:               p.AsOf,
		SourceLagSeconds:   int64(p.Lag / time.Second),
		Suppressed:         bound > 0 && p.Lag > bound,
		LastMovement:       new(p.LastAt),
	}
}

// sameAvailability compares all that is told.
func sameAvailability(a, b *schemas.Availability) bool {
	x, y := *a, *b
	x.AsOf, y.AsOf, x.LastMovement, y.LastMovement = time.Time{}, time.Time{}, nil, nil
	return x == y && a.AsOf.Equal(b.AsOf) && a.LastMovement.Equal(*b.LastMovement)
}

// oversell tells whether more is promised than there is, by figures that are fresh enough to say so.
func oversell(a *schemas.Availability) bool { return a.AvailableToPromise < 0 && !a.Suppressed }

// recovery is how an oversell ended.
func recovery(a *schemas.Availability) string {
	if a.Suppressed {
		return "suppressed: the source lags beyond its bound"
	}
	return "recovered"
}

func oversoldMessage(a *schemas.Availability, uom string) string {
	return fmt.Sprintf("item %s in warehouse %s: %s %s more promised than there is (on hand %s, allocated %s, reserved %s, committed %s, quarantined %s)",
		a.ItemID, a.WarehouseID, -a.AvailableToPromise, uom, a.OnHand, a.Allocated, a.Reserved, a.Committed, a.Quarantined)
}
