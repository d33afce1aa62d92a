// Package commands reads what a person's command says beyond its kind, target and reason: its payload, a JSON object whose
// fields depend on the kind.
package commands

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Read reads a payload strictly: a misspelt field would otherwise do something else than what was asked.
func Read(payload string, into any) error {
	reader := json.NewDecoder(bytes.NewReader([]byte(payload)))
	reader.DisallowUnknownFields()
	if err := reader.Decode(into); err != nil {
		return fmt.Errorf("not the JSON object that is expected: %w", err)
	}
	if _, err := reader.Token(); err != io.EOF {
		return errors.New("more than one JSON object")
	}
	return nil
}

// Line reads the payload of hold and release, {"line_no":2}; nothing, or no line, is the order as a whole and gives 0.
func Line(payload string) (lineNo int32, err error) {
	if payload == "" {
		return 0, nil
	}
	var fields struct {
		LineNo *int32 `json:"line_no"`
	}
	if err := Read(payload, &fields); err != nil || fields.LineNo == nil {
		return 0, err
	}
	if *fields.LineNo < 1 {
		return 0, fmt.Errorf("line_no %d: lines are numbered from 1; leave it out to name the whole order", *fields.LineNo)
	}
	return *fields.LineNo, nil
}
