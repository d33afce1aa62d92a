package feed_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"waybill/feed"
	"waybill/schemas"
)

func TestTheSameCommandBeforeAnyWasTakenIsOneCommand(t *testing.T) {
	at := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	request := feed.Request{Kind: schemas.CommandReplay, Target: "ex-1", Actor: "ada", Reason: "mended", At: at}
	id := request.Command().CommandID
	for _, c := range []struct {
		name   string
		change func(*feed.Request)
		same   bool
	}{
		{"a minute later", func(r *feed.Request) { r.At = at.Add(time.Minute) }, true},
		{"the next day", func(r *feed.Request) { r.At = at.Add(24 * time.Hour) }, false},
		{"after a command was taken", func(r *feed.Request) { r.After = "cmd-0" }, false},
		{"another reason", func(r *feed.Request) { r.Reason = "again" }, false},
		{"another target", func(r *feed.Request) { r.Target = "ex-2" }, false},
		{"another actor", func(r *feed.Request) { r.Actor = "bob" }, false},
		{"another kind", func(r *feed.Request) { r.Kind = schemas.CommandResolve }, false},
		{"corrected values", func(r *feed.Request) { r.Payload = `{"set":{}}` }, false},
		{"the same letters, cut otherwise", func(r *feed.Request) { r.Actor, r.Reason = "adam", "ended" }, false},
	} {
		changed := request
		c.change(&changed)
		if same := changed.Command().CommandID == id; same != c.same {
			t.Errorf("%s: same command %v, want %v", c.name, same, c.same)
		}
	}
}

func TestCorrectedValuesAreJSONOrText(t *testing.T) {
	for _, c := range []struct {
		set  []string
		want string
	}{
		{nil, ""},
		{[]string{"lines[0].quantity=4"}, `{"set":{"lines[0].quantity":4}}`},
		{[]string{`lines[0].quantity="4"`}, `{"set":{"lines[0].quantity":"4"}}`},
		{[]string{"lines[].uom=EA", "carrier=null", "tracking=a=b"}, `{"set":{"carrier":null,"lines[].uom":"EA","tracking":"a=b"}}`},
	} {
		if got, err := feed.ReplayPayload(c.set); err != nil || got != c.want {
			t.Errorf("%v: %s, %v", c.set, got, err)
		}
	}
	_, err := feed.ReplayPayload([]string{"quantity", "lines[x].uom=EA", "uom=EA", "uom=BX"})
	for _, want := range []string{`"quantity" is not path=value`, "lines[x]", "uom is set twice"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want it to say %s", err, want)
		}
	}
}

func TestCommandsAreWrittenUnderTheirTarget(t *testing.T) {
	ctx, cluster := start(t)
	at := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	commands := []*schemas.Command{
		feed.Request{Kind: schemas.CommandResolve, Target: "ex-1", Actor: "ada", Reason: "r", At: at}.Command(),
		feed.Request{Kind: schemas.CommandResolve, Target: "ex-2", Actor: "ada", Reason: "r", At: at}.Command(),
	}
	sent, err := feed.Send(ctx, cluster.Client(), cluster.Registry, commands, nil)
	if err != nil || len(sent) != 2 {
		t.Fatalf("%+v, %v", sent, err)
	}
	for _, one := range sent {
		if one.Command.Meta.Source != "waybill" || one.Command.Meta.EventID != one.Command.CommandID {
			t.Errorf("%+v", one.Command)
		}
	}
	if got := keys(t, ctx, cluster, "o2c.commands"); got != "map[ex-1:1 ex-2:1]" {
		t.Errorf("keys are %s", got)
	}
}

func TestWhatIsInterruptedSaysExactlyWhatWasWritten(t *testing.T) {
	ctx, cluster := start(t)
	at := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	var commands []*schemas.Command
	for i := range 450 {
		commands = append(commands, feed.Request{Kind: schemas.CommandReplay, Target: fmt.Sprintf("ex-%d", i), Actor: "ada", Reason: "r", At: at}.Command())
	}
	stopping, stop := context.WithCancel(ctx)
	sent, err := feed.Send(stopping, cluster.Client(), cluster.Registry, commands, func(done, total int64) {
		if total != 450 {
			t.Errorf("%d of %d", done, total)
		}
		stop()
	})
	if !errors.Is(err, context.Canceled) || len(sent) == 0 || len(sent) == len(commands) {
		t.Fatalf("%d were sent, %v", len(sent), err)
	}
	if got := strings.Count(keys(t, ctx, cluster, "o2c.commands"), ":1"); got != len(sent) {
		t.Errorf("%d are written, %d are said to be", got, len(sent))
	}
}

func TestARequestInTheSameWordsIsRecognised(t *testing.T) {
	at := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	request := feed.Request{Kind: schemas.CommandAssign, Target: "ex-1", Actor: "ada", Reason: "r", Payload: `{"owner":"bob"}`, At: at, After: "cmd-0"}
	taken := request.Command()
	for name, c := range map[string]struct {
		change func(*feed.Request)
		since  time.Time
		want   bool
	}{
		"later":                     {func(r *feed.Request) { r.At, r.After = at.Add(48*time.Hour), taken.CommandID }, at, true},
		"the exception opened anew": {func(*feed.Request) {}, at.Add(1000), false},
		"another reason":            {func(r *feed.Request) { r.Reason = "s" }, at, false},
		"another owner":             {func(r *feed.Request) { r.Payload = "" }, at, false},
		"another actor":             {func(r *feed.Request) { r.Actor = "eve" }, at, false},
		"another exception":         {func(r *feed.Request) { r.Target = "ex-2" }, at, false},
		"another kind":              {func(r *feed.Request) { r.Kind = schemas.CommandReplay }, at, false},
	} {
		changed := request
		c.change(&changed)
		if got := changed.Repeats(taken, c.since); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
