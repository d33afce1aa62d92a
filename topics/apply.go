package topics

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"waybill/schemas"
)

// ErrRefused says that a plan holds differences that a person has to decide on, so that nothing of it was applied.
var ErrRefused = errors.New("the plan holds differences that are not changed by a program")

// Apply makes the changes of a plan. It may be repeated: what is done already shows in no later plan. After an error, plan
// again: what came before the error is done.
func Apply(ctx context.Context, client *kgo.Client, registry Registry, changes Changes) error {
	if len(changes.Refused) > 0 {
		return fmt.Errorf("%w:\n%s", ErrRefused, Changes{Refused: changes.Refused})
	}
	a := &applying{client: client, admin: kadm.NewClient(client), registry: registry}
	if err := a.createTopics(ctx, changes.of(CreateTopic)); err != nil {
		return err
	}
	if err := a.setConfigs(ctx, changes.of(SetConfig)); err != nil {
		return err
	}
	if err := settle(ctx, a.admin, append(changes.of(CreateTopic), changes.of(SetConfig)...)); err != nil {
		return err
	}
	if err := a.settleSubjects(ctx, changes); err != nil {
		return err
	}
	return a.publishRepairs(ctx, append(changes.of(PublishRepair), changes.of(DeleteRepair)...))
}

type applying struct {
	client   *kgo.Client
	admin    *kadm.Client
	registry Registry
}

// of picks the changes of one action, in order.
func (c Changes) of(action Action) []Change {
	return slices.DeleteFunc(slices.Clone(c.Changes), func(change Change) bool { return change.Action != action })
}

const requestMillis = 30_000

// createTopics creates all topics with one request.
func (a *applying) createTopics(ctx context.Context, changes []Change) error {
	if len(changes) == 0 {
		return nil
	}
	request := kmsg.NewPtrCreateTopicsRequest()
	request.TimeoutMillis = requestMillis
	for _, change := range changes {
		topic := kmsg.NewCreateTopicsRequestTopic()
		topic.Topic, topic.NumPartitions, topic.ReplicationFactor = change.Target, change.topic.partitions, change.topic.replication
		for _, name := range sortedKeys(change.topic.configs) {
			config := kmsg.NewCreateTopicsRequestTopicConfig()
			config.Name, config.Value = name, kmsg.StringPtr(change.topic.configs[name])
			topic.Configs = append(topic.Configs, config)
		}
		request.Topics = append(request.Topics, topic)
	}
	response, err := request.RequestWith(ctx, a.client)
	if err != nil {
		return fmt.Errorf("create topics: %w", err)
	}
	var failures []error
	for _, topic := range response.Topics {
		if err := brokerError(topic.ErrorCode, topic.ErrorMessage); err != nil {
			failures = append(failures, fmt.Errorf("create topic %s: %w", topic.Topic, err))
		}
	}
	return errors.Join(failures...)
}

// brokerError adds the broker's own words to its code: they name what is wrong.
func brokerError(code int16, message *string) error {
	err := kerr.ErrorForCode(code)
	if err == nil || message == nil || *message == "" {
		return err
	}
	return fmt.Errorf("%w: %s", err, *message)
}

// setConfigs alters what differs and nothing else.
func (a *applying) setConfigs(ctx context.Context, changes []Change) error {
	var failures []error
	for _, change := range changes {
		alter := []kadm.AlterConfig{{Op: kadm.SetConfig, Name: change.Setting, Value: kadm.StringPtr(change.To)}}
		responses, err := a.admin.AlterTopicConfigs(ctx, alter, change.Target)
		if err == nil {
			_, err = responses.On(change.Target, func(r *kadm.AlterConfigsResponse) error {
				if r.Err != nil && r.ErrMessage != "" {
					return fmt.Errorf("%w: %s", r.Err, r.ErrMessage)
				}
				return r.Err
			})
		}
		if err != nil {
			failures = append(failures, fmt.Errorf("set %s of topic %s to %s: %w", change.Setting, change.Target, change.To, err))
		}
	}
	return errors.Join(failures...)
}

// settleSubjects sets levels and registers contracts. A standing subject first gets the level at which the new contract is
// to be judged; a new one first gets its contract, for a registry may know a subject only by its schemas.
func (a *applying) settleSubjects(ctx context.Context, changes Changes) error {
	levels := changes.of(SetCompatibility)
	for _, level := range levels {
		if !level.created {
			if err := a.registry.SetCompatibility(ctx, level.Target, level.To); err != nil {
				return err
			}
		}
	}
	for _, contract := range changes.of(RegisterSchema) {
		if _, err := a.registry.Register(ctx, contract.Target, contract.schema); err != nil {
			return err
		}
	}
	for _, level := range levels {
		if level.created {
			if err := a.registry.SetCompatibility(ctx, level.Target, level.To); err != nil {
				return err
			}
		}
	}
	return nil
}

// publishRepairs writes new and changed repairs, and tombstones for those that are gone.
func (a *applying) publishRepairs(ctx context.Context, changes []Change) error {
	if len(changes) == 0 {
		return nil
	}
	codec := schemas.NewCodec[schemas.Repair](a.registry, Repairs.Name())
	var records []*kgo.Record
	for _, change := range changes {
		record := &kgo.Record{Topic: Repairs.Name(), Key: []byte(change.Target)}
		if change.repair != nil {
			value, err := codec.Append(ctx, nil, change.repair)
			if err != nil {
				return fmt.Errorf("encode repair %s: %w", change.repair.RepairID, err)
			}
			record.Value = value
		}
		records = append(records, record)
	}
	var failures []error
	for _, result := range a.client.ProduceSync(ctx, records...) {
		if result.Err != nil {
			failures = append(failures, fmt.Errorf("publish repair %s: %w", strings.TrimSpace(string(result.Record.Key)), result.Err))
		}
	}
	return errors.Join(failures...)
}
