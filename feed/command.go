package feed

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/schemas"
	"waybill/state"
	"waybill/topics"
)

// Source is what commands of this program say of where they come from.
const Source = "waybill"

// Request is what a person asks for.
type Request struct {
	Kind    schemas.CommandKind
	Target  string // exception_id or order_id
	Actor   string
	Reason  string
	Payload string // a JSON object; empty when there is nothing more to say
	At      time.Time
	After   string // id of the last command on the target that was taken; empty when there was none
}

// Repeats tells whether a command that was taken asked for the same in the same words, since a time.
func (r Request) Repeats(taken *schemas.Command, since time.Time) bool {
	return r.Kind == taken.Kind && r.Target == taken.Target && r.Actor == taken.Actor && r.Reason == taken.Reason && r.Payload == taken.Payload &&
		!taken.Meta.OccurredAt.Before(since)
}

// Command is the request as it is written to o2c.commands. Its id follows from what it says, the day, and the command
// before it: said again before the first was taken, it is the same command and counts once; said again after that, it is
// a new one, since what it is about may have changed.
func (r Request) Command() *schemas.Command {
	var key []byte
	for _, part := range []string{string(r.Kind), r.Target, r.Actor, r.Reason, r.Payload, r.After, r.At.UTC().Format(time.DateOnly)} {
		key = state.AppendString(key, part)
	}
	id, at := schemas.ID("cmd-", key), r.At.UTC().Truncate(time.Microsecond)
	return &schemas.Command{
		Meta:      schemas.Meta{EventID: id, Source: Source, OccurredAt: at, RecordedAt: at},
		CommandID: id, Actor: r.Actor, Kind: r.Kind, Target: r.Target, Reason: r.Reason, Payload: r.Payload,
	}
}

// AssignPayload names the new owner.
func AssignPayload(owner string) (string, error) {
	return payload(map[string]string{"owner": owner})
}

// ReplayPayload carries corrected values by the path of their field; empty for none. A value that is JSON is taken as it
// is, any other as a text. The path is checked, that the event has it is not.
func ReplayPayload(set []string) (string, error) {
	if len(set) == 0 {
		return "", nil
	}
	values := map[string]json.RawMessage{}
	var problems []error
	for _, each := range set {
		path, text, ok := strings.Cut(each, "=")
		if !ok {
			problems = append(problems, fmt.Errorf("%q is not path=value, for example lines[0].quantity=4", each))
			continue
		}
		if _, twice := values[path]; twice {
			problems = append(problems, fmt.Errorf("%s is set twice", path))
		}
		if !utf8.ValidString(path) {
			problems = append(problems, fmt.Errorf("%q: its path is not UTF-8", each))
			continue
		}
		value := json.RawMessage(text)
		if !json.Valid(value) {
			quoted, err := json.Marshal(text)
			if err != nil {
				return "", err
			}
			value = quoted
		}
		step := schemas.RepairStep{Action: schemas.RepairSet, Path: path, Value: new(string(value))}
		if err := step.Valid(); err != nil {
			problems = append(problems, err)
		}
		values[path] = value
	}
	if err := errors.Join(problems...); err != nil {
		return "", err
	}
	return payload(map[string]any{"set": values})
}

func payload(of any) (string, error) {
	text, err := json.Marshal(of)
	return string(text), err
}

// Sent is a command with where it was written.
type Sent struct {
	Command   *schemas.Command
	Partition int32
	Offset    int64
}

// atOnce is how many commands are on their way at once: that many are written to the end when the context ends meanwhile.
const atOnce = 200

// lastWords is how long they have for that.
const lastWords = 10 * time.Second

// Send writes commands, in their order, and waits until the broker has them. When the context ends it ends between
// commands: what it returns was written, and nothing else was. It tells how many of how many are written, if somebody
// listens.
func Send(ctx context.Context, client []kgo.Opt, registry schemas.Registry, commands []*schemas.Command, told func(done, total int64)) (sent []Sent, err error) {
	codec := schemas.NewCodec[schemas.Command](registry, topics.Commands.Name())
	records := make([]*kgo.Record, len(commands))
	written := map[*kgo.Record]*schemas.Command{}
	for i, command := range commands {
		value, err := codec.Append(ctx, nil, command)
		if err != nil {
			return nil, fmt.Errorf("command %s of %s: %w", command.Kind, command.Target, err)
		}
		records[i] = &kgo.Record{Topic: topics.Commands.Name(), Key: []byte(command.Target), Value: value, Timestamp: command.Meta.OccurredAt}
		written[records[i]] = command
	}
	producer, err := kgo.NewClient(client...)
	if err != nil {
		return nil, err
	}
	defer producer.Close()
	writing, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(lastWords, cancel) })()
	for batch := range slices.Chunk(records, atOnce) {
		if err := ctx.Err(); err != nil {
			return sent, err
		}
		for _, result := range producer.ProduceSync(writing, batch...) {
			command := written[result.Record]
			if result.Err != nil {
				err = cmp.Or(err, fmt.Errorf("command %s of %s: %w", command.Kind, command.Target, result.Err))
				continue
			}
			sent = append(sent, Sent{command, result.Record.Partition, result.Record.Offset})
		}
		if err != nil {
			return sent, err
		}
		if told != nil {
			told(int64(len(sent)), int64(len(records)))
		}
	}
	return sent, nil
}
