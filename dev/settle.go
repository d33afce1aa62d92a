package dev

import (
	"context"
	"fmt"
	"time"
)

// Settle waits until the stages have processed everything that was written, and all that follows from it. A stage that is
// kept from its work for longer than the player's patience is an error.
func (p *Player) Settle(ctx context.Context) error {
	if err := p.flush(ctx); err != nil {
		return err
	}
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	began, before := time.Now(), ""
	for {
		ends, err := p.ends(ctx)
		if err != nil {
			return err
		}
		// Twice the same ends with everything taken up to them: nothing was under way in between.
		settled := p.node.Settled(ends, p.clock.Now())
		now := fmt.Sprint(ends)
		if settled && now == before {
			return nil
		}
		if before = ""; settled {
			before = now
		}
		if problem := p.problem(); problem == nil {
			began = time.Now()
		} else if time.Since(began) > p.patience {
			return problem
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// problem is what keeps a stage from its work; nil while all is well.
func (p *Player) problem() error {
	for _, status := range p.node.Statuses() {
		if status.Problem != "" {
			return fmt.Errorf("stage %s does not get on: %s", status.Stage, status.Problem)
		}
	}
	return nil
}

// ends are the ends of everything that the stages read.
func (p *Player) ends(ctx context.Context) (map[string]map[int32]int64, error) {
	listed, err := p.admin.ListEndOffsets(ctx, p.watched...)
	if err == nil {
		err = listed.Error()
	}
	if err != nil {
		return nil, fmt.Errorf("ends of the topics: %w", err)
	}
	ends := map[string]map[int32]int64{}
	for topic, partitions := range listed {
		ends[topic] = map[int32]int64{}
		for partition, end := range partitions {
			ends[topic][partition] = end.Offset
		}
	}
	return ends, nil
}
