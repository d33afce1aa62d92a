package schemas

import (
	"errors"
	"fmt"

	"github.com/twmb/avro"
)

// Problem is one reason why what a writer's schema wrote cannot be read with a reader's.
type Problem struct {
	Field string // dotted path in the reader's schema; empty for the whole
	Text  string
}

// Error names field and reason.
func (p Problem) Error() string {
	if p.Field == "" {
		return p.Text
	}
	return p.Field + ": " + p.Text
}

func compare(writer, reader *avro.Schema) []Problem {
	err := avro.CheckCompatibility(writer, reader)
	if err == nil {
		return nil
	}
	var incompatible *avro.CompatibilityError
	if errors.As(err, &incompatible) {
		return []Problem{{incompatible.Path, fmt.Sprintf("%s (reader %s, writer %s)", incompatible.Detail, incompatible.ReaderType, incompatible.WriterType)}}
	}
	return []Problem{{"", err.Error()}}
}
