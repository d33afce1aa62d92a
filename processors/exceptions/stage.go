// Package exceptions is the stage that makes exceptions of conditions: it opens them, gives them an owner and a due time,
// adds up what the orders concerned have at stake, takes people's commands, and closes them when their cause clears.
//
// What people may ask:
//   - assign gives the exception another owner for as long as its cause stands.
//   - resolve closes exceptions of the classes that only a person can close. Of an unreadable or missing event it asks
//     intake to give the event up, which clears the cause. Everywhere else it leaves a note: the exception stays open while
//     its cause stands, since a queue from which things vanish unsolved cannot be trusted.
//   - replay has intake read an unreadable event again, with corrected values if it brings some.
//   - override lets go what keeps a line from being billed, or takes that back: fulfilment follows it. Which classes can be
//     overridden is told beside the table of classes.
//
// The last command stands on the exception with who gave it, why, and what became of it. The audit trail is o2c.actions.
// A command that comes before its exception is kept and followed when the exception is raised. Whether an order is held or
// released is for fulfilment; any other command whose target is no exception goes to the dead letters.
package exceptions

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"waybill/processors/commands"
	"waybill/processors/conditions"
	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
	"waybill/topics"
)

type exceptions struct {
	catalogue  topics.Catalogue
	policy     Policy
	rows       *stream.Table[state.Text, Row]
	warehouses *stream.Reference[schemas.Warehouse]
	out        *stream.Output[schemas.Exception]
	replays    *stream.Output[schemas.Replay]
	overrides  *stream.Output[schemas.Override]
	orderFacts *stream.Output[schemas.OrderFact]
	showing    *stream.Timers // by exception_id
	waking     *stream.Timers // by exception_id
}

// Stage declares the stage.
func Stage(catalogue topics.Catalogue, policy Policy) *stream.Stage {
	stage := stream.NewStage("exceptions")
	ex := &exceptions{catalogue: catalogue, policy: policy}
	ex.rows = stream.NewTable[state.Text, Row](stage, 1, "exceptions")
	ex.warehouses = stream.NewReference(stage, 1, topics.Warehouses)
	ex.out = stream.EmitLatest(stage, topics.Exceptions)
	ex.replays = stream.Emit(stage, topics.Replays)
	ex.overrides = stream.Emit(stage, topics.Overrides)
	ex.orderFacts = stream.Emit(stage, topics.OrderFacts)
	stream.On(stage, topics.Conditions, ex.onCondition)
	stream.On(stage, topics.Actions, ex.onAction)
	ex.showing = stream.OnTimer(stage, 1, "show", stream.WallClock, ex.show)
	ex.waking = stream.OnTimer(stage, 2, "age", stream.WallClock, ex.wake)
	stage.OnWake(ex.onWarehouse)
	return stage
}

func (ex *exceptions) onCondition(s *stream.Step, c *schemas.Condition) error {
	s.Observe(c.At)
	before := ex.get(s, c.ExceptionID)
	var after Row
	switch c.Kind {
	case schemas.ConditionRaised:
		after = before.raised(c)
		after.Owner = ex.owner(s, after)
		if !after.Shown && !before.Standing {
			ex.showing.Set(s, c.ExceptionID, s.Now().Add(showsAfter(c)))
		}
	case schemas.ConditionCleared:
		after = before.cleared(c)
		ex.showing.Cancel(s, c.ExceptionID)
	case schemas.ConditionAssessed:
		after = before.assessed(c)
	default:
		s.DeadLetter(s.Record(), "invalid_value", fmt.Sprintf("a condition that is %q: this release knows raised, cleared and assessed", c.Kind), "kind", 0)
		s.Count("dead_lettered")
		return nil
	}
	s.Count("applied")
	ex.change(s, before, after, c.At)
	return nil
}

