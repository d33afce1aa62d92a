package stream

import (
	"errors"
	"fmt"

	"waybill/schemas"
	"waybill/state"
)

// Kind says how a failure is to be treated.
type Kind string

// The four kinds of error.
const (
	PoisonFailure Kind = "poison"     // this record can never be read: dead-letter it, hold its entity, go on
	Retryable     Kind = "retryable"  // broker or registry away: pause, back off, nothing is skipped
	Corruption    Kind = "corruption" // the store is not what was written: drop it, rebuild it from the changelog
	Bug           Kind = "bug"        // an invariant is broken: stop the process, say where
)

// Failure is an error of a step with its kind and the record that it happened on.
type Failure struct {
	Kind      Kind
	Stage     string
	Topic     string
	Partition int32
	Offset    int64
	Field     string
	Err       error
}

// Error names stage, record, field and cause.
func (f *Failure) Error() string {
	where := fmt.Sprintf("stage %s, partition %d", f.Stage, f.Partition)
	if f.Topic != "" {
		where = fmt.Sprintf("stage %s, %s partition %d offset %d", f.Stage, f.Topic, f.Partition, f.Offset)
	}
	if f.Field != "" {
		where += ", field " + f.Field
	}
	return fmt.Sprintf("%s: %s: %v", where, f.Kind, f.Err)
}

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// KindOf sorts an error into the four kinds; what nobody foresaw is a bug.
func KindOf(err error) Kind {
	var failure *Failure
	var decode *schemas.DecodeError
	switch {
	case errors.As(err, &failure):
		return failure.Kind
	case errors.As(err, &decode):
		return PoisonFailure
	case errors.Is(err, schemas.ErrRegistryUnavailable):
		return Retryable
	case errors.Is(err, state.ErrCorrupt):
		return Corruption
	case errors.Is(err, state.ErrFailed):
		return Retryable
	}
	return Bug
}

// storeFailure carries an error of the store through a step, which has no way to answer it, up to the kernel.
type storeFailure struct{ err error }

// codecFailure does the same for a value that cannot be encoded, or a reference row that cannot be read.
type codecFailure struct{ err error }
