package topics

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"waybill/schemas"
)

func TestBuiltInCatalogueIsValid(t *testing.T) {
	catalogue, err := Load(Embedded())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(catalogue.Topics()), len(Handles())+1; got != want {
		t.Errorf("%d topics, want one for each handle and dead letters, %d", got, want)
	}
}

func TestContractAndHandleOfEachTopic(t *testing.T) {
	handled := map[string]bool{}
	for _, handle := range Handles() {
		handled[handle.Topic] = true
		if _, ok := schemas.Contract(handle.Topic); !ok {
			t.Errorf("%s has a handle and no contract", handle.Topic)
		}
	}
	for _, topic := range schemas.ContractTopics() {
		if !handled[topic] {
			t.Errorf("%s has a contract and no handle", topic)
		}
	}
}

func TestEntryIsReadFromYAML(t *testing.T) {
	entry, ok := Default().Topic("wms.shipments")
	if !ok {
		t.Fatal("wms.shipments is not in the catalogue")
	}
	if entry.Domain != "wms" || entry.Role != Source || entry.Key != "shipment_id" || entry.Partitions != 8 || entry.Retention != 90*day ||
		entry.MaxBytes != 1<<20 || entry.MaxLateness != 4*time.Hour || entry.Subject != "wms.shipments-value" || entry.Compacted() {
		t.Errorf("entry is %+v", entry)
	}
	if want := (Ordering{Contract: Dense, Entity: "shipment_id", Sequence: "meta.sequence", Deadline: 30 * time.Minute}); entry.Ordering != want {
		t.Errorf("ordering is %+v, want %+v", entry.Ordering, want)
	}
	if !entry.AuthorityOf("wms") || entry.AuthorityOf("erp") {
		t.Errorf("authority is %v", entry.Authority)
	}
	if _, ok := Default().Topic("absent"); ok {
		t.Error("a topic was found that is not there")
	}
}

func TestSystemsAndChannels(t *testing.T) {
	system, ok := Default().System("wms-east")
	if !ok || system.Kind != "wms" || system.Owner != "warehouse systems" || system.LagBound != 15*time.Minute {
		t.Errorf("wms-east is %+v, %v", system, ok)
	}
	if _, ok := Default().System("nobody"); ok {
		t.Error("a system was found that is not registered")
	}
	for channel, want := range map[string]Acceptance{"edi": AcceptanceRequired, "web": AcceptanceImplied, "carrier pigeon": AcceptanceImplied} {
		if got := Default().Channel(channel); got.Acceptance != want || got.ID != channel {
			t.Errorf("channel %s is %+v, want acceptance %s", channel, got, want)
		}
	}
}

func TestKeyIsComposedOfFields(t *testing.T) {
	fields := map[string]string{"item_id": "I-1", "warehouse_id": "EAST", "movement.item_id": "I-2", "empty": ""}
	lookup := func(path string) (string, bool) { value, ok := fields[path]; return value, ok }
	for _, each := range []struct {
		form  KeyForm
		want  string
		whole bool
	}{
		{"item_id", "I-1", true},
		{"item_id@warehouse_id", "I-1@EAST", true},
		{"movement.item_id/warehouse_id", "I-2/EAST", true},
		{"item_id@absent", "I-1@", false},
		{"empty", "", false},
		{"", "", false},
	} {
		if got, whole := each.form.Compose(lookup); got != each.want || whole != each.whole {
			t.Errorf("%s is %q, %v, want %q, %v", each.form, got, whole, each.want, each.whole)
		}
	}
}

