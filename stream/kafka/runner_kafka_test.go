//go:build kafka

package kafka

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/state"
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

// TestKafkaATaskOnItsWayFromADeadOwnerArrives has a member die between the rebalance that takes a task from it and the one
// that would give it to another, and come back under its name: the broker begins no rebalance for that.
func TestKafkaATaskOnItsWayFromADeadOwnerArrives(t *testing.T) {
	// Whom the group takes the task from is the group's business, and seldom it is the other one.
	for attempt, taken := 1, false; !taken; attempt++ {
		if attempt > 4 {
			t.Fatal("the group never took a task from the member that dies")
		}
		if !t.Run(fmt.Sprint("attempt ", attempt), func(t *testing.T) { taken = aTaskOnItsWayFromADeadOwnerArrives(t) }) {
			return
		}
	}
}

// aTaskOnItsWayFromADeadOwnerArrives is false when it did not come to that: the group took no task from the member that dies.
func aTaskOnItsWayFromADeadOwnerArrives(t *testing.T) bool {
	stage := counting(t)
	c := realCluster(t, stage)
	c.produceDemands(0, 30, 30)
	given := c.given(stage)
	start := func(instance string) *Runner {
		runner := c.runner(stage, instance, state.OpenMemory())
		t.Cleanup(c.run(runner))
		return runner
	}
	leader := start("b")
	given(testPartitions)

	moving, dead := atomic.Bool{}, make(chan struct{})
	balancer := bystander()
	first := c.connect(kgo.ConsumerGroup(stage.Group()), kgo.InstanceID("a"), kgo.ConsumeTopics(stage.Inputs()...),
		kgo.Balancers(&balancer), kgo.DisableAutoCommit(), kgo.OnPartitionsRevoked(func(_ context.Context, _ *kgo.Client, taken map[string][]int32) {
			if len(taken) > 0 {
				moving.Store(true)
				<-dead
			}
		}))
	t.Cleanup(func() { close(dead); first.Close() })
	eventually(t, func() bool { return leader.Status().Tasks == testPartitions/2 })
	given(testPartitions)

	other := start("c")
	for deadline := time.Now().Add(20 * time.Second); !moving.Load(); {
		if time.Now().After(deadline) {
			return false
		}
		pause(context.Background(), 5*time.Millisecond)
	}
	given(testPartitions - 1)
	second := start("a")
	eventually(t, func() bool {
		return second.Status().Tasks+leader.Status().Tasks+other.Status().Tasks == testPartitions && other.Status().Tasks == 1
	})
	given(testPartitions)
	c.checkNumbers(30, 30)
	return true
}
