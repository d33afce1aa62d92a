package topics

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"waybill/schemas"
)

// Action is what a change does, in words.
type Action string

// The actions.
const (
	CreateTopic      Action = "create topic"
	SetConfig        Action = "set config"
	SetCompatibility Action = "set compatibility"
	RegisterSchema   Action = "register schema"
	PublishRepair    Action = "publish repair"
	DeleteRepair     Action = "delete repair"
)

// Change is one step that makes the cluster agree with the catalogue.
type Change struct {
	Action  Action `json:"action"`
	Target  string `json:"target"`            // topic, subject, or key of the repair
	Setting string `json:"setting,omitempty"` // name of the config
	From    string `json:"from,omitempty"`    // empty: nothing was set
	To      string `json:"to,omitempty"`

	topic   *newTopic
	schema  string
	repair  *schemas.Repair
	created bool // the subject has no schema yet
}

// newTopic is what a topic is created with.
type newTopic struct {
	partitions  int32
	replication int16 // -1: the broker's default
	configs     map[string]string
}

// Refusal is a difference that is not to be mended by a program, and why.
type Refusal struct {
	Target string `json:"target"`
	Reason string `json:"reason"`
}

// Changes are the differences between the catalogue and a cluster, in the order in which they are applied.
type Changes struct {
	Changes []Change  `json:"changes"`
	Refused []Refusal `json:"refused"`
}

// Empty says that the cluster agrees with the catalogue.
func (c Changes) Empty() bool { return len(c.Changes) == 0 && len(c.Refused) == 0 }

// String prints one change a line in aligned columns, then the refusals.
func (c Changes) String() string {
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, change := range c.Changes {
		fmt.Fprintf(table, "%s\t%s\t%s\n", change.Action, change.Target, change.Detail())
	}
	for _, refusal := range c.Refused {
		fmt.Fprintf(table, "refused\t%s\t%s\n", refusal.Target, refusal.Reason)
	}
	_ = table.Flush() // into memory: it does not fail
	return text.String()
}

// Detail says what changes, without action and target.
func (c Change) Detail() string {
	switch {
	case c.Setting != "":
		return fmt.Sprintf("%s: %s → %s", c.Setting, orNone(c.From), c.To)
	case c.From != "" || c.Action == SetCompatibility:
		return fmt.Sprintf("%s → %s", orNone(c.From), orNone(c.To))
	}
	return c.To
}

func orNone(value string) string {
	if value == "" {
		return "none"
	}
	return value
}
