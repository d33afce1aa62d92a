package dev

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/schemas"
	"waybill/topics"
)

// maxRecord bounds the value and headers of a record: a dead letter holds them with what is wrong, and the stages write
// records of up to 17 MiB.
const maxRecord = 16 << 20

// write makes the record of a line and writes it.
func (p *Player) write(ctx context.Context, l *lines, line *Line) error {
	entry, err := p.entry(line.Topic)
	if err != nil {
		return err
	}
	record := &kgo.Record{Topic: line.Topic, Timestamp: p.clock.Now()}
	if record.Value, err = p.value(ctx, l, line); err != nil {
		return err
	}
	if record.Key, err = keyOf(entry, line); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(line.Headers)) {
		record.Headers = append(record.Headers, kgo.RecordHeader{Key: name, Value: []byte(line.Headers[name])})
	}
	if size := sizeOf(record); size > maxRecord {
		return fmt.Errorf("value: the record has %d bytes, and the embedded broker takes %d MiB", size, maxRecord>>20)
	}
	p.produce(ctx, record, func(err error) error { return l.wrong(line.number, err) })
	return nil
}

// entry finds a topic that systems and people write.
func (p *Player) entry(name string) (topics.Entry, error) {
	entry, known := p.catalogue.Topic(name)
	if known && played(entry) {
		return entry, nil
	}
	var names []string
	for _, entry := range p.catalogue.Topics() {
		if played(entry) {
			names = append(names, entry.Name)
		}
	}
	if known {
		return entry, fmt.Errorf("topic: %s is written by the stages alone: play what it comes from, one of %s", name, strings.Join(names, ", "))
	}
	return entry, fmt.Errorf("topic: %q is not one of %s", name, strings.Join(names, ", "))
}

func played(entry topics.Entry) bool {
	return entry.Role == topics.Source || entry.Name == topics.Repairs.Name()
}

// value is what the record holds; nil: nothing.
func (p *Player) value(ctx context.Context, l *lines, line *Line) ([]byte, error) {
	if line.Value == nil {
		return line.Raw, nil
	}
	schema, err := p.schema(ctx, line, l.of.folder)
	if err != nil {
		return nil, err
	}
	value, err := schemas.EncodeJSON(ctx, p.cluster.Registry, line.Topic, schema, line.Value)
	var problem schemas.Problem
	switch {
	case errors.As(err, &problem):
		return nil, fmt.Errorf("value: %w", problem)
	case err != nil && schema != "":
		return nil, fmt.Errorf("schema: %s: %w", line.Schema, err)
	case err != nil:
		return nil, err
	case line.Cut > len(value):
		return nil, fmt.Errorf("cut: %d bytes cannot be missing: the value has %d", line.Cut, len(value))
	}
	return value[:len(value)-line.Cut], nil
}

// keyOf is the key that is given, or what the catalogue makes of the value; nil: the record has none. Bytes and a missing
// value have the key that is given, or none.
func keyOf(entry topics.Entry, line *Line) ([]byte, error) {
	switch {
	case line.NoKey:
		return nil, nil
	case line.Key != nil:
		return []byte(*line.Key), nil
	case line.Value == nil:
		return nil, nil
	}
	key, ok := entry.KeyOf(line.Value)
	if !ok {
		return nil, fmt.Errorf(`key: is %s by the catalogue, and the value does not have it: give a "key", or "no_key": true`, entry.Key)
	}
	return []byte(key), nil
}

func sizeOf(record *kgo.Record) int {
	size := len(record.Key) + len(record.Value)
	for _, header := range record.Headers {
		size += len(header.Key) + len(header.Value)
	}
	return size
}

// produce writes a record; that it could not be written is what Settle and flush say.
func (p *Player) produce(ctx context.Context, record *kgo.Record, wrong func(error) error) {
	p.client.Produce(ctx, record, func(_ *kgo.Record, err error) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if err != nil && p.failed == nil {
			p.failed = wrong(fmt.Errorf("writing to %s: %w", record.Topic, err))
		}
	})
}

// flush waits until everything is written.
func (p *Player) flush(ctx context.Context) error {
	if err := p.client.Flush(ctx); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.failed
}

// schema reads another writer's schema and registers it as that writer would, whatever the subject's compatibility says:
// a writer that does not ask is what the scenario is about.
func (p *Player) schema(ctx context.Context, line *Line, folder fs.FS) (string, error) {
	if line.Schema == "" {
		return "", nil
	}
	file := path.Clean(line.Schema)
	if !fs.ValidPath(file) {
		return "", fmt.Errorf("schema: %s leads out of the scenario's folder: paths begin there", line.Schema)
	}
	text, err := fs.ReadFile(folder, file)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("schema: there is no file %s in the scenario's folder, where paths begin", file)
	}
	if err != nil {
		return "", fmt.Errorf("schema: %w", err)
	}
	if known, ok := p.foreign[line.Topic+" "+file]; ok && known == string(text) {
		return known, nil
	}
	if err := RegisterUnasked(ctx, p.cluster.Registry, line.Topic, string(text)); err != nil {
		return "", fmt.Errorf("schema: %s: %w", line.Schema, err)
	}
	p.foreign[line.Topic+" "+file] = string(text)
	return string(text), nil
}

// RegisterUnasked registers a schema of another writer under a topic's subject, whatever the subject's compatibility says.
func RegisterUnasked(ctx context.Context, registry *schemas.RegistryClient, topic, schema string) error {
	subject := schemas.Subject(topic)
	level, err := registry.Compatibility(ctx, subject)
	if err != nil {
		return err
	}
	if err := registry.SetCompatibility(ctx, subject, "NONE"); err != nil {
		return err
	}
	if _, err := registry.Register(ctx, subject, schema); err != nil || level == "" {
		return err
	}
	return registry.SetCompatibility(ctx, subject, level)
}
