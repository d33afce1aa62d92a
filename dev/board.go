package dev

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/inspect"
	"waybill/processors/money"
	"waybill/schemas"
	"waybill/topics"
)

// Board is what has come of a generated distributor so far.
type Board struct {
	Time         time.Time     `json:"time"`
	Running      time.Duration `json:"-"`
	Orders       int           `json:"orders"`
	Shipments    int           `json:"shipments"` // that have left
	InvoiceReady int           `json:"invoice_ready"`
	Credits      int           `json:"credits"`
	Value        Money         `json:"value"` // net, of what is ready to be invoiced
	DeadLetters  int           `json:"dead_letters"`
	Open         []OpenOf      `json:"open"` // exceptions, most first
	Resolved     int           `json:"resolved"`
	Lag          int64         `json:"lag"`               // records that the stages have left to take
	Problem      string        `json:"problem,omitempty"` // what keeps a stage from its work
}

// OpenOf are the open exceptions of a class and an owner.
type OpenOf struct {
	Class  string `json:"class"`
	Owner  string `json:"owner"`
	Open   int    `json:"open"`
	AtRisk Money  `json:"at_risk"`
}

// Money is amounts by currency.
type Money map[string]schemas.Amount

// String lists the amounts by currency; 0 when there are none.
func (m Money) String() string {
	var parts []string
	for _, currency := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, money.Text(m[currency], currency))
	}
	if len(parts) == 0 {
		return "0"
	}
	return strings.Join(parts, ", ")
}

// OpenExceptions is how many exceptions are open.
func (b *Board) OpenExceptions() (open int) {
	for _, of := range b.Open {
		open += of.Open
	}
	return open
}

// Line is the board as one line of a log.
func (b *Board) Line() string {
	line := fmt.Sprintf("%s orders=%d shipments=%d invoice_ready=%d credits=%d value=%q exceptions_open=%d resolved=%d dead_letters=%d lag=%d",
		b.Time.Format(time.RFC3339), b.Orders, b.Shipments, b.InvoiceReady, b.Credits, b.Value, b.OpenExceptions(), b.Resolved, b.DeadLetters, b.Lag)
	if b.Problem != "" {
		line += fmt.Sprintf(" problem=%q", b.Problem)
	}
	return line
}

// Text is the board for a terminal of a width.
func (b *Board) Text(width int) string {
	var text strings.Builder
	heading := fmt.Sprintf("A generated distributor, for %s", b.Running.Round(time.Second))
	counts := listing{title: heading, header: []string{"orders", "shipments", "invoice-ready", "credits", "dead letters", "lag"}, numbers: []int{0, 1, 2, 3, 4, 5}}
	counts.add([]string{fmt.Sprint(b.Orders), fmt.Sprint(b.Shipments), fmt.Sprint(b.InvoiceReady), fmt.Sprint(b.Credits), fmt.Sprint(b.DeadLetters), fmt.Sprint(b.Lag)})
	counts.write(&text, width)
	fmt.Fprintf(&text, "\n%s\n\n", wrapped("Net value ready to be invoiced: "+b.Value.String(), width))
	title := "Open exceptions: none"
	if open := b.OpenExceptions(); open > 0 {
		title = fmt.Sprintf("Open exceptions: %d", open)
	}
	if b.Resolved > 0 {
		title += fmt.Sprintf("; %d resolved", b.Resolved)
	}
	open := listing{title: title, header: []string{"class", "owner", "open", "at risk"}, numbers: []int{2, 3}}
	for _, of := range b.Open {
		risk := ""
		if len(of.AtRisk) > 0 {
			risk = of.AtRisk.String()
		}
		open.add([]string{of.Class, of.Owner, fmt.Sprint(of.Open), risk})
	}
	open.write(&text, width)
	if b.Problem != "" {
		fmt.Fprintf(&text, "\n%s\n", wrapped(b.Problem, width))
	}
	return text.String()
}

// tally counts records.
type tally struct {
	orders, shipped   map[string]bool
	bills, credits    int
	letters, resolved int
	value             Money
	open              map[string]schemas.Exception
}

func newTally() *tally {
	return &tally{orders: map[string]bool{}, shipped: map[string]bool{}, value: Money{}, open: map[string]schemas.Exception{}}
}

func (t *tally) take(ctx context.Context, registry schemas.Registry, records []*kgo.Record) error {
	for _, polled := range records {
		switch polled.Topic {
		case topics.DeadLetters:
			t.letters++
			continue
		case topics.Orders.Name():
			t.orders[string(polled.Key)] = true
			continue
		}
		if polled.Value == nil { // deleted, and counted when it was there
			continue
		}
		record, err := inspect.RecordOf(ctx, registry, polled)
		if err == nil {
			err = t.count(record)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *tally) count(record inspect.Record) error {
	switch record.Topic {
	case topics.Shipments.Name():
		var event struct { // no more of it is needed
			Shipment *struct {
				ShipmentID string            `json:"shipment_id"`
				Milestone  schemas.Milestone `json:"milestone"`
			} `json:"shipment"`
		}
		if err := decode(record, &event); err != nil {
			return err
		}
		if event.Shipment != nil && event.Shipment.Milestone == schemas.MilestoneShipped {
			t.shipped[event.Shipment.ShipmentID] = true
		}
	case topics.InvoiceReady.Name():
		var bill schemas.InvoiceReady
		if err := decode(record, &bill); err != nil {
			return err
		}
		if bill.Total < 0 {
			t.credits++
		} else {
			t.bills++
		}
		t.value[bill.Currency] += bill.Total
	case topics.Exceptions.Name():
		var exception schemas.Exception
		if err := decode(record, &exception); err != nil {
			return err
		}
		_, stood := t.open[exception.ExceptionID]
		if exception.Status != schemas.ExceptionResolved {
			t.open[exception.ExceptionID] = exception
		} else if stood {
			t.resolved++
			delete(t.open, exception.ExceptionID)
		}
	}
	return nil
}

// board is the sum of all that was counted.
func (t *tally) board() *Board {
	board := &Board{
		Time: time.Now().UTC(), Orders: len(t.orders), Shipments: len(t.shipped), InvoiceReady: t.bills, Credits: t.credits,
		Value: maps.Clone(t.value), DeadLetters: t.letters, Open: []OpenOf{}, Resolved: t.resolved,
	}
	type kind struct{ class, owner string }
	at := map[kind]int{}
	for _, exception := range t.open {
		of := kind{exception.Class, exception.Owner}
		if _, known := at[of]; !known {
			at[of] = len(board.Open)
			board.Open = append(board.Open, OpenOf{Class: of.class, Owner: of.owner, AtRisk: Money{}})
		}
		row := &board.Open[at[of]]
		row.Open++
		if exception.AmountAtRisk != nil && exception.Currency != nil {
			row.AtRisk[*exception.Currency] += *exception.AmountAtRisk
		}
	}
	slices.SortFunc(board.Open, func(x, y OpenOf) int {
		return cmp.Or(cmp.Compare(y.Open, x.Open), cmp.Compare(x.Class, y.Class), cmp.Compare(x.Owner, y.Owner))
	})
	return board
}

func decode(record inspect.Record, into any) error {
	if err := json.Unmarshal(record.Value, into); err != nil {
		return fmt.Errorf("%s partition %d offset %d: %w", record.Topic, record.Partition, record.Offset, err)
	}
	return nil
}
