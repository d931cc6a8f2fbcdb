package csm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// patience is how long a test waits for what must come.
const patience = 10 * time.Second

// A sink is a UDP socket that keeps the events sent to it.
type sink struct {
	conn net.PacketConn
	came chan Event
}

func newSink(t *testing.T, address string) *sink {
	t.Helper()
	conn, err := net.ListenPacket("udp", address)
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.(*net.UDPConn).SetReadBuffer(4 << 20); err != nil {
		t.Fatal(err)
	}
	s := &sink{conn, make(chan Event, 10000)}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		b := make([]byte, 2*MaxDatagram)
		for {
			n, _, err := conn.ReadFrom(b)
			if err != nil {
				return
			}
			var e Event
			if err := e.UnmarshalJSON(b[:n]); err != nil {
				t.Errorf("%v: %s", err, b[:n])
			}
			s.came <- e
		}
	}()
	t.Cleanup(func() { s.close(); <-ended })
	return s
}

func (s *sink) close() { _ = s.conn.Close() }

func (s *sink) address() string { return s.conn.LocalAddr().String() }

func (s *sink) next(t *testing.T) Event {
	t.Helper()
	select {
	case e := <-s.came:
		return e
	case <-time.After(patience):
		t.Fatal("no event came")
		return Event{}
	}
}

func newTestReporter(t *testing.T, o Options) *Reporter {
	t.Helper()
	r, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func call(api string) *Event { return &Event{Type: APICall, Service: "S3", API: api} }

// nobody is an address at which nobody listens.
func nobody(t *testing.T) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	return conn.LocalAddr().String()
}

func TestPublish(t *testing.T) {
	s := newSink(t, "127.0.0.1:0")
	r := newTestReporter(t, Options{ClientID: "app", Address: s.address()})
	in := Event{Type: APICallAttempt, Service: "S3", API: "GetObject", SessionToken: "secret", AccessKey: "AKIA"}
	before := in
	r.Publish(&in)
	if in != before {
		t.Errorf("Publish has changed the event to %+v", in)
	}
	want := Event{Type: APICallAttempt, ClientID: "app", Service: "S3", API: "GetObject", AccessKey: "AKIA"}
	if got := s.next(t); got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	r.Publish(&Event{Type: APICall, ClientID: "relayed"})
	if got := s.next(t); got.ClientID != "relayed" {
		t.Errorf("client ID of the event became %q", got.ClientID)
	}
}

func TestSessionTokenIsSentOnlyIfAskedFor(t *testing.T) {
	for _, send := range []bool{false, true} {
		conn, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		r := newTestReporter(t, Options{Address: conn.LocalAddr().String(), SendSessionToken: send})
		r.Publish(&Event{Type: APICallAttempt, SessionToken: "secret"})
		if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
		b := make([]byte, MaxDatagram)
		n, _, err := conn.ReadFrom(b)
		if err != nil {
			t.Fatal(err)
		}
		if got := bytes.Contains(b[:n], []byte(`"SessionToken":"secret"`)); got != send {
			t.Errorf("SendSessionToken %v: %s", send, b[:n])
		}
	}
}

func TestStatsByCause(t *testing.T) {
	s := newSink(t, "127.0.0.1:0")
	var log bytes.Buffer
	r := newTestReporter(t, Options{Address: s.address(), Logger: slog.New(slog.NewTextHandler(&log, nil))})
	publish := func(n int, e *Event) {
		for range n {
			r.Publish(e)
		}
	}
	publish(1, call("a"))
	publish(2, nil)
	publish(1, &Event{Type: "Metric"})
	publish(2, &Event{Type: APICall, Service: strings.Repeat("x", MaxDatagram)})
	r.Pause()
	publish(4, call("b"))
	r.Continue()
	publish(1, call("c"))
	r.Close()
	publish(5, call("d"))
	want := Stats{Sent: 2, Paused: 4, Closed: 5, TooLarge: 2, NotEncodable: 3}
	if got := r.Stats(); got != want || got.Lost() != 14 {
		t.Errorf("got %+v, lost %d, want %+v", got, got.Lost(), want)
	}
	if got := s.next(t).API + s.next(t).API; got != "ac" {
		t.Errorf("events %q, want ac", got)
	}
	if n := strings.Count(log.String(), "an event is lost"); n != 2 {
		t.Errorf("%d lines tell of lost events, want one a cause:\n%s", n, &log)
	}
}

