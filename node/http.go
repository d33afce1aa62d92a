package node

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Handler serves /metrics; /livez, which says that the process is not stuck; and /readyz, which says 200 when every stage
// reads its inputs and restores nothing, else 503, with what each is doing either way.
func (n *Node) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(n.metrics, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) {
		n.answer(w, !n.stuck(), "alive")
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		n.answer(w, n.Ready() && !n.isStopping(), "ready")
	})
	return mux
}

func (n *Node) answer(w http.ResponseWriter, ok bool, what string) {
	w.Header().Set("Content-Type", "application/json")
	if !ok {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	answer := map[string]any{what: ok, "stages": n.Statuses()}
	_ = json.NewEncoder(w).Encode(answer) // the client is gone: nobody is left to tell
}

// stuckAfter is how long a stage's loop may take for one turn: far more than a transaction may.
const stuckAfter = 2 * time.Minute

func (n *Node) stuck() bool {
	for _, runner := range n.runners {
		if runner.Stuck(stuckAfter) {
			return true
		}
	}
	return false
}

func (n *Node) isStopping() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.stopping
}

// Stopping makes /readyz say no, before the stages stop.
func (n *Node) Stopping() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.stopping = true
}

// Serve serves Handler until ctx ends.
func (n *Node) Serve(ctx context.Context) error {
	listener, err := net.Listen("tcp", n.options.Config.Listen)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: n.Handler(), ReadTimeout: 5 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() }) // its only error is of the listener, which ends with it
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// nodeCollector shows what is read at the moment of asking.
type nodeCollector Node

var (
	readyMetric      = prometheus.NewDesc("waybill_ready", "1 when every stage reads its inputs and restores nothing.", nil, nil)
	stateBytesMetric = prometheus.NewDesc("waybill_state_bytes", "Bytes on disk of a stage's store.", []string{"stage"}, nil)
)

// Describe names the metrics.
func (c *nodeCollector) Describe(descriptions chan<- *prometheus.Desc) {
	descriptions <- readyMetric
	descriptions <- stateBytesMetric
}

// Collect reads them.
func (c *nodeCollector) Collect(metrics chan<- prometheus.Metric) {
	n := (*Node)(c)
	ready := 0.0
	if n.Ready() && !n.isStopping() {
		ready = 1
	}
	metrics <- prometheus.MustNewConstMetric(readyMetric, prometheus.GaugeValue, ready)
	n.mu.Lock()
	defer n.mu.Unlock()
	for stage, store := range n.stores {
		metrics <- prometheus.MustNewConstMetric(stateBytesMetric, prometheus.GaugeValue, float64(store.Metrics().DiskBytes), stage)
	}
}
