package sim

import (
	"encoding/binary"
	"hash/fnv"
	"maps"
	"slices"
	"time"

	"waybill/stream"
)

// Log is a broker's topics in memory, as a reader that wants only what is committed sees them: records of transactions,
// markers that end them, the last stable offset, what retention and compaction have removed.
type Log struct {
	partitions int32
	topics     map[string][]*partition
	version    int // grows with every change that somebody may wait for
}

type partition struct {
	topic     string
	number    int32
	entries   []entry     // by offset, those that are left
	ever      []entry     // all that there were
	next      int64       // the offset of the next one
	start     int64       // what is before it was removed by retention
	undecided []undecided // by offset
	older     bool        // rewritten as an older release would have written it
}

// undecided is a transaction that has written to a partition, from an offset on.
type undecided struct {
	of   *transaction
	from int64
}

// entry is a record or, with a nil record, the marker that ends a transaction.
type entry struct {
	offset int64
	record *stream.Record
	of     *transaction // nil: not transactional
	goes   time.Time    // a tombstone: when the cleaner may remove it; zero: it has not passed it yet
}

func newLog(partitions int32) *Log {
	return &Log{partitions: partitions, topics: map[string][]*partition{}}
}

func (l *Log) partition(topic string, number int32) *partition {
	parts := l.topics[topic]
	if parts == nil {
		for n := range l.partitions {
			parts = append(parts, &partition{topic: topic, number: n})
		}
		l.topics[topic] = parts
	}
	return parts[number]
}

// write appends a record; a partition of −1 is the one that its key belongs to.
func (l *Log) write(of *transaction, topic string, number int32, key, value []byte, headers []stream.Header, at time.Time) int64 {
	if number < 0 {
		number = stream.PartitionOf(key, l.partitions)
	}
	p := l.partition(topic, number)
	offset := p.next
	record := &stream.Record{Topic: topic, Partition: number, Offset: offset, Key: key, Value: value, Headers: headers, Timestamp: at}
	p.append(record, of)
	l.version++
	if of != nil {
		of.wrote(p, record)
	}
	return offset
}

func (p *partition) append(record *stream.Record, of *transaction) {
	e := entry{offset: p.next, record: record, of: of}
	p.entries, p.ever = append(p.entries, e), append(p.ever, e)
	p.next++
}

// stable is the last stable offset: the first one of a transaction that is undecided.
func (p *partition) stable() int64 {
	if len(p.undecided) > 0 {
		return p.undecided[0].from
	}
	return p.next
}

// committed returns up to atMost committed records from an offset on, and the offset to read next.
func (p *partition) committed(from int64, atMost int) (records []*stream.Record, next int64) {
	next = max(from, p.start)
	stable := p.stable()
	at, _ := slices.BinarySearchFunc(p.entries, next, func(e entry, offset int64) int { return int(e.offset - offset) })
	for ; at < len(p.entries) && p.entries[at].offset < stable && len(records) < atMost; at++ {
		e := p.entries[at]
		next = e.offset + 1
		if e.record != nil && (e.of == nil || e.of.state == committed) {
			records = append(records, e.record)
		}
	}
	if len(records) < atMost {
		next = max(next, stable)
	}
	return records, next
}

// truncate removes what is before an offset, as retention does.
func (p *partition) truncate(before int64) {
	p.start = max(p.start, before)
	p.entries = slices.DeleteFunc(p.entries, func(e entry) bool { return e.offset < p.start })
}

// compact keeps the newest committed record of every key below the last stable offset, as the cleaner does. A tombstone goes
// when the cleaner has passed it the retention ago, not with what it deletes: who has read that has so long to read on.
func (p *partition) compact(now time.Time, tombstones time.Duration) (removed int) {
	stable := p.stable()
	newest := map[string]int64{}
	for _, e := range p.entries {
		if e.offset < stable && e.record != nil && (e.of == nil || e.of.state == committed) {
			newest[string(e.record.Key)] = e.offset
		}
	}
	for i := range p.entries {
		if e := &p.entries[i]; e.offset < stable && e.record != nil && e.record.Value == nil && e.goes.IsZero() {
			e.goes = now.Add(tombstones)
		}
	}
	before := len(p.entries)
	p.entries = slices.DeleteFunc(p.entries, func(e entry) bool {
		switch {
		case e.offset >= stable:
			return false
		case e.record == nil, e.of != nil && e.of.state == aborted:
			return true
		case newest[string(e.record.Key)] != e.offset:
			return true
		}
		return e.record.Value == nil && now.After(e.goes)
	})
	return before - len(p.entries)
}

// Topics are the topics that there are, sorted.
func (l *Log) Topics() []string { return slices.Sorted(maps.Keys(l.topics)) }

// Committed returns all records of a topic that were ever committed, partition by partition, also those that retention or
// compaction removed since.
func (l *Log) Committed(topic string) []*stream.Record {
	var all []*stream.Record
	for n := range l.partitions {
		for _, e := range l.partition(topic, n).ever {
			if e.record != nil && (e.of == nil || e.of.state == committed) {
				all = append(all, e.record)
			}
		}
	}
	return all
}

// Sum is a checksum of all committed records with their places and times: two runs that are the same have the same.
func (l *Log) Sum() uint64 {
	sum := fnv.New64a()
	var number [8]byte
	put := func(n int64) {
		binary.BigEndian.PutUint64(number[:], uint64(n))
		sum.Write(number[:])
	}
	text := func(b []byte) { put(int64(len(b))); sum.Write(b) }
	for _, topic := range l.Topics() {
		text([]byte(topic))
		for _, record := range l.Committed(topic) {
			put(int64(record.Partition))
			put(record.Offset)
			put(record.Timestamp.UnixMicro())
			text(record.Key)
			text(record.Value)
			for _, header := range record.Headers {
				text([]byte(header.Key))
				text(header.Value)
			}
		}
	}
	return sum.Sum64()
}
