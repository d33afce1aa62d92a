// Package receivables is the stage that tells what customers owe, and whether ERP billed what was ready to be billed.
//
// It has three key spaces. By payment: how far AR has placed it. By invoice: an ERP invoice with what settles it (payments), takes from it (credit memos,
// cancellations) and stands against it (disputes) makes a receivable. By order: the order's part of each ERP invoice is
// matched line by line with what was invoice-ready. What the stage says at rest follows from the facts alone, in whatever
// order they arrived.
package receivables

import (
	"time"

	"waybill/processors/conditions"
	"waybill/processors/exposure"
	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
	"waybill/topics"
)

// Policy is what operators may set.
type Policy struct {
	NotShippedGrace     time.Duration // how long an ERP invoice may be ahead of what is invoice-ready before it is an exception
	UnknownInvoiceGrace time.Duration // how long a payment may be ahead of the ERP invoice that it is applied to before it is an exception
	InvoiceTarget       time.Duration // within which ERP is to invoice what is ready
}

// DefaultPolicy is half an hour of grace, and a day for ERP to invoice.
func DefaultPolicy() Policy {
	return Policy{NotShippedGrace: 30 * time.Minute, UnknownInvoiceGrace: 30 * time.Minute, InvoiceTarget: 24 * time.Hour}
}

const stageName = "receivables"

type receivables struct {
	policy Policy

	// by invoice
	accounts    *stream.Table[state.Text, Account]
	orders      *stream.Table[state.TextPair, billedOrder]             // by invoice and order
	told        *stream.Table[state.TextPair, schemas.OrderReceivable] // what an order was told last, by invoice and order
	corrections *stream.Table[state.TextPair, Correction]              // by invoice and correcting document
	settlements *stream.Table[state.TextPair, Settlement]              // by invoice and payment
	disputes    *stream.Table[state.TextPair, Dispute]                 // by invoice and dispute
	customers   *stream.Reference[schemas.Customer]
	unknown     *stream.Timers // by invoice: it is paid and not known
	receivables *stream.Output[schemas.Receivable]
	facts       *stream.Output[schemas.OrderFact]

	// by order
	documents *stream.Table[state.TextPair, document] // by order and ERP document
	charges   *stream.Table[lineKey, charge]          // what ERP billed of a line
	bills     *stream.Table[state.TextPair, bill]     // by order and invoice-ready id
	named     *stream.Table[state.TextPair, naming]   // by order and invoice-ready id: who names it
	shares    *stream.Table[lineKey, share]           // what was ready of a line
	left      *stream.Table[lineKey, left]            // what of a line is on no ERP invoice, by shipment and currency
	unbilled  *stream.Table[state.TextPair, unbilled] // by order and shipment
	grace     *stream.Timers                          // by line
	target    *stream.Timers                          // by order and shipment

	conditions *conditions.Board
	exposures  *stream.Output[schemas.Exposure]
	unplaced   *stream.Table[state.Text, exposure.Use] // by payment: what of it is on no invoice
}

// Stage declares the stage.
func Stage(_ topics.Catalogue, policy Policy) *stream.Stage {
	stage := stream.NewStage(stageName)
	r := &receivables{policy: policy}
	r.accounts = stream.NewTable[state.Text, Account](stage, 1, "accounts")
	r.orders = stream.NewTable[state.TextPair, billedOrder](stage, 2, "billed orders")
	r.told = stream.NewTable[state.TextPair, schemas.OrderReceivable](stage, 3, "told orders")
	r.corrections = stream.NewTable[state.TextPair, Correction](stage, 4, "corrections")
	r.settlements = stream.NewTable[state.TextPair, Settlement](stage, 5, "settlements")
	r.disputes = stream.NewTable[state.TextPair, Dispute](stage, 6, "disputes")
	r.documents = stream.NewTable[state.TextPair, document](stage, 7, "documents")
	r.charges = stream.NewTable[lineKey, charge](stage, 8, "charges")
	r.bills = stream.NewTable[state.TextPair, bill](stage, 9, "bills")
	r.named = stream.NewTable[state.TextPair, naming](stage, 10, "named bills")
	r.shares = stream.NewTable[lineKey, share](stage, 11, "shares")
	r.left = stream.NewTable[lineKey, left](stage, 13, "left")
	r.unbilled = stream.NewTable[state.TextPair, unbilled](stage, 14, "unbilled")
	r.target = stream.OnTimer(stage, 3, "ready and not invoiced", stream.WallClock, r.targetEnds)
	r.grace = stream.OnTimer(stage, 1, "invoiced ahead", stream.WallClock, r.graceEnds)
	r.unknown = stream.OnTimer(stage, 2, "paid and not known", stream.WallClock, r.unknownEnds)
	r.customers = stream.NewReference(stage, 1, topics.Customers)
	r.receivables = stream.EmitLatest(stage, topics.Receivables)
	r.facts = stream.Emit(stage, topics.OrderFacts)
	r.conditions = conditions.NewBoard(stage, 12, stream.EmitLatest(stage, topics.Conditions))
	r.exposures = stream.Emit(stage, topics.Credit)
	r.unplaced = stream.NewTable[state.Text, exposure.Use](stage, 15, "unplaced")
	stream.On(stage, topics.Billing, r.onBilling)
	stream.On(stage, topics.Payments, r.onPayment)
	stream.On(stage, topics.InvoiceReady, r.onInvoiceReady)
	stream.On(stage, topics.OrderInvoices, r.onOrderInvoice)
	stage.OnWake(r.onCustomer)
	return stage
}
