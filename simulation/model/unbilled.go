package model

// tellUnbilled raises what of each shipment was ready and is on no ERP invoice. What ERP billed of a line is of the shipments
// in the order of their ids; what is on several terms at once is left out with the shipment's other lines.
func (e *Expectation) tellUnbilled(orders map[string]*order, invoiced map[OrderLine]*invoicedLine) {
	for _, id := range sortedKeys(orders) {
		o := orders[id]
		worth, unsure := map[string]number{}, o.undetermined
		for _, l := range o.sorted() {
			at := OrderLine{id, l.no}
			unsure = unsure || e.Unmatched[at] || l.leave(invoiced[at], worth)
		}
		if unsure {
			e.Uninvoiced[id] = true
			continue
		}
		for _, shipment := range sortedKeys(worth) {
			if positive(worth[shipment]) {
				e.raise(Exception{Class: "unbilled", Orders: id, ShipmentID: shipment, Amount: worth[shipment], Currency: o.currency()})
			}
		}
	}
}

// leave adds what a line leaves to the worth of its shipments; it tells where that is for nobody to say.
func (l *line) leave(on *invoicedLine, worth map[string]number) (unsure bool) {
	type waits struct{ quantity, amount number }
	shipments := map[string]waits{}
	uom := ""
	for _, b := range l.billed {
		w, known := shipments[b.shipment()]
		if !known {
			w = waits{zero, zero}
		}
		shipments[b.shipment()] = waits{plus(w.quantity, b.quantity), plus(w.amount, b.amount)}
		unsure = unsure || uom != "" && uom != b.in.uom
		uom = b.in.uom
	}
	pool := zero
	if on != nil {
		for terms, of := range on.invoiced {
			if positive(of.quantity) && terms.uom != uom {
				return unsure // it is a mismatch
			}
			pool = plus(pool, notNegative(of.quantity))
		}
	}
	for _, id := range sortedKeys(shipments) {
		w := shipments[id]
		taken := least(pool, w.quantity)
		pool = minus(pool, taken)
		if positive(minus(w.quantity, taken)) && positive(w.amount) {
			off := payable(over(times(w.amount, taken), w.quantity), l.order.currency())
			worth[id] = plus(orZero(worth[id]), minus(w.amount, off))
		}
	}
	return unsure
}
