package checks

import (
	"slices"
	"strings"

	"waybill/outcome"
)

// confluence: order, duplicates, crashes, partitions and instances have changed nothing. What was billed of an order before
// it was held for good may depend on what came first (decision 2), and so may what they take of a credit limit: the model
// names those orders and their customers, and they are left out.
func confluence(run *Run) (broken []string) {
	difference := outcome.Difference(run.Calm, run.Outcome.String())
	if difference == "" {
		return nil
	}
	for line := range strings.SplitSeq(difference, "\n") {
		words := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" ,:;[]", r) })
		unknown := run.Expected.Unknown
		if slices.Contains(words, "credit_exceeded") {
			unknown = run.Expected.Uncredited
		}
		if !slices.ContainsFunc(words, func(word string) bool { return unknown[word] }) {
			broken = append(broken, line)
		}
	}
	return broken
}
