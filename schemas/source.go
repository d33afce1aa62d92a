package schemas

import "time"

// Meta opens every source record.
type Meta struct {
	EventID    string    `avro:"event_id" json:"event_id"`
	Source     string    `avro:"source" json:"source"`                     // registered system, for example wms-east
	Sequence   *int64    `avro:"sequence" json:"sequence,omitempty"`       // per entity, 1, 2, 3 …: contract dense
	Position   *int64    `avro:"position" json:"position,omitempty"`       // LSN, SCN, binlog position: contract monotonic
	OccurredAt time.Time `avro:"occurred_at" json:"occurred_at"`           // when it happened
	RecordedAt time.Time `avro:"recorded_at" json:"recorded_at,omitempty"` // when the source wrote it
}

// Order is an order as placed: commerce.orders, keyed by order_id, dense.
type Order struct {
	Meta          Meta           `avro:"meta" json:"meta"`
	OrderID       string         `avro:"order_id" json:"order_id"`
	CustomerID    string         `avro:"customer_id" json:"customer_id"`
	Channel       string         `avro:"channel" json:"channel"`
	OrderType     string         `avro:"order_type" json:"order_type"`
	Currency      string         `avro:"currency" json:"currency"`
	Status        OrderStatus    `avro:"status" json:"status"`
	ShipPolicy    *ShipPolicy    `avro:"ship_policy" json:"ship_policy,omitempty"`
	InvoicePolicy *InvoicePolicy `avro:"invoice_policy" json:"invoice_policy,omitempty"`
	Lines         []OrderLine    `avro:"lines" json:"lines"`
}

// OrderLine is one line of an order as placed.
type OrderLine struct {
	LineNo        int32           `avro:"line_no" json:"line_no"`
	ItemID        string          `avro:"item_id" json:"item_id"`
	Quantity      Quantity        `avro:"quantity" json:"quantity"`
	UOM           string          `avro:"uom" json:"uom"`
	UnitPrice     *Price          `avro:"unit_price" json:"unit_price,omitempty"`
	PriceUnit     int64           `avro:"price_unit" json:"price_unit"` // the price is per so many; default 1
	WarehouseID   string          `avro:"warehouse_id" json:"warehouse_id"`
	RequestedDate Date            `avro:"requested_date" json:"requested_date"`
	Substitution  Substitution    `avro:"substitution" json:"substitution"`
	Status        OrderLineStatus `avro:"status" json:"status"`
}

// OrderAcceptance is an order as ERP accepted it: erp.orders, keyed by order_id, monotonic.
type OrderAcceptance struct {
	Meta         Meta             `avro:"meta" json:"meta"`
	OrderID      string           `avro:"order_id" json:"order_id"`
	Status       AcceptanceStatus `avro:"status" json:"status"`
	Currency     string           `avro:"currency" json:"currency"`
	PaymentTerms *PaymentTerms    `avro:"payment_terms" json:"payment_terms,omitempty"`
	Lines        []AcceptedLine   `avro:"lines" json:"lines"`
}

// AcceptedLine is one line as ERP accepted it; its quantity and price win over what was placed.
type AcceptedLine struct {
	LineNo            int32            `avro:"line_no" json:"line_no"`
	ItemID            string           `avro:"item_id" json:"item_id"`
	Status            AcceptanceStatus `avro:"status" json:"status"`
	ConfirmedQuantity Quantity         `avro:"confirmed_quantity" json:"confirmed_quantity"`
	UOM               string           `avro:"uom" json:"uom"`
	UnitPrice         Price            `avro:"unit_price" json:"unit_price"`
	PriceUnit         int64            `avro:"price_unit" json:"price_unit"`
	ConfirmedDate     Date             `avro:"confirmed_date" json:"confirmed_date"`
}

// PaymentTerms say when an invoice is due and what is taken off for paying early.
type PaymentTerms struct {
	NetDays         int32   `avro:"net_days" json:"net_days"`
	DiscountDays    int32   `avro:"discount_days" json:"discount_days"`
	DiscountPercent Percent `avro:"discount_percent" json:"discount_percent"`
}

