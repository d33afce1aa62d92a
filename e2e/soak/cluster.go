package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

const brokerCount = 3

// cluster is the brokers and the registry, by the scripts of deploy/kafka.
type cluster struct {
	folder            string
	port              int
	log               func(format string, arguments ...any)
	brokers, registry string
}

func (c *cluster) script(ctx context.Context, name string, arguments ...string) (string, error) {
	command := exec.CommandContext(ctx, filepath.Join("deploy/kafka", name), arguments...)
	command.Env = append(os.Environ(),
		fmt.Sprintf("WAYBILL_BROKERS=%d", brokerCount), "WAYBILL_KAFKA_DIR="+c.folder, fmt.Sprintf("WAYBILL_KAFKA_PORT=%d", c.port),
		fmt.Sprintf("WAYBILL_CONTROLLER_PORT=%d", c.port+1), fmt.Sprintf("WAYBILL_REGISTRY_PORT=%d", c.port+10))
	// A group of its own: the terminal's Ctrl-C is for this program, which then stops everything in order.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	var said, complaints bytes.Buffer
	command.Stdout, command.Stderr = &said, &complaints
	if err := command.Run(); err != nil {
		return "", fmt.Errorf("deploy/kafka/%s: %w\n%s", name, err, complaints.String())
	}
	return said.String(), nil
}

func (c *cluster) start(ctx context.Context) error {
	said, err := c.script(ctx, "start.sh")
	for line := range strings.Lines(said) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch name {
		case "WAYBILL_TEST_BROKERS":
			c.brokers = value
		case "WAYBILL_TEST_REGISTRY":
			c.registry = value
		}
	}
	return err
}

func (c *cluster) stop() error {
	_, err := c.script(context.Background(), "stop.sh")
	return err
}

// name is what the scripts call a broker.
func (c *cluster) name(number int) string {
	if number == 1 {
		return "kafka"
	}
	return fmt.Sprintf("kafka-%d", number)
}

// kill ends a broker as a power cut would, but for what the system has not yet written to disk.
func (c *cluster) kill(number int) error {
	text, err := os.ReadFile(filepath.Join(c.folder, c.name(number)+".pid"))
	if err != nil {
		return err
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return err
	}
	return syscall.Kill(pid, syscall.SIGKILL)
}

// restart starts a killed broker on its data.
func (c *cluster) restart(ctx context.Context, number int) error {
	_, err := c.script(ctx, "broker.sh", strconv.Itoa(number))
	return err
}

// whole tells that every broker has a copy of everything, as a broker sees it that was just started: the others learn only
// after seconds that it was away at all.
func (c *cluster) whole(ctx context.Context, number int) (bool, error) {
	client, err := kgo.NewClient(kgo.SeedBrokers(strings.Split(c.brokers, ",")[number-1]))
	if err != nil {
		return false, err
	}
	defer client.Close()
	topics, err := kadm.NewClient(client).ListTopicsWithInternal(ctx)
	if err != nil {
		return false, err
	}
	complete := len(topics) > 0
	topics.EachPartition(func(partition kadm.PartitionDetail) {
		complete = complete && len(partition.ISR) == brokerCount
	})
	return complete, nil
}

func (c *cluster) keepLogs(folder string) {
	for number := range brokerCount {
		name := c.name(number+1) + ".log"
		if err := os.Rename(filepath.Join(c.folder, name), filepath.Join(folder, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			c.log("the log of %s is not kept: %v", name, err)
		}
	}
}
