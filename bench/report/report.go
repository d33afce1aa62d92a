// Package report is what a benchmark has found: as a file for programs, as a table and as plots for people.
package report

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"waybill/bench/load"
	"waybill/bench/measure"
)

// Report is bench/results/latest.json.
type Report struct {
	Machine      measure.Machine   `json:"machine"`
	Versions     map[string]string `json:"versions"`
	Commit       string            `json:"commit"` // with -dirty when the tree had changes
	At           string            `json:"at"`
	Rounds       int               `json:"rounds"`
	Partitions   int32             `json:"partitions"`
	Instances    int               `json:"instances"`
	Load         load.Options      `json:"load"`
	BytesEach    float64           `json:"source_bytes_per_record"`
	Compared     string            `json:"compared,omitempty"` // what was found to be the same
	PassThrough  *Contestant       `json:"pass_through"`
	Waybill      *Contestant       `json:"waybill"`
	KafkaStreams *Contestant       `json:"kafka_streams"`
}

// Contestant is the figures of one; what does not apply, or was not measured, is null. Where there are several rounds a
// figure is the median, and spread has the least and the most.
type Contestant struct {
	RecordsPerSecond        *float64          `json:"records_per_second"`
	RecordsPerCPUSecond     *float64          `json:"records_per_cpu_second"`
	PeakMemory              *float64          `json:"peak_memory_bytes"`
	DiskBytesPerRecord      *float64          `json:"disk_bytes_per_record"`
	KafkaBytesPerRecord     *float64          `json:"kafka_bytes_per_record"`
	LatencyP50              *float64          `json:"latency_p50_ms"`
	LatencyP99              *float64          `json:"latency_p99_ms"`
	LatencyP999             *float64          `json:"latency_p999_ms"`
	RestartSeconds          *float64          `json:"restart_seconds"`
	RestoreRecordsPerSecond *float64          `json:"restore_records_per_second"`
	Spread                  map[string]Spread `json:"spread"`
	Latencies               []Latency         `json:"latencies,omitempty"`
	Recovery                *Recovery         `json:"recovery,omitempty"`
}

// Latency is from the hand-over of the last record that a bill rests on until a read_committed reader has the bill.
type Latency struct {
	Rate        float64 `json:"rate"` // source records a second
	P50         float64 `json:"p50_ms"`
	P99         float64 `json:"p99_ms"`
	P999        float64 `json:"p999_ms"`
	Bills       int     `json:"bills"`
	Behind      bool    `json:"behind"` // it did not keep up with the rate: the figures grow with the time
	CPUPerCent  float64 `json:"cpu_percent"`
	PeakMemory  int64   `json:"peak_memory_bytes"`
	WriterWaits float64 `json:"writer_late_ms"` // by so much the last records were handed over late
}

// Recovery is after kill -9.
type Recovery struct {
	Orders     int       `json:"orders"`        // of eight lines each, about ten keys
	State      int64     `json:"state_records"` // in the changelogs
	StateBytes int64     `json:"state_bytes"`   // of the state folders
	Built      float64   `json:"built_seconds"`
	PeakMemory int64     `json:"peak_memory_bytes"`   // while it was built
	Restarts   []float64 `json:"restarts_seconds"`    // with its disk, from the kill to the first output of an order placed after it
	RestartAll float64   `json:"restart_all_seconds"` // to such an output of every partition; the median
	Restore    float64   `json:"restore_seconds"`     // onto an empty disk, from the kill to the first output
	RestoreAll float64   `json:"restore_all_seconds"` // to an output of every partition: all is restored
}

// Spread is the least and the most of several rounds.
type Spread struct {
	Least float64 `json:"least"`
	Most  float64 `json:"most"`
}

// SpreadOf is that of some values.
func SpreadOf(values []float64) Spread { return Spread{slices.Min(values), slices.Max(values)} }

// Of picks a contestant by its name in the file.
func (r *Report) Of(name string) **Contestant {
	return map[string]**Contestant{"pass_through": &r.PassThrough, "waybill": &r.Waybill, "kafka_streams": &r.KafkaStreams}[name]
}

// Median is the middle one, or the mean of the two in the middle.
func Median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// Quantile of sorted values in milliseconds.
func Quantile(sorted []time.Duration, q float64) float64 {
	at := min(int(q*float64(len(sorted))), len(sorted)-1)
	return sorted[at].Seconds() * 1000
}

// String is the latency for a line of progress.
func (l Latency) String() string {
	behind := ""
	if l.Behind {
		behind = ", and it falls behind"
	}
	return fmt.Sprintf("p50 %.0f ms  p99 %.0f ms  p99.9 %.0f ms  CPU %.0f %%%s", l.P50, l.P99, l.P999, l.CPUPerCent, behind)
}

// Rounds sets the figures of a contestant from what each round has measured.
func (c *Contestant) Rounds(rounds []Round) {
	c.Spread = map[string]Spread{}
	for _, figure := range []struct {
		name string
		into **float64
		of   func(Round) float64
	}{
		{"records_per_second", &c.RecordsPerSecond, func(r Round) float64 { return float64(r.Records) / r.Took.Seconds() }},
		{"records_per_cpu_second", &c.RecordsPerCPUSecond, func(r Round) float64 { return float64(r.Records) / r.CPU.Seconds() }},
		{"peak_memory_bytes", &c.PeakMemory, func(r Round) float64 { return float64(r.Peak) }},
		{"disk_bytes_per_record", &c.DiskBytesPerRecord, func(r Round) float64 { return float64(r.Written) / float64(r.Loaded) }},
		{"kafka_bytes_per_record", &c.KafkaBytesPerRecord, func(r Round) float64 { return float64(r.Kafka) / float64(r.Loaded) }},
	} {
		var values []float64
		for _, round := range rounds {
			values = append(values, figure.of(round))
		}
		median := Median(values)
		*figure.into = &median
		c.Spread[figure.name] = SpreadOf(values)
	}
}

// Round is one run of a contestant over the whole load.
type Round struct {
	measure.Run
	Loaded int   // source records in all
	Kafka  int64 // bytes that the run's topics took in the log
}

// Save writes the report.
func (r *Report) Save(file string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}
