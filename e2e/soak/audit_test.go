package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/topics"
)

const changelog = "waybill-fulfilment-changelog"

var bills = topics.InvoiceReady.Name()

// told is an audit of transactions of producer 7, each epoch of which writes a record to the topics named.
type told struct {
	*audit
	t *testing.T
}

func newTold(t *testing.T) told { return told{newAudit(func(string, int32, time.Time) {}), t} }

func (a told) write(epoch int16, topic string) *kgo.Record {
	record := &kgo.Record{Topic: topic, ProducerID: 7, ProducerEpoch: epoch, Timestamp: time.Now()}
	if err := a.note(record); err != nil {
		a.t.Error(err)
	}
	return record
}

func (a told) end(topic string, commit bool) {
	a.audit.end(partitionOf{topic, 0}, 7, commit)
}

func (a told) wantTorn(words string) {
	a.t.Helper()
	torn := strings.Join(a.torn(), "; ")
	if words == "" && torn != "" || !strings.Contains(torn, words) {
		a.t.Errorf("torn: %q, want %q", torn, words)
	}
}

func TestATransactionThatIsSeenWholeIsNotTorn(t *testing.T) {
	a := newTold(t)
	a.see(a.write(1, bills))
	a.write(1, changelog)
	a.end(bills, true)
	a.end(changelog, true)
	a.write(2, bills)
	a.write(2, changelog)
	a.end(bills, false)
	a.end(changelog, false)
	a.wantTorn("")
}

func TestATransactionThatEndsInTwoWaysIsTorn(t *testing.T) {
	a := newTold(t)
	a.see(a.write(1, bills))
	a.write(1, changelog)
	a.end(bills, true)
	a.end(changelog, false)
	a.wantTorn("committed on 1 partitions and aborted on 1")
}

func TestARecordThatNoReaderSeesOrThatWasAbortedIsTorn(t *testing.T) {
	a := newTold(t)
	a.write(1, bills)
	a.write(1, changelog)
	a.end(bills, true)
	a.end(changelog, true)
	a.wantTorn("committed 1 records, of which a read_committed reader saw 0")

	a = newTold(t)
	a.see(a.write(1, bills))
	a.end(bills, false)
	a.wantTorn("committed 0 records, of which a read_committed reader saw 1")
}

func TestABillWithoutItsStateIsTorn(t *testing.T) {
	a := newTold(t)
	a.see(a.write(1, bills))
	a.end(bills, true)
	a.wantTorn("without the state")
}

func TestATransactionThatBeginsInTheMiddleOfAnotherIsRefused(t *testing.T) {
	a := newTold(t)
	a.write(1, bills)
	if err := a.note(&kgo.Record{Topic: bills, ProducerID: 7, ProducerEpoch: 2}); err == nil {
		t.Error("it was taken: two transactions of a producer would count as one")
	}
}

func TestARecordOutsideOfATransactionIsRefused(t *testing.T) {
	if err := newTold(t).take(context.Background(), &kgo.Record{Topic: bills}); err == nil {
		t.Error("it was taken")
	}
}

func TestMarkersAreToldApart(t *testing.T) {
	for key, want := range map[string]bool{"\x00\x00\x00\x00": false, "\x00\x00\x00\x01": true} {
		if commit, err := isCommit([]byte(key)); err != nil || commit != want {
			t.Errorf("%x is a commit: %t, %v", key, commit, err)
		}
	}
	if _, err := isCommit([]byte("\x00\x00\x00\x02")); err == nil {
		t.Error("a control record of another kind was taken for a marker")
	}
}
