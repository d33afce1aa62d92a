package schemas

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// FuzzPath reads paths of repairs and corrected values: what is accepted says the same when it is written out again.
func FuzzPath(f *testing.F) {
	for _, path := range []string{"order_id", "meta.source", "lines[].quantity", "lines[0].quantity", "lines[007]", "", ".", "a.", "[]", "a[", "a]", "a[-1]", "a[1", "a[]b", "a[2147483648]", "a[9999999999999999999]"} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		steps, err := parsePath(path)
		if err != nil {
			if text := err.Error(); strings.ContainsAny(text, "\n\r") {
				t.Fatalf("the error is more than a line: %q", text)
			}
			return
		}
		written := make([]string, len(steps))
		for i, step := range steps {
			written[i] = step.field
			switch step.items {
			case everyItem:
				written[i] += "[]"
			case oneItem:
				written[i] += fmt.Sprintf("[%d]", step.index)
			}
		}
		again, err := parsePath(strings.Join(written, "."))
		if err != nil || !reflect.DeepEqual(again, steps) {
			t.Fatalf("%q is %+v, and written out %q it is %+v, %v", path, steps, written, again, err)
		}
	})
}

// FuzzMend applies a step of a repair and a corrected value to an event of another schema than the contract. What is wrong
// with them is said by path, nothing else of the event changes, and what is read after mending keeps the contract.
func FuzzMend(f *testing.F) {
	ctx := context.Background()
	registry := NewLocalRegistry()
	codec := NewCodec[Shipment](registry, "wms.shipments")
	registry.Register(Subject("wms.shipments"), renamedShipments(f))
	value, err := EncodeJSON(ctx, registry, "wms.shipments", renamedShipments(f), json.RawMessage(renamedJSON))
	if err != nil {
		f.Fatal(err)
	}
	for i, step := range renamedRepair {
		with := ""
		if step.To != nil {
			with = *step.To
		} else if step.Value != nil {
			with = *step.Value
		}
		f.Add(byte(i), step.Path, with, "lines[1].quantity", "2")
	}
	for _, set := range [][2]string{
		{"lines[0].quantity", "4"}, {"lines[].quantity", `"4.5"`}, {"lines[9].quantity", "4"}, {"lines", "null"}, {"lines", "[]"}, {"meta", "{}"},
		{"meta.sequence", "9223372036854775808"}, {"carrier", `"UPS"`}, {"carrier", `{"a":1}`}, {"meta.occurred_at", `"9999-12-31T23:59:59Z"`},
		{"quantity", "1e999999999"}, {"", "1"}, {"lines[0]", "null"}, {"lines[0].x", "1 2"}, {"meta.event_id.x", "1"},
	} {
		f.Add(byte(0), "lines[].qty", "quantity", set[0], set[1])
	}
	actions := []RepairAction{RepairRename, RepairSet, RepairDrop, RepairDefault, "explode"}
	f.Fuzz(func(t *testing.T, action byte, path, with, setPath, setValue string) {
		step := RepairStep{Action: actions[int(action)%len(actions)], Path: path, To: &with, Value: &with}
		set := []SetField{{Path: setPath, Value: setValue}}
		before, err := Generic(ctx, registry, value)
		if err != nil {
			t.Fatal(err)
		}
		if err := Mend(before.Fields, nil, set); err == nil {
			wanted, err := parseJSON([]byte(setValue))
			if err != nil {
				t.Fatalf("%s was set to %q, which is no JSON: %v", setPath, setValue, err)
			}
			for _, got := range before.at(setPath) {
				if !reflect.DeepEqual(got, wanted) {
					t.Fatalf("%s was set to %s and is %v", setPath, setValue, got)
				}
			}
		} else if problem := new(Problem); !errors.As(err, problem) || problem.Field != setPath {
			t.Fatalf("setting %q: %v does not name the path", setPath, err)
		}
		mended, err := codec.DecodeMended(ctx, value, []RepairStep{step}, set)
		if err != nil {
			mustBePoison(t, err)
			failure := new(DecodeError)
			errors.As(err, &failure)
			if failure.Class == ClassUnmendable && failure.Field != path && failure.Field != setPath {
				t.Fatalf("neither %q nor %q: %v", path, setPath, failure)
			}
			return
		}
		encoded, err := codec.Append(ctx, nil, mended)
		if err != nil {
			t.Fatalf("mended to what cannot be written: %v\n%+v", err, mended)
		}
		again, err := codec.Decode(ctx, encoded)
		if err != nil || !reflect.DeepEqual(again, mended) {
			t.Fatalf("mended to\n%+v\nwhich reads as\n%+v, %v", mended, again, err)
		}
	})
}

// FuzzPeoplesJSON reads what people type into the contract of shipments: what is wrong is said by field, and what is
// accepted can be read, by type and for people, and given back.
func FuzzPeoplesJSON(f *testing.F) {
	ctx := context.Background()
	registry := fuzzRegistry(f)
	codec := NewCodec[Shipment](registry, "wms.shipments")
	shipment, err := codec.Append(ctx, nil, shipmentOfThreeLines())
	if err != nil {
		f.Fatal(err)
	}
	good, err := JSON(ctx, registry, shipment)
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(good))
	for _, change := range [][2]string{
		{`"quantity":"`, `"quantity":"1e9`}, {`"quantity":"`, `"quantity":"0000`}, {`"sequence":`, `"sequence":1.5e1,"x":`}, {`"sequence":`, `"Sequence":`},
		{`T`, ` `}, {`Z"`, `+14:00"`}, {`"uom":"`, `"uom":"\ud800`}, {`"line_no":`, `"line_no":2147483648,"y":`}, {`{`, `{"shipment_id":"twice",`}, {`"lines":[`, `"lines":null,"z":[`},
	} {
		f.Add([]byte(strings.Replace(string(good), change[0], change[1], 1)))
	}
	for _, text := range []string{"", "null", "[]", "{}", "{} {}", `{"meta":`, "\xff", "1e999"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		value, err := EncodeJSON(ctx, registry, "wms.shipments", "", text)
		if err != nil {
			problem := new(Problem)
			if !errors.As(err, problem) {
				t.Fatalf("not said to be the text's fault: %v", err)
			}
			if _, parse := parseJSON(text); parse == nil && problem.Field == "" && bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) {
				t.Fatalf("names no field: %v", err)
			}
			return
		}
		if _, err := codec.Decode(ctx, value); err != nil {
			t.Fatalf("written and cannot be read: %v", err)
		}
		shown, err := JSON(ctx, registry, value)
		if err != nil {
			t.Fatal(err)
		}
		again, err := EncodeJSON(ctx, registry, "wms.shipments", "", shown)
		if err != nil || !bytes.Equal(again, value) {
			t.Fatalf("shown as %s, which is written otherwise (%v):\n%x\n%x", shown, err, value, again)
		}
	})
}
