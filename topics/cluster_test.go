package topics

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sr/srfake"

	"waybill/schemas"
)

// cluster is an embedded broker and registry.
type cluster struct {
	t        *testing.T
	ctx      context.Context
	client   *kgo.Client
	admin    *kadm.Client
	registry *schemas.RegistryClient
}

func startCluster(t *testing.T) *cluster {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	broker, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(broker.Close)
	fake := srfake.New()
	t.Cleanup(fake.Close)
	registry, err := schemas.NewRegistryClient(schemas.RegistryOptions{URLs: []string{fake.URL()}})
	if err != nil {
		t.Fatal(err)
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(broker.ListenAddrs()...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return &cluster{t: t, ctx: ctx, client: client, admin: kadm.NewClient(client), registry: registry}
}

func (c *cluster) plan(catalogue Catalogue, options Options) Changes {
	c.t.Helper()
	changes, err := Plan(c.ctx, c.client, c.registry, catalogue, options)
	if err != nil {
		c.t.Fatal(err)
	}
	return changes
}

func (c *cluster) apply(catalogue Catalogue, options Options) Changes {
	c.t.Helper()
	changes := c.plan(catalogue, options)
	if err := Apply(c.ctx, c.client, c.registry, changes); err != nil {
		c.t.Fatal(err)
	}
	return changes
}

// expect compares the lines of a plan, columns aside.
func expect(t *testing.T, changes Changes, lines ...string) {
	t.Helper()
	var got []string
	for line := range strings.Lines(changes.String()) {
		got = append(got, strings.Join(strings.Fields(line), " "))
	}
	if !slices.Equal(got, lines) {
		t.Errorf("plan is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(lines, "\n"))
	}
}

// changed is the built-in catalogue with other files in it.
func changed(t *testing.T, files map[string]string) Catalogue {
	t.Helper()
	catalogue, err := Load(withFiles(files))
	if err != nil {
		t.Fatal(err)
	}
	return catalogue
}

// withFiles is the folder of the built-in catalogue with other files in it.
func withFiles(files map[string]string) fstest.MapFS {
	folder := fstest.MapFS{}
	err := fs.WalkDir(Embedded(), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(Embedded(), path)
		folder[path] = &fstest.MapFile{Data: text}
		return err
	})
	if err != nil {
		panic(err) // embedded
	}
	for path, text := range files {
		folder[path] = &fstest.MapFile{Data: []byte(text)}
	}
	return folder
}

func TestPlanIsEmptyAfterApply(t *testing.T) {
	c := startCluster(t)
	options := Options{Extra: []Entry{ChangelogOf("waybill-fulfilment-changelog", 8)}, MinInsync: 1, ReplicationFactor: 1}
	changes := c.apply(Default(), options)
	entries := len(Default().Topics())
	if got := len(changes.of(CreateTopic)); got != entries+1 {
		t.Errorf("%d topics created, want the catalogue's %d and one changelog", got, entries)
	}
	if got := len(changes.of(RegisterSchema)); got != entries-1 {
		t.Errorf("%d schemas registered, want one for each topic but dead letters, %d", got, entries-1)
	}
	if again := c.plan(Default(), options); !again.Empty() {
		t.Errorf("planned again after apply:\n%s", again)
	}
}

func TestTopicIsCreatedAsTheCatalogueSays(t *testing.T) {
	c := startCluster(t)
	c.apply(Default(), Options{Extra: []Entry{ChangelogOf("waybill-intake-changelog", 8)}, MinInsync: 1, ReplicationFactor: 1})
	names := []string{"wms.shipments", "o2c.exceptions", DeadLetters, "waybill-intake-changelog"}
	described, err := c.admin.DescribeTopicConfigs(c.ctx, names...)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]map[string]string{
		"wms.shipments":            {"cleanup.policy": "delete", "retention.ms": "7776000000", "max.message.bytes": "16777216"},
		"o2c.exceptions":           {"cleanup.policy": "compact", "delete.retention.ms": "604800000", "max.message.bytes": "16777216"},
		DeadLetters:                {"cleanup.policy": "delete", "retention.ms": "31536000000", "max.message.bytes": "17825792"},
		"waybill-intake-changelog": {"cleanup.policy": "compact", "segment.bytes": "67108864", "delete.retention.ms": "604800000"},
	}
	for _, name := range names {
		config, err := described.On(name, nil)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, each := range config.Configs {
			got[each.Key] = each.MaybeValue()
		}
		for key, value := range want[name] {
			if got[key] != value {
				t.Errorf("%s: %s is %s, want %s", name, key, got[key], value)
			}
		}
		if got["min.insync.replicas"] != "1" || got["message.timestamp.type"] != "CreateTime" {
			t.Errorf("%s: min.insync.replicas %s, message.timestamp.type %s", name, got["min.insync.replicas"], got["message.timestamp.type"])
		}
	}
	topics, err := c.admin.ListTopics(uncached(c.ctx), names...)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if got := len(topics[name].Partitions); got != 8 {
			t.Errorf("%s has %d partitions, want 8", name, got)
		}
	}
}

