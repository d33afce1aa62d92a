package main

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"time"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/providers/posflag"
	"github.com/knadh/koanf/providers/structs"
	"github.com/knadh/koanf/v2"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"waybill/node"
)

const environmentPrefix = "WAYBILL_"

// configFlags declares a flag for the named fields of the configuration (all when none is named), but none for secrets:
// those would be seen in the list of processes.
func configFlags(command *cobra.Command, keys ...string) {
	flags := command.Flags()
	flags.String("config", "", "configuration file (YAML); "+environmentPrefix+"… and flags go before it")
	wanted := map[string]bool{}
	for _, key := range keys {
		wanted[key] = true
	}
	defaults := reflect.ValueOf(node.Default())
	for i := range defaults.NumField() {
		field := defaults.Type().Field(i)
		key := field.Tag.Get("koanf")
		if field.Tag.Get("secret") != "" || len(keys) > 0 && !wanted[key] {
			continue
		}
		name, help := strings.ReplaceAll(key, "_", "-"), field.Tag.Get("help")
		switch value := defaults.Field(i).Interface().(type) {
		case string:
			flags.String(name, value, help)
		case bool:
			flags.Bool(name, value, help)
		case []string:
			flags.StringSlice(name, value, help)
		case time.Duration:
			flags.Duration(name, value, help)
		}
	}
}

// connectionKeys are the fields that every command needs that talks to a cluster.
var connectionKeys = []string{
	"brokers", "registry", "tls", "tls_ca", "tls_cert", "tls_key", "sasl", "sasl_user", "registry_user", "catalogue",
}

// loadConfig reads defaults < file < environment < flags, and checks the whole.
func loadConfig(command *cobra.Command) (node.Config, error) {
	k := koanf.New(".")
	if err := k.Load(structs.Provider(node.Default(), "koanf"), nil); err != nil {
		return node.Config{}, err
	}
	known := map[string]bool{}
	for _, key := range k.Keys() {
		known[key] = true
	}
	var problems []error
	if path, _ := command.Flags().GetString("config"); path != "" {
		fromFile := koanf.New(".")
		if err := fromFile.Load(file.Provider(path), yaml.Parser()); err != nil {
			return node.Config{}, usage{fmt.Errorf("config %s: %w", path, err)}
		}
		for _, key := range fromFile.Keys() {
			if !known[key] {
				problems = append(problems, fmt.Errorf("config %s: there is no setting %q", path, key))
			}
		}
		if err := k.Merge(fromFile); err != nil {
			return node.Config{}, err
		}
	}
	problems = append(problems, loadEnvironment(k, known)...)
	flags := posflag.ProviderWithFlag(command.Flags(), ".", k, func(flag *pflag.Flag) (string, any) {
		key := strings.ReplaceAll(flag.Name, "-", "_")
		if !known[key] || !flag.Changed {
			return "", nil
		}
		return key, posflag.FlagVal(command.Flags(), flag)
	})
	if err := k.Load(flags, nil); err != nil {
		return node.Config{}, err
	}
	var config node.Config
	if err := k.Unmarshal("", &config); err != nil {
		problems = append(problems, errors.Unwrap(err)) // without its headline: each fault has its key
	}
	if err := errors.Join(append(problems, config.Validate())...); err != nil {
		return config, usage{err}
	}
	return config, nil
}

// notSettings are variables of the environment that begin as settings do, and are for tests and scripts.
var notSettings = []string{"ACTOR", "TEST_", "KAFKA_", "CACHE", "CONTROLLER_", "REGISTRY_PORT"}

func loadEnvironment(k *koanf.Koanf, known map[string]bool) (problems []error) {
	err := k.Load(env.Provider(".", env.Opt{Prefix: environmentPrefix, EnvironFunc: os.Environ, TransformFunc: func(name, value string) (string, any) {
		rest := strings.TrimPrefix(name, environmentPrefix)
		for _, other := range notSettings {
			if strings.HasPrefix(rest, other) {
				return "", nil
			}
		}
		key := strings.ToLower(rest)
		if !known[key] {
			problems = append(problems, fmt.Errorf("environment: there is no setting %s", name))
			return "", nil
		}
		if key == "brokers" || key == "registry" {
			return key, strings.Split(value, ",")
		}
		return key, value
	}}), nil)
	return append(problems, err)
}
