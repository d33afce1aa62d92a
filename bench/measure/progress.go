package measure

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
)

// Progress looks at how far groups have come with their inputs.
type Progress struct {
	Admin   *kadm.Client
	Groups  []string
	Sources []string              // all that was loaded, each to be committed to its end
	Usage   func() (Usage, error) // of the processes; an error ends the watch
	Show    func(committed, of int64)
}

// Run is what became of a load.
type Run struct {
	Records int64         // source records committed after the first commit that was seen
	Took    time.Duration // from that commit to the last of the last stage
	Ended   time.Time     // when the last commit was seen
	CPU     time.Duration // in that time
	Peak    int64         // bytes of memory, from the process's start
	Written int64         // bytes to disk, from the process's start
}

const (
	look = 50 * time.Millisecond
	// still is how long nothing has moved when a run is over; stuck is how long, when it never will be.
	still = time.Second
	stuck = 2 * time.Minute
	// markers is how many offsets of a partition may be left: transactions' ends are records too, that nobody commits.
	markers = 4
)

// position is how far the groups are.
type position struct {
	sources, all int64 // offsets committed: of the sources, of every topic
	behind       bool  // something is left of a topic that is not a source
}

// Watch waits until everything is taken, and tells how long that was.
func (p *Progress) Watch(ctx context.Context) (Run, error) {
	ends, err := p.Admin.ListEndOffsets(ctx, p.Sources...)
	if err = errors.Join(err, ends.Error()); err != nil {
		return Run{}, err
	}
	loaded := int64(0)
	ends.Each(func(end kadm.ListedOffset) { loaded += end.Offset })

	base, err := p.look(ctx, false) // what was taken before, by an earlier life
	if err != nil {
		return Run{}, err
	}

	ticker := time.NewTicker(look)
	defer ticker.Stop()
	var first, last position
	var firstUsage, lastUsage Usage
	var began, moved time.Time
	started := time.Now()
	before := started
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return Run{}, ctx.Err()
		}
		usage, err := p.Usage()
		if err != nil {
			return Run{}, err
		}
		at, err := p.look(ctx, last.sources >= loaded && time.Since(moved) > still)
		now := time.Now()
		if err != nil {
			return Run{}, err
		}
		if began.IsZero() {
			if at.sources >= base.sources+(loaded-base.sources+1)/2 { // so small a load is counted whole, from when nothing was committed yet
				first, began = base, before
			} else if at.sources > base.sources {
				first, firstUsage, began = at, usage, now
			} else if now.Sub(started) > stuck {
				return Run{}, fmt.Errorf("after %s nothing is committed yet", stuck)
			} else {
				before, firstUsage = now, usage
			}
		}
		if at.all != last.all {
			last, lastUsage, moved = at, usage, now
			p.Show(at.sources, loaded)
		}
		switch {
		case began.IsZero():
		case at.sources >= loaded && now.Sub(moved) > still && !at.behind:
			return Run{Records: last.sources - first.sources, Took: moved.Sub(began), Ended: moved, CPU: lastUsage.CPU - firstUsage.CPU, Peak: usage.PeakMemory, Written: usage.Written}, nil
		case now.Sub(moved) > stuck:
			return Run{}, fmt.Errorf("for %s nothing has moved, and %d of %d source records are committed", stuck, at.sources, loaded)
		}
	}
}

// look sums what is committed; only with behind it asks how much there is of what is not a source.
func (p *Progress) look(ctx context.Context, behind bool) (at position, err error) {
	ends := kadm.ListedOffsets{}
	groups := p.Admin.FetchManyOffsets(ctx, p.Groups...)
	if behind {
		var between []string
		for _, group := range groups {
			for topic := range group.Fetched {
				if !slices.Contains(p.Sources, topic) {
					between = append(between, topic)
				}
			}
		}
		at.behind = len(between) == 0
		if ends, err = p.Admin.ListCommittedOffsets(ctx, between...); len(between) > 0 && err != nil {
			return at, err
		}
	} else {
		at.behind = true
	}
	for _, group := range groups {
		if group.Err != nil {
			continue // it has no members yet
		}
		group.Fetched.Each(func(offset kadm.OffsetResponse) {
			if offset.At < 0 {
				return
			}
			at.all += offset.At
			if slices.Contains(p.Sources, offset.Topic) {
				at.sources += offset.At
			} else if end, ok := ends.Lookup(offset.Topic, offset.Partition); ok && end.Offset-offset.At > markers {
				at.behind = true
			}
		})
	}
	return at, nil
}
