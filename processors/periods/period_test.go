package periods

import (
	"testing"
	"time"

	"waybill/schemas"
)

func TestThePeriodOfAnInstant(t *testing.T) {
	for _, test := range []struct{ schedule, at, from, to, next string }{
		{Daily, "2026-03-02T23:59:59Z", "2026-03-02", "2026-03-02", "daily/2026-03-03"},
		{Daily, "2026-03-02T23:30:00-05:00", "2026-03-03", "2026-03-03", "daily/2026-03-04"},
		{Weekly, "2026-03-02T00:00:00Z", "2026-03-02", "2026-03-08", "weekly/2026-03-09"},
		{Weekly, "2026-03-08T23:00:00Z", "2026-03-02", "2026-03-08", "weekly/2026-03-09"},
		{Weekly, "2026-01-01T00:00:00Z", "2025-12-29", "2026-01-04", "weekly/2026-01-05"},
		{MonthEnd, "2026-02-28T12:00:00Z", "2026-02-01", "2026-02-28", "month_end/2026-03-01"},
		{MonthEnd, "2024-02-29T12:00:00Z", "2024-02-01", "2024-02-29", "month_end/2024-03-01"},
		{MonthEnd, "2026-12-31T23:59:59Z", "2026-12-01", "2026-12-31", "month_end/2027-01-01"},
		{"", "2026-03-31T00:00:00Z", "2026-03-01", "2026-03-31", "month_end/2026-04-01"},
		{"fortnightly", "2026-03-01T00:00:00Z", "2026-03-01", "2026-03-31", "month_end/2026-04-01"},
	} {
		at, err := time.Parse(time.RFC3339, test.at)
		if err != nil {
			t.Fatal(err)
		}
		p := Of(test.schedule, at)
		if p.From.String() != test.from || p.To.String() != test.to || at.Before(p.From.Time()) || !at.Before(p.End()) {
			t.Errorf("%s %s: got %s to %s", test.schedule, test.at, p.From, p.To)
		}
		if next := After(test.schedule, p.To); next.Name() != test.next || !next.From.Time().Equal(p.End()) {
			t.Errorf("%s %s: the next is %s", test.schedule, test.at, next.Name())
		}
		if again, ok := Parse(p.Name()); !ok || again != p {
			t.Errorf("%s is read as %+v", p.Name(), again)
		}
	}
}

func TestWhatNamesNoPeriod(t *testing.T) {
	for _, name := range []string{"", "order", "daily", "daily/2026-02-30", "weekly/2026-03-03", "month_end/2026-03-02", "yearly/2026-01-01"} {
		if p, ok := Parse(name); ok {
			t.Errorf("%q is read as %+v", name, p)
		}
	}
	if p := (Period{Daily, schemas.MustDate("2026-03-02"), schemas.MustDate("2026-03-02")}); p.End() != time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC) {
		t.Error(p.End())
	}
}
