package dev

import (
	"context"
	"log/slog"
	"time"

	"waybill/node"
	"waybill/stream"
	"waybill/topics"
)

// Embedded is a cluster with all stages running on it.
type Embedded struct {
	Cluster *Cluster
	Node    *node.Node
	Player  *Player

	stop context.CancelFunc
	done chan error
}

// EmbeddedOptions say what to run.
type EmbeddedOptions struct {
	Catalogue topics.Catalogue
	Stages    []*stream.Stage
	Release   string
	Clock     *Clock // nil: the real one
	Port      int    // of the broker; 0: any
	Log       *slog.Logger
}

// StartEmbedded starts a cluster, applies the catalogue and runs the stages.
func StartEmbedded(ctx context.Context, options EmbeddedOptions) (*Embedded, error) {
	cluster, err := StartCluster(ctx, options.Catalogue, options.Stages, options.Port)
	if err != nil {
		return nil, err
	}
	config := node.Default()
	config.CommitInterval = 5 * time.Millisecond
	now := time.Now
	clock := options.Clock
	if clock != nil {
		now = clock.Now
	} else {
		clock = NewClock(time.Now())
	}
	running, err := node.New(node.Options{
		Config: config, Release: options.Release, Client: cluster.Client(), Registry: cluster.Registry, Stages: options.Stages,
		Now: now, InMemory: true, Log: options.Log,
	})
	if err != nil {
		cluster.Close()
		return nil, err
	}
	player, err := NewPlayer(cluster, options.Catalogue, options.Stages, running, clock)
	if err != nil {
		cluster.Close()
		return nil, err
	}
	work, stop := context.WithCancel(ctx)
	e := &Embedded{Cluster: cluster, Node: running, Player: player, stop: stop, done: make(chan error, 1)}
	go func() {
		err := running.Run(work)
		stop() // a bug in a stage ends what waits for it
		e.done <- err
	}()
	return e, nil
}

// Close stops the stages, then the cluster, and returns the bug that ended a stage, if one did.
func (e *Embedded) Close() error {
	e.stop()
	err := <-e.done
	e.Player.Close()
	e.Cluster.Close()
	return err
}
