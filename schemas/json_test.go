package schemas

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestPeopleSeeDecimalsInstantsAndDatesAsTheyWriteThem(t *testing.T) {
	registry := NewLocalRegistry()
	price := `{"meta":{"event_id":"e1","source":"erp","sequence":null,"position":7,"occurred_at":"2026-03-04T05:06:07.000008Z","recorded_at":"2026-03-04T05:06:08Z"},` +
		`"price_id":"P1","customer_id":null,"item_id":"A","currency":"EUR","valid_from":"2026-01-01","valid_to":"2026-12-31","uom":"EA","unit_price":"12.5","price_unit":100}`
	value, err := EncodeJSON(context.Background(), registry, "master.prices", "", json.RawMessage(price))
	if err != nil {
		t.Fatal(err)
	}
	got, err := NewCodec[ItemPrice](registry, "master.prices").Decode(context.Background(), value)
	if err != nil || got.UnitPrice != MustPrice("12.50") || got.ValidTo == nil || *got.ValidTo != MustDate("2026-12-31") || got.PriceUnit != 100 {
		t.Errorf("by type: %+v, %v", got, err)
	}
	if shown, err := JSON(context.Background(), registry, value); err != nil || string(shown) != price {
		t.Errorf("for people: %v\n%s\n%s", err, shown, price)
	}
}

func TestEveryKindOfAvroValueIsShownAndReadBack(t *testing.T) {
	registry := NewLocalRegistry()
	value, err := EncodeJSON(context.Background(), registry, "everything", everything, json.RawMessage(everythingJSON))
	if err != nil {
		t.Fatal(err)
	}
	shown, err := JSON(context.Background(), registry, value)
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	if err := json.Compact(&want, []byte(everythingJSON)); err != nil {
		t.Fatal(err)
	}
	if string(shown) != want.String() {
		t.Errorf("got  %s\nwant %s", shown, want.String())
	}
}

func TestWhatIsShownIsReadBackForEveryContract(t *testing.T) {
	for _, topic := range ContractTopics() {
		t.Run(topic, func(t *testing.T) {
			registry := NewLocalRegistry()
			codec := codecOfTopic(t, topic)
			root := codec.contract.schema.Root().ExpandReferences()
			registry.Register(Subject(topic), codec.contract.text)
			rapid.Check(t, func(t *rapid.T) {
				value := reflect.New(typeOfTopic[topic])
				drawInto(t, topic, root, value.Elem())
				wire := codec.append(t, value.Interface())
				shown, err := JSON(context.Background(), registry, wire)
				if err != nil {
					t.Fatal(err)
				}
				again, err := EncodeJSON(context.Background(), registry, topic, "", shown)
				if err != nil || !bytes.Equal(again, wire) {
					t.Fatalf("%v: % x is not % x, from %s", err, again, wire, shown)
				}
				typed, err := json.Marshal(value.Interface())
				if err != nil {
					t.Fatal(err)
				}
				if again, err = EncodeJSON(context.Background(), registry, topic, "", typed); err != nil || !bytes.Equal(again, wire) {
					t.Fatalf("the Go type's JSON: %v: % x is not % x, from %s", err, again, wire, typed)
				}
			})
		})
	}
}

func TestAWrongLineSaysWhichFieldAndWhy(t *testing.T) {
	registry := NewLocalRegistry()
	for name, c := range map[string]struct{ from, to, field, says string }{
		"not JSON":              {`{"meta"`, `{meta`, "", "not JSON"},
		"two values":            {`"lines":`, `"lines":[]} {"lines":`, "", "more follows"},
		"missing":               {`"shipment_id":"SH-1",`, ``, "shipment_id", "is missing"},
		"missing in a line":     {`"item_id":"A",`, ``, "lines[0].item_id", "is missing"},
		"unknown":               {`"item_id":"A"`, `"item_id":"A","itemid":"A"`, "lines[0].itemid", "is unknown: ShipmentLine has order_id, line_no"},
		"null":                  {`"SH-1"`, `null`, "shipment_id", "may not be null"},
		"number for text":       {`"SH-1"`, `1`, "shipment_id", "is 1, not string"},
		"text for number":       {`"line_no":1`, `"line_no":"1"`, "lines[0].line_no", `is "1", not a whole number`},
		"fraction":              {`"line_no":1`, `"line_no":1.5`, "lines[0].line_no", "is 1.5, not a whole number"},
		"number too large":      {`"line_no":1`, `"line_no":2147483648`, "lines[0].line_no", "of 32 bits"},
		"unknown symbol":        {`"shipped"`, `"teleported"`, "milestone", `is "teleported", not one of unknown, allocated`},
		"too many digits":       {`"4"`, `0.1234567`, "lines[0].quantity", "at most 12 digits before the point and 6 after"},
		"decimal with exponent": {`"4"`, `4e9999999`, "lines[0].quantity", "not a decimal number"},
		"no decimal":            {`"4"`, `"four"`, "lines[0].quantity", `is "four", not a decimal number`},
		"no instant":            {`"2026-03-04T05:06:07Z"`, `"yesterday"`, "meta.occurred_at", "RFC 3339"},
		"instant as number":     {`"2026-03-04T05:06:07Z"`, `1700000000`, "meta.occurred_at", "RFC 3339"},
		"wrong where null may":  {`"shipped"`, `"shipped","carrier":5`, "carrier", "is 5, not string"},
		"no list":               {`"lines":[`, `"lines":{},"x":[`, "lines", "is an object, not a list"},
		"no object":             {`"lines":[`, `"lines":["x",`, "lines[0]", `is "x", not an object`},
	} {
		text := strings.Replace(shipmentJSON, c.from, c.to, 1)
		_, err := EncodeJSON(context.Background(), registry, "wms.shipments", "", json.RawMessage(text))
		var problem Problem
		if !errors.As(err, &problem) || problem.Field != c.field || !strings.Contains(problem.Text, c.says) {
			t.Errorf("%s: got %v; want %q at %q", name, err, c.says, c.field)
		}
	}
}

func TestDecimalsFromNumbersAreExact(t *testing.T) {
	registry := NewLocalRegistry()
	codec := NewCodec[Shipment](registry, "wms.shipments")
	for _, number := range []string{`0.1`, `123456789012.345678`, `-0.000001`, `"123456789012.345678"`} {
		got, err := codec.Decode(context.Background(), written(t, registry, "", strings.Replace(shipmentJSON, `"4"`, number, 1)))
		if want := MustQuantity(strings.Trim(number, `"`)); err != nil || got.Lines[0].Quantity != want {
			t.Errorf("%s: got %+v, %v", number, got, err)
		}
	}
}

func TestATopicWithoutContractNeedsASchema(t *testing.T) {
	if _, err := EncodeJSON(context.Background(), NewLocalRegistry(), "nowhere", "", json.RawMessage(`{}`)); err == nil || !strings.Contains(err.Error(), "name a schema") {
		t.Errorf("got %v", err)
	}
	if _, err := EncodeJSON(context.Background(), NewLocalRegistry(), "nowhere", `{"type":"nonsense"}`, json.RawMessage(`{}`)); err == nil || !strings.Contains(err.Error(), "schema for nowhere") {
		t.Errorf("got %v", err)
	}
}
