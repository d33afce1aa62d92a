package dev

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/distributor"
	"waybill/inspect"
	"waybill/schemas"
	"waybill/topics"
)

// LiveOptions say how a generated distributor runs.
type LiveOptions struct {
	Seed     uint64
	Rate     int           // orders a second
	Hour     time.Duration // how long an hour of its business takes
	For      time.Duration // 0: until it is stopped
	Terminal bool          // redraw the table in place; else a line now and then
	To       io.Writer
}

// Live keeps a generated distributor running and shows what comes out, until ctx ends.
func Live(ctx context.Context, e *Embedded, options LiveOptions) error {
	if options.For > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, options.For)
		defer cancel()
	}
	reader, err := inspect.NewReader(ctx, e.Cluster.Client(), inspect.Selection{Topics: []string{
		topics.Orders.Name(), topics.Shipments.Name(), topics.InvoiceReady.Name(), topics.Exceptions.Name(), topics.DeadLetters,
	}})
	if err != nil {
		return err
	}
	defer reader.Close()
	d := distributor.New(distributor.Options{Seed: options.Seed, Hour: options.Hour})
	encoder := distributor.NewEncoder(e.Cluster.Registry)
	board := newBoard()
	if err := e.Player.send(ctx, encoder, d.MasterData(time.Now())); err != nil {
		return err
	}
	tick := 200 * time.Millisecond
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	owed := 0.0
	for turn := 1; ; turn++ {
		select {
		case now := <-ticker.C:
			for owed += float64(options.Rate) * tick.Seconds(); owed >= 1; owed-- {
				d.Order(now)
			}
			events := d.Until(now)
			if turn%10 == 0 {
				events = append(events, d.Replenish(now)...)
			}
			if err := e.Player.send(ctx, encoder, events); err != nil {
				return ended(ctx, err)
			}
		case err := <-e.done: // a bug in a stage
			e.done <- err
			return nil
		case <-ctx.Done():
			return nil
		}
		every := 5
		if !options.Terminal {
			every = 50
		}
		if turn%every != 0 {
			continue
		}
		records, err := reader.Read(ctx)
		if err != nil {
			return ended(ctx, err)
		}
		if err := board.take(ctx, e.Cluster.Registry, records); err != nil {
			return ended(ctx, err)
		}
		ends, err := e.Player.ends(ctx)
		if err != nil {
			return ended(ctx, err)
		}
		board.lag = e.Node.Lag(ends)
		board.draw(options.To, options.Terminal)
	}
}

// ended tells a failure from the end of the run.
func ended(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	return nil
}

func (p *Player) send(ctx context.Context, encoder *distributor.Encoder, events []distributor.Event) error {
	for _, event := range events {
		value, err := encoder.Encode(ctx, event)
		if err != nil {
			return err
		}
		record := &kgo.Record{Topic: event.Topic, Key: []byte(event.Key), Value: value, Timestamp: event.At}
		p.client.Produce(ctx, record, func(_ *kgo.Record, err error) {
			if err != nil && !errors.Is(err, context.Canceled) && p.failed == nil {
				p.failed = fmt.Errorf("writing to %s: %w", record.Topic, err)
			}
		})
	}
	if err := p.client.Flush(ctx); err != nil {
		return err
	}
	return p.failed
}

// board counts what came out.
type board struct {
	began                             time.Time
	orders                            map[string]bool
	shipped                           map[string]bool
	bills, credits, letters, resolved int
	value                             map[string]schemas.Amount
	open                              map[string]openRow
	lag                               int64
}

type openRow struct{ class, owner string }

func newBoard() *board {
	return &board{began: time.Now(), orders: map[string]bool{}, shipped: map[string]bool{}, value: map[string]schemas.Amount{}, open: map[string]openRow{}}
}

func (b *board) take(ctx context.Context, registry schemas.Registry, records []*kgo.Record) error {
	for _, polled := range records {
		if polled.Topic == topics.DeadLetters {
			b.letters++
			continue
		}
		if polled.Topic == topics.Orders.Name() {
			b.orders[string(polled.Key)] = true
			continue
		}
		record, err := inspect.RecordOf(ctx, registry, polled)
		if err != nil {
			return err
		}
		switch polled.Topic {
		case topics.Shipments.Name():
			var event schemas.ShipmentEvent
			if err := json.Unmarshal(record.Value, &event); err != nil {
				return err
			}
			if event.Shipment != nil && event.Shipment.Milestone == schemas.MilestoneShipped {
				b.shipped[event.Shipment.ShipmentID] = true
			}
		case topics.InvoiceReady.Name():
			var bill schemas.InvoiceReady
			if err := json.Unmarshal(record.Value, &bill); err != nil {
				return err
			}
			if bill.Total < 0 {
				b.credits++
			} else {
				b.bills++
			}
			b.value[bill.Currency] += bill.Total
		case topics.Exceptions.Name():
			var exception schemas.Exception
			if err := json.Unmarshal(record.Value, &exception); err != nil {
				return err
			}
			if exception.Status == schemas.ExceptionResolved {
				b.resolved++
				delete(b.open, exception.ExceptionID)
			} else {
				b.open[exception.ExceptionID] = openRow{exception.Class, exception.Owner}
			}
		}
	}
	return nil
}

func (b *board) worth() string {
	var parts []string
	for currency, amount := range b.value {
		parts = append(parts, amount.String()+" "+currency)
	}
	slices.Sort(parts)
	if len(parts) == 0 {
		return "0"
	}
	return strings.Join(parts, ", ")
}

// draw shows the board: in place on a terminal, else as one line.
func (b *board) draw(to io.Writer, terminal bool) {
	if !terminal {
		_, _ = fmt.Fprintf(to, "%s orders=%d shipments=%d invoice_ready=%d credits=%d value=%q exceptions_open=%d resolved=%d dead_letters=%d lag=%d\n",
			time.Now().UTC().Format(time.RFC3339), len(b.orders), len(b.shipped), b.bills, b.credits, b.worth(), len(b.open), b.resolved, b.letters, b.lag)
		return
	}
	var screen strings.Builder
	screen.WriteString("\x1b[H\x1b[2J") // home, clear
	summary := newTable(&screen, fmt.Sprintf("waybill dev: a generated distributor, %s (Ctrl-C ends it)", time.Since(b.began).Round(time.Second)),
		"orders", "shipments", "invoice-ready", "credits", "net value", "dead letters", "lag")
	summary.AppendRow(table.Row{len(b.orders), len(b.shipped), b.bills, b.credits, b.worth(), b.letters, b.lag})
	summary.Render()
	screen.WriteString("\n")
	counts := map[openRow]int{}
	for _, row := range b.open {
		counts[row]++
	}
	var rows []openRow
	for row := range counts {
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(x, y openRow) int {
		return cmp.Or(cmp.Compare(counts[y], counts[x]), cmp.Compare(x.class, y.class), cmp.Compare(x.owner, y.owner))
	})
	open := newTable(&screen, fmt.Sprintf("Exceptions: %d open, %d resolved", len(b.open), b.resolved), "class", "owner", "open")
	for _, row := range rows {
		open.AppendRow(table.Row{row.class, row.owner, counts[row]})
	}
	open.Render()
	_, _ = io.WriteString(to, screen.String())
}
