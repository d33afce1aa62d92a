//go:build synctests

package kafka

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

type requestRow struct {
	key  kmsg.Key
	at   []moment
	errs []*kerr.Error
}

// answers are the requests that the binding makes: at which moments surely, and the errors that a broker may answer each
// with and that make a difference: what to retry, what to abort, what is fenced, what no retry mends until somebody does.
var answers = []requestRow{
	{kmsg.ApiVersions, []moment{atStart, inRebalance, atStop, inRestore}, []*kerr.Error{
		kerr.UnsupportedVersion}},
	{kmsg.Metadata, []moment{atStart, inRebalance, atStop, inRestore}, []*kerr.Error{
		kerr.LeaderNotAvailable, kerr.UnknownTopicOrPartition, kerr.TopicAuthorizationFailed}},
	{kmsg.FindCoordinator, []moment{atStart, inRebalance, inRestore}, []*kerr.Error{
		kerr.CoordinatorNotAvailable, kerr.CoordinatorLoadInProgress, kerr.GroupAuthorizationFailed, kerr.TransactionalIDAuthorizationFailed}},
	{kmsg.InitProducerID, []moment{atStart, inRebalance, inRestore}, []*kerr.Error{
		kerr.CoordinatorNotAvailable, kerr.CoordinatorLoadInProgress, kerr.NotCoordinator, kerr.ConcurrentTransactions,
		kerr.ProducerFenced, kerr.InvalidProducerEpoch, kerr.TransactionalIDAuthorizationFailed, kerr.RequestTimedOut, kerr.UnknownServerError}},
	{kmsg.JoinGroup, []moment{atStart, inRebalance, atStop, inRestore}, []*kerr.Error{
		kerr.CoordinatorNotAvailable, kerr.CoordinatorLoadInProgress, kerr.NotCoordinator, kerr.UnknownMemberID, kerr.FencedInstanceID,
		kerr.RebalanceInProgress, kerr.GroupMaxSizeReached, kerr.InconsistentGroupProtocol, kerr.GroupAuthorizationFailed, kerr.UnknownServerError}},
	{kmsg.SyncGroup, []moment{atStart, inRebalance, atStop, inRestore}, []*kerr.Error{
		kerr.CoordinatorNotAvailable, kerr.NotCoordinator, kerr.UnknownMemberID, kerr.FencedInstanceID, kerr.IllegalGeneration,
		kerr.RebalanceInProgress, kerr.GroupAuthorizationFailed, kerr.UnknownServerError}},
	{kmsg.Heartbeat, moments, []*kerr.Error{
		kerr.CoordinatorNotAvailable, kerr.NotCoordinator, kerr.UnknownMemberID, kerr.FencedInstanceID, kerr.IllegalGeneration,
		kerr.RebalanceInProgress, kerr.GroupAuthorizationFailed, kerr.UnknownServerError}},
	{kmsg.LeaveGroup, []moment{atStop}, []*kerr.Error{
		kerr.CoordinatorNotAvailable, kerr.NotCoordinator, kerr.UnknownMemberID, kerr.FencedInstanceID, kerr.UnknownServerError}},
	// Only a session that is older than a moment asks this: TestLifeOfATaskThatTheGroupForgotComesBack has it answered so.
	{kmsg.DescribeGroups, nil, []*kerr.Error{
		kerr.CoordinatorNotAvailable, kerr.CoordinatorLoadInProgress, kerr.NotCoordinator, kerr.GroupAuthorizationFailed, kerr.UnknownServerError}},
	{kmsg.OffsetFetch, []moment{atStart, inRebalance, atStop, inRestore}, []*kerr.Error{
		kerr.CoordinatorNotAvailable, kerr.CoordinatorLoadInProgress, kerr.NotCoordinator, kerr.UnstableOffsetCommit, kerr.UnknownMemberID,
		kerr.StaleMemberEpoch, kerr.GroupAuthorizationFailed, kerr.UnknownServerError}},
	{kmsg.ListOffsets, []moment{atStart, inRebalance, atStop, inRestore}, []*kerr.Error{
		kerr.NotLeaderForPartition, kerr.LeaderNotAvailable, kerr.UnknownTopicOrPartition, kerr.OffsetNotAvailable, kerr.UnknownLeaderEpoch,
		kerr.FencedLeaderEpoch, kerr.KafkaStorageError, kerr.TopicAuthorizationFailed, kerr.UnknownServerError}},
	{kmsg.OffsetForLeaderEpoch, []moment{inRebalance}, []*kerr.Error{
		kerr.NotLeaderForPartition, kerr.UnknownTopicOrPartition, kerr.UnknownLeaderEpoch, kerr.FencedLeaderEpoch, kerr.UnknownServerError}},
	{kmsg.Fetch, moments, []*kerr.Error{
		kerr.NotLeaderForPartition, kerr.ReplicaNotAvailable, kerr.KafkaStorageError, kerr.UnknownLeaderEpoch, kerr.FencedLeaderEpoch,
		kerr.UnknownTopicOrPartition, kerr.UnknownTopicID, kerr.OffsetOutOfRange, kerr.OffsetNotAvailable, kerr.CorruptMessage,
		kerr.TopicAuthorizationFailed, kerr.FetchSessionIDNotFound, kerr.InvalidFetchSessionEpoch, kerr.UnknownServerError}},
	{kmsg.Produce, moments, []*kerr.Error{
		kerr.NotLeaderForPartition, kerr.LeaderNotAvailable, kerr.UnknownTopicOrPartition, kerr.KafkaStorageError, kerr.NotEnoughReplicas,
		kerr.NotEnoughReplicasAfterAppend, kerr.RequestTimedOut, kerr.OutOfOrderSequenceNumber,
		kerr.UnknownProducerID, kerr.InvalidProducerIDMapping, kerr.InvalidProducerEpoch, kerr.ProducerFenced, kerr.InvalidTxnState,
		kerr.TransactionAbortable, kerr.ConcurrentTransactions, kerr.MessageTooLarge, kerr.RecordListTooLarge, kerr.InvalidRecord,
		kerr.InvalidTimestamp, kerr.CorruptMessage, kerr.PolicyViolation, kerr.TopicAuthorizationFailed, kerr.UnknownServerError}},
	{kmsg.TxnOffsetCommit, moments, []*kerr.Error{
		kerr.CoordinatorNotAvailable, kerr.CoordinatorLoadInProgress, kerr.NotCoordinator, kerr.RequestTimedOut, kerr.UnknownTopicOrPartition,
		kerr.IllegalGeneration, kerr.UnknownMemberID, kerr.FencedInstanceID, kerr.RebalanceInProgress, kerr.InvalidProducerEpoch,
		kerr.ProducerFenced, kerr.InvalidProducerIDMapping, kerr.InvalidTxnState, kerr.TransactionAbortable, kerr.ConcurrentTransactions,
		kerr.OffsetMetadataTooLarge, kerr.GroupAuthorizationFailed, kerr.UnknownServerError}},
	{kmsg.EndTxn, moments, []*kerr.Error{
		kerr.CoordinatorNotAvailable, kerr.CoordinatorLoadInProgress, kerr.NotCoordinator, kerr.ConcurrentTransactions,
		kerr.InvalidProducerEpoch, kerr.ProducerFenced, kerr.InvalidProducerIDMapping, kerr.InvalidTxnState, kerr.TransactionAbortable,
		kerr.TransactionalIDAuthorizationFailed, kerr.UnknownServerError}},
	{kmsg.GetTelemetrySubscriptions, []moment{atStart, inRebalance, inRestore}, []*kerr.Error{
		kerr.UnsupportedVersion, kerr.UnknownServerError}},
	{kmsg.PushTelemetry, []moment{inRebalance, atStop}, []*kerr.Error{
		kerr.UnknownSubscriptionID, kerr.UnknownServerError}},
}

