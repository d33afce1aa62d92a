package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"waybill/node"
	"waybill/processors"
	"waybill/stream"
	"waybill/topics"
)

func newRun() *cobra.Command {
	command := &cobra.Command{
		Use:   "run [STAGE…]",
		Short: "Run the stages against a cluster",
		Long: `Runs the named stages, or all of them, against the brokers and the registry. More processes share the work: tasks move
between them. SIGTERM or Ctrl-C finishes the transaction at hand and leaves the groups within 10 s; a second one ends
the process at once, and loses nothing either.`,
		Example: `  waybill topics apply --brokers kafka:9092 --registry http://registry:8081
  waybill run --brokers kafka:9092 --registry http://registry:8081 --state /var/lib/waybill
  waybill run intake fulfilment                 # only these two, with settings from WAYBILL_…`,
		RunE: func(command *cobra.Command, args []string) error {
			config, err := loadConfig(command)
			if err != nil {
				return err
			}
			return run(command.Context(), config, args)
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return topics.Stages(), cobra.ShellCompDirectiveNoFileComp
		},
	}
	configFlags(command)
	return command
}

func run(ctx context.Context, config node.Config, names []string) error {
	catalogue, err := loadCatalogue(config.Catalogue)
	if err != nil {
		return err
	}
	stages, err := chosen(processors.Stages(catalogue), names)
	if err != nil {
		return err
	}
	client, err := config.Client()
	if err != nil {
		return err
	}
	registry, err := config.RegistryClient()
	if err != nil {
		return err
	}
	config.LimitMemory()
	log := config.Logger()
	running, err := node.New(node.Options{Config: config, Release: release, Client: client, Registry: registry, Stages: stages, Log: log})
	if err != nil {
		return err
	}
	log.Info("running", "release", release, "stages", len(stages), "brokers", strings.Join(config.Brokers, ","), "listen", config.Listen)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	context.AfterFunc(ctx, func() {
		running.Stopping()
		log.Info("stopping: the transaction at hand is finished; once more ends at once")
	})
	var serving sync.WaitGroup
	var serveErr error
	if config.Listen != "" {
		serving.Go(func() {
			if serveErr = running.Serve(ctx); serveErr != nil {
				cancel()
			}
		})
	}
	err = running.Run(ctx)
	cancel()
	serving.Wait()
	if err = errors.Join(err, serveErr); err == nil {
		log.Info("stopped")
	}
	return err
}

// chosen picks stages by name; all when none is named.
func chosen(stages []*stream.Stage, names []string) ([]*stream.Stage, error) {
	if len(names) == 0 {
		return stages, nil
	}
	var picked []*stream.Stage
	for _, name := range names {
		at := slices.IndexFunc(stages, func(stage *stream.Stage) bool { return stage.Name == name })
		if at < 0 {
			return nil, usage{fmt.Errorf("there is no stage %q; there are %s", name, strings.Join(topics.Stages(), ", "))}
		}
		if !slices.Contains(picked, stages[at]) {
			picked = append(picked, stages[at])
		}
	}
	return picked, nil
}
