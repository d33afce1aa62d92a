package figures

import (
	"time"

	"waybill/processors/money"
	"waybill/schemas"
)

// ofReceivable is what an ERP invoice counts for. A credit memo that names no invoice is one below zero: it is billed and
// open, and cannot be disputed.
func ofReceivable(r *schemas.Receivable) []Count {
	if r.State == schemas.ReceivableCancelled {
		return nil
	}
	var t tally
	if r.IssuedOn != nil {
		t.add(Place{Figure: DSO, Day: *r.IssuedOn, Currency: r.Currency}, Measures{Counted: 1, Amount: r.Billed})
		if r.Billed > 0 {
			t.add(Place{Figure: DisputeRate, Day: *r.IssuedOn}, met(r.Disputes > 0))
		}
	}
	if r.Open != 0 {
		t.add(Place{Figure: DSO, Currency: r.Currency}, Measures{Counted: 1, Amount: r.Open})
	}
	return t.counts
}

// ofPayment is what a payment counts for.
func ofPayment(p *schemas.Payment) []Count {
	if p.Amount <= 0 {
		return nil
	}
	m := met(false)
	if money.Applied(p.Applications) >= p.Amount {
		m = took(int64(p.Meta.OccurredAt.Sub(p.ReceivedOn.Time()) / time.Second))
	}
	return []Count{{Place{Figure: PaymentApplied, Day: p.ReceivedOn}, m}}
}

// ofException is what an exception counts for, as long as it is not resolved.
func ofException(e *schemas.Exception) []Count {
	if e.Status == schemas.ExceptionResolved {
		return nil
	}
	place := Place{Figure: ExceptionAge, Day: dayOf(e.OpenedAt), Cause: e.Class, Owner: e.Owner, Warehouse: text(e.WarehouseID), Channel: text(e.Channel)}
	m := Measures{Counted: 1}
	if e.AmountAtRisk != nil && e.Currency != nil {
		place.Currency, m.Amount = *e.Currency, *e.AmountAtRisk
	}
	return []Count{{place, m}}
}

// ofStock is what an item in a warehouse counts for. While the WMS lags, its numbers are not believed.
func ofStock(a *schemas.Availability) []Count {
	if a.AvailableToPromise >= 0 || a.Suppressed {
		return nil
	}
	return []Count{{Place{Figure: OversoldUnits, Warehouse: a.WarehouseID}, Measures{Counted: 1, Quantity: -a.AvailableToPromise}}}
}

func text(of *string) string {
	if of == nil {
		return ""
	}
	return *of
}
