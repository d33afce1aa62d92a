package tracker

import "waybill/schemas"

// terms are what holds of a line: what ERP accepted wins over what was placed.
type terms struct {
	lineNo   int32
	item     unit             // in which it is counted, if it can be
	placed   counted          // quantity as placed
	accepted schemas.Quantity // in the item's unit; zero: not, or not yet
	open     bool             // neither the order nor ERP has cancelled or refused it

	quantity  schemas.Quantity // that is priced
	price     schemas.Price
	priceUnit int64
	priced    bool
}

func (o *order) termsOf(line *LineRow) terms {
	placed := line.Placed
	own := unit{placed.ItemID, placed.UOM}
	t := terms{
		lineNo: line.LineNo, item: own, placed: counted{own, quantities{ordered: placed.Quantity}},
		open:     o.row.Placed.Status != schemas.OrderCancelled && !line.Cancelled && line.PlacedRevision == o.row.PlacedRevision,
		quantity: placed.Quantity,
	}
	head := o.row.Accepted
	sameCurrency := head == nil || head.Currency == "" || head.Currency == o.row.Placed.Currency
	if placed.UnitPrice != nil && sameCurrency {
		t.price, t.priceUnit, t.priced = *placed.UnitPrice, placed.PriceUnit, true
	}
	if head == nil {
		return t
	}
	if refused(head.Status) {
		t.open = false
		return t
	}
	if line.Accepted == nil || line.AcceptedRevision != o.row.AcceptedRevision {
		return t
	}
	if refused(line.Accepted.Status) {
		t.open = false
		return t
	}
	said := line.Accepted
	t.item, t.accepted, t.quantity = unit{said.ItemID, said.UOM}, said.ConfirmedQuantity, said.ConfirmedQuantity
	t.price, t.priceUnit, t.priced = said.UnitPrice, said.PriceUnit, true
	return t
}

func refused(status schemas.AcceptanceStatus) bool {
	return status == schemas.AcceptanceRejected || status == schemas.AcceptanceCancelled
}

// state is where the line stands, given how far it has come.
func (t *terms) state(p *progress, known items) schemas.OrderLineState {
	parts := append([]counted{t.placed, {t.item, quantities{accepted: t.accepted}}}, p.parts...)
	q, uom := count(t.item, parts, known)
	line := schemas.OrderLineState{
		LineNo: t.lineNo, ItemID: t.item.itemID, UOM: uom, Stage: t.stage(p), Ordered: q[ordered],
		Accepted: q[accepted], Allocated: q[allocated], Picked: q[picked], Packed: q[packed], Shipped: q[shipped], Delivered: q[delivered],
		InvoiceReady: q[invoiceReady], Invoiced: q[invoiced], Returned: q[returned],
	}
	for _, part := range p.parts {
		if part.quantities[shipped] > 0 && part.unit.itemID != t.item.itemID {
			line.ShippedItemID = new(part.unit.itemID)
			break
		}
	}
	return line
}

// stage is the furthest that any of the line has reached. A line that nobody wants any more is cancelled, unless something
// of it has left the warehouse or is billed.
func (t *terms) stage(p *progress) schemas.LineStage {
	switch {
	case p.paid && p.raw[invoiced] > 0:
		return schemas.StagePaid
	case p.disputed:
		return schemas.StageDisputed
	case p.raw[invoiced] > 0:
		return schemas.StageInvoiced
	case p.raw[invoiceReady] > 0:
		return schemas.StageInvoiceReady
	case p.raw[delivered] > 0:
		return schemas.StageDelivered
	case p.raw[shipped] > 0:
		return schemas.StageShipped
	case !t.open:
		return schemas.StageCancelled
	case p.raw[packed] > 0:
		return schemas.StagePacked
	case p.raw[picked] > 0:
		return schemas.StagePicked
	case p.raw[allocated] > 0:
		return schemas.StageAllocated
	case t.accepted > 0:
		return schemas.StageAccepted
	}
	return schemas.StagePlaced
}
