package conditions

import (
	"testing"
	"time"

	"waybill/schemas"
)

func TestAnExceptionEscalatesWhenItIsDueThenAtTwiceAndFourTimesItsTargetAge(t *testing.T) {
	class := Class{Severity: schemas.SeverityLow, TargetAge: time.Hour}
	for _, test := range []struct {
		age      time.Duration
		steps    int
		severity schemas.Severity
	}{
		{0, 0, schemas.SeverityLow}, {time.Hour - 1, 0, schemas.SeverityLow}, {time.Hour, 1, schemas.SeverityMedium}, {2*time.Hour - 1, 1, schemas.SeverityMedium},
		{2 * time.Hour, 2, schemas.SeverityHigh}, {4*time.Hour - 1, 2, schemas.SeverityHigh}, {4 * time.Hour, 3, schemas.SeverityCritical}, {999 * time.Hour, 3, schemas.SeverityCritical},
	} {
		if steps := class.Escalation(test.age); steps != test.steps || class.Escalated(steps) != test.severity {
			t.Errorf("after %s: %d steps, %s", test.age, steps, class.Escalated(steps))
		}
	}
	class.Severity = schemas.SeverityHigh
	if got := class.Escalated(3); got != schemas.SeverityCritical {
		t.Errorf("beyond critical: %s", got)
	}
}
