package dev

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"waybill/examples"
	"waybill/inspect"
	"waybill/schemas"
	"waybill/topics"
)

// outcome is what becomes of one bad input: the class and field of its dead letter, and the class and owner of its
// exception. Empty: there is none.
type outcome struct {
	what          string
	topic, key    string // key: of the dead letter
	letter, field string
	exception     string
	owner, about  string // about: what people see that the exception is about
}

const (
	orders    = "commerce.orders"
	shipments = "wms.shipments"
	shop      = "commerce systems"
)

// outcomes has a row for every bad input of examples/bad-input.ndjson, and for what is too long for a file that people read.
var outcomes = []outcome{
	{"truncated Avro", orders, "O-2101", "truncated", "lines[0].uom", "unreadable", shop, "O-2101"},
	{"wrong magic byte", orders, "O-2102", "wrong_magic", "", "unreadable", shop, "O-2102"},
	{"unknown schema id", orders, "O-2103", "unknown_schema", "", "unreadable", shop, "O-2103"},
	{"tombstone", orders, "O-2104", "tombstone", "", "unreadable", shop, "O-2104"},
	{"null key", orders, "", "null_key", "", "unreadable", shop, "O-2105"},
	{"key that differs from the entity", orders, "2106", "key_mismatch", "order_id", "unreadable", shop, "O-2106"},
	{"wrong authority", shipments, "S-2107", "wrong_authority", "meta.source", "wrong_authority", "integration", "O-2001"},
	{"unregistered source", orders, "O-2108", "unregistered_source", "meta.source", "wrong_authority", "integration", "O-2108"},
	{"negative quantity", orders, "O-2109", "negative_quantity", "lines[0].quantity", "unreadable", shop, "O-2109"},
	{"a date in the year 2999", orders, "O-2110", "absurd_date", "lines[0].requested_date", "unreadable", shop, "O-2110"},
	{"from the future", orders, "O-2111", "absurd_date", "meta.occurred_at", "unreadable", shop, "O-2111"},
	{"no currency", orders, "O-2112", "bad_currency", "currency", "unreadable", shop, "O-2112"},
	{"a line twice", orders, "O-2113", "duplicate_line", "lines[1].line_no", "unreadable", shop, "O-2113"},
	{"unknown symbol", orders, "O-2114", "unknown_symbol", "status", "unreadable", shop, "O-2114"},
	{"no sequence", orders, "O-2115", "missing_sequence", "meta.sequence", "unreadable", shop, "O-2115"},
	{"sequence 0", orders, "O-2116", "bad_sequence", "meta.sequence", "unreadable", shop, "O-2116"},
	{"unknown order", shipments, "S-2117", "", "", "unknown_order", "order management", "O-9999"},
	{"unknown item", shipments, "S-2118", "", "", "unknown_reference", "master data", "O-2118"},
	{"gap that outlives its deadline", orders, "O-2119", "", "", "sequence_gap", shop, "O-2119"},
	{"duplicate event", shipments, "S-2001", "", "", "", "", ""},
	{"command of nobody", "o2c.commands", "ex-none", "empty_field", "actor", "unreadable", "order to cash", ""},
	{"command that nobody follows", "o2c.actions", "O-2001", "refused_command", "command.target", "", "", ""},
	{"5 MB", orders, "O-2120", "too_large", "", "unreadable", shop, "O-2120"},
}

// partitionsOfHealth is how many healthy orders come behind all of it: enough for one in every partition.
const partitionsOfHealth = 40

// behindIt is what the test plays behind the example: an order of 5 MB, and healthy ones.
func behindIt() (Scenario, string) {
	huge := strings.Replace(orderLine("O-2120"), `"channel":"web"`, `"channel":"`+strings.Repeat("w", 5<<20)+`"`, 1)
	lines := []string{huge}
	for n := range partitionsOfHealth {
		lines = append(lines, orderLine(fmt.Sprintf("O-3%03d", n)))
		lines = append(lines, fmt.Sprintf(`{"topic":"wms.shipments","value":{"meta":{"event_id":"w-%[1]d","source":"wms-east","sequence":1,"occurred_at":"2026-03-02T08:00:00Z","recorded_at":"2026-03-02T08:00:00Z"},"shipment_id":"S-3%03[1]d","warehouse_id":"east","milestone":"shipped","lines":[{"order_id":"O-3%03[1]d","line_no":1,"item_id":"NAIL-3IN","quantity":"10","uom":"each"}]}}`, n))
	}
	return scenario(lines...), huge
}