func TestRepairOfTheReadmeIsValid(t *testing.T) {
	readme, err := fs.ReadFile(Embedded(), "repairs/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(readme), "```yaml\n")
	example, _, _ := strings.Cut(rest, "```")
	repairs := changed(t, map[string]string{"repairs/example.yaml": example}).Repairs()
	if len(repairs) != 1 || len(repairs[0].Steps) != 4 || repairs[0].Steps[0].Path != "lines[].qty" || *repairs[0].Steps[0].To != "quantity" {
		t.Errorf("repairs are %+v", repairs)
	}
}

func TestRepairValuesBecomeJSONWithTheirDigits(t *testing.T) {
	for yaml, want := range map[string]string{
		`EA`: `"EA"`, `"12.50"`: `"12.50"`, `12.50`: `12.50`, `0`: `0`, `true`: `true`, `null`: `null`,
		`[1, a]`: `[1,"a"]`, `{a: {b: "x"}}`: `{"a":{"b":"x"}}`, `2026-01-31`: `"2026-01-31"`,
	} {
		text := strings.ReplaceAll(strings.ReplaceAll(oneRepair, "value: EA", "value: "+yaml), "%s", "why")
		repairs := changed(t, map[string]string{"repairs/wms.yaml": text}).Repairs()
		if got := repairs[0].Steps[1].Value; got == nil || *got != want {
			t.Errorf("%s is %v, want %s", yaml, got, want)
		}
	}
}

func TestDurationsAndSizesReadAsTheyAreWritten(t *testing.T) {
	for _, text := range []string{"30d", "1d12h", "15m", "30s", "2h30m", "90m30s", "0s"} {
		duration, err := ParseDuration(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if again, err := ParseDuration(FormatDuration(duration)); err != nil || again != duration {
			t.Errorf("%s is written %s, which is %s, %v", text, FormatDuration(duration), again, err)
		}
	}
	for text, want := range map[string]string{"30d": "30d", "24h": "1d", "36h": "1d12h", "90m": "1h30m", "15m": "15m"} {
		if duration, _ := ParseDuration(text); FormatDuration(duration) != want {
			t.Errorf("%s is written %s, want %s", text, FormatDuration(duration), want)
		}
	}
	for text, want := range map[string]int{"1MiB": 1 << 20, "512KiB": 512 << 10, "1000": 1000} {
		if got, err := parseBytes(text); err != nil || got != want || FormatBytes(got) != text {
			t.Errorf("%s is %d, %v, written %s", text, got, err, FormatBytes(got))
		}
	}
}

// commerce is the built-in file of orders, to be changed in one place.
func commerce(old, replacement string) map[string]string {
	return builtIn("commerce.yaml", old, replacement)
}

func builtIn(name, old, replacement string) map[string]string {
	text, err := fs.ReadFile(Embedded(), name)
	if err != nil {
		panic(err) // embedded
	}
	if !strings.Contains(string(text), old) {
		panic(name + " does not have " + old)
	}
	return map[string]string{name: strings.Replace(string(text), old, replacement, 1)}
}

func repairs(old, replacement string) map[string]string {
	text := strings.Replace(strings.ReplaceAll(oneRepair, "%s", "why"), old, replacement, 1)
	return map[string]string{"repairs/wms.yaml": text}
}

func TestMistakesAreNamedByFileLineAndField(t *testing.T) {
	for _, each := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"unknown key", commerce("key:", "kee:"), `commerce.yaml:9: unknown key "kee"`},
		{"not YAML", commerce("topics:", "topics"), "commerce.yaml:"},
		{"wrong type", commerce("authority: [commerce, edi]", "partitions: many"), `commerce.yaml:13: a str "many" is not what is expected here`},
		{"two documents", commerce("domain: commerce", "domain: commerce\n---\ndomain: x"), "more than one document"},
		{"topic twice in a file", map[string]string{"commerce.yaml": "topics: {a: {}, a: {}}"}, `"a" is there already, on line 1`},
		{"topic twice in two files", map[string]string{"more.yaml": "domain: more\ntopics:\n  erp.orders: {}"}, "topic erp.orders: is there already, in erp.yaml"},
		{"no domain", commerce("domain: commerce", "domain:"), "commerce.yaml:4: domain: missing"},
		{"a file that is not read", map[string]string{"more.yml": ""}, "more.yml: would not be read"},
		{"no systems", map[string]string{"systems.yaml": ""}, "topic commerce.orders, authority: no system of kind commerce or edi is registered"},
		{"entry without handle", commerce("commerce.orders:", "commerce.returns:"), "commerce.yaml:6: topic commerce.returns: no stage knows this topic"},
		{"handle without entry", commerce("commerce.orders:", "commerce.returns:"), "topic commerce.orders: in no file of the catalogue"},
		{"reserved name", commerce("commerce.orders:", "waybill-intake-changelog:"), "names that begin with waybill- or __ are reserved"},
		{"illegal name", commerce("commerce.orders:", "Commerce Orders:"), "topic Commerce Orders: not a topic name"},
		{"role", commerce("role: source", "role: sauce"), `commerce.yaml:8: topic commerce.orders, role: "sauce" is not one of`},
		{"rejected role", commerce("role: source", "role: rejected"), "role: rejected is the role of o2c.dead-letters, and of nothing else"},
		{"description", commerce("description: orders as placed, changed and cancelled", "description:"), "commerce.yaml:7: topic commerce.orders, description: missing"},
		{"owner", commerce("owner: commerce systems", "owner:"), "commerce.yaml:12: topic commerce.orders, owner: missing"},
		{"partitions", commerce("key:", "partitions: 0\n    key:"), "topic commerce.orders, partitions: 0 is not between 1 and 1024"},
		{"partitions of one stage", commerce("key:", "partitions: 4\n    key:"), "partitions: stage intake joins it with"},
		{"retention", commerce("retention: 90d", "retention: long"), `commerce.yaml:10: topic commerce.orders, retention: "long" is not a duration: write for example 15m, 2h or 30d, or forever`},
		{"short retention", commerce("retention: 90d", "retention: 1s"), "under a minute"},
		{"retention of compacted", builtIn("master.yaml", "retention: forever", "retention: 30d"), "a compacted topic keeps the latest of each key forever"},
		{"cleanup", commerce("cleanup: delete", "cleanup: shred"), `cleanup: "shred" is neither delete nor compact`},
		{"compacted dense", commerce("retention: 90d\n    cleanup: delete", "retention: forever\n    cleanup: compact"), "compaction takes events out of a dense sequence"},
		{"uncompacted reference", builtIn("o2c.yaml", "cleanup: compact", "cleanup: delete"), "every process keeps a full copy of reference data"},
		{"uncompacted state", builtIn("outputs.yaml", "cleanup: compact", "cleanup: delete"), "topic o2c.exceptions, cleanup: must be compacted"},
		{"size", commerce("max_bytes: 1MiB", "max_bytes: 1 big"), `max_bytes: "1 big" is not a size`},
		{"large size", commerce("max_bytes: 1MiB", "max_bytes: 17MiB"), "the largest record that is carried"},
		{"key", commerce("key: order_id", "key: order_number"), "commerce.yaml:9: topic commerce.orders, key: the contract has no field order_number"},
		{"personal data", builtIn("master.yaml", "personal: [name]", "personal: [name, phone]"), "topic master.customers, personal.1: the contract has no field phone"},
		{"no key", commerce("key: order_id", "key:"), `key: "" is not a field of the value`},
		{"compatibility", commerce("FULL_TRANSITIVE\n    ordering", "TOTAL\n    ordering"), `compatibility: "TOTAL" is not a registry's level`},
		{"contract", commerce("contract: dense", "contract: strict"), `ordering.contract: "strict" is not one of dense, monotonic, none`},
		{"sequence", commerce("sequence: meta.sequence", "sequence: meta.number"), "ordering.sequence: the contract has no field meta.number"},
		{"no sequence", commerce("sequence: meta.sequence, ", ""), "ordering.sequence: the contract has no field"},
		{"sequence that is no number", commerce("sequence: meta.sequence", "sequence: meta.event_id"), "ordering.sequence: meta.event_id is not a number"},
		{"deadline", commerce("deadline: 15m", "deadline: soon"), `ordering.deadline: "soon" is not a duration`},
		{"no deadline", commerce(", deadline: 15m", ""), `ordering.deadline: "" is not a duration`},
		{"deadline of nothing", commerce("deadline: 15m", "deadline: 0s"), "ordering.deadline: must be more than nothing"},
		{"deadline of monotonic", commerce("contract: dense", "contract: monotonic"), "only a dense sequence shows a gap"},
		{"sequence of none", builtIn("commands.yaml", "entity: command_id}", "entity: command_id, sequence: meta.position}"), "an unordered topic has none"},
		{"ordering of an output", builtIn("outputs.yaml", "role: output", "role: output\n    max_lateness: 1h"), "promises of a source"},
		{"lateness", commerce("max_lateness: 1d", "max_lateness: 1w"), `commerce.yaml:22: topic commerce.orders, max_lateness: "1w" is not a duration`},
		{"no authority", commerce("authority: [commerce, edi]", "authority: []"), "authority: missing"},
		{"unknown authority", commerce("authority: [commerce, edi]", "authority: [commerce, fax]"), `topic commerce.orders, authority.1: "fax" is not one of ar, commerce`},
		{"authority of an output", builtIn("outputs.yaml", "role: output", "role: output\n    authority: [erp]"), "only a source has one"},
		{"producers of a source", commerce("consumers:", "producers: [intake]\n    consumers:"), "a source is written by its authority"},
		{"no producers", builtIn("outputs.yaml", "producers: [fulfilment, consolidation]", "producers: []"), "topic o2c.invoice-ready, producers: missing"},
		{"unknown consumer", commerce("consumers: [intake]", "consumers: [intake, trakcer]"), `consumers.1: "trakcer" is not one of`},
		{"source without intake", commerce("consumers: [intake]", "consumers: [tracker]"), "sources are read by intake"},
		{"contract of dead letters", builtIn("outputs.yaml", "role: rejected", "role: rejected\n    key: order_id"), "raw bytes keep their own key"},
		{"kind of system", builtIn("systems.yaml", "kind: edi", "kind: fax"), `systems.yaml:13: system edi, kind: "fax" is not one of`},
		{"owner of system", builtIn("systems.yaml", "owner: integration", "owner:"), "system edi, owner: missing"},
		{"lag bound", builtIn("systems.yaml", "lag_bound: 1h", "lag_bound:"), `system edi, lag_bound: "" is not a duration`},
		{"lag bound of nothing", builtIn("systems.yaml", "lag_bound: 1h", "lag_bound: 0s"), "system edi, lag_bound: must be more than nothing"},
		{"id of system", builtIn("systems.yaml", "  edi:\n    kind", "  E D I:\n    kind"), "system E D I: not an id"},
		{"acceptance", builtIn("systems.yaml", "{acceptance: required}", "{acceptance: perhaps}"), `channel edi, acceptance: "perhaps" is neither required nor implied`},
		{"repair id", repairs("repair_id: wms-4.2", "repair_id:"), `repairs/wms.yaml:3: repair 0, repair_id: "" is not a name`},
		{"repair of an output", repairs("topic: wms.shipments", "topic: o2c.orders"), `"o2c.orders" is not a source`},
		{"fingerprint", repairs("1f0c9d3a7b5e2468", "42"), `writer: "42" is not a schema's fingerprint`},
		{"reason", repairs("why: why", "why:"), "why: missing"},
		{"action", repairs("action: rename", "action: guess"), `steps.0.action: "guess" is not one of rename, set, default, drop`},
		{"path", repairs("lines[].qty", "lines[x].qty"), `steps.0.path: "lines[x].qty" does not name a field`},
		{"rename to nothing", repairs(", to: quantity", ""), "steps.0.to: missing"},
		{"rename to a path", repairs("to: quantity", "to: lines.quantity"), "steps.0.to: missing: the field's new name, without the path"},
		{"default of nothing", repairs(", value: EA", ""), "steps.1.value: missing"},
		{"drop with a value", repairs("action: default", "action: drop"), "steps.1.value: only set and default take it"},
		{"drop with a name", repairs("action: rename", "action: drop"), "steps.0.to: only rename takes it"},
		{"number that JSON does not have", repairs("value: EA", "value: 0x10"), `"0x10" is not a plain decimal number`},
		{"same repair twice", map[string]string{
			"repairs/a.yaml": strings.ReplaceAll(oneRepair, "%s", "a"), "repairs/b.yaml": strings.ReplaceAll(oneRepair, "%s", "b"),
		}, "repairs/b.yaml:5: repair 0, writer: repair wms-4.2 is for the same schema of wms.shipments"},
	} {
		_, err := Load(withFiles(each.files))
		if err == nil || !strings.Contains(err.Error(), each.want) {
			t.Errorf("%s: error is\n%v\nwant %q in it", each.name, err, each.want)
		}
	}
}

func TestAllMistakesAreReportedAtOnce(t *testing.T) {
	files := commerce("owner: commerce systems", "owner:")
	for name, text := range builtIn("erp.yaml", "cleanup: delete", "cleanup: shred") {
		files[name] = text
	}
	files["wms.yaml"] = "topics: ["
	_, err := Load(withFiles(files))
	for _, want := range []string{"commerce.yaml:12: ", "erp.yaml:", "wms.yaml:"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is\n%v\nwant %q in it", err, want)
		}
	}
	if err != nil && strings.Contains(err.Error(), "in no file") {
		t.Errorf("error is\n%v\nwhat is in the file that cannot be read is not missing", err)
	}
}

func TestEmptyFolderIsNoCatalogue(t *testing.T) {
	_, err := Load(fstest.MapFS{"systems.yaml": {}})
	if err == nil || !strings.Contains(err.Error(), "topic erp.orders: in no file") {
		t.Errorf("error is %v", err)
	}
	_, err = Load(fstest.MapFS{})
	if err == nil || !strings.Contains(err.Error(), "systems.yaml: missing") {
		t.Errorf("error is %v", err)
	}
}
