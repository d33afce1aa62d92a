package figures

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"waybill/schemas"
	"waybill/stream/sim"
	"waybill/topics"
)

// TestFiguresAreThoseOfTheLatestRecordsAlone sends every entity's records in their order, but entities, topics, epochs,
// crashes and what was told of an entity on the way by chance: what is read in the end is what a plain walk over the latest
// records comes to.
func TestFiguresAreThoseOfTheLatestRecordsAlone(t *testing.T) {
	told := 0
	for seed := uint64(1); seed <= 60; seed++ {
		random := rand.New(rand.NewPCG(seed, 11))
		latest, queues := world(random)
		w := newWorld(t, seed)
		for tell := range sim.Interleave(random, queues) {
			tell(w)
			if random.IntN(3) == 0 {
				w.Run()
			}
			if random.IntN(12) == 0 {
				w.Crash()
			}
		}
		w.Run()
		want, got := plainly(latest), readings(boardOf(w))
		if got != want {
			t.Fatalf("seed %d:\n got\n%s\nwant\n%s", seed, got, want)
		}
		told += len(got)
		if differences := Difference(Recount(latest.byKey()), boardOf(w)); len(differences) > 0 {
			t.Fatalf("seed %d: recounted and summed: %v", seed, differences)
		}
	}
	if told < 60*1000 {
		t.Errorf("only %d bytes were compared: the worlds are too plain", told)
	}
}

// facts are the latest records of a world.
type facts struct {
	orders      []*schemas.OrderState
	receivables []*schemas.Receivable
	exceptions  []*schemas.Exception
	payments    []*schemas.PaymentEvent
	stock       []*schemas.Availability
	segments    map[string]string
}

func (f facts) byKey() Latest {
	l := Latest{map[string]*schemas.OrderState{}, map[string]*schemas.Receivable{}, map[string]*schemas.Exception{}, map[string]*schemas.PaymentEvent{}, map[string]*schemas.Availability{}, map[string]*schemas.Customer{}}
	for _, o := range f.orders {
		l.Orders[o.OrderID] = o
	}
	for _, r := range f.receivables {
		l.Receivables[r.InvoiceID] = r
	}
	for _, e := range f.exceptions {
		l.Exceptions[e.ExceptionID] = e
	}
	for _, p := range f.payments {
		l.Payments[p.PaymentID] = p
	}
	for _, a := range f.stock {
		l.Stock[a.ItemID] = a
	}
	for id, segment := range f.segments {
		l.Customers[id] = &schemas.Customer{CustomerID: id, Segment: segment}
	}
	return l
}

