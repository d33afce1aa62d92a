package exceptions

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"waybill/processors/conditions"
	"waybill/schemas"
)

// FuzzCommands gives two commands about an exception, in either order and twice. A payload that cannot be followed is a
// fault of one line, one that can says what it asks for, and the row does not depend on the order.
func FuzzCommands(f *testing.F) {
	payloads := []string{
		"", "{}", `{"owner":"bob"}`, `{"owner":""}`, `{"owner":"bob"} {}`, `{"set":{"lines[0].quantity":"4","carrier":null}}`, `{"set":{"":"4"}}`, `{"set":[1]}`, `{"set":null}`,
		`{"set":{"a":1,"a":2}}`, `{"SET":{"a":1}}`, `{"sets":{}}`, `null`, `[]`, `"x"`, `{"set":{"a":1e999}}`, `{"set":{"a": [ 1 ,2]}}`, "{\"own\ner\":1}", `{"owner":"\ud800"}`, "\xff", `{"set":{"a":1}}]`,
		`{"undo":true}`, `{"quantity":"4","uom":"EA"}`, `{"quantity":"-4","uom":"EA"}`, `{"price":"7.5","uom":"EA","currency":"USD"}`,
	}
	for i, payload := range payloads {
		f.Add(uint8(i), payload, uint8(i/3), payloads[(i+5)%len(payloads)], int8(i%3-1))
	}
	kinds := []schemas.CommandKind{schemas.CommandAssign, schemas.CommandReplay, schemas.CommandResolve, schemas.Unknown, schemas.CommandOverride}
	classes := []string{conditions.Unreadable, conditions.ShortPay, conditions.Oversold, conditions.CreditExceeded, conditions.OverShipped}
	f.Fuzz(func(t *testing.T, kind uint8, payload string, other uint8, otherPayload string, later int8) {
		one := command(10, kinds[int(kind)%len(kinds)], "c-1", payload)
		two := command(10+int(later), kinds[int(other)%len(kinds)], "c-2", otherPayload)
		for _, c := range []Command{one, two} {
			mustSayWhatItAsks(t, c)
		}
		for _, class := range classes {
			raised := line(raise(5, class, "a", "1"))
			forth, back := rowOf(raised, one, two, one), rowOf(raised, two, one, two)
			forget(&forth)
			forget(&back)
			if !reflect.DeepEqual(forth, back) {
				t.Fatalf("%s: one by one\n%+v\nthe other way\n%+v", class, forth, back)
			}
			before, after := rowOf(one, two, raised), rowOf(two, raised, one)
			forget(&before)
			forget(&after)
			if !reflect.DeepEqual(before.Commands, after.Commands) || len(before.Commands) != 2 {
				t.Fatalf("%s: commands before it is raised\n%+v\naround it\n%+v", class, before.Commands, after.Commands)
			}
		}
	})
}

// forget leaves out which commands were sent on to intake: the first that may be is.
func forget(row *Row) {
	row.Commands = slices.Clone(row.Commands)
	for i := range row.Commands {
		row.Commands[i].Sent = false
	}
}

func mustSayWhatItAsks(t *testing.T, c Command) {
	t.Helper()
	if c.Set == nil || strings.ContainsAny(c.Fault, "\n\r") {
		t.Fatalf("%+v", c)
	}
	if c.Fault != "" {
		return
	}
	switch c.Kind {
	case schemas.CommandAssign:
		if c.Owner == "" {
			t.Fatalf("assigned to nobody: %+v", c)
		}
	case schemas.CommandReplay:
		again := map[string]json.RawMessage{}
		for i, field := range c.Set {
			if field.Path == "" || i > 0 && c.Set[i-1].Path >= field.Path || !json.Valid([]byte(field.Value)) {
				t.Fatalf("set %d: %+v", i, c.Set)
			}
			again[field.Path] = json.RawMessage(field.Value)
		}
		payload, err := json.Marshal(map[string]any{"set": again})
		if err != nil {
			t.Fatal(err)
		}
		if read, err := replayPayload(string(payload)); err != nil || len(read) != len(c.Set) {
			t.Fatalf("%+v reads again as %+v, %v", c.Set, read, err)
		}
	}
}
