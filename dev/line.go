package dev

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"
)

// Line is one line of a scenario: a record for a topic, or a step of the clock.
type Line struct {
	number int

	Topic   string
	Key     *string         // nil: taken from the value by the catalogue
	NoKey   bool            // a record without a key
	Value   json.RawMessage // by the topic's contract, or by Schema
	Raw     []byte          // bytes instead of a value; nil: there is a value, or none (a tombstone)
	Cut     int             // so many bytes are missing at the end of the encoded value
	Schema  string          // path of another writer schema, from the scenario's folder
	Headers map[string]string

	At      time.Time     // moves the clock there first; zero: it stays
	Advance time.Duration // moves the clock by so much
}

// written is a line as people write it.
type written struct {
	Topic   string            `json:"topic"`
	Key     *string           `json:"key"`
	NoKey   bool              `json:"no_key"`
	Value   json.RawMessage   `json:"value"`
	Raw     *string           `json:"raw"`
	Cut     int               `json:"cut"`
	Schema  string            `json:"schema"`
	Headers map[string]string `json:"headers"`
	At      *string           `json:"at"`
	Advance *string           `json:"advance"`
	Note    string            `json:"note"` // for readers
}

// fieldNames are the fields that a line may have.
var fieldNames = func() (names []string) {
	of := reflect.TypeFor[written]()
	for i := range of.NumField() {
		names = append(names, of.Field(i).Tag.Get("json"))
	}
	return names
}()

func parseLine(text []byte) (*Line, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	var w written
	if err := decoder.Decode(&w); err != nil {
		if name, unknown := strings.CutPrefix(err.Error(), "json: unknown field "); unknown {
			return nil, fmt.Errorf("%s: is unknown: a line has %s", strings.Trim(name, `"`), strings.Join(fieldNames, ", "))
		}
		return nil, unfit(err)
	}
	if decoder.More() {
		return nil, errors.New("there is more than one JSON value on the line")
	}
	if err := w.check(); err != nil {
		return nil, err
	}
	line := &Line{Topic: w.Topic, Key: w.Key, NoKey: w.NoKey, Cut: w.Cut, Schema: w.Schema, Headers: w.Headers}
	if string(w.Value) != "null" {
		line.Value = w.Value
	}
	var err error
	if w.Raw != nil {
		if line.Raw, err = base64.StdEncoding.DecodeString(*w.Raw); err != nil {
			return nil, fmt.Errorf("raw: is not base64: %w", err)
		}
	}
	if line.At, err = instantOf(w.At); err != nil {
		return nil, err
	}
	line.Advance, err = durationOf(w.Advance)
	return line, err
}

// check tells what does not go together.
func (w *written) check() error {
	moves := w.Advance != nil || w.At != nil
	switch {
	case w.Topic == "" && (w.Value != nil || w.Raw != nil):
		return errors.New(`topic: is missing: the value needs one`)
	case w.Topic == "" && !moves:
		return errors.New(`name a "topic" with a "value", or move the clock with "advance" or "at"`)
	case w.Topic == "":
		return nil
	case w.Value == nil && w.Raw == nil:
		return errors.New(`value: is missing: give a "value", null for a record that has none, or "raw" bytes`)
	case w.Value != nil && w.Raw != nil:
		return errors.New(`raw: there is a "value" too: give one of the two`)
	case w.Raw != nil && w.Schema != "":
		return errors.New(`schema: "raw" is written as it is, without one`)
	case w.Cut < 0 || w.Cut > 0 && (w.Value == nil || string(w.Value) == "null"):
		return fmt.Errorf(`cut: %d bytes cannot be missing: it is for a "value"`, w.Cut)
	case w.NoKey && w.Key != nil:
		return errors.New(`no_key: there is a "key" too: give one of the two`)
	}
	return nil
}

// The clock shows what the stages believe as a date.
var (
	earliest = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
)

func instantOf(text *string) (time.Time, error) {
	if text == nil {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, *text)
	if err != nil {
		return at, fmt.Errorf("at: %q is not an instant such as \"2026-03-02T08:00:00Z\"", *text)
	}
	return at, sane("at", at)
}

// sane refuses a time that the clock cannot show.
func sane(field string, at time.Time) error {
	if at.Before(earliest) || !at.Before(latest) {
		return fmt.Errorf("%s: the clock would show %s, and it goes from 1970 to 2199", field, at.UTC().Format(time.RFC3339))
	}
	return nil
}

func durationOf(text *string) (time.Duration, error) {
	if text == nil {
		return 0, nil
	}
	advance, err := time.ParseDuration(*text)
	switch {
	case err != nil:
		return 0, fmt.Errorf("advance: %q is not a duration such as \"2h\", \"30m\" or \"1h30m\"", *text)
	case advance < 0:
		return 0, fmt.Errorf("advance: %q is negative: the clock does not go back", *text)
	}
	return advance, nil
}
