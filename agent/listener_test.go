package agent

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-csm/csm"
)

const patience = 10 * time.Second

// A received is a listener that is served, and what came to it.
type received struct {
	*Listener
	to     net.Conn // what is written here comes to the listener
	events chan csm.Event
}

func listen(t testing.TB, o Options) *received {
	t.Helper()
	l, err := Listen("127.0.0.1:0", o)
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, l, l.Addr().String())
}

// serve serves a listener until the test has ended, and sends to it at an address.
func serve(t testing.TB, l *Listener, address string) *received {
	t.Helper()
	to, err := net.Dial("udp", address)
	if err != nil {
		t.Fatal(err)
	}
	r := &received{l, to, make(chan csm.Event, 1<<16)}
	served := make(chan error, 1)
	go func() { served <- l.Serve(func(e *csm.Event) { r.events <- *e }) }()
	t.Cleanup(func() {
		_ = to.Close()
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return r
}

func (r *received) send(t testing.TB, datagram []byte) {
	t.Helper()
	if _, err := r.to.Write(datagram); err != nil {
		t.Fatal(err)
	}
}

func (r *received) next(t testing.TB) csm.Event {
	t.Helper()
	select {
	case e := <-r.events:
		return e
	case <-time.After(patience):
		t.Fatalf("no event came: %+v", r.Stats())
		return csm.Event{}
	}
}

// settle waits until the listener has read n datagrams.
func (r *received) settle(t testing.TB, n uint64) Stats {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if s := r.Stats(); s.Taken+s.Rejected+s.NotAllowed == n {
			return s
		}
	}
	t.Fatalf("%d datagrams did not come: %+v", n, r.Stats())
	return Stats{}
}

func corpus(t testing.TB) (lines [][]byte) {
	t.Helper()
	files, err := filepath.Glob("../testdata/corpus/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatalf("no corpus: %v", err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for s := bufio.NewScanner(bytes.NewReader(b)); s.Scan(); {
			lines = append(lines, bytes.Clone(s.Bytes()))
		}
	}
	return lines
}

