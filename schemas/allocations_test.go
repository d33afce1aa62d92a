//go:build !race

package schemas

import (
	"bytes"
	"context"
	"testing"
)

// The bounds are what the codec needs today; a library's release that needs more should be noticed. (Under the race
// detector pools drop what they hold at random, and the figures say nothing.)
func TestTheHotPathAllocatesLittle(t *testing.T) {
	ctx := context.Background()
	codec := NewCodec[Shipment](NewLocalRegistry(), "wms.shipments")
	shipment := shipmentOfThreeLines()
	buffer, err := codec.Append(ctx, nil, shipment)
	if err != nil {
		t.Fatal(err)
	}
	value := bytes.Clone(buffer)
	if got := testing.AllocsPerRun(100, func() { _, err = codec.Decode(ctx, value) }); got > 8 || err != nil {
		t.Errorf("decode: %v allocations (%v)", got, err)
	}
	if got := testing.AllocsPerRun(100, func() { buffer, err = codec.Append(ctx, buffer[:0], shipment) }); got > 1 || err != nil {
		t.Errorf("append: %v allocations (%v)", got, err)
	}
}
