package figures

import (
	"cmp"
	"maps"
	"math/big"
	"slices"
	"time"

	"waybill/processors/money"
	"waybill/processors/periods"
	"waybill/schemas"
)

// Reading is a figure as a person reads it: as a whole or for one value of a dimension.
type Reading struct {
	Figure   string        `json:"figure"`
	By       string        `json:"by,omitempty"`
	Of       string        `json:"of,omitempty"`
	Currency string        `json:"currency,omitempty"` // of a figure that is told by currency
	From     *schemas.Date `json:"from,omitempty"`     // days of the window, both ends in it
	To       *schemas.Date `json:"to,omitempty"`
	Unit     string        `json:"unit"`
	Counted  int64         `json:"counted"`
	Met      int64         `json:"met,omitempty"`
	Value    *string       `json:"value,omitempty"` // share or days, a decimal; nil: there is nothing to divide by
	P50      *int64        `json:"p50,omitempty"`   // in the unit
	P95      *int64        `json:"p95,omitempty"`

	Quantity *schemas.Quantity `json:"quantity,omitempty"`
	Amounts  []schemas.Money   `json:"amounts,omitempty"` // by currency
	Ages     []Age             `json:"ages,omitempty"`
	AsOf     time.Time         `json:"as_of"`
}

// Age is what stands of one age.
type Age struct {
	Age     string          `json:"age"` // in days
	Counted int64           `json:"counted"`
	Amounts []schemas.Money `json:"amounts"`
}

// Question says what is asked of a figure.
type Question struct {
	By     string // dimension; empty: the figure as a whole
	Window int    // days; 0: as the figure's definition says
	Most   int    // values of the dimension that are told, those that count most; the others are one, other. 0: all
	// Now is the wall clock. Exceptions open, and grow older, by it; everything else is told as of the latest event.
	Now time.Time
}

// Read answers a question, sorted by value, then currency, then month. A figure as a whole has at least one reading, unless
// it is told by currency.
func (b *Board) Read(d Definition, q Question) []Reading {
	asOf := b.AsOf()
	if d.Name == ExceptionAge {
		asOf = q.Now
	}
	if q.Window == 0 {
		q.Window = d.Window
	}
	base := Reading{Figure: d.Name, By: q.By, Unit: d.Unit, AsOf: asOf}
	today := dayOf(asOf)
	if asOf.IsZero() { // nothing is heard yet
		today = dayOf(q.Now)
	}
	if d.Window > 0 {
		last := today
		if d.Kind == DueShare {
			last = today.AddDays(-1)
		}
		base.From, base.To = new(last.AddDays(1-q.Window)), new(last)
	}
	if q.Most > 0 && q.By != "" {
		b = b.most(d.Name, q)
	}
	values := b.values(d.Name, q.By)
	if len(values) == 0 && q.By == "" {
		values = []string{""}
	}
	readings := []Reading{}
	for _, of := range values {
		base.Of = of
		readings = append(readings, b.readingsOf(d, base, today)...)
	}
	return readings
}

// others stand together for the values of a dimension that are not told each.
const others = "other"

// most is the board of one figure by one dimension, on which the values that count least are one.
func (b *Board) most(figure string, q Question) *Board {
	counted := map[string]int64{}
	for of, days := range b.totals { // order does not matter: sums are exact
		if of.figure == figure && of.by == q.By {
			for _, m := range days { // order does not matter: sums are exact
				counted[of.of] += m.Counted
			}
		}
	}
	told := slices.Sorted(maps.Keys(counted))
	slices.SortStableFunc(told, func(x, y string) int { return cmp.Compare(counted[y], counted[x]) })
	fewer := NewBoard(0)
	fewer.heard = b.heard
	for of, days := range b.totals { // order does not matter: sums are exact
		if of.figure != figure || of.by != q.By {
			continue
		}
		if slices.Index(told, of.of) >= q.Most {
			of.of = others
		}
		for day, m := range days { // order does not matter: sums are exact
			fewer.sum(sumKey{of, day}, m, 1)
		}
	}
	return fewer
}

// values are those of a dimension of which something counts, sorted.
func (b *Board) values(figure, by string) []string {
	values := map[string]bool{}
	for of := range b.totals { // order does not matter: they are sorted below
		if of.figure == figure && of.by == by {
			values[of.of] = true
		}
	}
	return slices.Sorted(maps.Keys(values))
}

// currencies of one value, sorted: a figure without money has the empty one.
func (b *Board) currencies(r Reading) []string {
	var currencies []string
	for of := range b.totals { // order does not matter: they are sorted below
		if of.figure == r.Figure && of.by == r.By && of.of == r.Of {
			currencies = append(currencies, of.currency)
		}
	}
	slices.Sort(currencies)
	return currencies
}

