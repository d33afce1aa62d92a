package sim

import "math/rand/v2"

// Fault is something that goes wrong with a process, its disk, the broker, the registry or a clock.
type Fault uint8

// The faults. A process is killed where nothing of it was written, half of it, or all of it.
const (
	NoFault Fault = iota

	KilledOpeningStore
	KilledReadingReferences
	KilledInRestore
	KilledBeforePoll
	KilledBetweenSteps
	KilledBeforeTimers
	KilledBeforeTransaction
	KilledWhileProducing
	KilledBeforeOffsets
	KilledBeforeCommit
	KilledAfterCommit
	KilledWhileApplying
	KilledAfterApply

	StoppedBeforePoll
	StoppedBeforeTransaction
	StoppedWhileProducing
	StoppedBeforeOffsets
	StoppedBeforeCommit
	StoppedAfterCommit
	StoppedInRestore

	FetchFails
	FetchIsShort
	ProduceFails
	ProduceAnswerLost
	RecordRefused
	OffsetsFail
	CommitLost
	CommitAnswerLost
	CommitMarkersLate
	AbortMarkersLate
	ProducerFenced

	RebalanceForced
	ProcessJoins
	ProcessLeaves
	ProcessReplaced

	LostAllUnsynced
	LostHalfUnsynced
	LostNothing
	StoreFlushed
	StoreFails
	StoreCorrupt
	StoreWiped
	StoreOfAnother
	StoreFromBackup
	StoreOutlivesTombstones

	StateOfOlderRelease
	ChangelogCompacted
	SourceTruncated

	RegistryAwayForReading
	RegistryAwayForWriting
	RegistryGivesAnotherID

	ClockBehind
	ClockAhead
	TimersDueTogether

	faults
)

// row is a fault's name, how often it strikes at most, per opportunity, when it may, and what it stands for.
type row struct {
	name string
	rate float64
	what string
}

var table = [faults]row{
	KilledOpeningStore:      {"killed-opening-store", 0.02, "kill -9 while the store is opened"},
	KilledReadingReferences: {"killed-reading-references", 0.02, "kill -9 while reference data is read"},
	KilledInRestore:         {"killed-in-restore", 0.01, "kill -9 between two parts of a restore"},
	KilledBeforePoll:        {"killed-before-poll", 0.001, "kill -9 between two epochs"},
	KilledBetweenSteps:      {"killed-between-steps", 0.004, "kill -9 between two steps of an epoch"},
	KilledBeforeTimers:      {"killed-before-timers", 0.01, "kill -9 before the timers of an epoch"},
	KilledBeforeTransaction: {"killed-before-transaction", 0.01, "kill -9 before an epoch's transaction begins"},
	KilledWhileProducing:    {"killed-while-producing", 0.006, "kill -9 with some of an epoch's records written"},
	KilledBeforeOffsets:     {"killed-before-offsets", 0.01, "kill -9 with all records written, the offsets not"},
	KilledBeforeCommit:      {"killed-before-commit", 0.01, "kill -9 with records and offsets written, not committed"},
	KilledAfterCommit:       {"killed-after-commit", 0.01, "kill -9 with an epoch committed and the store without it"},
	KilledWhileApplying:     {"killed-while-applying", 0.01, "kill -9 with an epoch in the store for some of its tasks"},
	KilledAfterApply:        {"killed-after-apply", 0.01, "kill -9 with an epoch committed and in the store"},

	StoppedBeforePoll:        {"stopped-before-poll", 0.0005, "the process stands still past every time-out, between two epochs"},
	StoppedBeforeTransaction: {"stopped-before-transaction", 0.004, "… before an epoch's transaction begins"},
	StoppedWhileProducing:    {"stopped-while-producing", 0.002, "… with some of an epoch's records written"},
	StoppedBeforeOffsets:     {"stopped-before-offsets", 0.004, "… with all records written, the offsets not"},
	StoppedBeforeCommit:      {"stopped-before-commit", 0.004, "… with records and offsets written, not committed"},
	StoppedAfterCommit:       {"stopped-after-commit", 0.004, "… with an epoch committed and the store without it"},
	StoppedInRestore:         {"stopped-in-restore", 0.005, "… between two parts of a restore"},

	FetchFails:        {"fetch-fails", 0.001, "a poll ends with an error"},
	FetchIsShort:      {"fetch-is-short", 0.1, "a poll returns less than there is"},
	ProduceFails:      {"produce-fails", 0.004, "no record of a batch is written, and the producer gives up"},
	ProduceAnswerLost: {"produce-answer-lost", 0.004, "a record is written, and the producer does not hear of it"},
	RecordRefused:     {"record-refused", 0.002, "the broker takes all records of an epoch but one"},
	OffsetsFail:       {"offsets-fail", 0.01, "the offsets of an epoch are not taken"},
	CommitLost:        {"commit-lost", 0.01, "the commit does not reach the broker, and nobody knows"},
	CommitAnswerLost:  {"commit-answer-lost", 0.01, "the commit is done, and nobody knows"},
	CommitMarkersLate: {"commit-markers-late", 0.05, "the commit is answered before its markers are written"},
	AbortMarkersLate:  {"abort-markers-late", 0.2, "an abort is answered before its markers are written"},
	ProducerFenced:    {"producer-fenced", 0.003, "another takes the producer's transactional id"},

	RebalanceForced: {"rebalance-forced", 0.001, "the group rebalances for no reason of ours"},
	ProcessJoins:    {"process-joins", 0.01, "one more process"},
	ProcessLeaves:   {"process-leaves", 0.01, "a process ends as it should"},
	ProcessReplaced: {"process-replaced", 0.3, "a process that was killed stays away past the session time-out"},

	LostAllUnsynced:         {"lost-all-unsynced", 1, "a kill with the machine: nothing unsynced survives on disk"},
	LostHalfUnsynced:        {"lost-half-unsynced", 1, "… some of the unsynced batches survive"},
	LostNothing:             {"lost-nothing", 1, "a kill of the process alone: all that was written survives"},
	StoreFlushed:            {"store-flushed", 0.05, "the store makes everything durable at a moment of its own"},
	StoreFails:              {"store-fails", 0.0006, "the disk is full, or fails"},
	StoreCorrupt:            {"store-corrupt", 0.0004, "a block of the store is not what was written"},
	StoreWiped:              {"store-wiped", 0.1, "a process starts with an empty disk"},
	StoreOfAnother:          {"store-of-another", 0.05, "a process starts with a store that is ahead of the changelog"},
	StoreFromBackup:         {"store-from-backup", 0.1, "a process starts with a store of an earlier time"},
	StoreOutlivesTombstones: {"store-outlives-tombstones", 0.05, "a store is older than the changelog's tombstones"},

	StateOfOlderRelease: {"state-of-older-release", 0.01, "a changelog is as a release wrote it that did not know the last field of its tables"},
	ChangelogCompacted:  {"changelog-compacted", 0.02, "the cleaner compacts a changelog"},
	SourceTruncated:     {"source-truncated", 0.02, "retention removes what every group has committed"},

	RegistryAwayForReading: {"registry-away-for-reading", 0.2, "the registry does not answer for the schema of an id"},
	RegistryGivesAnotherID: {"registry-gives-another-id", 0.2, "a process starts with a registry that gives other ids for the schemas that it knows"},
	RegistryAwayForWriting: {"registry-away-for-writing", 0.2, "the registry does not answer for the id of a schema"},

	ClockBehind:       {"clock-behind", 0.02, "a process's clock is behind"},
	ClockAhead:        {"clock-ahead", 0.02, "a process's clock is ahead"},
	TimersDueTogether: {"timers-due-together", 0.01, "time jumps over the deadlines of many timers"},
}

