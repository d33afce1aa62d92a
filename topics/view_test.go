package topics

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func TestListHasEveryTopicSourcesFirst(t *testing.T) {
	list := Default().List()
	if got, want := len(list), len(Default().Topics()); got != want {
		t.Errorf("%d topics listed, want %d", got, want)
	}
	if first := list[0]; first.Topic != "ar.disputes" || first.Role != Source {
		t.Errorf("first is %+v", first)
	}
	if last := list[len(list)-1]; last.Topic != DeadLetters || last.Key != "" {
		t.Errorf("last is %+v", last)
	}
	for _, summary := range list {
		if len(summary.Cells()) != len(SummaryColumns()) {
			t.Fatalf("%d cells under %d columns", len(summary.Cells()), len(SummaryColumns()))
		}
	}
	at := slices.IndexFunc(list, func(s Summary) bool { return s.Topic == "wms.shipments" })
	if got, want := strings.Join(list[at].Cells(), "|"), "wms.shipments|source|shipment_id|8|90d|dense, 30m|warehouse systems|wms|intake"; got != want {
		t.Errorf("row is %s, want %s", got, want)
	}
}

func TestDescriptionNamesSystemsHeadersConfigsAndRepairs(t *testing.T) {
	catalogue := changed(t, map[string]string{"repairs/wms.yaml": strings.ReplaceAll(oneRepair, "%s", "quantity was renamed")})
	description, ok := catalogue.Describe("wms.shipments")
	if !ok {
		t.Fatal("wms.shipments is not described")
	}
	if !slices.Equal(description.Systems, []string{"wms-east", "wms-north", "wms-west"}) {
		t.Errorf("systems are %v", description.Systems)
	}
	var text strings.Builder
	for _, line := range description.Lines() {
		text.WriteString(line[0] + ": " + line[1] + "\n")
	}
	for _, want := range []string{
		"ordering: dense, 30m", "largest value: 1MiB", "header for order: order_id, order_ids", "config retention.ms: 7776000000",
		"repair wms-4.2: schema 1f0c9d3a7b5e2468: quantity was renamed", "compatibility: FULL_TRANSITIVE",
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("description is\n%s\nwant %q in it", text.String(), want)
		}
	}
	if _, ok := catalogue.Describe("absent"); ok {
		t.Error("a topic was described that is not there")
	}
}

func TestDescriptionIsJSONWithListsThatAreNeverNull(t *testing.T) {
	for _, entry := range Default().Topics() {
		description, _ := Default().Describe(entry.Name)
		text, err := json.Marshal(description)
		if err != nil {
			t.Fatalf("%s: %v", entry.Name, err)
		}
		for _, list := range []string{`"systems":null`, `"repairs":null`, `"producers":null`, `"consumers":null`} {
			if strings.Contains(string(text), list) {
				t.Errorf("%s has %s", entry.Name, list)
			}
		}
	}
}