func (ex *exceptions) onAction(s *stream.Step, action *schemas.Action) error {
	s.Observe(action.Command.Meta.OccurredAt)
	if commands.OfOrder(&action.Command) {
		s.Count("ignored") // fulfilment takes it
		return nil
	}
	target := action.Command.Target
	if !strings.HasPrefix(target, conditions.IDPrefix) {
		s.DeadLetter(s.Record(), "refused_command", fmt.Sprintf("%s of %q: this can be asked of an exception, whose id begins with %s; an order can be held and released",
			action.Command.Kind, target, conditions.IDPrefix), "command.target", 0)
		s.Count("dead_lettered")
		return nil
	}
	before := ex.get(s, target)
	s.Count("applied")
	ex.change(s, before, before.commanded(commandOf(action)), action.Command.Meta.OccurredAt)
	return nil
}

// show makes an exception of a cause that has stood long enough.
func (ex *exceptions) show(s *stream.Step, exceptionID string) error {
	before := ex.get(s, exceptionID)
	if before.hasFaded(s.Now()) {
		return nil
	}
	after := before
	after.Shown = true
	ex.change(s, before, after, time.Time{})
	return nil
}

// onWarehouse looks the owner of an exception up anew: its warehouse has arrived or changed in master data.
func (ex *exceptions) onWarehouse(s *stream.Step, exceptionID string) error {
	before := ex.get(s, exceptionID)
	if !before.Standing {
		return nil
	}
	after := before
	after.Owner = ex.owner(s, after)
	ex.change(s, before, after, time.Time{})
	return nil
}

func (ex *exceptions) get(s *stream.Step, exceptionID string) Row {
	if kept := ex.rows.Get(s, state.Text(exceptionID)); kept != nil {
		return *kept
	}
	return Row{ExceptionID: exceptionID, Assessments: []Assessment{}, Commands: []Command{}}
}

// change keeps the row and tells everyone what of it they do not know yet. At is when that was said; zero: nothing was, it
// follows from the clock or master data.
func (ex *exceptions) change(s *stream.Step, before, after Row, at time.Time) {
	after, replays := after.asked(s.Now())
	after, overrides := after.overrides()
	if reflect.DeepEqual(before, after) {
		return
	}
	after.LastAt = latest(after.LastAt, at)
	ex.rows.Put(s, after.key(), &after)
	if awaited := before.awaits(); awaited != "" && awaited != after.awaits() {
		ex.warehouses.Forgo(s, awaited, after.ExceptionID)
	}
	ex.setTimer(s, after)
	for _, replay := range replays {
		ex.replays.SendTo(s, replay.Origin.Partition, replay.ExceptionID, &replay)
	}
	for _, override := range overrides {
		ex.overrides.Send(s, override.OrderID, &override)
	}
	was, is := pictureOf(before), pictureOf(after)
	if is.exception == nil {
		return
	}
	if !reflect.DeepEqual(was.exception, is.exception) {
		ex.out.Send(s, after.ExceptionID, is.exception)
	}
	for _, fact := range facts(was, is) {
		ex.orderFacts.Send(s, fact.OrderID, &fact)
	}
}

// owner is the owner of an exception by the rule of its class. Where master data decides, the exception waits for it to
// come or to change.
func (ex *exceptions) owner(s *stream.Step, row Row) string {
	class := row.class()
	switch class.OwnedBy {
	case conditions.BySource:
		return sourceOwner(ex.catalogue, row.Raised, class.Owner)
	case conditions.ByWarehouse:
		warehouseID := row.awaits()
		if warehouseID == "" {
			break
		}
		ex.warehouses.Await(s, warehouseID, row.ExceptionID)
		if warehouse := ex.warehouses.Get(s, warehouseID); warehouse != nil && warehouse.Owner != "" {
			return warehouse.Owner
		}
	}
	return class.Owner
}

// sourceOwner is the owner of the system that the event came from, or, where that is not known, of the topic that it came on.
func sourceOwner(catalogue topics.Catalogue, c *schemas.Condition, otherwise string) string {
	if c.Source != nil {
		if system, ok := catalogue.System(*c.Source); ok && system.Owner != "" {
			return system.Owner
		}
	}
	if len(c.Causes) > 0 {
		if topic, ok := catalogue.Topic(c.Causes[0].Topic); ok && topic.Owner != "" {
			return topic.Owner
		}
	}
	return otherwise
}
