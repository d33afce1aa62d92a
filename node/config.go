// Package node is one waybill process: its configuration, its connections, the stages that it runs, and what it shows of
// itself over HTTP.
package node

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"

	"waybill/schemas"
)

// Config is everything that an operator can set. The key of a field is its name in the file, with WAYBILL_ before it in
// capitals its name in the environment, and with dashes its name as a flag.
type Config struct {
	Brokers  []string `koanf:"brokers" help:"Kafka brokers, host:port"`
	Registry []string `koanf:"registry" help:"schema registries (Confluent API), tried in order"`

	TLS          bool   `koanf:"tls" help:"speak TLS to the brokers"`
	TLSCA        string `koanf:"tls_ca" help:"file of the certificate authority to trust (PEM)"`
	TLSCert      string `koanf:"tls_cert" help:"file of this client's certificate (PEM)"`
	TLSKey       string `koanf:"tls_key" help:"file of this client's key (PEM)"`
	SASL         string `koanf:"sasl" help:"plain, scram-sha-256 or scram-sha-512"`
	SASLUser     string `koanf:"sasl_user" help:"user at the brokers"`
	SASLPassword string `koanf:"sasl_password" secret:"true" help:"password at the brokers (set it by environment or file)"`

	RegistryUser     string `koanf:"registry_user" help:"user at the registry"`
	RegistryPassword string `koanf:"registry_password" secret:"true" help:"password at the registry (set it by environment or file)"`
	RegistryToken    string `koanf:"registry_token" secret:"true" help:"bearer token at the registry (set it by environment or file)"`

	Catalogue string `koanf:"catalogue" help:"folder of the catalogue; the built-in one when empty"`

	State              string        `koanf:"state" help:"folder of the stages' state"`
	Instance           string        `koanf:"instance" help:"name of this process, the same after a restart; kept in the state folder when empty"`
	Memory             string        `koanf:"memory" help:"what the process is to get along with: caches and write buffers, all stages together, and what they leave to collect"`
	CommitInterval     time.Duration `koanf:"commit_interval" help:"how long a transaction collects records"`
	TransactionTimeout time.Duration `koanf:"transaction_timeout" help:"after which a crashed process's transaction is aborted"`
	SessionTimeout     time.Duration `koanf:"session_timeout" help:"after which a crashed process's tasks go to others"`

	Listen    string `koanf:"listen" help:"address of /metrics, /livez and /readyz; off when empty"`
	LogLevel  string `koanf:"log_level" help:"debug, info, warn or error"`
	LogFormat string `koanf:"log_format" help:"text or json"`
}

// Default is the configuration of someone who sets nothing.
func Default() Config {
	return Config{
		Brokers: []string{"localhost:9092"}, Registry: []string{"http://localhost:8081"},
		State: "waybill-state", Memory: "512MiB", CommitInterval: 100 * time.Millisecond,
		TransactionTimeout: 10 * time.Second, SessionTimeout: 10 * time.Second,
		Listen: "127.0.0.1:8080", LogLevel: "info", LogFormat: "text",
	}
}

// Validate tells all that is wrong, each by its key.
func (c Config) Validate() error {
	var problems []error
	say := func(wrong bool, key, format string, args ...any) {
		if wrong {
			problems = append(problems, fmt.Errorf("%s: "+format, append([]any{key}, args...)...))
		}
	}
	oneOf := func(key, value string, allowed ...string) {
		for _, one := range allowed {
			if value == one {
				return
			}
		}
		say(true, key, "%q is not one of %s", value, strings.TrimPrefix(strings.Join(allowed, ", "), ", "))
	}
	say(len(c.Brokers) == 0, "brokers", "give at least one host:port")
	for _, broker := range c.Brokers {
		_, _, err := net.SplitHostPort(broker)
		if strings.Contains(broker, "@") { // it may hold a password: it is not repeated
			say(true, "brokers", "give host:port; a user goes into sasl_user")
			continue
		}
		say(err != nil, "brokers", "%q is not host:port", broker)
	}
	say(len(c.Registry) == 0, "registry", "give at least one URL")
	for _, registry := range c.Registry {
		parsed, err := url.Parse(registry)
		// The URL may hold a password: it is not repeated.
		say(err != nil || parsed.Host == "" || parsed.Scheme != "http" && parsed.Scheme != "https", "registry", "give URLs that begin with http:// or https://")
	}
	oneOf("sasl", c.SASL, "", "plain", "scram-sha-256", "scram-sha-512")
	say(c.SASL != "" && c.SASLUser == "", "sasl_user", "sasl %s needs a user", c.SASL)
	say(c.SASL == "plain" && !c.TLS, "sasl", "plain sends the password as it is: set tls, or use scram-sha-512")
	say((c.TLSCert == "") != (c.TLSKey == ""), "tls_cert", "tls_cert and tls_key go together")
	say(c.State == "", "state", "name a folder")
	_, err := ParseBytes(c.Memory)
	say(err != nil, "memory", "%v", err)
	say(c.CommitInterval <= 0 || c.CommitInterval > 5*time.Second, "commit_interval", "%s is not between 1ms and 5s", c.CommitInterval)
	say(c.TransactionTimeout < 2*c.CommitInterval || c.TransactionTimeout > 15*time.Minute, "transaction_timeout", "%s is not between twice the commit_interval and 15m", c.TransactionTimeout)
	say(c.SessionTimeout < time.Second, "session_timeout", "%s is below 1s", c.SessionTimeout)
	if c.Listen != "" {
		_, _, err := net.SplitHostPort(c.Listen)
		say(err != nil, "listen", "%q is not host:port", c.Listen)
	}
	oneOf("log_level", c.LogLevel, "debug", "info", "warn", "error")
	oneOf("log_format", c.LogFormat, "text", "json")
	return errors.Join(problems...)
}

