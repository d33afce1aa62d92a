package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"waybill/dev"
	"waybill/examples"
	"waybill/processors"
)

// devFlags is what `waybill dev` can be told.
type devFlags struct {
	once              []string
	output, catalogue string
	verbose           bool
	port              int
	live              dev.LiveOptions
}

func newDev() *cobra.Command {
	var flags devFlags
	command := &cobra.Command{
		Use:   "dev [--once FILE…]",
		Short: "Everything in one process, on an embedded broker and registry",
		Long: `Starts a broker and a registry in this process, applies the catalogue and runs all stages. Without files it plays the
scenario that waybill exists for, shows what came of it, and then keeps a generated distributor running until Ctrl-C. All of
it is kept in memory, and gone when it ends.

With --once it plays files of events, one after the other, and ends when everything is processed: exit code 3 when
exceptions remain open. A line is {"topic":…,"value":{…}}, where the value is written as ` + "`waybill produce`" + ` takes it.
These may stand beside them:

  "key"       of the record; left out, it is made of the value as the catalogue says. "no_key": true: the record has none
  "headers"   of the record: {"name":"text"}
  "at"        an instant such as "2026-03-02T08:00:00Z": the stages' clock moves there first. It does not go back
  "advance"   a duration such as "2h": the clock moves by it, so that deadlines pass. It may stand alone on a line
  "raw"       bytes in base64 instead of a value; "value": null is a record that has none
  "schema"    path of another writer's schema, from the file's folder, to write the value with
  "cut"       so many bytes are missing at the end of the written value
  "note"      for readers; lines that begin with # or // are for them too`,
		Example: `  waybill dev
  waybill dev --once examples/split-substitute.ndjson
  waybill dev --once orders.ndjson shipments.ndjson --output json
  go run ./examples/northwind | waybill dev --once -
  waybill dev --port 9092                      # other programs can use the broker while it runs`,
		RunE: func(command *cobra.Command, args []string) error {
			if err := flags.check(command, args); err != nil {
				return err
			}
			return runDev(command, &flags, args)
		},
	}
	f := command.Flags()
	f.StringArrayVar(&flags.once, "once", nil, "play this file of events, and those named behind it, and end; - is standard input")
	f.StringVar(&flags.catalogue, "catalogue", "", "folder of the catalogue; the built-in one when empty")
	f.BoolVarP(&flags.verbose, "verbose", "v", false, "log what the stages do")
	f.IntVar(&flags.port, "port", 0, "port of the embedded broker on the loopback address; 0 takes a free one")
	f.Uint64Var(&flags.live.Seed, "seed", 1, "of the generated distributor")
	f.IntVar(&flags.live.Rate, "rate", 5, "orders a second of the generated distributor, up to 1000")
	f.DurationVar(&flags.live.Hour, "hour", time.Second, "how long an hour of the generated distributor's business takes")
	f.DurationVar(&flags.live.For, "for", 0, "end after so long; 0: run until Ctrl-C")
	outputFlag(command, &flags.output)
	return command
}

// check tells how the command was called in a wrong way.
func (flags *devFlags) check(command *cobra.Command, args []string) error {
	if err := checkOutput(flags.output); err != nil {
		return err
	}
	if len(args) > 0 && len(flags.once) == 0 {
		return usage{fmt.Errorf("files are played with --once: waybill dev --once %s", args[0])}
	}
	for _, file := range append(flags.once, args...) {
		if file == "" {
			return usage{errors.New("--once: name a file of events")}
		}
	}
	if flags.port < 0 || flags.port > 65535 {
		return usage{fmt.Errorf("--port: %d is no port: 1 to 65535, or 0 for a free one", flags.port)}
	}
	if len(flags.once) > 0 {
		for _, name := range []string{"seed", "rate", "hour", "for"} {
			if command.Flags().Changed(name) {
				return usage{fmt.Errorf("--%s is about the generated distributor, which does not run with --once", name)}
			}
		}
	}
	switch live := flags.live; {
	case live.Rate < 1 || live.Rate > 1000:
		return usage{fmt.Errorf("--rate: %d is not between 1 and 1000 orders a second", live.Rate)}
	case live.Hour < time.Millisecond:
		return usage{fmt.Errorf("--hour: %s is too short: 1ms or more", live.Hour)}
	case live.For < 0:
		return usage{fmt.Errorf("--for: %s is negative", live.For)}
	}
	return nil
}

