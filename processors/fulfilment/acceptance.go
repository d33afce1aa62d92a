package fulfilment

import (
	"time"

	"waybill/schemas"
)

// standing is how far a line is agreed with ERP, the financial authority.
type standing uint8

const (
	agreed    standing = iota // accepted, or its channel does without
	awaited                   // acceptance is required and has not come
	rejected                  // ERP does not want it
	withdrawn                 // ERP has cancelled it
)

// agreement is what holds of a line: what ERP accepted wins over what was placed.
type agreement struct {
	standing     standing
	itemID       string
	quantity     schemas.Quantity
	uom          string
	price        *Price // nil: nobody has named one, the price list decides
	saysFree     bool   // the order line itself says a price of zero
	currency     string
	warehouseID  string
	substitution schemas.Substitution
	placedItemID string
	open         bool      // it is on the order, neither cancelled there nor left out
	endedAt      time.Time // when not open
}

// agree joins a placed line with what ERP said. Required says whether the order's channel waits for acceptance.
//
// A line that ERP does not name stands as placed where acceptance is implied. ERP's quantity counts as of its latest
// word, whatever it said before: of a monotonic source nobody can tell what was said in between.
func agree(order *OrderRow, line *LineRow, required bool) agreement {
	placed, head := line.Placed, order.Accepted
	a := agreement{
		itemID: placed.ItemID, quantity: placed.Quantity, uom: placed.UOM, currency: currencyOf(order),
		warehouseID: placed.WarehouseID, substitution: placed.Substitution, placedItemID: placed.ItemID, open: line.EndedAt == nil,
	}
	if !a.open {
		a.endedAt = *line.EndedAt
	}
	if placed.UnitPrice != nil {
		a.saysFree = *placed.UnitPrice == 0
		if order.Placed.Currency == a.currency {
			a.price = &Price{*placed.UnitPrice, placed.PriceUnit, placed.UOM}
		}
	}
	switch {
	case head != nil && head.Status == schemas.AcceptanceRejected:
		a.standing = rejected
	case head != nil && head.Status == schemas.AcceptanceCancelled:
		a.standing = withdrawn
	case head == nil || line.Accepted == nil:
		if required {
			a.standing = awaited
		}
	default:
		a.accept(line.Accepted)
	}
	return a
}

func (a *agreement) accept(accepted *schemas.AcceptedLine) {
	switch accepted.Status {
	case schemas.AcceptanceRejected:
		a.standing = rejected
	case schemas.AcceptanceCancelled:
		a.standing = withdrawn
	default:
		a.itemID, a.quantity, a.uom = accepted.ItemID, accepted.ConfirmedQuantity, accepted.UOM
		a.price = &Price{accepted.UnitPrice, accepted.PriceUnit, accepted.UOM}
	}
}

// expectsShipping says that the line is open and ERP wants it, or may still.
func (a *agreement) expectsShipping() bool {
	return a.open && a.standing != rejected && a.standing != withdrawn
}

// currencyOf is the currency that the order is billed in: ERP's once it has spoken.
func currencyOf(order *OrderRow) string {
	if order.Accepted != nil && order.Accepted.Currency != "" {
		return order.Accepted.Currency
	}
	return order.Placed.Currency
}
