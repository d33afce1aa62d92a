package topics

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
)

const (
	// settlePause is between two looks at what the brokers show.
	settlePause = 50 * time.Millisecond
	// settleWait bounds how long brokers may lag behind the controller.
	settleWait = 30 * time.Second
)

// settle waits until the brokers show what the controller has agreed to: they learn of it a moment later, and a plan, or a
// producer, that comes at once would find the cluster as it was.
func settle(ctx context.Context, admin *kadm.Client, changes []Change) error {
	if len(changes) == 0 {
		return nil
	}
	deadline := time.NewTimer(settleWait)
	defer deadline.Stop()
	for {
		missing, err := unsettled(ctx, admin, changes)
		if errors.Is(err, kerr.UnknownTopicOrPartition) {
			missing, err = err.Error(), nil // by a broker that is further behind than the one that listed it
		}
		if err != nil || missing == "" {
			return err
		}
		pause := time.NewTimer(settlePause)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return ctx.Err()
		case <-deadline.C:
			pause.Stop()
			return fmt.Errorf("the controller agreed %s ago, but the brokers do not show it: %s", settleWait, missing)
		}
	}
}

// unsettled names the first change that the brokers do not show yet.
func unsettled(ctx context.Context, admin *kadm.Client, changes []Change) (string, error) {
	wanted := configsAfter(changes)
	names := sortedKeys(wanted)
	details, err := admin.ListTopics(uncached(ctx), names...)
	if err != nil {
		return "", fmt.Errorf("list topics: %w", err)
	}
	for _, name := range names {
		if len(details[name].Partitions) == 0 {
			return "topic " + name, nil
		}
		for _, partition := range details[name].Partitions {
			if partition.Leader < 0 {
				return fmt.Sprintf("leader of topic %s, partition %d", name, partition.Partition), nil
			}
		}
	}
	configs, err := admin.DescribeTopicConfigs(ctx, names...)
	if err != nil {
		return "", fmt.Errorf("describe topic configs: %w", err)
	}
	for _, name := range names {
		described, err := configs.On(name, func(c *kadm.ResourceConfig) error { return c.Err })
		if err != nil {
			return "", fmt.Errorf("describe the configs of topic %s: %w", name, err)
		}
		for _, setting := range sortedKeys(wanted[name]) {
			if current := valueOf(described, setting); current != wanted[name][setting] {
				return fmt.Sprintf("%s of topic %s, which is %s", setting, name, orNone(current)), nil
			}
		}
	}
	return "", nil
}

// configsAfter are the configs that the changes set, by topic.
func configsAfter(changes []Change) map[string]map[string]string {
	wanted := map[string]map[string]string{}
	for _, change := range changes {
		if wanted[change.Target] == nil {
			wanted[change.Target] = map[string]string{}
		}
		if change.topic != nil {
			wanted[change.Target] = change.topic.configs
		} else {
			wanted[change.Target][change.Setting] = change.To
		}
	}
	return wanted
}

// valueOf finds a config of a topic; empty when the broker does not have it.
func valueOf(described kadm.ResourceConfig, setting string) string {
	for _, config := range described.Configs {
		if config.Key == setting {
			return config.MaybeValue()
		}
	}
	return ""
}