// ParseBytes reads a size: 512MiB, 2GiB, or a number of bytes.
func ParseBytes(text string) (int64, error) {
	number, unit := text, int64(1)
	for suffix, size := range map[string]int64{"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30} {
		if cut, ok := strings.CutSuffix(text, suffix); ok {
			number, unit = cut, size
		}
	}
	var n int64
	if _, err := fmt.Sscanf(number, "%d", &n); err != nil || fmt.Sprint(n) != number || n <= 0 || n > 1<<50/unit {
		return 0, fmt.Errorf("%q is not a size such as 512MiB", text)
	}
	return n * unit, nil
}

// LimitMemory makes the process keep to Memory. An eighth of it are blocks of the stores, a quarter rows that wait to be
// written, an eighth decoded rows; the rest is for records on their way, and garbage. While there is room, garbage waits longer
// than by Go's default, as most of it are the rows of epochs that are over. GOGC and GOMEMLIMIT, where they are set, win.
func (c Config) LimitMemory() {
	memory, err := ParseBytes(c.Memory)
	if err != nil {
		return // Validate says so
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memory)
	}
}

// Client gives the options of every connection to the brokers.
func (c Config) Client() ([]kgo.Opt, error) {
	opts := []kgo.Opt{kgo.SeedBrokers(c.Brokers...), kgo.ClientID("waybill")}
	if c.TLS {
		config, err := c.tls()
		if err != nil {
			return nil, err
		}
		opts = append(opts, kgo.DialTLSConfig(config))
	}
	switch c.SASL {
	case "plain":
		opts = append(opts, kgo.SASL(plain.Auth{User: c.SASLUser, Pass: c.SASLPassword}.AsMechanism()))
	case "scram-sha-256":
		opts = append(opts, kgo.SASL(scram.Auth{User: c.SASLUser, Pass: c.SASLPassword}.AsSha256Mechanism()))
	case "scram-sha-512":
		opts = append(opts, kgo.SASL(scram.Auth{User: c.SASLUser, Pass: c.SASLPassword}.AsSha512Mechanism()))
	}
	return opts, nil
}

func (c Config) tls() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.TLSCA != "" {
		pem, err := os.ReadFile(c.TLSCA)
		if err != nil {
			return nil, fmt.Errorf("tls_ca: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("tls_ca: %s holds no certificate", c.TLSCA)
		}
	}
	if c.TLSCert != "" {
		pair, err := tls.LoadX509KeyPair(c.TLSCert, c.TLSKey)
		if err != nil {
			return nil, fmt.Errorf("tls_cert: %w", err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}

// RegistryClient connects to the registry.
func (c Config) RegistryClient() (*schemas.RegistryClient, error) {
	options := schemas.RegistryOptions{URLs: c.Registry, User: c.RegistryUser, Password: c.RegistryPassword, Token: c.RegistryToken}
	if c.TLSCA != "" || c.TLSCert != "" {
		config, err := c.tls()
		if err != nil {
			return nil, err
		}
		options.TLS = config
	}
	return schemas.NewRegistryClient(options)
}

// Logger writes to standard error as configured.
func (c Config) Logger() *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		level = slog.LevelInfo
	}
	options := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(os.Stderr, options))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, options))
}
