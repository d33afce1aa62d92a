package fulfilment

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"waybill/processors/commands"
	"waybill/processors/conditions"
	"waybill/schemas"
	"waybill/stream"
)

// People hold and release the billing of an order, or of one line of it. Of what was asked about the same the command that
// was given last counts, by its time and then its id, in whatever order they arrive; and of what was asked about a line and
// about its order the one that was given last again. A hold stops what is not billed, and takes nothing back.

// HoldCommand is the last hold or release of an order as a whole, or of one of its lines.
type HoldCommand struct {
	LineNo    int32  `avro:"line_no"` // 0: the order as a whole
	CommandID string `avro:"command_id"`
	Hold      bool   `avro:"hold"`
	Actor     string `avro:"actor"`
	Reason    string `avro:"reason"`
	Fact      Fact   `avro:"fact"`
	Released  Fact   `avro:"released"` // the last release, though a hold came after it; at the zero time: none was
}

// takeAction takes a person's hold or release. What is asked of an exception is for the exceptions stage.
func (f *fulfilment) takeAction(s *stream.Step, action *schemas.Action) error {
	command := &action.Command
	if !commands.OfOrder(command) {
		s.Count("ignored")
		return nil
	}
	lineNo, err := commands.Line(command.Payload)
	if err != nil {
		s.DeadLetter(s.Record(), "refused_command", fmt.Sprintf("%s of order %s: payload: %v", command.Kind, command.Target, err), "command.payload", 0)
		s.Count("dead_lettered")
		return nil
	}
	s.Observe(command.Meta.OccurredAt)
	s.Count("applied")
	d := f.open(s, command.Target)
	taken := d.order.takeCommand(HoldCommand{
		LineNo: lineNo, CommandID: command.CommandID, Hold: command.Kind == schemas.CommandHold, Actor: command.Actor, Reason: command.Reason,
		Fact: Fact{command.Meta.OccurredAt, action.Origin},
	})
	if taken {
		d.loadAll()
		d.settle()
	}
	return nil
}

// takeCommand keeps a command, in the place of the one before it about the same; false when it changes nothing.
func (o *OrderRow) takeCommand(now HoldCommand) bool {
	if !now.Hold {
		now.Released = now.Fact
	}
	at, found := slices.BinarySearchFunc(o.Commands, now.LineNo, func(c HoldCommand, lineNo int32) int { return cmp.Compare(c.LineNo, lineNo) })
	if !found {
		o.Commands = slices.Insert(slices.Clone(o.Commands), at, now)
		return true
	}
	before := o.Commands[at]
	last, released := before, before.Released
	if now.givenAfter(&before) {
		last = now
	}
	if now.Released.At.After(released.At) {
		released = now.Released
	}
	if last.Released = released; last == before {
		return false
	}
	o.Commands = slices.Clone(o.Commands)
	o.Commands[at] = last
	return true
}

func (c *HoldCommand) givenAfter(other *HoldCommand) bool {
	return cmp.Or(c.Fact.At.Compare(other.Fact.At), cmp.Compare(c.CommandID, other.CommandID)) > 0
}

// commandOf is the last command about a line alone, or, for 0, about the order as a whole; nil when there is none.
func (o *OrderRow) commandOf(lineNo int32) *HoldCommand {
	for i := range o.Commands {
		if o.Commands[i].LineNo == lineNo {
			return &o.Commands[i]
		}
	}
	return nil
}

// holdsLine tells whether a person holds the billing of a line, or of its order.
func (o *OrderRow) holdsLine(lineNo int32) bool {
	last := o.commandOf(0)
	if own := o.commandOf(lineNo); own != nil && (last == nil || own.givenAfter(last)) {
		last = own
	}
	return last != nil && last.Hold
}

// stands tells whether a command is a hold that no later release has ended.
func (o *OrderRow) stands(c *HoldCommand) bool {
	whole := o.commandOf(0)
	return c.Hold && (whole == nil || whole.Hold || c.givenAfter(whole))
}

// isHeld tells whether a person holds anything of the order.
func (o *OrderRow) isHeld() bool {
	for i := range o.Commands {
		if o.stands(&o.Commands[i]) {
			return true
		}
	}
	return false
}

// tellHeld raises who holds what and why, with what is not billed for it, and clears it.
func (d *dossier) tellHeld() {
	o := d.order
	for i := range o.Commands {
		c := &o.Commands[i]
		id, of := conditions.ID(conditions.Held, o.OrderID, fmt.Sprint(c.LineNo)), "the order"
		if c.LineNo > 0 {
			of = fmt.Sprintf("line %d", c.LineNo)
		}
		if !o.stands(c) {
			by := c
			if whole := o.commandOf(0); c.Hold && whole != nil {
				by = whole
			}
			d.goneBy(conditions.Held, id, "released by "+by.Actor+": "+by.Reason)
			continue
		}
		condition := conditions.Raise(d.s.Now(), d.stage.Name, conditions.Held, id, fmt.Sprintf("%s holds the billing of %s: %s", c.Actor, of, c.Reason))
		about := d.about()
		about.describe(condition)
		amount := d.unbilledHeld(c)
		if c.LineNo > 0 {
			condition.LineNo = new(c.LineNo)
		}
		if amount > 0 {
			condition.AmountAtRisk, condition.Currency = new(saturated(amount)), new(about.currency)
		}
		condition.Causes = []schemas.Evidence{c.Fact.Origin}
		d.standing(condition)
	}
}

// unbilledHeld is the value not yet billed of what a hold stops.
func (d *dossier) unbilledHeld(c *HoldCommand) schemas.Amount {
	o := d.order
	if c.LineNo > 0 {
		return d.unbilledOf([]int32{c.LineNo})
	}
	var goes []int32 // lines that were released since
	for i := range o.Commands {
		if lineNo := o.Commands[i].LineNo; lineNo > 0 && !o.holdsLine(lineNo) {
			goes = append(goes, lineNo)
		}
	}
	return o.Count.Unbilled - d.unbilledOf(goes)
}

// released is what released, under the policy manual, what of a line left the warehouse at a time; nil: nothing has.
func (o *OrderRow) released(lineNo int32, left time.Time) *Fact {
	for _, c := range []*HoldCommand{o.commandOf(0), o.commandOf(lineNo)} {
		if c != nil && !c.Released.At.IsZero() && !left.After(c.Released.At) {
			return &c.Released
		}
	}
	return nil
}