// String is the fault's name.
func (f Fault) String() string {
	if f == NoFault {
		return "none"
	}
	return table[f].name
}

// What says what the fault stands for.
func (f Fault) What() string { return table[f].what }

// Faults are all of them.
func Faults() []Fault {
	var all []Fault
	for f := NoFault + 1; f < faults; f++ {
		all = append(all, f)
	}
	return all
}

// Strike is a fault that struck: the how many-eth time that it could.
type Strike struct {
	Fault Fault
	At    int
}

// chaos decides when faults strike: by the seed, the fault, and how often it could have struck before. So a fault that is
// left out does not change when the others strike, as long as the run is the same.
type chaos struct {
	rates         [faults]float64
	draws         [faults]*rand.Rand
	opportunities [faults]int
	struck        [faults]int
	only          map[Strike]bool // when not nil nothing but these strikes
	strikes       []Strike
	calm          bool // nothing strikes any more
}

// newChaos draws the rates: about half of the faults do not happen in a run, the others more or less often.
func newChaos(seed uint64, only []Strike) *chaos {
	c := &chaos{}
	rates := rand.New(rand.NewPCG(seed, 100))
	for f := range faults {
		c.draws[f] = rand.New(rand.NewPCG(seed, 101+uint64(f)))
		if rates.IntN(2) == 0 {
			c.rates[f] = table[f].rate * rates.Float64() * 2
		}
	}
	if only != nil {
		c.only = map[Strike]bool{}
		for _, strike := range only {
			c.only[strike] = true
		}
	}
	return c
}

// strike tells whether a fault strikes now.
func (c *chaos) strike(f Fault) bool { return c.any(f) != NoFault }

// any returns the first of the faults that strikes now.
func (c *chaos) any(of ...Fault) Fault {
	struck := NoFault
	for _, f := range of {
		at := c.opportunities[f]
		c.opportunities[f]++
		hit := c.draws[f].Float64() < c.rates[f]
		if c.only != nil {
			hit = c.only[Strike{f, at}]
		}
		if hit && !c.calm && struck == NoFault {
			struck = f
			c.struck[f]++
			c.strikes = append(c.strikes, Strike{f, at})
		}
	}
	return struck
}
