package schemas

import (
	"context"
	"encoding/json"
	"errors"
	"math/big"
	"reflect"
	"strings"
	"testing"
	"time"
)

// renamedShipments is what a WMS update made of the contract: other names, another scale, milliseconds, a field gone.
func renamedShipments(t testing.TB) string {
	return shipmentContract(t,
		`"name": "Shipment"`, `"name": "ShipmentV2"`,
		`"name": "quantity", "type": {"type": "bytes", "logicalType": "decimal", "precision": 18, "scale": 6}`, `"name": "qty", "type": {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2}`,
		`{"name": "occurred_at", "type": {"type": "long", "logicalType": "timestamp-micros"}, "doc": "when it happened"},`, `{"name": "happened_at", "type": {"type": "long", "logicalType": "timestamp-millis"}},`,
		`"name": "source", "type": "string"`, `"name": "source", "type": ["null", "string"]`,
		`"allocated",`, `"allocated", "staged",`)
}

const renamedJSON = `{"meta":{"event_id":"e1","source":null,"sequence":1,"happened_at":"2026-03-04T05:06:07.008Z","recorded_at":"2026-03-04T05:06:08Z"},
	"shipment_id":"SH-1","warehouse_id":"EAST","milestone":"staged","lines":[
	{"order_id":"SO-1","line_no":1,"item_id":"A","qty":"4.25","uom":"EA"},{"order_id":"SO-2","line_no":1,"item_id":"B","qty":"1","uom":"EA"}]}`

var renamedRepair = []RepairStep{
	{Action: RepairRename, Path: "lines[].qty", To: new("quantity")},
	{Action: RepairRename, Path: "meta.happened_at", To: new("occurred_at")},
	{Action: RepairDefault, Path: "meta.source", Value: new(`"wms-east"`)},
	{Action: RepairDefault, Path: "meta.event_id", Value: new(`"never taken: there is one"`)},
	{Action: RepairDrop, Path: "warehouse_id"},
	{Action: RepairSet, Path: "warehouse_id", Value: new(`"WEST"`)},
}

