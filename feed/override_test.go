package feed

import (
	"strings"
	"testing"

	"waybill/processors/commands"
)

func TestWhatAnOverrideSaysIsReadAsItWasMeant(t *testing.T) {
	for _, test := range []struct {
		text    string
		parse   func(string) (Amount, error)
		payload string
		fault   string // part of it; empty: none
	}{
		{"4 each", ParseQuantity, `{"quantity":"4","uom":"each"}`, ""},
		{" 0.5 kg ", ParseQuantity, `{"quantity":"0.5","uom":"kg"}`, ""},
		{"four each", ParseQuantity, "", `for example "4 each"`},
		{"0 each", ParseQuantity, "", "not above zero"},
		{"-1 each", ParseQuantity, "", "not above zero"},
		{"7.50 USD per each", ParsePrice, `{"price":"7.50","price_unit":1,"uom":"each","currency":"USD"}`, ""},
		{"7.50 USD per 100 each", ParsePrice, `{"price":"7.50","price_unit":100,"uom":"each","currency":"USD"}`, ""},
		{"7.50", ParsePrice, "", "for example"},
		{"7.50 USD each", ParsePrice, "", "it has other words"},
		{"0 USD per each", ParsePrice, "", "not above zero"},
		{"7.50 USD per ten each", ParsePrice, "", "no positive whole number"},
		{"cheap USD per each", ParsePrice, "", "is no price"},
	} {
		of, err := test.parse(test.text)
		if err == nil && test.fault != "" || err != nil && (test.fault == "" || !strings.Contains(err.Error(), test.fault)) {
			t.Errorf("%q: %v, want %q", test.text, err, test.fault)
			continue
		}
		if err != nil {
			continue
		}
		payload, err := OverridePayload(of)
		if err != nil || payload != test.payload {
			t.Errorf("%q says %s, %v; want %s", test.text, payload, err, test.payload)
		}
		if _, err := commands.ReadOverride(payload); err != nil {
			t.Errorf("%q says %s, which a stage does not read: %v", test.text, payload, err)
		}
	}
	if payload, err := OverridePayload(Amount{UOM: "each"}); payload != "" || err != nil {
		t.Errorf("a unit alone says %q, %v", payload, err)
	}
	if o, err := commands.ReadOverride(UndoPayload()); err != nil || !o.Undo {
		t.Errorf("taken back reads as %+v, %v", o, err)
	}
	for lineNo, want := range map[int32]string{0: "", 2: `{"line_no":2}`} {
		payload, err := LinePayload(lineNo)
		if read, problem := commands.Line(payload); err != nil || problem != nil || payload != want || read != lineNo {
			t.Errorf("line %d is %q, %v, and reads as %d, %v", lineNo, payload, err, read, problem)
		}
	}
	if _, err := LinePayload(-1); err == nil {
		t.Error("a line below zero was taken")
	}
}
