// Package schemas holds waybill's contracts: the .avsc files, which are the one source of truth, the Go types
// beside them, and the codec that carries them in the Confluent wire format.
//
// A field that may be null in the contract is a pointer (or a nil slice never stands for null: lists are empty, not null).
// Instants are UTC with microseconds; dates are calendar dates; quantities, prices and amounts are exact decimals.
package schemas