func TestSecondShipmentIsReadOnceItsContractIsMended(t *testing.T) {
	ctx := context.Background()
	registry := NewLocalRegistry()
	codec := NewCodec[Shipment](registry, "wms.shipments")
	value := written(t, registry, renamedShipments(t), renamedJSON)
	if _, err := codec.Decode(ctx, value); err == nil {
		t.Fatal("it is readable without a repair")
	}
	got, err := codec.DecodeMended(ctx, value, renamedRepair, []SetField{{Path: "lines[1].quantity", Value: "2"}, {Path: "carrier", Value: `"UPS"`}})
	if err != nil {
		t.Fatal(err)
	}
	want := &Shipment{
		Meta: Meta{EventID: "e1", Source: "wms-east", Sequence: new(int64(1)),
			OccurredAt: time.Date(2026, 3, 4, 5, 6, 7, 8_000_000, time.UTC), RecordedAt: time.Date(2026, 3, 4, 5, 6, 8, 0, time.UTC)},
		ShipmentID: "SH-1", WarehouseID: "WEST", Milestone: Unknown, Carrier: new("UPS"), Lines: []ShipmentLine{
			{OrderID: "SO-1", LineNo: 1, ItemID: "A", Quantity: MustQuantity("4.25"), UOM: "EA"},
			{OrderID: "SO-2", LineNo: 1, ItemID: "B", Quantity: MustQuantity("2"), UOM: "EA"},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestWhatMendingLeavesWrongIsNamedByField(t *testing.T) {
	registry := NewLocalRegistry()
	codec := NewCodec[Shipment](registry, "wms.shipments")
	value := written(t, registry, renamedShipments(t), renamedJSON)
	for name, c := range map[string]struct {
		steps        []RepairStep
		set          []SetField
		class, field string
	}{
		"a field still missing":    {renamedRepair[1:], nil, ClassInvalidValue, "lines[0].quantity"},
		"a value that cannot be":   {renamedRepair, []SetField{{"lines[1].quantity", `"some"`}}, ClassInvalidValue, "lines[1].quantity"},
		"null where none may be":   {renamedRepair, []SetField{{"shipment_id", `null`}}, ClassInvalidValue, "shipment_id"},
		"a line that is not there": {renamedRepair, []SetField{{"lines[2].quantity", `1`}}, ClassUnmendable, "lines[2].quantity"},
		"a value that is no JSON":  {renamedRepair, []SetField{{"shipment_id", `SH 2`}}, ClassUnmendable, "shipment_id"},
		"a path that is none":      {renamedRepair, []SetField{{"lines[x].quantity", `1`}}, ClassUnmendable, "lines[x].quantity"},
		"a rename of nothing":      {[]RepairStep{{Action: RepairRename, Path: "lines[].count", To: new("quantity")}}, nil, ClassUnmendable, "lines[].count"},
		"a rename onto a field":    {[]RepairStep{{Action: RepairRename, Path: "lines[].qty", To: new("uom")}}, nil, ClassUnmendable, "lines[].qty"},
		"a step through a text":    {[]RepairStep{{Action: RepairSet, Path: "shipment_id.x", Value: new(`1`)}}, nil, ClassUnmendable, "shipment_id.x"},
	} {
		_, err := codec.DecodeMended(context.Background(), value, c.steps, c.set)
		var failure *DecodeError
		if !errors.As(err, &failure) || failure.Class != c.class || failure.Field != c.field || failure.SchemaID == 0 {
			t.Errorf("%s: got %v; want %s at %q", name, err, c.class, c.field)
		}
	}
}

func TestRepairsChangeWhatTheirPathsName(t *testing.T) {
	for name, c := range map[string]struct {
		step          RepairStep
		event, mended string
	}{
		"set a field":                  {RepairStep{Action: RepairSet, Path: "a", Value: new(`2`)}, `{"a":1}`, `{"a":2}`},
		"set a new field":              {RepairStep{Action: RepairSet, Path: "m.b", Value: new(`[1]`)}, `{"m":{}}`, `{"m":{"b":[1]}}`},
		"set every line":               {RepairStep{Action: RepairSet, Path: "l[].a", Value: new(`2`)}, `{"l":[{"a":1},{}]}`, `{"l":[{"a":2},{"a":2}]}`},
		"set one line":                 {RepairStep{Action: RepairSet, Path: "l[1].a", Value: new(`2`)}, `{"l":[{"a":1},{"a":1}]}`, `{"l":[{"a":1},{"a":2}]}`},
		"set an item":                  {RepairStep{Action: RepairSet, Path: "l[0]", Value: new(`"y"`)}, `{"l":["x","x"]}`, `{"l":["y","x"]}`},
		"nothing in no lines":          {RepairStep{Action: RepairRename, Path: "l[].a", To: new("b")}, `{"l":[]}`, `{"l":[]}`},
		"nothing in null":              {RepairStep{Action: RepairSet, Path: "m.a.b", Value: new(`1`)}, `{"m":{"a":null}}`, `{"m":{"a":null}}`},
		"drop a field":                 {RepairStep{Action: RepairDrop, Path: "a"}, `{"a":1,"b":2}`, `{"b":2}`},
		"drop what is not there":       {RepairStep{Action: RepairDrop, Path: "a"}, `{"b":2}`, `{"b":2}`},
		"drop an item":                 {RepairStep{Action: RepairDrop, Path: "l[0]"}, `{"l":[1,2]}`, `{"l":[2]}`},
		"drop every item":              {RepairStep{Action: RepairDrop, Path: "l[]"}, `{"l":[1,2,3]}`, `{"l":[]}`},
		"default for a missing field":  {RepairStep{Action: RepairDefault, Path: "a", Value: new(`1`)}, `{}`, `{"a":1}`},
		"default for null":             {RepairStep{Action: RepairDefault, Path: "a", Value: new(`1`)}, `{"a":null}`, `{"a":1}`},
		"no default where a value is":  {RepairStep{Action: RepairDefault, Path: "a", Value: new(`1`)}, `{"a":0}`, `{"a":0}`},
		"rename in records and deeper": {RepairStep{Action: RepairRename, Path: "l[].m[].a", To: new("b")}, `{"l":[{"m":[{"a":1}]},{"m":[{"a":2},{"a":3}]}]}`, `{"l":[{"m":[{"b":1}]},{"m":[{"b":2},{"b":3}]}]}`},
	} {
		event, err := parseJSON([]byte(c.event))
		if err != nil {
			t.Fatal(err)
		}
		if err := Mend(event.(map[string]any), []RepairStep{c.step}, nil); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if mended, err := json.Marshal(event); err != nil || string(mended) != c.mended {
			t.Errorf("%s: got %s (%v), want %s", name, mended, err, c.mended)
		}
	}
}

func TestARepairStepThatCannotWorkIsRefusedBeforeAnyEvent(t *testing.T) {
	for says, step := range map[string]RepairStep{
		"needs `to`":                 {Action: RepairRename, Path: "a"},
		"needs `value`":              {Action: RepairSet, Path: "a"},
		"not JSON":                   {Action: RepairDefault, Path: "a", Value: new(`four`)},
		"no JSON":                    {Action: RepairSet, Path: "a", Value: new(``)},
		"none of":                    {Action: "guess", Path: "a"},
		"has no name":                {Action: RepairDrop, Path: "a..b"},
		"is not a field followed by": {Action: RepairDrop, Path: "a[-1]"},
	} {
		if err := step.Valid(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%+v: got %v, want %s", step, err, says)
		}
	}
	for _, step := range renamedRepair {
		if err := step.Valid(); err != nil {
			t.Errorf("%+v: %v", step, err)
		}
	}
}

func TestAnEventIsAskedForItsEntityByPath(t *testing.T) {
	registry := NewLocalRegistry()
	schema := renamedShipments(t)
	event, err := Generic(context.Background(), registry, written(t, registry, schema, renamedJSON))
	if err != nil {
		t.Fatal(err)
	}
	fingerprint, err := Fingerprint(schema)
	if err != nil || event.Fingerprint != fingerprint || len(fingerprint) != 16 || event.SchemaID != 1 {
		t.Errorf("fingerprint %q, of the schema %q (%v), id %d", event.Fingerprint, fingerprint, err, event.SchemaID)
	}
	if again, err := Fingerprint(strings.Replace(schema, "per entity, 1", "documentation, 1", 1)); err != nil || again != fingerprint {
		t.Errorf("documentation changes the fingerprint: %s %s (%v)", again, fingerprint, err)
	}
	if id, ok := event.Text("shipment_id"); id != "SH-1" || !ok {
		t.Errorf("shipment_id: %q, %t", id, ok)
	}
	if sequence, ok := event.Long("meta.sequence"); sequence != 1 || !ok {
		t.Errorf("meta.sequence: %d, %t", sequence, ok)
	}
	if line, ok := event.Long("lines[1].line_no"); line != 1 || !ok {
		t.Errorf("lines[1].line_no: %d, %t", line, ok)
	}
	if orders := event.Texts("lines[].order_id"); !reflect.DeepEqual(orders, []string{"SO-1", "SO-2"}) {
		t.Errorf("lines[].order_id: %v", orders)
	}
	for _, path := range []string{"meta.source", "order_id", "lines[7].order_id", "meta.sequence", "lines", "[", "shipment_id.x"} {
		if text, ok := event.Text(path); ok {
			t.Errorf("%s is %q", path, text)
		}
	}
	quantity := event.Fields["lines"].([]any)[0].(map[string]any)["qty"]
	if got, isDecimal := quantity.(*big.Rat); !isDecimal || got.Cmp(big.NewRat(425, 100)) != 0 {
		t.Errorf("qty: %v", quantity)
	}
}

// The values are those of the Avro project's own tests.
func TestFingerprintsAreThoseOfAvro(t *testing.T) {
	for schema, want := range map[string]string{`"int"`: "7275d51a3f395c8f", `{"type":"string"}`: "8f014872634503c7", `"null"`: "63dd24e7cc258f8a"} {
		if got, err := Fingerprint(schema); err != nil || got != want {
			t.Errorf("%s: got %s (%v), want %s", schema, got, err, want)
		}
	}
}
