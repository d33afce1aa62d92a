package schemas

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/sr"
	"github.com/twmb/franz-go/pkg/sr/srfake"
)

// countedRegistry is a registry with a client of it that counts its requests.
func countedRegistry(t *testing.T) (*srfake.Registry, *RegistryClient, *atomic.Int64) {
	t.Helper()
	registry := srfake.New()
	t.Cleanup(registry.Close)
	var requests atomic.Int64
	registry.Intercept(func(http.ResponseWriter, *http.Request) bool { requests.Add(1); return false })
	return registry, clientOf(t, RegistryOptions{URLs: []string{registry.URL()}}), &requests
}

func clientOf(t *testing.T, options RegistryOptions) *RegistryClient {
	t.Helper()
	client, err := NewRegistryClient(options)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func TestAContractIsRegisteredOnceAndThenWrittenAndReadThroughTheRegistry(t *testing.T) {
	ctx := context.Background()
	_, client, requests := countedRegistry(t)
	text, _ := Contract("wms.shipments")
	codec := NewCodec[Shipment](client, "wms.shipments")
	if _, err := codec.Append(ctx, nil, shipmentOfThreeLines()); !errors.Is(err, ErrNotRegistered) || !strings.Contains(err.Error(), "waybill topics apply") {
		t.Fatalf("before it is registered: %v", err)
	}
	id, err := client.Register(ctx, Subject("wms.shipments"), text)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := client.Register(ctx, Subject("wms.shipments"), text); err != nil || again != id {
		t.Errorf("registered again: %d (%v), not %d", again, err, id)
	}
	before := requests.Load()
	for range 3 {
		value, err := codec.Append(ctx, nil, shipmentOfThreeLines())
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := SchemaID(value); got != id {
			t.Errorf("written with schema %d, not %d", got, id)
		}
		if _, err := NewCodec[Shipment](client, "wms.shipments").Decode(ctx, value); err != nil {
			t.Fatal(err)
		}
	}
	if asked := requests.Load() - before; asked != 2 {
		t.Errorf("the registry was asked %d times, not once for the id and once for the schema", asked)
	}
}

func TestAnUnknownIdIsPoisonUntilTheRegistryKnowsIt(t *testing.T) {
	ctx := context.Background()
	registry, client, _ := countedRegistry(t)
	if _, err := client.Schema(ctx, 7); !errors.Is(err, ErrUnknownSchema) || errors.Is(err, ErrRegistryUnavailable) {
		t.Fatalf("got %v", err)
	}
	registry.SeedSchema("x-value", 1, 7, sr.Schema{Schema: `"string"`})
	if text, err := client.Schema(ctx, 7); err != nil || text != `"string"` {
		t.Errorf("got %s, %v", text, err)
	}
}

// What is no answer of the registry to the question must never turn good records into poison.
func TestARegistryThatCannotAnswerIsRetried(t *testing.T) {
	says := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { http.Error(w, body, status) }
	}
	for name, answer := range map[string]http.HandlerFunc{
		"an error of its own":       says(http.StatusInternalServerError, `{"error_code":50001,"message":"store"}`),
		"a proxy without a backend": says(http.StatusBadGateway, `<html>Bad Gateway</html>`),
		"a wrong path":              says(http.StatusNotFound, `<html>Not Found</html>`),
		"no JSON":                   says(http.StatusOK, `<html>Login</html>`),
		"wrong credentials":         says(http.StatusUnauthorized, `{"error_code":40101}`),
		"too many requests":         says(http.StatusTooManyRequests, ``),
		"a connection that breaks":  func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) },
		"no answer within its time": func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // the server notices a client that left once the body is read
			<-r.Context().Done()
		},
	} {
		server := httptest.NewServer(answer)
		client := clientOf(t, RegistryOptions{URLs: []string{server.URL}, Timeout: 100 * time.Millisecond})
		for _, call := range []func() error{
			func() error { _, err := client.Schema(context.Background(), 1); return err },
			func() error { _, err := client.ID(context.Background(), "x-value", `"string"`); return err },
			func() error { _, _, err := client.Latest(context.Background(), "x-value"); return err },
			func() error { _, _, err := client.Compatible(context.Background(), "x-value", `"string"`); return err },
			func() error { return client.SetCompatibility(context.Background(), "x-value", "FULL") },
		} {
			if err := call(); !errors.Is(err, ErrRegistryUnavailable) || errors.Is(err, ErrUnknownSchema) || errors.Is(err, ErrNotRegistered) {
				t.Errorf("%s: got %v", name, err)
			}
		}
		server.Close()
	}
}

