package dev

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func TestALineSaysWhatIsWrongWithIt(t *testing.T) {
	for line, want := range map[string]string{
		"\x00\x01\x02":                          "is not JSON: invalid character '\\x00'",
		`hello`:                                 "is not JSON: invalid character 'h' looking for beginning of value at character 1",
		`{"topic":"ar.payments","value":{`:      "the JSON ends before it is complete: a record is one line",
		`[1]`:                                   `is a JSON array, not an object such as {"topic":…,"value":{…}}`,
		`"ar.payments"`:                         "is a JSON string, not an object",
		`{"topic":"ar.payments","value":{}} {}`: "more than one JSON value",
		`{"topik":"ar.payments"}`:               "topik: is unknown: a line has topic, key, no_key, value, raw, cut, schema, headers, at, advance, note",
		`{"topic":7}`:                           "topic: is a JSON number, not a text",
		`{"topic":"ar.payments","value":{},"headers":{"a":1}}`: "headers: is a JSON number, not a text",
		`{"topic":"ar.payments","value":{},"headers":[]}`:      "headers: is a JSON array, not an object",
		`{"topic":"ar.payments","value":{},"no_key":"yes"}`:    "no_key: is a JSON string, not true or false",
		`{}`:                      `name a "topic" with a "value", or move the clock`,
		`{"note":"x"}`:            `name a "topic" with a "value", or move the clock`,
		`null`:                    `name a "topic" with a "value", or move the clock`,
		`{"value":{}}`:            "topic: is missing",
		`{"raw":"AA=="}`:          "topic: is missing",
		`{"topic":"ar.payments"}`: "value: is missing",
		`{"topic":"ar.payments","value":{},"raw":"AA=="}`:            `raw: there is a "value" too`,
		`{"topic":"ar.payments","raw":"!"}`:                          "raw: is not base64",
		`{"topic":"ar.payments","raw":"AA==","schema":"x.avsc"}`:     `schema: "raw" is written as it is`,
		`{"topic":"ar.payments","raw":"AA==","cut":1}`:               `cut: 1 bytes cannot be missing: it is for a "value"`,
		`{"topic":"ar.payments","value":{},"cut":-1}`:                "cut: -1 bytes cannot be missing",
		`{"topic":"ar.payments","value":null,"cut":1}`:               "cut: 1 bytes cannot be missing",
		`{"topic":"ar.payments","value":{},"cut":1.5}`:               "cut: is a JSON number 1.5, not a whole number",
		`{"topic":"ar.payments","value":{},"key":"k","no_key":true}`: `no_key: there is a "key" too`,
		`{"at":"yesterday"}`:                                         `at: "yesterday" is not an instant such as "2026-03-02T08:00:00Z"`,
		`{"at":"2026-03-02"}`:                                        `at: "2026-03-02" is not an instant`,
		`{"at":5}`:                                                   "at: is a JSON number, not a text",
		`{"at":"1969-12-31T23:59:59Z"}`:                              "at: the clock would show 1969-12-31T23:59:59Z, and it goes from 1970 to 2199",
		`{"at":"2200-01-01T00:00:00Z"}`:                              "at: the clock would show 2200-01-01T00:00:00Z",
		`{"advance":"soon"}`:                                         `advance: "soon" is not a duration such as "2h"`,
		`{"advance":"-2h"}`:                                          `advance: "-2h" is negative: the clock does not go back`,
		`{"advance":2}`:                                              "advance: is a JSON number, not a text",
		`{"note":"` + strings.Repeat("x", maxLine) + `"}`:            "longer than 32 MiB: a line is one record",
	} {
		opened, err := scenario("# a comment", "", line).lines()
		if err != nil {
			t.Fatal(err)
		}
		read, err := opened.next(t.Context())
		if err == nil || !strings.HasPrefix(err.Error(), "s.ndjson line 3: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s gave %+v, %v; want %q of line 3", line, read, err, want)
		}
		if err := opened.close(); err != nil {
			t.Error(err)
		}
	}
}

