package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"

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
scenario that waybill exists for, shows what came of it, and then keeps a generated distributor running until Ctrl-C.

With --once it plays files of events and ends when everything is processed: exit code 3 when exceptions remain open. A
line is {"topic":…,"value":{…}}, with optional "key", "headers", "at" (RFC 3339: moves the clock there), "raw" (base64
bytes instead of a value) and "schema" (path of another writer schema, from the file's folder); {"advance":"2h"} moves the
clock, so that deadlines pass.`,
		Example: `  waybill dev
  waybill dev --once examples/split-substitute.ndjson
  waybill dev --once orders.ndjson shipments.ndjson --output json
  waybill dev --port 9092                      # other programs can use the broker while it runs`,
		RunE: func(command *cobra.Command, args []string) error {
			if err := checkOutput(flags.output); err != nil {
				return err
			}
			if len(args) > 0 && len(flags.once) == 0 {
				return usage{fmt.Errorf("files are played with --once: waybill dev --once %s", args[0])}
			}
			return runDev(command, &flags, args)
		},
	}
	f := command.Flags()
	f.StringArrayVar(&flags.once, "once", nil, "play this file of events, and those named behind it, and end")
	f.StringVar(&flags.catalogue, "catalogue", "", "folder of the catalogue; the built-in one when empty")
	f.BoolVarP(&flags.verbose, "verbose", "v", false, "log what the stages do")
	f.IntVar(&flags.port, "port", 0, "port of the embedded broker on the loopback address; 0 takes a free one")
	f.Uint64Var(&flags.live.Seed, "seed", 1, "of the generated distributor")
	f.IntVar(&flags.live.Rate, "rate", 5, "orders a second of the generated distributor")
	f.DurationVar(&flags.live.Hour, "hour", time.Second, "how long an hour of the generated distributor's business takes")
	f.DurationVar(&flags.live.For, "for", 0, "end after so long; 0: run until Ctrl-C")
	outputFlag(command, &flags.output)
	return command
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
		scenarios = append(scenarios, dev.ScenarioAt(file))
	}
	if len(scenarios) > 0 {
		open, err := devOnce(command, options, scenarios, flags.output)
		if err == nil && open > 0 {
			return findings{}
		}
		return err
	}
	if _, err := devOnce(command, options, []dev.Scenario{{Folder: examples.Files, Name: examples.SplitSubstitute}}, flags.output); err != nil {
		return err
	}
	flags.live.To = command.OutOrStdout()
	flags.live.Terminal = isTerminal(os.Stdout) && flags.output == "table"
	return devLive(command.Context(), options, flags.live)
}

// devOnce plays scenarios, prints what came out, and tells how many exceptions are open.
func devOnce(command *cobra.Command, options dev.EmbeddedOptions, scenarios []dev.Scenario, output string) (open int, err error) {
	played, err := dev.Once(command.Context(), options, scenarios)
	if err != nil {
		return 0, err
	}
	if output == "json" {
		err = played.WriteJSON(command.OutOrStdout())
	} else {
		err = played.WriteTables(command.OutOrStdout())
	}
	if err != nil {
		return 0, err
	}
	exceptions, err := played.OpenExceptions()
	return len(exceptions), err
}

func devLive(ctx context.Context, options dev.EmbeddedOptions, live dev.LiveOptions) (err error) {
	e, err := dev.StartEmbedded(ctx, options)
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "broker %s, registry %s\n", e.Cluster.Brokers[0], e.Cluster.RegistryURL)
	if live.Terminal {
		select { // what the scenario showed is there to be read before the table takes the screen
		case <-time.After(5 * time.Second):
		case <-ctx.Done():
		}
	}
	err = dev.Live(ctx, e, live)
	if closed := e.Close(); err == nil {
		err = closed
	}
	return err
}

func isTerminal(file *os.File) bool {
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
