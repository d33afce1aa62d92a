package kafka

import (
	"github.com/prometheus/client_golang/prometheus"
)

// Metrics of the stages of one process. Labels are bounded: stages, topics, outcomes, phases and classes are declared in
// code or catalogue.
type Metrics struct {
	records     *prometheus.CounterVec   // waybill_records_total
	lag         *prometheus.GaugeVec     // waybill_lag_records
	watermark   *prometheus.GaugeVec     // waybill_watermark_age_seconds
	phase       *prometheus.HistogramVec // waybill_epoch_duration_seconds
	epochs      *prometheus.CounterVec   // waybill_epochs_total
	toRestore   *prometheus.GaugeVec     // waybill_restore_remaining_records
	restored    *prometheus.CounterVec   // waybill_restored_records_total
	deadLetters *prometheus.CounterVec   // waybill_dead_letters_total
	tasks       *prometheus.GaugeVec     // waybill_tasks
	retries     *prometheus.CounterVec   // waybill_retries_total
}

// NewMetrics makes the metrics; register them with Register.
func NewMetrics() *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	gauge := func(name, help string, labels ...string) *prometheus.GaugeVec {
		return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, labels)
	}
	return &Metrics{
		records:   counter("waybill_records_total", "Records taken, by what became of them.", "stage", "topic", "outcome"),
		lag:       gauge("waybill_lag_records", "Offsets between what a stage has taken and the end of its input.", "stage", "topic"),
		watermark: gauge("waybill_watermark_age_seconds", "Wall clock minus the latest event time that a stage has observed.", "stage"),
		phase: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "waybill_epoch_duration_seconds", Help: "Time that an epoch spent, by phase.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"stage", "phase"}),
		epochs:      counter("waybill_epochs_total", "Epochs, by result.", "stage", "result"),
		toRestore:   gauge("waybill_restore_remaining_records", "Changelog offsets that a stage's tasks have yet to restore.", "stage"),
		restored:    counter("waybill_restored_records_total", "Changelog records restored.", "stage"),
		deadLetters: counter("waybill_dead_letters_total", "Records dead-lettered.", "stage", "topic", "class"),
		tasks:       gauge("waybill_tasks", "Tasks that this process runs.", "stage"),
		retries:     counter("waybill_retries_total", "Pauses after a failure, by its kind.", "stage", "kind"),
	}
}

// Register registers all metrics.
func (m *Metrics) Register(registerer prometheus.Registerer) {
	registerer.MustRegister(m.records, m.lag, m.watermark, m.phase, m.epochs, m.toRestore, m.restored,
		m.deadLetters, m.tasks, m.retries)
}
