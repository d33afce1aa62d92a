package report

import (
	"fmt"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// Table has a row a figure, a column a contestant, median and spread.
func (r *Report) Table() string {
	t := table.NewWriter()
	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Format.Header = text.FormatDefault
	t.SetStyle(style)
	columns := []struct {
		name string
		of   *Contestant
	}{{"pass_through", r.PassThrough}, {"waybill", r.Waybill}, {"kafka_streams", r.KafkaStreams}}
	header := table.Row{""}
	var configs []table.ColumnConfig
	for i, column := range columns {
		header = append(header, column.name)
		configs = append(configs, table.ColumnConfig{Number: i + 2, Align: text.AlignRight, AlignHeader: text.AlignRight})
	}
	t.AppendHeader(header)
	t.SetColumnConfigs(configs)
	row := func(name string, show func(float64) string, of func(*Contestant) (*float64, string)) {
		cells, any := table.Row{name}, false
		for _, column := range columns {
			cell := "–"
			if column.of != nil {
				if value, key := of(column.of); value != nil {
					any, cell = true, show(*value)
					if spread, ok := column.of.Spread[key]; ok && spread.Least != spread.Most {
						cell += fmt.Sprintf(" (%s – %s)", show(spread.Least), show(spread.Most))
					}
				}
			}
			cells = append(cells, cell)
		}
		if any {
			t.AppendRow(cells)
		}
	}
	row("source records/s", count, func(c *Contestant) (*float64, string) { return c.RecordsPerSecond, "records_per_second" })
	row("per CPU-second", count, func(c *Contestant) (*float64, string) { return c.RecordsPerCPUSecond, "records_per_cpu_second" })
	row("peak memory", Size, func(c *Contestant) (*float64, string) { return c.PeakMemory, "peak_memory_bytes" })
	row("disk, bytes/record", count, func(c *Contestant) (*float64, string) { return c.DiskBytesPerRecord, "disk_bytes_per_record" })
	row("Kafka, bytes/record", count, func(c *Contestant) (*float64, string) { return c.KafkaBytesPerRecord, "kafka_bytes_per_record" })
	for i := range r.latencies() {
		rate := r.latencies()[i].Rate
		at := func(of func(Latency) float64) func(*Contestant) (*float64, string) {
			return func(c *Contestant) (*float64, string) {
				for _, one := range c.Latencies {
					if one.Rate == rate {
						value := of(one)
						return &value, ""
					}
				}
				return nil, ""
			}
		}
		name := fmt.Sprintf(" at %s/s", count(rate))
		row("latency p50"+name, milliseconds, at(func(l Latency) float64 { return l.P50 }))
		row("latency p99"+name, milliseconds, at(func(l Latency) float64 { return l.P99 }))
		row("latency p99.9"+name, milliseconds, at(func(l Latency) float64 { return l.P999 }))
	}
	recovery := func(of func(Recovery) float64) func(*Contestant) (*float64, string) {
		return func(c *Contestant) (*float64, string) {
			if c.Recovery == nil {
				return nil, ""
			}
			value := of(*c.Recovery)
			return &value, ""
		}
	}
	row("state, changelog records", count, recovery(func(r Recovery) float64 { return float64(r.State) }))
	row("state, on disk", Size, recovery(func(r Recovery) float64 { return float64(r.StateBytes) }))
	row("restart to first output", seconds, func(c *Contestant) (*float64, string) { return c.RestartSeconds, "restart_seconds" })
	row("restart, all partitions", seconds, recovery(func(r Recovery) float64 { return r.RestartAll }))
	row("restore, all partitions", seconds, recovery(func(r Recovery) float64 { return r.RestoreAll }))
	row("restored records/s", count, func(c *Contestant) (*float64, string) { return c.RestoreRecordsPerSecond, "" })
	return t.Render()
}

// latencies are those of the contestant that has been measured at the most rates.
func (r *Report) latencies() []Latency {
	var most []Latency
	for _, one := range []*Contestant{r.PassThrough, r.Waybill, r.KafkaStreams} {
		if one != nil && len(one.Latencies) > len(most) {
			most = one.Latencies
		}
	}
	return most
}

func count(value float64) string {
	if value < 100 {
		return fmt.Sprintf("%.3g", value)
	}
	digits := fmt.Sprintf("%.0f", value)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}

// Size is bytes for people.
func Size(bytes float64) string {
	if bytes >= 1<<30 {
		return fmt.Sprintf("%.2f GiB", bytes/(1<<30))
	}
	return fmt.Sprintf("%.0f MiB", bytes/(1<<20))
}

func milliseconds(value float64) string { return fmt.Sprintf("%.0f ms", value) }

func seconds(value float64) string { return fmt.Sprintf("%.2f s", value) }
