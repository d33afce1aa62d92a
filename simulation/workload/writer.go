package workload

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"waybill/schemas"
	"waybill/topics"
)

// dialect is how a release of a system writes otherwise than the contract.
type dialect string

const (
	forward  dialect = "forward"        // one field more
	backward dialect = "backward"       // an optional field less
	repaired dialect = "repaired"       // a field has another name, and a repair for that is known from the beginning
	mended   dialect = "mended"         // a field has another name, and a repair comes later
	renamed  dialect = "renamed"        // a field has another name, and no repair ever comes
	addition         = "source_release" // the name of the field more
)

// field is a field of a topic's value that a dialect is about: of the value itself, or of every entry of a list in it.
type field struct{ list, name string }

// needed are the fields without which an event cannot be read, one a topic.
var needed = map[string]field{
	topics.CommerceOrders.Name():   {"lines", "quantity"},
	topics.ErpOrders.Name():        {"lines", "confirmed_quantity"},
	topics.WmsShipments.Name():     {"lines", "quantity"},
	topics.WmsInventory.Name():     {"", "quantity"},
	topics.ErpInvoices.Name():      {"", "total"},
	topics.ArPayments.Name():       {"", "amount"},
	topics.ArDisputes.Name():       {"", "amount"},
	topics.MasterCustomers.Name():  {"", "currency"},
	topics.MasterItems.Name():      {"", "base_uom"},
	topics.MasterPrices.Name():     {"", "unit_price"},
	topics.MasterWarehouses.Name(): {"", "warehouse_id"},
}

// optional are fields that an older release does not have, one a topic.
var optional = map[string]string{
	topics.CommerceOrders.Name():  "ship_policy",
	topics.ErpOrders.Name():       "payment_terms",
	topics.WmsShipments.Name():    "tracking",
	topics.WmsInventory.Name():    "expires_at",
	topics.ErpInvoices.Name():     "invoice_ready_id",
	topics.ArDisputes.Name():      "line_no",
	topics.MasterCustomers.Name(): "schedule",
	topics.MasterItems.Name():     "under_tolerance_percent",
	topics.MasterPrices.Name():    "valid_to",
}

// other is the name that a dialect gives to the field that is needed.
func (d dialect) other(of field) string { return of.name + "_" + string(d) }

// schema is what a dialect writes a topic's values with, and its fingerprint.
type schema struct{ text, fingerprint string }

// dialects are all of them, by topic and dialect. Master data's keys are never renamed: nobody could tell whose it was.
var dialects = sync.OnceValue(func() map[string]map[dialect]schema {
	all := map[string]map[dialect]schema{}
	for topic, of := range needed {
		all[topic] = map[dialect]schema{}
		for _, d := range []dialect{forward, backward, repaired, mended, renamed} {
			contract, _ := schemas.Contract(topic)
			var parsed map[string]any
			if err := json.Unmarshal([]byte(contract), &parsed); err != nil {
				panic(err)
			}
			fields := parsed["fields"].([]any)
			switch d {
			case forward:
				parsed["fields"] = append(fields, map[string]any{"name": addition, "type": "string", "default": "9"})
			case backward:
				parsed["fields"] = slices.DeleteFunc(fields, func(f any) bool { return f.(map[string]any)["name"] == optional[topic] })
			default:
				list := fields
				if of.list != "" {
					list = entryFields(named(fields, of.list))
				}
				named(list, of.name)["name"] = d.other(of)
			}
			text, err := json.Marshal(parsed)
			if err != nil {
				panic(err)
			}
			fingerprint, err := schemas.Fingerprint(string(text))
			if err != nil {
				panic(fmt.Sprintf("%s %s: %v", topic, d, err))
			}
			all[topic][d] = schema{string(text), fingerprint}
		}
	}
	return all
})

func named(fields []any, name string) map[string]any {
	at := slices.IndexFunc(fields, func(f any) bool { return f.(map[string]any)["name"] == name })
	return fields[at].(map[string]any)
}

func entryFields(list map[string]any) []any {
	return list["type"].(map[string]any)["items"].(map[string]any)["fields"].([]any)
}

// registerDialects gives every schema its id, in an order that does not depend on the seed.
func registerDialects(registry *schemas.LocalRegistry) {
	all := dialects()
	for _, topic := range schemas.ContractTopics() {
		for _, d := range []dialect{forward, backward, repaired, mended, renamed} {
			if s, is := all[topic][d]; is {
				registry.Register(schemas.Subject(topic), s.text)
			}
		}
	}
}

// writeAs writes a value in a dialect; false where the value says what the dialect has no word for.
func (w *wire) writeAs(topic string, d dialect, value any) ([]byte, bool) {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	var plain map[string]any
	if err := json.Unmarshal(text, &plain); err != nil {
		panic(err)
	}
	switch of := needed[topic]; d {
	case forward:
		plain[addition] = "9.1"
	case backward:
		if _, said := plain[optional[topic]]; said || optional[topic] == "" {
			return nil, false
		}
	default:
		for _, entry := range entries(plain, of) {
			entry[d.other(of)] = entry[of.name]
			delete(entry, of.name)
		}
	}
	text, err = json.Marshal(plain)
	if err != nil {
		panic(err)
	}
	encoded, err := schemas.EncodeJSON(context.Background(), w.registry, topic, dialects()[topic][d].text, text)
	if err != nil {
		panic(fmt.Sprintf("%s as %s: %v: %s", topic, d, err, text))
	}
	return encoded, true
}

// entries are the parts of a value that have a field.
func entries(plain map[string]any, of field) []map[string]any {
	if of.list == "" {
		return []map[string]any{plain}
	}
	var all []map[string]any
	list, _ := plain[of.list].([]any)
	for _, entry := range list {
		all = append(all, entry.(map[string]any))
	}
	return all
}

// correction is the payload of a command that replays an event with the values of the field that is needed.
func correction(topic string, value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	var plain map[string]any
	if err := json.Unmarshal(text, &plain); err != nil {
		panic(err)
	}
	of, set := needed[topic], map[string]any{}
	for i, entry := range entries(plain, of) {
		path := of.name
		if of.list != "" {
			path = fmt.Sprintf("%s[%d].%s", of.list, i, of.name)
		}
		set[path] = entry[of.name]
	}
	payload, err := json.Marshal(map[string]any{"set": set})
	if err != nil {
		panic(err)
	}
	return string(payload)
}

// repair is the one that reads a dialect's other name of the field that is needed.
func repair(topic string, d dialect) *schemas.Repair {
	of := needed[topic]
	path := strings.TrimPrefix(of.list+"[]."+d.other(of), "[].")
	return &schemas.Repair{
		RepairID: topic + "-" + string(d), Topic: topic, Writer: dialects()[topic][d].fingerprint, Why: "renamed",
		Steps: []schemas.RepairStep{{Action: schemas.RepairRename, Path: path, To: new(of.name)}},
	}
}
