package model

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"waybill/schemas"
	"waybill/simulation/workload"
)

// waiver is that a person lets a reason of a line go, or takes that back.
type waiver struct {
	workload.Waived
	id       string
	at       time.Time
	undo     bool
	quantity number // in uom
	price    *price
	uom      string
	currency string
}

// waive keeps what a person let go of a line, each once, in the order in which it was given.
func (f *facts) waive(event *workload.Event) {
	command := event.Value.(*schemas.Command)
	w := &waiver{Waived: *event.Waives, id: command.CommandID, at: command.Meta.OccurredAt}
	var said struct {
		Undo      bool              `json:"undo"`
		Quantity  *schemas.Quantity `json:"quantity"`
		Price     *schemas.Price    `json:"price"`
		PriceUnit int64             `json:"price_unit"`
		UOM       string            `json:"uom"`
		Currency  string            `json:"currency"`
	}
	if command.Payload != "" {
		if err := json.Unmarshal([]byte(command.Payload), &said); err != nil {
			return
		}
	}
	w.undo, w.uom, w.currency = said.Undo, said.UOM, said.Currency
	if said.Quantity != nil {
		w.quantity = quantityOf(*said.Quantity)
	}
	if said.Price != nil {
		w.price = priceFor(unit{w.Item, w.uom}, *said.Price, max(said.PriceUnit, 1))
	}
	of := OrderLine{w.OrderID, w.LineNo}
	if slices.ContainsFunc(f.waivers[of], func(other *waiver) bool { return other.id == w.id }) {
		return
	}
	f.waivers[of] = append(f.waivers[of], w)
	slices.SortFunc(f.waivers[of], func(a, b *waiver) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.id, b.id)) })
}

// waived is what was said last about a reason, if that lets it go. A reason of substitution is of one item.
func (l *line) waived(class, item string) *waiver {
	for _, w := range slices.Backward(l.waivers) {
		if w.Class == class && w.Item == item {
			return choose(w.undo, nil, w)
		}
	}
	return nil
}

// pardon lets go what people do of a part that is with the customer: that it is no allowed substitute, and that it had left,
// by the time at which they said so, although the line is cancelled.
func (l *line) pardon(p *part) {
	if !positive(p.shipped) || !p.isKept() {
		return
	}
	if l.waived("substitution_refused", p.item) != nil {
		p.refused = false
	}
	if w := l.waived("shipped_after_cancel", ""); w != nil && !p.leftAt.After(w.at) {
		p.late = false
	}
}

// shareAll shares what may be billed, and of what is too much as much as people let go.
func (l *line) shareAll(m *masterData, limit number, known bool) (excess number) {
	excess = l.share(limit)
	w := l.waived("over_shipped", "")
	if w == nil || !known || !positive(excess) || w.quantity == nil {
		return excess
	}
	if ratio := m.ratio(unit{l.item, w.uom}, l.in); ratio != nil && storable(times(w.quantity, ratio)) {
		left := l.share(plus(limit, times(w.quantity, ratio)))
		l.beyond = minus(excess, left)
		return left
	}
	return excess
}
