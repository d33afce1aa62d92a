package intake

import (
	"context"
	"fmt"
	"time"

	"waybill/schemas"
	"waybill/stream"
	"waybill/topics"
)

// reading is what became of reading one record: a value that keeps its contract, or a problem and what is known nevertheless.
type reading[T any] struct {
	value   *T
	problem *Problem
	clues   clues
	writer  string // fingerprint of the writer's schema, where a problem is about its contract and it could be read
}

// reader reads the values of a source topic into its contract, and checks them against it.
type reader[T any] struct {
	source[T]
	entry    topics.Entry
	policy   Policy
	registry schemas.Registry
	codec    *schemas.Codec[T]
	repairs  *stream.Reference[schemas.Repair]
}

// read reads a record; set are corrected values. An error means that it is to be tried again: nothing is known yet.
func (r *reader[T]) read(ctx context.Context, s *stream.Step, record *stream.Record, set []schemas.SetField) (reading[T], error) {
	if problem := r.misshapen(record); problem != nil {
		return r.witness(ctx, record, problem)
	}
	value, err := r.codec.Decode(ctx, record.Value)
	problem, err := r.judge(s.Now(), record, value, err)
	if err != nil || problem == nil && len(set) == 0 {
		return reading[T]{value: value}, err
	}
	plain, err := r.witness(ctx, record, problem)
	if value != nil {
		plain.clues = r.typedClues(value)
	}
	var steps []schemas.RepairStep
	if repair := r.repairs.Get(s, topics.RepairKey(r.entry.Name, plain.writer)); repair != nil {
		steps = repair.Steps
	}
	if err != nil || len(steps) == 0 && len(set) == 0 {
		return plain, err
	}
	return r.mend(ctx, s, record, plain, steps, set)
}

// misshapen is what is wrong with a record before it is read.
func (r *reader[T]) misshapen(record *stream.Record) *Problem {
	switch {
	case record.Value == nil:
		return &Problem{Class: schemas.ClassTombstone, Text: "the record has no value, and nothing is deleted by a tombstone on this topic"}
	case len(record.Value) > r.entry.MaxBytes:
		return &Problem{Class: schemas.ClassTooLarge, Text: fmt.Sprintf("the value has %d bytes and the topic allows %d", len(record.Value), r.entry.MaxBytes)}
	case len(record.Key) == 0:
		return &Problem{Class: NullKey, Text: fmt.Sprintf("the record has no key; it has to be %s", r.entry.Key)}
	}
	return nil
}

// witness asks a value that is not taken as it is whose it is, by its writer's schema alone.
func (r *reader[T]) witness(ctx context.Context, record *stream.Record, problem *Problem) (reading[T], error) {
	result := reading[T]{problem: problem}
	if record.Value == nil {
		return result, nil
	}
	event, err := schemas.Generic(ctx, r.registry, record.Value)
	if err != nil {
		_, err = problemOf(err)
		return result, err
	}
	if problem != nil {
		problem.SchemaID = event.SchemaID
	}
	result.clues, result.writer = valueClues(event, r.entry, r.orders), event.Fingerprint
	return result, nil
}

// judge is what is wrong with a value that was read, or with the reading of it.
func (r *reader[T]) judge(now time.Time, record *stream.Record, value *T, err error) (*Problem, error) {
	if err != nil {
		return problemOf(err)
	}
	inspection := inspection{now: now, ahead: r.policy.Ahead, personal: r.entry.Personal}
	inspection.meta(r.meta(value), r.entry.Ordering)
	r.check(&inspection, value)
	if key := r.keyOf(value); key != string(record.Key) {
		inspection.find(KeyMismatch, whole, string(r.entry.Key), "says %q, and the record key is %q", key, record.Key)
	}
	if inspection.problem != nil {
		inspection.problem.SchemaID, _ = schemas.SchemaID(record.Value)
	}
	return inspection.problem, nil
}

// mend reads the record with the repair for its writer's schema and the corrected values.
func (r *reader[T]) mend(ctx context.Context, s *stream.Step, record *stream.Record, plain reading[T], steps []schemas.RepairStep, set []schemas.SetField) (reading[T], error) {
	value, err := r.codec.DecodeMended(ctx, record.Value, steps, set)
	problem, err := r.judge(s.Now(), record, value, err)
	if err != nil || problem == nil {
		return reading[T]{value: value}, err
	}
	problem.Text += " (after mending)"
	mended := reading[T]{problem: problem, clues: plain.clues, writer: plain.writer}
	if value != nil {
		mended.clues = r.typedClues(value)
	}
	return mended, nil
}

func (r *reader[T]) keyOf(value *T) string {
	if r.key != nil {
		return r.key(value)
	}
	return r.entity(value)
}

// typedClues are what a value says that could be read but breaks its contract.
func (r *reader[T]) typedClues(value *T) clues {
	meta := r.meta(value)
	c := clues{
		entity: r.entity(value), key: r.keyOf(value), source: meta.Source, eventID: meta.EventID,
		sequence: sequenceOf(meta, r.entry.Ordering.Contract), orders: r.ordersOf(value),
	}
	if r.warehouse != nil {
		c.warehouse = r.warehouse(value)
	}
	return c
}

// ordersOf are the orders that the event is about: those to which the split sends a part.
func (r *reader[T]) ordersOf(value *T) []string {
	if r.orders == "" {
		return nil
	}
	var orders []string
	for _, piece := range r.split(value, schemas.Evidence{}) {
		if piece.Key != "" {
			orders = append(orders, piece.Key)
		}
	}
	return orders
}
