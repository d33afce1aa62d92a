package main

import (
	"context"
	"errors"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"waybill/dev"
	"waybill/processors"
)

func newDev() *cobra.Command {
	var once []string
	var output, catalogueFolder string
	var verbose bool
	command := &cobra.Command{
		Use:   "dev",
		Short: "Everything in one process, on an embedded broker and registry",
		Long: `Starts a broker and a registry in this process, applies the catalogue and runs all stages.

With --once it plays files of events and ends when everything is processed: exit code 3 when exceptions remain open. A
line is {"topic":…,"value":{…}}, with optional "key", "headers", "at" (RFC 3339: moves the clock there), "raw" (base64
bytes instead of a value) and "schema" (path of another writer schema, from the file's folder); {"advance":"2h"} moves the
clock, so that deadlines pass.`,
		Example: `  waybill dev --once examples/split-substitute.ndjson
  waybill dev --once orders.ndjson --once shipments.ndjson --output json`,
		RunE: func(command *cobra.Command, args []string) error {
			if err := checkOutput(output); err != nil {
				return err
			}
			catalogue, err := loadCatalogue(catalogueFolder)
			if err != nil {
				return err
			}
			level := slog.LevelError
			if verbose {
				level = slog.LevelInfo
			}
			options := dev.EmbeddedOptions{
				Catalogue: catalogue, Stages: processors.Stages(catalogue), Release: release,
				Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level})),
			}
			files := append(once, args...)
			if len(files) == 0 {
				return usage{errors.New("name a file with --once")}
			}
			return devOnce(command.Context(), command, options, files, output)
		},
	}
	command.Flags().StringArrayVar(&once, "once", nil, "play this file of events and end; may be repeated")
	command.Flags().StringVar(&catalogueFolder, "catalogue", "", "folder of the catalogue; the built-in one when empty")
	command.Flags().BoolVarP(&verbose, "verbose", "v", false, "log what the stages do")
	outputFlag(command, &output)
	return command
}

func devOnce(ctx context.Context, command *cobra.Command, options dev.EmbeddedOptions, files []string, output string) error {
	played, err := dev.Once(ctx, options, files)
	if err != nil {
		return err
	}
	if output == "json" {
		err = played.WriteJSON(command.OutOrStdout())
	} else {
		err = played.WriteTables(command.OutOrStdout())
	}
	if err != nil {
		return err
	}
	open, err := played.OpenExceptions()
	if err == nil && len(open) > 0 {
		return findings{}
	}
	return err
}
