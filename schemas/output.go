package schemas

import "time"

// InvoiceReady is a bill that ERP can issue as it stands: o2c.invoice-ready, keyed by order_id. A credit has negative
// quantities and amounts and names what it corrects.
type InvoiceReady struct {
	InvoiceReadyID string             `avro:"invoice_ready_id" json:"invoice_ready_id"` // hash of order, billing unit and revision
	Revision       int32              `avro:"revision" json:"revision"`                 // counts the records of the billing unit, from 1
	Corrects       *string            `avro:"corrects" json:"corrects,omitempty"`
	Kind           BillKind           `avro:"kind" json:"kind"`
	OrderID        string             `avro:"order_id" json:"order_id"`
	CustomerID     string             `avro:"customer_id" json:"customer_id"`
	Trigger        InvoicePolicy      `avro:"trigger" json:"trigger"`
	Currency       string             `avro:"currency" json:"currency"`
	Lines          []InvoiceReadyLine `avro:"lines" json:"lines"`
	Total          Amount             `avro:"total" json:"total"`
	Evidence       []Evidence         `avro:"evidence" json:"evidence"`
	Rule           string             `avro:"rule" json:"rule"`
	ReadyAt        time.Time          `avro:"ready_at" json:"ready_at"` // latest occurred_at of what it rests on; of a consolidated one not before its period's end
	Consolidated   *Consolidation     `avro:"consolidated" json:"consolidated,omitempty"`
}

// Consolidation is the invoice by a customer's schedule that a record is on.
type Consolidation struct {
	Schedule   string `avro:"schedule" json:"schedule"` // daily, weekly, month_end
	PeriodFrom Date   `avro:"period_from" json:"period_from"`
	PeriodTo   Date   `avro:"period_to" json:"period_to"`
	InvoiceID  string `avro:"invoice_id" json:"invoice_id"` // hash of customer, currency and period; empty while the period is open
	Records    int32  `avro:"records" json:"records"`       // that are on the invoice
	Total      Amount `avro:"total" json:"total"`           // of them
}

// InvoiceReadyLine is one line to bill.
type InvoiceReadyLine struct {
	LineNo        int32    `avro:"line_no" json:"line_no"`
	OrderedItemID string   `avro:"ordered_item_id" json:"ordered_item_id"`
	ShippedItemID string   `avro:"shipped_item_id" json:"shipped_item_id"`
	Quantity      Quantity `avro:"quantity" json:"quantity"`
	UOM           string   `avro:"uom" json:"uom"`
	UnitPrice     Price    `avro:"unit_price" json:"unit_price"`
	PriceUnit     int64    `avro:"price_unit" json:"price_unit"`
	Amount        Amount   `avro:"amount" json:"amount"`
	ShipmentID    string   `avro:"shipment_id" json:"shipment_id"`
}

// Exception is one thing that stands in the way, who owns it and what it is worth: o2c.exceptions, keyed by
// exception_id, compacted.
type Exception struct {
	ExceptionID  string          `avro:"exception_id" json:"exception_id"`
	Class        string          `avro:"class" json:"class"`
	Severity     Severity        `avro:"severity" json:"severity"` // of its class, and a step higher for each escalation
	Owner        string          `avro:"owner" json:"owner"`
	Status       ExceptionStatus `avro:"status" json:"status"`
	OrderID      *string         `avro:"order_id" json:"order_id,omitempty"`
	OrderIDs     []string        `avro:"order_ids" json:"order_ids"` // all orders concerned, sorted
	LineNo       *int32          `avro:"line_no" json:"line_no,omitempty"`
	CustomerID   *string         `avro:"customer_id" json:"customer_id,omitempty"`
	WarehouseID  *string         `avro:"warehouse_id" json:"warehouse_id,omitempty"`
	ItemID       *string         `avro:"item_id" json:"item_id,omitempty"`
	ShipmentID   *string         `avro:"shipment_id" json:"shipment_id,omitempty"`
	InvoiceID    *string         `avro:"invoice_id" json:"invoice_id,omitempty"`
	Channel      *string         `avro:"channel" json:"channel,omitempty"`
	Segment      *string         `avro:"segment" json:"segment,omitempty"`
	AmountAtRisk *Amount         `avro:"amount_at_risk" json:"amount_at_risk,omitempty"`
	Currency     *string         `avro:"currency" json:"currency,omitempty"`
	Quantity     *Quantity       `avro:"quantity" json:"quantity,omitempty"` // of the goods concerned, in UOM
	UOM          *string         `avro:"uom" json:"uom,omitempty"`
	OpenedAt     time.Time       `avro:"opened_at" json:"opened_at"`
	DueAt        time.Time       `avro:"due_at" json:"due_at"`
	ResolvedAt   *time.Time      `avro:"resolved_at" json:"resolved_at,omitempty"`
	Resolution   *string         `avro:"resolution" json:"resolution,omitempty"`
	Actor        *string         `avro:"actor" json:"actor,omitempty"`   // who last worked it by command
	Reason       *string         `avro:"reason" json:"reason,omitempty"` // theirs
	Answer       *string         `avro:"answer" json:"answer,omitempty"` // what became of that command: done, or why not
	Message      string          `avro:"message" json:"message"`
	NextAction   string          `avro:"next_action" json:"next_action"`
	Causes       []Evidence      `avro:"causes" json:"causes"`
	Escalation   int32           `avro:"escalation" json:"escalation"`   // steps by which it has escalated, open beyond its target age
	Source       *string         `avro:"source" json:"source,omitempty"` // the system that it is about, or whose event
}

