package intake

import (
	"fmt"
	"strings"

	"waybill/topics"
)

// authority is what is wrong with a system as the sender of a topic's events; nil when it is one of those whose word counts.
func authority(catalogue topics.Catalogue, entry topics.Entry, source string) *Problem {
	system, registered := catalogue.System(source)
	switch {
	case !registered:
		return &Problem{Class: UnregisteredSource, Field: "meta.source", Text: fmt.Sprintf("%q is no registered system", source)}
	case !entry.AuthorityOf(system.Kind):
		return &Problem{Class: WrongSystem, Field: "meta.source",
			Text: fmt.Sprintf("%s is a system of kind %s, and only %s may write this topic", source, system.Kind, strings.Join(entry.Authority, " or "))}
	}
	return nil
}
