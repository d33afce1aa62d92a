package reconcile

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/dev"
	"waybill/inspect"
	"waybill/schemas"
	"waybill/topics"
)

// told writes a record of a topic.
func told[T any](t *testing.T, cluster *dev.Cluster, client *kgo.Client, topic topics.Topic[T], key string, value T) {
	t.Helper()
	record := &kgo.Record{Topic: topic.Name(), Key: []byte(key)}
	var err error
	if record.Value, err = schemas.NewCodec[T](cluster.Registry, topic.Name()).Append(t.Context(), nil, &value); err == nil {
		err = client.ProduceSync(t.Context(), record).FirstErr()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestEachKindReadsItsTopic reads what the stages write, several records of a row among it.
func TestEachKindReadsItsTopic(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cluster, err := dev.StartCluster(ctx, topics.Default(), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	client, err := kgo.NewClient(cluster.Client()...)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	at := func(hours int) time.Time { return noon.Add(time.Duration(hours) * time.Hour) }
	quantity, amount := schemas.MustQuantity, schemas.MustAmount

	order := schemas.OrderState{OrderID: "O-1", Currency: "EUR", Status: schemas.OrderPlaced, AsOf: at(-30), Lines: []schemas.OrderLineState{
		{LineNo: 1, ItemID: "SAW", UOM: "each", Stage: schemas.StageShipped, WarehouseID: "east", Shipped: quantity("4"), Returned: quantity("2")}, {LineNo: 2, ItemID: "DRILL", UOM: "box", Stage: schemas.StageShipped, Shipped: quantity("1"), ShippedItemID: new("DRILL-20V")},
	}}
	told(t, cluster, client, topics.OrderStatus, "O-1", order)
	order.Lines = slices.Clone(order.Lines)
	order.AsOf, order.Lines[0].Shipped = at(-20), quantity("6")
	told(t, cluster, client, topics.OrderStatus, "O-1", order)

	bill := schemas.InvoiceReady{Kind: schemas.BillInvoice, Trigger: schemas.OnShipment, OrderID: "O-1", Currency: "EUR", ReadyAt: at(-30), Lines: []schemas.InvoiceReadyLine{
		{LineNo: 1, Quantity: quantity("4"), UOM: "each", Amount: amount("40")}, {LineNo: 1, Quantity: quantity("1"), UOM: "each", Amount: amount("9.99")},
	}}
	told(t, cluster, client, topics.InvoiceReady, "O-1", bill)
	bill.ReadyAt, bill.Lines = at(3), bill.Lines[:1]
	told(t, cluster, client, topics.InvoiceReady, "O-1", bill)

	told(t, cluster, client, topics.Receivables, "I-1", schemas.Receivable{
		InvoiceID: "I-1", CustomerID: "C-1", Currency: "EUR", State: schemas.ReceivablePartial, Billed: amount("50"), Paid: amount("20"), Credited: amount("5"), Discount: amount("1"), Open: amount("25"), AsOf: at(-30),
	})
	// Something was reserved after the last movement, within the window.
	told(t, cluster, client, topics.Availability, "SAW@east", schemas.Availability{
		ItemID: "SAW", WarehouseID: "east", OnHand: quantity("7"), Quarantined: quantity("2"), AsOf: at(-1), LastMovement: new(at(-30)),
	})

	for _, test := range []struct {
		kind, extract string
		want          string
		freshest      time.Time
	}{
		{"shipped", "order_id,line_no,quantity,returned,kept,uom\nO-1,1,6,2,4,each\nO-1,2,2,,,box\n",
			"matched,O-1,1,each,SAW,east,6,6,0,2,2,0,4,4,0,2026-11-23T16:00:00Z,,2,; different,O-1,2,box,DRILL-20V,,1,2,-1,,,,,,,2026-11-23T16:00:00Z,,3,quantity", at(-20)},
		{"invoiced", "order_id,line_no,quantity,amount\nO-1,1,5,49.98\n", "different,O-1,1,each,EUR,5,5,0,49.99,49.98,0.01,2026-11-23T06:00:00Z,,2,amount", at(-30)},
		{"paid", "invoice_id,paid,billed,credited,open,discount,customer_id\nI-1,20,50,5,24,2,C-2\n",
			"different,I-1,C-1 / C-2,EUR,20.00,20.00,0.00,50.00,50.00,0.00,5.00,5.00,0.00,25.00,24.00,1.00,1.00,2.00,-1.00,2026-11-23T06:00:00Z,,2,open, discount, customer_id", at(-30)},
		{"stock", "warehouse_id,item_id,on_hand,quarantined,changed_at\neast,SAW,7,3,2026-11-01T00:00:00Z\n",
			"different,SAW,east,7,7,0,2,3,-1,2026-11-23T06:00:00Z,2026-11-01T00:00:00Z,2,quarantined", at(-30)},
	} {
		kind := KindNamed(test.kind)
		r, err := New(kind, Options{Window: window})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.ReadExtract(strings.NewReader(test.extract), Format{}); err != nil {
			t.Fatal(err)
		}
		if err := r.ReadHere(ctx, inspect.View{Client: cluster.Client(), Registry: cluster.Registry, Catalogue: topics.Default()}); err != nil {
			t.Fatal(err)
		}
		var got []string
		if _, err := r.Compare(ctx, nil, func(row *Row) error {
			if len(row.Cells()) != len(kind.Columns()) {
				t.Errorf("%s: %d cells in %d columns", kind.Name, len(row.Cells()), len(kind.Columns()))
			}
			got = append(got, strings.Join(row.Cells(), ","))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if strings.Join(got, "; ") != test.want || !r.Freshest.Equal(test.freshest) {
			t.Errorf("%s as of %s:\n%s, want\n%s", test.kind, r.Freshest, strings.Join(got, "; "), test.want)
		}
		if topic := kind.Topic; topic == "" || r.Recorded == 0 {
			t.Errorf("%s reads %d values of %q", kind.Name, r.Recorded, topic)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
