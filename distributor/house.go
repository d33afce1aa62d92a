package distributor

import (
	"fmt"
	"math/big"
	"slices"
	"time"

	"waybill/schemas"
	"waybill/topics"
)

// house is what a distributor of the full mix has beside its customers: articles with units and prices, stock, its books,
// and the truth of all that it tells.
type house struct {
	articles           []*article
	prices             []schemas.ItemPrice
	positions          map[string]*position  // by item@warehouse
	together           map[string][]*invoice // of a customer in a currency, to be paid together
	statements         map[statement][]*bill // that ERP will bill when their period is over
	invoiced           []*course             // orders that ERP has invoiced, or has forgotten to
	invoices, payments int
	debts              map[debtor]*debts
	newCustomers       []schemas.Customer // that master data is told of after their first order
	truth              *Truth
}

// article is an item with what the stories need to know of it.
type article struct {
	schemas.Item
	kind     *kind
	bought   []string                       // units in which customers order it
	perBase  map[string]*big.Rat            // how many of the base unit one of a unit is
	price    map[string]float64             // about, by currency: of one base unit
	listed   map[string][]schemas.ItemPrice // by currency: list prices, and agreements
	unpriced bool
}

// kind is a kind of article.
type kind struct {
	name        string
	share       int
	base        string
	units       []schemas.ItemUOM
	bought      []string
	low, high   float64 // price of a base unit in USD
	priceUnit   int64   // of its list price
	catchWeight bool
}

// kinds are tools by the piece, fasteners that are priced by the hundred, cable by the metre, rope in thirds of a metre that
// no decimal can say, and cheese for the canteen, which is billed by what it weighs.
var kinds = []kind{
	{"tool", 55, "each", uoms("each", 1, 1, "box", 12, 1, "carton", 144, 1), []string{"each", "each", "each", "box"}, 4, 180, 1, false},
	{"fastener", 25, "each", uoms("each", 1, 1, "box", 100, 1), []string{"each", "box"}, 0.02, 0.9, 100, false},
	{"cable", 10, "metre", uoms("metre", 1, 1, "roll", 50, 1), []string{"metre", "roll"}, 0.4, 6, 1, false},
	{"rope", 4, "metre", uoms("metre", 1, 1, "span", 1, 3), []string{"metre", "span"}, 0.5, 3, 10, false},
	{"cheese", 6, "kg", uoms("kg", 1, 1, "wheel", 5, 2), []string{"wheel"}, 6, 24, 1, true},
}

func uoms(parts ...any) (units []schemas.ItemUOM) {
	for i := 0; i < len(parts); i += 3 {
		units = append(units, schemas.ItemUOM{UOM: parts[i].(string), Numerator: int64(parts[i+1].(int)), Denominator: int64(parts[i+2].(int))})
	}
	return units
}

// currencies are what customers pay in, with their share and what a dollar is in them.
var currencies = []struct {
	code   string
	share  int
	dollar float64
}{{"USD", 60, 1}, {"EUR", 20, 0.9}, {"JPY", 10, 150}, {"KWD", 10, 0.31}}

// Truth is what must come out in the end of all that was told in the full mix, once Until has told all of it.
func (d *Distributor) Truth() *Truth {
	d.full.stockTruth(d.full.truth)
	d.creditTruth(d.full.truth)
	for _, c := range d.full.invoiced {
		if n := c.leftUnbilled(); n > 0 {
			d.full.truth.Open[Exception{Class: "unbilled", Orders: c.order.OrderID}] = n
		}
	}
	return d.full.truth
}

// draw picks a number below the sum of the shares, and returns where it lies.
func (d *Distributor) draw(n int, share func(int) int) int {
	total := 0
	for i := range n {
		total += share(i)
	}
	at := d.random.IntN(total)
	for i := range n {
		if at -= share(i); at < 0 {
			return i
		}
	}
	panic("unreachable")
}

func choose[V any](d *Distributor, list ...V) V { return list[d.random.IntN(len(list))] }

// openHouse draws customers, articles and prices.
func (d *Distributor) openHouse(customers, articles int) {
	d.full = &house{positions: map[string]*position{}, together: map[string][]*invoice{}, statements: map[statement][]*bill{}, debts: map[debtor]*debts{}, truth: newTruth()}
	for i := range customers {
		d.customers = append(d.customers, d.newCustomer(i))
	}
	for i := range articles {
		d.full.articles = append(d.full.articles, d.newArticle(i))
	}
	for i, a := range d.full.articles { // the next one of the kind stands in for it
		for _, other := range d.full.articles[i+1:] {
			if other.kind == a.kind && !a.CatchWeight {
				a.Substitutes = append(a.Substitutes, other.ItemID)
				break
			}
		}
	}
	for _, a := range d.full.articles {
		d.priceArticle(a)
	}
}

