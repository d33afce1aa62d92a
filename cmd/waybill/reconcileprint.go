package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"waybill/reconcile"
)

// compare compares and prints; findings are the error of that name.
func (r *reconciling) compare(ctx context.Context, p *printer, c *reconcile.Reconciliation) error {
	print := map[string]func(context.Context, *printer, *reconcile.Reconciliation) (*reconcile.Summary, error){
		"table": r.table, "json": r.json, "csv": r.csv,
	}[r.flags.output]
	summary, err := print(ctx, p, c)
	if err != nil {
		return err
	}
	if summary.Rows(reconcile.Findings()...) == 0 {
		return nil
	}
	r.hintAtLag(p, c)
	return findings{}
}

// hintAtLag says when findings may only mean that nothing came for long.
func (r *reconciling) hintAtLag(p *printer, c *reconcile.Reconciliation) {
	window := r.options.Window
	switch {
	case c.Freshest.IsZero():
		p.note("note: waybill has nothing in %s that happened up to %s UTC", r.kind.Topic, instant(window.Instant))
	case c.Freshest.Before(window.Start):
		p.note("note: the latest that waybill has happened at %s UTC, %s before the instant: if more has happened since, it has not come, or stages are behind (`waybill doctor`)",
			instant(c.Freshest), span(window.Instant.Sub(c.Freshest)))
	}
}

// each compares and gives the rows that are to be printed.
func (r *reconciling) each(ctx context.Context, p *printer, c *reconcile.Reconciliation, take func(*reconcile.Row) error) (*reconcile.Summary, error) {
	return c.Compare(ctx, p.progress("comparing", "records"), func(row *reconcile.Row) error {
		if !slices.Contains(r.show, row.Outcome) {
			return nil
		}
		return take(row)
	})
}

func (r *reconciling) table(ctx context.Context, p *printer, c *reconcile.Reconciliation) (*reconcile.Summary, error) {
	largest := reconcile.Largest{Most: r.flags.limit}
	summary, err := r.each(ctx, p, c, func(row *reconcile.Row) error {
		largest.Add(row)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if rows := largest.Rows(); len(rows) > 0 {
		r.printRows(p, rows)
		if more := largest.Given - int64(len(rows)); more > 0 {
			p.line("%s", p.faint(fmt.Sprintf("… and %d more that differ by less: --output csv or json has them all", more)))
		}
		p.line("")
	}
	r.printSummary(p, summary)
	return summary, nil
}

func (r *reconciling) printRows(p *printer, rows []*reconcile.Row) {
	header := []string{"outcome"}
	for _, key := range r.kind.Key {
		header = append(header, key.Name)
	}
	t := p.table("", append(header, "figure", "here", "there", "difference", "unit", "why"), "line_no", "here", "there", "difference")
	for _, row := range rows {
		cells := []cell{paintOutcome(p, row.Outcome)}
		for i := range r.kind.Key {
			if len(row.Key) == 0 {
				cells = append(cells, "")
				continue
			}
			cells = append(cells, row.Key[i])
		}
		why := row.Why
		if row.Outcome == reconcile.Unreadable {
			why = fmt.Sprintf("line %d: %s", row.There.Line, why)
		}
		compared := row.Comparisons()
		if len(compared) == 0 {
			t.row(append(cells, "", "", "", "", "", why)...)
		}
		for _, one := range compared {
			t.row(append(slices.Clone(cells), one.Figure, one.Here, one.There, one.Difference, one.Unit, why)...)
			why = ""
		}
	}
	t.printCut()
}

func paintOutcome(p *printer, outcome reconcile.Outcome) string {
	switch {
	case slices.Contains(reconcile.Findings(), outcome):
		return p.bad(string(outcome))
	case outcome == reconcile.InFlight:
		return p.uneasy(string(outcome))
	}
	return p.good(string(outcome))
}

// printSummary adds up by outcome, figure and unit.
func (r *reconciling) printSummary(p *printer, summary *reconcile.Summary) {
	t := p.table("", []string{"outcome", "rows", "figure", "here", "there", "difference", "unit"}, "rows", "here", "there", "difference")
	for i := range summary.Outcomes {
		sum := &summary.Outcomes[i]
		outcome, rows := paintOutcome(p, sum.Outcome), fmt.Sprint(sum.Rows)
		if sum.Rows == 0 {
			outcome = p.faint(string(sum.Outcome))
		}
		if len(sum.Figures) == 0 {
			t.row(outcome, rows)
		}
		for j := range sum.Figures {
			figure := &sum.Figures[j]
			t.row(outcome, rows, figure.Figure, figure.HereText(), figure.ThereText(), figure.DifferenceText(), figure.Unit)
			outcome, rows = "", ""
		}
	}
	t.print()
	window := r.options.Window
	p.line("\n%s as of %s UTC, in flight from %s to %s UTC: %s.", capital(r.kind.What), instant(window.Instant), instant(window.Start), instant(window.End),
		r.findingsWords(p, summary))
	if summary.LeftOut > 0 {
		p.line("%s here have not moved since %s UTC and are not in the extract: they need not be.", plural(int(summary.LeftOut), "row", "rows"), instant(window.Since))
	}
}

func (r *reconciling) findingsWords(p *printer, summary *reconcile.Summary) string {
	found := int(summary.Rows(reconcile.Findings()...))
	if found == 0 {
		return p.good("nothing is unexplained")
	}
	return p.bad(plural(found, "finding", "findings"))
}

// csv prints the rows as CSV; the summary is beside it.
func (r *reconciling) csv(ctx context.Context, p *printer, c *reconcile.Reconciliation) (*reconcile.Summary, error) {
	writer := csv.NewWriter(p.out)
	if err := writer.Write(r.kind.Columns()); err != nil {
		return nil, err
	}
	summary, err := r.each(ctx, p, c, func(row *reconcile.Row) error { return writer.Write(row.Cells()) })
	if err == nil {
		writer.Flush()
		err = writer.Error()
	}
	if err != nil {
		return nil, err
	}
	r.printSummary(&printer{out: p.err, err: p.err}, summary)
	return summary, nil
}

// json prints one object, row by row: none of it waits in memory.
func (r *reconciling) json(ctx context.Context, p *printer, c *reconcile.Reconciliation) (*reconcile.Summary, error) {
	out := bufio.NewWriter(p.out)
	window, head := r.options.Window, &strings.Builder{}
	encoder := json.NewEncoder(head)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(struct {
		Kind  string     `json:"kind"`
		Topic string     `json:"topic"`
		AsOf  time.Time  `json:"as_of"`
		From  time.Time  `json:"in_flight_from"`
		To    time.Time  `json:"in_flight_to"`
		Since *time.Time `json:"since"`
		Rows  int64      `json:"extract_rows"`
	}{r.kind.Name, r.kind.Topic, window.Instant, window.Start, window.End, orNil(window.Since), c.Read})
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(out, "%s,\n\"rows\":[", strings.TrimSuffix(head.String(), "}\n"))
	separator := "\n"
	summary, err := r.each(ctx, p, c, func(row *reconcile.Row) error {
		text, err := json.Marshal(row)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "%s%s", separator, text)
		separator = ",\n"
		return err
	})
	if err != nil {
		return nil, err
	}
	sums, err := json.Marshal(summary.Outcomes)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(out, "],\n\"summary\":%s,\n\"left_out\":%d,\n\"findings\":%d}\n", sums, summary.LeftOut, summary.Rows(reconcile.Findings()...))
	return summary, out.Flush()
}

func orNil(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}
