//go:build synctests

package kafka

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
	"waybill/topics"
)

// reminding is a stage that answers a demand by a timer, with the number of the answer: the timer's epoch moves no offsets.
func reminding(t *testing.T, firing func()) *stream.Stage {
	stage := stream.NewStage(stageName.Replace(strings.ToLower(t.Name())))

	type Count struct {
		Fired int64 `avro:"fired"`
	}
	counts := stream.NewTable[state.Text, Count](stage, 1, "counts")
	out := stream.Emit(stage, topics.Availability)
	timers := stream.OnTimer(stage, 1, "reminders", stream.WallClock, func(s *stream.Step, key string) error {
		firing()
		var next Count
		if row := counts.Get(s, state.Text(key)); row != nil {
			next = *row
		}
		next.Fired++
		counts.Put(s, state.Text(key), &next)
		out.Send(s, key, &schemas.Availability{ItemID: key, SourceLagSeconds: next.Fired})
		return nil
	})
	stream.On(stage, topics.Demand, func(s *stream.Step, demand *schemas.Demand) error {
		timers.Set(s, demand.OrderID, s.Now().Add(300*time.Millisecond))
		return nil
	})
	return stage
}

// TestLifeOfATimerWhoseTaskIsAnothersIsNotCommitted holds a member in the step of a timer, has the group give its task to
// another, which runs the timer too, and lets the first go on before it has heard of that.
func TestLifeOfATimerWhoseTaskIsAnothersIsNotCommitted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, timerOfAnothersTask)
}

func timerOfAnothersTask(t *testing.T) {
	firing, resume := make(chan bool), make(chan bool)
	var first atomic.Bool
	stage := reminding(t, func() {
		if first.CompareAndSwap(false, true) {
			firing <- true
			<-resume
		}
	})
	c := virtualCluster(t, new(kfake.VirtualNetwork), stage)
	c.produceDemands(0, 1, 1)
	run := func(instance string) (*Runner, func()) {
		runner := c.runner(stage, instance, state.OpenMemory())
		runner.options.SessionTimeout = time.Minute // it hears from the group every 12 s
		return runner, c.run(runner)
	}
	late, stopLate := run("late")
	defer stopLate()
	<-firing
	c.leave(stage, "late")
	_, stopOther := run("other")
	defer stopOther()
	c.numbers(1)
	close(resume)
	eventually(t, func() bool { return late.Status().Tasks == testPartitions/2 })
	c.produceDemands(0, 1, 1)
	if numbers := c.numbers(2)["order-000"]; !slices.Equal(numbers, []int64{1, 2}) {
		t.Errorf("the timer's answers are %v, want 1 and 2", numbers)
	}
}

// TestLifeOfATaskThatWasAwayIsRestoredAlsoWhenNobodyTold has two rebalances within one pause: the transaction session tells what
// the first takes away, not what the second does, and that comes back with another's work in it.
func TestLifeOfATaskThatWasAwayIsRestoredAlsoWhenNobodyTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, taskThatWasAway)
}

func taskThatWasAway(t *testing.T) {
	pausing, stumbles, store := &backoff{}, atomic.Bool{}, state.OpenMemory()
	stage := countingUnless(t, func() error {
		if !stumbles.CompareAndSwap(true, false) {
			return nil
		}
		pausing.failures = 6 // 16 s
		return schemas.ErrRegistryUnavailable
	})
	c := virtualCluster(t, new(kfake.VirtualNetwork), stage)
	c.produceDemands(0, 300, 30)
	ctx, stop := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() {
		if err := c.runner(stage, "a", store).runSession(ctx, store, pausing); err != nil {
			t.Errorf("session: %v", err)
		}
	})
	defer done.Wait()
	defer stop()
	c.numbers(300)
	stumbles.Store(true)
	c.produceDemands(0, 30, 30)
	eventually(t, func() bool { return !stumbles.Load() })
	admin := kadm.NewClient(c.connect())
	share := func(want map[string]int) {
		t.Helper()
		eventually(t, func() bool {
			groups, err := admin.DescribeGroups(context.Background(), stage.Group())
			tasks := map[string]int{}
			for _, member := range groups[stage.Group()].Members {
				if assigned, ok := member.Assigned.AsConsumer(); ok && member.InstanceID != nil && len(assigned.Topics) == 1 {
					tasks[*member.InstanceID] = len(assigned.Topics[0].Partitions)
				}
			}
			return err == nil && groups[stage.Group()].State == "Stable" && maps.Equal(tasks, want)
		})
	}
	stopB := c.run(c.runner(stage, "b", state.OpenMemory()))
	share(map[string]int{"a": 2, "b": 2})
	stopC, stopD := c.run(c.runner(stage, "c", state.OpenMemory())), c.run(c.runner(stage, "d", state.OpenMemory()))
	share(map[string]int{"a": 1, "b": 1, "c": 1, "d": 1})
	c.produceDemands(0, 270, 30)
	pause(context.Background(), 2*time.Second) // the others take what is theirs
	stopB()
	stopC()
	stopD()
	share(map[string]int{"a": 4})
	c.produceDemands(0, 300, 30)
	c.checkNumbers(900, 30)
}

