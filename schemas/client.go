package schemas

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/twmb/avro"
	"github.com/twmb/franz-go/pkg/sr"
)

// RegistryOptions say where a schema registry is and how to get in. A user in a URL counts as User and Password.
type RegistryOptions struct {
	URLs     []string // tried in order; the path is part of it (Apicurio: /apis/ccompat/v7)
	User     string   // basic auth
	Password string
	Token    string        // bearer token, instead of basic auth
	Timeout  time.Duration // of one request; 10 s when zero
	TLS      *tls.Config   // for https
}

const defaultRegistryTimeout = 10 * time.Second

// RegistryClient is a schema registry that speaks Confluent's API. It keeps what it learned of ids, for an id's schema
// never changes; that an id or a schema is unknown is asked anew each time, for it may be registered a moment later.
// It is safe for concurrent use. Its errors hold no credentials.
type RegistryClient struct {
	client *sr.Client
	hosts  string

	mu      sync.RWMutex
	schemas map[int]string
	ids     map[subjectSchema]int
}

type subjectSchema struct{ subject, schema string }

// NewRegistryClient checks the options, all of them at once, and makes no request.
func NewRegistryClient(options RegistryOptions) (*RegistryClient, error) {
	var problems []error
	var urls, hosts []string
	for _, text := range options.URLs {
		if !strings.Contains(text, "://") {
			text = "http://" + text
		}
		u, err := url.Parse(text)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			problems = append(problems, errors.New("a registry URL is not of the form http[s]://host[:port][/path]"))
			continue
		}
		if u.User != nil {
			password, _ := u.User.Password()
			options.User, options.Password = u.User.Username(), password
			u.User = nil
		}
		urls, hosts = append(urls, u.String()), append(hosts, u.Host)
	}
	if len(options.URLs) == 0 {
		problems = append(problems, errors.New("no registry URL"))
	}
	if options.Token != "" && options.User != "" {
		problems = append(problems, errors.New("a registry takes a user or a bearer token, not both"))
	}
	if options.Timeout < 0 {
		problems = append(problems, fmt.Errorf("registry timeout %s is negative", options.Timeout))
	}
	if len(problems) > 0 {
		return nil, fmt.Errorf("schema registry: %w", errors.Join(problems...))
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = options.TLS
	timeout := options.Timeout
	if timeout == 0 {
		timeout = defaultRegistryTimeout
	}
	opts := []sr.ClientOpt{sr.URLs(urls...), sr.UserAgent("waybill"), sr.HTTPClient(&http.Client{Timeout: timeout, Transport: transport})}
	switch {
	case options.Token != "":
		opts = append(opts, sr.BearerToken(options.Token))
	case options.User != "":
		opts = append(opts, sr.BasicAuth(options.User, options.Password))
	}
	client, err := sr.NewClient(opts...)
	if err != nil {
		return nil, fmt.Errorf("schema registry: %w", err)
	}
	return &RegistryClient{client: client, hosts: strings.Join(hosts, ", "), schemas: map[int]string{}, ids: map[subjectSchema]int{}}, nil
}

