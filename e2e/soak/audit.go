package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/topics"
)

// audit reads the log raw, with what is open and aborted, and knows of every transaction what it wrote and how it ended.
// Since KIP-890 every transaction of a producer has an epoch of its own, so producer and epoch name it.
type audit struct {
	committed func(topic string, partition int32, written time.Time) // a transaction that wrote there ended well
	reached   positions

	mu           sync.Mutex
	open         map[partitionOf]map[int64]*openPart // by partition and producer
	transactions map[transactionID]*transaction
}

type partitionOf struct {
	topic     string
	partition int32
}

type transactionID struct {
	producer int64
	epoch    int16
}

func (t transactionID) String() string {
	return fmt.Sprintf("producer %d epoch %d", t.producer, t.epoch)
}

// openPart is what a transaction has written to a partition so far.
type openPart struct {
	epoch   int16
	records int
	latest  time.Time // its newest record was made
}

// transaction counts partitions by how they ended, and records.
type transaction struct {
	commits, aborts int
	written         int // that readers may see: committed, in topics that the ledger reads
	seen            int // by the ledger
	bills           int // committed records of o2c.invoice-ready
	state           int // committed records of a changelog
}

func newAudit(committed func(topic string, partition int32, written time.Time)) *audit {
	return &audit{committed: committed, open: map[partitionOf]map[int64]*openPart{}, transactions: map[transactionID]*transaction{}}
}

func (a *audit) transaction(id transactionID) *transaction {
	if a.transactions[id] == nil {
		a.transactions[id] = &transaction{}
	}
	return a.transactions[id]
}

// see notes a record that a read_committed reader saw.
func (a *audit) see(record *kgo.Record) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.transaction(transactionID{record.ProducerID, record.ProducerEpoch}).seen++
}

// take notes a record of the raw log, or the marker that ends what a producer wrote to a partition.
func (a *audit) take(_ context.Context, record *kgo.Record) error {
	if !record.Attrs.IsTransactional() {
		return errors.New("it is in no transaction")
	}
	if record.Attrs.IsControl() {
		commit, err := isCommit(record.Key)
		if err == nil {
			a.end(partitionOf{record.Topic, record.Partition}, record.ProducerID, commit)
		}
		return err
	}
	return a.note(record)
}

// note adds a record to what its producer has open.
func (a *audit) note(record *kgo.Record) error {
	at := partitionOf{record.Topic, record.Partition}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.open[at] == nil {
		a.open[at] = map[int64]*openPart{}
	}
	part := a.open[at][record.ProducerID]
	if part == nil {
		part = &openPart{epoch: record.ProducerEpoch}
		a.open[at][record.ProducerID] = part
	}
	if part.epoch != record.ProducerEpoch {
		return fmt.Errorf("producer %d goes on with epoch %d in the middle of epoch %d", record.ProducerID, record.ProducerEpoch, part.epoch)
	}
	part.records++
	if record.Timestamp.After(part.latest) {
		part.latest = record.Timestamp
	}
	return nil
}

// isCommit reads the key of a marker: a version and a type, 16 bits each; type 0 aborts, 1 commits.
func isCommit(key []byte) (bool, error) {
	if len(key) < 4 || binary.BigEndian.Uint16(key[2:]) > 1 {
		return false, fmt.Errorf("its key %x is of no transaction marker", key)
	}
	return binary.BigEndian.Uint16(key[2:]) == 1, nil
}

func (a *audit) end(at partitionOf, producer int64, commit bool) {
	a.mu.Lock()
	part := a.open[at][producer]
	delete(a.open[at], producer)
	if part != nil {
		ended := a.transaction(transactionID{producer, part.epoch})
		if !commit {
			ended.aborts++
		} else {
			ended.commits++
			entry, listed := topics.Default().Topic(at.topic)
			if listed && entry.Role != topics.Source {
				ended.written += part.records
			} else {
				ended.state += part.records
			}
			if at.topic == topics.InvoiceReady.Name() {
				ended.bills += part.records
			}
		}
	}
	a.mu.Unlock()
	if part != nil && commit {
		a.committed(at.topic, at.partition, part.latest)
	}
}

// stillOpen is how many partitions have records of transactions that have not ended.
func (a *audit) stillOpen() (n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, producers := range a.open {
		n += len(producers)
	}
	return n
}

// torn tells of every transaction that is not whole, once everything has ended and was read.
func (a *audit) torn() (torn []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for id, t := range a.transactions {
		switch {
		case t.commits > 0 && t.aborts > 0:
			torn = append(torn, fmt.Sprintf("%s was committed on %d partitions and aborted on %d", id, t.commits, t.aborts))
		case t.seen != t.written:
			torn = append(torn, fmt.Sprintf("%s committed %d records, of which a read_committed reader saw %d", id, t.written, t.seen))
		case t.bills > 0 && t.state == 0:
			torn = append(torn, fmt.Sprintf("%s has %d bills without the state that remembers them", id, t.bills))
		}
	}
	return torn
}

// isOpen tells whether a transaction has records somewhere that are neither committed nor aborted yet.
func (a *audit) isOpen(id transactionID) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, producers := range a.open {
		if part := producers[id.producer]; part != nil && part.epoch == id.epoch {
			return true
		}
	}
	return false
}

// commits is on how many partitions a transaction was committed.
func (a *audit) commits(id transactionID) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	if t := a.transactions[id]; t != nil {
		return t.commits
	}
	return 0
}
