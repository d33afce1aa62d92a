package schemas

import (
	"slices"
	"strings"
	"testing"
)

const (
	millionths = `{"type":"bytes","logicalType":"decimal","precision":18,"scale":6}`
	hundredths = `{"type":"bytes","logicalType":"decimal","precision":18,"scale":2}`
)

func line(fields string) string {
	return `{"type":"record","name":"Doc","namespace":"waybill","fields":[{"name":"id","type":"string"},{"name":"lines","type":{"type":"array","items":{"type":"record","name":"Line","fields":[` + fields + `]}}}]}`
}

func TestEveryReasonWhyASchemaCannotBeReadIsListed(t *testing.T) {
	for name, c := range map[string]struct {
		writer, reader string
		want           []string
	}{
		"the same":                    {line(`{"name":"a","type":"int"}`), line(`{"name":"a","type":"int"}`), nil},
		"a promotion":                 {line(`{"name":"a","type":"int"}`), line(`{"name":"a","type":"long"}`), nil},
		"null is possible now":        {line(`{"name":"a","type":"int"}`), line(`{"name":"a","type":["null","long"]}`), nil},
		"null first, null last":       {line(`{"name":"a","type":["int","null"]}`), line(`{"name":"a","type":["null","int"]}`), nil},
		"a further field":             {line(`{"name":"a","type":"int"},{"name":"b","type":"int"}`), line(`{"name":"a","type":"int"}`), nil},
		"a new field with default":    {line(`{"name":"a","type":"int"}`), line(`{"name":"a","type":"int"},{"name":"b","type":"int","default":1}`), nil},
		"a renamed field with alias":  {line(`{"name":"a","type":"int"}`), line(`{"name":"b","type":"int","aliases":["a"]}`), nil},
		"a new symbol with a default": {line(`{"name":"a","type":{"type":"enum","name":"E","symbols":["x","y"]}}`), line(`{"name":"a","type":{"type":"enum","name":"E","symbols":["x"],"default":"x"}}`), nil},
		"a recursive schema":          {`{"type":"record","name":"R","fields":[{"name":"next","type":["null","R"]}]}`, `{"type":"record","name":"R","fields":[{"name":"next","type":["null","R"]}]}`, nil},
		"two new fields": {line(`{"name":"a","type":"int"}`), line(`{"name":"a","type":"int"},{"name":"b","type":"int"},{"name":"c","type":"int"}`),
			[]string{"lines[].b: the writer has no such field and the reader no default for it", "lines[].c: the writer has no such field and the reader no default for it"}},
		"another type":   {line(`{"name":"a","type":"string"}`), line(`{"name":"a","type":"int"}`), []string{"lines[].a: the writer writes string, the reader takes int"}},
		"null":           {line(`{"name":"a","type":["null","int"]}`), line(`{"name":"a","type":"int"}`), []string{"lines[].a: the writer may write null, the reader takes none"}},
		"another scale":  {line(`{"name":"a","type":` + hundredths + `}`), line(`{"name":"a","type":["null",` + millionths + `]}`), []string{"lines[].a: the writer writes decimal(18,2), the reader takes decimal(18,6)"}},
		"no unit":        {line(`{"name":"a","type":"bytes"}`), line(`{"name":"a","type":` + millionths + `}`), []string{"lines[].a: the writer writes bytes, the reader takes decimal(18,6)"}},
		"milliseconds":   {line(`{"name":"a","type":{"type":"long","logicalType":"timestamp-millis"}}`), line(`{"name":"a","type":{"type":"long","logicalType":"timestamp-micros"}}`), []string{"lines[].a: the writer writes timestamp-millis, the reader takes timestamp-micros"}},
		"a new symbol":   {line(`{"name":"a","type":{"type":"enum","name":"E","symbols":["x","y"]}}`), line(`{"name":"a","type":{"type":"enum","name":"E","symbols":["x"]}}`), []string{"lines[].a: the reader does not know the symbol y and has no default"}},
		"another record": {line(`{"name":"a","type":"int"}`), strings.Replace(line(`{"name":"a","type":"int"}`), `"Line"`, `"Row"`, 1), []string{"lines[]: the writer's record is named waybill.Line, the reader's waybill.Row: give the reader an alias"}},
		"no schema":      {`{}`, line(``), []string{"the writer's schema is no Avro schema"}},
		"no schema here": {line(``), `{}`, []string{"the reader's schema is no Avro schema"}},
	} {
		got := Compare(c.writer, c.reader)
		if !slices.EqualFunc(got, c.want, strings.HasPrefix) {
			t.Errorf("%s:\ngot  %q\nwant %q", name, got, c.want)
		}
	}
}

