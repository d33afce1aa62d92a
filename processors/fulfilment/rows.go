package fulfilment

import (
	"time"

	"waybill/processors/exposure"
	"waybill/processors/milestones"
	"waybill/schemas"
)

// The state of an order: a header, a row a line, a row a shipment, a row a billing unit. What a row holds of many things
// (a line's shipments, a shipment's lines) is what its own events are about, never the whole order.

// OrderRow is the header of an order, by order id. It is there before the order is, when something else came first.
type OrderRow struct {
	OrderID  string         `avro:"order_id"`
	Placed   *PlacedOrder   `avro:"placed"`   // nil: the order has not arrived
	Accepted *AcceptedOrder `avro:"accepted"` // nil: ERP has said nothing
	Agreed   *CustomerTerms `avro:"agreed"`   // the customer's terms as of the first bill: they stay

	Shipments  int32 `avro:"shipments"`   // that carry lines of the order
	InProgress int32 `avro:"in_progress"` // of them: allocated, picked or packed
	Last       int32 `avro:"last"`        // of them: shipped, and the WMS said that it was the last
	Final      bool  `avro:"final"`       // no more is shipped, as far as is known: Last > 0 and InProgress = 0

	Lines    int32     `avro:"lines"` // rows of lines that there are; 0 in a row of an older release: not known
	Count    LineCount `avro:"count"`
	Complete bool      `avro:"complete"` // under order_complete: the order was billed as complete

	Holds           []HoldRow     `avro:"holds"`
	Commands        []HoldCommand `avro:"commands"` // of people; by line
	Raised          []RaisedRow   `avro:"raised"`   // about the order as a whole
	Grace           bool          `avro:"grace"`    // the grace timer of the unknown order runs
	AwaitedCustomer string        `avro:"awaited_customer"`
	Exposed         exposure.Use  `avro:"exposed"` // what it was last told to come to
	AsOf            time.Time     `avro:"as_of"`   // latest occurred_at of the order's facts
}

// LineCount sums up what LineTally says of each line, so that nobody needs to read them all.
type LineCount struct {
	Open     int32          `avro:"open"`
	Done     int32          `avro:"done"`
	Blocked  int32          `avro:"blocked"`
	Shipped  int32          `avro:"shipped"`
	Troubled int32          `avro:"troubled"`
	Unbilled schemas.Amount `avro:"unbilled"`
	Waiting  schemas.Amount `avro:"waiting"`
	Due      schemas.Amount `avro:"due"`
}

// PlacedOrder is the order's own state, by its latest event.
type PlacedOrder struct {
	Sequence      int64                  `avro:"sequence"`
	CustomerID    string                 `avro:"customer_id"`
	Channel       string                 `avro:"channel"`
	Currency      string                 `avro:"currency"`
	ShipPolicy    *schemas.ShipPolicy    `avro:"ship_policy"`
	InvoicePolicy *schemas.InvoicePolicy `avro:"invoice_policy"`
	BusinessDate  schemas.Date           `avro:"business_date"` // of its first event: prices are as of this day
	Fact          Fact                   `avro:"fact"`
}

// AcceptedOrder is ERP's latest word on the order as a whole.
type AcceptedOrder struct {
	Position int64                    `avro:"position"`
	Status   schemas.AcceptanceStatus `avro:"status"`
	Currency string                   `avro:"currency"`
	Fact     Fact                     `avro:"fact"`
}

// Fact is an input record and when what it tells happened.
type Fact struct {
	At     time.Time        `avro:"at"`
	Origin schemas.Evidence `avro:"origin"`
}

// HoldRow is an active hold.
type HoldRow struct {
	HoldID        string       `avro:"hold_id"`
	Class         string       `avro:"class"`
	ShipmentID    string       `avro:"shipment_id"`    // empty: the whole order
	SequenceKnown bool         `avro:"sequence_known"` // what came before the event stands
	Assessed      *HoldSummary `avro:"assessed"`       // what was last told; nil: nothing yet
}

