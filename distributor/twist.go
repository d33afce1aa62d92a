package distributor

import (
	"math/big"
	"slices"
	"strconv"

	"waybill/schemas"
)

// twist is what can be special about one line of an order: what happens, and what must come of it.
type twist struct {
	name   string
	share  int
	fits   func(*line) bool // nil: any line
	befall func(*line)
}

// The twists of lines, with how many of 1,000 lines fare so.
var twists = []twist{
	{"as ordered", 800, nil, func(l *line) { l.shipsAll() }},
	{"in two parcels", 30, (*line).isDivisible, (*line).split},
	{"in another unit", 30, (*line).hasOtherUnit, (*line).inOtherUnit},
	{"short within tolerance", 15, plainly, (*line).shortWithin},
	{"short beyond tolerance", 15, plainly, (*line).shortBeyond},
	{"over within tolerance", 10, plainly, (*line).overWithin},
	{"over beyond tolerance", 8, plainly, (*line).overBeyond},
	{"substituted", 20, (*line).hasSubstitute, (*line).substitute},
	{"substituted in part", 6, (*line).hasSubstitute, (*line).substituteInPart},
	{"substitute refused", 6, (*line).hasSubstitute, (*line).substituteRefused},
	{"substitute without a price", 10, (*line).hasUnpricedSubstitute, (*line).substituteUnpriced},
	{"in a unit that nobody knows", 4, plainly, (*line).inUnknownUnit},
	{"without its weight", 20, (*line).isWeighed, (*line).unweighed},
	{"weighed late", 60, (*line).isWeighed, func(l *line) { l.shipsAll().weighed = schemas.MilestoneDelivered }},
	{"free of charge", 5, nil, (*line).free},
	{"without any price", 3, nil, (*line).unpriced},
	{"cancelled before allocation", 12, nil, func(l *line) { l.cancelled, l.leftOut = beforeAllocation, l.no > 1 && l.course.chance(30) }},
	{"cancelled while worked on, shipped", 5, nil, (*line).shippedThough},
	{"cancelled after it was shipped", 5, nil, (*line).cancelledBehind},
	{"changed before allocation", 12, plainly, func(l *line) { l.change(beforeAllocation) }},
	{"changed while worked on", 12, plainly, func(l *line) { l.change(whileWorkedOn) }},
	{"returned in part", 15, plainly, (*line).returnedInPart},
	{"returned", 10, nil, (*line).returnedWhole},
	{"over, and the excess returned", 6, plainly, (*line).excessReturned},
	{"more returned than shipped", 3, plainly, (*line).returnedTooMuch},
	{"cancelled while worked on, shipped, returned", 4, plainly, (*line).shippedThoughAndReturned},
	{"added while worked on", 8, (*line).isLast, func(l *line) { l.added = whileWorkedOn; l.shipsAll() }},
}

// befall has one twist that fits happen to the line.
func (l *line) befall() {
	for {
		t := &twists[l.course.draw(len(twists), func(i int) int { return twists[i].share })]
		if t.fits == nil || t.fits(l) {
			if t.befall(l); t.name != twists[0].name {
				l.course.affair += ", line " + strconv.Itoa(int(l.no)) + " " + t.name
			}
			return
		}
	}
}

func (l *line) isWeighed() bool { return l.article.CatchWeight }

// plainly are lines whose quantity may be any number of their unit.
func plainly(l *line) bool { return !l.article.CatchWeight && l.article.kind.name != "rope" }

func (l *line) isDivisible() bool {
	return plainly(l) && len(l.course.parcels) > 1 && l.quantity > one
}

func (l *line) isLast() bool { return l.no > 1 && int(l.no) == len(l.course.lines) }

func (l *line) split() {
	few := (l.quantity / one / 2) * one
	l.ships(l.course.parcels[0], l.article, few, l.uom)
	l.ships(l.course.parcels[1], l.article, l.quantity-few, l.uom)
	l.done = true
}

func (l *line) otherUnits() (units []string) {
	for _, unit := range l.article.kind.units {
		if unit.UOM != l.uom {
			units = append(units, unit.UOM)
		}
	}
	return units
}