// Schema returns a schema by its id, with the schemas that it refers to put in.
func (c *RegistryClient) Schema(ctx context.Context, id int) (string, error) {
	c.mu.RLock()
	text, known := c.schemas[id]
	c.mu.RUnlock()
	if known {
		return text, nil
	}
	schema, err := c.client.SchemaByID(ctx, id)
	if err = c.failure(err, fmt.Sprintf("reading schema %d", id), ErrUnknownSchema); errors.Is(err, ErrUnknownSchema) {
		return "", fmt.Errorf("schema %d: %w", id, ErrUnknownSchema) // as every registry says it: exceptions repeat it
	}
	if err != nil {
		return "", err
	}
	text = schema.Schema
	if len(schema.References) > 0 {
		if text, err = c.selfContained(ctx, schema); err != nil {
			return "", err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.schemas[id] = text
	return text, nil
}

// ID looks a schema up under its subject. It registers nothing: that is `waybill topics apply`, once, by who may.
func (c *RegistryClient) ID(ctx context.Context, subject, schema string) (int, error) {
	key := subjectSchema{subject, schema}
	c.mu.RLock()
	id, known := c.ids[key]
	c.mu.RUnlock()
	if known {
		return id, nil
	}
	found, err := c.client.LookupSchema(ctx, subject, sr.Schema{Schema: schema})
	if err != nil {
		return 0, c.failure(err, "looking up the schema of "+subject, ErrNotRegistered)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ids[key] = found.ID
	return found.ID, nil
}

// Register registers a schema under a subject and returns its id; the id it has when it is registered already. An
// incompatible schema is ErrIncompatible.
func (c *RegistryClient) Register(ctx context.Context, subject, schema string) (int, error) {
	id, err := c.client.RegisterSchema(ctx, subject, sr.Schema{Schema: schema}, -1, -1)
	if err != nil {
		return 0, c.failure(err, "registering a schema of "+subject, ErrRegistryUnavailable)
	}
	return id, nil
}

// Compatible asks the registry whether a schema may follow the latest one of a subject, by the subject's level. A
// subject without schemas takes any.
func (c *RegistryClient) Compatible(ctx context.Context, subject, schema string) (bool, []string, error) {
	const latest = -1
	result, err := c.client.CheckCompatibility(sr.WithParams(ctx, sr.Verbose), subject, latest, sr.Schema{Schema: schema})
	if err = c.failure(err, "checking a schema of "+subject, errNoSubject); errors.Is(err, errNoSubject) {
		return true, nil, nil
	}
	return err == nil && result.Is, result.Messages, err
}

// SetCompatibility sets a subject's compatibility level: NONE, BACKWARD, FORWARD, FULL, or one of these with
// _TRANSITIVE.
func (c *RegistryClient) SetCompatibility(ctx context.Context, subject, level string) error {
	var wanted sr.CompatibilityLevel
	if err := wanted.UnmarshalText([]byte(strings.ToUpper(level))); err != nil {
		return fmt.Errorf("compatibility level %q of %s: not one of NONE, BACKWARD, FORWARD, FULL, BACKWARD_TRANSITIVE, FORWARD_TRANSITIVE, FULL_TRANSITIVE", shorten(level), subject)
	}
	for _, result := range c.client.SetCompatibility(ctx, sr.SetCompatibility{Level: wanted}, subject) {
		if result.Err != nil {
			return c.failure(result.Err, "setting the compatibility of "+subject, ErrRegistryUnavailable)
		}
	}
	return nil
}

// Compatibility returns the level that is set for a subject; empty when none is and the registry's own holds.
func (c *RegistryClient) Compatibility(ctx context.Context, subject string) (string, error) {
	for _, result := range c.client.Compatibility(ctx, subject) {
		err := c.failure(result.Err, "reading the compatibility of "+subject, errNoSubject)
		if err == nil {
			return result.Level.String(), nil
		}
		if !errors.Is(err, errNoSubject) {
			return "", err
		}
	}
	return "", nil
}

// Latest returns the newest schema of a subject with its id; id 0 when the subject has none.
func (c *RegistryClient) Latest(ctx context.Context, subject string) (id int, schema string, err error) {
	const latest = -1
	found, err := c.client.SchemaByVersion(ctx, subject, latest)
	if err = c.failure(err, "reading the latest schema of "+subject, errNoSubject); errors.Is(err, errNoSubject) {
		return 0, "", nil
	}
	if err != nil {
		return 0, "", err
	}
	if len(found.References) > 0 {
		found.Schema.Schema, err = c.selfContained(ctx, found.Schema)
	}
	return found.ID, found.Schema.Schema, err
}

// ErrIncompatible says that the registry refused a schema: it does not fit the ones before it at the subject's level.
var ErrIncompatible = errors.New("schema is incompatible with an earlier one of its subject")

var errNoSubject = errors.New("the registry has no such subject")

// selfContained puts the schemas that a schema refers to into its text.
func (c *RegistryClient) selfContained(ctx context.Context, schema sr.Schema) (string, error) {
	var cache avro.SchemaCache
	parsed, err := c.parseWithReferences(ctx, &cache, schema, 0)
	if err != nil {
		return "", err
	}
	whole, err := parsed.Root().Schema()
	if err != nil {
		return "", fmt.Errorf("putting references into a schema: %w: %w", ErrUnknownSchema, err)
	}
	return whole.String(), nil
}

func (c *RegistryClient) parseWithReferences(ctx context.Context, cache *avro.SchemaCache, schema sr.Schema, depth int) (*avro.Schema, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("schema references: %w: %w", ErrUnknownSchema, errDeep)
	}
	for _, reference := range schema.References {
		found, err := c.client.SchemaByVersion(ctx, reference.Subject, reference.Version)
		if err != nil {
			return nil, c.failure(err, fmt.Sprintf("reading %s version %d, which a schema refers to", reference.Subject, reference.Version), ErrUnknownSchema)
		}
		if _, err := c.parseWithReferences(ctx, cache, found.Schema, depth+1); err != nil {
			return nil, err
		}
	}
	parsed, err := cache.Parse(schema.Schema)
	if err != nil {
		return nil, fmt.Errorf("schema with references: %w: %w", ErrUnknownSchema, err)
	}
	return parsed, nil
}

// Codes of the registry's own answers; any other refusal is not about what was asked.
const (
	registryNotFoundFirst, registryNotFoundLast = 40401, 40499
	registryIncompatible                        = 409
)

// failure sorts a failed request: absent is what a "not found" of the registry itself means. A bare 404 is none: it
// comes from a wrong path or something in between, and must not turn good records into poison.
func (c *RegistryClient) failure(err error, doing string, absent error) error {
	if err == nil {
		return nil
	}
	var answer *sr.ResponseError
	if !errors.As(err, &answer) {
		return fmt.Errorf("%s at %s: %w: %w", doing, c.hosts, ErrRegistryUnavailable, err)
	}
	message := shorten(strings.ToValidUTF8(answer.Error(), ""))
	switch {
	case answer.ErrorCode >= registryNotFoundFirst && answer.ErrorCode <= registryNotFoundLast:
		return fmt.Errorf("%s at %s: %w", doing, c.hosts, absent)
	case answer.StatusCode == registryIncompatible || answer.ErrorCode == registryIncompatible:
		return fmt.Errorf("%s at %s: %w: %s", doing, c.hosts, ErrIncompatible, answer.Error())
	case answer.StatusCode == http.StatusUnauthorized || answer.StatusCode == http.StatusForbidden:
		return fmt.Errorf("%s at %s: %w: status %d: check the registry's user and password or token", doing, c.hosts, ErrRegistryUnavailable, answer.StatusCode)
	case answer.StatusCode == http.StatusUnprocessableEntity:
		return fmt.Errorf("%s at %s: the registry refuses it: %s", doing, c.hosts, answer.Error())
	case answer.StatusCode == http.StatusNotFound:
		return fmt.Errorf("%s at %s: %w: status 404: check the registry's URL, path included: %s", doing, c.hosts, ErrRegistryUnavailable, message)
	}
	return fmt.Errorf("%s at %s: %w: status %d: %s", doing, c.hosts, ErrRegistryUnavailable, answer.StatusCode, message)
}
