package checks

import (
	"context"
	"fmt"

	"waybill/simulation/model"
)

// byTheModel: bills, exceptions, statuses, receivables and availability are what the rules of the domain say of the history.
func byTheModel(run *Run) (broken []string) {
	out := model.NewOutputs(run.Registry)
	for _, topic := range out.Topics() {
		for _, record := range run.Cluster.Log().Committed(topic) {
			if err := out.Take(context.Background(), record.Topic, record.Key, record.Value); err != nil {
				return []string{fmt.Sprintf("%s partition %d offset %d: %v", topic, record.Partition, record.Offset, err)}
			}
		}
	}
	for _, difference := range model.Compare(run.Expected, out) {
		broken = append(broken, difference.String())
	}
	return broken
}
