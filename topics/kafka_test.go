//go:build kafka

package topics

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/schemas"
)

// realCluster is the broker and the registry that deploy/kafka/start.sh started. The catalogue's topics go when the test
// ends; the registry keeps its schemas.
func realCluster(t *testing.T) *cluster {
	t.Helper()
	brokers, registryURL := os.Getenv("WAYBILL_TEST_BROKERS"), os.Getenv("WAYBILL_TEST_REGISTRY")
	if brokers == "" || registryURL == "" {
		t.Fatal("WAYBILL_TEST_BROKERS or WAYBILL_TEST_REGISTRY is not set: run the test by `make test-kafka`, or export what deploy/kafka/start.sh prints")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	registry, err := schemas.NewRegistryClient(schemas.RegistryOptions{URLs: []string{registryURL}})
	if err != nil {
		t.Fatal(err)
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(brokers))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	c := &cluster{t: t, ctx: ctx, client: client, admin: kadm.NewClient(client), registry: registry}
	t.Cleanup(func() {
		var names []string
		for _, entry := range Default().Topics() {
			names = append(names, entry.Name)
		}
		if _, err := c.admin.DeleteTopics(ctx, names...); err != nil {
			t.Error(err)
		}
		for {
			topics, err := c.admin.ListTopics(uncached(ctx), names...)
			if err != nil {
				t.Error(err)
				return
			}
			if !slices.ContainsFunc(names, func(name string) bool { return topics[name].Err == nil }) {
				return // what follows finds an empty cluster
			}
		}
	})
	return c
}

func TestPlanIsEmptyAfterApplyOnKafka(t *testing.T) {
	c := realCluster(t)
	options := Options{ReplicationFactor: 1, MinInsync: 1}
	c.apply(Default(), options)
	expect(t, c.plan(Default(), options))
}

func TestDifferencesOnKafkaAreSetBack(t *testing.T) {
	c := realCluster(t)
	c.apply(Default(), Options{})
	alter := []kadm.AlterConfig{{Name: "cleanup.policy", Value: kadm.StringPtr("compact,delete")}, {Name: "compression.type", Value: kadm.StringPtr("zstd")}}
	if _, err := c.admin.AlterTopicConfigs(c.ctx, alter, "o2c.exceptions"); err != nil {
		t.Fatal(err)
	}
	if err := settle(c.ctx, c.admin, []Change{{Target: "o2c.exceptions", Setting: "cleanup.policy", To: "compact,delete"}}); err != nil {
		t.Fatal(err)
	}
	if err := c.registry.SetCompatibility(c.ctx, "o2c.exceptions-value", "BACKWARD"); err != nil {
		t.Fatal(err)
	}
	expect(t, c.apply(Default(), Options{}),
		"set config o2c.exceptions cleanup.policy: compact,delete → compact",
		"set compatibility o2c.exceptions-value BACKWARD → FULL_TRANSITIVE")
	expect(t, c.plan(Default(), Options{}))
}

func TestRepairsOnKafkaArePublishedAndTakenBack(t *testing.T) {
	c := realCluster(t)
	c.apply(Default(), Options{})
	catalogue := changed(t, map[string]string{"repairs/wms.yaml": strings.ReplaceAll(oneRepair, "%s", "renamed")})
	expect(t, c.apply(catalogue, Options{}), "publish repair wms.shipments/1f0c9d3a7b5e2468 wms-4.2: renamed")
	expect(t, c.plan(catalogue, Options{}))
	expect(t, c.apply(Default(), Options{}), "delete repair wms.shipments/1f0c9d3a7b5e2468 no longer in the catalogue")
	expect(t, c.plan(Default(), Options{}))
}