// OrderState is where an order stands: o2c.order-status, keyed by order_id, compacted.
type OrderState struct {
	OrderID    string           `avro:"order_id" json:"order_id"`
	CustomerID string           `avro:"customer_id" json:"customer_id"`
	Channel    string           `avro:"channel" json:"channel"`
	Currency   string           `avro:"currency" json:"currency"`
	Status     OrderStatus      `avro:"status" json:"status"`
	Lines      []OrderLineState `avro:"lines" json:"lines"`
	Blocking   []BlockingReason `avro:"blocking" json:"blocking"` // open exceptions of the order
	Ordered    Amount           `avro:"ordered" json:"ordered"`   // value of the open order lines, where a price is known
	Billed     Amount           `avro:"billed" json:"billed"`     // net of credits, in the currency
	Invoices   []string         `avro:"invoices" json:"invoices"` // ERP's
	AsOf       time.Time        `avro:"as_of" json:"as_of"`       // latest occurred_at that is in it
	Shipments  []string         `avro:"shipments" json:"shipments"`
	InvoiceIDs []string         `avro:"invoice_ready_ids" json:"invoice_ready_ids"`
	// BilledElsewhere is what stays billed in other currencies, net of credits, by currency: ERP may change an order's.
	BilledElsewhere []Money `avro:"billed_elsewhere" json:"billed_elsewhere"`

	Invoiced     Amount      `avro:"invoiced" json:"invoiced"`             // by ERP, net of credit memos, in the currency
	PlacedAt     *time.Time  `avro:"placed_at" json:"placed_at,omitempty"` // when the first that was heard of the order happened
	Departures   []Departure `avro:"departures" json:"departures"`         // by shipment_id
	ByHand       bool        `avro:"by_hand" json:"by_hand"`               // somebody worked an exception of the order by command
	Credited     bool        `avro:"credited" json:"credited"`             // an ERP credit memo that stands takes something of it back
	EverDisputed bool        `avro:"ever_disputed" json:"ever_disputed"`   // something of it was disputed, whatever became of that
}

// Money is an amount of one currency.
type Money struct {
	Currency string `avro:"currency" json:"currency"` // ISO 4217
	Amount   Amount `avro:"amount" json:"amount"`
}

// OrderLineState is where a line stands. Its stage is the furthest that any of it has reached.
type OrderLineState struct {
	LineNo        int32     `avro:"line_no" json:"line_no"`
	ItemID        string    `avro:"item_id" json:"item_id"`
	ShippedItemID *string   `avro:"shipped_item_id" json:"shipped_item_id,omitempty"` // where it is not the ordered item
	UOM           string    `avro:"uom" json:"uom"`
	Stage         LineStage `avro:"stage" json:"stage"`
	Ordered       Quantity  `avro:"ordered" json:"ordered"`
	Accepted      Quantity  `avro:"accepted" json:"accepted"`
	Allocated     Quantity  `avro:"allocated" json:"allocated"`
	Picked        Quantity  `avro:"picked" json:"picked"`
	Packed        Quantity  `avro:"packed" json:"packed"`
	Shipped       Quantity  `avro:"shipped" json:"shipped"`
	Delivered     Quantity  `avro:"delivered" json:"delivered"`
	InvoiceReady  Quantity  `avro:"invoice_ready" json:"invoice_ready"`
	Invoiced      Quantity  `avro:"invoiced" json:"invoiced"`

	WarehouseID       string     `avro:"warehouse_id" json:"warehouse_id"`                           // that the order names
	RequestedOn       *Date      `avro:"requested_on" json:"requested_on,omitempty"`                 // day on which the customer wants it
	ConfirmedOn       *Date      `avro:"confirmed_on" json:"confirmed_on,omitempty"`                 // day that ERP promised first
	ShippedInFullAt   *time.Time `avro:"shipped_in_full_at" json:"shipped_in_full_at,omitempty"`     // all that was accepted, else ordered, had left
	DeliveredInFullAt *time.Time `avro:"delivered_in_full_at" json:"delivered_in_full_at,omitempty"` // all of it had arrived
	Unbilled          Amount     `avro:"unbilled" json:"unbilled"`                                   // shipped and not invoiced by ERP, where a price is known
	UnbilledSince     *time.Time `avro:"unbilled_since" json:"unbilled_since,omitempty"`             // when the first of that left
	Returned          Quantity   `avro:"returned" json:"returned"`                                   // came back; shipped does not lose it
}

