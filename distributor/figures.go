package distributor

import (
	"strings"

	"waybill/schemas"
)

// FigureOf names a sum that users steer by: a figure as a whole or of one value of a dimension, in a currency where it is
// money, over all days.
type FigureOf struct {
	Figure, Dimension, Value, Currency string
	Standing                           bool // of dso: what is open, and not what was billed
}

// Figure is what it comes to.
type Figure struct {
	Counted, Met int64
	Amount       schemas.Amount
	Quantity     schemas.Quantity
}

// Figures are those that follow from the rest of the truth: exceptions that stand by class, positions that are oversold by
// warehouse, what customers were billed and owe by currency, and how many invoices they disputed.
func (t *Truth) Figures() map[FigureOf]Figure {
	sums := map[FigureOf]Figure{}
	add := func(at FigureOf, f Figure) {
		sum := sums[at]
		sums[at] = Figure{sum.Counted + f.Counted, sum.Met + f.Met, sum.Amount + f.Amount, sum.Quantity + f.Quantity}
	}
	for x, n := range t.Open {
		add(FigureOf{Figure: "exception_age"}, Figure{Counted: int64(n)})
		add(FigureOf{Figure: "exception_age", Dimension: "cause", Value: x.Class}, Figure{Counted: int64(n)})
		if _, warehouse, _ := strings.Cut(x.Item, "@"); x.Class == "oversold" {
			short := Figure{Counted: 1, Quantity: -t.Available[x.Item].ToPromise}
			add(FigureOf{Figure: "oversold_units"}, short)
			add(FigureOf{Figure: "oversold_units", Dimension: "warehouse", Value: warehouse}, short)
		}
	}
	for id, r := range t.Receivables {
		if r.State == schemas.ReceivableCancelled {
			continue
		}
		add(FigureOf{Figure: "dso", Currency: r.Currency}, Figure{Counted: 1, Amount: r.Billed})
		if r.Open != 0 {
			add(FigureOf{Figure: "dso", Currency: r.Currency, Standing: true}, Figure{Counted: 1, Amount: r.Open})
		}
		if r.Billed > 0 {
			f := Figure{Counted: 1}
			if t.WasDisputed[id] {
				f.Met = 1
			}
			add(FigureOf{Figure: "dispute_rate"}, f)
		}
	}
	return sums
}
