package topics

import (
	"reflect"

	"waybill/schemas"
)

// Topic is the typed handle of a topic: its name, and the Go type of the values that its contract describes.
type Topic[T any] struct{ name string }

// Name is the topic's name in Kafka.
func (t Topic[T]) Name() string { return t.name }

// DeadLetters holds the records that cannot be read, byte for byte, with what is wrong in the headers. It is the one
// topic without a contract.
const DeadLetters = "o2c.dead-letters"

// What the systems of authority write, and what people ask for.
var (
	CommerceOrders   = topic[schemas.Order]("commerce.orders")
	ErpOrders        = topic[schemas.OrderAcceptance]("erp.orders")
	WmsShipments     = topic[schemas.Shipment]("wms.shipments")
	WmsInventory     = topic[schemas.StockMovement]("wms.inventory")
	ErpInvoices      = topic[schemas.Invoice]("erp.invoices")
	ArPayments       = topic[schemas.Payment]("ar.payments")
	ArDisputes       = topic[schemas.Dispute]("ar.disputes")
	MasterCustomers  = topic[schemas.Customer]("master.customers")
	MasterItems      = topic[schemas.Item]("master.items")
	MasterPrices     = topic[schemas.ItemPrice]("master.prices")
	MasterWarehouses = topic[schemas.Warehouse]("master.warehouses")
	Commands         = topic[schemas.Command]("o2c.commands")
)

// What intake makes of it: clean, in order, once; keyed as the stages need it.
var (
	Orders        = topic[schemas.OrderEvent]("o2c.orders")
	Shipments     = topic[schemas.ShipmentEvent]("o2c.shipments")
	Stock         = topic[schemas.StockEvent]("o2c.stock")
	Billing       = topic[schemas.BillingEvent]("o2c.billing")
	OrderInvoices = topic[schemas.OrderInvoice]("o2c.order-invoices")
	Payments      = topic[schemas.PaymentEvent]("o2c.payments")
	Actions       = topic[schemas.Action]("o2c.actions")
)

// The reference data that stages read: master data after the contract check, and the repairs of the catalogue.
var (
	Customers  = topic[schemas.Customer]("o2c.customers")
	Items      = topic[schemas.Item]("o2c.items")
	Prices     = topic[schemas.ItemPrice]("o2c.prices")
	Warehouses = topic[schemas.Warehouse]("o2c.warehouses")
	Repairs    = topic[schemas.Repair]("o2c.repairs")
)

// What the stages tell each other.
var (
	Conditions = topic[schemas.Condition]("o2c.conditions")
	Replays    = topic[schemas.Replay]("o2c.replays")
	Overrides  = topic[schemas.Override]("o2c.overrides")
	Demand     = topic[schemas.Demand]("o2c.demand")
	Credit     = topic[schemas.Exposure]("o2c.credit")
	OrderFacts = topic[schemas.OrderFact]("o2c.order-facts")

	Consolidation = topic[schemas.InvoiceReady]("o2c.consolidation")
)

// What waybill is the authority for.
var (
	InvoiceReady = topic[schemas.InvoiceReady]("o2c.invoice-ready")
	Exceptions   = topic[schemas.Exception]("o2c.exceptions")
	OrderStatus  = topic[schemas.OrderState]("o2c.order-status")
	Availability = topic[schemas.Availability]("o2c.availability")
	Receivables  = topic[schemas.Receivable]("o2c.receivables")
	Figures      = topic[schemas.Figure]("o2c.figures")
)

// Handle is a typed handle without its type parameter.
type Handle struct {
	Topic string
	Value reflect.Type // the struct type of the topic's values
}

// Handles lists the typed handles in the order of their declaration.
func Handles() []Handle { return append([]Handle(nil), handles...) }

// handles is filled while the variables above are initialised, and never changed after.
var handles []Handle

func topic[T any](name string) Topic[T] {
	handles = append(handles, Handle{Topic: name, Value: reflect.TypeFor[T]()})
	return Topic[T]{name}
}
