package model

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"waybill/schemas"
)

// Outputs are what came out: bills in the order in which each order's were written, and of everything else the latest.
type Outputs struct {
	Bills       []*schemas.InvoiceReady
	Gathered    []*schemas.InvoiceReady // what of them was given to be billed by a customer's schedule
	Exceptions  map[string]*schemas.Exception
	Orders      map[string]*schemas.OrderState
	Available   map[string]*schemas.Availability
	Receivables map[string]*schemas.Receivable

	registry schemas.Registry
	decode   map[string]func(ctx context.Context, key string, value []byte) error
}

// NewOutputs are empty; values are read with the schemas of a registry.
func NewOutputs(registry schemas.Registry) *Outputs {
	out := &Outputs{
		Exceptions: map[string]*schemas.Exception{}, Orders: map[string]*schemas.OrderState{}, Available: map[string]*schemas.Availability{},
		Receivables: map[string]*schemas.Receivable{}, registry: registry, decode: map[string]func(context.Context, string, []byte) error{},
	}
	all(out, "o2c.invoice-ready", &out.Bills)
	all(out, "o2c.consolidation", &out.Gathered)
	latest(out, "o2c.exceptions", out.Exceptions)
	latest(out, "o2c.order-status", out.Orders)
	latest(out, "o2c.availability", out.Available)
	latest(out, "o2c.receivables", out.Receivables)
	return out
}

func all[V any](out *Outputs, topic string, values *[]*V) {
	codec := schemas.NewCodec[V](out.registry, topic)
	out.decode[topic] = func(ctx context.Context, _ string, value []byte) error {
		decoded, err := codec.Decode(ctx, value)
		*values = append(*values, decoded)
		return err
	}
}

func latest[V any](out *Outputs, topic string, values map[string]*V) {
	codec := schemas.NewCodec[V](out.registry, topic)
	out.decode[topic] = func(ctx context.Context, key string, value []byte) error {
		if value == nil {
			delete(values, key)
			return nil
		}
		decoded, err := codec.Decode(ctx, value)
		values[key] = decoded
		return err
	}
}

// Topics are those that Take wants, sorted.
func (out *Outputs) Topics() []string { return sortedKeys(out.decode) }

// Take adds a record; of each partition in its order.
func (out *Outputs) Take(ctx context.Context, topic string, key, value []byte) error {
	decode := out.decode[topic]
	if decode == nil {
		return fmt.Errorf("%s is none of the topics that are compared", topic)
	}
	if err := decode(ctx, string(key), value); err != nil {
		return fmt.Errorf("%s %s: %w", topic, key, err)
	}
	return nil
}

// open are the exceptions that are, as an expectation names them.
func (out *Outputs) open() (open []Exception) {
	for _, e := range out.Exceptions {
		if e.Status == schemas.ExceptionResolved {
			continue
		}
		x := Exception{
			Class: e.Class, Orders: strings.Join(e.OrderIDs, ","), LineNo: said(e.LineNo), ShipmentID: said(e.ShipmentID), InvoiceID: said(e.InvoiceID),
			ItemID: said(e.ItemID), Owner: e.Owner, id: e.ExceptionID,
		}
		if e.Class == "credit_exceeded" {
			x.CustomerID = said(e.CustomerID)
		}
		if e.AmountAtRisk != nil {
			x.Amount, x.Currency = amountOf(*e.AmountAtRisk), said(e.Currency)
		}
		open = append(open, x)
	}
	slices.SortFunc(open, func(a, b Exception) int { return strings.Compare(a.String(), b.String()) })
	return open
}

func said[V any](value *V) V {
	if value == nil {
		return *new(V)
	}
	return *value
}

// String names the exception.
func (x Exception) String() string {
	return fmt.Sprintf("%s of order %s line %d shipment %s invoice %s item %s customer %s, owner %s, at risk %s %s",
		x.Class, x.Orders, x.LineNo, x.ShipmentID, x.InvoiceID, x.ItemID, x.CustomerID, x.Owner, text(x.Amount), x.Currency)
}
