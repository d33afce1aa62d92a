package distributor

import (
	"fmt"
	"slices"
	"time"

	"waybill/schemas"
	"waybill/topics"
)

// course is what becomes of one order of the full mix. It is decided whole when the order is placed: what happens, and with
// it what must come of it (Truth).
type course struct {
	*Distributor
	affair    string
	customer  *schemas.Customer
	order     schemas.Order
	on        schemas.Date // the order's date: prices hold as of it
	source    string
	warehouse string
	lines     []*line
	parcels   []*parcel
	placed    time.Time
	toldLate  time.Duration // how much later than it happened the order is told
	untold    bool          // the order is never told
	isAgreed  bool          // ERP accepted it, or nothing waits for its word
	isLetGo   bool          // a person bills by hand what has left, under the policy manual
	bills     []*bill
}

// stage is when the order or a line of it changes.
type stage int

const (
	never stage = iota
	beforeAllocation
	whileWorkedOn // after it was allocated, before it ships
	afterShipping
)

// line is an order line, what leaves the warehouse for it, and what comes of that.
type line struct {
	course       *course
	no           int32
	article      *article
	quantity     schemas.Quantity
	uom          string
	price        *priced // that holds in the end; nil: it has none
	onOrder      *priced // as the order says it; nil: it does not
	priceBefore  *priced // what ERP accepted before it changed it
	substitution schemas.Substitution
	parts        []*part

	cancelled, added, changed stage
	leftOut                   bool             // the order cancels it by not naming it any more
	quantityBefore            schemas.Quantity // until it changes
	quantityOnOrder           schemas.Quantity // where ERP accepted another; 0: as it is

	// What comes of it:
	done     bool // nothing more is to be shipped
	hindered bool // something that was shipped cannot be billed
}

// part is what a parcel carries of a line.
type part struct {
	line     *line
	parcel   *parcel
	article  *article
	quantity schemas.Quantity
	uom      string
	first    schemas.Quantity  // allocated before the order changed; 0: quantity
	weight   *schemas.Quantity // of catch-weight articles
	weighed  schemas.Milestone // which milestone tells the weight first
	returned schemas.Quantity  // comes back after it has arrived
	signed   *schemas.Quantity // by the customer, when it has arrived; nil: nobody says

	// What comes of it:
	fills schemas.Quantity // of the line's quantity, in its unit
	pays  schemas.Quantity // of its own quantity, what may be billed
	price *priced
}

// parcel is a shipment.
type parcel struct {
	id      string
	last    bool
	parts   []*part
	reaches int         // how many milestones are told
	at      []time.Time // of each
	mishap  func(p *parcel, step int, event Event) []Event
	cancels bool // after what it reaches, it is cancelled
	lateBy  time.Duration
	unheard bool // what was told of it as shipped was never taken: it waits, for all that anyone knows
}

// bill is what must be billed of a part.
type bill struct {
	*part
	quantity  schemas.Quantity
	uom       string
	unitPrice schemas.Price
	priceUnit int64
	amount    schemas.Amount
	forgotten schemas.Quantity // what of it ERP does not invoice
}

// newCourse draws an order of a customer: who, what, how much, at what price.
func (d *Distributor) newCourse(at time.Time, customer *schemas.Customer) *course {
	d.orders++
	c := &course{Distributor: d, customer: customer, on: schemas.DateOf(at), placed: at, warehouse: d.pick(d.warehouses), isAgreed: true, source: "b2b-shop"}
	channel := []string{"web", "web", "web", "field_sales", "phone", "edi", "edi"}[d.random.IntN(7)]
	if channel == "edi" {
		c.source = "edi"
	}
	id := fmt.Sprintf("O-%s%06d", d.name, d.orders)
	c.order = schemas.Order{OrderID: id, CustomerID: customer.CustomerID, Channel: channel, OrderType: "standard", Currency: customer.Currency}
	if d.chance(3) {
		c.order.Currency = choose(d, currencies...).code
	}
	if d.chance(8) {
		c.order.InvoicePolicy = new(choose(d, invoicePolicies...))
	}
	if d.chance(4) {
		c.order.ShipPolicy = new(choose(d, shipPolicies...))
	}
	for range 1 + d.draw(6, func(i int) int { return []int{30, 25, 18, 12, 9, 6}[i] }) {
		c.addLine(d.full.articles[d.random.IntN(len(d.full.articles))])
	}
	parcels := 1
	if len(c.lines) > 1 && d.chance(25) {
		parcels = 2
	}
	for range parcels {
		c.addParcel()
	}
	return c
}