func (l *line) hasOtherUnit() bool { return !l.article.CatchWeight && len(l.otherUnits()) > 0 }

// inOtherUnit ships what was ordered by the box in pieces, or the other way round.
func (l *line) inOtherUnit() {
	uom := l.course.pick(l.otherUnits())
	ratio := new(big.Rat).Quo(l.article.perBase[l.uom], l.article.perBase[uom]) // how many of the other unit one of the line's is
	l.quantity = l.quantity * schemas.Quantity(ratio.Denom().Int64())
	l.ships(l.parcel(), l.article, l.article.convert(l.quantity, l.uom, uom), uom)
	l.done = true
}

// tolerance is the customer's, else the article's, else none: in hundredths of a per cent.
func tolerance(customer schemas.Percent, article *schemas.Percent) int64 {
	switch {
	case customer > 0:
		return int64(customer) / 100
	case article != nil:
		return int64(*article) / 100
	}
	return 0
}

func (l *line) under() int64 {
	return tolerance(l.course.customer.UnderTolerancePercent, l.article.UnderTolerancePercent)
}

func (l *line) over() int64 {
	return tolerance(l.course.customer.OverTolerancePercent, l.article.OverTolerancePercent)
}

// shortWithin ships just so much that the line is closed.
func (l *line) shortWithin() {
	l.quantity, l.done = 100*one, true
	l.ships(l.parcel(), l.article, l.quantity-l.quantity*schemas.Quantity(l.under())/10_000, l.uom)
}

func (l *line) shortBeyond() {
	l.quantity = 100 * one
	l.ships(l.parcel(), l.article, l.quantity-l.quantity*schemas.Quantity(l.under())/10_000-one, l.uom)
	l.endsShort()
}

func (l *line) overWithin() {
	l.quantity, l.done = 100*one, true
	l.ships(l.parcel(), l.article, l.quantity+l.quantity*schemas.Quantity(l.over())/10_000, l.uom)
}

// overBeyond: what is too much is not billed.
func (l *line) overBeyond() {
	l.quantity, l.done = 20*one, true
	most := l.quantity + l.quantity*schemas.Quantity(l.over())/10_000
	sent := l.ships(l.parcel(), l.article, most+3*one, l.uom)
	sent.pays, sent.fills = most, most
	l.course.open("over_shipped", l)
}

func (l *line) substituteArticle() *article {
	if len(l.article.Substitutes) == 0 {
		return nil
	}
	return l.course.full.article(l.article.Substitutes[0])
}

func (l *line) hasSubstitute() bool {
	other := l.substituteArticle()
	return plainly(l) && other != nil && !other.unpriced && !l.article.unpriced && l.quantity > one && l.article.kind == other.kind
}

func (l *line) hasUnpricedSubstitute() bool {
	other := l.substituteArticle()
	return plainly(l) && other != nil && other.unpriced && l.course.customer.SubstitutionPrice != schemas.PriceOriginal
}

// priceOfSubstitute is by the customer's rule: the ordered article's, its own, or the lower of the two.
func (l *line) priceOfSubstitute(other *article) *priced {
	listed := other.listPrice(l.course.customer.CustomerID, l.course.order.Currency, l.course.on)
	switch l.course.customer.SubstitutionPrice {
	case schemas.PriceSubstitute:
		return listed
	case schemas.PriceLower:
		if listed.in(l.uom).Cmp(l.price.in(l.uom)) < 0 {
			return listed
		}
	}
	return &priced{other, l.price.price, l.price.per, l.price.uom}
}

func (l *line) substitute() {
	l.substitution, l.done = schemas.SubstitutionAllowed, true
	other := l.substituteArticle()
	l.ships(l.parcel(), other, l.quantity, l.uom).price = l.priceOfSubstitute(other)
}

