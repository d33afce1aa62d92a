package conditions_test

import (
	"reflect"
	"testing"

	"waybill/processors/conditions"
	"waybill/schemas"
	"waybill/stream"
	"waybill/stream/sim"
	"waybill/topics"
)

// tellsAll is a stage that says on its board what it is told: a resolve clears, everything else raises with the reason as
// message.
func tellsAll() *stream.Stage {
	stage := stream.NewStage("teller")
	board := conditions.NewBoard(stage, 1, stream.Emit(stage, topics.Conditions))
	stream.On(stage, topics.Actions, func(s *stream.Step, action *schemas.Action) error {
		command := &action.Command
		if command.Kind == schemas.CommandResolve {
			board.Clear(s, conditions.Oversold, command.Target, command.Reason)
			return nil
		}
		condition := conditions.Raise(s.Now(), stage.Name, conditions.Oversold, command.Target, command.Reason)
		if command.Payload != "" {
			condition.ItemID = new(command.Payload)
		}
		board.Raise(s, condition)
		return nil
	})
	return stage
}

func TestABoardWritesWhatChanges(t *testing.T) {
	w := sim.New(t, sim.Options{}, tellsAll())
	tell := func(kind schemas.CommandKind, reason, item string) {
		sim.Send(w, topics.Actions, "ex-1", &schemas.Action{Command: schemas.Command{Kind: kind, Target: "ex-1", Reason: reason, Payload: item}})
		w.Run()
	}
	tell(schemas.CommandResolve, "never stood", "")
	tell(schemas.CommandHold, "two short", "")
	tell(schemas.CommandHold, "two short", "")
	w.Crash()
	tell(schemas.CommandHold, "two short", "")
	tell(schemas.CommandHold, "three short", "")
	tell(schemas.CommandHold, "three short", "A")
	tell(schemas.CommandHold, "three short", "A")
	tell(schemas.CommandResolve, "recovered", "")
	tell(schemas.CommandResolve, "recovered", "")
	tell(schemas.CommandHold, "three short", "A")
	var got []string
	for _, sent := range sim.Read(w, topics.Conditions) {
		line := string(sent.Value.Kind) + " " + sent.Value.Class + " " + sent.Value.Message
		if sent.Value.ItemID != nil {
			line += " of " + *sent.Value.ItemID
		}
		if sent.Value.Resolution != nil {
			line += *sent.Value.Resolution
		}
		if sent.Key != "ex-1" || sent.Value.ExceptionID != "ex-1" || sent.Value.Stage != "teller" {
			t.Errorf("key %s: %+v", sent.Key, sent.Value)
		}
		got = append(got, line)
	}
	want := []string{
		"raised oversold two short", "raised oversold three short", "raised oversold three short of A", "cleared oversold recovered", "raised oversold three short of A",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %q\nwant %q", got, want)
	}
}
