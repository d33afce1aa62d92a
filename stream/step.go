package stream

import "time"

// Record is one record of a topic.
type Record struct {
	Topic     string
	Partition int32
	Offset    int64
	Key       []byte // nil: no key
	Value     []byte // nil: tombstone
	Headers   []Header
	Timestamp time.Time
}

// Header is one header of a record.
type Header struct {
	Key   string
	Value []byte
}

// Step is what a stage's code may see and do while it takes one record, timer or arrival. It is valid during the call.
type Step struct {
	task   *Task
	now    time.Time
	record *Record
}

// Now is the wall clock as the binding gives it: the same for all steps of a batch.
func (s *Step) Now() time.Time { return s.now }

// Record is the record that is being taken; nil in the step of a timer or a wake.
func (s *Step) Record() *Record { return s.record }

// Partition is the number of the task.
func (s *Step) Partition() int32 { return s.task.partition }

// Observe tells the time at which something happened; the task's watermark, on which event-time timers run, is the
// latest one told. A time more than a day ahead of the wall clock is not believed.
func (s *Step) Observe(occurredAt time.Time) {
	if occurredAt.After(s.now.Add(24 * time.Hour)) {
		return
	}
	s.task.observe(occurredAt)
}

// Watermark is the latest time that was observed.
func (s *Step) Watermark() time.Time { return s.task.watermark }

// Count counts the outcome of the record at hand (applied, duplicate, held, released, dead_lettered …); it shows
// in the metrics when the epoch commits.
func (s *Step) Count(outcome string) {
	topic := ""
	if s.record != nil {
		topic = s.record.Topic
	}
	s.task.counts[Outcome{topic, outcome}]++
}

// DeadLetter writes the record's bytes as they came to o2c.dead-letters, with what is wrong in the headers.
func (s *Step) DeadLetter(record *Record, class, message, field string, schemaID int) {
	s.task.deadLetter(s, record, class, message, field, schemaID)
}

// Outcome is what became of records of a topic.
type Outcome struct{ Topic, Outcome string }
