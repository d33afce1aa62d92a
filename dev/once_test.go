package dev

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"waybill/examples"
	"waybill/inspect"
	"waybill/processors"
	"waybill/schemas"
	"waybill/topics"
)

func embedded() EmbeddedOptions {
	catalogue := topics.Default()
	return EmbeddedOptions{Catalogue: catalogue, Stages: processors.Stages(catalogue), Release: "test", Log: slog.New(slog.DiscardHandler)}
}

func play(t *testing.T, scenarios ...Scenario) *Played {
	t.Helper()
	played, err := Once(t.Context(), embedded(), scenarios)
	if err != nil {
		t.Fatal(err)
	}
	return played
}

// written makes a scenario of lines.
func written(t *testing.T, lines ...string) Scenario {
	t.Helper()
	file := filepath.Join(t.TempDir(), "written.ndjson")
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	return ScenarioAt(file)
}

// TestTheScenarioThatMustNeverHurtAgain is the domain's own: what is billed when, by which rule, and what is owed.
func TestTheScenarioThatMustNeverHurtAgain(t *testing.T) {
	played := play(t, Scenario{examples.Files, examples.SplitSubstitute})
	var story []string
	for _, record := range played.Records {
		at := record.Time.Format("15:04")
		switch record.Topic {
		case topics.InvoiceReady.Name():
			bill := valueOf[schemas.InvoiceReady](t, record)
			for _, line := range bill.Lines {
				story = append(story, fmt.Sprintf("%s %s %s bills %s × %s for %s = %s", at, bill.Rule, line.ShipmentID, line.Quantity, line.ShippedItemID, line.OrderedItemID, line.Amount))
			}
		case topics.Exceptions.Name():
			exception := valueOf[schemas.Exception](t, record)
			line := fmt.Sprintf("%s %s %s, orders %v, owner %s", at, exception.Class, exception.Status, exception.OrderIDs, exception.Owner)
			if exception.AmountAtRisk != nil {
				line += ", " + exception.AmountAtRisk.String() + " at risk"
			}
			story = append(story, line)
		case topics.Receivables.Name():
			owed := valueOf[schemas.Receivable](t, record)
			story = append(story, fmt.Sprintf("%s %s collectable %s of %s", at, owed.InvoiceID, owed.Collectable, owed.Open))
		case topics.DeadLetters:
			story = append(story, fmt.Sprintf("%s dead letter of %s: %s", at, record.Headers["waybill.original.topic"], record.Headers["waybill.error.field"]))
		}
	}
	inOrder(t, story,
		"08:11 oversold open, orders [], owner inventory control",
		"11:30 on_shipment S-7001 bills 20 × HAMMER for HAMMER = 370.00",
		"12:00 unreadable open, orders [O-1001], owner warehouse systems, 1727.50 at risk",
		"12:00 dead letter of wms.shipments: lines[].quantity",
		"13:00 INV-1 collectable 370.00 of 370.00",
		"14:05 on_shipment:substitution_lower S-7002 bills 10 × DRILL-20V for DRILL-18V = 1290.00",
		"14:05 on_shipment:substitution_lower S-7002 bills 5 × SAW for SAW = 437.50",
		"14:05 unreadable resolved, orders [O-1001], owner warehouse systems, 1727.50 at risk",
		"15:00 INV-2 collectable 1727.50 of 1727.50",
		"16:00 INV-2 collectable 1469.50 of 1727.50",
		"17:00 INV-2 collectable 1469.50 of 1727.50",
	)
	bills := 0
	for _, line := range story {
		if strings.Contains(line, " bills ") {
			bills++
		}
	}
	if bills != 3 {
		t.Errorf("%d lines were billed, want 3:\n%s", bills, strings.Join(story, "\n"))
	}
	if open, err := played.OpenExceptions(); err != nil || len(open) != 0 {
		t.Errorf("open at the end: %+v, %v", open, err)
	}
}

