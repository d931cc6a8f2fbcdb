package api

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/cmd/csm/internal/live"
)

// limit is how long a test waits for what has to come.
const limit = 10 * time.Second

// serve serves the API at an address of its own until the end of the test.
func serve(t *testing.T, o Options) (*http.Server, string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := NewServer(handler(t, o), nil)
	t.Cleanup(func() { _ = s.Close() })
	go func() { _ = s.Serve(l) }()
	return s, "http://" + l.Addr().String()
}

// read begins to read a stream. What it gives are its messages, without comments;
// the one comment that begins it has come already. Its end is that of the stream,
// and what ended it.
func read(t *testing.T, url string) (messages <-chan string, end <-chan error, stop func()) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("status %d, %s", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
	body := bufio.NewReader(resp.Body)
	if line, err := body.ReadString('\n'); line != ": listening\n" {
		t.Fatalf("the stream begins with %q, %v", line, err)
	}
	out, ended := make(chan string, 100), make(chan error, 1)
	go func() {
		var message string
		for {
			line, err := body.ReadString('\n')
			switch {
			case err != nil:
				ended <- err
				return
			case line == "\n" && message != "":
				out <- strings.TrimSuffix(message, "\n")
				message = ""
			case line != "\n" && !strings.HasPrefix(line, ":"):
				message += line
			}
		}
	}()
	return out, ended, cancel
}

// next waits for something that has to come.
func next[T any](t *testing.T, from <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-from:
	case <-time.After(limit):
		t.Fatal("it did not come")
	}
	return v
}

func event(service, api string, set ...func(*csm.Event)) *csm.Event {
	e := &csm.Event{Type: csm.APICall, ClientID: "shop", Service: service, API: api}
	for _, f := range set {
		f(e)
	}
	return e
}

func TestTheStreamHasTheEventsThatAreAskedFor(t *testing.T) {
	o := options()
	_, url := serve(t, o)
	failed := func(e *csm.Event) { e.FinalAWSException = "SlowDown\n\ndata: forged" }
	streams := map[string]<-chan string{}
	for _, query := range []string{"", "?service=s3", "?operation=PutObject&operation=GetItem", "?client=job", "?region=US-east-1", "?slow=2s", "?errors=true", "?errors=false&service=S3&operation=GetObject"} {
		streams[query], _, _ = read(t, url+pathEvents+query)
	}
	for _, e := range []*csm.Event{
		event("S3", "GetObject"),
		event("S3", "PutObject", failed),
		event("DynamoDB", "GetItem", func(e *csm.Event) { e.Region, e.Latency = "us-east-1", csm.Known(2000) }),
		event("SQS", "Last", failed, func(e *csm.Event) { e.ClientID = "job" }),
	} {
		o.Events.Publish(e)
	}
	for query, want := range map[string][]string{
		"":                                       {"GetObject", "PutObject", "GetItem", "Last"},
		"?service=s3":                            {"GetObject", "PutObject"},
		"?operation=PutObject&operation=GetItem": {"PutObject", "GetItem"},
		"?client=job":                            {"Last"},
		"?region=US-east-1":                      {"GetItem"},
		"?slow=2s":                               {"GetItem"},
		"?errors=true":                           {"PutObject", "Last"},
		"?errors=false&service=S3&operation=GetObject": {"GetObject"},
	} {
		for _, api := range want {
			message := next(t, streams[query])
			data, ok := strings.CutPrefix(message, "data: ")
			var e csm.Event
			if _, err := csm.DecodeNext([]byte(data), &e); err != nil || !ok || e.API != api {
				t.Errorf("%q: %q, want %s (%v)", query, message, api, err)
			}
		}
		if n := len(streams[query]); n != 0 {
			t.Errorf("%q: %d more", query, n)
		}
	}
}

func TestTheStreamEndsCleanlyAtShutdown(t *testing.T) {
	o := options()
	s, url := serve(t, o)
	messages, end, _ := read(t, url+pathEvents)
	o.Events.Publish(event("S3", "GetObject"))
	next(t, messages)
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil {
		t.Errorf("the shutdown: %v", err)
	}
	if err := next(t, end); !errors.Is(err, io.EOF) {
		t.Errorf("the stream ended with %v, want its proper end", err)
	}
}

func TestTheStreamEndsWhenWhoMayReadItChanges(t *testing.T) {
	o := options()
	h := handler(t, o)
	server := httptest.NewServer(h)
	defer server.Close()
	_, end, _ := read(t, server.URL+pathEvents)
	if err := h.SetAccess(Access{Token: token}); err != nil {
		t.Fatal(err)
	}
	if err := next(t, end); !errors.Is(err, io.EOF) {
		t.Errorf("the stream ended with %v, want its proper end", err)
	}
	resp, err := http.Get(server.URL + pathEvents)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("without the new token: status %d", resp.StatusCode)
	}
}

