package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"waybill/inspect"
	"waybill/processors/conditions"
	"waybill/schemas"
)

func newExceptions() *cobra.Command {
	return group(&cobra.Command{
		Use:     "exceptions",
		Aliases: []string{"exception"},
		Short:   "Work the queue: what stands in the way, who owns it, what it is worth",
		Long: `An exception is one thing that stands in the way of billing. It closes by itself when its cause clears; a person resolves
only what no event can. list and show read; assign, resolve and replay ask for something, with who asks and why, and the
exception then says what became of it.`,
		Example: `  waybill exceptions list --owner "warehouse systems"
  waybill exceptions show ex-k3jq
  waybill exceptions assign ex-k3jq --owner ada --reason "knows the east WMS"
  waybill exceptions replay --class unreadable --warehouse east --reason "contract mended" --dry-run`,
	}, newExceptionsList(), newExceptionsShow(), newExceptionsAssign(), newExceptionsResolve(), newExceptionsReplay())
}

// filterFlags choose exceptions.
type filterFlags struct {
	classes, severities, statuses, owners, orders, customers, warehouses []string
	all                                                                  bool
}

var (
	severities = []string{"critical", "high", "medium", "low"}
	statuses   = []string{"open", "assigned", "resolved"}
)

func (f *filterFlags) declare(command *cobra.Command, status bool) {
	flags := command.Flags()
	flags.StringSliceVar(&f.classes, "class", nil, "only these classes")
	flags.StringSliceVar(&f.severities, "severity", nil, "only these: critical, high, medium, low")
	flags.StringSliceVar(&f.owners, "owner", nil, "only of these owners")
	flags.StringSliceVar(&f.orders, "order", nil, "only about these orders")
	flags.StringSliceVar(&f.customers, "customer", nil, "only about these customers")
	flags.StringSliceVar(&f.warehouses, "warehouse", nil, "only about these warehouses")
	complete := map[string][]string{"class": classNames(), "severity": severities}
	if status {
		flags.StringSliceVar(&f.statuses, "status", []string{"open", "assigned"}, "only these: open, assigned, resolved")
		flags.BoolVar(&f.all, "all", false, "of every status")
		complete["status"] = statuses
	}
	for name, words := range complete {
		_ = command.RegisterFlagCompletionFunc(name, completeWords(words...)) // the flag was declared above
	}
}

func classNames() []string {
	var names []string
	for _, class := range conditions.Table() {
		names = append(names, class.Name)
	}
	return names
}

// empty tells that no flag narrows the choice.
func (f *filterFlags) empty() bool {
	return len(f.classes)+len(f.severities)+len(f.owners)+len(f.orders)+len(f.customers)+len(f.warehouses) == 0
}

// filter checks the values that are words of the program.
func (f *filterFlags) filter() (inspect.Filter, error) {
	filter := inspect.Filter{Classes: f.classes, Owners: f.owners, Orders: f.orders, Customers: f.customers, Warehouses: f.warehouses}
	for _, each := range []struct {
		flag          string
		given, wanted []string
	}{{"class", f.classes, classNames()}, {"severity", f.severities, severities}, {"status", f.statuses, statuses}} {
		for _, value := range each.given {
			if !slices.Contains(each.wanted, value) {
				return filter, usage{fmt.Errorf("--%s: %q is not one of %s", each.flag, value, strings.Join(each.wanted, ", "))}
			}
		}
	}
	for _, severity := range f.severities {
		filter.Severities = append(filter.Severities, schemas.Severity(severity))
	}
	if !f.all {
		for _, status := range f.statuses {
			filter.Statuses = append(filter.Statuses, schemas.ExceptionStatus(status))
		}
	}
	return filter, nil
}

func newExceptionsList() *cobra.Command {
	var output string
	var flags filterFlags
	command := &cobra.Command{
		Use:   "list",
		Short: "List exceptions, what costs most first",
		Long: `Lists exceptions that are not resolved, or those that the flags choose: one value or several, separated by commas. What
costs most comes first: by the amount at risk times the age, then by age. Amounts count as they are, whatever their
currency.`,
		Example: `  waybill exceptions list
  waybill exceptions list --class unreadable,sequence_gap --severity high
  waybill exceptions list --order SO-1001 --all
  waybill exceptions list --output json | jq 'group_by(.owner) | map({owner: .[0].owner, open: length})'`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			filter, err := flags.filter()
			if err == nil {
				err = checkOutput(output)
			}
			if err != nil {
				return err
			}
			c, err := connected(command)
			if err != nil {
				return err
			}
			p := newPrinter(command)
			now := time.Now()
			exceptions, err := c.view(p).Exceptions(command.Context(), filter, now)
			if err != nil {
				return registryHint(err)
			}
			if output == "json" {
				return p.json(exceptions)
			}
			printExceptions(p, exceptions, now)
			return nil
		},
	}
	configFlags(command, connectionKeys...)
	flags.declare(command, true)
	outputFlag(command, &output)
	return command
}

func printExceptions(p *printer, exceptions []schemas.Exception, now time.Time) {
	if len(exceptions) == 0 {
		p.line("No exceptions of this kind.")
		return
	}
	t := p.table("", []string{"exception", "class", "severity", "status", "owner", "order", "at risk", "age", "due", "message"}, "at risk", "age", "due")
	for _, e := range exceptions {
		t.row(p.id(e.ExceptionID), e.Class, p.severity(e.Severity), e.Status, e.Owner, ordersOf(&e), money(e.AmountAtRisk, e.Currency),
			span(inspect.Age(&e, now)), dueWords(p, &e, now), strings.ReplaceAll(e.Message, "\n", " "))
	}
	t.printCut()
	p.line("\n%s%s.", plural(len(exceptions), "exception", "exceptions"), riskWords(exceptions))
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

// riskWords adds up what is at risk by currency.
func riskWords(exceptions []schemas.Exception) string {
	totals := map[string]schemas.Amount{}
	var currencies []string
	for _, e := range exceptions {
		if e.AmountAtRisk == nil || e.Currency == nil || e.Status == schemas.ExceptionResolved {
			continue
		}
		if _, known := totals[*e.Currency]; !known {
			currencies = append(currencies, *e.Currency)
		}
		totals[*e.Currency] += *e.AmountAtRisk
	}
	slices.Sort(currencies)
	var words []string
	for _, currency := range currencies {
		words = append(words, totals[currency].String()+" "+currency)
	}
	if len(words) == 0 {
		return ""
	}
	return ", " + listWords(words) + " at risk"
}
