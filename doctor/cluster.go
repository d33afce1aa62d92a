package doctor

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"

	"waybill/topics"
)

func (e *examination) brokers(ctx context.Context) {
	metadata, err := e.admin.BrokerMetadata(ctx)
	if err != nil {
		e.problem("brokers", fmt.Sprintf("no answer from %s: %v", strings.Join(e.Config.Brokers, ", "), err),
			"start a broker, or correct brokers, tls and sasl in the configuration")
		return
	}
	e.brokersAnswer = true
	word := "brokers"
	if len(metadata.Brokers) == 1 {
		word = "broker"
	}
	e.ok("brokers", fmt.Sprintf("%d %s, cluster %s", len(metadata.Brokers), word, metadata.Cluster))
}

// brokerVersion reads the versions of the brokers' requests, and the feature that closes the hole of a zombie's late write.
func (e *examination) brokerVersion(ctx context.Context) {
	const check = "broker version"
	if !e.brokersAnswer {
		e.unknown(check, noBroker)
		return
	}
	brokers, err := e.admin.ApiVersions(ctx)
	if err != nil || len(brokers) == 0 {
		e.unknown(check, fmt.Sprintf("the brokers do not say: %v", err))
		return
	}
	var versions []string
	transactionVersion, told := int16(0), false
	for _, broker := range brokers.Sorted() {
		if broker.Err != nil {
			e.problem(check, fmt.Sprintf("broker %d: %v", broker.NodeID, broker.Err), "look at that broker's log")
			return
		}
		if guess := broker.VersionGuess(); len(versions) == 0 || versions[len(versions)-1] != guess {
			versions = append(versions, guess)
		}
		for _, feature := range broker.Raw().FinalizedFeatures {
			if feature.Name == "transaction.version" {
				transactionVersion, told = feature.MaxVersionLevel, true
			}
		}
	}
	result := "Kafka " + strings.Join(versions, ", ")
	switch {
	case !told:
		e.ok(check, result+", transaction.version not told")
	case transactionVersion < safeTransactions:
		e.problem(check, fmt.Sprintf("%s, transaction.version %d: a write that a broker delays may end in a later transaction", result, transactionVersion),
			fmt.Sprintf("upgrade the brokers, then `kafka-features.sh --bootstrap-server … upgrade --feature transaction.version=%d`", safeTransactions))
	default:
		e.ok(check, fmt.Sprintf("%s, transaction.version %d", result, transactionVersion))
	}
}

// safeTransactions is the transaction.version since which a producer's epoch grows with each transaction (KIP-890).
const safeTransactions = 2

// transactions checks that the brokers take transactions as long as they are configured.
func (e *examination) transactions(ctx context.Context) {
	const check = "transaction timeout"
	if !e.brokersAnswer {
		e.unknown(check, noBroker)
		return
	}
	configs, err := e.admin.DescribeBrokerConfigs(ctx)
	if err != nil {
		e.unknown(check, fmt.Sprintf("the brokers' settings cannot be read: %v", err))
		return
	}
	for _, broker := range configs {
		for _, config := range broker.Configs {
			if config.Key != "transaction.max.timeout.ms" {
				continue
			}
			millis, err := strconv.ParseInt(config.MaybeValue(), 10, 64)
			if most := time.Duration(millis) * time.Millisecond; err == nil && most < e.Config.TransactionTimeout {
				e.problem(check, fmt.Sprintf("%s is configured, the brokers take at most %s", e.Config.TransactionTimeout, most),
					"lower transaction_timeout, or raise transaction.max.timeout.ms of the brokers")
				return
			}
		}
	}
	e.ok(check, fmt.Sprintf("%s: that long readers may stand still after a crash", e.Config.TransactionTimeout))
}

// replicas finds topics of which the loss of one broker would lose records, where there are brokers enough to prevent it.
func (e *examination) replicas(ctx context.Context) {
	const check = "replicas"
	if !e.brokersAnswer {
		e.unknown(check, noBroker)
		return
	}
	details, err := e.admin.ListTopics(kadm.WithAuthorizedOps(ctx), e.topicNames()...)
	if err != nil {
		e.unknown(check, fmt.Sprintf("the topics cannot be read: %v", err))
		return
	}
	metadata, err := e.admin.BrokerMetadata(ctx)
	if err != nil {
		e.unknown(check, err.Error())
		return
	}
	var single, leaderless []string
	there := 0
	for _, detail := range details.Sorted() {
		if detail.Err != nil {
			continue // it is not there: the catalogue's check says so
		}
		there++
		if detail.Partitions.NumReplicas() < 2 {
			single = append(single, detail.Topic)
		}
		for _, partition := range detail.Partitions {
			if partition.Leader < 0 {
				leaderless = append(leaderless, fmt.Sprintf("%s/%d", detail.Topic, partition.Partition))
			}
		}
	}
	switch {
	case there == 0:
		e.unknown(check, "no topic is there yet")
	case len(leaderless) > 0:
		e.problem(check, fmt.Sprintf("%d partitions have no leader, %s among them", len(leaderless), leaderless[0]), "start the brokers that hold them")
	case len(single) > 0 && len(metadata.Brokers) > 1:
		e.problem(check, fmt.Sprintf("%d topics have one replica, %s among them: the loss of a broker loses records", len(single), single[0]),
			"reassign them to several brokers with kafka-reassign-partitions.sh; new clusters: `waybill topics apply --replication-factor 3 --min-insync 2`")
	case len(single) > 0:
		e.ok(check, "1 of each topic, as there is one broker")
	default:
		e.ok(check, "2 or more of each topic")
	}
}

func (e *examination) topicNames() []string {
	var names []string
	for _, entry := range append(e.Catalogue.Topics(), e.Changelogs...) {
		names = append(names, entry.Name)
	}
	return names
}

func (e *examination) registryAnswers(ctx context.Context) {
	if _, _, err := e.Registry.Latest(ctx, "o2c.commands-value"); err != nil {
		e.problem("registry", err.Error(), "start it, or correct registry and its user in the configuration")
		return
	}
	e.registryAnswered = true
	e.ok("registry", "answers")
}

// agreement compares the cluster with the catalogue, as `topics plan` does.
func (e *examination) agreement(ctx context.Context) {
	const check = "catalogue"
	if !e.brokersAnswer || !e.registryAnswered {
		e.unknown(check, "brokers and registry are needed to compare them with it")
		return
	}
	changes, err := topics.Plan(ctx, e.client, e.Registry, e.Catalogue, topics.Options{Extra: e.Changelogs})
	switch {
	case err != nil:
		e.problem(check, err.Error(), "see `waybill topics plan`")
	case changes.Empty():
		e.ok(check, fmt.Sprintf("the cluster agrees with its %d topics", len(e.Catalogue.Topics())))
	case len(changes.Refused) > 0:
		e.problem(check, fmt.Sprintf("%s: %s", changes.Refused[0].Target, changes.Refused[0].Reason), "see `waybill topics plan`: a person has to decide")
	default:
		first := changes.Changes[0]
		e.problem(check, fmt.Sprintf("%d changes are to be made, first %s %s", len(changes.Changes), first.Action, first.Target), "`waybill topics apply`")
	}
}
