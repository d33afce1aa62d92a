package conditions

import (
	"time"

	"waybill/schemas"
)

// escalatesAt are the ages at which an exception that is still open escalates, in multiples of its class's target age: when
// it is due, when it is as late again, and when it has been open for four times its target. It then is one severity higher
// each time, up to critical. Who owns it and when it was due stay as they are.
var escalatesAt = [...]int{1, 2, 4}

// EscalatesAt is the age of a step, the first being 0; false: there is no such step.
func (class Class) EscalatesAt(step int) (time.Duration, bool) {
	if step >= len(escalatesAt) {
		return 0, false
	}
	return time.Duration(escalatesAt[step]) * class.TargetAge, true
}

// Escalation is how many steps an exception of an age has escalated.
func (class Class) Escalation(age time.Duration) (steps int) {
	for {
		at, exists := class.EscalatesAt(steps)
		if !exists || age < at {
			return steps
		}
		steps++
	}
}

// Escalated is the severity of the class's exceptions after so many steps.
func (class Class) Escalated(steps int) schemas.Severity {
	severity := class.Severity
	for range steps {
		switch severity {
		case schemas.SeverityLow:
			severity = schemas.SeverityMedium
		case schemas.SeverityMedium:
			severity = schemas.SeverityHigh
		case schemas.SeverityHigh:
			severity = schemas.SeverityCritical
		}
	}
	return severity
}
