package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"waybill/inspect"
	"waybill/processors/conditions"
	"waybill/schemas"
)

// shownException is what `exceptions show` prints as JSON.
type shownException struct {
	Exception schemas.Exception `json:"exception"`
	Commands  []schemas.Command `json:"commands"`
	Changed   []string          `json:"changed"` // what each of the commands did, as far as it can be told
	Event     *inspect.Record   `json:"event"`   // what it rests on; null when that is no longer kept
}

func newExceptionsShow() *cobra.Command {
	var output string
	var unmask bool
	command := &cobra.Command{
		Use:   "show ID",
		Short: "Everything about an exception: what it rests on, what to do, what was asked so far",
		Long: `Shows an exception with the event that it rests on, as its writer wrote it, and the commands that were given so far. The
beginning of an id will do where only one exception has it.`,
		Example: `  waybill exceptions show ex-k3jq
  waybill exceptions show ex-k3jq --output json | jq .event.value`,
		Args: arguments("ID of the exception", 1),
		RunE: func(command *cobra.Command, args []string) error {
			return answer(command, output, func(view inspect.View) (shownException, error) {
				view.Unmasked = unmask
				return showException(command, view, args[0])
			}, func(p *printer, shown shownException) { printException(p, shown, time.Now()) })
		},
	}
	configFlags(command, connectionKeys...)
	command.Flags().BoolVar(&unmask, "unmask", false, "show personal data of the event")
	outputFlag(command, &output)
	return command
}

func showException(command *cobra.Command, view inspect.View, id string) (shownException, error) {
	ctx := command.Context()
	queue, err := view.Queue(ctx)
	if err != nil {
		return shownException{}, err
	}
	named, err := queue.ByID([]string{id})
	if err != nil {
		return shownException{}, err
	}
	shown := shownException{Exception: named[0]}
	if shown.Commands, err = view.Commands(ctx, shown.Exception.ExceptionID); err != nil {
		return shown, err
	}
	var bills []schemas.InvoiceReady
	if shown.Exception.OrderID != nil && len(shown.Commands) > 0 {
		if bills, err = view.Bills(ctx, *shown.Exception.OrderID); err != nil {
			return shown, err
		}
	}
	shown.Changed = changes(&shown, bills)
	if len(shown.Exception.Causes) > 0 {
		event, kept, err := view.Event(ctx, shown.Exception.Causes[0])
		if err != nil {
			return shown, err
		}
		if kept {
			shown.Event = &event
		}
	}
	return shown, nil
}

// changes says what each command did: what is billed by it, and of the last one what became of it.
func changes(shown *shownException, bills []schemas.InvoiceReady) []string {
	changed := []string{}
	for i := range shown.Commands {
		var words []string
		if i == len(shown.Commands)-1 && shown.Exception.Answer != nil {
			words = append(words, *shown.Exception.Answer)
		}
		for _, sum := range inspect.BilledBy(bills, &shown.Commands[i]) {
			words = append(words, "bills "+money(&sum.Amount, &sum.Currency))
		}
		changed = append(changed, strings.Join(words, "; "))
	}
	return changed
}

func printException(p *printer, shown shownException, now time.Time) {
	e := shown.Exception
	p.line("%s  %s, %s, %s", p.strong(e.ExceptionID), e.Class, p.severity(e.Severity), statusWords(p, e.Status))
	p.line("%s\n", p.wrap("", e.Message))
	t := p.table("", nil)
	for _, line := range [][2]string{
		{"owner", e.Owner}, {"orders", strings.Join(ordersList(&e), ", ")}, {"line", value(e.LineNo)}, {"customer", value(e.CustomerID)},
		{"channel", value(e.Channel)}, {"segment", value(e.Segment)}, {"warehouse", value(e.WarehouseID)}, {"item", value(e.ItemID)},
		{"shipment", value(e.ShipmentID)}, {"invoice", value(e.InvoiceID)}, {"source", value(e.Source)}, {"at risk", money(e.AmountAtRisk, e.Currency)},
		{"opened", fmt.Sprintf("%s UTC, open for %s", instant(e.OpenedAt), span(inspect.Age(&e, now)))},
		{"due", strings.TrimSpace(fmt.Sprintf("%s UTC, %s", instant(e.DueAt), dueWords(p, &e, now)))}, {"resolved", resolvedWords(&e)},
		{"escalated", escalationWords(&e)},
		{"last command", lastCommand(&e)},
	} {
		if line[1] != "" {
			t.row(p.faint(line[0]), strings.TrimSuffix(line[1], ","))
		}
	}
	t.print()
	if e.Status != schemas.ExceptionResolved {
		p.line("\n%s\n%s", p.strong("What to do"), p.wrap("  ", e.NextAction))
	}
	printCauses(p, shown)
	if len(shown.Commands) > 0 {
		p.line("\n%s", p.strong("Commands"))
		t := p.table("  ", []string{"at (UTC)", "by", "what", "why", "came to"})
		for i, command := range shown.Commands {
			t.row(instant(command.Meta.OccurredAt), command.Actor, strings.TrimSpace(string(command.Kind)+" "+command.Payload), command.Reason, shown.Changed[i])
		}
		t.print()
	}
}

func escalationWords(e *schemas.Exception) string {
	if e.Escalation == 0 {
		return ""
	}
	class, _ := conditions.Of(e.Class)
	return fmt.Sprintf("%s, from %s to %s: it has been open beyond its target age", plural(int(e.Escalation), "step", "steps"), class.Severity, e.Severity)
}

func statusWords(p *printer, status schemas.ExceptionStatus) string {
	if status == schemas.ExceptionResolved {
		return p.good(string(status))
	}
	return p.uneasy(string(status))
}

func ordersList(e *schemas.Exception) []string {
	if len(e.OrderIDs) == 0 && e.OrderID != nil {
		return []string{*e.OrderID}
	}
	return e.OrderIDs
}

func resolvedWords(e *schemas.Exception) string {
	if e.ResolvedAt == nil {
		return ""
	}
	return strings.TrimSuffix(fmt.Sprintf("%s UTC, %s", instant(*e.ResolvedAt), value(e.Resolution)), ", ")
}

func lastCommand(e *schemas.Exception) string {
	if e.Answer == nil {
		return ""
	}
	return fmt.Sprintf("by %s (%s): %s", value(e.Actor), value(e.Reason), *e.Answer)
}

func printCauses(p *printer, shown shownException) {
	if len(shown.Exception.Causes) == 0 {
		return
	}
	p.line("\n%s", p.strong("Rests on"))
	for i, cause := range shown.Exception.Causes {
		p.line("  %s  %s", place(cause), cause.EventID)
		switch {
		case i > 0:
		case shown.Event == nil:
			p.line("  %s", p.faint("(that record is no longer kept)"))
		case shown.Event.Raw != nil:
			p.line("  %s", p.faint(fmt.Sprintf("%s; %d bytes: `waybill tail %s --partition %d --until-end` shows them", shown.Event.Problem, len(shown.Event.Raw), cause.Topic, cause.Partition)))
		default:
			var indented bytes.Buffer
			if err := json.Indent(&indented, shown.Event.Value, "  ", "  "); err != nil {
				indented.Write(shown.Event.Value)
			}
			p.line("  %s", indented.String())
		}
	}
}
