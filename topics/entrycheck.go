package topics

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/sr"

	"waybill/schemas"
)

const (
	defaultPartitions = 8
	mostPartitions    = 1024

	// brokerBytes is max.message.bytes of every topic: an event above the contract's size must still reach intake, which
	// dead-letters it with an owner; refused by the broker, it would be missing and nobody here would know.
	brokerBytes = 16 * mebibyte
	// deadLetterBytes leaves room for what the headers say of a record that is as large as a topic carries.
	deadLetterBytes = brokerBytes + mebibyte

	defaultSourceBytes = mebibyte
	defaultOwnBytes    = 8 * mebibyte
)

// Kinds of system that a catalogue may register.
var systemKinds = []string{"ar", "commerce", "edi", "erp", "waybill", "wms"}

// Stages lists waybill's stages in the order of the flow.
func Stages() []string {
	return []string{"intake", "fulfilment", "consolidation", "inventory", "receivables", "exceptions", "tracker", "credit", "figures"}
}

var (
	legalName = regexp.MustCompile(`^[a-z0-9]+([.-][a-z0-9]+)*$`)
	legalForm = regexp.MustCompile(`^[a-z_]+(\.[a-z_]+)*([@/][a-z_]+(\.[a-z_]+)*)*$`)
	legalID   = regexp.MustCompile(`^[a-z0-9]+([._-][a-z0-9]+)*$`)
)

// reservedPrefix begins the names of changelogs and consumer groups, which stages make of their own names.
const reservedPrefix = "waybill-"

// entryCheck turns one topic's document into its entry and reports what is wrong with it.
type entryCheck struct {
	place
	document topicDocument
	entry    Entry
	value    reflect.Type // of the topic's values; nil for raw bytes and for topics that nobody knows
}

func readTopic(where place, domain string, document topicDocument) Entry {
	c := &entryCheck{place: where, document: document}
	c.entry = Entry{Name: where.path[1], Domain: domain, Description: document.Description, Role: Role(document.Role), Owner: document.Owner}
	for _, handle := range handles {
		if handle.Topic == c.entry.Name {
			c.value = handle.Value
		}
	}
	c.identity()
	c.storage()
	c.contract()
	c.ordering()
	c.parties()
	c.entry.Personal = c.document.Personal
	for i, path := range c.entry.Personal {
		c.fieldOfValue([]string{"personal", fmt.Sprint(i)}, path)
	}
	return c.entry
}

// problem reports what is wrong with a field of the topic, or with the topic itself when no field is named.
func (c *entryCheck) problem(field []string, format string, args ...any) {
	c.file.problem(at(c.path, field...), format, args...)
}

// identity checks name, role and who answers for the topic.
func (c *entryCheck) identity() {
	name := c.entry.Name
	switch {
	case strings.HasPrefix(name, reservedPrefix), strings.HasPrefix(name, "__"):
		c.problem(nil, "names that begin with %s or __ are reserved for changelogs and for Kafka's own topics", reservedPrefix)
	case !legalName.MatchString(name), len(name) > 249:
		c.problem(nil, "not a topic name: use a-z, 0-9, dots and hyphens, at most 249 of them")
	case c.value == nil && name != DeadLetters:
		c.problem(nil, "no stage knows this topic: the program has no handle for it")
	}
	if !slices.Contains([]Role{Source, Reference, Canonical, Internal, Output, Rejected}, c.entry.Role) {
		c.problem([]string{"role"}, "%q is not one of source, reference, canonical, internal, output, rejected", c.entry.Role)
	}
	if (c.entry.Role == Rejected) != (name == DeadLetters) {
		c.problem([]string{"role"}, "rejected is the role of %s, and of nothing else", DeadLetters)
	}
	if c.entry.Description == "" {
		c.problem([]string{"description"}, "missing: say what its records are")
	}
	if c.entry.Owner == "" {
		c.problem([]string{"owner"}, "missing: name the team that answers for the topic")
	}
}

