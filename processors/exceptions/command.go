package exceptions

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"waybill/processors/commands"
	"waybill/processors/conditions"
	"waybill/schemas"
)

// Command is what a person asked about an exception, kept with it for good: the answer may change with what the exception
// turns out to be.
type Command struct {
	CommandID string              `avro:"command_id"`
	Kind      schemas.CommandKind `avro:"kind"`
	At        time.Time           `avro:"at"`
	Actor     string              `avro:"actor"`
	Reason    string              `avro:"reason"`
	Owner     string              `avro:"owner"` // assign
	Set       []schemas.SetField  `avro:"set"`   // replay
	Override  commands.Override   `avro:"override"`
	Fault     string              `avro:"fault"`  // what is wrong with its payload; empty when it can be followed
	Sent      bool                `avro:"sent"`   // to intake or to fulfilment
	Origin    schemas.Evidence    `avro:"origin"` // the command's record
}

// commandOf reads a command and its payload. A payload that cannot be followed is kept as its fault.
func commandOf(action *schemas.Action) Command {
	c := &action.Command
	command := Command{
		CommandID: c.CommandID, Kind: c.Kind, At: c.Meta.OccurredAt, Actor: c.Actor, Reason: c.Reason, Set: []schemas.SetField{}, Origin: action.Origin,
	}
	var err error
	switch c.Kind {
	case schemas.CommandAssign:
		command.Owner, err = assignPayload(c.Payload)
	case schemas.CommandReplay:
		command.Set, err = replayPayload(c.Payload)
	case schemas.CommandOverride:
		command.Override, err = commands.ReadOverride(c.Payload)
	}
	if err != nil {
		command.Fault = fmt.Sprintf("payload: %v", err)
	}
	return command
}

// assignPayload reads {"owner":"…"}.
func assignPayload(payload string) (owner string, err error) {
	var fields struct {
		Owner string `json:"owner"`
	}
	if err = commands.Read(payload, &fields); err == nil && fields.Owner == "" {
		err = errors.New(`no owner; give {"owner":"name"}`)
	}
	return fields.Owner, err
}

// replayPayload reads {"set":{"path":value}}, sorted by path; nothing, or no set, replays the event as it is.
func replayPayload(payload string) ([]schemas.SetField, error) {
	var fields struct {
		Set map[string]json.RawMessage `json:"set"`
	}
	set := []schemas.SetField{}
	if payload == "" {
		return set, nil
	}
	if err := commands.Read(payload, &fields); err != nil {
		return set, err
	}
	for _, path := range slices.Sorted(maps.Keys(fields.Set)) {
		if path == "" {
			return []schemas.SetField{}, errors.New("a value without the path of its field")
		}
		set = append(set, schemas.SetField{Path: path, Value: string(fields.Set[path])})
	}
	return set, nil
}

// commanded keeps a command; one that is there already changes nothing.
func (r Row) commanded(command Command) Row {
	if slices.ContainsFunc(r.Commands, func(c Command) bool { return c.CommandID == command.CommandID }) {
		return r
	}
	at, _ := slices.BinarySearchFunc(r.Commands, command, func(a, b Command) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.CommandID, b.CommandID))
	})
	r.Commands = slices.Insert(slices.Clone(r.Commands), at, command)
	return r
}

// heeds tells whether a command is about the exception as it stands or last stood, and can be followed.
func (r Row) heeds(c Command) bool { return c.Fault == "" && !c.At.Before(r.HeedFrom) }

// assignee is who the exception was last assigned to; empty when nobody was.
func (r Row) assignee() (owner string) {
	for _, c := range r.Commands {
		if c.Kind == schemas.CommandAssign && r.heeds(c) {
			owner = c.Owner
		}
	}
	return owner
}

// accepted is the first command by which a person settled the exception as it now is; overtaken tells that one settled it
// as it was before it changed.
func (r Row) accepted() (by *Command, overtaken bool) {
	for i, c := range r.Commands {
		switch {
		case !r.heeds(c) || !r.settles(c):
		case c.Override.Undo:
			by = nil
		case c.At.Before(r.AcceptFrom):
			overtaken = true
		case by == nil && (r.ClearedAt == nil || !c.At.After(*r.ClearedAt)):
			by = &r.Commands[i]
		}
	}
	return by, overtaken
}

// asksIntake tells whether a command is one for intake: to read the event again, or to give it up.
func (r Row) asksIntake(c Command) bool {
	switch c.Kind {
	case schemas.CommandReplay:
		return r.Raised.Class == conditions.Unreadable
	case schemas.CommandResolve:
		return r.class().Closing == conditions.ByDrop
	}
	return false
}

// asked returns what intake has to be asked now, in the order in which it was asked for, and the row in which that is
// noted. Intake is asked once per command, and only while the cause stands.
func (r Row) asked(now time.Time) (Row, []schemas.Replay) {
	if !r.Standing || len(r.Raised.Causes) == 0 {
		return r, nil
	}
	var replays []schemas.Replay
	for i, c := range r.Commands {
		if c.Sent || !r.heeds(c) || !r.asksIntake(c) {
			continue
		}
		if len(replays) == 0 {
			r.Commands = slices.Clone(r.Commands)
		}
		r.Commands[i].Sent = true
		replays = append(replays, schemas.Replay{
			CommandID: c.CommandID, Actor: c.Actor, Reason: c.Reason, ExceptionID: r.ExceptionID,
			Drop: c.Kind == schemas.CommandResolve, Set: c.Set, Origin: r.Raised.Causes[0], At: now,
		})
	}
	return r, replays
}

// answer says what became of a command, for who gave it and who comes after.
func (r Row) answer(c Command) string {
	class := r.class()
	by, _ := r.accepted()
	switch {
	case c.Fault != "":
		return "refused: " + c.Fault
	case c.Kind == schemas.CommandOverride && class.Overriding() != conditions.OverrideAccepts:
		return r.answerOverride(c)
	case c.At.Before(r.HeedFrom):
		return "refused: given before the exception was raised again; give it again if it still holds"
	case c.Kind == schemas.CommandAssign:
		return "assigned to " + c.Owner
	case c.Kind == schemas.CommandReplay && class.Name != conditions.Unreadable:
		return "refused: only an unreadable event can be replayed"
	case c.Kind == schemas.CommandOverride:
		return r.answerOverride(c)
	case c.Kind != schemas.CommandReplay && c.Kind != schemas.CommandResolve:
		return fmt.Sprintf("refused: an exception takes assign, resolve, replay and override, not %s; an order can be held and released", c.Kind)
	case by != nil && c.Kind == schemas.CommandResolve:
		return "resolved"
	case !r.Standing:
		return "the cause has cleared"
	case c.Sent && c.Kind == schemas.CommandReplay:
		return "sent to intake, which reads the event again"
	case c.Sent:
		return "sent to intake, which gives up what the exception is about"
	case r.asksIntake(c):
		return "refused: the exception names no record that intake could be asked about"
	case class.Closing == conditions.ByCommand:
		return "refused: what the exception says has changed since; resolve it again if that is settled too"
	}
	return "noted; an exception of this class stays open while its cause stands"
}