func TestADiffSaysInWordsWhatChanged(t *testing.T) {
	for name, c := range map[string]struct {
		older, newer string
		want         []string
	}{
		"nothing but documentation": {line(`{"name":"a","type":"int"}`), line(`{"name":"a","type":"int","doc":"counts"}`), nil},
		"fields come and go": {line(`{"name":"a","type":` + hundredths + `},{"name":"b","type":"int"}`), line(`{"name":"b","type":"int"},{"name":"c","type":["null",` + millionths + `],"default":null},{"name":"d","type":` + millionths + `,"default":"\u0001"},{"name":"e","type":"string"}`),
			[]string{"lines[].c is new: decimal(18,6) or null default null", "lines[].d is new: decimal(18,6) default 0.000001", "lines[].e is new: string", "lines[].a is gone: it was decimal(18,2)"}},
		"renamed":      {line(`{"name":"a","type":"int"}`), line(`{"name":"b","type":"int","aliases":["a"]}`), []string{"lines[].b was named a"}},
		"type":         {line(`{"name":"a","type":` + hundredths + `}`), line(`{"name":"a","type":` + millionths + `}`), []string{"lines[].a changes from decimal(18,2) to decimal(18,6)"}},
		"null":         {line(`{"name":"a","type":"int"}`), line(`{"name":"a","type":["null","int"]}`), []string{"lines[].a may be null now"}},
		"not null":     {line(`{"name":"a","type":["null","int"]}`), line(`{"name":"a","type":"int"}`), []string{"lines[].a may not be null any more"}},
		"default":      {line(`{"name":"a","type":"int"}`), line(`{"name":"a","type":"int","default":1}`), []string{"lines[].a changes its default from none to 1"}},
		"symbols":      {line(`{"name":"a","type":{"type":"enum","name":"E","symbols":["x"]}}`), line(`{"name":"a","type":{"type":"enum","name":"E","symbols":["y"],"default":"y"}}`), []string{"lines[].a gets the symbol y", "lines[].a loses the symbol x", `lines[].a changes the symbol that stands for unknown ones from "" to "y"`}},
		"record names": {line(`{"name":"a","type":"int"}`), strings.Replace(line(`{"name":"a","type":"int"}`), `"Line"`, `"Row"`, 1), []string{"lines[] changes its record's name from waybill.Line to waybill.Row"}},
		"a list":       {line(`{"name":"a","type":{"type":"array","items":"int"}}`), line(`{"name":"a","type":{"type":"array","items":"long"}}`), []string{"lines[].a[] changes from int to long"}},
	} {
		got, err := Diff(c.older, c.newer)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %v\ngot  %q\nwant %q", name, err, got, c.want)
		}
	}
	if _, err := Diff(`{}`, line(``)); err == nil {
		t.Error("a schema that is none was compared")
	}
}

func TestEveryContractReadsWhatItWrites(t *testing.T) {
	for _, topic := range ContractTopics() {
		text, _ := Contract(topic)
		if problems := Compare(text, text); len(problems) > 0 {
			t.Errorf("%s: %v", topic, problems)
		}
		if lines, err := Diff(text, text); err != nil || len(lines) > 0 {
			t.Errorf("%s: %v %v", topic, lines, err)
		}
	}
}
