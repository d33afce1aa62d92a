package exposure

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
	"waybill/stream/sim"
	"waybill/topics"
)

// tellsWhatItHears is a stage that tells every figure that it is told, by what it told before.
func tellsWhatItHears() *stream.Stage {
	stage := stream.NewStage("credit")
	told := stream.NewTable[state.Text, Use](stage, 1, "told")
	out := stream.Emit(stage, topics.Credit)
	stream.On(stage, topics.Payments, func(s *stream.Step, e *schemas.PaymentEvent) error {
		var before, now Use
		if row := told.Get(s, state.Text(e.Payment.PaymentID)); row != nil {
			before = *row
		}
		if e.Payment.CustomerID != nil {
			now = Use{*e.Payment.CustomerID, e.Payment.Currency, e.Payment.Amount}
		}
		now = Tell(s, out, schemas.CreditPayment, e.Payment.PaymentID, before, now, e.Origin)
		told.Put(s, state.Text(e.Payment.PaymentID), &now)
		return nil
	})
	return stage
}

func TestAFigureIsToldWhenItChangesAndGivenBackToWhomItIsNoLongerAbout(t *testing.T) {
	w := sim.New(t, sim.Options{Partitions: 1}, tellsWhatItHears())
	var want []string
	for _, step := range []struct {
		customer, currency, amount string
		told                       []string
	}{
		{"K", "USD", "0", nil},
		{"", "USD", "5", nil},
		{"K", "USD", "5", []string{"K 5.00 USD"}},
		{"K", "USD", "5", nil},
		{"K", "EUR", "5", []string{"K 5.00 EUR"}},
		{"L", "EUR", "6", []string{"K 0.00 EUR", "L 6.00 EUR"}},
		{"", "EUR", "6", []string{"L 0.00 EUR"}},
		{"", "EUR", "6", nil},
		{"L", "EUR", "-6", []string{"L -6.00 EUR"}},
		{"L", "EUR", "0", []string{"L 0.00 EUR"}},
	} {
		e := &schemas.PaymentEvent{Payment: schemas.Payment{PaymentID: "P", Currency: step.currency, Amount: schemas.MustAmount(step.amount), Applications: []schemas.Application{}}}
		if step.customer != "" {
			e.Payment.CustomerID = &step.customer
		}
		sim.Send(w, topics.Payments, "P", e)
		w.Run()
		want = append(want, step.told...)
		var got []string
		for _, record := range sim.Read(w, topics.Credit) {
			if record.Key != record.Value.CustomerID || record.Value.DocumentID != "P" {
				t.Errorf("%s: %+v", record.Key, record.Value)
			}
			got = append(got, fmt.Sprintf("%s %s %s", record.Value.CustomerID, record.Value.Amount, record.Value.Currency))
		}
		if !slices.Equal(got, want) {
			t.Fatalf("after %+v:\n%s\nwant:\n%s", step, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}
