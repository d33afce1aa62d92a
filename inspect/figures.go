package inspect

import (
	"context"

	"waybill/processors/figures"
	"waybill/topics"
)

// Figures adds up what the partitions say of the figures.
func (v View) Figures(ctx context.Context) (*figures.Board, error) {
	parts, err := latest(ctx, v, topics.Figures, nil)
	if err != nil {
		return nil, err
	}
	board := figures.NewBoard(0)
	for id, part := range parts {
		board.Take(id, part)
	}
	return board, nil
}
