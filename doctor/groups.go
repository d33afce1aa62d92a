package doctor

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"

	"waybill/stream"
)

// mostLag is how many records a stage may be behind before it is worth a look: what one transaction takes at the most.
const mostLag = 10_000

// groups tells how far behind each stage is.
func (e *examination) groups(ctx context.Context) {
	for _, stage := range e.Stages {
		check := "stage " + stage.Name
		if !e.brokersAnswer {
			e.unknown(check, noBroker)
			continue
		}
		e.group(ctx, check, stage)
	}
}

func (e *examination) group(ctx context.Context, check string, stage *stream.Stage) {
	described, err := e.admin.DescribeGroups(ctx, stage.Group())
	if err == nil {
		_, err = described.On(stage.Group(), func(group *kadm.DescribedGroup) error { return group.Err })
	}
	if err != nil {
		described = nil // a group that nobody has joined yet
	}
	lag, err := e.lag(ctx, stage)
	if err != nil {
		e.unknown(check, err.Error())
		return
	}
	running := len(described[stage.Group()].Members)
	switch {
	case running == 0 && lag == 0:
		e.ok(check, "nothing to do; no process runs it")
	case running == 0:
		e.problem(check, fmt.Sprintf("%d records behind, and no process runs it", lag), "`waybill run "+stage.Name+"`")
	case lag > mostLag:
		e.problem(check, fmt.Sprintf("%d records behind, run by %d", lag, running), "look at its log and at /readyz; if it keeps up but never catches up, run it on another machine too")
	default:
		e.ok(check, fmt.Sprintf("%d records behind, run by %d", lag, running))
	}
}

// lag counts the records that a stage has not committed. The mark at the end of a transaction is no record, and there is
// one at the end of most partitions that stages write: so one of each partition does not count.
func (e *examination) lag(ctx context.Context, stage *stream.Stage) (int64, error) {
	committed, err := e.admin.FetchOffsets(ctx, stage.Group())
	if err != nil {
		committed = nil
	}
	starts, err := e.admin.ListStartOffsets(ctx, stage.Inputs()...)
	if err != nil {
		return 0, fmt.Errorf("offsets: %w", err)
	}
	ends, err := e.admin.ListCommittedOffsets(ctx, stage.Inputs()...)
	if err != nil {
		return 0, fmt.Errorf("offsets: %w", err)
	}
	behind := int64(0)
	ends.Each(func(end kadm.ListedOffset) {
		if end.Err != nil {
			if err = fmt.Errorf("%s: %w", end.Topic, end.Err); errors.Is(err, kerr.UnknownTopicOrPartition) {
				err = fmt.Errorf("topic %s is not there yet", end.Topic)
			}
			return
		}
		at := int64(0)
		if offset, ok := committed.Lookup(end.Topic, end.Partition); ok {
			at = offset.At
		}
		if start, ok := starts.Lookup(end.Topic, end.Partition); ok {
			at = max(at, start.Offset)
		}
		if left := end.Offset - at; left > 1 {
			behind += left
		}
	})
	return behind, err
}
