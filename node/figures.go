package node

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"waybill/processors/figures"
	"waybill/schemas"
	"waybill/topics"
)

const (
	// figureDays is how far back the metrics look: as long as the longest window of a figure that is told for its window.
	figureDays = 90
	// mostValues bounds the values of a dimension that metrics tell: those that count most, and the others as one.
	mostValues = 20
)

// figureMetrics follows o2c.figures and shows them.
type figureMetrics struct {
	follower
	now func() time.Time

	mu    sync.Mutex
	board *figures.Board
}

var (
	figureShare = prometheus.NewDesc("waybill_figure_share", "Part of what counts that did what the figure asks for, over its window.",
		[]string{"figure", "by", "of"}, nil)
	figureSeconds = prometheus.NewDesc("waybill_figure_seconds", "How long it took, over the figure's window, within 3.2 per cent.",
		[]string{"figure", "by", "of", "quantile"}, nil)
	figureDaysOpen = prometheus.NewDesc("waybill_figure_days", "Days of billing that are open.", []string{"figure", "by", "of", "currency"}, nil)
	figureStanding = prometheus.NewDesc("waybill_figure_standing", "How many stand now, by their age in days.", []string{"figure", "by", "of", "age"}, nil)
	figureValue    = prometheus.NewDesc("waybill_figure_value", "Value of what stands now, by its age in days.", []string{"figure", "by", "of", "currency", "age"}, nil)
	figureUnits    = prometheus.NewDesc("waybill_figure_units", "Units that stand now.", []string{"figure", "by", "of"}, nil)
	figureAsOf     = prometheus.NewDesc("waybill_figure_as_of_seconds", "Unix time of the latest event that is in the figures.", nil, nil)
)

func newFigureMetrics(f follower, now func() time.Time) *figureMetrics {
	if now == nil {
		now = time.Now
	}
	return &figureMetrics{follower: f, now: now, board: figures.NewBoard(figureDays)}
}

func (m *figureMetrics) follow(ctx context.Context) { follow(ctx, m.follower, topics.Figures, m.take) }

func (m *figureMetrics) take(figureID string, part *schemas.Figure) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.board.Take(figureID, part)
}

// Describe names the metrics.
func (m *figureMetrics) Describe(descriptions chan<- *prometheus.Desc) {
	for _, description := range []*prometheus.Desc{figureShare, figureSeconds, figureDaysOpen, figureStanding, figureValue, figureUnits, figureAsOf} {
		descriptions <- description
	}
}

// Collect reads the figures.
func (m *figureMetrics) Collect(metrics chan<- prometheus.Metric) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.board.Forget()
	asOf := m.board.AsOf()
	if asOf.IsZero() {
		return
	}
	metrics <- prometheus.MustNewConstMetric(figureAsOf, prometheus.GaugeValue, float64(asOf.Unix()))
	for _, d := range figures.Table() {
		window := 0
		if d.Kind == figures.MonthlyShare { // its months are one here
			d.Kind, window = figures.Share, figureDays
		}
		for _, by := range append([]string{""}, d.By...) {
			for _, reading := range m.board.Read(d, figures.Question{By: by, Window: window, Now: m.now(), Most: mostValues}) {
				collect(metrics, d, &reading)
			}
		}
	}
}

func collect(metrics chan<- prometheus.Metric, d figures.Definition, r *figures.Reading) {
	tell := func(description *prometheus.Desc, value float64, more ...string) {
		metrics <- prometheus.MustNewConstMetric(description, prometheus.GaugeValue, value, append([]string{r.Figure, r.By, r.Of}, more...)...)
	}
	switch {
	case r.Quantity != nil:
		tell(figureUnits, float64(*r.Quantity)/quantityUnit)
	case d.Kind == figures.Durations:
		if r.P50 != nil {
			tell(figureSeconds, float64(*r.P50), "0.5")
			tell(figureSeconds, float64(*r.P95), "0.95")
		}
	case d.Kind == figures.Standing:
		for _, age := range r.Ages {
			tell(figureStanding, float64(age.Counted), age.Age)
			for _, amount := range age.Amounts {
				tell(figureValue, float64(amount.Amount)/amountUnit, amount.Currency, age.Age)
			}
		}
	case d.Kind == figures.Outstanding:
		if r.Value != nil {
			if days, err := strconv.ParseFloat(*r.Value, 64); err == nil {
				tell(figureDaysOpen, days, r.Currency)
			}
		}
	case r.Counted > 0:
		tell(figureShare, float64(r.Met)/float64(r.Counted))
	}
}

// quantityUnit is how many units of a schemas.Quantity make one unit of measure.
const quantityUnit = 1_000_000
