package inspect_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"

	"waybill/inspect"
	"waybill/schemas"
	"waybill/topics"
)

// stages plays what intake and the exceptions stage do with a replay, step by step.
type stages struct {
	*cluster
	admin *kadm.Client
}

func (s *stages) commit(group string, at schemas.Evidence) {
	s.t.Helper()
	var offsets kadm.Offsets
	offsets.Add(kadm.Offset{Topic: at.Topic, Partition: at.Partition, At: at.Offset + 1, LeaderEpoch: -1})
	if err := s.admin.CommitAllOffsets(s.ctx, group, offsets); err != nil {
		s.t.Fatal(err)
	}
}

func TestACommandIsFollowedFromStageToStage(t *testing.T) {
	c := startCluster(t)
	s := &stages{c, kadm.NewClient(c.client)}
	write(c, topics.Exceptions, "ex-aaaa1", exception("ex-aaaa1", "unreadable", time.Hour, ""))
	command := schemas.Command{Meta: meta("cmd-1", "waybill", 0), CommandID: "cmd-1", Actor: "ada", Kind: schemas.CommandReplay, Target: "ex-aaaa1", Reason: "r"}
	commandAt := write(c, topics.Commands, "ex-aaaa1", &command)
	given := []inspect.Given{{CommandID: "cmd-1", Target: "ex-aaaa1", At: inspect.At{Topic: commandAt.Topic, Partition: commandAt.Partition, Offset: commandAt.Offset}}}

	// waitsFor tells which group and topic a wait ends at that is longer than what comes before it takes.
	waitsFor := func(want string) {
		t.Helper()
		var err error
		for patience := 300 * time.Millisecond; patience < 10*time.Second; patience *= 3 {
			ctx, cancel := context.WithTimeout(c.ctx, patience)
			err = c.view().Await(ctx, given, nil)
			cancel()
			if errors.Is(err, context.DeadlineExceeded) && strings.Contains(err.Error(), want) {
				return
			}
		}
		t.Errorf("got %v, want to wait for %s", err, want)
	}
	waitsFor("group waybill-intake to take o2c.commands")
	other := command
	other.CommandID = "cmd-0" // an earlier one, whose replay is not waited for
	otherAt := write(c, topics.Actions, "ex-aaaa1", &schemas.Action{Command: other})
	write(c, topics.Replays, "ex-aaaa1", &schemas.Replay{CommandID: "cmd-0", ExceptionID: "ex-aaaa1", Set: []schemas.SetField{}, At: now})
	actionAt := write(c, topics.Actions, "ex-aaaa1", &schemas.Action{Command: command})
	s.commit("waybill-intake", commandAt)
	waitsFor("group waybill-exceptions to take o2c.actions")
	s.commit("waybill-exceptions", otherAt)
	waitsFor("group waybill-exceptions to take o2c.actions")
	replayAt := write(c, topics.Replays, "ex-aaaa1", &schemas.Replay{CommandID: "cmd-1", ExceptionID: "ex-aaaa1", Set: []schemas.SetField{}, At: now})
	s.commit("waybill-exceptions", actionAt)
	waitsFor("group waybill-intake to take o2c.replays")
	conditionAt := write(c, topics.Conditions, "ex-aaaa1", &schemas.Condition{ExceptionID: "ex-aaaa1", Kind: schemas.ConditionCleared, Class: "unreadable", At: now, Causes: []schemas.Evidence{}})
	s.commit("waybill-intake", replayAt)
	waitsFor("group waybill-exceptions to take o2c.conditions")
	s.commit("waybill-exceptions", conditionAt)
	var steps []string
	err := c.view().Await(c.ctx, given, func(step string, done, of int) { steps = append(steps, fmt.Sprintf("%d of %d %s", done, of, step)) })
	want := []string{"1 of 1 taken by intake", "1 of 1 answered", "1 of 1 read again or given up", "1 of 1 told to their exceptions"}
	if err != nil || !slices.Equal(steps, want) {
		t.Errorf("%q, %v", steps, err)
	}
}

func TestACommandThatAsksIntakeForNothingEndsWithTheExceptionsStage(t *testing.T) {
	c := startCluster(t)
	s := &stages{c, kadm.NewClient(c.client)}
	write(c, topics.Exceptions, "ex-aaaa1", exception("ex-aaaa1", "short_pay", time.Hour, ""))
	command := schemas.Command{Meta: meta("cmd-1", "waybill", 0), CommandID: "cmd-1", Actor: "ada", Kind: schemas.CommandAssign, Target: "ex-aaaa1", Reason: "r"}
	commandAt := write(c, topics.Commands, "ex-aaaa1", &command)
	s.commit("waybill-intake", commandAt)
	s.commit("waybill-exceptions", write(c, topics.Actions, "ex-aaaa1", &schemas.Action{Command: command}))
	err := c.view().Await(c.ctx, []inspect.Given{{CommandID: "cmd-1", Target: "ex-aaaa1", At: inspect.At{Topic: commandAt.Topic, Partition: commandAt.Partition, Offset: commandAt.Offset}}}, nil)
	if err != nil {
		t.Error(err)
	}
}