func valueOf[V any](t *testing.T, record inspect.Record) *V {
	t.Helper()
	value := new(V)
	if err := json.Unmarshal(record.Value, value); err != nil {
		t.Fatalf("%s: %v", record.Value, err)
	}
	return value
}

// inOrder wants some lines of a story to come in this order.
func inOrder(t *testing.T, story []string, want ...string) {
	t.Helper()
	at := 0
	for _, line := range story {
		if at < len(want) && line == want[at] {
			at++
		}
	}
	if at < len(want) {
		t.Errorf("not in its place: %s\nin:\n%s", want[at], strings.Join(story, "\n"))
	}
}

// TestBadInputHasANamedOutcomeAndStopsNothing plays examples/bad-input.ndjson, and beside it what is too large or too
// binary for a file that people read.
func TestBadInputHasANamedOutcomeAndStopsNothing(t *testing.T) {
	huge := `{"topic":"commerce.orders","key":"O-3001","raw":"` + base64.StdEncoding.EncodeToString(make([]byte, 5<<20)) + `"}`
	played := play(t, Scenario{examples.Files, "bad-input.ndjson"}, written(t, huge))
	letters := map[string]inspect.Record{}
	for _, record := range played.Records {
		if record.Topic == topics.DeadLetters {
			key := "no key"
			if record.Key != nil {
				key = *record.Key
			}
			letters[key+" "+record.Headers["waybill.error.class"]] = record
		}
	}
	for letter, field := range map[string]string{
		"O-2002 wrong_magic": "", "O-2003 unknown_schema": "", "O-2004 tombstone": "", "no key null_key": "", "O-9999 key_mismatch": "order_id",
		"S-2007 wrong_authority": "meta.source", "S-2008 unregistered_source": "meta.source", "O-2009 negative_quantity": "lines[0].quantity",
		"O-2010 absurd_date": "lines[0].requested_date", "O-2011 absurd_date": "meta.occurred_at", "O-2012 bad_currency": "currency",
		"O-2013 duplicate_line": "lines[1].line_no", "O-2014 unknown_symbol": "status", "O-2015 missing_sequence": "meta.sequence",
		"O-2016 bad_sequence": "meta.sequence", "x empty_field": "actor", "O-2001 refused_command": "command.target", "O-3001 too_large": "",
	} {
		found, ok := letters[letter]
		if !ok {
			t.Errorf("there is no dead letter %s", letter)
		} else if found.Headers["waybill.error.field"] != field {
			t.Errorf("dead letter %s is about field %q, want %q", letter, found.Headers["waybill.error.field"], field)
		}
		delete(letters, letter)
	}
	for letter := range letters {
		t.Errorf("nobody expects the dead letter %s", letter)
	}
	open, err := played.OpenExceptions()
	if err != nil {
		t.Fatal(err)
	}
	classes := map[string]int{}
	for _, exception := range open {
		classes[exception.Class]++
	}
	for class, want := range map[string]int{"unreadable": 15, "wrong_authority": 2, "sequence_gap": 1, "unknown_order": 1, "unknown_reference": 1} {
		if classes[class] != want {
			t.Errorf("%d exceptions %s are open, want %d", classes[class], class, want)
		}
	}
	var billed []string
	for _, record := range played.Records {
		if record.Topic == topics.InvoiceReady.Name() {
			billed = append(billed, valueOf[schemas.InvoiceReady](t, record).OrderID)
		}
	}
	if len(billed) != 1 || billed[0] != "O-2001" {
		t.Errorf("billed %v, want the healthy order and nothing else", billed)
	}
}

func TestADeadLetterHasTheBytesAsTheyCame(t *testing.T) {
	bytes := []byte{0, 0, 0, 0, 250, 1, 2, 3}
	played := play(t, written(t, `{"topic":"wms.shipments","key":"S","raw":"`+base64.StdEncoding.EncodeToString(bytes)+`"}`))
	for _, record := range played.Records {
		if record.Topic == topics.DeadLetters && string(record.Raw) == string(bytes) {
			return
		}
	}
	t.Errorf("the bytes are in no dead letter: %+v", played.Records)
}

