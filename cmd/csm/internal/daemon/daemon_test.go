package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-csm/csm/agent"
	"github.com/go-csm/csm/cmd/csm/internal/api"
	"github.com/go-csm/csm/cmd/csm/internal/otlp"
	"github.com/go-csm/csm/cmd/csm/internal/recording"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

const patience = 10 * time.Second

// config is that of a daemon on free ports.
func config() Config {
	return Config{
		Listen:          []string{"127.0.0.1:0"},
		HTTP:            "127.0.0.1:0",
		ShutdownTimeout: patience,
		Logger:          slog.New(slog.DiscardHandler),
	}
}

// A running is a daemon that runs, until end.
type running struct {
	*Daemon
	t     *testing.T
	stop  context.CancelFunc
	ended chan error
	once  sync.Once
	err   error
}

func run(t *testing.T, c Config) *running {
	t.Helper()
	d, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	r := &running{Daemon: d, t: t, stop: stop, ended: make(chan error, 1)}
	ready := make(chan bool)
	go func() { r.ended <- d.Run(ctx, func() { close(ready) }) }()
	<-ready
	t.Cleanup(func() {
		if err := r.end(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func (r *running) end() error {
	r.once.Do(func() {
		r.stop()
		r.err = <-r.ended
	})
	return r.err
}

func (r *running) send(datagrams ...string) {
	r.t.Helper()
	conn, err := net.Dial("udp", r.listeners[0].Addr().String())
	if err != nil {
		r.t.Fatal(err)
	}
	defer conn.Close()
	for _, d := range datagrams {
		if _, err := conn.Write([]byte(d)); err != nil {
			r.t.Fatal(err)
		}
	}
}

// get asks the API, and gives the status and the body.
func (r *running) get(path, token string) (int, string) {
	r.t.Helper()
	req, err := http.NewRequest(http.MethodGet, "http://"+r.web.listener.Addr().String()+path, http.NoBody)
	if err != nil {
		r.t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// settle waits until so many datagrams were received.
func (r *running) settle(n uint64) agent.Stats {
	r.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if s := r.received(); s.Taken+s.Rejected+s.NotAllowed == n {
			return s
		}
	}
	r.t.Fatalf("%d datagrams did not come: %+v", n, r.received())
	return agent.Stats{}
}

func event(api string) string {
	return fmt.Sprintf(`{"Type":"ApiCall","ClientId":"c","Service":"S3","Api":%q,"Latency":5,"FinalHttpStatusCode":200}`, api)
}

func TestWhatIsReceivedIsToldEverywhere(t *testing.T) {
	c := config()
	c.Recording = recording.Options{Path: filepath.Join(t.TempDir(), "events.jsonl"), Host: "h"}
	r := run(t, c)
	live := r.hub.Subscribe(10)
	r.send(event("A"), event("A"), event("B"), "x")
	r.settle(4)

	_, text := r.get("/api/v1/stats", "")
	var stats struct {
		Series []struct {
			Operation string
			Calls     int
		}
		Agent json.RawMessage
	}
	if err := json.Unmarshal([]byte(text), &stats); err != nil {
		t.Fatal(err)
	}
	calls := make(map[string]int)
	for _, s := range stats.Series {
		calls[s.Operation] = s.Calls
	}
	if calls["A"] != 2 || calls["B"] != 1 || len(calls) != 2 {
		t.Errorf("the API tells of %v", calls)
	}
	_, metrics := r.get("/metrics", "")
	for _, line := range []string{
		`csm_agent_datagrams_total{csm_outcome="taken"} 3`, `csm_agent_datagrams_total{csm_outcome="rejected"} 1`, "csm_agent_series 2", "csm_agent_recording_up 1",
	} {
		if !strings.Contains(metrics, "\n"+line+"\n") {
			t.Errorf("no %q in the metrics", line)
		}
	}
	for _, want := range []string{"A", "A", "B"} {
		if e := <-live.Events(); e.API != want {
			t.Errorf("a subscriber gets %s, want %s", e.API, want)
		}
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	recorded, err := os.ReadFile(c.Recording.Path)
	if err != nil || strings.Count(string(recorded), "\n") != 3 {
		t.Errorf("the recording is %q, %v", recorded, err)
	}
}

func TestReadiness(t *testing.T) {
	r := run(t, config())
	if status, text := r.get("/readyz", ""); status != http.StatusOK {
		t.Errorf("ready: %d %s", status, text)
	}
	r.ready.Store(false)
	if status, text := r.get("/readyz", ""); status != http.StatusServiceUnavailable || !strings.Contains(text, "ending") {
		t.Errorf("not ready: %d %s", status, text)
	}
}

// What has come when the daemon is told to end is still counted and recorded.
func TestEndDrains(t *testing.T) {
	c := config()
	c.HTTP = ""
	c.Recording = recording.Options{Path: filepath.Join(t.TempDir(), "events.jsonl.zst")}
	r := run(t, c)
	const n = 500
	for range n {
		r.send(event("A"))
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	if s := r.received(); s.Events+s.LostInKernel != n || s.LostInKernel != 0 {
		t.Errorf("%+v, want %d events", s, n)
	}
	if h := r.recorder.Health(); h.Events != n || h.Lost != 0 {
		t.Errorf("the recording has %+v, want %d events", h, n)
	}
}

// A collector that is away costs the daemon nothing but what it could not export.
func TestCollectorAway(t *testing.T) {
	away, err := net.Listen("tcp", "127.0.0.1:0") // it takes connections, and says nothing
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = away.Close() })
	c := config()
	c.ShutdownTimeout = 300 * time.Millisecond
	c.Export = &otlp.Options{Endpoint: "http://" + away.Addr().String(), Events: true, Interval: 10 * time.Millisecond}
	r := run(t, c)
	const n = 2000
	for range n {
		r.send(event("A"))
	}
	r.settle(n)
	if _, metrics := r.get("/metrics", ""); !strings.Contains(metrics, "csm_agent_export_up") {
		t.Error("the metrics do not tell of the export")
	}
	began := time.Now()
	if err := r.end(); err != nil {
		t.Errorf("that the collector is away is an error: %v", err)
	}
	if d := time.Since(began); d > patience {
		t.Errorf("it took %v to end", d)
	}
	if h := r.exporter.Health(); h.GivenUp == 0 {
		t.Errorf("nothing was counted as given up: %+v", h)
	}
}

func TestReload(t *testing.T) {
	c := config()
	c.Access.Token = "first-token-first-token"
	r := run(t, c)
	if status, _ := r.get("/api/v1/stats", "first-token-first-token"); status != http.StatusOK {
		t.Errorf("the first token: %d", status)
	}
	c.Access.Token = "second-token-second-token"
	c.Allow = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
	if err := r.Reload(c); err != nil {
		t.Fatal(err)
	}
	for token, want := range map[string]int{"first-token-first-token": http.StatusUnauthorized, "second-token-second-token": http.StatusOK} {
		if status, _ := r.get("/api/v1/stats", token); status != want {
			t.Errorf("%s: %d, want %d", token, status, want)
		}
	}
	r.send(event("A"))
	if s := r.settle(1); s.NotAllowed != 1 {
		t.Errorf("a sender that is not allowed any more: %+v", s)
	}

	// The address stays bound, whatever the settings say: it must not lose its token.
	open := c
	open.HTTP, open.Access.Token, open.Allow = "127.0.0.1:1", "", nil
	r.config.HTTP = "0.0.0.0:1" // as if it were
	if err := r.Reload(open); err == nil {
		t.Error("an API for all loses its token by settings for another address")
	}
	r.config.HTTP = c.HTTP
	if status, _ := r.get("/api/v1/stats", ""); status != http.StatusUnauthorized {
		t.Errorf("without a token: %d", status)
	}

	c.Access.Token = "short"
	if err := r.Reload(c); err == nil {
		t.Error("a token that can be guessed gives no error")
	}
	if status, _ := r.get("/api/v1/stats", "second-token-second-token"); status != http.StatusOK {
		t.Errorf("after a reload that failed, the token gives %d", status)
	}
}

func TestSettingsThatNeedARestart(t *testing.T) {
	a, b := config(), config()
	if names := needRestart(a, b); len(names) != 0 {
		t.Errorf("the same settings: %v", names)
	}
	b.Allow, b.Access = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, api.Access{Token: "x"}
	b.HTTP, b.Limits = "127.0.0.1:1", statistics.Limits{Series: 5}
	if names := strings.Join(needRestart(a, b), "; "); names != "max-series, series-idle; http" {
		t.Errorf("needs a restart: %s", names)
	}
}

func TestWrongConfigs(t *testing.T) {
	taken, err := agent.Listen("127.0.0.1:0", agent.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	for name, change := range map[string]func(*Config){
		"no address":                       func(c *Config) { c.Listen = nil },
		"an address in use":                func(c *Config) { c.Listen = append(c.Listen, taken.Addr().String()) },
		"not loopback":                     func(c *Config) { c.Listen = []string{"0.0.0.0:0"} },
		"an API for all":                   func(c *Config) { c.HTTP = "0.0.0.0:0" },
		"no certificate":                   func(c *Config) { c.Access.CertFile, c.Access.KeyFile = "none", "none" },
		"no time to end":                   func(c *Config) { c.ShutdownTimeout = 0 },
		"negative series":                  func(c *Config) { c.Limits.Series = -1 },
		"negative limits of the recording": func(c *Config) { c.Recording = recording.Options{Path: filepath.Join(t.TempDir(), "x"), Keep: -1} },
		"an export at no interval":         func(c *Config) { c.Export = &otlp.Options{Interval: -1} },
		"an HTTP address in use": func(c *Config) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = l.Close() })
			c.HTTP = l.Addr().String()
		},
		"a recording in no place": func(c *Config) { c.Recording.Path = filepath.Join(t.TempDir(), "none", "x") },
		"no OTLP protocol":        func(c *Config) { c.Export = &otlp.Options{Protocol: "smoke-signals"} },
		"an address of another machine": func(c *Config) {
			c.Listen, c.Allow = []string{"192.0.2.1:0"}, []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := config()
			change(&c)
			if d, err := New(c); err == nil {
				t.Errorf("there is a daemon: %+v", d)
			}
		})
	}
}

func TestAddressesThatTheMachineDoesNotHave(t *testing.T) {
	c := config()
	c.Allow = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	c.Listen = []string{"127.0.0.1:0", "192.0.2.1:0"}
	c.AnyOfListen = true
	r := run(t, c)
	for _, l := range r.listeners {
		if !l.Addr().Addr().IsLoopback() {
			t.Errorf("it listens at %v", l.Addr())
		}
	}
	c.Listen = c.Listen[1:]
	if d, err := New(c); err == nil || errors.Is(err, agent.ErrAllowNeeded) {
		t.Errorf("none left: %v, %v", d, err)
	}
}
