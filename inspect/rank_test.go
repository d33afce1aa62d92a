package inspect

import (
	"strings"
	"testing"
	"time"

	"waybill/schemas"
)

var now = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

func open(id string, age time.Duration, amount, currency string) schemas.Exception {
	e := schemas.Exception{ExceptionID: id, Status: schemas.ExceptionOpen, OpenedAt: now.Add(-age), DueAt: now}
	if amount != "" {
		e.AmountAtRisk, e.Currency = new(schemas.MustAmount(amount)), new(currency)
	}
	return e
}

// ranked are the ids in their order; what amounts weigh is of these exceptions alone.
func ranked(by By, exceptions ...schemas.Exception) string {
	all := map[string]*schemas.Exception{}
	for _, e := range exceptions {
		all[e.ExceptionID] = &e
	}
	usualOf(all).rank(exceptions, by, now)
	var ids []string
	for _, e := range exceptions {
		ids = append(ids, e.ExceptionID)
	}
	return strings.Join(ids, " ")
}

func TestWhatCostsMostComesFirst(t *testing.T) {
	resolved := open("ex-resolved", 100*time.Hour, "9.00", "EUR")
	resolved.Status, resolved.ResolvedAt = schemas.ExceptionResolved, new(now.Add(-99*time.Hour))
	got := ranked(ByCost,
		open("ex-free-new", time.Hour, "", ""),
		open("ex-small-old", 48*time.Hour, "10.00", "EUR"), // 480
		open("ex-free-old", 2*time.Hour, "", ""),
		open("ex-large-new", time.Hour, "500.00", "EUR"), // 500
		open("ex-credit", time.Hour, "-40.0", "EUR"),     // 40: a credit counts by its size
		resolved, // 9: its age ended with it
	)
	if want := "ex-large-new ex-small-old ex-credit ex-resolved ex-free-old ex-free-new"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestAnAmountWeighsAsManyTimesAsItIsTheUsualOneOfItsCurrency(t *testing.T) {
	got := ranked(ByCost,
		open("ex-yen", time.Hour, "100000", "JPY"), // the usual one
		open("ex-yen-small", time.Hour, "90000", "JPY"),
		open("ex-yen-large", time.Hour, "200000", "JPY"), // 2 times
		open("ex-usual", time.Hour, "1000", "USD"),
		open("ex-three-times", time.Hour, "3000", "USD"),
		open("ex-small", time.Hour, "10", "USD"),
	)
	if want := "ex-three-times ex-yen-large ex-usual ex-yen ex-yen-small ex-small"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestAListIsSortedByWhatIsAskedForAndThenByCost(t *testing.T) {
	a := open("ex-a", time.Hour, "30", "EUR")
	b := open("ex-b", 2*time.Hour, "20", "EUR")
	c := open("ex-c", 3*time.Hour, "9", "EUR")
	a.Owner, b.Owner, c.Owner = "x", "x", "w"
	a.Class, b.Class, c.Class = "unbilled", "disputed", "disputed"
	a.Severity, b.Severity, c.Severity = schemas.SeverityMedium, schemas.SeverityCritical, schemas.SeverityHigh
	a.DueAt, b.DueAt, c.DueAt = now.Add(2), now.Add(3), now.Add(1)
	for by, want := range map[By]string{
		ByCost: "ex-b ex-a ex-c", ByAmount: "ex-a ex-b ex-c", ByAge: "ex-c ex-b ex-a", ByDue: "ex-c ex-a ex-b", BySeverity: "ex-b ex-c ex-a",
		ByOwner: "ex-c ex-b ex-a", ByClass: "ex-b ex-c ex-a",
	} {
		if got := ranked(by, a, b, c); got != want {
			t.Errorf("by %s: got %s, want %s", by, got, want)
		}
	}
}
