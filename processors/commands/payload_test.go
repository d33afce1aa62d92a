package commands

import (
	"strings"
	"testing"
)

func TestALineIsNamedStrictly(t *testing.T) {
	for _, test := range []struct {
		payload string
		line    int32
		fault   string // part of it; empty: none
	}{
		{"", 0, ""},
		{"{}", 0, ""},
		{`{"line_no":null}`, 0, ""},
		{`{"line_no":2}`, 2, ""},
		{`{"line_no":0}`, 0, "numbered from 1"},
		{`{"line_no":-1}`, 0, "numbered from 1"},
		{`{"line":2}`, 0, `unknown field "line"`},
		{`{"line_no":"2"}`, 0, "not the JSON object"},
		{`{"line_no":2} {}`, 0, "more than one"},
		{`[2]`, 0, "not the JSON object"},
	} {
		line, err := Line(test.payload)
		if err == nil && test.fault != "" || err != nil && (test.fault == "" || !strings.Contains(err.Error(), test.fault)) || line != test.line {
			t.Errorf("%s: line %d, %v", test.payload, line, err)
		}
	}
}
