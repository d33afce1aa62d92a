package inspect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/schemas"
	"waybill/topics"
)

// ErrNoSuchStock says that nothing has moved of an item.
var ErrNoSuchStock = errors.New("nothing is known of its stock")

// Availability reads what can be promised of an item, in one warehouse or, where that is empty, in each, by their ids.
func (v View) Availability(ctx context.Context, itemID, warehouseID string) ([]schemas.Availability, error) {
	wanted := func(key string) bool { return strings.HasPrefix(key, itemID+"@") }
	var partitions Partitions
	if warehouseID != "" {
		position := itemID + "@" + warehouseID
		wanted, partitions = func(key string) bool { return key == position }, OfKey(position)
	}
	codec := schemas.NewCodec[schemas.Availability](v.Registry, topics.Availability.Name())
	latest := map[string]*schemas.Availability{}
	err := v.each(ctx, partitions, func(record *kgo.Record) error {
		if !wanted(string(record.Key)) || record.Value == nil {
			return nil
		}
		available, err := decodeAt(ctx, codec, record)
		if err == nil && available.ItemID == itemID { // an item's id may hold an @ too
			latest[available.WarehouseID] = available
		}
		return err
	}, topics.Availability.Name())
	if err != nil {
		return nil, err
	}
	found := []schemas.Availability{}
	for _, available := range latest {
		found = append(found, *available)
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("item %q: %w: ids are compared as they are; only movements make a position, and `waybill tail wms.inventory --until-end` shows which came", itemID, ErrNoSuchStock)
	}
	slices.SortFunc(found, func(a, b schemas.Availability) int { return cmp.Compare(a.WarehouseID, b.WarehouseID) })
	return found, nil
}
