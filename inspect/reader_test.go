package inspect_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/inspect"
	"waybill/schemas"
	"waybill/stream"
	"waybill/topics"
)

func keysOf(records []*kgo.Record) string {
	var keys []string
	for _, record := range records {
		keys = append(keys, string(record.Key))
	}
	return strings.Join(keys, " ")
}

func TestEachReadGivesWhatCameSinceTheLast(t *testing.T) {
	c := startCluster(t)
	send := func(key string) { c.send(&kgo.Record{Topic: topics.DeadLetters, Key: []byte(key)}) }
	send("a")
	var read, total int64
	reader, err := inspect.NewReader(c.ctx, c.Client(), inspect.Selection{
		Topics: []string{topics.DeadLetters}, Progress: func(r, t int64) { read, total = r, t },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	for _, want := range []string{"a", "", "b"} {
		if want == "b" {
			send("b")
		}
		records, err := reader.Read(c.ctx)
		if err != nil || keysOf(records) != want {
			t.Errorf("read %q, %v, want %q", keysOf(records), err, want)
		}
	}
	if read != 2 || total != 2 {
		t.Errorf("progress says %d of %d", read, total)
	}
}

func TestOnlyTheKeysPartitionIsRead(t *testing.T) {
	c := startCluster(t)
	for i := range 50 {
		c.send(&kgo.Record{Topic: topics.DeadLetters, Key: fmt.Appendf(nil, "O-%d", i)})
	}
	reader, err := inspect.NewReader(c.ctx, c.Client(), inspect.Selection{Topics: []string{topics.DeadLetters}, Partitions: inspect.OfKey("O-7")})
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	records, err := reader.Read(c.ctx)
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, record := range records {
		found = found || string(record.Key) == "O-7"
		if record.Partition != stream.PartitionOf([]byte("O-7"), 8) {
			t.Errorf("partition %d was read", record.Partition)
		}
	}
	if !found {
		t.Errorf("O-7 is not among %q", keysOf(records))
	}
}

func TestFollowingBeginsAtTheEndAndGivesWhatComes(t *testing.T) {
	c := startCluster(t)
	c.send(&kgo.Record{Topic: topics.DeadLetters, Key: []byte("before")})
	reader, err := inspect.NewReader(c.ctx, c.Client(), inspect.Selection{Topics: []string{topics.DeadLetters}, FromEnd: true})
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	c.send(&kgo.Record{Topic: topics.DeadLetters, Key: []byte("after")})
	enough := errors.New("enough")
	var got string
	err = reader.Follow(c.ctx, func(record *kgo.Record) error {
		got = string(record.Key)
		return enough
	})
	if !errors.Is(err, enough) || got != "after" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestWhatIsNotThereIsNamed(t *testing.T) {
	c := startCluster(t)
	_, err := inspect.NewReader(c.ctx, c.Client(), inspect.Selection{Topics: []string{"o2c.nothing"}})
	if err == nil || !strings.Contains(err.Error(), "topics apply") {
		t.Errorf("a topic that is not there: %v", err)
	}
	_, err = inspect.NewReader(c.ctx, c.Client(), inspect.Selection{Topics: []string{topics.DeadLetters}, Partitions: inspect.OnlyPartition(8)})
	if err == nil || !strings.Contains(err.Error(), "it has 8") {
		t.Errorf("a partition that is not there: %v", err)
	}
	cancelled, cancel := context.WithCancel(c.ctx)
	cancel()
	if _, err := inspect.NewReader(cancelled, c.Client(), inspect.Selection{Topics: []string{topics.DeadLetters}}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestTheEventThatAnExceptionRestsOnIsShown(t *testing.T) {
	c := startCluster(t)
	customer := &schemas.Customer{
		Meta: schemas.Meta{EventID: "e-1", Source: "erp", OccurredAt: now, RecordedAt: now}, CustomerID: "C-1", Name: "Ada Lovelace",
		InvoicePolicy: schemas.OnShipment, ShipPolicy: schemas.ShipPartial, SubstitutionPrice: schemas.PriceOriginal,
	}
	write(c, topics.MasterCustomers, "C-1", customer)
	at := write(c, topics.MasterCustomers, "C-1", customer)
	record, kept, err := c.view().Event(c.ctx, at)
	if err != nil || !kept {
		t.Fatal(kept, err)
	}
	var fields map[string]any
	if err := json.Unmarshal(record.Value, &fields); err != nil || fields["customer_id"] != "C-1" || fields["name"] != inspect.Mask || record.Offset != at.Offset {
		t.Errorf("%s, %v", record.Value, err)
	}
	unmasked := c.view()
	unmasked.Unmasked = true
	if record, _, err = unmasked.Event(c.ctx, at); err != nil || !strings.Contains(string(record.Value), "Ada Lovelace") {
		t.Errorf("%s, %v", record.Value, err)
	}
	at.Offset++
	if _, kept, err = c.view().Event(c.ctx, at); kept || err != nil {
		t.Errorf("an offset that was never written: %v, %v", kept, err)
	}
}

func TestValuesComeInTheOrderOfAKeysRecordsAndWhatIsDeletedIsLeftOut(t *testing.T) {
	c := startCluster(t)
	write(c, topics.Exceptions, "a", exception("ex-1", "unreadable", 0, ""))
	write(c, topics.Exceptions, "a", nil)
	write(c, topics.Exceptions, "a", exception("ex-2", "unreadable", 0, ""))
	var got []string
	err := inspect.Values(c.ctx, c.view(), topics.Exceptions, func(e *schemas.Exception) error {
		got = append(got, e.ExceptionID)
		return nil
	})
	if err != nil || strings.Join(got, " ") != "ex-1 ex-2" {
		t.Errorf("%q, %v", got, err)
	}
	c.send(&kgo.Record{Topic: topics.Exceptions.Name(), Key: []byte("a"), Value: []byte("nonsense")})
	err = inspect.Values(c.ctx, c.view(), topics.Exceptions, func(*schemas.Exception) error { return nil })
	if err == nil || !strings.Contains(err.Error(), topics.Exceptions.Name()+" partition ") {
		t.Errorf("what cannot be read: %v", err)
	}
}
