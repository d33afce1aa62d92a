package commands

import (
	"strings"
	"testing"
)

func TestAnOverrideSaysWhatItLetsGo(t *testing.T) {
	for _, test := range []struct {
		payload string
		fault   string // part of it; empty: none
	}{
		{"", ""},
		{"{}", ""},
		{`{"undo":true}`, ""},
		{`{"quantity":"4","uom":"EA"}`, ""},
		{`{"price":"7.50","uom":"EA","currency":"USD"}`, ""},
		{`{"price":"7.50","price_unit":100,"uom":"EA","currency":"USD"}`, ""},
		{`{"quantity":"4"}`, "no uom"},
		{`{"quantity":"0","uom":"EA"}`, "quantity 0: not above zero"},
		{`{"quantity":"-4","uom":"EA"}`, "not above zero"},
		{`{"quantity":"4","uom":"EA","currency":"USD"}`, "belong to a price"},
		{`{"price":"0","uom":"EA","currency":"USD"}`, "price 0.00: not above zero"},
		{`{"price":"7.50","uom":"EA"}`, "no currency"},
		{`{"price":"7.50","currency":"USD"}`, "no uom"},
		{`{"price":"7.50","price_unit":-1,"uom":"EA","currency":"USD"}`, "price_unit -1"},
		{`{"price":"7.50","quantity":"1","uom":"EA","currency":"USD"}`, "not both"},
		{`{"uom":"EA"}`, "belongs to a quantity or a price"},
		{`{"undo":true,"quantity":"4","uom":"EA"}`, "says nothing else"},
		{`{"qty":"4","uom":"EA"}`, `unknown field "qty"`},
		{`{"quantity":"4.1234567","uom":"EA"}`, "not the JSON object"},
	} {
		o, err := ReadOverride(test.payload)
		if err == nil && test.fault != "" || err != nil && (test.fault == "" || !strings.Contains(err.Error(), test.fault)) {
			t.Errorf("%s: %+v, %v; want a fault with %q", test.payload, o, err, test.fault)
		}
	}
	if o, _ := ReadOverride(`{"price":"7.50","uom":"EA","currency":"USD"}`); o.PriceUnit != 1 {
		t.Errorf("a price per %d", o.PriceUnit)
	}
}
