package kafka

import (
	"context"
	"maps"
	"time"
)

// publish shows where the loop stands after a pass in which nothing was left undone at now.
func (s *session) publish(now time.Time) {
	var restoring int
	var watermark time.Time
	idle := true
	for _, running := range s.tasks {
		if running.task == nil {
			restoring++
			continue
		}
		if due, ok := running.task.NextDue(); ok && !due.After(now) {
			idle = false
		}
		if running.task.Watermark().After(watermark) {
			watermark = running.task.Watermark()
		}
	}
	position := maps.Clone(s.position)
	if s.reader != nil {
		maps.Copy(position, s.reader.position)
	}
	s.mu.Lock()
	var toGo int64
	for _, n := range s.toGo {
		toGo += n
	}
	if len(s.changes)+len(s.restored) > 0 {
		idle = false
	}
	s.mu.Unlock()
	// A member without a task is one too. Just after joining its tasks may not be told yet: a second pass knows.
	if id, generation := s.client.GroupMetadata(); id != "" && generation >= 0 && idle {
		s.joined++
	}
	r := s.runner
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status.Connected, r.status.Problem = len(s.tasks) > 0 || s.joined > 1, ""
	r.status.Tasks, r.status.Restoring, r.status.ToRestore = len(s.tasks)-restoring, restoring, toGo
	r.status.position, r.status.passed, r.status.watermark = position, time.Time{}, watermark
	if idle {
		r.status.passed = now
	}
}

// measureEvery is how often lag and watermark are measured, and how long the broker may take to answer.
const measureEvery = 5 * time.Second

// measure shows lag and the watermark's age until the session ends, also while the loop pauses, and looks for tasks that the
// group has forgotten.
func (s *session) measure(ctx context.Context) {
	stage, metrics := s.program.Stage(), s.options.Metrics
	var forgotten orphans
	for pause(ctx, measureEvery) {
		if watermark := s.runner.watermark(); !watermark.IsZero() {
			metrics.watermark.WithLabelValues(stage.Name).Set(s.options.Now().Sub(watermark).Seconds())
		}
		asking, cancel := context.WithTimeout(ctx, measureEvery)
		listed, err := s.admin.ListEndOffsets(asking, stage.Inputs()...)
		cancel()
		s.runner.reached(err)
		if err != nil {
			continue // what was measured last stands
		}
		position := s.runner.positions()
		for _, topic := range stage.Inputs() {
			var lag int64
			for partition, end := range listed[topic] {
				if taken, ours := position[topicPartition{topic, partition}]; ours && end.Err == nil {
					lag += max(end.Offset-taken, 0)
				}
			}
			metrics.lag.WithLabelValues(stage.Name, topic).Set(float64(lag))
		}
		s.adopt(ctx, &forgotten, len(listed[stage.Inputs()[0]]))
	}
}
