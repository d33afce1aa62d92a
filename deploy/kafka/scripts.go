// Package kafka starts an Apache Kafka and a schema registry by the scripts beside it, for the programs that measure and
// torment them. They run in the project's own folder.
package kafka

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// Scripts are the scripts with their settings (settings.sh).
type Scripts struct {
	Folder   string // where data, logs and process numbers go
	Brokers  int    // how many
	Port     int    // of the first broker; its controller has the next one
	Registry int    // the registry's port
}

// Run runs a script and returns what it printed; its error has what it complained of.
func (s Scripts) Run(ctx context.Context, name string, arguments ...string) (string, error) {
	command := exec.CommandContext(ctx, filepath.Join("deploy/kafka", name), arguments...)
	command.Env = append(os.Environ(),
		fmt.Sprintf("WAYBILL_BROKERS=%d", s.Brokers), "WAYBILL_KAFKA_DIR="+s.Folder, fmt.Sprintf("WAYBILL_KAFKA_PORT=%d", s.Port),
		fmt.Sprintf("WAYBILL_CONTROLLER_PORT=%d", s.Port+1), fmt.Sprintf("WAYBILL_REGISTRY_PORT=%d", s.Registry))
	// A group of its own: the terminal's Ctrl-C is for the calling program, which then stops everything in order.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	var said, complaints bytes.Buffer
	command.Stdout, command.Stderr = &said, &complaints
	if err := command.Run(); err != nil {
		return "", fmt.Errorf("deploy/kafka/%s: %w\n%s", name, err, complaints.String())
	}
	return said.String(), nil
}

// Start starts both, waits until they answer, and tells the brokers' addresses and the registry's URL.
func (s Scripts) Start(ctx context.Context) (brokers, registry string, err error) {
	said, err := s.Run(ctx, "start.sh")
	for line := range strings.Lines(said) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch name {
		case "WAYBILL_TEST_BROKERS":
			brokers = value
		case "WAYBILL_TEST_REGISTRY":
			registry = value
		}
	}
	return brokers, registry, err
}

// Stop ends both and drops their data.
func (s Scripts) Stop() error {
	_, err := s.Run(context.Background(), "stop.sh")
	return err
}
