package conditions

import (
	"slices"

	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
)

// Board is what a stage has raised and not cleared, so that it writes a condition when it begins, again when what it says
// has changed, and once when it ends. A stage then only tells what is so now, as often as it likes.
type Board struct {
	stage    *stream.Stage
	standing *stream.Table[state.Text, schemas.Condition] // by exception id
	out      *stream.Output[schemas.Condition]
}

// NewBoard declares the table of what stands, by a number as for any table, and writes to the stage's output of conditions.
func NewBoard(stage *stream.Stage, id uint8, out *stream.Output[schemas.Condition]) *Board {
	return &Board{stage: stage, standing: stream.NewTable[state.Text, schemas.Condition](stage, id, "conditions"), out: out}
}

// Raise says that the condition stands as given. What stands so already is not written again.
func (b *Board) Raise(s *stream.Step, condition *schemas.Condition) {
	if standing := b.standing.Get(s, state.Text(condition.ExceptionID)); standing != nil && saysTheSame(standing, condition) {
		return
	}
	b.standing.Put(s, state.Text(condition.ExceptionID), condition)
	b.out.Send(s, condition.ExceptionID, condition)
}

// Clear says that the condition does not stand, and how it ended. What does not stand is not written.
func (b *Board) Clear(s *stream.Step, class, id, resolution string) {
	if !b.Stands(s, id) {
		return
	}
	b.standing.Delete(s, state.Text(id))
	b.out.Send(s, id, Clear(s.Now(), b.stage.Name, class, id, resolution))
}

// Stands tells whether the condition was raised and not cleared.
func (b *Board) Stands(s *stream.Step, id string) bool {
	return b.standing.Get(s, state.Text(id)) != nil
}

// saysTheSame compares all but the time.
func saysTheSame(a, b *schemas.Condition) bool {
	return a.ExceptionID == b.ExceptionID && a.Kind == b.Kind && a.Stage == b.Stage && a.Class == b.Class && a.Message == b.Message &&
		same(a.Source, b.Source) && same(a.OrderID, b.OrderID) && same(a.LineNo, b.LineNo) && same(a.CustomerID, b.CustomerID) &&
		same(a.WarehouseID, b.WarehouseID) && same(a.ItemID, b.ItemID) && same(a.ShipmentID, b.ShipmentID) && same(a.InvoiceID, b.InvoiceID) &&
		same(a.Channel, b.Channel) && same(a.Segment, b.Segment) && same(a.AmountAtRisk, b.AmountAtRisk) && same(a.Currency, b.Currency) &&
		same(a.Quantity, b.Quantity) && same(a.UOM, b.UOM) && same(a.Resolution, b.Resolution) && slices.Equal(a.Causes, b.Causes)
}

func same[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }
