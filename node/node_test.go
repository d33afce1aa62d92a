package node_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"waybill/dev"
	"waybill/node"
	"waybill/processors"
	"waybill/topics"
)

func TestTheDefaultConfigurationIsValid(t *testing.T) {
	if err := node.Default().Validate(); err != nil {
		t.Error(err)
	}
}

func TestAConfigurationIsToldAllItsMistakesEachByItsKey(t *testing.T) {
	config := node.Config{
		Brokers: []string{"kafka", "SASL://admin:geheim@kafka:9092"}, Registry: []string{"ftp://admin:geheim@registry"}, SASL: "plain", TLSCert: "cert.pem", Memory: "lots",
		CommitInterval: time.Minute, TransactionTimeout: time.Second, Listen: "8080", LogLevel: "loud", LogFormat: "xml",
	}
	err := config.Validate()
	if err == nil {
		t.Fatal("it was taken")
	}
	for _, key := range []string{"brokers", "registry", "sasl_user", "sasl", "tls_cert", "state", "memory", "commit_interval", "transaction_timeout", "session_timeout", "listen", "log_level", "log_format"} {
		if !strings.Contains(err.Error(), key+": ") {
			t.Errorf("nothing is said of %s:\n%v", key, err)
		}
	}
	if strings.Contains(err.Error(), "geheim") {
		t.Errorf("the password of a URL is repeated:\n%v", err)
	}
}

func TestSizesAreReadInTheirUnits(t *testing.T) {
	for text, want := range map[string]int64{"1": 1, "3KiB": 3 << 10, "512MiB": 512 << 20, "2GiB": 2 << 30, "": 0, "-1": 0, "5MB": 0, "1.5GiB": 0, "99999999999GiB": 0} {
		got, err := node.ParseBytes(text)
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("%q is %d, %v; want %d", text, got, err, want)
		}
	}
}

// site is an embedded cluster and a node on it, with its state on disk.
func site(t *testing.T, state string) (*dev.Cluster, *node.Node) {
	t.Helper()
	catalogue := topics.Default()
	stages := processors.Stages(catalogue)
	cluster, err := dev.StartCluster(t.Context(), catalogue, stages, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	config := node.Default()
	config.State, config.Memory = state, "64MiB"
	n, err := node.New(node.Options{Config: config, Release: "test", Client: cluster.Client(), Registry: cluster.Registry, Stages: stages, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return cluster, n
}

func ask(t *testing.T, n *node.Node, path string) (int, string) {
	t.Helper()
	answer := httptest.NewRecorder()
	n.Handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, nil))
	return answer.Code, answer.Body.String()
}

func TestReadinessLivenessAndMetricsTellTheTruth(t *testing.T) {
	_, n := site(t, t.TempDir())
	if code, body := ask(t, n, "/readyz"); code != http.StatusServiceUnavailable || !strings.Contains(body, `"ready":false`) {
		t.Errorf("ready before it runs: %d %s", code, body)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- n.Run(ctx) }()
	await(t, n.Ready)
	code, body := ask(t, n, "/readyz")
	var answer struct {
		Ready  bool
		Stages []struct {
			Stage string
			Tasks int
		}
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil || code != http.StatusOK || !answer.Ready || len(answer.Stages) != len(topics.Stages()) || answer.Stages[0].Tasks != 8 {
		t.Errorf("ready: %d %s %v", code, body, err)
	}
	if code, _ := ask(t, n, "/livez"); code != http.StatusOK {
		t.Errorf("alive: %d", code)
	}
	_, metrics := ask(t, n, "/metrics")
	for _, metric := range []string{"waybill_ready 1", `waybill_tasks{stage="intake"} 8`, `waybill_state_bytes{stage="tracker"}`, "waybill_epoch_duration_seconds_bucket"} {
		if !strings.Contains(metrics, metric) {
			t.Errorf("there is no metric %s", metric)
		}
	}
	n.Stopping()
	if code, _ := ask(t, n, "/readyz"); code != http.StatusServiceUnavailable {
		t.Error("ready while it stops")
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestANodeKeepsItsNameInItsStateFolder(t *testing.T) {
	state := t.TempDir()
	site(t, state)
	first, err := os.ReadFile(state + "/instance")
	if err != nil {
		t.Fatal(err)
	}
	site(t, state)
	second, err := os.ReadFile(state + "/instance")
	if err != nil || string(first) != string(second) {
		t.Errorf("it was %q and is %q, %v", first, second, err)
	}
}

// await waits for what the node's own goroutines bring about.
func await(t *testing.T, ok func() bool) {
	t.Helper()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	deadline := time.After(2 * time.Minute)
	for !ok() {
		select {
		case <-ticker.C:
		case <-deadline:
			t.Fatal("it did not come about within two minutes")
		}
	}
}