func TestReportersThatDoNothing(t *testing.T) {
	for _, r := range []*Reporter{nil, new(Reporter)} {
		r.Publish(call("a"))
		r.Publish(nil)
		r.Pause()
		r.Continue()
		if err := r.Close(); err != nil || r.Stats() != (Stats{}) {
			t.Errorf("%v, %+v", err, r.Stats())
		}
		r.Publish(call("a"))
	}
}

func TestAddresses(t *testing.T) {
	for address, want := range map[string]string{
		"":                "127.0.0.1:31000",
		":5":              "127.0.0.1:5",
		"localhost:5":     "127.0.0.1:5",
		"LocalHost:5":     "127.0.0.1:5",
		"[::1]:5":         "[::1]:5",
		"127.0.0.2:31000": "127.0.0.2:31000",
	} {
		r := newTestReporter(t, Options{Address: address})
		if r.target.address != want {
			t.Errorf("%q is %q, want %q", address, r.target.address, want)
		}
	}
	for _, address := range []string{"127.0.0.1", "::1", "host:", "host:0", "host:65536", "host:port", "a:b:c", "[::1]"} {
		if r, err := New(Options{Address: address}); err == nil || !strings.Contains(err.Error(), address) {
			t.Errorf("%q gives %v, %v", address, r, err)
		}
	}
}

func TestAbsentAgent(t *testing.T) {
	address := nobody(t)
	r := newTestReporter(t, Options{Address: address})
	const n = 100
	for range n {
		r.Publish(call("lost"))
	}
	stats := r.Stats()
	if stats.Sent+stats.Lost() != n || stats.Refused < n-1 {
		t.Errorf("%d events: %+v; want all refused but the last, of which nothing is known yet", n, stats)
	}

	s := newSink(t, address)
	r.Publish(call("first"))
	if got := s.next(t).API; got != "first" {
		t.Errorf("the first event since the agent is there is %q", got)
	}
	s.close()
	for range n {
		r.Publish(call("lost"))
	}
	s = newSink(t, address)
	r.Publish(call("again"))
	if got := s.next(t).API; got != "again" {
		t.Errorf("the first event since the agent is there again is %q", got)
	}
	if stats := r.Stats(); stats.Sent+stats.Lost() != 2*n+2 {
		t.Errorf("%d events: %+v", 2*n+2, stats)
	}
}

// dialTo gives a dialFunc that goes to whatever address is in to, and counts.
func dialTo(to *atomic.Pointer[string], dials *atomic.Int64) dialFunc {
	return func(ctx context.Context, network, _ string) (net.Conn, error) {
		dials.Add(1)
		address := to.Load()
		if address == nil {
			return nil, &net.DNSError{Err: "no such host", IsNotFound: true}
		}
		return new(net.Dialer).DialContext(ctx, network, *address)
	}
}

// publishUntil publishes until an event comes.
func publishUntil(t *testing.T, r *Reporter, s *sink) {
	t.Helper()
	timeout := time.After(patience)
	for {
		r.Publish(call("x"))
		select {
		case <-s.came:
			return
		case <-time.After(time.Millisecond):
		case <-timeout:
			t.Fatalf("no event came: %+v", r.Stats())
		}
	}
}

func TestAgentMovesBehindItsName(t *testing.T) {
	var to atomic.Pointer[string]
	var dials atomic.Int64
	old, moved := newSink(t, "127.0.0.1:0"), newSink(t, "127.0.0.1:0")
	address := old.address()
	to.Store(&address)
	r, err := newReporter(Options{Address: "agent.example:31000"}, dialTo(&to, &dials))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	publishUntil(t, r, old)

	address2 := moved.address()
	to.Store(&address2)
	for range 10 {
		r.Publish(call("still to the old one"))
	}
	if n := dials.Load(); n != 1 {
		t.Errorf("%d look-ups, and no event was refused", n)
	}
	old.close()
	publishUntil(t, r, moved)
	if n := dials.Load(); n != 2 {
		t.Errorf("%d look-ups, want 2", n)
	}
}

