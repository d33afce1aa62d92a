// Package contestants are the programs that are compared: how each is started, killed and told apart in Kafka.
package contestants

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"waybill/bench/cluster"
)

// The contestants' names, as in the report.
const (
	PassThrough  = "pass_through"
	Waybill      = "waybill"
	KafkaStreams = "kafka_streams"
)

// Contestant is a program under measurement.
type Contestant struct {
	Name     string
	Groups   []string // whose committed offsets tell how far it is
	Internal string   // what its changelogs' names begin with
	Stateful bool
	command  func(Place, int) *exec.Cmd // of an instance, counted from 1
}

// Place is where and how a contestant runs.
type Place struct {
	Cluster   *cluster.Cluster
	Folder    string // for state and logs
	Program   string // waybill's binary
	Memory    string // waybill's bound; its default when empty
	Profile   string // what pass_through writes
	ClassPath string // of the peer
	Instances int
}

// All are all of them. What the first writes tells pass_through what to move.
func All() []Contestant {
	return []Contestant{
		{
			Name: Waybill, Groups: []string{"waybill-intake", "waybill-fulfilment"}, Internal: "waybill-", Stateful: true,
			command: func(p Place, number int) *exec.Cmd {
				arguments := []string{"run", "intake", "fulfilment", "--brokers", p.Cluster.Brokers, "--registry", p.Cluster.Registry,
					"--state", p.state(Waybill, number), "--instance", fmt.Sprintf("bench-%d", number), "--listen", "127.0.0.1:0", "--log-level", "warn"}
				if p.Memory != "" {
					arguments = append(arguments, "--memory", p.Memory)
				}
				if p.Cluster.Folder != "" {
					arguments = append(arguments, "--catalogue", p.Cluster.Folder)
				}
				return exec.Command(p.Program, arguments...)
			},
		},
		{
			Name: PassThrough, Groups: []string{"pass-through-intake", "pass-through-fulfilment"},
			command: func(p Place, number int) *exec.Cmd {
				self, err := os.Executable()
				if err != nil {
					self = os.Args[0]
				}
				return exec.Command(self, "pass-through", p.Profile, p.Cluster.Brokers, fmt.Sprint(number))
			},
		},
		{
			Name: KafkaStreams, Groups: []string{"streams-peer"}, Internal: "streams-peer-", Stateful: true,
			command: func(p Place, number int) *exec.Cmd {
				java := "java"
				if home := os.Getenv("JAVA_HOME"); home != "" {
					java = filepath.Join(home, "bin", "java")
				}
				// What its authors would give it: the JVM's own choice, a quarter of the machine's memory and another collector,
				// is for larger programs, and costs it both memory and time.
				command := exec.Command(java, "-XX:+UseParallelGC", "-Xms512m", "-Xmx512m", "-cp", p.ClassPath, "Main")
				command.Env = append(os.Environ(), "BROKERS="+p.Cluster.Brokers, "REGISTRY="+p.Cluster.Registry,
					"STATE_DIR="+p.state(KafkaStreams, number), "THREADS=2", "COMMIT_MS=100")
				return command
			},
		},
	}
}

// Named picks contestants, in the order in which they run.
func Named(names []string) ([]Contestant, error) {
	var picked []Contestant
	for _, one := range All() {
		for i, name := range names {
			if name == one.Name {
				picked = append(picked, one)
				names = append(names[:i:i], names[i+1:]...)
				break
			}
		}
	}
	if len(names) > 0 {
		return nil, fmt.Errorf("there is no contestant %s", strings.Join(names, ", "))
	}
	return picked, nil
}

func (p Place) state(name string, number int) string {
	return filepath.Join(p.Folder, fmt.Sprintf("state-%s-%d", name, number))
}

// States are the folders of every instance's state.
func (c Contestant) States(p Place) []string {
	var folders []string
	for number := 1; number <= p.Instances; number++ {
		folders = append(folders, p.state(c.Name, number))
	}
	return folders
}

// Wipe drops the state of every instance.
func (c Contestant) Wipe(p Place) error {
	for _, folder := range c.States(p) {
		if err := os.RemoveAll(folder); err != nil {
			return err
		}
	}
	return nil
}

// PeerClassPath builds the peer when its source has changed.
func PeerClassPath(ctx context.Context) (string, error) {
	command := exec.CommandContext(ctx, "bench/streams/build.sh")
	command.Stderr = os.Stderr
	said, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("building the peer: bench/streams/build.sh: %w", err)
	}
	return strings.TrimSpace(string(said)), nil
}
