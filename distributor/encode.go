package distributor

import (
	"context"
	"fmt"

	"waybill/schemas"
	"waybill/topics"
)

// Encoder writes events in the wire format of their topics.
type Encoder struct {
	encode map[string]func(ctx context.Context, value any) ([]byte, error)
}

// NewEncoder writes with the schema ids of a registry.
func NewEncoder(registry schemas.Registry) *Encoder {
	e := &Encoder{encode: map[string]func(context.Context, any) ([]byte, error){}}
	with(e, registry, topics.CommerceOrders)
	with(e, registry, topics.ErpOrders)
	with(e, registry, topics.WmsShipments)
	with(e, registry, topics.WmsInventory)
	with(e, registry, topics.ErpInvoices)
	with(e, registry, topics.ArPayments)
	with(e, registry, topics.ArDisputes)
	with(e, registry, topics.MasterCustomers)
	with(e, registry, topics.MasterItems)
	with(e, registry, topics.MasterPrices)
	with(e, registry, topics.MasterWarehouses)
	with(e, registry, topics.Commands)
	return e
}

func with[V any](e *Encoder, registry schemas.Registry, topic topics.Topic[V]) {
	codec := schemas.NewCodec[V](registry, topic.Name())
	e.encode[topic.Name()] = func(ctx context.Context, value any) ([]byte, error) { return codec.Append(ctx, nil, value.(*V)) }
}

// Encode writes an event's value.
func (e *Encoder) Encode(ctx context.Context, event Event) ([]byte, error) {
	if event.Bytes != nil {
		return event.Bytes, nil
	}
	encode := e.encode[event.Topic]
	if encode == nil {
		return nil, fmt.Errorf("the distributor has no topic %s", event.Topic)
	}
	return encode(ctx, event.Value)
}
