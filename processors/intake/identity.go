package intake

import (
	"slices"
	"strconv"
	"strings"

	"waybill/schemas"
	"waybill/stream"
	"waybill/topics"
)

// Identity is what is known of an event that is not taken: whose it is, and which one of its entity's.
type Identity struct {
	Entity   string // empty: not known
	Sequence *int64 // or position; nil: not known
	Source   string
	EventID  string
	Orders   []string // that the event itself names, sorted
	// Warehouse is the one that the event as a whole names; empty: none, or not known.
	Warehouse string
	// Misrouted: the record is not in its entity's partition, where alone the entity's sequence is known.
	Misrouted bool
}

// clues are what one witness says of an event; empty fields are what it does not know.
type clues struct {
	entity, key     string
	source, eventID string
	sequence        *int64
	orders          []string
	warehouse       string
}

// valueClues are what the value says, read with its writer's schema alone: fields are looked for where the contract has them.
func valueClues(event *schemas.GenericEvent, entry topics.Entry, orders string) clues {
	if event == nil {
		return clues{}
	}
	var c clues
	if entity, whole := entry.Ordering.Entity.Compose(event.Text); whole {
		c.entity = entity
	}
	if key, whole := entry.Key.Compose(event.Text); whole {
		c.key = key
	}
	c.source, _ = event.Text("meta.source")
	c.eventID, _ = event.Text("meta.event_id")
	c.warehouse, _ = event.Text("warehouse_id")
	if number, found := event.Long(entry.Ordering.Sequence); found {
		c.sequence = &number
	}
	if orders != "" {
		c.orders = event.Texts(orders)
	}
	return c
}

// headerClues are what the headers say that the catalogue names. The first header of a list of names that is there counts.
func headerClues(headers []stream.Header, named topics.EntityHeaders) clues {
	c := clues{entity: headerText(headers, named.Entity), source: headerText(headers, named.Source)}
	if number, err := strconv.ParseInt(headerText(headers, named.Sequence), 10, 64); err == nil {
		c.sequence = &number
	}
	for _, orderID := range strings.Split(headerText(headers, named.Order), ",") {
		if orderID = strings.TrimSpace(orderID); orderID != "" {
			c.orders = append(c.orders, orderID)
		}
	}
	return c
}

func headerText(headers []stream.Header, names []string) string {
	for _, name := range names {
		for _, header := range headers {
			if header.Key == name && len(header.Value) > 0 {
				return string(header.Value)
			}
		}
	}
	return ""
}

// identify puts together what is known of an event: first what its value says, then its headers, then its key, which is
// the entity's id on most topics. A sequence that cannot be is none.
func identify(entry topics.Entry, key []byte, value, headers clues) Identity {
	id := Identity{Entity: value.entity, Sequence: value.sequence, Source: value.source, EventID: legible(value.eventID), Orders: value.orders}
	keyIsEntity := entry.Key == entry.Ordering.Entity
	id.Misrouted = len(key) == 0 || value.key != "" && value.key != string(key)
	if id.Entity == "" && (!keyIsEntity || len(key) == 0) {
		id.Entity = headers.entity
	}
	if id.Entity == "" && keyIsEntity {
		id.Entity = string(key)
	}
	if id.Sequence == nil {
		id.Sequence = headers.sequence
	}
	if id.Sequence != nil && !validSequence(*id.Sequence, entry.Ordering.Contract) {
		id.Sequence = nil
	}
	if id.Source == "" {
		id.Source = headers.source
	}
	if len(id.Orders) == 0 {
		id.Orders = headers.orders
	}
	id.Entity, id.Source, id.Warehouse = legible(id.Entity), legible(id.Source), legible(value.warehouse)
	id.Orders = slices.Clone(id.Orders)
	for i, orderID := range id.Orders {
		id.Orders[i] = legible(orderID)
	}
	slices.Sort(id.Orders)
	id.Orders = slices.Compact(id.Orders)
	return id
}

// legible is a text with a mark in the place of what is no UTF-8: keys, headers and foreign values may hold any bytes, and
// our own records hold texts.
func legible(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }
