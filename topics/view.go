package topics

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"waybill/schemas"
)

// Summary is one row of the list of topics.
type Summary struct {
	Topic      string   `json:"topic"`
	Role       Role     `json:"role"`
	Key        KeyForm  `json:"key"` // empty: raw bytes under their own key
	Partitions int32    `json:"partitions"`
	Kept       string   `json:"kept"`     // a duration, forever, or compacted
	Ordering   string   `json:"ordering"` // the contract, and the deadline of a dense one; empty for what waybill writes
	Owner      string   `json:"owner"`
	Producers  []string `json:"producers"`
	Consumers  []string `json:"consumers"`
}

// SummaryColumns are the heads of a table of summaries.
func SummaryColumns() []string {
	return []string{"topic", "role", "key", "partitions", "kept", "ordering", "owner", "producers", "consumers"}
}

// Cells are the summary under SummaryColumns.
func (s Summary) Cells() []string {
	return []string{
		s.Topic, string(s.Role), string(s.Key), strconv.Itoa(int(s.Partitions)), s.Kept, s.Ordering, s.Owner,
		strings.Join(s.Producers, ", "), strings.Join(s.Consumers, ", "),
	}
}

// List summarises every topic, sources first, then in the order of the flow, by name within.
func (c Catalogue) List() []Summary {
	roles := []Role{Source, Canonical, Reference, Internal, Output, Rejected}
	summaries := make([]Summary, 0, len(c.entries))
	for _, role := range roles {
		for _, entry := range c.entries {
			if entry.Role == role {
				summaries = append(summaries, entry.summary())
			}
		}
	}
	return summaries
}

func (e Entry) summary() Summary {
	s := Summary{
		Topic: e.Name, Role: e.Role, Key: e.Key, Partitions: e.Partitions, Kept: FormatDuration(e.Retention), Owner: e.Owner,
		Ordering: string(e.Ordering.Contract), Producers: e.Producers, Consumers: e.Consumers,
	}
	if e.Compacted() {
		s.Kept = "compacted"
	}
	if e.Ordering.Contract == Dense {
		s.Ordering += ", " + FormatDuration(e.Ordering.Deadline)
	}
	return s
}

// Description is everything that the catalogue says of one topic.
type Description struct {
	Summary
	Domain        string            `json:"domain"`
	Description   string            `json:"description"`
	Entity        KeyForm           `json:"entity,omitempty"`
	Sequence      string            `json:"sequence,omitempty"`
	MaxLateness   string            `json:"max_lateness,omitempty"`
	MaxBytes      int               `json:"max_bytes"`
	Systems       []string          `json:"systems"` // registered, of a kind that the topic's authority names
	EntityHeaders map[string]string `json:"entity_headers,omitempty"`
	Personal      []string          `json:"personal"` // fields that are shown to people only when they ask for it
	Subject       string            `json:"subject,omitempty"`
	Compatibility string            `json:"compatibility,omitempty"`
	Configs       map[string]string `json:"configs"` // as Kafka has them
	Repairs       []RepairSummary   `json:"repairs"`
	Contract      json.RawMessage   `json:"contract,omitempty"` // the Avro schema of its values
}

// RepairSummary names a repair of a topic.
type RepairSummary struct {
	RepairID string `json:"repair_id"`
	Writer   string `json:"writer"`
	Why      string `json:"why"`
}

// Describe tells everything about a topic; false when the catalogue does not have it.
func (c Catalogue) Describe(name string) (Description, bool) {
	e, ok := c.Topic(name)
	if !ok {
		return Description{}, false
	}
	d := Description{
		Summary: e.summary(), Domain: e.Domain, Description: e.Description,
		Entity: e.Ordering.Entity, Sequence: e.Ordering.Sequence, MaxBytes: e.MaxBytes,
		Subject: e.Subject, Compatibility: e.Compatibility, Configs: e.Configs(),
		Systems: []string{}, Repairs: []RepairSummary{}, Personal: append([]string{}, e.Personal...),
	}
	if e.Role == Source {
		d.MaxLateness, d.EntityHeaders = FormatDuration(e.MaxLateness), e.EntityHeaders.named()
	}
	for _, system := range c.systems {
		if e.AuthorityOf(system.Kind) {
			d.Systems = append(d.Systems, system.ID)
		}
	}
	for _, repair := range c.repairs {
		if repair.Topic == name {
			d.Repairs = append(d.Repairs, RepairSummary{repair.RepairID, repair.Writer, repair.Why})
		}
	}
	if contract, ok := schemas.Contract(name); ok {
		d.Contract = json.RawMessage(contract)
	}
	return d, true
}

// named lists the headers by what they say.
func (h EntityHeaders) named() map[string]string {
	headers := map[string]string{}
	for name, list := range map[string][]string{"entity": h.Entity, "order": h.Order, "sequence": h.Sequence, "source": h.Source} {
		if len(list) > 0 {
			headers[name] = strings.Join(list, ", ")
		}
	}
	return headers
}

// Lines are the description as labels and values, for people; what does not apply is left out. The contract is not in it.
func (d Description) Lines() [][2]string {
	lines := [][2]string{
		{"topic", d.Topic}, {"", d.Description}, {"domain", d.Domain}, {"role", string(d.Role)}, {"owner", d.Owner},
		{"key", string(d.Key)}, {"partitions", strconv.Itoa(int(d.Partitions))}, {"kept", d.Kept},
		{"largest value", FormatBytes(d.MaxBytes)},
		{"ordering", d.Ordering}, {"entity", string(d.Entity)}, {"sequence", d.Sequence}, {"usual lateness", d.MaxLateness},
		{"written by", strings.Join(d.Producers, ", ")}, {"systems", strings.Join(d.Systems, ", ")}, {"read by", strings.Join(d.Consumers, ", ")},
		{"subject", d.Subject}, {"compatibility", d.Compatibility}, {"personal data", strings.Join(d.Personal, ", ")},
	}
	for _, name := range sortedKeys(d.EntityHeaders) {
		lines = append(lines, [2]string{"header for " + name, d.EntityHeaders[name]})
	}
	for _, name := range sortedKeys(d.Configs) {
		lines = append(lines, [2]string{"config " + name, d.Configs[name]})
	}
	for _, repair := range d.Repairs {
		lines = append(lines, [2]string{"repair " + repair.RepairID, fmt.Sprintf("schema %s: %s", repair.Writer, repair.Why)})
	}
	return slices.DeleteFunc(lines, func(line [2]string) bool { return line[1] == "" })
}
