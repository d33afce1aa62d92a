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
	Target    string // an exception
	At        At     // in o2c.commands
}

// Await waits until commands have had their effect on the exceptions that they are about, and returns those: it follows
// them from stage to stage by what the stages' groups have committed. It ends with the context's error when that takes
// too long, naming the stage that was waited for.
func (v View) Await(ctx context.Context, given []Given) ([]schemas.Exception, error) {
	client, err := kgo.NewClient(v.Client...)
	if err != nil {
		return nil, err
	}
	w := &wait{view: v, admin: kadm.NewClient(client), intake: groupOf("intake"), exceptions: groupOf("exceptions")}
	defer w.admin.Close()
	w.view.Progress = nil
	if err := w.follow(ctx, given); err != nil {
		return nil, err
	}
	targets := make([]string, len(given))
	for i, command := range given {
		targets[i] = command.Target
	}
	return v.ExceptionsByID(ctx, targets)
}

func groupOf(stage string) string { return stream.NewStage(stage).Group() }

type wait struct {
	view               View
	admin              *kadm.Client
	intake, exceptions string // groups
}

// follow waits for commands → intake → actions → exceptions, and, where that asked intake for something, on for replays →
// intake → conditions → exceptions.
func (w *wait) follow(ctx context.Context, given []Given) error {
	ids, targets := map[string]bool{}, map[string]bool{}
	var commands []At
	for _, command := range given {
		ids[command.CommandID], targets[command.Target] = true, true
		commands = append(commands, command.At)
	}
	if err := w.passed(ctx, w.intake, commands); err != nil {
		return err
	}
	action := schemas.NewCodec[schemas.Action](w.view.Registry, topics.Actions.Name())
	actions, err := w.find(ctx, topics.Actions.Name(), func(record *kgo.Record) (bool, error) {
		if !targets[string(record.Key)] {
			return false, nil
		}
		value, err := decodeAt(ctx, action, record)
		return err == nil && ids[value.Command.CommandID], err
	})
	if err != nil {
		return err
	}
	if err := w.passed(ctx, w.exceptions, actions); err != nil {
		return err
	}
	replay := schemas.NewCodec[schemas.Replay](w.view.Registry, topics.Replays.Name())
	replays, err := w.find(ctx, topics.Replays.Name(), func(record *kgo.Record) (bool, error) {
		if !targets[string(record.Key)] {
			return false, nil
		}
		value, err := decodeAt(ctx, replay, record)
		return err == nil && ids[value.CommandID], err
	})
	if err != nil || len(replays) == 0 {
		return err
	}
	if err := w.passed(ctx, w.intake, replays); err != nil {
		return err
	}
	conditions, err := w.find(ctx, topics.Conditions.Name(), func(record *kgo.Record) (bool, error) {
		return targets[string(record.Key)], nil
	})
	if err != nil {
		return err
	}
	return w.passed(ctx, w.exceptions, conditions)
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
func (w *wait) passed(ctx context.Context, group string, records []At) error {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		committed, err := w.admin.FetchOffsets(ctx, group)
		if err == nil && hasPassed(committed, records) {
			return nil
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

func hasPassed(committed kadm.OffsetResponses, records []At) bool {
	for _, record := range records {
		offset, ok := committed.Lookup(record.Topic, record.Partition)
		if !ok || offset.At <= record.Offset {
			return false
		}
	}
	return true
}