// DUPLICATE_SEQUENCE_NUMBER is left out: a broker answers it to what it has already written, and the client takes it for that.

// networkFaults are what can become of any request.
var networkFaults = []treatment{requestLost, answerLost, slow, answerLate, requestLate}

// aLife runs a life in which a fault strikes, and looks what it has done.
func aLife(t *testing.T, at moment, strikes fault) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLife(t)
		for m, calls := range l.live(at, strikes) {
			for key := range calls {
				if !slices.ContainsFunc(answers, func(row requestRow) bool { return row.key == key }) {
					t.Errorf("%s the binding calls %s, which has no row in answers", m, key.Name())
				}
			}
		}
		if strikes.treatment != "" && l.treated == 0 {
			t.Errorf("no %s was %s %s: the case tests nothing", strikes.key.Name(), strikes.treatment, at)
		}
	})
}

func TestLifeWithoutFaults(t *testing.T) { aLife(t, "", fault{}) }

func TestLifeUnderEveryAnswerAtEveryMoment(t *testing.T) {
	for _, row := range answers {
		for _, at := range row.at {
			topic := ""
			if at == inRestore && (row.key == kmsg.Fetch || row.key == kmsg.ListOffsets) {
				topic = reckoning("reckoning").Changelog()
			}
			run := func(f fault, what string) {
				f.key, f.topic = row.key, topic
				t.Run(strings.ReplaceAll(fmt.Sprint(row.key.Name(), " ", what, " ", at), " ", "_"), func(t *testing.T) { aLife(t, at, f) })
			}
			for _, err := range row.errs {
				run(fault{treatment: refused, err: err, count: 3}, err.Message)
			}
			for _, treatment := range networkFaults {
				run(fault{treatment: treatment}, string(treatment))
			}
			if row.key == kmsg.EndTxn {
				run(fault{treatment: answerLost, count: 25}, "answers lost until it gives up") // committed, and nobody knows
			}
		}
	}
}
