package dev

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Scenario is a file of lines in its folder, where the schemas are that it names.
type Scenario struct {
	Folder fs.FS
	Name   string
}

// ScenarioAt is the scenario at a path of the disk.
func ScenarioAt(file string) Scenario {
	return Scenario{os.DirFS(filepath.Dir(file)), filepath.Base(file)}
}

// Line is one line of a scenario: a record for a topic, or a step of the clock.
type Line struct {
	Number int `json:"-"`

	Topic   string            `json:"topic"`
	Key     *string           `json:"key"`     // taken from the value by the catalogue when it is left out
	NoKey   bool              `json:"no_key"`  // a record without a key
	Value   json.RawMessage   `json:"value"`   // by the topic's contract; null: a tombstone
	Raw     []byte            `json:"raw"`     // base64: bytes instead of a value
	Schema  string            `json:"schema"`  // path of another writer schema, from the scenario's folder
	Headers map[string]string `json:"headers"` // of the record

	At      time.Time `json:"at"`      // moves the clock there first
	Advance duration  `json:"advance"` // moves the clock by so much
	Note    string    `json:"note"`    // for readers
}

type duration time.Duration

// UnmarshalJSON reads "2h", "30m" or "1h30m".
func (d *duration) UnmarshalJSON(text []byte) error {
	var word string
	if err := json.Unmarshal(text, &word); err != nil {
		return fmt.Errorf("%s is not a duration such as \"2h\"", text)
	}
	parsed, err := time.ParseDuration(word)
	if err != nil || parsed < 0 {
		return fmt.Errorf("%q is not a duration such as \"2h\"", word)
	}
	*d = duration(parsed)
	return nil
}

// maxLine bounds a line: an event of 5 MB in base64 has room.
const maxLine = 32 << 20

// ReadScenario reads the lines one by one. Its errors name file, line and what is wrong; empty lines and lines that begin
// with # or // are passed over.
func ReadScenario(name string, from io.Reader, take func(*Line) error) error {
	scanner := bufio.NewScanner(from)
	scanner.Buffer(make([]byte, 64<<10), maxLine)
	number := 0
	for scanner.Scan() {
		number++
		text := bytes.TrimSpace(scanner.Bytes())
		if len(text) == 0 || text[0] == '#' || bytes.HasPrefix(text, []byte("//")) {
			continue
		}
		line, err := parseLine(text)
		if err == nil {
			line.Number = number
			err = take(line)
		}
		if err != nil {
			return fmt.Errorf("%s line %d: %w", name, number, err)
		}
	}
	if err := scanner.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			err = fmt.Errorf("longer than %d MiB", maxLine>>20)
		}
		return fmt.Errorf("%s line %d: %w", name, number+1, err)
	}
	return nil
}

func parseLine(text []byte) (*Line, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	line := &Line{}
	if err := decoder.Decode(line); err != nil {
		return nil, err
	}
	if decoder.More() {
		return nil, errors.New("there is more than one JSON value on the line")
	}
	switch {
	case line.Topic == "" && line.Advance == 0 && line.At.IsZero():
		return nil, errors.New(`name a "topic", or move the clock with "advance" or "at"`)
	case line.Topic == "" && (line.Value != nil || line.Raw != nil):
		return nil, errors.New(`there is a value but no "topic"`)
	case line.Topic != "" && (line.Value == nil) == (line.Raw == nil):
		return nil, errors.New(`give either "value" or "raw"`)
	case line.Raw != nil && line.Schema != "":
		return nil, errors.New(`"raw" is written as it is: it has no "schema"`)
	}
	return line, nil
}
