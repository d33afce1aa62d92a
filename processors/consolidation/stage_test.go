package consolidation

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"waybill/schemas"
	"waybill/stream/sim"
	"waybill/topics"
)

var monday = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// record is one of a customer's, ready on a day of March 2026 at eight, for its period by the schedule.
func record(id, customerID, schedule string, day int, amount string) *schemas.InvoiceReady {
	at := monday.AddDate(0, 0, day-2)
	period := schemas.DateOf(at)
	if schedule == "month_end" {
		period = schemas.MustDate("2026-03-01")
	}
	r := &schemas.InvoiceReady{
		InvoiceReadyID: id, Revision: 1, Kind: schemas.BillInvoice, OrderID: "O-" + id, CustomerID: customerID, Trigger: schemas.Consolidated, Currency: "USD",
		Lines: []schemas.InvoiceReadyLine{}, Total: schemas.MustAmount(amount), Evidence: []schemas.Evidence{}, ReadyAt: at,
		Consolidated: &schemas.Consolidation{Schedule: schedule, PeriodFrom: period},
	}
	if strings.HasPrefix(amount, "-") {
		r.Kind, r.Corrects, r.OrderID = schemas.BillCreditAndClose, new(strings.TrimPrefix(id, "c")), "O-"+strings.TrimPrefix(id, "c")
	}
	return r
}

type scene struct {
	*sim.World
	t *testing.T
}

func newScene(t *testing.T, options sim.Options) *scene {
	if options.Start.IsZero() { // what is told happened before, and nobody waits: the events' time alone closes
		options.Start = monday.AddDate(0, 1, 0)
	}
	if options.Partitions == 0 {
		options.Partitions = 1
	}
	return &scene{sim.New(t, options, Stage(DefaultPolicy())), t}
}

func (sc *scene) play(records ...*schemas.InvoiceReady) {
	sc.t.Helper()
	for _, r := range records {
		sim.Send(sc.World, topics.Consolidation, r.CustomerID, r)
		sc.Run()
	}
}

// sent lists what went on: record, period, records and total of its invoice.
func (sc *scene) sent() string {
	sc.t.Helper()
	var lines []string
	for _, sent := range sim.Read(sc.World, topics.InvoiceReady) {
		r := sent.Value
		if sent.Key != r.OrderID {
			sc.t.Errorf("%s is under %s", r.InvoiceReadyID, sent.Key)
		}
		of := r.Consolidated
		lines = append(lines, fmt.Sprintf("%s %s: %s..%s %d records %s", r.InvoiceReadyID, r.CustomerID, of.PeriodFrom, of.PeriodTo, of.Records, of.Total))
	}
	return strings.Join(lines, "\n")
}

func (sc *scene) expect(what string, want ...string) {
	sc.t.Helper()
	if got := sc.sent(); got != strings.Join(want, "\n") {
		sc.t.Errorf("%s:\n%s\nwant:\n%s", what, got, strings.Join(want, "\n"))
	}
}

func TestAPeriodIsClosedWhenEventsHavePassedItsEndByTheGraceTime(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(record("1", "K1", "daily", 2, "10"), record("2", "K1", "daily", 2, "5"), record("3", "K2", "daily", 2, "7"), record("4", "K1", "daily", 3, "1"))
	third := []string{"1 K1: 2026-03-02..2026-03-02 2 records 15.00", "2 K1: 2026-03-02..2026-03-02 2 records 15.00", "3 K2: 2026-03-02..2026-03-02 1 records 7.00"}
	sc.expect("at eight of the third, two hours after the grace time", third...)
	first := sim.Read(sc.World, topics.InvoiceReady)
	if first[0].Value.Consolidated.InvoiceID != first[1].Value.Consolidated.InvoiceID || first[0].Value.Consolidated.InvoiceID == first[2].Value.Consolidated.InvoiceID {
		t.Error("an invoice has one id, and another invoice another")
	}
	if r := first[0].Value; !r.ReadyAt.Equal(time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC)) || r.Kind != schemas.BillInvoice || r.Total != schemas.MustAmount("10") {
		t.Errorf("got %+v", r)
	}
}

func TestWhatComesLateGoesIntoTheNextPeriodThatIsOpen(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(record("1", "K1", "daily", 2, "10"), record("2", "K1", "daily", 4, "5"))
	sc.play(record("3", "K1", "daily", 2, "3"), record("4", "K1", "daily", 3, "2")) // both are over by now
	sc.play(record("5", "K1", "daily", 5, "1"))
	sc.expect("all but the last", "1 K1: 2026-03-02..2026-03-02 1 records 10.00",
		"2 K1: 2026-03-04..2026-03-04 3 records 10.00", "3 K1: 2026-03-04..2026-03-04 3 records 10.00", "4 K1: 2026-03-04..2026-03-04 3 records 10.00")
}

