package attempt_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"sync"
	"testing"
	"time"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/attempt"
)

// get makes a request under a trace, and gives what the trace tells.
func get(t *testing.T, client *http.Client, url string) csm.Event {
	t.Helper()
	var trace attempt.Trace
	r, err := http.NewRequestWithContext(trace.WithContext(t.Context()), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(r)
	if err == nil {
		response.Body.Close()
	}
	var e csm.Event
	trace.End(&e, time.Now())
	return e
}

// known tells which of an event's latencies are known.
func known(e csm.Event) map[string]bool {
	m := make(map[string]bool)
	for name, i := range map[string]csm.Int{
		"acquire": e.AcquireConnectionLatency, "connect": e.ConnectLatency, "dns": e.DNSLatency,
		"tcp": e.TCPLatency, "ssl": e.SSLLatency, "request": e.RequestLatency, "reused": e.ConnectionReused,
	} {
		_, m[name] = i.Get()
	}
	return m
}

func wantKnown(t *testing.T, e csm.Event, names ...string) {
	t.Helper()
	got := known(e)
	for _, name := range names {
		if !got[name] {
			t.Errorf("%s is not known", name)
		}
		delete(got, name)
	}
	for name, is := range got {
		if is {
			t.Errorf("%s is known, and did not take place", name)
		}
	}
}

func nothing(http.ResponseWriter, *http.Request) {}

func TestTraceOfNewAndUsedConnections(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(nothing))
	defer server.Close()
	client := &http.Client{Transport: &http.Transport{}}
	e := get(t, client, server.URL)
	wantKnown(t, e, "acquire", "connect", "tcp", "request", "reused")
	if e.DestinationIP != "127.0.0.1" || e.ConnectionReused != csm.Flag(false) {
		t.Errorf("got %+v", e)
	}
	e = get(t, client, server.URL)
	wantKnown(t, e, "acquire", "request", "reused")
	if e.DestinationIP != "127.0.0.1" || e.ConnectionReused != csm.Flag(true) {
		t.Errorf("the second time, got %+v", e)
	}
}

func TestTraceOfTLSAndANameLookUp(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(nothing))
	defer server.Close()
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	transport := server.Client().Transport.(*http.Transport).Clone()
	transport.TLSClientConfig.ServerName = "example.com"
	e := get(t, &http.Client{Transport: transport}, "https://localhost:"+port)
	wantKnown(t, e, "acquire", "connect", "dns", "tcp", "ssl", "request", "reused")
	whole := e.ConnectLatency.Or(-1)
	if parts := e.DNSLatency.Or(0) + e.TCPLatency.Or(0) + e.SSLLatency.Or(0); whole < parts {
		t.Errorf("connecting took %d ms, and its parts %d ms", whole, parts)
	}
}

func TestTraceOfNoConnection(t *testing.T) {
	client := &http.Client{Transport: &http.Transport{
		DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("no") },
	}}
	wantKnown(t, get(t, client, "http://127.0.0.1:1"))
}

func TestTraceOfARedirect(t *testing.T) {
	second := httptest.NewTLSServer(http.HandlerFunc(nothing))
	defer second.Close()
	first := httptest.NewServer(http.RedirectHandler(second.URL, http.StatusTemporaryRedirect))
	defer first.Close()
	client := second.Client()
	get(t, client, second.URL) // the connection to the second is there
	wantKnown(t, get(t, client, first.URL), "acquire", "request", "reused")
}

func TestHooksOfTheContextAreCalledToo(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(nothing))
	defer server.Close()
	called := false
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { called = true }})
	var trace attempt.Trace
	r, err := http.NewRequestWithContext(trace.WithContext(ctx), http.MethodGet, server.URL, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if !called {
		t.Error("the context's own hook was not called")
	}
}

// A dial that lost its race goes on after the attempt; so do its hooks.
func TestLateHooks(t *testing.T) {
	var trace attempt.Trace
	hooks := httptrace.ContextClientTrace(trace.WithContext(t.Context()))
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	hooks.GetConn("host")
	hooks.ConnectStart("tcp", "1.2.3.4:80")
	hooks.GotConn(httptrace.GotConnInfo{Conn: a})
	hooks.ConnectDone("tcp", "1.2.3.4:80", nil) // of the one not taken

	var wg sync.WaitGroup
	var e csm.Event
	for range 8 {
		wg.Go(func() {
			hooks.TLSHandshakeStart()
			hooks.ConnectDone("tcp", "1.2.3.4:80", nil)
		})
	}
	trace.End(&e, time.Now())
	wg.Wait()
	wantKnown(t, e, "acquire", "request", "reused")
	if e.DestinationIP != "" { // a pipe has no address
		t.Errorf("destination is %q", e.DestinationIP)
	}

	before := e
	hooks.GetConn("host")
	trace.End(&e, time.Now())
	if e != before {
		t.Errorf("a second End has changed the event to %+v", e)
	}
}

// A RoundTripper of a program's own can call the hooks with little in them.
func TestAConnectionThatIsNotTold(t *testing.T) {
	var trace attempt.Trace
	hooks := httptrace.ContextClientTrace(trace.WithContext(t.Context()))
	hooks.GetConn("host")
	hooks.GotConn(httptrace.GotConnInfo{Reused: true})
	var e csm.Event
	trace.End(&e, time.Now())
	wantKnown(t, e, "acquire", "request", "reused")
	if e.DestinationIP != "" {
		t.Errorf("destination is %q", e.DestinationIP)
	}
}
