package node

import (
	"context"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"waybill/schemas"
	"waybill/topics"
)

// openExceptions follows o2c.exceptions and counts what is open.
type openExceptions struct {
	follower

	mu   sync.Mutex
	open map[string]openException // by exception_id
}

type openException struct {
	class, owner, currency string
	atRisk                 schemas.Amount
}

var (
	openMetric   = prometheus.NewDesc("waybill_exceptions_open", "Exceptions that are not resolved.", []string{"class", "owner"}, nil)
	atRiskMetric = prometheus.NewDesc("waybill_value_at_risk", "Amount at risk of exceptions that are not resolved.", []string{"class", "currency"}, nil)
)

func (o *openExceptions) follow(ctx context.Context) {
	follow(ctx, o.follower, topics.Exceptions, o.take)
}

func (o *openExceptions) take(id string, exception *schemas.Exception) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if exception == nil || exception.Status == schemas.ExceptionResolved {
		delete(o.open, id)
		return
	}
	open := openException{class: exception.Class, owner: exception.Owner}
	if exception.AmountAtRisk != nil && exception.Currency != nil {
		open.atRisk, open.currency = *exception.AmountAtRisk, *exception.Currency
	}
	o.open[id] = open
}

// Describe names the metrics.
func (o *openExceptions) Describe(descriptions chan<- *prometheus.Desc) {
	descriptions <- openMetric
	descriptions <- atRiskMetric
}

// amountUnit is how many units of a schemas.Amount make one unit of its currency.
const amountUnit = 10_000

// Collect counts.
func (o *openExceptions) Collect(metrics chan<- prometheus.Metric) {
	o.mu.Lock()
	defer o.mu.Unlock()
	counts, amounts := map[[2]string]int{}, map[[2]string]schemas.Amount{}
	for _, open := range o.open {
		counts[[2]string{open.class, open.owner}]++
		if open.currency != "" {
			amounts[[2]string{open.class, open.currency}] += open.atRisk
		}
	}
	for labels, count := range counts {
		metrics <- prometheus.MustNewConstMetric(openMetric, prometheus.GaugeValue, float64(count), labels[:]...)
	}
	for labels, amount := range amounts {
		metrics <- prometheus.MustNewConstMetric(atRiskMetric, prometheus.GaugeValue, float64(amount)/amountUnit, labels[:]...)
	}
}