// TestLifeOfATaskThatTheGroupForgotComesBack has a leader that once gives a task to nobody. The group is stable then, and all
// is well for the broker. What is left of an owner that dies while its task is on its way looks the same, but not here: the
// fake broker begins a rebalance when that one comes back, a real one does not (TestKafkaATaskOnItsWayFromADeadOwnerArrives).
func TestLifeOfATaskThatTheGroupForgotComesBack(t *testing.T) {
	run := func(name string, strikes fault) {
		strikes.key = kmsg.DescribeGroups
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { taskThatTheGroupForgot(t, strikes) })
		})
	}
	run("without faults", fault{})
	for _, row := range answers {
		for _, err := range row.errs {
			if row.key == kmsg.DescribeGroups {
				run(err.Message, fault{treatment: refused, err: err, count: 3})
			}
		}
	}
	for _, treatment := range networkFaults {
		run(string(treatment), fault{treatment: treatment})
	}
}

func taskThatTheGroupForgot(t *testing.T, strikes fault) {
	stage, network := counting(t), new(kfake.VirtualNetwork)
	c := virtualCluster(t, network, stage)
	c.produceDemands(0, 30, 30)
	balancer := &forgetful{taskBalancer: bystander()}
	leader := c.connect(kgo.ConsumerGroup(stage.Group()), kgo.InstanceID("leader"), kgo.ConsumeTopics(stage.Inputs()...),
		kgo.Balancers(balancer), kgo.DisableAutoCommit())
	c.given(stage)(testPartitions)
	wire := newWire(c.fake, network, nil)
	defer wire.close()
	wire.arm(strikes)
	follower := c.runner(stage, "follower", state.OpenMemory())
	follower.options.Client = append(slices.Clone(c.client), kgo.Dialer(wire.dial))
	defer c.run(follower)()
	eventually(t, func() bool { return follower.Status().Tasks == testPartitions/2 })
	if !balancer.forgot.Load() {
		t.Error("the leader has not forgotten a task: the test tests nothing")
	}
	if strikes.treatment != "" && wire.treated() == 0 {
		t.Errorf("no description of the group was %s: the test tests nothing", strikes.treatment)
	}
	c.leave(stage, "leader")
	leader.Close()
	c.checkNumbers(30, 30)
}

// forgetful gives one task of the follower's to nobody when it has evened out its members for the first time.
type forgetful struct {
	taskBalancer
	forgot atomic.Bool
}

func (f *forgetful) MemberBalancer(members []kmsg.JoinGroupResponseMember) (kgo.GroupMemberBalancer, map[string]struct{}, error) {
	balancer, err := kgo.NewConsumerBalancer(f, members)
	return balancer, balancer.MemberTopics(), err
}

func (f *forgetful) Balance(b *kgo.ConsumerBalancer, inputs map[string]int32) kgo.IntoSyncAssignment {
	plan := f.taskBalancer.Balance(b, inputs).(*kgo.BalancePlan)
	for _, member := range b.Members() {
		for topic, tasks := range plan.AsMemberIDMap()[member.MemberID] {
			if *member.InstanceID == "follower" && len(tasks) == testPartitions/2 && f.forgot.CompareAndSwap(false, true) {
				plan.AsMemberIDMap()[member.MemberID][topic] = tasks[1:]
			}
		}
	}
	return plan
}
