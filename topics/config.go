package topics

import (
	"strconv"
	"time"
)

// TombstonesKept is how long the tombstones of compacted topics stay. Who reads such a topic on from an offset that is
// older than this has to read it from the beginning, for it may have missed a deletion.
const TombstonesKept = 7 * day

// changelogSegment is small, for only closed segments are compacted, and what is not is read again at each restore.
const changelogSegment = 64 * mebibyte

// The configs that the catalogue decides; all others are the operator's.
const (
	configCleanup    = "cleanup.policy"
	configRetention  = "retention.ms"
	configTombstones = "delete.retention.ms"
	configMaxBytes   = "max.message.bytes"
	configTimestamps = "message.timestamp.type"
	configSegment    = "segment.bytes"
	configMinInsync  = "min.insync.replicas"
)

// ChangelogOf is the entry of a stage's changelog: it holds the stage's state, task by task, so it has as many partitions
// as what the stage reads.
func ChangelogOf(name string, partitions int32) Entry {
	return Entry{
		Name: name, Role: Changelog, Description: "state of a stage", Partitions: partitions,
		Retention: Forever, Cleanup: Compact, Owner: "order to cash", MaxBytes: brokerBytes,
	}
}

// Configs are the topic configs that the entry asks for, as Kafka writes them. The time that a record carries is its
// writer's: dead letters and replays rest on it.
func (e Entry) Configs() map[string]string {
	configs := map[string]string{
		configCleanup:    string(e.Cleanup),
		configMaxBytes:   strconv.Itoa(brokerBytes),
		configTimestamps: "CreateTime",
	}
	if e.Role == Rejected {
		configs[configMaxBytes] = strconv.Itoa(deadLetterBytes)
	}
	if e.Compacted() {
		configs[configTombstones] = milliseconds(TombstonesKept)
	} else {
		configs[configRetention] = milliseconds(e.Retention)
	}
	if e.Role == Changelog {
		configs[configSegment] = strconv.Itoa(changelogSegment)
	}
	return configs
}

// milliseconds writes a duration as Kafka has it: -1 is forever.
func milliseconds(duration time.Duration) string {
	if duration == Forever {
		return "-1"
	}
	return strconv.FormatInt(duration.Milliseconds(), 10)
}
