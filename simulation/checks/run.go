// Package checks holds what must be true of every simulated run: the invariants of the design, a file each.
package checks

import (
	"waybill/outcome"
	"waybill/schemas"
	"waybill/simulation/model"
	"waybill/simulation/workload"
	"waybill/stream/sim"
)

// Run is a run that is over, at rest and undisturbed since a while.
type Run struct {
	Registry *schemas.LocalRegistry
	History  *workload.History
	Sent     []Sent // in the order in which the sources sent them
	Cluster  *sim.Cluster
	Outcome  *outcome.Outcome // of the run's outputs
	Calm     string           // the outcome of the same history undisturbed
	Expected *model.Expectation
	Figures  bool // the figures stage runs too
}

// Sent is a record that a source wrote: its place in the log, and its event.
type Sent struct {
	Place  sim.Place
	Offset int64
	Event  *workload.Event
}

// Failure is a promise that a run broke.
type Failure struct {
	Checker string
	What    string
}

// Checker is one invariant.
type Checker struct {
	Name  string
	What  string // that it holds
	Check func(*Run) []string
}

// All are the checkers of one run. That a seed gives the same bytes twice needs two runs: see Deterministic.
var All = []Checker{
	{"nothing-lost", "every source record ends as exactly one of applied, duplicate, held or dead-lettered, with its bytes; nothing is left to take", nothingLost},
	{"nothing-doubled", "no input is taken twice, no event is applied twice, no invoice_ready_id is emitted twice", nothingDoubled},
	{"confluence", "the outcome is that of the same history in order, once, undisturbed", confluence},
	{"consolidated", "what is billed by a customer's schedule comes out once, on an invoice that went out whole and says what is on it", consolidated},
	{"holds", "no bill was made of what a hold that stood could change", holds},
	{"explainable", "every bill names the records that it rests on, and its rule; every exception its causes", explainable},
	{"state", "the rows of every running task are what its changelog says", storesFollowChangelogs},
	{"figures", "the figures are those of the latest records of the other outputs alone", figuresFollow},
	{"model", "the outcome is what the rules of the domain say", byTheModel},
}

// Of runs all checkers.
func Of(run *Run) (failures []Failure) {
	for _, checker := range All {
		for _, what := range checker.Check(run) {
			failures = append(failures, Failure{checker.Name, what})
		}
	}
	return failures
}

func storesFollowChangelogs(run *Run) []string { return run.Cluster.StoreDifferences() }
