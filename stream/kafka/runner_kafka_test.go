//go:build kafka

package kafka

import (
	"os"
	"strings"
	"testing"

	"waybill/stream"
)

// realCluster is the broker that deploy/kafka/test.sh started.
func realCluster(t *testing.T, stages ...*stream.Stage) *cluster {
	brokers := os.Getenv("WAYBILL_TEST_BROKERS")
	if brokers == "" {
		t.Fatal("WAYBILL_TEST_BROKERS is not set: run `make test-kafka`")
	}
	return newClusterAt(t, strings.Split(brokers, ","), stages...)
}

// The fake broker of the other tests proves nothing about a real one: the same again.

func TestKafkaEveryRecordCountsOnce(t *testing.T) { everyRecordCountsOnce(realCluster(t, counting(t))) }

func TestKafkaRestartReadsOnFromTheStoreAndFromNothing(t *testing.T) {
	restartReadsOn(realCluster(t, counting(t)))
}

func TestKafkaInstancesThatComeAndGoShareTheTasks(t *testing.T) {
	instancesComeAndGo(realCluster(t, counting(t)))
}
