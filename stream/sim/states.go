package sim

// States are the interesting states that a run can reach, with what each is.
var States = map[string]string{
	"epoch-abandoned":                 "a step could not go on: the epoch was dropped before anything was written",
	"epoch-aborted":                   "an epoch's transaction did not commit",
	"zombie-fenced":                   "a process that stood still went on, and the broker refused what it wrote",
	"generation-refused":              "offsets of a member that the group had gone on without were refused",
	"transaction-waits-for-markers":   "a transaction waited until the one before it was ended",
	"restore-waits-for-a-transaction": "a restore waited until a transaction in its changelog was decided",
	"restore-waits-for-offsets":       "a restore waited until the group's offsets were decided",
	"restore-taken-away":              "a task was given to another while it was being restored",
	"restore-reads-on":                "a restore read on from what the store had",
	"store-rebuilt":                   "a store could not be read on from, and was rebuilt",
	"compaction-removed-records":      "the cleaner removed records",
	"rows-of-an-older-release":        "rows of a changelog were of an older schema than the release's that reads them",
	"waiter-woken":                    "reference data arrived for someone who waited for it",
	"timer":                           "a timer was due alone",
	"timers-together":                 "several timers were due together",
	"task-moved":                      "a task moved from one process to another",
}

func (c *Cluster) reach(state string) {
	if States[state] == "" {
		panic("no such state: " + state)
	}
	c.reached[state]++
}
