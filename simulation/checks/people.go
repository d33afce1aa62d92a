package checks

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"waybill/schemas"
	"waybill/stream/sim"
	"waybill/topics"
)

// asked is what people asked of an order, in the order in which fulfilment was told.
type asked []askedOne

type askedOne struct {
	place  sim.Place
	offset int64
	lineNo int32 // 0: of the order as a whole
	hold   bool
	at     time.Time
	id     string
}

// heldByPeople are the holds and releases of orders.
func heldByPeople(run *Run) map[string]asked {
	all := map[string]asked{}
	actions := schemas.NewCodec[schemas.Action](run.Registry, topics.Actions.Name())
	for _, record := range run.Cluster.Log().Committed(topics.Actions.Name()) {
		action, err := actions.Decode(context.Background(), record.Value)
		if err != nil || action.Command.Kind != schemas.CommandHold && action.Command.Kind != schemas.CommandRelease {
			continue
		}
		var payload struct {
			LineNo int32 `json:"line_no"`
		}
		_ = json.Unmarshal([]byte(action.Command.Payload), &payload) // none: the whole order
		all[action.Command.Target] = append(all[action.Command.Target], askedOne{
			sim.Place{Topic: record.Topic, Partition: record.Partition}, record.Offset, payload.LineNo, action.Command.Kind == schemas.CommandHold,
			action.Command.Meta.OccurredAt, action.Command.CommandID,
		})
	}
	return all
}

// stopped names a line that a bill bills, and that was held all the while from before an epoch to behind it.
func (all asked) stopped(bill *schemas.InvoiceReady, before, behind map[sim.Place]int64) (int32, bool) {
	if len(all) == 0 || bill.Corrects != nil {
		return 0, false
	}
	for _, line := range bill.Lines {
		known := 0
		for known < len(all) && all[known].offset < before[all[known].place] {
			known++
		}
		held := all[:known].holds(line.LineNo)
		for held && known < len(all) && all[known].offset < behind[all[known].place] {
			known++
			held = all[:known].holds(line.LineNo)
		}
		if held {
			return line.LineNo, true
		}
	}
	return 0, false
}

// holds tells whether the command that was given last about a line or its order is a hold.
func (all asked) holds(lineNo int32) bool {
	about := slices.DeleteFunc(slices.Clone(all), func(one askedOne) bool { return one.lineNo != 0 && one.lineNo != lineNo })
	if len(about) == 0 {
		return false
	}
	return slices.MaxFunc(about, func(a, b askedOne) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.id, b.id)) }).hold
}
