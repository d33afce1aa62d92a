package intake

import (
	"fmt"
	"time"

	"waybill/processors/conditions"
	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
	"waybill/topics"
)

// lateness is when a source was last said to lag, by source.
type lateness struct {
	At time.Time `avro:"at"`
}

// noteLag says that a source lags, by an event that came later than its bound allows after it was written. It is said now and
// then while such events come, by whichever task takes them, all under one id; when nobody says it any more the source
// has caught up: the exceptions stage knows by the clock. So an event that comes in time costs nothing here, and what
// stands does not depend on which task took what.
func (in *intake) noteLag(s *stream.Step, meta *schemas.Meta, origin schemas.Evidence) {
	lag := s.Now().Sub(meta.RecordedAt)
	if lag <= in.leastBound {
		return
	}
	system, known := in.catalogue.System(meta.Source)
	if !known || lag <= system.LagBound {
		return
	}
	class, _ := conditions.Of(conditions.StaleSource)
	if said := in.late.Get(s, state.Text(meta.Source)); said != nil && s.Now().Sub(said.At) < class.Fades()/4 {
		return
	}
	in.late.Put(s, state.Text(meta.Source), &lateness{s.Now()})
	c := conditions.Raise(s.Now(), stageName, conditions.StaleSource, conditions.ID(conditions.StaleSource, meta.Source), fmt.Sprintf(
		"%s: its events keep coming more than %s after it wrote them; what is worked out from them is as late.", meta.Source, topics.FormatDuration(system.LagBound)))
	c.Source, c.Causes = new(meta.Source), append(c.Causes, origin)
	in.conditions.Send(s, c.ExceptionID, c)
}

// leastBoundOf is the lag that no source of a catalogue is allowed less than.
func leastBoundOf(catalogue topics.Catalogue) (least time.Duration) {
	for _, system := range catalogue.Systems() {
		if least == 0 || system.LagBound < least {
			least = system.LagBound
		}
	}
	return least
}
