package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"waybill/feed"
	"waybill/inspect"
	"waybill/processors/conditions"
	"waybill/schemas"
)

// orderAsking is how a person holds or releases an order.
type orderAsking struct {
	kind   schemas.CommandKind
	lineNo int32
	asker
}

func newOrderHold() *cobra.Command {
	a := &orderAsking{kind: schemas.CommandHold}
	return a.command(&cobra.Command{
		Use:   "hold ID",
		Short: "Stop the billing of an order, or of a line of it, until it is released",
		Long: `Stops the billing of an order, or of one line of it: nothing new is billed and nothing is corrected. What is billed already
stays. The order's status and an exception of class held say who holds it, why, and what it is worth. Of holds and releases
the one that was given last counts; a bill of a whole order waits while any line of it is held.`,
		Example: `  waybill order hold SO-1001 --reason "the customer disputes the price, call on Monday"
  waybill order hold SO-1001 --line 2 --reason "wrong item, is being exchanged"`,
	})
}

func newOrderRelease() *cobra.Command {
	a := &orderAsking{kind: schemas.CommandRelease}
	return a.command(&cobra.Command{
		Use:   "release ID",
		Short: "Let go on the billing of an order that was held, or bill one whose invoice policy is manual",
		Long: `Lets go on the billing of an order, or of one line of it. To release an order releases its lines, and a line of a held order
can be released alone. Of an order whose invoice policy is manual it bills what has left the warehouse by now; what leaves
later waits for the next release.`,
		Example: `  waybill order release SO-1001 --reason "price agreed, mail of 9 March"
  waybill order release SO-1001 --line 2 --reason "exchanged"`,
	})
}

func (a *orderAsking) command(command *cobra.Command) *cobra.Command {
	command.Args = arguments("ID of the order", 1)
	command.RunE = func(command *cobra.Command, args []string) error { return a.ask(command, args[0]) }
	command.Flags().Int32Var(&a.lineNo, "line", 0, "only this line of the order")
	a.declare(command, "the effect")
	return command
}

// askedOfOrder is what holding and releasing prints as JSON.
type askedOfOrder struct {
	Command *schemas.Command    `json:"command"`
	Written bool                `json:"written"`
	Holds   []schemas.Exception `json:"holds"`  // that stand: after the command, when it was written and its effect has come
	Billed  []schemas.Money     `json:"billed"` // by the command
}

func (a *orderAsking) ask(command *cobra.Command, orderID string) error {
	payload, err := feed.LinePayload(a.lineNo)
	switch {
	case err != nil:
		return usage{fmt.Errorf("--line: %w", err)}
	case strings.HasPrefix(orderID, conditions.IDPrefix):
		return usage{fmt.Errorf("%s is an exception: an order is held and released by its own id; `waybill exceptions show %s` names it", orderID, orderID)}
	}
	if err := cmp.Or(a.check(), whoAsks(&a.actor)); err != nil {
		return err
	}
	c, err := connected(command)
	if err != nil {
		return err
	}
	ctx, p := command.Context(), newPrinter(command)
	view := c.view(p)
	order, err := view.Order(ctx, orderID, time.Now())
	if err == nil {
		err = a.fits(order)
	}
	if err != nil {
		return registryHint(err)
	}
	last, err := view.LastCommands(ctx, []string{orderID})
	if err != nil {
		return registryHint(err)
	}
	asked := askedOfOrder{Holds: heldBy(order), Billed: []schemas.Money{}, Command: feed.Request{
		Kind: a.kind, Target: orderID, Actor: a.actor, Reason: a.reason, Payload: payload, At: time.Now(), After: last[orderID].CommandID,
	}.Command()}
	if a.dryRun {
		return a.print(p, order, &asked)
	}
	sent, err := feed.Send(ctx, c.client, c.registry, []*schemas.Command{asked.Command}, nil)
	if err != nil {
		return fmt.Errorf("nothing was written: %w", err)
	}
	asked.Written = true
	if a.wait > 0 {
		if order, err = a.await(ctx, view, sent, orderID, &asked); err != nil {
			return err
		}
	}
	return a.print(p, order, &asked)
}