func TestOnlyConfigsOfTheCatalogueAreSetBack(t *testing.T) {
	c := startCluster(t)
	c.apply(Default(), Options{})
	alter := []kadm.AlterConfig{
		{Name: "retention.ms", Value: kadm.StringPtr("1000")},
		{Name: "compression.type", Value: kadm.StringPtr("zstd")},
	}
	if _, err := c.admin.AlterTopicConfigs(c.ctx, alter, "o2c.orders"); err != nil {
		t.Fatal(err)
	}
	expect(t, c.apply(Default(), Options{}), "set config o2c.orders retention.ms: 1000 → 2592000000")
	expect(t, c.plan(Default(), Options{}))
	described, err := c.admin.DescribeTopicConfigs(c.ctx, "o2c.orders")
	if err != nil {
		t.Fatal(err)
	}
	for _, each := range described[0].Configs {
		if each.Key == "compression.type" && each.MaybeValue() != "zstd" {
			t.Errorf("compression.type is %s: the operator's config was changed", each.MaybeValue())
		}
	}
}

func TestPartitionsOfStandingTopicAreNeverChanged(t *testing.T) {
	c := startCluster(t)
	if _, err := c.admin.CreateTopic(c.ctx, 3, 1, nil, "o2c.orders"); err != nil {
		t.Fatal(err)
	}
	changes := c.plan(Default(), Options{})
	if len(changes.Refused) != 1 || changes.Refused[0].Target != "o2c.orders" || !strings.Contains(changes.Refused[0].Reason, "3 partitions, the catalogue says 8") {
		t.Fatalf("refused is %v", changes.Refused)
	}
	if err := Apply(c.ctx, c.client, c.registry, changes); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "o2c.orders") {
		t.Errorf("apply says %v", err)
	}
	topics, err := c.admin.ListTopics(uncached(c.ctx))
	if err != nil {
		t.Fatal(err)
	}
	if len(topics) != 1 {
		t.Errorf("topics are %v: a refused plan was applied in part", topics.Names())
	}
}

func TestReplicasOfStandingTopicAreRefusedWhereTheyDiffer(t *testing.T) {
	c := startCluster(t)
	c.apply(Default(), Options{ReplicationFactor: 1})
	if changes := c.plan(Default(), Options{ReplicationFactor: 3, MinInsync: 2}); len(changes.Refused) != 2*len(Default().Topics()) {
		t.Errorf("refused is %v, want replicas and min.insync.replicas of each topic", changes.Refused)
	}
}

func TestOptionsThatContradictEachOtherAreAllNamed(t *testing.T) {
	c := startCluster(t)
	for _, each := range []struct {
		options Options
		want    string
	}{
		{Options{ReplicationFactor: 1, MinInsync: 2}, "min.insync.replicas 2 is more than the replication factor 1"},
		{Options{ReplicationFactor: -1, MinInsync: -2}, "replication factor -1 is negative\nmin.insync.replicas -2 is negative"},
	} {
		if _, err := Plan(c.ctx, c.client, c.registry, Default(), each.options); err == nil || !strings.Contains(err.Error(), each.want) {
			t.Errorf("%+v: error is %v, want %q", each.options, err, each.want)
		}
	}
}

func TestLevelThatSomeoneChangedIsSetBack(t *testing.T) {
	c := startCluster(t)
	c.apply(Default(), Options{})
	if err := c.registry.SetCompatibility(c.ctx, "wms.shipments-value", "NONE"); err != nil {
		t.Fatal(err)
	}
	expect(t, c.apply(Default(), Options{}), "set compatibility wms.shipments-value NONE → FULL_TRANSITIVE")
	expect(t, c.plan(Default(), Options{}))
}

// refusing is a registry to which no schema is compatible with an earlier one.
type refusing struct{ *schemas.RegistryClient }

func (refusing) Compatible(context.Context, string, string) (bool, []string, error) {
	return false, []string{"reader field order_id is missing"}, nil
}