// HoldSummary is what an assessment tells of an order.
type HoldSummary struct {
	CustomerID string         `avro:"customer_id"`
	Channel    string         `avro:"channel"`
	Segment    string         `avro:"segment"`
	Currency   string         `avro:"currency"`
	Amount     schemas.Amount `avro:"amount"`
}

// RaisedRow is a condition that stands.
type RaisedRow struct {
	ExceptionID string `avro:"exception_id"`
	Class       string `avro:"class"`
}

// LineRow is an order line, by order id and line number. It is there before the order is, when something else came first.
type LineRow struct {
	OrderID   string                `avro:"order_id"`
	LineNo    int32                 `avro:"line_no"`
	Placed    *schemas.OrderLine    `avro:"placed"`    // as it last stood open; nil: the order does not have it
	EndedAt   *time.Time            `avro:"ended_at"`  // when it was cancelled or left out; the zero time: it never was open; nil: open
	Accepted  *schemas.AcceptedLine `avro:"accepted"`  // nil: ERP does not name it
	Parts     []Part                `avro:"parts"`     // by shipment, item, unit
	Terms     []ItemTerms           `avro:"terms"`     // master data as of the line's first bills: they stay
	Prices    []ListedPrice         `avro:"prices"`    // and what the price list said then; by item, unit, customer, currency
	Billed    []Bill                `avro:"billed"`    // net: what credits took back is not in it; by unit, shipment, item, unit of measure
	Raised    []RaisedRow           `avro:"raised"`    // by exception id
	Overrides []OverrideRow         `avro:"overrides"` // of people; by exception id
	Demand    []DemandRow           `avro:"demand"`    // as last told, zeros left out; by item, warehouse
	Grace     bool                  `avro:"grace"`     // the grace timer of the unknown line runs
	Tally     LineTally             `avro:"tally"`
}

// LineTally is what the header counts of a line.
type LineTally struct {
	Open     bool           `avro:"open"`     // neither cancelled nor refused by ERP
	Done     bool           `avro:"done"`     // open, and nothing more is to be shipped for it
	Blocked  bool           `avro:"blocked"`  // open, and something of what was shipped may not be billed yet
	Shipped  bool           `avro:"shipped"`  // something of what was shipped is not billed
	Troubled bool           `avro:"troubled"` // a condition stands
	Unbilled schemas.Amount `avro:"unbilled"` // value of what is still to be billed, shipped or not
	Waiting  schemas.Amount `avro:"waiting"`  // value of what was shipped and is not billed
	Due      schemas.Amount `avro:"due"`      // value of what is billed or still to be billed
}

// Part is what one shipment carries of a line in one item and unit of measure.
type Part struct {
	ShipmentID string `avro:"shipment_id"`
	milestones.Part
}

// ShipmentRow is a shipment as far as the order is concerned, by order id and shipment id.
type ShipmentRow struct {
	OrderID     string            `avro:"order_id"`
	ShipmentID  string            `avro:"shipment_id"`
	WarehouseID string            `avro:"warehouse_id"`
	Sequence    int64             `avro:"sequence"`
	Reached     schemas.Milestone `avro:"reached"`    // allocated … delivered, the furthest; or cancelled
	Last        bool              `avro:"last"`       // as the latest milestone said
	Lines       []int32           `avro:"lines"`      // that it carries, ascending
	ShippedAt   time.Time         `avro:"shipped_at"` // first; its place in line where several shipments share a tolerance
	Shipped     *Fact             `avro:"shipped"`    // what last told the shipped quantities
	Delivered   *Fact             `avro:"delivered"`  // what last told the delivered quantities
	Latest      Fact              `avro:"latest"`
}

// Bill is one billed part of a line; its identity within the line is unit, shipment, part's item and part's unit of measure.
type Bill struct {
	Unit       string `avro:"unit"`
	ShipmentID string `avro:"shipment_id"` // empty: the line as it was ordered
	PartItemID string `avro:"part_item_id"`
	PartUOM    string `avro:"part_uom"`

	OrderedItemID string           `avro:"ordered_item_id"`
	Quantity      schemas.Quantity `avro:"quantity"`
	UOM           string           `avro:"uom"`
	UnitPrice     schemas.Price    `avro:"unit_price"`
	PriceUnit     int64            `avro:"price_unit"`
	Amount        schemas.Amount   `avro:"amount"`

	CustomerID string                `avro:"customer_id"`
	Currency   string                `avro:"currency"`
	Trigger    schemas.InvoicePolicy `avro:"trigger"`
	Rule       string                `avro:"rule"`

	Covers    schemas.Quantity `avro:"covers"` // of the ordered item, in CoversUOM: what of the ordered quantity it bills
	CoversUOM string           `avro:"covers_uom"`

	Returned schemas.Quantity `avro:"returned"` // of the part, in CoversUOM: what of its return the bill has left out

	InvoiceReadyID string `avro:"invoice_ready_id"` // the record that billed it; a credit for a part of it leaves it that
	Revision       int32  `avro:"revision"`         // of that record
}

// UnitRow is a billing unit, by order id and unit.
type UnitRow struct {
	OrderID  string `avro:"order_id"`
	Unit     string `avro:"unit"`
	Revision int32  `avro:"revision"` // of its latest record
}

// DemandRow is what a line asks of an item in a warehouse, in the item's base unit.
type DemandRow struct {
	ItemID      string           `avro:"item_id"`
	WarehouseID string           `avro:"warehouse_id"`
	Committed   schemas.Quantity `avro:"committed"`
	Allocated   schemas.Quantity `avro:"allocated"`
}

// CustomerTerms are what decides of a customer.
type CustomerTerms struct {
	CustomerID        string                    `avro:"customer_id"`
	InvoicePolicy     schemas.InvoicePolicy     `avro:"invoice_policy"`
	ShipPolicy        schemas.ShipPolicy        `avro:"ship_policy"`
	OverTolerance     schemas.Percent           `avro:"over_tolerance"`
	UnderTolerance    schemas.Percent           `avro:"under_tolerance"`
	SubstitutionPrice schemas.SubstitutionPrice `avro:"substitution_price"`
	Schedule          string                    `avro:"schedule"` // of consolidated invoices; empty: month_end
}

// ItemTerms are what decides of an item.
type ItemTerms struct {
	ItemID         string            `avro:"item_id"`
	BaseUOM        string            `avro:"base_uom"`
	UOMs           []schemas.ItemUOM `avro:"uoms"`
	CatchWeight    bool              `avro:"catch_weight"`
	Substitutes    []string          `avro:"substitutes"`
	OverTolerance  *schemas.Percent  `avro:"over_tolerance"`
	UnderTolerance *schemas.Percent  `avro:"under_tolerance"`
}

// Price is so much per so many of a unit of measure.
type Price struct {
	UnitPrice schemas.Price `avro:"unit_price"`
	PriceUnit int64         `avro:"price_unit"`
	UOM       string        `avro:"uom"`
}

// ListedPrice is a price of master data, and what it was looked up for. A price list may have an item in several units of
// measure, and then the one that is wanted decides.
type ListedPrice struct {
	ItemID     string `avro:"item_id"`
	Wanted     string `avro:"wanted"` // unit of measure
	CustomerID string `avro:"customer_id"`
	Currency   string `avro:"currency"`
	Price      Price  `avro:"price"`
}

// fillLists makes lists that are not there empty, as they come back from the store: a row that says the same is equal.
func (o *OrderRow) fillLists() {
	o.Holds, o.Commands, o.Raised = asList(o.Holds), asList(o.Commands), asList(o.Raised)
}

func (row *LineRow) fillLists() {
	row.Parts, row.Terms, row.Prices, row.Billed, row.Raised, row.Demand = asList(row.Parts), asList(row.Terms), asList(row.Prices), asList(row.Billed), asList(row.Raised), asList(row.Demand)
	row.Overrides = asList(row.Overrides)
}

func asList[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