// storage checks partitions, size and what becomes of old records.
func (c *entryCheck) storage() {
	c.entry.Partitions = defaultPartitions
	if c.document.Partitions != nil {
		c.entry.Partitions = *c.document.Partitions
	}
	if c.entry.Partitions < 1 || c.entry.Partitions > mostPartitions {
		c.problem([]string{"partitions"}, "%d is not between 1 and %d", c.entry.Partitions, mostPartitions)
	}
	var err error
	if c.entry.Retention, err = parseRetention(c.document.Retention); err != nil {
		c.problem([]string{"retention"}, "%v", err)
	}
	c.entry.Cleanup = Cleanup(c.document.Cleanup)
	switch c.entry.Cleanup {
	case Delete:
	case Compact:
		if err == nil && c.entry.Retention != Forever {
			c.problem([]string{"retention"}, "a compacted topic keeps the latest of each key forever")
		}
	default:
		c.problem([]string{"cleanup"}, "%q is neither delete nor compact", c.entry.Cleanup)
	}
	c.entry.MaxBytes = defaultOwnBytes
	switch {
	case c.document.MaxBytes != "":
		if c.entry.MaxBytes, err = parseBytes(c.document.MaxBytes); err != nil {
			c.problem([]string{"max_bytes"}, "%v", err)
		}
	case c.entry.Role == Source:
		c.entry.MaxBytes = defaultSourceBytes
	case c.entry.Role == Rejected:
		c.entry.MaxBytes = deadLetterBytes
	}
}

// contract checks the key against the values' type, and how far the registry lets the contract change.
func (c *entryCheck) contract() {
	c.entry.Key = KeyForm(c.document.Key)
	level := c.document.Compatibility
	if c.entry.Role == Rejected {
		if c.entry.Key != "" || level != "" {
			c.problem(nil, "raw bytes keep their own key and have no contract: leave key and compatibility out")
		}
		return
	}
	c.form([]string{"key"}, c.entry.Key)
	c.entry.Subject, c.entry.Compatibility = schemas.Subject(c.entry.Name), level
	var known sr.CompatibilityLevel
	if err := known.UnmarshalText([]byte(level)); err != nil || known.String() != level {
		c.problem([]string{"compatibility"}, "%q is not a registry's level: BACKWARD, FORWARD or FULL, each with or without _TRANSITIVE, or NONE", level)
	}
	if _, ok := schemas.Contract(c.entry.Name); !ok && c.value != nil {
		c.problem(nil, "has no contract: write schemas/avsc/%s.avsc", c.entry.Name)
	}
}

// form checks that a key or entity is made of fields of the value.
func (c *entryCheck) form(field []string, form KeyForm) {
	if !legalForm.MatchString(string(form)) {
		c.problem(field, "%q is not a field of the value, or several joined by @ or /", form)
		return
	}
	for _, path := range form.Fields() {
		c.fieldOfValue(field, path)
	}
}

func (c *entryCheck) fieldOfValue(field []string, path string) {
	if c.value != nil && fieldType(c.value, path) == nil {
		c.problem(field, "the contract has no field %s", path)
	}
}

// number checks that a path names a field of the value that can count.
func (c *entryCheck) number(field []string, path string) {
	c.fieldOfValue(field, path)
	if c.value == nil {
		return
	}
	switch found := fieldType(c.value, path); found {
	case nil, reflect.TypeFor[int64](), reflect.TypeFor[*int64]():
	default:
		c.problem(field, "%s is not a number", path)
	}
}

// fieldType finds a field of a value by its path in the contract; nil when there is none.
func fieldType(value reflect.Type, path string) reflect.Type {
	name, rest, deeper := strings.Cut(path, ".")
	for value.Kind() == reflect.Pointer {
		value = value.Elem()
	}
	if value.Kind() != reflect.Struct {
		return nil
	}
	for i := range value.NumField() {
		if field := value.Field(i); field.Tag.Get("avro") == name {
			if deeper {
				return fieldType(field.Type, rest)
			}
			return field.Type
		}
	}
	return nil
}

