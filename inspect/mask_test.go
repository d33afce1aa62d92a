package inspect

import (
	"encoding/json"
	"strings"
	"testing"

	"waybill/topics"
)

func TestPersonalDataIsMaskedAndNothingElse(t *testing.T) {
	value := `{"meta":{"event_id":"e-1"},"customer_id":"C-1","name":"Ada Lovelace","segment":"retail"}`
	for _, topic := range []string{"master.customers", "o2c.customers"} {
		record := Masked(topics.Default(), Record{Topic: topic, Value: json.RawMessage(value)})
		want := strings.Replace(value, "Ada Lovelace", Mask, 1)
		if string(record.Value) != want {
			t.Errorf("%s: got %s, want %s", topic, record.Value, want)
		}
	}
	warehouse := `{"warehouse_id":"east","name":"East"}`
	if record := Masked(topics.Default(), Record{Topic: "master.warehouses", Value: json.RawMessage(warehouse)}); string(record.Value) != warehouse {
		t.Errorf("a warehouse's name is no personal data: %s", record.Value)
	}
}

func TestAFieldThatASourceRenamedIsMaskedWhereTheContractNamesPersonalData(t *testing.T) {
	for _, c := range []struct{ topic, value, want string }{
		{"master.customers", `{"customer_id":"C-1","full_name":"Ada","email":null}`, `{"customer_id":"C-1","full_name":"•••","email":null}`},
		{"master.warehouses", `{"warehouse_id":"east","full_name":"East"}`, `{"warehouse_id":"east","full_name":"East"}`},
	} {
		if record := Masked(topics.Default(), Record{Topic: c.topic, Value: json.RawMessage(c.value)}); string(record.Value) != c.want {
			t.Errorf("%s: got %s, want %s", c.topic, record.Value, c.want)
		}
	}
}

func TestBytesThatMayHoldPersonalDataAreLeftOut(t *testing.T) {
	letter := func(origin string) Record {
		return Masked(topics.Default(), Record{
			Topic: topics.DeadLetters, Value: json.RawMessage("null"), Raw: []byte("Ada Lovelace"),
			Headers: map[string]string{"waybill.original.topic": origin, "waybill.error.message": `name "Ada Lovelace" is too long`},
		})
	}
	for _, origin := range []string{"master.customers", "", "someone.elses"} {
		if record := letter(origin); record.Raw != nil || strings.Contains(record.Headers["waybill.error.message"], "Ada") || record.Problem == "" {
			t.Errorf("dead letter from %q: %+v", origin, record)
		}
	}
	if record := letter("wms.shipments"); record.Raw == nil || record.Headers["waybill.error.message"] == Mask {
		t.Errorf("a shipment holds no personal data: %+v", record)
	}
	unreadable := Masked(topics.Default(), Record{Topic: "master.customers", Value: json.RawMessage("null"), Raw: []byte("Ada"), Problem: "truncated"})
	if unreadable.Raw != nil || !strings.HasPrefix(unreadable.Problem, "truncated; ") {
		t.Errorf("%+v", unreadable)
	}
}

func TestTheMaskFollowsPathsThroughRecordsAndLists(t *testing.T) {
	for _, c := range []struct{ path, value, want string }{
		{"ship_to.name", `{"ship_to":{"name":"A","city":"B"},"name":"C"}`, `{"ship_to":{"name":"•••","city":"B"},"name":"C"}`},
		{"lines.contact", `{"lines":[{"n":1,"contact":"A"},{"n":2,"contact":null}]}`, `{"lines":[{"n":1,"contact":"•••"},{"n":2,"contact":null}]}`},
		{"name", `{"a":"1.50","name":{"first":"A"}}`, `{"a":"1.50","name":"•••"}`},
		{"name", `{"other":1}`, `{"other":1}`},
		{"name", `null`, `null`},
		{"name", `[]`, `[]`},
	} {
		if got := maskAt(json.RawMessage(c.value), strings.Split(c.path, ".")); string(got) != c.want {
			t.Errorf("%s of %s: got %s, want %s", c.path, c.value, got, c.want)
		}
	}
}
