package schemas

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
)

func shipmentOfThreeLines() *Shipment {
	at := time.Date(2026, 3, 4, 5, 6, 7, 8000, time.UTC)
	line := func(n int32) ShipmentLine {
		return ShipmentLine{OrderID: "SO-100042", LineNo: n, ItemID: "ITEM-000123", Quantity: MustQuantity("12"), UOM: "EA"}
	}
	return &Shipment{
		Meta:       Meta{EventID: "wms-east-0000012345", Source: "wms-east", Sequence: new(int64(3)), OccurredAt: at, RecordedAt: at},
		ShipmentID: "SH-2000001", WarehouseID: "EAST", Milestone: MilestoneShipped, Carrier: new("UPS"), Tracking: new("1Z999"),
		Lines: []ShipmentLine{line(1), line(2), line(3)},
	}
}

// shipmentContract is the contract of shipments with some of its text replaced.
func shipmentContract(t testing.TB, replace ...string) string {
	t.Helper()
	text, _ := Contract("wms.shipments")
	for i := 0; i < len(replace); i += 2 {
		if !strings.Contains(text, replace[i]) {
			t.Fatalf("the contract of shipments has no %s", replace[i])
		}
	}
	return strings.NewReplacer(replace...).Replace(text)
}

// written is a shipment as a writer with another schema writes it: by field name, and with the further values.
func written(t testing.TB, registry *LocalRegistry, schema string, json string) []byte {
	t.Helper()
	value, err := EncodeJSON(context.Background(), registry, "wms.shipments", schema, []byte(json))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

const shipmentJSON = `{"meta":{"event_id":"e1","source":"wms-east","sequence":1,"occurred_at":"2026-03-04T05:06:07Z","recorded_at":"2026-03-04T05:06:08Z"},
	"shipment_id":"SH-1","warehouse_id":"EAST","milestone":"shipped","lines":[{"order_id":"SO-1","line_no":1,"item_id":"A","quantity":"4","uom":"EA"}]}`

func TestAShipmentComesBackAsItWasWritten(t *testing.T) {
	codec := NewCodec[Shipment](NewLocalRegistry(), "wms.shipments")
	value, err := codec.Append(context.Background(), []byte("before"), shipmentOfThreeLines())
	if err != nil {
		t.Fatal(err)
	}
	value, kept := bytes.CutPrefix(value, []byte("before"))
	got, err := codec.Decode(context.Background(), value)
	if err != nil {
		t.Fatal(err)
	}
	clear(value) // what was decoded must not look at the record's bytes any more
	if want := shipmentOfThreeLines(); !kept || !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestNewerAndOlderWritersAreReadIntoTheContract(t *testing.T) {
	ctx := context.Background()
	quantity := `{"name": "quantity", "type": {"type": "bytes", "logicalType": "decimal", "precision": 18, "scale": 6}, "doc": "in uom, of item_id"},`
	for name, c := range map[string]struct {
		schema, json string
		check        func(*Shipment) bool
	}{
		"a field that the contract does not have is skipped": {
			shipmentContract(t, `{"name": "warehouse_id"`, `{"name": "dock", "type": {"type": "bytes", "logicalType": "decimal", "precision": 18, "scale": 2}, "default": "\u0001"}, {"name": "warehouse_id"`),
			shipmentJSON,
			func(s *Shipment) bool { return s.WarehouseID == "EAST" && s.Lines[0].Quantity == MustQuantity("4") },
		},
		"a field that the writer does not have takes its default": {
			shipmentContract(t, `{"name": "last_for_order", "type": "boolean", "default": false, "doc": "the WMS ships no more for its orders"},`, ``),
			shipmentJSON,
			func(s *Shipment) bool { return !s.LastForOrder && s.ShipmentID == "SH-1" },
		},
		"fields in another order are read by name": {
			shipmentContract(t, quantity, "", `{"name": "uom", "type": "string"},`, `{"name": "uom", "type": "string"},`+quantity),
			shipmentJSON,
			func(s *Shipment) bool { return s.Lines[0].UOM == "EA" && s.Lines[0].Quantity == MustQuantity("4") },
		},
		"a symbol that the contract does not have is unknown": {
			shipmentContract(t, `"shipped",`, `"shipped", "teleported",`),
			strings.Replace(shipmentJSON, `"shipped"`, `"teleported"`, 1),
			func(s *Shipment) bool { return s.Milestone == Unknown },
		},
		"a required field is read into one that may be null": {
			shipmentContract(t, `"carrier", "type": ["null", "string"], "default": null`, `"carrier", "type": "string"`),
			strings.Replace(shipmentJSON, `"shipped",`, `"shipped","carrier":"UPS",`, 1),
			func(s *Shipment) bool { return s.Carrier != nil && *s.Carrier == "UPS" },
		},
	} {
		registry := NewLocalRegistry()
		codec := NewCodec[Shipment](registry, "wms.shipments")
		got, err := codec.Decode(ctx, written(t, registry, c.schema, c.json))
		if err != nil || !c.check(got) {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
}

func TestWhatCanNeverBeReadSaysWhyAndWhere(t *testing.T) {
	registry := NewLocalRegistry()
	codec := NewCodec[Shipment](registry, "wms.shipments")
	good := written(t, registry, "", shipmentJSON)
	millis := shipmentContract(t, `"timestamp-micros"}, "doc": "when it happened"`, `"timestamp-millis"}, "doc": "when it happened"`)
	scale := shipmentContract(t, `"name": "quantity", "type": {"type": "bytes", "logicalType": "decimal", "precision": 18, "scale": 6}`, `"name": "quantity", "type": {"type": "bytes", "logicalType": "decimal", "precision": 18, "scale": 4}`)
	renamed := shipmentContract(t, `"name": "quantity"`, `"name": "qty"`)
	changed := func(from, to string) []byte {
		if !bytes.Contains(good, []byte(from)) {
			t.Fatalf("% x has no % x", good, from)
		}
		return bytes.Replace(good, []byte(from), []byte(to), 1)
	}
	for name, c := range map[string]struct {
		value        []byte
		class, field string
	}{
		"no value":              {nil, ClassTombstone, ""},
		"JSON":                  {[]byte(`{"shipment_id":1}`), ClassWrongMagic, ""},
		"no schema id":          {good[:4], ClassTruncated, ""},
		"no bytes":              {good[:5], ClassTruncated, "meta.event_id"},
		"cut within a line":     {good[:len(good)-6], ClassTruncated, "lines[0].uom"},
		"cut at the end":        {good[:len(good)-1], ClassTruncated, "lines"},
		"bytes behind":          {append(bytes.Clone(good), 0), ClassInvalidValue, ""},
		"unknown schema":        {append([]byte{0, 0, 0, 1, 0}, good[5:]...), ClassUnknownSchema, ""},
		"huge text":             {append(bytes.Clone(good[:5]), 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01), ClassTruncated, "meta.event_id"},
		"negative text":         {append(bytes.Clone(good[:5]), 0x01), ClassInvalidValue, "meta.event_id"},
		"symbol out of range":   {changed("\x08EAST\x08", "\x08EAST\x7e"), ClassInvalidValue, "milestone"},
		"branch out of range":   {changed("wms-east\x02", "wms-east\x04"), ClassInvalidValue, "meta.sequence"},
		"decimal out of range":  {changed("\x06\x3d\x09\x00", "\x14\x7f\xff\xff\xff\xff\xff\xff\xff\xff\xff"), ClassInvalidValue, "lines[0].quantity"},
		"milliseconds":          {written(t, registry, millis, shipmentJSON), ClassIncompatibleSchema, "meta.occurred_at"},
		"another scale":         {written(t, registry, scale, shipmentJSON), ClassIncompatibleSchema, "lines[].quantity"},
		"a renamed field":       {written(t, registry, renamed, strings.Replace(shipmentJSON, "quantity", "qty", 1)), ClassIncompatibleSchema, "lines[].quantity"},
		"a schema that is none": {append(appendWireHeader(nil, registry.Register("x", `{"type":"object"}`)), 0), ClassIncompatibleSchema, ""},
		"a schema of a text":    {append(appendWireHeader(nil, registry.Register("x", `"string"`)), 0), ClassIncompatibleSchema, ""},
	} {
		for range 2 { // the second time from what the codec kept
			got, err := codec.Decode(context.Background(), c.value)
			var failure *DecodeError
			if !errors.As(err, &failure) || failure.Class != c.class || failure.Field != c.field {
				t.Errorf("%s: got %+v, %v; want %s at %q", name, got, err, c.class, c.field)
			}
		}
	}
}

func TestAValueThatTheContractCannotCarryIsNotWritten(t *testing.T) {
	codec := NewCodec[Shipment](NewLocalRegistry(), "wms.shipments")
	for name, c := range map[string]struct {
		change func(*Shipment)
		says   string
	}{
		"a quantity of thirteen digits": {func(s *Shipment) { s.Lines[1].Quantity = quantityFormBound }, "lines[1].quantity"},
		"a symbol that there is not":    {func(s *Shipment) { s.Milestone = "teleported" }, "milestone"},
	} {
		shipment := shipmentOfThreeLines()
		c.change(shipment)
		got, err := codec.Append(context.Background(), []byte("before"), shipment)
		if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "wms.shipments") || string(got) != "before" {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
	if _, err := codec.Append(context.Background(), nil, nil); err == nil {
		t.Error("no value at all was written")
	}
}

const quantityFormBound = Quantity(1_000_000_000_000_000_000)

// failingRegistry answers with an error until it is mended.
type failingRegistry struct {
	*LocalRegistry
	err error
}

func (r *failingRegistry) Schema(ctx context.Context, id int) (string, error) {
	if r.err != nil {
		return "", r.err
	}
	return r.LocalRegistry.Schema(ctx, id)
}

func (r *failingRegistry) ID(ctx context.Context, subject, schema string) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	return r.LocalRegistry.ID(ctx, subject, schema)
}

func TestAnAbsentRegistryIsNoPoisonAndIsAskedAgain(t *testing.T) {
	ctx := context.Background()
	registry := &failingRegistry{NewLocalRegistry(), nil}
	value := written(t, registry.LocalRegistry, "", shipmentJSON)
	codec := NewCodec[Shipment](registry, "wms.shipments")
	registry.err = fmt.Errorf("no route: %w", ErrRegistryUnavailable)
	var poison *DecodeError
	if _, err := codec.Decode(ctx, value); !errors.Is(err, ErrRegistryUnavailable) || errors.As(err, &poison) {
		t.Errorf("decode: got %v", err)
	}
	if _, err := codec.Append(ctx, nil, shipmentOfThreeLines()); !errors.Is(err, ErrRegistryUnavailable) {
		t.Errorf("append: got %v", err)
	}
	registry.err = nil
	if _, err := codec.Decode(ctx, value); err != nil {
		t.Errorf("decode, the registry back: %v", err)
	}
	if _, err := codec.Append(ctx, nil, shipmentOfThreeLines()); err != nil {
		t.Errorf("append, the registry back: %v", err)
	}
	registry.err = ErrRegistryUnavailable
	if _, err := codec.Decode(ctx, value); err != nil {
		t.Errorf("decode by a schema that is known, the registry away: %v", err)
	}
	if _, err := codec.Append(ctx, nil, shipmentOfThreeLines()); err != nil {
		t.Errorf("append by an id that is known, the registry away: %v", err)
	}
}

func TestADecimalThatTheWriterDoesNotHaveTakesItsDefault(t *testing.T) {
	registry := NewLocalRegistry()
	contract, _ := Contract("ar.payments")
	field := `{"name": "discount", "type": {"type": "bytes", "logicalType": "decimal", "precision": 18, "scale": 4}, "default": "\u0000"`
	before, after, found := strings.Cut(contract, field)
	if !found {
		t.Fatal("applications have no discount any more: take another decimal with a default")
	}
	older := before + `{"name": "note", "type": "string"` + after
	value, err := EncodeJSON(context.Background(), registry, "ar.payments", older, []byte(`{"meta":{"event_id":"e","source":"ar","occurred_at":"2026-03-04T05:06:07Z","recorded_at":"2026-03-04T05:06:07Z"},
		"payment_id":"P","amount":"10","currency":"EUR","received_on":"2026-03-04","applications":[{"invoice_id":"I","amount":"9.5","note":"n"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	got, err := NewCodec[Payment](registry, "ar.payments").Decode(context.Background(), value)
	if err != nil || got.Applications[0].Discount != 0 || got.Applications[0].Amount != MustAmount("9.50") {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestASchemaThatIsRegisteredAfterItsFirstRecordIsReadThen(t *testing.T) {
	registry := NewLocalRegistry()
	codec := NewCodec[Shipment](registry, "wms.shipments")
	value := written(t, NewLocalRegistry(), "", shipmentJSON)
	var poison *DecodeError
	if _, err := codec.Decode(context.Background(), value); !errors.As(err, &poison) || poison.Class != ClassUnknownSchema {
		t.Fatalf("before: %v", err)
	}
	registry.Register(Subject("wms.shipments"), shipmentContract(t))
	if _, err := codec.Decode(context.Background(), value); err != nil {
		t.Errorf("after: %v", err)
	}
}

func TestOneCodecServesManyGoroutines(t *testing.T) {
	ctx := context.Background()
	registry := NewLocalRegistry()
	var values [][]byte
	for i := range 8 {
		schema := shipmentContract(t, `"Shipment is one`, fmt.Sprintf(`"Version %d: Shipment is one`, i))
		values = append(values, written(t, registry, schema, shipmentJSON))
	}
	codec := NewCodec[Shipment](registry, "wms.shipments")
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for i := range 64 {
				got, err := codec.Decode(ctx, values[i%len(values)])
				if err != nil || got.Lines[0].Quantity != MustQuantity("4") {
					t.Errorf("got %+v, %v", got, err)
				}
				if _, err := codec.Append(ctx, nil, got); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
}

func BenchmarkShipmentOfThreeLines(b *testing.B) {
	ctx := context.Background()
	codec := NewCodec[Shipment](NewLocalRegistry(), "wms.shipments")
	shipment := shipmentOfThreeLines()
	value, err := codec.Append(ctx, nil, shipment)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("decode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := codec.Decode(ctx, value); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("append", func(b *testing.B) {
		b.ReportAllocs()
		var buffer []byte
		for b.Loop() {
			if buffer, err = codec.Append(ctx, buffer[:0], shipment); err != nil {
				b.Fatal(err)
			}
		}
	})
}