func (l *line) substituteInPart() {
	l.substitution, l.done = schemas.SubstitutionAllowed, true
	other := l.substituteArticle()
	l.ships(l.parcel(), l.article, one, l.uom)
	l.ships(l.parcel(), other, l.quantity-one, l.uom).price = l.priceOfSubstitute(other)
}

// substituteRefused: what the customer did not allow fills nothing of the line.
func (l *line) substituteRefused() {
	l.substitution = choose(l.course.Distributor, schemas.SubstitutionNever, schemas.SubstitutionAsk)
	sent := l.ships(l.parcel(), l.substituteArticle(), l.quantity, l.uom)
	sent.pays, sent.fills = 0, 0
	l.course.open("substitution_refused", l)
	l.endsShort()
}

func (l *line) substituteUnpriced() {
	l.substitution, l.done, l.hindered = schemas.SubstitutionAllowed, true, true
	l.ships(l.parcel(), l.substituteArticle(), l.quantity, l.uom).pays = 0
	l.course.open("substitution_unpriced", l)
}

func (l *line) inUnknownUnit() {
	l.hindered = true
	l.ships(l.parcel(), l.article, l.quantity, "pallet").pays = 0
	l.course.open("uom_mismatch", l)
	l.done = l.course.wantsNoBackorder()
}

func (l *line) unweighed() {
	l.hindered = true
	sent := l.shipsAll()
	sent.weight, sent.pays = nil, 0
	l.course.open("missing_weight", l)
}

// free is a line whose order says that it costs nothing.
func (l *line) free() {
	l.price = &priced{l.article, 0, 1, l.uom}
	l.onOrder = l.price
	l.shipsAll()
}

func (l *line) unpriced() {
	if !slices.ContainsFunc(l.course.full.articles, func(a *article) bool { return a.unpriced && plainly(&line{article: a}) }) {
		l.shipsAll()
		return
	}
	for l.article = l.course.full.articles[0]; !l.article.unpriced || !plainly(l); {
		l.article = l.course.full.articles[l.course.random.IntN(len(l.course.full.articles))]
	}
	l.uom, l.price, l.onOrder, l.hindered = l.article.BaseUOM, nil, nil, true
	l.shipsAll().pays = 0
	l.course.open("unknown_reference", l)
}

// shippedThough: the warehouse did not hear of the cancellation in time.
func (l *line) shippedThough() {
	l.cancelled = whileWorkedOn
	sent := l.shipsAll()
	sent.pays, sent.fills = 0, 0
	l.course.open("shipped_after_cancel", l)
}

// returnedInPart: what came back is credited, or was never billed.
func (l *line) returnedInPart() {
	sent := l.shipsAll()
	sent.returned = max(sent.quantity/one/3, 1) * one
	sent.pays -= sent.returned
}

func (l *line) returnedWhole() {
	sent := l.shipsAll()
	sent.returned, sent.pays = sent.quantity, 0
}

func (l *line) excessReturned() {
	l.quantity, l.done = 20*one, true
	most := l.quantity + l.quantity*schemas.Quantity(l.over())/10_000
	sent := l.ships(l.parcel(), l.article, most+3*one, l.uom)
	sent.pays, sent.returned = most, 3*one
}

func (l *line) returnedTooMuch() {
	sent := l.shipsAll()
	sent.returned, sent.pays = sent.quantity+one, 0
	l.course.open("over_returned", l)
}

func (l *line) shippedThoughAndReturned() {
	l.cancelled = whileWorkedOn
	sent := l.shipsAll()
	sent.returned, sent.pays, sent.fills = sent.quantity, 0, 0
}

// cancelledBehind: what left before it was cancelled stays billed, and nobody has to see to it.
func (l *line) cancelledBehind() {
	l.cancelled = afterShipping
	l.shipsAll()
}

// change has the customer want more or less.
func (l *line) change(when stage) {
	l.changed, l.quantityBefore = when, l.quantity
	if l.quantity += 3 * one; l.course.chance(50) && l.quantityBefore > one {
		l.quantity = l.quantityBefore - one
	}
	sent := l.shipsAll()
	if when == whileWorkedOn {
		sent.first = l.quantityBefore
	}
}