// Shipment is one milestone of a shipment: wms.shipments, keyed by shipment_id, dense. It may carry several orders.
type Shipment struct {
	Meta         Meta           `avro:"meta" json:"meta"`
	ShipmentID   string         `avro:"shipment_id" json:"shipment_id"`
	WarehouseID  string         `avro:"warehouse_id" json:"warehouse_id"`
	Milestone    Milestone      `avro:"milestone" json:"milestone"`
	LastForOrder bool           `avro:"last_for_order" json:"last_for_order"` // the WMS ships no more for its orders
	Carrier      *string        `avro:"carrier" json:"carrier,omitempty"`
	Tracking     *string        `avro:"tracking" json:"tracking,omitempty"`
	Lines        []ShipmentLine `avro:"lines" json:"lines"`
}

// ShipmentLine is what a shipment carries of one order line.
type ShipmentLine struct {
	OrderID           string    `avro:"order_id" json:"order_id"`
	LineNo            int32     `avro:"line_no" json:"line_no"`
	ItemID            string    `avro:"item_id" json:"item_id"` // what is in the box
	SubstituteFor     *string   `avro:"substitute_for" json:"substitute_for,omitempty"`
	Quantity          Quantity  `avro:"quantity" json:"quantity"`
	UOM               string    `avro:"uom" json:"uom"`
	CatchWeight       *Quantity `avro:"catch_weight" json:"catch_weight,omitempty"`
	Lot               *string   `avro:"lot" json:"lot,omitempty"`
	ConfirmedQuantity *Quantity `avro:"confirmed_quantity" json:"confirmed_quantity,omitempty"`
}

// StockMovement changes the stock of an item in a warehouse: wms.inventory, keyed by item_id@warehouse_id, dense.
// Receipts, transfers in and reservations are positive quantities of their kind; an adjust is signed, and so is a
// quarantine: below zero it lets goods go; a count carries the quantity that was counted.
type StockMovement struct {
	Meta           Meta         `avro:"meta" json:"meta"`
	ItemID         string       `avro:"item_id" json:"item_id"`
	WarehouseID    string       `avro:"warehouse_id" json:"warehouse_id"`
	Kind           MovementKind `avro:"kind" json:"kind"`
	Quantity       Quantity     `avro:"quantity" json:"quantity"`
	UOM            string       `avro:"uom" json:"uom"`
	Reason         *string      `avro:"reason" json:"reason,omitempty"`
	OrderID        *string      `avro:"order_id" json:"order_id,omitempty"`
	LineNo         *int32       `avro:"line_no" json:"line_no,omitempty"`
	ExpiresAt      *time.Time   `avro:"expires_at" json:"expires_at,omitempty"`           // of a reservation
	CutoffSequence *int64       `avro:"cutoff_sequence" json:"cutoff_sequence,omitempty"` // of a count: the last movement it includes
	TransferID     *string      `avro:"transfer_id" json:"transfer_id,omitempty"`         // of both ends of a transfer between warehouses
	ToWarehouseID  *string      `avro:"to_warehouse_id" json:"to_warehouse_id,omitempty"` // of a transfer_out: where it goes
}

// Invoice is what ERP billed: erp.invoices, keyed by invoice_id, monotonic.
type Invoice struct {
	Meta           Meta          `avro:"meta" json:"meta"`
	InvoiceID      string        `avro:"invoice_id" json:"invoice_id"`
	Kind           InvoiceKind   `avro:"kind" json:"kind"`
	RefersTo       *string       `avro:"refers_to" json:"refers_to,omitempty"` // the invoice that a credit memo or cancellation is about
	InvoiceReadyID *string       `avro:"invoice_ready_id" json:"invoice_ready_id,omitempty"`
	CustomerID     string        `avro:"customer_id" json:"customer_id"`
	Currency       string        `avro:"currency" json:"currency"`
	IssuedOn       Date          `avro:"issued_on" json:"issued_on"`
	DueOn          Date          `avro:"due_on" json:"due_on"`
	Lines          []InvoiceLine `avro:"lines" json:"lines"`
	Total          Amount        `avro:"total" json:"total"`
}