// Departure is the order's part of a shipment that has left the warehouse.
type Departure struct {
	ShipmentID  string     `avro:"shipment_id" json:"shipment_id"`
	WarehouseID string     `avro:"warehouse_id" json:"warehouse_id"`
	ShippedAt   time.Time  `avro:"shipped_at" json:"shipped_at"`
	InvoicedAt  *time.Time `avro:"invoiced_at" json:"invoiced_at,omitempty"` // ERP had invoiced all of it, first shipped first invoiced
}

// BlockingReason is one open exception of an order.
type BlockingReason struct {
	ExceptionID string    `avro:"exception_id" json:"exception_id"`
	Class       string    `avro:"class" json:"class"`
	LineNo      *int32    `avro:"line_no" json:"line_no,omitempty"`
	Owner       string    `avro:"owner" json:"owner"`
	Since       time.Time `avro:"since" json:"since"`
	Message     string    `avro:"message" json:"message"`
}

// Availability is what can be promised of an item in a warehouse, in its base unit: o2c.availability, keyed by
// item_id@warehouse_id, compacted.
type Availability struct {
	ItemID             string     `avro:"item_id" json:"item_id"`
	WarehouseID        string     `avro:"warehouse_id" json:"warehouse_id"`
	OnHand             Quantity   `avro:"on_hand" json:"on_hand"`
	Allocated          Quantity   `avro:"allocated" json:"allocated"`
	Reserved           Quantity   `avro:"reserved" json:"reserved"`
	Committed          Quantity   `avro:"committed" json:"committed"` // accepted, not yet allocated
	Quarantined        Quantity   `avro:"quarantined" json:"quarantined"`
	InTransit          Quantity   `avro:"in_transit" json:"in_transit"` // sent here by another warehouse, not arrived; not promised
	AvailableToPromise Quantity   `avro:"available_to_promise" json:"available_to_promise"`
	AsOf               time.Time  `avro:"as_of" json:"as_of"`
	SourceLagSeconds   int64      `avro:"source_lag_seconds" json:"source_lag_seconds"` // recorded_at − occurred_at of the last movement
	Suppressed         bool       `avro:"suppressed" json:"suppressed"`                 // oversell is not raised while the WMS lags
	LastMovement       *time.Time `avro:"last_movement" json:"last_movement,omitempty"`
}

// Receivable is what a customer owes on an invoice: o2c.receivables, keyed by invoice_id, compacted.
type Receivable struct {
	InvoiceID   string          `avro:"invoice_id" json:"invoice_id"`
	CustomerID  string          `avro:"customer_id" json:"customer_id"`
	Currency    string          `avro:"currency" json:"currency"`
	State       ReceivableState `avro:"state" json:"state"`
	Billed      Amount          `avro:"billed" json:"billed"`
	Paid        Amount          `avro:"paid" json:"paid"` // settled by payments: applied, discounts included
	Credited    Amount          `avro:"credited" json:"credited"`
	Disputed    Amount          `avro:"disputed" json:"disputed"`
	Open        Amount          `avro:"open" json:"open"`               // billed − paid − credited
	Collectable Amount          `avro:"collectable" json:"collectable"` // open − disputed, never below zero
	DueOn       *Date           `avro:"due_on" json:"due_on,omitempty"`
	AsOf        time.Time       `avro:"as_of" json:"as_of"`
	IssuedOn    *Date           `avro:"issued_on" json:"issued_on,omitempty"`
	Disputes    int64           `avro:"disputes" json:"disputes"` // raised so far, whatever became of them
	Discount    Amount          `avro:"discount" json:"discount"` // of paid: taken as a discount, or kept back within terms
}

// Figure is what one partition adds to a figure on one day: o2c.figures, keyed by figure_id, compacted. A figure is the sum
// over partitions and over the days of its window. The record of the figure as_of says as of when those of its partition are
// true.
type Figure struct {
	FigureID  string    `avro:"figure_id" json:"figure_id"` // figure, day, dimension, value and currency, with the partition
	Figure    string    `avro:"figure" json:"figure"`
	Dimension string    `avro:"dimension" json:"dimension"` // empty: the figure as a whole
	Value     string    `avro:"value" json:"value"`         // of the dimension
	Currency  string    `avro:"currency" json:"currency"`   // of amount; empty: it has none
	Day       *Date     `avro:"day" json:"day,omitempty"`   // by UTC; nil: it counts whatever the day
	Partition int32     `avro:"partition" json:"partition"`
	Counted   int64     `avro:"counted" json:"counted"`
	Met       int64     `avro:"met" json:"met"`
	Amount    Amount    `avro:"amount" json:"amount"`
	Quantity  Quantity  `avro:"quantity" json:"quantity"`
	Seconds   []Bucket  `avro:"seconds" json:"seconds"` // how long it took those that met
	AsOf      time.Time `avro:"as_of" json:"as_of"`     // latest occurred_at that its partition had heard of
}

// Bucket counts durations of about the same length: sixteen buckets to each power of two of seconds.
type Bucket struct {
	Index int32 `avro:"index" json:"index"`
	Count int64 `avro:"count" json:"count"`
}
