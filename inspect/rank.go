package inspect

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"waybill/schemas"
)

// By says what puts an exception first. Where it leaves two alike, cost tells.
type By string

// The orders of a list.
const (
	ByCost     By = "cost"     // amount at risk × age, then age
	ByAmount   By = "amount"   // amount at risk
	ByAge      By = "age"      // the oldest
	ByDue      By = "due"      // what is due first
	BySeverity By = "severity" // critical
	ByOwner    By = "owner"    // by name
	ByClass    By = "class"    // by name
)

// Orders lists them.
func Orders() []By { return []By{ByCost, ByAmount, ByAge, ByDue, BySeverity, ByOwner, ByClass} }

// usual is the median of what is at risk in a currency. Nothing here knows rates of exchange: an amount weighs as many times
// as it is the usual one of its currency, so that a hundred thousand yen do not go before ten thousand dollars. Within one
// currency that is the order of the amounts.
type usual map[string]float64

// usualOf takes the medians over exceptions that are not resolved.
func usualOf(exceptions map[string]*schemas.Exception) usual {
	amounts := map[string][]schemas.Amount{}
	for _, e := range exceptions {
		if e.AmountAtRisk != nil && *e.AmountAtRisk != 0 && e.Status != schemas.ExceptionResolved {
			amounts[currencyOf(e)] = append(amounts[currencyOf(e)], size(*e.AmountAtRisk))
		}
	}
	medians := usual{}
	for currency, of := range amounts {
		slices.Sort(of)
		medians[currency] = float64(of[len(of)/2])
	}
	return medians
}

func currencyOf(e *schemas.Exception) string {
	if e.Currency == nil {
		return ""
	}
	return *e.Currency
}

// weight is what is at risk, in usual amounts of its currency. A credit counts by its size.
func (u usual) weight(e *schemas.Exception) float64 {
	if e.AmountAtRisk == nil {
		return 0
	}
	median, known := u[currencyOf(e)]
	if !known { // all of it is resolved
		return 0
	}
	return float64(size(*e.AmountAtRisk)) / median
}

// rank sorts exceptions, what is most pressing first.
func (u usual) rank(exceptions []schemas.Exception, by By, now time.Time) {
	slices.SortFunc(exceptions, func(a, b schemas.Exception) int {
		return cmp.Or(u.first(by, &a, &b, now), u.first(ByCost, &a, &b, now), strings.Compare(a.ExceptionID, b.ExceptionID))
	})
}

func (u usual) first(by By, a, b *schemas.Exception, now time.Time) int {
	switch by {
	case ByAmount:
		return cmp.Compare(u.weight(b), u.weight(a))
	case ByAge:
		return cmp.Compare(Age(b, now), Age(a, now))
	case ByDue:
		return a.DueAt.Compare(b.DueAt)
	case BySeverity:
		return cmp.Compare(pressing(b.Severity), pressing(a.Severity))
	case ByOwner:
		return strings.Compare(a.Owner, b.Owner)
	case ByClass:
		return strings.Compare(a.Class, b.Class)
	}
	return cmp.Or(cmp.Compare(u.weight(b)*Age(b, now).Hours(), u.weight(a)*Age(a, now).Hours()), cmp.Compare(Age(b, now), Age(a, now)))
}

// pressing orders severities. One that this release does not know is to be looked at.
func pressing(severity schemas.Severity) int {
	switch severity {
	case schemas.SeverityLow:
		return 1
	case schemas.SeverityMedium:
		return 2
	case schemas.SeverityHigh:
		return 3
	case schemas.SeverityCritical:
		return 4
	}
	return 5
}
