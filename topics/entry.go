package topics

import (
	"regexp"
	"strings"
	"time"
)

// Entry is what the catalogue says of one topic.
type Entry struct {
	Name        string
	Domain      string // of the file that it is in
	Description string
	Role        Role
	Key         KeyForm // the record key, from fields of the value
	Partitions  int32
	Retention   time.Duration // Forever: nothing is deleted for its age
	Cleanup     Cleanup
	Owner       string   // the team that answers for the topic
	Authority   []string // kinds of system whose word counts; none for what waybill derives
	Subject     string   // under which the contract is registered; empty for raw bytes
	// Compatibility is the level that the registry holds the subject to, for example FULL_TRANSITIVE; empty for raw bytes.
	Compatibility string
	Ordering      Ordering
	EntityHeaders EntityHeaders
	MaxBytes      int           // of a value; a larger one is not read
	MaxLateness   time.Duration // recorded_at − occurred_at that is still usual
	Producers     []string      // stages, or kinds of system
	Consumers     []string      // stages, or kinds of system
	Personal      []string      // paths of fields that hold personal data: shown to people only when they ask for it
}

// Forever is the retention of a topic of which nothing is deleted for its age.
const Forever time.Duration = -1

// Role says what a topic is for.
type Role string

// The roles.
const (
	Source    Role = "source"    // written by the system of authority, read by intake
	Reference Role = "reference" // small and compacted: every process keeps a full copy
	Canonical Role = "canonical" // intake's clean, ordered events
	Internal  Role = "internal"  // what stages tell each other
	Output    Role = "output"    // what waybill is the authority for
	Rejected  Role = "rejected"  // raw bytes that cannot be read
	Changelog Role = "changelog" // a stage's state
)

// Cleanup is what becomes of old records.
type Cleanup string

// The two ways.
const (
	Delete  Cleanup = "delete"  // they go when the retention has passed
	Compact Cleanup = "compact" // the latest of each key stays
)

// Contract is the promise that a source gives about the order of its events.
type Contract string

// The ordering contracts.
const (
	Dense     Contract = "dense"     // per entity 1, 2, 3 …: a gap is seen
	Monotonic Contract = "monotonic" // per entity a growing position: a gap cannot be seen
	Unordered Contract = "none"      // an event id, seen once within a window
)

// Ordering is a topic's ordering contract.
type Ordering struct {
	Contract Contract
	Entity   KeyForm       // what the sequence counts, or what the id of an unordered topic identifies
	Sequence string        // path of the field that orders the entity's events; empty for unordered topics
	Deadline time.Duration // how long a gap may stay before it is an exception; dense topics only
}

// EntityHeaders name the record headers that may say what an event is about when its value cannot be read. A value of
// several ids separates them with commas.
type EntityHeaders struct {
	Entity   []string // the entity's id, in the form of Ordering.Entity
	Order    []string // the orders concerned
	Sequence []string // the event's sequence or position, in decimal
	Source   []string // the registered system
}

// KeyForm composes an id from fields of a value: paths, joined by what stands between them, for example
// item_id@warehouse_id or order.order_id.
type KeyForm string

var keyFields = regexp.MustCompile(`[a-z_]+(\.[a-z_]+)*`)

// Fields lists the paths.
func (f KeyForm) Fields() []string { return keyFields.FindAllString(string(f), -1) }

// Compose puts the id together. It fails when a field has no value.
func (f KeyForm) Compose(field func(path string) (string, bool)) (string, bool) {
	whole := true
	id := keyFields.ReplaceAllStringFunc(string(f), func(path string) string {
		value, ok := field(path)
		whole = whole && ok && value != ""
		return value
	})
	return id, whole && id != ""
}

// Compacted says that the topic keeps the latest record of each key.
func (e Entry) Compacted() bool { return e.Cleanup == Compact }

// AuthorityOf says that a kind of system may write the topic.
func (e Entry) AuthorityOf(kind string) bool {
	for _, allowed := range e.Authority {
		if allowed == kind {
			return true
		}
	}
	return false
}

// RepairKey is the key of a repair in o2c.repairs: one repair for a writer schema of a topic.
func RepairKey(topic, writer string) string { return topic + "/" + strings.ToLower(writer) }
