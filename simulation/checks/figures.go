package checks

import (
	"waybill/processors/figures"
	"waybill/schemas"
	"waybill/topics"
)

// figuresFollow: the sums of the figures, which were kept up change by change, are what the latest records of the other
// outputs come to when they are counted from the beginning.
func figuresFollow(run *Run) []string {
	if !run.Figures {
		return nil
	}
	board := figures.NewBoard(0)
	codec := schemas.NewCodec[schemas.Figure](run.Registry, topics.Figures.Name())
	for _, record := range run.Cluster.Log().Committed(topics.Figures.Name()) {
		var figure *schemas.Figure
		if record.Value != nil {
			figure = decoded(codec, record)
		}
		board.Take(string(record.Key), figure)
	}
	return figures.Difference(figures.Recount(figures.Latest{
		Orders: latest(run, topics.OrderStatus), Receivables: latest(run, topics.Receivables), Exceptions: latest(run, topics.Exceptions),
		Payments: latest(run, topics.Payments), Stock: latest(run, topics.Availability), Customers: latest(run, topics.Customers),
	}), board)
}

// latest is the newest value of each key of a compacted topic.
func latest[V any](run *Run, topic topics.Topic[V]) map[string]*V {
	values := map[string]*V{}
	codec := schemas.NewCodec[V](run.Registry, topic.Name())
	for _, record := range run.Cluster.Log().Committed(topic.Name()) {
		if record.Value == nil {
			delete(values, string(record.Key))
			continue
		}
		values[string(record.Key)] = decoded(codec, record)
	}
	return values
}
