package topics

import (
	"encoding/json"
	"strings"
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

func TestPricesOfItemsWithASlashInTheirIdKeepApart(t *testing.T) {
	of := map[string][2]string{}
	for _, price := range [][2]string{{"A", "P"}, {"A", "B/P"}, {"A/B", "P"}, {"A%2FB", "P"}, {"A/", "P"}, {"A", "/P"}, {"A%", "P"}, {"A%25", "P"}} {
		key := PriceKey(price[0], price[1])
		if other, taken := of[key]; taken {
			t.Errorf("%q and %q share the key %q", price, other, key)
		}
		of[key] = price
	}
	for key, price := range of {
		for _, other := range of {
			if strings.HasPrefix(key, PricesOf(other[0])) != (price[0] == other[0]) {
				t.Errorf("the price %q of %s, and the prices of %s", key, price[0], other[0])
			}
		}
	}
	if key := PriceKey("A-1", "P/1"); key != "A-1/P/1" {
		t.Errorf("got %q", key)
	}
}
