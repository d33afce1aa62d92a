package schemas

import "time"

// Evidence names one input record that an output rests on.
type Evidence struct {
	Topic     string `avro:"topic" json:"topic"`
	Partition int32  `avro:"partition" json:"partition"`
	Offset    int64  `avro:"offset" json:"offset"`
	EventID   string `avro:"event_id" json:"event_id"`
}

// OrderEvent is a clean event of an order: o2c.orders, keyed by order_id. Exactly one of Order, Acceptance and Hold is set.
type OrderEvent struct {
	Origin     Evidence         `avro:"origin" json:"origin"`
	OrderID    string           `avro:"order_id" json:"order_id"`
	Order      *Order           `avro:"order" json:"order,omitempty"`
	Acceptance *OrderAcceptance `avro:"acceptance" json:"acceptance,omitempty"`
	Hold       *Hold            `avro:"hold" json:"hold,omitempty"`
}

// ShipmentEvent is the part of a shipment's milestone that concerns one order: o2c.shipments, keyed by order_id. Exactly
// one of Shipment and Hold is set. Its shipment carries that order's lines only; none when the milestone took the order
// out of the shipment.
type ShipmentEvent struct {
	Origin   Evidence  `avro:"origin" json:"origin"`
	OrderID  string    `avro:"order_id" json:"order_id"`
	Shipment *Shipment `avro:"shipment" json:"shipment,omitempty"`
	Hold     *Hold     `avro:"hold" json:"hold,omitempty"`
}

// Hold stops the billing of what an unreadable or missing event of an order or shipment could change, until that event has
// come or is given up. It stands in line with the entity's events: raised before what comes behind the event, released
// after the event and what it let go. Without a shipment the whole order is held.
type Hold struct {
	HoldID     string    `avro:"hold_id" json:"hold_id"` // the exception_id that explains it
	ShipmentID *string   `avro:"shipment_id" json:"shipment_id,omitempty"`
	Sequence   *int64    `avro:"sequence" json:"sequence,omitempty"` // of the event: what came before it stands; null when unknown
	Active     bool      `avro:"active" json:"active"`
	Class      string    `avro:"class" json:"class"` // unreadable, sequence_gap
	Since      time.Time `avro:"since" json:"since"`
}

// StockEvent is a clean stock movement: o2c.stock, keyed by item_id@warehouse_id. One that is expected is a transfer_out of
// another warehouse, told to the position that it goes to, whose warehouse it names.
type StockEvent struct {
	Origin   Evidence      `avro:"origin" json:"origin"`
	Movement StockMovement `avro:"movement" json:"movement"`
	Expected bool          `avro:"expected" json:"expected"`
}

// BillingEvent is a clean event about an invoice: o2c.billing, keyed by invoice_id. Exactly one of Invoice, Payment and
// Dispute is set; a payment carries the applications of this invoice only, none when it no longer pays it.
type BillingEvent struct {
	Origin    Evidence `avro:"origin" json:"origin"`
	InvoiceID string   `avro:"invoice_id" json:"invoice_id"`
	Invoice   *Invoice `avro:"invoice" json:"invoice,omitempty"`
	Payment   *Payment `avro:"payment" json:"payment,omitempty"`
	Dispute   *Dispute `avro:"dispute" json:"dispute,omitempty"`
	LeftOver  Amount   `avro:"left_over" json:"left_over"` // of a payment: what is applied to no invoice; below zero: more is applied than was received
}

// PaymentEvent is the latest state of a payment as a whole: o2c.payments, keyed by payment_id.
type PaymentEvent struct {
	Origin    Evidence `avro:"origin" json:"origin"`
	PaymentID string   `avro:"payment_id" json:"payment_id"`
	Payment   Payment  `avro:"payment" json:"payment"`
}

// OrderInvoice is the part of an ERP invoice that concerns one order: o2c.order-invoices, keyed by order_id. Its invoice
// carries that order's lines only; none when a later state of the invoice took the order out.
type OrderInvoice struct {
	Origin  Evidence `avro:"origin" json:"origin"`
	OrderID string   `avro:"order_id" json:"order_id"`
	Invoice Invoice  `avro:"invoice" json:"invoice"`
}

// Action is a command, once: o2c.actions, keyed by its target.
type Action struct {
	Origin  Evidence `avro:"origin" json:"origin"`
	Command Command  `avro:"command" json:"command"`
}

// Condition says that the cause of an exception stands or is gone: o2c.conditions, keyed by exception_id. Stages write
// conditions; the exceptions stage alone writes o2c.exceptions. One exception's raised and cleared come from one task.
type Condition struct {
	ExceptionID  string        `avro:"exception_id" json:"exception_id"`
	Kind         ConditionKind `avro:"kind" json:"kind"`
	Stage        string        `avro:"stage" json:"stage"`
	Class        string        `avro:"class" json:"class"`
	Source       *string       `avro:"source" json:"source,omitempty"` // registered system; its owner owns classes that say so
	OrderID      *string       `avro:"order_id" json:"order_id,omitempty"`
	LineNo       *int32        `avro:"line_no" json:"line_no,omitempty"`
	CustomerID   *string       `avro:"customer_id" json:"customer_id,omitempty"`
	WarehouseID  *string       `avro:"warehouse_id" json:"warehouse_id,omitempty"`
	ItemID       *string       `avro:"item_id" json:"item_id,omitempty"`
	ShipmentID   *string       `avro:"shipment_id" json:"shipment_id,omitempty"`
	InvoiceID    *string       `avro:"invoice_id" json:"invoice_id,omitempty"`
	Channel      *string       `avro:"channel" json:"channel,omitempty"`
	Segment      *string       `avro:"segment" json:"segment,omitempty"`
	AmountAtRisk *Amount       `avro:"amount_at_risk" json:"amount_at_risk,omitempty"`
	Currency     *string       `avro:"currency" json:"currency,omitempty"`
	Quantity     *Quantity     `avro:"quantity" json:"quantity,omitempty"` // of the goods concerned, in UOM
	UOM          *string       `avro:"uom" json:"uom,omitempty"`
	At           time.Time     `avro:"at" json:"at"`
	Message      string        `avro:"message" json:"message"`
	Resolution   *string       `avro:"resolution" json:"resolution,omitempty"` // of cleared: filled, replayed, superseded …
	Causes       []Evidence    `avro:"causes" json:"causes"`
}

