package schemas

import (
	"errors"
	"fmt"
)

// Classes of a DecodeError: why a record's value can never be read as it is.
const (
	ClassTombstone          = "tombstone"           // no value where the topic has no deletions
	ClassWrongMagic         = "wrong_magic"         // not the Confluent wire format
	ClassTruncated          = "truncated"           // the value ends before the schema does
	ClassUnknownSchema      = "unknown_schema"      // the registry does not know the schema id
	ClassIncompatibleSchema = "incompatible_schema" // the writer's schema cannot be read into the contract
	ClassInvalidValue       = "invalid_value"       // the bytes are no value of the writer's schema, or the value does not fit the contract
	ClassTooLarge           = "too_large"           // more bytes than the topic allows
	ClassUnmendable         = "unmendable"          // a repair step or a corrected value does not apply
)

// ErrUnknownSchema says that the registry answered, and has no schema of the id: the record is poison until it does.
var ErrUnknownSchema = errors.New("schema id unknown to the registry")

// ErrRegistryUnavailable says that the registry gave no usable answer: try again later, skip nothing.
var ErrRegistryUnavailable = errors.New("schema registry unavailable")

// ErrNotRegistered says that the contract to write with is not registered under its subject.
var ErrNotRegistered = errors.New("schema not registered: run `waybill topics apply`")

// DecodeError says why a value cannot be read: the record is poison. A registry that is away is not a DecodeError.
type DecodeError struct {
	Class    string // one of the Class constants
	Field    string // dotted path of the field it happened on; empty when there is none
	SchemaID int    // the writer's schema; 0 when the value names none
	Err      error
}

// Error names class, schema, field and cause.
func (e *DecodeError) Error() string {
	text := e.Class
	if e.SchemaID != 0 {
		text += fmt.Sprintf(", schema %d", e.SchemaID)
	}
	if e.Field != "" {
		text += ", field " + e.Field
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *DecodeError) Unwrap() error { return e.Err }
