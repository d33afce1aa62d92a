package sim

import "fmt"

// Raising is a T for programs that are no tests: what ends the run is a panic, of which Recovered makes an error.
type Raising struct{}

type raised struct{ error }

// Helper does nothing.
func (Raising) Helper() {}

// Fatalf ends the run.
func (Raising) Fatalf(format string, args ...any) { panic(raised{fmt.Errorf(format, args...)}) }

// Recovered, when deferred, gives the caller the error with which a run on Raising ended. Any other panic goes on.
func Recovered(err *error) {
	switch what := recover().(type) {
	case nil:
	case raised:
		*err = what.error
	default:
		panic(what)
	}
}
