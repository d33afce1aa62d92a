package dev

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/inspect"
	"waybill/topics"
)

// Outputs are the topics that others read, in the order in which they are shown.
func Outputs() []string {
	return []string{
		topics.InvoiceReady.Name(), topics.Exceptions.Name(), topics.OrderStatus.Name(), topics.Availability.Name(),
		topics.Receivables.Name(), topics.DeadLetters,
	}
}

// Played is what came out of scenarios.
type Played struct {
	Records []inspect.Record // of the output topics, by time, then topic, partition and offset
	Lines   int
	Took    time.Duration
	Notes   []string // what the scenarios' authors may not have meant
}

// Once plays scenarios, one after the other, from their start to the end of everything that follows from them.
func Once(ctx context.Context, options EmbeddedOptions, scenarios ...Scenario) (played *Played, err error) {
	began := time.Now()
	opened, err := openAll(scenarios)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closeAll(opened)) }()
	start, err := startOf(ctx, opened)
	if err != nil {
		return nil, err
	}
	options.Clock = NewClock(start)
	e, err := StartEmbedded(ctx, options)
	if err != nil {
		return nil, err
	}
	played, err = e.play(ctx, opened)
	if bug := e.Close(); bug != nil && ctx.Err() == nil {
		err = bug // what came of it, that nothing settled any more, says nothing new
	}
	if err != nil {
		return nil, err
	}
	played.Took = time.Since(began)
	return played, nil
}

func (e *Embedded) play(ctx context.Context, opened []*lines) (*Played, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { // a bug in a stage: nothing settles any more
		select {
		case bug := <-e.done:
			e.done <- bug
			cancel()
		case <-ctx.Done():
		}
	}()
	p := e.Player
	for _, l := range opened {
		if err := p.play(ctx, l); err != nil {
			return nil, err
		}
	}
	if err := p.Settle(ctx); err != nil {
		return nil, err
	}
	// What is missing is an exception after a moment: the moment passes, so that nothing that is blocked stays unsaid.
	if err := p.moveClock(ctx, p.clock.Now().Add(time.Minute)); err != nil {
		return nil, err
	}
	records, err := readOutputs(ctx, e.Cluster)
	if err != nil {
		return nil, err
	}
	played := &Played{Records: records, Lines: p.lines}
	if p.early > 0 {
		played.Notes = append(played.Notes, fmt.Sprintf("%d of %d lines say an earlier time than the clock showed (the first is %s): it does not go back, so they were played late; put the lines in order of time if that is not meant",
			p.early, p.lines, p.firstEarly))
	}
	return played, nil
}

func readOutputs(ctx context.Context, cluster *Cluster) ([]inspect.Record, error) {
	reader, err := inspect.NewReader(ctx, cluster.Client(), inspect.Selection{Topics: Outputs()})
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	polled, err := reader.Read(ctx)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(polled, func(a, b *kgo.Record) int { return a.Timestamp.Compare(b.Timestamp) })
	records := make([]inspect.Record, 0, len(polled))
	for _, one := range polled {
		record, err := inspect.RecordOf(ctx, cluster.Registry, one)
		if err != nil {
			return nil, err
		}
		records = append(records, record)
	}
	return records, nil
}

// Latest keeps the newest value of each key of a compacted topic, by key.
func (p *Played) Latest(topic string) []inspect.Record {
	newest := map[string]inspect.Record{}
	for _, record := range p.Records {
		if record.Topic != topic || record.Key == nil {
			continue
		}
		if string(record.Value) == "null" && record.Raw == nil {
			delete(newest, *record.Key)
			continue
		}
		newest[*record.Key] = record
	}
	var rows []inspect.Record
	for _, record := range newest {
		rows = append(rows, record)
	}
	slices.SortFunc(rows, func(a, b inspect.Record) int { return cmp.Compare(*a.Key, *b.Key) })
	return rows
}