func (c *course) addLine(a *article) {
	l := &line{
		course: c, no: int32(len(c.lines) + 1), article: a, quantity: schemas.Quantity(1+c.random.IntN(24)) * one, uom: c.pick(a.bought),
		substitution: choose(c.Distributor, schemas.SubstitutionAllowed, schemas.SubstitutionAllowed, schemas.SubstitutionAsk, schemas.SubstitutionNever),
	}
	if l.uom == "span" { // a third of a metre: only three of them are a number that can be written
		l.quantity *= 3
	}
	if a.unpriced || c.chance(60) {
		l.agreeOn(0.95)
	} else {
		l.price = a.listPrice(c.customer.CustomerID, c.order.Currency, c.on)
	}
	c.lines = append(c.lines, l)
}

// agreeOn puts a price on the order, in the unit in which the line is ordered.
func (l *line) agreeOn(factor float64) {
	currency := l.course.order.Currency
	units, _ := l.article.perBase[l.uom].Float64()
	l.price = &priced{l.article, priceOf(l.article.price[currency]*units*factor, l.article.kind.priceUnit, currency), l.article.kind.priceUnit, l.uom}
	l.onOrder = l.price
}

// reprice has ERP say another price than what was agreed on.
func (l *line) reprice(factor float64) {
	before := l.onOrder
	l.priceBefore = l.price
	l.agreeOn(factor)
	l.onOrder = before
	for _, carried := range l.parts {
		carried.price = l.price
	}
}

func (c *course) addParcel() *parcel {
	p := &parcel{id: fmt.Sprintf("S-%s-%d", c.order.OrderID[2:], len(c.parcels)+1), reaches: len(milestones)}
	c.parcels = append(c.parcels, p)
	return p
}

func (c *course) invoicePolicy() schemas.InvoicePolicy {
	if c.order.InvoicePolicy != nil {
		return *c.order.InvoicePolicy
	}
	return c.customer.InvoicePolicy
}

// wantsNoBackorder tells that what the warehouse does not ship is not shipped later.
func (c *course) wantsNoBackorder() bool {
	policy := c.customer.ShipPolicy
	if c.order.ShipPolicy != nil {
		policy = *c.order.ShipPolicy
	}
	return policy == schemas.ShipPartialCancelBackorder
}

// open states an open exception about the order, or about a line of it.
func (c *course) open(class string, l *line) {
	x := Exception{Class: class, Orders: c.order.OrderID}
	if l != nil {
		x.LineNo = l.no
	}
	c.full.truth.open(x)
}

// ships has a parcel carry something for the line; it is billed unless what befalls it says otherwise.
func (l *line) ships(p *parcel, a *article, quantity schemas.Quantity, uom string) *part {
	carried := &part{line: l, parcel: p, article: a, quantity: quantity, uom: uom, pays: quantity, price: l.price, weighed: schemas.MilestoneShipped}
	if a.perBase[uom] != nil && l.article.perBase[l.uom] != nil {
		carried.fills = l.article.convert(a.convert(quantity, uom, a.BaseUOM), l.article.BaseUOM, l.uom)
	}
	if a.CatchWeight {
		kilos := a.convert(quantity, uom, a.BaseUOM)
		kilos += kilos * schemas.Quantity(l.course.random.IntN(81)-40) / 1000 // within 4 % of what a wheel should weigh
		carried.weight = &kilos
	}
	switch c := l.course; {
	case c.chance(85):
		carried.signed = &quantity
	case c.chance(50) && plainly(l) && quantity > one:
		carried.signed = new(quantity - one)
	}
	l.parts, p.parts = append(l.parts, carried), append(p.parts, carried)
	return carried
}

// shipsAll has a parcel carry the line as it was ordered.
func (l *line) shipsAll() *part {
	l.done = true
	return l.ships(l.parcel(), l.article, l.quantity, l.uom)
}

func (l *line) parcel() *parcel { return l.course.parcels[int(l.no)%len(l.course.parcels)] }

// endsShort is a line of which nothing more comes, though something is missing.
func (l *line) endsShort() {
	if l.done = l.course.wantsNoBackorder(); !l.done {
		l.course.open("short_shipped", l)
	}
}

// changesAt tells whether the order says something new at a stage.
func (c *course) changesAt(now stage) bool {
	for _, l := range c.lines {
		if l.cancelled == now || l.added == now || l.changed == now {
			return true
		}
	}
	return false
}

