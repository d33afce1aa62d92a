package checks

import (
	"strings"

	"waybill/outcome"
)

// confluence: order, duplicates, crashes, partitions and instances have changed nothing.
func confluence(run *Run) []string {
	if difference := outcome.Difference(run.Calm, run.Outcome.String()); difference != "" {
		return strings.Split(difference, "\n")
	}
	return nil
}
