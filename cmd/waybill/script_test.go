package main

import (
	"context"
	"errors"
	"flag"
	"log/slog"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/sr/srfake"

	"waybill/dev"
	"waybill/processors"
	"waybill/topics"
)

var update = flag.Bool("update", false, "rewrite the outputs that scripts compare with")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"waybill": main})
}

// TestScripts runs the program as people do. Besides testscript's commands a script has:
//
//	cluster              a broker and a registry that know nothing yet
//	stages               a broker and a registry with the catalogue applied and all stages running
//	settle               until the stages have taken everything that was written
//	exits CODE COMMAND…  the command ends with this exit code
func TestScripts(t *testing.T) {
	examples, err := filepath.Abs("../../examples")
	if err != nil {
		t.Fatal(err)
	}
	running := &embedded{of: map[*testscript.TestScript]*dev.Embedded{}}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", RequireExplicitExec: true, RequireUniqueNames: true, UpdateScripts: *update,
		Setup: func(env *testscript.Env) error {
			env.Setenv("WAYBILL_ACTOR", "ada")
			env.Setenv("EXAMPLES", examples)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"cluster": startBare, "stages": running.start, "settle": running.settle, "exits": exits,
		},
	})
}

func exits(script *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	script.Check(err)
	err = script.Exec(args[1], args[2:]...)
	code := 0
	var exited *exec.ExitError
	if errors.As(err, &exited) {
		code = exited.ExitCode()
	} else {
		script.Check(err)
	}
	if code != want {
		script.Fatalf("exit code %d, want %d", code, want)
	}
}

func startBare(script *testscript.TestScript, _ bool, _ []string) {
	broker, err := kfake.NewCluster(kfake.NumBrokers(1))
	script.Check(err)
	script.Defer(broker.Close)
	registry := srfake.New()
	script.Defer(registry.Close)
	script.Setenv("WAYBILL_BROKERS", broker.ListenAddrs()[0])
	script.Setenv("WAYBILL_REGISTRY", registry.URL())
}

// embedded are the clusters of scripts, which run at the same time.
type embedded struct {
	mu sync.Mutex
	of map[*testscript.TestScript]*dev.Embedded
}

func (e *embedded) start(script *testscript.TestScript, _ bool, _ []string) {
	catalogue := topics.Default()
	started, err := dev.StartEmbedded(context.Background(), dev.EmbeddedOptions{
		Catalogue: catalogue, Stages: processors.Stages(catalogue), Release: "test", Log: slog.New(slog.DiscardHandler),
	})
	script.Check(err)
	script.Defer(func() {
		if err := started.Close(); err != nil {
			script.Logf("the stages ended with %v", err)
		}
	})
	script.Setenv("WAYBILL_BROKERS", started.Cluster.Brokers[0])
	script.Setenv("WAYBILL_REGISTRY", started.Cluster.RegistryURL)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.of[script] = started
}

func (e *embedded) settle(script *testscript.TestScript, _ bool, _ []string) {
	e.mu.Lock()
	started := e.of[script]
	e.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	script.Check(started.Player.Settle(ctx))
}
