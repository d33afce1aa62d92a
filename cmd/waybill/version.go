package main

import (
	"runtime"
	"runtime/debug"
	"slices"

	"github.com/spf13/cobra"
)

// version is what this program is.
type version struct {
	Release   string            `json:"release"`
	Go        string            `json:"go"`
	Platform  string            `json:"platform"`
	Libraries map[string]string `json:"libraries"` // those that matter when something is wrong
}

// keyLibraries are what a report of a fault should name.
var keyLibraries = []string{
	"github.com/cockroachdb/pebble/v2",
	"github.com/twmb/avro",
	"github.com/twmb/franz-go",
	"github.com/twmb/franz-go/pkg/kadm",
	"github.com/twmb/franz-go/pkg/sr",
}

func thisVersion() version {
	v := version{Release: release, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH, Libraries: map[string]string{}}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			if slices.Contains(keyLibraries, module.Path) {
				if module.Replace != nil {
					module = module.Replace
				}
				v.Libraries[module.Path] = module.Version
			}
		}
	}
	return v
}

func newVersion() *cobra.Command {
	var output string
	command := &cobra.Command{
		Use:   "version",
		Short: "What this is: release, Go, and the libraries that matter",
		Example: `  waybill version
  waybill version --output json | jq -r .release`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			if err := checkOutput(output); err != nil {
				return err
			}
			p, v := newPrinter(command), thisVersion()
			if output == "json" {
				return p.json(v)
			}
			p.line("%s", p.strong("waybill "+v.Release))
			t := p.table("", nil)
			t.row("go", v.Go+" "+v.Platform)
			for _, name := range keyLibraries {
				if v.Libraries[name] != "" {
					t.row(name, v.Libraries[name])
				}
			}
			t.print()
			return nil
		},
	}
	outputFlag(command, &output)
	return command
}