// Shares in all lists: what comes more often is listed more often.
var (
	invoicePolicies = []schemas.InvoicePolicy{
		schemas.OnShipment, schemas.OnShipment, schemas.OnShipment, schemas.OnShipment, schemas.PerDelivery, schemas.PerDelivery,
		schemas.OrderComplete, schemas.OrderComplete, schemas.ProofOfDelivery, schemas.Manual, schemas.Consolidated, schemas.Consolidated,
	}
	shipPolicies       = []schemas.ShipPolicy{schemas.ShipPartial, schemas.ShipPartial, schemas.ShipPartial, schemas.ShipPartialCancelBackorder}
	substitutionPrices = []schemas.SubstitutionPrice{schemas.PriceOriginal, schemas.PriceSubstitute, schemas.PriceLower}
	overTolerances     = []string{"0", "0", "5", "10"}
	underTolerances    = []string{"0", "0", "5", "20"}
	terms              = []schemas.PaymentTerms{
		{NetDays: 30, DiscountDays: 10, DiscountPercent: schemas.MustPercent("2")}, {NetDays: 30}, {NetDays: 14}, {NetDays: 60, DiscountDays: 14, DiscountPercent: schemas.MustPercent("3")},
	}
)

func (d *Distributor) newCustomer(i int) schemas.Customer {
	customer := schemas.Customer{
		CustomerID: fmt.Sprintf("C-%s%03d", d.name, i+1), Name: d.pick(firms) + " " + d.pick(trades), Segment: d.pick(segments),
		Currency: currencies[d.draw(len(currencies), func(i int) int { return currencies[i].share })].code, PaymentTerms: choose(d, terms...),
		InvoicePolicy: invoicePolicies[i%len(invoicePolicies)], ShipPolicy: choose(d, shipPolicies...),
		OverTolerancePercent: schemas.MustPercent(choose(d, overTolerances...)), UnderTolerancePercent: schemas.MustPercent(choose(d, underTolerances...)),
		SubstitutionPrice: choose(d, substitutionPrices...),
	}
	if schedule := choose(d, schedules...); schedule != "" {
		customer.Schedule = &schedule
	}
	customer.CreditLimit = d.firstLimit(customer.Currency)
	return customer
}

func (d *Distributor) newArticle(i int) *article {
	k := &kinds[d.draw(len(kinds), func(i int) int { return kinds[i].share })]
	if i < len(kinds) { // one of each at least
		k = &kinds[i]
	}
	a := &article{kind: k, bought: k.bought, perBase: map[string]*big.Rat{}, price: map[string]float64{}, listed: map[string][]schemas.ItemPrice{}}
	a.Item = schemas.Item{
		ItemID: fmt.Sprintf("T-%s%04d", d.name, i+1), Description: d.pick(qualities) + " " + k.name, BaseUOM: k.base, UOMs: k.units,
		CatchWeight: k.catchWeight, Substitutes: []string{},
	}
	if d.chance(15) {
		a.OverTolerancePercent, a.UnderTolerancePercent = new(schemas.MustPercent("10")), new(schemas.MustPercent("10"))
	}
	for _, unit := range k.units {
		a.perBase[unit.UOM] = big.NewRat(unit.Numerator, unit.Denominator)
	}
	a.unpriced = i >= len(kinds) && d.chance(4)
	dollars := k.low + (k.high-k.low)*d.random.Float64()
	for _, currency := range currencies {
		a.price[currency.code] = dollars * currency.dollar
	}
	return a
}

// priceOf is about so much for so many, as it is written in a currency.
func priceOf(about float64, priceUnit int64, currency string) schemas.Price {
	digits := minorUnits[currency]
	if about*float64(priceUnit) < 1 && digits > 0 {
		digits = 4
	}
	price := schemas.MustPrice(fmt.Sprintf("%.*f", digits, about*float64(priceUnit)))
	if price == 0 {
		price = schemas.MustPrice("1")
	}
	return price
}

