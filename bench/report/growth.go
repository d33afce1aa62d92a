package report

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-analyze/charts"
)

// Growth is how waybill's figures change along one axis: bench/results/growth.json has them all.
type Growth struct {
	Name   string  `json:"name"` // of the plot
	Title  string  `json:"title"`
	Axis   string  `json:"axis"`
	Points []Point `json:"points"`
}

// Point is one measurement.
type Point struct {
	Label               string  `json:"label"` // on the axis
	RecordsPerSecond    float64 `json:"records_per_second"`
	RecordsPerCPUSecond float64 `json:"records_per_cpu_second"`
	LinesPerSecond      float64 `json:"lines_per_second"` // order lines that the records carry
	PeakMemory          int64   `json:"peak_memory_bytes"`
	StateBytes          int64   `json:"state_bytes"` // on disk
	Latency             Latency `json:"latency"`     // at half the rate
}

// SaveGrowth writes the figures, the plots and the tables.
func SaveGrowth(header *Report, growths []Growth, file, plots, document string) error {
	text, err := json.MarshalIndent(struct {
		Machine any      `json:"machine"`
		Commit  string   `json:"commit"`
		At      string   `json:"at"`
		Load    any      `json:"load"`
		Growths []Growth `json:"growth"`
	}{header.Machine, header.Commit, header.At, header.Load, growths}, "", "  ")
	if err != nil {
		return err
	}
	for _, folder := range []string{filepath.Dir(file), plots} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
	}
	if err := os.WriteFile(file, append(text, '\n'), 0o644); err != nil {
		return err
	}
	var tables strings.Builder
	for _, growth := range growths {
		plot, err := growth.plot()
		if err != nil {
			return fmt.Errorf("plot of %s: %w", growth.Name, err)
		}
		if err := os.WriteFile(filepath.Join(plots, growth.Name+".svg"), plot, 0o644); err != nil {
			return err
		}
		growth.table(&tables, filepath.Base(plots))
	}
	return Insert(document, "growth", tables.String())
}

func (g Growth) table(out *strings.Builder, plots string) {
	fmt.Fprintf(out, "### %s\n\n![%s](%s/%s.svg)\n\n", g.Title, g.Title, plots, g.Name)
	fmt.Fprintf(out, "| %s | records/s | per CPU-second | order lines/s | p50 | p99 | peak memory | state on disk |\n|---|--:|--:|--:|--:|--:|--:|--:|\n", g.Axis)
	for _, point := range g.Points {
		p50, p99 := "–", "–"
		if point.Latency.Bills > 0 {
			p50, p99 = milliseconds(point.Latency.P50), milliseconds(point.Latency.P99)
		}
		fmt.Fprintf(out, "| %s | %s | %s | %s | %s | %s | %s | %s |\n", point.Label, count(point.RecordsPerSecond), count(point.RecordsPerCPUSecond),
			count(point.LinesPerSecond), p50, p99, Size(float64(point.PeakMemory)), Size(float64(point.StateBytes)))
	}
	out.WriteString("\n")
}

const panelWidth, panelHeight = 420, 300

// plot draws throughput, latency and memory side by side.
func (g Growth) plot() ([]byte, error) {
	canvas := charts.NewPainter(charts.PainterOptions{OutputFormat: charts.ChartOutputSVG, Width: 3 * panelWidth, Height: panelHeight})
	for i, panel := range []struct {
		title string
		names []string
		of    []func(Point) float64
	}{
		{"records/s", []string{"records/s", "per CPU-second"}, []func(Point) float64{func(p Point) float64 { return p.RecordsPerSecond }, func(p Point) float64 { return p.RecordsPerCPUSecond }}},
		{"latency at half the rate, ms", []string{"p50", "p99"}, []func(Point) float64{func(p Point) float64 { return p.Latency.P50 }, func(p Point) float64 { return p.Latency.P99 }}},
		{"MiB", []string{"peak memory", "state on disk"}, []func(Point) float64{func(p Point) float64 { return float64(p.PeakMemory) / (1 << 20) }, func(p Point) float64 { return float64(p.StateBytes) / (1 << 20) }}},
	} {
		var labels []string
		series := make([][]float64, len(panel.of))
		for _, point := range g.Points {
			labels = append(labels, point.Label)
			for line, of := range panel.of {
				series[line] = append(series[line], of(point))
			}
		}
		option := charts.NewLineChartOptionWithData(series)
		option.Title.Text, option.Title.FontStyle.FontSize = panel.title, 12
		option.Legend.SeriesNames = panel.names
		option.Legend.Offset = charts.OffsetRight
		option.XAxis.Labels, option.XAxis.Title = labels, g.Axis
		option.YAxis[0].Min = charts.Ptr(0.0)
		option.ValueFormatter = count
		part := canvas.Child(charts.PainterBoxOption(charts.NewBox(i*panelWidth, 0, (i+1)*panelWidth, panelHeight)))
		if err := part.LineChart(option); err != nil {
			return nil, err
		}
	}
	return canvas.Bytes()
}
