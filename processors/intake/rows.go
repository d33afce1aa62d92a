package intake

import (
	"strings"
	"time"

	"waybill/schemas"
)

// Event is a source event of any topic: exactly one field is set; in a Slot that holds none, none is.
type Event struct {
	Order      *schemas.Order           `avro:"order"`
	Acceptance *schemas.OrderAcceptance `avro:"acceptance"`
	Shipment   *schemas.Shipment        `avro:"shipment"`
	Movement   *schemas.StockMovement   `avro:"movement"`
	Invoice    *schemas.Invoice         `avro:"invoice"`
	Payment    *schemas.Payment         `avro:"payment"`
	Dispute    *schemas.Dispute         `avro:"dispute"`
	Customer   *schemas.Customer        `avro:"customer"`
	Item       *schemas.Item            `avro:"item"`
	Price      *schemas.ItemPrice       `avro:"price"`
	Warehouse  *schemas.Warehouse       `avro:"warehouse"`
	Command    *schemas.Command         `avro:"command"`
}

// Part is a canonical record that an entity's events were split into, or will be: by entity, and topic and key.
type Part struct {
	Topic string `avro:"topic"`
	Key   string `avro:"key"`
	// Sent: the latest event that was taken has it. Without, it was seen in an event that waits or cannot be read, or the
	// entity no longer has it.
	Sent bool `avro:"sent"`
}

func (p Part) id() string { return p.Topic + "/" + p.Key }

// Letter is what intake needs to know of an exception of its own for as long as commands about it may come, by exception id.
type Letter struct {
	ExceptionID string `avro:"exception_id"`
	Class       string `avro:"class"`
	// Closed: the exception is over; what is left is the memory of it, so that a duplicate does not raise it again.
	Closed bool `avro:"closed"`

	Topic    string           `avro:"topic"`
	Entity   string           `avro:"entity"` // empty: not known, or in another partition
	Subject  string           `avro:"subject"`
	Sequence *int64           `avro:"sequence"` // or position; null: not known
	Source   string           `avro:"source"`
	Orders   []string         `avro:"orders"` // that the event itself names
	Origin   schemas.Evidence `avro:"origin"`
	Since    time.Time        `avro:"since"`
	// Warehouse is the one that the event itself names; empty: none.
	Warehouse string `avro:"warehouse"`

	// The dead-lettered record, to read it again.
	Key       []byte    `avro:"key"` // empty: none
	Value     []byte    `avro:"value"`
	Tombstone bool      `avro:"tombstone"`
	TooLarge  bool      `avro:"too_large"` // Value is left out: it is in o2c.dead-letters only
	Hash      []byte    `avro:"hash"`      // contentHash of the value
	Timestamp time.Time `avro:"timestamp"`
}

// laneKey names an entity in every table.
func laneKey(topic, entity string) string { return topic + "/" + entity }

func splitLaneKey(key string) (topic, entity string) {
	topic, entity, _ = strings.Cut(key, "/")
	return topic, entity
}