func TestCorpusIsTaken(t *testing.T) {
	r := listen(t, Options{KeepAccessKeys: true})
	var bytes uint64
	lines := corpus(t)
	for i, line := range lines {
		r.send(t, line)
		bytes += uint64(len(line))
		var want csm.Event
		if err := want.UnmarshalJSON(line); err != nil {
			t.Fatal(err)
		}
		Normalize(&want)
		if got := r.next(t); got != want {
			t.Errorf("line %d: got %+v\nwant %+v", i+1, got, want)
		}
	}
	n := uint64(len(lines))
	if got, want := r.settle(t, n), (Stats{Datagrams: n, Bytes: bytes, Taken: n, Events: n}); got != want || n != 1545 {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestDialectIsKeptOnDemand(t *testing.T) {
	const event = `{"Type":"ApiCall","UserAgent":"aws-sdk-go/1.55.8","FinalAwsException":"E","FinalAwsExceptionMessage":"E: no"}`
	for keep, want := range map[bool]string{false: "no", true: "E: no"} {
		r := listen(t, Options{KeepDialect: keep})
		r.send(t, []byte(event))
		e := r.next(t)
		if got := e.FinalAWSExceptionMessage + e.FinalSDKExceptionMessage; got != want {
			t.Errorf("keep %v: %q, want %q", keep, got, want)
		}
	}
}

func TestDatagrams(t *testing.T) {
	const a, b = `{"Type":"ApiCall","Api":"a"}`, `{"Type":"ApiCallAttempt","Api":"b"}`
	for _, test := range []struct {
		name, datagram, events string
		want                   Stats // without Datagrams and Bytes
	}{
		{"one event", a, "a", Stats{Taken: 1}},
		{"a line break at the end", a + "\n", "a", Stats{Taken: 1}},
		{"several events", a + "\n" + b + "\r\n\n" + a, "aba", Stats{Taken: 1}},
		{"several events in a line", a + b, "ab", Stats{Taken: 1}},
		{"an event over several lines", "{\n\"Type\":\n\"ApiCall\",\"Api\":\"a\"\n}\n", "a", Stats{Taken: 1}},
		{"nothing", "", "", Stats{Rejected: 1, Empty: 1}},
		{"white space", " \r\n", "", Stats{Rejected: 1, Empty: 1}},
		{"text", "hello", "", Stats{Rejected: 1, NotJSON: 1}},
		{"half an event", a[:20], "", Stats{Rejected: 1, NotJSON: 1}},
		{"half an event, then a whole one", a[:20] + "\n" + b, "b", Stats{Rejected: 1, NotJSON: 1}},
		{"an event, then text", a + "\nhello", "a", Stats{Rejected: 1, NotJSON: 1}},
		{"other JSON", `{"metric":1}`, "", Stats{Rejected: 1, NotEvent: 1}},
		{"other JSON, then an event", `{"metric":1}` + b, "b", Stats{Rejected: 1, NotEvent: 1}},
		{"many broken lines, of which not each is tried", strings.Repeat("x\n", 100) + a, "", Stats{Rejected: 1, NotJSON: 16}},
		{"an array of events", "[" + a + "]", "", Stats{Rejected: 1, NotEvent: 1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := listen(t, Options{})
			r.send(t, []byte(test.datagram))
			got := r.settle(t, 1)
			test.want.Datagrams, test.want.Bytes, test.want.Events = 1, uint64(len(test.datagram)), uint64(len(test.events))
			if got != test.want {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}
			for _, api := range test.events {
				if e := r.next(t); e.API != string(api) {
					t.Errorf("event is %q, want %q", e.API, api)
				}
			}
		})
	}
}

// Whatever comes, each datagram is counted once, and the next one is taken.
func TestHostileDatagrams(t *testing.T) {
	r := listen(t, Options{})
	sent := uint64(0)
	send := func(datagram []byte) {
		r.send(t, datagram)
		sent++
		if sent%100 == 0 { // no faster than the listener reads
			r.settle(t, sent)
		}
	}
	lines := corpus(t)
	for i := 0; i < len(lines); i += 50 {
		for end := range lines[i] {
			send(lines[i][:end])
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		b := make([]byte, random.IntN(2000))
		for i := range b {
			b[i] = byte(random.Uint32())
		}
		send(b)
	}
	const largest = 65507 // over IPv4
	for _, pattern := range []string{"[", "{\"a\":", "\n", "{\n", "[1,\n", "{\"a\":1,\n", "\"\\ud83d", "1", "{}", "null\n", "\xff"} {
		send([]byte(strings.Repeat(pattern, largest/len(pattern))))
	}
	big := `{"Type":"ApiCall","Api":"big","x":"`
	send([]byte(big + strings.Repeat("x", largest-len(big)-2) + `"}`))
	s := r.settle(t, sent)
	if s.Datagrams != sent || s.Taken+s.Rejected != sent || s.LostInKernel != 0 {
		t.Errorf("%d sent, and counted %+v", sent, s)
	}
	if e := r.next(t); e.API != "big" {
		t.Errorf("event is %+v", e)
	}
}

func TestAccessKeysAreMasked(t *testing.T) {
	for _, keep := range []bool{false, true} {
		r := listen(t, Options{KeepAccessKeys: keep})
		r.send(t, []byte(`{"Type":"ApiCallAttempt","AccessKey":"AKIAIOSFODNN7EXAMPLE"}`))
		want := "AKIA…MPLE"
		if keep {
			want = "AKIAIOSFODNN7EXAMPLE"
		}
		if got := r.next(t).AccessKey; got != want {
			t.Errorf("keep %v: %q, want %q", keep, got, want)
		}
	}
	for key, want := range map[string]string{
		"": "", "AKIA": "…", "AKIAIOSFODNN7EX": "…", "AKIAIOSFODNN7EXA": "AKIA…7EXA", "AKIA…7EXA": "AKIA…7EXA", "AKIA…7EX": "…", "…AKIAIOSFODNN7EXA": "…AKI…7EXA", strings.Repeat("é", 20): "éééé…éééé", "\xff\xfe": "…",
	} {
		if got := MaskAccessKey(key); got != want {
			t.Errorf("%q: %q, want %q", key, got, want)
		}
	}
}

func TestCloseHandsOnWhatHasCome(t *testing.T) {
	l, err := Listen("127.0.0.1:0", Options{})
	if err != nil {
		t.Fatal(err)
	}
	to, err := net.Dial("udp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	const n = 200
	for i := range n {
		if _, err := fmt.Fprintf(to, `{"Type":"ApiCall","Latency":%d}`, i); err != nil {
			t.Fatal(err)
		}
	}
	got := 0
	first, served := make(chan bool), make(chan error)
	go func() {
		served <- l.Serve(func(e *csm.Event) {
			if e.Latency != csm.Known(got) {
				t.Errorf("event %d is %v", got, e.Latency)
			}
			if got == 0 {
				close(first)
			}
			got++
		})
	}()
	<-first
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if err := l.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	if err := <-served; err != nil || got != n {
		t.Errorf("Serve has handed on %d events of %d, and gives %v", got, n, err)
	}
	wg.Wait()
	if s := l.Stats(); s.Events != n {
		t.Errorf("%+v after Close", s)
	}
}

func TestCloseWithASenderThatDoesNotEnd(t *testing.T) {
	r := listen(t, Options{})
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				_, _ = r.to.Write([]byte("x"))
			}
		}
	})
	closed := make(chan error)
	go func() { closed <- r.Close() }()
	select {
	case err := <-closed:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(patience):
		t.Error("Close waits for the sender to end")
	}
	close(stop)
	wg.Wait()
}

func TestServeTwiceAndAfterClose(t *testing.T) {
	l, err := Listen("127.0.0.1:0", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := l.Serve(func(*csm.Event) {}); err != nil {
		t.Errorf("Serve after Close: %v", err)
	}
	if err := l.Serve(func(*csm.Event) {}); err == nil {
		t.Error("Serve twice gives no error")
	}
}

func TestListenErrors(t *testing.T) {
	r := listen(t, Options{})
	for _, address := range []string{r.Addr().String(), "127.0.0.1", "127.0.0.1:port", "127.0.0.1:99999"} {
		if l, err := Listen(address, Options{}); err == nil {
			t.Errorf("Listen(%q) gives %v", address, l.Addr())
		}
	}
	var opErr *net.OpError
	if _, err := Listen(r.Addr().String(), Options{}); !errors.As(err, &opErr) {
		t.Errorf("the error of an address in use is %v", err)
	}
}

func TestADatagramTakesTwoAllocations(t *testing.T) {
	l := &Listener{}
	e := new(csm.Event)
	datagram := []byte(`{"Version":1,"Type":"ApiCallAttempt","Service":"S3","Api":"GetObject","AccessKey":"AKIAIOSFODNN7EXAMPLE",` +
		`"UserAgent":"app/1 aws-sdk-go-v2/1.36.3 os/linux","HttpStatusCode":200,"AttemptLatency":5}`)
	events := 0
	// its texts, and the masked access key
	if n := testing.AllocsPerRun(100, func() { l.take(datagram, e, func(*csm.Event) { events++ }) }); n > 2 || events == 0 {
		t.Errorf("%v allocations for each of %d events", n, events)
	}
}
