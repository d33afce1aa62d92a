// Package dev is waybill in one process: an embedded broker and registry, every stage, and something to play.
package dev

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sr/srfake"

	"waybill/schemas"
	"waybill/stream"
	"waybill/topics"
)

// Cluster is an embedded broker and registry with the catalogue applied. Both listen on the loopback address only, and
// keep what they hold in memory.
type Cluster struct {
	Brokers     []string
	RegistryURL string
	Registry    *schemas.RegistryClient

	fake     *kfake.Cluster
	registry *srfake.Registry
}

// StartCluster starts the two and applies the catalogue, with the changelogs of the stages. A port of 0 takes any.
func StartCluster(ctx context.Context, catalogue topics.Catalogue, stages []*stream.Stage, port int) (*Cluster, error) {
	fake, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.Ports(port))
	if err != nil {
		return nil, fmt.Errorf("starting the embedded broker on port %d: %w", port, err)
	}
	c := &Cluster{fake: fake, registry: srfake.New(), Brokers: fake.ListenAddrs()}
	c.RegistryURL = c.registry.URL()
	if c.Registry, err = schemas.NewRegistryClient(schemas.RegistryOptions{URLs: []string{c.RegistryURL}}); err == nil {
		err = c.apply(ctx, catalogue, stages)
	}
	if err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// Client gives the options of a connection.
func (c *Cluster) Client() []kgo.Opt { return []kgo.Opt{kgo.SeedBrokers(c.Brokers...)} }

// Close stops the two; what they held is gone.
func (c *Cluster) Close() {
	c.fake.Close()
	c.registry.Close()
}

func (c *Cluster) apply(ctx context.Context, catalogue topics.Catalogue, stages []*stream.Stage) error {
	client, err := kgo.NewClient(c.Client()...)
	if err != nil {
		return err
	}
	defer client.Close()
	plan, err := topics.Plan(ctx, client, c.Registry, catalogue, topics.Options{ReplicationFactor: 1, Extra: stream.Changelogs(catalogue, stages)})
	if err != nil {
		return fmt.Errorf("planning the embedded topics: %w", err)
	}
	if err := topics.Apply(ctx, client, c.Registry, plan); err != nil {
		return fmt.Errorf("creating the embedded topics: %w", err)
	}
	return keepAll(ctx, kadm.NewClient(client))
}

// keepAll lifts the topics' retention: a scenario's clock may show any year, and its records are not to age by the real one.
func keepAll(ctx context.Context, admin *kadm.Client) error {
	names, err := admin.ListTopics(ctx)
	if err != nil {
		return err
	}
	altered, err := admin.AlterTopicConfigs(ctx, []kadm.AlterConfig{{Name: "retention.ms", Value: new("-1")}}, names.Names()...)
	if err != nil {
		return err
	}
	for _, one := range altered {
		if one.Err != nil {
			return fmt.Errorf("topic %s: %w", one.Name, one.Err)
		}
	}
	return nil
}
