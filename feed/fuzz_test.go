package feed

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"waybill/schemas"
	"waybill/topics"
)

// FuzzReplayPayload makes the payload of a replay of --set path=value …, one a line: what is wrong is said in a line each,
// and what is accepted holds every path with its value, as the exceptions stage reads it.
func FuzzReplayPayload(f *testing.F) {
	for _, set := range []string{
		"lines[0].quantity=4", "carrier=UPS\nlines[].uom=\"EA\"", "carrier=null", "a=", "=1", "a", "a=1\na=2", "a[=1", "a={\"b\":1}", "a={\"b\":1", "a=1 2", "a=\xff", "a=\"\\ud800\"",
		"a= 4 ", "a==", "a.b.c=-0", "\u2028=1", "a=\u2028", "a=<&>", "a=1e999", "a\r=1", "a\"b=1",
	} {
		f.Add(set)
	}
	f.Fuzz(func(t *testing.T, text string) {
		set := strings.Split(text, "\n")
		payload, err := ReplayPayload(set)
		if err != nil {
			problems := []error{err}
			var several interface{ Unwrap() []error }
			if errors.As(err, &several) {
				problems = several.Unwrap()
			}
			if len(problems) > len(set)*2 {
				t.Fatalf("%d problems of %q", len(problems), set)
			}
			for _, problem := range problems {
				if strings.ContainsAny(problem.Error(), "\n\r") {
					t.Fatalf("more than a line: %q", problem)
				}
			}
			return
		}
		var read struct {
			Set map[string]json.RawMessage `json:"set"`
		}
		decoder := json.NewDecoder(strings.NewReader(payload))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&read); err != nil || len(read.Set) != len(set) {
			t.Fatalf("%q became %s: %v", set, payload, err)
		}
		for _, each := range set {
			path, value, _ := strings.Cut(each, "=")
			given, there := read.Set[path]
			got, err := number(given)
			if !there || err != nil {
				t.Fatalf("%q became %s: %v", set, payload, err)
			}
			want, err := number([]byte(value))
			if err != nil { // a text
				want = strings.ToValidUTF8(value, "\uFFFD")
				if got, ok := got.(string); ok && !utf8.ValidString(value) {
					want = got // with something in the place of what is no text
				}
			}
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("%s is %v, not %v", path, got, want)
			}
			step := schemas.RepairStep{Action: schemas.RepairSet, Path: path, Value: new(string(given))}
			if err := step.Valid(); err != nil {
				t.Fatalf("accepted %q: %v", each, err)
			}
		}
	})
}

// number reads JSON with its numbers as they are written.
func number(text []byte) (value any, err error) {
	if !json.Valid(text) {
		return nil, errors.New("not JSON")
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	err = decoder.Decode(&value)
	return value, err
}

// FuzzLines feeds files of warehouses. Every line is written or rejected, in order, with its number and a text of one line;
// what is written has a key and can be read.
func FuzzLines(f *testing.F) {
	const good = `{"meta":{"event_id":"e-1","source":"erp","position":1,"occurred_at":"2026-03-10T12:00:00Z","recorded_at":"2026-03-10T12:00:00Z"},"warehouse_id":"EAST","name":"East","region":"east","time_zone":"Europe/Berlin","owner":"warehouse"}`
	for _, text := range []string{
		good, good + "\n\n" + good, "\uFEFF" + good, good + " {}", "[]", "null", "{}", "{\n}", strings.Replace(good, `"EAST"`, `""`, 1), strings.Replace(good, `"EAST"`, `7`, 1),
		strings.Replace(good, `"position":1`, `"position":1e1`, 1), strings.Replace(good, `"name"`, `"nom`+"\r"+`"`, 1), strings.Replace(good, `"East"`, `"\u0000"`, 1),
		strings.Replace(good, `"warehouse_id"`, `"warehouse_id":"WEST","warehouse_id"`, 1), "\xff", "# a comment", strings.Replace(good, `"EAST"`, `"`+"\xff"+`"`, 1),
	} {
		f.Add([]byte(text))
	}
	registry := schemas.NewLocalRegistry()
	codec := schemas.NewCodec[schemas.Warehouse](registry, topics.MasterWarehouses.Name())
	entry, _ := topics.Default().Topic(topics.MasterWarehouses.Name())
	options := LineOptions{Registry: registry, Entry: entry, DryRun: true}
	f.Fuzz(func(t *testing.T, text []byte) {
		outcome, err := Lines(context.Background(), options, bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		last := 0
		for _, rejected := range outcome.Rejected {
			if rejected.Line <= last || rejected.Line > 1+bytes.Count(text, []byte("\n")) || rejected.Problem == "" || strings.ContainsAny(rejected.Error(), "\n\r") {
				t.Fatalf("after line %d: %q", last, rejected.Error())
			}
			last = rejected.Line
		}
		taken := 0
		err = eachLine(bytes.NewReader(text), func(_ int, line []byte) error {
			if record, err := encode(context.Background(), options, line); err == nil {
				taken++
				value, err := codec.Decode(context.Background(), record.Value)
				if err != nil || value.WarehouseID != string(record.Key) || value.WarehouseID == "" {
					t.Fatalf("%s became the key %q and %+v, %v", line, record.Key, value, err)
				}
			}
			return nil
		})
		if err != nil || outcome.Lines != taken+len(outcome.Rejected) {
			t.Fatalf("%d lines, of which %d are taken and %d rejected: %v", outcome.Lines, taken, len(outcome.Rejected), err)
		}
	})
}
