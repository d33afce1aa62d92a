package dev

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

var ofLine = regexp.MustCompile(`^s\.ndjson line (\d+): .`)

// FuzzScenario reads files of a scenario: what is wrong is one line that names a line of the file, and what is accepted
// says the same when it is written out again.
func FuzzScenario(f *testing.F) {
	for _, text := range []string{
		"", "# only a comment\n// another\n\n", "\uFEFF" + `{"topic":"ar.payments","key":"P-1","headers":{"a":"b"},"schema":"x.avsc","value":{"a":1},"cut":2}` + "\r\n",
		`{"at":"2026-03-02T08:00:00+02:00","advance":"1h30m","note":"both"}`, `{"topic":"ar.payments","value":null}`, `{"topic":"ar.payments","raw":"","no_key":true}`,
		`{"topic":"ar.payments","raw":"AAE="}` + "\n" + `{"topic":7}`, `{"topic":"ar.payments","value":{},"raw":"AA=="}`, "\n\n[1]", `{"topic":"a","value":{}} {}`, `{"topic":"a","value":{}}]`,
		`{"at":"2200-01-01T00:00:00Z"}`, `{"advance":"-2h"}`, `{"advance":"9999999h"}`, `{"topic":"a","value":"<&>\u2028"}`, `{"topic":"a","key":"\ud800","value":0}`, `{"TOPIC":"a","Value":1}`,
		`{"topic":"a","topic":"b","value":1}`, `{"a` + "\r" + `b":1}`, `{"at":"` + "\u2028" + `"}`, "\x00\x9f", `{"topic":"a","value":1e999999999}`, `{"topic":"a","value":1,"headers":{"":""}}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		opened, err := ScenarioFrom("s.ndjson", bytes.NewReader(text)).lines()
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = opened.close() }()
		last := 0
		for {
			line, err := opened.next(t.Context())
			if err != nil {
				parts := ofLine.FindStringSubmatch(err.Error())
				if parts == nil || strings.ContainsAny(err.Error(), "\n\r") {
					t.Fatalf("names no line, or is more than one: %q", err)
				}
				if number, _ := strconv.Atoi(parts[1]); number <= last || number > 1+bytes.Count(text, []byte("\n")) {
					t.Fatalf("names line %d after line %d was read: %q", number, last, err)
				}
				return
			}
			if line == nil {
				return
			}
			if line.number <= last {
				t.Fatalf("line %d follows line %d", line.number, last)
			}
			last = line.number
			mustSayTheSame(t, line)
		}
	})
}

// mustSayTheSame writes a line out, reads it, and compares.
func mustSayTheSame(t *testing.T, line *Line) {
	t.Helper()
	of := written{Topic: line.Topic, Key: line.Key, NoKey: line.NoKey, Cut: line.Cut, Schema: line.Schema, Headers: line.Headers, Value: line.Value}
	switch {
	case line.Raw != nil:
		of.Raw = new(base64.StdEncoding.EncodeToString(line.Raw))
	case line.Topic != "" && line.Value == nil:
		of.Value = json.RawMessage("null")
	}
	if !line.At.IsZero() {
		of.At = new(line.At.Format(time.RFC3339Nano))
	}
	if line.Advance != 0 || line.Topic == "" {
		of.Advance = new(line.Advance.String())
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(fields(t, of)); err != nil {
		t.Fatal(err)
	}
	again, err := parseLine(bytes.TrimSpace(text.Bytes()))
	if err != nil {
		t.Fatalf("%s was read, and written out as %s it is not: %v", line.Value, text.Bytes(), err)
	}
	again.number = line.number
	if !again.At.Equal(line.At) || compact(t, again.Value) != compact(t, line.Value) {
		t.Fatalf("%+v was read, and written out as %s it is %+v", line, text.Bytes(), again)
	}
	again.At, again.Value = line.At, line.Value
	if !reflect.DeepEqual(again, line) {
		t.Fatalf("%+v was read, and written out as %s it is %+v", line, text.Bytes(), again)
	}
}

// fields are what of a line is said.
func fields(t *testing.T, of written) map[string]any {
	t.Helper()
	said := map[string]any{}
	value := reflect.ValueOf(of)
	for i := range value.NumField() {
		if field := value.Field(i); !field.IsZero() {
			said[value.Type().Field(i).Tag.Get("json")] = field.Interface()
		}
	}
	return said
}

func compact(t *testing.T, value json.RawMessage) string {
	t.Helper()
	if value == nil {
		return ""
	}
	var text bytes.Buffer
	if err := json.Compact(&text, value); err != nil {
		t.Fatal(err)
	}
	return text.String()
}