func TestTheNextRegistryIsAskedWhenTheFirstIsAway(t *testing.T) {
	registry, _, _ := countedRegistry(t)
	registry.SeedSchema("x-value", 1, 7, sr.Schema{Schema: `"string"`})
	away := httptest.NewServer(http.NotFoundHandler())
	away.Close()
	client := clientOf(t, RegistryOptions{URLs: []string{away.URL, registry.URL()}})
	if _, err := client.Schema(context.Background(), 7); err != nil {
		t.Error(err)
	}
}

func TestCredentialsReachTheRegistryAndNoError(t *testing.T) {
	const secret = "s3cret-pass"
	for name, c := range map[string]struct {
		header  string
		options func(url string) RegistryOptions
	}{
		"user": {"Basic dXNlcjpzM2NyZXQtcGFzcw==", func(url string) RegistryOptions {
			return RegistryOptions{URLs: []string{url}, User: "user", Password: secret}
		}},
		"user in a URL": {"Basic dXNlcjpzM2NyZXQtcGFzcw==", func(url string) RegistryOptions {
			return RegistryOptions{URLs: []string{strings.Replace(url, "://", "://user:"+secret+"@", 1)}}
		}},
		"token": {"Bearer " + secret, func(url string) RegistryOptions { return RegistryOptions{URLs: []string{url}, Token: secret} }},
	} {
		registry := srfake.New(srfake.WithAuth(c.header))
		client := clientOf(t, c.options(registry.URL()))
		if _, err := client.Schema(context.Background(), 7); !errors.Is(err, ErrUnknownSchema) {
			t.Errorf("%s: got %v", name, err)
		}
		registry.Close()
		_, err := client.Schema(context.Background(), 7)
		if !errors.Is(err, ErrRegistryUnavailable) || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	_, err := NewRegistryClient(RegistryOptions{URLs: []string{"http://user:" + secret + "@bad host"}, Token: secret, User: "user"})
	if err == nil || strings.Contains(err.Error(), secret) || !strings.Contains(err.Error(), "not both") || !strings.Contains(err.Error(), "http[s]://") {
		t.Errorf("wrong options: got %v", err)
	}
	if _, err := NewRegistryClient(RegistryOptions{}); err == nil {
		t.Error("no URL was taken")
	}
}

func TestSchemasThatReferToOthersAreReadWhole(t *testing.T) {
	ctx := context.Background()
	registry, client, _ := countedRegistry(t)
	registry.SeedSchema("meta", 1, 1, sr.Schema{Schema: `{"type":"record","name":"Meta","namespace":"common","fields":[{"name":"id","type":"string"}]}`})
	registry.SeedSchema("line", 2, 2, sr.Schema{Schema: `{"type":"record","name":"Line","namespace":"common","fields":[{"name":"meta","type":"Meta"}]}`,
		References: []sr.SchemaReference{{Name: "common.Meta", Subject: "meta", Version: 1}}})
	registry.SeedSchema("doc-value", 1, 3, sr.Schema{Schema: `{"type":"record","name":"Doc","fields":[{"name":"meta","type":"common.Meta"},{"name":"lines","type":{"type":"array","items":"common.Line"}}]}`,
		References: []sr.SchemaReference{{Name: "common.Meta", Subject: "meta", Version: 1}, {Name: "common.Line", Subject: "line", Version: 2}}})
	event, err := Generic(ctx, client, []byte{0, 0, 0, 0, 3, 2, 'a', 2, 2, 'b', 0})
	if err != nil {
		t.Fatal(err)
	}
	if id, _ := event.Text("lines[0].meta.id"); id != "b" {
		t.Errorf("got %+v", event.Fields)
	}
}

func TestApplyAsksSetsAndReadsWhatTheRegistryHas(t *testing.T) {
	ctx := context.Background()
	_, client, _ := countedRegistry(t)
	const subject = "x-value"
	record := func(fields string) string { return `{"type":"record","name":"X","fields":[` + fields + `]}` }
	first := record(`{"name":"a","type":"string"}`)

	if id, text, err := client.Latest(ctx, subject); id != 0 || text != "" || err != nil {
		t.Errorf("latest of nothing: %d %q %v", id, text, err)
	}
	if fits, _, err := client.Compatible(ctx, subject, first); !fits || err != nil {
		t.Errorf("the first schema: %t %v", fits, err)
	}
	if err := client.SetCompatibility(ctx, subject, "backward_transitive"); err != nil {
		t.Error(err)
	}
	if level, err := client.Compatibility(ctx, subject); level != "BACKWARD_TRANSITIVE" || err != nil {
		t.Errorf("the level that was set: %q %v", level, err)
	}
	if err := client.SetCompatibility(ctx, subject, "SIDEWAYS"); err == nil || !strings.Contains(err.Error(), "not one of NONE") {
		t.Errorf("a level that is none: %v", err)
	}
	id, err := client.Register(ctx, subject, first)
	if err != nil {
		t.Fatal(err)
	}
	if latest, text, err := client.Latest(ctx, subject); latest != id || text != first || err != nil {
		t.Errorf("latest: %d %s %v", latest, text, err)
	}
}

func TestWhatTheRegistryRefusesIsToldWithItsReason(t *testing.T) {
	ctx := context.Background()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.Contains(r.URL.Path, "/config/"):
			http.Error(w, `{"error_code":40408,"message":"no level"}`, http.StatusNotFound)
			return
		case strings.Contains(r.URL.Path, "/nonsense-value"):
			http.Error(w, `{"error_code":42201,"message":"no type nonsense"}`, http.StatusUnprocessableEntity)
			return
		case strings.Contains(r.URL.Path, "/compatibility"):
			_, _ = w.Write([]byte(`{"is_compatible":false,"messages":["READER_FIELD_MISSING_DEFAULT_VALUE at /fields/1"]}`))
			return
		}
		http.Error(w, `{"error_code":409,"message":"incompatible: READER_FIELD_MISSING_DEFAULT_VALUE"}`, http.StatusConflict)
	}))
	defer server.Close()
	client := clientOf(t, RegistryOptions{URLs: []string{server.URL + "/apis/ccompat/v7"}})
	_, err := client.Register(ctx, "x-value", `"string"`)
	if !errors.Is(err, ErrIncompatible) || !strings.Contains(err.Error(), "READER_FIELD_MISSING_DEFAULT_VALUE") {
		t.Errorf("register: %v", err)
	}
	if _, err := client.Register(ctx, "nonsense-value", `{"type":"nonsense"}`); err == nil || !strings.Contains(err.Error(), "no type nonsense") || errors.Is(err, ErrRegistryUnavailable) {
		t.Errorf("register nonsense: %v", err)
	}
	if level, err := client.Compatibility(ctx, "x-value"); level != "" || err != nil {
		t.Errorf("a subject without a level of its own: %q %v", level, err)
	}
	if fits, why, err := client.Compatible(ctx, "x-value", `"string"`); fits || len(why) != 1 || err != nil {
		t.Errorf("check: %t %v %v", fits, why, err)
	}
}
