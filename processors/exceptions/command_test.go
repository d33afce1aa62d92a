package exceptions

import (
	"reflect"
	"strings"
	"testing"

	"waybill/processors/conditions"
	"waybill/schemas"
)

func TestPayloadsAreReadStrictly(t *testing.T) {
	for _, test := range []struct {
		kind    schemas.CommandKind
		payload string
		owner   string
		set     []schemas.SetField
		fault   string // part of it; empty: none
	}{
		{schemas.CommandAssign, `{"owner":"bob"}`, "bob", nil, ""},
		{schemas.CommandAssign, `{"owner":""}`, "", nil, `no owner`},
		{schemas.CommandAssign, `{"ownr":"bob"}`, "", nil, `unknown field "ownr"`},
		{schemas.CommandAssign, ``, "", nil, `not the JSON object`},
		{schemas.CommandAssign, `{"owner":"bob"} {}`, "bob", nil, `more than one`},
		{schemas.CommandReplay, ``, "", nil, ""},
		{schemas.CommandReplay, `{}`, "", nil, ""},
		{schemas.CommandReplay, `{"set":{"lines[0].quantity":"4","carrier":null}}`, "", []schemas.SetField{{Path: "carrier", Value: "null"}, {Path: "lines[0].quantity", Value: `"4"`}}, ""},
		{schemas.CommandReplay, `{"set":{"":"4"}}`, "", nil, "without the path"},
		{schemas.CommandReplay, `{"set":[1]}`, "", nil, "not the JSON object"},
		{schemas.CommandReplay, `{"sets":{}}`, "", nil, "unknown field"},
		{schemas.CommandResolve, `whatever`, "", nil, ""},
	} {
		c := command(0, test.kind, "c-1", test.payload)
		if test.set == nil {
			test.set = []schemas.SetField{}
		}
		if c.Owner != test.owner || !reflect.DeepEqual(c.Set, test.set) || (test.fault == "") != (c.Fault == "") || !strings.Contains(c.Fault, test.fault) {
			t.Errorf("%s %s: %+v", test.kind, test.payload, c)
		}
	}
}

