package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"waybill/inspect"
	sums "waybill/processors/money"
	"waybill/schemas"
)

func newExceptions() *cobra.Command {
	return group(&cobra.Command{
		Use:     "exceptions",
		Aliases: []string{"exception"},
		Short:   "Work the queue: what stands in the way, who owns it, what it is worth",
		Long: `An exception is one thing that stands in the way of billing. It closes by itself when its cause clears; a person resolves
only what no event can. list and show read; assign, resolve, replay and override ask for something, with who asks and why,
and the exception then says what became of it.`,
		Example: `  waybill exceptions list --owner "warehouse systems"
  waybill exceptions show ex-k3jq
  waybill exceptions assign ex-k3jq --to ada --reason "knows the east WMS"
  waybill exceptions replay --class unreadable --warehouse east --reason "contract mended" --dry-run`,
	}, newExceptionsList(), newExceptionsShow(), newExceptionsAssign(), newExceptionsResolve(), newExceptionsReplay(), newExceptionsOverride())
}

// listing is how exceptions are listed.
type listing struct {
	flags   filterFlags
	by      string
	limit   int
	columns []string
	output  string
}

func newExceptionsList() *cobra.Command {
	var l listing
	command := &cobra.Command{
		Use:   "list",
		Short: "List exceptions, what costs most first",
		Long: `Lists exceptions that are not resolved, or those that the flags choose: one value or several, separated by commas. Several
flags narrow the choice, several values of one widen it.

What costs most comes first: by the amount at risk times the age, then by age. No rates of exchange are known: an amount
weighs as many times as it is the median of what is at risk in its currency; with --currency EUR the amounts count as they
are. --sort takes ` + byWords() + `; a credit counts by its size.

At the end stands what is at risk in each currency. An order that several exceptions stand in the way of counts in each.`,
		Example: `  waybill exceptions list
  waybill exceptions list --class unreadable,sequence_gap --severity high
  waybill exceptions list --owner billing --due-before now --sort due
  waybill exceptions list --currency EUR --min-amount 1000 --older-than 3d --limit 20
  waybill exceptions list --order SO-1001 --all --columns exception_id,status,resolved_at,resolution
  waybill exceptions list --output csv > queue.csv
  waybill exceptions list --output json | jq 'group_by(.owner) | map({owner: .[0].owner, open: length})'`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error { return l.list(command) },
	}
	l.flags.declare(command, true, "of every status")
	flags := command.Flags()
	flags.StringVar(&l.by, "sort", string(inspect.ByCost), "what comes first: "+byWords())
	flags.IntVar(&l.limit, "limit", 0, "only so many of them; 0: all")
	flags.StringSliceVar(&l.columns, "columns", nil, "these columns, by their names in JSON; all")
	outputFlag(command, &l.output, "csv")
	_ = command.RegisterFlagCompletionFunc("sort", completeWords(strings.Split(byWords(), ", ")...))
	_ = command.RegisterFlagCompletionFunc("columns", completeWords(append([]string{"all"}, columnNames()...)...))
	configFlags(command, connectionKeys...)
	return command
}

func byWords() string {
	var words []string
	for _, by := range inspect.Orders() {
		words = append(words, string(by))
	}
	return strings.Join(words, ", ")
}

func (l *listing) list(command *cobra.Command) error {
	now := time.Now()
	filter, err := l.flags.filter(now)
	if err != nil {
		return err
	}
	if l.flags.all {
		filter.Statuses = nil
	}
	if !slices.Contains(inspect.Orders(), inspect.By(l.by)) {
		return usage{fmt.Errorf("--sort: %q is not one of %s", l.by, byWords())}
	}
	if l.limit < 0 {
		return usage{fmt.Errorf("--limit: %d is negative", l.limit)}
	}
	if len(l.columns) == 0 {
		if l.columns = usualColumns; l.output == "csv" {
			l.columns = []string{"all"}
		}
	}
	chosen, err := columnsOf(l.columns)
	if err == nil {
		err = checkOutput(l.output, "csv")
	}
	if err != nil {
		return err
	}
	c, err := connected(command)
	if err != nil {
		return err
	}
	p := newPrinter(command)
	queue, err := c.view(p).Queue(command.Context())
	if err != nil {
		return registryHint(err)
	}
	exceptions := queue.Choose(filter, inspect.By(l.by), now)
	shown := exceptions
	if l.limit > 0 {
		shown = exceptions[:min(l.limit, len(exceptions))]
	}
	switch l.output {
	case "json":
		return p.json(shown)
	case "csv":
		return writeCSV(p, shown, chosen, now)
	}
	if len(exceptions) == 0 {
		p.line("No exceptions of this kind.")
		return nil
	}
	tableOf(p, shown, chosen, now).printCut()
	of := ""
	if len(shown) < len(exceptions) {
		of = fmt.Sprintf(", %d of them shown", len(shown))
	}
	p.line("\n%s%s%s.", plural(len(exceptions), "exception", "exceptions"), of, totalWords(exceptions, now))
	return nil
}

// ordersOf names the order, or how many there are.
func ordersOf(e *schemas.Exception) string {
	if e.OrderID != nil {
		return *e.OrderID
	}
	if len(e.OrderIDs) > 1 {
		return fmt.Sprintf("%s +%d", e.OrderIDs[0], len(e.OrderIDs)-1)
	}
	return strings.Join(e.OrderIDs, "")
}

func dueWords(p *printer, e *schemas.Exception, now time.Time) string {
	switch left := e.DueAt.Sub(now); {
	case e.Status == schemas.ExceptionResolved:
		return ""
	case left < 0:
		return p.bad("late " + span(-left))
	default:
		return "in " + span(left)
	}
}

// totalWords adds up what is at risk by currency, and counts what is late.
func totalWords(exceptions []schemas.Exception, now time.Time) (words string) {
	if risk := riskWords(exceptions); risk != "" {
		words = ", " + risk + " at risk"
	}
	late := 0
	for _, e := range exceptions {
		if e.Status != schemas.ExceptionResolved && e.DueAt.Before(now) {
			late++
		}
	}
	if late > 0 {
		words += fmt.Sprintf("; %d late", late)
	}
	return words
}

// riskWords is the sum of what is at risk in each currency; empty when no amount is known.
func riskWords(exceptions []schemas.Exception) string {
	totals := map[string]schemas.Amount{}
	for _, e := range exceptions {
		if e.AmountAtRisk != nil && e.Currency != nil && e.Status != schemas.ExceptionResolved {
			totals[*e.Currency] += *e.AmountAtRisk
		}
	}
	return amountWords(totals)
}

// amountWords lists amounts by currency.
func amountWords(amounts map[string]schemas.Amount) string {
	var words []string
	for _, currency := range slices.Sorted(maps.Keys(amounts)) {
		words = append(words, sums.Text(amounts[currency], currency))
	}
	return listWords(words)
}