func (b *Board) readingsOf(d Definition, r Reading, today schemas.Date) []Reading {
	switch d.Kind {
	case MonthlyShare:
		var months []Reading
		for of := periods.Of(periods.MonthEnd, r.From.Time()); of.From <= *r.To; of = periods.After(periods.MonthEnd, of.To) {
			month := r
			month.From, month.To = new(max(of.From, *r.From)), new(min(of.To, *r.To))
			if share := b.share(month); share.Counted > 0 {
				months = append(months, share)
			}
		}
		return months
	case Outstanding:
		var readings []Reading
		for _, currency := range b.currencies(r) {
			of := r
			of.Currency = currency
			readings = append(readings, b.outstanding(of))
		}
		return readings
	case Standing:
		return []Reading{b.standing(r, today)}
	case Units:
		sum := b.over(r, "", 0, 0)
		r.Counted, r.Quantity = sum.Counted, new(sum.Quantity)
		return []Reading{r}
	case Durations:
		sum := b.over(r, "", *r.From, *r.To)
		r.Counted, r.Met = sum.Counted, sum.Met
		r.P50, r.P95 = percentiles(sum.Seconds, middleOf)
		return []Reading{r}
	}
	return []Reading{b.share(r)}
}

// over adds up a value's days, both ends in it.
func (b *Board) over(r Reading, currency string, from, to schemas.Date) (sum Measures) {
	for day, m := range b.totals[series{r.Figure, r.By, r.Of, currency}] { // order does not matter: sums are exact
		if day >= from && day <= to {
			sum = sum.plus(m, 1)
		}
	}
	return sum
}

func (b *Board) share(r Reading) Reading {
	sum := b.over(r, "", *r.From, *r.To)
	r.Counted, r.Met = sum.Counted, sum.Met
	if sum.Counted > 0 {
		r.Value = new(ratio(sum.Met, sum.Counted, 4))
	}
	return r
}

// outstanding is how many days of billing are open: what is open, over what was billed in the window, times its days.
func (b *Board) outstanding(r Reading) Reading {
	open, billed := b.over(r, r.Currency, 0, 0), b.over(r, r.Currency, *r.From, *r.To)
	r.Counted, r.Met = billed.Counted, open.Counted
	r.Amounts = []schemas.Money{{Currency: r.Currency, Amount: open.Amount}}
	if billed.Amount > 0 {
		days := new(big.Rat).Mul(big.NewRat(int64(open.Amount), int64(billed.Amount)), big.NewRat(int64(*r.To-*r.From)+1, 1))
		r.Value = new(days.FloatString(1))
	}
	return r
}

// ages are what standing figures are parted by: from so many days on.
var ages = []struct {
	name string
	from schemas.Date
}{{"0-1", 0}, {"2-7", 2}, {"8-30", 8}, {"31-90", 31}, {"over 90", 91}}

// Ages names the ages by which standing figures are parted, in days.
func Ages() []string {
	var names []string
	for _, age := range ages {
		names = append(names, age.name)
	}
	return names
}

func (b *Board) standing(r Reading, today schemas.Date) Reading {
	for _, age := range ages {
		r.Ages = append(r.Ages, Age{Age: age.name, Amounts: []schemas.Money{}})
	}
	var days Measures
	for _, currency := range b.currencies(r) {
		for day, m := range b.totals[series{r.Figure, r.By, r.Of, currency}] { // order does not matter: sums are exact
			old := max(0, today-day)
			at := len(ages) - 1
			for ; ages[at].from > old; at-- {
			}
			r.Counted += m.Counted
			r.Ages[at].Counted += m.Counted
			if currency != "" {
				r.Amounts = money.Plus(r.Amounts, currency, m.Amount)
				r.Ages[at].Amounts = money.Plus(r.Ages[at].Amounts, currency, m.Amount)
			}
			days = days.plus(Measures{Seconds: []schemas.Bucket{{Index: int32(old), Count: m.Counted}}}, 1)
		}
	}
	r.P50, r.P95 = percentiles(days.Seconds, func(day int32) int64 { return int64(day) })
	return r
}

// percentiles are the median and the 95th percentile of what was counted in buckets; nil when nothing was.
func percentiles(buckets []schemas.Bucket, valueOf func(int32) int64) (p50, p95 *int64) {
	median, ok := rank(buckets, 50)
	if !ok {
		return nil, nil
	}
	high, _ := rank(buckets, 95)
	return new(valueOf(median)), new(valueOf(high))
}

// ratio is a ÷ b with so many digits after the point, rounded half away from zero. b is not zero.
func ratio(a, b int64, digits int) string { return big.NewRat(a, b).FloatString(digits) }