func TestWhatBecomesOfACommand(t *testing.T) {
	const (
		open     = schemas.ExceptionOpen
		assigned = schemas.ExceptionAssigned
		resolved = schemas.ExceptionResolved
	)
	assign := command(10, schemas.CommandAssign, "c-a", `{"owner":"bob"}`)
	resolve := command(10, schemas.CommandResolve, "c-r", "")
	replay := command(10, schemas.CommandReplay, "c-p", "")
	uncaused := raise(5, conditions.Unreadable, "a", "")
	uncaused.Causes = nil
	for _, test := range []struct {
		name   string
		steps  []any
		status schemas.ExceptionStatus
		owner  string
		answer string
	}{
		{"assign", []any{raise(5, conditions.Oversold, "a", ""), assign}, assigned, "bob", "assigned to bob"},
		{"assign before it is raised", []any{assign, raise(15, conditions.Oversold, "a", "")}, assigned, "bob", "assigned to bob"},
		{"assign outlives another message", []any{raise(5, conditions.Oversold, "a", ""), assign, raise(15, conditions.Oversold, "b", "")}, assigned, "bob", "assigned to bob"},
		{"assign ends with the cause", []any{raise(5, conditions.Oversold, "a", ""), assign, clears(12, "x"), raise(15, conditions.Oversold, "a", "")}, open, "integration",
			"refused: given before the exception was raised again; give it again if it still holds"},
		{"assign again, out of order", []any{raise(5, conditions.Oversold, "a", ""), command(11, schemas.CommandAssign, "c-b", `{"owner":"eve"}`), assign}, assigned, "eve", "assigned to eve"},
		{"assign to nobody", []any{raise(5, conditions.Oversold, "a", ""), command(10, schemas.CommandAssign, "c-a", `{}`)}, open, "integration", `refused: payload: no owner; give {"owner":"name"}`},

		{"resolve of what only a person closes", []any{raise(5, conditions.WrongAuthority, "a", ""), resolve}, resolved, "integration", "resolved"},
		{"resolve before it is raised", []any{resolve, raise(15, conditions.WrongAuthority, "a", "")}, resolved, "integration", "resolved"},
		{"resolve outlives the same said again", []any{raise(5, conditions.WrongAuthority, "a", ""), resolve, raise(15, conditions.WrongAuthority, "a", "")}, resolved, "integration", "resolved"},
		{"resolve does not cover another value", []any{raise(5, conditions.ShortPay, "a", "1"), resolve, raise(15, conditions.ShortPay, "a", "9")}, open, "integration",
			"refused: what the exception says has changed since; resolve it again if that is settled too"},
		{"resolve of another value too", []any{raise(5, conditions.ShortPay, "a", "1"), resolve, raise(15, conditions.ShortPay, "a", "9"), command(20, schemas.CommandResolve, "c-s", "")}, resolved, "integration", "resolved"},
		{"resolve does not cover the next time", []any{raise(5, conditions.ShortPay, "a", "1"), resolve, clears(12, "applied"), raise(15, conditions.ShortPay, "a", "1")}, open, "integration",
			"refused: given before the exception was raised again; give it again if it still holds"},
		{"resolve of what has cleared", []any{raise(5, conditions.ShortPay, "a", "1"), clears(7, "applied"), resolve}, resolved, "integration", "the cause has cleared"},
		{"resolve of what closes by itself", []any{raise(5, conditions.Oversold, "a", ""), resolve}, open, "integration", "noted; an exception of this class stays open while its cause stands"},

		{"resolve of an unreadable event", []any{raise(5, conditions.Unreadable, "a", ""), resolve}, open, "integration", "sent to intake, which gives up what the exception is about"},
		{"resolve of a gap", []any{raise(5, conditions.SequenceGap, "a", ""), resolve}, open, "integration", "sent to intake, which gives up what the exception is about"},
		{"replay", []any{raise(5, conditions.Unreadable, "a", ""), replay}, open, "integration", "sent to intake, which reads the event again"},
		{"replay before it is raised", []any{replay, raise(15, conditions.Unreadable, "a", "")}, open, "integration", "sent to intake, which reads the event again"},
		{"replay that worked", []any{raise(5, conditions.Unreadable, "a", ""), replay, clears(11, "replayed")}, resolved, "integration", "the cause has cleared"},
		{"replay of a gap", []any{raise(5, conditions.SequenceGap, "a", ""), replay}, open, "integration", "refused: only an unreadable event can be replayed"},
		{"replay with a payload that is none", []any{raise(5, conditions.Unreadable, "a", ""), command(10, schemas.CommandReplay, "c-p", "[")}, open, "integration",
			"refused: payload: not the JSON object that is expected: unexpected EOF"},
		{"replay of nothing that is known", []any{uncaused, replay}, open, "integration", "refused: the exception names no record that intake could be asked about"},
		{"override of what cannot be", []any{raise(5, conditions.NotAccepted, "a", ""), command(10, schemas.CommandOverride, "c-o", "")}, open, "integration",
			"refused: an exception of class not_accepted cannot be overridden. Accept the order in ERP, or cancel it there and have the goods returned."},
		{"override with a payload that is none", []any{line(raise(5, conditions.OverShipped, "a", "")), command(10, schemas.CommandOverride, "c-o", `{"quantity":"4"}`)}, open, "integration",
			"refused: payload: no uom; a quantity and a price are per unit of measure"},
		{"override that does not say how much", []any{line(raise(5, conditions.OverShipped, "a", "")), command(10, schemas.CommandOverride, "c-o", "")}, open, "integration",
			`refused: say how much is let go, in its unit: {"quantity":"4","uom":"each"}`},
		{"override with a quantity that it does not take", []any{line(raise(5, conditions.ShortShipped, "a", "")), command(10, schemas.CommandOverride, "c-o", `{"quantity":"4","uom":"EA"}`)}, open, "integration",
			"refused: an override of class short_shipped takes no quantity: it closes the line as it is"},
		{"override of a line", []any{line(raise(5, conditions.ShortShipped, "a", "")), command(10, schemas.CommandOverride, "c-o", "")}, open, "integration",
			"sent to fulfilment, which closes the line as it is"},
		{"override before it is raised", []any{command(10, schemas.CommandOverride, "c-o", ""), line(raise(15, conditions.ShortShipped, "a", ""))}, open, "integration",
			"sent to fulfilment, which closes the line as it is"},
		{"override taken back, when the cause has cleared by it", []any{line(raise(5, conditions.ShortShipped, "a", "")), command(10, schemas.CommandOverride, "c-o", ""), clears(11, "overridden by ann: because"), command(12, schemas.CommandOverride, "c-u", `{"undo":true}`)}, resolved, "integration",
			"sent to fulfilment, which takes the override back and credits what was billed by it"},
		{"override of no line", []any{raise(5, conditions.ShortShipped, "a", ""), command(10, schemas.CommandOverride, "c-o", "")}, open, "integration", "refused: the exception names no order line"},
		{"override of a credit limit", []any{raise(5, conditions.CreditExceeded, "a", "1"), command(10, schemas.CommandOverride, "c-o", "")}, resolved, "integration", "overridden: it accepts what is open as it now is, until it is more"},
		{"override of a credit limit does not cover another value", []any{raise(5, conditions.CreditExceeded, "a", "1"), command(10, schemas.CommandOverride, "c-o", ""), raise(15, conditions.CreditExceeded, "a", "9")}, open, "integration",
			"refused: what the exception says has changed since; override it again if that is let go too"},
		{"override of a credit limit taken back", []any{raise(5, conditions.CreditExceeded, "a", "1"), command(10, schemas.CommandOverride, "c-o", ""), command(12, schemas.CommandOverride, "c-u", `{"undo":true}`)}, open, "integration", "taken back"},

		{"what orders take", []any{raise(5, conditions.Unreadable, "a", ""), command(10, schemas.CommandHold, "c-o", "")}, open, "integration",
			"refused: an exception takes assign, resolve, replay and override, not hold; an order can be held and released"},
	} {
		e := rowOf(test.steps...).exception()
		if e.Status != test.status || e.Owner != test.owner || *e.Actor != "ann" || *e.Reason != "because" || *e.Answer != test.answer {
			t.Errorf("%s: %s, owner %s, actor %s, reason %s, answer %q", test.name, e.Status, e.Owner, *e.Actor, *e.Reason, *e.Answer)
		}
	}
}