func TestContractThatDoesNotFollowTheRegisteredOneIsRefused(t *testing.T) {
	c := startCluster(t)
	const earlier = `{"type":"record","name":"OrderEvent","namespace":"waybill","fields":[]}`
	if _, err := c.registry.Register(c.ctx, "o2c.orders-value", earlier); err != nil {
		t.Fatal(err)
	}
	if err := c.registry.SetCompatibility(c.ctx, "o2c.orders-value", "FULL_TRANSITIVE"); err != nil {
		t.Fatal(err)
	}
	changes, err := Plan(c.ctx, c.client, refusing{c.registry}, Default(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(changes.Refused) != 1 || changes.Refused[0].Target != "o2c.orders-value" || !strings.Contains(changes.Refused[0].Reason, "order_id is missing") {
		t.Errorf("refused is %v", changes.Refused)
	}
	// A registry that takes it: it becomes the subject's second schema.
	if got := c.apply(Default(), Options{}); !slices.ContainsFunc(got.Changes, func(change Change) bool {
		return change.Action == RegisterSchema && change.Target == "o2c.orders-value"
	}) {
		t.Errorf("plan is\n%s", got)
	}
	expect(t, c.plan(Default(), Options{}))
}

func TestRegistryThatIsAwayIsAnErrorNotAnEmptyPlan(t *testing.T) {
	c := startCluster(t)
	away, err := schemas.NewRegistryClient(schemas.RegistryOptions{URLs: []string{"http://127.0.0.1:1"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Plan(c.ctx, c.client, away, Default(), Options{}); !errors.Is(err, schemas.ErrRegistryUnavailable) {
		t.Errorf("error is %v", err)
	}
}

func TestSettlingEndsWithItsContext(t *testing.T) {
	c := startCluster(t)
	ctx, cancel := context.WithTimeout(c.ctx, 2*settlePause)
	defer cancel()
	err := settle(ctx, c.admin, []Change{{Action: CreateTopic, Target: "o2c.orders", topic: &newTopic{}}})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error is %v", err)
	}
}

const oneRepair = `
repairs:
  - repair_id: wms-4.2
    topic: wms.shipments
    writer: "1f0c9d3a7b5e2468"
    why: %s
    steps:
      - {action: rename, path: "lines[].qty", to: quantity}
      - {action: default, path: "lines[].uom", value: EA}
`

func TestRepairsArePublishedChangedAndTakenBack(t *testing.T) {
	c := startCluster(t)
	key := "wms.shipments/1f0c9d3a7b5e2468"
	c.apply(Default(), Options{})

	first := changed(t, map[string]string{"repairs/wms.yaml": strings.ReplaceAll(oneRepair, "%s", "quantity was renamed")})
	expect(t, c.apply(first, Options{}), "publish repair "+key+" wms-4.2: quantity was renamed")
	expect(t, c.plan(first, Options{}))
	published, err := readLatest(c.ctx, c.client, c.admin, Repairs.Name())
	if err != nil {
		t.Fatal(err)
	}
	repair, err := schemas.NewCodec[schemas.Repair](c.registry, Repairs.Name()).Decode(c.ctx, published[key])
	if err != nil {
		t.Fatal(err)
	}
	if got, want := *repair.Steps[1].Value, `"EA"`; got != want {
		t.Errorf("published value is %s, want %s", got, want)
	}

	second := changed(t, map[string]string{"repairs/wms.yaml": strings.ReplaceAll(oneRepair, "%s", "another reason")})
	expect(t, c.apply(second, Options{}), "publish repair "+key+" wms-4.2: another reason")

	expect(t, c.apply(Default(), Options{}), "delete repair "+key+" no longer in the catalogue")
	expect(t, c.plan(Default(), Options{}))
}

func TestPublishedRepairThatCannotBeReadIsReplaced(t *testing.T) {
	c := startCluster(t)
	c.apply(Default(), Options{})
	records := []*kgo.Record{
		{Topic: Repairs.Name(), Key: []byte("wms.shipments/1f0c9d3a7b5e2468"), Value: []byte("not Avro")},
		{Topic: Repairs.Name(), Key: []byte("nobody's"), Value: []byte("not Avro")},
	}
	if err := c.client.ProduceSync(c.ctx, records...).FirstErr(); err != nil {
		t.Fatal(err)
	}
	catalogue := changed(t, map[string]string{"repairs/wms.yaml": strings.ReplaceAll(oneRepair, "%s", "renamed")})
	expect(t, c.apply(catalogue, Options{}),
		"publish repair wms.shipments/1f0c9d3a7b5e2468 wms-4.2: renamed",
		"delete repair nobody's no longer in the catalogue")
	expect(t, c.plan(catalogue, Options{}))
}

func TestPlanIsJSONWithListsThatAreNeverNull(t *testing.T) {
	c := startCluster(t)
	c.apply(Default(), Options{})
	text, err := json.Marshal(c.plan(Default(), Options{}))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(text), `{"changes":[],"refused":[]}`; got != want {
		t.Errorf("empty plan is %s, want %s", got, want)
	}
}

func TestErrorsOfTheBrokerNameTheTopic(t *testing.T) {
	c := startCluster(t)
	err := Apply(c.ctx, c.client, c.registry, Changes{Changes: []Change{
		{Action: CreateTopic, Target: "o2c.orders", topic: &newTopic{partitions: 1, replication: 9, configs: maps.Clone(ChangelogOf("x", 1).Configs())}},
	}})
	if err == nil || !strings.Contains(err.Error(), "create topic o2c.orders: ") {
		t.Errorf("error is %v", err)
	}
	err = Apply(c.ctx, c.client, c.registry, Changes{Changes: []Change{{Action: SetConfig, Target: "absent", Setting: "retention.ms", To: "1"}}})
	if err == nil || !strings.Contains(err.Error(), "set retention.ms of topic absent to 1: ") {
		t.Errorf("error is %v", err)
	}
}