// InvoiceLine is one billed line.
type InvoiceLine struct {
	OrderID   string   `avro:"order_id" json:"order_id"`
	LineNo    int32    `avro:"line_no" json:"line_no"`
	ItemID    string   `avro:"item_id" json:"item_id"`
	Quantity  Quantity `avro:"quantity" json:"quantity"`
	UOM       string   `avro:"uom" json:"uom"`
	UnitPrice Price    `avro:"unit_price" json:"unit_price"`
	PriceUnit int64    `avro:"price_unit" json:"price_unit"`
	Amount    Amount   `avro:"amount" json:"amount"`
}

// Payment is money received and what it was applied to: ar.payments, keyed by payment_id, monotonic.
type Payment struct {
	Meta         Meta          `avro:"meta" json:"meta"`
	PaymentID    string        `avro:"payment_id" json:"payment_id"`
	CustomerID   *string       `avro:"customer_id" json:"customer_id,omitempty"`
	Amount       Amount        `avro:"amount" json:"amount"`
	Currency     string        `avro:"currency" json:"currency"`
	ReceivedOn   Date          `avro:"received_on" json:"received_on"`
	Applications []Application `avro:"applications" json:"applications"`
}

// Application is the part of a payment that settles one invoice.
type Application struct {
	InvoiceID string  `avro:"invoice_id" json:"invoice_id"`
	Amount    Amount  `avro:"amount" json:"amount"`
	Discount  Amount  `avro:"discount" json:"discount"`
	Reason    *string `avro:"reason" json:"reason,omitempty"`
}

// Dispute is a customer's objection to an invoice or one of its lines: ar.disputes, keyed by invoice_id, monotonic per
// dispute_id.
type Dispute struct {
	Meta      Meta          `avro:"meta" json:"meta"`
	DisputeID string        `avro:"dispute_id" json:"dispute_id"`
	InvoiceID string        `avro:"invoice_id" json:"invoice_id"`
	LineNo    *int32        `avro:"line_no" json:"line_no,omitempty"`
	Amount    Amount        `avro:"amount" json:"amount"`
	Reason    string        `avro:"reason" json:"reason"` // ASC X12 element 426 code
	Status    DisputeStatus `avro:"status" json:"status"`
}

// Customer is master data: master.customers, keyed by customer_id, monotonic, compacted.
type Customer struct {
	Meta                  Meta              `avro:"meta" json:"meta"`
	CustomerID            string            `avro:"customer_id" json:"customer_id"`
	Name                  string            `avro:"name" json:"name"`
	Segment               string            `avro:"segment" json:"segment"`
	Currency              string            `avro:"currency" json:"currency"`
	CreditLimit           *Amount           `avro:"credit_limit" json:"credit_limit,omitempty"`
	PaymentTerms          PaymentTerms      `avro:"payment_terms" json:"payment_terms"`
	InvoicePolicy         InvoicePolicy     `avro:"invoice_policy" json:"invoice_policy"`
	ShipPolicy            ShipPolicy        `avro:"ship_policy" json:"ship_policy"`
	OverTolerancePercent  Percent           `avro:"over_tolerance_percent" json:"over_tolerance_percent"`
	UnderTolerancePercent Percent           `avro:"under_tolerance_percent" json:"under_tolerance_percent"`
	SubstitutionPrice     SubstitutionPrice `avro:"substitution_price" json:"substitution_price"`
	Schedule              *string           `avro:"schedule" json:"schedule,omitempty"` // of consolidated invoices: daily, weekly, month_end
}