func TestBadInputHasANamedOutcomeAndStopsNothing(t *testing.T) {
	played := playedBadInput(t)
	_, huge := behindIt()
	sent := linesOf(t, ScenarioIn(examples.Files, "bad-input.ndjson"), scenario(huge))
	open, err := played.OpenExceptions()
	if err != nil {
		t.Fatal(err)
	}
	letters := played.of(topics.DeadLetters)
	for _, want := range outcomes {
		t.Run(want.what, func(t *testing.T) {
			is := func(record inspect.Record) bool {
				return record.Headers["waybill.original.topic"] == want.topic && keyText(record) == want.key
			}
			at := slices.IndexFunc(letters, is)
			switch {
			case want.letter == "" && at >= 0:
				t.Errorf("there is a dead letter: %v", letters[at].Headers)
			case want.letter != "" && at < 0:
				t.Error("there is no dead letter")
			case want.letter != "":
				letter := letters[at]
				letters = slices.Delete(letters, at, at+1)
				if h := letter.Headers; h["waybill.error.class"] != want.letter || h["waybill.error.field"] != want.field {
					t.Errorf("the dead letter is %s of field %q, want %s of %q", h["waybill.error.class"], h["waybill.error.field"], want.letter, want.field)
				}
				sameBytes(t, letter, want, sent)
			}
			at = slices.IndexFunc(open, func(e schemas.Exception) bool {
				return e.Class == want.exception && e.Owner == want.owner && about(&e) == want.about
			})
			switch {
			case want.exception != "" && at < 0:
				t.Errorf("no exception %s of owner %s is open about %s", want.exception, want.owner, want.about)
			case want.exception != "":
				open = slices.Delete(open, at, at+1)
			}
		})
	}
	for _, letter := range letters {
		t.Errorf("nobody expects the dead letter %s %v", keyText(letter), letter.Headers)
	}
	for _, exception := range open {
		t.Errorf("nobody expects the exception %s of %s: %s", exception.Class, about(&exception), exception.Message)
	}
	healthyAreBilled(t, played)
}

// sameBytes wants a dead letter to hold what came. The registry's id for the schema, which follows the first byte, is not
// known here.
func sameBytes(t *testing.T, letter inspect.Record, want outcome, sent []*Line) {
	t.Helper()
	if want.topic == topics.Actions.Name() {
		return // intake made that record
	}
	at := slices.IndexFunc(sent, func(line *Line) bool {
		id := fmt.Sprintf(`"%s"`, want.about)
		if want.topic != orders {
			id = fmt.Sprintf(`"%s"`, want.key)
		}
		return line.Topic == want.topic && (bytes.Contains(line.Value, []byte(id)) || line.Key != nil && *line.Key == want.key)
	})
	if at < 0 {
		t.Fatal("the scenario has no such line")
	}
	came := sent[at].Raw
	if sent[at].Value == nil {
		if !bytes.Equal(letter.Raw, came) {
			t.Errorf("% x is not what came: % x", letter.Raw, came)
		}
		return
	}
	encoded, err := schemas.EncodeJSON(t.Context(), schemas.NewLocalRegistry(), want.topic, "", sent[at].Value)
	if err != nil {
		t.Fatal(err)
	}
	came = encoded[:len(encoded)-sent[at].Cut]
	const behindID = 5
	if len(letter.Raw) != len(came) || letter.Raw[0] != came[0] || !bytes.Equal(letter.Raw[behindID:], came[behindID:]) {
		t.Errorf("%s is not what came: %s", shortened(letter.Raw), shortened(came))
	}
}

func shortened(raw []byte) string {
	return fmt.Sprintf("%d bytes %s…", len(raw), base64.StdEncoding.EncodeToString(raw[:min(len(raw), 60)]))
}

// healthyAreBilled wants every healthy order to be billed once, in every partition, and nothing else to be.
func healthyAreBilled(t *testing.T, played *Played) {
	t.Helper()
	billed, partitions := map[string]int{}, map[int32]bool{}
	for _, record := range played.of(topics.InvoiceReady.Name()) {
		bill := valueOf[schemas.InvoiceReady](t, record)
		if bill.Total != schemas.MustAmount("2.50") || bill.Currency != "USD" {
			t.Errorf("order %s is billed %s %s", bill.OrderID, bill.Total, bill.Currency)
		}
		billed[bill.OrderID]++
		partitions[record.Partition] = true
	}
	want := map[string]int{"O-2001": 1}
	for n := range partitionsOfHealth {
		want[fmt.Sprintf("O-3%03d", n)] = 1
	}
	if fmt.Sprint(billed) != fmt.Sprint(want) {
		t.Errorf("billed %v, want %v", billed, want)
	}
	entry, _ := topics.Default().Topic(topics.InvoiceReady.Name())
	if len(partitions) != int(entry.Partitions) {
		t.Errorf("bills are in %d partitions of %d", len(partitions), entry.Partitions)
	}
}

func keyText(record inspect.Record) string {
	if record.Key == nil {
		return ""
	}
	return *record.Key
}

func linesOf(t *testing.T, scenarios ...Scenario) (all []*Line) {
	t.Helper()
	opened, err := openAll(scenarios)
	if err != nil {
		t.Fatal(err)
	}
	defer closeAll(opened) //nolint:errcheck // they were only read
	for _, l := range opened {
		for {
			line, err := l.next(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if line == nil {
				break
			}
			all = append(all, line)
		}
	}
	return all
}
