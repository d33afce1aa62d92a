package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/deploy/kafka"
)

const brokerCount = 3

// cluster is the brokers and the registry, by the scripts of deploy/kafka.
type cluster struct {
	scripts           kafka.Scripts
	log               func(format string, arguments ...any)
	brokers, registry string
}

func (c *cluster) start(ctx context.Context) (err error) {
	c.brokers, c.registry, err = c.scripts.Start(ctx)
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
	text, err := os.ReadFile(filepath.Join(c.scripts.Folder, c.name(number)+".pid"))
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
	_, err := c.scripts.Run(ctx, "broker.sh", strconv.Itoa(number))
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
		if err := os.Rename(filepath.Join(c.scripts.Folder, name), filepath.Join(folder, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			c.log("the log of %s is not kept: %v", name, err)
		}
	}
}