// Item is master data: master.items, keyed by item_id, monotonic, compacted.
type Item struct {
	Meta                  Meta      `avro:"meta" json:"meta"`
	ItemID                string    `avro:"item_id" json:"item_id"`
	Description           string    `avro:"description" json:"description"`
	BaseUOM               string    `avro:"base_uom" json:"base_uom"`
	UOMs                  []ItemUOM `avro:"uoms" json:"uoms"`
	CatchWeight           bool      `avro:"catch_weight" json:"catch_weight"`
	Substitutes           []string  `avro:"substitutes" json:"substitutes"`
	OverTolerancePercent  *Percent  `avro:"over_tolerance_percent" json:"over_tolerance_percent,omitempty"`
	UnderTolerancePercent *Percent  `avro:"under_tolerance_percent" json:"under_tolerance_percent,omitempty"`
}

// ItemUOM says that one of this unit is numerator/denominator of the item's base unit.
type ItemUOM struct {
	UOM         string `avro:"uom" json:"uom"`
	Numerator   int64  `avro:"numerator" json:"numerator"`
	Denominator int64  `avro:"denominator" json:"denominator"`
}

// ItemPrice is master data: master.prices, keyed by price_id, monotonic, compacted. Without a customer it is a list price.
type ItemPrice struct {
	Meta       Meta    `avro:"meta" json:"meta"`
	PriceID    string  `avro:"price_id" json:"price_id"`
	CustomerID *string `avro:"customer_id" json:"customer_id,omitempty"`
	ItemID     string  `avro:"item_id" json:"item_id"`
	Currency   string  `avro:"currency" json:"currency"`
	ValidFrom  Date    `avro:"valid_from" json:"valid_from"`
	ValidTo    *Date   `avro:"valid_to" json:"valid_to,omitempty"` // last day on which it is valid
	UOM        string  `avro:"uom" json:"uom"`
	UnitPrice  Price   `avro:"unit_price" json:"unit_price"`
	PriceUnit  int64   `avro:"price_unit" json:"price_unit"`
}

// Warehouse is master data: master.warehouses, keyed by warehouse_id, monotonic, compacted.
type Warehouse struct {
	Meta        Meta   `avro:"meta" json:"meta"`
	WarehouseID string `avro:"warehouse_id" json:"warehouse_id"`
	Name        string `avro:"name" json:"name"`
	Region      string `avro:"region" json:"region"`
	TimeZone    string `avro:"time_zone" json:"time_zone"` // IANA name
	Owner       string `avro:"owner" json:"owner"`
}

// Command is what a person asks for: o2c.commands, keyed by exception_id or order_id, contract none.
type Command struct {
	Meta      Meta        `avro:"meta" json:"meta"`
	CommandID string      `avro:"command_id" json:"command_id"`
	Actor     string      `avro:"actor" json:"actor"`
	Kind      CommandKind `avro:"kind" json:"kind"`
	Target    string      `avro:"target" json:"target"`   // exception_id or order_id
	Reason    string      `avro:"reason" json:"reason"`   // why, for the audit trail
	Payload   string      `avro:"payload" json:"payload"` // JSON object; replay: {"set":{"lines[0].quantity":"4"}}; assign: {"owner":"…"}; override, hold, release: processors/commands
}

// Repair mends events of one writer schema of one source topic: o2c.repairs, keyed by topic and fingerprint, compacted,
// published by `waybill topics apply` from the catalogue and read by intake as reference data.
type Repair struct {
	RepairID string       `avro:"repair_id" json:"repair_id"`
	Topic    string       `avro:"topic" json:"topic"`
	Writer   string       `avro:"writer" json:"writer"` // fingerprint of the writer schema: hexadecimal CRC-64-AVRO of its canonical form
	Why      string       `avro:"why" json:"why"`
	Steps    []RepairStep `avro:"steps" json:"steps"`
}

// RepairStep changes one field of the event as it was written, before it is read into the contract. Path names it:
// order_id, meta.source, lines[].quantity (every line).
type RepairStep struct {
	Action RepairAction `avro:"action" json:"action"`
	Path   string       `avro:"path" json:"path"`
	To     *string      `avro:"to" json:"to,omitempty"`       // rename: the new name of the field (its last part)
	Value  *string      `avro:"value" json:"value,omitempty"` // set, default: JSON of the value
}