func TestTheStreamEndsWhenItsClientGoes(t *testing.T) {
	o := options()
	ended := make(chan struct{})
	h := handler(t, o)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(ended)
		h.ServeHTTP(w, r)
	}))
	defer server.Close()
	_, _, stop := read(t, server.URL+pathEvents)
	stop()
	next(t, ended)
	o.Events.Publish(event("S3", "GetObject"))
	if o.Events.Lost() != 0 {
		t.Error("an event was lost by nobody")
	}
}

// A pipe is a client that reads when it is told to.
type pipe struct {
	header http.Header
	writes chan string
}

func (p *pipe) Header() http.Header { return p.header }
func (p *pipe) WriteHeader(int)     {}
func (p *pipe) Flush()              {}
func (p *pipe) Write(b []byte) (int, error) {
	p.writes <- string(b)
	return len(b), nil
}

// startStream runs the stream of a hub until the returned function is called.
func startStream(h *live.Hub) (*pipe, func()) {
	p := &pipe{http.Header{}, make(chan string)}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		newStreams(h).ServeHTTP(p, httptest.NewRequest(http.MethodGet, pathEvents, nil).WithContext(ctx))
	}()
	return p, func() { cancel(); <-done }
}

func TestASlowClientIsToldWhatItLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h live.Hub
		p, stop := startStream(&h)
		<-p.writes
		e := event("S3", "GetObject")
		h.Publish(e)
		synctest.Wait() // it is being written
		for range queue + 7 {
			h.Publish(e)
		}
		var all strings.Builder
		for reading := true; reading; synctest.Wait() {
			select {
			case text := <-p.writes:
				all.WriteString(text)
			default: // there is nothing more to be written
				reading = false
			}
		}
		stop()
		if n := strings.Count(all.String(), `"Api":"GetObject"`); n != 1+queue {
			t.Errorf("%d events, want the one that was being written and the queue of %d", n, queue)
		}
		if !strings.Contains(all.String(), "event: lost\ndata: {\"lost\":7}\n\n") || h.Lost() != 7 {
			t.Errorf("%d were lost, and the client was told something else", h.Lost())
		}
	})
}

func TestAnEventThatIsTooLargeIsToldAsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h live.Hub
		p, stop := startStream(&h)
		defer stop()
		<-p.writes
		for range 2 { // the client is told of each once
			h.Publish(event("S3", strings.Repeat("x", csm.MaxDatagram)))
			if got := <-p.writes; got != "event: lost\ndata: {\"lost\":1}\n\n" {
				t.Errorf("%q", got)
			}
		}
		h.Publish(event("S3", "GetObject"))
		if got := <-p.writes; strings.Contains(got, "lost") || !strings.Contains(got, "GetObject") {
			t.Errorf("then %q", got)
		}
	})
}

func TestTheStreamIsKeptAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h live.Hub
		p, stop := startStream(&h)
		defer stop()
		<-p.writes
		began := time.Now()
		if got := <-p.writes; got != ": keep-alive\n\n" || time.Since(began) != keepAlive {
			t.Errorf("%q after %v, want a comment after %v", got, time.Since(began), keepAlive)
		}
	})
}

func TestStreamsAreLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		streams := newStreams(new(live.Hub))
		ctx, cancel := context.WithCancel(context.Background())
		r := httptest.NewRequest(http.MethodGet, pathEvents, nil).WithContext(ctx)
		for range maxStreams {
			go streams.ServeHTTP(httptest.NewRecorder(), r)
		}
		synctest.Wait()
		w := httptest.NewRecorder()
		streams.ServeHTTP(w, r)
		wantFailure(t, w, http.StatusServiceUnavailable)
		cancel()
		synctest.Wait()
		w = httptest.NewRecorder()
		streams.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			t.Errorf("after they have ended: status %d", w.Code)
		}
	})
}

func TestAStreamOutlivesTheLimitsOfARequest(t *testing.T) {
	o := options()
	s := NewServer(handler(t, o), nil)
	s.ReadTimeout, s.WriteTimeout = 50*time.Millisecond, 50*time.Millisecond
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	go func() { _ = s.Serve(l) }()
	messages, end, _ := read(t, "http://"+l.Addr().String()+pathEvents)
	beyond := time.After(4 * s.WriteTimeout)
	tick := time.NewTicker(s.WriteTimeout / 5)
	defer tick.Stop()
	for over := false; !over; {
		select {
		case <-tick.C:
			o.Events.Publish(event("S3", "GetObject"))
			next(t, messages)
		case err := <-end:
			t.Fatalf("the stream ended: %v", err)
		case <-beyond:
			over = true
		}
	}
}