func runDev(command *cobra.Command, flags *devFlags, more []string) error {
	catalogue, err := loadCatalogue(flags.catalogue)
	if err != nil {
		return err
	}
	level := slog.LevelError
	if flags.verbose {
		level = slog.LevelInfo
	}
	options := dev.EmbeddedOptions{
		Catalogue: catalogue, Stages: processors.Stages(catalogue), Release: release, Port: flags.port,
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level})),
	}
	var scenarios []dev.Scenario
	for _, file := range append(flags.once, more...) {
		scenario := dev.ScenarioAt(file)
		if file == "-" {
			scenario = dev.ScenarioFrom("standard input", command.InOrStdin())
		}
		scenarios = append(scenarios, scenario)
	}
	if len(scenarios) > 0 {
		open, err := devOnce(command, options, flags.output, scenarios...)
		if err == nil && open > 0 {
			return findings{}
		}
		return err
	}
	if _, err := devOnce(command, options, flags.output, dev.ScenarioIn(examples.Files, examples.SplitSubstitute)); err != nil {
		return err
	}
	return devLive(command, options, flags)
}

// devOnce plays scenarios, prints what came out, and tells how many exceptions are open.
func devOnce(command *cobra.Command, options dev.EmbeddedOptions, output string, scenarios ...dev.Scenario) (open int, err error) {
	played, err := dev.Once(command.Context(), options, scenarios...)
	if err != nil {
		return 0, err
	}
	p := newPrinter(command)
	if output == "json" {
		err = played.WriteJSON(p.out)
	} else {
		err = played.WriteTables(p.out, p.width)
	}
	if err != nil {
		return 0, err
	}
	for _, note := range played.Notes {
		p.note("note: %s", note)
	}
	exceptions, err := played.OpenExceptions()
	return len(exceptions), err
}

func devLive(command *cobra.Command, options dev.EmbeddedOptions, flags *devFlags) (err error) {
	ctx, p := command.Context(), newPrinter(command)
	e, err := dev.StartEmbedded(ctx, options)
	if err != nil {
		return err
	}
	p.note("\nA generated distributor runs until Ctrl-C. Others can read along: --brokers %s --registry %s\n", e.Cluster.Brokers[0], e.Cluster.RegistryURL)
	live, show := flags.live, func(board *dev.Board) error { p.line("%s", board.Line()); return nil }
	live.Every = 10 * time.Second
	switch {
	case flags.output == "json":
		encoder := json.NewEncoder(p.out)
		show = func(board *dev.Board) error { return encoder.Encode(board) }
	case p.width > 0 && os.Getenv("TERM") != "dumb":
		live.Every = time.Second
		screen := &dev.Screen{To: p.out, Size: func() (width, height int) { return terminalSize(p) }}
		show = func(board *dev.Board) error {
			width, _ := screen.Size()
			return screen.Draw(board.Text(width))
		}
		defer p.line("") // the shell's prompt is not to stand behind ^C
	}
	err = dev.Live(ctx, e, live, show)
	if closed := e.Close(); err == nil {
		err = closed
	}
	return err
}

// terminalSize is what the terminal has now: people resize it.
func terminalSize(p *printer) (width, height int) {
	if file, ok := p.out.(*os.File); ok {
		if width, height, err := term.GetSize(int(file.Fd())); err == nil && width > 0 && height > 0 {
			return width, height
		}
	}
	return 80, 24
}