// ordering checks the ordering contract of a source, and that nothing else has one.
func (c *entryCheck) ordering() {
	stated := c.document.Ordering
	if c.entry.Role != Source {
		if stated != (orderingDocument{}) || !reflect.DeepEqual(c.document.EntityHeaders, headersDocument{}) || c.document.MaxLateness != "" {
			c.problem(nil, "ordering, entity_headers and max_lateness are promises of a source: leave them out of a %s topic", c.entry.Role)
		}
		return
	}
	ordering := Ordering{Contract: Contract(stated.Contract), Entity: KeyForm(stated.Entity), Sequence: stated.Sequence}
	c.form([]string{"ordering", "entity"}, ordering.Entity)
	switch ordering.Contract {
	case Dense, Monotonic:
		c.number([]string{"ordering", "sequence"}, ordering.Sequence)
	case Unordered:
		if ordering.Sequence != "" {
			c.problem([]string{"ordering", "sequence"}, "an unordered topic has none: leave it out")
		}
	default:
		c.problem([]string{"ordering", "contract"}, "%q is not one of dense, monotonic, none", ordering.Contract)
	}
	var err error
	switch {
	case ordering.Contract == Dense:
		if ordering.Deadline, err = ParseDuration(stated.Deadline); err != nil {
			c.problem([]string{"ordering", "deadline"}, "%v: after it, a gap is an exception", err)
		} else if ordering.Deadline == 0 {
			c.problem([]string{"ordering", "deadline"}, "must be more than nothing: events overtake each other in normal operation")
		}
		if c.entry.Cleanup == Compact {
			c.problem([]string{"cleanup"}, "compaction takes events out of a dense sequence: each would be a gap")
		}
	case stated.Deadline != "":
		c.problem([]string{"ordering", "deadline"}, "only a dense sequence shows a gap: leave it out")
	}
	if c.entry.MaxLateness, err = ParseDuration(c.document.MaxLateness); err != nil {
		c.problem([]string{"max_lateness"}, "%v", err)
	}
	c.entry.Ordering = ordering
	c.entry.EntityHeaders = EntityHeaders(c.document.EntityHeaders)
}

// parties checks who may write the topic and who reads it.
func (c *entryCheck) parties() {
	c.entry.Authority, c.entry.Producers, c.entry.Consumers = c.document.Authority, c.document.Producers, c.document.Consumers
	if c.entry.Role == Source {
		if len(c.entry.Authority) == 0 {
			c.problem([]string{"authority"}, "missing: name the kinds of system whose word counts")
		}
		if len(c.entry.Producers) > 0 {
			c.problem([]string{"producers"}, "a source is written by its authority: leave it out")
		}
		if !slices.Contains(c.entry.Consumers, "intake") {
			c.problem([]string{"consumers"}, "sources are read by intake, and by no other stage")
		}
		c.entry.Producers = c.entry.Authority
	} else if len(c.entry.Authority) > 0 {
		c.problem([]string{"authority"}, "only a source has one: name producers instead")
	}
	c.named("authority", c.entry.Authority, systemKinds)
	parties := append(Stages(), systemKinds...)
	c.named("producers", c.document.Producers, parties)
	c.named("consumers", c.entry.Consumers, parties)
	if len(c.entry.Producers) == 0 && c.entry.Role != Source {
		c.problem([]string{"producers"}, "missing: name the stages that write it")
	}
	if len(c.entry.Consumers) == 0 {
		c.problem([]string{"consumers"}, "missing: name who reads it")
	}
}

func (c *entryCheck) named(field string, names, known []string) {
	for i, name := range names {
		if !slices.Contains(known, name) {
			c.problem([]string{field, fmt.Sprint(i)}, "%q is not one of %s", name, strings.Join(known, ", "))
		}
	}
}
