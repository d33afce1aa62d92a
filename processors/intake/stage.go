// Package intake is the stage in front of all others: it makes of what the systems of authority send, at least once and in
// any order, events that are clean, in order and once.
//
// A source event passes, in this order:
//
//  1. its record: a key, a value, a size that the topic allows
//  2. its contract: read by its writer's schema, mended by a repair for that schema if it cannot be taken as it is,
//     then checked field by field, and against the record key
//  3. its authority: a registered system, of a kind that owns the object
//  4. the sequencer of its entity, by the topic's ordering contract: it is a duplicate, comes next, or waits
//  5. the split into canonical records, keyed as the stages behind need them
//
// What fails in 1 or 2 goes to the dead letters as it came. It is an exception of its own, unreadable, and a hold on the
// orders that it could have changed. Where its place in its entity's sequence is known, it is a hole there: what comes
// behind it waits until it is replayed, comes again readable, or is given up.
//
// An exception is raised and cleared by the task that took the record: the one of its entity's partition, but for a record
// without its entity's key, which may be anywhere. Such a one cannot be taken where it is, and is sent again or given up.
package intake

import (
	"context"
	"errors"
	"time"

	"waybill/processors/conditions"
	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
	"waybill/topics"
)

const stageName = "intake"

// Policy is what operators may set.
type Policy struct {
	// Ahead is how far ahead of the wall clock an event may have happened.
	Ahead time.Duration
	// Remember is how long what no sequence tells from new is remembered after it was settled: an exception that is closed,
	// a command that came late.
	Remember time.Duration
}

// DefaultPolicy believes clocks that are up to seven days ahead, and remembers for thirty days.
func DefaultPolicy() Policy {
	return Policy{Ahead: 7 * 24 * time.Hour, Remember: 30 * 24 * time.Hour}
}

type intake struct {
	catalogue topics.Catalogue
	policy    Policy
	feeds     map[string]*feed

	tracks   *stream.Table[state.Text, Track]      // by entity
	slots    *stream.Table[state.TextNumber, Slot] // by entity and sequence
	parts    *stream.Table[state.TextPair, Part]   // by entity and canonical record
	letters  *stream.Table[state.Text, Letter]     // by exception id
	open     *stream.Table[state.TextPair, standing]
	commands *stream.Window
	repairs  *stream.Reference[schemas.Repair]
	gaps     *stream.Timers // by entity
	forget   *stream.Timers // by exception id

	late       *stream.Table[state.Text, lateness]
	leastBound time.Duration // of a source's lag

	board      *conditions.Board
	conditions *stream.Output[schemas.Condition]
	out        outputs
}

// standing is an exception of an entity that stands, by entity and exception id.
type standing struct {
	ExceptionID string `avro:"exception_id"`
}

// feed is a source topic as far as it is the same for values of any type.
type feed struct {
	topics.Entry
	noun  string
	holds scope
	about func(*schemas.Condition, string)
}

// flow is a source bound to a registry.
type flow interface {
	take(context.Context, *stream.Step, *stream.Record) error
	replay(context.Context, *stream.Step, *Letter, []schemas.SetField) error
	drop(*stream.Step, *Letter)
}

// declarer is a source of values of any type.
type declarer interface {
	feed(topics.Catalogue) *feed
	bind(*intake, schemas.Registry) flow
}

// Stage declares the stage. The catalogue names every source topic: topics.Load sees to that.
func Stage(catalogue topics.Catalogue, policy Policy) *stream.Stage {
	stage := stream.NewStage(stageName)
	in := &intake{catalogue: catalogue, policy: policy, feeds: map[string]*feed{}}
	in.tracks = stream.NewTable[state.Text, Track](stage, 1, "tracks")
	in.slots = stream.NewTable[state.TextNumber, Slot](stage, 2, "slots")
	in.parts = stream.NewTable[state.TextPair, Part](stage, 3, "parts")
	in.letters = stream.NewTable[state.Text, Letter](stage, 4, "letters")
	in.open = stream.NewTable[state.TextPair, standing](stage, 5, "standing")
	memory, _ := catalogue.Topic(topics.Commands.Name())
	in.commands = stream.NewWindow(stage, 6, "commands", commandBucket, max(memory.MaxLateness, commandBucket))
	in.repairs = stream.NewReference(stage, 1, topics.Repairs)
	stage.OnWake(func(*stream.Step, string) error { return nil }) // nothing waits for a repair but people, who replay
	in.gaps = stream.OnTimer(stage, 1, "gap deadline", stream.WallClock, in.gapOutlived)
	in.forget = stream.OnTimer(stage, 2, "forget", stream.WallClock, in.forgetLetter)
	in.late, in.leastBound = stream.NewTable[state.Text, lateness](stage, 8, "lateness"), leastBoundOf(catalogue)
	in.conditions = stream.Emit(stage, topics.Conditions)
	in.board = conditions.NewBoard(stage, 7, in.conditions)
	in.out = emitAll(stage)
	for _, source := range sources() {
		of := source.feed(catalogue)
		in.feeds[of.Name] = of
		stream.OnRaw(stage, of.Name, func(registry schemas.Registry) func(context.Context, *stream.Step, *stream.Record) error {
			return source.bind(in, registry).take
		})
	}
	stream.OnRaw(stage, topics.Replays.Name(), in.bindReplays)
	return stage
}

// commandBucket is the resolution of the memory of command ids.
const commandBucket = time.Hour

// bindReplays makes the step of o2c.replays. A replay of what is closed, or of what this task never had, changes nothing.
func (in *intake) bindReplays(registry schemas.Registry) func(context.Context, *stream.Step, *stream.Record) error {
	codec := schemas.NewCodec[schemas.Replay](registry, topics.Replays.Name())
	flows := map[string]flow{}
	for _, source := range sources() {
		flows[source.feed(in.catalogue).Name] = source.bind(in, registry)
	}
	return func(ctx context.Context, s *stream.Step, record *stream.Record) error {
		replay, err := codec.Decode(ctx, record.Value)
		var decode *schemas.DecodeError
		if errors.As(err, &decode) {
			s.DeadLetter(record, decode.Class, decode.Error(), decode.Field, decode.SchemaID)
			s.Count("dead_lettered")
			return nil
		}
		if err != nil {
			return err
		}
		letter := in.letters.Get(s, state.Text(replay.ExceptionID))
		switch {
		case letter == nil || letter.Closed:
			s.Count("duplicate")
		case replay.Drop:
			flows[letter.Topic].drop(s, letter)
			s.Count("dropped")
		case letter.Class != conditions.Unreadable:
			s.Count("refused") // there is nothing to read of an event that is missing
		default:
			return flows[letter.Topic].replay(ctx, s, letter, replay.Set)
		}
		return nil
	}
}
