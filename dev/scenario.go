package dev

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"time"
)

// Scenario is a file of lines, with the folder where the schemas are that it names.
type Scenario struct {
	name   string // for errors, as it was given
	folder fs.FS
	open   func() (io.ReadCloser, error)
}

// ScenarioAt is the scenario at a path of the disk. It is read once, from its beginning: a pipe will do.
func ScenarioAt(path string) Scenario {
	return Scenario{path, os.DirFS(filepath.Dir(path)), func() (io.ReadCloser, error) { return os.Open(path) }}
}

// ScenarioIn is a scenario of a folder.
func ScenarioIn(folder fs.FS, name string) Scenario {
	return Scenario{name, folder, func() (io.ReadCloser, error) { return folder.Open(name) }}
}

// ScenarioFrom is the scenario that is read from somewhere; the schemas that it names are in the working folder.
func ScenarioFrom(name string, from io.Reader) Scenario {
	return Scenario{name, os.DirFS("."), func() (io.ReadCloser, error) { return io.NopCloser(from), nil }}
}

// maxLine bounds a line: the largest value that the embedded broker takes has room in base64.
const maxLine = 32 << 20

// lines reads a scenario line by line. Every error names file, line and what is wrong; empty lines and lines that begin
// with # or // are passed over.
type lines struct {
	of    Scenario
	file  io.ReadCloser
	read  chan *Line // closed at the end
	stop  chan struct{}
	ahead *Line // read to see when the scenario begins
	err   error // of the reading, when read is closed
}

// lines opens the scenario. Close it.
func (s Scenario) lines() (*lines, error) {
	file, err := s.open()
	var failed *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s: there is no such file", s.name)
	case errors.As(err, &failed):
		return nil, fmt.Errorf("%s: %w", s.name, failed.Err)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", s.name, err)
	}
	if opened, ok := file.(fs.File); ok {
		if info, err := opened.Stat(); err == nil && info.IsDir() {
			return nil, errors.Join(fmt.Errorf("%s: is a folder: name the file of events in it", s.name), file.Close())
		}
	}
	l := &lines{of: s, file: file, read: make(chan *Line), stop: make(chan struct{})}
	go func() { // a terminal or a pipe may keep a reader waiting: nobody is to wait for it who is told to stop
		defer close(l.read)
		l.err = l.each(func(line *Line) bool {
			select {
			case l.read <- line:
				return true
			case <-l.stop:
				return false
			}
		})
	}()
	return l, nil
}

func (l *lines) close() error {
	close(l.stop)
	return l.file.Close()
}

// next is the next line; nil at the end.
func (l *lines) next(ctx context.Context) (*Line, error) {
	if line := l.ahead; line != nil {
		l.ahead = nil
		return line, nil
	}
	select {
	case line, more := <-l.read:
		if !more {
			return nil, l.err
		}
		return line, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *lines) each(take func(*Line) bool) error {
	scanner, number := bufio.NewScanner(l.file), 0
	scanner.Buffer(make([]byte, 64<<10), maxLine)
	for scanner.Scan() {
		number++
		text := scanner.Bytes()
		if number == 1 {
			text = bytes.TrimPrefix(text, []byte("\uFEFF")) // Windows editors begin a file with it
		}
		text = bytes.TrimSpace(text)
		if len(text) == 0 || text[0] == '#' || bytes.HasPrefix(text, []byte("//")) {
			continue
		}
		line, err := parseLine(text)
		if err != nil {
			return l.wrong(number, err)
		}
		line.number = number
		if !take(line) {
			return nil
		}
	}
	err := scanner.Err()
	var failed *fs.PathError
	switch {
	case errors.Is(err, bufio.ErrTooLong):
		err = fmt.Errorf("longer than %d MiB: a line is one record", maxLine>>20)
	case errors.As(err, &failed):
		err = failed.Err // the name is there
	case err == nil:
		return nil
	}
	return l.wrong(number+1, err)
}

// begins is the time of the first line; zero when that has none. Without a line it is not found.
func (l *lines) begins(ctx context.Context) (at time.Time, found bool, err error) {
	line, err := l.next(ctx)
	if err != nil || line == nil {
		return at, false, err
	}
	l.ahead = line
	return line.At, true, nil
}

// wrong says where something is wrong.
func (l *lines) wrong(number int, err error) error {
	return fmt.Errorf("%s line %d: %w", l.of.name, number, err)
}

// openAll opens scenarios; what is missing shows before anything is played.
func openAll(scenarios []Scenario) (opened []*lines, err error) {
	for _, scenario := range scenarios {
		l, err := scenario.lines()
		if err != nil {
			return nil, errors.Join(err, closeAll(opened))
		}
		opened = append(opened, l)
	}
	return opened, nil
}

func closeAll(opened []*lines) (err error) {
	for _, l := range opened {
		err = errors.Join(err, l.close())
	}
	return err
}

// startOf is when scenarios begin: at the first line's time, else now. Without a line there is nothing to play.
func startOf(ctx context.Context, opened []*lines) (time.Time, error) {
	for _, l := range opened {
		at, found, err := l.begins(ctx)
		switch {
		case err != nil:
			return at, err
		case found && at.IsZero():
			return time.Now(), nil
		case found:
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf(`%s: there is nothing to play in it: a line is {"topic":…,"value":{…}}`, opened[0].of.name)
}

// unfit says in the words of a scenario what JSON has against a line.
func unfit(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the JSON ends before it is complete: a record is one line")
	case errors.As(err, &syntax):
		return fmt.Errorf("is not JSON: %w at character %d", err, syntax.Offset)
	case errors.As(err, &kind) && kind.Field == "":
		return fmt.Errorf(`is a JSON %s, not an object such as {"topic":…,"value":{…}}`, kind.Value)
	case errors.As(err, &kind):
		wanted := map[reflect.Kind]string{reflect.Bool: "true or false", reflect.Int: "a whole number", reflect.Map: "an object"}[kind.Type.Kind()]
		return fmt.Errorf("%s: is a JSON %s, not %s", kind.Field, kind.Value, cmp.Or(wanted, "a text"))
	}
	return err
}
