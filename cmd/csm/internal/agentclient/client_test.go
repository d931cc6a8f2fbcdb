package agentclient

import (
	"context"
	"encoding/pem"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/cmd/csm/internal/api"
	"github.com/go-csm/csm/cmd/csm/internal/health"
	"github.com/go-csm/csm/cmd/csm/internal/live"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// limit is how long a test waits for what has to come.
const limit = 10 * time.Second

const token = "0123456789abcdef0123456789abcdef"

// options are those of an agent that has counted some calls.
func options(access api.Access) api.Options {
	counted := statistics.New(statistics.Limits{})
	for _, client := range []string{"shop", "job"} {
		for _, operation := range []string{"GetObject", "PutObject"} {
			counted.Add(&csm.Event{
				Type: csm.APICall, ClientID: client, Service: "S3", API: operation, Latency: csm.Known(12),
				FinalHTTPStatusCode: csm.Known(503), FinalAWSException: "SlowDown",
			})
		}
	}
	return api.Options{
		Access:   access,
		Snapshot: counted.Snapshot,
		Health:   func() health.Health { return health.Health{Version: "v1.2.3"} },
		Events:   new(live.Hub),
	}
}

func handler(t *testing.T, o api.Options) http.Handler {
	t.Helper()
	h, err := api.NewHandler(o)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func client(t *testing.T, o Options) *Client {
	t.Helper()
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func file(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestStatisticsOfAnAgent(t *testing.T) {
	server := httptest.NewServer(handler(t, options(api.Access{Token: token})))
	defer server.Close()
	c := client(t, Options{URL: strings.TrimPrefix(server.URL, "http://") + "/", TokenFile: file(t, token+"\n")})
	if c.URL() != server.URL {
		t.Errorf("the URL is %s, want %s", c.URL(), server.URL)
	}
	if err := c.Check(t.Context()); err != nil {
		t.Error(err)
	}
	all, err := c.Operations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(all.Series) != 2 || all.Series[0].Calls != 2 || all.Series[0].Latency.P50 != 0.012 || all.Agent.Version != "v1.2.3" {
		t.Errorf("the operations: %+v", all)
	}
	one, err := c.Operation(t.Context(), "S3", "PutObject")
	if err != nil {
		t.Fatal(err)
	}
	if len(one.Series) != 1 || one.Series[0].Operation != "PutObject" || one.Series[0].Latency.Buckets == nil ||
		len(one.Errors) != 1 || one.Errors[0].Calls != 2 || one.Errors[0].Code != "SlowDown" {
		t.Errorf("one operation: %+v", one)
	}
}

func TestWhatAnAgentDoesNotGive(t *testing.T) {
	serve := func(h http.Handler, tls bool) string {
		s := httptest.NewUnstartedServer(h)
		if tls {
			s.StartTLS()
		} else {
			s.Start()
		}
		t.Cleanup(s.Close)
		return s.URL
	}
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + closed.Addr().String()
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	guarded := serve(handler(t, options(api.Access{Token: token})), false)
	secure := serve(handler(t, options(api.Access{})), true)
	plain := serve(handler(t, options(api.Access{})), false)
	wrong := file(t, "not-"+token)
	for _, test := range []struct {
		name       string
		o          Options
		text, hint string
		noAgent    bool
	}{
		{"nobody is there", Options{URL: nobody}, "no agent answers at " + nobody, "start one: csm agent", true},
		{"another program", Options{URL: serve(http.NotFoundHandler(), false)}, "is no agent: HTTP status 404", "start one", true},
		{"a redirect", Options{URL: serve(http.RedirectHandler(guarded, http.StatusFound), false)}, "is no agent: HTTP status 302", "start one", true},
		{"no token", Options{URL: guarded}, "it demands a token", "--token-file FILE", false},
		{"a wrong token", Options{URL: guarded, TokenFile: wrong}, "it does not take the token", "--http-token-file", false},
		{"an unknown authority", Options{URL: secure}, "unknown authority", "--cacert FILE", false},
		{"HTTP to HTTPS", Options{URL: strings.Replace(secure, "https", "http", 1)}, "it speaks HTTPS", "use https://", false},
		{"HTTPS to HTTP", Options{URL: strings.Replace(plain, "http", "https", 1)}, "does not speak TLS", "use http://", true},
		{
			"no client certificate", Options{URL: serve(handler(t, options(api.Access{ClientCAFile: "ca.pem"})), false)},
			"it demands a client certificate", "--cert FILE --key FILE", false,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := client(t, test.o)
			_, err := c.Operations(t.Context())
			var e *Error
			if !errors.As(err, &e) || !strings.Contains(err.Error(), test.text) || !strings.Contains(e.Hint, test.hint) {
				t.Errorf("%v, hint %q", err, e.Hint)
			}
			if errors.Is(err, ErrNoAgent) != test.noAgent {
				t.Errorf("that there is no agent: %v", !test.noAgent)
			}
			if e.Status != http.StatusBadRequest { // HEAD has no answer that says more
				if err := c.Check(t.Context()); errors.Is(err, ErrNoAgent) != test.noAgent {
					t.Errorf("the check: %v", err)
				}
			}
		})
	}
}

func TestACertificateOfAGivenAuthority(t *testing.T) {
	server := httptest.NewTLSServer(handler(t, options(api.Access{})))
	defer server.Close()
	ca := file(t, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})))
	if err := client(t, Options{URL: server.URL, CAFile: ca}).Check(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestOptionsThatCannotBeUsed(t *testing.T) {
	empty := file(t, "\n")
	for name, o := range map[string]Options{
		"no URL":          {URL: "http://"},
		"another scheme":  {URL: "ftp://127.0.0.1"},
		"a query":         {URL: "http://127.0.0.1:31080/?service=S3"},
		"a password":      {URL: "http://me:secret@127.0.0.1:31080"},
		"no token file":   {TokenFile: "none"},
		"an empty token":  {TokenFile: empty},
		"no token":        {TokenFile: file(t, "{\n}\n")},
		"no authorities":  {CAFile: empty},
		"no key":          {CertFile: empty},
		"no certificates": {CertFile: empty, KeyFile: empty},
	} {
		_, err := New(o)
		if e := new(Error); !errors.As(err, &e) || !strings.HasPrefix(err.Error(), "csm: ") || e.Hint == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if c := client(t, Options{}); c.URL() != DefaultURL {
		t.Errorf("without a URL it asks at %s", c.URL())
	}
}

// A following notes what a follower is told.
type following struct {
	told chan string
	end  chan error
}

func follow(t *testing.T, c *Client, f live.Filter) following {
	ctx, cancel := context.WithCancel(t.Context())
	n := following{make(chan string, 100), make(chan error, 1)}
	go func() {
		n.end <- c.Follow(ctx, f, Follower{
			Event: func(data []byte) { n.told <- "event " + string(data) },
			Lost:  func(uint64) { n.told <- "lost" },
			Away:  func(err error) { n.told <- "away " + err.Error() },
			Back:  func() { n.told <- "back" },
		})
	}()
	t.Cleanup(cancel)
	return n
}

func (n following) wait(t *testing.T, prefix string) string {
	t.Helper()
	select {
	case got := <-n.told:
		if !strings.HasPrefix(got, prefix) {
			t.Fatalf("the follower was told %q, want %q", got, prefix)
		}
		return got
	case err := <-n.end:
		t.Fatalf("it ended with %v", err)
	case <-time.After(limit):
		t.Fatalf("the follower was not told %q", prefix)
	}
	return ""
}

func TestFollowing(t *testing.T) {
	o := options(api.Access{})
	var refuse atomic.Bool
	subscribed, cut := make(chan struct{}, 10), make(chan context.CancelFunc, 10)
	h := handler(t, o)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if refuse.Load() {
			http.Error(w, "gone", http.StatusUnauthorized)
			return
		}
		ctx, cancel := context.WithCancel(r.Context())
		cut <- cancel
		h.ServeHTTP(told{w, subscribed}, r.WithContext(ctx))
	}))
	defer server.Close()
	n := follow(t, client(t, Options{URL: server.URL}), live.Filter{Services: []string{"s3"}, Errors: true, Slow: time.Second})
	failed := &csm.Event{Type: csm.APICall, Service: "S3", API: "GetObject", FinalAWSException: "SlowDown", Latency: csm.Known(1000)}
	publish := func() {
		<-subscribed
		o.Events.Publish(&csm.Event{Type: csm.APICall, Service: "S3", API: "GetObject", Latency: csm.Known(1000)})
		o.Events.Publish(&csm.Event{Type: csm.APICall, Service: "SQS", FinalAWSException: "SlowDown", Latency: csm.Known(1000)})
		o.Events.Publish(failed)
	}
	publish()
	want, err := failed.AppendJSON(nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := n.wait(t, "event "); got != "event "+string(want) {
		t.Errorf("it was told %s, want %s", got, want)
	}
	o.Events.Publish(&csm.Event{Type: csm.APICall, Service: "S3", API: strings.Repeat("x", csm.MaxDatagram), FinalAWSException: "E", Latency: csm.Known(1000)})
	n.wait(t, "lost")
	(<-cut)()
	n.wait(t, "away csm: the agent at "+server.URL)
	n.wait(t, "back")
	publish()
	n.wait(t, "event ")

	refuse.Store(true)
	(<-cut)()
	n.wait(t, "away ")
	if err := <-n.end; err == nil || !strings.Contains(err.Error(), "401") {
		t.Errorf("when the agent gives no more: %v", err)
	}
}

// A told tells when the answer begins: then the stream has its subscription.
type told struct {
	http.ResponseWriter
	begun chan struct{}
}

func (w told) Write(b []byte) (int, error) {
	if strings.HasPrefix(string(b), ": listening") {
		defer func() { w.begun <- struct{}{} }()
	}
	return w.ResponseWriter.Write(b)
}

func (w told) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func TestFollowingNobody(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	n := follow(t, client(t, Options{URL: server.URL}), live.Filter{})
	if err := <-n.end; !errors.Is(err, ErrNoAgent) {
		t.Errorf("it ended with %v", err)
	}
}

// A silentTransport answers with a stream in which nothing comes.
type silentTransport struct{}

func (silentTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: silentBody{r.Context()}}, nil
}

type silentBody struct{ ctx context.Context }

func (b silentBody) Read([]byte) (int, error) { <-b.ctx.Done(); return 0, b.ctx.Err() }
func (silentBody) Close() error               { return nil }

func TestASilentStreamIsBroken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := client(t, Options{})
		c.http.Transport = silentTransport{}
		began := time.Now()
		n := follow(t, c, live.Filter{})
		if away := <-n.told; !strings.Contains(away, "nothing came for 45s") || time.Since(began) != silence {
			t.Errorf("after %v it was told %q", time.Since(began), away)
		}
	})
}