// world draws records: of each entity one to four, of which the last one stands.
func world(random *rand.Rand) (latest facts, queues [][]fact) {
	times := func() int { return 1 + random.IntN(4) }
	for i := range 8 {
		var queue []fact
		var o *schemas.OrderState
		for range times() {
			o = anyOrder(random, fmt.Sprint("O-", i))
			queue = append(queue, order(o))
		}
		latest.orders, queues = append(latest.orders, o), append(queues, queue)
	}
	for i := range 6 {
		var queue []fact
		var r *schemas.Receivable
		for range times() {
			r = &schemas.Receivable{
				InvoiceID: fmt.Sprint("I-", i), CustomerID: anyCustomer(random), Currency: either(random, "EUR", "USD"), State: either(random, schemas.ReceivableOpen, schemas.ReceivableCancelled),
				Billed: schemas.Amount(random.IntN(9)-1) * 10000, Open: schemas.Amount(random.IntN(3)) * 10000, Disputes: int64(random.IntN(2)), IssuedOn: new(dateAgo(random.IntN(100))), AsOf: noon,
			}
			queue = append(queue, receivable(r))
		}
		latest.receivables, queues = append(latest.receivables, r), append(queues, queue)
	}
	for i := range 6 {
		var queue []fact
		var e *schemas.Exception
		for range times() {
			e = &schemas.Exception{
				ExceptionID: fmt.Sprint("ex-", i), Class: either(random, "unreadable", "oversold"), Severity: schemas.SeverityHigh, Owner: either(random, "ada", "ben"),
				Status: either(random, schemas.ExceptionOpen, schemas.ExceptionResolved), OpenedAt: daysAgo(random.IntN(40), random.IntN(12)), CustomerID: new(anyCustomer(random)),
			}
			if random.IntN(2) == 0 {
				e.AmountAtRisk, e.Currency = new(schemas.Amount(random.IntN(90))*10000), new("EUR")
			}
			queue = append(queue, exception(e))
		}
		latest.exceptions, queues = append(latest.exceptions, e), append(queues, queue)
	}
	for i := range 4 {
		var queue []fact
		var p *schemas.Payment
		for range times() {
			received := 1 + random.IntN(40)
			at := daysAgo(received, 0).Add(time.Duration(random.IntN(90_000)) * time.Second)
			p = &schemas.Payment{Meta: schemas.Meta{OccurredAt: at, RecordedAt: at}, PaymentID: fmt.Sprint("P-", i), CustomerID: either(random, nil, new(anyCustomer(random))),
				Amount: schemas.Amount(random.IntN(3)) * 10000, Currency: "EUR", ReceivedOn: dateAgo(received)}
			for range random.IntN(3) {
				p.Applications = append(p.Applications, schemas.Application{InvoiceID: "I-1", Amount: 10000})
			}
			queue = append(queue, payment(p))
		}
		latest.payments, queues = append(latest.payments, &schemas.PaymentEvent{PaymentID: p.PaymentID, Payment: *p}), append(queues, queue)
	}
	for i := range 3 {
		var queue []fact
		var a *schemas.Availability
		for range times() {
			a = &schemas.Availability{ItemID: fmt.Sprint("A-", i), WarehouseID: "east", AvailableToPromise: schemas.Quantity(random.IntN(9)-6) * 1_000_000, AsOf: noon}
			queue = append(queue, stock(a))
		}
		latest.stock, queues = append(latest.stock, a), append(queues, queue)
	}
	latest.segments = map[string]string{"C-3": "unknown"}
	for _, id := range []string{"C-1", "C-2"} {
		var queue []fact
		for range times() {
			latest.segments[id] = either(random, "retail", "food")
			queue = append(queue, customer(id, latest.segments[id]))
		}
		queues = append(queues, queue)
	}
	return latest, queues
}

func either[V any](random *rand.Rand, a, b V) V {
	if random.IntN(2) == 0 {
		return a
	}
	return b
}

func anyCustomer(random *rand.Rand) string { return fmt.Sprint("C-", 1+random.IntN(3)) }

func anyOrder(random *rand.Rand, id string) *schemas.OrderState {
	o := placed(id)
	o.CustomerID, o.Channel, o.Currency = anyCustomer(random), either(random, "web", "edi"), either(random, "EUR", "USD")
	o.PlacedAt = new(daysAgo(random.IntN(40), 9))
	o.ByHand, o.Credited, o.EverDisputed = random.IntN(4) == 0, random.IntN(6) == 0, random.IntN(6) == 0
	if random.IntN(4) == 0 {
		o.Blocking = append(o.Blocking, schemas.BlockingReason{Class: "unbilled", LineNo: either(random, nil, new(int32(1)))})
	}
	for n := range 1 + random.IntN(3) {
		line := wanted(random.IntN(36) - 2)
		line.LineNo, line.WarehouseID = int32(n), either(random, "east", "west")
		if random.IntN(2) == 0 {
			line.ConfirmedOn = new(dateAgo(random.IntN(36)))
		}
		switch random.IntN(5) {
		case 0:
			line.Stage = schemas.StageCancelled
		case 1, 2:
			line = shippedAt(line, daysAgo(random.IntN(36), random.IntN(24)))
			line.UnbilledSince, line.Unbilled = line.ShippedInFullAt, schemas.Amount(random.IntN(90))*10000
			line.InvoiceReady = either(random, line.Shipped, 0)
		case 3:
			line = shippedAt(line, daysAgo(10+random.IntN(20), 8))
			line.Delivered, line.DeliveredInFullAt = 1, either(random, nil, new(daysAgo(random.IntN(10), 8)))
		}
		o.Lines = append(o.Lines, line)
	}
	for n := range random.IntN(3) {
		o.Departures = append(o.Departures, left(fmt.Sprint(id, "-", n), either(random, "east", "west"), daysAgo(random.IntN(36), 8), time.Duration(random.IntN(900_000)-300_000)*time.Second))
	}
	return o
}

