package report

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestGrowthIsWrittenAsFiguresPlotAndTable(t *testing.T) {
	folder := t.TempDir()
	file, plots, document := filepath.Join(folder, "results", "growth.json"), filepath.Join(folder, "plots"), filepath.Join(folder, "performance.md")
	growth := Growth{Name: "lines", Title: "Lines of an order", Axis: "lines", Points: []Point{
		{Label: "1", RecordsPerSecond: 30_000, PeakMemory: 200 << 20, Latency: Latency{Bills: 10, P50: 120, P99: 240}},
		{Label: "5000", RecordsPerSecond: 40, PeakMemory: 300 << 20},
	}}
	if err := SaveGrowth(&Report{Commit: "c0ffee"}, []Growth{growth}, file, plots, document); err != nil {
		t.Fatal(err)
	}
	read := func(file string) string {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if !json.Valid([]byte(read(file))) {
		t.Error("the figures are no JSON")
	}
	if plot := read(filepath.Join(plots, "lines.svg")); !strings.HasPrefix(plot, "<svg") || !strings.Contains(plot, ">5000<") {
		t.Errorf("the plot is no SVG with the points' labels: %.200s", plot)
	}
	table := read(document)
	for _, row := range []string{"| 1 | 30,000 | 0 | 0 | 120 ms | 240 ms | 200 MiB | 0 MiB |", "| 5000 | 40 | 0 | 0 | – | – | 300 MiB | 0 MiB |", "(plots/lines.svg)"} {
		if !strings.Contains(table, row) {
			t.Errorf("there is no %q in\n%s", row, table)
		}
	}
}
