package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"waybill/inspect"
	"waybill/processors/figures"
	"waybill/schemas"
)

func newFigures() *cobra.Command {
	var by, window, output string
	command := &cobra.Command{
		Use:   "figures [NAME]",
		Short: "How fast, how much on time, how much not billed and why",
		Long: `Shows the figures that users steer by, each with the window that it looks back on and the time as of which it is true. A
day is a day by UTC. What each figure counts is in docs/figures.md; with --by it is told for each warehouse, customer
segment and so on, what counts most first.`,
		Example: `  waybill figures
  waybill figures otif_requested --by warehouse
  waybill figures unbilled_value --by cause
  waybill figures shipment_to_invoice --window 7d --output json | jq '.[0].p95'`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage{fmt.Errorf("%q: only one figure is taken", args[1])}
			}
			return nil
		},
		RunE: func(command *cobra.Command, args []string) error {
			asked, err := askedFigures(args, by)
			question := figures.Question{By: by, Now: time.Now()}
			if err == nil {
				question.Window, err = windowDays(window)
			}
			if err != nil {
				return err
			}
			return answer(command, output, func(view inspect.View) ([]figures.Reading, error) {
				readings := []figures.Reading{}
				board, err := view.Figures(command.Context())
				if err != nil {
					return nil, err
				}
				for _, d := range asked {
					readings = append(readings, board.Read(d, question)...)
				}
				return readings, nil
			}, func(p *printer, readings []figures.Reading) { printFigures(p, readings, len(args) == 1) })
		},
		ValidArgsFunction: completeWords(figures.Names()...),
	}
	configFlags(command, connectionKeys...)
	flags := command.Flags()
	flags.StringVar(&by, "by", "", "tell it by "+strings.Join(figures.Dimensions(), ", "))
	flags.StringVar(&window, "window", "", "days to look back on, such as 30d; the figure's own when empty")
	_ = command.RegisterFlagCompletionFunc("by", completeWords(figures.Dimensions()...)) // the flag was declared above
	outputFlag(command, &output)
	return command
}

// askedFigures are the one that is named, or all that can be asked by the dimension.
func askedFigures(args []string, by string) ([]figures.Definition, error) {
	if by != "" && !slices.Contains(figures.Dimensions(), by) {
		return nil, usage{fmt.Errorf("--by: %q is not one of %s", by, strings.Join(figures.Dimensions(), ", "))}
	}
	if len(args) == 0 {
		return slices.DeleteFunc(figures.Table(), func(d figures.Definition) bool { return by != "" && !slices.Contains(d.By, by) }), nil
	}
	d, known := figures.Of(args[0])
	switch {
	case !known:
		return nil, usage{fmt.Errorf("there is no figure %q; there are %s", args[0], strings.Join(figures.Names(), ", "))}
	case by != "" && !slices.Contains(d.By, by):
		return nil, usage{fmt.Errorf("--by: %s is told by %s", d.Name, strings.Join(d.By, ", "))}
	}
	return []figures.Definition{d}, nil
}

func windowDays(text string) (int, error) {
	if text == "" {
		return 0, nil
	}
	days, err := strconv.Atoi(strings.TrimSuffix(text, "d"))
	if err != nil || days < 1 || !strings.HasSuffix(text, "d") {
		return 0, usage{fmt.Errorf("--window: %q is not a number of days such as 30d", text)}
	}
	return days, nil
}

func printFigures(p *printer, readings []figures.Reading, one bool) {
	if len(readings) == 0 {
		p.line("Nothing is counted yet.")
		return
	}
	header := []string{"figure", "of", "value", "counts", "amount", "window", "as of (UTC)"}
	if one && len(readings[0].Ages) > 0 {
		header = append(header, figures.Ages()...)
	}
	t := p.table("", header, append([]string{"value", "counts", "amount"}, figures.Ages()...)...)
	for _, r := range readings {
		d, _ := figures.Of(r.Figure)
		cells := []cell{r.Figure, r.Of, figureValue(d, &r), figureCounts(d, &r), moneyWords(r.Amounts), figureWindow(&r), asOfWords(r.AsOf)}
		for _, age := range r.Ages {
			if one {
				cells = append(cells, strings.TrimSpace(fmt.Sprintf("%d %s", age.Counted, moneyWords(age.Amounts))))
			}
		}
		t.row(cells...)
	}
	t.printCut()
}

// figureValue is what a figure says, in its unit.
func figureValue(d figures.Definition, r *figures.Reading) string {
	switch {
	case r.Quantity != nil:
		return r.Quantity.String() + " " + d.Unit
	case r.P50 != nil && d.Kind == figures.Durations:
		return fmt.Sprintf("p50 %s, p95 %s", span(time.Duration(*r.P50)*time.Second), span(time.Duration(*r.P95)*time.Second))
	case r.P50 != nil:
		return fmt.Sprintf("p50 %d d, p95 %d d", *r.P50, *r.P95)
	case r.Value == nil:
		return "–"
	case d.Kind == figures.Outstanding:
		return *r.Value + " days"
	}
	return percentWords(*r.Value)
}

// percentWords writes a share of four digits after the point, 0.9612, as 96.1 %.
func percentWords(share string) string {
	whole, digits, _ := strings.Cut(share, ".")
	tenThousandths, err := strconv.ParseInt(whole+digits, 10, 64)
	if err != nil {
		return share
	}
	return fmt.Sprintf("%d.%d %%", (tenThousandths+5)/100, (tenThousandths+5)%100/10)
}

func figureCounts(d figures.Definition, r *figures.Reading) string {
	switch d.Kind {
	case figures.Standing, figures.Units:
		return strconv.FormatInt(r.Counted, 10)
	case figures.Outstanding:
		return fmt.Sprintf("%d open", r.Met)
	}
	return fmt.Sprintf("%d of %d", r.Met, r.Counted)
}

func figureWindow(r *figures.Reading) string {
	if r.From == nil {
		return "now"
	}
	return r.From.String() + " – " + r.To.String()
}

func asOfWords(at time.Time) string {
	if at.IsZero() {
		return "nothing heard"
	}
	return instant(at)
}

func moneyWords(amounts []schemas.Money) string { return strings.Join(eachMoney(amounts), ", ") }
