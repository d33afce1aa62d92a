package kafka

import (
	"fmt"
	"testing"
	"time"
)

func TestARestoreSaysEveryFewSecondsHowFarItIsAndHowFast(t *testing.T) {
	began := time.Date(2026, 3, 2, 7, 0, 0, 0, time.UTC)
	restoring := progress{began: began, said: began}
	for second, want := range []bool{false, false, false, true, false, false, true} {
		if said := restoring.took(began.Add(time.Duration(second)*time.Second), 100, 2_000_000); said != want {
			t.Errorf("in second %d it says something: %t", second, said)
		}
	}
	line := fmt.Sprint(restoring.line(began.Add(7*time.Second), 300)...)
	if want := fmt.Sprint("records", 700, "left", int64(300), "records_per_second", 100, "megabytes", 14, "megabytes_per_second", "2.0"); line != want {
		t.Errorf("it says %s, want %s", line, want)
	}
}
