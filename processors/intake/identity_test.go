package intake

import (
	"fmt"
	"testing"

	"waybill/schemas"
	"waybill/stream"
	"waybill/topics"
)

func (id Identity) String() string {
	sequence := "?"
	if id.Sequence != nil {
		sequence = fmt.Sprint(*id.Sequence)
	}
	return fmt.Sprintf("%s %s from %s (%s) about %v misrouted %t", id.Entity, sequence, id.Source, id.EventID, id.Orders, id.Misrouted)
}

func TestAnEventIsIdentifiedByWhateverKnowsIt(t *testing.T) {
	entry := func(topic string) topics.Entry {
		found, _ := topics.Default().Topic(topic)
		return found
	}
	headers := func(pairs ...string) (list []stream.Header) {
		for i := 0; i < len(pairs); i += 2 {
			list = append(list, stream.Header{Key: pairs[i], Value: []byte(pairs[i+1])})
		}
		return list
	}
	meta := func(number string, value int64) map[string]any {
		return map[string]any{"event_id": "e1", "source": "wms-east", number: value}
	}
	shipment := map[string]any{"meta": meta("sequence", 3), "shipment_id": "S1", "lines": []any{
		map[string]any{"order_id": "O2"}, map[string]any{"order_id": "O1"}, map[string]any{"order_id": "O2"},
	}}
	for _, c := range []struct {
		name, topic string
		key         []byte
		fields      map[string]any
		headers     []stream.Header
		orders      string
		want        string
	}{
		{"by its value", "wms.shipments", []byte("S1"), shipment, nil, "lines[].order_id", "S1 3 from wms-east (e1) about [O1 O2] misrouted false"},
		{"by its key", "wms.shipments", []byte("S1"), nil, nil, "", "S1 ? from  () about [] misrouted false"},
		{"by its key and headers", "wms.shipments", []byte("S1"), nil,
			headers("ce_sequence", "4", "source", "wms-west", "order_ids", "O2, O1,,O1"), "", "S1 4 from wms-west () about [O1 O2] misrouted false"},
		{"the value goes before the headers", "wms.shipments", []byte("S1"), shipment, headers("sequence", "4", "source", "x", "order_id", "O9", "shipment_id", "S9"),
			"lines[].order_id", "S1 3 from wms-east (e1) about [O1 O2] misrouted false"},
		{"the key goes before a header where it is the entity", "wms.shipments", []byte("S1"), nil, headers("shipment_id", "S9"), "", "S1 ? from  () about [] misrouted false"},
		{"a header that is empty says nothing", "wms.shipments", []byte("S1"), nil, headers("sequence", "", "ce_sequence", "5"), "", "S1 5 from  () about [] misrouted false"},
		{"a header that is no number says nothing", "wms.shipments", []byte("S1"), nil, headers("sequence", "five"), "", "S1 ? from  () about [] misrouted false"},
		{"a renamed id is nobody's", "wms.shipments", []byte("S1"), map[string]any{"shipment": "S1", "meta": meta("sequence", 2)}, nil, "lines[].order_id", "S1 2 from wms-east (e1) about [] misrouted false"},
		{"a sequence that cannot be is none", "wms.shipments", []byte("S1"), map[string]any{"shipment_id": "S1", "meta": meta("sequence", 0)}, nil, "", "S1 ? from wms-east (e1) about [] misrouted false"},
		{"a key of another entity", "wms.shipments", []byte("S2"), shipment, nil, "lines[].order_id", "S1 3 from wms-east (e1) about [O1 O2] misrouted true"},
		{"no key", "wms.shipments", nil, shipment, nil, "", "S1 3 from wms-east (e1) about [] misrouted true"},
		{"no key, and nothing but headers", "wms.shipments", nil, nil, headers("shipment_id", "S1"), "", "S1 ? from  () about [] misrouted true"},
		{"nothing at all", "wms.shipments", nil, nil, nil, "", " ? from  () about [] misrouted true"},
		{"of two fields", "wms.inventory", []byte("A@E"), map[string]any{"item_id": "A", "warehouse_id": "E", "meta": meta("sequence", 1)}, nil, "", "A@E 1 from wms-east (e1) about [] misrouted false"},
		{"of one of two fields", "wms.inventory", []byte("A@E"), map[string]any{"item_id": "A", "meta": meta("sequence", 1)}, nil, "", "A@E 1 from wms-east (e1) about [] misrouted false"},
		{"an entity that is not the key", "ar.disputes", []byte("I1"), map[string]any{"dispute_id": "D1", "invoice_id": "I1", "meta": meta("position", 9)}, nil, "", "D1 9 from wms-east (e1) about [] misrouted false"},
		{"an entity that is not the key, by a header", "ar.disputes", []byte("I1"), nil, headers("dispute_id", "D1"), "", "D1 ? from  () about [] misrouted false"},
		{"an entity that is not the key, by nothing", "ar.disputes", []byte("I1"), nil, nil, "", " ? from  () about [] misrouted false"},
		{"position zero", "erp.orders", []byte("O1"), map[string]any{"order_id": "O1", "meta": meta("position", 0)}, nil, "order_id", "O1 0 from wms-east (e1) about [O1] misrouted false"},
	} {
		var event *schemas.GenericEvent
		if c.fields != nil {
			event = &schemas.GenericEvent{Fields: c.fields}
		}
		of := entry(c.topic)
		got := identify(of, c.key, valueClues(event, of, c.orders), headerClues(c.headers, of.EntityHeaders))
		if got.String() != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestOnlySystemsOfAuthorityAreBelieved(t *testing.T) {
	entry, _ := topics.Default().Topic("commerce.orders")
	for source, want := range map[string]string{
		"b2b-shop": "",
		"edi":      "",
		"wms-east": "wrong_authority, field meta.source: wms-east is a system of kind wms, and only commerce or edi may write this topic",
		"amazon":   `unregistered_source, field meta.source: "amazon" is no registered system`,
	} {
		got := ""
		if problem := authority(topics.Default(), entry, source); problem != nil {
			got = problem.String()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", source, got, want)
		}
	}
}