// Replay asks intake to read a dead-lettered event again: o2c.replays, sent to the partition that the event came from.
type Replay struct {
	CommandID   string     `avro:"command_id" json:"command_id"`
	Actor       string     `avro:"actor" json:"actor"`
	Reason      string     `avro:"reason" json:"reason"`
	ExceptionID string     `avro:"exception_id" json:"exception_id"`
	Drop        bool       `avro:"drop" json:"drop"`     // resolve: give the event up and let what waits behind it go on
	Set         []SetField `avro:"set" json:"set"`       // corrected values
	Origin      Evidence   `avro:"origin" json:"origin"` // the dead-lettered record
	At          time.Time  `avro:"at" json:"at"`
}

// Override lets a reason go that keeps a line from being billed, or takes that back: o2c.overrides, keyed by order_id. Of one
// exception the override that was given last counts, by At and then CommandID.
type Override struct {
	OrderID     string    `avro:"order_id" json:"order_id"`
	LineNo      int32     `avro:"line_no" json:"line_no"`
	ExceptionID string    `avro:"exception_id" json:"exception_id"` // of the reason
	Class       string    `avro:"class" json:"class"`
	CommandID   string    `avro:"command_id" json:"command_id"`
	Actor       string    `avro:"actor" json:"actor"`
	Reason      string    `avro:"reason" json:"reason"`
	Undo        bool      `avro:"undo" json:"undo"`                       // the reason stands again
	Quantity    *Quantity `avro:"quantity" json:"quantity,omitempty"`     // how much of it is let go, in UOM; over_shipped
	UnitPrice   *Price    `avro:"unit_price" json:"unit_price,omitempty"` // of the item that was shipped, per PriceUnit of UOM; substitution_unpriced
	PriceUnit   int64     `avro:"price_unit" json:"price_unit"`
	UOM         string    `avro:"uom" json:"uom"`
	Currency    string    `avro:"currency" json:"currency"` // ISO 4217, of UnitPrice
	At          time.Time `avro:"at" json:"at"`             // when it was given
	Origin      Evidence  `avro:"origin" json:"origin"`     // the command
}

// SetField is one corrected value; Value is its JSON.
type SetField struct {
	Path  string `avro:"path" json:"path"`
	Value string `avro:"value" json:"value"`
}

// Demand is what one order line still asks of an item in a warehouse: o2c.demand, keyed by item_id@warehouse_id. The
// latest state of (order, line) wins.
type Demand struct {
	OrderID     string    `avro:"order_id" json:"order_id"`
	LineNo      int32     `avro:"line_no" json:"line_no"`
	ItemID      string    `avro:"item_id" json:"item_id"`
	WarehouseID string    `avro:"warehouse_id" json:"warehouse_id"`
	Committed   Quantity  `avro:"committed" json:"committed"` // ordered, not yet allocated, base unit of measure
	Allocated   Quantity  `avro:"allocated" json:"allocated"` // allocated, not yet shipped, base unit of measure
	At          time.Time `avro:"at" json:"at"`
}

// Exposure is one figure from which follows what an order, invoice or payment takes of its customer's credit: o2c.credit,
// keyed by customer_id. The latest state of (document, document_id) wins. Of an order not yet invoiced is what the order comes
// to, less what of it is on ERP invoices.
type Exposure struct {
	CustomerID string         `avro:"customer_id" json:"customer_id"`
	Document   CreditDocument `avro:"document" json:"document"`
	DocumentID string         `avro:"document_id" json:"document_id"` // order_id, invoice_id or payment_id
	Currency   string         `avro:"currency" json:"currency"`       // ISO 4217

	// Of an order: what it comes to, billed or still to be billed; of order_invoiced: what of it is on ERP invoices, net of credit
	// memos; of an invoice: its open balance; of a payment, below zero: what is applied to no invoice. Zero: nothing any more.
	Amount Amount    `avro:"amount" json:"amount"`
	Origin Evidence  `avro:"origin" json:"origin"` // record that the document comes from
	At     time.Time `avro:"at" json:"at"`         // when this was told
}

// OrderFact tells the tracker what other keyspaces know of an order: o2c.order-facts, keyed by order_id. Exactly one of
// Exception and Receivable is set.
type OrderFact struct {
	OrderID    string           `avro:"order_id" json:"order_id"`
	Exception  *Exception       `avro:"exception" json:"exception,omitempty"`
	Receivable *OrderReceivable `avro:"receivable" json:"receivable,omitempty"`
}

// OrderReceivable is the state of an invoice as far as it bills an order.
type OrderReceivable struct {
	InvoiceID     string          `avro:"invoice_id" json:"invoice_id"`
	State         ReceivableState `avro:"state" json:"state"`
	DisputedLines []int32         `avro:"disputed_lines" json:"disputed_lines"` // of this order; empty with Disputed set: the whole invoice
	Disputed      bool            `avro:"disputed" json:"disputed"`
	Paid          bool            `avro:"paid" json:"paid"` // nothing of the invoice is open
	EverDisputed  bool            `avro:"ever_disputed" json:"ever_disputed"`
}
