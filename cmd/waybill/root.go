package main

import (
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"waybill/topics"
)

// release names this build: the version of the module, or the commit that it was built from.
var release = func() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" && len(setting.Value) >= 12 {
			return setting.Value[:12]
		}
	}
	return strings.Trim(info.Main.Version, "()")
}()

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "waybill",
		Short: "Governs order to cash on Kafka: what can be billed, and what stands in the way",
		Long: `waybill turns the change feeds of commerce, warehouse (WMS), ERP and receivables (AR) systems into streams that can be
billed from: invoice-ready records that are complete, in sequence and never doubled, and exceptions that say what
stands in the way, who owns it and what it is worth.`,
		Example: `  waybill dev                                        # everything in one process, with a scenario and a generated distributor
  waybill dev --once examples/split-substitute.ndjson
  waybill run --brokers kafka:9092 --registry http://registry:8081
  waybill exceptions list
  waybill order show SO-1001`,
		SilenceErrors: true, SilenceUsage: true,
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage{err} })
	for _, part := range []struct {
		id, title string
		commands  []*cobra.Command
	}{
		{"run", "Run:", []*cobra.Command{newDev(), newRun()}},
		{"work", "Look, and work the queue:", []*cobra.Command{newOrder(), newAvailability(), newExceptions(), newFigures(), newReconcile(), newTail(), newProduce()}},
		{"proof", "Prove it:", []*cobra.Command{newSimulate()}},
		{"cluster", "Set up a cluster:", []*cobra.Command{newTopics(), newSchemas(), newTopology(), newDoctor()}},
	} {
		root.AddGroup(&cobra.Group{ID: part.id, Title: part.title})
		for _, command := range part.commands {
			command.GroupID = part.id
			root.AddCommand(command)
		}
	}
	return group(root, newVersion())
}

// outputFlag declares --output: table, json, and what else there is.
func outputFlag(command *cobra.Command, into *string, more ...string) {
	outputs := append([]string{"table", "json"}, more...)
	command.Flags().StringVarP(into, "output", "o", "table", strings.Join(outputs, ", "))
	_ = command.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(outputs, cobra.ShellCompDirectiveNoFileComp))
}

func checkOutput(output string, more ...string) error {
	outputs := append([]string{"table", "json"}, more...)
	if !slices.Contains(outputs, output) {
		return usage{fmt.Errorf("--output: %q is not one of %s", output, strings.Join(outputs, ", "))}
	}
	return nil
}

// loadCatalogue reads the operator's catalogue, or takes the built-in one.
func loadCatalogue(folder string) (topics.Catalogue, error) {
	if folder == "" {
		return topics.Default(), nil
	}
	var files fs.FS = os.DirFS(folder)
	catalogue, err := topics.Load(files)
	if err != nil {
		return catalogue, fmt.Errorf("catalogue %s: %w", folder, err)
	}
	return catalogue, nil
}
