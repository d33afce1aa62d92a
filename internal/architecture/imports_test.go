package architecture

import (
	"slices"
	"strings"
	"testing"
)

// layers say which of our packages a package may import. The first row that covers a package holds for it.
var layers = []struct {
	of    string
	may   []string
	tests []string // what its tests may import besides
}{
	{"schemas/...", []string{"schemas/..."}, nil},
	{"state/...", []string{"state/..."}, nil},
	{"topics/...", []string{"topics/...", "schemas/..."}, nil},
	{"stream", []string{"state/...", "schemas/...", "topics/..."}, []string{"stream/sim/...", "stream/kafka/..."}},
	{"stream/kafka/...", []string{"stream/kafka/...", "stream", "state/...", "schemas/...", "topics/..."}, []string{"stream/sim/..."}},
	{"stream/sim/...", []string{"stream/sim/...", "stream", "state/...", "schemas/...", "topics/..."}, []string{"processors/..."}},
	{"processors/...", []string{"processors/...", "stream", "state", "schemas", "topics"}, []string{"stream/sim", "outcome", "distributor", "bench/load"}},
	{"outcome", []string{"schemas", "topics"}, nil},
	{"distributor", []string{"schemas", "topics", "processors/conditions"}, []string{"stream/...", "processors/...", "outcome"}},
	{"distributor/truth", []string{"distributor", "processors", "simulation/model", "stream", "stream/sim", "schemas", "topics"}, nil},
	{"simulation/workload", []string{"distributor", "schemas", "topics", "processors/conditions"}, nil},
	{"simulation/checks", []string{"processors/figures", "simulation/workload", "simulation/model", "stream", "stream/sim", "outcome", "schemas", "topics"}, nil},
	{"simulation/model", []string{"simulation/workload", "schemas"}, []string{"processors", "stream/sim", "topics"}}, // none of the pipeline's code
	{"simulation", []string{"simulation/...", "stream", "stream/sim", "processors", "outcome", "schemas", "topics"}, nil},
	{"feed", []string{"state", "schemas", "topics"}, []string{"stream/...", "processors/...", "inspect", "dev", "node"}},
	{"inspect", []string{"stream", "schemas", "topics", "processors/figures", "processors/money"}, []string{"stream/...", "processors/...", "dev", "node"}},
	{"reconcile", []string{"inspect", "state", "schemas", "topics", "processors/money"}, []string{"dev"}},
	{"doctor", []string{"node", "stream", "state", "schemas", "topics"}, []string{"processors/...", "dev"}},
	{"node", []string{"processors/figures", "stream", "stream/kafka", "state", "schemas", "topics"}, []string{"processors/...", "stream/...", "dev"}},
	{"dev", []string{"node", "inspect", "feed", "distributor", "stream", "stream/kafka", "state", "schemas", "topics", "processors/money"}, []string{"processors/...", "outcome", "examples"}},
	{"console/...", []string{"console/...", "inspect", "feed", "schemas/...", "topics/..."}, nil},
	{"bench/...", []string{"bench/...", "deploy/kafka", "distributor", "node", "stream/...", "state/...", "schemas/...", "topics/...", "processors/..."}, nil},
	{"examples/...", []string{"examples/...", "schemas", "topics"}, []string{"processors/...", "stream/...", "outcome"}},
	{"e2e", nil, []string{"distributor", "outcome", "inspect", "feed", "node", "dev", "stream/...", "state", "schemas", "topics", "processors/...", "examples"}},
	{"e2e/soak", []string{"deploy/kafka", "dev", "distributor", "node", "outcome", "processors", "schemas", "stream", "stream/sim", "topics"}, nil},
	{"deploy/...", nil, []string{"processors/conditions", "schemas"}},
	{"internal/architecture", nil, nil},
	{"museum", nil, nil},
	{"cmd/...", []string{"cmd/...", "console", "doctor", "node", "dev", "inspect", "reconcile", "feed", "distributor", "stream", "state", "schemas", "topics", "processors", "processors/...", "simulation", "examples"}, []string{"outcome", "stream/..."}},
}

// libraries say where a library of others may be used: its name is an import path or, with /..., all below one. Tests
// may use what they need.
var libraries = []struct {
	of  string
	may []string
	why string
}{
	{"github.com/cockroachdb/pebble/v2/...", []string{"state/..."}, "state's tables are the way to the store"},
	{"github.com/twmb/franz-go/pkg/kfake/...", []string{"dev"}, "the embedded broker is for `waybill dev` and for tests"},
	{"github.com/twmb/franz-go/pkg/sr/srfake", []string{"dev"}, "the embedded registry is for `waybill dev` and for tests"},
	{"github.com/twmb/franz-go/pkg/sr/...", []string{"schemas", "topics", "node", "cmd/..."}, "schemas.Registry is the way to the registry"},
	{"github.com/twmb/franz-go/...", []string{"topics", "stream/kafka", "node", "doctor", "dev", "inspect", "feed", "cmd/...", "bench/...", "e2e/soak"}, "what a stage does is the same on every log: stream/kafka is its way to the broker"},
	{"github.com/spf13/cobra/...", []string{"cmd/..."}, "commands are cmd's"},
	{"github.com/prometheus/...", []string{"stream/kafka", "node"}, "the kernel's steps count, its binding to Kafka measures"},
	{"os/exec", []string{"cmd/...", "bench/...", "deploy/kafka", "museum", "e2e/soak"}, "no other program is started"},
}

func TestPackagesImportOnlyWhatTheirLayerAllows(t *testing.T) {
	for _, of := range list(t, "./...") {
		own, _ := folder(of.ImportPath)
		row := slices.IndexFunc(layers, func(layer struct {
			of    string
			may   []string
			tests []string
		}) bool {
			return within(own, layer.of)
		})
		if row < 0 {
			t.Errorf("%s: no row of layers covers it: add one that says what it may import", own)
			continue
		}
		layer := layers[row]
		check := func(imports []string, may []string, what string) {
			for _, imported := range imports {
				if other, ours := folder(imported); ours && other != own && !withinAny(other, may) {
					t.Errorf("%s%s imports %s; it may import %s", own, what, other, orNothing(may))
				}
			}
		}
		check(of.Imports, layer.may, "")
		forTests := slices.Concat(layer.may, layer.tests)
		check(of.TestImports, forTests, "'s tests")
		check(of.XTestImports, forTests, "'s tests")
	}
}

func orNothing(patterns []string) string {
	if len(patterns) == 0 {
		return "nothing of ours"
	}
	return strings.Join(patterns, ", ")
}

func TestLibrariesAreUsedWhereTheyAreWrapped(t *testing.T) {
	for _, of := range list(t, "./...") {
		own, _ := folder(of.ImportPath)
		for _, imported := range of.Imports {
			for _, library := range libraries {
				if !within(imported, library.of) {
					continue
				}
				if !withinAny(own, library.may) {
					t.Errorf("%s imports %s, which only %s may: %s", own, imported, strings.Join(library.may, ", "), library.why)
				}
				break
			}
		}
	}
}