// hours is about so long, give or take a half.
func (d *Distributor) hours(n float64) time.Duration {
	return time.Duration(n * (0.5 + d.random.Float64()) * float64(d.hour)).Truncate(time.Microsecond)
}

// play plans all that was decided: the order and its changes, ERP's word, the parcels. It returns when the last parcel left.
func (c *course) play() (left time.Time) {
	c.full.truth.Stories[c.order.OrderID] = c.affair
	accepts := c.order.Channel == "edi" && c.isAgreed
	tell := func(at time.Time, now stage, status schemas.OrderStatus) {
		c.planAt(at, func(at time.Time) []Event { return c.tellOrder(at, now, status) })
		if accepts {
			c.planAt(at.Add(c.hours(0.2)), func(at time.Time) []Event { return c.tellAcceptance(at, schemas.Accepted, false) })
		}
	}
	if !c.untold {
		tell(c.placed, never, schemas.OrderPlaced)
	}
	if c.isLetGo = c.invoicePolicy() == schemas.Manual && !c.untold && c.chance(60); c.isLetGo {
		c.ask(c.placed.Add(60*c.hour), schemas.CommandRelease, "checked by hand")
	}
	at := c.placed.Add(c.hours(0.8))
	if c.changesAt(beforeAllocation) {
		tell(at, beforeAllocation, schemas.OrderChanged)
	}
	at = c.placed.Add(2*c.hour + c.hours(2))
	first := at
	c.parcels = withParts(c.parcels)
	for i, p := range c.parcels {
		p.last = i == len(c.parcels)-1
		p.at = []time.Time{at}
		for step := 1; step < len(milestones); step++ {
			p.at = append(p.at, p.at[step-1].Add(c.hour+c.hours([]float64{1.5, 1.5, 1.5, 20}[step-1])))
		}
		c.playParcel(p)
		if p.at[3].After(left) {
			left = p.at[3]
		}
		at = at.Add(c.hours(5))
	}
	if c.changesAt(whileWorkedOn) {
		tell(first.Add(c.hour/2), whileWorkedOn, schemas.OrderChanged)
	}
	if c.changesAt(afterShipping) {
		tell(left.Add(c.hours(1)), afterShipping, schemas.OrderChanged)
	}
	if left.IsZero() {
		left = first
	}
	return left
}

// ask has a person ask something of the order.
func (c *course) ask(at time.Time, kind schemas.CommandKind, why string) {
	c.made++
	id := fmt.Sprintf("waybill-%s%d", c.name, c.made)
	c.planAt(at, func(at time.Time) []Event {
		command := &schemas.Command{
			Meta:      schemas.Meta{EventID: id, Source: "waybill", OccurredAt: at, RecordedAt: at},
			CommandID: id, Actor: "ines", Kind: kind, Target: c.order.OrderID, Reason: why, Payload: "{}",
		}
		return []Event{eventOf(topics.Commands, c.order.OrderID, at, command)}
	})
}

// lastParcel is the last that carries something.
func (c *course) lastParcel() *parcel {
	carrying := withParts(c.parcels)
	return carrying[len(carrying)-1]
}

func withParts(parcels []*parcel) (carrying []*parcel) {
	for _, p := range parcels {
		if len(p.parts) > 0 {
			carrying = append(carrying, p)
		}
	}
	return carrying
}

func (p *parcel) isReturned() bool {
	return slices.ContainsFunc(p.parts, func(carried *part) bool { return carried.returned > 0 })
}

// playParcel plans a parcel's milestones, and the issue of what leaves with it.
func (c *course) playParcel(p *parcel) {
	for step := range p.reaches {
		c.planAt(p.at[step], func(at time.Time) []Event {
			events := []Event{c.tellParcel(p, milestones[step], at)}
			if p.mishap != nil {
				events = p.mishap(p, step, events[0])
			}
			if milestones[step] == schemas.MilestoneShipped {
				for _, carried := range p.parts {
					events = append(events, c.issue(carried, at)...)
				}
			}
			return events
		})
	}
	if p.isReturned() {
		c.planAt(p.at[p.reaches-1].Add(c.hours(40)), func(at time.Time) []Event {
			return append(c.takeBack(p, at), c.tellParcel(p, schemas.MilestoneReturned, at))
		})
	}
	if p.cancels {
		c.planAt(p.at[p.reaches-1].Add(c.hours(1)), func(at time.Time) []Event { return []Event{c.tellParcel(p, schemas.MilestoneCancelled, at)} })
	}
}