func TestAFileThatCannotBePlayedSaysWhy(t *testing.T) {
	folder := t.TempDir()
	file := func(name, text string) Scenario {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return ScenarioAt(path)
	}
	good := file("good.ndjson", orderLine("O-1"))
	for want, scenarios := range map[string][]Scenario{
		"nowhere.ndjson: there is no such file":                  {ScenarioAt(filepath.Join(folder, "nowhere.ndjson"))},
		"good.ndjson/x: not a directory":                         {ScenarioAt(filepath.Join(folder, "good.ndjson", "x"))},
		": is a folder: name the file of events in it":           {ScenarioAt(folder)},
		"empty.ndjson: there is nothing to play in it":           {file("empty.ndjson", "")},
		"comments.ndjson: there is nothing to play in it":        {file("comments.ndjson", "# nothing\n\n// here\n"), ScenarioFrom("standard input", strings.NewReader(""))},
		"also-nowhere.ndjson: there is no such file":             {good, ScenarioAt(filepath.Join(folder, "also-nowhere.ndjson"))},
		"no.ndjson: there is no such file":                       {ScenarioIn(fstest.MapFS{}, "no.ndjson")},
		"binary.ndjson line 1: is not JSON: invalid character '": {file("binary.ndjson", "\x00\x9f\x92\x96")},
	} {
		_, err := Once(t.Context(), embedded(), scenarios...)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestALineIsReadAsItIsWritten(t *testing.T) {
	lines := linesOf(t, scenario(
		"\uFEFF"+`{"topic":"ar.payments","key":"P-1","headers":{"a":"b"},"schema":"x.avsc","value":{"a":1},"cut":2}`+"\r",
		`  {"at":"2026-03-02T08:00:00+02:00","advance":"1h30m","note":"both"}  `,
		`{"topic":"ar.payments","value":null}`,
		`{"topic":"ar.payments","raw":"","no_key":true}`,
		`{"topic":"ar.payments","raw":"AAE="}`,
	))
	if len(lines) != 5 {
		t.Fatalf("%d lines", len(lines))
	}
	first := lines[0]
	if first.Topic != "ar.payments" || *first.Key != "P-1" || first.Headers["a"] != "b" || first.Schema != "x.avsc" || string(first.Value) != `{"a":1}` || first.Cut != 2 || first.number != 1 {
		t.Errorf("%+v", first)
	}
	if at := lines[1]; !at.At.Equal(time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)) || at.Advance != 90*time.Minute || at.Topic != "" {
		t.Errorf("%+v", at)
	}
	if tombstone := lines[2]; tombstone.Value != nil || tombstone.Raw != nil || tombstone.Key != nil {
		t.Errorf("a tombstone is %+v", tombstone)
	}
	if empty := lines[3]; empty.Raw == nil || len(empty.Raw) != 0 || !empty.NoKey {
		t.Errorf("no bytes are %+v", empty)
	}
	if raw := lines[4]; !bytes.Equal(raw.Raw, []byte{0, 1}) {
		t.Errorf("%+v", raw)
	}
}

// TestAScenarioIsReadOnce: a pipe gives its bytes only once, the beginning that tells the start time too.
func TestAScenarioIsReadOnce(t *testing.T) {
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := write.WriteString(orderLine("O-1") + "\n" + orderLine("O-2") + "\n"); err != nil {
		t.Fatal(err)
	}
	if err := write.Close(); err != nil {
		t.Fatal(err)
	}
	if played := play(t, ScenarioFrom("standard input", read)); played.Lines != 2 || len(played.Latest("o2c.order-status")) != 2 {
		t.Errorf("%d lines were played: %+v", played.Lines, played.Records)
	}
}

func TestTheClockIsMovedAndNeverGoesBack(t *testing.T) {
	start := time.Date(2026, 3, 2, 8, 0, 0, 1500, time.FixedZone("", 7200))
	clock := NewClock(start)
	if want := time.Date(2026, 3, 2, 6, 0, 0, 1000, time.UTC); clock.Now() != want {
		t.Errorf("it shows %s, want whole microseconds of UTC: %s", clock.Now(), want)
	}
	clock.Set(start.Add(time.Hour))
	later := clock.Now()
	if clock.Set(start); clock.Now() != later || later != time.Date(2026, 3, 2, 7, 0, 0, 1000, time.UTC) {
		t.Errorf("%s became %s", later, clock.Now())
	}
}
