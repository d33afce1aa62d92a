package intake

import (
	"errors"
	"fmt"

	"waybill/schemas"
)

// Why an event is not taken, beyond what a schemas.DecodeError says of its bytes. The name stands in the header of its
// dead letter and in the message of its exception.
const (
	NullKey            = "null_key"            // no record key, or an empty one: the record may be in any partition
	KeyMismatch        = "key_mismatch"        // the record key is not what the value says, so that it is in another partition than its entity
	MissingSequence    = "missing_sequence"    // no sequence or position where the ordering contract asks for one
	BadSequence        = "bad_sequence"        // a sequence below 1, a position below 0, or one that no source can have reached
	SequenceChanged    = "sequence_changed"    // a replay that would put the event in another place than it has
	UnknownSymbol      = "unknown_symbol"      // an enumeration's value that this release does not know
	EmptyField         = "empty_field"         // an id, a name or a reason that is needed
	NoLines            = "no_lines"            // nothing in a list that needs something
	DuplicateLine      = "duplicate_line"      // the same line or unit of measure twice in one event
	BadLineNumber      = "bad_line_number"     // below 1
	NegativeQuantity   = "negative_quantity"   // where the kind of event says the direction
	NegativeAmount     = "negative_amount"     // an amount, a price or a limit below zero
	BadNumber          = "bad_number"          // a per cent, a factor, a price unit or a number of days out of bounds
	BadCurrency        = "bad_currency"        // not three capital letters
	AbsurdDate         = "absurd_date"         // outside 1970 to 2200, too far ahead, or an end before its beginning
	BadPayload         = "bad_payload"         // a command's payload that is no JSON object
	WrongSystem        = "wrong_authority"     // the system is not of a kind that owns the object
	UnregisteredSource = "unregistered_source" // the catalogue does not know the system
)

// Problem is why one event is not taken: poison, until it is mended.
type Problem struct {
	Class    string
	Field    string // dotted path; empty when there is none
	Text     string
	SchemaID int
}

// String names class, field and text.
func (p *Problem) String() string {
	if p.Field == "" {
		return p.Class + ": " + p.Text
	}
	return fmt.Sprintf("%s, field %s: %s", p.Class, p.Field, p.Text)
}

// problemOf is the problem that a failed reading is, or the error itself when the reading is to be tried again.
func problemOf(err error) (*Problem, error) {
	var decode *schemas.DecodeError
	if !errors.As(err, &decode) {
		return nil, err
	}
	problem := &Problem{Class: decode.Class, Field: decode.Field, SchemaID: decode.SchemaID, Text: decode.Class}
	if decode.Err != nil {
		problem.Text = decode.Err.Error()
	}
	return problem, nil
}