func TestAPersonsResolveIsTheResolution(t *testing.T) {
	resolve := command(10, schemas.CommandResolve, "c-1", "")
	for _, test := range []struct {
		name             string
		steps            []any
		opened, resolved int
		resolution       string
	}{
		{"resolved", []any{raise(5, conditions.WrongAuthority, "a", ""), resolve}, 5, 10, "resolved by ann: because"},
		{"given before it was raised", []any{raise(15, conditions.WrongAuthority, "a", ""), resolve}, 15, 15, "resolved by ann: because"},
		{"cleared afterwards", []any{raise(5, conditions.ShortPay, "a", ""), resolve, clears(12, "applied")}, 5, 10, "resolved by ann: because"},
		{"cleared before it was given", []any{raise(5, conditions.ShortPay, "a", ""), resolve, clears(8, "applied")}, 5, 8, "applied"},
		{"resolved twice", []any{raise(5, conditions.WrongAuthority, "a", ""), command(12, schemas.CommandResolve, "c-2", ""), resolve}, 5, 10, "resolved by ann: because"},
		{"resolved again after it changed", []any{raise(5, conditions.ShortPay, "a", "1"), resolve, raise(15, conditions.ShortPay, "a", "2"), command(20, schemas.CommandResolve, "c-2", "")}, 15, 20, "resolved by ann: because"},
	} {
		e := rowOf(test.steps...).exception()
		if !e.OpenedAt.Equal(at(test.opened)) || !e.ResolvedAt.Equal(at(test.resolved)) || *e.Resolution != test.resolution {
			t.Errorf("%s: opened %s, resolved %s: %s", test.name, e.OpenedAt, e.ResolvedAt, *e.Resolution)
		}
	}
}

func TestIntakeIsAskedOncePerCommand(t *testing.T) {
	row := rowOf(raise(5, conditions.Unreadable, "a", "")).
		commanded(command(11, schemas.CommandResolve, "c-2", "")).
		commanded(command(10, schemas.CommandReplay, "c-1", `{"set":{"carrier":"dhl"}}`))
	before := row
	row, replays := row.asked(at(30))
	origin := schemas.Evidence{Topic: "wms.shipments", Partition: 3, Offset: 7, EventID: "e-7"}
	want := []schemas.Replay{
		{CommandID: "c-1", Actor: "ann", Reason: "because", ExceptionID: "ex-1", Set: []schemas.SetField{{Path: "carrier", Value: `"dhl"`}}, Origin: origin, At: at(30)},
		{CommandID: "c-2", Actor: "ann", Reason: "because", ExceptionID: "ex-1", Drop: true, Set: []schemas.SetField{}, Origin: origin, At: at(30)},
	}
	if !reflect.DeepEqual(replays, want) {
		t.Errorf("asked %+v", replays)
	}
	if before.Commands[0].Sent {
		t.Error("the row before was changed too")
	}
	row = row.commanded(command(10, schemas.CommandReplay, "c-1", `{"set":{"carrier":"dhl"}}`)).raised(raise(40, conditions.Unreadable, "still no carrier", ""))
	if _, again := row.asked(at(50)); len(again) != 0 {
		t.Errorf("asked again: %+v", again)
	}
}