func TestNameThatDoesNotResolveYet(t *testing.T) {
	var to atomic.Pointer[string]
	var dials atomic.Int64
	r, err := newReporter(Options{Address: "agent.example:31000"}, dialTo(&to, &dials))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	s := newSink(t, "127.0.0.1:0")
	address := s.address()
	to.Store(&address)
	publishUntil(t, r, s)
	if stats := r.Stats(); stats.Refused == 0 {
		t.Errorf("no event was counted as lost: %+v", stats)
	}
}

func TestLookUpsAreRare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var dials atomic.Int64
		r, err := newReporter(Options{Address: "agent.example:31000"}, dialTo(new(atomic.Pointer[string]), &dials))
		if err != nil {
			t.Fatal(err)
		}
		for range 600 { // a minute
			for range 10 {
				r.Publish(call("x"))
			}
			time.Sleep(100 * time.Millisecond)
		}
		if n, most := dials.Load(), 2+int64(time.Minute/lookupPause); n < most-2 || n > most {
			t.Errorf("%d look-ups in a minute, want about %d", n, most)
		}
		if got := r.Stats().Refused; got != 6000 {
			t.Errorf("%d events refused, want 6000", got)
		}
		r.Close()
		before := dials.Load()
		time.Sleep(time.Minute)
		r.Publish(call("x"))
		synctest.Wait()
		if n := dials.Load(); n != before {
			t.Errorf("%d look-ups after Close", n-before)
		}
	})
}

func TestCloseEndsALookUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := true
		r, err := newReporter(Options{Address: "agent.example:31000"}, func(ctx context.Context, _, _ string) (net.Conn, error) {
			if first {
				first = false
				return nil, errors.New("not now")
			}
			<-ctx.Done()
			return nil, ctx.Err()
		})
		if err != nil {
			t.Fatal(err)
		}
		r.Publish(call("x"))
		synctest.Wait() // the look-up is on its way
		began := time.Now()
		r.Close()
		if d := time.Since(began); d > 0 {
			t.Errorf("Close took %v", d)
		}
	})
}

func TestNewDoesNotWaitLongForAName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		r, err := newReporter(Options{Address: "agent.example:31000"}, func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		})
		if err != nil || time.Since(began) != firstLookup {
			t.Errorf("New took %v, %v", time.Since(began), err)
		}
		r.Close()
	})
}

// A socket whose peer does not read is full at some time. Publish does not wait.
func TestFullSocket(t *testing.T) {
	name := filepath.Join(t.TempDir(), "s")
	peer, err := net.ListenPacket("unixgram", name)
	if err != nil {
		t.Skipf("no socket of a kind that can be full: %v", err)
	}
	defer peer.Close()
	r, err := newReporter(Options{}, func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unixgram", name)
	})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	const n = 10000
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for range n {
			r.Publish(call("x"))
		}
	}()
	select {
	case <-ended:
	case <-time.After(patience):
		t.Fatal("Publish waits for the peer")
	}
	if s := r.Stats(); s.Sent == 0 || s.Refused == 0 || s.Sent+s.Refused != n {
		t.Errorf("%+v, want some sent and the others refused", s)
	}
}

func TestAnyOrderFromAnyGoroutine(t *testing.T) {
	s := newSink(t, "127.0.0.1:0")
	r := newTestReporter(t, Options{Address: s.address()})
	var wg sync.WaitGroup
	const goroutines, rounds = 16, 40
	for i := range goroutines {
		wg.Go(func() {
			for j := range rounds {
				switch (i + j) % 3 {
				case 0:
					r.Pause()
				case 1:
					r.Continue()
				}
				r.Publish(call("x"))
				if s := r.Stats(); s.Sent+s.Lost() == 0 {
					t.Error("nothing was counted")
				}
			}
		})
	}
	wg.Wait()
	stats := r.Stats()
	if stats.Sent+stats.Paused != goroutines*rounds {
		t.Errorf("%+v, want %d in all", stats, goroutines*rounds)
	}
	for range stats.Sent {
		s.next(t)
	}
	for range goroutines {
		wg.Go(func() { r.Close(); r.Publish(call("x")) })
	}
	wg.Wait()
}

func TestPublishAllocatesNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector makes pools drop things at random")
	}
	s := newSink(t, "127.0.0.1:0")
	r := newTestReporter(t, Options{ClientID: "app", Address: s.address()})
	e := full(APICallAttempt)
	if n := testing.AllocsPerRun(100, func() { r.Publish(&e) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	r.Pause()
	if n := testing.AllocsPerRun(100, func() { r.Publish(&e) }); n != 0 {
		t.Errorf("%v allocations while paused", n)
	}
}

func BenchmarkPublish(b *testing.B) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	r, err := New(Options{ClientID: "app", Address: conn.LocalAddr().String()})
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	e := full(APICallAttempt)
	b.ReportAllocs()
	for b.Loop() {
		r.Publish(&e)
	}
}

func TestStart(t *testing.T) {
	if Get() != nil {
		t.Fatal("there is a reporter before Start")
	}
	if r, err := Start("app", "no port"); err == nil || r != nil || Get() != nil {
		t.Errorf("a wrong address gives %v, %v", r, err)
	}
	s := newSink(t, "127.0.0.1:0")
	var wg sync.WaitGroup
	reporters := make([]*Reporter, 16)
	for i := range reporters {
		wg.Go(func() {
			r, err := Start("app", s.address())
			if err != nil {
				t.Error(err)
			}
			reporters[i] = r
			Get().Publish(call("x"))
		})
	}
	wg.Wait()
	r := Get()
	defer r.Close()
	for i := range reporters {
		if reporters[i] != r {
			t.Errorf("Start %d gives another reporter", i)
		}
		s.next(t)
	}
	for _, test := range []struct{ id, address, old, new string }{
		{"other", s.address(), `"app"`, `"other"`},
		{"app", "127.0.0.1:1", s.address(), "127.0.0.1:1"},
	} {
		func() {
			defer func() {
				if text := fmt.Sprint(recover()); !strings.Contains(text, test.old) || !strings.Contains(text, test.new) {
					t.Errorf("Start(%q, %q) panics with %q", test.id, test.address, text)
				}
			}()
			_, _ = Start(test.id, test.address)
		}()
	}

	r.Close()
	if Get() != nil {
		t.Error("Get gives a closed reporter")
	}
	again, err := Start("other", s.address())
	if err != nil || again == r {
		t.Errorf("Start after Close gives %v, %v", again, err)
	}
	again.Close()
}

func TestStartOfAConfig(t *testing.T) {
	if r, err := (Config{}).Start(); r != nil || err != nil {
		t.Errorf("off gives %v, %v", r, err)
	}
	c := Config{Enabled: true, EnabledBy: "x", Host: "localhost", Port: "5", ClientID: "app"}
	first, err := c.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	if Get() != first {
		t.Error("the first is not the process-wide one")
	}
	start := func(change func(*Config)) *Reporter {
		t.Helper()
		other := c
		change(&other)
		r, err := other.Start()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { r.Close() })
		return r
	}
	if r := start(func(c *Config) { c.Host, c.EnabledBy = "127.0.0.1", "y" }); r != first {
		t.Error("the same settings give another reporter")
	}
	for name, change := range map[string]func(*Config){
		"client ID": func(c *Config) { c.ClientID = "other" },
		"host":      func(c *Config) { c.Host = "127.0.0.2" },
		"port":      func(c *Config) { c.Port = "6" },
		"token":     func(c *Config) { c.SendSessionToken = true },
	} {
		r := start(change)
		if r == first || start(change) != r || Get() != first {
			t.Errorf("another %s does not give one further reporter", name)
		}
		r.Close()
		if again := start(change); again == r {
			t.Errorf("a closed reporter of another %s is given again", name)
		}
	}
	if r, err := Start("app", "127.0.0.1:5"); err != nil || r != first {
		t.Errorf("Start gives %v, %v", r, err)
	}
}

func TestAddressWithDefaults(t *testing.T) {
	for in, want := range map[[2]string]string{
		{"", ""}:              "127.0.0.1:31000",
		{"LOCALHOST", ""}:     "127.0.0.1:31000",
		{"localhost", "32"}:   "127.0.0.1:32",
		{"127.0.0.2", ""}:     "127.0.0.2:31000",
		{"::1", ""}:           "[::1]:31000",
		{"agent.example", ""}: "agent.example:31000",
	} {
		if got := AddressWithDefaults(in[0], in[1]); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// The client has no dependency.
func TestNoRequirements(t *testing.T) {
	b, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(b, []byte("require")) {
		t.Errorf("go.mod requires something:\n%s", b)
	}
}
