package intake

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
	"waybill/topics"
)

// headersOf reads a text of name=value lines as the headers of a record.
func headersOf(text string) (headers []stream.Header) {
	for line := range strings.SplitSeq(text, "\n") {
		name, value, _ := strings.Cut(line, "=")
		headers = append(headers, stream.Header{Key: name, Value: []byte(value)})
	}
	return headers
}

// FuzzHeaders finds out whose an event is from its headers and key alone: what is found can be relied on.
func FuzzHeaders(f *testing.F) {
	catalogue := topics.Default()
	var sourceTopics []topics.Entry
	for _, entry := range catalogue.Topics() {
		if entry.Role == topics.Source {
			sourceTopics = append(sourceTopics, entry)
		}
	}
	for i, entry := range sourceTopics {
		text := ""
		for _, names := range [][]string{entry.EntityHeaders.Entity, entry.EntityHeaders.Order, entry.EntityHeaders.Sequence, entry.EntityHeaders.Source} {
			for _, name := range names {
				text += name + "=7\n"
			}
		}
		for _, of := range []string{text, strings.ReplaceAll(text, "7", "a, b,,a ,"), strings.ReplaceAll(text, "7", "-1"), strings.ReplaceAll(text, "7", "9223372036854775807"), strings.ReplaceAll(text, "7", ""), "x=\n=\n"} {
			f.Add(uint8(i), of, []byte("SO-1"))
			f.Add(uint8(i), of, []byte(nil))
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, text string, key []byte) {
		entry := sourceTopics[int(which)%len(sourceTopics)]
		headers := headersOf(text)
		id := identify(entry, key, clues{}, headerClues(headers, entry.EntityHeaders))
		if id.Sequence != nil && !validSequence(*id.Sequence, entry.Ordering.Contract) {
			t.Fatalf("sequence %d", *id.Sequence)
		}
		if !slices.IsSorted(id.Orders) || len(slices.Compact(slices.Clone(id.Orders))) != len(id.Orders) {
			t.Fatalf("orders %q", id.Orders)
		}
		for _, orderID := range id.Orders {
			if orderID == "" || orderID != strings.TrimSpace(orderID) {
				t.Fatalf("orders %q", id.Orders)
			}
		}
		if id.Misrouted != (len(key) == 0) {
			t.Fatalf("misrouted %v with key %q", id.Misrouted, key)
		}
		keyIsEntity := entry.Key == entry.Ordering.Entity
		if keyIsEntity && len(key) > 0 && id.Entity != legible(string(key)) {
			t.Fatalf("entity %q of key %q", id.Entity, key)
		}
		if id.Entity != "" && (!keyIsEntity || len(key) == 0) && !slices.ContainsFunc(headers, func(h stream.Header) bool { return legible(string(h.Value)) == id.Entity }) {
			t.Fatalf("entity %q is in none of %q", id.Entity, text)
		}
	})
}

// FuzzRecords gives intake any record of any source topic, twice: it becomes one thing and nothing else, its bytes are kept
// where it cannot be read, and it is never taken again.
func FuzzRecords(f *testing.F) {
	registry := schemas.NewLocalRegistry()
	program, err := stream.Bind(Stage(topics.Default(), DefaultPolicy()), registry, "test")
	if err != nil {
		f.Fatal(err)
	}
	inputs := program.Stage().Inputs()
	seedRecords(f, registry, inputs)
	store := state.OpenMemory()
	task, err := program.NewTask(0, store, stream.NewReferences(program, store, 1<<20), 1<<20)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, which uint8, key, value []byte, headers string) {
		defer func() {
			if err := task.Abort(); err != nil {
				t.Fatal(err)
			}
		}()
		record := &stream.Record{Topic: inputs[int(which)%len(inputs)], Offset: 7, Key: key, Value: value, Headers: headersOf(headers), Timestamp: noon}
		first := outcomesOf(t, task, record)
		record.Offset++
		second := outcomesOf(t, task, record)
		if record.Topic == topics.Replays.Name() {
			return
		}
		if len(first) != 1 || len(second) != 1 {
			t.Fatalf("it became %v, and then %v", first, second)
		}
		if second[0] == "applied" {
			t.Fatalf("it was %s, and then applied", first[0])
		}
	})
}

