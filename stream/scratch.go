package stream

// Scratch is memory of a task that one step after the other uses, so that it is not made and collected for each. What a step
// finds in it is what the one before it left: it is to be emptied before it is used, and nothing that is kept points into it.
type Scratch[T any] struct{ slot int }

// NewScratch declares such memory, one T a task.
func NewScratch[T any](stage *Stage) *Scratch[T] {
	stage.scratches = append(stage.scratches, func() any { return new(T) })
	return &Scratch[T]{slot: len(stage.scratches) - 1}
}

// Get returns the task's.
func (c *Scratch[T]) Get(s *Step) *T {
	t := s.task
	if t.scratches == nil {
		t.scratches = make([]any, len(t.program.stage.scratches))
	}
	if t.scratches[c.slot] == nil {
		t.scratches[c.slot] = t.program.stage.scratches[c.slot]()
	}
	return t.scratches[c.slot].(*T)
}
