package kafka

import (
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
	"waybill/topics"
)

func TestRecordsOfAnEpochThatChangedNothingAreCounted(t *testing.T) {
	stage := stream.NewStage(stageName.Replace(strings.ToLower(t.Name())))
	stream.On(stage, topics.Demand, func(s *stream.Step, _ *schemas.Demand) error { s.Count("duplicate"); return nil })
	c := newCluster(t, stage)
	c.produceDemands(0, 30, 30)
	runner := c.runner(stage, "a", state.OpenMemory())
	defer c.run(runner)()
	registry := prometheus.NewRegistry()
	registry.MustRegister(runner.options.Metrics.records)
	eventually(t, func() bool {
		families, err := registry.Gather()
		return err == nil && len(families) == 1 && families[0].GetMetric()[0].GetCounter().GetValue() == 30
	})
}