func TestWithinTheGraceTimeAPeriodTakesWhatBelongsToIt(t *testing.T) {
	sc := newScene(t, sim.Options{})
	early := record("2", "K1", "daily", 3, "5")
	early.ReadyAt = time.Date(2026, 3, 3, 5, 59, 0, 0, time.UTC)
	sc.play(record("1", "K1", "daily", 2, "10"), early, record("3", "K1", "daily", 2, "3"), record("4", "K1", "daily", 3, "1"))
	sc.expect("the second", "1 K1: 2026-03-02..2026-03-02 2 records 13.00", "3 K1: 2026-03-02..2026-03-02 2 records 13.00")
}

func TestACreditThatMeetsItsBillInTheOpenPeriodGoesOutWithIt(t *testing.T) {
	sc := newScene(t, sim.Options{Start: monday})
	sc.play(record("1", "K1", "month_end", 2, "10"), record("c1", "K1", "month_end", 20, "-4"))
	sc.Advance(31 * 24 * time.Hour)
	sc.expect("in April", "1 K1: 2026-03-01..2026-03-31 2 records 6.00", "c1 K1: 2026-03-01..2026-03-31 2 records 6.00")
	sc.play(record("c1", "K1", "month_end", 25, "-6"))
	sc.Advance(31 * 24 * time.Hour)
	if got := sc.sent(); !strings.HasSuffix(got, "c1 K1: 2026-04-01..2026-04-30 1 records -6.00") {
		t.Errorf("a credit of what was billed is on the next: %s", got)
	}
}

func TestCurrenciesAreInvoicedApart(t *testing.T) {
	sc := newScene(t, sim.Options{})
	euro := record("2", "K1", "daily", 2, "5")
	euro.Currency = "EUR"
	sc.play(record("1", "K1", "daily", 2, "10"), euro, record("3", "K1", "daily", 3, "1"))
	sc.expect("of the second", "2 K1: 2026-03-02..2026-03-02 1 records 5.00", "1 K1: 2026-03-02..2026-03-02 1 records 10.00")
}

func TestWithoutTrafficTheWallClockClosesAPeriod(t *testing.T) {
	sc := newScene(t, sim.Options{Start: monday})
	sc.play(record("1", "K1", "daily", 2, "10"))
	sc.Advance(21 * time.Hour)
	sc.expect("at five of the third", "")
	sc.Advance(time.Hour)
	sc.expect("at six", "1 K1: 2026-03-02..2026-03-02 1 records 10.00")
	sc.play(record("2", "K1", "daily", 2, "3"))
	sc.Advance(30 * time.Hour)
	sc.expect("what came late", "1 K1: 2026-03-02..2026-03-02 1 records 10.00", "2 K1: 2026-03-03..2026-03-03 1 records 3.00")
}

func TestTheWallClockClosesNothingWhileEventsOfThePastStillCome(t *testing.T) {
	sc := newScene(t, sim.Options{Start: monday.AddDate(1, 0, 0)})
	sc.play(record("1", "K1", "daily", 2, "10"))
	sc.Advance(40 * time.Minute)
	sc.play(record("2", "K1", "daily", 2, "3"))
	sc.Advance(40 * time.Minute)
	sc.expect("an hour after the first", "")
	sc.Advance(40 * time.Minute)
	sc.expect("an hour after the last", "1 K1: 2026-03-02..2026-03-02 2 records 13.00", "2 K1: 2026-03-02..2026-03-02 2 records 13.00")
}

func TestWhateverComesWhenEverythingIsSentOnOnceAndBillsBeforeTheirCredits(t *testing.T) {
	for seed := range uint64(40) {
		random := rand.New(rand.NewPCG(seed, 3))
		sc := newScene(t, sim.Options{Seed: seed, Start: monday, Partitions: 1 + random.Int32N(3)})
		var want []string
		var queues [][]any
		for n := range 30 {
			id := fmt.Sprint(n)
			customerID, schedule, day := fmt.Sprintf("K%d", n%3), []string{"daily", "month_end"}[n%2], 2+random.IntN(20)
			queue := []any{record(id, customerID, schedule, day, "10")}
			want = append(want, id)
			if n%4 == 0 {
				queue = append(queue, record("c"+id, customerID, schedule, day, "-4"))
				want = append(want, "c"+id)
			}
			queues = append(queues, queue)
		}
		for event := range sim.Interleave(random, queues) {
			r := event.(*schemas.InvoiceReady)
			sim.Send(sc.World, topics.Consolidation, r.CustomerID, r)
			switch n := random.IntN(20); {
			case n < 5:
				sc.Run()
			case n < 8:
				sc.Advance(time.Duration(random.IntN(40)) * time.Hour)
			case n == 8:
				sc.Crash()
			}
		}
		sc.Run()
		sc.Advance(100 * 24 * time.Hour)
		var got []string
		for _, sent := range sim.Read(sc.World, topics.InvoiceReady) {
			r := sent.Value
			if r.Corrects != nil && !slices.Contains(got, *r.Corrects) {
				t.Errorf("seed %d: %s comes before what it corrects", seed, r.InvoiceReadyID)
			}
			if got = append(got, r.InvoiceReadyID); r.Consolidated.InvoiceID == "" || r.Consolidated.Records == 0 {
				t.Errorf("seed %d: %+v", seed, r.Consolidated)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("seed %d: got %v, want %v", seed, got, want)
		}
	}
}
