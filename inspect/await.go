package inspect

import (
	"context"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/schemas"
	"waybill/stream"
	"waybill/topics"
)

// At is where a record stands.
type At struct {
	Topic     string
	Partition int32
	Offset    int64
}

// Given is a command that was written.
type Given struct {
	CommandID string
	Target    string // an exception or an order
	Holds     string // of an order: the exception that says who holds it; else empty
	At        At     // in o2c.commands
}

// Await waits until commands have had their effect on the exceptions that they are about: it follows them from stage to
// stage by what the stages' groups have committed. It ends with the context's error when that takes too long, naming the
// stage that was waited for. It tells now and then how many of how many have come through a step, if somebody listens.
func (v View) Await(ctx context.Context, given []Given, told func(step string, done, of int)) error {
	client, err := kgo.NewClient(v.Client...)
	if err != nil {
		return err
	}
	w := &wait{view: v, admin: kadm.NewClient(client), intake: groupOf("intake"), exceptions: groupOf("exceptions"), fulfilment: groupOf("fulfilment"), told: told}
	defer w.admin.Close()
	if w.told == nil {
		w.told = func(string, int, int) {}
	}
	w.view.Progress = nil
	return w.follow(ctx, given)
}

func groupOf(stage string) string { return stream.NewStage(stage).Group() }

type wait struct {
	view                           View
	admin                          *kadm.Client
	intake, exceptions, fulfilment string // groups
	told                           func(step string, done, of int)
}

// follow waits for commands → intake → actions → exceptions, and, where that asked another stage for something, on for
// replays → intake or overrides → fulfilment, and then conditions → exceptions. What is asked of orders goes from actions to
// fulfilment.
func (w *wait) follow(ctx context.Context, given []Given) error {
	ids, targets, about := map[string]bool{}, map[string]bool{}, map[string]bool{}
	var commands []At
	ofOrders := false
	for _, command := range given {
		ids[command.CommandID], targets[command.Target], about[command.Target] = true, true, true
		if command.Holds != "" {
			about[command.Holds], ofOrders = true, true
		}
		commands = append(commands, command.At)
	}
	if err := w.passed(ctx, "taken by intake", w.intake, commands); err != nil {
		return err
	}
	aimed := func(key string) bool { return targets[key] }
	actions, err := findOf(ctx, w, topics.Actions, aimed, func(action *schemas.Action) bool { return ids[action.Command.CommandID] })
	if err != nil {
		return err
	}
	if err := w.passed(ctx, "answered", w.exceptions, actions); err != nil {
		return err
	}
	replays, err := findOf(ctx, w, topics.Replays, aimed, func(replay *schemas.Replay) bool { return ids[replay.CommandID] })
	if err != nil {
		return err
	}
	anyKey := func(string) bool { return true } // they are under their orders
	overrides, err := findOf(ctx, w, topics.Overrides, anyKey, func(override *schemas.Override) bool { return ids[override.CommandID] })
	if ofOrders {
		overrides = append(overrides, actions...)
	}
	if err != nil || len(replays)+len(overrides) == 0 {
		return err
	}
	for _, next := range []struct {
		step, group string
		records     []At
	}{{"read again or given up", w.intake, replays}, {"followed", w.fulfilment, overrides}} {
		if len(next.records) == 0 {
			continue
		}
		if err := w.passed(ctx, next.step, next.group, next.records); err != nil {
			return err
		}
	}
	conditions, err := w.find(ctx, topics.Conditions.Name(), func(record *kgo.Record) (bool, error) {
		return about[string(record.Key)], nil
	})
	if err != nil || len(conditions) == 0 {
		return err
	}
	return w.passed(ctx, "told to their exceptions", w.exceptions, conditions)
}

// findOf lists the records of a topic whose key and value fit.
func findOf[T any](ctx context.Context, w *wait, topic topics.Topic[T], mayFit func(key string) bool, fits func(*T) bool) ([]At, error) {
	codec := schemas.NewCodec[T](w.view.Registry, topic.Name())
	return w.find(ctx, topic.Name(), func(record *kgo.Record) (bool, error) {
		if !mayFit(string(record.Key)) {
			return false, nil
		}
		value, err := decodeAt(ctx, codec, record)
		return err == nil && fits(value), err
	})
}

// find reads a topic to its end as of now and lists the records that fit.
func (w *wait) find(ctx context.Context, topic string, fits func(*kgo.Record) (bool, error)) (found []At, err error) {
	err = w.view.each(ctx, nil, func(record *kgo.Record) error {
		ok, err := fits(record)
		if ok {
			found = append(found, At{record.Topic, record.Partition, record.Offset})
		}
		return err
	}, topic)
	return found, err
}

const lookEvery = 100 * time.Millisecond

// passed waits until a group has committed all of the records.
func (w *wait) passed(ctx context.Context, step, group string, records []At) error {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		committed, err := w.admin.FetchOffsets(ctx, group)
		if err == nil {
			done := countPassed(committed, records)
			w.told(step, done, len(records))
			if done == len(records) {
				return nil
			}
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			if err == nil || ctx.Err() != nil {
				err = ctx.Err()
			}
			return fmt.Errorf("waiting for group %s to take %s: %w", group, records[0].Topic, err)
		}
	}
}

func countPassed(committed kadm.OffsetResponses, records []At) (passed int) {
	for _, record := range records {
		if offset, ok := committed.Lookup(record.Topic, record.Partition); ok && offset.At > record.Offset {
			passed++
		}
	}
	return passed
}
