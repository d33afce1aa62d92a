package figures

import (
	"fmt"
	"slices"
	"strings"

	"waybill/topics"
)

// Definition is one figure: what it says, of what, and where it comes from.
type Definition struct {
	Name   string
	Kind   Kind
	Unit   string   // of its value
	Counts string   // what is one
	Met    string   // which of them do what the figure asks for
	Day    string   // on which it counts
	By     []string // what it can be asked by
	Window int      // days that it looks back on, when nobody says otherwise; 0: it tells what stands
	Source string   // whose records it follows from
}

// Kind is how a figure is worked out from its measures.
type Kind uint8

// The kinds.
const (
	Durations    Kind = iota // how long it took: the median, and what 95 per cent do not exceed
	Share                    // met ÷ counted
	DueShare                 // met ÷ counted, over days that are over: until then there is still time
	MonthlyShare             // met ÷ counted, month by month
	Outstanding              // open ÷ billed in the window × the days of the window
	Standing                 // what stands now, by its age
	Units                    // how much of it stands now
)

// The figures.
const (
	ShipmentToInvoice = "shipment_to_invoice"
	DisputeRate       = "dispute_rate"
	DSO               = "dso"
	OTIFRequested     = "otif_requested"
	OTIFConfirmed     = "otif_confirmed"
	PerfectOrders     = "perfect_orders"
	UnbilledValue     = "unbilled_value"
	ExceptionAge      = "exception_age"
	OversoldUnits     = "oversold_units"
	OrdersByHand      = "orders_by_hand"
	PaymentApplied    = "payment_application"
)

// What figures can be asked by.
const (
	byWarehouse = "warehouse"
	bySegment   = "segment"
	byChannel   = "channel"
	byStage     = "stage"
	byCause     = "cause"
	byOwner     = "owner"
)

// definitions is the one table of figures; their documentation is printed from it. A day is a day by UTC.
var definitions = []Definition{
	{ShipmentToInvoice, Durations, "seconds", "orders' parts of shipments that have left", "ERP has invoiced all that the part carries, less what was credited again, first shipped first invoiced", "it left",
		[]string{byWarehouse, bySegment, byChannel}, 30, topics.OrderStatus.Name()},
	{DisputeRate, MonthlyShare, "share", "ERP invoices that are not cancelled", "the customer disputed something of it, whatever became of that", "ERP issued it",
		[]string{bySegment}, 365, topics.Receivables.Name()},
	{DSO, Outstanding, "days", "ERP invoices and credit memos that are not cancelled", "the balance is open", "ERP issued it; what is open counts whatever its day",
		[]string{bySegment}, 90, topics.Receivables.Name()},
	{PaymentApplied, Durations, "seconds", "payments that were not reversed to nothing", "all of it is applied to invoices, by AR's latest word on it; the time runs from the beginning of the day", "it was received",
		[]string{bySegment}, 30, topics.Payments.Name()},
	{OTIFRequested, DueShare, "share", "order lines that are not cancelled", "all that was accepted, else ordered, had arrived by that day where deliveries of the line are reported, else had left by then", "the customer wants it",
		[]string{byWarehouse, bySegment, byChannel, byStage}, 30, topics.OrderStatus.Name()},
	{OTIFConfirmed, DueShare, "share", "order lines that are not cancelled and that ERP promised", "as for otif_requested", "ERP promised it first, as far as waybill heard",
		[]string{byWarehouse, bySegment, byChannel, byStage}, 30, topics.OrderStatus.Name()},
	{PerfectOrders, DueShare, "share", "orders with a line that is not cancelled", "all lines on time and in full as requested, no exception open, none worked by hand, no dispute ever, no credit memo", "the customer wants the last line",
		[]string{byWarehouse, bySegment, byChannel}, 30, topics.OrderStatus.Name()},
	{UnbilledValue, Standing, "days", "order lines of which something has shipped that ERP has not invoiced", "", "the first of that left",
		[]string{byCause, byStage, byWarehouse, bySegment, byChannel}, 0, topics.OrderStatus.Name()},
	{ExceptionAge, Standing, "days", "exceptions that are not resolved", "", "it was opened",
		[]string{byCause, byOwner, byWarehouse, bySegment, byChannel}, 0, topics.Exceptions.Name()},
	{OversoldUnits, Units, "base units", "items in a warehouse of which more is promised than there is, while the WMS does not lag", "", "",
		[]string{byWarehouse}, 0, topics.Availability.Name()},
	{OrdersByHand, Share, "share", "orders", "somebody worked an exception of it by command", "it was placed",
		[]string{byWarehouse, bySegment, byChannel}, 30, topics.OrderStatus.Name()},
}

// Table returns the definitions, in the order in which they are shown.
func Table() []Definition { return slices.Clone(definitions) }

var byName = func() map[string]Definition {
	names := make(map[string]Definition, len(definitions))
	for _, d := range definitions {
		names[d.Name] = d
	}
	return names
}()

// Of finds a figure by its name.
func Of(name string) (Definition, bool) {
	d, known := byName[name]
	return d, known
}

// Names lists the figures.
func Names() []string {
	var names []string
	for _, d := range definitions {
		names = append(names, d.Name)
	}
	return names
}

// Dimensions lists what figures can be asked by.
func Dimensions() []string {
	return []string{byWarehouse, bySegment, byChannel, byStage, byCause, byOwner}
}

// Stands says that the figure tells what is there now, whatever its day: it is kept until it is gone, and not for a window.
func (d Definition) Stands() bool { return d.Kind == Standing || d.Kind == Units }

// Markdown prints the table for the documentation.
func Markdown() string {
	var page strings.Builder
	page.WriteString("| figure | says | counts | of these met | on the day that | by | window | from |\n|---|---|---|---|---|---|---|---|\n")
	for _, d := range definitions {
		window := "what stands now"
		if d.Window > 0 {
			window = fmt.Sprintf("%d days", d.Window)
		}
		fmt.Fprintf(&page, "| `%s` | %s | %s | %s | %s | %s | %s | `%s` |\n", d.Name, d.Kind.says(), d.Counts, orNone(d.Met), orNone(d.Day), strings.Join(d.By, ", "), window, d.Source)
	}
	return page.String()
}

func orNone(text string) string {
	if text == "" {
		return "–"
	}
	return text
}

// says is how the kind is worked out, for people.
func (k Kind) says() string {
	return [...]string{
		Durations:    "how long it took: p50 and p95",
		Share:        "met ÷ counted",
		DueShare:     "met ÷ counted, over days that are over",
		MonthlyShare: "met ÷ counted, by month",
		Outstanding:  "open balance ÷ billed in the window × days of the window, by currency",
		Standing:     "how many and how much, by age; p50 and p95 of the age",
		Units:        "how much",
	}[k]
}
