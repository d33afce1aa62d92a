package model

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"waybill/schemas"
	"waybill/simulation/workload"
)

// asked is what a person asked of an order's billing, or of one line's.
type asked struct {
	lineNo int32 // 0: of all of it
	hold   bool  // else release
	id     string
	at     time.Time
	turn   int
}

// asksOfOrder reads a command that holds or releases an order; nil for what is asked of anything else.
func asksOfOrder(turn int, event *workload.Event) *asked {
	command := event.Value.(*schemas.Command)
	if command.Kind != schemas.CommandHold && command.Kind != schemas.CommandRelease {
		return nil
	}
	a := &asked{hold: command.Kind == schemas.CommandHold, id: command.CommandID, at: command.Meta.OccurredAt, turn: turn}
	var payload struct {
		LineNo int32 `json:"line_no"`
	}
	if command.Payload != "" && json.Unmarshal([]byte(command.Payload), &payload) != nil {
		return nil
	}
	a.lineNo = payload.LineNo
	return a
}

// ask keeps what was asked of an order, each once, in the order in which it was given.
func (f *facts) ask(orderID string, a *asked) {
	if slices.ContainsFunc(f.asked[orderID], func(other *asked) bool { return other.id == a.id }) {
		return
	}
	f.asked[orderID] = append(f.asked[orderID], a)
	slices.SortFunc(f.asked[orderID], func(a, b *asked) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.id, b.id)) })
}

// heldBy is the last that was asked about one of some lines, if it is a hold; 0 is the order as a whole.
func (o *order) heldBy(lines ...int32) *asked {
	for _, a := range slices.Backward(o.asked) {
		if slices.Contains(lines, a.lineNo) {
			return choose(a.hold, a, nil)
		}
	}
	return nil
}

// standing are the holds that stand: of the order, and of lines that were held since the order was last held or released.
func (o *order) standing() (holds []*asked) {
	scopes := map[int32]bool{}
	for _, a := range o.asked {
		scopes[a.lineNo] = true
	}
	for _, lineNo := range sortedKeys(scopes) {
		own, whole := o.heldBy(lineNo), o.heldBy(0)
		released := whole == nil && slices.ContainsFunc(o.asked, func(a *asked) bool { return own != nil && a.lineNo == 0 && !a.at.Before(own.at) })
		if own != nil && !released {
			holds = append(holds, own)
		}
	}
	return holds
}

// stopped tells whether people keep a line from being billed. What could have been billed before all that was asked had
// arrived may have been, or not: then it is undetermined what is.
func (l *line) stopped() (held, undetermined bool) {
	o := l.order
	held = o.heldBy(0, l.no) != nil || o.policy() == schemas.OrderComplete && len(o.standing()) > 0
	if !held {
		return false, false
	}
	latest := 0
	for _, a := range o.asked {
		latest = max(latest, a.turn)
	}
	billable := o.billable("")
	return true, billable >= 0 && billable <= latest
}

// isReleased tells whether, of an order that is billed by hand, what left at a time may be.
func (l *line) isReleased(leftAt time.Time) bool {
	return slices.ContainsFunc(l.order.asked, func(a *asked) bool {
		return !a.hold && (a.lineNo == 0 || a.lineNo == l.no) && !leftAt.After(a.at)
	})
}

// tellHeld tells who stands in the way by holding an order or a line.
func (e *Expectation) tellHeld(o *order) {
	for _, hold := range o.standing() {
		x := Exception{Class: "held", Orders: o.id, LineNo: hold.lineNo, Unsure: o.undetermined}
		amount := zero
		for _, l := range o.sorted() {
			if hold.lineNo == l.no || hold.lineNo == 0 && o.heldBy(0, l.no) != nil {
				amount = plus(amount, l.unbilled())
			}
		}
		if positive(amount) {
			x.Amount, x.Currency = amount, o.currency()
		}
		e.raise(x)
	}
}
