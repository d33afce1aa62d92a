package topics

import (
	"errors"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// fuzzedFiles are the files that FuzzLoad puts a text in the place of; the rest of the catalogue is the built-in one.
var fuzzedFiles = []string{"commerce.yaml", systemsFile, repairsFolder + "/mended.yaml"}

// FuzzLoad loads a catalogue of which one file is anything. What is wrong is said in one line that names the file, and the
// line of it where there is one; what is accepted keeps the rules that the stages rely on.
func FuzzLoad(f *testing.F) {
	built := fstest.MapFS{}
	err := fs.WalkDir(Embedded(), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(Embedded(), path)
		built[path] = &fstest.MapFile{Data: text}
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	for i, name := range fuzzedFiles[:2] {
		text := string(built[name].Data)
		f.Add(uint8(i), text)
		for _, change := range [][2]string{
			{"partitions: ", "partitions: -"}, {"retention: ", "retention: 9999999999999999999"}, {"owner: ", "owner: &a "}, {"key: ", "key: [a, "}, {"\n", "\n---\n"},
			{"kind: ", "kind: {}\n    x: "}, {"lag_bound: ", "lag_bound: -"}, {"  ", "\t"}, {": ", ": !!binary "}, {"topics:", "topics: &t\n  <<: *t"}, {"sequence: ", "sequence: a..b"},
		} {
			f.Add(uint8(i), strings.Replace(text, change[0], change[1], 1))
		}
	}
	for _, text := range []string{
		"", "null", "[]", "a: b", "\xff", "topics: {a: }", "topics:\n  ? [a]\n  : b", "systems: {x: {kind: wms, owner: o, lag_bound: 1h, description: d}}", "repairs: []",
		"repairs: [{repair_id: r, topic: wms.shipments, writer: 0123456789abcdef, why: w, steps: [{action: rename, path: 'lines[].qty', to: quantity}]}]",
		"repairs: [{repair_id: r, topic: wms.shipments, writer: 0123456789abcdef, why: w, steps: [{action: set, path: a, value: {b: [1, .nan, 2001-01-01, !!binary aa==]}}]}]",
		"repairs: [{steps: [{action: set, path: a, value: &x [*x]}]}]",
	} {
		for i := range fuzzedFiles {
			f.Add(uint8(i), text)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, text string) {
		name := fuzzedFiles[int(which)%len(fuzzedFiles)]
		files := fstest.MapFS{name: {Data: []byte(text)}}
		for path, file := range built {
			if path != name {
				files[path] = file
			}
		}
		catalogue, err := Load(files)
		if err == nil {
			mustBeSound(t, catalogue)
			return
		}
		var problems interface{ Unwrap() []error }
		if !errors.As(err, &problems) {
			t.Fatalf("not one by one: %v", err)
		}
		for _, problem := range problems.Unwrap() {
			mustNamePlace(t, problem, files)
		}
	})
}

var (
	inFile  = regexp.MustCompile(`^([\w./-]+\.yaml)(?::(\d+))?: \S`)
	ofWhole = regexp.MustCompile(`^topic [\w.-]+: in no file of the catalogue`)
)

// mustNamePlace: a problem is one line, and names a file that is there and a line that the file has.
func mustNamePlace(t *testing.T, problem error, files fstest.MapFS) {
	t.Helper()
	text := problem.Error()
	if strings.ContainsAny(text, "\n\r") {
		t.Fatalf("more than a line: %q", text)
	}
	parts := inFile.FindStringSubmatch(text)
	if parts == nil {
		if !ofWhole.MatchString(text) {
			t.Fatalf("names no file: %q", text)
		}
		return
	}
	file := files[parts[1]]
	if file == nil {
		t.Fatalf("names a file that is not there: %q", text)
	}
	lines := strings.Count(string(file.Data), "\n") + strings.Count(string(file.Data), "\r") + 1
	if line, err := strconv.Atoi(parts[2]); parts[2] != "" && (err != nil || line < 1 || line > lines+1) {
		t.Fatalf("names a line that %s, of %d, does not have: %q", parts[1], lines, text)
	}
}

// mustBeSound: what stages and tools take for granted of a catalogue that was loaded.
func mustBeSound(t *testing.T, catalogue Catalogue) {
	t.Helper()
	for _, entry := range catalogue.Topics() {
		again, found := catalogue.Topic(entry.Name)
		switch {
		case !found || again.Name != entry.Name:
			t.Fatalf("%s is not found by its name", entry.Name)
		case entry.Partitions < 1 || entry.MaxBytes < 1 || entry.MaxBytes > deadLetterBytes || entry.Retention == 0 || entry.Owner == "" || len(entry.Producers) == 0 || len(entry.Consumers) == 0:
			t.Fatalf("%s is not whole: %+v", entry.Name, entry)
		case entry.Role == Source && entry.Ordering.Contract == Dense && entry.Ordering.Deadline <= 0:
			t.Fatalf("%s waits for ever: %+v", entry.Name, entry.Ordering)
		case entry.Role == Source && entry.Ordering.Contract != Unordered && entry.Ordering.Sequence == "":
			t.Fatalf("%s has no sequence: %+v", entry.Name, entry.Ordering)
		case entry.Role != Rejected && entry.Key == "":
			t.Fatalf("%s has no key", entry.Name)
		}
	}
	for _, handle := range Handles() {
		if _, found := catalogue.Topic(handle.Topic); !found {
			t.Fatalf("%s is in no file", handle.Topic)
		}
	}
	for _, repair := range catalogue.Repairs() {
		for _, step := range repair.Steps {
			if err := step.Valid(); err != nil {
				t.Fatalf("repair %s: %v", repair.RepairID, err)
			}
		}
	}
}