// outcomesOf takes a record and tells what it is counted as. What is dead-lettered has its bytes.
func outcomesOf(t *testing.T, task *stream.Task, record *stream.Record) (outcomes []string) {
	t.Helper()
	before, err := task.Ready()
	if err != nil {
		t.Fatal(err)
	}
	counted := map[string]int64{}
	for outcome, n := range before.Counts {
		counted[outcome.Topic+outcome.Outcome] = n
	}
	if err := task.Take(context.Background(), noon, record); err != nil {
		t.Fatalf("%+v: %v", record, err)
	}
	after, err := task.Ready()
	if err != nil {
		t.Fatal(err)
	}
	for outcome, n := range after.Counts {
		for range n - counted[outcome.Topic+outcome.Outcome] {
			outcomes = append(outcomes, outcome.Outcome)
		}
	}
	if slices.Contains(outcomes, "dead_lettered") {
		letter := after.Records[slices.IndexFunc(after.Records, func(out stream.Out) bool { return out.Topic == topics.DeadLetters })]
		if !bytes.Equal(letter.Key, record.Key) || !bytes.Equal(letter.Value, record.Value) || (letter.Value == nil) != (record.Value == nil) {
			t.Fatalf("%+v was kept as %+v", record, letter)
		}
		for i, header := range record.Headers {
			if letter.Headers[i].Key != header.Key || !bytes.Equal(letter.Headers[i].Value, header.Value) {
				t.Fatalf("header %d of %+v was kept as %+v", i, record, letter)
			}
		}
	}
	return outcomes
}

func seedRecords(f *testing.F, registry *schemas.LocalRegistry, inputs []string) {
	seed(f, registry, inputs, topics.CommerceOrders, "O-1", anOrder("O-1", 1))
	seed(f, registry, inputs, topics.CommerceOrders, "O-1", anOrder("O-1", 3))
	seed(f, registry, inputs, topics.ErpOrders, "O-1", anAcceptance("O-1", 5))
	seed(f, registry, inputs, topics.WmsShipments, "S-1", aShipment("S-1", 1, schemas.MilestoneShipped, "O-1", "O-2"))
	seed(f, registry, inputs, topics.WmsShipments, "S-2", aShipment("S-1", 1, schemas.MilestoneShipped, "O-1"))
	seed(f, registry, inputs, topics.WmsInventory, "A@E", aMovement(1))
	seed(f, registry, inputs, topics.ErpInvoices, "I-1", anInvoice("I-1", 1, schemas.InvoiceKindInvoice, "O-1"))
	seed(f, registry, inputs, topics.ArPayments, "P-1", aPayment("P-1", 1, "I-1"))
	seed(f, registry, inputs, topics.ArDisputes, "I-1", aDispute("D-1", "I-1", 1))
	seed(f, registry, inputs, topics.MasterCustomers, "C1", aCustomer(1))
	seed(f, registry, inputs, topics.MasterItems, "A", anItem(1))
	seed(f, registry, inputs, topics.MasterWarehouses, "E", aWarehouse(1))
	seed(f, registry, inputs, topics.Commands, "ex-1", aCommand("c-1", noon))
}

// seed adds a value by its contract, whole and broken.
func seed[T any](f *testing.F, registry *schemas.LocalRegistry, inputs []string, topic topics.Topic[T], key string, value *T) {
	f.Helper()
	encoded, err := schemas.NewCodec[T](registry, topic.Name()).Append(context.Background(), nil, value)
	if err != nil {
		f.Fatal(err)
	}
	which := uint8(slices.Index(inputs, topic.Name()))
	f.Add(which, []byte(key), encoded, "")
	f.Add(which, []byte(key), encoded[:len(encoded)-3], "sequence=4\norder_id=O-1,O-2")
	f.Add(which, []byte(nil), []byte(nil), "source=erp")
	f.Add(which, []byte("else"), append([]byte{0, 0, 0, 0, 99}, encoded[5:]...), "x=y")
}
