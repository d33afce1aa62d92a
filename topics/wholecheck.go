package topics

import (
	"fmt"
	"slices"
	"strings"
)

// keyedState lists the topics whose latest record of a key is a state that someone reads from the beginning: without
// compaction it would be gone after the retention.
var keyedState = []struct{ topic, why string }{
	{"master.customers", "intake reads all master data again when its state is rebuilt"},
	{"master.items", "intake reads all master data again when its state is rebuilt"},
	{"master.prices", "intake reads all master data again when its state is rebuilt"},
	{"master.warehouses", "intake reads all master data again when its state is rebuilt"},
	{"o2c.exceptions", "an exception stays open for as long as nobody closes it"},
	{"o2c.order-status", "readers look every order up, however old"},
	{"o2c.availability", "readers look every item up, however long it lay still"},
	{"o2c.receivables", "readers look every invoice up, however old"},
}

// checkWhole checks what is between topics.
func (l *loading) checkWhole() {
	if !l.unread {
		l.checkKnown()
	}
	l.checkAuthority()
	l.checkCompaction()
	l.checkPartitions()
	l.checkRepairs()
}

// checkKnown finds handles without an entry. An entry without a handle is reported where it stands.
func (l *loading) checkKnown() {
	known := []string{DeadLetters}
	for _, handle := range handles {
		known = append(known, handle.Topic)
	}
	for _, name := range known {
		if _, ok := l.where[name]; !ok {
			l.add(fmt.Errorf("topic %s: in no file of the catalogue, but the program reads or writes it", name))
		}
	}
}

// checkAuthority finds sources that no registered system may write.
func (l *loading) checkAuthority() {
	for _, entry := range l.catalogue.entries {
		if entry.Role != Source || len(entry.Authority) == 0 || l.unread {
			continue
		}
		if !slices.ContainsFunc(l.catalogue.systems, func(system System) bool { return entry.AuthorityOf(system.Kind) }) {
			l.problem(entry.Name, "authority", "no system of kind %s is registered: every event would be refused", strings.Join(entry.Authority, " or "))
		}
	}
}

func (l *loading) checkCompaction() {
	for _, entry := range l.catalogue.entries {
		if entry.Role == Reference && !entry.Compacted() {
			l.problem(entry.Name, "cleanup", "every process keeps a full copy of reference data: it must be compacted")
		}
	}
	for _, state := range keyedState {
		if entry, ok := l.find(state.topic); ok && !entry.Compacted() {
			l.problem(entry.Name, "cleanup", "must be compacted: %s", state.why)
		}
	}
}

// checkPartitions holds the topics that one stage's tasks read to the same number of partitions: a task reads the same
// partition of each, where it must find everything of its keys. Reference data is read whole by everyone.
func (l *loading) checkPartitions() {
	for _, stage := range Stages() {
		var first Entry
		for _, entry := range l.catalogue.entries {
			switch {
			case entry.Role == Reference, !slices.Contains(entry.Consumers, stage):
			case first.Name == "":
				first = entry
			case entry.Partitions != first.Partitions:
				l.problem(entry.Name, "partitions", "stage %s joins it with %s, which has %d: both must have the same number, here %d",
					stage, first.Name, first.Partitions, entry.Partitions)
			}
		}
	}
}

// checkRepairs finds repairs that would overwrite each other, and repairs of what is not read into a contract.
func (l *loading) checkRepairs() {
	seen := map[string]string{}
	ids := map[string]bool{}
	for _, r := range l.repairs {
		key := RepairKey(r.repair.Topic, r.repair.Writer)
		if other, twice := seen[key]; twice {
			r.file.problem(at(r.path, "writer"), "repair %s is for the same schema of %s: make one of them", other, r.repair.Topic)
		}
		if ids[r.repair.RepairID] {
			r.file.problem(at(r.path, "repair_id"), "another repair is called %s: the name shows in the audit trail", r.repair.RepairID)
		}
		seen[key], ids[r.repair.RepairID] = r.repair.RepairID, true
		if entry, ok := l.find(r.repair.Topic); !l.unread && (!ok || entry.Role != Source) {
			r.file.problem(at(r.path, "topic"), "%q is not a source: only what other systems write is mended", r.repair.Topic)
		}
	}
}

func (l *loading) find(name string) (Entry, bool) {
	at := slices.IndexFunc(l.catalogue.entries, func(entry Entry) bool { return entry.Name == name })
	if at < 0 {
		return Entry{}, false
	}
	return l.catalogue.entries[at], true
}

func (l *loading) problem(topic, field, format string, args ...any) {
	where := l.where[topic]
	where.file.problem(at(where.path, field), format, args...)
}
