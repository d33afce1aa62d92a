// Package topics is the catalogue: what each topic is keyed by, who owns it, who may write it, in what order and how long
// it is kept; the registered systems and channels; and the repairs of writer schemas. Its source is YAML, one file a
// domain, in folder catalogue or in a folder of the operator's. Plan and Apply make a cluster agree with it.
package topics

import (
	"slices"
	"strings"
	"time"

	"waybill/schemas"
)

// Catalogue is the checked content of the catalogue's files. It does not change after it was loaded.
type Catalogue struct {
	entries  []Entry // by name
	byName   map[string]int
	systems  []System
	channels []Channel
	repairs  []schemas.Repair
}

// System is a registered system: what meta.source may be.
type System struct {
	ID          string
	Kind        string // erp, wms, commerce, edi, ar, waybill
	Owner       string // the team that owns exceptions about it
	LagBound    time.Duration
	Description string
}

// Channel is a way in which orders come.
type Channel struct {
	ID         string
	Acceptance Acceptance
}

// Acceptance says whether an order of a channel is billed before ERP has accepted it.
type Acceptance string

// The two.
const (
	AcceptanceRequired Acceptance = "required" // nothing is billed before
	AcceptanceImplied  Acceptance = "implied"  // for channels that ERP does not answer
)

// Topics lists every topic, by name.
func (c Catalogue) Topics() []Entry { return append([]Entry(nil), c.entries...) }

// Topic looks a topic up.
func (c Catalogue) Topic(name string) (Entry, bool) {
	if i, ok := c.byName[name]; ok {
		return c.entries[i], true
	}
	return Entry{}, false
}

// Systems lists the registered systems, by id.
func (c Catalogue) Systems() []System { return append([]System(nil), c.systems...) }

// System looks a registered system up.
func (c Catalogue) System(id string) (System, bool) {
	for _, system := range c.systems {
		if system.ID == id {
			return system, true
		}
	}
	return System{}, false
}

// Channels lists the channels that the catalogue names, by id.
func (c Catalogue) Channels() []Channel { return append([]Channel(nil), c.channels...) }

// Channel looks a channel up. In one that the catalogue does not name, acceptance is implied.
func (c Catalogue) Channel(id string) Channel {
	for _, channel := range c.channels {
		if channel.ID == id {
			return channel
		}
	}
	return Channel{ID: id, Acceptance: AcceptanceImplied}
}

// Repairs lists the repairs, by topic and writer schema.
func (c Catalogue) Repairs() []schemas.Repair { return append([]schemas.Repair(nil), c.repairs...) }

// indexed puts the entries in order and makes them quick to find.
func (c Catalogue) indexed() Catalogue {
	slices.SortFunc(c.entries, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
	c.byName = make(map[string]int, len(c.entries))
	for i, entry := range c.entries {
		c.byName[entry.Name] = i
	}
	return c
}
