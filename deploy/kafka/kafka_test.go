//go:build kafka

package kafka

// What start.sh starts is what the stages are built on: a green end-to-end test proves little on a broker that is set up in
// another way.

import (
	"context"
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sr"
)

// address returns an address that start.sh printed; without it nothing was tested, which is a failure.
func address(t *testing.T, variable string) string {
	t.Helper()
	value := os.Getenv(variable)
	if value == "" {
		t.Fatalf("%s is not set: run the test by `make test-kafka`, or export what deploy/kafka/start.sh prints", variable)
	}
	return value
}

func client(t *testing.T, options ...kgo.Opt) *kgo.Client {
	t.Helper()
	opened, err := kgo.NewClient(append(options, kgo.SeedBrokers(address(t, "WAYBILL_TEST_BROKERS")))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(opened.Close)
	return opened
}

// topic creates a topic of one partition that goes when the test ends.
func topic(t *testing.T, name string) {
	t.Helper()
	admin := kadm.NewClient(client(t))
	if _, err := admin.CreateTopic(t.Context(), 1, 1, nil, name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.DeleteTopic(context.Background(), name); err != nil {
			t.Error(err)
		}
	})
}

func TestKafkaDefendsTransactionsByEpochAsKIP890Says(t *testing.T) {
	brokers, err := kadm.NewClient(client(t)).ApiVersions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, broker := range brokers.Sorted() {
		if broker.Err != nil {
			t.Fatal(broker.Err)
		}
		for _, feature := range broker.Raw().FinalizedFeatures {
			if feature.Name == "transaction.version" && feature.MaxVersionLevel >= 2 {
				return
			}
		}
	}
	t.Error("no broker has transaction.version 2: the stages' transactions are not safe from a predecessor's late writes")
}

func TestKafkaCreatesNoTopicByItself(t *testing.T) {
	producer := client(t, kgo.AllowAutoTopicCreation(), kgo.UnknownTopicRetries(1), kgo.RecordDeliveryTimeout(20*time.Second))
	err := producer.ProduceSync(t.Context(), &kgo.Record{Topic: "commerce.oders", Value: []byte("x")}).FirstErr()
	if !errors.Is(err, kerr.UnknownTopicOrPartition) {
		t.Errorf("a record for a misspelt topic gave %v, want %v", err, kerr.UnknownTopicOrPartition)
	}
}

func TestKafkaTakesADeadLetterOfTenMegabytes(t *testing.T) {
	topic(t, "test-large")
	producer := client(t, kgo.ProducerBatchMaxBytes(12<<20), kgo.ProducerBatchCompression(kgo.NoCompression()))
	value := []byte(strings.Repeat("x", 10<<20))
	if err := producer.ProduceSync(t.Context(), &kgo.Record{Topic: "test-large", Value: value}).FirstErr(); err != nil {
		t.Error(err)
	}
}

func TestKafkaHidesWhatIsNotCommittedFromReadCommitted(t *testing.T) {
	topic(t, "test-transactions")
	producer := client(t, kgo.TransactionalID("test-transactions"), kgo.DefaultProduceTopic("test-transactions"))
	for _, end := range []struct {
		value  string
		commit kgo.TransactionEndTry
	}{{"aborted", kgo.TryAbort}, {"committed", kgo.TryCommit}} {
		if err := producer.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		if err := producer.ProduceSync(t.Context(), kgo.StringRecord(end.value)).FirstErr(); err != nil {
			t.Fatal(err)
		}
		if err := producer.EndTransaction(t.Context(), end.commit); err != nil {
			t.Fatal(err)
		}
	}

	reader := client(t, kgo.ConsumeTopics("test-transactions"), kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	fetches := reader.PollFetches(ctx)
	if err := fetches.Err(); err != nil {
		t.Fatal(err)
	}
	records := fetches.Records()
	if len(records) != 1 || string(records[0].Value) != "committed" {
		t.Errorf("read %d records, want the committed one alone", len(records))
	}
}

func TestRegistryBesideKafkaGivesASchemaBackByItsID(t *testing.T) {
	registry, err := sr.NewClient(sr.URLs(address(t, "WAYBILL_TEST_REGISTRY")))
	if err != nil {
		t.Fatal(err)
	}
	const text = `{"type":"record","name":"Probe","namespace":"waybill","fields":[{"name":"id","type":"string"}]}`
	created, err := registry.CreateSchema(t.Context(), "test-probe-value", sr.Schema{Schema: text})
	if err != nil {
		t.Fatal(err)
	}
	back, err := registry.SchemaByID(t.Context(), created.ID)
	if err != nil {
		t.Fatal(err)
	}
	if back.Schema != text {
		t.Errorf("schema %d came back as %s", created.ID, back.Schema)
	}
	// By its status alone: this registry's error code is not the one that Confluent's has for it.
	_, err = registry.SchemaByID(t.Context(), created.ID+1_000_000)
	if refusal := (*sr.ResponseError)(nil); !errors.As(err, &refusal) || refusal.StatusCode != http.StatusNotFound {
		t.Errorf("an id that was never given out: %v, want status 404", err)
	}
}
