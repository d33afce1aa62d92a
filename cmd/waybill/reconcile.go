package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"waybill/reconcile"
)

func newReconcile() *cobra.Command {
	command := &cobra.Command{
		Use:   "reconcile",
		Short: "Compare what waybill says with an extract of ERP, WMS or AR",
		Long: `Compares, row by row, what waybill says with an extract of another system, as of an instant. Each row is one of:

  matched        both say the same
  in_flight      they differ, and what moved around the instant explains it: it is on its way
  different      both have it and say different things
  missing_here   only the extract has it, or waybill has only zeros
  missing_there  only waybill has it, or the extract has only zeros
  unreadable     the extract's row cannot be read

The last four are findings: exit code 3 when there are any. The runbook says what to do about each.`,
		Example: `  waybill reconcile invoiced erp-lines.csv --as-of 2026-11-24T18:00:00Z
  waybill reconcile stock wms-stock.csv.gz --only-warehouse east --in-flight 30m
  waybill reconcile paid ar.ndjson --tolerance 0.01 --output json | jq '.summary'`,
	}
	for _, kind := range reconcile.Kinds() {
		command.AddCommand(newReconcileKind(kind))
	}
	return group(command)
}

// reconcileFlags say how to compare.
type reconcileFlags struct {
	asOf, since, tolerance, output string
	inFlight                       time.Duration
	show, warehouses               []string
	limit                          int
	decimalComma                   bool
}

func newReconcileKind(kind *reconcile.Kind) *cobra.Command {
	var flags reconcileFlags
	command := &cobra.Command{
		Use:   kind.Name + " EXTRACT",
		Short: fmt.Sprintf("Compare %s with %s", kind.What, kind.Topic),
		Long:  reconcileHelp(kind),
		Example: fmt.Sprintf(`  waybill reconcile %[1]s extract.csv --as-of 2026-11-24T18:00:00Z --in-flight 2h
  waybill reconcile %[1]s extract.csv.gz --show different,missing_there --output csv > findings.csv
  export-extract | waybill reconcile %[1]s - --output json | jq '.rows[] | select(.outcome == "missing_here")'`, kind.Name),
		Args: arguments("EXTRACT to compare with, or - for standard input", 1),
		RunE: func(command *cobra.Command, args []string) error {
			r, err := flags.check(kind, time.Now())
			if err != nil {
				return err
			}
			return r.run(command, args[0])
		},
	}
	configFlags(command, connectionKeys...)
	f := command.Flags()
	f.StringVar(&flags.asOf, "as-of", "", "the instant that the extract shows, as 2026-11-24T18:00:00Z; now when empty")
	f.DurationVar(&flags.inFlight, "in-flight", 2*time.Hour, "how long before and after that instant a movement may be on one side only")
	f.StringVar(&flags.since, "since", "", "the extract has only what moved since this instant: what has not need not be in it")
	f.StringVar(&flags.tolerance, "tolerance", "0", "largest difference that is none, of "+toleranceOf(kind))
	f.StringSliceVar(&flags.show, "show", words(reconcile.Findings()), "outcomes whose rows are printed, or all")
	f.IntVar(&flags.limit, "limit", 50, "most rows of a table, those that differ by most; json and csv have all")
	f.BoolVar(&flags.decimalComma, "decimal-comma", false, "the extract writes 1234,50")
	outputFlag(command, &flags.output, "csv")
	if kind.HasWarehouses() {
		f.StringSliceVar(&flags.warehouses, "only-warehouse", nil, "only these warehouses, of both sides")
	}
	_ = command.RegisterFlagCompletionFunc("show", completeWords(append(words(reconcile.Outcomes()), "all")...)) // the flag was declared above
	return command
}

func toleranceOf(kind *reconcile.Kind) string {
	if kind.HasAmounts() {
		return "amounts"
	}
	return "quantities"
}

func words(outcomes []reconcile.Outcome) (names []string) {
	for _, outcome := range outcomes {
		names = append(names, string(outcome))
	}
	return names
}

// reconcileHelp describes the extract of a kind.
func reconcileHelp(kind *reconcile.Kind) string {
	var help strings.Builder
	fmt.Fprintf(&help, "Compares an extract of %s with\n%s (%s).\n\nColumns of the extract:\n\n", kind.What, kind.Against, kind.Topic)
	column := func(name, says string, required bool) {
		fmt.Fprintf(&help, "  %-13s %s\n", name, says+map[bool]string{true: " (required)"}[required])
	}
	for _, key := range kind.Key {
		column(key.Name, key.Says, true)
	}
	for _, figure := range kind.Figures {
		column(figure.Name, figure.Says, figure.Required)
	}
	for _, label := range kind.Labels {
		column(label.Name, label.Says, false)
	}
	column(reconcile.ChangedAt, "when the other system changed the row last, as 2026-11-24T17:30:00Z: a late change is in flight", false)
	help.WriteString(`
It is CSV with a header, its columns in any order, separated by comma, semicolon or tab; or NDJSON, an object of these
fields a line. Either may be packed with gzip. Figures that are not in the extract are not compared. A row that cannot be
read is named by line and column, and is a finding.
`)
	if kind.Adds() {
		help.WriteString("Rows of one key add up.\n")
	} else {
		help.WriteString("A second row of one key is unreadable.\n")
	}
	help.WriteString(`
What happened here after --as-of, by the time at which it happened, is left out. What moved within --in-flight of it may be
on one side only, and explains a difference when the extract's figure lies between the lowest and the highest that stood
here in that time.
`)
	if kind.Returns() {
		help.WriteString(`
Most WMS extract what left, and returns by themselves: that is quantity, and returned. One that takes returns off what was
shipped says kept. Name the column by what it has: a quantity that is net of returns differs by what came back.
`)
	}
	if kind.Compacted() {
		help.WriteString(`
The topic keeps at least the latest state of a row. Where it no longer keeps what stood at --as-of, a difference is in
flight ("moved since"): compare soon after the instant of the extract.
`)
	}
	return strings.TrimSuffix(help.String(), "\n")
}

