package dev

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/distributor"
	"waybill/inspect"
	"waybill/topics"
)

// LiveOptions say how a generated distributor runs.
type LiveOptions struct {
	Seed  uint64
	Rate  int           // orders a second
	Hour  time.Duration // how long an hour of its business takes
	For   time.Duration // 0: until it is stopped
	Every time.Duration // how often what came of it is shown, and once more at the end of For
}

// turn is how often the distributor's clock moves.
const turn = 200 * time.Millisecond

// Live keeps a generated distributor running and shows what comes of it, until ctx ends. An error of show ends it too.
func Live(ctx context.Context, e *Embedded, options LiveOptions, show func(*Board) error) error {
	reader, err := inspect.NewReader(ctx, e.Cluster.Client(), inspect.Selection{Topics: boardTopics()})
	if err != nil {
		return ended(ctx, err)
	}
	defer reader.Close()
	d := distributor.New(distributor.Options{Seed: options.Seed, Hour: options.Hour, Full: true})
	encoder := distributor.NewEncoder(e.Cluster.Registry)
	began := time.Now()
	if err := e.Player.send(ctx, encoder, d.MasterData(began)); err != nil {
		return ended(ctx, err)
	}
	tally := newTally()
	report := func() error {
		board, err := e.board(ctx, reader, tally)
		if err != nil {
			return err
		}
		board.Running = time.Since(began)
		return show(board)
	}
	turns, shows := time.NewTicker(turn), time.NewTicker(options.Every)
	defer turns.Stop()
	defer shows.Stop()
	var over <-chan time.Time
	if options.For > 0 {
		timer := time.NewTimer(options.For)
		defer timer.Stop()
		over = timer.C
	}
	owed := 0.0
	for n := 1; ; {
		var err error
		select {
		case now := <-turns.C:
			for owed += float64(options.Rate) * turn.Seconds(); owed >= 1; owed-- {
				d.Order(now)
			}
			events := d.Until(now)
			if n++; n%10 == 0 {
				events = append(events, d.Replenish(now)...)
			}
			err = e.Player.send(ctx, encoder, events)
		case <-shows.C:
			err = report()
		case <-over:
			return ended(ctx, report())
		case bug := <-e.done: // a bug in a stage, which Close tells
			e.done <- bug
			return nil
		case <-ctx.Done():
			return nil
		}
		if err != nil {
			return ended(ctx, err)
		}
	}
}

// ended tells a failure from the end of the run.
func ended(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	return nil
}

// board reads what has come since the last time, and where the stages stand.
func (e *Embedded) board(ctx context.Context, reader *inspect.Reader, tally *tally) (*Board, error) {
	records, err := reader.Read(ctx)
	if err != nil {
		return nil, err
	}
	if err := tally.take(ctx, e.Cluster.Registry, records); err != nil {
		return nil, err
	}
	ends, err := e.Player.ends(ctx)
	if err != nil {
		return nil, err
	}
	board := tally.board()
	board.Lag = e.Node.Lag(ends)
	if problem := e.Player.problem(); problem != nil {
		board.Problem = problem.Error()
	}
	return board, nil
}

// boardTopics are what a board is counted from.
func boardTopics() []string {
	return []string{topics.Orders.Name(), topics.Shipments.Name(), topics.InvoiceReady.Name(), topics.Exceptions.Name(), topics.DeadLetters}
}

func (p *Player) send(ctx context.Context, encoder *distributor.Encoder, events []distributor.Event) error {
	for _, event := range events {
		value, err := encoder.Encode(ctx, event)
		if err != nil {
			return err
		}
		record := &kgo.Record{Topic: event.Topic, Key: []byte(event.Key), Value: value, Timestamp: event.At}
		p.produce(ctx, record, func(err error) error {
			if errors.Is(err, context.Canceled) {
				return nil
			}
			return fmt.Errorf("the generated distributor: %w", err)
		})
	}
	return p.flush(ctx)
}
