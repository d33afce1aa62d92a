package inspect_test

import (
	"context"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/dev"
	"waybill/inspect"
	"waybill/schemas"
	"waybill/topics"
)

var now = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// cluster is an embedded broker and registry with the catalogue applied, and a writer.
type cluster struct {
	t      *testing.T
	ctx    context.Context
	client *kgo.Client
	*dev.Cluster
}

func startCluster(t *testing.T) *cluster {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	embedded, err := dev.StartCluster(ctx, topics.Default(), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(embedded.Close)
	client, err := kgo.NewClient(embedded.Client()...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return &cluster{t, ctx, client, embedded}
}

func (c *cluster) view() inspect.View {
	return inspect.View{Client: c.Client(), Registry: c.Registry, Catalogue: topics.Default()}
}

func write[T any](c *cluster, topic topics.Topic[T], key string, value *T) schemas.Evidence {
	c.t.Helper()
	record := &kgo.Record{Topic: topic.Name(), Key: []byte(key)}
	if value != nil {
		var err error
		if record.Value, err = schemas.NewCodec[T](c.Registry, topic.Name()).Append(c.ctx, nil, value); err != nil {
			c.t.Fatal(err)
		}
	}
	return c.send(record)
}

func (c *cluster) send(record *kgo.Record) schemas.Evidence {
	c.t.Helper()
	written, err := c.client.ProduceSync(c.ctx, record).First()
	if err != nil {
		c.t.Fatal(err)
	}
	return schemas.Evidence{Topic: written.Topic, Partition: written.Partition, Offset: written.Offset}
}

func exception(id, class string, opened time.Duration, risk string, orders ...string) *schemas.Exception {
	e := &schemas.Exception{
		ExceptionID: id, Class: class, Severity: schemas.SeverityHigh, Owner: "warehouse systems", Status: schemas.ExceptionOpen,
		OrderIDs: orders, OpenedAt: now.Add(-opened), DueAt: now, Message: "quantity is missing", NextAction: "replay it", Causes: []schemas.Evidence{},
	}
	if risk != "" {
		e.AmountAtRisk, e.Currency = new(schemas.MustAmount(risk)), new("EUR")
	}
	return e
}