// reconciling is one run.
type reconciling struct {
	kind    *reconcile.Kind
	flags   *reconcileFlags
	options reconcile.Options
	show    []reconcile.Outcome
}

// check tells how the command was called in a wrong way.
func (flags *reconcileFlags) check(kind *reconcile.Kind, now time.Time) (*reconciling, error) {
	r := &reconciling{kind: kind, flags: flags}
	instant := func(name, text string, otherwise time.Time) (time.Time, error) {
		if text == "" {
			return otherwise, nil
		}
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return at, usage{fmt.Errorf("--%s: %q is no instant such as 2026-11-24T18:00:00Z", name, text)}
		}
		return at.UTC(), nil
	}
	asOf, err := instant("as-of", flags.asOf, now.UTC().Truncate(time.Second))
	if err != nil {
		return nil, err
	}
	r.options.Window = reconcile.Around(asOf, flags.inFlight)
	if r.options.Window.Since, err = instant("since", flags.since, time.Time{}); err != nil {
		return nil, err
	}
	if r.options.Tolerance, err = kind.Tolerance(flags.tolerance); err != nil {
		return nil, usage{fmt.Errorf("--tolerance: %w", err)}
	}
	r.options.Warehouses = flags.warehouses
	switch {
	case flags.inFlight < 0:
		return nil, usage{fmt.Errorf("--in-flight: %s is negative", flags.inFlight)}
	case r.options.Window.Since.After(asOf):
		return nil, usage{errors.New("--since: is after --as-of")}
	case flags.limit < 0:
		return nil, usage{fmt.Errorf("--limit: %d is negative", flags.limit)}
	}
	if err := checkOutput(flags.output, "csv"); err != nil {
		return nil, err
	}
	for _, name := range flags.show {
		switch {
		case name == "all":
			r.show = append(r.show, reconcile.Outcomes()...)
		case slices.Contains(reconcile.Outcomes(), reconcile.Outcome(name)):
			r.show = append(r.show, reconcile.Outcome(name))
		default:
			return nil, usage{fmt.Errorf("--show: %q is not one of %s, all", name, strings.Join(words(reconcile.Outcomes()), ", "))}
		}
	}
	return r, nil
}

func (r *reconciling) run(command *cobra.Command, extract string) (err error) {
	from, size, err := openExtract(command, extract)
	if err != nil {
		return err
	}
	defer from.Close()
	c, err := connected(command)
	if err != nil {
		return err
	}
	p := newPrinter(command)
	reconciliation, err := reconcile.New(r.kind, r.options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, reconciliation.Close()) }()
	if err := r.readExtract(command.Context(), p, reconciliation, extract, from, size); err != nil {
		return err
	}
	if err := reconciliation.ReadHere(command.Context(), c.view(p)); err != nil {
		return registryHint(err)
	}
	return r.compare(command.Context(), p, reconciliation)
}

// openExtract opens a file, or standard input, whose size is not known.
func openExtract(command *cobra.Command, name string) (from io.ReadCloser, size int64, err error) {
	if name == "-" {
		return io.NopCloser(command.InOrStdin()), 0, nil
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, 0, err
	}
	info, err := file.Stat()
	if err != nil {
		return nil, 0, errors.Join(err, file.Close())
	}
	return file, info.Size(), nil
}

func (r *reconciling) readExtract(ctx context.Context, p *printer, into *reconcile.Reconciliation, name string, from io.Reader, size int64) error {
	if show := p.progress("reading the extract", "bytes"); show != nil && size > 0 {
		defer show(size, size)
		from = &watchedReader{from: from, ctx: ctx, read: func(done int64) { show(min(done, size-1), size) }}
	} else {
		from = &watchedReader{from: from, ctx: ctx, read: func(int64) {}}
	}
	format := reconcile.Format{DecimalComma: r.flags.decimalComma, NDJSON: namedNDJSON(name)}
	ignored, err := into.ReadExtract(from, format)
	if err != nil {
		return fmt.Errorf("extract %s: %w", name, err)
	}
	if len(ignored) > 0 {
		p.note("note: columns of the extract that mean nothing here: %s", strings.Join(ignored, ", "))
	}
	return nil
}

func namedNDJSON(name string) bool {
	name = strings.TrimSuffix(strings.ToLower(name), ".gz")
	return strings.HasSuffix(name, ".ndjson") || strings.HasSuffix(name, ".jsonl")
}

// watchedReader tells how much was read, and ends with ctx.
type watchedReader struct {
	from io.Reader
	ctx  context.Context
	read func(done int64)
	done int64
}

func (w *watchedReader) Read(into []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := w.from.Read(into)
	w.done += int64(n)
	w.read(w.done)
	return n, err
}