func TestTheSameScenarioGivesTheSameBills(t *testing.T) {
	bills := func() (lines string) {
		for _, record := range play(t, Scenario{examples.Files, examples.SplitSubstitute}).Records {
			if record.Topic == topics.InvoiceReady.Name() {
				lines += string(record.Value) + "\n"
			}
		}
		return lines
	}
	if first, second := bills(), bills(); first != second {
		t.Errorf("first\n%s\nthen\n%s", first, second)
	}
}

func TestAScenarioSaysWhereItIsWrong(t *testing.T) {
	for line, want := range map[string]string{
		`{`:                              "written.ndjson line 2: unexpected EOF",
		`{"topik":"x"}`:                  `unknown field "topik"`,
		`{}`:                             `name a "topic", or move the clock`,
		`{"value":{}}`:                   `name a "topic"`,
		`{"topic":"commerce.orders"}`:    `give either "value" or "raw"`,
		`{"advance":"soon"}`:             `"soon" is not a duration`,
		`{"advance":"-1h"}`:              `"-1h" is not a duration`,
		`{"at":"yesterday"}`:             `yesterday`,
		`{"topic":"nothing","value":{}}`: `"nothing" is not in the catalogue`,
		`{"topic":"commerce.orders","value":{"meta":{"event_id":"e","source":"ar","occurred_at":"2026-01-01T00:00:00Z","recorded_at":"2026-01-01T00:00:00Z"},"order_id":"O","customer_id":"C","channel":"web","order_type":"","currency":"USD","status":"placed","colour":"red"}}`: `colour`,
		`{"topic":"commerce.orders","value":{"meta":{"event_id":"e","source":"ar","occurred_at":"2026-01-01T00:00:00Z","recorded_at":"2026-01-01T00:00:00Z"},"order_id":5}}`:                                                                                                       `order_id`,
		`{"topic":"commerce.orders","raw":"AA==","schema":"x.avsc"}`:  `no "schema"`,
		`{"topic":"commerce.orders","value":{},"schema":"../x.avsc"}`: `do not leave it`,
		`{"topic":"ar.payments","value":{}} {}`:                       `more than one JSON value`,
		`{"topic":"ar.payments","value":{"meta":{"event_id":"e","source":"ar","occurred_at":"2026-01-01T00:00:00Z","recorded_at":"2026-01-01T00:00:00Z"},"payment_id":"P","amount":"1.123456"}}`: `amount`,
	} {
		_, err := Once(t.Context(), embedded(), []Scenario{written(t, "# a comment", line)})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("%s gave %v, want %q and the line", line, err, want)
		}
	}
}

func TestALiveDistributorBillsWithoutADeadLetter(t *testing.T) {
	e, err := StartEmbedded(t.Context(), embedded())
	if err != nil {
		t.Fatal(err)
	}
	var screen strings.Builder
	if err := Live(t.Context(), e, LiveOptions{Seed: 3, Rate: 30, Hour: 50 * time.Millisecond, For: 3 * time.Second, Terminal: true, To: &screen}); err != nil {
		t.Fatal(err)
	}
	records, err := readOutputs(context.Background(), e.Cluster)
	if err != nil {
		t.Fatal(err)
	}
	bills := 0
	for _, record := range records {
		switch record.Topic {
		case topics.DeadLetters:
			t.Errorf("dead letter: %v", record.Headers)
		case topics.InvoiceReady.Name():
			bills++
		}
	}
	if bills == 0 || !strings.Contains(screen.String(), "invoice-ready") {
		t.Errorf("%d bills; the screen:\n%s", bills, screen.String())
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestAStopInTheMiddleEndsSoon(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	stopped := make(chan error, 1)
	e, err := StartEmbedded(ctx, embedded())
	if err != nil {
		t.Fatal(err)
	}
	go func() { stopped <- e.Player.Play(ctx, Scenario{examples.Files, examples.SplitSubstitute}) }()
	cancel()
	select {
	case err := <-stopped:
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the player went on")
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
}