// fits tells whether the order has the line that is named.
func (a *orderAsking) fits(order *inspect.Order) error {
	if a.lineNo == 0 || order.State == nil {
		return nil
	}
	for _, line := range order.State.Lines {
		if line.LineNo == a.lineNo {
			return nil
		}
	}
	return usage{fmt.Errorf("--line: order %s has no line %d: `waybill order show %s` lists them", order.OrderID, a.lineNo, order.OrderID)}
}

// await waits for the effect of the command, and reads it.
func (a *orderAsking) await(ctx context.Context, view inspect.View, sent []feed.Sent, orderID string, asked *askedOfOrder) (*inspect.Order, error) {
	given := givenBy(sent)
	for i := range given {
		given[i].Holds = conditions.ID(conditions.Held, orderID, fmt.Sprint(a.lineNo))
	}
	waiting, cancel := context.WithTimeout(ctx, a.wait)
	defer cancel()
	if err := view.Await(waiting, given, nil); err != nil {
		return nil, fmt.Errorf("no effect within %s: %w: is `waybill run` running? The command is kept, and is followed when the stages come to it", a.wait, err)
	}
	view.Progress = nil
	order, err := view.Order(ctx, orderID, time.Now())
	if err != nil {
		return nil, registryHint(err)
	}
	asked.Holds, asked.Billed = heldBy(order), inspect.BilledBy(order.Bills, asked.Command)
	return order, nil
}

// heldBy are the exceptions that say who holds an order.
func heldBy(order *inspect.Order) []schemas.Exception {
	held := []schemas.Exception{}
	for _, e := range order.Blocking {
		if e.Class == conditions.Held {
			held = append(held, e)
		}
	}
	return held
}

func (a *orderAsking) print(p *printer, order *inspect.Order, asked *askedOfOrder) error {
	if a.output == "json" {
		return p.json(asked)
	}
	of := "order " + order.OrderID
	if a.lineNo > 0 {
		of = fmt.Sprintf("line %d of order %s", a.lineNo, order.OrderID)
	}
	if !asked.Written {
		a.preview(p, of, order, asked)
		return nil
	}
	switch {
	case a.wait == 0:
		p.line("Asked to %s %s, as %s. `waybill order show %s` says what became of it.", a.kind, of, a.actor, order.OrderID)
		return nil
	case a.kind == schemas.CommandHold:
		p.line("%s is held, as %s.", capital(of), a.actor)
	default:
		p.line("%s is released, as %s%s.", capital(of), a.actor, billedByWords(asked.Billed))
	}
	for _, e := range asked.Holds {
		p.line("%s", p.wrap("  ", fmt.Sprintf("%s  %s, at risk %s", e.ExceptionID, e.Message, money(e.AmountAtRisk, e.Currency))))
	}
	return nil
}

func billedByWords(billed []schemas.Money) string {
	if len(billed) == 0 {
		return ""
	}
	return ", which bills " + listWords(eachMoney(billed))
}

func (a *orderAsking) preview(p *printer, of string, order *inspect.Order, asked *askedOfOrder) {
	switch {
	case a.kind == schemas.CommandHold:
		p.line("To hold: %s. Nothing more of it is billed or corrected until it is released; what is billed stays.", of)
	case len(asked.Holds) == 0:
		p.line("To release: %s. Nobody holds it; if its invoice policy is manual, what has left the warehouse by now is billed.", of)
	default:
		p.line("To release: %s. What has become ready meanwhile is billed.", of)
	}
	if order.State != nil {
		p.line("Ordered %s, billed %s.", money(&order.State.Ordered, &order.State.Currency), billedWords(order))
	}
	for _, e := range asked.Holds {
		p.line("%s", p.wrap("  ", fmt.Sprintf("%s  %s", e.ExceptionID, e.Message)))
	}
	p.line("\n1 command would be written as %s; nothing was.", a.actor)
}
