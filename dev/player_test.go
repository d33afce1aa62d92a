package dev

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/inspect"
	"waybill/topics"
)

func TestALineThatCannotBePlayedSaysWhichFieldIsWrong(t *testing.T) {
	e, err := StartEmbedded(t.Context(), embedded())
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	folder := t.TempDir()
	for name, text := range map[string]string{"list.avsc": "[1,2]", "broken.avsc": "{", "text.avsc": `"string"`} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	order := orderLine("O-1")
	changed := func(from, to string) string {
		t.Helper()
		if !strings.Contains(order, from) {
			t.Fatalf("the order has no %s", from)
		}
		return strings.Replace(order, from, to, 1)
	}
	with := func(more string) string { return strings.TrimSuffix(order, "}") + "," + more + "}" }
	const takes = "ar.disputes, ar.payments, commerce.orders, erp.invoices, erp.orders, master.customers, master.items, master.prices, master.warehouses, o2c.commands, o2c.repairs, wms.inventory, wms.shipments"
	for _, c := range []struct{ line, want string }{
		{changed("commerce.orders", "commerce.order"), `topic: "commerce.order" is not one of ` + takes},
		{`{"topic":"o2c.exceptions","value":{}}`, "topic: o2c.exceptions is written by the stages alone: play what it comes from, one of " + takes},
		{`{"topic":"o2c.dead-letters","raw":"AA=="}`, "topic: o2c.dead-letters is written by the stages alone"},
		{`{"topic":"waybill-intake-changelog","raw":"AA=="}`, `topic: "waybill-intake-changelog" is not one of`},
		{`{"topic":"commerce.orders","value":[]}`, "value: is a list, not an object"},
		{`{"topic":"commerce.orders","value":{}}`, "value: meta: is missing"},
		{changed(`"order_id":`, `"colour":"red","order_id":`), "value: colour: is unknown: Order has meta, order_id"},
		{changed(`"placed"`, `"amended"`), `value: status: is "amended", not one of unknown, placed, changed, cancelled`},
		{changed(`"quantity":"10"`, `"quantity":"1.1234567"`), `value: lines[0].quantity: is "1.1234567": out of range: at most 12 digits before the point and 6 after`},
		{changed(`"quantity":"10"`, `"quantity":1e99`), "value: lines[0].quantity: "},
		{changed("2026-03-06", "2026-02-30"), `value: lines[0].requested_date: is "2026-02-30", not a day of the calendar written YYYY-MM-DD`},
		{changed("2026-03-02T08:00:00Z", "2026-03-02"), "value: meta.occurred_at: "},
		{changed(`"channel":"web"`, `"channel":"`+strings.Repeat("x", maxRecord)+`"`), "value: the record has 16777"},
		{changed(`"order_id":"O-1"`, `"order_id":""`), `key: is order_id by the catalogue, and the value does not have it: give a "key", or "no_key": true`},
		{with(`"cut":100000`), "cut: 100000 bytes cannot be missing: the value has "},
		{with(`"schema":"nowhere.avsc"`), "schema: there is no file nowhere.avsc in the scenario's folder, where paths begin"},
		{with(`"schema":"../x.avsc"`), "schema: ../x.avsc leads out of the scenario's folder"},
		{with(`"schema":"a/../../x.avsc"`), "schema: a/../../x.avsc leads out of the scenario's folder"},
		{with(`"schema":"/etc/passwd"`), "schema: /etc/passwd leads out of the scenario's folder"},
		{with(`"schema":"."`), "schema: "},
		{with(`"schema":"broken.avsc"`), "schema: broken.avsc: registering a schema of commerce.orders-value"},
		{with(`"schema":"list.avsc"`), "schema: list.avsc: "},
		{with(`"schema":"text.avsc"`), "value: is an object, not string"},
		{`{"at":"2199-12-31T00:00:00Z","advance":"24h"}`, "advance: the clock would show 2200-01-01T00:00:00Z, and it goes from 1970 to 2199"},
	} {
		opened, err := Scenario{"s.ndjson", os.DirFS(folder), scenario("# what comes", c.line).open}.lines()
		if err != nil {
			t.Fatal(err)
		}
		err = e.Player.play(t.Context(), opened)
		if err == nil || !strings.HasPrefix(err.Error(), "s.ndjson line 2: "+c.want) {
			t.Errorf("%.100s\n  gave %.400v\n  want %s", c.line, err, c.want)
		}
		if err := opened.close(); err != nil {
			t.Error(err)
		}
	}
}

// TestTheKeyIsGivenOrMadeOfTheValue plays lines and looks at the records.
func TestTheKeyIsGivenOrMadeOfTheValue(t *testing.T) {
	e, err := StartEmbedded(t.Context(), embedded())
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	order := orderLine("O-1")
	movement := `{"topic":"wms.inventory","value":{"meta":{"event_id":"e","source":"wms-east","sequence":1,"occurred_at":"2026-03-02T08:00:00Z","recorded_at":"2026-03-02T08:00:00Z"},"item_id":"NAIL","warehouse_id":"east","kind":"receipt","quantity":1,"uom":"each"}}`
	if err := playOn(t, e, order,
		strings.Replace(order, `{"topic"`, `{"key":"other","headers":{"b":"2","a":"1"},"topic"`, 1),
		strings.Replace(order, `{"topic"`, `{"key":"","topic"`, 1),
		strings.Replace(order, `{"topic"`, `{"no_key":true,"topic"`, 1),
		`{"topic":"commerce.orders","key":"t","value":null}`,
		`{"topic":"commerce.orders","raw":"AAE="}`,
		movement,
	); err != nil {
		t.Fatal(err)
	}
	if err := e.Player.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	reader, err := inspect.NewReader(t.Context(), e.Cluster.Client(), inspect.Selection{Topics: []string{topics.CommerceOrders.Name(), topics.WmsInventory.Name()}})
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	records, err := reader.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]*kgo.Record{}
	for _, record := range records {
		key := "none"
		if record.Key != nil {
			key = "“" + string(record.Key) + "”"
		}
		if record.Value == nil {
			key += " tombstone"
		} else if len(record.Value) == 2 {
			key += " raw"
		}
		found[key] = record
	}
	for _, want := range []string{"“O-1”", "“other”", "“”", "none", "“t” tombstone", "none raw", "“NAIL@east”"} {
		if found[want] == nil {
			t.Errorf("no record has key %s: %v", want, found)
		}
		delete(found, want)
	}
	if len(found) > 0 {
		t.Errorf("more records came: %v", found)
	}
	for _, record := range records {
		if string(record.Key) == "other" && (len(record.Headers) != 2 || record.Headers[0].Key != "a" || string(record.Headers[1].Value) != "2") {
			t.Errorf("headers %v, want both in the order of their names", record.Headers)
		}
	}
}
