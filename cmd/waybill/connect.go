package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/inspect"
	"waybill/node"
	"waybill/schemas"
	"waybill/topics"
)

// connection is a cluster, its registry and the catalogue, as configured.
type connection struct {
	config    node.Config
	catalogue topics.Catalogue
	client    []kgo.Opt
	registry  *schemas.RegistryClient
}

// registryKeys are the fields that a command needs which talks to the registry alone.
var registryKeys = []string{"registry", "tls_ca", "tls_cert", "tls_key", "registry_user", "catalogue"}

// configured reads the configuration and makes ready to connect.
func configured(command *cobra.Command) (*connection, error) {
	config, err := loadConfig(command)
	if err != nil {
		return nil, err
	}
	c := &connection{config: config}
	if c.catalogue, err = loadCatalogue(config.Catalogue); err != nil {
		return nil, err
	}
	if c.client, err = config.Client(); err != nil {
		return nil, err
	}
	c.registry, err = config.RegistryClient()
	return c, err
}

// answerWithin bounds how long a command waits for the first answer of a broker: a person sits before it.
const answerWithin = 10 * time.Second

// connected is configured, and a broker has answered: what comes after does not wait for one that is not there.
func connected(command *cobra.Command) (*connection, error) {
	c, err := configured(command)
	if err != nil {
		return nil, err
	}
	client, err := kgo.NewClient(c.client...)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(command.Context(), answerWithin)
	defer cancel()
	if err := client.Ping(ctx); err != nil {
		if command.Context().Err() != nil {
			return nil, command.Context().Err()
		}
		return nil, fmt.Errorf("no broker answers at %s: %w: start one, or say where they are with --brokers or %sBROKERS",
			strings.Join(c.config.Brokers, ", "), err, environmentPrefix)
	}
	return c, nil
}

// view reads the cluster for people, with progress on the terminal.
func (c *connection) view(p *printer) inspect.View {
	return inspect.View{Client: c.client, Registry: c.registry, Catalogue: c.catalogue, Progress: p.progress("reading", "records")}
}

// answer reads something of the cluster for people, and prints it: as JSON, or in words.
func answer[T any](command *cobra.Command, output string, read func(view inspect.View) (T, error), say func(p *printer, found T)) error {
	if err := checkOutput(output); err != nil {
		return err
	}
	c, err := connected(command)
	if err != nil {
		return err
	}
	p := newPrinter(command)
	found, err := read(c.view(p))
	if err != nil {
		return registryHint(err)
	}
	if output == "json" {
		return p.json(found)
	}
	say(p, found)
	return nil
}

// withClient calls a function with a client that neither consumes nor is transactional.
func (c *connection) withClient(use func(*kgo.Client) error) error {
	client, err := kgo.NewClient(c.client...)
	if err != nil {
		return err
	}
	defer client.Close()
	return use(client)
}
