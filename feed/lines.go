// Package feed writes what people give into the topics that intake reads: events as lines of JSON, and commands.
package feed

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/schemas"
	"waybill/topics"
)

// LineOptions say where events go and what becomes of bad ones.
type LineOptions struct {
	Client    []kgo.Opt
	Registry  schemas.Registry
	Entry     topics.Entry
	DryRun    bool // check every line, write none
	KeepGoing bool // pass over bad lines; else nothing is written after the first one
	Progress  func(lines int)
}

// Rejected is a line that is no event of the topic.
type Rejected struct {
	Line    int    `json:"line"`            // of the input, from 1
	Field   string `json:"field,omitempty"` // path of what is wrong
	Problem string `json:"problem"`
}

// Error names line, field and problem.
func (r Rejected) Error() string {
	if r.Field != "" {
		return fmt.Sprintf("line %d: %s: %s", r.Line, r.Field, r.Problem)
	}
	return fmt.Sprintf("line %d: %s", r.Line, r.Problem)
}

// Outcome is what became of the lines.
type Outcome struct {
	Topic    string     `json:"topic"`
	Lines    int        `json:"lines"`   // read, empty ones left out
	Written  int        `json:"written"` // acknowledged by the broker
	Rejected []Rejected `json:"rejected"`
}

const (
	// longestLine bounds a line: an event as large as any topic takes has room, in whatever way its JSON is written.
	longestLine = 64 << 20
	batchBytes  = 17 << 20
	writeBytes  = 5 * batchBytes
)

// Lines writes events, one JSON object a line, in the order of their lines per key. An error is about reading or writing as
// such; the outcome holds what was written until then.
func Lines(ctx context.Context, options LineOptions, from io.Reader) (Outcome, error) {
	outcome := Outcome{Topic: options.Entry.Name, Rejected: []Rejected{}}
	writer, err := newWriter(options.Client, options.DryRun)
	if err != nil {
		return outcome, err
	}
	err = eachLine(from, func(number int, text []byte) error {
		if err := writer.failure(); err != nil {
			return err
		}
		outcome.Lines++
		if options.Progress != nil {
			options.Progress(outcome.Lines)
		}
		record, err := encode(ctx, options, text)
		var problem schemas.Problem
		switch {
		case errors.As(err, &problem):
			outcome.Rejected = append(outcome.Rejected, Rejected{number, problem.Field, problem.Text})
			if !options.DryRun && !options.KeepGoing {
				return errStop
			}
			return nil
		case err != nil:
			return fmt.Errorf("line %d: %w", number, err)
		}
		writer.write(ctx, record)
		return nil
	})
	if errors.Is(err, errStop) {
		err = nil
	}
	written, writeErr := writer.close(ctx)
	outcome.Written = written
	return outcome, errors.Join(err, writeErr)
}

var errStop = errors.New("stop")

func eachLine(from io.Reader, take func(number int, text []byte) error) error {
	scanner := bufio.NewScanner(from)
	scanner.Buffer(make([]byte, 64<<10), longestLine)
	number := 0
	for scanner.Scan() {
		number++
		if text := bytes.TrimSpace(scanner.Bytes()); len(text) > 0 {
			if err := take(number, text); err != nil {
				return err
			}
		}
	}
	err := scanner.Err()
	if errors.Is(err, bufio.ErrTooLong) {
		return fmt.Errorf("line %d: longer than %d MiB", number+1, longestLine>>20)
	}
	return err
}

// encode makes the record of a line. What is wrong with the line is a schemas.Problem.
func encode(ctx context.Context, options LineOptions, text []byte) (*kgo.Record, error) {
	entry := options.Entry
	if text[0] != '{' {
		return nil, schemas.Problem{Text: "a line is one JSON object: the event by the topic's contract"}
	}
	value, err := schemas.EncodeJSON(ctx, options.Registry, entry.Name, "", json.RawMessage(text))
	if err != nil {
		return nil, err
	}
	if len(value) > entry.MaxBytes {
		return nil, schemas.Problem{Text: fmt.Sprintf("the event has %d bytes; %s takes at most %s", len(value), entry.Name, topics.FormatBytes(entry.MaxBytes))}
	}
	key, ok := entry.KeyOf(text)
	if !ok {
		return nil, schemas.Problem{Field: string(entry.Key), Text: "is empty, and the record's key is made of it"}
	}
	return &kgo.Record{Topic: entry.Name, Key: []byte(key), Value: value}, nil
}

// writer writes records and counts those that the broker has.
type writer struct {
	client *kgo.Client // nil: nothing is written

	mu      sync.Mutex
	written int
	failed  error
}

func newWriter(opts []kgo.Opt, dry bool) (*writer, error) {
	w := &writer{}
	if dry {
		return w, nil
	}
	var err error
	w.client, err = kgo.NewClient(append(append([]kgo.Opt{}, opts...), kgo.ProducerBatchMaxBytes(batchBytes), kgo.BrokerMaxWriteBytes(writeBytes))...)
	return w, err
}

func (w *writer) write(ctx context.Context, record *kgo.Record) {
	if w.client == nil {
		return
	}
	w.client.Produce(ctx, record, func(_ *kgo.Record, err error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if err == nil {
			w.written++
		} else if w.failed == nil {
			w.failed = fmt.Errorf("writing to %s: %w", record.Topic, err)
		}
	})
}

func (w *writer) failure() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.failed
}

// close waits for what is under way.
func (w *writer) close(ctx context.Context) (int, error) {
	if w.client == nil {
		return 0, nil
	}
	flushed := w.client.Flush(ctx)
	w.client.Close()
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.written, errors.Join(w.failed, flushed)
}
