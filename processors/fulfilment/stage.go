// Package fulfilment is the stage that says what can be invoiced: it joins orders with ERP's acceptance, shipments, holds
// and master data.
//
// The facts of an order (its latest state, ERP's latest word, how far each shipment has come, the holds that stand, master
// data) determine by pure functions what each billing unit should have billed. What was billed is compared with that, and
// the difference becomes records of o2c.invoice-ready. So the net bill depends on the facts alone, and not on the order
// in which they came. Where facts compete, time of occurrence and id decide, never arrival.
//
// Each rule of the domain has a file of its name. Their common input and result are in judgement.go; dossier.go applies
// them to stored rows; this file and the steps beside it are wiring.
//
// InvoiceReady.Rule is made of these words: the trigger (on_shipment, per_delivery, proof_of_delivery, order_complete,
// on_order, consolidated, manual); where the customer's substitution price rule was applied to a line
// :substitution_original, :substitution_substitute or :substitution_lower; on a bill that a person's override lets be made
// :overridden; on a credit :corrected (billed again), :returned (what came back, not billed again) or :withdrawn (not
// billed again).
package fulfilment

import (
	"strconv"
	"strings"
	"time"

	"waybill/processors/conditions"
	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
	"waybill/topics"
)

// Policy is what operators may set.
type Policy struct {
	UnknownOrderGrace time.Duration   // how long an order or line may be unknown before its shipments are an exception
	OverTolerance     schemas.Percent // where neither customer nor item states one
	UnderTolerance    schemas.Percent // where neither customer nor item states one
}

// DefaultPolicy is fifteen minutes of grace, and no tolerance.
func DefaultPolicy() Policy {
	return Policy{UnknownOrderGrace: 15 * time.Minute}
}

type fulfilment struct {
	stage     *stream.Stage
	catalogue topics.Catalogue
	policy    Policy
	dossiers  *stream.Scratch[dossier]

	orderRows    *stream.Table[state.Text, OrderRow]
	lineRows     *stream.Table[state.TextNumber, LineRow]
	shipmentRows *stream.Table[state.TextPair, ShipmentRow]
	unitRows     *stream.Table[state.TextPair, UnitRow]

	customers  *stream.Reference[schemas.Customer]
	items      *stream.Reference[schemas.Item]
	prices     *stream.Reference[schemas.ItemPrice]
	warehouses *stream.Reference[schemas.Warehouse]

	grace *stream.Timers // by subject

	bills        *stream.Output[schemas.InvoiceReady]
	consolidated *stream.Output[schemas.InvoiceReady]
	demand       *stream.Output[schemas.Demand]
	conditions   *stream.Output[schemas.Condition]
	exposures    *stream.Output[schemas.Exposure]
	board        *conditions.Board
}

// Stage declares the stage.
func Stage(catalogue topics.Catalogue, policy Policy) *stream.Stage {
	stage := stream.NewStage("fulfilment")
	f := &fulfilment{stage: stage, catalogue: catalogue, policy: policy}
	f.dossiers = stream.NewScratch[dossier](stage)
	f.orderRows = stream.NewTable[state.Text, OrderRow](stage, 1, "orders")
	f.lineRows = stream.NewTable[state.TextNumber, LineRow](stage, 2, "lines")
	f.shipmentRows = stream.NewTable[state.TextPair, ShipmentRow](stage, 3, "shipments")
	f.unitRows = stream.NewTable[state.TextPair, UnitRow](stage, 4, "units")
	f.customers = stream.NewReference(stage, 1, topics.Customers)
	f.items = stream.NewReference(stage, 2, topics.Items)
	f.prices = stream.NewReference(stage, 3, topics.Prices)
	f.warehouses = stream.NewReference(stage, 4, topics.Warehouses)
	f.grace = stream.OnTimer(stage, 1, "unknown order grace", stream.WallClock, f.graceEnds)
	f.bills = stream.Emit(stage, topics.InvoiceReady)
	f.consolidated = stream.Emit(stage, topics.Consolidation)
	f.demand = stream.Emit(stage, topics.Demand)
	f.exposures = stream.Emit(stage, topics.Credit)
	f.conditions = stream.Emit(stage, topics.Conditions)
	f.board = conditions.NewBoard(stage, 5, f.conditions)
	stream.On(stage, topics.Orders, f.takeOrder)
	stream.On(stage, topics.Shipments, f.takeShipment)
	stream.On(stage, topics.Actions, f.takeAction)
	stream.On(stage, topics.Overrides, f.takeOverride)
	stage.OnWake(f.wake)
	return stage
}

// A subject names an order, or a line of one, to timers and to reference data.
func orderSubject(orderID string) string { return orderID }

func lineSubject(orderID string, lineNo int32) string {
	return orderID + "\x00" + strconv.Itoa(int(lineNo))
}

// ofSubject reads a subject; isLine is false for an order's.
func ofSubject(subject string) (orderID string, lineNo int32, isLine bool) {
	at := strings.LastIndexByte(subject, 0)
	if at < 0 {
		return subject, 0, false
	}
	number, err := strconv.ParseInt(subject[at+1:], 10, 32)
	if err != nil {
		return subject, 0, false
	}
	return subject[:at], int32(number), true
}

// wake judges anew what waited for reference data, now that it has come or changed.
func (f *fulfilment) wake(s *stream.Step, waiter string) error {
	orderID, lineNo, isLine := ofSubject(waiter)
	d := f.open(s, orderID)
	if isLine {
		d.line(lineNo)
	} else {
		d.order.AwaitedCustomer = ""
		d.loadAll()
	}
	d.settle()
	return nil
}

// graceEnds raises what is still unknown.
func (f *fulfilment) graceEnds(s *stream.Step, subject string) error {
	orderID, lineNo, isLine := ofSubject(subject)
	d := f.open(s, orderID)
	if isLine {
		d.line(lineNo).graceIsOver = true
	} else {
		d.graceIsOver = true
	}
	d.settle()
	return nil
}
