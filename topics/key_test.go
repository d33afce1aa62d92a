package topics

import (
	"encoding/json"
	"testing"
)

func TestTheKeyIsComposedOfTheValuesFields(t *testing.T) {
	for _, c := range []struct {
		form  KeyForm
		value string
		want  string
		whole bool
	}{
		{"order_id", `{"order_id":"O-1","lines":[]}`, "O-1", true},
		{"item_id@warehouse_id", `{"warehouse_id":"east","item_id":"A-1"}`, "A-1@east", true},
		{"command.target", `{"command":{"target":"ex-1"}}`, "ex-1", true},
		{"line_no", `{"line_no":1000000}`, "1000000", true},
		{"order_id", `{"order_id":""}`, "", false},
		{"order_id", `{"order_id":null}`, "", false},
		{"command.target", `{"command":"ex-1"}`, "", false},
		{"order_id", `[]`, "", false},
		{"", `{"order_id":"O-1"}`, "", false},
	} {
		got, whole := Entry{Key: c.form}.KeyOf(json.RawMessage(c.value))
		if whole != c.whole || whole && got != c.want {
			t.Errorf("key %q of %s: got %q, %v, want %q, %v", c.form, c.value, got, whole, c.want, c.whole)
		}
	}
}
