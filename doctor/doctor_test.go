package doctor_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/dev"
	"waybill/doctor"
	"waybill/node"
	"waybill/processors"
	"waybill/stream"
	"waybill/topics"
)

var catalogue = topics.Default()

// examined is what the doctor finds, by check, on an embedded cluster on which no stage runs.
func examined(t *testing.T, change func(*dev.Cluster, *doctor.Options)) map[string]doctor.Finding {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	stages := processors.Stages(catalogue)
	cluster, err := dev.StartCluster(ctx, catalogue, stages, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	config := node.Default()
	config.Brokers, config.Registry, config.State = cluster.Brokers, []string{cluster.RegistryURL}, t.TempDir()
	options := doctor.Options{
		Config: config, Catalogue: catalogue, Stages: stages, Changelogs: stream.Changelogs(catalogue, stages),
		Client: cluster.Client(), Registry: cluster.Registry, Now: time.Now,
	}
	change(cluster, &options)
	byCheck := map[string]doctor.Finding{}
	for _, finding := range doctor.Examine(ctx, options) {
		byCheck[finding.Check] = finding
		if (finding.Status == doctor.Problem) != (finding.Do != "") {
			t.Errorf("%+v: a problem, and nothing else, says what to do", finding)
		}
	}
	return byCheck
}

func TestEachProblemIsNamedWithWhatToDo(t *testing.T) {
	for _, c := range []struct {
		name, check string
		change      func(*dev.Cluster, *doctor.Options)
		result, do  string
	}{
		{"transaction longer than brokers take", "transaction timeout", func(_ *dev.Cluster, o *doctor.Options) {
			o.Config.TransactionTimeout = 100 * 24 * time.Hour
		}, "the brokers take at most", "transaction_timeout"},
		{"clock behind", "clock", func(_ *dev.Cluster, o *doctor.Options) {
			o.Now = func() time.Time { return time.Now().Add(-5 * time.Minute) }
		}, " apart", "NTP"},
		{"state is a file", "state folder", func(_ *dev.Cluster, o *doctor.Options) {
			o.Config.State = filepath.Join(o.Config.State, "file", "below")
			if err := os.WriteFile(filepath.Dir(o.Config.State), nil, 0o600); err != nil {
				panic(err)
			}
		}, "cannot be written", "name another by state"},
		{"events that nobody takes", "stage intake", func(cluster *dev.Cluster, _ *doctor.Options) {
			client, err := kgo.NewClient(cluster.Client()...)
			if err != nil {
				panic(err)
			}
			defer client.Close()
			for range 3 {
				client.ProduceSync(context.Background(), &kgo.Record{Topic: "commerce.orders", Key: []byte("O-1")})
			}
		}, "3 records behind, and no process runs it", "waybill run intake"},
		{"no broker", "brokers", func(_ *dev.Cluster, o *doctor.Options) {
			o.Client = []kgo.Opt{kgo.SeedBrokers("127.0.0.1:1")}
		}, "no answer", "start a broker"},
	} {
		t.Run(c.name, func(t *testing.T) {
			finding := examined(t, c.change)[c.check]
			if finding.Status != doctor.Problem || !strings.Contains(finding.Result, c.result) || !strings.Contains(finding.Do, c.do) {
				t.Errorf("%+v", finding)
			}
		})
	}
}

func TestWhatRestsOnABrokenCheckIsUnknown(t *testing.T) {
	found := examined(t, func(_ *dev.Cluster, o *doctor.Options) { o.Client = []kgo.Opt{kgo.SeedBrokers("127.0.0.1:1")} })
	for _, check := range []string{"broker version", "transaction timeout", "replicas", "catalogue", "stage intake", "stage tracker"} {
		if found[check].Status != doctor.Unknown {
			t.Errorf("%+v", found[check])
		}
	}
	for _, check := range []string{"registry", "state folder", "clock"} {
		if found[check].Status != doctor.OK {
			t.Errorf("%+v", found[check])
		}
	}
}

func TestAStateFolderThatIsNotThereYetIsLookedForAboveAndNotMade(t *testing.T) {
	var folder string
	found := examined(t, func(_ *dev.Cluster, o *doctor.Options) {
		folder = filepath.Join(o.Config.State, "a", "b")
		o.Config.State = folder
	})
	if finding := found["state folder"]; finding.Status != doctor.OK || !strings.Contains(finding.Result, "made at the first start") {
		t.Errorf("%+v", finding)
	}
	if _, err := os.Stat(filepath.Dir(folder)); !os.IsNotExist(err) {
		t.Errorf("it was made: %v", err)
	}
}
