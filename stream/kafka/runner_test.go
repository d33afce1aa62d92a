package kafka

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
	"waybill/topics"
)

const testPartitions = 4

// patient is how long a test waits for what must come: only a failure takes so long, however busy the machine is.
const patient = 2 * time.Minute

// stageName makes a stage's name from a test's.
var stageName = strings.NewReplacer("/", "-", "_", "-", ":", "", ".", "")

// counting is a stage that numbers the demands of a key: number n goes out exactly once if, and only if, state, input
// offsets and output move together.
func counting(t *testing.T) *stream.Stage {
	return countingUnless(t, func() error { return nil })
}

// countingUnless asks before it takes a record of one of the keys.
func countingUnless(t *testing.T, stumble func() error) *stream.Stage {
	stage := stream.NewStage(stageName.Replace(strings.ToLower(t.Name()))) // a group of its own: a broker forgets one's offsets late

	type Count struct {
		Seen int64 `avro:"seen"`
	}
	counts := stream.NewTable[state.Text, Count](stage, 1, "counts")
	out := stream.Emit(stage, topics.Availability)
	stream.On(stage, topics.Demand, func(s *stream.Step, demand *schemas.Demand) error {
		if demand.OrderID == "order-007" {
			if err := stumble(); err != nil {
				return err
			}
		}
		var next Count
		if row := counts.Get(s, state.Text(demand.OrderID)); row != nil {
			next = *row
		}
		next.Seen++
		counts.Put(s, state.Text(demand.OrderID), &next)
		s.Count("applied")
		out.Send(s, demand.OrderID, &schemas.Availability{ItemID: demand.OrderID, SourceLagSeconds: next.Seen})
		return nil
	})
	return stage
}

type cluster struct {
	t        *testing.T
	fake     *kfake.Cluster // nil: the broker is real
	client   []kgo.Opt
	registry *schemas.LocalRegistry
}

func newCluster(t *testing.T, stages ...*stream.Stage) *cluster {
	fake, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	c := newClusterAt(t, fake.ListenAddrs(), stages...)
	c.fake = fake
	return c
}

// newClusterAt makes the stages' topics, empty, on brokers.
func newClusterAt(t *testing.T, brokers []string, stages ...*stream.Stage) *cluster {
	c := &cluster{t: t, client: []kgo.Opt{kgo.SeedBrokers(brokers...)}, registry: schemas.NewLocalRegistry()}
	names := map[string]bool{topics.DeadLetters: true}
	for _, stage := range stages {
		for _, list := range [][]string{stage.Inputs(), stage.Outputs(), stage.References(), {stage.Changelog()}} {
			for _, name := range list {
				names[name] = true
			}
		}
	}
	admin := kadm.NewClient(c.connect())
	for name := range names {
		c.createAnew(admin, name)
	}
	return c
}

// createAnew makes a topic, in place of another test's, and waits until the broker shows this one.
func (c *cluster) createAnew(admin *kadm.Client, name string) {
	ctx := context.Background()
	eventually(c.t, func() bool {
		made, err := admin.CreateTopic(ctx, testPartitions, 1, nil, name)
		if errors.Is(err, kerr.TopicAlreadyExists) {
			if _, err := admin.DeleteTopic(ctx, name); err != nil && !errors.Is(err, kerr.UnknownTopicOrPartition) {
				c.t.Fatal(err)
			}
			return false
		}
		if err != nil {
			c.t.Fatal(err)
		}
		eventually(c.t, func() bool {
			listed, err := admin.ListTopics(ctx, name)
			return err == nil && listed[name].Err == nil && listed[name].ID == made.ID
		})
		return true
	})
}

func (c *cluster) connect(more ...kgo.Opt) *kgo.Client {
	client, err := kgo.NewClient(append(append([]kgo.Opt{kgo.RecordPartitioner(partitioner())}, c.client...), more...)...)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(client.Close)
	return client
}

func (c *cluster) produceDemands(from, to, keys int) {
	client := c.connect()
	codec := schemas.NewCodec[schemas.Demand](c.registry, topics.Demand.Name())
	for i := from; i < to; i++ {
		key := fmt.Sprintf("order-%03d", i%keys)
		value, err := codec.Append(context.Background(), nil, &schemas.Demand{OrderID: key})
		if err != nil {
			c.t.Fatal(err)
		}
		client.Produce(context.Background(), &kgo.Record{Topic: topics.Demand.Name(), Partition: -1, Key: []byte(key), Value: value}, func(_ *kgo.Record, err error) {
			if err != nil {
				c.t.Error(err)
			}
		})
	}
	if err := client.Flush(context.Background()); err != nil {
		c.t.Fatal(err)
	}
}