// priceArticle gives an article a list price in every currency, sometimes a newer one from a day within the season on, and
// sometimes a customer's agreement for a while.
func (d *Distributor) priceArticle(a *article) {
	if a.unpriced {
		return
	}
	for _, currency := range currencies {
		add := func(name string, factor float64, change func(*schemas.ItemPrice)) {
			price := schemas.ItemPrice{
				PriceID: name + "-" + a.ItemID + "-" + currency.code, ItemID: a.ItemID, Currency: currency.code, ValidFrom: schemas.MustDate("2020-01-01"),
				UOM: a.BaseUOM, UnitPrice: priceOf(a.price[currency.code]*factor, a.kind.priceUnit, currency.code), PriceUnit: a.kind.priceUnit,
			}
			change(&price)
			a.listed[currency.code] = append(a.listed[currency.code], price)
			d.full.prices = append(d.full.prices, price)
		}
		add("L", 1, func(*schemas.ItemPrice) {})
		if d.chance(20) {
			add("N", 1.07, func(p *schemas.ItemPrice) { p.ValidFrom = schemas.DateOf(opening.AddDate(0, 0, 5+d.random.IntN(20))) })
		}
		if d.chance(25) {
			customer := d.customers[d.random.IntN(len(d.customers))].CustomerID
			add("A", 0.88, func(p *schemas.ItemPrice) {
				p.CustomerID, p.ValidFrom, p.ValidTo = &customer, schemas.DateOf(opening), new(schemas.DateOf(opening.AddDate(0, 0, 10+d.random.IntN(30))))
			})
		}
	}
}

// listPrice is what an article costs a customer on a day: what was agreed goes before the list, the newer list before the
// older. Nil where it has no price.
func (a *article) listPrice(customer, currency string, on schemas.Date) *priced {
	var best *schemas.ItemPrice
	for i := range a.listed[currency] { // list, newer list, agreement
		p := &a.listed[currency][i]
		if p.ValidFrom > on || p.ValidTo != nil && *p.ValidTo < on || p.CustomerID != nil && *p.CustomerID != customer {
			continue
		}
		best = p
	}
	if best == nil {
		return nil
	}
	return &priced{a, best.UnitPrice, best.PriceUnit, best.UOM}
}

// priced is a price of an article: so much for so many of a unit.
type priced struct {
	article *article
	price   schemas.Price
	per     int64
	uom     string
}

// in is the price of one of another unit.
func (p *priced) in(uom string) *big.Rat {
	each := new(big.Rat).Quo(ratOf(int64(p.price)), new(big.Rat).SetInt64(p.per))
	each.Mul(each, p.article.perBase[uom])
	return each.Quo(each, p.article.perBase[p.uom])
}

// forOne says the price in another unit: so much for so many of it.
func (p *priced) forOne(uom string) (schemas.Price, int64) {
	ratio := new(big.Rat).Quo(p.article.perBase[uom], p.article.perBase[p.uom])
	return schemas.Price(int64(p.price) * ratio.Num().Int64()), p.per * ratio.Denom().Int64()
}

// ratOf is a number of millionths.
func ratOf(millionths int64) *big.Rat { return big.NewRat(millionths, 1_000_000) }

// convert is a quantity in another unit of the article: the stories deal in such as convert exactly.
func (a *article) convert(quantity schemas.Quantity, from, to string) schemas.Quantity {
	converted := new(big.Rat).SetInt64(int64(quantity))
	converted.Mul(converted, a.perBase[from]).Quo(converted, a.perBase[to])
	if !converted.IsInt() {
		panic(fmt.Sprintf("%s %s of %s are no exact number of %s", quantity, from, a.ItemID, to))
	}
	return schemas.Quantity(converted.Num().Int64())
}

func (h *house) article(id string) *article {
	at := slices.IndexFunc(h.articles, func(a *article) bool { return a.ItemID == id })
	return h.articles[at]
}

// fullMasterData returns the master data as ERP sends it, and the first receipts of stock.
func (d *Distributor) fullMasterData(at time.Time) []Event {
	var events []Event
	for _, customer := range d.customers {
		events = append(events, d.tellCustomer(customer, at))
	}
	for _, a := range d.full.articles {
		events = append(events, d.tellArticle(a.Item, at))
	}
	for _, price := range d.full.prices {
		price.Meta = d.positioned("erp", at)
		events = append(events, eventOf(topics.MasterPrices, price.PriceID, at, &price))
	}
	for _, id := range d.warehouses {
		events = append(events, d.tellWarehouse(id, at))
	}
	for _, warehouse := range d.warehouses {
		for _, a := range d.full.articles {
			events = append(events, d.openPosition(a, warehouse, at)...)
		}
	}
	return events
}

func (d *Distributor) tellCustomer(customer schemas.Customer, at time.Time) Event {
	customer.Meta = d.positioned("erp", at)
	return eventOf(topics.MasterCustomers, customer.CustomerID, at, &customer)
}

func (d *Distributor) tellArticle(item schemas.Item, at time.Time) Event {
	item.Meta = d.positioned("erp", at)
	return eventOf(topics.MasterItems, item.ItemID, at, &item)
}

func (d *Distributor) tellWarehouse(id string, at time.Time) Event {
	return eventOf(topics.MasterWarehouses, id, at, &schemas.Warehouse{
		Meta: d.positioned("erp", at), WarehouseID: id, Name: "Warehouse " + id, Region: "US", TimeZone: "America/New_York", Owner: "warehouse " + id,
	})
}
