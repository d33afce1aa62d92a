package main

import (
	"testing"
	"time"
)

func TestTimesAreGivenAsPeopleSayThem(t *testing.T) {
	now := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"now": now, "12h": now.Add(12 * time.Hour), "2d": now.AddDate(0, 0, 2), "2026-03-31": time.Date(2026, 3, 31, 0, 0, 0, 0, time.UTC),
		"2026-03-31T08:00:00+02:00": time.Date(2026, 3, 31, 6, 0, 0, 0, time.UTC),
	} {
		if got, err := instantOf(text, now); err != nil || !got.Equal(want) {
			t.Errorf("%s: got %s, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "yesterday", "-2d", "31.3.2026", "2026-02-30"} {
		if got, err := instantOf(text, now); err == nil {
			t.Errorf("%s: got %s", text, got)
		}
	}
}
