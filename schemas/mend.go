package schemas

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
)

// DecodeMended reads a value with its writer's schema, applies a repair's steps and then corrected values, and reads the
// result into the contract: by field name, with the contract's defaults, dropping what it does not have. A step that
// does not apply is a DecodeError of class unmendable; what does not fit the contract even then is invalid_value, by
// field. Without steps it reads events whose schema Avro cannot resolve and whose values fit nevertheless.
func (c *Codec[T]) DecodeMended(ctx context.Context, value []byte, steps []RepairStep, set []SetField) (*T, error) {
	id, body, writer, err := writerOfValue(ctx, c.registry, value)
	if err != nil {
		return nil, err
	}
	decoded, failure := writer.decode(body, id)
	if failure != nil {
		return nil, failure
	}
	fields, isRecord := decoded.(map[string]any)
	if !isRecord {
		return nil, &DecodeError{Class: ClassIncompatibleSchema, SchemaID: id, Err: errors.New("the writer's schema is not a record")}
	}
	if err := Mend(fields, steps, set); err != nil {
		return nil, mendFailure(err, ClassUnmendable, id)
	}
	contract, err := writerOf(c.contract.text)
	if err != nil {
		return nil, err
	}
	fitted, err := fitting{writer: contract, lenient: true}.fit("", contract.root, fields)
	if err != nil {
		return nil, mendFailure(err, ClassInvalidValue, id)
	}
	encoded, err := contract.schema.Encode(fitted)
	if err != nil {
		return nil, valueError(err, id)
	}
	narrow, failure := c.contract.shape.narrow(nil, encoded)
	if failure != nil {
		failure.SchemaID = id
		return nil, failure
	}
	mended := new(T)
	if _, err := c.contract.narrow.Decode(narrow, mended, aliasInput...); err != nil {
		return nil, valueError(err, id)
	}
	return mended, nil
}

func mendFailure(err error, class string, id int) *DecodeError {
	failure := &DecodeError{Class: class, SchemaID: id, Err: err}
	var problem Problem
	if errors.As(err, &problem) {
		failure.Field, failure.Err = problem.Field, errors.New(problem.Text)
	}
	return failure
}

// Mend applies a repair's steps, then corrected values, to the fields of an event as its writer wrote them, in place.
// Errors are Problems that name the path.
func Mend(fields map[string]any, steps []RepairStep, set []SetField) error {
	for _, step := range steps {
		if err := step.apply(fields); err != nil {
			return err
		}
	}
	for _, field := range set {
		if err := field.apply(fields); err != nil {
			return err
		}
	}
	return nil
}

// Valid says what is wrong with a step whatever event it is applied to: nil when nothing is.
func (s RepairStep) Valid() error {
	if _, err := parsePath(s.Path); err != nil {
		return Problem{s.Path, err.Error()}
	}
	switch s.Action {
	case RepairRename:
		if s.To == nil || *s.To == "" {
			return Problem{s.Path, "a rename needs `to`, the new name of the field"}
		}
	case RepairSet, RepairDefault:
		if s.Value == nil {
			return Problem{s.Path, fmt.Sprintf("a %s needs `value`, the JSON of the value", s.Action)}
		}
		if _, err := parseJSON([]byte(*s.Value)); err != nil {
			return Problem{s.Path, fmt.Sprintf("value %s: %v", shorten(*s.Value), err)}
		}
	case RepairDrop:
	default:
		return Problem{s.Path, fmt.Sprintf("action %q is none of rename, set, drop, default", s.Action)}
	}
	return nil
}

func (s RepairStep) apply(fields map[string]any) error {
	if err := s.Valid(); err != nil {
		return err
	}
	places, err := places(fields, s.Path)
	if err != nil {
		return err
	}
	slices.Reverse(places) // so that dropping items of a list leaves the numbers of those still to drop
	for _, place := range places {
		if err := s.applyAt(place); err != nil {
			return Problem{s.Path, err.Error()}
		}
	}
	return nil
}

func (s RepairStep) applyAt(at place) error {
	value, present := at.get()
	switch s.Action {
	case RepairRename:
		if _, taken := at.record[*s.To]; taken {
			return fmt.Errorf("cannot be renamed: the event has a field %s already", *s.To)
		}
		if !present || at.step.items != theField {
			return errors.New("cannot be renamed: the event has no such field")
		}
		at.remove()
		at.record[*s.To] = value
	case RepairDrop:
		at.remove()
	case RepairDefault:
		if !present || value == nil {
			return setJSON(at, *s.Value)
		}
	case RepairSet:
		return setJSON(at, *s.Value)
	}
	return nil
}

func (f SetField) apply(fields map[string]any) error {
	places, err := places(fields, f.Path)
	if err != nil {
		return err
	}
	if len(places) == 0 {
		return Problem{f.Path, "the event has nothing at this path"}
	}
	for _, place := range places {
		if err := setJSON(place, f.Value); err != nil {
			return Problem{f.Path, err.Error()}
		}
	}
	return nil
}

func places(fields map[string]any, path string) ([]place, error) {
	steps, err := parsePath(path)
	if err != nil {
		return nil, Problem{path, err.Error()}
	}
	found, err := findPlaces(fields, steps)
	if err != nil {
		return nil, Problem{path, err.Error()}
	}
	return found, nil
}

// setJSON parses the text for each place anew, so that no two places share a list or record.
func setJSON(at place, text string) error {
	value, err := parseJSON([]byte(text))
	if err != nil {
		return fmt.Errorf("value %s: %w", shorten(text), err)
	}
	at.set(value)
	return nil
}

var errMoreJSON = errors.New("more follows the JSON value")

// parseJSON reads one JSON value with its numbers as they are written.
func parseJSON(text []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, errors.New("no JSON value")
		}
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errMoreJSON
	}
	return value, nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