func (c *cluster) runner(stage *stream.Stage, instance string, store state.Store) *Runner {
	program, err := stream.Bind(stage, c.registry, "test")
	if err != nil {
		c.t.Fatal(err)
	}
	runner, err := NewRunner(program, Options{
		Client: c.client, Registry: c.registry, Instance: instance, CommitInterval: 5 * time.Millisecond,
		OpenStore:    func(string) (state.Store, error) { return unclosed{store}, nil },
		DropStore:    func(string) error { return nil },
		EpochRecords: 200,
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return runner
}

// unclosed keeps a store open over the runners that use it in turn.
type unclosed struct{ state.Store }

func (unclosed) Close() error { return nil }

// numbers reads what went out: by key, in order.
func (c *cluster) numbers(want int) map[string][]int64 {
	client := c.connect(kgo.ConsumeTopics(topics.Availability.Name()), kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	codec := schemas.NewCodec[schemas.Availability](c.registry, topics.Availability.Name())
	ctx, cancel := context.WithTimeout(context.Background(), patient)
	defer cancel()
	seen, total := map[string][]int64{}, 0
	for total < want {
		fetches := client.PollFetches(ctx)
		if ctx.Err() != nil {
			c.t.Fatalf("%d of %d records came out", total, want)
		}
		fetches.EachRecord(func(record *kgo.Record) {
			value, err := codec.Decode(ctx, record.Value)
			if err != nil {
				c.t.Fatal(err)
			}
			seen[value.ItemID] = append(seen[value.ItemID], value.SourceLagSeconds)
			total++
		})
	}
	return seen
}

func (c *cluster) checkNumbers(events, keys int) {
	c.t.Helper()
	for key, numbers := range c.numbers(events) {
		for i, n := range numbers {
			if n != int64(i+1) {
				c.t.Fatalf("%s: record %d carries number %d: %v", key, i, n, numbers)
			}
		}
		if len(numbers) != events/keys {
			c.t.Fatalf("%s: %d records, want %d", key, len(numbers), events/keys)
		}
	}
}

// given returns what waits until the group is stable and has given so many of a stage's tasks to members.
func (c *cluster) given(stage *stream.Stage) func(tasks int) {
	admin := kadm.NewClient(c.connect())
	return func(tasks int) {
		c.t.Helper()
		eventually(c.t, func() bool {
			groups, err := admin.DescribeGroups(context.Background(), stage.Group())
			return err == nil && groups[stage.Group()].State == "Stable" && len(groups.AssignedPartitions()[stage.Inputs()[0]]) == tasks
		})
	}
}

// leave has a member leave its group.
func (c *cluster) leave(stage *stream.Stage, instance string) {
	c.t.Helper()
	if _, err := kadm.NewClient(c.connect()).LeaveGroup(context.Background(), kadm.LeaveGroup(stage.Group()).InstanceIDs(instance)); err != nil {
		c.t.Fatal(err)
	}
}

// run starts a runner and returns what ends it and waits for that.
func (c *cluster) run(runner *Runner) func() {
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() {
		if err := runner.Run(ctx); err != nil {
			c.t.Errorf("run: %v", err)
		}
	})
	return func() { cancel(); done.Wait() }
}

func TestEveryRecordCountsOnce(t *testing.T) { everyRecordCountsOnce(newCluster(t, counting(t))) }

func everyRecordCountsOnce(c *cluster) {
	c.produceDemands(0, 3000, 30)
	stop := c.run(c.runner(counting(c.t), "a", state.OpenMemory()))
	defer stop()
	c.checkNumbers(3000, 30)
}

func TestRestartReadsOnFromTheStoreAndFromNothing(t *testing.T) {
	restartReadsOn(newCluster(t, counting(t)))
}

func restartReadsOn(c *cluster) {
	store := state.OpenMemory()
	for round := range 6 {
		c.produceDemands(round*600, (round+1)*600, 30)
		if round == 3 {
			store = state.OpenMemory() // a new disk
		}
		if round%2 == 1 {
			store.Crash(0)
		}
		stop := c.run(c.runner(counting(c.t), "a", store))
		c.numbers((round + 1) * 600)
		stop()
	}
	c.checkNumbers(3600, 30)
}

func TestInstancesThatComeAndGoShareTheTasks(t *testing.T) {
	instancesComeAndGo(newCluster(t, counting(t)))
}

func instancesComeAndGo(c *cluster) {
	stopA := c.run(c.runner(counting(c.t), "a", state.OpenMemory()))
	c.produceDemands(0, 900, 30)
	c.numbers(300)
	runnerB := c.runner(counting(c.t), "b", state.OpenMemory())
	stopB := c.run(runnerB)
	c.produceDemands(900, 1800, 30)
	eventually(c.t, func() bool { return runnerB.Status().Tasks == testPartitions/2 })
	c.produceDemands(1800, 2700, 30)
	c.numbers(2000)
	stopA()
	c.produceDemands(2700, 3000, 30)
	defer stopB()
	c.checkNumbers(3000, 30)
}

func TestAnInstanceThatIsOneTooManyIsReadyToTakeOver(t *testing.T) {
	c := newCluster(t, counting(t))
	var runners []*Runner
	for instance := range testPartitions + 1 {
		runner := c.runner(counting(t), fmt.Sprint("i", instance), state.OpenMemory())
		runners = append(runners, runner)
		defer c.run(runner)()
	}
	eventually(t, func() bool {
		tasks := 0
		for _, runner := range runners {
			if !runner.Status().Ready() {
				return false
			}
			tasks += runner.Status().Tasks
		}
		return tasks == testPartitions
	})
}

// eventually waits for what another goroutine brings about.
func eventually(t *testing.T, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(patient)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("it did not come about within %s", patient)
		}
		pause(context.Background(), 5*time.Millisecond)
	}
}