// readings are all readings of a board, briefly.
func readings(b *Board) string {
	var lines []string
	for _, d := range Table() {
		for _, by := range append([]string{""}, d.By...) {
			for _, r := range b.Read(d, Question{By: by, Now: noon}) {
				if r.Counted != 0 || r.Met != 0 {
					lines = append(lines, d.Name+" "+by+" "+r.Currency+" "+brief(r))
				}
			}
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// plainly works the figures out once more, from the latest records, by walking them for every figure and value: the rules
// are those of docs/figures.md, the code shares nothing with the stage.
func plainly(f facts) string {
	p := &walk{facts: f, bags: map[string]*bag{}}
	p.ofOrders()
	p.ofInvoices()
	for _, e := range f.exceptions {
		if e.Status == schemas.ExceptionResolved {
			continue
		}
		b := bag{counted: 1, ages: []int64{daysBetween(e.OpenedAt)}, currency: "", amount: 0}
		if e.Currency != nil {
			b.currency, b.amount = *e.Currency, *e.AmountAtRisk
		}
		p.put("exception_age", b, "warehouse", "none", "channel", "none", "segment", f.segments[*e.CustomerID], "cause", e.Class, "owner", e.Owner)
	}
	for _, e := range f.payments {
		if payment := e.Payment; payment.Amount > 0 && within(payment.ReceivedOn, 29, 0) {
			b := one(len(payment.Applications) >= int(payment.Amount/10000))
			if b.met == 1 {
				b.seconds = []int64{int64(payment.Meta.OccurredAt.Sub(payment.ReceivedOn.Time()).Seconds())}
			}
			segment := "none"
			if payment.CustomerID != nil {
				segment = f.segments[*payment.CustomerID]
			}
			p.put("payment_application", b, "segment", segment)
		}
	}
	for _, a := range f.stock {
		if a.AvailableToPromise < 0 {
			p.put("oversold_units", bag{counted: 1, units: -a.AvailableToPromise}, "warehouse", a.WarehouseID)
		}
	}
	return p.text()
}

// bag is what is gathered for one line of the text.
type bag struct {
	counted, met int64
	seconds      []int64
	ages         []int64 // in days; with amount of currency, one an age
	money        []schemas.Money
	currency     string
	amount       schemas.Amount
	units        schemas.Quantity
	open, billed schemas.Amount
}

type walk struct {
	facts
	bags map[string]*bag
}

func (p *walk) put(figure string, b bag, values ...string) {
	p.putAs(figure, "", "", b, values...)
}

// putAs adds to the figure as a whole and to each value of a dimension: names and values in turn.
func (p *walk) putAs(figure, currency, suffix string, b bag, values ...string) {
	add := func(title string) {
		into := p.bags[title]
		if into == nil {
			into = &bag{}
			p.bags[title] = into
		}
		into.counted, into.met, into.units = into.counted+b.counted, into.met+b.met, into.units+b.units
		into.open, into.billed = into.open+b.open, into.billed+b.billed
		into.seconds, into.ages = append(into.seconds, b.seconds...), append(into.ages, b.ages...)
		if len(b.ages) > 0 {
			into.money = append(into.money, schemas.Money{Currency: b.currency, Amount: b.amount})
		}
	}
	add(figure + "  " + currency + " " + suffix)
	for i := 0; i < len(values); i += 2 {
		add(figure + " " + values[i] + " " + currency + " " + values[i+1] + ": " + suffix)
	}
}

func daysBetween(at time.Time) int64 { return int64(schemas.DateOf(noon) - schemas.DateOf(at)) }

func within(day schemas.Date, oldest, youngest int) bool {
	return day >= dateAgo(oldest) && day <= dateAgo(youngest)
}

func one(met bool) bag {
	if met {
		return bag{counted: 1, met: 1}
	}
	return bag{counted: 1}
}

func (p *walk) ofOrders() {
	for _, o := range p.orders {
		segment := p.segments[o.CustomerID]
		for _, d := range o.Departures {
			if !within(schemas.DateOf(d.ShippedAt), 29, 0) {
				continue
			}
			b := one(d.InvoicedAt != nil)
			if d.InvoicedAt != nil {
				b.seconds = []int64{max(0, int64(d.InvoicedAt.Sub(d.ShippedAt).Seconds()))}
			}
			p.put("shipment_to_invoice", b, "warehouse", d.WarehouseID, "segment", segment, "channel", o.Channel)
		}
		perfect := len(o.Blocking) == 0 && !o.ByHand && !o.Credited && !o.EverDisputed
		var last schemas.Date
		warehouse := o.Lines[0].WarehouseID
		for _, l := range o.Lines {
			if l.WarehouseID != warehouse {
				warehouse = "several"
			}
		}
		for _, l := range o.Lines {
			if l.UnbilledSince != nil {
				cause := "policy"
				if l.InvoiceReady >= l.Shipped {
					cause = "erp"
				}
				if len(o.Blocking) > 0 && (o.Blocking[0].LineNo == nil || *o.Blocking[0].LineNo == l.LineNo) {
					cause = "unbilled"
				}
				p.put("unbilled_value", bag{counted: 1, ages: []int64{daysBetween(*l.UnbilledSince)}, currency: o.Currency, amount: l.Unbilled},
					"cause", cause, "stage", "shipped", "warehouse", l.WarehouseID, "segment", segment, "channel", o.Channel)
			}
			if l.Stage == schemas.StageCancelled {
				continue
			}
			at, stage := l.ShippedInFullAt, "shipped"
			if l.Delivered > 0 {
				at, stage = l.DeliveredInFullAt, "delivered"
			}
			by := func(date *schemas.Date) bool { return at != nil && at.Before(date.AddDays(1).Time()) }
			for figure, date := range map[string]*schemas.Date{"otif_requested": l.RequestedOn, "otif_confirmed": l.ConfirmedOn} {
				if date != nil && within(*date, 30, 1) {
					p.put(figure, one(by(date)), "warehouse", l.WarehouseID, "segment", segment, "channel", o.Channel, "stage", stage)
				}
			}
			last, perfect = max(last, *l.RequestedOn), perfect && by(l.RequestedOn)
		}
		if within(last, 30, 1) {
			p.put("perfect_orders", one(perfect), "warehouse", warehouse, "segment", segment, "channel", o.Channel)
		}
		if within(schemas.DateOf(*o.PlacedAt), 29, 0) {
			p.put("orders_by_hand", one(o.ByHand), "warehouse", warehouse, "segment", segment, "channel", o.Channel)
		}
	}
}

func (p *walk) ofInvoices() {
	for _, r := range p.receivables {
		if r.State == schemas.ReceivableCancelled {
			continue
		}
		segment := p.segments[r.CustomerID]
		if month := r.IssuedOn.Time(); r.Billed > 0 {
			from := schemas.DateOf(month.AddDate(0, 0, 1-month.Day()))
			to := min(dateAgo(0), schemas.DateOf(month.AddDate(0, 1, -month.Day())))
			period := fmt.Sprintf("%s to %s: ", from, to)
			p.putAs("dispute_rate", "", period, one(r.Disputes > 0), "segment", segment)
		}
		b := bag{open: r.Open}
		if r.Open != 0 {
			b.met = 1
		}
		if within(*r.IssuedOn, 89, 0) {
			b.counted, b.billed = 1, r.Billed
		}
		p.putAs("dso", r.Currency, "", b, "segment", segment)
	}
}

func (p *walk) text() string {
	var lines []string
	for title, b := range p.bags {
		if b.counted == 0 && b.met == 0 {
			continue
		}
		line := fmt.Sprintf("%s%d/%d", title, b.met, b.counted)
		figure, currency, _ := strings.Cut(title, " ")
		switch figure {
		case "shipment_to_invoice", "payment_application":
			if p50, p95, ok := nearest(b.seconds); ok {
				line += fmt.Sprintf(" p50 %d p95 %d", rounded(p50), rounded(p95))
			}
		case "unbilled_value", "exception_age":
			line += standsPlainly(b)
		case "oversold_units":
			line += " " + b.units.String()
		case "dso":
			if b.billed > 0 {
				line += fmt.Sprintf(" = %.1f", math.Floor(float64(b.open)*900/float64(b.billed)+0.5)/10)
			}
			line += " " + b.open.String() + " " + strings.Fields(strings.Replace(currency, "segment", "", 1))[0]
		default:
			line += fmt.Sprintf(" = %.4f", math.Floor(float64(b.met)*10000/float64(b.counted)+0.5)/10000)
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func nearest(values []int64) (p50, p95 int64, ok bool) {
	slices.Sort(values)
	if len(values) == 0 {
		return 0, 0, false
	}
	at := func(percent int) int64 { return values[(len(values)*percent+99)/100-1] }
	return at(50), at(95), true
}

// rounded is the middle of the bucket that a duration falls into: the powers of two are parted into sixteen.
func rounded(seconds int64) int64 {
	width := int64(1)
	for seconds/width >= 32 {
		width *= 2
	}
	return seconds/width*width + (width-1)/2
}

func standsPlainly(b *bag) string {
	p50, p95, _ := nearest(slices.Clone(b.ages))
	text, rest := fmt.Sprintf(" p50 %d p95 %d", p50, p95), ""
	totals := sumByCurrency(b, 0, 1<<40)
	for _, total := range totals {
		text += fmt.Sprintf(" %s %s", total.Amount, total.Currency)
	}
	for _, age := range []struct {
		name     string
		from, to int64
	}{{"0-1", 0, 1}, {"2-7", 2, 7}, {"8-30", 8, 30}, {"31-90", 31, 90}, {"over 90", 91, 1 << 40}} {
		n := 0
		for _, days := range b.ages {
			if days >= age.from && days <= age.to {
				n++
			}
		}
		if n > 0 {
			rest += fmt.Sprintf(" [%s: %d %v]", age.name, n, sumByCurrency(b, age.from, age.to))
		}
	}
	return text + rest
}

func sumByCurrency(b *bag, from, to int64) []schemas.Money {
	totals := []schemas.Money{}
	for _, currency := range []string{"EUR", "USD"} {
		total := schemas.Money{Currency: currency}
		for i, days := range b.ages {
			if days >= from && days <= to && b.money[i].Currency == currency {
				total.Amount += b.money[i].Amount
			}
		}
		if total.Amount != 0 {
			totals = append(totals, total)
		}
	}
	return totals
}

func TestWindowsThatAreOverAreForgottenAndWhoCountsForNothingMore(t *testing.T) {
	w := newWorld(t, 0)
	old := placed("O-1", shippedAt(wanted(3), daysAgo(3, 9)))
	stands := placed("O-2", shippedAt(wanted(3), daysAgo(3, 9)))
	stands.Lines[0].UnbilledSince, stands.Lines[0].Unbilled = new(daysAgo(3, 9)), schemas.MustAmount("7")
	order(old)(w)
	order(stands)(w)
	w.Run()
	w.Advance(500 * 24 * time.Hour)
	// Another order of a year later moves the watermark of every partition on.
	for n := range 12 {
		late := placed(fmt.Sprint("O-late-", n))
		late.AsOf = noon.AddDate(0, 0, 450)
		order(late)(w)
	}
	w.Run()
	order(old)(w) // told again after its windows are over: it counts for nothing
	w.Run()
	var kept []string
	for _, record := range sim.Latest(w, topics.Figures) {
		if record.Dimension == "" && record.Figure != string(asOf) {
			kept = append(kept, fmt.Sprint(record.Figure, " ", record.Counted, " ", record.Amount))
		}
	}
	if len(kept) != 1 || kept[0] != "unbilled_value 1 7.00" {
		t.Errorf("kept %q", kept)
	}
}
